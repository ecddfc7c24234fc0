// publish at Gitea and Forgejo: drafts that are left over, lines that move, jobs and their tokens.
#include <fmt/format.h>

#include "hub.h"

namespace explaingate {
namespace {

const ForgeCase& gitea() {
  return forge_cases().at(2);
}
const ForgeCase& forgejo() {
  return forge_cases().at(3);
}

TEST_CASE("a comment whose finding has moved is written anew, since nothing tells that it is outdated") {
  for (const ForgeCase* forge : {&gitea(), &forgejo()}) {
    Hub hub(*forge);
    hub.publish(report({finding(1, "shop/orders.py", 12, 12)}));
    hub.publish(report({finding(1, "shop/orders.py", 17, 17)}));
    CHECK(hub.comments() == "shop/orders.py:17-17 RIGHT 01\n");
    hub.publish(report({finding(1, "shop/orders.py", 17, 17)}));
    CHECK(hub.writes().empty());
  }
}

TEST_CASE("a review that broke off half-way leaves a draft, which is discarded before the next") {
  Hub hub(gitea());
  hub.state["breaks_off"] = true;
  Ran ran = hub.publish(report({finding(1, "shop/orders.py", 12, 12), finding(2, "shop/orders.py", 17, 17)}));
  CHECK(ran.code == 0);
  CHECK(hub.comments() == "shop/orders.py:12-12 RIGHT 01\nshop/orders.py:17-17 RIGHT 02\n");
  CHECK(hub.state["reviews"].size() == 1);
  CHECK(hub.writes().find("DELETE /repos/o/shop/pulls/7/reviews/") != std::string::npos);
}

TEST_CASE("the draft of a person who lent the token is neither submitted nor discarded") {
  Hub hub(gitea());
  hub.state["reviews"] = {{{"id", 500}, {"author", "gate"}, {"state", "PENDING"}}};
  hub.state["comments"] = {{{"id", 501},
                            {"author", "gate"},
                            {"path", "shop/orders.py"},
                            {"before", false},
                            {"first", 12},
                            {"line", 12},
                            {"body", "unfinished"},
                            {"review", 500}}};
  Ran ran = hub.publish(report({finding(1, "shop/orders.py", 12, 12)}));
  CHECK(ran.code == 3);
  CHECK(ran.err.find("gate has begun a review there, which would be submitted too: submit or discard it") !=
        std::string::npos);
  CHECK(hub.writes().empty());
}

TEST_CASE("the token of a job belongs to a user that it can't ask for") {
  for (const ForgeCase* forge : {&gitea(), &forgejo()}) {
    Hub hub(*forge);
    hub.state["login"] = forge->name + "-actions";
    Json one = report({finding(1, "shop/orders.py", 12, 12)});
    hub.publish(one);
    hub.publish(one);
    CHECK(hub.writes().empty());
    CHECK(hub.state["comments"].size() == 1);
  }
}

TEST_CASE("a workflow_run writes to the pull request of its own branch, not to another one at the same commit") {
  for (const ForgeCase* forge : {&gitea(), &forgejo()}) {
    Hub hub(*forge);
    Json run = {{"event", "pull_request"},
                {"head_sha", kHead},
                {"head_branch", "topic"},
                {"head_repository", {{"owner", {{"login", "fork"}}}}}};
    hub.event = {{"workflow_run", run}};
    Json one = report({finding(1, "shop/orders.py", 12, 12)});
    CHECK(hub.publish(one).out.starts_with("pull request 7: 1 comment posted"));
    CHECK(hub.state["comments"].size() == 1);

    hub.event["workflow_run"]["head_branch"] = "other";
    Ran ran = hub.publish(report({}));
    CHECK(ran.err == "explaingate: not published: no open pull request of fork:other is at " + kHead + "\n");
    CHECK(hub.writes().empty());
  }
}

TEST_CASE("reviews are read to the last page, though no answer names the next") {
  Hub hub(gitea());
  for (int i = 0; i < 120; ++i)
    hub.state["reviews"].push_back({{"id", 1000 + i}, {"author", "ann"}, {"state", "COMMENT"}});
  Json one = report({finding(1, "shop/orders.py", 12, 12)});
  hub.publish(one);
  hub.publish(one);
  CHECK(hub.writes().empty());
}

TEST_CASE("a finding in a file that was renamed stands in it; a workflow_run finds its pull request by the commit") {
  Hub hub(gitea());
  hub.state["files"][0]["previous"] = "shop/order.py";
  hub.event = {{"workflow_run",
                {{"event", "pull_request"},
                 {"head_sha", kHead},
                 {"head_branch", "topic"},
                 {"head_repository", {{"owner", {{"login", "fork"}}}}}}}};
  CHECK(hub.publish(report({finding(1, "shop/orders.py", 12, 12)})).code == 0);
  CHECK(hub.comments() == "shop/orders.py:12-12 RIGHT 01\n");
}

TEST_CASE("the forge takes no request that Gitea's description doesn't have") {
  const std::string pull = "/repos/o/shop/pulls/7", notes = "/repos/o/shop/issues/7/comments";
  Json unknown = {{"path", "a"}, {"line", 3}, {"body", ""}}, typo = {{"path", "a"}, {"new_position", "3"}};
  Json requests = {{"POST", pull + "/reviews", {{"event", "COMMENT"}, {"comments", {unknown}}}},
                   {"POST", pull + "/reviews", {{"event", "COMMENT"}, {"comments", {typo}}}},
                   {"POST", notes, {{"text", "x"}}},
                   {"GET", notes + "?limit=50", nullptr},
                   {"DELETE", pull + "/reviews/1/comments/2", nullptr},
                   {"POST", notes, {{"body", "x"}}}};
  CHECK(Hub(gitea()).answers(requests) == "400 400 400 400 400 201");
  CHECK(Hub(forgejo()).answers(requests) == "400 400 400 400 404 201");  // Forgejo has that way to delete a comment
}

}  // namespace
}  // namespace explaingate
