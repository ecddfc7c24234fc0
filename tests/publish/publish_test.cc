#include <doctest/doctest.h>
#include <fmt/format.h>

#include "publish/api.h"
#include "publish/comments.h"
#include "publish/context.h"
#include "publish/diff_places.h"
#include "publish/read_report.h"
#include "report/markdown.h"
#include "report/report.h"

namespace explaingate {
namespace {

ReportedFinding finding() {
  ReportedFinding reported;
  reported.finding.rule = "full-scan-growth";
  reported.finding.level = Level::kWarning;
  reported.finding.path = "shop/orders.py";
  reported.finding.line = 12;
  reported.finding.column = 3;
  reported.finding.end_line = 14;
  reported.finding.subject = "orders";
  reported.finding.message = "reads | all *of* orders\n<script>";
  reported.finding.fix = "CREATE INDEX i ON orders (a)";
  reported.finding.fingerprint = "00ff";
  reported.cause = Cause{"m/1.sql", 5, "DROP INDEX i", true};
  reported.before = PlanSummary{{"SEARCH orders"}, 10, 0.0};
  reported.after = PlanSummary{{"SCAN orders", "  USE TEMP B-TREE"}, 1e6, std::nullopt};
  return reported;
}

Outcome outcome() {
  Outcome one;
  one.engine = "sqlite";
  one.engine_version = "3.40.1";
  one.base = "merge base 1a2b3c4";
  one.head = "working tree";
  one.findings = {finding()};
  one.waived = {finding()};
  one.waived[0].waiver_reason = "small";
  one.not_analysed = {{"a.py", 3, 4, "SQL is a parameter", "f"}};
  one.rules = {{"full-scan-growth", RuleStatus::Outcome::kRan, "", 1}};
  one.notes = {"assumed statistics"};
  one.statements = 9;
  one.queries = one.planned = 8;
  one.files = 2;
  one.unverified = Error{ErrorKind::kUnverified, "no merge base", "", 0, 0, "", ""};
  one.exit_code = 1;
  return one;
}

TEST_CASE("a report that is read back says in Markdown what it said before, and writes the same JSON but for rules") {
  Outcome before = outcome();
  before.findings[0].suggestion = Suggestion{12, 13, "a\n b", "c ```"};
  auto after = read_check_report(check_json(before), "r.json");
  REQUIRE(after.has_value());
  CHECK(after->findings.at(0).suggestion == before.findings[0].suggestion);
  CHECK(finding_markdown(after->findings.at(0)) == finding_markdown(before.findings[0]));
  CHECK(summary_body(*after, {}) == summary_body(before, {}));
  after->rules = before.rules;
  CHECK(check_json(*after) == check_json(before));
}

TEST_CASE("what isn't as the schema says is refused with its place") {
  struct Case {
    std::string from, to, want;
  };
  const std::string report = check_json(outcome());
  for (const Case& each : {
           Case{"\"schema_version\": 1", "\"schema_version\": 2",
                "schema_version: expected a whole number from 1 to 1, got 2"},
           Case{"\"level\": \"warning\"", "\"level\": 7", "findings[0].level: expected error, warning or info, got 7"},
           Case{"\"line\": 12", "\"line\": 0", "findings[0].line: expected a whole number from 1 to 2147483647, got 0"},
           Case{"\"line\": 12", "\"line\": 18446744073709551615",
                "findings[0].line: expected a whole number from 1 to 2147483647, got 18446744073709551615"},
           Case{"\"00ff\"", "\"00 -->\"",
                "findings[0].fingerprint: expected up to 64 hexadecimal digits, got \"00 -->\""},
           Case{"\"message\":", "\"massage\":", "findings[0] has no \"message\""},
           Case{"\"notes\": [", "\"notes\": 3, \"x\": [", "notes: expected a list, got 3"},
           Case{"\"suggestion\": null", "\"suggestion\": {\"line\": 1, \"end_line\": 2, \"original\": \"a\"}",
                "findings[0].suggestion has no \"replacement\""},
           Case{"\"suggestion\": null",
                "\"suggestion\": {\"line\": 1, \"end_line\": 2, \"original\": \"a\", \"replacement\": \"b\"}",
                "findings[0].suggestion: expected lines of plain text, and others, got "
                "{\"end_line\":2,\"line\":1,\"original\":\"a\",\"replacement\":\"b\"}"},
           Case{"\"removed\": true", "\"removed\": 1", "findings[0].cause.removed: expected true or false, got 1"},
       }) {
    CAPTURE(each.to);
    std::string text = report;
    size_t at = text.find(each.from);
    REQUIRE(at != std::string::npos);
    text.replace(at, each.from.size(), each.to);
    auto read = read_check_report(text, "r.json");
    REQUIRE(!read.has_value());
    CHECK(read.error().message == each.want);
    CHECK(read.error().kind == ErrorKind::kConfiguration);
    CHECK(read.error().file == "r.json");
  }
  std::string earlier = report;
  earlier.erase(earlier.find("\"suggestion\": null,"), 19);
  CHECK(read_check_report(earlier, "r.json").has_value());
  CHECK(read_check_report("[]", "r").error().message == "the report: expected an object, got []");
  CHECK(read_check_report("{", "r").error().message.starts_with("is no JSON: "));
  CHECK(read_check_report(std::string(100'000, '['), "r").error().message == "is nested deeper than 16 levels");
}

TEST_CASE("places: the finding's lines within one hunk, else the cause's line, else none") {
  std::vector<DiffFile> files = {
      {"shop/orders.py", "", parse_hunks("@@ -1,3 +1 @@ x\n @@ -9 +9 @@\n-@@\n@@ -20 +13,5 @@\n")},
      {"m/one.sql", "m/1.sql", parse_hunks("@@ -4,2 +4,0 @@\n@@ nothing @@\n@@ -9999999999 +1 @@")}};
  REQUIRE(files[0].hunks.size() == 2);
  REQUIRE(files[1].hunks.size() == 1);
  ReportedFinding reported = finding();
  CHECK(place_in_diff(reported, files) == DiffPlace{"shop/orders.py", false, 13, 14, false});
  reported.finding.path = "elsewhere.py";
  CHECK(place_in_diff(reported, files) == DiffPlace{"m/one.sql", true, 5, 5, true, "m/1.sql"});
  reported.cause->removed = false;
  CHECK(!place_in_diff(reported, files));
  reported.cause.reset();
  CHECK(!place_in_diff(reported, files));
}

TEST_CASE("a suggestion stands on its own lines, where the diff has them as they are in it") {
  auto place = [](const Suggestion& suggestion, std::string_view patch) {
    ReportedFinding reported = finding();
    reported.suggestion = suggestion;
    auto found = place_of_suggestion(reported, {{"shop/orders.py", "", parse_hunks(patch)}});
    return found ? fmt::format("{}:{}-{}", found->path, found->first, found->last) : "";
  };
  const std::string patch = "@@ -1 +1 @@\n-x\n+y\n@@ -9,2 +9,4 @@\n a\n-gone\n+b\n+  c\n \n";
  CHECK(place({10, 11, "b\n  c", "d"}, patch) == "shop/orders.py:10-11");
  CHECK(place({9, 9, "a", "d"}, patch) == "shop/orders.py:9-9");
  CHECK(place({12, 12, "", "d"}, patch) == "shop/orders.py:12-12");
  CHECK(place({10, 11, "b\n c", "d"}, patch) == "");  // another text: the report is of other lines
  CHECK(place({10, 10, "gone", "d"}, patch) == "");   // of before
  CHECK(place({12, 13, "\nz", "d"}, patch) == "");    // not all of them shown
  CHECK(place({1, 9, "y\na", "d"}, patch) == "");     // in two hunks
  CHECK(place({10, 11, "b\n  c", "d"}, "") == "");
}

TEST_CASE("the block of a suggestion is longer than any fence in it, and only where a forge takes one") {
  ReportedFinding reported = finding();
  reported.suggestion = Suggestion{12, 12, "a", "  ```` -- @everyone <script> <!-- explaingate:fp=0 -->"};
  DiffPlace place{"shop/orders.py", false, 12, 12};
  CHECK(inline_body(reported, place, "suggestion")
            .ends_with("\n\n`````suggestion\n  ```` -- @everyone <script> <!-- explaingate:fp=0 -->\n`````\n"));
  CHECK(inline_body(reported, place).find("suggestion") == std::string::npos);
}

TEST_CASE("each line of a hunk has its number on both sides; a patch may be cut short, or look like a header") {
  auto lines = [](std::string_view patch) {
    std::string out;
    for (const DiffHunk& hunk : parse_hunks(patch)) {
      out += "|";
      for (const DiffLine& line : hunk.lines)
        out += fmt::format(" {}{},{}", " +-"[static_cast<int>(line.kind)], line.before, line.after);
    }
    return out;
  };
  CHECK(lines("--- a/x\n+++ b/x\n@@ -3,3 +3,4 @@\n a\n-b\n+c\n+d\n\\ No newline at end of file\n e\n") ==
        "|  3,3 -4,4 +5,4 +5,5  5,6");
  CHECK(lines("@@ -1,2 +1 @@\n--- a/x\n @@ -1 +1 @@\n@@ -9 +8 @@\n-x\n+y") == "| -1,1  2,1| -9,8 +10,8");
  CHECK(lines("@@ -1,9 +1,9 @@\n a\n@@ -20 +20 @@\n-b\n") == "|  1,1| -20,20");
  CHECK(lines("@@ -1 +0,0 @@\n-a\n@@ -0,0 +1 @@\n+a") == "| -1,0| +0,1");
}

TEST_CASE("a marker counts at the start of a body alone, and is what a comment begins with") {
  std::string body = inline_body(finding(), {"shop/orders.py", false, 12, 14, false});
  CHECK(fingerprint_in(body) == "00ff");
  CHECK(fingerprint_in("> " + body).empty());
  ReportedFinding huge = finding();
  huge.finding.message.assign(400'000, '<');
  CHECK(inline_body(huge, {}).size() <= 65'000);
  Outcome many = outcome();
  many.findings.assign(2000, finding());
  CHECK(summary_body(many, {1, 2, 3, 4}).size() <= 65'000);
}

TEST_CASE("how long a limit asks to wait") {
  auto wait = [](long status, std::map<std::string, std::string> headers, std::string body = "") {
    return limit_wait({status, std::move(headers), std::move(body)}, 1000);
  };
  CHECK(wait(429, {{"retry-after", "7"}}) == 7);
  CHECK(wait(403, {{"retry-after", "7"}}) == 7);
  CHECK(wait(403, {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "1030"}}) == 31);
  CHECK(wait(403, {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "30"}}) == 1);
  CHECK(wait(403, {{"x-ratelimit-remaining", "9"}, {"x-ratelimit-reset", "1030"}}) == std::nullopt);
  CHECK(wait(429, {{"retry-after", "soon"}}) == 60);
  CHECK(wait(500, {{"retry-after", "7"}}) == std::nullopt);
  CHECK(wait(403, {{"x-ratelimit-remaining", "9"}}, R"({"message": "You have exceeded a secondary rate limit."})") ==
        60);
  CHECK(wait(403, {}, R"({"message": "Resource not accessible by integration"})") == std::nullopt);
  CHECK(wait(422, {}, R"({"message": "rate limit"})") == std::nullopt);
}

TEST_CASE("an address is https but on this machine, and a token can't bring a header of its own") {
  for (const char* address : {"https://api.github.com", "https://h/api/v3/", "http://127.0.0.1:80", "http://localhost"})
    CHECK(Http::open(address, {}).has_value());
  for (const char* address : {"http://api.github.com", "ftp://127.0.0.1", "file:///etc/passwd", "https://u:p@h", "",
                              "https://h/?x=1", "https://h\r\nX: y", "http://127.0.0.1.example.com"}) {
    CAPTURE(address);
    auto opened = Http::open(address, {});
    REQUIRE(!opened.has_value());
    CHECK(opened.error().kind == ErrorKind::kUsage);
  }
  CHECK(Http::open("http://api.bitbucket.org/2.0", {}, "http://localhost:29418").has_value());
  CHECK(Http::open("https://h", {"Authorization: Bearer a\r\nX: y"}).error().message ==
        "the value for Authorization holds a line feed or another control character");
}

TEST_CASE("what the environment does not tell is named") {
  auto problem = [](PublishOptions options, std::map<std::string, std::string> environment) {
    Status done = complete_from_environment(options, "", environment);
    return done ? std::string() : done.error().message;
  };
  PublishOptions one;
  one.pull_request = 7;
  CHECK(problem(one, {{"GITHUB_REPOSITORY", "o/r"}, {"GITHUB_TOKEN", "t"}}).empty());
  CHECK(problem(one, {}) == "no repository is named");
  CHECK(problem(one, {{"GITHUB_REPOSITORY", "o/../x"}}) == "\"o/../x\" is no repository");
  CHECK(problem(one, {{"GITHUB_REPOSITORY", "o/r"}}) == "there is no token in the environment variable GITHUB_TOKEN");
  one.commit = "abc";
  CHECK(problem(one, {{"GITHUB_REPOSITORY", "o/r"}}) == "\"abc\" is no full commit id");
  CHECK(problem({}, {{"GITHUB_REPOSITORY", "o/r"}}) == "no pull request is named");
  CHECK(problem({}, {{"GITLAB_CI", "true"}, {"CI_PROJECT_ID", "7"}}) == "no merge request is named");
  CHECK(problem({}, {{"GITLAB_CI", "true"}, {"CI_PROJECT_ID", "7"}, {"CI_MERGE_REQUEST_IID", "7x"}}) ==
        "\"7x\" is no number of a merge request");
  CHECK(problem({}, {{"GITLAB_CI", "true"}, {"CI_PROJECT_ID", "a/b/../c"}}) == "\"a/b/../c\" is no repository");
  CHECK(problem({}, {{"GITHUB_REPOSITORY", "a/b/c"}}) == "\"a/b/c\" is no repository");
  CHECK(problem({}, {{"FORGEJO_ACTIONS", "true"}, {"GITHUB_REPOSITORY", "o/r"}}) == "the API's address is not known");
  CHECK(problem({}, {{"BITBUCKET_BUILD_NUMBER", "1"}, {"BITBUCKET_REPO_FULL_NAME", "o/r"}}) == "no commit is named");
}

}  // namespace
}  // namespace explaingate
