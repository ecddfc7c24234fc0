// Every format, read back by a parser of its own: what it says of a finding is what the outcome says, whatever stands
// in names, messages and SQL.
#include <fstream>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/output_of.h"
#include "base/text.h"
#include "report/formats.h"
#include "report/markdown.h"
#include "report/parts.h"

namespace explaingate {
namespace {

// What somebody might write into a change, to speak in the report's name.
const std::vector<std::string>& hostile_texts() {
  static const std::vector<std::string> texts = {
      "plain words",
      "::error file=a,line=1::b",
      "##[error]taken over",
      "100% of %0A, %25 and %3A",
      "`code` ``two`` ```three```",
      "--> <!-- explaingate:summary --> <script>alert(1)</script> &amp; &lt;",
      "@everyone and @octo-org/team, see #12 or GH-3, %4, &5",
      "[a link](http://example.org) ![image](x) www.example.org <http://example.org>",
      "| a | b | * _em_ **strong** ~~gone~~ $x$ \\",
      "1. a list - + = # not one",
      "]]> \" ' </failure>",
      "an end of line\r\n::warning::x",
      "- begins a list",
      "12. begins another",
      "# begins a heading",
      "\u00e4\u6f22\U0001F600",
      "right to left: \u202Egnol\u202C",
      "\x01\x1b[31mred\x7f \xff\xfe",
  };
  return texts;
}

ReportedFinding finding_of(const std::string& text, int line) {
  ReportedFinding reported;
  reported.finding.rule = line % 2 == 0 ? "full-scan-growth" : "select-star";
  reported.finding.level = line % 3 == 0 ? Level::kWarning : Level::kError;
  reported.finding.path = "src/" + fold_spaces(printable_line(text)) + ".py";
  reported.finding.line = line;
  reported.finding.column = 1;
  reported.finding.end_line = line + 1;
  reported.finding.subject = text;
  reported.finding.message = text;
  reported.finding.fix = "CREATE INDEX " + text;
  reported.finding.fingerprint = fmt::format("{:032x}", line);
  reported.suggestion = Suggestion{line, line + 1, "a\nb", text};
  reported.before = PlanSummary{{"SEARCH a USING INDEX " + text}, 10, 0.0};
  reported.after = PlanSummary{{"SCAN " + text}, 1'000'000, 1.0};
  reported.cause = Cause{"migrations/" + text, 3, "DROP INDEX " + text, true};
  return reported;
}

Outcome hostile_outcome() {
  Outcome outcome;
  outcome.engine = "sqlite";
  outcome.engine_version = "3.40.1";
  outcome.base = "main";
  outcome.head = "working tree";
  int line = 0;
  for (const std::string& text : hostile_texts()) {
    outcome.findings.push_back(finding_of(text, ++line));
    outcome.not_analysed.push_back({"src/" + text, line, 1, "", text});
    outcome.notes.push_back(text);
  }
  outcome.about = {{"full-scan-growth", "plan", "A query reads all of a table.", "## What it does\n", Level::kError},
                   {"select-star", "statement", "", "", Level::kWarning}};
  outcome.rules = {{"full-scan-growth", RuleStatus::Outcome::kRan, "", 1},
                   {"cross-join", RuleStatus::Outcome::kRan, "", 0}};
  outcome.exit_code = 1;
  outcome.fail_level = FailLevel::kInfo;
  return outcome;
}

using Said = std::vector<std::string>;

Said parsed_back(const std::string& format, const std::string& text, const std::string& part = "") {
  auto folder = TemporaryFolder::create();
  REQUIRE(folder);
  std::string file = (folder->path() / ("report." + format)).string();
  std::ofstream(file, std::ios::binary) << text;
  std::string schema =
      format == "sarif" ? " " SOURCE_DIR
                          "/tests/node/node_modules/@microsoft/sarif-matcher-utils/lib/schemas/sarif-2.1.0-rtm.5.json"
                        : "";
  std::string output =
      format == "html"
          ? output_of("node " SOURCE_DIR "/tests/browser/read.mjs " + file + part)
          : output_of(fmt::format("python3 " SOURCE_DIR "/tests/report/parse_back.py {} {}{}", format, file, schema));
  Said lines;
  for (size_t at = 0; at < output.size();) {
    size_t end = std::min(output.find('\n', at), output.size());
    lines.push_back(output.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

// What the format should say of each: JSON keeps everything but bytes that are no UTF-8, the others show what can't be
// shown by its code.
Said wanted(const Outcome& outcome, const std::string& format) {
  bool json = format == "sarif" || format == "gitlab" || format == "rdjson" || format == "jsonl";
  Said lines;
  std::vector<const ReportedFinding*> findings;
  if (format == "junit" || format == "github" || format == "markdown" || format == "html")
    findings = worst_first(outcome);
  else
    for (const ReportedFinding& reported : outcome.findings) findings.push_back(&reported);
  std::map<Level, int> shown;
  for (const ReportedFinding* reported : findings) {
    const Finding& finding = reported->finding;
    if (format == "github" && ++shown[finding.level] > 10) continue;
    std::string text = format == "jsonl"      ? finding.message
                       : format == "markdown" ? fold_spaces(finding.message)
                                              : finding_words(*reported);
    if (format == "junit")
      text = fmt::format("{}:{}: {}: {}", finding.path, finding.line, to_string(finding.level), text);
    if (!json) text = format == "markdown" ? printable_line(text) : printable(text);
    using Json = nlohmann::json;
    lines.push_back(fmt::format("[{}, {}, {}]", Json(finding.path).dump(), finding.line,
                                Json(text).dump(-1, ' ', false, Json::error_handler_t::replace)));
  }
  return lines;
}

TEST_CASE("hostile names, messages and SQL come through every format") {
  Outcome outcome = hostile_outcome();
  for (const ReportFormat& format : check_formats()) {
    std::string name(format.name);
    if (name == "text" || name == "concise" || name == "json") continue;
    CAPTURE(name);
    std::string text = format.render(outcome, {});
    CHECK(fmt::format("{}", fmt::join(parsed_back(name, text), "\n")) ==
          fmt::format("{}", fmt::join(wanted(outcome, name), "\n")));
    CHECK(text == format.render(outcome, {}));
  }
}

TEST_CASE("an edit is the same text in every format that has edits") {
  using Json = nlohmann::json;
  Outcome outcome = hostile_outcome();
  Json sarif = Json::parse(check_sarif(outcome))["runs"][0]["results"], rdjson = Json::parse(check_rdjson(outcome));
  Json own = Json::parse(check_json(outcome))["findings"];
  REQUIRE(sarif.size() == own.size());
  for (size_t i = 0; i < own.size(); ++i) {
    const Json& edit = own[i]["suggestion"];
    CHECK(sarif[i]["fixes"][0]["artifactChanges"][0]["replacements"][0] ==
          Json({{"deletedRegion", {{"startLine", edit["line"]}, {"endLine", edit["end_line"]}}},
                {"insertedContent", {{"text", edit["replacement"]}}}}));
    CHECK(rdjson["diagnostics"][i]["suggestions"][0]["text"] == edit["replacement"]);
    if (i == 0) CHECK(edit["replacement"] == hostile_texts()[0]);
  }
}

TEST_CASE("queries and indexes of any text are text in a page; of thousands, those that cost most") {
  Outcome outcome;
  outcome.workload.emplace();
  Said want;
  double rows = 1e6;
  for (const std::string& text : hostile_texts()) {
    QuerySite site{"src/" + fold_spaces(printable_line(text)) + ".py", 7, text};
    ReportedQuery query{
        text, {site}, {}, true, PlanSummary{{"SEARCH " + text}, 1, 0.0}, PlanSummary{{text}, rows--, 1.0}};
    query.after.steps = {{Access::kScan, 1, rows, rows}};
    query.after.scales = {{1, 10, 1}, {10, 100, 1}, {100, 1000, 1}};
    outcome.workload->queries.push_back(query);
    outcome.workload->indexes.push_back({"CREATE INDEX " + text, text, {{site, 100, 1, 1.0, 0.0, {"SEARCH " + text}}}});
    outcome.workload->refused.push_back({"CREATE INDEX " + text, text, site});
    using Json = nlohmann::json;
    want.push_back(fmt::format("[{}, 7, {}]", Json(site.path).dump(), Json(printable(text)).dump()));
  }
  std::string all = fmt::format("{}", fmt::join(parsed_back("html", check_html(outcome), " queries"), "\n"));
  CHECK(all == fmt::format("{}", fmt::join(want, "\n")));
  CHECK(check_html(outcome).find("\"queries_left_out\":0,") != std::string::npos);
  while (outcome.workload->queries.size() < 5003) outcome.workload->queries.push_back(outcome.workload->queries.back());
  CHECK(check_html(outcome).find("\"queries_left_out\":3,") != std::string::npos);
}

TEST_CASE("a concise report has a line a finding, whatever the finding says") {
  Outcome outcome = hostile_outcome();
  std::string text = check_concise(outcome);
  CHECK(std::ranges::count(text, '\n') == static_cast<long>(outcome.findings.size()) + 2);
  CHECK(text.find('\x1b') == std::string::npos);
}

TEST_CASE("an empty outcome is a valid report in every format") {
  Outcome outcome;
  for (const ReportFormat& format : check_formats()) {
    std::string name(format.name);
    if (name == "text" || name == "concise" || name == "json") continue;
    CAPTURE(name);
    CHECK(parsed_back(name, format.render(outcome, {})).empty());
  }
}

TEST_CASE("what GitHub shows no more is counted, and the worst come first") {
  Outcome outcome;
  for (int i = 1; i <= 25; ++i) {
    outcome.findings.push_back(finding_of("x", i));
    outcome.findings.back().finding.level = i <= 12 ? Level::kWarning : Level::kError;
  }
  std::string text = check_github(outcome);
  CHECK(text.starts_with("::error file=src/x.py,line=13,"));
  CHECK(
      text.ends_with("explaingate: 2 more of level warning; GitHub shows 10 annotations of a level\n"
                     "explaingate: 3 more of level error; GitHub shows 10 annotations of a level\n"));
}

TEST_CASE("a Markdown report stays below its limit, and counts what it leaves out") {
  Outcome outcome = hostile_outcome();
  for (size_t i = 0; i < 300; ++i) outcome.findings.push_back(finding_of("x", static_cast<int>(i) + 100));
  for (size_t limit : {2'000U, 10'000U, 60'000U}) {
    std::string text = check_markdown(outcome, limit);
    CHECK(text.size() <= limit);
    size_t shown = parsed_back("markdown", text).size();
    CAPTURE(text);
    CHECK(text.find(fmt::format("… and {} more findings; the JSON report has all", outcome.findings.size() - shown)) !=
          std::string::npos);
  }
}

TEST_CASE("waived findings, places that were not analysed and a run that verified nothing are told") {
  Outcome outcome = hostile_outcome();
  outcome.waived.push_back(finding_of("waived one", 77));
  outcome.waived.back().waiver_reason = "known since <2024>";
  outcome.unverified = Error{ErrorKind::kUnverified, "no schema", "", 0, 0, "", ""};
  auto sarif = nlohmann::json::parse(check_sarif(outcome))["runs"][0];
  CHECK(sarif["results"].back()["suppressions"][0]["justification"] == "known since <2024>");
  CHECK(sarif["invocations"][0]["executionSuccessful"] == false);
  CHECK(sarif["invocations"][0]["toolExecutionNotifications"].size() == outcome.not_analysed.size() + 1);
  CHECK(parsed_back("sarif", check_sarif(outcome)).size() == outcome.findings.size() + 1);
  std::string junit = check_junit(outcome);
  CHECK(junit.find("message=\"waived: known since &lt;2024>\"") != std::string::npos);
  CHECK(junit.find("<error message=\"not verified: no schema\"") != std::string::npos);
  std::string root = junit.substr(junit.find("<testsuites "), junit.find("<testsuite ") - junit.find("<testsuites "));
  CHECK(root.find("errors=") != std::string::npos);
  CHECK(root.find("skipped=") == std::string::npos);  // which Jenkins' schema of the format refuses there
  CHECK(parsed_back("junit", junit).size() == outcome.findings.size());
  CHECK(check_github(outcome).ends_with("::error title=explaingate::not verified: no schema\n"));
  CHECK(check_markdown(outcome, kMostMarkdown).find("**not verified** no schema") != std::string::npos);
}

TEST_CASE("below the level that fails the build a finding is no failed test") {
  Outcome outcome = hostile_outcome();
  outcome.fail_level = FailLevel::kError;
  size_t errors =
      std::ranges::count(outcome.findings, Level::kError, [](const auto& each) { return each.finding.level; });
  CHECK(parsed_back("junit", check_junit(outcome)).size() == errors);
}

TEST_CASE("text in Markdown is text") {
  CHECK(markdown_text("a_b *c* <d> @you #12") == "a\\_b \\*c\\* &lt;d&gt; @\u200byou \\#\u200b12");
  CHECK(markdown_text("GH-26 gh-7 %4 &5") == "GH-\u200b26 gh-\u200b7 %\u200b4 &amp;\u200b5");
  CHECK(markdown_text("SHA-x LIKE '%a%' a & b -4") == "SHA-x LIKE '%a%' a &amp; b -4");
  CHECK(markdown_text("see https://example.org, www.x.y: 1.5 rows (no list)") ==
        "see https\\://example.org, www\\.x.y: 1.5 rows (no list)");
  CHECK(markdown_text("12. x") == "12\\. x");
  CHECK(markdown_code("a`b") == "``a`b``");
  CHECK(markdown_code("`") == "`` ` ``");
  CHECK(markdown_block("```\nx") == "````\n```\nx\n````\n");
}

}  // namespace
}  // namespace explaingate
