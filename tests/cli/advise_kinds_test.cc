// advise: indexes that are more than B-trees on columns, each where the statement asks for it, and not beside that.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "advise_support.h"
#include "engine/postgres_support.h"

namespace explaingate {
namespace {

using nlohmann::json;

// Each query with the index that serves it, "" = none, by the query's text.
std::map<std::string, std::string> served(const json& report) {
  std::map<std::string, std::string> indexes;
  for (const json& query : report["queries"]) indexes[query["text"]];
  for (const json& index : report["indexes"])
    for (const json& one : index["serves"]) {
      std::string ddl = index["ddl"];
      std::string& all = indexes[report["queries"][one["query"].get<size_t>()]["text"]];
      all += (all.empty() ? "" : "; ") + ddl.substr(ddl.find(" ON ") + 4);
    }
  return indexes;
}

struct Case {
  const char *query, *want;
};

void check(const char* schema, const char* statistics, const char* engine, const std::vector<Case>& cases) {
  Project project;
  project.write("schema.sql", schema);
  project.write("statistics.json", statistics);
  project.write("explaingate.json",
                fmt::format(R"({{"schema": "schema.sql", "statistics": "statistics.json", "engine": "{}"}})", engine));
  std::string queries;
  for (const Case& one : cases) queries += std::string(one.query) + ";\n";
  project.write("queries.sql", queries);
  project.commit();
  std::map<std::string, std::string> got = served(advice(project));
  for (const Case& one : cases) {
    CAPTURE(one.query);
    CHECK(got[one.query] == one.want);
  }
}

constexpr const char* kDocuments =
    "CREATE TABLE documents (id bigint PRIMARY KEY, title text NOT NULL, slug text NOT NULL, data jsonb, tags text[], "
    "words tsvector);\n"
    "CREATE TABLE orders (id bigint PRIMARY KEY, customer_id integer NOT NULL, total integer, note text);\n"
    "CREATE TABLE jobs (id bigint PRIMARY KEY, state text NOT NULL CHECK (state IN ('new', 'done')), payload text);\n";
constexpr const char* kStatistics = R"({"explaingate_statistics": 1, "tables": {
  "documents": {"rows": 1000000},
  "orders": {"rows": 1000000, "columns": {"customer_id": {"distinct": 200}}},
  "jobs": {"rows": 1000000, "columns": {"state": {"distinct": 2, "null_fraction": 0, "postgres":
    {"most_common_values": ["done", "new"], "most_common_frequencies": [0.9999, 0.0001]}}}}}})";

TEST_CASE(
    "advise on PostgreSQL: operator classes, GIN, partial and covering indexes where the statement asks for them") {
  if (!postgres::is_there()) return;
  std::string schema = std::string("CREATE EXTENSION pg_trgm;\n") + kDocuments;
  check(schema.c_str(), kStatistics, "postgres",
        {
            {"SELECT id FROM documents WHERE slug LIKE 'abc%'", "documents(slug text_pattern_ops)"},
            {"SELECT id FROM documents WHERE title ILIKE '%needle%'", "documents USING gin (title gin_trgm_ops)"},
            {"SELECT id FROM documents WHERE data @> '{\"kind\": \"a\"}'", "documents USING gin (data jsonb_path_ops)"},
            {"SELECT id FROM documents WHERE tags @> ARRAY['x']", "documents USING gin (tags)"},
            {"SELECT id FROM documents WHERE words @@ to_tsquery('simple', 'x')", "documents USING gin (words)"},
            {"SELECT total FROM orders WHERE customer_id = $1", "orders(customer_id) INCLUDE (total)"},
            {"SELECT id FROM orders ORDER BY note DESC NULLS LAST LIMIT 5", "orders(note DESC NULLS LAST)"},
            {"SELECT id, payload FROM jobs WHERE state = 'new'", "jobs(state) WHERE state = 'new'"},
            // Near misses: nearly all rows; another kind of expression; no pattern that an index could begin with
            {"SELECT id, payload FROM jobs WHERE state = 'done'", ""},
            {"SELECT id FROM documents WHERE data ->> 'kind' = 'a'", ""},
            {"SELECT id FROM documents WHERE slug LIKE $1", ""},
        });
}

TEST_CASE(
    "advise on PostgreSQL: no trigrams where the schema hasn't their extension, nothing included where all is read") {
  if (!postgres::is_there()) return;
  check(kDocuments, kStatistics, "postgres",
        {
            {"SELECT id FROM documents WHERE title ILIKE '%needle%'", ""},
            {"SELECT * FROM orders WHERE customer_id = $1", "orders(customer_id)"},
            {"SELECT id FROM orders ORDER BY note DESC NULLS FIRST LIMIT 5", "orders(note)"},
        });
}

TEST_CASE("advise on PostgreSQL: an index that is there is widened, and the narrower one goes") {
  if (!postgres::is_there()) return;
  Project project;
  project.write("schema.sql", std::string(kDocuments) + "CREATE INDEX orders_by_customer ON orders (customer_id);\n");
  project.write("statistics.json", kStatistics);
  project.write("explaingate.json",
                R"({"schema": "schema.sql", "statistics": "statistics.json", "engine": "postgres"})");
  project.write("queries.sql", "SELECT total FROM orders WHERE customer_id = $1;\n");
  project.commit();
  json report = advice(project);
  REQUIRE(report["indexes"].size() == 1);
  CHECK(report["indexes"][0]["ddl"] ==
        "CREATE INDEX CONCURRENTLY eg_orders_customer_id_with_total ON orders(customer_id) INCLUDE (total)");
  REQUIRE(report["indexes"][0]["redundant"].size() == 1);
  CHECK(report["indexes"][0]["redundant"][0]["index"] == "orders_by_customer");
}

// A log in the order of its time, of which the last hours are read: a summary of its pages serves, and where many rows
// are written, an entry for each would be dear.
TEST_CASE("advise on PostgreSQL: BRIN on a column in the rows' order where writes weigh, a B-tree where they don't") {
  if (!postgres::is_there()) return;
  auto advised = [](double correlation, int64_t inserts) {
    Project project;
    project.write("schema.sql",
                  "CREATE TABLE events (id bigint PRIMARY KEY, at timestamptz NOT NULL, kind text, body text);\n");
    project.write("statistics.json",
                  fmt::format(R"({{"explaingate_statistics": 1, "tables": {{"events": {{"rows": 5000000,
      "columns": {{"at": {{"distinct": -1, "null_fraction": 0, "postgres": {{"correlation": {}}}}}}}}}}}}})",
                              correlation));
    project.write("explaingate.json",
                  R"({"schema": "schema.sql", "statistics": "statistics.json", "engine": "postgres"})");
    project.write("queries.sql",
                  "INSERT INTO events (id, at, kind, body) VALUES ($1, $2, $3, $4);\n"
                  "SELECT * FROM events WHERE at >= $1 AND at < $2;\n");
    project.commit();
    CHECK(project.gate({"baseline", "update"}).code == 0);
    json report = advice_by_calls(project, inserts, 1);
    std::string text;
    for (const json& index : report["indexes"]) text += index["ddl"].get<std::string>() + "; ";
    return text;
  };
  CHECK(advised(0.99, 1) == "CREATE INDEX CONCURRENTLY eg_events_at ON events(at); ");
  CHECK(advised(0.99, 1'000'000'000) == "CREATE INDEX CONCURRENTLY eg_events_at_brin ON events USING brin (at); ");
  CHECK(advised(0.5, 1'000'000'000).find("brin") == std::string::npos);
}

TEST_CASE("advise on SQLite: LIKE goes by an index without regard to case, GLOB by a plain one") {
  check("CREATE TABLE pages (id INTEGER PRIMARY KEY, slug TEXT, path TEXT, title TEXT);\n",
        R"({"explaingate_statistics": 1, "tables": {"pages": {"rows": 1000000}}})", "sqlite",
        {
            {"SELECT id FROM pages WHERE slug LIKE 'abc%'", "pages(slug COLLATE NOCASE)"},
            {"SELECT id FROM pages WHERE path GLOB 'abc*'", "pages(path)"},
            {"SELECT id FROM pages WHERE title LIKE '%abc'", ""},
        });
}

TEST_CASE("advise on SQLite: what is read beside stands behind what is searched, where many rows are") {
  check(
      "CREATE TABLE visits (id INTEGER PRIMARY KEY, page INTEGER, visitor INTEGER, at TEXT, seconds INTEGER, note "
      "TEXT);\n",
      R"({"explaingate_statistics": 1, "tables": {"visits": {"rows": 1000000, "columns": {"page": {"distinct": 100},
          "visitor": {"distinct": 500000}}}}})",
      "sqlite",
      {
          {"SELECT seconds, id FROM visits WHERE page = ?", "visits(page, seconds)"},
          // Near misses: two rows; all columns
          {"SELECT seconds FROM visits WHERE visitor = ?", "visits(visitor)"},
      });
  check(
      "CREATE TABLE visits (id INTEGER PRIMARY KEY, page INTEGER, seconds INTEGER, note TEXT);\n",
      R"({"explaingate_statistics": 1, "tables": {"visits": {"rows": 1000000, "columns": {"page": {"distinct": 100}}}}})",
      "sqlite", {{"SELECT * FROM visits WHERE page = ?", "visits(page)"}});
}

TEST_CASE("advise on SQLite: an index that is there is widened, and the narrower one goes") {
  auto advised = [](const std::string& index, const std::string& query) {
    Project project;
    project.write(
        "schema.sql",
        "CREATE TABLE visits (id INTEGER PRIMARY KEY, page INTEGER, visitor INTEGER, at TEXT, seconds INTEGER, "
        "note TEXT);\n" +
            index + ";\n");
    project.write("statistics.json",
                  R"({"explaingate_statistics": 1, "tables": {"visits": {"rows": 1000000, "columns": {"page":
                      {"distinct": 100}, "visitor": {"distinct": 500000}}}}})");
    project.write("explaingate.json", R"({"schema": "schema.sql", "statistics": "statistics.json"})");
    project.write("queries.sql", query + ";\nINSERT INTO visits (page, visitor) VALUES (?, ?);\n");
    project.commit();
    std::string text;
    const json report = advice(project);
    for (const json& one : report["indexes"]) {
      CHECK(one["serves"][0]["look_ups_spared"].get<double>() > 1000);
      text += one["ddl"].get<std::string>() + ";";
      for (const json& gone : one["redundant"]) text += gone["ddl"].get<std::string>() + ";";
    }
    return text;
  };
  const std::string plain = "CREATE INDEX by_page ON visits (page)";
  CHECK(advised(plain, "SELECT seconds, id FROM visits WHERE page = ?") ==
        "CREATE INDEX eg_visits_page_seconds ON visits(page, seconds);DROP INDEX by_page;");
  // Near misses: all columns are read, few rows are, it is wide enough, and indexes that another can't take the place
  // of
  CHECK(advised(plain, "SELECT * FROM visits WHERE page = ?").empty());
  CHECK(advised("CREATE INDEX by_visitor ON visits (visitor)", "SELECT seconds FROM visits WHERE visitor = ?").empty());
  CHECK(advised("CREATE INDEX wide ON visits (page, seconds)", "SELECT seconds FROM visits WHERE page = ?").empty());
  CHECK(
      advised("CREATE UNIQUE INDEX by_page ON visits (page, at)", "SELECT seconds FROM visits WHERE page = ?").empty());
}

// Only new orders are looked for by their reference; where many are written, an entry for each of them alone is
// cheaper.
TEST_CASE("advise: a partial index where writes weigh, a whole one where they don't") {
  Project project;
  project.write("schema.sql",
                "CREATE TABLE orders (id INTEGER PRIMARY KEY, status TEXT CHECK (status IN ('new', 'paid', 'sent', "
                "'done')), reference TEXT);\n");
  project.write("explaingate.json", R"({"schema": "schema.sql"})");
  project.write("queries.sql",
                "INSERT INTO orders (status, reference) VALUES (?, ?);\n"
                "SELECT count(*) FROM orders WHERE reference = ? AND status = 'new';\n");
  project.commit();
  CHECK(project.gate({"baseline", "update"}).code == 0);
  auto with_inserts = [&](int64_t inserts) {
    json report = advice_by_calls(project, inserts, 1);
    REQUIRE(report["indexes"].size() == 1);
    return report["indexes"][0]["ddl"].get<std::string>();
  };
  CHECK(with_inserts(1) == "CREATE INDEX eg_orders_reference_status ON orders(reference, status)");
  CHECK(with_inserts(100'000) ==
        "CREATE INDEX eg_orders_reference_where_status_new ON orders(reference) WHERE status = 'new'");
}

}  // namespace
}  // namespace explaingate
