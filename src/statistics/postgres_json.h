// The PostgreSQL part of the statistics file. Internal to this folder.
#pragma once

#include "statistics/json_reader.h"
#include "statistics/postgres.h"

namespace explaingate {

// Value of the key "postgres" at the file's top, of a table, and of a column, whose distinct values and null fraction
// stand beside it.
[[nodiscard]] PostgresServer read_postgres_server(JsonReader& reader, const nlohmann::json& value);
[[nodiscard]] PostgresTable read_postgres_table(JsonReader& reader, const nlohmann::json& value);
[[nodiscard]] PostgresColumn read_postgres_column(JsonReader& reader, const nlohmann::json& value);

[[nodiscard]] nlohmann::json to_json_value(const PostgresServer& server);
[[nodiscard]] nlohmann::json to_json_value(const PostgresTable& table);    // without its columns
[[nodiscard]] nlohmann::json to_json_value(const PostgresColumn& column);  // without distinct and null fraction
// As PostgreSQL keeps it, in single precision: reading it again gives the same number.
[[nodiscard]] nlohmann::json exact_number(double value);

}  // namespace explaingate
