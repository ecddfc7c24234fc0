#include "publish/known_forges.h"

#include <algorithm>

namespace explaingate {
namespace {

const std::vector<KnownForge>& table() {
  static const std::vector<KnownForge> kForges = {
      {.kind = ForgeKind::kGithub,
       .name = "github",
       .request = "pull request",
       .repository = {"GITHUB_REPOSITORY"},
       .api_url = {"GITHUB_API_URL"},
       .token = {"GITHUB_TOKEN"},
       .event = {"GITHUB_EVENT_PATH"},
       .default_api = "https://api.github.com",
       .token_header = "Authorization: Bearer ",
       .headers = {"Accept: application/vnd.github+json", "X-GitHub-Api-Version: 2022-11-28"},
       .check_runs = true,
       .repository_hint = "--repository OWNER/NAME, or the variable GITHUB_REPOSITORY",
       .no_request_hint = "run it for pull_request or workflow_run events, or name one: --pull-request NUMBER",
       .token_hint = "in a workflow: env: {GITHUB_TOKEN: \"${{ github.token }}\"}; --dry-run works without",
       .rights_hint = "permissions: pull-requests: write; runs for forks only read, see docs/publish.md"},
      {.kind = ForgeKind::kGitlab,
       .name = "gitlab",
       .request = "merge request",
       .told_by = {"GITLAB_CI"},
       // In a pipeline of a fork CI_PROJECT_ID is the fork, and the merge request is not there.
       .repository = {"CI_MERGE_REQUEST_PROJECT_ID", "CI_PROJECT_ID"},
       .api_url = {"CI_API_V4_URL"},
       .token = {"GITLAB_TOKEN"},
       .number = {"CI_MERGE_REQUEST_IID"},
       // The former is set in merged-results pipelines alone, where the latter is the commit of the merge.
       .commit = {"CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", "CI_COMMIT_SHA"},
       .default_api = "https://gitlab.com/api/v4",
       .token_header = "PRIVATE-TOKEN: ",
       .headers = {"Accept: application/json"},
       .repository_hint = "--repository GROUP/NAME, or the variable CI_PROJECT_ID",
       .no_request_hint = "run it in a merge request pipeline, or name one: --pull-request NUMBER",
       .token_hint =
           "make a project access token (scope api, role Developer) and a masked variable GITLAB_TOKEN of it; "
           "CI_JOB_TOKEN can't write comments",
       .rights_hint = "GITLAB_TOKEN: a project access token, scope api, role Developer; see docs/publish.md"},
      {.kind = ForgeKind::kGitea,
       .name = "gitea",
       .request = "pull request",
       .told_by = {"GITEA_ACTIONS", "FORGEJO_ACTIONS"},  // beside all that GitHub sets
       .repository = {"GITHUB_REPOSITORY"},
       .api_url = {"GITHUB_API_URL"},
       .token = {"GITEA_TOKEN", "FORGEJO_TOKEN", "GITHUB_TOKEN"},
       .event = {"GITHUB_EVENT_PATH"},
       .token_header = "Authorization: token ",
       .headers = {"Accept: application/json"},
       .repository_hint = "--repository OWNER/NAME, or the variable GITHUB_REPOSITORY",
       .no_request_hint = "run it for pull_request events, or name one: --pull-request NUMBER",
       .token_hint = "in a workflow: env: {GITEA_TOKEN: \"${{ github.token }}\"}; else a token with write:repository, "
                     "write:issue and read:user; --dry-run works without",
       .rights_hint = "a token with write:repository, write:issue and read:user; runs for forks only read, see "
                      "docs/publish.md"},
      {.kind = ForgeKind::kBitbucket,
       .name = "bitbucket",
       .request = "commit",
       .told_by = {"BITBUCKET_BUILD_NUMBER"},
       .repository = {"BITBUCKET_REPO_FULL_NAME"},
       .token = {"BITBUCKET_TOKEN"},
       .commit = {"BITBUCKET_COMMIT"},
       .default_api = "https://api.bitbucket.org/2.0",
       // Runs beside each step of a pipeline, and sends on what it is given by HTTPS, with a token of the step's.
       .proxy = "http://localhost:29418",
       .proxy_api = "http://api.bitbucket.org/2.0",
       .token_header = "Authorization: Bearer ",
       .headers = {"Accept: application/json"},
       .repository_hint = "--repository WORKSPACE/NAME, or the variable BITBUCKET_REPO_FULL_NAME",
       .no_request_hint = "run it in a pipeline, or name one: --commit ID",
       .token_hint = "outside of a pipeline it takes a repository access token that may write; --dry-run works without",
       .rights_hint = "BITBUCKET_TOKEN: a repository access token that may write; see docs/publish.md"},
  };
  return kForges;
}

}  // namespace

std::span<const KnownForge> known_forges() {
  return table();
}

const KnownForge& known_forge(ForgeKind kind) {
  return *std::ranges::find(table(), kind, &KnownForge::kind);
}

const KnownForge& forge_of(const Environment& environment) {
  for (const KnownForge& forge : table())
    if (!first_set(environment, forge.told_by).empty()) return forge;
  return known_forge(ForgeKind::kGithub);
}

std::string first_set(const Environment& environment, const Variables& names) {
  for (const char* name : names)
    if (auto found = environment.find(name); found != environment.end() && !found->second.empty()) return found->second;
  return "";
}

}  // namespace explaingate
