// Plans of a real PostgreSQL in the normal form.
#include <doctest/doctest.h>

#include "engine/postgres/plans/catalogue.h"
#include "engine/postgres_engine_support.h"

namespace explaingate::engine_test {
namespace {

// customers 10,000, orders 100,000, lines 1,000,000 rows at the first scale.
std::vector<std::string> shop_on_postgres() {
  return {
      "CREATE TYPE kind AS ENUM ('a', 'b', 'c')",
      "CREATE DOMAIN stars AS integer CHECK (VALUE BETWEEN 1 AND 5)",
      "CREATE TABLE customers(id integer PRIMARY KEY, name text, email text UNIQUE, active boolean, country text)",
      "CREATE TABLE orders(id integer PRIMARY KEY, customer_id integer REFERENCES customers(id), total real, "
      "placed_at timestamp, status varchar(10) CHECK (status IN ('open', 'paid', 'sent', 'void')), note text, k kind, "
      "rating stars)",
      "CREATE INDEX orders_customer ON orders(customer_id)",
      "CREATE INDEX orders_status ON orders(status, placed_at DESC)",
      "CREATE TABLE lines(id bigint PRIMARY KEY, order_id integer REFERENCES orders(id) ON DELETE CASCADE, sku text, "
      "amount integer DEFAULT 1, twice integer GENERATED ALWAYS AS (amount * 2) STORED)",
      "CREATE INDEX lines_sku ON lines(lower(sku))",
      "CREATE INDEX lines_big ON lines(amount) WHERE amount > 100",
      "CREATE TABLE events(id bigint, at timestamp, x integer) PARTITION BY RANGE (at)",
      "CREATE TABLE events_2020 PARTITION OF events FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')",
      "CREATE TABLE events_2021 PARTITION OF events FOR VALUES FROM ('2021-01-01') TO ('2022-01-01')",
      "CREATE INDEX events_x ON events(x)",
      "CREATE SCHEMA audit",
      "CREATE TABLE audit.log(id bigint PRIMARY KEY, what text)",
      "CREATE VIEW order_names AS SELECT o.id AS order_id, o.total, c.name FROM orders o JOIN customers c ON c.id = "
      "o.customer_id",
      "CREATE MATERIALIZED VIEW totals AS SELECT customer_id, sum(total) AS total FROM orders GROUP BY 1",
  };
}

struct Case {
  std::string_view sql, want;
};

constexpr Case kCases[] = {
    {"SELECT count(*) FROM customers, orders",
     "Aggregate {none 1 0 1}\n"
     "  Nested Loop {none 1 0 1000000000}\n"
     "    Index Only Scan using orders_customer on orders {scan_covering orders 1 100000 100000}\n"
     "    Materialize {none 100000 0 1000000000}\n"
     "      Seq Scan on customers {scan customers 100000 1000000000 1000000000}\n"
     "reads 1000100000 returns 1 sorts 0 growth 2.00 result 0.00"},
    {"SELECT c.name, (SELECT count(*) FROM lines AS t WHERE t.order_id = c.id) FROM customers AS c",
     "Seq Scan on customers c {scan customers 1 10000 10000}\n"
     "  SubPlan 1: Aggregate {none 10000 0 10000}\n"
     "    Seq Scan on lines t (filter: (t.order_id = c.id)) {scan lines 10000 1e+10 100000}\n"
     "reads 1.000001e+10 returns 10000 sorts 0 growth 2.00 result 1.00"},
    {"SELECT * FROM orders WHERE id = ANY ($1)",
     "Bitmap Heap Scan on orders {search orders 1 10 10}\n"
     "  Bitmap Index Scan on orders_pkey (index: (orders.id = ANY ($1))) {none orders 1 0 10}\n"
     "reads 10 returns 10 sorts 0 growth 0.00 result 0.00"},
    {"SELECT * FROM orders WHERE customer_id = $1 OR status = $2",
     "Bitmap Heap Scan on orders {search orders 1 25010 25008}\n"
     "  BitmapOr {none 1 0 25010}\n"
     "    Bitmap Index Scan on orders_customer (index: (orders.customer_id = $1)) {none orders 1 0 10}\n"
     "    Bitmap Index Scan on orders_status (index: ((orders.status)::text = $2)) {none orders 1 0 25000}\n"
     "reads 25010 returns 25008 sorts 0 growth 1.07 result 1.00"},
    {"SELECT * FROM orders WHERE status = $1 AND note = 'x'",
     "Bitmap Heap Scan on orders (filter: (orders.note = 'x'::text)) {search orders 1 25000 125}\n"
     "  Bitmap Index Scan on orders_status (index: ((orders.status)::text = $1)) {none orders 1 0 25000}\n"
     "reads 25000 returns 125 sorts 0 growth 1.00 result 1.00"},
    {"SELECT c.name, o.total FROM customers c JOIN orders o ON o.customer_id = c.id WHERE o.note = $1",
     "Hash Join (join: (o.customer_id = c.id)) {none 1 0 500}\n"
     "  Seq Scan on orders o (filter: (o.note = $1)) {scan orders 1 100000 500}\n"
     "  Hash {none 1 0 10000}\n"
     "    Seq Scan on customers c {scan customers 1 10000 10000}\n"
     "reads 110000 returns 500 sorts 0 growth 1.00 result 1.00"},
    {"SELECT * FROM order_names WHERE order_id = $1",
     "Nested Loop {none 1 0 1}\n"
     "  Index Scan using orders_pkey on orders o (index: (o.id = $1)) {constant orders 1 1 1}\n"
     "  Index Scan using customers_pkey on customers c (index: (c.id = o.customer_id)) {constant customers 1 1 1}\n"
     "reads 2 returns 1 sorts 0 growth 0.00 result 0.00"},
    {"SELECT * FROM customers WHERE id NOT IN (SELECT customer_id FROM orders)",
     "Seq Scan on customers (filter: (NOT (hashed SubPlan 1))) {scan customers 1 10000 5000}\n"
     "  SubPlan 1: Index Only Scan using orders_customer on orders {scan_covering orders 1 100000 100000}\n"
     "reads 110000 returns 5000 sorts 0 growth 1.00 result 1.00"},
    {"SELECT customer_id, sum(total) FROM orders GROUP BY customer_id ORDER BY 2 DESC LIMIT 10",
     "Limit {none 1 0 10}\n"
     "  Sort (sort: (sum(orders.total)) DESC) {none 1 0 10}\n"
     "    HashAggregate (group: orders.customer_id) {none 1 0 10000}\n"
     "      Seq Scan on orders {scan orders 1 100000 100000}\n"
     "reads 100000 returns 10 sorts 10000 growth 1.00 result 0.00"},
    {"SELECT * FROM events WHERE x = $1",
     "Append {none 1 0 20}\n"
     "  Bitmap Heap Scan on events_2020 events_1 {search events 1 10 10}\n"
     "    Bitmap Index Scan on events_2020_x_idx (index: (events_1.x = $1)) {none events 1 0 10}\n"
     "  Bitmap Heap Scan on events_2021 events_2 {search events 1 10 10}\n"
     "    Bitmap Index Scan on events_2021_x_idx (index: (events_2.x = $1)) {none events 1 0 10}\n"
     "reads 20 returns 20 sorts 0 growth 0.00 result 0.00"},
    {"SELECT * FROM events e WHERE at > '2021-05-01'",
     "Seq Scan on events_2021 e (filter: (e.at > '2021-05-01 00:00:00'::timestamp without time zone)) {scan events 1 "
     "5000 1667}\n"
     "reads 5000 returns 1667 sorts 0 growth 1.00 result 1.00"},
    {"SELECT max(placed_at) FROM orders WHERE status = 'open'",
     "Result {none 1 0 1}\n"
     "  InitPlan 1 (returns $0): Limit {none 1 0 1}\n"
     "    Index Only Scan using orders_status on orders (index: ((orders.status = 'open'::text) AND (orders.placed_at "
     "IS NOT NULL))) {search_covering orders 1 1 1}\n"
     "reads 1 returns 1 sorts 0 growth 0.00 result 0.00"},
    {"WITH RECURSIVE t(n) AS (SELECT id FROM customers WHERE id = $1 UNION ALL SELECT o.id FROM orders o JOIN t ON t.n "
     "= o.customer_id) SELECT * FROM t",
     "CTE Scan on t {none 1 0 1001}\n"
     "  CTE t: Recursive Union {none 1 0 1001}\n"
     "    Index Only Scan using customers_pkey on customers (index: (customers.id = $1)) {constant customers 1 1 1}\n"
     "    Nested Loop {none 10 0 1000}\n"
     "      WorkTable Scan on t t_1 {none 10 100 100}\n"
     "      Bitmap Heap Scan on orders o {search orders 100 1000 1000}\n"
     "        Bitmap Index Scan on orders_customer (index: (o.customer_id = t_1.n)) {none orders 100 0 1000}\n"
     "reads 1101 returns 1001 sorts 0 growth 0.00 result 0.00"},
    {"WITH x AS MATERIALIZED (SELECT * FROM orders) SELECT * FROM x WHERE note = $1",
     "CTE Scan on x (filter: (x.note = $1)) {none 1 0 500}\n"
     "  CTE x: Seq Scan on orders {scan orders 1 100000 100000}\n"
     "reads 100000 returns 500 sorts 0 growth 1.00 result 1.00"},
    {"DELETE FROM customers WHERE id = $1",
     "Delete on customers {none customers 1 0 1}\n"
     "  Index Scan using customers_pkey on customers (index: (customers.id = $1)) {constant customers 1 1 1}\n"
     "  Trigger for foreign key orders(customer_id) {none 1 0 0}\n"
     "    LockRows {none 1 0 10}\n"
     "      Bitmap Heap Scan on orders {search orders 1 10 10}\n"
     "        Bitmap Index Scan on orders_customer (index: (orders.customer_id = $1)) {none orders 1 0 10}\n"
     "reads 11 returns 1 sorts 0 growth 0.00 result 0.00"},
    {"UPDATE orders SET total = total + $1 WHERE status = $2",
     "Update on orders {none orders 1 0 25000}\n"
     "  Bitmap Heap Scan on orders {search orders 1 25000 25000}\n"
     "    Bitmap Index Scan on orders_status (index: ((orders.status)::text = $2)) {none orders 1 0 25000}\n"
     "reads 25000 returns 25000 sorts 0 growth 1.04 result 1.00"},
    {"INSERT INTO customers(id, name) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET name = excluded.name",
     "Insert on customers {none customers 1 0 1}\n"
     "  Result {none 1 0 1}\n"
     "reads 1 returns 1 sorts 0 growth 0.00 result 0.00"},
    {"SELECT * FROM orders WHERE note = $1 LIMIT 1",
     "Limit {none 1 0 1}\n"
     "  Seq Scan on orders (filter: (orders.note = $1)) {scan orders 1 100000 500}\n"
     "reads 100000 returns 1 sorts 0 growth 1.00 result 0.00"},
    {"SELECT * FROM orders WHERE status = $1 AND note IS NOT NULL LIMIT $2",
     "Limit {none 1 0 100}\n"
     "  Seq Scan on orders (filter: ((orders.note IS NOT NULL) AND ((orders.status)::text = $1))) {scan orders 1 402 "
     "100}\n"
     "reads 402 returns 100 sorts 0 growth 0.00 result 0.00"},
    {"SELECT *, row_number() OVER (PARTITION BY customer_id ORDER BY placed_at) FROM orders LIMIT 5",
     "Limit {none 1 0 5}\n"
     "  WindowAgg {none 1 0 5}\n"
     "    Incremental Sort (sort: orders.customer_id, orders.placed_at; presorted: orders.customer_id) {none 1 0 "
     "100000}\n"
     "      Index Scan using orders_customer on orders {scan orders 1 100000 100000}\n"
     "reads 100000 returns 5 sorts 100000 growth 1.00 result 0.00"},
    {"SELECT * FROM totals WHERE customer_id = $1",
     "Seq Scan on totals (filter: (totals.customer_id = $1)) {scan totals 1 10000 50}\n"
     "reads 10000 returns 50 sorts 0 growth 0.82 result 1.00"},
    {"SELECT * FROM lines WHERE lower(sku) = lower($1)",
     "Bitmap Heap Scan on lines {search lines 1 10 10}\n"
     "  Bitmap Index Scan on lines_sku (index: (lower(lines.sku) = lower($1))) {none lines 1 0 10}\n"
     "reads 10 returns 10 sorts 0 growth 0.00 result 0.00"},
    {"SELECT * FROM orders LIMIT $1 OFFSET ($2 - 1) * $1",
     "Limit {none 1 0 100}\n"
     "  Seq Scan on orders {scan orders 1 190 190}\n"
     "reads 190 returns 100 sorts 0 growth 0.00 result 0.00"},
    {"SELECT * FROM orders o JOIN LATERAL (SELECT * FROM lines l WHERE l.order_id = o.id ORDER BY l.amount DESC LIMIT "
     "3) x ON true WHERE o.id = $1",
     "Nested Loop {none 1 0 3}\n"
     "  Index Scan using orders_pkey on orders o (index: (o.id = $1)) {constant orders 1 1 1}\n"
     "  Limit {none 1 0 3}\n"
     "    Sort (sort: l.amount DESC) {none 1 0 4.999999999}\n"
     "      Seq Scan on lines l (filter: (l.order_id = o.id)) {scan lines 1 1000000 10}\n"
     "reads 1000001 returns 3 sorts 10 growth 1.00 result 0.00"},
    {"SELECT what FROM audit.log WHERE id = $1",
     "Index Scan using log_pkey on log (index: (log.id = $1)) {constant audit.log 1 1 1}\n"
     "reads 1 returns 1 sorts 0 growth 0.00 result 0.00"},
    {"SELECT l.amount FROM lines l WHERE l.amount > 200 ORDER BY l.amount LIMIT 5",
     "Limit {none 1 0 5}\n"
     "  Index Only Scan using lines_big on lines l (index: (l.amount > 200)) {search_covering lines 1 5 5}\n"
     "reads 5 returns 5 sorts 0 growth 0.00 result 0.00"},
    {"SELECT count(*) FROM lines WHERE sku LIKE 'x%' AND amount <> 3",
     "Finalize Aggregate {none 1 0 1}\n"
     "  Gather {none 1 0 2}\n"
     "    Partial Aggregate {none 1 0 2.4}\n"
     "      Parallel Seq Scan on lines (filter: ((lines.sku ~~ 'x%'::text) AND (lines.amount <> 3))) {scan lines 1 "
     "1000000 4975}\n"
     "reads 1000000 returns 1 sorts 0 growth 1.00 result 0.00"},
    {"SELECT * FROM lines TABLESAMPLE SYSTEM (1)",
     "Sample Scan on lines {scan lines 1 10000 10000}\n"
     "reads 10000 returns 10000 sorts 0 growth 1.00 result 1.00"},
    {"SELECT * FROM orders WHERE ctid = '(0,1)'",
     "Tid Scan on orders (tid: (orders.ctid = '(0,1)'::tid)) {constant orders 1 1 1}\n"
     "reads 1 returns 1 sorts 0 growth 0.00 result 0.00"},
    {"SELECT status FROM orders UNION SELECT country FROM customers",
     "HashAggregate (group: orders.status) {none 1 0 110000}\n"
     "  Append {none 1 0 110000}\n"
     "    Seq Scan on orders {scan orders 1 100000 100000}\n"
     "    Subquery Scan on *SELECT* 2 {none 1 0 10000}\n"
     "      Seq Scan on customers {scan customers 1 10000 10000}\n"
     "reads 110000 returns 110000 sorts 0 growth 1.00 result 1.00"},
    {"SELECT id FROM orders INTERSECT SELECT order_id FROM lines",
     "HashSetOp Intersect {none 1 0 100000}\n"
     "  Append {none 1 0 1100000}\n"
     "    Subquery Scan on *SELECT* 1 {none 1 0 100000}\n"
     "      Seq Scan on orders {scan orders 1 100000 100000}\n"
     "    Subquery Scan on *SELECT* 2 {none 1 0 1000000}\n"
     "      Seq Scan on lines {scan lines 1 1000000 1000000}\n"
     "reads 1100000 returns 100000 sorts 0 growth 1.00 result 1.00"},
    {"SELECT * FROM orders o JOIN lines l ON l.amount = o.rating WHERE o.customer_id = $1",
     "Gather {none 1 0 49999}\n"
     "  Parallel Hash Join (join: (l.amount = (o.rating)::integer)) {none 1 0 49999}\n"
     "    Parallel Seq Scan on lines l {scan lines 1 1000000 1000001}\n"
     "    Parallel Hash {none 1 0 14.4}\n"
     "      Parallel Seq Scan on orders o (filter: (o.customer_id = $1)) {scan orders 1 100000 14.4}\n"
     "reads 1100000 returns 49999 sorts 0 growth 1.00 result 1.00"},
    {"SELECT * FROM orders FOR UPDATE SKIP LOCKED LIMIT 1",
     "Limit {none 1 0 1}\n"
     "  LockRows {none 1 0 1}\n"
     "    Seq Scan on orders {scan orders 1 1 1}\n"
     "reads 1 returns 1 sorts 0 growth 0.00 result 0.00"},
    {"SELECT * FROM (VALUES (1), (2)) v(x) JOIN orders o ON o.id = v.x",
     "Nested Loop {none 1 0 2}\n"
     "  Values Scan on *VALUES* {none 1 2 2}\n"
     "  Index Scan using orders_pkey on orders o (index: (o.id = \"*VALUES*\".column1)) {constant orders 2 2 2}\n"
     "reads 4 returns 2 sorts 0 growth 0.00 result 0.00"},
    {"SELECT DISTINCT ON (customer_id) * FROM orders ORDER BY customer_id, placed_at DESC",
     "Unique {none 1 0 10000}\n"
     "  Sort (sort: orders.customer_id, orders.placed_at DESC) {none 1 0 100000}\n"
     "    Seq Scan on orders {scan orders 1 100000 100000}\n"
     "reads 100000 returns 10000 sorts 100000 growth 1.00 result 1.00"},
    {"SELECT * FROM orders o LEFT JOIN LATERAL (SELECT max(amount) FROM lines l WHERE l.order_id = o.id) m ON true "
     "WHERE o.status = $1",
     "Nested Loop Left Join {none 1 0 25000}\n"
     "  Bitmap Heap Scan on orders o {search orders 1 25000 25000}\n"
     "    Bitmap Index Scan on orders_status (index: ((o.status)::text = $1)) {none orders 1 0 25000}\n"
     "  Aggregate {none 25000 0 25000}\n"
     "    Seq Scan on lines l (filter: (l.order_id = o.id)) {scan lines 25000 2.5e+10 250000}\n"
     "reads 2.5000025e+10 returns 25000 sorts 0 growth 2.00 result 1.00"},
    {"SELECT * FROM orders ORDER BY status, placed_at DESC, total LIMIT 10",
     "Limit {none 1 0 10}\n"
     "  Incremental Sort (sort: orders.status, orders.placed_at DESC, orders.total; presorted: orders.status, "
     "orders.placed_at) {none 1 0 10}\n"
     "    Index Scan using orders_status on orders {scan orders 1 10 10}\n"
     "reads 10 returns 10 sorts 10 growth 0.00 result 0.00"},
    {"SELECT * FROM orders WHERE 1 = 0",
     "Result (one-time filter: false) {none 1 0 0}\n"
     "reads 1 returns 0 sorts 0 growth 0.00 result 0.00"},
    {"SELECT * FROM events ORDER BY x LIMIT 3",
     "Limit {none 1 0 3}\n"
     "  Merge Append (sort: events.x) {none 1 0 3}\n"
     "    Index Scan using events_2020_x_idx on events_2020 events_1 {scan events 1 1.5 1.5}\n"
     "    Index Scan using events_2021_x_idx on events_2021 events_2 {scan events 1 1.5 1.5}\n"
     "reads 3 returns 3 sorts 0 growth 0.00 result 0.00"},
};

TEST_CASE("plans of PostgreSQL in the normal form") {
  auto engine = open_postgres(shop_on_postgres());
  if (!engine) return;
  CHECK(engine->failures().empty());
  for (const Case& c : kCases) {
    CAPTURE(c.sql);
    CHECK(dump_postgres(*engine, c.sql) == c.want);
  }
}

std::string dump(const Catalogue& catalogue) {
  std::string text;
  for (const CatalogueTable& table : catalogue.tables) {
    text += table.type + " " + table.name + "(";
    for (const CatalogueColumn& column : table.columns) {
      text += (text.back() == '(' ? "" : ", ") + column.name + " " + column.type;
      if (column.not_null) text += " !";
      if (column.generated) text += " generated";
      if (!column.default_value.empty()) text += " =" + column.default_value;
      if (column.primary_key > 0) text += " key" + std::to_string(column.primary_key);
      if (column.allowed_values > 0) text += " of " + std::to_string(column.allowed_values);
    }
    text += ")\n";
    for (const CatalogueIndex& index : table.indexes) {
      text += "  " + index.origin + (index.unique ? " unique " : " ") + (index.partial ? "partial " : "") + index.name;
      for (const CatalogueIndexColumn& column : index.columns)
        text += " " + (column.name.empty() ? "<expr>" : column.name) + (column.descending ? " desc" : "");
      text += "\n";
    }
    for (const CatalogueForeignKey& key : table.foreign_keys)
      text += "  -> " + key.parent_table + "." + key.parent_columns.at(0) + " by " + key.columns.at(0) + " " +
              key.on_delete + "\n";
  }
  return text;
}

TEST_CASE("PostgreSQL's catalogue") {
  auto engine = open_postgres(shop_on_postgres());
  if (!engine) return;
  CHECK(dump(engine->catalogue()) == R"(table audit.log(id bigint ! key1, what text)
  primary_key unique log_pkey id
table customers(id integer ! key1, name text, email text, active boolean of 2, country text)
  unique unique customers_email_key email
  primary_key unique customers_pkey id
table events(id bigint, at timestamp without time zone, x integer)
  create events_x x
table lines(id bigint ! key1, order_id integer, sku text, amount integer =1, twice integer generated)
  create partial lines_big amount
  primary_key unique lines_pkey id
  create lines_sku <expr>
  -> orders.id by order_id CASCADE
view order_names(order_id integer, total real, name text)
table orders(id integer ! key1, customer_id integer, total real, placed_at timestamp without time zone, status character varying(10) of 4, note text, k kind of 3, rating stars of 5)
  create orders_customer customer_id
  primary_key unique orders_pkey id
  create orders_status status placed_at desc
  -> customers.id by customer_id NO ACTION
table totals(customer_id integer, total real)
)");
  for (const CatalogueTable& table : engine->catalogue().tables) {
    CHECK((table.type == "view") == (!table.sql.empty() && table.name == "order_names"));
    for (const CatalogueIndex& index : table.indexes) CHECK(index.sql.starts_with("CREATE "));
  }
}

TEST_CASE("how many values a CHECK constraint allows") {
  struct CheckCase {
    std::string_view definition;
    size_t want;
  };
  for (const CheckCase& c : {
           CheckCase{"CHECK ((x = ANY (ARRAY['a'::text, 'b'::text, 'c'::text])))", 3},
           CheckCase{"CHECK (((x)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[])))", 2},
           CheckCase{"CHECK (((x IS NULL) OR (x = ANY (ARRAY[1, 2]))))", 2},
           CheckCase{"CHECK (((x = 0) OR (x = 1)))", 2},
           CheckCase{"CHECK (((x >= 1) AND (x <= 5)))", 5},
           CheckCase{"CHECK (((x = ANY (ARRAY[1, 2])) OR (y > 3)))", 0},
           CheckCase{"CHECK ((x <> ALL (ARRAY[1, 2])))", 0},
           CheckCase{"CHECK (((x >= 1) AND (x <= 500000)))", 0},
           CheckCase{"CHECK ((x > 0))", 0},
           CheckCase{"CHECK ((lower(x) = ANY (ARRAY['a'::text, 'b'::text])))", 0},
           CheckCase{"CHECK ((x = ANY (ARRAY[", 0},
           CheckCase{"", 0},
       }) {
    CAPTURE(c.definition);
    CHECK(postgres::allowed_by_check(c.definition, "x").size() == c.want);
  }
}

TEST_CASE("the values themselves") {
  using Values = std::vector<std::string>;
  CHECK(postgres::allowed_by_check("CHECK ((x = ANY (ARRAY['it''s'::text, 'b'::text])))", "x") == Values{"it's", "b"});
  CHECK(postgres::allowed_by_check("CHECK (((VALUE >= 1) AND (VALUE <= 3)))", "VALUE") == Values{"1", "2", "3"});
}

// At this size the planner would rather hash; its settings come with the statistics, and JIT is beside the plan.
TEST_CASE("a node that remembers what it looked up runs once for each different key") {
  EngineOptions options;
  options.statistics.emplace();
  options.statistics->postgres.emplace().settings = {
      {"enable_hashjoin", "off"}, {"enable_mergejoin", "off"}, {"jit_above_cost", "0"}};
  auto engine = open_postgres(shop_on_postgres(), options);
  if (!engine) return;
  CHECK(dump_postgres(*engine, "SELECT o.total, c.name FROM orders o JOIN customers c ON c.id = o.customer_id") ==
        "Nested Loop {none 1 0 100000}\n"
        "  Seq Scan on orders o {scan orders 1 100000 100000}\n"
        "  Memoize (key: o.customer_id) {none 100000 0 100000}\n"
        "    Index Scan using customers_pkey on customers c (index: (c.id = o.customer_id)) {constant customers 10000 "
        "10000 10000}\n"
        "reads 110000 returns 100000 sorts 0 growth 1.00 result 1.00");
}

TEST_CASE("what PostgreSQL refuses is a statement's error, in its words, at its place") {
  auto engine = open_postgres(shop_on_postgres());
  if (!engine) return;
  struct Refused {
    std::string_view sql, message;
    int column;
  };
  for (const Refused& c : {
           Refused{"SELECT * FROM nowhere", "relation \"nowhere\" does not exist", 15},
           Refused{"SELECT 'ä', nothing FROM orders", "column \"nothing\" does not exist", 14},
           Refused{"SELECT 1; SELECT 2", "cannot insert multiple commands into a prepared statement", 0},
           Refused{"DROP TABLE orders", "only SELECT, VALUES, INSERT, UPDATE, DELETE and MERGE are planned", 0},
           Refused{"SELEC 1", "only SELECT, VALUES, INSERT, UPDATE, DELETE and MERGE are planned", 0},
           Refused{"SELECT * FROM orders WHERE", "syntax error at end of input", 27},
       }) {
    CAPTURE(c.sql);
    auto planned = engine->plan({c.sql, nullptr});
    REQUIRE(!planned.has_value());
    CHECK(planned.error().kind == ErrorKind::kStatement);
    CHECK(planned.error().message == c.message);
    CHECK(planned.error().column == c.column);
  }
  CHECK(engine->plan({"SELECT * FROM orders", nullptr}).has_value());  // the connection goes on
}

}  // namespace
}  // namespace explaingate::engine_test
