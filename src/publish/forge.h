// What publishing needs of a forge. Reading asks the server; each writing function gives the request, which the
// publisher sends, or prints in a dry run.
#pragma once

#include <memory>
#include <optional>
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

// A line, on one side of the change.
struct LinePlace {
  std::string path;
  bool before = false;
  int64_t line = 0;
  bool operator==(const LinePlace&) const = default;
};

// Lines after the change.
struct ShownLines {
  std::string path;
  int64_t first = 0, last = 0;
  bool operator==(const ShownLines&) const = default;
};

// A comment that is there.
struct Posted {
  std::string id, author, body;
  std::string thread{};  // the discussion or review that it is part of, where the forge asks for it
  // Where the forge leaves it when its line moves; nothing = the forge takes it along, or says that it is outdated.
  std::optional<LinePlace> stands_at{};
  std::optional<ShownLines> shown_at{};  // where the forge shows it now; nothing = not known, or on no such lines
  bool outdated = false;                 // the line that it was written for is no longer in the diff
  bool answered = false;
  bool resolved = false;   // marked as done, by `resolver`
  std::string resolver{};  // a login
};

struct InlineComment {
  DiffPlace place;
  std::string body;
};

// A request that posts so many comments, all of them or none.
struct Posting {
  HttpRequest request;
  size_t comments = 0;
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
  [[nodiscard]] virtual std::vector<Posting> post_inline(const PullRequest& to,
                                                         const std::vector<InlineComment>& comments) const = 0;
  [[nodiscard]] virtual HttpRequest edit_inline(const Posted& posted, const std::string& body) const = 0;
  [[nodiscard]] virtual HttpRequest delete_inline(const Posted& posted) const = 0;
  // What stands behind the fence of a block that offers other text for the lines of its comment, so many of them;
  // "" = the forge has no such block.
  [[nodiscard]] virtual std::string suggestion_fence(int /*lines*/) const { return ""; }
  // Marks the comment's thread as done, or opens it again; nothing = the forge has no such mark.
  [[nodiscard]] virtual std::optional<HttpRequest> set_resolved(const Posted& /*posted*/, bool /*resolved*/) const {
    return std::nullopt;
  }
};

// A pull request in the form that GitHub gave it and Gitea took over. `pulls`: where they are, "/repos/o/r/pulls";
// `open`: those among which the one at options.commit is looked for, where no number is named; `size` as for
// Api::list().
[[nodiscard]] ApiResult<PullRequest> find_pull_request(Api& api, const PublishOptions& options,
                                                       const std::string& pulls, const std::string& open,
                                                       std::string_view size);

// `options` and `api` must outlive them.
[[nodiscard]] std::unique_ptr<Forge> make_github(const PublishOptions& options, Api& api);
[[nodiscard]] std::unique_ptr<Forge> make_gitlab(const PublishOptions& options, Api& api);
[[nodiscard]] std::unique_ptr<Forge> make_gitea(const PublishOptions& options, Api& api);

}  // namespace explaingate
