// What publishing needs of a forge. Reading asks the server; each writing function gives the request, which the
// publisher sends, or prints in a dry run.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "publish/api.h"
#include "publish/diff_places.h"
#include "publish/publish.h"

namespace explaingate {

struct PullRequest {
  int64_t number = 0;
  std::string head;  // full id of its last commit
};

// A comment that is there.
struct Posted {
  std::string id, author, body;
  bool outdated = false;  // the line that it was written for is no longer in the diff
  bool answered = false;
};

struct InlineComment {
  DiffPlace place;
  std::string body;
};

class Forge {
 public:
  virtual ~Forge() = default;
  // The login under which comments are written.
  virtual ApiResult<std::string> own_login() = 0;
  // By options.pull_request, else by options.head_branch and options.commit; number 0 = no open one is at that commit.
  virtual ApiResult<PullRequest> pull_request() = 0;
  virtual ApiResult<std::vector<DiffFile>> files(int64_t number) = 0;
  virtual ApiResult<std::vector<Posted>> conversation(int64_t number) = 0;
  virtual ApiResult<std::vector<Posted>> inline_comments(int64_t number) = 0;

  [[nodiscard]] virtual HttpRequest post_summary(int64_t number, const std::string& body) const = 0;
  [[nodiscard]] virtual HttpRequest edit_summary(const Posted& posted, const std::string& body) const = 0;
  [[nodiscard]] virtual HttpRequest delete_summary(const Posted& posted) const = 0;
  [[nodiscard]] virtual HttpRequest post_review(const PullRequest& to, const std::string& body,
                                                const std::vector<InlineComment>& comments) const = 0;
  [[nodiscard]] virtual HttpRequest edit_inline(const Posted& posted, const std::string& body) const = 0;
  [[nodiscard]] virtual HttpRequest delete_inline(const Posted& posted) const = 0;
};

// `options` and `api` must outlive it.
[[nodiscard]] std::unique_ptr<Forge> make_github(const PublishOptions& options, Api& api);

}  // namespace explaingate
