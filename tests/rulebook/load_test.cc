// What the loader takes, and the whole text of each refusal.
#include <doctest/doctest.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "rulebook/rulebook.h"
#include "rulebook/sql_words.h"

namespace explaingate {
namespace {

const std::string kHeaders =
    "-- id: ours\n-- severity: warning\n-- engines: sqlite, postgres\n-- needs: none\n-- since: 0.1\n-- summary: One "
    "sentence.\n";

std::string refusal(std::string_view text, const std::string& file = ".explaingate/rules/ours.sql") {
  auto rule = parse_rule(file, text);
  return rule ? "accepted" : to_text(rule.error());
}

// The headers with one of them written otherwise; an empty value takes the line away.
std::string with_header(const std::string& name, const std::string& line) {
  std::string text = kHeaders;
  size_t start = text.find("-- " + name + ":");
  size_t end = text.find('\n', start) + 1;
  return text.replace(start, end - start, line) +
         "\nSELECT statement_id, 'a' AS subject, 'b' AS message FROM statements\n";
}

const std::string kParameterHint =
    "help: a parameter stands in a header, `-- parameter: NAME TYPE DEFAULT: MEANING`, and as `:NAME` in the SELECT\n";

std::string parameter_refusal(const std::string& message, const std::string& header) {
  return ".explaingate/rules/ours.sql:7:15: " + message + "\n  -- parameter: " + header +
         "\n                ^\nhelp: `-- parameter: min_rows integer 10000: rows from which on the rule speaks`; "
         "types: "
         "boolean, integer, number, text (in single quotes)\n";
}

TEST_CASE("a rule's parts") {
  auto rule = parse_rule(
      "rules/ours.sql",
      "-- id: ours\r\n-- severity: info\r\n-- since: 1.2.3\r\n-- needs: statements, growth\r\n-- engines: sqlite\r\n"
      "-- after: other, one-more\r\n-- summary: It finds: things.\r\n--\r\n-- ## What it does\r\n-- Finds.\r\n--\r\n-- "
      "    code\r\n"
      "\r\nWITH a AS (SELECT 1) -- comment\r\nSELECT statement_id, 's' AS subject, 'm' AS message, 'f' AS fix FROM "
      "findings;\r\n-- end\r\n");
  REQUIRE(rule);
  std::string dump =
      fmt::format("{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}", rule->id, to_string(rule->severity),
                  fmt::join(rule->engines, ","), fmt::join(rule->needs, ","), fmt::join(rule->after, ","), rule->since,
                  rule->summary, rule->page, rule->file, rule->sql_line, rule->built_in);
  CHECK(dump ==
        "ours|info|sqlite|statements,growth|other,one-more|1.2.3|It finds: things.|## What it does\nFinds.\n\n    "
        "code\n|rules/ours.sql|14|false");
  CHECK(rule->sql.starts_with("WITH a AS"));
}

TEST_CASE("family, yields-to and parameters") {
  auto rule = parse_rule(
      "ours.sql",
      "-- id: ours\n-- severity: info\n-- family: plan\n-- since: 1\n-- needs: none\n-- engines: sqlite\n-- "
      "yields-to: a, b\n-- parameter: rows integer -5: how many: at least\n-- parameter: share  number 1e-3: of all\n"
      "-- parameter: strict boolean true: or not\n-- parameter: mark text 'a: b': the mark\n-- summary: S.\n"
      "SELECT statement_id, 's' AS subject, :mark || :strict AS message FROM statements WHERE line > :rows * :share");
  if (!rule) FAIL(to_text(rule.error()));
  std::string dump = fmt::format("{}|{}", rule->family, fmt::join(rule->yields_to, ","));
  for (const RuleParameter& parameter : rule->parameters)
    dump += fmt::format("\n{} {} {}: {}", parameter.name, to_string(parameter.type), to_string(parameter.value),
                        parameter.meaning);
  CHECK(dump ==
        "plan|a,b\nrows integer -5: how many: at least\nshare number 0.001: of all\nstrict boolean true: or not\n"
        "mark text \"a: b\": the mark");
  CHECK(parse_rule("ours.sql", kHeaders + "SELECT 1 AS statement_id, 's' AS subject, 'm' AS message")->family ==
        "team");
}

TEST_CASE("a parameter's value: of the type, or an integer for a number") {
  Rule rule;
  rule.id = "ours";
  CHECK(to_text(parameter_value(rule, "rows", int64_t{1}).error()) ==
        "the rule \"ours\" has no parameters, and here stands \"rows\"\nhelp: its level can be set: {\"ours\": "
        "\"warning\"}\n");
  rule.parameters = {{RuleParameter::Type::kInteger, "rows", int64_t{10}, "Rows that count"},
                     {RuleParameter::Type::kNumber, "share", 0.5, "Share that counts"},
                     {RuleParameter::Type::kBoolean, "strict", true, "Or not"},
                     {RuleParameter::Type::kText, "mark", std::string("x"), "The mark"}};
  struct Case {
    std::string name;
    ParameterValue value;
    std::string want;
  };
  const Case cases[] = {
      {"rows", int64_t{7}, "7"},
      {"share", int64_t{2}, "2"},
      {"share", 0.25, "0.25"},
      {"strict", false, "false"},
      {"mark", std::string("y"), "\"y\""},
      {"rows", 7.0,
       "the parameter \"rows\" of rule \"ours\" is of type integer, and here stands 7\nhelp: Rows that count (by "
       "default 10)\n"},
      {"mark", true,
       "the parameter \"mark\" of rule \"ours\" is of type text, and here stands true\nhelp: The mark (by default "
       "\"x\")\n"},
      {"row", int64_t{7}, "the rule \"ours\" has no parameter \"row\"\nhelp: the nearest known one is \"rows\"\n"},
  };
  for (const Case& each : cases) {
    auto value = parameter_value(rule, each.name, each.value);
    CHECK((value ? to_string(*value) : to_text(value.error())) == each.want);
  }
}

TEST_CASE("headers that are refused") {
  struct Case {
    std::string text, want;
  };
  const Case cases[] = {
      {"",
       ".explaingate/rules/ours.sql:1:1: the header \"id\" is missing\nhelp: a rule starts with `-- id:`, `-- "
       "severity:`, `-- engines:`, `-- needs:`, `-- since:` and `-- summary:`\n"},
      {with_header("since", ""),
       ".explaingate/rules/ours.sql:5:1: the header \"since\" is missing\n  -- summary: One sentence.\n  ^\n"
       "help: a rule starts with `-- id:`, `-- severity:`, `-- engines:`, `-- needs:`, `-- since:` and `-- "
       "summary:`\n"},
      {with_header("severity", "-- serverity: error\n"),
       ".explaingate/rules/ours.sql:2:4: unknown header \"serverity\"\n  -- serverity: error\n     ^\nhelp: the "
       "nearest known one is \"severity\"\n"},
      {with_header("severity", "-- colour: red\n"),
       ".explaingate/rules/ours.sql:2:4: unknown header \"colour\"\n  -- colour: red\n     ^\nhelp: known are: id, "
       "severity, engines, needs, since, summary, family, yields-to, after, parameter\n"},
      {with_header("severity", "-- severity: high\n"),
       ".explaingate/rules/ours.sql:2:14: \"high\" is no severity: error, warning or info\n  -- severity: high\n       "
       "        ^\n"},
      {with_header("since", "-- since: 0.1\n-- since: 0.2\n"),
       ".explaingate/rules/ours.sql:6:1: the header \"since\" stands here twice\n  -- since: 0.2\n  ^\n"},
      {with_header("since", "-- since: soon\n"),
       ".explaingate/rules/ours.sql:5:11: \"soon\" is no version, such as 0.1\n  -- since: soon\n            ^\n"},
      {with_header("id", "-- id: theirs\n"),
       ".explaingate/rules/ours.sql:1:8: the id \"theirs\" differs from the file's name \"ours\"\n  -- id: theirs\n    "
       "     ^\nhelp: rename one of them\n"},
      {with_header("id", "-- id: Ours\n"),
       ".explaingate/rules/ours.sql:1:8: \"Ours\" is no rule id: lower-case letters, digits and hyphens\n  -- id: "
       "Ours\n         ^\n"},
      {with_header("engines", "-- engines: mysql\n"),
       ".explaingate/rules/ours.sql:3:13: \"mysql\" is no engine: sqlite or postgres\n  -- engines: mysql\n            "
       "  ^\n"},
      {with_header("engines", "-- engines: sqlite, sqlite\n"),
       ".explaingate/rules/ours.sql:3:13: \"sqlite\" stands twice in \"engines\"\n  -- engines: sqlite, sqlite\n       "
       "       ^\n"},
      {with_header("needs", "-- needs:\n"),
       ".explaingate/rules/ours.sql:4:4: the list of \"needs\" has an empty entry\n  -- needs:\n     ^\nhelp: write "
       "`-- needs: none` where nothing is needed\n"},
      {with_header("needs", "-- needs: growths\n"),
       ".explaingate/rules/ours.sql:4:1: there is no fact table \"growths\"\n  -- needs: growths\n  ^\nhelp: the "
       "nearest known one is \"growth\"\n"},
      {with_header("needs", "-- needs: x; DROP TABLE run\n"),
       ".explaingate/rules/ours.sql:4:11: \"x; DROP TABLE run\" is no name of a fact table\n  -- needs: x; DROP TABLE "
       "run\n            ^\n"},
      {with_header("summary", "-- summary:\n"),
       ".explaingate/rules/ours.sql:6:4: the summary is empty: one sentence on what the rule finds\n  -- summary:\n    "
       " ^\n"},
      {with_header("summary", "-- summary: x\n-- after: ours\n"),
       ".explaingate/rules/ours.sql:7:11: a rule can't wait for itself\n  -- after: ours\n            ^\n"},
      {with_header("summary", "-- summary: x\n-- after: other\n"),
       ".explaingate/rules/ours.sql:9:1: the header `-- after:` names rules, and the SELECT doesn't read `findings`\n"
       "  SELECT statement_id, 'a' AS subject, 'b' AS message FROM statements\n  ^\n"},
      {with_header("summary", "-- summary: x\n-- yields-to: ours\n"),
       ".explaingate/rules/ours.sql:7:15: a rule can't wait for itself\n  -- yields-to: ours\n                ^\n"},
      {with_header("summary", "-- summary: x\n-- family: plans\n"),
       ".explaingate/rules/ours.sql:7:12: \"plans\" is no family of rules\n  -- family: plans\n             ^\nhelp: "
       "families: regression, plan, statement, schema, migration, n-plus-one, hygiene, team\n"},
      {with_header("summary", "-- summary: x\n-- parameter: Rows integer 1: x\n"),
       parameter_refusal("\"Rows\" is no name of a parameter: lower-case letters, digits and _, and not level",
                         "Rows integer 1: x")},
      {with_header("summary", "-- summary: x\n-- parameter: level integer 1: x\n"),
       parameter_refusal("\"level\" is no name of a parameter: lower-case letters, digits and _, and not level",
                         "level integer 1: x")},
      {with_header("summary", "-- summary: x\n-- parameter: rows int 1: x\n"),
       parameter_refusal("\"int\" is no type of a parameter", "rows int 1: x")},
      {with_header("summary", "-- summary: x\n-- parameter: rows integer 1.5: x\n"),
       parameter_refusal("\"1.5\" is no default of type integer for \"rows\"", "rows integer 1.5: x")},
      {with_header("summary", "-- summary: x\n-- parameter: rows number inf: x\n"),
       parameter_refusal("\"inf\" is no default of type number for \"rows\"", "rows number inf: x")},
      {with_header("summary", "-- summary: x\n-- parameter: rows text 'x: y\n"),
       parameter_refusal("a parameter needs a default, a colon, and what it means", "rows text 'x: y")},
      {with_header("summary", "-- summary: x\n-- parameter: rows integer 1:\n"),
       parameter_refusal("what \"rows\" means is missing", "rows integer 1:")},
      {with_header("summary", "-- summary: x\n-- parameter: rows integer 1: x\n"),
       ".explaingate/rules/ours.sql:9:1: the SELECT doesn't use the parameter \":rows\"\n"
       "  SELECT statement_id, 'a' AS subject, 'b' AS message FROM statements\n  ^\n" +
           kParameterHint},
      {with_header("summary", "-- summary: x\n-- just prose\n"),
       ".explaingate/rules/ours.sql:7:1: this header has no colon\n  -- just prose\n  ^\n"
       "help: a rule starts with `-- id:`, `-- severity:`, `-- engines:`, `-- needs:`, `-- since:` and `-- "
       "summary:`\n"},
      {kHeaders + "--\n-- The page.\n",
       ".explaingate/rules/ours.sql:6:1: there is no SELECT below the comments\n  -- summary: One sentence.\n  ^\n"},
      {kHeaders + std::string(1, '\0'), ".explaingate/rules/ours.sql:7:1: a NUL byte: this is no text\n  \\x00\n  ^\n"},
      {kHeaders + std::string(70000, 'x'),
       ".explaingate/rules/ours.sql: a rule's file may have 65536 bytes, this one has 70117\n"},
  };
  for (const Case& each : cases) CHECK(refusal(each.text) == each.want);
}

TEST_CASE("statements that are refused") {
  struct Case {
    std::string sql, want;
  };
  const std::string columns_hint =
      "help: a rule gives statement_id, subject and message, and where it wants fix, replacement, level, path, line, "
      "column, "
      "end_line, cause_statement_id\n";
  const Case cases[] = {
      {"SELECT statement_id, '' AS subject, '' AS message FROM statements", "accepted"},
      {"WITH x AS (SELECT 1 AS n) SELECT s.statement_id, '' AS subject, '' AS message FROM statements AS s, x WHERE "
       "(SELECT count(*) FROM x) = 1; ; -- end",
       "accepted"},
      {"ATTACH 'x.db' AS x",
       "o:7:1: a rule is one SELECT, or WITH … SELECT; this begins with \"attach\"\n  ATTACH 'x.db' AS x\n  ^\n"},
      {"PRAGMA user_version",
       "o:7:1: a rule is one SELECT, or WITH … SELECT; this begins with \"pragma\"\n  PRAGMA user_version\n  ^\n"},
      {"VALUES (1, 2, 3)",
       "o:7:1: a rule is one SELECT, or WITH … SELECT; this begins with \"values\"\n  VALUES (1, 2, 3)\n  ^\n"},
      {"WITH x AS (SELECT 1)\nINSERT INTO run SELECT * FROM x",
       "o:8:1: a rule may only read the facts: INSERT is refused\n  INSERT INTO run SELECT * FROM x\n  ^\n"},
      {"WITH x AS (SELECT 1) DELETE FROM statements",
       "o:7:22: a rule may only read the facts: DELETE is refused\n  WITH x AS (SELECT 1) DELETE FROM statements\n     "
       "                  ^\n"},
      {"SELECT load_extension('x')",
       "o:7:8: a rule may only read the facts: the function load_extension() is refused\n  SELECT "
       "load_extension('x')\n         ^\n"},
      {"SELECT Random()",
       "o:7:8: a rule may only read the facts: the function random() is refused\n  SELECT Random()\n         ^\n"},
      {"SELECT date('now')",
       "o:7:8: a rule may only read the facts: the function date() is refused\n  SELECT date('now')\n         ^\n"},
      {"SELECT fts3_tokenizer('x', 'y')",
       "o:7:8: a rule may only read the facts: the function fts3_tokenizer() is refused\n  SELECT fts3_tokenizer('x', "
       "'y')\n         ^\n"},
      {"SELECT readfile('/etc/passwd')",
       "o:7:8: no such function: readfile\n  SELECT readfile('/etc/passwd')\n         ^\n"},
      {"SELECT sql FROM sqlite_master",
       "o:7:17: a rule may only read the facts: the table sqlite_master, which is no fact, is refused\n  SELECT sql "
       "FROM sqlite_master\n                  ^\n"},
      {"SELECT name FROM pragma_database_list",
       "o:7:1: a rule may only read the facts: a virtual table or table function is refused\n  SELECT name FROM "
       "pragma_database_list\n  ^\n"},
      {"SELECT 1 FROM pragma_database_list",
       "o:7:1: a rule may only read the facts: a virtual table or table function is refused\n  SELECT 1 FROM "
       "pragma_database_list\n  ^\n"},
      {"SELECT path FROM dbstat",
       "o:7:1: a rule may only read the facts: a virtual table or table function is refused\n  SELECT path FROM "
       "dbstat\n  ^\n"},
      {"SELECT statement_id, '' AS subject, '' AS message FROM statements;\nATTACH 'x' AS y",
       "o:8:1: a rule is one SELECT; here a second statement begins\n  ATTACH 'x' AS y\n  ^\n"},
      {"SELECT statement_id, '' AS subject, '' AS message FROM statements WHERE line > ?",
       "o:7:80: the SELECT has a parameter without a name\n  SELECT statement_id, '' AS subject, '' AS message FROM "
       "statements WHERE line > ?\n" +
           std::string(81, ' ') + "^\n" + kParameterHint},
      {"SELECT statement_id, '' AS subject, :rows AS message FROM statements",
       "o:7:37: no header declares the parameter \":rows\"\n  SELECT statement_id, '' AS subject, :rows AS message "
       "FROM "
       "statements\n" +
           std::string(38, ' ') + "^\n" + kParameterHint},
      {"SELECT statement_id,\n  lines FROM statements",
       "o:8:3: no such column: lines\n    lines FROM statements\n    ^\n"},
      {"SELECT statement_id FROM statements WHERE (",
       "o:7:1: incomplete input\n  SELECT statement_id FROM statements WHERE (\n  ^\n"},
      {"SELECT statement_id, '' AS subject, '' AS message, 1 AS weight FROM statements",
       "o:7:1: unknown column \"weight\" in the result\n  SELECT statement_id, '' AS subject, '' AS message, 1 AS "
       "weight FROM statements\n  ^\n" +
           columns_hint},
      {"SELECT statement_id, '' AS message FROM statements",
       "o:7:1: the result has no column \"subject\"\n  SELECT statement_id, '' AS message FROM statements\n  ^\n" +
           columns_hint},
      {"SELECT 1 AS statement_id, '' AS subject, '' AS message, '' AS subject",
       "o:7:1: the result has the column \"subject\" twice\n  SELECT 1 AS statement_id, '' AS subject, '' AS message, "
       "'' AS subject\n  ^\n" +
           columns_hint},
      {"SELECT 1 AS statement_id, '' AS subject, '' AS message, 1 AS \"column\"",
       "o:7:1: the result has a column \"column\" or \"end_line\" without \"line\"\n  SELECT 1 AS statement_id, '' AS "
       "subject, '' AS message, 1 AS \"column\"\n  ^\n" +
           columns_hint},
      {"SELECT statement_id, subject, message FROM findings",
       "o:7:44: the rule reads `findings`, and no header `-- after:` says whose\n  SELECT statement_id, subject, "
       "message FROM findings\n" +
           std::string(45, ' ') + "^\n"},
  };
  for (const Case& each : cases) {
    CAPTURE(each.sql);
    std::string want = each.want.starts_with("o:") ? ".explaingate/rules/ours.sql" + each.want.substr(1) : each.want;
    CHECK(refusal(kHeaders + each.sql) == want);
  }
}

TEST_CASE("common table expressions that unfold without end are refused before SQLite sees them") {
  std::string bomb = "WITH a0(x) AS (SELECT 1)";
  for (int i = 1; i <= 40; ++i)
    bomb += fmt::format(",\n\"A{}\"(x) AS NOT MATERIALIZED (SELECT p.x FROM a{} AS p, [a{}] AS q)", i, i - 1, i - 1);
  CHECK(refusal(kHeaders + bomb + " SELECT x FROM a40") ==
        ".explaingate/rules/ours.sql:7:1: the common table expressions refer to each other so often that they unfold "
        "to more than 100,000 words\n"
        "  WITH a0(x) AS (SELECT 1),\n  ^\n");
  std::string many = "WITH a0 AS (SELECT 1)";
  for (int i = 1; i <= 100; ++i) many += fmt::format(", a{} AS (SELECT 1)", i);
  CHECK(too_much_unfolding(sql_words(many)) == "more than 100 common table expressions in one rule");
  // A near miss: a chain, and a recursion, grow no faster than they are long.
  std::string chain = "WITH RECURSIVE a0(x) AS (SELECT 1 UNION SELECT x + 1 FROM a0)";
  for (int i = 1; i <= 60; ++i) chain += fmt::format(", a{}(x) AS (SELECT x FROM a{})", i, i - 1);
  CHECK(too_much_unfolding(sql_words(chain + " SELECT 1")) == "");
}

TEST_CASE("hostile bytes never break the loader") {
  for (std::string_view text :
       {"SELECT 'unterminated", "SELECT \"unterminated", "SELECT [x", "SELECT /* never closed", "SELECT ((((((((",
        "))))", "SELECT \xFF\xFE", "'", "\"", "`", "[", "-", "/*", "select `a``b` as (", "with x as"})
    CHECK(refusal(kHeaders + std::string(text)) != "accepted");
  CHECK(sql_words("a/**/b--c\n'd''e'\"f\"\"g\"`h`[i j]( )").size() == 7);
}

TEST_CASE("hand-written queries: the facts and their schema, nothing else") {
  auto facts = FactStore::create();
  REQUIRE(facts);
  Sqlite& database = facts->database();
  allow_reading_only(database);
  CHECK(database.prepare("SELECT name, sql FROM sqlite_schema"));
  CHECK(database.prepare(
      "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 3) SELECT count(*) FROM c"));
  for (const char* sql : {"ATTACH ':memory:' AS x", "PRAGMA writable_schema = 1", "DELETE FROM statements",
                          "CREATE TABLE x(y)", "SELECT load_extension('x')", "VACUUM INTO 'x'",
                          "SELECT * FROM pragma_table_info('run')", "BEGIN", "SELECT zeroblob(1000000000)"}) {
    std::string text(sql);
    CAPTURE(text);
    auto statement = database.prepare(text);
    CHECK_FALSE((statement && statement->step()));  // VACUUM is refused only when it runs
  }
}

}  // namespace
}  // namespace explaingate
