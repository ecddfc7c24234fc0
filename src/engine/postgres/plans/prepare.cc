#include "engine/postgres/plans/prepare.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <memory>

namespace explaingate::postgres {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kTimeLimit = "10s";  // planning alone takes milliseconds
constexpr auto kPatience = std::chrono::seconds(15);
constexpr size_t kMostAttempts = 40;

std::unexpected<Error> lost_connection(PGconn* connection) {
  return fail(ErrorKind::kUnverified,
              fmt::format("the connection to PostgreSQL was lost: {}", PQerrorMessage(connection)));
}

// Only what says how to plan is taken from a file that came with the change.
constexpr const char* kSet = R"(
SELECT pg_catalog.set_config(s.name, $2, false) FROM pg_catalog.pg_settings AS s
WHERE s.name = $1 AND s.context = 'user' AND s.name <> 'plan_cache_mode'
  AND (s.category LIKE 'Query Tuning%' OR s.name IN ('work_mem', 'hash_mem_multiplier', 'effective_cache_size',
    'effective_io_concurrency', 'max_parallel_workers', 'max_parallel_workers_per_gather',
    'parallel_leader_participation', 'temp_buffers')))";

// Types of the prepared statement's parameters, those of domains as what the domains are made of.
constexpr const char* kBaseTypes = R"(
WITH RECURSIVE types(number, type) AS (
  SELECT p.number, p.type::pg_catalog.oid FROM pg_catalog.pg_prepared_statements AS s,
    pg_catalog.unnest(s.parameter_types) WITH ORDINALITY AS p(type, number) WHERE s.name = 'eg'
  UNION ALL
  SELECT types.number, t.typbasetype FROM types JOIN pg_catalog.pg_type AS t ON t.oid = types.type AND t.typtype = 'd')
SELECT pg_catalog.string_agg(types.type::pg_catalog.text, ',' ORDER BY types.number)
FROM types JOIN pg_catalog.pg_type AS t ON t.oid = types.type AND t.typtype <> 'd')";

Result<Connection> connect(const Target& target, const Explainer::Settings& settings) {
  auto connection = Connection::open(target);
  if (!connection) return fail(connection.error());
  for (const std::string& setting :
       {std::string("SET plan_cache_mode = force_generic_plan"), std::string("SET default_transaction_read_only = on"),
        fmt::format("SET statement_timeout = '{}'", kTimeLimit), fmt::format("SET lock_timeout = '{}'", kTimeLimit)})
    if (Status set = connection->run(setting); !set) return fail(set.error());
  for (const auto& [name, value] : settings)
    if (Status set = connection->run(kSet, {name, value}); !set && set.error().kind != ErrorKind::kStatement)
      return fail(set.error());
  if (PQenterPipelineMode(connection->handle()) == 0)
    return fail(ErrorKind::kUnverified, "PostgreSQL's client library takes no pipeline");
  return connection;
}

}  // namespace

Result<Explainer> Explainer::open(const Target& target, const Settings& settings) {
  auto connection = connect(target, settings);
  if (!connection) return fail(connection.error());
  return Explainer(target, settings, std::move(*connection));
}

Status Explainer::reconnect() {
  if (!lost_ && connection_.is_open()) return {};
  auto again = connect(target_, settings_);  // a statement took its server process with it, or too long
  if (!again) return fail(again.error());
  connection_ = std::move(*again);
  lost_ = false;
  return {};
}

// The first refusal is the one that is told: the others answer what was tried to get around it.
Result<std::string> Explainer::explain(std::string_view text, const std::vector<int64_t>& candidates, bool no_scans) {
  if (!can_be_planned(text))
    return fail(ErrorKind::kStatement, "only SELECT, VALUES, INSERT, UPDATE, DELETE and MERGE are planned");
  std::vector<PreparedText> open = {prepare_text(text)};
  std::optional<Error> first;
  for (size_t attempt = 0; !open.empty() && attempt < kMostAttempts; ++attempt) {
    if (Status there = reconnect(); !there) return fail(there.error());
    PreparedText prepared = std::move(open.back());
    open.pop_back();
    auto outcome = send(prepared, candidates, {}, no_scans);
    lost_ = !outcome;
    if (!outcome) return fail(outcome.error());
    if (outcome->refusal.message.empty()) return std::move(outcome->json);
    if (!first) {
      first.emplace();
      first->kind = ErrorKind::kStatement;
      first->message = outcome->refusal.message;
      size_t at = outcome->refusal.position > 0 ? byte_of(prepared.text, outcome->refusal.position) : 0;
      if (prepared.text.substr(0, at) == text.substr(0, at)) first->column = static_cast<int>(at);
    }
    if (outcome->refusal.sqlstate == "23502" || outcome->refusal.sqlstate == "23514") {
      auto plain = without_domains(prepared);
      lost_ = !plain;
      if (!plain) return fail(plain.error());
      if (plain->types != prepared.types) open.push_back(std::move(*plain));
    }
    std::vector<PreparedText> ways = ways_around(prepared, outcome->refusal);
    open.insert(open.end(), std::make_move_iterator(ways.rbegin()), std::make_move_iterator(ways.rend()));
  }
  return fail(*first);
}

// EXECUTE is given NULLs, which the domain that the server inferred may refuse: its base type takes them.
Result<PreparedText> Explainer::without_domains(const PreparedText& prepared) {
  PGconn* connection = connection_.handle();
  bool sent = PQsendPrepare(connection, "eg", prepared.text.c_str(), static_cast<int>(prepared.types.size()),
                            prepared.types.data()) != 0 &&
              PQsendQueryParams(connection, kBaseTypes, 0, nullptr, nullptr, nullptr, nullptr, 0) != 0 &&
              PQpipelineSync(connection) != 0 &&
              PQsendQueryParams(connection, "DEALLOCATE eg", 0, nullptr, nullptr, nullptr, nullptr, 0) != 0 &&
              PQpipelineSync(connection) != 0;
  if (!sent) return lost_connection(connection);
  auto outcome = receive(2);
  if (!outcome) return fail(outcome.error());
  PreparedText plain = prepared;
  std::string_view list = outcome->json;
  for (size_t i = 0, at = 0; i < plain.types.size() && at < list.size(); ++i) {
    size_t end = std::min(list.find(',', at), list.size());
    std::from_chars(list.data() + at, list.data() + end, plain.types[i]);
    at = end + 1;
  }
  return plain;
}

Result<std::string> Explainer::explain_for(const PreparedText& prepared, const std::vector<int64_t>& candidates,
                                           const std::vector<std::string>& values) {
  if (Status there = reconnect(); !there) return fail(there.error());
  auto outcome = send(prepared, candidates, values);
  lost_ = !outcome;
  if (!outcome) return fail(outcome.error());
  if (!outcome->refusal.message.empty()) return fail(ErrorKind::kStatement, outcome->refusal.message);
  return std::move(outcome->json);
}

// PREPARE and EXPLAIN up to the first sync; what must run where these were refused, too, up to the second.
Result<Explainer::Outcome> Explainer::send(const PreparedText& prepared, const std::vector<int64_t>& candidates,
                                           const std::vector<std::string>& values, bool no_scans) {
  PGconn* connection = connection_.handle();
  std::string execute = "EXPLAIN (FORMAT JSON, VERBOSE) EXECUTE eg";
  for (size_t i = 0; i < prepared.types.size(); ++i)
    execute += (i == 0 ? "(" : ", ") + (i < values.size() ? values[i] : std::string("NULL"));
  if (!prepared.types.empty()) execute += ")";
  if (prepared.text.find('\0') != std::string::npos)
    return Outcome{"", {"a statement with a zero byte can't be sent", "", 0}};
  auto query = [&](const std::string& sql) {
    return PQsendQueryParams(connection, sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 0) != 0;
  };
  bool trial = !candidates.empty() || !values.empty(), sent = true;
  if (trial) sent = query("BEGIN READ WRITE");
  if (!values.empty()) sent = sent && query("SET LOCAL plan_cache_mode = force_custom_plan");
  if (no_scans) sent = sent && query("SET LOCAL enable_seqscan = off");
  if (!candidates.empty())
    sent = sent && query(fmt::format("SELECT explaingate_candidates.show('{{{}}}')", fmt::join(candidates, ",")));
  sent = sent &&
         PQsendPrepare(connection, "eg", prepared.text.c_str(), static_cast<int>(prepared.types.size()),
                       prepared.types.data()) != 0 &&
         query(execute) && PQpipelineSync(connection) != 0;
  if (trial) sent = sent && query("ROLLBACK");
  sent = sent && query("DEALLOCATE eg") && PQpipelineSync(connection) != 0;
  if (!sent) return lost_connection(connection);
  return receive(2);
}

// Answers up to the last of so many syncs; those behind the first don't count.
Result<Explainer::Outcome> Explainer::receive(int syncs) {
  PGconn* connection = connection_.handle();
  Outcome outcome;
  int seen = 0;
  auto until = Clock::now() + kPatience;
  while (seen < syncs) {
    Connection::Step next = connection_.step(until);
    while (next == Connection::Step::kMore) next = connection_.step(until);
    if (next == Connection::Step::kLate) return fail(ErrorKind::kUnverified, "PostgreSQL did not answer in time");
    if (next == Connection::Step::kLost) return lost_connection(connection);
    std::unique_ptr<PGresult, decltype(&PQclear)> result(PQgetResult(connection), &PQclear);
    if (result == nullptr) {  // between two commands, or nothing more to come
      if (PQstatus(connection) != CONNECTION_OK) return lost_connection(connection);
      continue;
    }
    ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_PIPELINE_SYNC) ++seen;
    if (seen > 0) continue;
    if (status == PGRES_TUPLES_OK && PQntuples(result.get()) > 0) outcome.json = PQgetvalue(result.get(), 0, 0);
    if (status == PGRES_FATAL_ERROR && outcome.refusal.message.empty()) {
      auto field = [&](int code) {
        const char* value = PQresultErrorField(result.get(), code);
        return std::string(value == nullptr ? "" : value);
      };
      outcome.refusal.message = field(PG_DIAG_MESSAGE_PRIMARY);
      outcome.refusal.sqlstate = field(PG_DIAG_SQLSTATE);
      std::string position = field(PG_DIAG_STATEMENT_POSITION);
      std::from_chars(position.data(), position.data() + position.size(), outcome.refusal.position);
      if (outcome.refusal.message.empty()) outcome.refusal.message = "refused";
    }
  }
  return outcome;
}

}  // namespace explaingate::postgres
