// fixtures/languages: a source, and beside it all that has to be found in it.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "base/file.h"
#include "extract/host_dump.h"

using namespace explaingate;

TEST_CASE("sources in every language, and what is found in them") {
  std::vector<std::filesystem::path> sources;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(SOURCE_DIR "/fixtures/languages"))
    if (entry.is_regular_file() && entry.path().extension() != ".expected" && entry.path().extension() != ".md")
      sources.push_back(entry.path());
  std::sort(sources.begin(), sources.end());
  REQUIRE(!sources.empty());
  const bool write = std::getenv("EXPLAINGATE_WRITE_EXPECTED") != nullptr;
  for (const std::filesystem::path& source : sources) {
    CAPTURE(source.string());
    const std::string expected = source.string() + ".expected";
    const std::string found = dump(
        extract(source.filename().string(), read_file(source.string()).value(), test_languages(), Dialect::kSqlite),
        true);
    if (write) {
      REQUIRE(write_file_atomic(expected, found));
    } else {
      CHECK(found == read_file(expected).value_or(std::string("no such file")));
    }
  }
}

// Each once made extraction read where nothing is. The build with assertions, and the sanitizers', end on it.
TEST_CASE("inputs that fuzzing has found") {
  size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(SOURCE_DIR "/tests/fuzz/found")) {
    CAPTURE(entry.path().string());
    std::string source = read_file(entry.path().string()).value();
    Extraction found = extract(entry.path().filename().string(), source, test_languages(), Dialect::kPostgres);
    for (const Statement& statement : found.statements) CHECK(statement.line >= 1);
    ++count;
  }
  CHECK(count > 0);
}

TEST_CASE("a text that a grammar's scanner reads to its end at every token is given up, and listed") {
  std::string source = read_file(SOURCE_DIR "/tests/fuzz/found/scanner_reads_ahead.kt").value();
  Extraction found = extract("scanner_reads_ahead.kt", source, test_languages(), Dialect::kPostgres);
  CHECK(found.statements.empty());
  REQUIRE(found.not_analysed.size() == 1);
  CHECK(found.not_analysed[0].reason.find("parse") != std::string::npos);
}

// The state of Python's scanner just fills the parser's buffer: two bytes a level, and one for the string.
TEST_CASE("blocks as deep as a grammar's scanner can keep count of are read, and so are those below") {
  for (int levels = 500; levels <= 520; ++levels) {
    CAPTURE(levels);
    std::string source = "import sqlite3\ncursor = sqlite3.connect('a').cursor()\n";
    for (int i = 0; i < levels; ++i) source += std::string(i, ' ') + "if a:\n";
    source += std::string(levels, ' ') + "cursor.execute(f\"SELECT {column} FROM t\")\n";
    Extraction found = extract("deep.py", source, test_languages(), Dialect::kSqlite);
    CHECK(found.statements.size() + found.not_analysed.size() >= 1);
  }
}

TEST_CASE("an XML document is no source, whatever its name ends in") {
  std::string text = "<?xml version=\"1.0\"?>\n<!DOCTYPE TS>\n<TS><source>SELECT 1 FROM t</source></TS>\n";
  auto found = [](std::string_view path, const std::string& source) {
    Extraction all = extract(path, source, test_languages(), Dialect::kSqlite);
    return std::pair(all.statements.size(), all.not_analysed.size());
  };
  CHECK(found("shop_el.ts", text) == std::pair(size_t{0}, size_t{0}));
  CHECK(found("feed.php", text + "<?php mysqli_query($db, 'SELECT a FROM t');\n") == std::pair(size_t{1}, size_t{0}));
}
