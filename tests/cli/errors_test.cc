// Bad input at the level of the real binary: the whole text on stderr, the exit code, nothing on stdout, nothing
// written.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "sandbox.h"

namespace explaingate {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using Words = std::vector<std::string>;

TEST_CASE("no repository") {
  Project project;
  fs::create_directories(project.outside("none"));
  RunOptions there{project.outside("none"), {}, "", -1};
  for (const Words& arguments : {Words{"check"},
                                 {"baseline", "update"},
                                 {"baseline", "show"},
                                 {"facts"},
                                 {"explain", "SELECT 1"},
                                 {"accept", "12345678", "--reason", "r", "--expires", "2030-01-01"}})
    check_refused(project, arguments, 2,
                  "explaingate: . is not inside a git repository\n"
                  "help: run it inside a repository, or make one with `git init`\n",
                  there);
}

TEST_CASE("no change: exit 0, and says so") {
  Project project = make_shop();
  for (const Words& arguments : {Words{"check"}, {"check", "--staged"}, {"check", "--base", "main"}}) {
    Ran ran = project.gate(arguments);
    CHECK(ran.code == 0);
    CHECK(ran.out.starts_with("note: nothing has changed between HEAD "));
    CHECK(ran.err == "");
  }
  CHECK(project.gate({"check", "--diff", "-"}).out.starts_with("note: nothing has changed between "));
}

TEST_CASE("a baseline that is none") {
  const std::string hint = "help: take the file from git again, or make it with `explaingate baseline update`\n";
  const std::string file = "explaingate: .explaingate/baseline.json";
  const std::string environment =
      R"("environment": {"engine": "sqlite", "engine_version": "3", "schema_hash": "", "statistics_hash": "", "settings": ""})";
  const std::string entry =
      R"({"query": "q", "sites": [], "plan": [], "access": {}, "rows_examined": 1, "cost": 1, "growth": 0, "result_growth": 0})";
  struct {
    std::string text, want;
  } cases[] = {
      {"", file + ":1: is not valid JSON: it is cut short or was edited by hand\n" + hint},
      {"{\"explaingate_baseline\": 1,\n \"queries\": {\n",
       file + ":3: is not valid JSON: it is cut short or was edited by hand\n" + hint},
      {"[]", file + ": has no version number (\"explaingate_baseline\": 1)\n" + hint},
      {"{\n\"explaingate_baseline\": \"1\"}",
       file + ":2: has no version number (\"explaingate_baseline\": 1)\n" + hint},
      {"{\"explaingate_baseline\": 2}",
       file + ":1: is of version 2; this explaingate reads version 1\n"
              "help: use the explaingate that wrote it, or take the file from git again, or make it with `explaingate "
              "baseline update`\n"},
      {"{\"explaingate_baseline\": 1}", file + ": has no \"environment\" or no \"queries\"\n" + hint},
      {"{\"explaingate_baseline\": 1, \"environment\": {}, \"queries\": {}}",
       file + ": \"environment\" has no \"engine\"\n" + hint},
      {"{\"explaingate_baseline\": 1,\n\"environment\": {\"engine\": 3}, \"queries\": {}}",
       file + ":2: \"engine\" of \"environment\" must be a string\n" + hint},
      {fmt::format("{{\"explaingate_baseline\": 1, {},\n\"queries\": {{\n\"a\": {},\n\"b\": {{\"query\": 1}}}}}}",
                   environment, entry),
       file + ":4: \"query\" of query \"b\" must be a string\n" + hint},
      {fmt::format("{{\"explaingate_baseline\": 1, {},\n\"queries\": {{\n\"a\": {},\n\"a\": {}}}}}", environment, entry,
                   entry),
       file + ":3: has \"a\" twice in one object\n" + hint},
      {std::string(1000, '[') + std::string(1000, ']'), file + ": is nested too deep\n" + hint},
  };
  for (const auto& each : cases) {
    Project project = make_shop();
    project.write(".explaingate/baseline.json", each.text);
    for (const Words& arguments : {Words{"check", "--all"}, {"check"}, {"baseline", "show"}, {"baseline", "prune"}})
      check_refused(project, arguments, 2, each.want);
    project.commit();
    project.write("queries.sql", "SELECT a FROM t WHERE a = 2;\n");
    check_refused(project, {"check"}, 2, each.want);
    // What mends it: making it again. The change that does so is let through.
    CHECK(project.gate({"baseline", "update"}).code == 0);
    Ran ran = project.gate({"check"});
    CHECK(ran.code == 0);
    CHECK(ran.out.find("can't be read, so nothing was compared with it\n") != std::string::npos);
  }
}

TEST_CASE("waivers that are none") {
  const std::string hint = "help: take the file from git again; `explaingate accept` writes it\n";
  const std::string file = "explaingate: .explaingate/waivers.json";
  const std::string row =
      R"({{"finding": "aa", "rule": "r", "path": "p", "subject": "s", "reason": "{}", "expires": "{}"}})";
  auto with = [&](const std::string& rows) { return "{\"explaingate_waivers\": 1,\n\"waivers\": [\n" + rows + "]}"; };
  auto one = [&](const std::string& reason, const std::string& date) {
    return fmt::format(fmt::runtime(row), reason, date);
  };
  struct {
    std::string text, want;
  } cases[] = {
      {"{", file + ":1: is not valid JSON: it is cut short or was edited by hand\n" + hint},
      {"{\"explaingate_waivers\": 1}", file + ": has no list \"waivers\"\n" + hint},
      {with("3"), file + ": waiver 1 must be an object\n" + hint},
      {with("{\"finding\": 3}"), file + ":3: \"finding\" of waiver 1 must be a string\n" + hint},
      {with("{\"finding\": \"aa\", \"rule\": \"r\", \"path\": \"p\"}"),
       file + ": waiver 1 has no \"subject\"\n" + hint},
      {with(one("", "2030-01-01")), file + ":3: waiver 1 has an empty reason\n" + hint},
      {with(one("x", "2030-02-30")), file + ":3: waiver 1: \"2030-02-30\" is not a date (YYYY-MM-DD)\n" + hint},
      {with(one("x", "2030-01-01") + ",\n" + one("y", "2031-01-01")),
       file + ":4: finding aa stands there twice\n" + hint},
  };
  for (const auto& each : cases) {
    Project project = make_shop();
    project.write(".explaingate/waivers.json", each.text);
    check_refused(project, {"check"}, 2, each.want);
    check_refused(project, {"check", "--all"}, 2, each.want);
    check_refused(project, {"accept", "12345678", "--reason", "r", "--expires", "2030-01-01"}, 2, each.want);
  }
}

TEST_CASE("configuration: what is unknown or of the wrong type is named at its place") {
  const std::string keys =
      "known: $schema, engine, schema, seed, statistics, tables, include, exclude, rules, baseline, limits, call_sites";
  struct {
    std::string text, want;
  } cases[] = {
      {R"({"shema": "x"})",
       ":1:2: unknown key \"shema\"\n  {\"shema\": \"x\"}\n   ^\nhelp: did you mean \"schema\"? (" + keys + ")\n"},
      {R"({"zzzzzzzz": 1})", ":1:2: unknown key \"zzzzzzzz\"\n  {\"zzzzzzzz\": 1}\n   ^\nhelp: " + keys + "\n"},
      {"{\n\t\"schema\": 3\n}", ":2:2: \"schema\" must be a string or a list of strings\n  \t\"schema\": 3\n  \t^\n"},
      {"{/* ä */ \"seed\": []}",
       ":1:11: \"seed\" must be a string, and not empty\n  {/* ä */ \"seed\": []}\n           ^\n"},
      {R"({"call_sites": [{"callees": ["a.b"], "argumnt": 1}]})",
       ":1:38: unknown key \"argumnt\" in \"call_sites\"\n  {\"call_sites\": [{\"callees\": [\"a.b\"], \"argumnt\": "
       "1}]}\n" +
           std::string(39, ' ') +
           "^\nhelp: did you mean \"argument\"? (known: callees, argument, keyword, kind, placeholders)\n"},
      {R"({"call_sites": [{"callees": ["a b"]}]})",
       ":1:18: \"a b\" is no function's name\n  {\"call_sites\": [{\"callees\": [\"a b\"]}]}\n" + std::string(19, ' ') +
           "^\nhelp: write it as it is called, with dots between its parts: \"store.query\"\n"},
      {R"({"schema": {"path": "m", "tool": "flywy"}})",
       ":1:26: unknown schema tool \"flywy\"\n  {\"schema\": {\"path\": \"m\", \"tool\": \"flywy\"}}\n" +
           std::string(27, ' ') +
           "^\nhelp: did you mean \"flyway\"? (known: file, sql, golang-migrate, goose, dbmate, sqlx, flyway, prisma, "
           "rails, sqlc, "
           "drizzle, sql-migrate, diesel, code)\n"},
      {R"({"schema": {"pth": "m"}})",
       ":1:13: unknown key \"pth\" in \"schema\"\n  {\"schema\": {\"pth\": \"m\"}}\n              ^\nhelp: did you "
       "mean \"path\"? (known: path, "
       "tool)\n"},
      {R"({"tables": {"t": {"rows": "x"}}})",
       ":1:19: \"rows\" of table \"t\" must be a number from 0 to 1e15\n  {\"tables\": {\"t\": {\"rows\": \"x\"}}}\n   "
       "                 ^\n"},
      {R"({"tables": {"t": {"row": 3}}})",
       ":1:19: unknown key \"row\" of table \"t\"\n  {\"tables\": {\"t\": {\"row\": 3}}}\n                    ^\nhelp: "
       "did you mean \"rows\"? (known: "
       "rows, fixed)\n"},
      {R"({"rules": {"cross-join": "fatal"}})",
       ":1:12: the level of rule \"cross-join\" must be one of: error, warning, info, off\n  {\"rules\": "
       "{\"cross-join\": \"fatal\"}}\n"
       "             ^\n"},
      {"{\"rules\": {\n\"cross-jon\": \"off\"}}",
       ":2: \"rules\" names \"cross-jon\", and there is no such rule\nhelp: did you mean \"cross-join\"?\n"},
      {"{\"rules\": {\n\"cross-join\": {\"levl\": \"off\"}}}",
       ":2: the rule \"cross-join\" has no parameters, and here stands \"levl\"\nhelp: its level can be set: "
       "{\"cross-join\": \"warning\"}\n"},
      {R"({"rules": {"cross-join": {"level": 3}}})",
       ":1:27: the level of rule \"cross-join\" must be one of: error, warning, info, off\n  {\"rules\": "
       "{\"cross-join\": "
       "{\"level\": 3}}}\n" +
           std::string(28, ' ') + "^\n"},
      {R"({"rules": {"cross-join": {"x": []}}})",
       ":1:27: \"x\" of rule \"cross-join\" must be true, false, a number or a string\n  {\"rules\": {\"cross-join\": "
       "{\"x\": []}}}\n" +
           std::string(28, ' ') + "^\n"},
      {R"({"limits": {"cost_rato": 1}})",
       ":1:13: unknown limit \"cost_rato\"\n  {\"limits\": {\"cost_rato\": 1}}\n              ^\nhelp: did you mean "
       "\"cost_ratio\"? (known: "
       "assumed_rows, cost_ratio, cost_floor, work_ratio, work_floor, rule_steps)\n"},
      {R"({"limits": {"rule_steps": 0}})",
       ":1:13: limit \"rule_steps\" must be a number from 1 to 10000000000\n  {\"limits\": {\"rule_steps\": 0}}\n      "
       "        ^\n"},
      {R"({"limits": {"rule_steps": 1e300}})",
       ":1:13: limit \"rule_steps\" must be a number from 1 to 10000000000\n  {\"limits\": {\"rule_steps\": 1e300}}\n  "
       "            ^\n"},
      {R"({"baseline": {"requird": true}})",
       ":1:15: unknown key \"requird\" in \"baseline\"\n  {\"baseline\": {\"requird\": true}}\n                "
       "^\nhelp: did you mean \"required\"? "
       "(known: path, required)\n"},
      {R"({"baseline": "../../b.json"})",
       ":1:2: the baseline's path `../../b.json` leaves the repository\n  {\"baseline\": \"../../b.json\"}\n   ^\n"},
      {R"({"baseline": {"path": ".git/config"}})",
       ":1:15: the baseline's path `.git/config` leaves the repository\n  {\"baseline\": {\"path\": "
       "\".git/config\"}}\n                ^\n"},
      {R"({"engine": "mysql"})",
       ":1:2: there is no engine \"mysql\"\n  {\"engine\": \"mysql\"}\n   ^\nhelp: "
       "engines: sqlite, postgres\n"},
      {R"({"seed": "a", "seed": "b"})",
       ":1:15: the key \"seed\" stands twice in one object\n  {\"seed\": \"a\", \"seed\": \"b\"}\n                ^\n"},
      // the same word further up
      {"{\"seed\": \"engine\", // \"engine\"\n\"engine\": \"mysql\"}",
       ":2:1: there is no engine \"mysql\"\n  \"engine\": \"mysql\"}\n  ^\nhelp: "
       "engines: sqlite, postgres\n"},
      {"{\"tables\": {\"a\": {\"rows\": 1},\n\"limits\": {\"rows\": \"x\"}}}",
       ":2:12: \"rows\" of table \"limits\" must be a number from 0 to 1e15\n  \"limits\": {\"rows\": \"x\"}}}\n"
       "             ^\n"},
      {"{\"tables\": {\"limits\": {\"rows\": 1}},\n\"limits\": {\"limits\": 1}}",
       ":2:12: unknown limit \"limits\"\n  \"limits\": {\"limits\": 1}}\n             ^\nhelp: known: assumed_rows, "
       "cost_ratio, cost_floor, work_ratio, work_floor, rule_steps\n"},
      {"{\n  \"schema\": \"migrations\",\n  \"engine\" \"sqlite\"\n}\n",
       ":3:19: is not valid JSON: syntax error while parsing object separator - unexpected string literal; expected "
       "':'\n"
       "    \"engine\" \"sqlite\"\n                    ^\n"},
      {"{'schema': 1}",
       ":1:2: is not valid JSON: syntax error while parsing object key - invalid literal; last read: '{''; expected "
       "string literal\n"
       "  {'schema': 1}\n   ^\n"},
      {"{\"a\x1b[31m\xff\": 1}",
       ":1:4: is not valid JSON: syntax error while parsing object key - invalid string: control character U+001B "
       "(ESC) must be escaped to "
       "\\u001B; last read: '\"a<U+001B>'; expected string literal\n  {\"a\\x1b[31m\xEF\xBF\xBD\": 1}\n     ^\n"},
      {"[]", ": must hold one JSON object\n"},
  };
  for (const auto& each : cases) {
    Project project = make_shop();
    project.write("explaingate.json", each.text);
    check_refused(project, {"check"}, 2, "explaingate: explaingate.json" + each.want);
    check_refused(project, {"baseline", "update"}, 2, "explaingate: explaingate.json" + each.want);
  }
}

TEST_CASE("configuration: paths that aren't there or lead out") {
  struct {
    std::string text, want;
  } cases[] = {
      {R"({"schema": "nowhere"})",
       "the schema's path `nowhere` does not exist\nhelp: in the repository's root there are: explaingate.json, "
       "queries.sql, schema.sql\n"},
      {R"({"schema": "../x.sql"})", "the schema's path `../x.sql` leaves the repository\n"},
      {R"({"schema": "/etc/passwd"})", "the schema's path `/etc/passwd` leaves the repository\n"},
      {R"({"seed": "nowhere.sql"})", "the seed `nowhere.sql` does not exist\n"},
      {R"({"seed": "/etc/passwd"})", "the seed's path `/etc/passwd` leaves the repository\n"},
      {R"({"statistics": "nowhere.json"})", "the statistics file `nowhere.json` does not exist\n"},
      {R"({"statistics": "../s.json"})", "the statistics file `../s.json` does not exist\n"},
  };
  for (const auto& each : cases) {
    Project project = make_shop();
    project.write("explaingate.json", each.text);
    check_refused(project, {"check"}, 2, "explaingate: " + each.want);
  }
}

TEST_CASE("links: the gate's own files are not read or written through one") {
  Project project = make_shop();
  auto link = [&](const std::string& name) {
    fs::create_directories(fs::path(project.path() + "/" + name).parent_path());
    fs::create_symlink(project.outside("there"), project.path() + "/" + name);
  };
  auto refusal = [](const std::string& name) {
    return fmt::format(
        "explaingate: {}: is a symbolic link, or no file at all; links are not followed\nhelp: put the file itself "
        "there\n",
        name);
  };
  for (const char* name :
       {"explaingate.json", ".explaingate", ".explaingate/baseline.json", ".explaingate/waivers.json"}) {
    link(name);
    check_refused(project, {"check"}, 2, refusal(name));
    check_refused(project, {"check", "--all"}, 2, refusal(name));
    project.remove(name);
    project.remove(".explaingate");
  }
  link(".explaingate/rules");
  check_refused(project, {"check"}, 2,
                "explaingate: .explaingate/rules: is a symbolic link, or no folder at all; links are not "
                "followed\nhelp: put the rules themselves there\n");
  project.remove(".explaingate");
  link(".explaingate");
  check_refused(project, {"baseline", "update"}, 2, refusal(".explaingate"));
  project.remove(".explaingate");
  // Made while git looks away: the folder is ignored, so that no listing shows it.
  project.write(".gitignore", ".explaingate\n");
  link(".explaingate");
  check_refused(
      project, {"baseline", "update"}, 2,
      "explaingate: .explaingate: is a symbolic link; nothing is written through it\nhelp: put a folder there\n");
}

TEST_CASE("rule files") {
  auto headers = [](const std::string& id) {
    return fmt::format(
        "-- id: {}\n-- severity: error\n-- engines: sqlite\n-- needs: none\n-- since: 0.1\n-- summary: x\n--\n-- "
        "page\n",
        id);
  };
  const std::string head = headers("mine");
  const std::string header_hint =
      "help: a rule starts with `-- id:`, `-- severity:`, `-- engines:`, `-- needs:`, `-- since:` and `-- summary:`\n";
  struct {
    std::string file, text, want;
  } cases[] = {
      {"mine", head + "ATTACH 'x.db' AS y;",
       ":9:1: a rule is one SELECT, or WITH … SELECT; this begins with \"attach\"\n  ATTACH 'x.db' AS y;\n  ^\n"},
      {"mine", head + "SELECT 1 AS statement_id, 'a' AS subject, 'b' AS message; ATTACH 'x' AS y",
       ":9:59: a rule is one SELECT; here a second statement begins\n"
       "  SELECT 1 AS statement_id, 'a' AS subject, 'b' AS message; ATTACH 'x' AS y\n" +
           std::string(60, ' ') + "^\n"},
      {"mine", head + "SELECT load_extension('x') AS statement_id, 'a' AS subject, 'b' AS message",
       ":9:8: a rule may only read the facts: the function load_extension() is refused\n"
       "  SELECT load_extension('x') AS statement_id, 'a' AS subject, 'b' AS message\n         ^\n"},
      {"mine",
       head + "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r)\nSELECT 1 AS statement_id, 'x' AS "
              "subject, max(n) AS message FROM r",
       ":9: the rule took more than 100,000 steps, and was stopped\n"
       "help: look for a join without a condition, or a recursion without an end; `limits.rule_steps` raises the "
       "limit\n"},
      {"mine", "hello world", ":1:1: the header \"id\" is missing\n  hello world\n  ^\n" + header_hint},
      {"mine", "", ":1:1: the header \"id\" is missing\n" + header_hint},
      {"mine", "-- id: mine\n-- severty: error\nSELECT 1",
       ":2:4: unknown header \"severty\"\n  -- severty: error\n     ^\nhelp: the nearest known one is \"severity\"\n"},
      {"mine", headers("other") + "SELECT 1",
       ":1:8: the id \"other\" differs from the file's name \"mine\"\n  -- id: other\n         ^\nhelp: rename one of "
       "them\n"},
      {"mine", head + "this is not SQL",
       ":9:1: a rule is one SELECT, or WITH … SELECT; this begins with \"this\"\n  this is not SQL\n  ^\n"},
      {"mine", head + "SELECT FROM", ":9:8: near \"FROM\": syntax error\n  SELECT FROM\n         ^\n"},
      {"mine", head + "SELECT 99 AS statement_id, 'a' AS subject, 'b' AS message",
       ":9: the rule gave statement_id 99, which is no statement\n"},
      {"cross-join", headers("cross-join") + "SELECT 1 AS statement_id, 'a' AS subject, 'b' AS message",
       ":1: a rule \"cross-join\" is there already: rules/cross-join.sql\nhelp: give yours another name\n"},
  };
  for (const auto& each : cases) {
    Project project = make_shop();
    project.write("explaingate.json", R"({"limits": {"rule_steps": 100000}})");
    project.write(fmt::format(".explaingate/rules/{}.sql", each.file), each.text);
    project.write("queries.sql", "SELECT a FROM t WHERE a = 2;\n");
    check_refused(project, {"check"}, 2, fmt::format("explaingate: .explaingate/rules/{}.sql{}", each.file, each.want));
  }
  Project project = make_shop();
  fs::create_directories(project.path() + "/.explaingate/rules");
  fs::create_symlink("/etc/passwd", project.path() + "/.explaingate/rules/mine.sql");
  check_refused(project, {"check"}, 2, "explaingate: .explaingate/rules/mine.sql: is a symbolic link\n");
}

TEST_CASE("environment") {
  Project project = make_shop();
  auto with = [](const std::string& name, const std::string& value) { return RunOptions{"", {{name, value}}, "", -1}; };
  check_refused(project, {"check"}, 2,
                "explaingate: unknown environment variable EXPLAINGATE_SCEMA\nhelp: did you mean EXPLAINGATE_SCHEMA?\n",
                with("EXPLAINGATE_SCEMA", "x"));
  check_refused(
      project, {"check"}, 2,
      "explaingate: unknown environment variable EXPLAINGATE_SOMETHING_ELSE\nhelp: known: EXPLAINGATE_ENGINE, "
      "EXPLAINGATE_SCHEMA, "
      "EXPLAINGATE_SEED, EXPLAINGATE_STATISTICS, EXPLAINGATE_BASELINE, EXPLAINGATE_CONFIG, EXPLAINGATE_TODAY, "
      "EXPLAINGATE_FAIL_LEVEL, EXPLAINGATE_STATS_URL, EXPLAINGATE_PG_BINDIR, EXPLAINGATE_PLAN_URL\n",
      with("EXPLAINGATE_SOMETHING_ELSE", "x"));
  check_refused(project, {"check"}, 2,
                "explaingate: EXPLAINGATE_ENGINE: there is no engine \"mysql\"\nhelp: engines: sqlite, postgres\n",
                with("EXPLAINGATE_ENGINE", "mysql"));
  check_refused(project, {"check"}, 2, "explaingate: EXPLAINGATE_TODAY: \"yesterday\" is not a date (YYYY-MM-DD)\n",
                with("EXPLAINGATE_TODAY", "yesterday"));
  check_refused(project, {"check"}, 2,
                "explaingate: EXPLAINGATE_FAIL_LEVEL: \"all\" is no level\nhelp: levels: error, warning, info, never\n",
                with("EXPLAINGATE_FAIL_LEVEL", "all"));
  check_refused(project, {"check"}, 2,
                "explaingate: nowhere.json: cannot read: No such file or directory\nhelp: EXPLAINGATE_CONFIG names the "
                "configuration\n",
                with("EXPLAINGATE_CONFIG", "nowhere.json"));
  check_refused(project, {"check"}, 2, "explaingate: EXPLAINGATE_BASELINE: `/tmp/b.json` leaves the repository\n",
                with("EXPLAINGATE_BASELINE", "/tmp/b.json"));
  CHECK(project.gate({"check"}, with("EXPLAINGATE_SCHEMA", "")).code == 0);
  // The variable stands for the flag, and the flag beats it.
  project.write("queries.sql", "SELECT a FROM t WHERE b = 'x';\n");
  CHECK(project.gate({"check"}).code == 1);
  CHECK(project.gate({"check"}, with("EXPLAINGATE_FAIL_LEVEL", "never")).code == 0);
  CHECK(project.gate({"check", "--fail-level", "error"}, with("EXPLAINGATE_FAIL_LEVEL", "never")).code == 1);
}

TEST_CASE("the command line") {
  Project project = make_shop();
  const std::string help = "help: `explaingate --help`, or `explaingate COMMAND --help`\n";
  struct {
    Words arguments;
    std::string want;
  } cases[] = {
      {{},
       "no command was given; there are: check, baseline, accept, explain, advise, extract, facts, rules, init, "
       "doctor, stats, publish, completion\n" +
           help},
      {{"chek"}, "unknown command \"chek\"; did you mean \"check\"?\n" + help},
      {{"frobnicate"},
       "unknown command \"frobnicate\"; there are: check, baseline, accept, explain, advise, extract, facts, rules, "
       "init, doctor, "
       "stats, publish, completion\n" +
           help},
      {{"baseline"}, "no command was given; there are: baseline update, baseline show, baseline prune\n" + help},
      {{"baseline", "updte"}, "unknown command \"baseline updte\"; did you mean \"baseline update\"?\n" + help},
      {{"check", "--foo"}, "The following argument was not expected: --foo\n" + help},
      {{"check", "more"}, "The following argument was not expected: more\n" + help},
      {{"explain"}, "sql is required\n" + help},
      {{"check", "--fail-level", "all"}, "--fail-level: all not in {error,warning,info,never}\n" + help},
      {{"check", "--engine", "mysql"}, "--engine: mysql not in {sqlite,postgres}\n" + help},
      {{"check", "--format", "xml"},
       "--format: unknown format \"xml\": text, concise, json, jsonl, sarif, github, gitlab, junit, rdjson, "
       "markdown or html, and =FILE to write to a file\n" +
           help},
      {{"check", "--format", "json=out.json", "--format", "xml"},
       "--format: unknown format \"xml\": text, concise, json, jsonl, sarif, github, gitlab, junit, rdjson, "
       "markdown or html, and =FILE to write to a file\n" +
           help},
      {{"check", "--format", "json="}, "--format: json= names no file\n" + help},
      {{"check", "--base", ""}, "--base: is empty\n" + help},
      {{"check", "--diff", ""}, "--diff: is empty\n" + help},
      {{"check", "--config", ""}, "--config: is empty\n" + help},
      {{"check", "--base", "main", "--staged"},
       "--base, --diff, --staged and --all exclude one another\nhelp: give one of them, or none: the working tree "
       "against the default branch\n"},
      {{"check", "--config", "no.json"},
       "no.json: cannot read: No such file or directory\nhelp: --config names the configuration\n"},
      {{"check", "--measure"},
       "--measure runs the queries on seed data, and there is none\nhelp: name a .sql file with INSERTs in "
       "explaingate.json: {\"seed\": \"seed.sql\"}\n"},
      {{"check", "--base", "nowhere"},
       "unknown revision: nowhere\nhelp: `git branch --all` lists the branches that can be compared with\n"},
      {{"check", "--diff", "no.patch"},
       "no.patch: cannot read: No such file or directory\nhelp: --diff takes a unified diff: a file, or - for standard "
       "input\n"},
      {{"check", "--diff", "."},
       ".: cannot read: Is a directory\nhelp: --diff takes a unified diff: a file, or - for standard input\n"},
      {{"extract", "no.sql"},
       "no.sql: no such file or folder here\nhelp: paths are of files that git knows or would add: what it ignores is "
       "left out\n"},
      {{"extract", "no/dir/no.sql"},
       "no/dir/no.sql: no such file or folder here\nhelp: paths are of files that git knows or would add: what it "
       "ignores is left out\n"},
      {{"extract", ".."}, "..: leads out of <temporary>/shop\nhelp: run explaingate there, or give paths inside\n"},
      {{"rules", "cros-join"}, "there is no rule \"cros-join\"\nhelp: did you mean \"cross-join\"?\n"},
      {{"baseline", "show"},
       "there is no .explaingate/baseline.json\nhelp: make it with `explaingate baseline update`\n"},
  };
  for (const auto& each : cases) check_refused(project, each.arguments, 2, "explaingate: " + each.want);
}

TEST_CASE("a patch that is none, or doesn't fit") {
  Project project = make_shop();
  auto input = [](const std::string& text) { return RunOptions{"", {}, text, -1}; };
  check_refused(project, {"check", "--diff", "-"}, 2,
                "explaingate: there is no diff in the patch\nhelp: make the patch with `git diff --src-prefix=a/ "
                "--dst-prefix=b/`\n",
                input("garbage\n"));
  check_refused(
      project, {"check", "--diff", "-"}, 2,
      "explaingate: queries.sql:1: the patch fits neither as applied nor as still to apply; as still to apply: the "
      "patch has "
      "\"nothing of this\" here\n  SELECT a FROM t WHERE a = 1;\nhelp: check out the commit that the patch was made "
      "from, or the one it leads to\n",
      input("--- a/queries.sql\n+++ b/queries.sql\n@@ -1 +1 @@\n-nothing of this\n+SELECT 1;\n"));
  // A pipe is as good as a file.
  project.write("queries.sql", "SELECT a FROM t WHERE b = 'x';\n");
  Ran ran = run_program({"bash", "-c", "exec \"$0\" check --format json --diff <(git diff)", EXPLAINGATE_BINARY},
                        {project.path(), {}, "", -1});
  CHECK(findings(ran) == "queries.sql:1 access-regression t\n");
}

TEST_CASE("no merge base: exit 3 and the command that mends it") {
  Project project = make_shop();
  project.git({"checkout", "-q", "--orphan", "other"});
  project.write("queries.sql", "SELECT a FROM t WHERE a = 3;\n");
  project.commit();
  check_refused(project, {"check"}, 3,
                "explaingate: HEAD and main have no commit in common\nhelp: name a commit of HEAD's own history with "
                "`--base`; `git log --oneline "
                "HEAD` lists them\n");
  project.git({"checkout", "-q", "main"});
  project.git({"checkout", "-q", "-b", "work"});
  project.write("queries.sql", "SELECT a FROM t WHERE a = 2;\n");
  project.commit();
  project.git({"checkout", "-q", "main"});
  project.write("schema.sql", "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT, c TEXT);\n");
  project.commit();
  // What CI has: the branch's tip, and the base branch's, one commit each.
  project.git(
      {"clone", "-q", "--depth", "1", "--branch", "work", "file://" + project.path(), project.outside("clone")});
  Project::git_in(project.outside("clone"), {"fetch", "-q", "--depth", "1", "origin", "main:refs/remotes/origin/main"});
  const std::string mend =
      "help: run `git fetch --unshallow origin '+refs/heads/*:refs/remotes/origin/*'`, or fetch all history in CI "
      "(actions/checkout: "
      "`fetch-depth: 0`; GitLab: `GIT_DEPTH: 0`)\n";
  RunOptions there{project.outside("clone"), {}, "", -1};
  check_refused(project, {"check"}, 3,
                "explaingate: this clone is shallow: the merge base of HEAD and origin/main is not in it\n" + mend,
                there);
  there.environment = {{"GITHUB_BASE_REF", "release"}};
  check_refused(project, {"check"}, 3,
                "explaingate: the base branch of this event, origin/release, is not in this clone\n" + mend, there);
  there.environment.clear();
  Project::git_in(project.outside("clone"),
                  {"fetch", "-q", "--unshallow", "origin", "+refs/heads/*:refs/remotes/origin/*"});
  CHECK(project.gate({"check"}, there).code == 0);
}

}  // namespace
}  // namespace explaingate
