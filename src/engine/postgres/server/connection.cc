#include "engine/postgres/server/connection.h"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>

#include <cstdlib>

namespace explaingate::postgres {
namespace {

using Clock = std::chrono::steady_clock;

std::string one_line(const char* text) {
  std::string line = text == nullptr ? "" : text;
  while (!line.empty() && (line.back() == '\n' || line.back() == ' ')) line.pop_back();
  for (char& c : line)
    if (c == '\n') c = ' ';
  return line;
}

std::string field(const PGresult* result, int code) {
  const char* value = PQresultErrorField(result, code);
  return value == nullptr ? "" : value;
}

void no_notice(void* /*unused*/, const PGresult* /*unused*/) {}

}  // namespace

void Rows::Clear::operator()(pg_result* result) const {
  PQclear(result);
}
int Rows::count() const {
  return PQntuples(result_.get());
}
int Rows::columns() const {
  return PQnfields(result_.get());
}
bool Rows::is_null(int row, int column) const {
  return PQgetisnull(result_.get(), row, column) != 0;
}
std::string_view Rows::text(int row, int column) const {
  return {PQgetvalue(result_.get(), row, column), static_cast<size_t>(PQgetlength(result_.get(), row, column))};
}
double Rows::real(int row, int column) const {
  return std::strtod(PQgetvalue(result_.get(), row, column), nullptr);
}
int64_t Rows::integer(int row, int column) const {
  return std::strtoll(PQgetvalue(result_.get(), row, column), nullptr, 10);
}
bool Rows::boolean(int row, int column) const {
  return text(row, column) == "t";
}

void Connection::Finish::operator()(pg_conn* connection) const {
  PQfinish(connection);
}

// Waits for the socket, until the deadline; false = past it, or not wanted any more.
bool Connection::wait(bool for_writing, Clock::time_point until, bool watched) const {
  while (true) {
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
    if (left <= 0 || (watched && watch_ && !watch_())) return false;
    pollfd socket = {PQsocket(connection_.get()), static_cast<short>(for_writing ? POLLIN | POLLOUT : POLLIN), 0};
    int ready = poll(&socket, 1, static_cast<int>(std::min<int64_t>(left, watch_ ? 200 : 60000)));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

Result<Connection> Connection::open(const Target& target, std::chrono::milliseconds limit) {
  std::vector<const char*> keywords, values;
  for (const auto& [keyword, value] : target) {
    keywords.push_back(keyword.c_str());
    values.push_back(value.c_str());
  }
  keywords.push_back(nullptr);
  values.push_back(nullptr);
  Connection made;
  made.connection_.reset(PQconnectStartParams(keywords.data(), values.data(), 0));
  if (made.connection_ == nullptr) return fail(ErrorKind::kUnverified, "out of memory for a connection to PostgreSQL");
  PQsetNoticeReceiver(made.connection_.get(), no_notice, nullptr);
  Clock::time_point until = Clock::now() + limit;
  PostgresPollingStatusType state = PGRES_POLLING_WRITING;
  while (PQstatus(made.connection_.get()) != CONNECTION_BAD && state != PGRES_POLLING_OK &&
         state != PGRES_POLLING_FAILED) {
    if (!made.wait(state == PGRES_POLLING_WRITING, until))
      return fail(ErrorKind::kUnverified,
                  fmt::format("PostgreSQL did not answer within {} ms",
                              std::chrono::duration_cast<std::chrono::milliseconds>(limit).count()));
    state = PQconnectPoll(made.connection_.get());
  }
  if (PQstatus(made.connection_.get()) != CONNECTION_OK)
    return fail(ErrorKind::kUnverified, one_line(PQerrorMessage(made.connection_.get())));
  return made;
}

Result<Target> read_url(const std::string& url) {
  char* message = nullptr;
  std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(PQconninfoParse(url.c_str(), &message),
                                                                       &PQconninfoFree);
  std::unique_ptr<char, decltype(&PQfreemem)> said(message, &PQfreemem);
  if (options == nullptr)  // libpq's own text repeats the URL, password included
    return fail(ErrorKind::kUsage, "the URL of the PostgreSQL server can't be read",
                "expected is postgresql://user@host:port/database, or libpq's keywords: host=… dbname=…");
  Target target;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option)
    if (option->val != nullptr) target[option->keyword] = option->val;
  return target;
}

Result<Connection> Connection::open_url(const std::string& url, const Target& override,
                                        std::chrono::milliseconds limit) {
  auto target = read_url(url);
  if (!target) return fail(target.error());
  for (const auto& [keyword, value] : override) (*target)[keyword] = value;
  return open(*target, limit);
}

Connection::Step Connection::step(Clock::time_point until, bool watched) const {
  int unsent = PQflush(connection_.get());
  if (unsent < 0) return Step::kLost;
  if (unsent == 0 && PQisBusy(connection_.get()) == 0) return Step::kAnswered;
  if (!wait(unsent > 0, until, watched)) return Step::kLate;
  return PQconsumeInput(connection_.get()) == 0 ? Step::kLost : Step::kMore;
}

// The result of the statement that was sent, whole.
Result<Rows> Connection::finish_statement() {
  Clock::time_point until = Clock::now() + limit_;
  bool cancelled = false;
  PGconn* connection = connection_.get();
  Rows rows;
  auto lost = [&]() -> Result<Rows> {
    error_ = {};
    std::string message = one_line(PQerrorMessage(connection));
    connection_.reset();
    return fail(ErrorKind::kUnverified, "the connection to PostgreSQL was lost: " + message);
  };
  while (true) {
    for (Step next = step(until, true); next != Step::kAnswered; next = step(until, !cancelled)) {
      if (next == Step::kLost) return lost();
      if (next == Step::kMore) continue;
      if (cancelled) {  // it doesn't listen: its process is left to the server, which sees the socket closed
        connection_.reset();
        error_ = {"57014", "", "", 0};
        return fail(ErrorKind::kStatement,
                    fmt::format("not finished after {} ms, and not to be cancelled", limit_.count()));
      }
      std::unique_ptr<PGcancel, decltype(&PQfreeCancel)> cancel(PQgetCancel(connection), &PQfreeCancel);
      char text[256];
      if (cancel == nullptr || PQcancel(cancel.get(), text, sizeof text) == 0) return lost();
      cancelled = true;
      until = Clock::now() + std::chrono::seconds(2);
    }
    PGresult* next = PQgetResult(connection);
    if (next == nullptr) break;
    ExecStatusType status = PQresultStatus(next);
    // The first failure stands; of a script's results, the last.
    if (rows.result_ == nullptr || PQresultStatus(rows.result_.get()) != PGRES_FATAL_ERROR)
      rows.result_.reset(next);
    else
      PQclear(next);
    if (status == PGRES_COPY_IN) PQputCopyEnd(connection, "COPY from the client is not taken");
    if (status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH) {
      connection_.reset();
      return fail(ErrorKind::kStatement, "COPY to the client is not taken");
    }
  }
  while (PGnotify* notification = PQnotifies(connection)) PQfreemem(notification);
  if (rows.result_ == nullptr || PQstatus(connection) == CONNECTION_BAD) return lost();
  const PGresult* result = rows.result_.get();
  ExecStatusType status = PQresultStatus(result);
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY) return rows;
  std::string position = field(result, PG_DIAG_STATEMENT_POSITION);
  error_ = {field(result, PG_DIAG_SQLSTATE), field(result, PG_DIAG_MESSAGE_DETAIL), field(result, PG_DIAG_MESSAGE_HINT),
            static_cast<size_t>(std::strtoul(position.c_str(), nullptr, 10))};
  std::string message = field(result, PG_DIAG_MESSAGE_PRIMARY);
  return fail(ErrorKind::kStatement, message.empty() ? one_line(PQresultErrorMessage(result)) : message);
}

Status Connection::send(const std::string& sql, const std::vector<std::optional<std::string>>& values) {
  if (connection_ == nullptr) return fail(ErrorKind::kUnverified, "the connection to PostgreSQL is closed");
  std::vector<const char*> texts;
  texts.reserve(values.size());
  for (const auto& value : values) texts.push_back(value ? value->c_str() : nullptr);
  if (PQsendQueryParams(connection_.get(), sql.c_str(), static_cast<int>(texts.size()), nullptr, texts.data(), nullptr,
                        nullptr, 0) == 0) {
    error_ = {};
    return fail(PQstatus(connection_.get()) == CONNECTION_BAD ? ErrorKind::kUnverified : ErrorKind::kStatement,
                one_line(PQerrorMessage(connection_.get())));
  }
  return {};
}

Result<Rows> Connection::query(const std::string& sql, const std::vector<std::optional<std::string>>& values) {
  if (Status sent = send(sql, values); !sent) return fail(sent.error());
  return finish_statement();
}

Status Connection::run(const std::string& sql, const std::vector<std::optional<std::string>>& values) {
  if (Status sent = send(sql, values); !sent) return sent;
  PQsetSingleRowMode(connection_.get());
  auto rows = finish_statement();
  if (!rows) return fail(rows.error());
  return {};
}

Status Connection::run_script(const std::string& sql) {
  if (connection_ == nullptr) return fail(ErrorKind::kUnverified, "the connection to PostgreSQL is closed");
  if (PQsendQuery(connection_.get(), sql.c_str()) == 0)
    return fail(ErrorKind::kUnverified, one_line(PQerrorMessage(connection_.get())));
  auto rows = finish_statement();
  if (!rows) return fail(rows.error());
  return {};
}

bool Connection::is_open() const {
  return connection_ != nullptr && PQstatus(connection_.get()) == CONNECTION_OK;
}
int Connection::version() const {
  return PQserverVersion(connection_.get());
}
int Connection::backend_pid() const {
  return PQbackendPID(connection_.get());
}

std::string quote_identifier(std::string_view name) {
  std::string text = "\"";
  for (char c : name) {
    if (c == '"') text += '"';
    text += c;
  }
  return text + "\"";
}

std::string quote_literal(std::string_view value) {
  std::string text = "'";
  for (char c : value) {
    if (c == '\'') text += '\'';
    text += c;
  }
  return text + "'";
}

}  // namespace explaingate::postgres
