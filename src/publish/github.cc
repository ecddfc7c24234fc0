// GitHub's REST API, version 2022-11-28 (docs.github.com/rest; its OpenAPI description checks each request in the
// tests).
#include <fmt/format.h>

#include <set>

#include "publish/comments.h"
#include "publish/forge.h"
#include "report/parts.h"

namespace explaingate {
namespace {

// The login behind the token that a workflow gets by itself; such a token may not ask who it is.
constexpr const char* kActionsLogin = "github-actions[bot]";

class GitHub : public Forge {
 public:
  GitHub(const PublishOptions& options, Api& api)
      : options_(options), api_(api), repository_("/repos/" + options.repository) {}

  ApiResult<std::string> own_login() override {
    auto user = api_.send({"GET", "/user", ""});
    if (user) return text_at(*user, "/login");
    if (user.error().failure == ApiFailure::kForbidden) return kActionsLogin;
    return std::unexpected(user.error());
  }

  ApiResult<PullRequest> pull_request() override {
    return find_pull_request(api_, options_, repository_ + "/pulls",
                             fmt::format("{}/pulls?state=open&head={}", repository_, path_uri(options_.head_branch)),
                             kHundredAPage);
  }

  ApiResult<std::vector<DiffFile>> files(int64_t number) override {
    auto items = api_.list(fmt::format("{}/pulls/{}/files", repository_, number));
    if (!items) return std::unexpected(items.error());
    std::vector<DiffFile> files;
    for (const Json& item : *items)  // `patch` is absent for binary and very large files
      files.push_back(
          {text_at(item, "/filename"), text_at(item, "/previous_filename"), parse_hunks(text_at(item, "/patch"))});
    return files;
  }

  ApiResult<std::vector<Posted>> conversation(int64_t number) override {
    return posted(fmt::format("{}/issues/{}/comments", repository_, number));
  }
  ApiResult<std::vector<Posted>> inline_comments(int64_t number) override {
    return posted(fmt::format("{}/pulls/{}/comments", repository_, number));
  }

  [[nodiscard]] HttpRequest post_summary(int64_t number, const std::string& body) const override {
    return with_body("POST", fmt::format("{}/issues/{}/comments", repository_, number), {{"body", body}});
  }
  [[nodiscard]] HttpRequest edit_summary(const Posted& posted, const std::string& body) const override {
    return with_body("PATCH", fmt::format("{}/issues/comments/{}", repository_, posted.id), {{"body", body}});
  }
  [[nodiscard]] HttpRequest delete_summary(const Posted& posted) const override {
    return {"DELETE", fmt::format("{}/issues/comments/{}", repository_, posted.id), ""};
  }
  // In one review, which is taken as a whole or not at all.
  [[nodiscard]] std::vector<Posting> post_inline(const PullRequest& to,
                                                 const std::vector<InlineComment>& comments) const override {
    Json list = Json::array();
    for (const InlineComment& comment : comments) {
      const DiffPlace& place = comment.place;
      const char* side = place.before ? "LEFT" : "RIGHT";
      Json item = {{"path", place.path}, {"body", comment.body}, {"line", place.last}, {"side", side}};
      if (place.first < place.last) item.update({{"start_line", place.first}, {"start_side", side}});
      list.push_back(std::move(item));
    }
    Json review = {{"commit_id", to.head},
                   {"event", "COMMENT"},
                   {"body", review_body(comments.size())},
                   {"comments", std::move(list)}};
    return {{with_body("POST", fmt::format("{}/pulls/{}/reviews", repository_, to.number), review), comments.size()}};
  }
  [[nodiscard]] std::string suggestion_fence(int /*lines*/) const override { return "suggestion"; }
  [[nodiscard]] HttpRequest edit_inline(const Posted& posted, const std::string& body) const override {
    return with_body("PATCH", fmt::format("{}/pulls/comments/{}", repository_, posted.id), {{"body", body}});
  }
  [[nodiscard]] HttpRequest delete_inline(const Posted& posted) const override {
    return {"DELETE", fmt::format("{}/pulls/comments/{}", repository_, posted.id), ""};
  }

 private:
  ApiResult<std::vector<Posted>> posted(const std::string& target) {
    auto items = api_.list(target);
    if (!items) return std::unexpected(items.error());
    std::set<int64_t> answered;
    for (const Json& item : *items) answered.insert(number_at(item, "/in_reply_to_id"));
    std::vector<Posted> all;
    for (const Json& item : *items) {
      int64_t id = number_at(item, "/id");
      bool outdated = item.is_object() && item.contains("line") && item["line"].is_null();
      std::optional<ShownLines> shown_at;
      if (int64_t last = number_at(item, "/line"); last > 0 && text_at(item, "/side") == "RIGHT") {
        int64_t first = number_at(item, "/start_line");
        shown_at = ShownLines{text_at(item, "/path"), first > 0 ? first : last, last};
      }
      all.push_back({.id = std::to_string(id),
                     .author = text_at(item, "/user/login"),
                     .body = text_at(item, "/body"),
                     .shown_at = std::move(shown_at),
                     .outdated = outdated,
                     .answered = answered.contains(id)});
    }
    return all;
  }

  const PublishOptions& options_;
  Api& api_;
  std::string repository_;
};

}  // namespace

std::unique_ptr<Forge> make_github(const PublishOptions& options, Api& api) {
  return std::make_unique<GitHub>(options, api);
}

}  // namespace explaingate
