// Accepted findings: waivers with a date, and comments at the place.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sandbox.h"

namespace explaingate {
namespace {

using nlohmann::json;

const char* const kWaivers = ".explaingate/waivers.json";

// One finding, at plain.sql:1.
Project make_project() {
  Project project;
  project.write("schema.sql", "CREATE TABLE orders (id INTEGER PRIMARY KEY, place TEXT, total INTEGER);\n");
  project.commit();
  project.write("plain.sql", "SELECT id FROM orders WHERE place = ?;\n");
  return project;
}

json report_of(const Project& project, std::vector<std::string> arguments = {"check"},
               const std::string& today = "2024-06-01") {
  arguments.insert(arguments.end(), {"--format", "json"});
  Ran ran = project.gate(arguments, {"", {{"EXPLAINGATE_TODAY", today}}, "", -1});
  json report = json::parse(ran.out, nullptr, false);
  REQUIRE_MESSAGE(!report.is_discarded(), ran.err);
  CHECK(report["exit_code"] == ran.code);
  return report;
}

// "path:line level rule: message", one line a finding, then "waived: …" for those that are.
std::string told(const json& report) {
  std::string text;
  for (const auto& finding : report["findings"])
    text += fmt::format("{}:{} {} {}: {}\n", finding["path"].get<std::string>(), finding["line"].get<int>(),
                        finding["level"].get<std::string>(), finding["rule"].get<std::string>(),
                        finding["message"].get<std::string>());
  for (const auto& finding : report["waived"])
    text += fmt::format("waived: {}:{} {}: {}\n", finding["path"].get<std::string>(), finding["line"].get<int>(),
                        finding["rule"].get<std::string>(), finding["reason"].get<std::string>());
  return text;
}

const std::string kScan =
    "plain.sql:1 error full-scan-growth: The query reads every row of orders (1,000,000 at the largest scale); its "
    "cost grows linearly with the table.\n";

Ran accept(const Project& project, const std::string& finding, const std::string& reason = "back office",
           const std::string& expires = "2024-12-31") {
  return project.gate({"accept", finding, "--reason", reason, "--expires", expires});
}

std::string fingerprint(const Project& project) {
  json report = report_of(project);
  REQUIRE(report["findings"].size() == 1);
  return report["findings"][0]["fingerprint"];
}

TEST_CASE("the fingerprint's beginning that the report shows is what accept takes") {
  Project project = make_project();
  std::string whole = fingerprint(project), shown = whole.substr(0, 8);
  CHECK(project.gate({"check"}).out.find(" [full-scan-growth " + shown + "]\n") != std::string::npos);
  Ran ran = accept(project, shown);
  CHECK(ran.out == ".explaingate/waivers.json: full-scan-growth for orders (plain.sql:1) accepted until 2024-12-31\n");
  CHECK(ran.err == "");
  CHECK(ran.code == 0);
  CHECK(project.read(kWaivers) == fmt::format(R"({{
 "explaingate_waivers": 1,
 "waivers": [
  {{
   "finding": "{}",
   "rule": "full-scan-growth",
   "path": "plain.sql",
   "subject": "orders",
   "reason": "back office",
   "expires": "2024-12-31",
   "accepted_rows": 1000000
  }}
 ]
}}
)",
                                              whole));
  CHECK(told(report_of(project)) == "waived: plain.sql:1 full-scan-growth: back office\n");
  CHECK(told(report_of(project, {"check", "--all"})) == "waived: plain.sql:1 full-scan-growth: back office\n");
  CHECK(project.gate({"check"}).code == 0);
  CHECK(project.gate({"check", "--verbose"}).out.find("plain.sql:1: waived [full-scan-growth]: back office\n") !=
        std::string::npos);
  // Lines above change nothing; accepting again replaces.
  project.write("plain.sql", "-- moved\n\n\nSELECT id FROM orders WHERE place = ?;\n");
  CHECK(told(report_of(project)) == "waived: plain.sql:4 full-scan-growth: back office\n");
  CHECK(accept(project, whole, "still", "2025-01-31").code == 0);
  json stored = json::parse(project.read(kWaivers));
  CHECK(stored["waivers"].size() == 1);
  CHECK(stored["waivers"][0]["reason"] == "still");
}

TEST_CASE("what can't be accepted") {
  Project project = make_project();
  std::string whole = fingerprint(project);
  const std::string list =
      fmt::format("help: the findings are:\n  {}  plain.sql:1 full-scan-growth orders\n", whole.substr(0, 12));
  struct {
    std::string finding, reason, expires, want;
  } cases[] = {
      {"0000", "r", "2024-12-31", "0 findings match \"0000\"\n" + list},
      {whole.substr(0, 3), "r", "2024-12-31",
       fmt::format("\"{}\" is too short: give at least 4 characters\n", whole.substr(0, 3)) + list},
      {whole, " \t", "2024-12-31", "--reason is empty\nhelp: say why this finding is acceptable: reviewers read it\n"},
      {whole, "r", "31.12.2024", "--expires: \"31.12.2024\" is not a date\nhelp: write it as YYYY-MM-DD\n"},
      {whole, "r", "2024-02-30", "--expires: \"2024-02-30\" is not a date\nhelp: write it as YYYY-MM-DD\n"},
      {whole, "r", "2024-05-31", "--expires: 2024-05-31 is in the past\n"},
  };
  for (const auto& each : cases) {
    Ran ran = accept(project, each.finding, each.reason, each.expires);
    CHECK(ran.err == "explaingate: " + each.want);
    CHECK(ran.code == 2);
    CHECK(!project.has(kWaivers));
  }
  // What is said about waivers and comments themselves is mended, not waived.
  project.write("plain.sql", "-- explaingate-ignore full-scan-growth\nSELECT id FROM orders WHERE id = 1;\n");
  std::string about = fingerprint(project);
  CHECK(accept(project, about).err ==
        fmt::format("explaingate: 0 findings match \"{}\"\nhelp: there are no findings now\n", about));
}

TEST_CASE("an expired waiver counts no more; an unused one is told where all was judged") {
  Project project = make_project();
  REQUIRE(accept(project, fingerprint(project)).code == 0);
  const std::string waived = "waived: plain.sql:1 full-scan-growth: back office\n";
  CHECK(told(report_of(project, {"check"}, "2024-12-31")) == waived);
  CHECK(told(report_of(project, {"check"}, "2025-01-01")) ==
        ".explaingate/waivers.json:4 error expired-waiver: The waiver of full-scan-growth for orders (plain.sql) "
        "expired on 2024-12-31.\n" +
            kScan);
  project.write("plain.sql", "SELECT id FROM orders WHERE id = 1;\n");
  CHECK(told(report_of(project)) == "");
  CHECK(told(report_of(project, {"check", "--all"})) ==
        ".explaingate/waivers.json:4 warning unused-waiver: The waiver of full-scan-growth for orders (plain.sql) "
        "matches no finding.\n");
  CHECK(project.gate({"check", "--all"}).code == 0);
  CHECK(project.gate({"check", "--all", "--fail-level", "warning"}).code == 1);
  CHECK(project.gate({"baseline", "prune"}).code == 0);
  CHECK(told(report_of(project, {"check", "--all"})) == "");
}

TEST_CASE("a waived query that examines twice the rows counts again") {
  Project project = make_project();
  REQUIRE(accept(project, fingerprint(project)).code == 0);
  auto with_rows = [&](int rows) {
    project.write("explaingate.json", fmt::format(R"({{"tables": {{"orders": {{"rows": {}}}}}}})", rows));
    return report_of(project);
  };
  CHECK(told(with_rows(19'000)) == "waived: plain.sql:1 full-scan-growth: back office\n");
  CHECK(told(with_rows(20'000)) ==
        "plain.sql:1 error full-scan-growth: The query reads every row of orders (2,000,000 at the largest scale); its "
        "cost grows linearly with the "
        "table. It was accepted at 1,000,000 rows examined.\n");
}

TEST_CASE("waivers of what is staged are written beside those of the working tree") {
  Project project = make_project();
  std::string whole = fingerprint(project);
  project.git({"add", "-A"});
  const std::string other =
      R"({"finding": "aaaa", "rule": "cross-join", "path": "x.sql", "subject": "s", "reason": "r", "expires": "2030-01-01"})";
  project.write(kWaivers, R"({"explaingate_waivers": 1, "waivers": [)" + other + "]}");
  CHECK(project.gate({"accept", whole, "--staged", "--reason", "r", "--expires", "2024-12-31"}).code == 0);
  CHECK(json::parse(project.read(kWaivers))["waivers"].size() == 2);
}

TEST_CASE("comments at the place, in SQL and in Python") {
  const std::string sql = "SELECT id FROM orders WHERE place = ?;\n";
  const std::string python = "def f(c):\n{}    c.execute(\"SELECT id FROM orders WHERE place = ?\"){}\n";
  auto in_python = [&](const std::string& above, const std::string& behind) {
    return fmt::format(fmt::runtime(python), above, behind);
  };
  const std::string scan =
      " error full-scan-growth: The query reads every row of orders (1,000,000 at the largest scale); its cost grows "
      "linearly with the table.\n";
  const std::string reasonless =
      " warning suppression-without-reason: This explaingate-ignore comment gives no reason, so it is not heeded.\n";
  struct {
    std::string file, text, changed, all;  // what is told of a change, and by --all; "=" the same
  } cases[] = {
      {"a.sql", "-- explaingate-ignore full-scan-growth: small table\n" + sql,
       "waived: a.sql:2 full-scan-growth: small table\n", "="},
      {"a.sql", "/* explaingate-ignore full-scan-growth: small table */ " + sql,
       "waived: a.sql:1 full-scan-growth: small table\n", "="},
      {"a.sql", "-- explaingate-ignore full-scan-growth\n" + sql, "a.sql:1" + reasonless + "a.sql:2" + scan, "="},
      {"a.sql", "-- explaingate-ignore full-scan-grwth: typo\n" + sql,
       "a.sql:1 warning unused-suppression: There is no rule \"full-scan-grwth\" to ignore.\na.sql:2" + scan, "="},
      {"a.sql", "-- explaingate-ignore cross-join: not here\n" + sql, "a.sql:2" + scan,
       "a.sql:1 warning unused-suppression: Nothing here is found by cross-join any more.\na.sql:2" + scan},
      {"a.sql", "-- explaingate-ignore full-scan-growth: only the next\n" + sql + sql,
       "a.sql:3" + scan.substr(0, scan.size() - 1) + " It wants the index that a.sql:2 does.\n" +
           "waived: a.sql:2 full-scan-growth: only the next\n",
       "="},
      {"a.sql", "-- explaingate-ignore cross-join, full-scan-growth: both\n" + sql,
       "waived: a.sql:2 full-scan-growth: both\n", "="},
      {"a.py", in_python("    # explaingate-ignore full-scan-growth: small table\n", ""),
       "waived: a.py:3 full-scan-growth: small table\n", "="},
      {"a.py", in_python("", "  # explaingate-ignore full-scan-growth: small table"),
       "waived: a.py:2 full-scan-growth: small table\n", "="},
      {"a.py", in_python("    # explaingate-ignore full-scan-growth\n", ""), "a.py:2" + reasonless + "a.py:3" + scan,
       "="},
      {"a.py", in_python("    # explaingate-ignore full-scan-grwth: typo\n", ""),
       "a.py:2 warning unused-suppression: There is no rule \"full-scan-grwth\" to ignore.\na.py:3" + scan, "="},
      {"a.py", in_python("    # explaingate-ignore cross-join: not here\n", ""), "a.py:3" + scan,
       "a.py:2 warning unused-suppression: Nothing here is found by cross-join any more.\na.py:3" + scan},
  };
  for (const auto& each : cases) {
    Project project = make_project();
    project.remove("plain.sql");
    project.write(each.file, each.text);
    CAPTURE(each.text);
    CHECK(told(report_of(project)) == each.changed);
    // In an inventory of tables whose sizes are assumed it is a warning.
    std::string all = each.all == "=" ? each.changed : each.all;
    for (size_t at; (at = all.find(" error full")) != std::string::npos;) all.replace(at, 6, " warning");
    CHECK(told(report_of(project, {"check", "--all"})) == all);
  }
}

}  // namespace
}  // namespace explaingate
