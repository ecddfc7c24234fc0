#include "bench/generator.h"

#include <fmt/format.h>

namespace explaingate::bench {
namespace {

const std::vector<std::string> kWords = {"open",  "paid", "north", "retail", "blue", "express",
                                         "draft", "gold", "EUR",   "web",    "late", "closed"};
const std::vector<std::string> kComparisons = {"=", "=", "=", "<", ">", "<=", ">=", "<>"};
const std::vector<std::string> kAggregates = {"count", "sum", "avg", "min", "max"};

bool is_number(const Column& column) {
  return column.type == Column::Type::kInteger || column.type == Column::Type::kReal;
}

}  // namespace

void StatementWriter::put(std::string_view text) {
  put_both(text, text);
}

void StatementWriter::put_both(std::string_view text, std::string_view grammar) {
  query_.text += text;
  query_.grammar += grammar;
}

void StatementWriter::parameter(const Column& column) {
  ++parameters_;
  put_both(named_ ? fmt::format(":{}_{}", column.name, parameters_) : "?", fmt::format("${}", parameters_));
}

void StatementWriter::value(const Column& column) {
  if (random_.chance(65)) return parameter(column);
  switch (column.type) {
    case Column::Type::kText:
      return put(fmt::format("'{}'", random_.pick(kWords)));
    case Column::Type::kTime:
      return put(fmt::format("'2024-{:02}-15'", 1 + random_.below(12)));
    case Column::Type::kInteger:
      return put(fmt::format("{}", random_.below(1000)));
    case Column::Type::kReal:
      return put(fmt::format("{}.25", random_.below(500)));
  }
}

void StatementWriter::column(const Source& source, const Column& column) {
  put(source.alias);
  put(".");
  put(column.name);
}

std::string StatementWriter::fresh_alias() {
  return fmt::format("t{}", ++aliases_);
}

void StatementWriter::predicate(const Source& source, int depth) {
  const Column& wanted = some_column(tables_[source.table]);
  size_t form = random_.below(depth > 0 ? 12 : 10);
  if (form == 10) return in_subquery(source, depth);
  if (form == 11) return exists(source, depth);
  if (form == 9 && wanted.type == Column::Type::kText) {
    put(random_.chance(50) ? "lower(" : "upper(");
    column(source, wanted);
    put(") = ");
    return parameter(wanted);
  }
  column(source, wanted);
  if (form == 5) return put(random_.chance(50) ? " IS NULL" : " IS NOT NULL");
  if (form == 6) {
    put(" BETWEEN ");
    value(wanted);
    put(" AND ");
    return value(wanted);
  }
  if (form == 7) {
    put(" IN (");
    for (size_t left = 2 + random_.below(4); left > 0; --left) {
      value(wanted);
      if (left > 1) put(", ");
    }
    return put(")");
  }
  if (form == 8 && wanted.type == Column::Type::kText) {
    put(" LIKE ");
    return random_.chance(50) ? parameter(wanted) : put(fmt::format("'{}%'", random_.pick(kWords)));
  }
  put(fmt::format(" {} ", random_.pick(kComparisons)));
  value(wanted);
}

void StatementWriter::where(const std::vector<Source>& sources, int depth) {
  size_t count = 1 + random_.below(4);
  put("\nWHERE ");
  for (size_t i = 0; i < count; ++i) {
    if (i > 0) put("\n  AND ");
    bool either = random_.chance(15);
    if (either) put("(");
    predicate(random_.pick(sources), depth);
    if (either) {
      put(" OR ");
      predicate(random_.pick(sources), 0);
      put(")");
    }
  }
}

void StatementWriter::projections(const std::vector<Source>& sources, size_t least) {
  size_t count = least + random_.below(6);
  for (size_t i = 0; i < count; ++i) {
    if (i > 0) put(", ");
    const Source& source = random_.pick(sources);
    column(source, some_column(tables_[source.table]));
    if (random_.chance(20)) put(fmt::format(" AS c{}", i));
  }
}

void StatementWriter::measure(const Source& source) {
  const Column& wanted = some_column(tables_[source.table]);
  if (random_.chance(25)) {
    const Column& tested = some_column(tables_[source.table]);
    put("sum(CASE WHEN ");
    column(source, tested);
    put(" = ");
    value(tested);
    put(" THEN ");
    if (is_number(wanted))
      column(source, wanted);
    else
      put("1");
    return put(" ELSE 0 END)");
  }
  if (!is_number(wanted)) return put("count(*)");
  put(random_.pick(kAggregates));
  put("(");
  column(source, wanted);
  put(")");
}

// FROM and JOIN along foreign keys: each next table is a parent of one that is there.
std::vector<StatementWriter::Source> StatementWriter::join(size_t count, int depth) {
  std::vector<Source> sources = {{random_.below(tables_.size()), fresh_alias()}};
  put(fmt::format("\nFROM {} {}", tables_[sources[0].table].name, sources[0].alias));
  for (size_t tries = 0; sources.size() < count && tries < 3 * count; ++tries) {
    Source child = random_.pick(sources);
    if (tables_[child.table].parents.empty()) continue;
    const Table::Parent& parent = random_.pick(tables_[child.table].parents);
    Source source = {parent.table, fresh_alias()};
    put(fmt::format("\n{} {} {} ON {}.id = {}.{}", random_.chance(75) ? "JOIN" : "LEFT JOIN",
                    tables_[source.table].name, source.alias, source.alias, child.alias, parent.column));
    if (random_.chance(15)) {
      put(" AND ");
      predicate(source, depth);
    }
    sources.push_back(source);
  }
  return sources;
}

void StatementWriter::order_and_limit(const std::vector<Source>& sources) {
  if (random_.chance(60)) {
    put("\nORDER BY ");
    const Source& source = random_.pick(sources);
    column(source, some_column(tables_[source.table]));
    if (random_.chance(40)) put(" DESC");
  }
  if (random_.chance(50)) {
    put("\nLIMIT ");
    parameter({"row_limit", Column::Type::kInteger});
  }
}

void StatementWriter::exists(const Source& outer, int depth) {
  const Table& table = tables_[outer.table];
  Source inner = {random_.below(tables_.size()), fresh_alias()};
  std::string link = inner.alias + ".id = " + outer.alias + ".id";
  if (!table.parents.empty()) {
    const Table::Parent& parent = random_.pick(table.parents);
    inner.table = parent.table;
    link = inner.alias + ".id = " + outer.alias + "." + parent.column;
  }
  put(fmt::format("{} (SELECT 1 FROM {} {} WHERE {} AND ", random_.chance(80) ? "EXISTS" : "NOT EXISTS",
                  tables_[inner.table].name, inner.alias, link));
  predicate(inner, depth - 1);
  put(")");
}

void StatementWriter::in_subquery(const Source& source, int depth) {
  Source inner = {random_.below(tables_.size()), fresh_alias()};
  put(fmt::format("{}.id IN (SELECT {}.id FROM {} {} WHERE ", source.alias, inner.alias, tables_[inner.table].name,
                  inner.alias));
  predicate(inner, depth - 1);
  put(")");
}

void StatementWriter::look_up() {
  const Table& table = random_.pick(tables_);
  const Column& wanted = some_column(table);
  const Column& key = some_column(table);
  put(fmt::format("SELECT {}, {} FROM {} WHERE {} = ", wanted.name, some_column(table).name, table.name, key.name));
  parameter(key);
  if (!random_.chance(60)) return;
  const Column& other = some_column(table);
  put(fmt::format(" AND {} {} ", other.name, random_.pick(kComparisons)));
  value(other);
}

void StatementWriter::filter() {
  put("SELECT ");
  Source source = {random_.below(tables_.size()), fresh_alias()};
  projections({source}, 2);
  put(fmt::format("\nFROM {} {}", tables_[source.table].name, source.alias));
  where({source}, 2);
  order_and_limit({source});
}

// Projections come before FROM, and need its aliases: the list is written afterwards and put in front.
void StatementWriter::join_query() {
  Query before = std::move(query_);
  query_ = {};
  std::vector<Source> sources = join(2 + random_.below(5), 0);
  where(sources, 1);
  order_and_limit(sources);
  Query tail = std::move(query_);
  query_ = std::move(before);
  put(random_.chance(10) ? "SELECT DISTINCT " : "SELECT ");
  projections(sources, 3);
  put_both(tail.text, tail.grammar);
}

void StatementWriter::aggregate() {
  Query before = std::move(query_);
  query_ = {};
  std::vector<Source> sources = join(1 + random_.below(4), 0);
  const Source group = random_.pick(sources);
  const std::string key = group.alias + "." + some_column(tables_[group.table]).name;
  where(sources, 1);
  put("\nGROUP BY " + key);
  if (random_.chance(30)) {
    put("\nHAVING count(*) > ");
    parameter({"least", Column::Type::kInteger});
  }
  if (random_.chance(50)) put("\nORDER BY count(*) DESC");
  Query tail = std::move(query_);
  query_ = std::move(before);
  put("SELECT " + key);
  for (size_t left = 1 + random_.below(4); left > 0; --left) {
    put(", ");
    measure(random_.pick(sources));
  }
  put_both(tail.text, tail.grammar);
}

// A long one: many measures, scalar subqueries, several filters.
void StatementWriter::report() {
  Query before = std::move(query_);
  query_ = {};
  std::vector<Source> sources = join(3 + random_.below(4), 1);
  const Source group = random_.pick(sources);
  const std::string key = group.alias + "." + some_column(tables_[group.table]).name;
  where(sources, 2);
  put("\n  AND ");
  exists(sources[0], 1);
  put("\nGROUP BY " + key + "\nORDER BY 2 DESC, 1");
  Query tail = std::move(query_);
  query_ = std::move(before);
  put("SELECT " + key + " AS label");
  for (size_t left = 4 + random_.below(9); left > 0; --left) {
    put(",\n  ");
    measure(random_.pick(sources));
    put(fmt::format(" AS measure_{}", left));
  }
  const Source& outer = sources[0];
  if (!tables_[outer.table].parents.empty()) {
    const Table::Parent& parent = tables_[outer.table].parents[0];
    Source inner = {parent.table, fresh_alias()};
    put(",\n  (SELECT ");
    measure(inner);
    put(fmt::format(" FROM {} {} WHERE {}.id = {}.{}) AS of_parent", tables_[parent.table].name, inner.alias,
                    inner.alias, outer.alias, parent.column));
  }
  put_both(tail.text, tail.grammar);
}

void StatementWriter::with_query() {
  size_t count = 1 + random_.below(3);
  put("WITH ");
  for (size_t i = 0; i < count; ++i) {
    put(fmt::format("{}part_{} AS (\n", i > 0 ? ",\n" : "", i));
    Source source = {random_.below(tables_.size()), fresh_alias()};
    put(fmt::format("SELECT {}.id AS id, ", source.alias));
    measure(source);
    put(fmt::format(" AS total\nFROM {} {}", tables_[source.table].name, source.alias));
    where({source}, 1);
    put(fmt::format("\nGROUP BY {}.id\n)", source.alias));
  }
  Source main = {random_.below(tables_.size()), fresh_alias()};
  put("\nSELECT ");
  projections({main}, 2);
  for (size_t i = 0; i < count; ++i) put(fmt::format(", part_{}.total", i));
  put(fmt::format("\nFROM {} {}", tables_[main.table].name, main.alias));
  for (size_t i = 0; i < count; ++i) put(fmt::format("\nJOIN part_{} ON part_{}.id = {}.id", i, i, main.alias));
  where({main}, 1);
  order_and_limit({main});
}

void StatementWriter::set_query() {
  size_t count = 2 + random_.below(2);
  for (size_t i = 0; i < count; ++i) {
    if (i > 0) put(random_.chance(60) ? "\nUNION ALL\n" : "\nUNION\n");
    Source source = {random_.below(tables_.size()), fresh_alias()};
    put(fmt::format("SELECT {}.id, {}.{}\nFROM {} {}", source.alias, source.alias,
                    some_column(tables_[source.table]).name, tables_[source.table].name, source.alias));
    where({source}, 1);
  }
}

void StatementWriter::insert_values() {
  const Table& table = random_.pick(tables_);
  size_t form = random_.below(10);
  put_both(form == 0 ? "INSERT OR REPLACE" : form == 1 ? "INSERT OR IGNORE" : "INSERT", "INSERT");
  put(fmt::format(" INTO {} (id", table.name));
  for (const Table::Parent& parent : table.parents) put(", " + parent.column);
  std::vector<Column> columns;
  for (const Column& column : table.columns)
    if (random_.chance(70)) columns.push_back(column);
  for (const Column& column : columns) put(", " + column.name);
  put(")\nVALUES (");
  parameter({"id", Column::Type::kInteger});
  for (const Table::Parent& parent : table.parents) {
    put(", ");
    parameter({parent.column, Column::Type::kInteger});
  }
  for (const Column& column : columns) {
    put(", ");
    value(column);
  }
  put(")");
  if (form < 6 || columns.empty()) return;
  put("\nON CONFLICT (id) DO UPDATE SET ");
  for (size_t i = 0; i < columns.size(); ++i)
    put(fmt::format("{}{} = excluded.{}", i > 0 ? ", " : "", columns[i].name, columns[i].name));
}

void StatementWriter::insert_select() {
  const Table& table = random_.pick(tables_);
  size_t count = 1 + random_.below(table.columns.size());
  put(fmt::format("INSERT INTO {} (", table.name));
  for (const Table::Parent& parent : table.parents) put(parent.column + ", ");
  for (size_t i = 0; i < count; ++i) put((i > 0 ? ", " : "") + table.columns[i].name);
  Source source = {random_.below(tables_.size()), fresh_alias()};
  put(")\nSELECT ");
  for (size_t i = 0; i < table.parents.size(); ++i) put(source.alias + ".id, ");
  for (size_t i = 0; i < count; ++i) {
    if (i > 0) put(", ");
    column(source, some_column(tables_[source.table]));
  }
  put(fmt::format("\nFROM {} {}", tables_[source.table].name, source.alias));
  where({source}, 2);
}

void StatementWriter::update() {
  Source source = {random_.below(tables_.size()), tables_[0].name};
  source.alias = tables_[source.table].name;
  put(fmt::format("UPDATE {} SET ", source.alias));
  for (size_t left = 1 + random_.below(4); left > 0; --left) {
    const Column& column = some_column(tables_[source.table]);
    put(column.name + " = ");
    if (is_number(column) && random_.chance(30)) put(column.name + " + ");
    value(column);
    if (left > 1) put(", ");
  }
  where({source}, 2);
}

void StatementWriter::remove() {
  Source source = {random_.below(tables_.size()), ""};
  source.alias = tables_[source.table].name;
  put("DELETE FROM " + source.alias);
  where({source}, 2);
}

Query StatementWriter::next() {
  query_ = {};
  parameters_ = 0;
  aliases_ = 0;
  named_ = random_.chance(40);
  size_t form = random_.below(100);
  if (form < 14)
    look_up();
  else if (form < 32)
    filter();
  else if (form < 52)
    join_query();
  else if (form < 64)
    aggregate();
  else if (form < 70)
    report();
  else if (form < 78)
    with_query();
  else if (form < 82)
    set_query();
  else if (form < 89)
    insert_values();
  else if (form < 92)
    insert_select();
  else if (form < 97)
    update();
  else
    remove();
  return std::move(query_);
}

}  // namespace explaingate::bench
