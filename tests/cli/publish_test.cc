// publish with the real binary against a GitHub on the loopback interface (forge.py), which checks every request
// against GitHub's own description of its API.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "sandbox.h"

namespace explaingate {
namespace {

using Json = nlohmann::json;

constexpr const char* kToken = "ghs_0123456789secret";
const std::string kHead(40, 'a');

Json finding(int number, const std::string& path, int line, int end_line) {
  return {{"rule", "full-scan-growth"},
          {"level", "error"},
          {"path", path},
          {"line", line},
          {"column", 1},
          {"end_line", end_line},
          {"subject", "orders"},
          {"message", fmt::format("finding {} reads all of orders <!-- explaingate:fp=00 --> @everyone", number)},
          {"fix", nullptr},
          {"cause", nullptr},
          {"before", nullptr},
          {"after", {{"plan", {"SCAN orders"}}, {"rows_examined", 1000000}, {"growth", 1.0}}},
          {"fingerprint", fmt::format("{:032x}", number)}};
}

Json report(const std::vector<Json>& findings) {
  return {{"schema_version", 1},
          {"tool", {{"name", "explaingate"}, {"version", "0.1.0"}}},
          {"engine", {{"name", "sqlite"}, {"version", "3.40.1"}}},
          {"mode", "change"},
          {"base", "HEAD"},
          {"head", "working tree"},
          {"findings", findings},
          {"waived", Json::array()},
          {"not_analysed", Json::array()},
          {"queries", 9},
          {"statements", {{"found", 9}, {"changed", 3}, {"planned", 9}}},
          {"files", {{"read", 2}, {"excluded", 0}}},
          {"rules", Json::array()},
          {"notes", Json::array()},
          {"unverified", nullptr},
          {"exit_code", findings.empty() ? 0 : 1}};
}

// One pull request at one forge; the report is set before each run.
class Hub {
 public:
  Hub() {
    auto folder = TemporaryFolder::create();
    REQUIRE(folder.has_value());
    folder_.emplace(std::move(*folder));
    // Of the file the diff shows lines 10 to 29 after the change, 10 to 24 before it.
    state = {{"repository", "o/shop"},
             {"number", 7},
             {"head", kHead},
             {"branch", "fork:topic"},
             {"login", "github-actions[bot]"},
             {"token", kToken},
             {"files", {{{"filename", "shop/orders.py"}, {"patch", "@@ -10,15 +10,20 @@ def f():\n+x\n"}}}}};
    event = {{"pull_request", {{"number", 7}, {"head", {{"sha", kHead}}}}}};
  }

  Ran publish(const Json& document, std::vector<std::string> more = {}, bool actions = false) {
    put("report.json", document);
    std::vector<std::string> command = {EXPLAINGATE_BINARY, "publish", at("report.json")};
    command.insert(command.end(), more.begin(), more.end());
    Ran ran = run(command, actions);
    CAPTURE(ran.err);
    CHECK(state["problems"] == Json::array());
    CHECK((ran.out + ran.err).find(kToken) == std::string::npos);
    return ran;
  }
  Ran run(std::vector<std::string> command, bool actions = false) {
    put("state.json", state);
    put("event.json", event);
    command.insert(command.begin(), {"python3", SOURCE_DIR "/tests/cli/forge.py", at("state.json")});
    RunOptions options;
    options.environment = {
        {"GITHUB_REPOSITORY", "o/shop"}, {"GITHUB_TOKEN", kToken}, {"GITHUB_EVENT_PATH", at("event.json")}};
    if (actions) options.environment["GITHUB_ACTIONS"] = "true";
    Ran ran = run_program(command, options);
    auto text = read_file(at("state.json"));
    REQUIRE(text.has_value());
    state = Json::parse(*text);
    return ran;
  }
  void fault(const std::string& method, const std::string& path, int status, const Json& more = Json::object()) {
    Json each = {{"method", method}, {"path", path}, {"status", status}, {"times", 1}};
    each.update(more);
    state["faults"].push_back(each);
  }
  // Requests that write, in their order.
  [[nodiscard]] std::string writes() const {
    std::string out;
    for (const Json& line : state["log"])
      if (!line.get<std::string>().starts_with("GET ")) out += line.get<std::string>() + "\n";
    return out;
  }
  // "path:start-line side fingerprint's end"
  [[nodiscard]] std::string comments() const {
    std::string out;
    for (const Json& comment : state["review_comments"]) {
      std::string body = comment["body"];
      out += fmt::format("{}:{}-{} {} {}\n", comment["path"].get<std::string>(),
                         comment.value("start_line", comment["line"].get<int>()), comment["line"].get<int>(),
                         comment["side"].get<std::string>(), body.substr(body.find(" -->") - 2, 2));
    }
    return out;
  }
  [[nodiscard]] std::string summary() const {
    return state["issue_comments"].size() == 1 ? state["issue_comments"][0]["body"].get<std::string>() : "";
  }

  Json state, event;

 private:
  [[nodiscard]] std::string at(const std::string& name) const { return (folder_->path() / name).string(); }
  void put(const std::string& name, const Json& document) const {
    REQUIRE(write_file_atomic(at(name), document.dump()).has_value());
  }
  std::optional<TemporaryFolder> folder_;
};

const std::string kReview = "POST /repos/o/shop/pulls/7/reviews\n";
const std::string kSummary = "POST /repos/o/shop/issues/7/comments\n";

TEST_CASE(
    "a first run comments on lines in the diff and writes a summary; a second with the same report writes nothing") {
  Hub hub;
  Json both = report({finding(1, "shop/orders.py", 12, 12), finding(2, "shop/orders.py", 5, 11),
                      finding(3, "shop/orders.py", 40, 40)});
  Ran ran = hub.publish(both);
  CHECK(ran.code == 0);
  CHECK(ran.out == "pull request 7: 2 comments posted, 0 edited, 0 removed, 0 kept; summary written\n");
  CHECK(hub.writes() == kReview + kSummary);
  CHECK(hub.comments() == "shop/orders.py:12-12 RIGHT 01\nshop/orders.py:10-11 RIGHT 02\n");
  CHECK(hub.state["reviews"][0]["event"] == "COMMENT");
  CHECK(hub.summary().starts_with("<!-- explaingate:summary -->\n### explaingate: 3 errors, 0 warnings\n"));
  CHECK(hub.summary().ends_with("\nOn lines of this pull request: 2 comments; only here: 1 outside its diff\n"));
  CHECK(hub.summary().find("@everyone") == std::string::npos);

  ran = hub.publish(both);
  CHECK(ran.out == "pull request 7: 0 comments posted, 0 edited, 0 removed, 2 kept; summary as it was\n");
  CHECK(hub.writes().empty());
}

TEST_CASE("with nothing to say nothing is said") {
  Hub hub;
  Ran ran = hub.publish(report({}));
  CHECK(ran.out == "pull request 7: 0 comments posted, 0 edited, 0 removed, 0 kept; no summary\n");
  CHECK(hub.writes().empty());
}

TEST_CASE("after a rebase a finding keeps its comment, and one whose lines are gone from the diff is written anew") {
  Hub hub;
  hub.publish(report({finding(1, "shop/orders.py", 12, 12), finding(2, "shop/orders.py", 20, 20)}));
  hub.state["head"] = hub.event["pull_request"]["head"]["sha"] = std::string(40, 'b');
  hub.state["review_comments"][1]["line"] = nullptr;  // GitHub shows it as outdated
  Ran ran = hub.publish(report({finding(1, "shop/orders.py", 15, 15), finding(2, "shop/orders.py", 23, 23)}));
  CHECK(ran.code == 0);
  CHECK(hub.writes().starts_with(kReview + "DELETE /repos/o/shop/pulls/comments/"));
  CHECK(hub.comments() == "shop/orders.py:12-12 RIGHT 01\nshop/orders.py:23-23 RIGHT 02\n");
}

TEST_CASE("what is fixed loses its comment unless people answered, and comes back when it is reopened") {
  Hub hub;
  Json both = report({finding(1, "shop/orders.py", 12, 12), finding(2, "shop/orders.py", 20, 20)});
  hub.publish(both);
  hub.state["review_comments"].push_back({{"id", 900},
                                          {"user", {{"login", "ann"}}},
                                          {"path", "shop/orders.py"},
                                          {"line", 20},
                                          {"side", "RIGHT"},
                                          {"body", "why? -->"},
                                          {"in_reply_to_id", hub.state["review_comments"][1]["id"]}});
  hub.publish(report({}));
  CHECK(hub.comments() == "shop/orders.py:20-20 RIGHT 02\nshop/orders.py:20-20 RIGHT y?\n");
  CHECK(hub.summary().starts_with("<!-- explaingate:summary -->\n### explaingate: no findings\n"));
  hub.publish(both);
  CHECK(hub.writes() == kReview + "PATCH /repos/o/shop/issues/comments/" +
                            std::to_string(hub.state["issue_comments"][0]["id"].get<int>()) + "\n");
  CHECK(hub.state["review_comments"].size() == 3);
}

TEST_CASE("a comment says what the report says now, and comments of others that look like ours are left alone") {
  Hub hub;
  Json one = report({finding(1, "shop/orders.py", 12, 12)});
  hub.publish(one);
  Json forged = hub.state["review_comments"][0];
  forged["id"] = 901;
  forged["user"]["login"] = "mallory";
  forged["body"] = "<!-- explaingate:fp=0000000000000000000000000000000f -->\nfine";
  hub.state["review_comments"].push_back(forged);
  hub.state["issue_comments"].push_back(
      {{"id", 902}, {"user", {{"login", "mallory"}}}, {"body", "<!-- explaingate:summary -->\nfine"}});
  one["findings"][0]["after"]["rows_examined"] = 5;
  Ran ran = hub.publish(one);
  CHECK(ran.out == "pull request 7: 0 comments posted, 1 edited, 0 removed, 1 kept; summary written\n");
  CHECK(hub.state["review_comments"][0]["body"].get<std::string>().find("5 rows examined") != std::string::npos);
  CHECK(hub.state["review_comments"].size() == 2);
  CHECK(hub.state["issue_comments"][1]["body"] == "<!-- explaingate:summary -->\nfine");
}

TEST_CASE("a finding outside the diff stands at its cause in it, on the side where that line is") {
  Hub hub;
  Json removed = finding(1, "shop/other.py", 3, 3), added = finding(2, "shop/other.py", 4, 4);
  removed["cause"] = {{"path", "shop/orders.py"}, {"line", 24}, {"text", "CREATE INDEX i"}, {"removed", true}};
  added["cause"] = {{"path", "shop/orders.py"}, {"line", 29}, {"text", "DROP INDEX i"}, {"removed", false}};
  hub.publish(report({removed, added}));
  CHECK(hub.comments() == "shop/orders.py:24-24 LEFT 01\nshop/orders.py:29-29 RIGHT 02\n");
  CHECK(hub.state["review_comments"][0]["body"].get<std::string>().find("at `shop/other.py:3`") != std::string::npos);
}

TEST_CASE("a review that is refused leaves its findings in the summary") {
  Hub hub;
  hub.fault("POST", "/reviews$", 422);
  Ran ran = hub.publish(report({finding(1, "shop/orders.py", 12, 12)}));
  CHECK(ran.code == 0);
  CHECK(ran.err == "explaingate: 1 comment on lines not accepted: told in the summary alone\n");
  CHECK(hub.comments().empty());
  CHECK(hub.summary().ends_with("0 comments; only here: 1 where no comment was accepted\n"));
}

TEST_CASE("a token that may only read is said, with what would have been written, and fails only on demand") {
  Json one = report({finding(1, "shop/orders.py", 12, 12)});
  Json forbidden = {{"message", "Resource not accessible by integration\n::error::x"}};
  for (bool required : {false, true}) {
    Hub hub;
    hub.fault("POST", "/reviews$", 403, forbidden);
    Ran ran =
        hub.publish(one, required ? std::vector<std::string>{"--require-publish"} : std::vector<std::string>{}, true);
    CHECK(ran.code == (required ? 4 : 0));
    CHECK(ran.err.find("the token may not write here: POST /repos/o/shop/pulls/7/reviews: 403: Resource not accessible "
                       "by integration ::error::x\n") != std::string::npos);
    CHECK(ran.out.starts_with("::stop-commands::"));
    CHECK(ran.out.find("### explaingate: 1 error, 0 warnings") != std::string::npos);
    CHECK(hub.writes() == kReview);
  }
}

TEST_CASE("limits are waited for, as long as --max-wait allows") {
  Json one = report({finding(1, "shop/orders.py", 12, 12)});
  Hub hub;
  hub.fault("POST", "/reviews$", 429, {{"headers", {{"retry-after", "1"}}}});
  hub.fault("POST", "/issues/7/comments$", 403,
            {{"headers", {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "1"}}}});
  Ran ran = hub.publish(one);
  CHECK(ran.out == "pull request 7: 1 comment posted, 0 edited, 0 removed, 0 kept; summary written\n");
  CHECK(hub.writes() == kReview + kReview + kSummary + kSummary);
  CHECK(hub.state["review_comments"].size() == 1);

  Hub busy;
  busy.fault("POST", "/reviews$", 429, {{"headers", {{"retry-after", "3600"}}}});
  ran = busy.publish(one, {"--require-publish"});
  CHECK(ran.code == 4);
  CHECK(ran.err.find("(it asks to wait 3600 seconds); that is longer than --max-wait leaves") != std::string::npos);
  CHECK(busy.writes() == kReview);
}

TEST_CASE("a server's failure is tried again, and what was carried out in spite of it is not doubled") {
  Hub hub;
  hub.fault("GET", "/files$", 502);
  hub.fault("POST", "/reviews$", 502, {{"carried_out", true}});
  hub.fault("POST", "/issues/7/comments$", 500, {{"carried_out", true}});
  Ran ran = hub.publish(report({finding(1, "shop/orders.py", 12, 12)}));
  CHECK(ran.code == 0);
  CHECK(hub.writes() == kReview + kSummary);
  CHECK(hub.state["review_comments"].size() == 1);
  CHECK(hub.state["issue_comments"].size() == 1);

  Hub down;
  down.fault("GET", "/pulls/7$", 503, {{"times", 99}});
  ran = down.publish(report({}), {"--max-wait", "1"});
  CHECK(ran.code == 3);
  CHECK(ran.err.find("not published: GET /repos/o/shop/pulls/7: 503") != std::string::npos);
}

TEST_CASE("of 300 findings thirty are on lines and all are counted; lists are read to their last page") {
  Hub hub;
  std::vector<Json> findings;
  Json files = Json::array();
  for (int i = 0; i < 300; ++i) {
    findings.push_back(finding(i + 1, fmt::format("f{:03}.py", i), 5, 6));
    files.push_back({{"filename", fmt::format("f{:03}.py", 299 - i)}, {"patch", "@@ -1 +1,9 @@\n+x"}});
    hub.state["issue_comments"].push_back({{"id", 1000 + i}, {"user", {{"login", "ann"}}}, {"body", "hello"}});
  }
  hub.state["files"] = files;
  Json all = report(findings);
  hub.publish(all);
  CHECK(hub.state["review_comments"].size() == 30);
  CHECK(hub.state["issue_comments"].size() == 301);
  std::string summary = hub.state["issue_comments"][300]["body"];
  CHECK(summary.size() <= 65'000);
  CHECK(summary.find("### explaingate: 300 errors") != std::string::npos);
  CHECK(summary.ends_with("30 comments; only here: 270 more than are commented on at once\n"));
  hub.publish(all);
  CHECK(hub.writes().empty());
}

TEST_CASE("a workflow_run finds the pull request of a fork by branch and commit, and only at that commit") {
  Hub hub;
  hub.event = {{"workflow_run",
                {{"event", "pull_request"},
                 {"head_sha", kHead},
                 {"head_branch", "topic"},
                 {"head_repository", {{"owner", {{"login", "fork"}}}}}}}};
  Json one = report({finding(1, "shop/orders.py", 12, 12)});
  CHECK(hub.publish(one).code == 0);
  CHECK(hub.state["review_comments"].size() == 1);

  hub.state["head"] = std::string(40, 'c');
  Ran ran = hub.publish(report({}));
  CHECK(ran.code == 0);
  CHECK(ran.err == "explaingate: not published: no open pull request of fork:topic is at " + kHead + "\n");
  CHECK(hub.writes().empty());
  CHECK(hub.publish(one, {"--pull-request", "7", "--commit", kHead, "--require-publish"}).code == 4);
}

TEST_CASE("a dry run prints the requests and sends none that writes") {
  Hub hub;
  Ran ran = hub.publish(report({finding(1, "shop/orders.py", 12, 13)}), {"--dry-run"});
  CHECK(ran.code == 0);
  CHECK(hub.writes().empty());
  CHECK(ran.out.find("/repos/o/shop/pulls/7/reviews\n{\n  \"commit_id\": \"" + kHead) != std::string::npos);
  CHECK(ran.out.find("\"start_line\": 12") != std::string::npos);
  CHECK(ran.out.find("/repos/o/shop/issues/7/comments\n") != std::string::npos);
}

TEST_CASE("a redirect is not followed, so the token goes nowhere else") {
  Hub hub;
  hub.fault("GET", "/pulls/7$", 301, {{"headers", {{"Location", "http://127.0.0.1:9/elsewhere"}}}});
  Ran ran = hub.publish(report({}));
  CHECK(ran.code == 3);
  CHECK(ran.err.find("301: it has moved, and redirects are not followed") != std::string::npos);
}

TEST_CASE("the forge takes no request that GitHub's description doesn't have") {
  Hub hub;
  Ran ran = hub.run({"python3", "-c", R"(
import json, os, urllib.error, urllib.request
def send(method, target, body=None):
    headers = {"Accept": "*/*", "Authorization": "Bearer " + os.environ["GITHUB_TOKEN"]}
    text = json.dumps(body).encode() if body else None
    request = urllib.request.Request(os.environ["GITHUB_API_URL"] + target, text, headers, method=method)
    try:
        print(urllib.request.urlopen(request).status)
    except urllib.error.HTTPError as error:
        print(error.code)
send("POST", "/repos/o/shop/pulls/7/reviews", {"event": "SHOUT", "comments": []})
send("POST", "/repos/o/shop/pulls/7/reviews", {"event": "COMMENT", "comments": [{"path": "a", "line": "3", "body": ""}]})
send("POST", "/repos/o/shop/issues/7/comments", {"text": "x"})
send("GET", "/repos/o/shop/pulls/7/files?per_page=many")
send("GET", "/repos/o/shop/pulls/7/nothing")
send("POST", "/repos/o/shop/issues/7/comments", {"body": "x"})
)"});
  CHECK(ran.out == "400\n400\n400\n400\n400\n201\n");
}

TEST_CASE("what check finds in the incident comes to stand in its pull request") {
  Project project;
  project.lay("fixtures/incident/base");
  project.commit();
  project.lay("fixtures/incident/head");
  Json found = Json::parse(project.gate({"check", "--format", "json"}).out);
  Hub hub;
  hub.state["files"] = Json::array();
  project.git({"add", "-A"});
  std::istringstream names(project.git({"diff", "--cached", "--name-only"}).out);
  for (std::string name; std::getline(names, name);) {
    std::string patch = project.git({"diff", "--cached", "--", name}).out;
    hub.state["files"].push_back(
        {{"filename", name}, {"patch", patch.substr(std::min(patch.find("@@ -"), patch.size()))}});
  }
  CHECK(hub.publish(found).code == 0);
  std::string places;
  for (const Json& comment : hub.state["review_comments"])
    places += fmt::format("{}:{} {}\n", comment["path"].get<std::string>(), comment["line"].get<int>(),
                          comment["side"].get<std::string>());
  CHECK(places ==
        "shop/customers.py:8 RIGHT\nshop/reports.py:18 RIGHT\n"
        "migrations/0003_order_notes.sql:5 RIGHT\n"  // for a query that the change doesn't touch
        "shop/orders.py:19 RIGHT\n");                // a warning
  hub.publish(found);
  CHECK(hub.writes().empty());
}

}  // namespace
}  // namespace explaingate
