// publish at GitLab: positions, threads, and how its jobs tell what they are about.
#include <fmt/format.h>

#include "hub.h"

namespace explaingate {
namespace {

const ForgeCase& gitlab() {
  return forge_cases().at(1);
}

TEST_CASE("an unchanged line is named by both its numbers, several lines by the codes of the first and the last") {
  Hub hub(gitlab());
  hub.publish(report({finding(1, "shop/orders.py", 22, 22), finding(2, "shop/orders.py", 13, 17),
                      finding(3, "shop/orders.py", 19, 40)}));
  CHECK(hub.comments() ==
        "shop/orders.py:22-22 RIGHT 01\nshop/orders.py:13-17 RIGHT 02\nshop/orders.py:19-29 RIGHT 03\n");
}

TEST_CASE("in a file that was renamed a position has both its paths") {
  Hub hub(gitlab());
  hub.state["files"][0]["previous"] = "shop/order.py";
  hub.publish(report({finding(1, "shop/orders.py", 22, 22)}));
  CHECK(hub.comments() == "shop/orders.py:22-22 RIGHT 01\n");
}

TEST_CASE(
    "in a pipeline of merged results the commit is that of the source branch, in one of a fork the target's project") {
  Hub hub(gitlab());
  hub.environment["CI_COMMIT_SHA"] = std::string(40, 'd');
  hub.environment["CI_MERGE_REQUEST_SOURCE_BRANCH_SHA"] = kHead;
  hub.environment["CI_PROJECT_ID"] = "99";
  hub.environment["CI_MERGE_REQUEST_PROJECT_ID"] = hub.state["repository"];
  CHECK(hub.publish(report({finding(1, "shop/orders.py", 12, 12)})).code == 0);
  CHECK(hub.state["comments"].size() == 1);
}

TEST_CASE("a project may be a number") {
  Hub hub(gitlab());
  hub.state["repository"] = hub.environment["CI_PROJECT_ID"] = "4711";
  CHECK(hub.publish(report({finding(1, "shop/orders.py", 12, 12)})).code == 0);
  CHECK(hub.state["comments"].size() == 1);
}

TEST_CASE("outside of CI flags say it all") {
  Hub hub(gitlab());
  for (const char* name : {"GITLAB_CI", "CI_PROJECT_ID", "CI_MERGE_REQUEST_IID", "CI_COMMIT_SHA"})
    hub.environment.erase(name);
  Ran ran = hub.publish(report({finding(1, "shop/orders.py", 12, 12)}),
                        {"--forge", "gitlab", "--repository", "o/team/shop", "--pull-request", "7"});
  CHECK(ran.code == 0);
  CHECK(hub.state["comments"].size() == 1);
}

TEST_CASE("a thread that somebody else closed stays closed") {
  Hub hub(gitlab());
  Json one = report({finding(1, "shop/orders.py", 12, 12)});
  hub.publish(one);
  hub.state["comments"][0]["resolved_by"] = "ann";
  hub.publish(one);
  CHECK(hub.writes().empty());
}

TEST_CASE("a merge request that has no diff yet is looked at again") {
  Hub hub(gitlab());
  hub.state["diff_is_made"] = true;
  CHECK(hub.publish(report({finding(1, "shop/orders.py", 12, 12)})).code == 0);
  CHECK(hub.state["comments"].size() == 1);
}

TEST_CASE("what GitLab says of a refusal is told, in whichever form it says it") {
  Hub hub(gitlab());
  hub.fault("GET /user", 403, {{"message", {{"scope", {"insufficient"}}}}});
  Ran ran = hub.publish(report({finding(1, "shop/orders.py", 12, 12)}));
  CHECK(ran.code == 3);
  CHECK(ran.err.find("403: {\"scope\":[\"insufficient\"]}") != std::string::npos);
}

TEST_CASE("without a token it says which, and that the job's own can't write") {
  Hub hub(gitlab());
  hub.environment.erase("GITLAB_TOKEN");
  hub.environment["CI_JOB_TOKEN"] = "x";
  Ran ran = hub.publish(report({}));
  CHECK(ran.code == 2);
  CHECK(ran.err.find("there is no token in the environment variable GITLAB_TOKEN") != std::string::npos);
  CHECK(ran.err.find("CI_JOB_TOKEN can't write comments") != std::string::npos);
}

TEST_CASE("the forge takes no request that GitLab's documents don't have, and no place that its diff hasn't") {
  Hub hub(gitlab());
  const std::string request = "/projects/o%2Fteam%2Fshop/merge_requests/7";
  Json position = {{"position_type", "text"}, {"base_sha", std::string(40, '1')}, {"start_sha", std::string(40, '2')},
                   {"head_sha", kHead},       {"old_path", "shop/orders.py"},     {"new_path", "shop/orders.py"}};
  auto at = [&](const Json& more) {
    Json place = position;
    place.update(more);
    return Json{"POST", request + "/discussions", {{"body", "x"}, {"position", place}}};
  };
  CHECK(hub.answers({at({{"line", 12}}),
                     at({{"new_line", "12"}}),
                     {"POST", request + "/notes", {{"text", "x"}}},
                     {"GET", request + "/notes?limit=50", nullptr},
                     at({{"new_line", 12}}),
                     at({{"new_line", 17}, {"head_sha", std::string(40, 'b')}}),
                     at({{"new_line", 12}, {"old_line", 12}}),
                     at({{"new_line", 17}})}) == "400 400 400 400 400 400 201 201");
}

}  // namespace
}  // namespace explaingate
