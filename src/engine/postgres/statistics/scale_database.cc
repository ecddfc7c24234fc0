#include "engine/postgres/statistics/scale_database.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"

namespace explaingate::postgres {
namespace {

// Shows candidate indexes to the planner until the transaction ends, with statistics of columns that nothing was known
// of: they wait below the index, where the planner doesn't look for those of a plain column. The role that plans may
// call it, since it does nothing else; an index without the mark is left as it is.
constexpr const char* kCandidateSchema = "CREATE SCHEMA explaingate_candidates";
constexpr const char* kCandidateUse = "GRANT USAGE ON SCHEMA explaingate_candidates TO PUBLIC";
constexpr const char* kCandidateFunction = R"(
CREATE FUNCTION explaingate_candidates.show(shown oid[]) RETURNS void LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog AS $$
  UPDATE pg_index SET indisvalid = true WHERE indexrelid = ANY (shown)
    AND obj_description(indexrelid, 'pg_class') = 'explaingate candidate';
  INSERT INTO pg_statistic
  SELECT DISTINCT ON (i.indrelid, i.indkey[s.staattnum - 1]) i.indrelid, i.indkey[s.staattnum - 1], s.stainherit,
    s.stanullfrac, s.stawidth, s.stadistinct, s.stakind1, s.stakind2, s.stakind3, s.stakind4, s.stakind5, s.staop1,
    s.staop2, s.staop3, s.staop4, s.staop5, s.stacoll1, s.stacoll2, s.stacoll3, s.stacoll4, s.stacoll5, s.stanumbers1,
    s.stanumbers2, s.stanumbers3, s.stanumbers4, s.stanumbers5, s.stavalues1, s.stavalues2, s.stavalues3, s.stavalues4,
    s.stavalues5
  FROM pg_index AS i JOIN pg_statistic AS s ON s.starelid = i.indexrelid
  WHERE i.indexrelid = ANY (shown) AND obj_description(i.indexrelid, 'pg_class') = 'explaingate candidate'
    AND NOT EXISTS (SELECT FROM pg_statistic AS k WHERE k.starelid = i.indrelid
      AND k.staattnum = i.indkey[s.staattnum - 1] AND k.stainherit = s.stainherit)
$$)";

AllowedValues allowed_values(const SchemaCatalogue& schema) {
  AllowedValues allowed;
  for (const Relation& relation : schema.relations)
    for (const RelationColumn& column : relation.columns)
      if (!column.allowed.empty()) allowed[relation.shown][column.name] = column.allowed;
  return allowed;
}

// What an index begins with is taken as selective, an expression as well as a column.
void assume_expressions(const Relations& relations, const ScaledStatistics& scaled, DatabaseNumbers& numbers) {
  for (auto& [oid, known] : numbers.relations) {
    const RelationInfo& index = relations.all.at(oid);
    if (index.kind != 'i' || index.keys.empty() || index.keys[0] != 0 || !known.columns.empty()) continue;
    auto table = relations.all.find(index.table);
    if (table == relations.all.end()) continue;
    auto rows = scaled.tables.find(relation_key(table->second.schema, table->second.name));
    if (rows == scaled.tables.end()) continue;
    auto prefix = rows->second.index_rows.find(index.name);
    if (prefix == rows->second.index_rows.end() || prefix->second.empty()) continue;
    ColumnNumbers column{1, false, {}};
    column.statistics.distinct = -1 / std::max(1.0, prefix->second[0]);
    column.statistics.width = 32;
    known.columns.push_back(std::move(column));
  }
}

constexpr std::string_view kComplete = "complete\n";

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  for (size_t at = 0; at < text.size();) {
    size_t end = std::min(text.find('\n', at), text.size());
    lines.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

Status fill(const Cluster& cluster, ScaleDatabase& database, const Relations& relations) {
  auto grown = grow_files(cluster.data_folder(), database.oid, relations, database.numbers);
  if (!grown) return fail(grown.error());
  auto connection = open_as_superuser(cluster, database.name);
  if (!connection) return fail(connection.error());
  auto written = write_catalogue(*connection, relations, database.numbers);
  if (!written) return fail(written.error());
  database.notes = std::move(*grown);
  database.notes.insert(database.notes.end(), written->begin(), written->end());
  for (const char* statement : {kCandidateSchema, kCandidateUse, kCandidateFunction})
    if (Status made = connection->run(statement); !made) return made;
  return {};
}

}  // namespace

Result<Connection> open_as_superuser(const Cluster& cluster, const std::string& database) {
  Target target = cluster.target(database, kSuperuser);
  target["options"] += " -c default_transaction_read_only=off -c statement_timeout=0 -c lock_timeout=0";
  return Connection::open(target);
}

Result<ScaleDatabase> scale_database(const Cluster& cluster, const std::string& side, const Relations& relations,
                                     const SchemaCatalogue& schema, const Statistics& completed,
                                     const ScaledStatistics& scaled, const std::string& key) {
  ScaleDatabase out;
  out.name = "scale_" + hash_fields({side, key}).substr(0, 24);
  out.numbers = numbers_for(relations, completed, scaled, allowed_values(schema));
  assume_expressions(relations, scaled, out.numbers);
  auto admin = open_as_superuser(cluster, "postgres");
  if (!admin) return fail(admin.error());
  auto lock = admin->run("SELECT pg_advisory_lock(hashtextextended($1, 0))", {out.name});
  if (!lock) return fail(lock.error());
  auto look = [&] {
    return admin->query("SELECT oid, shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = $1",
                        {out.name});
  };
  auto there = look();
  if (!there) return fail(there.error());
  if (there->count() > 0 && !there->is_null(0, 1)) {  // it is complete, and says what it lacks
    out.oid = static_cast<Oid>(there->integer(0, 0));
    out.notes = lines_of(there->text(0, 1).substr(kComplete.size()));
    return out;
  }
  if (there->count() > 0)
    if (Status dropped = admin->run("DROP DATABASE " + quote_identifier(out.name)); !dropped)
      return fail(dropped.error());
  // From PostgreSQL 15 the default way of copying goes through shared buffers, which then would hold the old pages.
  Status made = admin->run(fmt::format("CREATE DATABASE {} TEMPLATE {} OWNER {}{}", quote_identifier(out.name),
                                       quote_identifier(side), quote_identifier(kSchemaRole),
                                       admin->version() >= 150000 ? " STRATEGY FILE_COPY" : ""));
  if (!made) return fail(made.error());
  // ALTER DATABASE … SET search_path, which a copy doesn't take along.
  Status set = admin->run(
      "INSERT INTO pg_db_role_setting SELECT copy.oid, 0, setconfig FROM pg_db_role_setting JOIN pg_database side ON "
      "side.oid = setdatabase AND side.datname = $1, pg_database copy WHERE copy.datname = $2 AND setrole = 0",
      {side, out.name});
  if (!set) return fail(set.error());
  there = look();
  if (!there) return fail(there.error());
  out.oid = static_cast<Oid>(there->integer(0, 0));
  if (Status filled = fill(cluster, out, relations); !filled) return fail(filled.error());
  Status done = admin->run(fmt::format("COMMENT ON DATABASE {} IS {}", quote_identifier(out.name),
                                       quote_literal(fmt::format("{}{}", kComplete, fmt::join(out.notes, "\n")))));
  if (!done) return fail(done.error());
  return out;
}

}  // namespace explaingate::postgres
