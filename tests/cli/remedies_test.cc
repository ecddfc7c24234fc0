// Fixes that the engine would refuse, or that would change the result, are not told.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "engine/postgres_support.h"
#include "sandbox.h"

namespace explaingate {
namespace {

using json = nlohmann::json;

// "rule: fix" of the working tree's findings.
std::string fixes(const Project& project) {
  std::string all;
  json report = json::parse(project.gate({"check", "--format", "json"}).out, nullptr, false);
  if (report.is_discarded()) return "no report";
  for (const json& finding : report["findings"])
    all += fmt::format("{}: {}\n", finding["rule"].get<std::string>(), finding.value("fix", ""));
  return all;
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("no index on what changes with the clock, which SQLite refuses at the next INSERT") {
  Project project;
  project.write("schema.sql",
                "CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT NOT NULL, seen_at TEXT NOT NULL);\n"
                "CREATE INDEX people_seen ON people(seen_at);\nCREATE INDEX people_email ON people(email);\n");
  project.write("explaingate.json", R"({"schema": "schema.sql"})");
  project.commit();
  project.write("a.sql", "SELECT id FROM people WHERE julianday('now') - julianday(seen_at) > 7;\n");
  std::string said = fixes(project);
  CAPTURE(said);
  CHECK(holds(said, "non-sargable-predicate: "));
  CHECK(!holds(said, "CREATE INDEX"));
  project.write("a.sql", "SELECT id FROM people WHERE length(email) = 7;\n");
  said = fixes(project);
  CAPTURE(said);
  CHECK(holds(said, "CREATE INDEX \"people_email_expression\" ON \"people\"(length(email))"));
}

TEST_CASE("a page's key is compared as a row where it is one: with all of its columns, and with nothing beside them") {
  Project project;
  project.write("schema.sql",
                "CREATE TABLE orders (id INTEGER PRIMARY KEY, a INTEGER NOT NULL, b INTEGER NOT NULL, total INTEGER);\n"
                "CREATE INDEX orders_key ON orders(a, b, id);\n");
  project.write("explaingate.json", R"({"schema": "schema.sql"})");
  project.commit();
  auto fix_for = [&](const std::string& where) {
    project.write("a.sql", "SELECT total FROM orders WHERE " + where + " ORDER BY a, b, id LIMIT 20;\n");
    return fixes(project);
  };
  CHECK(holds(fix_for("a > ?1 OR (a = ?1 AND b > ?2) OR (a = ?1 AND b = ?2 AND id > ?3)"), "(a, b, id) > (…)"));
  CHECK(!holds(fix_for("a > ?1 OR (a = ?1 AND b > ?2 AND total > 5)"), "as a row"));
}

TEST_CASE("no CONCURRENTLY for a partitioned table, and no index beforehand for an exclusion constraint") {
  if (!postgres::is_there()) return;
  Project project;
  project.write("migrations/0001_first.sql",
                "CREATE TABLE visits (day date NOT NULL, page text NOT NULL) PARTITION BY RANGE (day);\n"
                "CREATE TABLE visits_2025 PARTITION OF visits FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');\n"
                "CREATE TABLE stays (id bigint PRIMARY KEY, span daterange NOT NULL);\n");
  project.write(
      "explaingate.json",
      R"({"engine": "postgres", "schema": "migrations", "tables": {"visits": {"rows": 5e6}, "stays": {"rows": 5e6}}})");
  project.commit();
  project.write("migrations/0002_more.sql",
                "SET lock_timeout = '5s';\nCREATE INDEX visits_page ON visits(page);\n"
                "ALTER TABLE stays ADD CONSTRAINT apart EXCLUDE USING gist (span WITH &&);\n");
  std::string said = fixes(project);
  CAPTURE(said);
  CHECK(holds(said, "index-without-concurrently: visits is partitioned, which excludes CONCURRENTLY"));
  CHECK(holds(said, "index-without-concurrently: No exclusion constraint can be built concurrently"));
  CHECK(!holds(said, "USING INDEX"));
  project.write("migrations/0002_more.sql",
                "SET lock_timeout = '5s';\nCREATE INDEX visits_page ON ONLY visits(page);\n"
                "CREATE INDEX stays_span ON ONLY stays(span);\n");
  said = fixes(project);
  CAPTURE(said);
  CHECK(said.find("index-without-concurrently") == said.rfind("index-without-concurrently"));
  CHECK(holds(said, "index-without-concurrently: CREATE INDEX CONCURRENTLY"));  // of a table without partitions
}

}  // namespace
}  // namespace explaingate
