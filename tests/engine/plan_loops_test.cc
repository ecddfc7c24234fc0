// One table, joins, sorts, groups and LIMIT: every line with its rows, and the growth.
#include <doctest/doctest.h>

#include "engine/support.h"

namespace explaingate::engine_test {
namespace {

struct Case {
  std::string_view sql, want;
};

// Each line: SQLite's text, then access, table, starts, rows read, rows handed on (all starts together).
constexpr Case kCases[] = {
    {R"(SELECT * FROM orders WHERE id = ?)",
     R"(SEARCH orders USING INTEGER PRIMARY KEY (rowid=?) {constant orders 1 1 1}
reads 1 returns 1 sorts 0 growth 0.00 result 0.00)"},
    {R"(SELECT * FROM customers WHERE email = ?)",
     R"(SEARCH customers USING INDEX sqlite_autoindex_customers_1 (email=?) {constant customers 1 1 1}
reads 1 returns 1 sorts 0 growth 0.00 result 0.00)"},
    {R"(SELECT * FROM orders WHERE customer_id = ?)",
     R"(SEARCH orders USING INDEX orders_customer (customer_id=?) {search orders 1 10 10}
reads 10 returns 10 sorts 0 growth 0.00 result 0.00)"},
    {R"(SELECT * FROM orders INDEXED BY orders_customer WHERE customer_id = ? AND id = ?)",
     R"(SEARCH orders USING INDEX orders_customer (customer_id=? AND rowid=?) {constant orders 1 1 1}
reads 1 returns 1 sorts 0 growth 0.00 result 0.00)"},
    {R"(SELECT * FROM orders WHERE total = ?)",
     R"(SCAN orders {scan orders 1 100000 25000}
reads 100000 returns 25000 sorts 0 growth 1.00 result 1.00)"},
    {R"(SELECT * FROM orders WHERE status = ? AND placed_at > ?)",
     R"(SEARCH orders USING INDEX orders_status (status=? AND placed_at>?) {search orders 1 6250 6250}
reads 6250 returns 6250 sorts 0 growth 1.00 result 1.00)"},
    {R"(SELECT * FROM orders WHERE status = ? AND placed_at BETWEEN ? AND ?)",
     R"(SEARCH orders USING INDEX orders_status (status=? AND placed_at>? AND placed_at<?) {search orders 1 391 391}
reads 391 returns 391 sorts 0 growth 1.00 result 1.00)"},
    {R"(SELECT * FROM orders WHERE status = ? AND note = ?)",
     R"(SEARCH orders USING INDEX orders_status (status=?) {search orders 1 25000 6250}
reads 25000 returns 6250 sorts 0 growth 1.00 result 1.00)"},
    {R"(SELECT * FROM customers c JOIN orders o ON o.customer_id = c.id WHERE c.country = ?)",
     R"(SCAN c {scan customers 1 10000 2500}
SEARCH o USING INDEX orders_customer (customer_id=?) {search orders 2500 25000 25000}
reads 35000 returns 25000 sorts 0 growth 1.00 result 1.00)"},
    {R"(SELECT * FROM orders o JOIN lines l ON l.order_id = o.id WHERE o.id = ?)",
     R"(SEARCH o USING INTEGER PRIMARY KEY (rowid=?) {constant orders 1 1 1}
SCAN l {scan lines 1 1000000 10}
reads 1000001 returns 10 sorts 0 growth 1.00 result 0.00)"},
    {R"(SELECT * FROM orders o JOIN lines l ON l.order_id = o.id)",
     R"(SCAN l {scan lines 1 1000000 1000000}
SEARCH o USING INTEGER PRIMARY KEY (rowid=?) {constant orders 1000000 1000000 1000000}
reads 2000000 returns 1000000 sorts 0 growth 1.00 result 1.00)"},
    {R"(SELECT c.id, o.id FROM customers c LEFT JOIN orders o ON o.note = c.name)",
     R"(SCAN c {scan customers 1 10000 10000}
SEARCH o USING AUTOMATIC COVERING INDEX (note=?) LEFT-JOIN {automatic_index orders 10000 200000 100000}
reads 210000 returns 100000 sorts 0 growth 1.00 result 1.00)"},
    {R"(SELECT * FROM orders ORDER BY total)",
     R"(SCAN orders {scan orders 1 100000 100000}
USE TEMP B-TREE FOR ORDER BY {none 1 0 100000}
reads 100000 returns 100000 sorts 100000 growth 1.00 result 1.00)"},
    {R"(SELECT * FROM orders ORDER BY customer_id)",
     R"(SCAN orders USING INDEX orders_customer {scan orders 1 100000 100000}
reads 100000 returns 100000 sorts 0 growth 1.00 result 1.00)"},
    {R"(SELECT * FROM orders ORDER BY status, total)",
     R"(SCAN orders USING INDEX orders_status {scan orders 1 100000 100000}
USE TEMP B-TREE FOR RIGHT PART OF ORDER BY {none 1 0 100000}
reads 100000 returns 100000 sorts 100000 growth 1.00 result 1.00)"},
    {R"(SELECT * FROM orders ORDER BY id DESC LIMIT 10)",
     R"(SCAN orders {scan orders 1 10 10}
reads 10 returns 10 sorts 0 growth 0.00 result 0.00)"},
    {R"(SELECT * FROM orders ORDER BY total LIMIT 10)",
     R"(SCAN orders {scan orders 1 100000 100000}
USE TEMP B-TREE FOR ORDER BY {none 1 0 100000}
reads 100000 returns 10 sorts 100000 growth 1.00 result 0.00)"},
    {R"(SELECT * FROM orders LIMIT ?)",
     R"(SCAN orders {scan orders 1 100 100}
reads 100 returns 100 sorts 0 growth 0.00 result 0.00)"},
    {R"(SELECT * FROM orders LIMIT 10 OFFSET 20)",
     R"(SCAN orders {scan orders 1 110 110}
reads 110 returns 10 sorts 0 growth 0.00 result 0.00)"},
    {R"(SELECT * FROM orders WHERE note = ? LIMIT 1)",
     R"(SCAN orders {scan orders 1 100000 25000}
reads 100000 returns 1 sorts 0 growth 1.00 result 0.00)"},
    {R"(SELECT * FROM customers WHERE active = ? LIMIT 10)",
     R"(SCAN customers {scan customers 1 20 10}
reads 20 returns 10 sorts 0 growth 0.00 result 0.00)"},
    {R"(SELECT * FROM orders WHERE note IS NOT NULL LIMIT 10)",
     R"(SCAN orders {scan orders 1 10 10}
reads 10 returns 10 sorts 0 growth 0.00 result 0.00)"},
    {R"(SELECT * FROM orders WHERE customer_id = ? LIMIT 5)",
     R"(SEARCH orders USING INDEX orders_customer (customer_id=?) {search orders 1 5 5}
reads 5 returns 5 sorts 0 growth 0.00 result 0.00)"},
    {R"(SELECT status, count(*) FROM orders GROUP BY status)",
     R"(SCAN orders USING COVERING INDEX orders_status {scan_covering orders 1 100000 100000}
reads 100000 returns 4 sorts 0 growth 1.00 result 0.00)"},
    {R"(SELECT note, count(*) FROM orders GROUP BY note)",
     R"(SCAN orders {scan orders 1 100000 100000}
USE TEMP B-TREE FOR GROUP BY {none 1 0 100000}
reads 100000 returns 100000 sorts 100000 growth 1.00 result 1.00)"},
    {R"(SELECT customer_id, sum(total) FROM orders GROUP BY customer_id LIMIT 10)",
     R"(SCAN orders USING INDEX orders_customer {scan orders 1 100 100}
reads 100 returns 10 sorts 0 growth 0.00 result 0.00)"},
    {R"(SELECT DISTINCT status FROM orders)",
     R"(SCAN orders USING COVERING INDEX orders_status {scan_covering orders 1 4 4}
reads 4 returns 4 sorts 0 growth 0.00 result 0.00)"},
    {R"(SELECT DISTINCT status FROM orders WHERE note = ?)",
     R"(SCAN orders USING INDEX orders_status {scan orders 1 100000 25000}
reads 100000 returns 4 sorts 0 growth 1.00 result 0.00)"},
    {R"(SELECT DISTINCT customer_id FROM orders)",
     R"(SCAN orders USING COVERING INDEX orders_customer {scan_covering orders 1 100000 100000}
reads 100000 returns 10000 sorts 0 growth 1.00 result 1.00)"},
    {R"(SELECT DISTINCT status, note FROM orders)",
     R"(SCAN orders USING INDEX orders_status {scan orders 1 100000 100000}
USE TEMP B-TREE FOR DISTINCT {none 1 0 100000}
reads 100000 returns 100000 sorts 100000 growth 1.00 result 1.00)"},
    {R"(SELECT DISTINCT o.status FROM orders o JOIN lines l ON l.order_id = o.id)",
     R"(SCAN l {scan lines 1 1000000 1000000}
SEARCH o USING INTEGER PRIMARY KEY (rowid=?) {constant orders 1000000 1000000 1000000}
USE TEMP B-TREE FOR DISTINCT {none 1 0 1000000}
reads 2000000 returns 4 sorts 1000000 growth 1.00 result 0.00)"},
    {R"(SELECT DISTINCT note FROM orders)",
     R"(SCAN orders {scan orders 1 100000 100000}
USE TEMP B-TREE FOR DISTINCT {none 1 0 100000}
reads 100000 returns 100000 sorts 100000 growth 1.00 result 1.00)"},
    {R"(SELECT count(*) FROM orders)",
     R"(SCAN orders USING COVERING INDEX orders_customer {scan_covering orders 1 100000 100000}
reads 100000 returns 1 sorts 0 growth 1.00 result 0.00)"},
    {R"(SELECT max(id) FROM orders)",
     R"(SEARCH orders {constant orders 1 1 1}
reads 1 returns 1 sorts 0 growth 0.00 result 0.00)"},
    {R"(SELECT max(total) FROM orders)",
     R"(SEARCH orders {scan orders 1 100000 100000}
reads 100000 returns 1 sorts 0 growth 1.00 result 0.00)"},
    {R"(SELECT max(placed_at) FROM orders WHERE status = ?)",
     R"(SEARCH orders USING COVERING INDEX orders_status (status=?) {search_covering orders 1 1 1}
reads 1 returns 1 sorts 0 growth 0.00 result 0.00)"},
    {R"(SELECT * FROM orders WHERE id IN (1, 2, 3))",
     R"(SEARCH orders USING INTEGER PRIMARY KEY (rowid=?) {search orders 1 3 3}
reads 3 returns 3 sorts 0 growth 0.00 result 0.00)"},
    {R"(SELECT * FROM orders WHERE customer_id IN (?))",
     R"(SEARCH orders USING INDEX orders_customer (customer_id=?) {search orders 1 100 100}
reads 100 returns 100 sorts 0 growth 0.00 result 0.00)"},
    {R"(SELECT * FROM orders WHERE customer_id = ? OR status = ?)",
     R"(MULTI-INDEX OR {none orders 1 0 25010}
  INDEX 1 {none 1 0 0}
    SEARCH orders USING INDEX orders_customer (customer_id=?) {search orders 1 10 10}
  INDEX 2 {none 1 0 0}
    SEARCH orders USING INDEX orders_status (status=?) {search orders 1 25000 25000}
reads 25010 returns 25010 sorts 0 growth 1.00 result 1.00)"},
    {R"(SELECT * FROM orders WHERE customer_id = ? OR note = ?)",
     R"(SCAN orders {scan orders 1 100000 100000}
reads 100000 returns 100000 sorts 0 growth 1.00 result 1.00)"},
    {R"(SELECT customer_id FROM orders WHERE customer_id = ?)",
     R"(SEARCH orders USING COVERING INDEX orders_customer (customer_id=?) {search_covering orders 1 10 10}
reads 10 returns 10 sorts 0 growth 0.00 result 0.00)"},
    {R"(SELECT * FROM lines WHERE amount = 200 AND amount > 100)",
     R"(SEARCH lines USING INDEX lines_big (amount=?) {search lines 1 2.5 2.5}
reads 2.5 returns 2.5 sorts 0 growth 0.00 result 0.00)"},
    {R"(SELECT * FROM lines WHERE amount = 50)",
     R"(SCAN lines {scan lines 1 1000000 250000}
reads 1000000 returns 250000 sorts 0 growth 1.00 result 1.00)"},
    {R"(SELECT * FROM lines WHERE lower(sku) = ?)",
     R"(SEARCH lines USING INDEX lines_sku (<expr>=?) {search lines 1 10 10}
reads 10 returns 10 sorts 0 growth 0.00 result 0.00)"},
    {R"(SELECT * FROM lines WHERE upper(sku) = ?)",
     R"(SCAN lines {scan lines 1 1000000 250000}
reads 1000000 returns 250000 sorts 0 growth 1.00 result 1.00)"},
    {R"(SELECT * FROM lines WHERE twice = ?)",
     R"(SCAN lines {scan lines 1 1000000 250000}
reads 1000000 returns 250000 sorts 0 growth 1.00 result 1.00)"},
    {R"(SELECT * FROM prices WHERE sku = ? AND day = ?)",
     R"(SEARCH prices USING PRIMARY KEY (sku=? AND day=?) {constant prices 1 1 1}
reads 1 returns 1 sorts 0 growth 0.00 result 0.00)"},
    {R"(SELECT * FROM prices WHERE sku = ?)",
     R"(SEARCH prices USING PRIMARY KEY (sku=?) {search_covering prices 1 10 10}
reads 10 returns 10 sorts 0 growth 0.00 result 0.00)"},
    {R"(SELECT * FROM prices WHERE day = ?)",
     R"(SCAN prices {scan prices 1 10000 2500}
reads 10000 returns 2500 sorts 0 growth 1.00 result 1.00)"},
    {R"(SELECT * FROM orders o RIGHT JOIN customers c ON c.id = o.customer_id)",
     R"(SCAN o {scan orders 1 100000 100000}
SEARCH c USING INTEGER PRIMARY KEY (rowid=?) {constant customers 100000 100000 100000}
RIGHT-JOIN customers {none 1 0 10000}
  SCAN c {scan customers 1 10000 10000}
reads 210000 returns 100000 sorts 0 growth 1.00 result 1.00)"},
    {R"(SELECT count(DISTINCT note) FROM orders)",
     R"(USE TEMP B-TREE FOR count(DISTINCT) {none 1 0 100000}
SCAN orders {scan orders 1 100000 100000}
reads 100000 returns 1 sorts 100000 growth 1.00 result 0.00)"},
    {R"(SELECT * FROM customers a, customers b)",
     R"(SCAN a {scan customers 1 10000 10000}
SCAN b {scan customers 10000 100000000 100000000}
reads 100010000 returns 100000000 sorts 0 growth 2.00 result 2.00)"},
    {R"(SELECT 1)",
     R"(SCAN CONSTANT ROW {constant 1 1 1}
reads 1 returns 1 sorts 0 growth 0.00 result 0.00)"},
    {R"(SELECT o.id FROM main.orders AS o NOT INDEXED WHERE o.customer_id = ?)",
     R"(SCAN o {scan orders 1 100000 10}
reads 100000 returns 10 sorts 0 growth 1.00 result 0.00)"},
    {R"(SELECT * FROM orders WHERE placed_at = ?)",
     R"(SEARCH orders USING INDEX orders_status (ANY(status) AND placed_at=?) {search orders 1 10 10}
reads 10 returns 10 sorts 0 growth 0.00 result 0.00)"},
    {R"(SELECT c.name, count(*) FROM customers c JOIN orders o ON o.customer_id = c.id GROUP BY c.id ORDER BY 2 DESC LIMIT 10)",
     R"(SCAN c {scan customers 1 10000 10000}
SEARCH o USING COVERING INDEX orders_customer (customer_id=?) {search_covering orders 10000 100000 100000}
USE TEMP B-TREE FOR ORDER BY {none 1 0 10000}
reads 110000 returns 10 sorts 10000 growth 1.00 result 0.00)"},
    {R"(SELECT id FROM orders WHERE total > 3 ORDER BY customer_id LIMIT 10)",
     R"(SCAN orders USING INDEX orders_customer {scan orders 1 100000 25000}
reads 100000 returns 10 sorts 0 growth 1.00 result 0.00)"},
    {R"(SELECT id FROM customers WHERE name LIKE '%x%')",
     R"(SCAN customers {scan customers 1 10000 2500}
reads 10000 returns 2500 sorts 0 growth 1.00 result 1.00)"},
    {R"(SELECT o.id FROM orders o, customers c WHERE o.customer_id = c.id AND c.email = ? ORDER BY o.placed_at DESC LIMIT 20)",
     R"(SEARCH c USING COVERING INDEX sqlite_autoindex_customers_1 (email=?) {constant customers 1 1 1}
SEARCH o USING INDEX orders_customer (customer_id=?) {search orders 1 10 10}
USE TEMP B-TREE FOR ORDER BY {none 1 0 10}
reads 11 returns 10 sorts 10 growth 0.00 result 0.00)"},
    {R"(SELECT * FROM orders WHERE customer_id = ? AND status <> 'void' ORDER BY placed_at)",
     R"(SEARCH orders USING INDEX orders_customer (customer_id=?) {search orders 1 10 10}
USE TEMP B-TREE FOR ORDER BY {none 1 0 10}
reads 10 returns 10 sorts 10 growth 0.00 result 0.00)"},
    {R"(SELECT a.id FROM orders a JOIN orders b ON a.note = b.note AND a.id < b.id)",
     R"(SCAN a {scan orders 1 100000 100000}
SEARCH b USING AUTOMATIC COVERING INDEX (note=?) {automatic_index orders 100000 1100000 250000}
reads 1200000 returns 250000 sorts 0 growth 1.00 result 1.00)"},
    {R"(SELECT * FROM orders WHERE id > ? ORDER BY id LIMIT 100)",
     R"(SEARCH orders USING INTEGER PRIMARY KEY (rowid>?) {search orders 1 100 100}
reads 100 returns 100 sorts 0 growth 0.00 result 0.00)"},
    {R"(SELECT * FROM customers WHERE lower(email) = ?)",
     R"(SCAN customers {scan customers 1 10000 2500}
reads 10000 returns 2500 sorts 0 growth 1.00 result 1.00)"},
    {R"(SELECT * FROM orders WHERE (customer_id, status) IN ((1, 'a'), (2, 'b')))",
     R"(SCAN orders {scan orders 1 100000 100}
LIST SUBQUERY 2 {none 1 0 2}
  SCAN 2 CONSTANT ROWS {constant 1 2 2}
reads 100002 returns 100 sorts 0 growth 1.00 result 0.00)"},
    {R"(SELECT order_id FROM lines GROUP BY order_id HAVING count(*) > 3)",
     R"(SCAN lines {scan lines 1 1000000 1000000}
USE TEMP B-TREE FOR GROUP BY {none 1 0 1000000}
reads 1000000 returns 100000 sorts 1000000 growth 1.00 result 1.00)"},
    {R"(SELECT c.country, sum(o.total) FROM customers c JOIN orders o ON o.customer_id = c.id GROUP BY c.country)",
     R"(SCAN c {scan customers 1 10000 10000}
SEARCH o USING INDEX orders_customer (customer_id=?) {search orders 10000 100000 100000}
USE TEMP B-TREE FOR GROUP BY {none 1 0 100000}
reads 110000 returns 100000 sorts 100000 growth 1.00 result 1.00)"},
    {R"(SELECT * FROM orders o JOIN customers c USING (id))",
     R"(SCAN c {scan customers 1 10000 10000}
SEARCH o USING INTEGER PRIMARY KEY (rowid=?) {constant orders 10000 10000 10000}
reads 20000 returns 10000 sorts 0 growth 1.00 result 1.00)"},
    {R"(SELECT * FROM orders NATURAL JOIN customers)",
     R"(SCAN customers {scan customers 1 10000 10000}
SEARCH orders USING INTEGER PRIMARY KEY (rowid=?) {constant orders 10000 10000 10000}
reads 20000 returns 10000 sorts 0 growth 1.00 result 1.00)"},
    {R"(SELECT name FROM country WHERE code = ?)",
     R"(SEARCH country USING PRIMARY KEY (code=?) {constant country 1 1 1}
reads 1 returns 1 sorts 0 growth 0.00 result 0.00)"},
    {R"(SELECT min(id), max(id) FROM orders)",
     R"(SCAN orders USING COVERING INDEX orders_customer {scan_covering orders 1 100000 100000}
reads 100000 returns 1 sorts 0 growth 1.00 result 0.00)"},
};

TEST_CASE("plans: one table, joins, sorts, groups and limit") {
  auto engine = open(shop());
  for (const Case& c : kCases) {
    CAPTURE(c.sql);
    CHECK(dump(*engine, c.sql) == c.want);
  }
}

}  // namespace
}  // namespace explaingate::engine_test
