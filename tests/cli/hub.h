// publish with the real binary against a forge on the loopback interface (forges/), which checks every request against
// the forge's description of its API.
#pragma once

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "sandbox.h"

namespace explaingate {

using Json = nlohmann::json;

inline constexpr const char* kToken = "ghs_0123456789secret";
inline const std::string kHead(40, 'a');

// What differs between forges that keep the same promises; GitHub's, where nothing else is said.
struct ForgeCase {
  std::string name = "github";
  std::string request = "pull request";
  std::string repository = "o/shop";             // as the job's variables name it
  std::string target = "/repos/o/shop/pulls/7";  // of the change, in the API
  std::string post_inline = "POST /repos/o/shop/pulls/7/reviews";
  std::string post_summary = "POST /repos/o/shop/issues/7/comments";
  std::string remove_inline = "DELETE ";                // what such a request begins with
  bool review = true;                                   // comments are posted together, all of them or none
  bool ranges = true;                                   // a comment can stand on several lines
  bool resolves = false;                                // a thread can be marked as done
  bool reads_without_token = true;                      // what is public
  int refusal = 422;                                    // status for a comment that it doesn't take
  std::string token_header = "Authorization: Bearer ";  // "Name: prefix"
  std::string repository_variable = "GITHUB_REPOSITORY", token_variable = "GITHUB_TOKEN", ci_variable{};
};
const std::vector<ForgeCase>& forge_cases();
const ForgeCase& bitbucket_case();  // which takes no comments

// A finding and a report as `check --format json` writes them.
Json finding(int number, const std::string& path, int line, int end_line);
Json report(const std::vector<Json>& findings);

// One change at one forge; the report is set before each run.
class Hub {
 public:
  explicit Hub(const ForgeCase& forge = forge_cases().front());

  Ran publish(const Json& document, std::vector<std::string> more = {}, bool actions = false);
  Ran run(std::vector<std::string> command, bool actions = false);
  // What the forge answers to requests with the right token: "400 201". `requests`: [[method, target, body or null]]
  std::string answers(const Json& requests);
  // The forge answers so the next time that it is asked so: "POST /path$", the path a regular expression.
  void fault(const std::string& request, int status, const Json& more = Json::object());
  // Somebody answers the comment.
  void answer(const Json& comment, const std::string& body);
  // The change is at another commit, and the job is of that.
  void move(const std::string& head);
  // Requests that write, in their order, a line each.
  [[nodiscard]] std::string writes() const;
  // "path:first-last side fingerprint's end", a line each; none for what says only that its finding is gone
  [[nodiscard]] std::string comments() const;
  // The only note's text, or "".
  [[nodiscard]] std::string summary() const;

  Json state, event;
  std::map<std::string, std::string> environment;

 private:
  [[nodiscard]] std::string at(const std::string& name) const { return (folder_->path() / name).string(); }
  void put(const std::string& name, const Json& document) const;
  const ForgeCase& forge_;
  std::optional<TemporaryFolder> folder_;
};

}  // namespace explaingate
