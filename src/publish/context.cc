#include "publish/context.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/text.h"

namespace explaingate {
namespace {

using Event = nlohmann::json;

constexpr size_t kMostEventBytes = size_t{32} << 20;
constexpr size_t kLeastCommit = 40;  // hexadecimal digits: full ids alone

std::string variable(const std::map<std::string, std::string>& environment, const std::string& name) {
  auto found = environment.find(name);
  return found == environment.end() ? "" : found->second;
}

std::string text_at(const Event& event, const char* pointer) {
  const Event value = event.value(Event::json_pointer(pointer), Event());
  return value.is_string() ? value.get<std::string>() : "";
}

Result<Event> read_event(const std::string& path) {
  auto text = read_file(path, kMostEventBytes);
  if (!text) return fail(text.error());
  Event event = Event::parse(*text, nullptr, false);
  if (!event.is_object())
    return fail(Error{ErrorKind::kConfiguration, "is no JSON object", path, 0, 0, "",
                      "GITHUB_EVENT_PATH must name the event that started the workflow"});
  return event;
}

// A run for another event (a push to a branch) has no pull request even where one is open for the branch.
void take_event(PublishOptions& options, const Event& event) {
  const Event number = event.value(Event::json_pointer("/pull_request/number"), Event());
  if (number.is_number_unsigned()) {
    options.pull_request = number.get<int64_t>();
    if (options.commit.empty()) options.commit = text_at(event, "/pull_request/head/sha");
  } else if (text_at(event, "/workflow_run/event").starts_with("pull_request")) {
    std::string owner = text_at(event, "/workflow_run/head_repository/owner/login");
    std::string branch = text_at(event, "/workflow_run/head_branch");
    if (owner.empty() || branch.empty()) return;
    options.head_branch = owner + ":" + branch;
    if (options.commit.empty()) options.commit = text_at(event, "/workflow_run/head_sha");
  }
}

bool is_repository(const std::string& name) {
  auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  };
  size_t slash = name.find('/');
  if (slash == std::string::npos) return false;
  std::string owner = name.substr(0, slash), own = name.substr(slash + 1);
  auto part = [&](const std::string& text) {
    return !text.empty() && text != "." && text != ".." && std::ranges::all_of(text, plain);
  };
  return part(owner) && part(own);
}

}  // namespace

Status complete_from_environment(PublishOptions& options, const std::map<std::string, std::string>& environment) {
  if (options.repository.empty()) options.repository = variable(environment, "GITHUB_REPOSITORY");
  if (options.api_url.empty()) options.api_url = variable(environment, "GITHUB_API_URL");
  if (options.api_url.empty()) options.api_url = "https://api.github.com";
  options.token = variable(environment, "GITHUB_TOKEN");
  std::string path = variable(environment, "GITHUB_EVENT_PATH");
  if (options.pull_request == 0 && !path.empty()) {
    auto event = read_event(path);
    if (!event) return fail(event.error());
    take_event(options, *event);
  }
  if (!is_repository(options.repository))
    return fail(ErrorKind::kUsage,
                options.repository.empty()
                    ? "no repository is named"
                    : fmt::format("\"{}\" is no repository", printable_line(shorten(options.repository, 100))),
                "--repository OWNER/NAME, or the variable GITHUB_REPOSITORY");
  if (options.pull_request <= 0 && options.head_branch.empty())
    return fail(ErrorKind::kUsage, path.empty() ? "no pull request is named" : "the event is about no pull request",
                "run it for pull_request or workflow_run events, or name one: --pull-request NUMBER");
  bool full = options.commit.size() >= kLeastCommit &&
              options.commit.find_first_not_of("0123456789abcdef") == std::string::npos;
  if ((!options.commit.empty() || options.pull_request <= 0) && !full)
    return fail(ErrorKind::kUsage,
                fmt::format("\"{}\" is no full commit id", printable_line(shorten(options.commit, 100))),
                "--commit takes the 40 hexadecimal digits that `git rev-parse HEAD` prints");
  if (options.token.empty() && !options.dry_run)
    return fail(ErrorKind::kUsage, "there is no token in the environment variable GITHUB_TOKEN",
                "in a workflow: env: {GITHUB_TOKEN: \"${{ github.token }}\"}; --dry-run works without");
  return {};
}

}  // namespace explaingate
