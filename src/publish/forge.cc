#include "publish/forge.h"

#include <fmt/format.h>

namespace explaingate {

ApiResult<PullRequest> find_pull_request(Api& api, const PublishOptions& options, const std::string& pulls,
                                         const std::string& open, std::string_view size) {
  if (options.pull_request > 0) {
    auto found = api.send({"GET", fmt::format("{}/{}", pulls, options.pull_request), ""});
    if (!found) return std::unexpected(found.error());
    return PullRequest{options.pull_request, text_at(*found, "/head/sha")};
  }
  auto all = api.list(open, size);
  if (!all) return std::unexpected(all.error());
  for (const Json& each : *all) {
    // Anyone can open a pull request at a commit that somebody else's is at.
    std::string branch = text_at(each, "/head/repo/owner/login") + ":" + text_at(each, "/head/ref");
    if (branch == options.head_branch && text_at(each, "/head/sha") == options.commit)
      return PullRequest{number_at(each, "/number"), options.commit};
  }
  return PullRequest{};
}

}  // namespace explaingate
