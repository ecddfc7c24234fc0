// publish at Bitbucket Cloud: a report with annotations, of a commit.
#include <fmt/format.h>

#include <set>

#include "hub.h"

namespace explaingate {
namespace {

const std::string kReport = "/repositories/team/shop/commit/" + kHead + "/reports/explaingate";
const std::string kAll = "DELETE " + kReport + "\nPUT " + kReport + "\n";
const std::string kAnnotations = "POST " + kReport + "/annotations\n";

Hub bitbucket() {
  return Hub(bitbucket_case());
}

TEST_CASE("a run writes a report and its annotations, and a second leaves the same there") {
  Hub hub = bitbucket();
  Json warning = finding(2, "shop/other.py", 40, 41);
  warning["level"] = "warning";
  Json both = report({warning, finding(1, "shop/orders.py", 12, 12)});
  Ran ran = hub.publish(both);
  CHECK(ran.code == 0);
  CHECK(ran.out == "commit " + kHead + ": a report with 2 annotations\n");
  CHECK(hub.writes() == kAll + kAnnotations);
  CHECK(hub.state["report"]["result"] == "FAILED");
  CHECK(hub.state["report"]["details"].get<std::string>().starts_with("1 error, 1 warning\n"));
  CHECK(hub.state["report"]["data"][0] == Json({{"title", "Errors"}, {"type", "NUMBER"}, {"value", 1}}));
  Json first = hub.state["annotations"][0];
  CHECK(first["external_id"] == fmt::format("{:032x}", 1));
  CHECK(first["path"] == "shop/orders.py");
  CHECK(first["line"] == 12);
  CHECK(first["severity"] == "HIGH");
  CHECK(first["summary"].get<std::string>().starts_with("full-scan-growth: finding 1 reads all of orders"));
  CHECK(hub.state["annotations"][1]["severity"] == "MEDIUM");

  Json before = {hub.state["report"], hub.state["annotations"]};
  hub.publish(both);
  CHECK(Json{hub.state["report"], hub.state["annotations"]} == before);

  hub.publish(report({warning}));
  CHECK(hub.state["annotations"].size() == 1);
  hub.publish(report({}));
  CHECK(hub.state["annotations"].empty());
  CHECK(hub.state["report"]["result"] == "PASSED");
}

TEST_CASE("what could not be verified has not passed") {
  Hub hub = bitbucket();
  Json none = report({});
  none["unverified"] = "no merge base";
  none["exit_code"] = 3;
  hub.publish(none);
  CHECK(hub.state["report"]["result"] == "FAILED");
  CHECK(hub.state["report"]["details"].get<std::string>().find("not verified: no merge base") != std::string::npos);
}

TEST_CASE("of 1,234 findings a thousand are annotated, a hundred a request, worst first, and all are counted") {
  Hub hub = bitbucket();
  std::vector<Json> findings;
  for (int i = 0; i < 1234; ++i) {
    findings.push_back(finding(i + 1, fmt::format("f{:04}.py", i), 5, 6));
    findings.back()["level"] = i < 300 ? "info" : "error";
  }
  findings.push_back(findings.back());  // one fingerprint twice
  CHECK(hub.publish(report(findings)).out == "commit " + kHead + ": a report with 1,000 annotations\n");
  CHECK(hub.state["annotations"].size() == 1000);
  CHECK(hub.state["log"].size() == 12);
  CHECK(hub.state["annotations"][0]["path"] == "f0300.py");
  std::string details = hub.state["report"]["details"];
  CHECK(details.find("1000 annotations are shown; the JSON report has all findings") != std::string::npos);
}

TEST_CASE("in a pipeline no token is needed: all goes through the proxy that stands beside it") {
  Hub hub = bitbucket();
  hub.state["proxy"] = true;
  hub.environment.erase("BITBUCKET_TOKEN");
  hub.environment["no_proxy"] = "*";
  Ran ran = hub.publish(report({finding(1, "shop/orders.py", 12, 12)}));
  CHECK(ran.code == 0);
  CHECK(hub.state["annotations"].size() == 1);
}

TEST_CASE("elsewhere it needs one") {
  Hub hub = bitbucket();
  hub.environment.erase("BITBUCKET_TOKEN");
  hub.environment.erase("BITBUCKET_BUILD_NUMBER");
  Ran ran = hub.publish(report({}), {"--forge", "bitbucket"});
  CHECK(ran.code == 2);
  CHECK(ran.err.find("there is no token in the environment variable BITBUCKET_TOKEN") != std::string::npos);
  hub.environment.erase("BITBUCKET_COMMIT");
  CHECK(hub.publish(report({}), {"--forge", "bitbucket"}).err.find("no commit is named") != std::string::npos);
}

TEST_CASE("a token that may only read is said, with what would have been written, and fails only on demand") {
  for (bool required : {false, true}) {
    Hub hub = bitbucket();
    hub.fault("DELETE " + kReport, 403, {{"message", "Access denied"}});
    Ran ran = hub.publish(report({finding(1, "shop/orders.py", 12, 12)}),
                          required ? std::vector<std::string>{"--require-publish"} : std::vector<std::string>{});
    CHECK(ran.code == (required ? 4 : 0));
    CHECK(ran.err.find("the token may not write here: DELETE " + kReport + ": 403: Access denied") !=
          std::string::npos);
    CHECK(ran.out.find("### explaingate: 1 error, 0 warnings") != std::string::npos);
  }
}

TEST_CASE("annotations that are refused are counted, and the rest goes on") {
  Hub hub = bitbucket();
  std::vector<Json> findings;
  for (int i = 0; i < 150; ++i) findings.push_back(finding(i + 1, "a.py", i + 1, i + 1));
  hub.fault("POST " + kReport + "/annotations$", 400);
  Ran ran = hub.publish(report(findings));
  CHECK(ran.code == 0);
  CHECK(ran.err == "explaingate: 100 annotations on lines not accepted: told in the report's numbers alone\n");
  CHECK(hub.state["annotations"].size() == 50);
}

TEST_CASE("limits are waited for, and what was carried out in spite of a failure is not doubled") {
  Hub hub = bitbucket();
  hub.fault("PUT " + kReport, 429, {{"headers", {{"retry-after", "1"}}}});
  hub.fault("POST " + kReport + "/annotations$", 502, {{"carried_out", true}});
  Ran ran = hub.publish(report({finding(1, "shop/orders.py", 12, 12)}));
  CHECK(ran.code == 0);
  CHECK(hub.state["annotations"].size() == 1);

  Hub down = bitbucket();
  down.fault("PUT " + kReport, 503, {{"times", 99}});
  CHECK(down.publish(report({}), {"--max-wait", "1"}).code == 3);
}

TEST_CASE("a dry run prints the requests and sends none") {
  Hub hub = bitbucket();
  hub.environment.erase("BITBUCKET_TOKEN");
  Ran ran = hub.publish(report({finding(1, "shop/orders.py", 12, 12)}), {"--dry-run"});
  CHECK(ran.code == 0);
  CHECK(hub.state["log"].empty());
  CHECK(ran.out.find(kReport + "\n{\n") != std::string::npos);
  CHECK(ran.out.find(kReport + "/annotations\n[\n") != std::string::npos);
}

TEST_CASE("a hostile report stays within what a report takes") {
  Hub hub = bitbucket();
  Json hostile = finding(1, "shop/\x1b[31m\norders.py", 2000000000, 2000000000);
  hostile["message"] = std::string(5000, 'x') + "\x1b]0;title\x07";
  hostile["rule"] = std::string(900, '\'');
  hostile["fix"] = std::string(50000, '/');
  Json empty = finding(2, "", 1, 1);
  empty["message"] = empty["rule"] = "";
  Ran ran = hub.publish(report({hostile, empty}));
  CHECK(ran.err.empty());
  CHECK(ran.code == 0);
  CHECK(hub.state["annotations"].size() == 2);
  CHECK(hub.state["annotations"].dump().find("\\u001b") == std::string::npos);
}

TEST_CASE("Bitbucket takes no request that its description doesn't have") {
  Hub hub = bitbucket();
  Json annotation = {{"type", "report_annotation"}, {"external_id", "1"}, {"summary", "x"}, {"line", 1}};
  Json typo = annotation, loud = annotation;
  typo["file"] = "a.py";
  loud["severity"] = "LOUD";
  CHECK(hub.answers({{"PUT", kReport, {{"type", "report"}, {"result", "GREEN"}}},
                     {"PUT", kReport, {{"title", "x"}}},
                     {"PUT", kReport, {{"type", "report"}, {"title", "x"}}},
                     {"POST", kReport + "/annotations", {typo}},
                     {"POST", kReport + "/annotations", {loud}},
                     {"POST", kReport + "/annotations", {annotation}}}) == "400 400 200 400 400 200");
}

TEST_CASE("annotations that the server fails at each time are left out, and said") {
  Hub hub = bitbucket();
  hub.fault(kAnnotations.substr(0, kAnnotations.size() - 1) + "$", 500, {{"times", 99}});
  Ran ran = hub.publish(report({finding(1, "shop/orders.py", 12, 12)}), {"--max-wait", "1"});
  CHECK(ran.code == 0);
  CHECK(ran.err == "explaingate: 1 annotation on lines not accepted: told in the report's numbers alone\n");
}

}  // namespace
}  // namespace explaingate
