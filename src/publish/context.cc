#include "publish/context.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/file.h"
#include "base/text.h"
#include "publish/api.h"

namespace explaingate {
namespace {

constexpr size_t kMostEventBytes = size_t{32} << 20;
constexpr size_t kLeastCommit = 40;  // hexadecimal digits: full ids alone

Result<Json> read_event(const std::string& path) {
  auto unusable = [&](std::string message) {
    return fail(Error{ErrorKind::kConfiguration, std::move(message), path, 0, 0, "",
                      "GITHUB_EVENT_PATH must name the event that started the workflow"});
  };
  auto text = read_file(path, kMostEventBytes);
  if (!text) return unusable(text.error().message);
  Json event = Json::parse(*text, nullptr, false);
  if (!event.is_object()) return unusable("is no JSON object");
  return event;
}

// A run for another event (a push to a branch) has no pull request even where one is open for the branch.
void take_event(PublishOptions& options, const Json& event) {
  if (int64_t number = number_at(event, "/pull_request/number"); number > 0) {
    options.pull_request = number;
    if (options.commit.empty()) options.commit = text_at(event, "/pull_request/head/sha");
  } else if (text_at(event, "/workflow_run/event").starts_with("pull_request")) {
    std::string owner = text_at(event, "/workflow_run/head_repository/owner/login");
    std::string branch = text_at(event, "/workflow_run/head_branch");
    if (owner.empty() || branch.empty()) return;
    options.head_branch = owner + ":" + branch;
    if (options.commit.empty()) options.commit = text_at(event, "/workflow_run/head_sha");
  }
}

// Two names, on GitLab more of them or a number instead; no name leads elsewhere in a URL.
bool is_repository(const KnownForge& forge, const std::string& name) {
  auto digit = [](char c) { return c >= '0' && c <= '9'; };
  auto plain = [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || digit(c) || c == '-' || c == '_' || c == '.';
  };
  bool gitlab = forge.kind == ForgeKind::kGitlab;
  if (gitlab && !name.empty() && std::ranges::all_of(name, digit)) return true;
  size_t parts = 0;
  for (size_t at = 0; at <= name.size(); ++parts) {
    size_t end = std::min(name.find('/', at), name.size());
    std::string part = name.substr(at, end - at);
    if (part.empty() || part == "." || part == ".." || !std::ranges::all_of(part, plain)) return false;
    at = end + 1;
  }
  return parts == 2 || (gitlab && parts > 2);
}

Status check_commit(const std::string& commit) {
  bool full = commit.size() >= kLeastCommit && commit.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (full) return {};
  return fail(ErrorKind::kUsage, fmt::format("\"{}\" is no full commit id", printable_line(shorten(commit, 100))),
              "--commit takes the 40 hexadecimal digits that `git rev-parse HEAD` prints");
}

// The change and its last commit, by the event or by variables.
Status complete_change(PublishOptions& options, const KnownForge& forge, const Environment& environment) {
  if (forge.kind == ForgeKind::kBitbucket) {
    if (options.commit.empty()) options.commit = first_set(environment, forge.commit);
    if (options.commit.empty())
      return fail(ErrorKind::kUsage, "no commit is named", std::string(forge.no_request_hint));
    return check_commit(options.commit);
  }
  std::string path = first_set(environment, forge.event);
  if (options.pull_request == 0 && !path.empty()) {
    auto event = read_event(path);
    if (!event) return fail(event.error());
    take_event(options, *event);
  }
  std::string number = first_set(environment, forge.number);
  if (options.pull_request == 0 && !number.empty()) {
    auto [end, code] = std::from_chars(number.data(), number.data() + number.size(), options.pull_request);
    if (code != std::errc{} || end != number.data() + number.size())
      return fail(ErrorKind::kUsage,
                  fmt::format("\"{}\" is no number of a {}", printable_line(shorten(number, 100)), forge.request),
                  std::string(forge.no_request_hint));
    if (options.commit.empty()) options.commit = first_set(environment, forge.commit);
  }
  if (options.pull_request <= 0 && options.head_branch.empty())
    return fail(ErrorKind::kUsage,
                path.empty() ? fmt::format("no {} is named", forge.request)
                             : fmt::format("the event is about no {}", forge.request),
                std::string(forge.no_request_hint));
  if (!options.commit.empty() || options.pull_request <= 0) return check_commit(options.commit);
  return {};
}

}  // namespace

Status complete_from_environment(PublishOptions& options, const std::string& forge_name,
                                 const Environment& environment) {
  auto named = std::ranges::find(known_forges(), forge_name, &KnownForge::name);
  const KnownForge& forge = named == known_forges().end() ? forge_of(environment) : *named;
  options.forge = forge.kind;
  if (options.check_run && !forge.check_runs)
    return fail(ErrorKind::kUsage, fmt::format("--check-run: {} has no check runs", forge.name),
                "leave it out, or name the forge: --forge github");
  if (options.repository.empty()) options.repository = first_set(environment, forge.repository);
  if (options.api_url.empty()) options.api_url = first_set(environment, forge.api_url);
  options.token = first_set(environment, forge.token);
  if (options.token.empty() && !forge.proxy.empty() && !first_set(environment, forge.told_by).empty()) {
    options.proxy = forge.proxy;
    if (options.api_url.empty()) options.api_url = forge.proxy_api;
  }
  if (options.api_url.empty()) options.api_url = forge.default_api;
  if (options.api_url.empty())
    return fail(ErrorKind::kUsage, "the API's address is not known",
                "--api-url https://HOST/api/v1, or the variable GITHUB_API_URL");
  if (!is_repository(forge, options.repository))
    return fail(ErrorKind::kUsage,
                options.repository.empty()
                    ? "no repository is named"
                    : fmt::format("\"{}\" is no repository", printable_line(shorten(options.repository, 100))),
                std::string(forge.repository_hint));
  if (Status change = complete_change(options, forge, environment); !change) return change;
  if (options.token.empty() && options.proxy.empty() && !options.dry_run)
    return fail(ErrorKind::kUsage, fmt::format("there is no token in the environment variable {}", forge.token.front()),
                std::string(forge.token_hint));
  return {};
}

}  // namespace explaingate
