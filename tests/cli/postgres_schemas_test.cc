// Tables outside of the schema public: one table everywhere, however a migration or a query writes its name.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "engine/postgres_support.h"
#include "sandbox.h"

namespace explaingate {
namespace {

// Two tables of one name; which one a bare name means is the path's to say: of the file, and of the database or role.
constexpr const char* kTables = R"(CREATE SCHEMA sales;
CREATE SCHEMA archive;
SET search_path = sales, public;
CREATE TABLE customers (id bigint PRIMARY KEY, email text NOT NULL);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers(id), note text);
CREATE INDEX orders_note ON orders (note);
CREATE TABLE archive.orders (id bigint PRIMARY KEY, note text);
CREATE TABLE public.settings (id bigint PRIMARY KEY);
)";

constexpr const char* kStatistics = R"({"explaingate_statistics": 1, "tables": {
  "sales.customers": {"rows": 20000}, "sales.orders": {"rows": 300000}, "archive.orders": {"rows": 7000000},
  "settings": {"rows": 3, "fixed": true}}})";

Project shop(const char* path) {
  Project project;
  project.write("explaingate.json",
                R"({"schema": "migrations", "statistics": "statistics.json", "engine": "postgres"})");
  project.write("statistics.json", kStatistics);
  project.write("migrations/1_tables.sql", kTables);
  project.write("migrations/2_path.sql", path);
  project.write("queries.sql",
                "-- name: bare\nSELECT id FROM orders WHERE customer_id = $1;\n"
                "-- name: qualified\nSELECT id FROM sales.orders WHERE customer_id = $1;\n"
                "-- name: other\nSELECT o.id FROM archive.orders AS o WHERE o.note = $1;\n"
                "-- name: plain\nSELECT id FROM public.settings WHERE id = $1;\n");
  project.commit();
  return project;
}

std::string facts(const Project& project, const std::string& sql, bool all = true) {
  std::vector<std::string> arguments = {"facts", "--sql", sql};
  if (all) arguments.emplace_back("--all");
  Ran ran = project.gate(arguments);
  CHECK(ran.err == "");
  return ran.out;
}

TEST_CASE("a table outside of public has one name in the catalogue, in statistics, plans and queries") {
  if (!postgres::is_there()) return;
  for (const char* path : {"ALTER DATABASE shop SET search_path = sales, public;",
                           "CREATE ROLE shop; ALTER ROLE shop SET search_path TO sales, public;"}) {
    CAPTURE(path);
    Project project = shop(path);
    CHECK(facts(project,
                "SELECT s.name, q.name AS of_query, n.relation, p.relation AS of_predicate, n.access, t.row_source "
                "FROM statements s JOIN query_tables q USING (statement_id) JOIN plan_nodes n USING (statement_id) "
                "JOIN predicates p USING (statement_id) JOIN tables t ON t.side = 'head' AND t.name = q.name "
                "WHERE s.side = 'head' AND n.scale = 0 AND n.relation <> '' ORDER BY s.line, n.node") ==
          "name\tof_query\trelation\tof_predicate\taccess\trow_source\n"
          "bare\tsales.orders\tsales.orders\tsales.orders\tscan\tfile\n"
          "qualified\tsales.orders\tsales.orders\tsales.orders\tscan\tfile\n"
          "other\tarchive.orders\tarchive.orders\tarchive.orders\tscan\tfile\n"
          "plain\tsettings\tsettings\tsettings\tscan\tfile\n");
    CHECK(facts(project,
                "SELECT t.name, s.path, s.line FROM tables t JOIN statements s USING (statement_id) WHERE t.side = "
                "'head' ORDER BY 1") ==
          "name\tpath\tline\narchive.orders\tmigrations/1_tables.sql\t7\n"
          "sales.customers\tmigrations/1_tables.sql\t4\nsales.orders\tmigrations/1_tables.sql\t5\n"
          "settings\tmigrations/1_tables.sql\t8\n");
  }
}

TEST_CASE("what a migration does to a table outside of public is laid at that table, and advice can be run") {
  if (!postgres::is_there()) return;
  Project project = shop("ALTER DATABASE shop SET search_path = sales, public;");
  project.write("migrations/3_change.sql",
                "SET search_path TO 'archive';\n"
                "ALTER TABLE orders ADD customer_id bigint REFERENCES sales.customers(id);\n"
                "DROP INDEX sales.orders_note;\n");
  CHECK(
      facts(project,
            "SELECT action, table_name, object, other_table, new_table, row_count FROM schema_actions "
            "WHERE came = 1 ORDER BY statement_id, position",
            false) ==
      "action\ttable_name\tobject\tother_table\tnew_table\trow_count\n"
      "add_column\tarchive.orders\t\t\t0\t7000000.0\nadd_foreign_key\tarchive.orders\t\tsales.customers\t0\t7000000.0\n"
      "drop_index\tsales.orders\torders_note\t\t0\t300000.0\n");
  Ran ran = project.gate({"check", "--format", "json"});
  CHECK(findings(ran) ==
        "migrations/3_change.sql:2 foreign-key-without-index archive.orders.customer_id\n"
        "migrations/3_change.sql:2 no-lock-timeout archive.orders\n"
        "migrations/3_change.sql:3 drop-index-without-concurrently orders_note\n");
  CHECK(ran.out.find(
            R"(CREATE INDEX CONCURRENTLY \"archive_orders_customer_id\" ON \"archive\".\"orders\"(\"customer_id\"))") !=
        std::string::npos);
  Ran explained = project.gate({"explain", "SELECT id FROM orders WHERE customer_id = $1"});
  CHECK(explained.out.find("CREATE INDEX CONCURRENTLY eg_sales_orders_customer_id ON sales.orders(customer_id);") !=
        std::string::npos);
}

}  // namespace
}  // namespace explaingate
