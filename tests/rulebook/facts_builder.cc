#include "facts_builder.h"

#include <algorithm>
#include <array>

namespace explaingate {
namespace {

std::string quoted(std::string_view text) {
  std::string out = "'";
  for (char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

std::string table(const std::string& name, double rows, int fixed, const std::string& columns) {
  std::string sql;
  for (const char* side : {"base", "head"}) {
    sql += fmt::format("INSERT INTO tables VALUES ('{}', '{}', 'table', {:.1f}, 50000, {}, 'configured', NULL, 0, 0);",
                       side, name, rows, fixed);
    sql += fmt::format("INSERT INTO columns VALUES ('{}', '{}', 'id', 'INTEGER', 0, 0, 1, 0, '');", side, name);
    sql += fmt::format("INSERT INTO indexes VALUES ('{}', '{}', '', 1, 0, 'primary_key', NULL, '', 1);", side, name);
    sql += fmt::format("INSERT INTO index_columns VALUES ('{}', '{}', '', 0, 'id', 0, 'BINARY');", side, name);
    for (size_t at = 0; at < columns.size();) {
      size_t end = std::min(columns.find(' ', at), columns.size());
      std::string column = columns.substr(at, end - at);
      int values = column == "status" ? 4 : 0;
      sql += fmt::format("INSERT INTO columns VALUES ('{}', '{}', '{}', 'TEXT', 0, 0, 0, {}, '');", side, name, column,
                         values);
      at = end + 1;
    }
  }
  return sql;
}

int rank_of(const std::string& access) {
  constexpr std::array<std::string_view, 7> kRanks = {
      "constant", "search_covering", "search", "automatic_index", "scan_covering", "scan", "virtual"};
  return static_cast<int>(std::ranges::find(kRanks, access) - kRanks.begin());
}

std::string dump(const Result<RuleResults>& results, bool whole) {
  if (!results) return to_text(results.error());
  std::string text;
  for (const Finding& finding : results->findings) {
    text += fmt::format("{} {} {}:{}:{} {}", to_string(finding.level), finding.rule, finding.path, finding.line,
                        finding.column, finding.subject);
    if (finding.cause_statement_id) text += fmt::format(" <- {}", *finding.cause_statement_id);
    text += "\n";
    if (whole) text += fmt::format("  {}\n  {}\n", finding.message, finding.fix);
  }
  return text;
}

}  // namespace

std::string shop(const std::string& mode) {
  std::string sql = fmt::format("INSERT INTO run VALUES ('sqlite', '3.40.1', '{}', 1, 2);", mode);
  sql +=
      "INSERT INTO limits VALUES ('cost_ratio', 2), ('cost_floor', 1000), ('work_ratio', 1.5), ('work_floor', 1000);";
  sql += table("customers", 100'000, 0, "email name");
  sql += table("orders", 1'000'000, 0, "customer_id email placed_at status");
  sql += table("items", 2'000'000, 0, "order_id sku");
  sql += table("country", 250, 1, "code");
  for (const char* side : {"base", "head"}) {
    sql += fmt::format(
        "INSERT INTO foreign_keys VALUES ('{}', 'orders', 0, 0, 'customer_id', 'customers', 'id', 'NO ACTION');", side);
    sql += fmt::format("INSERT INTO indexes VALUES ('{}', 'orders', 'orders_customer', 0, 0, 'create', NULL, '', 1);",
                       side);
    sql += fmt::format(
        "INSERT INTO index_columns VALUES ('{}', 'orders', 'orders_customer', 0, 'customer_id', 0, 'BINARY');", side);
  }
  return sql;
}

std::string query(const Query& q) {
  std::string sql = fmt::format(
      "INSERT INTO statements VALUES ({}, 'head', 'shop/{}.sql', {}, 3, {}, 'sql', 'f{}', '', 'file', '{}', {}, "
      "'fp{}', {}, {}, 1, NULL);",
      q.id, q.id, q.id * 10, q.id * 10 + 2, q.id, q.kind, quoted(q.text), q.id, q.dynamic, q.changed);
  double growth = q.growth_class;
  sql += fmt::format("INSERT INTO growth VALUES ({}, 'head', {:.2f}, {}, {:.2f}, {:.1f});", q.id, growth,
                     q.growth_class, q.result_growth, q.rows);
  double factor = 1;
  for (int scale = 2; scale >= 0; --scale, factor *= 10)
    sql += fmt::format("INSERT INTO metrics VALUES ({}, 'head', {}, {:.1f}, 10.0, {:.1f}, {:.1f});", q.id, scale,
                       q.rows / factor, q.sorted / factor, q.rows / factor);
  return sql;
}

std::string node(int statement, const Node& n) {
  return fmt::format(
      "INSERT INTO plan_nodes SELECT {}, 'head', 2, 1 + count(*), -1, 'SCAN', '{}', '{}', '{}', '', {}, '{}', 0, "
      "{:.1f}, {:.1f}, 10.0, 'SCAN', 10.0, 0 FROM plan_nodes WHERE statement_id = {};",
      statement, n.access, n.relation, n.alias.empty() ? n.relation : n.alias, quoted(n.terms), n.purpose, n.executions,
      n.rows, statement);
}

std::string trial(int statement, const Trial& t) {
  return fmt::format(
      "INSERT INTO index_trials VALUES ({}, {}, '{}', 'CREATE INDEX eg_{}_{} ON {}({})', {:.1f}, {:.1f}, {}, {}, "
      "{:.1f}, {:.1f}, {:.1f}, {:.1f}, '{}');",
      statement, t.rank, t.relation, t.relation, t.columns, t.relation, t.columns, static_cast<double>(t.class_before),
      static_cast<double>(t.class_after), t.class_before, t.class_after, t.rows_before, t.rows_after, t.sorted_before,
      t.sorted_after, t.relation);
}

std::string where(int statement, const Where& w) {
  return fmt::format(
      "INSERT INTO predicates VALUES ({}, 0, {}, {}, '{}', '{}', '{}', '{}', {}, {}, {}, {}, {}, 7, "
      "NULL, NULL, 0, '', 0, NULL, NULL, '', '', NULL, '');",
      statement, w.table_ref < 0 ? "NULL" : std::to_string(w.table_ref),
      w.relation.empty() ? "NULL" : quoted(w.relation), w.name, w.op, w.clause, w.operand, w.why_not.empty() ? 1 : 0,
      quoted(w.why_not), quoted(w.expression), w.in_or, statement * 10 + 1);
}

std::string from(int statement, int table_ref, const std::string& name, const std::string& alias,
                 const std::string& role, int block) {
  return fmt::format("INSERT INTO query_tables VALUES ({}, {}, {}, '{}', '{}', '{}', NULL);", statement, table_ref,
                     block, name, alias, role);
}

std::string join(int statement, int left, int right, const std::string& type, int has_condition) {
  return fmt::format("INSERT INTO joins VALUES ({}, 0, {}, {}, '{}', {}, {}, 20);", statement,
                     left < 0 ? "NULL" : std::to_string(left), right, type, has_condition, statement * 10);
}

std::string compared(int statement, const Compared& c) {
  return fmt::format(
      "INSERT INTO comparisons VALUES ({}, 'base', {}, 'unchanged', {:.1f}, {:.1f}, {}, {}, {:.1f}, {:.1f}, {:.1f}, "
      "{:.1f}, {}, {}, {});",
      statement, statement, static_cast<double>(c.class_before), static_cast<double>(c.class_after), c.class_before,
      c.class_after, c.rows_before, c.rows_after, c.cost_before < 0 ? c.rows_before : c.cost_before,
      c.cost_after < 0 ? c.rows_after : c.cost_after, c.work_before, c.work_after, c.unstable);
}

std::string access(int statement, const std::string& relation, const std::string& before, const std::string& after,
                   const std::string& index_before, const std::string& index_after) {
  return fmt::format("INSERT INTO access_comparisons VALUES ({}, '{}', '{}', '{}', {}, {}, '{}', '{}', '', '');",
                     statement, relation, before, after, rank_of(before), rank_of(after), index_before, index_after);
}

std::string cause(int statement, const std::string& kind, const std::string& schema_statement) {
  return fmt::format("INSERT INTO causes VALUES ({}, '{}', {});", statement, kind, schema_statement);
}

std::string schema_statement(int id, const std::string& action, const std::string& object_type,
                             const std::string& object, const std::string& on_table, int changed) {
  std::string sql = fmt::format(
      "INSERT INTO statements VALUES ({}, 'head', 'migrations/{}.sql', 1, 1, 1, 'sql', '', '', 'schema', '{}', 'DDL', "
      "'fp{}', 0, {}, 0, NULL);",
      id, id, action, id, changed);
  if (changed == 1)
    sql += fmt::format("INSERT INTO schema_changes VALUES ({}, 'head', '{}', '{}', '{}', '{}');", id, action,
                       object_type, object, on_table);
  return sql;
}

std::string found(const std::string& facts, bool whole, const RuleSettings& settings) {
  auto store = FactStore::create();
  if (!store) return to_text(store.error());
  if (Status filled = store->database().execute(facts); !filled) return "facts: " + to_text(filled.error());
  auto rules = built_in_rules();
  if (!rules) return to_text(rules.error());
  return dump(run_rules(*store, *rules, settings), whole);
}

std::string found_by(const std::string& rule_text, const std::string& facts, const RuleSettings& settings) {
  auto store = FactStore::create();
  if (!store) return to_text(store.error());
  if (Status filled = store->database().execute(facts); !filled) return "facts: " + to_text(filled.error());
  auto rule = parse_rule("rules/ours.sql", rule_text);
  if (!rule) return to_text(rule.error());
  return dump(run_rules(*store, {*rule}, settings), true);
}

}  // namespace explaingate
