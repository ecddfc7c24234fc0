// Subqueries, CTEs, set operations, views, window functions and virtual tables.
#include <doctest/doctest.h>

#include "engine/support.h"

namespace explaingate::engine_test {
namespace {

struct Case {
  std::string_view sql, want;
};

// Each line: SQLite's text, then access, table, starts, rows read, rows handed on (all starts together).
constexpr Case kCases[] = {
    {R"(SELECT c.id, (SELECT sum(o.total) FROM orders o WHERE o.customer_id = c.id) FROM customers c)",
     R"(SCAN c USING COVERING INDEX sqlite_autoindex_customers_1 {scan_covering customers 1 10000 10000}
CORRELATED SCALAR SUBQUERY 1 {none 10000 0 10000}
  SEARCH o USING INDEX orders_customer (customer_id=?) {search orders 10000 100000 100000}
reads 110000 returns 10000 sorts 0 growth 1.00 result 1.00)"},
    {R"(SELECT o.id, (SELECT sum(l.amount) FROM lines l WHERE l.order_id = o.id) FROM orders o)",
     R"(SCAN o USING COVERING INDEX orders_customer {scan_covering orders 1 100000 100000}
CORRELATED SCALAR SUBQUERY 1 {none 100000 0 100000}
  SCAN l {scan lines 100000 1e+11 1000000}
reads 1.000001e+11 returns 100000 sorts 0 growth 2.00 result 1.00)"},
    {R"(SELECT c.id FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id))",
     R"(SCAN c USING COVERING INDEX sqlite_autoindex_customers_1 {scan_covering customers 1 10000 10000}
CORRELATED SCALAR SUBQUERY 1 {none 10000 0 10000}
  SEARCH o USING COVERING INDEX orders_customer (customer_id=?) {search_covering orders 10000 10000 10000}
reads 20000 returns 10000 sorts 0 growth 1.00 result 1.00)"},
    {R"(SELECT c.id FROM customers c WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.note = c.name))",
     R"(SCAN c {scan customers 1 10000 10000}
CORRELATED SCALAR SUBQUERY 1 {none 10000 0 10000}
  SCAN o {scan orders 10000 1000000000 250000000}
reads 1000010000 returns 10000 sorts 0 growth 2.00 result 1.00)"},
    {R"(SELECT id FROM orders UNION SELECT id FROM customers)",
     R"(COMPOUND QUERY {none 1 0 110000}
  LEFT-MOST SUBQUERY {none 1 0 100000}
    SCAN orders USING COVERING INDEX orders_customer {scan_covering orders 1 100000 100000}
  UNION USING TEMP B-TREE {none 1 0 110000}
    SCAN customers USING COVERING INDEX sqlite_autoindex_customers_1 {scan_covering customers 1 10000 10000}
reads 110000 returns 110000 sorts 110000 growth 1.00 result 1.00)"},
    {R"(SELECT id FROM orders UNION ALL SELECT id FROM customers)",
     R"(COMPOUND QUERY {none 1 0 110000}
  LEFT-MOST SUBQUERY {none 1 0 100000}
    SCAN orders USING COVERING INDEX orders_customer {scan_covering orders 1 100000 100000}
  UNION ALL {none 1 0 10000}
    SCAN customers USING COVERING INDEX sqlite_autoindex_customers_1 {scan_covering customers 1 10000 10000}
reads 110000 returns 110000 sorts 0 growth 1.00 result 1.00)"},
    {R"(SELECT id FROM orders UNION ALL SELECT id FROM customers LIMIT 5)",
     R"(COMPOUND QUERY {none 1 0 5}
  LEFT-MOST SUBQUERY {none 1 0 5}
    SCAN orders USING COVERING INDEX orders_customer {scan_covering orders 1 5 5}
  UNION ALL {none 1 0 0}
    SCAN customers USING COVERING INDEX sqlite_autoindex_customers_1 {scan_covering customers 1 1 1}
reads 6 returns 5 sorts 0 growth 0.00 result 0.00)"},
    {R"(SELECT id FROM orders WHERE customer_id = ? UNION ALL SELECT id FROM customers LIMIT 50)",
     R"(COMPOUND QUERY {none 1 0 50}
  LEFT-MOST SUBQUERY {none 1 0 10}
    SEARCH orders USING COVERING INDEX orders_customer (customer_id=?) {search_covering orders 1 10 10}
  UNION ALL {none 1 0 40}
    SCAN customers USING COVERING INDEX sqlite_autoindex_customers_1 {scan_covering customers 1 40 40}
reads 50 returns 50 sorts 0 growth 0.00 result 0.00)"},
    {R"(SELECT status FROM orders UNION SELECT status FROM orders)",
     R"(COMPOUND QUERY {none 1 0 8}
  LEFT-MOST SUBQUERY {none 1 0 100000}
    SCAN orders USING COVERING INDEX orders_status {scan_covering orders 1 100000 100000}
  UNION USING TEMP B-TREE {none 1 0 200000}
    SCAN orders USING COVERING INDEX orders_status {scan_covering orders 1 100000 100000}
reads 200000 returns 8 sorts 200000 growth 1.00 result 0.00)"},
    {R"(SELECT id FROM orders UNION SELECT id FROM customers LIMIT 5)",
     R"(COMPOUND QUERY {none 1 0 110000}
  LEFT-MOST SUBQUERY {none 1 0 100000}
    SCAN orders USING COVERING INDEX orders_customer {scan_covering orders 1 100000 100000}
  UNION USING TEMP B-TREE {none 1 0 110000}
    SCAN customers USING COVERING INDEX sqlite_autoindex_customers_1 {scan_covering customers 1 10000 10000}
reads 110000 returns 5 sorts 110000 growth 1.00 result 0.00)"},
    {R"(SELECT id FROM orders UNION ALL SELECT id FROM customers ORDER BY 1)",
     R"(MERGE (UNION ALL) {none 1 0 110000}
  LEFT {none 1 0 100000}
    SCAN orders {scan orders 1 100000 100000}
  RIGHT {none 1 0 10000}
    SCAN customers {scan customers 1 10000 10000}
reads 110000 returns 110000 sorts 0 growth 1.00 result 1.00)"},
    {R"(SELECT id FROM orders EXCEPT SELECT id FROM customers)",
     R"(COMPOUND QUERY {none 1 0 100000}
  LEFT-MOST SUBQUERY {none 1 0 100000}
    SCAN orders USING COVERING INDEX orders_customer {scan_covering orders 1 100000 100000}
  EXCEPT USING TEMP B-TREE {none 1 0 110000}
    SCAN customers USING COVERING INDEX sqlite_autoindex_customers_1 {scan_covering customers 1 10000 10000}
reads 110000 returns 100000 sorts 110000 growth 1.00 result 1.00)"},
    {R"(WITH big AS MATERIALIZED (SELECT customer_id, sum(total) AS t FROM orders GROUP BY customer_id) SELECT * FROM big JOIN customers c ON c.id = big.customer_id)",
     R"(MATERIALIZE big {none 1 0 10000}
  SCAN orders USING INDEX orders_customer {scan orders 1 100000 100000}
SCAN big {none 1 10000 10000}
SEARCH c USING INTEGER PRIMARY KEY (rowid=?) {constant customers 10000 10000 10000}
reads 120000 returns 10000 sorts 0 growth 1.00 result 1.00)"},
    {R"(WITH big AS (SELECT customer_id, total FROM orders WHERE total > 5) SELECT * FROM big WHERE customer_id = ?)",
     R"(SEARCH orders USING INDEX orders_customer (customer_id=?) {search orders 1 10 2.5}
reads 10 returns 2.5 sorts 0 growth 0.00 result 0.00)"},
    {R"(SELECT * FROM (SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id) WHERE n > 3)",
     R"(CO-ROUTINE (subquery-1) {none 1 0 10000}
  SCAN orders USING COVERING INDEX orders_customer {scan_covering orders 1 100000 100000}
SCAN (subquery-1) {none 1 10000 10000}
reads 110000 returns 10000 sorts 0 growth 1.00 result 1.00)"},
    {R"(WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 100) SELECT x FROM n)",
     R"(CO-ROUTINE n {none 1 0 10}
  SETUP {none 1 0 1}
    SCAN CONSTANT ROW {constant 1 1 1}
  RECURSIVE STEP {none 10 0 10}
    SCAN n {none 10 10 2.5}
SCAN n {none 1 10 10}
reads 21 returns 10 sorts 0 growth 0.00 result 0.00)"},
    {R"(WITH RECURSIVE tree(id) AS (SELECT id FROM orders WHERE id = ? UNION ALL SELECT o.id FROM orders o JOIN tree t ON o.note = t.id) SELECT * FROM tree)",
     R"(CO-ROUTINE tree {none 1 0 10}
  SETUP {none 1 0 1}
    SEARCH orders USING INTEGER PRIMARY KEY (rowid=?) {constant orders 1 1 1}
  RECURSIVE STEP {none 10 0 10}
    SCAN t {none 10 10 10}
    SCAN o {scan orders 10 1000000 250000}
SCAN tree {none 1 10 10}
reads 1000021 returns 10 sorts 0 growth 1.00 result 0.00)"},
    {R"(WITH RECURSIVE tree(id) AS (SELECT id FROM orders WHERE id = ? UNION ALL SELECT o.id FROM orders o JOIN tree t ON o.customer_id = t.id) SELECT * FROM tree)",
     R"(CO-ROUTINE tree {none 1 0 10}
  SETUP {none 1 0 1}
    SEARCH orders USING INTEGER PRIMARY KEY (rowid=?) {constant orders 1 1 1}
  RECURSIVE STEP {none 10 0 10}
    SCAN t {none 10 10 10}
    SEARCH o USING COVERING INDEX orders_customer (customer_id=?) {search_covering orders 10 100 100}
SCAN tree {none 1 10 10}
reads 121 returns 10 sorts 0 growth 0.00 result 0.00)"},
    {R"(SELECT * FROM orders WHERE customer_id IN (SELECT id FROM customers WHERE country = ?))",
     R"(SEARCH orders USING INDEX orders_customer (customer_id=?) {search orders 1 25000 25000}
LIST SUBQUERY 1 {none 1 0 2500}
  SCAN customers {scan customers 1 10000 2500}
reads 35000 returns 25000 sorts 0 growth 1.00 result 1.00)"},
    {R"(SELECT * FROM order_names WHERE order_id = ?)",
     R"(SEARCH o USING INTEGER PRIMARY KEY (rowid=?) {constant orders 1 1 1}
SEARCH c USING INTEGER PRIMARY KEY (rowid=?) {constant customers 1 1 1}
reads 2 returns 1 sorts 0 growth 0.00 result 0.00)"},
    {R"(SELECT * FROM order_names WHERE name = ?)",
     R"(SCAN c {scan customers 1 10000 2500}
SEARCH o USING INDEX orders_customer (customer_id=?) {search orders 2500 25000 25000}
reads 35000 returns 25000 sorts 0 growth 1.00 result 1.00)"},
    {R"(SELECT * FROM totals WHERE customer_id = ?)",
     R"(CO-ROUTINE totals {none 1 0 10}
  SEARCH orders USING INDEX orders_customer (customer_id=?) {search orders 1 10 10}
SCAN totals {none 1 10 2.5}
reads 20 returns 2.5 sorts 0 growth 0.00 result 0.00)"},
    {R"(SELECT * FROM totals t JOIN customers c ON c.id = t.customer_id)",
     R"(MATERIALIZE totals {none 1 0 10000}
  SCAN orders USING INDEX orders_customer {scan orders 1 100000 100000}
SCAN t {none 1 10000 10000}
SEARCH c USING INTEGER PRIMARY KEY (rowid=?) {constant customers 10000 10000 10000}
reads 120000 returns 10000 sorts 0 growth 1.00 result 1.00)"},
    {R"(SELECT * FROM pages WHERE pages MATCH ?)",
     R"(SCAN pages VIRTUAL TABLE INDEX 0:M1 {virtual pages 1 10 10}
reads 10 returns 10 sorts 0 growth 0.00 result 0.00)"},
    {R"(SELECT * FROM pages WHERE rowid = ?)",
     R"(SCAN pages VIRTUAL TABLE INDEX 0:= {virtual pages 1 1 1}
reads 1 returns 1 sorts 0 growth 0.00 result 0.00)"},
    {R"(SELECT * FROM pages)",
     R"(SCAN pages VIRTUAL TABLE INDEX 0: {virtual pages 1 10000 10000}
reads 10000 returns 10000 sorts 0 growth 1.00 result 1.00)"},
    {R"(SELECT * FROM boxes WHERE x0 > ? AND x1 < ?)",
     R"(SCAN boxes VIRTUAL TABLE INDEX 2:E0C1 {virtual boxes 1 10 10}
reads 10 returns 10 sorts 0 growth 0.00 result 0.00)"},
    {R"(SELECT * FROM boxes WHERE id = ?)",
     R"(SCAN boxes VIRTUAL TABLE INDEX 1: {virtual boxes 1 1 1}
reads 1 returns 1 sorts 0 growth 0.00 result 0.00)"},
    {R"(SELECT id, row_number() OVER (PARTITION BY customer_id ORDER BY placed_at) FROM orders)",
     R"(CO-ROUTINE (subquery-2) {none 1 0 100000}
  SCAN orders USING INDEX orders_customer {scan orders 1 100000 100000}
  USE TEMP B-TREE FOR RIGHT PART OF ORDER BY {none 1 0 100000}
SCAN (subquery-2) {none 1 100000 100000}
reads 200000 returns 100000 sorts 100000 growth 1.00 result 1.00)"},
    {R"(SELECT id, row_number() OVER (ORDER BY id) FROM orders LIMIT 10)",
     R"(CO-ROUTINE (subquery-2) {none 1 0 100000}
  SCAN orders {scan orders 1 100000 100000}
SCAN (subquery-2) {none 1 100000 100000}
reads 200000 returns 10 sorts 0 growth 1.00 result 0.00)"},
    {R"(SELECT * FROM (SELECT id, rank() OVER (PARTITION BY status ORDER BY total) AS r FROM orders) WHERE r = 1)",
     R"(CO-ROUTINE (subquery-1) {none 1 0 100000}
  CO-ROUTINE (subquery-3) {none 1 0 100000}
    SCAN orders USING INDEX orders_status {scan orders 1 100000 100000}
    USE TEMP B-TREE FOR RIGHT PART OF ORDER BY {none 1 0 100000}
  SCAN (subquery-3) {none 1 100000 100000}
SCAN (subquery-1) {none 1 100000 100000}
reads 300000 returns 100000 sorts 100000 growth 1.00 result 1.00)"},
    {R"(SELECT * FROM other.orders WHERE id = ?)",
     R"(SEARCH other.orders USING INTEGER PRIMARY KEY (rowid=?) {constant orders 1 1 1}
reads 1 returns 1 sorts 0 growth 0.00 result 0.00)"},
    {R"(SELECT frobnicate(name) FROM customers ORDER BY name COLLATE klingon)",
     R"(SCAN customers {scan customers 1 10000 10000}
USE TEMP B-TREE FOR ORDER BY {none 1 0 10000}
reads 10000 returns 10000 sorts 10000 growth 1.00 result 1.00)"},
    {R"(SELECT median(total) OVER (ORDER BY id) FROM orders)",
     R"(CO-ROUTINE (subquery-2) {none 1 0 100000}
  SCAN orders {scan orders 1 100000 100000}
SCAN (subquery-2) {none 1 100000 100000}
reads 200000 returns 100000 sorts 0 growth 1.00 result 1.00)"},
    {R"(VALUES (1), (2), (3))",
     R"(SCAN 3 CONSTANT ROWS {constant 1 3 3}
reads 3 returns 3 sorts 0 growth 0.00 result 0.00)"},
    {R"(SELECT value FROM json_each(?))",
     R"(SCAN json_each VIRTUAL TABLE INDEX 1: {virtual 1 10 10}
reads 10 returns 10 sorts 0 growth 0.00 result 0.00)"},
    {R"(SELECT o.id FROM orders o WHERE o.total > (SELECT avg(total) FROM orders))",
     R"(SCAN o {scan orders 1 100000 25000}
SCALAR SUBQUERY 1 {none 1 0 1}
  SCAN orders {scan orders 1 100000 100000}
reads 200000 returns 25000 sorts 0 growth 1.00 result 1.00)"},
    {R"(SELECT o.id FROM orders o WHERE o.total > (SELECT avg(i.total) FROM orders i WHERE i.customer_id = o.customer_id))",
     R"(SCAN o {scan orders 1 100000 25000}
CORRELATED SCALAR SUBQUERY 1 {none 100000 0 100000}
  SEARCH i USING INDEX orders_customer (customer_id=?) {search orders 100000 1000000 1000000}
reads 1100000 returns 25000 sorts 0 growth 1.00 result 1.00)"},
    {R"(SELECT o.id FROM orders AS o WHERE o.customer_id IN (SELECT c.id FROM customers c WHERE c.email = ?) AND o.note LIKE ?)",
     R"(SEARCH o USING INDEX orders_customer (customer_id=?) {search orders 1 10 2.5}
LIST SUBQUERY 1 {none 1 0 1}
  SEARCH c USING COVERING INDEX sqlite_autoindex_customers_1 (email=?) {constant customers 1 1 1}
reads 11 returns 2.5 sorts 0 growth 0.00 result 0.00)"},
    {R"(WITH x AS (SELECT id FROM customers WHERE country = ?), y AS (SELECT customer_id, count(*) AS n FROM orders GROUP BY 1) SELECT x.id, y.n FROM x LEFT JOIN y ON y.customer_id = x.id)",
     R"(MATERIALIZE y {none 1 0 10000}
  SCAN orders USING COVERING INDEX orders_customer {scan_covering orders 1 100000 100000}
SCAN customers {scan customers 1 10000 2500}
SEARCH y USING AUTOMATIC COVERING INDEX (customer_id=?) LEFT-JOIN {automatic_index 2500 35000 25000}
reads 145000 returns 25000 sorts 0 growth 1.00 result 1.00)"},
    {R"(SELECT (SELECT count(*) FROM orders WHERE customer_id = 1), (SELECT count(*) FROM orders WHERE note = 2))",
     R"(SCAN CONSTANT ROW {constant 1 1 1}
SCALAR SUBQUERY 1 {none 1 0 1}
  SEARCH orders USING COVERING INDEX orders_customer (customer_id=?) {search_covering orders 1 10 10}
SCALAR SUBQUERY 2 {none 1 0 1}
  SCAN orders {scan orders 1 100000 25000}
reads 100011 returns 1 sorts 0 growth 1.00 result 0.00)"},
    {R"(SELECT c.name FROM customers c WHERE c.id NOT IN (SELECT customer_id FROM orders))",
     R"(SCAN c {scan customers 1 10000 10000}
USING INDEX orders_customer FOR IN-OPERATOR {none orders 1 0 10000}
reads 10000 returns 10000 sorts 0 growth 1.00 result 1.00)"},
    {R"(SELECT id FROM orders INTERSECT SELECT order_id FROM lines WHERE sku = ? UNION ALL SELECT id FROM customers LIMIT 5)",
     R"(COMPOUND QUERY {none 1 0 110000}
  LEFT-MOST SUBQUERY {none 1 0 100000}
    SCAN orders USING COVERING INDEX orders_customer {scan_covering orders 1 100000 100000}
  INTERSECT USING TEMP B-TREE {none 1 0 350000}
    SCAN lines {scan lines 1 1000000 250000}
  UNION ALL {none 1 0 10000}
    SCAN customers USING COVERING INDEX sqlite_autoindex_customers_1 {scan_covering customers 1 10000 10000}
reads 1110000 returns 5 sorts 350000 growth 1.00 result 0.00)"},
    {R"(SELECT * FROM order_names n JOIN order_names m ON n.name = m.name)",
     R"(SCAN c {scan customers 1 10000 10000}
SEARCH o USING INDEX orders_customer (customer_id=?) {search orders 10000 100000 100000}
SEARCH c USING AUTOMATIC COVERING INDEX (name=?) {automatic_index customers 100000 1010000 1000000}
SEARCH o USING INDEX orders_customer (customer_id=?) {search orders 1000000 10000000 10000000}
reads 11120000 returns 10000000 sorts 0 growth 1.00 result 1.00)"},
};

TEST_CASE("plans: subqueries, ctes, set operations, views, window functions and virtual tables") {
  auto engine = open(shop());
  for (const Case& c : kCases) {
    CAPTURE(c.sql);
    CHECK(dump(*engine, c.sql) == c.want);
  }
}

}  // namespace
}  // namespace explaingate::engine_test
