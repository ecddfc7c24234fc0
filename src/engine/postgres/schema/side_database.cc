#include "engine/postgres/schema/side_database.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/hash.h"
#include "engine/postgres/statistics/scale_database.h"

namespace explaingate::postgres {
namespace {

using Json = nlohmann::json;

// Whoever has the lock applies a schema and a seed, each within SchemaLimits::whole, and analyses.
constexpr auto kMostOfAnother = std::chrono::minutes(6);

std::vector<SchemaFailure> failures_in(std::string_view text) {
  std::vector<SchemaFailure> failures;
  Json json = Json::parse(text, nullptr, false);
  if (!json.is_array()) return failures;
  for (const Json& item : json)
    if (item.is_array() && item.size() == 2 && item[0].is_number_unsigned() && item[1].is_string())
      failures.push_back({item[0].get<size_t>(), item[1].get<std::string>()});
  return failures;
}

}  // namespace

std::string content_hash(const std::vector<SchemaStatement>& schema, const std::vector<SchemaStatement>& seed) {
  std::string texts;
  for (const auto* statements : {&schema, &seed}) {
    for (const SchemaStatement& statement : *statements) texts += hash_hex(statement.text);
    texts += '/';
  }
  return hash_hex(texts);
}

Status load_seed(const SchemaServer& server, const std::vector<SchemaStatement>& seed) {
  if (seed.empty()) return {};
  auto refused = apply_schema(server, seed);
  if (!refused) return fail(refused.error());
  if (!refused->empty()) {
    const SchemaStatement& statement = seed[refused->front().statement];
    Error error;
    error.kind = ErrorKind::kConfiguration;
    error.message = "the seed can't be loaded: " + refused->front().message;
    error.file = statement.path;
    error.line = statement.line;
    error.column = statement.column;
    return fail(std::move(error));
  }
  return {};
}

Result<SideDatabase> side_database(const Cluster& cluster, const std::vector<SchemaStatement>& schema,
                                   const std::vector<SchemaStatement>& seed) {
  SideDatabase side{"side_" + content_hash(schema, seed).substr(0, 24), {}};
  auto admin = open_as_superuser(cluster, "postgres");
  if (!admin) return fail(admin.error());
  admin->set_limit(kMostOfAnother);
  auto lock = admin->run("SELECT pg_advisory_lock(hashtextextended($1, 0))", {side.name});
  if (!lock) return fail(lock.error());
  auto there =
      admin->query("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = $1", {side.name});
  if (!there) return fail(there.error());
  if (there->count() > 0 && !there->is_null(0, 0)) {
    side.failures = failures_in(there->text(0, 0));
    return side;
  }
  if (there->count() > 0)
    if (Status dropped = admin->run("DROP DATABASE " + quote_identifier(side.name)); !dropped)
      return fail(dropped.error());
  if (Status made = create_schema_database(cluster, side.name); !made) return fail(made.error());
  auto failures = apply_schema(cluster, side.name, schema);
  if (!failures) return fail(failures.error());
  side.failures = std::move(*failures);
  if (!seed.empty()) {
    if (Status loaded = load_seed(schema_server(cluster, side.name), seed); !loaded) return fail(loaded.error());
    auto connection = Connection::open(cluster.target(side.name, kSchemaRole));
    if (!connection) return fail(connection.error());
    if (Status analyzed = connection->run("ANALYZE"); !analyzed) return fail(analyzed.error());
  }
  Json list = Json::array();
  for (const SchemaFailure& failure : side.failures) list.push_back({failure.statement, failure.message});
  std::string comment = list.dump(-1, ' ', true, Json::error_handler_t::replace);
  if (Status done =
          admin->run(fmt::format("COMMENT ON DATABASE {} IS {}", quote_identifier(side.name), quote_literal(comment)));
      !done)
    return fail(done.error());
  return side;
}

}  // namespace explaingate::postgres
