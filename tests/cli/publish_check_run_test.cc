// publish --check-run at GitHub.
#include <fmt/format.h>

#include "hub.h"

namespace explaingate {
namespace {

const std::string kRuns = "/repos/o/shop/check-runs";

std::vector<Json> findings(int count) {
  std::vector<Json> all;
  for (int i = 1; i <= count; ++i) all.push_back(finding(i, "shop/orders.py", i, i + 1));
  return all;
}

Ran publish_run(Hub& hub, const Json& document, std::vector<std::string> more = {}) {
  more.emplace_back("--check-run");
  return hub.publish(document, more);
}

// "failure 120: title", a line each, oldest first.
std::string check_runs(const Hub& hub) {
  std::string out;
  for (const Json& run : hub.state["check_runs"])
    out += fmt::format("{} {}: {}\n", run["conclusion"].get<std::string>(),
                       run["output"].value("annotations", Json::array()).size(),
                       run["output"]["title"].get<std::string>());
  return out;
}

// Those of the requests that write check runs.
std::string run_writes(const Hub& hub) {
  std::string out;
  for (const Json& line : hub.state["log"]) {
    auto text = line.get<std::string>();
    if (text.find(" " + kRuns) != std::string::npos) out += text.substr(0, text.find(' ')) + "\n";
  }
  return out;
}

TEST_CASE("a check run has the report's result and an annotation a finding, and is left alone by a second run") {
  Hub hub;
  Json one = finding(1, "shop/orders.py", 12, 14);
  one["level"] = "warning";
  one["message"] = "reads ::all::\nof orders <script>";
  Json both = report({one, finding(2, "elsewhere.py", 3, 3)});
  Ran ran = publish_run(hub, both);
  CHECK(ran.code == 0);
  CHECK(ran.err == "");
  CHECK(ran.out ==
        "pull request 7: 1 comment posted, 0 edited, 0 removed, 0 kept; summary written; check run written\n");
  REQUIRE(hub.state["check_runs"].size() == 1);
  const Json& run = hub.state["check_runs"][0];
  CHECK(run["name"] == "explaingate report");
  CHECK(run["head_sha"] == kHead);
  CHECK(run["status"] == "completed");
  CHECK(check_runs(hub) == "failure 2: 1 error, 1 warning\n");
  CHECK(run["output"]["summary"].get<std::string>().starts_with("### explaingate: 1 error, 1 warning\n"));
  CHECK(run["output"]["annotations"] ==
        Json::array({{{"path", "elsewhere.py"},
                      {"start_line", 3},
                      {"end_line", 3},
                      {"annotation_level", "failure"},
                      {"title", "full-scan-growth"},
                      {"message",
                       "finding 2 reads all of orders <!-- explaingate:fp=00 --> @everyone\n"
                       "plan: 1,000,000 rows examined, linear growth\n  SCAN orders"}},
                     {{"path", "shop/orders.py"},
                      {"start_line", 12},
                      {"end_line", 14},
                      {"annotation_level", "warning"},
                      {"title", "full-scan-growth"},
                      {"message",
                       "reads ::all:: of orders <script>\nplan: 1,000,000 rows examined, linear growth\n"
                       "  SCAN orders"}}}));

  ran = publish_run(hub, both);
  CHECK(ran.out ==
        "pull request 7: 0 comments posted, 0 edited, 0 removed, 1 kept; summary as it was; check run as it was\n");
  CHECK(hub.writes().empty());
}

TEST_CASE("without the flag there is no check run, and forges that have none refuse the flag") {
  Hub hub;
  hub.publish(report(findings(1)));
  CHECK(hub.state["check_runs"].empty());
  Hub gitlab(forge_cases()[1]);
  Ran ran = gitlab.publish(report(findings(1)), {"--check-run"});
  CHECK(ran.code == 2);
  CHECK(ran.err ==
        "explaingate: --check-run: gitlab has no check runs\nhelp: leave it out, or name the forge: --forge github\n");
}

TEST_CASE("annotations go by fifties, up to a thousand") {
  Hub hub;
  publish_run(hub, report(findings(120)));
  CHECK(run_writes(hub) == "POST\nPATCH\nPATCH\n");
  CHECK(check_runs(hub) == "failure 120: 120 errors, 0 warnings\n");
  publish_run(hub, report(findings(120)));
  CHECK(run_writes(hub).empty());
  Hub many;
  publish_run(many, report(findings(1001)));
  CHECK(check_runs(many) == "failure 1000: 1,001 errors, 0 warnings\n");
  CHECK(many.state["check_runs"][0]["output"]["summary"].get<std::string>().starts_with(
      "1000 of 1001 findings are annotated.\n\n### explaingate"));
}

TEST_CASE("fixed: the next commit's check run is green; of the same commit a new one takes the red one's place") {
  Hub hub;
  publish_run(hub, report(findings(2)));
  publish_run(hub, report({}));
  CHECK(check_runs(hub) == "failure 2: 2 errors, 0 warnings\nsuccess 0: no findings\n");
  publish_run(hub, report(findings(1)));  // nothing has to be taken back from the green one
  CHECK(run_writes(hub) == "PATCH\n");
  CHECK(check_runs(hub) == "failure 2: 2 errors, 0 warnings\nfailure 1: 1 error, 0 warnings\n");
  hub.move(std::string(40, 'b'));
  hub.state["check_runs"] = Json::array();
  publish_run(hub, report({}));
  CHECK(check_runs(hub) == "success 0: no findings\n");
  CHECK(hub.state["check_runs"][0]["head_sha"] == std::string(40, 'b'));
}

TEST_CASE("what could not be verified is no pass") {
  Hub hub;
  Json nothing = report({});
  nothing["unverified"] = "no merge base";
  nothing["exit_code"] = 3;
  publish_run(hub, nothing);
  CHECK(check_runs(hub) == "failure 0: not verified: no merge base\n");
}

TEST_CASE("a job's check run that has the same name is not ours") {
  Hub hub;
  hub.state["check_runs"] = {{{"id", 900},
                              {"name", "explaingate report"},
                              {"external_id", "2c9f0a2e-0d57-4a60-9c1e-0a3f4c9d7b11"},
                              {"conclusion", "success"},
                              {"output", {{"title", "job"}}}}};
  publish_run(hub, report(findings(1)));
  CHECK(run_writes(hub) == "POST\n");
  CHECK(check_runs(hub) == "success 0: job\nfailure 1: 1 error, 0 warnings\n");
}

TEST_CASE("a token that may write no checks is told so, and everything else is published") {
  Json one = report({finding(1, "shop/orders.py", 12, 12)});
  for (const char* request : {"POST /check-runs$", "GET /check-runs$"}) {
    Hub hub;
    hub.fault(request, 403, {{"message", "Resource not accessible by integration"}});
    Ran ran = publish_run(hub, one, {"--require-publish"});
    CHECK(ran.code == 0);
    CHECK(ran.err.starts_with("explaingate: no check run: "));
    CHECK(ran.err.ends_with(
        ": 403: Resource not accessible by integration\nhelp: permissions: checks: write; only the token of a workflow "
        "or of another GitHub App can have it\n"));
    CHECK(ran.out == "pull request 7: 1 comment posted, 0 edited, 0 removed, 0 kept; summary written\n");
  }
  // The other way round: it may write checks and nothing else.
  Hub hub;
  hub.fault("POST /pulls/7/reviews$", 403);
  Ran ran = publish_run(hub, one);
  CHECK(ran.code == 0);
  CHECK(ran.err.starts_with("explaingate: not all published, the token may not write here: "));
  CHECK(ran.out.find("summary not written; check run written\n") != std::string::npos);
  CHECK(check_runs(hub) == "failure 1: 1 error, 0 warnings\n");
}

TEST_CASE("annotations that are refused are counted, and the check run is there without them") {
  Hub first;
  first.fault("POST /check-runs$", 422, {{"message", "Invalid request."}});
  Ran ran = publish_run(first, report(findings(60)));
  CHECK(ran.code == 0);
  CHECK(ran.err ==
        "explaingate: 60 of 60 annotations are not in the check run: POST " + kRuns + ": 422: Invalid request.\n");
  CHECK(run_writes(first) == "POST\nPOST\n");
  CHECK(check_runs(first) == "failure 0: 60 errors, 0 warnings\n");

  Hub second;  // those behind are not sent: a later run goes on where this one stopped
  second.fault("PATCH /check-runs/", 422);
  ran = publish_run(second, report(findings(120)));
  CHECK(ran.err.starts_with("explaingate: 70 of 120 annotations are not in the check run: PATCH "));
  CHECK(check_runs(second) == "failure 50: 120 errors, 0 warnings\n");
  ran = publish_run(second, report(findings(120)));
  CHECK(ran.err == "");
  CHECK(run_writes(second) == "PATCH\nPATCH\n");
  CHECK(check_runs(second) == "failure 120: 120 errors, 0 warnings\n");

  Hub all;
  all.fault("POST /check-runs$", 422, {{"message", "No commit found"}, {"times", 2}});
  ran = publish_run(all, report(findings(1)));
  CHECK(ran.code == 0);
  CHECK(ran.err == "explaingate: no check run: POST " + kRuns + ": 422: No commit found\n");
}

TEST_CASE("a server's failure doubles neither check run nor annotations, and a limit is waited for") {
  Hub hub;
  hub.fault("POST /check-runs$", 502, {{"carried_out", true}});
  hub.fault("PATCH /check-runs/", 502, {{"carried_out", true}});
  hub.fault("PATCH /check-runs/", 429, {{"headers", {{"retry-after", "1"}}}});
  Ran ran = publish_run(hub, report(findings(120)));
  CHECK(ran.code == 0);
  CHECK(ran.err == "");
  CHECK(run_writes(hub) == "POST\nPATCH\nPATCH\nPATCH\n");
  CHECK(check_runs(hub) == "failure 120: 120 errors, 0 warnings\n");
  Hub down;
  down.fault("POST /check-runs$", 500, {{"times", 99}});
  ran = publish_run(down, report(findings(1)), {"--max-wait", "1"});
  CHECK(ran.code == 3);
  CHECK(ran.err.starts_with("explaingate: not published: POST " + kRuns + ": 500; gave up"));
}

TEST_CASE("a dry run prints the check run's requests") {
  Hub hub;
  Ran ran = publish_run(hub, report(findings(60)), {"--dry-run"});
  CHECK(hub.writes().empty());
  CHECK(ran.out.find(kRuns + "\n{\n  \"status\": \"completed\",\n  \"conclusion\": \"failure\",\n") !=
        std::string::npos);
  CHECK(ran.out.find("\nPATCH http") != std::string::npos);
  CHECK(ran.out.find(kRuns + "/{check_run_id}\n") != std::string::npos);
}

}  // namespace
}  // namespace explaingate
