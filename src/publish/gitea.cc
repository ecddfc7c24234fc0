// The REST API of Gitea and Forgejo, version 1: comments on lines in one review, the summary as a comment of the issue.
// Sources: their Swagger descriptions, which check each request in the tests, and routers/api/v1/repo/pull_review.go.
#include <algorithm>

#include <fmt/format.h>

#include "publish/comments.h"
#include "publish/forge.h"
#include "report/parts.h"

namespace explaingate {
namespace {

constexpr std::string_view kPageSize = "limit=50";  // the most that an installation allows by default

class Gitea : public Forge {
 public:
  Gitea(const PublishOptions& options, Api& api)
      : options_(options), api_(api), repository_("/repos/" + options.repository), login_(options.author) {}

  // A job's own token belongs to a user that has no page of its own.
  ApiResult<std::string> own_login() override {
    auto user = api_.send({"GET", "/user", ""});
    if (user) return login_ = text_at(*user, "/login");
    if (user.error().failure != ApiFailure::kForbidden) return std::unexpected(user.error());
    auto forgejo = is_forgejo();
    if (!forgejo) return std::unexpected(forgejo.error());
    return login_ = *forgejo ? "forgejo-actions" : "gitea-actions";
  }

  ApiResult<PullRequest> pull_request() override {
    return find_pull_request(api_, options_, repository_ + "/pulls", repository_ + "/pulls?state=open", kPageSize);
  }

  ApiResult<std::vector<DiffFile>> files(int64_t number) override {
    auto diff = api_.text({"GET", request(number) + ".diff", ""});
    if (!diff) return std::unexpected(diff.error());
    auto files = parse_diff(*diff);
    if (!files)
      return std::unexpected(
          ApiError{ApiFailure::kOther, fmt::format("GET {}.diff: {}", request(number), files.error().message)});
    return std::move(*files);
  }

  ApiResult<std::vector<Posted>> conversation(int64_t number) override {
    auto notes = api_.send({"GET", fmt::format("{}/issues/{}/comments", repository_, number), ""});  // not in pages
    if (!notes) return std::unexpected(notes.error());
    std::vector<Posted> all;
    for (const Json& note : *notes)
      all.push_back({.id = std::to_string(number_at(note, "/id")),
                     .author = text_at(note, "/user/login"),
                     .body = text_at(note, "/body")});
    return all;
  }

  // They are read review by review. A draft is left over where a review broke off: Gitea stores comments one by one.
  ApiResult<std::vector<Posted>> inline_comments(int64_t number) override {
    auto forgejo = is_forgejo();
    if (!forgejo) return std::unexpected(forgejo.error());
    forgejo_ = *forgejo;
    number_ = number;
    drafts_.clear();
    auto reviews = api_.list(request(number) + "/reviews", kPageSize);
    if (!reviews) return std::unexpected(reviews.error());
    std::vector<Posted> all;
    for (const Json& review : *reviews) {
      if (number_at(review, "/comments_count") == 0) continue;
      std::string id = std::to_string(number_at(review, "/id"));
      auto comments = api_.send({"GET", fmt::format("{}/reviews/{}/comments", request(number), id), ""});
      if (!comments) return std::unexpected(comments.error());
      if (text_at(review, "/state") != "PENDING") {
        for (const Json& comment : *comments) all.push_back(posted_of(comment, id));
      } else if (text_at(review, "/user/login") == login_) {
        bool own = std::ranges::all_of(
            *comments, [](const Json& each) { return !fingerprint_in(text_at(each, "/body")).empty(); });
        if (!own)
          return std::unexpected(ApiError{
              ApiFailure::kOther,
              fmt::format("{} has begun a review there, which would be submitted too: submit or discard it", login_)});
        drafts_.push_back(id);
      }
    }
    for (Posted& posted : all)  // an answer stands at the same line
      posted.answered = std::ranges::any_of(all, [&](const Posted& other) {
        return other.stands_at == posted.stands_at && other.author != posted.author;
      });
    return all;
  }

  [[nodiscard]] HttpRequest post_summary(int64_t number, const std::string& body) const override {
    return with_body("POST", fmt::format("{}/issues/{}/comments", repository_, number), {{"body", body}});
  }
  [[nodiscard]] HttpRequest edit_summary(const Posted& posted, const std::string& body) const override {
    return with_body("PATCH", comment(posted), {{"body", body}});
  }
  [[nodiscard]] HttpRequest delete_summary(const Posted& posted) const override {
    return {"DELETE", comment(posted), ""};
  }

  [[nodiscard]] std::vector<Posting> post_inline(const PullRequest& to,
                                                 const std::vector<InlineComment>& comments) const override {
    std::vector<Posting> postings;
    for (const std::string& draft : drafts_)
      postings.push_back({{"DELETE", fmt::format("{}/reviews/{}", request(to.number), draft), ""}, 0});
    Json list = Json::array();
    for (const InlineComment& each : comments)  // "positions" are numbers of lines, and 0 is none
      list.push_back({{"path", each.place.path},
                      {"body", each.body},
                      {"new_position", each.place.before ? 0 : each.place.last},
                      {"old_position", each.place.before ? each.place.last : 0}});
    Json review = {{"commit_id", to.head},
                   {"event", "COMMENT"},
                   {"body", review_body(comments.size())},
                   {"comments", std::move(list)}};
    postings.push_back({with_body("POST", request(to.number) + "/reviews", review), comments.size()});
    return postings;
  }
  [[nodiscard]] HttpRequest edit_inline(const Posted& posted, const std::string& body) const override {
    return with_body("PATCH", comment(posted), {{"body", body}});
  }
  // Gitea has no way to delete one comment of a review; what it says of it is deleted.
  [[nodiscard]] HttpRequest delete_inline(const Posted& posted) const override {
    if (!forgejo_) return with_body("PATCH", comment(posted), {{"body", gone_body()}});
    return {"DELETE", fmt::format("{}/reviews/{}/comments/{}", request(number_), posted.thread, posted.id), ""};
  }

 private:
  // "11.0.1+gitea-1.22.0" is Forgejo's version, "1.23.4" Gitea's.
  ApiResult<bool> is_forgejo() {
    auto version = api_.send({"GET", "/version", ""});
    if (!version) return std::unexpected(version.error());
    return text_at(*version, "/version").find("+gitea-") != std::string::npos;
  }
  static Posted posted_of(const Json& comment, const std::string& review) {
    int64_t after = number_at(comment, "/position"), before = number_at(comment, "/original_position");
    return {.id = std::to_string(number_at(comment, "/id")),
            .author = text_at(comment, "/user/login"),
            .body = text_at(comment, "/body"),
            .thread = review,
            .stands_at = LinePlace{text_at(comment, "/path"), after == 0, after == 0 ? before : after}};
  }
  [[nodiscard]] std::string request(int64_t number) const { return fmt::format("{}/pulls/{}", repository_, number); }
  [[nodiscard]] std::string comment(const Posted& posted) const {
    return fmt::format("{}/issues/comments/{}", repository_, posted.id);
  }

  const PublishOptions& options_;
  Api& api_;
  std::string repository_, login_;
  bool forgejo_ = false;
  int64_t number_ = 0;
  std::vector<std::string> drafts_;  // reviews of ours that were never submitted
};

}  // namespace

std::unique_ptr<Forge> make_gitea(const PublishOptions& options, Api& api) {
  return std::make_unique<Gitea>(options, api);
}

}  // namespace explaingate
