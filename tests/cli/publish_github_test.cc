// publish at GitHub: what it has alone, and what check finds from end to end.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "hub.h"

namespace explaingate {
namespace {

TEST_CASE("comments are one review that asks for nothing; one on several lines names its first") {
  Hub hub;
  Ran ran = hub.publish(report({finding(1, "shop/orders.py", 12, 13)}));
  CHECK(hub.state["reviews"][0]["event"] == "COMMENT");
  CHECK(hub.comments() == "shop/orders.py:12-13 RIGHT 01\n");
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
  CHECK(hub.state["comments"].size() == 1);

  hub.state["head"] = std::string(40, 'c');
  Ran ran = hub.publish(report({}));
  CHECK(ran.code == 0);
  CHECK(ran.err == "explaingate: not published: no open pull request of fork:topic is at " + kHead + "\n");
  CHECK(hub.writes().empty());
  CHECK(hub.publish(one, {"--pull-request", "7", "--commit", kHead, "--require-publish"}).code == 4);
}

TEST_CASE("the forge takes no request that GitHub's description doesn't have") {
  Hub hub;
  const std::string pull = "/repos/o/shop/pulls/7", notes = "/repos/o/shop/issues/7/comments";
  Json typo = {{"path", "a"}, {"line", "3"}, {"body", ""}};
  CHECK(hub.answers({{"POST", pull + "/reviews", {{"event", "SHOUT"}, {"comments", Json::array()}}},
                     {"POST", pull + "/reviews", {{"event", "COMMENT"}, {"comments", {typo}}}},
                     {"POST", notes, {{"text", "x"}}},
                     {"GET", pull + "/files?per_page=many", nullptr},
                     {"GET", pull + "/nothing", nullptr},
                     {"POST", notes, {{"body", "x"}}}}) == "400 400 400 400 400 201");
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
    hub.state["files"].push_back({{"path", name}, {"patch", patch.substr(std::min(patch.find("@@ -"), patch.size()))}});
  }
  CHECK(hub.publish(found).code == 0);
  std::string places;
  for (const Json& comment : hub.state["comments"])
    places += fmt::format("{}:{} {}\n", comment["path"].get<std::string>(), comment["line"].get<int>(),
                          comment["before"].get<bool>() ? "LEFT" : "RIGHT");
  CHECK(places ==
        "shop/customers.py:8 RIGHT\nshop/reports.py:18 RIGHT\n"
        "migrations/0003_order_notes.sql:5 RIGHT\n"  // for a query that the change doesn't touch
        "shop/orders.py:19 RIGHT\n");                // a warning
  hub.publish(found);
  CHECK(hub.writes().empty());
}

}  // namespace
}  // namespace explaingate
