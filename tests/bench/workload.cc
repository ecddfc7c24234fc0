#include "bench/workload.h"

#include <fmt/format.h>
#include <pg_query.h>

#include <algorithm>
#include <set>

#include "bench/generator.h"

namespace explaingate::bench {
namespace {

constexpr uint64_t kSeed = 20240101;
constexpr size_t kSmallest = 60, kLargest = 2000;  // bytes of a statement
constexpr size_t kPerSqlFile = 60, kPerPythonFile = 25;

// libpg_query's; "" = it refuses the text.
std::string fingerprint_of(const std::string& text) {
  PgQueryFingerprintResult result = pg_query_fingerprint(text.c_str());
  std::string fingerprint = result.error == nullptr ? result.fingerprint_str : "";
  pg_query_free_fingerprint_result(result);
  return fingerprint;
}

std::string sql_file(const std::vector<Query>& queries, size_t first, size_t last) {
  std::string text = "-- Queries of one part of the shop.\n\n";
  for (size_t i = first; i < last; ++i)
    text += fmt::format("-- name: query_{} :{}\n{};\n\n", i, queries[i].text.starts_with("SELECT") ? "many" : "exec",
                        queries[i].text);
  return text;
}

std::string python_file(const std::vector<Query>& queries, size_t first, size_t last) {
  std::string text =
      "\"\"\"Queries of one part of the shop.\"\"\"\nimport logging\nimport sqlite3\n\nlog = "
      "logging.getLogger(__name__)\n";
  for (size_t i = first; i < last; ++i) {
    std::string sql = queries[i].text;
    for (size_t at = sql.find('\n'); at != std::string::npos; at = sql.find('\n', at + 9))
      sql.replace(at, 1, "\n        ");
    text += fmt::format(
        "\n\ndef query_{}(conn: sqlite3.Connection, values):\n"
        "    log.debug(\"query_{} with %d values\", len(values))\n"
        "    cursor = conn.execute(\n        \"\"\"\n        {}\n        \"\"\",\n        values,\n    )\n"
        "    return [dict(row) for row in cursor.fetchall()]\n",
        i, i, sql);
  }
  return text;
}

// Three statements of four stand in .sql files, the others in Python.
void lay_out(Workload& workload) {
  std::string schema;
  for (const std::string& statement : workload.schema) schema += statement + ";\n";
  workload.files["schema.sql"] = schema;
  workload.files["explaingate.json"] = "{\"schema\": \"schema.sql\"}\n";
  size_t count = workload.queries.size(), in_sql = count * 3 / 4;
  for (size_t first = 0; first < in_sql; first += kPerSqlFile)
    workload.files[fmt::format("queries/part_{:03}.sql", first / kPerSqlFile)] =
        sql_file(workload.queries, first, std::min(in_sql, first + kPerSqlFile));
  for (size_t first = in_sql; first < count; first += kPerPythonFile)
    workload.files[fmt::format("shop/part_{:03}.py", (first - in_sql) / kPerPythonFile)] =
        python_file(workload.queries, first, std::min(count, first + kPerPythonFile));
}

}  // namespace

Workload make_workload(size_t query_count) {
  Random random(kSeed);
  std::vector<Table> tables = make_tables(random);
  Workload workload;
  workload.schema = make_ddl(tables, random);
  StatementWriter writer(tables, random);
  std::set<std::string> fingerprints;
  while (workload.queries.size() < query_count) {
    Query query = writer.next();
    if (query.text.size() < kSmallest || query.text.size() > kLargest) continue;
    std::string fingerprint = fingerprint_of(query.grammar);
    if (!fingerprint.empty() && fingerprints.insert(std::move(fingerprint)).second)
      workload.queries.push_back(std::move(query));
  }
  lay_out(workload);
  return workload;
}

}  // namespace explaingate::bench
