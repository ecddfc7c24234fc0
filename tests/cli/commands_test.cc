// doctor, facts, rules, explain, extract; and every JSON that the tool writes or reads, against the shipped schemas.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "sandbox.h"

namespace explaingate {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

Project make_incident() {
  Project project;
  project.lay("fixtures/incident/base");
  project.commit();
  project.lay("fixtures/incident/head");
  return project;
}

// --- explain

TEST_CASE("explain: plan, growth, findings and advice; exit code by what is found") {
  Project project = make_incident();
  Ran ran = project.gate(
      {"explain", "--format", "json", "SELECT id FROM orders WHERE warehouse = 'x' ORDER BY placed_at LIMIT 3"});
  CHECK(ran.code == 1);
  json report = json::parse(ran.out);
  CHECK(report["growth"] == 1.0);
  CHECK(report["result_growth"] == 0.0);
  CHECK(report["rows_examined"] == 10'000'000);
  CHECK(report["scales"].size() == 3);
  CHECK(report["plan"].size() == 2);
  CHECK(report["plan"][0]["detail"] == "SCAN orders");
  CHECK(report["findings"].size() == 1);
  CHECK(report["findings"][0]["rule"] == "full-scan-growth");
  CHECK(report["advice"][0]["ddl"] == "CREATE INDEX eg_orders_warehouse_placed_at ON orders(warehouse, placed_at)");
  CHECK(report["error"].is_null());
  // By key, from standard input.
  ran = project.gate({"explain", "-", "--format", "json"}, {"", {}, "SELECT id FROM orders WHERE id = $1\n", -1});
  report = json::parse(ran.out);
  CHECK(ran.code == 0);
  CHECK(report["growth"] == 0.0);
  CHECK(report["advice"].empty());
}

TEST_CASE("explain: what can't be planned says why, and exits 3") {
  Project project = make_incident();
  const std::pair<const char*, const char*> cases[] = {
      {"SELECT * FROM nope", "no such table: nope"},
      {"SELECT nope FROM orders", "no such column: nope"},
      {"SELECT id FROM orders WHERE", "incomplete input (syntax error at end of input)"},
      {"SELEC 1", "only SELECT, INSERT, UPDATE and DELETE are planned (syntax error at or near \"SELEC\")"},
      {"SELECT 1; SELECT 2", "more than one statement"},
      {"CREATE TABLE x (a)", "only SELECT, INSERT, UPDATE and DELETE are planned"},
      {"ATTACH 'x.db' AS y", "only SELECT, INSERT, UPDATE and DELETE are planned"},
      {"PRAGMA table_info(orders)", "only SELECT, INSERT, UPDATE and DELETE are planned"},
  };
  for (const auto& [sql, want] : cases) {
    CAPTURE(sql);
    Ran ran = project.gate({"explain", sql});
    CHECK(ran.out == fmt::format("not planned: {}\n", want));
    CHECK(ran.code == 3);
    ran = project.gate({"explain", "--format", "json", sql});
    CHECK(json::parse(ran.out)["error"] == want);
    CHECK(ran.code == 3);
  }
  for (const char* sql : {"", " ;\n"}) {
    Ran ran = project.gate({"explain", sql});
    CHECK(ran.err ==
          "explaingate: no SQL was given\nhelp: explaingate explain 'SELECT …', or - to read standard input\n");
    CHECK(ran.code == 2);
  }
  CHECK(!project.has("x.db"));
}

// --- facts

TEST_CASE("facts: a query may read, and nothing else") {
  Project project = make_incident();
  Ran ran =
      project.gate({"facts", "--sql",
                    "SELECT path, line FROM statements WHERE changed = 1 AND statement_kind = 'select' ORDER BY 1"});
  CHECK(ran.out == "path\tline\nshop/customers.py\t8\nshop/orders.py\t20\nshop/reports.py\t16\n");
  CHECK(ran.code == 0);
  CHECK(project.gate({"facts", "--sql", "SELECT 'a' || char(10, 9, 27) || 'b' AS \"x\ty\""}).out ==
        "x\ty\na  \\x1bb\n");
  const std::pair<const char*, const char*> refused[] = {
      {"DELETE FROM statements", "not authorized"},
      {"UPDATE findings SET rule = 'x'", "not authorized"},
      {"ATTACH 'x.db' AS y", "not authorized"},
      {"PRAGMA user_version", "not authorized"},
      {"SELECT load_extension('x')", "not authorized to use function: load_extension"},
      {"VACUUM INTO 'x.db'", "authorization denied"},
      {"SELEC 1", "near \"SELEC\": syntax error"},
      {"SELECT nope FROM statements", "no such column: nope"},
  };
  for (const auto& [sql, want] : refused) {
    ran = project.gate({"facts", "--sql", sql});
    CHECK(ran.err ==
          fmt::format("explaingate: --sql: {}\nhelp: `explaingate facts` lists the tables; the query may only read\n",
                      want));
    CHECK(ran.out == "");
    CHECK(ran.code == 2);
  }
  ran = project.gate({"facts", "--sql", "SELECT 1; SELECT 2"});
  CHECK(ran.err == "explaingate: --sql: more than one statement\nhelp: one SELECT a run\n");
  CHECK(ran.code == 2);
  CHECK(project.gate({"facts", "--sql", "SELECT 1;"}).code == 0);
  CHECK(!project.has("x.db"));
}

TEST_CASE("facts: the list of tables, with their rows") {
  Project project = make_incident();
  Ran ran = project.gate({"facts"});
  CHECK(ran.code == 0);
  CHECK(ran.out.find("\nfindings                      4\n") != std::string::npos);
  CHECK(ran.out.find("sqlite_") == std::string::npos);
}

TEST_CASE("facts: what is saved is what the real sqlite3 runs a rule file on") {
  Project project = make_incident();
  std::string file = project.outside("facts.db");
  for (int time = 0; time < 2; ++time) {  // an older file is replaced
    Ran saved = project.gate({"facts", "--save", file});
    CHECK(saved.out == "");
    CHECK(project.masked(saved.err) == "<temporary>/facts.db: written; open it with sqlite3\n");
    CHECK(saved.code == 0);
  }
  // A near miss: a file, and a database, that are no facts.
  project.write("notes.txt", "mine");
  REQUIRE(run_program({"sqlite3", project.path() + "/mine.db", "CREATE TABLE t(a)"}).code == 0);
  for (std::string name : {"notes.txt", "mine.db"}) {
    std::string before = project.read(name);
    Ran refused = project.gate({"facts", "--save", name});
    CHECK(refused.code == 2);
    CHECK(refused.err == "explaingate: " + name +
                             ": --save: is there already, and is no file of facts\nhelp: give the name of a new file, "
                             "or remove that one first\n");
    CHECK(project.read(name) == before);
  }
  project.remove("notes.txt");
  project.remove("mine.db");
  json report = json::parse(project.gate({"check", "--format", "json"}).out);
  REQUIRE(report["findings"].size() == 4);
  for (const auto& finding : report["findings"]) {
    auto rule = read_file(fs::path(SOURCE_DIR) / "rules" / (finding["rule"].get<std::string>() + ".sql"));
    REQUIRE(rule.has_value());
    // As saved, `findings` holds this rule's own: the rule runs again on what the others found.
    Ran ran = run_program({"sqlite3", "-json", file},
                          {"",
                           {},
                           fmt::format("BEGIN; DELETE FROM findings WHERE rule = '{}';\n{};\nROLLBACK;\n",
                                       finding["rule"].get<std::string>(), *rule),
                           -1});
    CHECK(ran.err == "");
    json rows = json::parse(ran.out, nullptr, false);
    REQUIRE(rows.size() == 1);
    CHECK(rows[0]["subject"] == finding["subject"]);
    CHECK(rows[0]["message"] == finding["message"]);
  }
}

// --- rules, doctor, extract

TEST_CASE("rules: the list, a page, and the team's own") {
  Project project = make_incident();
  project.write(
      ".explaingate/rules/our-own.sql",
      "-- id: our-own\n-- severity: info\n-- engines: sqlite\n-- needs: none\n-- since: 1.0\n-- summary: "
      "What \x1b[31mwe want.\n-- yields-to: cross-join\n-- parameter: rows integer 3: What counts.\n--\n-- A "
      "page.\nSELECT statement_id, 's' AS subject, 'm' AS message FROM statements WHERE line > :rows AND 0\n");
  std::string list = project.gate({"rules"}).out;
  size_t known = 0;
  for (const auto& file : fs::directory_iterator(fs::path(SOURCE_DIR) / "rules")) {
    if (file.path().extension() != ".sql") continue;
    ++known;
    std::string id = file.path().stem().string();
    CHECK(list.find("\n  " + id + " ") != std::string::npos);
    Ran page = project.gate({"rules", id});
    CHECK(page.code == 0);
    CHECK(page.out.starts_with("# " + id + "\n\n"));
    for (const char* heading : {"\n## What it does\n", "\n## Why\n", "\n## Stays quiet when\n"})
      CHECK(page.out.find(heading) != std::string::npos);
  }
  auto listed = [](const std::string& text) {
    size_t count = 0;
    for (size_t at = text.find("\n  "); at != std::string::npos; at = text.find("\n  ", at + 1)) ++count;
    return count;
  };
  CHECK(listed(list) == known + 1);
  CHECK(list.starts_with("regression\n  access-regression               error    "));
  CHECK(
      list.ends_with("\n\nteam\n  our-own                         info     What \\x1b[31mwe want. "
                     "(.explaingate/rules/our-own.sql)\n"));
  CHECK(
      project.gate({"rules", "our-own"}).out ==
      "# our-own\n\nWhat \\x1b[31mwe want.\n\nFamily: team. Severity: info. Engines: sqlite. Since: 1.0.\nSilent where "
      "one of these has a finding: cross-join.\n\nA page.\n\n## Parameters\n- `rows` (integer, by default `3`): "
      "What counts.\n\n```json\n\"rules\": {\"our-own\": {\"level\": \"info\", \"rows\": 3}}\n```\n");
  // The list says what the configuration made of it.
  project.write("explaingate.json", R"({"schema": "migrations", "rules": {"our-own": {"level": "off", "rows": 5}}})");
  CHECK(project.gate({"rules"}).out.find("  our-own                         off      What") != std::string::npos);
  project.write("explaingate.json", "{\"rules\": {\n\"our-own\": {\"rowz\": 5}}}");
  Ran unknown = project.gate({"check"});
  CHECK(unknown.code == 2);
  CHECK(
      unknown.err ==
      "explaingate: explaingate.json:2: the rule \"our-own\" has no parameter \"rowz\"\nhelp: the nearest known one is "
      "\"rows\"\n");
  project.write("explaingate.json", "{\"rules\": {\"our-own\": {\n\"rows\": \"5\"}}}");
  CHECK(
      project.gate({"check"}).err ==
      "explaingate: explaingate.json:2: the parameter \"rows\" of rule \"our-own\" is of type integer, and here stands "
      "\"5\"\nhelp: What counts. (by default 3)\n");
  // Outside a repository: the built-in ones.
  fs::create_directories(project.outside("none"));
  Ran outside = project.gate({"rules"}, {project.outside("none"), {}, "", -1});
  CHECK(outside.code == 0);
  CHECK(listed(outside.out) == known);
}

TEST_CASE("rules new and rules test: a team's rule from its first line to its cases") {
  Project project;
  project.write("schema.sql", "CREATE TABLE orders (id INTEGER PRIMARY KEY, tenant_id INTEGER NOT NULL);\n");
  project.write("explaingate.json", "{\"schema\": \"schema.sql\"}");
  project.commit();
  Ran made = project.gate({"rules", "new", "orders-by-tenant"});
  CHECK(made.code == 0);
  CHECK(made.err == "");
  const std::string rule = ".explaingate/rules/orders-by-tenant";
  for (const char* file : {".sql", "/schema.sql", "/explaingate.json", "/fires-first/head/queries.sql"})
    CHECK(project.has(rule + file));
  CHECK(project.gate({"rules", "new", "orders-by-tenant"}).code == 2);
  CHECK(project.gate({"rules", "new", "cross-join"}).code == 2);
  CHECK(project.gate({"rules", "new", "Orders"}).code == 2);
  CHECK(project.gate({"rules", "new", "../x"}).code == 2);
  // What was made fails until it is written, and is no source or schema of the project.
  Ran first = project.gate({"rules", "test"});
  CHECK(first.code == 1);
  CHECK(first.out ==
        "FAIL orders-by-tenant/fires-first\n  expected, and not found: queries.sql:2 orders-by-tenant write_this\n"
        "ok   orders-by-tenant/fixed-first\nok   orders-by-tenant/quiet-first\n3 cases; 1 problems\n");
  CHECK(nlohmann::json::parse(project.gate({"check", "--format", "json"}).out)["findings"].empty());
  CHECK(project.gate({"facts", "--all", "--sql", "SELECT count(*) FROM statements"}).out == "count(*)\n1\n");
  // As docs/writing-rules.md has it.
  std::string guide = *read_file(fs::path(SOURCE_DIR) / "docs/writing-rules.md");
  size_t begin = guide.find("-- id: orders-by-tenant");
  REQUIRE(begin != std::string::npos);
  project.write(rule + ".sql", guide.substr(begin, guide.find("```", begin) - begin));
  project.write(rule + "/schema.sql", project.read("schema.sql"));
  project.write(rule + "/fires-first/head/queries.sql", "SELECT id FROM orders;  -- expect: orders-by-tenant orders\n");
  project.write(rule + "/quiet-first/head/queries.sql", "INSERT INTO orders (tenant_id) VALUES (?);\n");
  project.write(rule + "/fixed-first/head/queries.sql", "SELECT id FROM orders WHERE tenant_id = ?;\n");
  Ran passed = project.gate({"rules", "test", "orders-by-tenant"});
  CHECK(passed.out ==
        "ok   orders-by-tenant/fires-first\nok   orders-by-tenant/fixed-first\nok   orders-by-tenant/quiet-first\n"
        "3 cases, all as expected\n");
  CHECK(passed.code == 0);
  project.write(rule + "/quiet-first/head/queries.sql", "SELECT 1 FROM orders;\n");
  project.write(rule + "/odd/head/x.sql", "SELECT 1;\n");
  Ran odd = project.gate({"rules", "test"});
  CHECK(odd.code == 1);
  CHECK(odd.out.find("orders-by-tenant/odd: a case is called fires-…, quiet-… or fixed-…\n") != std::string::npos);
  CHECK(odd.out.find(
            "FAIL orders-by-tenant/quiet-first\n  found, and not expected: queries.sql:1 orders-by-tenant orders\n") !=
        std::string::npos);
  Ran unknown = project.gate({"rules", "test", "orders-by-tenan"});
  CHECK(unknown.code == 2);
  CHECK(unknown.err ==
        "explaingate: there is no rule \"orders-by-tenan\" in .explaingate/rules/\nhelp: the nearest known one is "
        "\"orders-by-tenant\"\n");
}

TEST_CASE("check: a column that is known at run time only doesn't keep a statement from its plan") {
  Project project;
  project.write("schema.sql", "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT);\n");
  project.write("explaingate.json", "{\"schema\": \"schema.sql\"}");
  project.write("app.py",
                "def f(conn, x, y):\n"
                "    conn.execute(f'SELECT {x} FROM t WHERE id = ? ORDER BY {y}')\n"
                "    conn.execute(f'SELECT {x} FROM t UNION SELECT a, b FROM t')\n"
                "    conn.execute(f'SELECT a FROM t WHERE {x} = ?')\n"
                "    conn.execute(f'WITH s AS ({x}) SELECT c FROM s')\n"
                "    conn.execute('VACUUM')\n"
                "    conn.execute('PRAGMA user_version')\n");
  Ran ran = project.gate({"check", "--all"});
  CHECK(ran.code == 0);
  CHECK(ran.out.find("  app.py:2: in part: put together at run time, and planned as a constant: `x`, `y`\n"
                     "  app.py:3: not planned: a column name is put together at run time: `x`\n"
                     "  app.py:4: not planned: a table or column name is put together at run time\n"
                     "  app.py:5: its subquery is dynamic: `x`\n"
                     "  app.py:6: not planned: no plan tells what VACUUM does\n") != std::string::npos);
  CHECK(ran.out.find("app.py:7") == std::string::npos);
}

TEST_CASE("check: tables that only the program makes are there for the plans, and said") {
  Project project;
  project.write("schema.sql", "CREATE TABLE orders (id INTEGER PRIMARY KEY, total INT);\n");
  project.write("explaingate.json", "{\"schema\": \"schema.sql\"}");
  project.write("app.py",
                "def f(conn, x):\n"
                "    conn.execute('CREATE TEMP TABLE IF NOT EXISTS temp.wanted (id INTEGER PRIMARY KEY)')\n"
                "    conn.execute('CREATE TABLE orders (id)')\n"
                "    conn.execute('CREATE TEMPORARY TABLE gone AS SELECT a FROM nowhere')\n"
                "    conn.execute(f'CREATE TABLE {x} (id)')\n"
                "    conn.execute('SELECT o.total FROM wanted w JOIN orders o ON o.id = w.id WHERE w.id = ?')\n"
                "    conn.execute('SELECT total FROM orders WHERE id = ?')\n"
                "    conn.execute('SELECT id FROM never')\n");
  Ran ran = project.gate({"check", "--all"});
  CHECK(ran.code == 0);
  CHECK(ran.out.find("  app.py:4: not applied to the schema: no such table: nowhere\n"
                     "  app.py:5: the table's name is dynamic: `x`\n"
                     "  app.py:8: not planned: no such table: never\n") != std::string::npos);
  CHECK(ran.out.find("note: from code, since the schema does not have them: wanted (app.py:2), gone (app.py:4)\n") !=
        std::string::npos);
  CHECK(ran.out.find("2 planned") != std::string::npos);
}

TEST_CASE("check: a table that only the program makes has the indexes, triggers and views made beside it") {
  Project project;
  project.write("schema.sql", "CREATE TABLE orders (id INTEGER PRIMARY KEY, total INT, day TEXT);\n");
  project.write("explaingate.json", "{\"schema\": \"schema.sql\"}");
  project.write(
      "app.py",
      "SCHEMA = '''\n"
      "    CREATE TABLE keywords (word TEXT NOT NULL, suggestion INTEGER NOT NULL, rank INTEGER NOT NULL);\n"
      "    CREATE UNIQUE INDEX keywords_suggestion_rank ON keywords (suggestion, rank);\n"
      "    CREATE TEMP VIEW first_words AS SELECT word FROM keywords WHERE rank = 1;\n"
      "    CREATE INDEX temp.first ON keywords (rank, word);\n"
      "    CREATE INDEX orders_day ON orders (day);\n"
      "    CREATE TRIGGER gone AFTER DELETE ON keywords BEGIN\n"
      "        UPDATE orders SET total = total - 1 WHERE id = old.suggestion;\n"
      "    END;\n"
      "'''\n"
      "def setup(conn):\n"
      "    conn.executescript(SCHEMA)\n"
      "def f(conn):\n"
      "    conn.execute('SELECT word FROM keywords WHERE suggestion = ? AND rank >= ? ORDER BY rank', (1, 2))\n"
      "    conn.execute('SELECT word FROM first_words')\n"
      "    conn.execute('SELECT id FROM orders WHERE day = ?', (1,))\n");
  Ran ran = project.gate({"check", "--all", "--format", "json"});
  CHECK(findings(ran) == "app.py:16 full-scan-growth orders\n");
  ran = project.gate({"check", "--all"});
  CHECK(ran.out.find("note: from code, since the schema does not have them: keywords (app.py:2), first_words "
                     "(app.py:4)\n") != std::string::npos);
  CHECK(ran.out.find("not analysed") == std::string::npos);
}

TEST_CASE("check: a change knows the tables that files make which it doesn't touch") {
  Project project;
  project.write("schema.sql", "CREATE TABLE orders (id INTEGER PRIMARY KEY, total INT);\n");
  project.write("explaingate.json", "{\"schema\": \"schema.sql\"}");
  project.write("store/setup.py",
                "SCHEMA = 'CREATE TABLE meta (k TEXT, v TEXT); CREATE INDEX meta_k ON meta (k)'\n"
                "def setup(conn):\n"
                "    conn.executescript(SCHEMA)\n"
                "    conn.execute('CREATE TABLE copy AS SELECT a FROM nowhere')\n");
  project.write("store/meta.py",
                "def get(conn, k):\n"
                "    return conn.execute('SELECT v FROM meta WHERE k = ?', (k,))\n");
  project.commit();
  project.write("store/meta.py",
                "def get(conn, k):\n"
                "    a = 1\n"
                "    return conn.execute('SELECT v FROM meta WHERE k = ?', (k,))\n"
                "def all(conn, keys):\n"
                "    for k in keys:\n"
                "        get(conn, k)\n"
                "def drop(conn, v):\n"
                "    conn.execute('DELETE FROM meta WHERE k = ?', (v,))\n");
  Ran ran = project.gate({"check", "--base", "HEAD"});
  CHECK(ran.out.find("not analysed") == std::string::npos);
  CHECK(ran.out.find("not verified") == std::string::npos);
  CHECK(ran.out.find("1 new or edited, 2 planned") != std::string::npos);
  CHECK(ran.out.find("from code") == std::string::npos);  // said where all is judged
  // A change of the schema is not one of theirs.
  project.commit();
  project.write("schema.sql", "CREATE TABLE orders (id INTEGER PRIMARY KEY, total INT, day TEXT);\n");
  ran = project.gate({"check", "--base", "HEAD"});
  CHECK(ran.out.find("not analysed: 1 place\n  store/setup.py:4: not applied to the schema") != std::string::npos);
  ran = project.gate({"facts", "--base", "HEAD", "--sql", "SELECT side, object FROM schema_changes ORDER BY 1, 2"});
  CHECK(ran.out.find("meta") == std::string::npos);
  CHECK(ran.out.find("orders") != std::string::npos);
}

TEST_CASE("check: a file of SQL that is named behind a program alters the program's tables") {
  Project project;
  project.write("app.py",
                "def setup(conn):\n"
                "    conn.execute('CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)')\n"
                "    conn.execute('CREATE INDEX t_none ON t (unknown)')\n"
                "    conn.execute('SELECT a FROM t WHERE b = 1 AND id = ?', (1,))\n");
  project.write("extra.sql", "ALTER TABLE t ADD COLUMN b INT;\n");
  project.write("explaingate.json", "{\"schema\": [\"app.py\", \"extra.sql\"]}");
  Ran ran = project.gate({"check", "--all"});
  CHECK(ran.code == 0);
  CHECK(ran.out.find("migration-failed") == std::string::npos);
  CHECK(ran.out.find("  app.py:3: not applied to the schema: no such column: unknown\n") != std::string::npos);
  CHECK(ran.out.find("1 planned") != std::string::npos);
}

TEST_CASE("check: where nothing could be planned, it is listed what") {
  Project project;
  project.write("schema.sql", "CREATE TABLE orders (id INTEGER PRIMARY KEY, total INT);\n");
  project.write("explaingate.json", "{\"schema\": \"schema.sql\"}");
  project.write("app.py", "def get(conn, k):\n    return conn.execute('SELECT v FROM meta WHERE k = ?', (k,))\n");
  project.commit();
  project.write("app.py",
                "def get(conn, k):\n"
                "    a = 1\n"
                "    return conn.execute('SELECT v FROM meta WHERE k = ?', (k,))\n"
                "def all(conn, keys):\n"
                "    for k in keys:\n"
                "        get(conn, k)\n");
  Ran ran = project.gate({"check", "--base", "HEAD"});
  CHECK(ran.out.find("  app.py:3: not planned: no such table: meta\n") != std::string::npos);
  CHECK(ran.out.find("not verified: none of the statements could be planned on the schema\n") != std::string::npos);
}

TEST_CASE("facts: a call's loop over rows names its statement, whatever else looked like one") {
  Project project;
  project.write("schema.sql", "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT);\n");
  project.write("app.py",
                "A = 'CREATE TABLE the best of all worlds'\n"
                "B = 'UPDATE nothing set here'\n"
                "def name(conn, id):\n"
                "    return conn.execute('SELECT a FROM t WHERE id = ?', (id,)).fetchone()\n"
                "def all(conn):\n"
                "    for row in conn.execute('SELECT id FROM t WHERE a = ?', (1,)):\n"
                "        name(conn, row[0])\n");
  const char* query = "SELECT s.line FROM call_loops l JOIN statements s ON s.statement_id = l.rows_statement_id";
  Ran ran = project.gate({"facts", "--all", "--sql", query});
  CHECK(ran.code == 0);
  CHECK(ran.out == "line\n6\n");
  // This loop's file is for another database, and none of its statements is looked at.
  project.write("store/mysql.py",
                "from app import name\n"
                "def more(conn):\n"
                "    for row in conn.execute('SELECT id FROM t', (1,)):\n"
                "        name(conn, row[0])\n");
  project.write("a.py", "def first(conn):\n    conn.execute('SELECT id FROM t WHERE id = 1')\n");
  project.write("store/sqlite.py", "def more(conn):\n    conn.execute('SELECT id FROM t WHERE id = ?', (1,))\n");
  ran = project.gate({"facts", "--all", "--sql", query});
  CHECK(ran.code == 0);
  CHECK(ran.out == "line\n6\n");
}

TEST_CASE("check: a program's queries are looked at, whatever becomes of its DDL") {
  Project project;
  std::string program =
      "import sqlite3\n"
      "def setup(conn, s):\n"
      "    conn.execute(f'CREATE TEMP TABLE {s}(id INTEGER)')\n"
      "def g(conn):\n"
      "    for i in range(100):\n"
      "        conn.execute('SELECT * FROM root WHERE parcel = ?', (i,))\n";
  project.write("store/app.py", program);
  Ran ran = project.gate({"check", "--all"});
  CHECK(ran.code == 3);
  CHECK(ran.out.find("  store/app.py:6: not planned: no such table: root\n") != std::string::npos);
  CHECK(ran.out.find("not verified: no schema was found, so no statement could be planned") != std::string::npos);
  // Beside a schema of .sql files, where the folder is named as a schema too.
  project.write("schema.sql", "CREATE TABLE root (id INTEGER PRIMARY KEY, parcel INTEGER);\n");
  project.write("explaingate.json", "{\"schema\": [\"schema.sql\", \"store\"]}");
  ran = project.gate({"check", "--all"});
  CHECK(ran.code == 0);
  CHECK(ran.out.find("store/app.py:6:") != std::string::npos);
}

TEST_CASE("facts: a place that was not analysed has its statement, and what a loop runs over is one line") {
  Project project;
  project.write("schema.sql", "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT);\n");
  project.write("app.py",
                "def f(conn, x, add):\n"
                "    conn.execute('SELECT a FROM nowhere')\n"
                "    conn.execute(f'SELECT a FROM t JOIN {x} USING (id)')\n"
                "    conn.execute(x)\n"
                "    for one in add.traverse(\n"
                "            add.children,\n"
                "            'name, and more of it, so that it is longer than what a sentence can hold',\n"
                "            add.parent):\n"
                "        conn.execute('INSERT INTO t (a) VALUES (?)', (one,))\n");
  CHECK(project
            .gate({"facts", "--all", "--sql",
                   "SELECT n.line, s.text FROM not_analysed n LEFT JOIN statements s USING (statement_id) ORDER BY 1"})
            .out == "line\ttext\n2\tSELECT a FROM nowhere\n3\tSELECT a FROM t JOIN \"eg_hole_1\" USING (id)\n4\t\n");
  CHECK(project.gate({"facts", "--all", "--sql", "SELECT iterable FROM loops"}).out ==
        "iterable\nadd.traverse( add.children, 'name, and more of it, so that it is longer than wha…\n");
}

TEST_CASE("doctor: what is missing, with the exit code that check would have") {
  Project project;
  Ran ran = project.gate({"doctor"});
  CHECK(ran.code == 0);
  CHECK(ran.out.find("remark   no schema was found: nothing can be planned\n         name it in explaingate.json: "
                     "{\"schema\": ") != std::string::npos);
  project.write("q.sql", "SELECT 1 FROM t;\n");
  ran = project.gate({"doctor"});
  CHECK(ran.code == 3);
  CHECK(ran.out.find("problem  no schema was found, so no statement could be planned\n") != std::string::npos);
  project.write("schema.sql", "CREATE TABLE t (a INTEGER);\nCREATE TABEL u;\n");
  ran = project.gate({"doctor"});
  CHECK(ran.code == 0);
  CHECK(ran.out.find("remark   schema.sql:2: the engine refuses this: near \"TABEL\": syntax error\n") !=
        std::string::npos);
  project.write("explaingate.json", "{");
  ran = project.gate({"doctor"});
  CHECK(ran.code == 2);
  CHECK(ran.out.find("problem  explaingate.json:1:2: is not valid JSON: ") != std::string::npos);
  CHECK(project.gate({"doctor", "--base", "nowhere"}).code == 2);
  fs::create_directories(project.outside("none"));
  ran = project.gate({"doctor"}, {project.outside("none"), {}, "", -1});
  CHECK(ran.code == 2);
  CHECK(ran.out.ends_with(
      "problem  . is not inside a git repository\nhelp: run it inside a repository, or make one with `git init`\n"));
}

TEST_CASE("extract: a path, a folder, everything, and outside a repository") {
  Project project = make_incident();
  auto paths = [](const Ran& ran) {
    std::string text;
    json report = json::parse(ran.out, nullptr, false);
    if (report.is_discarded()) return ran.err;
    for (const auto& statement : report["statements"])
      text += fmt::format("{}:{}\n", statement["path"].get<std::string>(), statement["line"].get<int>());
    return text;
  };
  CHECK(paths(project.gate({"extract", "--format", "json", "shop/support.py"})) == "shop/support.py:8\n");
  CHECK(paths(project.gate({"extract", "--format", "json", "support.py", "./reports.py"},
                           {project.path() + "/shop", {}, "", -1})) ==
        "shop/reports.py:8\nshop/reports.py:16\nshop/support.py:8\n");
  std::string all = paths(project.gate({"extract", "--format", "json"}));
  CHECK(paths(project.gate({"extract", "--format", "json", "."})) == all);
  // The schema's own files are extracted where they are asked for.
  CHECK(paths(project.gate({"extract", "--format", "json", "migrations/0003_order_notes.sql"})) ==
        "migrations/0003_order_notes.sql:2\nmigrations/0003_order_notes.sql:5\n");
  // What the configuration leaves out is read when it is named.
  project.write("tests/t.sql", "SELECT 1;\n");
  CHECK(paths(project.gate({"extract", "--format", "json"})) == all);
  CHECK(paths(project.gate({"extract", "--format", "json", "."})) == all);
  CHECK(paths(project.gate({"extract", "--format", "json", "tests"})) == "tests/t.sql:1\n");
  fs::create_directories(project.outside("none/sub"));
  REQUIRE(write_file_atomic(project.outside("none/sub/q.sql"), "SELECT 1;\n").has_value());
  RunOptions there{project.outside("none"), {}, "", -1};
  CHECK(paths(project.gate({"extract", "--format", "json"}, there)) == "sub/q.sql:1\n");
  CHECK(paths(project.gate({"extract", "--format", "json", "sub/q.sql"}, there)) == "sub/q.sql:1\n");
  Ran ran = project.gate({"extract", "../shop/shop"}, there);
  CHECK(
      project.masked(ran.err) ==
      "explaingate: ../shop/shop: leads out of <temporary>/none\nhelp: run explaingate there, or give paths inside\n");
  CHECK(ran.code == 2);
}

// --- schemas

// The shipped schemas against what is written to `project`'s folder: the checker's complaints, "" = valid.
std::string complaints(const Project& project, const std::vector<std::pair<std::string, std::string>>& documents) {
  std::vector<std::string> command = {"/usr/bin/python3", SOURCE_DIR "/tests/cli/schema_check.py"};
  int number = 0;
  for (const auto& [schema, text] : documents) {
    std::string file = project.outside(fmt::format("{}.json", ++number));
    REQUIRE(write_file_atomic(file, text).has_value());
    command.push_back(fmt::format("{}/docs/schemas/{}.schema.json", SOURCE_DIR, schema));
    command.push_back(file);
  }
  Ran ran = run_program(command);
  return project.masked(ran.err + ran.out);
}

TEST_CASE("every JSON that is written validates against its schema") {
  Project project = make_incident();
  auto out = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--format", "json"});
    return project.gate(arguments).out;
  };
  std::vector<std::pair<std::string, std::string>> documents = {
      {"check", out({"check"})},
      {"check", out({"check", "--all"})},
      {"check", out({"check", "--staged"})},
      {"explain", out({"explain", "SELECT id FROM orders WHERE warehouse = 'x' ORDER BY placed_at"})},
      {"explain",
       out({"explain",
            "SELECT c.email FROM customers AS c JOIN orders AS o ON o.customer_id = c.id WHERE lower(c.email) = ?"})},
      {"explain", out({"explain", "SELECT nope"})},
      {"extract", out({"extract"})},
      {"advise", out({"advise"})},
  };
  std::string finding = json::parse(documents[0].second)["findings"][0]["fingerprint"];
  CHECK(project.gate({"accept", finding, "--reason", "r", "--expires", "2024-12-31"}).code == 0);
  documents.emplace_back("waivers", project.read(".explaingate/waivers.json"));
  CHECK(project.gate({"baseline", "update"}).code == 0);
  documents.emplace_back("baseline", project.read(".explaingate/baseline.json"));
  documents.emplace_back("baseline", out({"baseline", "show"}));
  documents.emplace_back("check", out({"check"}));  // with a waived finding and notes
  project.write("seed.sql", "INSERT INTO customers VALUES (1, 'c@example.com', 'C', '2024-01-01');\n");
  project.write("explaingate.json", R"({"schema": "migrations", "seed": "seed.sql"})");
  documents.emplace_back("check", out({"check", "--all"}));  // not verified: other statistics
  CHECK(json::parse(documents.back().second)["unverified"].is_string());
  CHECK(project.gate({"baseline", "update", "--measure"}).code == 0);
  documents.emplace_back("baseline", project.read(".explaingate/baseline.json"));
  CHECK(documents.back().second.find("\"measured\"") != std::string::npos);
  std::string day = "SELECT id FROM orders WHERE date(placed_at) = '2024-05-31'";
  documents.emplace_back("explain", out({"explain", day}));
  CHECK(json::parse(documents.back().second)["rewrites"].size() == 1);
  project.write("day.sql", day + ";\n");
  documents.emplace_back("advise", out({"advise"}));
  CHECK(json::parse(documents.back().second)["rewrites"].size() == 1);
  CHECK(complaints(project, documents) == "");
  // The checker does complain.
  CHECK(complaints(project, {{"waivers", "{\"explaingate_waivers\": 2, \"waivers\": []}"}}) ==
        "<temporary>/1.json: $.explaingate_waivers: 1 was expected\n");
}

TEST_CASE("configuration: the schema accepts what the tool accepts, and refuses what it refuses") {
  Project project = make_incident();
  const std::string accepted[] = {
      "{}",
      "{ // a comment\n \"schema\": \"migrations\" /* another */ }",
      R"({"$schema": "x", "engine": "sqlite", "schema": ["migrations"], "tables": {"orders": {"rows": 5, "fixed": true}}, "include": "shop/*",
          "exclude": ["x/*"], "rules": {"cross-join": "off", "cost-regression": {"level": "info"}}, "baseline": "b.json", "limits": {"cost_ratio": 3, "rule_steps": 1e9}})",
      R"({"schema": {"path": "migrations"}, "baseline": {"path": "b.json", "required": false}})",
  };
  for (const std::string& text : accepted) {
    project.write("explaingate.json", text);
    CAPTURE(text);
    Ran ran = project.gate({"check", "--fail-level", "never"});
    CHECK(ran.err == "");
    CHECK(ran.code == 0);
    CHECK(complaints(project, {{"config", text}}) == "");
  }
  const std::string refused[] = {
      "[]",
      R"({"shema": "x"})",
      R"({"engine": "mysql"})",
      R"({"schema": 3})",
      R"({"schema": {"tool": "sql"}})",
      R"({"schema": {"path": "migrations", "tool": "x"}})",
      R"({"seed": ""})",
      R"({"tables": {"t": {"rows": -1}}})",
      R"({"tables": {"t": {"row": 1}}})",
      R"({"include": 3})",
      R"({"rules": {"cross-join": "fatal"}})",
      R"({"rules": {"cross-join": {"level": "fatal"}}})",
      R"({"rules": {"cross-join": {"rows": []}}})",
      R"({"baseline": {"required": 1}})",
      R"({"limits": {"cost_ratio": 0.5}})",
      R"({"limits": {"rule_steps": 1e11}})",
      R"({"limits": {"x": 1}})",
  };
  for (const std::string& text : refused) {
    project.write("explaingate.json", text);
    CAPTURE(text);
    CHECK(project.gate({"check"}).code == 2);
    CHECK(complaints(project, {{"config", text}}) != "");
  }
  // Every schema tool that a complaint lists is one that the JSON Schema knows, and no other.
  project.write("explaingate.json", R"({"schema": {"path": "migrations", "tool": "zzzzzzzzzzzz"}})");
  std::string complaint = project.gate({"check"}).err;
  auto schema = json::parse(*read_file(fs::path(SOURCE_DIR) / "docs/schemas/config.schema.json"));
  std::vector<std::string> tools = schema["properties"]["schema"]["anyOf"][2]["properties"]["tool"]["enum"];
  CHECK(complaint.ends_with(fmt::format("help: known: {}\n", fmt::join(tools, ", "))));
  project.write("explaingate.json", R"({"limits": {"zzzzzzzzzzzz": 1}})");
  std::vector<std::string> limits;
  for (const auto& [name, bounds] : schema["properties"]["limits"]["properties"].items()) limits.push_back(name);
  complaint = project.gate({"check"}).err;
  for (const std::string& limit : limits) CHECK(complaint.find(limit) != std::string::npos);
  CHECK(static_cast<size_t>(std::count(complaint.begin(), complaint.end(), ',')) == limits.size() - 1);
}

}  // namespace
}  // namespace explaingate
