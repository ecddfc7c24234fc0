#include "engine/postgres/plans/catalogue.h"

#include <algorithm>

#include "engine/postgres/statistics/relations.h"

namespace explaingate::postgres {
namespace {

// Every name of a function and operator is pg_catalog's own: the schema may have others of the same name.
constexpr const char* kRelations = R"(
SELECT c.oid, n.nspname, c.relname, c.relkind,
  CASE WHEN c.relispartition THEN pg_catalog.pg_partition_root(c.oid)::pg_catalog.oid ELSE 0 END,
  CASE WHEN c.relkind IN ('v', 'm') THEN pg_catalog.pg_get_viewdef(c.oid) END
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't'
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d
    WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY c.oid)";

constexpr const char* kColumns = R"(
SELECT a.attrelid, a.attnum, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod),
  CASE WHEN a.attidentity <> '' THEN 'identity' ELSE pg_catalog.pg_get_expr(d.adbin, d.adrelid) END,
  a.attnotnull OR coalesce(t.typnotnull, false), a.attgenerated <> '',
  b.typname,
  (SELECT pg_catalog.count(*) FROM pg_catalog.pg_enum AS e WHERE e.enumtypid = b.oid),
  (SELECT pg_catalog.string_agg(pg_catalog.pg_get_constraintdef(k.oid), E'\n' ORDER BY k.oid)
   FROM pg_catalog.pg_constraint AS k WHERE k.contypid = t.oid AND k.contype = 'c')
FROM pg_catalog.pg_attribute AS a
JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
JOIN pg_catalog.pg_type AS b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
LEFT JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attrelid >= 16384
ORDER BY a.attrelid, a.attnum)";

constexpr const char* kConstraints = R"(
SELECT k.conrelid, k.contype, p.relname, pn.nspname, k.confdeltype, k.confupdtype,
  pg_catalog.pg_get_constraintdef(k.oid),
  (SELECT pg_catalog.string_agg(a.attname, E'\n' ORDER BY u.n) FROM pg_catalog.unnest(k.conkey) WITH ORDINALITY AS u(key, n)
   JOIN pg_catalog.pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = u.key),
  (SELECT pg_catalog.string_agg(a.attname, E'\n' ORDER BY u.n) FROM pg_catalog.unnest(k.confkey) WITH ORDINALITY AS u(key, n)
   JOIN pg_catalog.pg_attribute AS a ON a.attrelid = k.confrelid AND a.attnum = u.key)
FROM pg_catalog.pg_constraint AS k
LEFT JOIN pg_catalog.pg_class AS p ON p.oid = k.confrelid
LEFT JOIN pg_catalog.pg_namespace AS pn ON pn.oid = p.relnamespace
WHERE k.conrelid >= 16384 AND k.contype IN ('p', 'f', 'c') AND (k.contype <> 'f' OR k.conparentid = 0)
ORDER BY k.conrelid, k.contype, k.conname)";

constexpr const char* kIndexes = R"(
SELECT i.indrelid, i.indexrelid, c.relname, i.indisunique, i.indpred IS NOT NULL,
  coalesce((SELECT k.contype FROM pg_catalog.pg_constraint AS k
            WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x') ORDER BY k.contype LIMIT 1), 'c'),
  pg_catalog.pg_get_indexdef(i.indexrelid), m.amname,
  s.n, i.indkey[s.n], a.attname, i.indoption[s.n], o.collname,
  m.amname = 'btree' AND i.indnatts = i.indnkeyatts AND i.indpred IS NULL AND i.indexprs IS NULL
    AND NOT EXISTS (SELECT FROM pg_catalog.unnest(i.indclass::pg_catalog.oid[]) AS u(oid)
                    JOIN pg_catalog.pg_opclass AS p ON p.oid = u.oid WHERE NOT p.opcdefault)
    AND NOT EXISTS (SELECT FROM pg_catalog.unnest(i.indoption::pg_catalog.int2[]) AS u(option) WHERE u.option IN (1, 2))
FROM pg_catalog.pg_index AS i
JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_am AS m ON m.oid = c.relam
CROSS JOIN LATERAL pg_catalog.generate_series(0, i.indnkeyatts - 1) AS s(n)
LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[s.n] AND i.indkey[s.n] <> 0
LEFT JOIN pg_catalog.pg_collation AS o ON o.oid = i.indcollation[s.n]
WHERE i.indrelid >= 16384 AND i.indisvalid
ORDER BY i.indrelid, c.relname, i.indexrelid, s.n)";

constexpr const char* kVolatileFunctions = R"(
SELECT p.proname FROM pg_catalog.pg_proc AS p
WHERE p.prokind = 'f' AND NOT p.proretset
GROUP BY p.proname HAVING pg_catalog.bool_and(p.provolatile = 'v')
ORDER BY p.proname)";

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string action_words(std::string_view code) {
  static const std::map<std::string_view, const char*> kWords = {
      {"a", "NO ACTION"}, {"r", "RESTRICT"}, {"c", "CASCADE"}, {"n", "SET NULL"}, {"d", "SET DEFAULT"}};
  auto found = kWords.find(code);
  return found == kWords.end() ? "" : found->second;
}

class Reader {
 public:
  explicit Reader(Connection& connection) : connection_(connection) {}

  Result<SchemaCatalogue> run() {
    for (auto step : {&Reader::search_path, &Reader::index_kinds, &Reader::relations, &Reader::columns,
                      &Reader::constraints, &Reader::indexes, &Reader::volatile_functions})
      if (Status status = (this->*step)(); !status) return fail(status.error());
    finish();
    return std::move(out_);
  }

 private:
  Status search_path() {
    auto rows = connection_.query("SELECT pg_catalog.unnest(pg_catalog.current_schemas(false))");
    if (!rows) return fail(rows.error());
    for (int i = 0; i < rows->count(); ++i) out_.catalogue.search_path.emplace_back(rows->text(i, 0));
    return {};
  }

  Status volatile_functions() {
    auto rows = connection_.query(kVolatileFunctions);
    if (!rows) return fail(rows.error());
    for (int i = 0; i < rows->count(); ++i) out_.catalogue.volatile_functions.emplace_back(rows->text(i, 0));
    return {};
  }

  Status index_kinds() {
    auto rows = connection_.query("SELECT FROM pg_catalog.pg_opclass WHERE opcname = 'gin_trgm_ops'");
    if (!rows) return fail(rows.error());
    out_.catalogue.index_kinds = {.included = true,
                                  .pattern_class = true,
                                  .gin = true,
                                  .brin = true,
                                  .trigrams = rows->count() > 0,
                                  .knows_values = true};
    return {};
  }

  Status relations() {
    auto rows = connection_.query(kRelations);
    if (!rows) return fail(rows.error());
    for (int i = 0; i < rows->count(); ++i) {
      Relation relation;
      relation.oid = rows->integer(i, 0);
      relation.schema = rows->text(i, 1);
      relation.name = rows->text(i, 2);
      relation.kind = rows->text(i, 3).front();
      relation.root = rows->integer(i, 4);
      relation.shown = relation_key(relation.schema, relation.name);
      CatalogueTable table;
      table.name = relation.shown;
      table.type = relation.kind == 'v' ? "view" : relation.kind == 'f' ? "virtual" : "table";
      table.sql = rows->text(i, 5);
      out_.by_name.emplace(std::pair(relation.schema, relation.name), out_.relations.size());
      by_oid_.emplace(relation.oid, out_.relations.size());
      out_.relations.push_back(std::move(relation));
      tables_.push_back(std::move(table));
    }
    return {};
  }

  CatalogueTable* table(int64_t oid) {
    auto found = by_oid_.find(oid);
    return found == by_oid_.end() ? nullptr : &tables_[found->second];
  }

  Status columns() {
    auto rows = connection_.query(kColumns);
    if (!rows) return fail(rows.error());
    for (int i = 0; i < rows->count(); ++i) {
      CatalogueTable* owner = table(rows->integer(i, 0));
      if (owner == nullptr) continue;
      CatalogueColumn column;
      column.name = rows->text(i, 2);
      column.type = rows->text(i, 3);
      column.generated = rows->boolean(i, 6);
      if (!column.generated) column.default_value = rows->text(i, 4);
      column.not_null = rows->boolean(i, 5);
      column.allowed_values = rows->text(i, 7) == "bool" ? 2 : static_cast<int>(rows->integer(i, 8));
      RelationColumn stored{column.name, static_cast<int>(rows->integer(i, 1)), {}};
      for (const std::string& check : lines_of(rows->text(i, 9))) allow(column, stored, check, "VALUE");
      out_.relations[by_oid_[rows->integer(i, 0)]].columns.push_back(std::move(stored));
      owner->columns.push_back(std::move(column));
    }
    return {};
  }

  static void allow(CatalogueColumn& column, RelationColumn& stored, std::string_view check, std::string_view name) {
    if (column.allowed_values > 0) return;
    stored.allowed = allowed_by_check(check, name);
    column.allowed_values = static_cast<int>(stored.allowed.size());
  }

  Status constraints() {
    auto rows = connection_.query(kConstraints);
    if (!rows) return fail(rows.error());
    for (int i = 0; i < rows->count(); ++i) {
      CatalogueTable* owner = table(rows->integer(i, 0));
      if (owner == nullptr) continue;
      std::vector<std::string> names = lines_of(rows->text(i, 7));
      std::string_view type = rows->text(i, 1);
      if (type == "f") {
        CatalogueForeignKey key;
        key.columns = std::move(names);
        key.parent_columns = lines_of(rows->text(i, 8));
        key.on_delete = action_words(rows->text(i, 4));
        key.on_update = action_words(rows->text(i, 5));
        if (const Relation* parent = out_.find(rows->text(i, 3), rows->text(i, 2))) key.parent_table = parent->shown;
        owner->foreign_keys.push_back(std::move(key));
        continue;
      }
      Relation& relation = out_.relations[by_oid_[rows->integer(i, 0)]];
      for (size_t k = 0; k < names.size(); ++k) {
        auto named = std::ranges::find(owner->columns, names[k], &CatalogueColumn::name);
        if (named == owner->columns.end()) continue;
        if (type == "p") named->primary_key = static_cast<int>(k) + 1;
        if (type == "c" && names.size() == 1)
          allow(*named, relation.columns[static_cast<size_t>(named - owner->columns.begin())], rows->text(i, 6),
                named->name);
      }
    }
    return {};
  }

  Status indexes() {
    auto rows = connection_.query(kIndexes);
    if (!rows) return fail(rows.error());
    for (int i = 0; i < rows->count(); ++i) {
      CatalogueTable* owner = table(rows->integer(i, 0));
      if (owner == nullptr) continue;
      Relation& relation = out_.relations[by_oid_[rows->integer(i, 0)]];
      if (rows->integer(i, 8) == 0) {
        RelationIndex index;
        index.oid = rows->integer(i, 1);
        index.name = rows->text(i, 2);
        index.method = rows->text(i, 7);
        index.unique = rows->boolean(i, 3);
        index.partial = rows->boolean(i, 4);
        CatalogueIndex shown;
        shown.name = index.name;
        shown.unique = index.unique;
        shown.partial = index.partial;
        shown.plain = rows->boolean(i, 13);
        shown.origin = rows->text(i, 5) == "p" ? "primary_key" : rows->text(i, 5) == "c" ? "create" : "unique";
        shown.sql = rows->text(i, 6);
        relation.indexes.push_back(std::move(index));
        owner->indexes.push_back(std::move(shown));
      }
      relation.indexes.back().columns.push_back(static_cast<int>(rows->integer(i, 9)));
      bool descending = (rows->integer(i, 11) & 1) != 0, nulls_first = (rows->integer(i, 11) & 2) != 0;
      owner->indexes.back().columns.push_back(
          {std::string(rows->text(i, 10)), descending, std::string(rows->text(i, 12)), descending != nulls_first});
    }
    return {};
  }

  // Partitions are their root's: a plan that reads orders_2024 reads orders.
  void finish() {
    for (size_t i = 0; i < out_.relations.size(); ++i) {
      Relation& relation = out_.relations[i];
      if (auto root = by_oid_.find(relation.root); relation.root != 0 && root != by_oid_.end())
        relation.shown = out_.relations[root->second].shown;
      if (relation.kind != 'p' && relation.kind != 'v') out_.by_shown[relation.shown].push_back(i);
      if (relation.root == 0) out_.catalogue.tables.push_back(std::move(tables_[i]));
    }
    for (CatalogueTable& table : out_.catalogue.tables)
      if (auto leaves = out_.by_shown.find(table.name); leaves != out_.by_shown.end())
        for (size_t leaf : leaves->second) table.partitions += out_.relations[leaf].root != 0 ? 1 : 0;
    std::ranges::sort(out_.catalogue.tables, {}, &CatalogueTable::name);
  }

  Connection& connection_;
  SchemaCatalogue out_;
  std::vector<CatalogueTable> tables_;  // as out_.relations
  std::map<int64_t, size_t> by_oid_;
};

}  // namespace

const Relation* SchemaCatalogue::find(std::string_view schema, std::string_view name) const {
  auto found = by_name.find(std::pair(std::string(schema), std::string(name)));
  return found == by_name.end() ? nullptr : &relations[found->second];
}

Result<SchemaCatalogue> read_catalogue(Connection& connection) {
  auto read = Reader(connection).run();
  if (read) read->version = connection.version();
  return read;
}

Result<Statistics> count_rows(Connection& connection, const SchemaCatalogue& schema) {
  Statistics statistics;
  auto rows = connection.query("SELECT oid, reltuples FROM pg_catalog.pg_class WHERE oid >= 16384 AND reltuples > 0");
  if (!rows) return fail(rows.error());
  std::map<int64_t, double> tuples;
  for (int i = 0; i < rows->count(); ++i) tuples[rows->integer(i, 0)] = rows->real(i, 1);
  auto columns = connection.query(
      "SELECT schemaname, tablename, attname, n_distinct, null_frac FROM pg_catalog.pg_stats ORDER BY inherited, 1, 2, "
      "3");
  if (!columns) return fail(columns.error());
  for (const auto& [name, tables] : schema.by_shown) {
    double sum = 0;
    for (size_t table : tables)
      if (auto found = tuples.find(schema.relations[table].oid); found != tuples.end()) sum += found->second;
    if (sum <= 0) continue;
    statistics.tables[name].rows = sum;
    statistics.tables[name].source = RowSource::kSeed;
  }
  for (int i = 0; i < columns->count(); ++i) {
    const Relation* relation = schema.find(columns->text(i, 0), columns->text(i, 1));
    if (relation == nullptr || relation->root != 0) continue;
    auto table = statistics.tables.find(relation->shown);
    if (table == statistics.tables.end()) continue;
    ColumnStatistics& column = table->second.columns[std::string(columns->text(i, 2))];
    column.null_fraction = columns->real(i, 4);
    if (columns->real(i, 3) != 0) column.distinct = columns->real(i, 3);
  }
  return statistics;
}

std::vector<TableShape> shapes_of(const Catalogue& catalogue) {
  std::vector<TableShape> shapes;
  for (const CatalogueTable& table : catalogue.tables) {
    if (table.type != "table") continue;
    TableShape shape;
    shape.name = table.name;
    auto keys =
        std::count_if(table.columns.begin(), table.columns.end(), [](const auto& c) { return c.primary_key > 0; });
    for (const CatalogueColumn& column : table.columns) {
      ColumnShape entry{
          column.name, column.type, column.not_null, keys == 1 && column.primary_key == 1, column.allowed_values,
          {},          {}};
      for (const CatalogueIndex& index : table.indexes)
        if (index.unique && !index.partial && index.columns.size() == 1 && index.columns[0].name == column.name)
          entry.unique = true;
      for (const CatalogueForeignKey& key : table.foreign_keys)
        if (key.columns.size() == 1 && key.columns[0] == column.name) {
          entry.parent_table = key.parent_table;
          entry.parent_column = key.parent_columns.empty() ? "" : key.parent_columns[0];
        }
      shape.columns.push_back(std::move(entry));
    }
    for (const CatalogueIndex& index : table.indexes) {
      IndexShape entry{index.name, index.unique, index.partial, {}};
      for (const CatalogueIndexColumn& column : index.columns) entry.columns.push_back(column.name);
      shape.indexes.push_back(std::move(entry));
    }
    shapes.push_back(std::move(shape));
  }
  return shapes;
}

}  // namespace explaingate::postgres
