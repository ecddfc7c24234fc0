// Each rule on facts made by hand: what fires, and the near misses that don't. All rules run on each case, so that a
// problem that two rules could see is shown to be reported once.
#include <doctest/doctest.h>

#include "facts_builder.h"

namespace explaingate {
namespace {

struct Case {
  const char* name;
  std::string facts;
  std::string want;
};

void check(const std::vector<Case>& cases) {
  for (const Case& each : cases) {
    CAPTURE(std::string(each.name));
    CHECK(found(shop() + each.facts) == each.want);
  }
}

// The work still grows with the table, whatever the rule in question says of it.
const std::string kRead = "warning growing-read shop/1.sql:10:3 orders\n";
const std::string kComputed = "warning computed-filter shop/1.sql:11:7 orders.customer_id\n";

TEST_CASE("full-scan-growth") {
  const std::string scan = query({}) + node(1, {}) + where(1, {});
  const std::string postgres = "UPDATE run SET engine = 'postgres';";
  auto partial = [](const std::string& condition) {
    return fmt::format(
        "INSERT OR IGNORE INTO columns VALUES ('head', 'orders', 'email', 'text', 1, 0, 0, 0, ''); INSERT INTO "
        "query_tables "
        "VALUES (1, 0, 0, 'orders', '', 'from', NULL); INSERT INTO indexes VALUES ('head', 'orders', 'some', 1, 1, "
        "'create', NULL, '{}', 0); INSERT INTO "
        "index_columns VALUES ('head', 'orders', 'some', 0, 'email', 0, 'BINARY');",
        condition);
  };
  check({
      {"an index was tried and lowers the class", scan + trial(1, {}),
       "error full-scan-growth shop/1.sql:10:3 orders\n"},
      {"the class stays, a quarter of the rows", scan + trial(1, {.class_after = 1, .rows_after = 250'000}),
       "error full-scan-growth shop/1.sql:10:3 orders\n"},
      {"two trials help: one finding, for the better",
       scan + trial(1, {.columns = "placed_at", .rank = 1}) + trial(1, {}),
       "error full-scan-growth shop/1.sql:10:3 orders\n"},
      {"a trial of another table stands first", scan + trial(1, {.relation = "items"}) + trial(1, {.rank = 1}),
       "error full-scan-growth shop/1.sql:10:3 orders\n"},
      {"no trial helped: the result needs the rows", scan, ""},
      {"half the rows are read still", scan + trial(1, {.class_after = 1, .rows_after = 500'000}), ""},
      {"the only filter has four values",
       query({}) + node(1, {}) + where(1, {.name = "status"}) + trial(1, {.class_after = 1, .rows_after = 250'000}),
       ""},
      {"the statement isn't part of the change", query({.changed = 0}) + node(1, {}) + where(1, {}) + trial(1, {}), ""},
      {"the table is fixed",
       query({}) + node(1, {.relation = "country"}) + where(1, {.relation = "country"}) +
           trial(1, {.relation = "country"}),
       ""},
      {"the table is searched", query({}) + node(1, {.access = "search"}) + where(1, {}) + trial(1, {}), ""},
      {"the cost is constant", query({.growth_class = 0}) + node(1, {}) + where(1, {}) + trial(1, {.class_before = 0}),
       ""},
      {"PostgreSQL: a partial index would serve, for a value that is known",
       scan + trial(1, {}) + postgres + partial("email <> 1"), "warning full-scan-growth shop/1.sql:10:3 orders\n"},
      {"its condition is on another column, too", scan + trial(1, {}) + postgres + partial("email <> 1 AND status = 2"),
       "error full-scan-growth shop/1.sql:10:3 orders\n"},
      {"the program adds filters",
       scan + trial(1, {}) + "INSERT INTO holes VALUES (1, 'predicate', 'conditions', 0, 0, 0);",
       "warning full-scan-growth shop/1.sql:10:3 orders\n"},
      {"the program fills in a value", scan + trial(1, {}) + "INSERT INTO holes VALUES (1, 'value', 'limit', 0, 0, 0);",
       "error full-scan-growth shop/1.sql:10:3 orders\n"},
      {"a join on the column, and still a quarter of the rows",
       query({}) + node(1, {}) + where(1, {.operand = "column"}) + trial(1, {.class_after = 1, .rows_after = 250'000}),
       ""},
      {"SQLite", scan + trial(1, {}) + partial("email <> 1"), "error full-scan-growth shop/1.sql:10:3 orders\n"},
  });
  CHECK(found(shop() + scan + trial(1, {}), true) ==
        "error full-scan-growth shop/1.sql:10:3 orders\n"
        "  The query reads every row of orders (1,000,000 at the largest scale); its cost grows linearly with the "
        "table.\n"
        "  CREATE INDEX eg_orders_email ON orders(email); with it 10 rows are examined in place of 1,000,000, and the "
        "growth is constant.\n");
}

TEST_CASE("quadratic-growth") {
  const std::string nested = query({.growth_class = 2, .rows = 1e11, .result_growth = 1}) +
                             node(1, {.access = "scan", .relation = "customers", .rows = 1e5}) +
                             node(1, {.access = "scan", .relation = "orders", .rows = 1e11, .executions = 1e5});
  check({
      {"a scan in a scan", nested, "error quadratic-growth shop/1.sql:10:3 orders\n"},
      {"with a trial: full-scan-growth leaves it",
       nested + where(1, {.name = "customer_id"}) +
           trial(1, {.class_before = 2, .class_after = 1, .rows_before = 1e11}),
       "error quadratic-growth shop/1.sql:10:3 orders\n"},
      {"the result grows alike", query({.growth_class = 2, .rows = 1e11, .result_growth = 2}) + node(1, {.rows = 1e11}),
       ""},
      {"not part of the change", query({.growth_class = 2, .rows = 1e11, .changed = 0}) + node(1, {.rows = 1e11}), ""},
      {"the inner predicate is wrapped: the cause, not the effect",
       nested + where(1, {.name = "customer_id", .op = "=", .clause = "join_on", .why_not = "cast of the column"}),
       "error non-sargable-predicate shop/1.sql:11:7 orders.customer_id\n"},
      {"the outer predicate is wrapped: two problems",
       nested +
           where(
               1,
               {.relation = "customers", .name = "id", .why_not = "arithmetic on the column", .expression = "id + 1"}),
       "error quadratic-growth shop/1.sql:10:3 orders\nerror non-sargable-predicate shop/1.sql:11:7 customers.id\n"},
      {"joined by a CASE over a parameter",
       nested + "UPDATE plan_nodes SET detail = 'Nested Loop (join filter: CASE WHEN ($1 = 1) THEN (a.x = b.x) END)';",
       "warning quadratic-growth shop/1.sql:10:3 orders\n"},
      {"by one over a column",
       nested + "UPDATE plan_nodes SET detail = 'Nested Loop (join filter: CASE WHEN (a.y = 1) THEN (a.x = b.x) END)';",
       "error quadratic-growth shop/1.sql:10:3 orders\n"},
  });
  CHECK(found(shop() + nested +
                  trial(1, {.columns = "customer_id",
                            .class_before = 2,
                            .class_after = 1,
                            .rows_before = 1e11,
                            .rows_after = 1.1e6}),
              true) ==
        "error quadratic-growth shop/1.sql:10:3 orders\n"
        "  The cost grows with the square of the data: orders is read 100,000 times over, 100,000,000,000 rows "
        "examined in all for 10 returned (at the largest scale). Ten times the data is 100 times "
        "the work.\n"
        "  CREATE INDEX eg_orders_customer_id ON orders(customer_id); with it 1,100,000 rows are examined.\n");
}

TEST_CASE("access-regression") {
  const std::string lost =
      query({.changed = 0}) + node(1, {}) + compared(1) + access(1, "orders", "search", "scan", "orders_customer");
  const std::string drop = schema_statement(7, "drop", "index", "orders_customer", "orders") + cause(1, "schema", "7");
  check({
      {"an index was dropped, the query is untouched", lost + drop,
       "error access-regression shop/1.sql:10:3 orders <- 7\n"},
      {"the query's own edit, and an index would help: one finding",
       query({}) + node(1, {}) + where(1, {}) + trial(1, {}) + compared(1) +
           access(1, "orders", "search", "scan", "orders_customer") + cause(1, "query", "NULL"),
       "error access-regression shop/1.sql:10:3 orders\n"},
      {"the edit wrapped the column: non-sargable-predicate has it",
       query({}) + node(1, {}) +
           where(1, {.name = "customer_id",
                     .why_not = "function abs() around the column",
                     .expression = "abs(customer_id)"}) +
           compared(1) + access(1, "orders", "search", "scan", "orders_customer"),
       "error non-sargable-predicate shop/1.sql:11:7 orders.customer_id\n"},
      {"two tables got worse: the one whose index went", lost + access(1, "items", "constant", "scan") + drop,
       "error access-regression shop/1.sql:10:3 orders <- 7\n"},
      {"unstable",
       query({.changed = 0}) + node(1, {}) + compared(1, {.unstable = 1}) + access(1, "orders", "search", "scan"),
       "warning unstable-plan shop/1.sql:10:3 orders\n"},
      {"scanned before as well: the class still rose",
       query({.changed = 0}) + node(1, {}) + compared(1) + access(1, "orders", "scan_covering", "scan"),
       "error growth-regression shop/1.sql:10:3 orders\n"},
      {"nothing is lost by it",
       query({.changed = 0}) + node(1, {}) + compared(1, {.class_before = 1, .rows_before = 900'000}) +
           access(1, "orders", "search", "scan"),
       ""},
      {"below the floor",
       query({.changed = 0}) + node(1, {}) + compared(1, {.class_before = 1, .rows_before = 10, .rows_after = 900}) +
           access(1, "orders", "search", "scan"),
       ""},
      {"a fixed table",
       query({.changed = 0}) + node(1, {.relation = "country"}) + compared(1, {.class_after = 0, .rows_after = 250}) +
           access(1, "country", "search", "scan"),
       ""},
      {"better",
       query({}) + node(1, {}) +
           compared(1, {.class_before = 1, .class_after = 0, .rows_before = 1e6, .rows_after = 10}) +
           access(1, "orders", "scan", "search"),
       ""},
  });
  CHECK(found(shop() + lost + drop, true) ==
        "error access-regression shop/1.sql:10:3 orders <- 7\n"
        "  orders was read by a search in an index (orders_customer); now it is read by a scan of the whole table. "
        "Rows examined at the largest scale: 10 before, 1,000,000 now; the growth with the "
        "table was constant and is linear. The query is unchanged in this respect: the schema change did it.\n"
        "  Keep orders_customer, or create in the same change an index on orders that serves this query.\n");
}

TEST_CASE("growth-regression and cost-regression") {
  const std::string search = node(1, {.access = "search", .rows = 250'000});
  check({
      {"a search that finds a quarter of the table",
       query({.rows = 250'000}) + search + compared(1, {.rows_after = 250'000}),
       "error growth-regression shop/1.sql:10:3 orders\n"},
      {"unstable", query({.rows = 250'000}) + search + compared(1, {.rows_after = 250'000, .unstable = 1}),
       "warning unstable-plan shop/1.sql:10:3 orders\n"},
      {"the class stays, three times the rows",
       query({}) + search + compared(1, {.class_before = 1, .rows_before = 80'000, .rows_after = 250'000}),
       "error cost-regression shop/1.sql:10:3 orders\n"},
      {"the ratio isn't passed",
       query({}) + search + compared(1, {.class_before = 1, .rows_before = 200'000, .rows_after = 250'000}), ""},
      {"the floor isn't passed",
       query({}) + search + compared(1, {.class_before = 1, .rows_before = 2, .rows_after = 900}), ""},
      {"as many rows, and a sort",
       query({}) + search +
           compared(1,
                    {.class_before = 1, .rows_before = 1e5, .rows_after = 1e5, .cost_before = 1e5, .cost_after = 2e6}),
       "error cost-regression shop/1.sql:10:3 orders\n"},
      {"measured work",
       query({}) + search + "INSERT INTO measured VALUES (1, 'head', 4000, 0, 0, 0, 1);" +
           compared(
               1,
               {.class_before = 1, .rows_before = 1e5, .rows_after = 1e5, .work_before = "2000", .work_after = "4000"}),
       "error work-regression shop/1.sql:10:3 orders\n"},
      {"measured work below the ratio",
       query({}) + search +
           compared(1, {.class_before = 1,
                        .rows_before = 1e5,
                        .rows_after = 1e5,
                        .work_before = "10000",
                        .work_after = "12000"}),
       ""},
      {"growth-regression stands for the cost as well",
       query({}) + search + compared(1, {.rows_before = 2, .rows_after = 1e6}),
       "error growth-regression shop/1.sql:10:3 orders\n"},
      {"cost unstable",
       query({}) + search +
           compared(1, {.class_before = 1, .rows_before = 80'000, .rows_after = 250'000, .unstable = 1}),
       "warning unstable-plan shop/1.sql:10:3 orders\n"},
  });
  CHECK(found(shop() + query({.rows = 250'000, .result_growth = 1}) + search + compared(1, {.rows_after = 250'000}),
              true) ==
        "error growth-regression shop/1.sql:10:3 orders\n"
        "  The cost of this query did not grow with the data before the change and grows linearly with it now: 10 rows "
        "examined before, 250,000 now (at the largest scale), most of them of orders. Its "
        "result grows with the data too: the query asks for more than before, or was never bounded.\n"
        "  Bound the query by a selective filter that an index serves, or by LIMIT over an indexed order.\n");
  CHECK(found(shop() + query({}) + search +
                  compared(1, {.class_before = 1, .rows_before = 80'000, .rows_after = 250'000}) +
                  schema_statement(7, "drop", "index", "x", "orders") + cause(1, "schema", "7"),
              true) ==
        "error cost-regression shop/1.sql:10:3 orders <- 7\n"
        "  The query examines 250,000 rows at the largest scale, 80,000 before the change; the schema change did it.\n"
        "  Compare the plans before and after: filter earlier, or give what is new its index.\n");
}

TEST_CASE("sort-without-index") {
  const std::string order =
      "INSERT INTO query_blocks VALUES (1, 0, -1, 'top', 0, 0, 0, 0, 1, 20, 0, NULL, 1, 0, 0, 0, '', '', 'other', '', "
      "'', 0, 10, 3); INSERT INTO orderings VALUES (1, 0, "
      "'order_by', 0, 0, 'placed_at', 'placed_at', 1);";
  const std::string plan = node(1, {.access = "search", .rows = 250'000}) +
                           node(1, {.access = "none", .relation = "", .purpose = "ORDER BY"});
  const std::string sorted = query({.rows = 250'000, .sorted = 250'000}) + plan;
  const std::string helps = trial(1, {.columns = "status, placed_at",
                                      .class_after = 0,
                                      .rows_before = 250'000,
                                      .rows_after = 20,
                                      .sorted_before = 250'000});
  check({
      {"sorts a quarter of the table for twenty rows", sorted + order + helps,
       "warning sort-without-index shop/1.sql:10:3 orders\n"},
      {"it scans: full-scan-growth has it",
       query({.sorted = 1e6}) + node(1, {}) + node(1, {.access = "none", .relation = "", .purpose = "ORDER BY"}) +
           order + where(1, {}) + trial(1, {.sorted_before = 1e6}),
       "error full-scan-growth shop/1.sql:10:3 orders\n"},
      {"no LIMIT",
       sorted + "INSERT INTO orderings VALUES (1, 0, 'order_by', 0, 0, 'placed_at', 'placed_at', 1);" + helps, ""},
      {"the LIMIT stands in another block",
       sorted +
           "INSERT INTO query_blocks VALUES (1, 1, 0, 'from', 0, 0, 0, 0, 1, 20, 0, NULL, 1, 0, 0, 0, '', '', 'other', "
           "'', '', 0, 10, 3); INSERT INTO orderings VALUES (1, 0, "
           "'order_by', 0, 0, 'placed_at', 'placed_at', 1);" +
           helps,
       ""},
      {"no index takes the sort away",
       sorted + order + trial(1, {.rows_before = 250'000, .sorted_before = 250'000, .sorted_after = 250'000}), ""},
      {"the index reads more",
       sorted + order + trial(1, {.rows_before = 250'000, .rows_after = 1e6, .sorted_before = 250'000}), ""},
      {"only groups are sorted",
       query({.rows = 250'000, .sorted = 250'000}) + node(1, {.access = "search", .rows = 250'000}) +
           node(1, {.access = "none", .relation = "", .purpose = "RIGHT PART OF ORDER BY"}) + order + helps,
       ""},
  });
  CHECK(found(shop() + "UPDATE limits SET value = value;" + query({.growth_class = 0, .rows = 10, .sorted = 10}) +
              plan + order + helps + "UPDATE metrics SET rows_sorted = 10;") == "");
}

TEST_CASE("automatic-index") {
  const std::string built =
      query({.rows = 2e6}) + node(1, {.access = "search", .relation = "customers", .rows = 1}) +
      node(1, {.access = "automatic_index", .relation = "items", .rows = 2e6, .terms = "order_id=?"});
  check({
      {"built on a growing table", built, "warning automatic-index shop/1.sql:10:3 items\n"},
      {"on a fixed one", query({}) + node(1, {.access = "automatic_index", .relation = "country"}), ""},
      {"on a CTE", query({}) + node(1, {.access = "automatic_index", .relation = "recent"}), ""},
      {"not part of the change", query({.changed = 0}) + node(1, {.access = "automatic_index"}), ""},
      {"a scan with a better index beside it", built + node(1, {}) + where(1, {}) + trial(1, {}),
       "error full-scan-growth shop/1.sql:10:3 orders\n"},
  });
  CHECK(found(shop() + built + trial(1, {.relation = "items", .columns = "order_id", .rows_before = 2e6}), true) ==
        "warning automatic-index shop/1.sql:10:3 items\n"
        "  Each execution reads the whole of items (2,000,000 rows at the largest scale) to build an index for itself "
        "(order_id=?), and throws it away afterwards.\n"
        "  CREATE INDEX eg_items_order_id ON items(order_id); with it 10 rows are examined in place of 2,000,000.\n");
}

TEST_CASE("cross-join") {
  const std::string both = query({.growth_class = 2, .rows = 1e11}) + node(1, {.relation = "customers", .rows = 1e5}) +
                           node(1, {.rows = 1e11, .executions = 1e5}) + from(1, 0, "customers") + from(1, 1, "orders");
  const std::string three = query({.growth_class = 1}) + node(1, {.relation = "customers"}) +
                            node(1, {.relation = "items"}) + node(1, {}) + from(1, 0, "customers") +
                            from(1, 1, "items") + from(1, 2, "orders");
  check({
      {"a comma and nothing more: quadratic-growth leaves it", both + join(1, 0, 1, ",", 0),
       "error cross-join shop/1.sql:10:20 customers,orders\n"},
      {"the author says CROSS JOIN", both + join(1, 0, 1, "CROSS", 0),
       "warning cross-join shop/1.sql:10:20 customers,orders\n"},
      {"names in another case",
       both + join(1, 0, 1, "INNER", 0) +
           "UPDATE query_tables SET name = upper(name);UPDATE plan_nodes SET alias = upper(alias);",
       "error cross-join shop/1.sql:10:20 customers,orders\n"},
      {"a condition", both + join(1, 0, 1, ",", 1), "error quadratic-growth shop/1.sql:10:3 orders\n"},
      {"the left side is a join: the first table that isn't met",
       three + join(1, 0, 1, ",", 1) + join(1, -1, 2, ",", 0), "error cross-join shop/1.sql:10:20 customers,orders\n"},
      {"one side is one row by key",
       query({}) + node(1, {.access = "constant", .relation = "customers", .rows = 1}) + node(1, {}) +
           from(1, 0, "customers") + from(1, 1, "orders") + join(1, 0, 1, ",", 0),
       kRead},
      {"one side is fixed",
       query({}) + node(1, {.relation = "country", .rows = 250}) + node(1, {}) + from(1, 0, "country") +
           from(1, 1, "orders") + join(1, 0, 1, ",", 0),
       kRead},
      {"one side is a subquery",
       query({}) + node(1, {}) + from(1, 0, "", "recent", "subquery") + from(1, 1, "orders") + join(1, 0, 1, ",", 0),
       kRead},
      {"json_each",
       query({}) + node(1, {}) + from(1, 0, "orders") + from(1, 1, "", "", "function") + join(1, 0, 1, ",", 0), kRead},
      {"not part of the change", both + join(1, 0, 1, ",", 0) + "UPDATE statements SET changed = 0;", ""},
      {"constant cost",
       query({.growth_class = 0}) + node(1, {.access = "search", .relation = "customers"}) +
           node(1, {.access = "search"}) + from(1, 0, "customers") + from(1, 1, "orders") + join(1, 0, 1, ",", 0),
       ""},
  });
  CHECK(found(shop() + both + join(1, 0, 1, ",", 0), true) ==
        "error cross-join shop/1.sql:10:20 customers,orders\n"
        "  customers and orders are joined without a condition: each of the 100,000 rows of one meets each of the "
        "1,000,000 rows of the other (at the largest scale), so the cost grows with the product of "
        "the two tables.\n"
        "  Join them where they belong together: orders.customer_id = customers.id. If every pair is meant, write "
        "CROSS JOIN.\n");
}

TEST_CASE("non-sargable-predicate") {
  const std::string scan = query({}) + node(1, {.alias = "o"}) + from(1, 0, "orders", "o");
  const Where wrapped{
      .name = "customer_id", .why_not = "function abs() around the column", .expression = "abs(o.customer_id)"};
  auto with = [&](auto change) {
    Where w = wrapped;
    change(w);
    return scan + where(1, w);
  };
  check({
      {"an indexed column in a function", scan + where(1, wrapped),
       "error non-sargable-predicate shop/1.sql:11:7 orders.customer_id\n"},
      {"the primary key in a cast", with([](Where& w) { w.name = "id", w.why_not = "cast of the column"; }),
       "error non-sargable-predicate shop/1.sql:11:7 orders.id\n"},
      {"arithmetic, and a trial for another index: one finding",
       with([](Where& w) { w.why_not = "arithmetic on the column"; }) + where(1, {}) + trial(1, {}),
       "error non-sargable-predicate shop/1.sql:11:7 orders.customer_id\n"},
      {"both columns of a comparison: one finding",
       scan + where(1, wrapped) + from(1, 1, "customers") + node(1, {.relation = "customers", .rows = 1e5}) +
           where(
               1,
               {.relation = "customers", .name = "id", .why_not = "function abs() around the column", .table_ref = 1}),
       "error non-sargable-predicate shop/1.sql:11:7 orders.customer_id\n"},
      {"an index on the expression serves it: no scan",
       query({}) + node(1, {.access = "search", .alias = "o"}) + from(1, 0, "orders", "o") + where(1, wrapped), kRead},
      {"another table is scanned, this one searched",
       query({}) + node(1, {.relation = "items"}) + node(1, {.access = "search", .alias = "o"}) +
           from(1, 0, "orders", "o") + where(1, wrapped),
       kRead},
      {"no index on the column: nothing is lost", with([](Where& w) { w.name = "email"; }),
       "warning computed-filter shop/1.sql:11:7 orders.email\n"},
      {"only a partial index",
       scan + where(1, wrapped) + "UPDATE indexes SET partial = 1 WHERE name = 'orders_customer';", kComputed},
      {"a search box: leading-wildcard has it",
       with([](Where& w) { w.op = "LIKE", w.why_not = "LIKE pattern starts with a wildcard"; }),
       "warning leading-wildcard shop/1.sql:11:7 orders.customer_id\n"},
      {"LIKE with a pattern that isn't known", with([](Where& w) { w.op = "LIKE"; }), ""},
      {"a negation", with([](Where& w) { w.op = "<>", w.why_not = "negation"; }), kRead},
      {"a function and <>", with([](Where& w) { w.op = "<>"; }), kRead},
      {"HAVING", with([](Where& w) { w.clause = "having"; }), kRead},
      {"an arm of an OR", with([](Where& w) { w.in_or = 1; }), kRead},
      {"partly dynamic",
       query({.dynamic = 1}) + node(1, {.alias = "o"}) + from(1, 0, "orders", "o") + where(1, wrapped), kComputed},
      {"not part of the change",
       query({.changed = 0}) + node(1, {.alias = "o"}) + from(1, 0, "orders", "o") + where(1, wrapped), ""},
      {"four values",
       with([](Where& w) { w.name = "status"; }) +
           "INSERT INTO index_columns VALUES ('head', 'orders', 'orders_customer2', 0, 'status', 0, '');INSERT INTO "
           "indexes VALUES ('head', 'orders', 'orders_customer2', 0, 0, 'create', NULL, '', 1);",
       kRead},
      {"a fixed table",
       query({.growth_class = 1}) + node(1, {.relation = "country"}) + from(1, 0, "country") +
           where(1, {.relation = "country", .name = "id", .why_not = "cast of the column"}),
       ""},
      {"the cost is constant",
       query({.growth_class = 0}) + node(1, {.alias = "o"}) + from(1, 0, "orders", "o") + where(1, wrapped), ""},
      {"the other reference to the table is scanned",
       scan + from(1, 1, "orders", "p") +
           where(1, {.name = "customer_id", .why_not = "cast of the column", .table_ref = 1}),
       kRead},
  });
  CHECK(found(shop() + scan + where(1, wrapped), true) ==
        "error non-sargable-predicate shop/1.sql:11:7 orders.customer_id\n"
        "  orders.customer_id is indexed, but the filter compares abs(o.customer_id): no index on the column can serve "
        "it (function abs() around the column), and the query reads every row of orders "
        "(1,000,000 at the largest scale).\n"
        "  Compare the bare column customer_id, with the computation moved to the other side; or index the expression: "
        "CREATE INDEX \"orders_customer_id_expression\" ON \"orders\"(abs(customer_id)).\n");
}

TEST_CASE("query-in-loop") {
  const std::string call = query({.growth_class = 0, .rows = 1}) + from(1, 0, "customers") +
                           "INSERT INTO call_sites VALUES (1, 14, 'cursor.execute', 'dbapi', 'execute');";
  auto loop = [](const std::string& source, const std::string& kind = "for", int depth = 0, int varies = 1,
                 int leaves = 0, int changed = 1, const std::string& rows = "NULL") {
    return fmt::format("INSERT INTO loops VALUES (1, {}, '{}', '{}', 12, 'x', 'ids', {}, {}, 0, {}, 'unknown', {});",
                       depth, kind, source, rows, varies, leaves, changed);
  };
  check({
      {"over a collection", call + loop("collection"),
       "warning query-in-loop shop/1.sql:14:1 cursor.execute customers\n"},
      {"over the rows of a query that was not found", call + loop("rows"),
       "warning query-in-loop shop/1.sql:14:1 cursor.execute customers\n"},
      {"a retry around the rows", call + loop("rows", "for", 0) + loop("retry", "for", 1),
       "warning query-in-loop shop/1.sql:14:1 cursor.execute customers\n"},
      {"the innermost decides", call + loop("rows", "for", 0) + loop("collection", "for", 1),
       "warning query-in-loop shop/1.sql:14:1 cursor.execute customers\n"},
      {"only the loop is new", call + loop("rows") + "UPDATE statements SET changed = 0;",
       "warning query-in-loop shop/1.sql:14:1 cursor.execute customers\n"},
      {"neither is new", call + loop("rows", "for", 0, 1, 0, 0) + "UPDATE statements SET changed = 0;", ""},
      {"over a literal list", call + loop("literal"), ""},
      {"over batches", call + loop("batch"), ""},
      {"a retry", call + loop("retry"), ""},
      {"a while of which nothing is known", call + loop("unknown", "while"), ""},
      {"the arguments don't vary", call + loop("rows", "for", 0, 0),
       "warning invariant-query-in-loop shop/1.sql:14:1 cursor.execute customers\n"},
      {"left after the first call", call + loop("rows", "for", 0, 1, 1), ""},
      {"a list of keys per call",
       call + loop("rows") + where(1, {.relation = "customers", .name = "id", .op = "IN", .operand = "list"}), ""},
      {"json_each", call + loop("rows") + from(1, 1, "", "", "function"), ""},
      {"an INSERT", call + loop("rows") + "UPDATE statements SET statement_kind = 'insert';",
       "warning write-in-loop shop/1.sql:14:1 cursor.execute\n"},
      {"executemany", call + loop("rows") + "UPDATE call_sites SET call_kind = 'bulk';", ""},
      {"a row lock",
       call + loop("rows") + "UPDATE statements SET text = 'SELECT 1 FROM customers WHERE id = ? FOR UPDATE';", ""},
  });
  const std::string many =
      shop() + call + query({.id = 2, .rows = 5000, .changed = 0}) +
      "UPDATE metrics SET rows_returned = CASE scale WHEN 0 THEN 50 ELSE 5000 END WHERE statement_id = 2;" +
      loop("rows", "for", 0, 1, 0, 1, "2") + from(2, 0, "orders");
  const std::string said =
      " query-in-loop shop/1.sql:14:1 cursor.execute customers\n"
      "  This query of customers runs once for each row of the query at line 20 (loop at line 12): 5,000 queries at "
      "the largest scale, which examine 5,000 rows in all.\n"
      "  Fetch the rows for all of them with one query before the loop: join the tables, or pass all keys (IN, = "
      "ANY, json_each).\n";
  CHECK(found(many, true) == "warning" + said);
  CHECK(found(many + "UPDATE run SET engine = 'postgres';", true) == "error" + said);
  const std::string on_postgres = many + "UPDATE run SET engine = 'postgres';";
  CHECK(found(on_postgres + "UPDATE tables SET fixed = 1 WHERE name = 'orders';", true) == "warning" + said);
  CHECK(found(on_postgres + "UPDATE metrics SET rows_returned = 5000 WHERE statement_id = 2;", true) ==
        "warning" + said);  // a LIMIT
  CHECK(found(on_postgres + "UPDATE statements SET function = 'weekly_cleanup' WHERE statement_id = 2;", true) ==
        "warning" + said);
  CHECK(found(on_postgres + where(2, {.relation = "orders", .name = "status", .operand = "literal"}), true) ==
        "warning" + said);
  CHECK(found(on_postgres + where(2, {.relation = "orders", .name = "customer_id", .operand = "placeholder"}), true) ==
        "error" + said);
}

TEST_CASE("foreign-key-without-index") {
  const std::string key =
      "INSERT INTO foreign_keys VALUES ('head', 'items', 0, 0, 'order_id', 'orders', 'id', 'NO ACTION');";
  const std::string key_before =
      "INSERT INTO foreign_keys VALUES ('base', 'items', 0, 0, 'order_id', 'orders', 'id', 'NO ACTION');";
  const std::string created = schema_statement(5, "create_table", "table", "items", "") +
                              "UPDATE tables SET statement_id = 5 WHERE side = 'head' AND name = 'items';";
  const std::string old = schema_statement(5, "create_table", "table", "items", "", 0) +
                          "UPDATE tables SET statement_id = 5 WHERE side = 'head' AND name = 'items';";
  auto index = [](const std::string& side, const std::string& columns, int partial = 0) {
    std::string sql = fmt::format(
        "INSERT INTO indexes VALUES ('{}', 'items', 'items_ix', 0, {}, 'create', NULL, '', 1);", side, partial);
    int position = 0;
    for (size_t at = 0; at < columns.size();
         at = columns.find(' ', at) == std::string::npos ? columns.size() : columns.find(' ', at) + 1)
      sql += fmt::format("INSERT INTO index_columns VALUES ('{}', 'items', 'items_ix', {}, '{}', 0, 'BINARY');", side,
                         position++, columns.substr(at, columns.find(' ', at) - at));
    return sql;
  };
  const std::string dropped =
      old + key + key_before + index("base", "order_id") + schema_statement(6, "drop", "index", "items_ix", "items");
  check({
      {"a new table", key + created, "warning foreign-key-without-index migrations/5.sql:1:1 items.order_id\n"},
      {"a column added later", key + old + schema_statement(6, "alter_table", "table", "items", "items"),
       "warning foreign-key-without-index migrations/6.sql:1:1 items.order_id\n"},
      {"its index dropped", dropped, "warning foreign-key-without-index migrations/5.sql:1:1 items.order_id <- 6\n"},
      {"its index dropped, and a query regressed by that",
       dropped + query({.changed = 0}) + node(1, {.relation = "items"}) + compared(1) +
           access(1, "items", "search", "scan", "items_ix") + cause(1, "schema", "6"),
       "error access-regression shop/1.sql:10:3 items <- 6\n"},
      {"an index begins with it", key + created + index("head", "order_id sku"), ""},
      {"an index has it second", key + created + index("head", "sku order_id"),
       "warning foreign-key-without-index migrations/5.sql:1:1 items.order_id\n"},
      {"a partial index", key + created + index("head", "order_id", 1),
       "warning foreign-key-without-index migrations/5.sql:1:1 items.order_id\n"},
      {"two columns, indexed the other way round",
       key + "INSERT INTO foreign_keys VALUES ('head', 'items', 0, 1, 'sku', 'orders', 'sku', '');" + created +
           index("head", "sku order_id"),
       ""},
      {"two columns, one indexed",
       key + "INSERT INTO foreign_keys VALUES ('head', 'items', 0, 1, 'sku', 'orders', 'sku', '');" + created +
           index("head", "order_id"),
       "warning foreign-key-without-index migrations/5.sql:1:1 items.order_id,sku\n"},
      {"it is the primary key",
       "INSERT INTO foreign_keys VALUES ('head', 'items', 0, 0, 'id', 'orders', 'id', '');" + created, ""},
      {"as bare before", key + key_before + created, ""},
      {"the parent is fixed",
       "INSERT INTO foreign_keys VALUES ('head', 'items', 0, 0, 'order_id', 'country', 'id', '');" + created, ""},
      {"the child is fixed",
       "INSERT INTO foreign_keys VALUES ('head', 'country', 0, 0, 'code', 'orders', 'id', '');" + created +
           "UPDATE tables SET statement_id = 5 WHERE name = 'country';",
       ""},
      {"the table is not part of the change", key + key_before + old, ""},
  });
  CHECK(found(shop() + dropped, true) ==
        "warning foreign-key-without-index migrations/5.sql:1:1 items.order_id <- 6\n"
        "  items(order_id) refers to orders and lost its index items_ix with this change: deleting one row of orders, "
        "or changing its key, reads all of items (2,000,000 rows at the largest scale).\n"
        "  Keep items_ix, or create another: CREATE INDEX \"items_order_id\" ON \"items\"(\"order_id\")\n");
  CHECK(found(shop("all") + key + key_before + created) ==
        "warning foreign-key-without-index migrations/5.sql:1:1 items.order_id\n");
}

TEST_CASE("migration-failed and not-analysed") {
  const std::string failed = schema_statement(5, "create_index", "index", "x", "nowhere");
  check({
      {"it came with the change",
       failed + "INSERT INTO schema_failures VALUES (5, 'head', 'no such table: nowhere', 1);",
       "error migration-failed migrations/5.sql:1:1 create_index\n"},
      {"it failed before", failed + "INSERT INTO schema_failures VALUES (5, 'head', 'no such table: nowhere', 0);",
       "info migration-failed migrations/5.sql:1:1 create_index\n"},
      {"on the base side", failed + "INSERT INTO schema_failures VALUES (5, 'base', 'no such table: nowhere', 1);", ""},
      {"listed twice: one finding",
       failed + "INSERT INTO schema_failures VALUES (5, 'head', 'no such table: nowhere', 1);INSERT INTO not_analysed "
                "VALUES ('migrations/5.sql', 1, 1, 'no such table', 5, 1);",
       "error migration-failed migrations/5.sql:1:1 create_index\n"},
      {"SQL from a parameter",
       "INSERT INTO not_analysed VALUES ('shop/a.py', 3, 5, 'SQL is the parameter `query` of this function', NULL, 1);",
       "info not-analysed shop/a.py:3:5 sql\n"},
      {"not on changed lines",
       "INSERT INTO not_analysed VALUES ('shop/a.py', 3, 5, 'SQL is the parameter `query` of this function', NULL, 0);",
       ""},
  });
  CHECK(found(shop() + failed +
                  "INSERT INTO schema_failures VALUES (5, 'head', 'no such table: nowhere', 1);INSERT INTO "
                  "not_analysed VALUES ('shop/a.py', 3, 5, 'The table''s name is computed.', NULL, 1);",
              true) ==
        "error migration-failed migrations/5.sql:1:1 create_index\n"
        "  The engine refused this statement of the schema: no such table: nowhere.\n"
        "  Mend the statement, or bring what it needs into the schema before it.\n"
        "info not-analysed shop/a.py:3:5 sql\n"
        "  Not analysed: The table's name is computed.\n"
        "  \n");
}

}  // namespace
}  // namespace explaingate
