// How rules are run: gates, levels, order, bounds, places and fingerprints.
#include <doctest/doctest.h>

#include <fmt/ranges.h>

#include "facts_builder.h"

namespace explaingate {
namespace {

std::string rule_text(const std::string& sql, const std::string& id = "ours", const std::string& headers = "") {
  return "-- id: " + id + "\n-- severity: warning\n-- engines: sqlite\n-- needs: none\n" + headers +
         "-- since: 0.1\n-- summary: One sentence.\n" + sql;
}

Rule make(const std::string& id, const std::string& sql, const std::string& headers = "") {
  auto rule = parse_rule("rules/" + id + ".sql", rule_text(sql, id, headers));
  if (!rule) FAIL(to_text(rule.error()));
  return *rule;
}

FactStore base(const std::string& facts) {
  auto store = FactStore::create();
  if (!store) FAIL(store.error().message);
  if (Status filled = store->database().execute(facts); !filled) FAIL(filled.error().message);
  return std::move(*store);
}

std::string statuses(const Result<RuleResults>& results) {
  if (!results) return to_text(results.error());
  constexpr std::array<const char*, 4> kNames = {"ran", "not applicable", "not run", "off"};
  std::string text;
  for (const RuleStatus& status : results->status)
    text += fmt::format("{}: {}{}{} ({})\n", status.rule, kNames[static_cast<size_t>(status.outcome)],
                        status.reason.empty() ? "" : ", ", status.reason, status.findings);
  return text;
}

const std::string kEach = "SELECT statement_id, 'all' AS subject, text AS message FROM statements";

TEST_CASE("gates: engine, facts, configuration") {
  FactStore facts = base(query({}) + query({.id = 2}));
  std::vector<Rule> rules = {make("b-each", kEach), make("a-off", kEach), make("c-traced", kEach),
                             make("d-postgres", kEach)};
  rules[2].needs = {"growth", "trace_groups", "waivers"};
  rules[3].engines = {"postgres"};
  RuleSettings settings;
  settings.levels = {{"a-off", "off"}, {"b-each", "info"}};
  auto results = run_rules(facts, rules, settings);
  CHECK(statuses(results) ==
        "a-off: off, off in the configuration (0)\nb-each: ran (2)\nc-traced: not run, facts missing: trace_groups, "
        "waivers (0)\nd-postgres: not applicable, not for sqlite (0)\n");
  REQUIRE(results);
  CHECK(results->findings.at(0).level == Level::kInfo);
}

TEST_CASE("levels: the configuration's, else the row's, else the rule's") {
  auto level = [](const std::string& sql, const std::string& configured) {
    FactStore facts = base(query({}));
    RuleSettings settings;
    if (!configured.empty()) settings.levels["ours"] = configured;
    auto results = run_rules(facts, {make("ours", sql)}, settings);
    return results ? std::string(to_string(results->findings.at(0).level)) : to_text(results.error());
  };
  const std::string row = "SELECT statement_id, 's' AS subject, 'm' AS message, 'error' AS level FROM statements";
  CHECK(level(kEach, "") == "warning");
  CHECK(level(row, "") == "error");
  CHECK(level(row, "info") == "info");
  CHECK(level("SELECT statement_id, 's' AS subject, 'm' AS message, NULL AS level FROM statements", "") == "warning");
  CHECK(level("SELECT statement_id, 's' AS subject, 'm' AS message, 'fatal' AS level FROM statements", "") ==
        "rules/ours.sql:7: the rule gave \"fatal\" as a level: error, warning or info\n");
  CHECK(level(kEach, "loud") == "\"loud\" is no level for the rule \"ours\": error, warning, info or off\n");
  FactStore facts = base("");
  RuleSettings settings;
  settings.levels["our"] = "off";
  auto unknown = run_rules(facts, {make("ours", kEach)}, settings);
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().kind == ErrorKind::kConfiguration);
  CHECK(to_text(unknown.error()) ==
        "the configuration sets a level for \"our\", which is no rule\nhelp: the nearest known one is \"ours\"\n");
}

TEST_CASE("places: the row's, else the statement's") {
  auto places = [](const std::string& sql) {
    FactStore facts = base(query({}) + query({.id = 2}));
    auto results = run_rules(facts, {make("ours", sql)}, {});
    if (!results) return to_text(results.error());
    std::string text;
    for (const Finding& f : results->findings)
      text += fmt::format("{}:{}:{}-{} {} ", f.path, f.line, f.column, f.end_line, f.subject);
    return text;
  };
  CHECK(places(kEach) == "shop/1.sql:10:3-12 all shop/2.sql:20:3-22 all ");
  CHECK(places("SELECT 1 AS statement_id, 's' AS subject, 'm' AS message, 11 AS line") == "shop/1.sql:11:1-11 s ");
  CHECK(
      places("SELECT 1 AS statement_id, 's' AS subject, 'm' AS message, 11 AS line, 4 AS \"column\", 12 AS end_line") ==
      "shop/1.sql:11:4-12 s ");
  CHECK(places("SELECT 1 AS statement_id, 's' AS subject, 'm' AS message, NULL AS line, NULL AS path") ==
        "shop/1.sql:10:3-12 s ");
  CHECK(places("SELECT NULL AS statement_id, 's' AS subject, 'm' AS message, 'a.py' AS path, 3 AS line") ==
        "a.py:3:1-3 s ");
  CHECK(places("SELECT NULL AS statement_id, 's' AS subject, 'm' AS message, 'a.py' AS path") ==
        "rules/ours.sql:7: the rule gave a row without statement_id that lacks path or line\n");
  CHECK(places("SELECT 9 AS statement_id, 's' AS subject, 'm' AS message") ==
        "rules/ours.sql:7: the rule gave statement_id 9, which is no statement\n");
  CHECK(places("SELECT 1 AS statement_id, 's' AS subject, 'm' AS message, 0 AS line") ==
        "rules/ours.sql:7: the rule gave 0 as a line or column\n");
  CHECK(places("SELECT 1 AS statement_id, 's' AS subject, 'm' AS message, 1e300 AS line") ==
        "rules/ours.sql:7: the rule gave 9223372036854775807 as a line or column\n");
  CHECK(places("SELECT 1 AS statement_id, NULL AS subject, 'm' AS message") ==
        "rules/ours.sql:7: the rule gave a row without subject\n");
  CHECK(places("SELECT 1 AS statement_id, 's' AS subject, '' AS message") ==
        "rules/ours.sql:7: the rule gave a row without message\n");
  CHECK(places("SELECT 1 AS statement_id, 's' AS subject, 'm' AS message, 9 AS cause_statement_id") ==
        "rules/ours.sql:7: the rule gave cause_statement_id 9, which is no statement\n");
}

TEST_CASE("a rule runs after those that it names, and sees their findings alone") {
  FactStore facts = base(query({}) + query({.id = 2}));
  std::vector<Rule> rules = {
      make("a-last",
           "SELECT f.statement_id, f.rule AS subject, f.level || f.path || f.line AS message FROM findings AS f",
           "-- after: c-first\n"),
      make("c-first", "SELECT statement_id, 'x' AS subject, 'm' AS message FROM statements WHERE statement_id = 2"),
  };
  for (int round = 0; round < 2; ++round) {  // a second run starts anew
    auto results = run_rules(facts, rules, {});
    REQUIRE(results);
    REQUIRE(results->findings.size() == 2);
    CHECK(results->findings[0].rule == "a-last");
    CHECK(results->findings[0].message == "warningshop/2.sql20");
  }
  rules[1].after = {"a-last"};
  auto cycle = run_rules(facts, rules, {});
  REQUIRE_FALSE(cycle);
  CHECK(to_text(cycle.error()) ==
        "rules/a-last.sql:8: these rules wait for each other, or for such as do: a-last, c-first\n");
  rules[1].after = {"a-lst"};
  CHECK(to_text(run_rules(facts, rules, {}).error()) ==
        "rules/c-first.sql:7: the header \"after\" names \"a-lst\", which is no rule\nhelp: the nearest known one is "
        "\"a-last\"\n");
  rules[1] = rules[0];
  CHECK(to_text(run_rules(facts, rules, {}).error()) ==
        "rules/a-last.sql:8: another rule is called \"a-last\": rules/a-last.sql\nhelp: give this one another id and "
        "file name\n");
}

TEST_CASE("a rule is silent on statements on which one that it yields to has a finding") {
  FactStore facts = base(query({}) + query({.id = 2}));
  std::vector<Rule> rules = {
      make("a-last", kEach, "-- yields-to: c-first\n"),
      make("b-next", kEach, "-- yields-to: a-last\n"),
      make("c-first", "SELECT statement_id, 'x' AS subject, 'm' AS message FROM statements WHERE statement_id = 2"),
  };
  auto rules_found = [&](const RuleSettings& settings) {
    auto results = run_rules(facts, rules, settings);
    if (!results) return to_text(results.error());
    std::string text;
    for (const Finding& finding : results->findings)
      text += fmt::format("{} {} {}\n", finding.rule, finding.subject, *finding.statement_id);
    return text;
  };
  // b-next yields to what a-last found, not to what a-last would have.
  CHECK(rules_found({}) == "a-last all 1\nb-next all 2\nc-first x 2\n");
  RuleSettings off;
  off.levels["c-first"] = "off";
  CHECK(rules_found(off) == "a-last all 1\na-last all 2\n");
  rules[2].yields_to = {"b-next"};
  CHECK(rules_found({}) ==
        "rules/a-last.sql:8: these rules wait for each other, or for such as do: a-last, b-next, c-first\n");
  rules[2].yields_to = {"b-nxt"};
  CHECK(
      rules_found({}) ==
      "rules/c-first.sql:7: the header \"yields-to\" names \"b-nxt\", which is no rule\nhelp: the nearest known one is "
      "\"b-next\"\n");
}

TEST_CASE("parameters: the default, the configuration's value, and what is refused") {
  FactStore facts = base(query({}) + query({.id = 2}));
  std::vector<Rule> rules = {
      make("ours",
           "SELECT statement_id, :mark AS subject, printf('%s %s', :strict, :share) AS message FROM statements WHERE "
           "statement_id >= :first",
           "-- parameter: first integer 2: a\n-- parameter: mark text 'x': b\n-- parameter: strict boolean true: c\n"
           "-- parameter: share number 0.5: d\n")};
  auto rows_found = [&](const ParameterValues& values) {
    RuleSettings settings;
    settings.parameters["ours"] = values;
    auto results = run_rules(facts, rules, settings);
    if (!results) return to_text(results.error());
    std::string text;
    for (const Finding& finding : results->findings)
      text += fmt::format("{} {} {}\n", *finding.statement_id, finding.subject, finding.message);
    return text;
  };
  CHECK(rows_found({}) == "2 x 1 0.5\n");
  CHECK(rows_found({{"first", int64_t{1}}, {"mark", std::string("y")}, {"strict", false}, {"share", int64_t{3}}}) ==
        "1 y 0 3.0\n2 y 0 3.0\n");
  CHECK(rows_found({{"first", true}}) ==
        "the parameter \"first\" of rule \"ours\" is of type integer, and here stands true\nhelp: a (by default 2)\n");
  RuleSettings settings;
  settings.parameters["our"] = {};
  CHECK(to_text(run_rules(facts, rules, settings).error()) ==
        "the configuration sets parameters of \"our\", which is no rule\nhelp: the nearest known one is \"ours\"\n");
}

TEST_CASE("a rule that doesn't end, or gives too much, is an error that names its file") {
  RuleSettings settings;
  settings.step_limit = 100'000;
  const std::string loop =
      "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT statement_id, 's' AS subject, 'm' AS "
      "message FROM statements WHERE (SELECT max(x) FROM n) > 0";
  CHECK(found_by(rule_text(loop), query({}), settings) ==
        "rules/ours.sql:7: the rule took more than 100,000 steps, and was stopped\n"
        "help: look for a join without a condition, or a recursion without an end; `limits.rule_steps` raises the "
        "limit\n");
  const std::string many =
      "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT {}) SELECT 1 AS statement_id, 's' AS "
      "subject, x AS message FROM n";
  CHECK(found_by(rule_text(fmt::format(fmt::runtime(many), 10'001)), query({})) ==
        "rules/ours.sql:7: the rule gave more than 10,000 findings\n");
  FactStore facts = base(query({}));
  auto most = run_rules(facts, {make("ours", fmt::format(fmt::runtime(many), 10'000))}, {});
  REQUIRE(most);
  CHECK(most->findings.size() == 10'000);
  CHECK(
      found_by(rule_text(
                   "SELECT statement_id, 's' AS subject, hex(printf('%.*c', 5000000, 'x')) AS message FROM statements"),
               query({})) == "rules/ours.sql:7: the rule failed: string or blob too big\n");
  CHECK(found_by(rule_text("SELECT statement_id, 's' AS subject, abs(-9223372036854775808) AS message FROM statements"),
                 query({})) == "rules/ours.sql:7: the rule failed: integer overflow\n");
  // The limits end with the rule.
  CHECK(facts.database().execute("CREATE TABLE t AS SELECT zeroblob(9000000); DELETE FROM statements"));
}

TEST_CASE("fingerprints: neither lines nor messages, but rule, path, query, subject and ordinal") {
  auto fingerprints = [](const std::string& facts_sql, const std::string& sql, const std::string& id = "ours") {
    FactStore facts = base(facts_sql);
    auto results = run_rules(facts, {make(id, sql)}, {});
    REQUIRE(results);
    std::vector<std::string> all;
    for (const Finding& finding : results->findings) all.push_back(finding.fingerprint);
    return all;
  };
  const std::string one = "SELECT statement_id, 's' AS subject, 'm' || line AS message FROM statements";
  std::string first = fingerprints(query({}), one).at(0);
  CHECK(first.size() == 32);
  CHECK(fingerprints(
            query({}) + "UPDATE statements SET line = 99, end_line = 99, \"column\" = 1, text = 'x', statement_id = 7;",
            one)
            .at(0) == first);
  CHECK(fingerprints(query({}), one, "theirs").at(0) != first);
  CHECK(fingerprints(query({}) + "UPDATE statements SET path = 'b.sql';", one).at(0) != first);
  CHECK(fingerprints(query({}) + "UPDATE statements SET fingerprint = 'other';", one).at(0) != first);
  CHECK(fingerprints(query({}), "SELECT statement_id, 't' AS subject, 'm' AS message FROM statements").at(0) != first);
  // Two alike: the upper one keeps the fingerprint that it has alone.
  const std::string twice =
      "SELECT 1 AS statement_id, 's' AS subject, 'm' AS message, 50 AS line UNION ALL SELECT 1, 's', 'm', 10";
  std::vector<std::string> both = fingerprints(query({}), twice);
  REQUIRE(both.size() == 2);
  CHECK(both[0] == first);
  CHECK(both[1] != first);
}

TEST_CASE("one finding for the statements at one place") {
  auto found_at = [](const std::string& sql, const std::string& facts_sql) {
    FactStore facts = base(facts_sql);
    auto results = run_rules(facts, {make("ours", sql)}, {});
    if (!results) return to_text(results.error());
    std::string text = fmt::format("{}:", results->status.at(0).findings);
    for (const Finding& f : results->findings)
      text += fmt::format(" {} {} {} {} |", *f.statement_id, to_string(f.level), f.subject, f.message);
    return text;
  };
  const std::string two = query({}) + query({.id = 2});
  const std::string here = "UPDATE statements SET path = 'a.go', line = 1, \"column\" = 1;";
  const std::string each =
      "SELECT statement_id, 's' AS subject, 'm' AS message, CASE statement_id WHEN 2 THEN 'error' ELSE 'info' END AS "
      "level FROM statements";
  CHECK(found_at(each, two + here) == "1: 2 error s m The same holds for 2 of the statements here. |");
  // Another line, another subject, another finding of the same statement: each for itself.
  CHECK(found_at(each, two) == "2: 1 info s m | 2 error s m |");
  CHECK(found_at("SELECT statement_id, 's' || statement_id AS subject, 'm' AS message FROM statements", two + here) ==
        "2: 1 warning s1 m | 2 warning s2 m |");
  CHECK(found_at("SELECT 1 AS statement_id, 's' AS subject, 'm' AS message UNION ALL SELECT 1, 's', 'n'", two) ==
        "2: 1 warning s m | 1 warning s n |");
}

TEST_CASE("findings come sorted by place, whatever the rules' order") {
  FactStore facts = base(query({}) + query({.id = 2}));
  auto results = run_rules(
      facts, {make("z", kEach + " ORDER BY statement_id DESC"), make("a", kEach + " WHERE statement_id = 2")}, {});
  REQUIRE(results);
  std::string order;
  for (const Finding& finding : results->findings) order += finding.path + " " + finding.rule + ", ";
  CHECK(order == "shop/1.sql z, shop/2.sql a, shop/2.sql z, ");
}

}  // namespace
}  // namespace explaingate
