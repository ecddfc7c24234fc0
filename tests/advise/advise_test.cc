// Index candidates and their trial, with the real parser and the real SQLite.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "advise/advise.h"
#include "advise/variants.h"
#include "engine/condition.h"

using namespace explaingate;

namespace {

const char* const kShop[] = {
    "CREATE TABLE customers(id INTEGER PRIMARY KEY, Email TEXT NOT NULL, name TEXT, city TEXT, active BOOLEAN)",
    "CREATE TABLE products(id INTEGER PRIMARY KEY, sku TEXT UNIQUE, title TEXT)",
    "CREATE TABLE orders(id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers(id), status TEXT "
    "CHECK (status IN ('new','paid','sent','done')), placed_at TEXT, total INTEGER, note TEXT, \"order\" TEXT)",
    "CREATE TABLE lines(order_id INTEGER REFERENCES orders(id), product_id INTEGER REFERENCES products(id), amount "
    "INTEGER, "
    "PRIMARY KEY (order_id, product_id))",
    "CREATE INDEX orders_by_status ON orders(status)",
    "CREATE INDEX orders_of_note ON orders(note) WHERE note IS NOT NULL",
    "CREATE INDEX customers_by_city ON customers(city, name DESC)",
    "CREATE VIEW paid AS SELECT * FROM orders WHERE status = 'paid'",
    "CREATE VIRTUAL TABLE search USING fts5(body)",
};

std::unique_ptr<Engine> shop(const std::vector<std::string>& seed = {}) {
  std::vector<SchemaStatement> schema;
  EngineOptions options;
  for (const std::string& text : seed) options.seed.push_back({text, "seed.sql", 1, 1, 1});
  for (const char* text : kShop) schema.push_back({text, "schema.sql", 1, 1, 1});
  auto engine = open_sqlite_engine(schema, options);
  REQUIRE(engine);
  REQUIRE((*engine)->failures().empty());
  return std::move(*engine);
}

struct Planned {
  ParsedQuery parsed;
  std::vector<PlannedQuery> scales;
};

Planned plan(Engine& engine, const std::string& sql) {
  auto parsed = parse_query(sql, Dialect::kSqlite);
  REQUIRE(parsed);
  Planned planned{std::move(*parsed), {}};
  for (int scale = 0; scale < kScaleCount; ++scale) {
    REQUIRE(engine.set_scale(scale));
    auto one = engine.plan({sql, &planned.parsed});
    REQUIRE(one);
    planned.scales.push_back(std::move(*one));
  }
  return planned;
}

std::string text(const CandidateIndex& index) {
  return index.words();
}

std::string candidates_of(Engine& engine, const std::string& sql) {
  Planned planned = plan(engine, sql);
  std::string result;
  for (const CandidateIndex& index : candidates(planned.parsed, planned.scales.back().plan, engine.catalogue()))
    result += (result.empty() ? "" : " ") + text(index);
  return result;
}

std::string text(const Trials& trials) {
  std::string result;
  for (const Trial& trial : trials.helpful) {
    CHECK(trial.used);
    CHECK(trial.relation == trial.indexes[0].table);
    std::string indexes;
    for (const CandidateIndex& index : trial.indexes) indexes += (indexes.empty() ? "" : " + ") + text(index);
    result += fmt::format("{}{} {}->{} sorted {}", result.empty() ? "" : "; ", indexes, growth_words(trial.before.work),
                          growth_words(trial.after.work),
                          trial.sorted_before > 0 ? (trial.sorted_after > 0 ? "both" : "before") : "never");
  }
  return result;
}

std::string trials_of(Engine& engine, const std::string& sql) {
  Planned planned = plan(engine, sql);
  auto trials = try_candidates(engine, {{{sql, &planned.parsed}, &planned.scales}});
  REQUIRE(trials);
  REQUIRE(trials->size() == 1);
  return text(trials->front());
}

struct Case {
  std::string sql, want;
};

// What comes of each statement in one engine, twice: nothing stays behind.
template <class Result>
void check_each(const std::vector<Case>& cases, Result&& result_of) {
  std::unique_ptr<Engine> engine = shop();
  for (int round = 0; round < 2; ++round)
    for (const Case& one : cases) {
      CAPTURE(one.sql);
      CHECK(result_of(*engine, one.sql) == one.want);
    }
}

}  // namespace

TEST_CASE("candidates") {
  const std::vector<Case> cases = {
      // One table
      {"SELECT * FROM customers WHERE email = ?", "customers(Email)"},
      {"SELECT * FROM CUSTOMERS WHERE EMAIL = 'a'", "customers(Email)"},
      {"SELECT * FROM customers c WHERE c.email IN (?, ?)", "customers(Email)"},
      {"SELECT * FROM customers WHERE email IS ?", "customers(Email)"},
      {"SELECT * FROM orders WHERE placed_at > ?", "orders(placed_at)"},
      {"SELECT * FROM orders WHERE total BETWEEN ? AND ? AND customer_id = ?",
       "orders(customer_id, total) orders(customer_id)"},
      {"SELECT * FROM orders WHERE customer_id = ? ORDER BY placed_at DESC",
       "orders(customer_id, placed_at) orders(customer_id)"},
      {"SELECT * FROM orders WHERE customer_id = ? AND total > 5 ORDER BY placed_at",
       "orders(customer_id, total) orders(customer_id, placed_at) orders(customer_id)"},
      {"SELECT * FROM orders ORDER BY placed_at DESC, total LIMIT 10", "orders(placed_at DESC, total)"},
      {"SELECT * FROM orders ORDER BY placed_at DESC, id DESC LIMIT 10", "orders(placed_at, id) orders(placed_at)"},
      {"SELECT * FROM orders ORDER BY placed_at DESC NULLS LAST LIMIT 10",
       "orders(placed_at DESC NULLS LAST) orders(placed_at)"},
      {"SELECT * FROM orders ORDER BY placed_at NULLS FIRST LIMIT 10",
       "orders(placed_at NULLS FIRST) orders(placed_at)"},
      {"SELECT * FROM orders ORDER BY placed_at DESC NULLS FIRST LIMIT 10", "orders(placed_at)"},
      {"SELECT note, count(*) FROM orders GROUP BY note", "orders(note)"},
      {"SELECT DISTINCT total FROM orders", "orders(total)"},
      {"SELECT * FROM orders WHERE \"order\" = ?", "orders(order)"},
      {"DELETE FROM orders WHERE placed_at < ?", "orders(placed_at)"},
      {"UPDATE orders SET total = 0 WHERE placed_at = ?", "orders(placed_at)"},
      {"DELETE FROM customers WHERE id = ?", "orders(customer_id)"},
      {"SELECT * FROM orders WHERE customer_id = ? OR total = ?", "orders(customer_id) orders(total)"},
      // Near misses
      {"SELECT * FROM orders WHERE id = ?", ""},
      {"SELECT * FROM products WHERE sku = ?", ""},
      {"SELECT * FROM customers WHERE city = ? ORDER BY name DESC", ""},
      {"SELECT * FROM customers WHERE lower(email) = ?", "customers(lower(Email))"},
      {"SELECT * FROM customers WHERE email LIKE '%x'", ""},
      {"SELECT * FROM customers WHERE active = 1", ""},
      {"SELECT * FROM customers WHERE name IS NULL", ""},
      {"SELECT * FROM customers WHERE name <> ?", ""},
      {"SELECT * FROM customers WHERE name = email", ""},
      {"SELECT * FROM customers", ""},
      {"SELECT count(*) FROM orders", ""},
      {"SELECT * FROM paid WHERE total = ?", ""},
      {"SELECT * FROM search WHERE body MATCH ?", ""},
      {"SELECT total, count(*) AS n FROM orders WHERE customer_id = 5 GROUP BY total HAVING note = 'x'",
       "orders(customer_id, total) orders(customer_id)"},
      {"WITH customers AS (SELECT 1 AS email) SELECT * FROM customers WHERE email = ?", ""},
      {"INSERT INTO customers(email) VALUES (?)", ""},
      // A column of few values comes last, and not alone
      {"SELECT * FROM customers WHERE active = 1 AND email = ?", "customers(Email, active) customers(Email)"},
      {"SELECT * FROM customers WHERE email IS NULL AND name = ?", "customers(name, Email) customers(name)"},
      {"SELECT * FROM orders WHERE status = 'new' AND placed_at > ?", "orders(status, placed_at)"},
      {"SELECT * FROM orders WHERE status = 'new' ORDER BY placed_at", "orders(status, placed_at)"},
  };
  check_each(cases, candidates_of);
}

TEST_CASE("what advice for a workload tries beside them") {
  const std::vector<Case> cases = {
      {"SELECT * FROM orders WHERE status = 'new' AND placed_at > ?", "orders(placed_at) WHERE status = 'new'"},
      {"SELECT * FROM orders WHERE status = 'new' ORDER BY total LIMIT 5", "orders(total) WHERE status = 'new'"},
      {"SELECT * FROM orders WHERE customer_id = ? AND placed_at IS NULL",
       "orders(customer_id) WHERE placed_at IS NULL"},
      // Near misses: a value that isn't known, a column of many values, half of an OR, and one that is there
      {"SELECT * FROM orders WHERE status = ? AND placed_at > ?", ""},
      {"SELECT * FROM orders WHERE total = 5 AND placed_at > ?", ""},
      {"SELECT * FROM orders WHERE (status = 'new' OR total = 5) AND placed_at > ?", ""},
      {"SELECT * FROM orders WHERE status = 'it''s' AND placed_at > ?", ""},
      {"SELECT * FROM customers WHERE name IS NULL AND city = 'x'", ""},
  };
  check_each(cases, [](Engine& engine, const std::string& sql) {
    Planned planned = plan(engine, sql);
    std::string result;
    for (const advise::Variant& variant :
         advise::variants_of(planned.parsed, planned.scales.back().plan, engine.catalogue(), true))
      if (variant.index.is_partial()) result += (result.empty() ? "" : " ") + text(variant.index);
    return result;
  });
}

TEST_CASE("names and texts of candidates") {
  const std::vector<std::pair<CandidateIndex, std::string>> cases = {
      {{"orders", {"customer_id", "placed_at DESC"}},
       "CREATE INDEX eg_orders_customer_id_placed_at_desc ON orders(customer_id, placed_at DESC)"},
      {{"orders", {"lower(order)"}}, "CREATE INDEX eg_orders_lower_order ON orders(lower(\"order\"))"},
      {{"orders", {"a"}, {"b", "Total"}, {}, ""},
       "CREATE INDEX \"eg_orders_a_with_b_Total\" ON orders(a) INCLUDE (b, \"Total\")"},
      {{"orders", {"a"}, {}, {"gone", "IS NULL"}, ""},
       "CREATE INDEX eg_orders_a_where_gone_is_null ON orders(a) WHERE gone IS NULL"},
      {{"orders", {"a"}, {}, {"state", "= 'new'"}, ""},
       "CREATE INDEX eg_orders_a_where_state_new ON orders(a) WHERE state = 'new'"},
      {{"sales.docs", {"data jsonb_path_ops"}, {}, {}, "gin"},
       "CREATE INDEX eg_sales_docs_data_jsonb_path_ops ON sales.docs USING gin (data jsonb_path_ops)"},
  };
  for (const auto& [index, want] : cases) CHECK(index.ddl() == want);
  CandidateIndex longer{"a_table_with_quite_a_long_name", {"a_column_with_quite_a_long_name", "and_one_more_of_them"}};
  CandidateIndex other = longer;
  other.columns.back() += "_too";
  CHECK(longer.name().size() == 63);
  CandidateIndex minus{.table = "t", .columns = {"a"}, .condition = {"b", "= -5"}}, plus = minus;
  plus.condition.test = "= 5";
  CHECK(minus.name() != plus.name());
  CHECK(longer.name() != other.name());
}

TEST_CASE("the share of its table's rows that a partial index holds, and what is known of none") {
  PostgresColumn column;
  CHECK(!share_of_condition({"gone", "IS NULL"}, column));
  CHECK(!share_of_condition({"gone", "IS NOT NULL"}, column));
  CHECK(!share_of_condition({"state", "= 'new'"}, column));
  column.null_fraction = 0.25;
  column.distinct = -0.5;
  CHECK(share_of_condition({"gone", "IS NULL"}, column) == 0.25);
  CHECK(share_of_condition({"gone", "IS NOT NULL"}, column) == 0.75);
  CHECK(!share_of_condition({"state", "= 'new'"}, column));
  column.distinct = 3;
  column.common_values = {"done", "t", "7"};
  column.common_frequencies = {0.5, 0.125, 0.0625};
  CHECK(share_of_condition({"state", "= 'done'"}, column) == 0.5);
  CHECK(share_of_condition({"state", "= true"}, column) == 0.125);
  CHECK(share_of_condition({"state", "= 7"}, column) == 0.0625);
  CHECK(share_of_condition({"state", "= 'new'"}, column) == 0.25);
}

TEST_CASE("candidates of joins and subqueries") {
  const std::vector<Case> cases = {
      {"SELECT * FROM customers c JOIN orders o ON o.customer_id = c.id WHERE c.id = ?", "orders(customer_id)"},
      {"SELECT * FROM customers c JOIN orders o ON o.customer_id = c.id WHERE c.email = ?",
       "orders(customer_id) customers(Email)"},
      {"SELECT * FROM orders JOIN customers ON customers.id = customer_id WHERE email = ?",
       "orders(customer_id) customers(Email)"},
      {"SELECT (SELECT count(*) FROM orders o WHERE o.customer_id = c.id) FROM customers c", "orders(customer_id)"},
      {"SELECT * FROM customers c WHERE EXISTS (SELECT 1 FROM orders WHERE customer_id = c.id AND total > 5)",
       "orders(customer_id, total) orders(total) orders(customer_id)"},
      {"SELECT * FROM lines WHERE product_id = ?", "lines(product_id)"},
      {"SELECT * FROM lines WHERE product_id = ? AND order_id = ?", ""},
      {"SELECT * FROM paid p JOIN products x ON x.title = p.note", "products(title)"},
  };
  check_each(cases, candidates_of);
}

TEST_CASE("never more than eight, each table's best first") {
  std::unique_ptr<Engine> engine = shop();
  std::string list =
      candidates_of(*engine,
                    "SELECT * FROM orders o JOIN customers c ON c.name = o.note JOIN products p ON p.title = c.email "
                    "WHERE o.total > 1 AND o.placed_at < 5 AND o.customer_id = 4 AND c.email = 'x' AND p.title <> 'y' "
                    "ORDER BY o.note, o.total");
  CHECK(std::ranges::count(list, '(') == 8);
}

TEST_CASE("what was tried and helps") {
  const std::vector<Case> cases = {
      {"SELECT * FROM customers WHERE email = ?", "customers(Email) linear->constant sorted never"},
      {"SELECT * FROM orders WHERE customer_id = ? ORDER BY placed_at",
       "orders(customer_id, placed_at) linear->constant sorted before; orders(customer_id) linear->constant sorted "
       "both"},
      {"SELECT * FROM orders ORDER BY placed_at DESC, id DESC LIMIT 10",
       "orders(placed_at) linear->constant sorted before; orders(placed_at, id) linear->constant sorted before"},
      {"SELECT (SELECT count(*) FROM orders o WHERE o.customer_id = c.id) FROM customers c",
       "orders(customer_id) quadratic->linear sorted never"},
      {"SELECT * FROM lines WHERE product_id = ?", "lines(product_id) linear->constant sorted never"},
      {"SELECT * FROM orders WHERE status = 'new' ORDER BY placed_at",
       "orders(status, placed_at) linear->linear sorted before"},
      {"SELECT c.name, o.total FROM customers c JOIN orders o ON o.customer_id = c.id WHERE c.email = ?",
       "orders(customer_id) linear->linear sorted never"},
      {"DELETE FROM customers WHERE id = ?", "orders(customer_id) linear->constant sorted never"},
      // An index that exists, or that can't help, is no advice.
      {"SELECT * FROM orders WHERE id = ?", ""},
      {"SELECT * FROM customers WHERE lower(email) = ?", "customers(lower(Email)) linear->constant sorted never"},
      {"SELECT * FROM customers WHERE trim(email) = ?", ""},
      {"SELECT * FROM orders", ""},
  };
  check_each(cases, trials_of);
}

// Customers, ten times as many orders, three lines each.
std::vector<std::string> seed_of(int customers) {
  std::string to =
      fmt::format("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {})", customers);
  std::string orders =
      fmt::format("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {})", customers * 10);
  return {
      to +
          " INSERT INTO customers SELECT i, 'c' || i || '@example.org', 'name ' || i, 'city ' || (i % 5), i % 2 FROM n",
      to + " INSERT INTO products SELECT i, 'sku' || i, 'title ' || i FROM n",
      orders + fmt::format(" INSERT INTO orders SELECT i, 1 + i % {}, CASE i % 3 WHEN 0 THEN 'new' ELSE 'done' END, "
                           "datetime(1700000000 + i * 777, 'unixepoch'), i * 37 % 1000, NULL, NULL FROM n",
                           customers),
      orders + fmt::format(
                   " INSERT INTO lines SELECT i, 1 + (i * 7 + k) % {}, 1 FROM n, (SELECT 0 AS k UNION SELECT 1 UNION "
                   "SELECT 2) WHERE true ON CONFLICT DO NOTHING",
                   customers),
  };
}

TEST_CASE("indexes of which one is no use without the other are tried together") {
  const std::vector<Case> cases = {
      {"SELECT * FROM orders WHERE total = ? OR placed_at = ?",
       "orders(total) + orders(placed_at) linear->constant sorted never"},
      {"SELECT * FROM customers WHERE (email = ? AND active = 1) OR name = ?",
       "customers(Email) + customers(name) linear->constant sorted never"},
      // Near misses: an arm that no index serves, one of few values, one that has its index, one column, ranges, a
      // filter beside that one index serves, and arms of two tables
      {"SELECT * FROM orders WHERE total = ? OR placed_at || '' = ?", ""},
      {"SELECT * FROM customers WHERE email = ? OR active = 1", ""},
      {"SELECT * FROM orders WHERE total = ? OR note = ?", "orders(total) linear->constant sorted never"},
      {"SELECT * FROM orders WHERE total = ? OR id = ?", "orders(total) linear->constant sorted never"},
      {"SELECT * FROM orders WHERE total = ? OR total = ?", "orders(total) linear->constant sorted never"},
      {"SELECT * FROM orders WHERE total > ? OR placed_at < ?", ""},
      {"SELECT * FROM customers WHERE id > ? AND city = ? AND (email = ? OR name = ?)", ""},
      {"SELECT * FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.total = ? OR c.email = ?", ""},
  };
  check_each(cases, trials_of);
}

std::unique_ptr<Engine> family() {
  const char* const kFamily[] = {
      "CREATE TABLE parents(id INTEGER PRIMARY KEY, name TEXT)",
      "CREATE TABLE sons(id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES parents(id))",
      "CREATE TABLE daughters(id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES parents(id))",
      "CREATE TABLE pets(id INTEGER PRIMARY KEY, owner_id INTEGER REFERENCES parents(id))",
      "CREATE INDEX pets_by_owner ON pets(owner_id)",
      "CREATE TABLE flats(id INTEGER PRIMARY KEY, address TEXT)",
      "CREATE TABLE rooms(id INTEGER PRIMARY KEY, flat_id INTEGER REFERENCES flats(id))",
  };
  std::vector<SchemaStatement> schema;
  for (const char* text : kFamily) schema.push_back({text, "schema.sql", 1, 1, 1});
  auto engine = open_sqlite_engine(schema, {});
  REQUIRE(engine);
  return std::move(*engine);
}

TEST_CASE("a DELETE gets the indexes of all tables that refer to its rows together") {
  const std::vector<Case> cases = {
      {"DELETE FROM parents WHERE id = ?", "daughters(parent_id) + sons(parent_id) linear->constant sorted never"},
      {"DELETE FROM parents WHERE name = ?",
       "daughters(parent_id) + parents(name) + sons(parent_id) quadratic->constant sorted never; "
       "parents(name) quadratic->linear sorted never"},
      // Near misses: one table alone, and a statement that takes no row away
      {"DELETE FROM flats WHERE id = ?", "rooms(flat_id) linear->constant sorted never"},
      {"UPDATE parents SET name = ? WHERE id = ?", ""},
  };
  std::unique_ptr<Engine> engine = family();
  for (const Case& one : cases) {
    CAPTURE(one.sql);
    CHECK(trials_of(*engine, one.sql) == one.want);
  }
}

TEST_CASE("the same advice with no rows, a handful and ten thousand") {
  const std::vector<std::string> statements = {
      "SELECT * FROM customers WHERE email = ?",
      "SELECT * FROM orders WHERE customer_id = ? ORDER BY placed_at",
      "SELECT * FROM orders ORDER BY placed_at DESC LIMIT 10",
      "SELECT (SELECT count(*) FROM orders o WHERE o.customer_id = c.id) FROM customers c",
      "SELECT * FROM lines WHERE product_id = ?",
      "SELECT * FROM orders WHERE status = 'new' ORDER BY placed_at",
      "DELETE FROM customers WHERE id = ?",
      "SELECT * FROM orders WHERE id = ?",
      "SELECT * FROM customers WHERE lower(email) = ?",
  };
  std::unique_ptr<Engine> empty = shop(), handful = shop(seed_of(1)), few = shop(seed_of(4)),
                          many = shop(seed_of(1000));
  CHECK(few->statistics().tables.at("lines").rows == 120);
  CHECK(many->statistics().tables.at("orders").rows == 10000);
  for (const std::string& sql : statements) {
    CAPTURE(sql);
    std::string want = trials_of(*empty, sql);
    CHECK(trials_of(*handful, sql) == want);
    CHECK(trials_of(*few, sql) == want);
    CHECK(trials_of(*many, sql) == want);
  }
}

TEST_CASE("trials without anything to try") {
  std::unique_ptr<Engine> engine = shop();
  ParsedQuery parsed;
  const std::vector<PlannedQuery> no_plans, plans(3);
  auto none = try_candidates(*engine, {});
  REQUIRE(none);
  CHECK(none->empty());
  none = try_candidates(
      *engine, {{{"SELECT 1", &parsed}, &no_plans}, {{"SELECT 1", nullptr}, &plans}, {{"SELECT 1", &parsed}, nullptr}});
  REQUIRE(none);
  REQUIRE(none->size() == 3);
  for (const Trials& trials : *none) CHECK((trials.helpful.empty() && trials.refused.empty()));
}

TEST_CASE("many statements together get what each gets alone") {
  std::unique_ptr<Engine> engine = shop();
  const std::vector<std::string> statements = {"SELECT * FROM customers WHERE email = ?",
                                               "SELECT * FROM orders WHERE placed_at > ? ORDER BY total",
                                               "SELECT id FROM customers WHERE email = 'a'",  // the index of the first
                                               "SELECT 1",
                                               "SELECT * FROM orders WHERE customer_id = ? AND placed_at > ?",
                                               "SELECT id FROM orders WHERE placed_at > ?"};
  std::vector<Planned> planned;
  for (const std::string& sql : statements) planned.push_back(plan(*engine, sql));
  std::vector<TrialRequest> requests;
  for (size_t i = 0; i < statements.size(); ++i)
    requests.push_back({{statements[i], &planned[i].parsed}, &planned[i].scales});
  auto trials = try_candidates(*engine, requests);
  REQUIRE(trials);
  REQUIRE(trials->size() == statements.size());
  for (size_t i = 0; i < statements.size(); ++i) {
    CAPTURE(statements[i]);
    CHECK(text((*trials)[i]) == trials_of(*engine, statements[i]));
  }
  CHECK(text(trials->front()) != "");
}

TEST_CASE("plans and statements that don't fit together") {
  std::unique_ptr<Engine> engine = shop();
  ParsedQuery parsed;
  parsed.tables.push_back({7, "", "orders", "", TableRef::Role::kFrom, -1, 0});  // a block that isn't there
  Predicate predicate;
  predicate.block = 9;
  predicate.column = "total";
  predicate.op = "=";
  parsed.predicates.push_back(predicate);
  Plan plan;
  PlanNode node;
  node.access = Access::kScan;
  node.relation = "orders";
  plan.nodes.push_back(node);
  node.access = Access::kAutomaticIndex;
  node.relation = "gone";
  node.terms = {"x=?"};
  plan.nodes.push_back(node);
  node.relation = "lines";
  node.terms = {"product_id=?", "nowhere=?", "amount>?", "=?", "AMOUNT=?"};
  plan.nodes.push_back(node);
  std::string result;
  for (const CandidateIndex& index : candidates(parsed, plan, engine->catalogue())) result += text(index) + " ";
  CHECK(result == "lines(product_id, amount) ");
}
