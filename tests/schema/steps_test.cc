// How tools run the statements of their files: "transaction by timeout | text" a statement.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include "schema/sql_file.h"

namespace explaingate::schema {
namespace {

std::string steps(const std::string& tool, const std::string& text, bool in_no_transaction = false) {
  SqlFileOptions options;
  options.dialect = Dialect::kPostgres;
  options.tool = tool;
  options.in_no_transaction = in_no_transaction;
  std::string out;
  for (const SchemaStatement& statement : read_sql_file("m/1.sql", text, options).statements)
    out += fmt::format("{} {} {} {} | {}\n", statement.step.migration ? "migration" : "definition",
                       statement.step.transaction,
                       statement.step.transaction_by.empty() ? "-" : statement.step.transaction_by,
                       statement.step.lock_timeout ? "timeout" : "-", statement.text.substr(0, 14));
  return out;
}

TEST_CASE("transactions") {
  const std::string two = "DROP TABLE a;\nDROP TABLE b;\n";
  CHECK(steps("", two) == "definition 0 - - | DROP TABLE a\ndefinition 0 - - | DROP TABLE b\n");
  CHECK(steps("sql", two) == "migration 0 - - | DROP TABLE a\nmigration 0 - - | DROP TABLE b\n");
  CHECK(steps("golang-migrate", two) == "migration 1 message - | DROP TABLE a\nmigration 1 message - | DROP TABLE b\n");
  CHECK(steps("golang-migrate", "DROP TABLE a;") == "migration 0 - - | DROP TABLE a\n");
  CHECK(steps("prisma", "SET lock_timeout = '1s';\nDROP TABLE a;") == "migration 1 message timeout | DROP TABLE a\n");
  CHECK(steps("sql", "BEGIN;\nDROP TABLE a;\nCOMMIT;\nDROP TABLE b;\nSTART TRANSACTION;\nDROP TABLE c;\nEND;\n") ==
        "migration 1 file - | DROP TABLE a\nmigration 0 - - | DROP TABLE b\nmigration 2 file - | DROP TABLE c\n");
  CHECK(steps("sql", "BEGIN;\nSAVEPOINT s;\nDROP TABLE a;\nROLLBACK TO s;\nDROP TABLE b;\nCOMMIT;") ==
        "migration 1 file - | DROP TABLE a\nmigration 1 file - | DROP TABLE b\n");
  CHECK(steps("goose", "-- +goose Up\n" + two) ==
        "migration 1 tool - | DROP TABLE a\nmigration 1 tool - | DROP TABLE b\n");
  for (const auto& [tool, text] :
       {std::pair<const char*, const char*>{"goose", "-- +goose NO TRANSACTION\n-- +goose Up\n"},
        {"dbmate", "-- migrate:up transaction:false\n"},
        {"sql-migrate", "-- +migrate Up notransaction\n"},
        {"sqlx", "-- no-transaction\n"}}) {
    CAPTURE(tool);
    CHECK(steps(tool, std::string(text) + "DROP TABLE a;\n") == "migration 0 - - | DROP TABLE a\n");
  }
  CHECK(steps("diesel", "DROP TABLE a;") == "migration 1 tool - | DROP TABLE a\n");
  CHECK(steps("diesel", "DROP TABLE a;", true) == "migration 0 - - | DROP TABLE a\n");
  CHECK(steps("flyway", "CREATE INDEX CONCURRENTLY i ON a(b);") == "migration 0 - - | CREATE INDEX C\n");
  CHECK(steps("flyway", "CREATE INDEX CONCURRENTLY i ON a(b);\nDROP TABLE a;") ==
        "migration 1 tool - | CREATE INDEX C\nmigration 1 tool - | DROP TABLE a\n");
}

TEST_CASE("limits of waiting") {
  auto limited = [](const std::string& before) {
    return steps("sql", before + "DROP TABLE a;") == "migration 0 - timeout | DROP TABLE a\n";
  };
  CHECK(limited("SET lock_timeout = '5s';"));
  CHECK(limited("SET SESSION statement_timeout TO 5000;"));
  CHECK(limited("SELECT pg_catalog.set_config('lock_timeout', '2s', false);") ==
        false);  // kept as a statement of its own
  CHECK(steps("sql", "SELECT pg_catalog.set_config('lock_timeout', '2s', false);DROP TABLE a;")
            .ends_with("migration 0 - timeout | DROP TABLE a\n"));
  CHECK_FALSE(limited("SET lock_timeout = 0;"));
  CHECK_FALSE(limited("SET lock_timeout = '0';"));
  CHECK_FALSE(limited("SET lock_timeout TO DEFAULT;"));
  CHECK_FALSE(limited("SET lock_timeout = '5s';RESET lock_timeout;"));
  CHECK_FALSE(limited("SET search_path = a;"));
  CHECK_FALSE(limited("BEGIN;SET LOCAL lock_timeout = '5s';COMMIT;"));
  CHECK_FALSE(limited(""));
}

}  // namespace
}  // namespace explaingate::schema
