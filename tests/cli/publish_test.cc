// What publish promises for every forge that takes comments on lines.
#include <chrono>

#include <fmt/format.h>

#include "hub.h"

namespace explaingate {
namespace {

// The body of a test, once a forge.
template <class Body>
void for_each_forge(Body body) {
  for (const ForgeCase& forge : forge_cases()) {
    CAPTURE(forge.name);
    Hub hub(forge);
    body(forge, hub);
  }
}

std::string times(const std::string& line, size_t count) {
  std::string out;
  for (size_t i = 0; i < count; ++i) out += line + "\n";
  return out;
}

// The requests that post so many comments.
std::string posts(const ForgeCase& forge, size_t comments) {
  return times(forge.post_inline, forge.review ? 1 : comments);
}

TEST_CASE(
    "a first run comments on lines in the diff and writes a summary; a second with the same report writes nothing") {
  for_each_forge([](const ForgeCase& forge, Hub& hub) {
    Json both = report({finding(1, "shop/orders.py", 17, 17), finding(2, "shop/orders.py", 5, 11),
                        finding(3, "shop/orders.py", 40, 40)});
    Ran ran = hub.publish(both);
    CHECK(ran.code == 0);
    CHECK(ran.out == forge.request + " 7: 2 comments posted, 0 edited, 0 removed, 0 kept; summary written\n");
    CHECK(hub.writes() == posts(forge, 2) + forge.post_summary + "\n");
    CHECK(hub.comments() ==
          fmt::format("shop/orders.py:17-17 RIGHT 01\nshop/orders.py:{}-11 RIGHT 02\n", forge.ranges ? 10 : 11));
    CHECK(hub.summary().starts_with("<!-- explaingate:summary -->\n### explaingate: 3 errors, 0 warnings\n"));
    CHECK(hub.summary().find("\nOn lines of this change: 2 comments; only here: 1 outside its diff") !=
          std::string::npos);
    CHECK(hub.summary().find("@everyone") == std::string::npos);

    ran = hub.publish(both);
    CHECK(ran.out == forge.request + " 7: 0 comments posted, 0 edited, 0 removed, 2 kept; summary as it was\n");
    CHECK(hub.writes().empty());
  });
}

TEST_CASE("with nothing to say nothing is said") {
  for_each_forge([](const ForgeCase& forge, Hub& hub) {
    Ran ran = hub.publish(report({}));
    CHECK(ran.out == forge.request + " 7: 0 comments posted, 0 edited, 0 removed, 0 kept; no summary\n");
    CHECK(hub.writes().empty());
  });
}

TEST_CASE("where the change is at another commit nothing is written") {
  for_each_forge([](const ForgeCase& forge, Hub& hub) {
    hub.state["head"] = std::string(40, 'c');
    Json one = report({finding(1, "shop/orders.py", 12, 12)});
    Ran ran = hub.publish(one);
    CHECK(ran.code == 0);
    CHECK(ran.err == fmt::format("explaingate: not published: {} 7 is at {}, and the report is of {}\n", forge.request,
                                 std::string(40, 'c'), kHead));
    CHECK(hub.writes().empty());
    CHECK(hub.publish(one, {"--require-publish"}).code == 4);
  });
}

TEST_CASE("after a rebase a finding keeps its comment, and one whose lines are gone from the diff is written anew") {
  for_each_forge([](const ForgeCase& forge, Hub& hub) {
    hub.publish(report({finding(1, "shop/orders.py", 12, 12), finding(2, "shop/orders.py", 20, 20)}));
    hub.move(std::string(40, 'b'));
    hub.state["comments"][1]["outdated"] = true;
    Ran ran = hub.publish(report({finding(1, "shop/orders.py", 12, 12), finding(2, "shop/orders.py", 23, 23)}));
    CHECK(ran.code == 0);
    CHECK(hub.writes().starts_with(posts(forge, 1) + forge.remove_inline));
    CHECK(hub.comments() == "shop/orders.py:12-12 RIGHT 01\nshop/orders.py:23-23 RIGHT 02\n");
  });
}

TEST_CASE("what is fixed loses its comment unless people answered, and comes back when it is reopened") {
  for_each_forge([](const ForgeCase& forge, Hub& hub) {
    Json both = report({finding(1, "shop/orders.py", 12, 12), finding(2, "shop/orders.py", 20, 20)});
    hub.publish(both);
    hub.answer(hub.state["comments"][1], "why?");
    hub.publish(report({}));
    CHECK(hub.comments() == "shop/orders.py:20-20 RIGHT 02\nshop/orders.py:20-20 RIGHT y?\n");
    CHECK(hub.state["comments"][0].value("resolved_by", Json()) == (forge.resolves ? hub.state["login"] : Json()));
    CHECK(hub.summary().starts_with("<!-- explaingate:summary -->\n### explaingate: no findings\n"));
    hub.publish(report({}));
    CHECK(hub.writes().empty());
    hub.publish(both);
    CHECK(hub.comments() ==
          "shop/orders.py:20-20 RIGHT 02\nshop/orders.py:20-20 RIGHT y?\nshop/orders.py:12-12 RIGHT 01\n");
    CHECK(hub.state["comments"][0].value("resolved_by", Json()) == Json());
    CHECK(hub.summary().find("2 errors") != std::string::npos);
    hub.publish(both);
    CHECK(hub.writes().empty());
  });
}

TEST_CASE("a comment says what the report says now, and comments of others that look like ours are left alone") {
  for_each_forge([](const ForgeCase& forge, Hub& hub) {
    Json one = report({finding(1, "shop/orders.py", 12, 12)});
    hub.publish(one);
    Json forged = hub.state["comments"][0];
    forged.update({{"id", 901},
                   {"author", "mallory"},
                   {"body", "<!-- explaingate:fp=0000000000000000000000000000000f -->\nfine"}});
    hub.state["comments"].push_back(forged);
    hub.state["notes"].push_back({{"id", 902}, {"author", "mallory"}, {"body", "<!-- explaingate:summary -->\nfine"}});
    one["findings"][0]["after"]["rows_examined"] = 5;
    Ran ran = hub.publish(one);
    CHECK(ran.out == forge.request + " 7: 0 comments posted, 1 edited, 0 removed, 1 kept; summary written\n");
    CHECK(hub.state["comments"][0]["body"].get<std::string>().find("5 rows examined") != std::string::npos);
    CHECK(hub.state["comments"].size() == 2);
    CHECK(hub.state["notes"][1]["body"] == "<!-- explaingate:summary -->\nfine");
  });
}

TEST_CASE("two summaries, of two runs at once, become one") {
  for_each_forge([](const ForgeCase&, Hub& hub) {
    Json one = report({finding(1, "shop/orders.py", 12, 12)});
    hub.publish(one);
    Json second = hub.state["notes"][0];
    second["id"] = 900;
    hub.state["notes"].push_back(second);
    hub.publish(one);
    CHECK(hub.state["notes"].size() == 1);
  });
}

TEST_CASE("a finding outside the diff stands at its cause in it, on the side where that line is") {
  for_each_forge([](const ForgeCase&, Hub& hub) {
    Json removed = finding(1, "shop/other.py", 3, 3), added = finding(2, "shop/other.py", 4, 4);
    removed["cause"] = {{"path", "shop/orders.py"}, {"line", 15}, {"text", "CREATE INDEX i"}, {"removed", true}};
    added["cause"] = {{"path", "shop/orders.py"}, {"line", 20}, {"text", "DROP INDEX i"}, {"removed", false}};
    hub.publish(report({removed, added}));
    CHECK(hub.comments() == "shop/orders.py:15-15 LEFT 01\nshop/orders.py:20-20 RIGHT 02\n");
    CHECK(hub.state["comments"][0]["body"].get<std::string>().find("at `shop/other.py:3`") != std::string::npos);
  });
}

TEST_CASE("a comment that is refused leaves its finding in the summary, and the run goes on") {
  for_each_forge([](const ForgeCase& forge, Hub& hub) {
    hub.fault(forge.post_inline + "$", forge.refusal);
    Ran ran = hub.publish(report({finding(1, "shop/orders.py", 12, 12), finding(2, "shop/orders.py", 20, 20)}));
    CHECK(ran.code == 0);
    size_t refused = forge.review ? 2 : 1;
    CHECK(ran.err == fmt::format("explaingate: {} on lines not accepted: told in the summary alone\n",
                                 forge.review ? "2 comments" : "1 comment"));
    CHECK(hub.comments() == (forge.review ? "" : "shop/orders.py:20-20 RIGHT 02\n"));
    CHECK(hub.summary().find(fmt::format("only here: {} where no comment was accepted", refused)) != std::string::npos);
  });
}

TEST_CASE("a comment that the server fails at each time leaves its finding in the summary, and the rest is written") {
  Json both = report({finding(1, "shop/orders.py", 12, 12), finding(2, "shop/orders.py", 20, 20)});
  for_each_forge([&](const ForgeCase& forge, Hub& hub) {
    hub.fault(forge.post_inline + "$", 500, {{"times", 2}});
    Ran ran = hub.publish(both, {"--max-wait", "1"});
    CHECK(ran.code == 0);
    CHECK(ran.err == fmt::format("explaingate: {} on lines not accepted: told in the summary alone\n",
                                 forge.review ? "2 comments" : "1 comment"));
    CHECK(hub.comments() == (forge.review ? "" : "shop/orders.py:20-20 RIGHT 02\n"));
    CHECK(hub.summary().find(fmt::format("only here: {} where no comment was accepted", forge.review ? 2 : 1)) !=
          std::string::npos);
  });
  // The near miss: the last of the failures was none.
  for_each_forge([&](const ForgeCase& forge, Hub& hub) {
    hub.fault(forge.post_inline + "$", 500);
    hub.fault(forge.post_inline + "$", 500, {{"carried_out", true}});
    Ran ran = hub.publish(both, {"--max-wait", "1"});
    CHECK(ran.err == "");
    CHECK(ran.out == forge.request + " 7: 2 comments posted, 0 edited, 0 removed, 0 kept; summary written\n");
    CHECK((hub.summary() + "\n").find("\nOn lines of this change: 2 comments\n") != std::string::npos);
  });
}

TEST_CASE("what a token that may only read could write all the same is told, and the summary counts that") {
  for_each_forge([](const ForgeCase& forge, Hub& hub) {
    hub.fault(forge.post_summary + "$", 403);
    Ran ran = hub.publish(report({finding(1, "shop/orders.py", 12, 12)}));
    CHECK(ran.code == 0);
    CHECK(ran.out.starts_with(forge.request +
                              " 7: 1 comment posted, 0 edited, 0 removed, 0 kept; summary not written\n"));
    CHECK(ran.out.find("\nOn lines of this change: 1 comment\n") != std::string::npos);
    CHECK(ran.err.starts_with("explaingate: not all published, the token may not write here: "));
  });
  for_each_forge([](const ForgeCase& forge, Hub& hub) {
    if (forge.review) return;
    hub.fault(forge.post_inline + "$", 201, {{"carried_out", true}});
    hub.fault(forge.post_inline + "$", 403);
    Ran ran = hub.publish(report({finding(1, "shop/orders.py", 12, 12), finding(2, "shop/orders.py", 20, 20)}));
    CHECK(ran.out.find("\nOn lines of this change: 1 comment; only here: 1 where no comment was accepted\n") !=
          std::string::npos);
  });
}

TEST_CASE("a token that may only read is said, with what would have been written, and fails only on demand") {
  Json one = report({finding(1, "shop/orders.py", 12, 12)});
  Json forbidden = {{"message", "Resource not accessible by integration\n::error::x"}};
  for (bool required : {false, true})
    for_each_forge([&](const ForgeCase& forge, Hub& hub) {
      hub.fault(forge.post_inline + "$", 403, forbidden);
      Ran ran =
          hub.publish(one, required ? std::vector<std::string>{"--require-publish"} : std::vector<std::string>{}, true);
      CHECK(ran.code == (required ? 4 : 0));
      CHECK(ran.err.find("the token may not write here: " + forge.post_inline +
                         ": 403: Resource not accessible by integration ::error::x\nhelp: ") != std::string::npos);
      CHECK(ran.out.starts_with("::stop-commands::"));
      CHECK(ran.out.find("### explaingate: 1 error, 0 warnings") != std::string::npos);
      CHECK(ran.out.find("\nOn lines of this change: 0 comments; only here: 1 where no comment was accepted\n") !=
            std::string::npos);
      CHECK(hub.writes() == forge.post_inline + "\n");
    });
}

TEST_CASE("a comment that another run removes before it is edited is no token that may not write") {
  Json one = report({finding(1, "shop/orders.py", 12, 12)});
  for_each_forge([&](const ForgeCase& forge, Hub& hub) {
    hub.publish(one);
    Json changed = one;
    changed["findings"][0]["after"]["rows_examined"] = 5;
    hub.fault((forge.name == "gitlab" ? "PUT " : "PATCH ") + std::string("/"), 404);
    Ran ran = hub.publish(changed);
    CHECK(ran.err == "");
    CHECK(ran.out == forge.request + " 7: 0 comments posted, 1 edited, 0 removed, 1 kept; summary written\n");
  });
}

TEST_CASE("a limit that is told in words alone is one") {
  for_each_forge([](const ForgeCase& forge, Hub& hub) {
    hub.fault(forge.post_inline + "$", 403, {{"message", "You have exceeded a secondary rate limit. Please wait."}});
    Ran ran = hub.publish(report({finding(1, "shop/orders.py", 12, 12)}), {"--max-wait", "1"});
    CHECK(ran.code == 3);
    CHECK(ran.err.find("(it asks to wait 60 seconds)") != std::string::npos);
  });
}

TEST_CASE("limits are waited for, as long as --max-wait allows") {
  Json one = report({finding(1, "shop/orders.py", 12, 12)});
  for_each_forge([&](const ForgeCase& forge, Hub& hub) {
    hub.fault(forge.post_inline + "$", 429, {{"headers", {{"retry-after", "1"}}}});
    Ran ran = hub.publish(one);
    CHECK(ran.out == forge.request + " 7: 1 comment posted, 0 edited, 0 removed, 0 kept; summary written\n");
    CHECK(hub.writes() == times(forge.post_inline, 2) + forge.post_summary + "\n");
    CHECK(hub.state["comments"].size() == 1);
  });
  for_each_forge([&](const ForgeCase& forge, Hub& hub) {
    hub.fault(forge.post_inline + "$", 429, {{"headers", {{"retry-after", "3600"}}}});
    Ran ran = hub.publish(one, {"--require-publish"});
    CHECK(ran.code == 4);
    CHECK(ran.err.find("(it asks to wait 3,600 seconds); gave up: --max-wait leaves no time to try again") !=
          std::string::npos);
    CHECK(hub.writes() == forge.post_inline + "\n");
  });
}

TEST_CASE("a limit that comes more often than failures are tried again is waited for each time") {
  Hub hub;
  hub.fault("GET " + forge_cases().front().target + "$", 429, {{"headers", {{"retry-after", "0"}}}, {"times", 6}});
  Ran ran = hub.publish(report({}), {"--max-wait", "60"});
  CHECK(ran.err == "");
  CHECK(ran.code == 0);
}

TEST_CASE("a silent server is waited for no longer than --max-wait says") {
  Hub hub;
  hub.fault("GET " + forge_cases().front().target + "$", 200, {{"silent", 50}, {"times", 99}});
  auto start = std::chrono::steady_clock::now();
  Ran ran = hub.publish(report({}), {"--max-wait", "2"});
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));
  CHECK(ran.code == 3);
  CHECK(ran.err.find("; gave up: --max-wait leaves no time to try again\n") != std::string::npos);
}

TEST_CASE("a server's failure is tried again, and what was carried out in spite of it is not doubled") {
  for_each_forge([](const ForgeCase& forge, Hub& hub) {
    hub.fault("GET " + forge.target + "$", 502);
    hub.fault(forge.post_inline + "$", 502, {{"carried_out", true}});
    hub.fault(forge.post_summary + "$", 500, {{"carried_out", true}});
    Ran ran = hub.publish(report({finding(1, "shop/orders.py", 12, 12)}));
    CHECK(ran.code == 0);
    CHECK(hub.writes() == forge.post_inline + "\n" + forge.post_summary + "\n");
    CHECK(hub.state["comments"].size() == 1);
    CHECK(hub.state["notes"].size() == 1);
  });
  for_each_forge([](const ForgeCase& forge, Hub& hub) {
    hub.fault("GET " + forge.target + "$", 503, {{"times", 99}});
    Ran ran = hub.publish(report({}), {"--max-wait", "1"});
    CHECK(ran.code == 3);
    CHECK(ran.err.find("not published: GET " + forge.target + ": 503") != std::string::npos);
  });
  Hub hub;
  hub.fault(forge_cases().front().post_summary + "$", 500, {{"times", 99}});
  Ran ran = hub.publish(report({finding(1, "elsewhere.py", 12, 12)}));
  CHECK(ran.code == 3);
  CHECK(ran.err ==
        "explaingate: not published: " + forge_cases().front().post_summary + ": 500; gave up after 4 tries\n");
}

TEST_CASE("of 300 findings thirty are on lines and all are counted; lists are read to their last page") {
  for_each_forge([](const ForgeCase&, Hub& hub) {
    std::vector<Json> findings;
    Json files = Json::array();
    for (int i = 0; i < 300; ++i) {
      findings.push_back(finding(i + 1, fmt::format("f{:03}.py", i), 5, 6));
      files.push_back({{"path", fmt::format("f{:03}.py", 299 - i)},
                       {"patch", "@@ -1 +1,9 @@\n x\n+x\n+x\n+x\n+x\n+x\n+x\n+x\n+x\n"}});
      hub.state["notes"].push_back({{"id", 1000 + i}, {"author", "ann"}, {"body", "hello"}});
    }
    hub.state["files"] = files;
    Json all = report(findings);
    hub.publish(all);
    CHECK(hub.state["comments"].size() == 30);
    CHECK(hub.state["notes"].size() == 301);
    std::string summary = hub.state["notes"][300]["body"];
    CHECK(summary.size() <= 65'000);
    CHECK(summary.find("### explaingate: 300 errors") != std::string::npos);
    CHECK(summary.find("30 comments; only here: 270 more than are commented on at once") != std::string::npos);
    hub.publish(all);
    CHECK(hub.writes().empty());
  });
}

TEST_CASE("a dry run prints the requests and sends none that writes") {
  for_each_forge([](const ForgeCase& forge, Hub& hub) {
    if (forge.reads_without_token) hub.environment.erase(forge.token_variable);
    Ran ran = hub.publish(report({finding(1, "shop/orders.py", 17, 18)}), {"--dry-run"});
    CHECK(ran.code == 0);
    CHECK(hub.writes().empty());
    for (const std::string& request : {forge.post_inline, forge.post_summary})
      CHECK(ran.out.find(request.substr(request.find('/')) + "\n{\n") != std::string::npos);
    CHECK(ran.out.find("\"body\": \"<!-- explaingate:fp=00000000000000000000000000000001 -->\\n") != std::string::npos);
  });
}

TEST_CASE("a dry run prints addresses as they are asked, whatever slashes the API's address ends in") {
  Hub hub;
  Ran ran = hub.publish(report({finding(1, "shop/orders.py", 17, 18)}), {"--dry-run", "--api-url", "{api}//"});
  CHECK(ran.code == 0);
  CHECK(ran.out.find("//repos/") == std::string::npos);
  CHECK(ran.out.find("/repos/o/shop/pulls/7/reviews\n") != std::string::npos);
}

TEST_CASE("what is asked for in vain is a mistake of the command line, not a server that can't be reached") {
  Hub hub;
  auto said = [&](const std::string& file, const std::string& number) {
    Ran ran = hub.run({EXPLAINGATE_BINARY, "publish", file, "--pull-request", number});
    CHECK(ran.code == 2);
    return ran.err;
  };
  const std::string hint = "help: give the file that `explaingate check --format json=FILE` wrote\n";
  CHECK(said("/nonexistent/r.json", "7") ==
        "explaingate: /nonexistent/r.json: cannot read: No such file or directory\n" + hint);
  CHECK(said("/", "7") == "explaingate: /: is not a regular file\n" + hint);
  for (const char* number : {"0", "-1", "99999999999999999999", "2147483648"})
    CHECK(said("r.json", number) == fmt::format("explaingate: --pull-request: Value {} not in range 1 to 2147483647\n"
                                                "help: `explaingate --help`, or `explaingate COMMAND --help`\n",
                                                number));
  hub.environment["GITHUB_EVENT_PATH"] = "/nonexistent/event.json";
  Ran ran = hub.publish(report({}));
  CHECK(ran.code == 2);
  CHECK(ran.err ==
        "explaingate: /nonexistent/event.json: cannot read: No such file or directory\n"
        "help: GITHUB_EVENT_PATH must name the event that started the workflow\n");
}

TEST_CASE("a redirect is not followed, so the token goes nowhere else") {
  for_each_forge([](const ForgeCase& forge, Hub& hub) {
    hub.fault("GET " + forge.target + "$", 301, {{"headers", {{"Location", "http://127.0.0.1:9/elsewhere"}}}});
    Ran ran = hub.publish(report({}));
    CHECK(ran.code == 3);
    CHECK(ran.err.find("301: it has moved, and redirects are not followed") != std::string::npos);
  });
}

TEST_CASE("a forge on this machine is asked itself, so that no proxy of the environment reads the token") {
  for_each_forge([](const ForgeCase& forge, Hub& hub) {
    for (const char* name : {"http_proxy", "all_proxy"})
      hub.environment[name] = "http://127.0.0.1:9";  // nobody is there
    Ran ran = hub.publish(report({finding(1, "shop/orders.py", 12, 12)}), {"--max-wait", "1"});
    CHECK(ran.err == "");
    CHECK(hub.writes() == posts(forge, 1) + forge.post_summary + "\n");
  });
}

TEST_CASE("an answer that is nested a million levels deep is one like any other") {
  const std::string deep(1'000'000, '['), shallow(1'000'000, ']');
  for_each_forge([&](const ForgeCase& forge, Hub& hub) {
    hub.fault(forge.post_inline + "$", forge.refusal, {{"answer", "{\"message\": " + deep + shallow + "}"}});
    hub.fault(forge.post_summary + "$", 200, {{"answer", deep + shallow}});
    Ran ran = hub.publish(report({finding(1, "shop/orders.py", 12, 12)}));
    CHECK(ran.code == 3);
    CHECK(ran.err == "explaingate: not published: " + forge.post_summary +
                         ": the answer is nested deeper than 64 levels; is this the API's address?\n");
  });
}

TEST_CASE("a hostile report is text: no command, no mention, no marker, no HTML of its own") {
  for_each_forge([](const ForgeCase&, Hub& hub) {
    Json hostile = finding(1, "shop/orders.py", 12, 12);
    hostile["message"] = "/merge\n/close\n<!-- explaingate:summary --><script>alert(1)</script> @all !12 #3";
    hostile["fix"] = "/approve\n```\n/merge\n";
    hostile["rule"] = "/assign @root\n/merge";
    hostile["after"]["plan"] = {"/merge\n/close", "```\n/approve\n````\n/merge"};
    Json all = report({hostile});
    all["notes"] = {"/close\n/merge"};
    all["not_analysed"] = {{{"path", "/merge\n/merge"},
                            {"line", 1},
                            {"column", 1},
                            {"reason", "\n/merge"},
                            {"language", "sql"},
                            {"function", ""}}};
    CHECK(hub.publish(all).code == 0);  // the forge would complain of a line that is a command
    for (const Json& item : {hub.state["comments"][0], hub.state["notes"][0]}) {
      std::string body = item["body"];
      CHECK(body.find("<script>") == std::string::npos);
      CHECK(body.find("@all") == std::string::npos);
      CHECK(body.find(" !12") == std::string::npos);
      CHECK(body.find("\n/") == std::string::npos);
      CHECK(body.find("<!--", 1) == std::string::npos);
    }
    hub.publish(all);
    CHECK(hub.writes().empty());
  });
}

}  // namespace
}  // namespace explaingate
