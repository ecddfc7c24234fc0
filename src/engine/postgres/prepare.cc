#include "engine/postgres/prepare.h"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <memory>

#include "parse/scan.h"

namespace explaingate::postgres {
namespace {

using Clock = std::chrono::steady_clock;

constexpr unsigned kText = 25;  // pg_type.oid
constexpr int kMaxParameters = 32'766;
constexpr std::string_view kPage = "100", kInExpression = "10";
constexpr const char* kTimeLimit = "10s";  // planning alone takes milliseconds
constexpr auto kPatience = std::chrono::seconds(15);

int parameter_number(std::string_view text) {
  int number = 0;
  if (!text.starts_with('$')) return 0;
  auto [end, error] = std::from_chars(text.data() + 1, text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number <= kMaxParameters ? number : 0;
}

// Byte of the character, both from 1.
size_t byte_of(std::string_view text, size_t character) {
  size_t at = 0;
  for (size_t seen = 1; seen < character && at < text.size(); ++seen) {
    ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) ++at;
  }
  return at + 1;
}

}  // namespace

bool can_be_planned(std::string_view text) {
  Scanner scanner(text, Dialect::kPostgres);
  Token token = scanner.next();
  while (token.kind == TokenKind::kComment || token_text(text, token) == "(") token = scanner.next();
  for (std::string_view word : {"select", "with", "insert", "update", "delete", "merge", "values", "table"})
    if (is_word(text, token, word)) return true;
  return false;
}

// LIMIT $2 OFFSET ($3 - 1) * $2  →  LIMIT 100 OFFSET (10 - 1) * 10. The clause ends at the next clause of its query, at
// the parenthesis that closes it, or with the statement.
PreparedText prepare_text(std::string_view text) {
  PreparedText out;
  std::vector<Token> tokens;
  Scanner scanner(text, Dialect::kPostgres);
  for (Token token = scanner.next(); token.kind != TokenKind::kEnd; token = scanner.next())
    if (token.kind != TokenKind::kComment) tokens.push_back(token);
  auto word = [&](size_t i, std::string_view keyword) {
    return i < tokens.size() && is_word(text, tokens[i], keyword);
  };
  auto is = [&](size_t i, std::string_view symbol) {
    return i < tokens.size() && token_text(text, tokens[i]) == symbol;
  };
  std::vector<bool> used;  // outside of LIMIT and OFFSET
  size_t copied = 0;
  int depth = 0, clause = -1;  // depth at which a LIMIT stands; -1 = none
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (is(i, "(")) ++depth;
    if (is(i, ")") && --depth < clause) clause = -1;
    bool begins =
        word(i, "limit") || word(i, "offset") || (word(i, "fetch") && (word(i + 1, "first") || word(i + 1, "next")));
    if (begins) {
      clause = depth;
    } else if (depth == clause && (word(i, "for") || word(i, "union") || word(i, "order") || is(i, ";"))) {
      clause = -1;
    }
    if (tokens[i].kind != TokenKind::kParameter) continue;
    int number = parameter_number(token_text(text, tokens[i]));
    if (number == 0) continue;
    size_t slot = static_cast<size_t>(number);
    if (used.size() < slot) used.resize(slot);
    if (clause < 0) {
      used[slot - 1] = true;
      continue;
    }
    bool ends = i + 1 == tokens.size() || is(i + 1, ")") || is(i + 1, ";") || is(i + 1, "::") ||
                tokens[i + 1].kind == TokenKind::kWord;
    bool alone = i > 0 && ends && (tokens[i - 1].kind == TokenKind::kWord || is(i - 1, "("));
    out.text += text.substr(copied, tokens[i].offset - copied);
    out.text += alone ? kPage : kInExpression;
    copied = tokens[i].offset + tokens[i].length;
  }
  out.text += text.substr(copied);
  // A number that the text skips, or that is gone from it, has no type that the server could infer.
  for (bool is_used : used) out.types.push_back(is_used ? 0 : kText);
  return out;
}

namespace {

Result<Connection> connect(const Target& target) {
  auto connection = Connection::open(target);
  if (!connection) return fail(connection.error());
  for (const std::string& setting :
       {std::string("SET plan_cache_mode = force_generic_plan"), std::string("SET default_transaction_read_only = on"),
        fmt::format("SET statement_timeout = '{}'", kTimeLimit), fmt::format("SET lock_timeout = '{}'", kTimeLimit)})
    if (Status set = connection->run(setting); !set) return fail(set.error());
  if (PQenterPipelineMode(connection->handle()) == 0)
    return fail(ErrorKind::kUnverified, "PostgreSQL's client library takes no pipeline");
  return connection;
}

}  // namespace

Result<Explainer> Explainer::open(const Target& target) {
  auto connection = connect(target);
  if (!connection) return fail(connection.error());
  return Explainer(target, std::move(*connection));
}

Result<std::string> Explainer::explain(std::string_view text) {
  if (!can_be_planned(text))
    return fail(ErrorKind::kStatement, "only SELECT, VALUES, INSERT, UPDATE, DELETE and MERGE are planned");
  if (lost_ || !connection_.is_open()) {  // a statement took its server process with it, or too long
    auto again = connect(target_);
    if (!again) return fail(again.error());
    connection_ = std::move(*again);
    lost_ = false;
  }
  PreparedText prepared = prepare_text(text);
  auto outcome = send(prepared);
  lost_ = !outcome;
  if (!outcome) return fail(outcome.error());
  if (outcome->message.empty()) return std::move(outcome->json);
  Error error;
  error.kind = ErrorKind::kStatement;
  error.message = std::move(outcome->message);
  if (outcome->position > 0) {
    size_t at = byte_of(prepared.text, outcome->position);
    if (prepared.text.substr(0, at) == text.substr(0, at)) error.column = static_cast<int>(at);
  }
  return fail(std::move(error));
}

// PREPARE and EXPLAIN up to the first sync, DEALLOCATE up to the second: it must run where EXPLAIN was refused, too.
Result<Explainer::Outcome> Explainer::send(const PreparedText& prepared) {
  PGconn* connection = connection_.handle();
  std::string execute = "EXPLAIN (FORMAT JSON, VERBOSE) EXECUTE eg";
  for (size_t i = 0; i < prepared.types.size(); ++i) execute += i == 0 ? "(NULL" : ", NULL";
  if (!prepared.types.empty()) execute += ")";
  auto lost = [&] {
    return fail(ErrorKind::kUnverified,
                fmt::format("the connection to PostgreSQL was lost: {}", PQerrorMessage(connection)));
  };
  auto query = [&](const char* sql) {
    return PQsendQueryParams(connection, sql, 0, nullptr, nullptr, nullptr, nullptr, 0) != 0;
  };
  if (prepared.text.find('\0') != std::string::npos)
    return Outcome{"", "a statement with a zero byte can't be sent", "", 0};
  if (PQsendPrepare(connection, "eg", prepared.text.c_str(), static_cast<int>(prepared.types.size()),
                    prepared.types.data()) == 0 ||
      !query(execute.c_str()) || PQpipelineSync(connection) == 0 || !query("DEALLOCATE eg") ||
      PQpipelineSync(connection) == 0)
    return lost();
  Outcome outcome;
  int syncs = 0;
  auto until = Clock::now() + kPatience;
  while (syncs < 2) {
    while (true) {
      int unsent = PQflush(connection);
      if (unsent < 0) return lost();
      if (unsent == 0 && PQisBusy(connection) == 0) break;
      auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
      pollfd socket = {PQsocket(connection), static_cast<short>(unsent > 0 ? POLLIN | POLLOUT : POLLIN), 0};
      if (left <= 0) return fail(ErrorKind::kUnverified, "PostgreSQL did not answer in time");
      if (poll(&socket, 1, static_cast<int>(left)) < 0 && errno != EINTR) return lost();
      if (PQconsumeInput(connection) == 0) return lost();
    }
    std::unique_ptr<PGresult, decltype(&PQclear)> result(PQgetResult(connection), &PQclear);
    if (result == nullptr) {  // between two commands, or nothing more to come
      if (PQstatus(connection) != CONNECTION_OK) return lost();
      continue;
    }
    ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_PIPELINE_SYNC) ++syncs;
    if (syncs > 0) continue;
    if (status == PGRES_TUPLES_OK && PQntuples(result.get()) > 0) outcome.json = PQgetvalue(result.get(), 0, 0);
    if (status == PGRES_FATAL_ERROR) {
      auto field = [&](int code) {
        const char* value = PQresultErrorField(result.get(), code);
        return std::string(value == nullptr ? "" : value);
      };
      outcome.message = field(PG_DIAG_MESSAGE_PRIMARY);
      outcome.sqlstate = field(PG_DIAG_SQLSTATE);
      std::string position = field(PG_DIAG_STATEMENT_POSITION);
      std::from_chars(position.data(), position.data() + position.size(), outcome.position);
      if (outcome.message.empty()) outcome.message = "refused";
    }
  }
  return outcome;
}

}  // namespace explaingate::postgres
