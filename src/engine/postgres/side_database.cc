#include "engine/postgres/side_database.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/hash.h"
#include "engine/postgres/scale_database.h"

namespace explaingate::postgres {
namespace {

using Json = nlohmann::json;

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

Result<SideDatabase> side_database(const Cluster& cluster, const std::vector<SchemaStatement>& schema,
                                   const std::vector<SchemaStatement>& seed) {
  std::string texts;
  for (const auto* statements : {&schema, &seed}) {
    for (const SchemaStatement& statement : *statements) texts += hash_hex(statement.text);
    texts += '/';
  }
  SideDatabase side{"side_" + hash_hex(texts).substr(0, 24), {}};
  auto admin = open_as_superuser(cluster, "postgres");
  if (!admin) return fail(admin.error());
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
  Status made = admin->run(fmt::format("CREATE DATABASE {} OWNER {}", quote_identifier(side.name), kSchemaRole));
  if (!made) return fail(made.error());
  // The public schema belongs to the database's owner only from PostgreSQL 15 on.
  {
    auto inside = open_as_superuser(cluster, side.name);
    if (!inside) return fail(inside.error());
    if (Status own = inside->run(fmt::format("ALTER SCHEMA public OWNER TO {}", kSchemaRole)); !own)
      return fail(own.error());
  }
  {
    auto connection = Connection::open(cluster.target(side.name, kSchemaRole));
    if (!connection) return fail(connection.error());
    for (size_t i = 0; i < schema.size(); ++i) {
      Status applied = connection->run(schema[i].text);
      if (applied) continue;
      side.failures.push_back({i, applied.error().message});
      if (connection->is_open()) continue;
      connection = Connection::open(cluster.target(side.name, kSchemaRole));
      if (!connection) return fail(connection.error());
    }
    for (const SchemaStatement& statement : seed)
      if (Status loaded = connection->run(statement.text); !loaded) {
        Error error = loaded.error();
        error.kind = ErrorKind::kConfiguration;
        error.file = statement.path;
        error.line = statement.line;
        return fail(std::move(error));
      }
    if (!seed.empty())
      if (Status analyzed = connection->run("ANALYZE"); !analyzed) return fail(analyzed.error());
  }
  Json failures = Json::array();
  for (const SchemaFailure& failure : side.failures) failures.push_back({failure.statement, failure.message});
  std::string comment = failures.dump(-1, ' ', true, Json::error_handler_t::replace);
  if (Status done =
          admin->run(fmt::format("COMMENT ON DATABASE {} IS {}", quote_identifier(side.name), quote_literal(comment)));
      !done)
    return fail(done.error());
  return side;
}

}  // namespace explaingate::postgres
