// include and exclude: which files are read, and what is said of patterns.
#include <doctest/doctest.h>

#include "sandbox.h"

namespace explaingate {
namespace {

TEST_CASE("check: patterns that match nothing") {
  Project project;
  project.write("schema.sql", "CREATE TABLE t (a);\n");
  project.write("src/app.py", "import sqlite3\ndef f(c):\n    c.execute('SELECT a FROM t')\n");
  project.write("pkg/_tests/util.py", "import sqlite3\ndef f(c):\n    c.execute('SELECT b FROM t')\n");
  CHECK(project.gate({"check", "--all"}).out.find("(1 statement in 1 file, ") != std::string::npos);
  project.write("explaingate.json", R"({"include": ["src/*", "srcc/*.py"]})");
  for (const char* command : {"check", "extract"}) {
    Ran ran = project.gate({command, "--all"});
    CHECK(ran.code == 2);
    CHECK(ran.err ==
          "explaingate: explaingate.json: `include` names \"srcc/*.py\", which matches no file\nhelp: a pattern is "
          "matched against whole paths from the root, such as src/* or *.py\n");
  }
  project.write("explaingate.json", R"({"include": ["src/"], "exclude": ["old/*", "pkg/_tests"]})");
  Ran ran = project.gate({"check", "--all"});
  CHECK(ran.code == 0);
  CHECK(ran.out.find("note: `exclude` names \"old/*\", which matches no file\n") != std::string::npos);
  CHECK(ran.out.find("pkg/_tests") == std::string::npos);
}

TEST_CASE("check: what sqlc makes of a .sql file is not read beside it, unless asked for") {
  Project project;
  project.write("schema.sql", "CREATE TABLE t (a);\n");
  project.write("db/query.sql", "-- name: ListT :many\nSELECT a FROM t;\n");
  project.write("db/query.sql.go",
                "package db\n\nimport \"database/sql\"\n\nfunc f(d *sql.DB) {\n\td.Query(`SELECT a FROM t`)\n}\n");
  CHECK(project.gate({"check", "--all"}).out.find("(1 statement in 1 file, ") != std::string::npos);
  project.write("explaingate.json", R"({"exclude": ["old/*"]})");  // leaves more out, not less
  CHECK(project.gate({"check", "--all"}).out.find("(1 statement in 1 file, ") != std::string::npos);
  project.write("explaingate.json", R"({"exclude": []})");
  CHECK(project.gate({"check", "--all"}).out.find("(2 statements in 2 files, ") != std::string::npos);
}

TEST_CASE("check: the tables whose sizes are assumed are named where others' are known") {
  Project project;
  project.write("schema.sql",
                "CREATE TABLE a (x);\nCREATE TABLE b (x);\nCREATE TABLE c (x);\nCREATE TABLE d (x);\n"
                "CREATE TABLE e (x);\nCREATE TABLE f (x);\nCREATE TABLE g (x);\n");
  project.write("read.sql", "SELECT x FROM a;\n");
  project.write("explaingate.json", R"({"tables": {"g": {"rows": 5}}})");
  CHECK(project.gate({"check", "--all"})
            .out.find("row counts of 6 of 7 tables are assumed: a, b, c, d, e and 1 more (set ") != std::string::npos);
}

TEST_CASE("check: a file for another database, beside one for ours, is listed and not planned") {
  Project project;
  project.write("schema.sql", "CREATE TABLE t (a);\n");
  project.write("db/sqlite/read.sql", "-- name: ReadT\nSELECT a FROM t;\n");
  project.write("db/mysql/read.sql", "-- name: ReadT\nSELECT b FROM t;\n");
  project.write("oracle/prices.sql", "-- name: Prices\nSELECT a FROM t WHERE a = 1;\n");  // nothing beside it is ours
  Ran ran = project.gate({"check", "--all"});
  CAPTURE(ran.out);
  CHECK(ran.out.find("db/mysql/read.sql:2: 1 statement for another database than sqlite, by the file's path\n") !=
        std::string::npos);
  CHECK(ran.out.find("(2 statements in 3 files, 2 planned") != std::string::npos);
}

}  // namespace
}  // namespace explaingate
