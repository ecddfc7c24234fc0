#include "hub.h"

#include <fmt/format.h>

#include <algorithm>

namespace explaingate {

const std::vector<ForgeCase>& forge_cases() {
  static const std::vector<ForgeCase> kForges = {
      {},
      {.name = "gitlab",
       .request = "merge request",
       .repository = "o/team/shop",
       .target = "/projects/o%2Fteam%2Fshop/merge_requests/7",
       .post_inline = "POST /projects/o%2Fteam%2Fshop/merge_requests/7/discussions",
       .post_summary = "POST /projects/o%2Fteam%2Fshop/merge_requests/7/notes",
       .review = false,
       .resolves = true,
       .reads_without_token = false,
       .refusal = 400,
       .token_header = "PRIVATE-TOKEN: ",
       .repository_variable = "CI_PROJECT_ID",
       .token_variable = "GITLAB_TOKEN",
       .ci_variable = "GITLAB_CI"},
      {.name = "gitea",
       .remove_inline = "PATCH /repos/o/shop/issues/comments/",
       .ranges = false,
       .token_header = "Authorization: token ",
       .token_variable = "GITEA_TOKEN",
       .ci_variable = "GITEA_ACTIONS"},
      {.name = "forgejo",
       .remove_inline = "DELETE /repos/o/shop/pulls/7/reviews/",
       .ranges = false,
       .token_header = "Authorization: token ",
       .token_variable = "FORGEJO_TOKEN",
       .ci_variable = "FORGEJO_ACTIONS"},
  };
  return kForges;
}

const ForgeCase& bitbucket_case() {
  static const std::string kReport = "/repositories/team/shop/commit/" + kHead + "/reports/explaingate";
  static const ForgeCase kBitbucket = {.name = "bitbucket",
                                       .request = "commit",
                                       .repository = "team/shop",
                                       .target = kReport,
                                       .post_inline = "POST " + kReport + "/annotations",
                                       .post_summary = "PUT " + kReport,
                                       .ranges = false,
                                       .reads_without_token = false,
                                       .refusal = 400,
                                       .repository_variable = "BITBUCKET_REPO_FULL_NAME",
                                       .token_variable = "BITBUCKET_TOKEN",
                                       .ci_variable = "BITBUCKET_BUILD_NUMBER"};
  return kBitbucket;
}

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

Hub::Hub(const ForgeCase& forge) : forge_(forge) {
  auto folder = TemporaryFolder::create();
  REQUIRE(folder.has_value());
  folder_.emplace(std::move(*folder));
  // Of the file the diff shows lines 10 to 29 after the change, of which 15 to 20 are new, and 10 to 24 before it, of
  // which 15 is gone.
  std::string patch = "@@ -10,15 +10,20 @@ def f():\n";
  for (char mark : std::string_view("     -++++++         ")) patch += std::string(1, mark) + "x\n";
  state = {{"forge", forge.name},
           {"repository", forge.repository},
           {"number", 7},
           {"branch", "fork:topic"},
           {"login", forge.name == "github" ? "github-actions[bot]" : "gate"},
           {"token", kToken},
           {"files", {{{"path", "shop/orders.py"}, {"patch", patch}}}}};
  environment = {{forge.repository_variable, forge.repository}, {forge.token_variable, kToken}};
  if (!forge.ci_variable.empty()) environment[forge.ci_variable] = "true";
  move(kHead);
}

void Hub::move(const std::string& head) {
  state["head"] = head;
  if (forge_.name == "bitbucket") {
    environment["BITBUCKET_COMMIT"] = head;
  } else if (forge_.name == "gitlab") {
    environment["CI_MERGE_REQUEST_IID"] = "7";
    environment["CI_COMMIT_SHA"] = head;
  } else {
    event = {{"pull_request", {{"number", 7}, {"head", {{"sha", head}}}}}};
    environment["GITHUB_EVENT_PATH"] = at("event.json");
  }
}

Ran Hub::publish(const Json& document, std::vector<std::string> more, bool actions) {
  put("report.json", document);
  std::vector<std::string> command = {EXPLAINGATE_BINARY, "publish", at("report.json")};
  command.insert(command.end(), more.begin(), more.end());
  if (forge_.name == "bitbucket" && !state.contains("proxy"))
    command.insert(command.end(), {"--api-url", "{api}"});  // no variable tells it
  Ran ran = run(command, actions);
  CAPTURE(ran.err);
  CHECK(state["problems"] == Json::array());
  CHECK((ran.out + ran.err).find(kToken) == std::string::npos);
  return ran;
}

Ran Hub::run(std::vector<std::string> command, bool actions) {
  put("state.json", state);
  put("event.json", event);
  command.insert(command.begin(), {"python3", SOURCE_DIR "/tests/cli/forges/serve.py", at("state.json")});
  RunOptions options;
  options.environment = environment;
  if (actions) options.environment["GITHUB_ACTIONS"] = "true";
  Ran ran = run_program(command, options);
  auto text = read_file(at("state.json"));
  REQUIRE(text.has_value());
  state = Json::parse(*text);
  return ran;
}

std::string Hub::answers(const Json& requests) {
  Ran ran = run({"python3", "-c", R"(
import json, sys, urllib.error, urllib.request
api, token, requests = sys.argv[1:]
name, value = token.split(": ", 1)
for method, target, body in json.loads(requests):
    text = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(api + target, text, {"Accept": "*/*", name: value}, method=method)
    try:
        print(urllib.request.urlopen(request).status)
    except urllib.error.HTTPError as error:
        print(error.code)
)",
                 "{api}", forge_.token_header + kToken, requests.dump()});
  CAPTURE(ran.err);
  CHECK(ran.code == 0);
  std::string out = ran.out.substr(0, ran.out.find_last_not_of('\n') + 1);
  std::ranges::replace(out, '\n', ' ');
  return out;
}

void Hub::fault(const std::string& request, int status, const Json& more) {
  size_t blank = request.find(' ');
  Json each = {
      {"method", request.substr(0, blank)}, {"path", request.substr(blank + 1)}, {"status", status}, {"times", 1}};
  each.update(more);
  state["faults"].push_back(each);
}

void Hub::answer(const Json& comment, const std::string& body) {
  Json answer = comment;
  answer.update(
      {{"id", 900 + state["comments"].size()}, {"author", "ann"}, {"body", body + " -->"}, {"answers", comment["id"]}});
  state["comments"].push_back(answer);
}

std::string Hub::writes() const {
  std::string out;
  for (const Json& line : state["log"])
    if (!line.get<std::string>().starts_with("GET ")) out += line.get<std::string>() + "\n";
  return out;
}

std::string Hub::comments() const {
  std::string out;
  for (const Json& comment : state["comments"]) {
    std::string body = comment["body"];
    if (body.starts_with("<!-- explaingate:gone -->")) continue;
    out += fmt::format("{}:{}-{} {} {}\n", comment["path"].get<std::string>(), comment["first"].get<int>(),
                       comment["line"].get<int>(), comment["before"].get<bool>() ? "LEFT" : "RIGHT",
                       body.substr(body.find(" -->") - 2, 2));
  }
  return out;
}

std::string Hub::summary() const {
  return state["notes"].size() == 1 ? state["notes"][0]["body"].get<std::string>() : "";
}

void Hub::put(const std::string& name, const Json& document) const {
  REQUIRE(write_file_atomic(at(name), document.dump()).has_value());
}

}  // namespace explaingate
