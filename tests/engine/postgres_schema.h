// Schemas in databases of a private cluster, and what became of them.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "engine/postgres/schema/schema_database.h"
#include "engine/postgres_support.h"

namespace explaingate::postgres {
// A schema in a database of its own; files are separated by "----".
struct Applied {
  std::shared_ptr<Cluster> cluster;
  std::string database;
  std::string failures;  // a line each: "2: the message", statements counted from 1

  [[nodiscard]] long failure_count() const { return std::ranges::count(failures, '\n'); }
  // Of a statement, counted from 1; "" = it was applied.
  [[nodiscard]] std::string failure(size_t statement) const {
    std::string lines = "\n" + failures;
    std::string start = fmt::format("\n{}: ", statement);
    size_t at = lines.find(start);
    if (at == std::string::npos) return {};
    at += start.size();
    return lines.substr(at, lines.find('\n', at) - at);
  }
  [[nodiscard]] Connection session(const char* role = kSchemaRole) const {
    auto opened = Connection::open(cluster->target(database, role));
    REQUIRE_MESSAGE(opened.has_value(), (opened ? "" : opened.error().message));
    return std::move(*opened);
  }
  // First field of the first row, or "error: …".
  [[nodiscard]] std::string ask(const std::string& sql, const char* role = kSchemaRole) const {
    Connection connection = session(role);
    auto rows = connection.query(sql);
    if (!rows) return "error: " + rows.error().message;
    return rows->count() == 0 ? "no row" : std::string(rows->text(0, 0));
  }
};

inline constexpr SchemaLimits kShort{.statement = std::chrono::milliseconds(300), .whole = std::chrono::seconds(30)};

inline Applied apply_texts(const std::vector<std::string>& texts, const SchemaLimits& limits = {}) {
  static int number = 0;
  Applied applied{test_cluster(), fmt::format("schema_{}", ++number), {}};
  if (!applied.cluster) return applied;
  Status made = create_schema_database(*applied.cluster, applied.database);
  REQUIRE_MESSAGE(made.has_value(), (made ? "" : made.error().message));
  std::vector<SchemaStatement> statements;
  int file = 1;
  for (const std::string& text : texts) {
    if (text == "----") {
      ++file;
    } else {
      statements.push_back({text, fmt::format("{:03}.sql", file), 1, 1, 1, {}});
    }
  }
  auto failures = apply_schema(*applied.cluster, applied.database, statements, limits);
  REQUIRE_MESSAGE(failures.has_value(), (failures ? "" : failures.error().message));
  for (const SchemaFailure& failure : *failures)
    applied.failures += fmt::format("{}: {}\n", failure.statement + 1, failure.message);
  return applied;
}

}  // namespace explaingate::postgres
