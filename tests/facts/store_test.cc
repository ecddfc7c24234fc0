#include "facts/store.h"

#include <filesystem>

#include <doctest/doctest.h>

#include "base/file.h"

namespace explaingate {
namespace {

std::string first_text(Sqlite& database, std::string_view sql) {
  auto statement = database.prepare(sql);
  if (!statement) return "error: " + statement.error().message;
  auto row = statement->step();
  if (!row) return "error: " + row.error().message;
  return *row ? std::string(statement->text(0)) : "no row";
}

TEST_CASE("a new fact base has the version and the strict tables of schema.sql") {
  auto facts = FactStore::create();
  REQUIRE(facts);
  CHECK(first_text(facts->database(), "SELECT version FROM facts_version") == "1");
  CHECK(
      first_text(
          facts->database(),
          "SELECT group_concat(name) FROM (SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' "
          "AND strict = 0 AND name NOT LIKE 'sqlite%')") == "");
  CHECK(first_text(facts->database(), "SELECT count(*) > 30 FROM sqlite_schema WHERE type = 'table'") == "1");
}

TEST_CASE("every column of every fact table is explained, or stands in a table whose names say it") {
  // The schema's text is the API's documentation: a table without a comment on any column would be one by oversight.
  std::string_view schema = facts_schema();
  REQUIRE_FALSE(schema.empty());
  std::string undocumented;
  constexpr std::string_view kCreate = "\nCREATE TABLE ";
  for (size_t at = schema.find(kCreate); at != std::string_view::npos; at = schema.find(kCreate, at + 1)) {
    std::string_view table = schema.substr(at + kCreate.size());
    table = table.substr(0, table.find("\n) STRICT;"));
    if (table.find("  -- ") == std::string_view::npos)
      undocumented += std::string(table.substr(0, table.find(' '))) + " ";
  }
  CHECK(undocumented == "");
}

TEST_CASE("rows go in, the first error is kept and the rows after it are skipped") {
  auto facts = FactStore::create();
  REQUIRE(facts);
  FactInserter limits(*facts, "limits");
  limits("cost_ratio", 2.0);
  limits("cost_ratio", 3.0);
  limits("cost_floor", 1000.0);
  REQUIRE_FALSE(limits.status());
  CHECK(limits.status().error().message == "UNIQUE constraint failed: limits.name");
  CHECK(first_text(facts->database(), "SELECT group_concat(name || '=' || value) FROM limits") == "cost_ratio=2.0");
  FactInserter wrong(*facts, "limits");
  wrong("cost_floor", 1.0, 2.0);
  REQUIRE_FALSE(wrong.status());
  CHECK(wrong.status().error().message == "table limits has 2 columns but 3 values were supplied");
  FactInserter typed(*facts, "facts_version");
  typed("not a number");
  REQUIRE_FALSE(typed.status());
  CHECK(typed.status().error().message == "cannot store TEXT value in INTEGER column facts_version.version");
}

TEST_CASE("a fact base made for a fill gets the indexes of schema.sql afterwards") {
  auto whole = FactStore::create();
  auto filled = FactStore::create_for_fill();
  REQUIRE(whole);
  REQUIRE(filled);
  constexpr std::string_view kIndexes = "SELECT count(*) FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL";
  constexpr std::string_view kAll =
      "SELECT group_concat(type || ' ' || name || ' ' || ifnull(sql, '')) FROM sqlite_schema";
  CHECK(first_text(filled->database(), kIndexes) == "0");
  FactInserter limits(*filled, "limits");
  for (int i = 0; i < 3; ++i)
    limits("limit_" + std::to_string(i), i * 0.5);  // each text is gone when the next row comes
  REQUIRE(limits.status());
  REQUIRE(filled->create_indexes());
  CHECK(first_text(filled->database(), kAll) == first_text(whole->database(), kAll));
  CHECK(first_text(filled->database(), "SELECT group_concat(name || '=' || value) FROM limits") ==
        "limit_0=0.0,limit_1=0.5,limit_2=1.0");
}

TEST_CASE("save writes a database that opens again, over an old one, and leaves nothing else behind") {
  auto folder = TemporaryFolder::create();
  REQUIRE(folder);
  std::string path = (folder->path() / "it's a base.db").string();
  for (double value : {1.0, 2.0}) {
    auto facts = FactStore::create();
    REQUIRE(facts);
    FactInserter limits(*facts, "limits");
    limits("cost_ratio", value);
    REQUIRE(limits.status());
    REQUIRE(facts->save(path));
  }
  auto saved = Sqlite::open(path, true);
  REQUIRE(saved);
  CHECK(first_text(*saved, "SELECT value FROM limits") == "2.0");
  CHECK(std::distance(std::filesystem::directory_iterator(folder->path()), std::filesystem::directory_iterator()) == 1);
  auto facts = FactStore::create();
  REQUIRE(facts);
  auto failed = facts->save((folder->path() / "missing" / "facts.db").string());
  REQUIRE_FALSE(failed);
  CHECK(failed.error().kind == ErrorKind::kIo);
}

}  // namespace
}  // namespace explaingate
