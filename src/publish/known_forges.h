// What is particular to each forge, as data: by what its CI is known, which variables say what, how a token is sent.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace explaingate {

enum class ForgeKind { kGithub, kGitlab, kGitea, kBitbucket };  // kGitea: Forgejo too; kBitbucket: Cloud

using Environment = std::map<std::string, std::string>;
// Names of environment variables, the first that is set and not empty counts.
using Variables = std::vector<const char*>;

struct KnownForge {
  ForgeKind kind;
  std::string_view name;     // as --forge takes it
  std::string_view request;  // what a change is there: "pull request"
  Variables told_by{};       // set in a job of its CI
  Variables repository, api_url{}, token;
  Variables event{};             // a file with the event that started the job, else:
  Variables number{}, commit{};  // of the change, and of its last commit
  std::string_view default_api{};
  std::string_view proxy{}, proxy_api{};  // in a job without a token; "" = there is no such way
  std::string_view token_header;          // what stands before the token
  std::vector<std::string> headers;
  bool check_runs = false;  // a commit has checks that a program can write
  std::string_view repository_hint;
  std::string_view no_request_hint, token_hint, rights_hint;
};

[[nodiscard]] std::span<const KnownForge> known_forges();
[[nodiscard]] const KnownForge& known_forge(ForgeKind kind);
// That of the CI job by whose environment it is told, else GitHub.
[[nodiscard]] const KnownForge& forge_of(const Environment& environment);
// The value of the first of them that is set, or "".
[[nodiscard]] std::string first_set(const Environment& environment, const Variables& names);

}  // namespace explaingate
