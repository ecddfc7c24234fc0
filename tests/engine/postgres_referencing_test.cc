// DELETE, and UPDATE of a key, with what foreign keys do for each row of it: the server's own triggers, which EXPLAIN
// doesn't show.
#include <doctest/doctest.h>

#include "engine/postgres_engine_support.h"
#include "parse/assigned.h"

namespace explaingate::engine_test {
namespace {

std::vector<std::string> shop() {
  return {
      "CREATE TABLE customers(id integer PRIMARY KEY, email text UNIQUE, name text)",
      "CREATE TABLE orders(id integer PRIMARY KEY, customer_id integer REFERENCES customers(id) ON DELETE CASCADE)",
      "CREATE INDEX orders_customer ON orders(customer_id)",
      "CREATE TABLE lines(id integer PRIMARY KEY, order_id integer REFERENCES orders(id) ON DELETE SET NULL)",
      "CREATE TABLE letters(id integer PRIMARY KEY, email text REFERENCES customers(email) ON UPDATE CASCADE)",
      "CREATE TABLE tree(id integer PRIMARY KEY, parent_id integer REFERENCES tree(id) ON DELETE CASCADE)",
  };
}

TEST_CASE("a deleted row is looked for in the tables that refer to it, and so on where that deletes") {
  auto engine = open_postgres(shop());
  if (!engine) return;
  CHECK(dump_postgres(*engine, "DELETE FROM customers WHERE id = $1") ==
        "Delete on customers {none customers 1 0 1}\n"
        "  Index Scan using customers_pkey on customers (index: (customers.id = $1)) {constant customers 1 1 1}\n"
        "  Trigger for foreign key letters(email) {none 1 0 0}\n"
        "    LockRows {none 1 0 10}\n"
        "      Seq Scan on letters (filter: (letters.email = $1)) {scan letters 1 100000 10}\n"
        "  Trigger for foreign key orders(customer_id) {none 1 0 0}\n"
        "    Delete on orders {none orders 1 0 10}\n"
        "      Bitmap Heap Scan on orders {search orders 1 10 10}\n"
        "        Bitmap Index Scan on orders_customer (index: (orders.customer_id = $1)) {none orders 1 0 10}\n"
        "      Trigger for foreign key lines(order_id) {none 10 0 0}\n"
        "        Update on lines {none lines 10 0 100}\n"
        "          Seq Scan on lines (filter: (lines.order_id = $1)) {scan lines 10 10000000 100}\n"
        "reads 10100011 returns 1 sorts 0 growth 1.00 result 0.00");
  CHECK(dump_postgres(*engine, "DELETE FROM orders WHERE id = $1") ==
        "Delete on orders {none orders 1 0 1}\n"
        "  Index Scan using orders_pkey on orders (index: (orders.id = $1)) {constant orders 1 1 1}\n"
        "  Trigger for foreign key lines(order_id) {none 1 0 0}\n"
        "    Update on lines {none lines 1 0 10}\n"
        "      Seq Scan on lines (filter: (lines.order_id = $1)) {scan lines 1 1000000 10}\n"
        "reads 1000001 returns 1 sorts 0 growth 1.00 result 0.00");
  CHECK(dump_postgres(*engine, "DELETE FROM tree WHERE id = $1") ==
        "Delete on tree {none tree 1 0 1}\n"
        "  Index Scan using tree_pkey on tree (index: (tree.id = $1)) {constant tree 1 1 1}\n"
        "  Trigger for foreign key tree(parent_id) {none 1 0 0}\n"
        "    Delete on tree {none tree 1 0 10}\n"
        "      Seq Scan on tree (filter: (tree.parent_id = $1)) {scan tree 1 10000 10}\n"
        "reads 10001 returns 1 sorts 0 growth 1.00 result 0.00");
  CHECK(dump_postgres(*engine, "WITH gone AS (DELETE FROM orders WHERE id = $1 RETURNING id) SELECT * FROM gone") ==
        "CTE Scan on gone {none 1 0 1}\n"
        "  CTE gone: Delete on orders {none orders 1 0 1}\n"
        "    Index Scan using orders_pkey on orders (index: (orders.id = $1)) {constant orders 1 1 1}\n"
        "    Trigger for foreign key lines(order_id) {none 1 0 0}\n"
        "      Update on lines {none lines 1 0 10}\n"
        "        Seq Scan on lines (filter: (lines.order_id = $1)) {scan lines 1 1000000 10}\n"
        "reads 1000001 returns 1 sorts 0 growth 1.00 result 0.00");
}

TEST_CASE("an UPDATE looks for others only where it sets what they refer to") {
  auto engine = open_postgres(shop());
  if (!engine) return;
  CHECK(dump_postgres(*engine, "UPDATE customers SET name = $1 WHERE id = $2") ==
        "Update on customers {none customers 1 0 1}\n"
        "  Index Scan using customers_pkey on customers (index: (customers.id = $2)) {constant customers 1 1 1}\n"
        "reads 1 returns 1 sorts 0 growth 0.00 result 0.00");
  CHECK(dump_postgres(*engine, "UPDATE customers SET email = $1 WHERE id = $2") ==
        "Update on customers {none customers 1 0 1}\n"
        "  Index Scan using customers_pkey on customers (index: (customers.id = $2)) {constant customers 1 1 1}\n"
        "  Trigger for foreign key letters(email) {none 1 0 0}\n"
        "    Update on letters {none letters 1 0 10}\n"
        "      Seq Scan on letters (filter: (letters.email = $1)) {scan letters 1 100000 10}\n"
        "reads 100001 returns 1 sorts 0 growth 1.00 result 0.00");
}

TEST_CASE("an index on the referring column makes the look-up a search, also one that is only tried") {
  auto engine = open_postgres(shop());
  if (!engine) return;
  CHECK(dump_postgres(*engine, "DELETE FROM orders WHERE id = $1", {{"lines", {"order_id"}}}) ==
        "Delete on orders {none orders 1 0 1}\n"
        "  Index Scan using orders_pkey on orders (index: (orders.id = $1)) {constant orders 1 1 1}\n"
        "  Trigger for foreign key lines(order_id) {none 1 0 0}\n"
        "    Update on lines {none lines 1 0 10}\n"
        "      Bitmap Heap Scan on lines {search lines 1 10 10}\n"
        "        Bitmap Index Scan on eg_lines_order_id (index: (lines.order_id = $1)) {none lines 1 0 10}\n"
        "reads 11 returns 1 sorts 0 growth 0.00 result 0.00");
}

TEST_CASE("columns that a statement assigns") {
  struct Case {
    const char* sql;
    std::set<std::string, std::less<>> want;
  };
  const Case cases[] = {
      {"UPDATE a SET b = 1, (c, \"D\") = (SELECT 1, 2) WHERE e = 3", {"D", "b", "c"}},
      {"WITH x AS (UPDATE a SET b = 1 RETURNING c) UPDATE d SET f = 2 FROM x", {"b", "f"}},
      {"INSERT INTO a VALUES (1) ON CONFLICT (b) DO UPDATE SET c = 1", {}},
      {"SELECT b AS c FROM a", {}},
      {"UPDATE a SET", {}},
  };
  for (const Case& each : cases) {
    CAPTURE(each.sql);
    CHECK(assigned_columns(each.sql) == each.want);
  }
}

}  // namespace
}  // namespace explaingate::engine_test
