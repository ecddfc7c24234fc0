// INSERT, UPDATE and DELETE, with what foreign keys and triggers add.
#include <doctest/doctest.h>

#include "engine/support.h"

namespace explaingate::engine_test {
namespace {

struct Case {
  std::string_view sql, want;
};

// Each line: SQLite's text, then access, table, starts, rows read, rows handed on (all starts together).
constexpr Case kCases[] = {
    {R"(INSERT INTO orders(customer_id, total) VALUES (?, ?))", R"(reads 1 returns 1 sorts 0 growth 0.00 result 0.00)"},
    {R"(INSERT INTO customers(name) SELECT note FROM orders WHERE total > 3)",
     R"(SCAN orders {scan orders 1 100000 25000}
reads 100000 returns 25000 sorts 0 growth 1.00 result 1.00)"},
    {R"(INSERT INTO customers(id, name) VALUES (?, ?) ON CONFLICT(id) DO UPDATE SET name = excluded.name)",
     R"(reads 1 returns 1 sorts 0 growth 0.00 result 0.00)"},
    {R"(UPDATE orders SET total = 0 WHERE id = ?)",
     R"(SEARCH orders USING INTEGER PRIMARY KEY (rowid=?) {constant orders 1 1 1}
reads 1 returns 1 sorts 0 growth 0.00 result 0.00)"},
    {R"(UPDATE orders SET total = 0 WHERE note = ?)",
     R"(SCAN orders {scan orders 1 100000 25000}
reads 100000 returns 25000 sorts 0 growth 1.00 result 1.00)"},
    {R"(UPDATE customers SET id = ? WHERE id = ?)",
     R"(SEARCH customers USING INTEGER PRIMARY KEY (rowid=?) {constant customers 1 1 1}
SEARCH orders USING COVERING INDEX orders_customer (customer_id=?) {search_covering orders 1 10 10}
reads 11 returns 1 sorts 0 growth 0.00 result 0.00)"},
    {R"(DELETE FROM customers WHERE id = ?)",
     R"(SEARCH customers USING INTEGER PRIMARY KEY (rowid=?) {constant customers 1 1 1}
SEARCH orders USING COVERING INDEX orders_customer (customer_id=?) {search_covering orders 1 10 10}
reads 11 returns 1 sorts 0 growth 0.00 result 0.00)"},
    {R"(DELETE FROM orders WHERE id = ?)",
     R"(SEARCH orders USING INTEGER PRIMARY KEY (rowid=?) {constant orders 1 1 1}
SCAN lines {scan lines 1 1000000 1000000}
FOREIGN KEY ACTION {none 1 0 0}
  SCAN lines {scan lines 1 1000000 1000000}
reads 2000001 returns 1 sorts 0 growth 1.00 result 0.00)"},
    {R"(DELETE FROM orders WHERE customer_id IN (SELECT id FROM customers WHERE name = ?))",
     R"(SEARCH orders USING COVERING INDEX orders_customer (customer_id=?) {search_covering orders 1 25000 25000}
LIST SUBQUERY 1 {none 1 0 2500}
  SCAN customers {scan customers 1 10000 2500}
SCAN lines {scan lines 25000 2.5e+10 2.5e+10}
FOREIGN KEY ACTION {none 25000 0 0}
  SCAN lines {scan lines 25000 2.5e+10 2.5e+10}
reads 5.0000035e+10 returns 25000 sorts 0 growth 2.00 result 1.00)"},
    {R"(DELETE FROM customers WHERE NOT EXISTS (SELECT 1 FROM orders WHERE orders.customer_id = customers.id))",
     R"(SCAN customers {scan customers 1 10000 10000}
CORRELATED SCALAR SUBQUERY 1 {none 10000 0 10000}
  SEARCH orders USING COVERING INDEX orders_customer (customer_id=?) {search_covering orders 10000 10000 10000}
SEARCH orders USING COVERING INDEX orders_customer (customer_id=?) {search_covering orders 10000 100000 100000}
reads 120000 returns 10000 sorts 0 growth 1.00 result 1.00)"},
    {R"(UPDATE orders SET total = (SELECT sum(amount) FROM lines WHERE lines.order_id = orders.id))",
     R"(SCAN orders {scan orders 1 100000 100000}
CORRELATED SCALAR SUBQUERY 1 {none 100000 0 100000}
  SCAN lines {scan lines 100000 1e+11 1000000}
reads 1.000001e+11 returns 100000 sorts 0 growth 2.00 result 1.00)"},
    {R"(REPLACE INTO orders(id, total) VALUES (?, ?))",
     R"(FOREIGN KEY ACTION {none 1 0 0}
  SCAN lines {scan lines 1 1000000 1000000}
reads 1000000 returns 1 sorts 0 growth 1.00 result 0.00)"},
};

TEST_CASE("plans: insert, update and delete, with what foreign keys and triggers add") {
  auto engine = open(shop());
  for (const Case& c : kCases) {
    CAPTURE(c.sql);
    CHECK(dump(*engine, c.sql) == c.want);
  }
}

}  // namespace
}  // namespace explaingate::engine_test
