// GitLab's REST API, version 4: a thread ("discussion") for each comment on a line, a note for the summary.
// Sources: GitLab's doc/api/discussions.md, notes.md and merge_requests.md, and its lib/api/discussions.rb.
#include <array>
#include <charconv>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "publish/forge.h"
#include "report/parts.h"

namespace explaingate {
namespace {

std::string sha1_hex(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr) != 1) return "";
  return fmt::format("{:02x}", fmt::join(digest.begin(), digest.begin() + size, ""));
}

// A line as both sides count it: "<SHA-1 of the path>_<before>_<after>".
Json line_code(const DiffPlace& place, const DiffLine& line) {
  return {{"line_code", fmt::format("{}_{}_{}", sha1_hex(place.path), line.before, line.after)},
          {"type", line.kind == DiffLine::Kind::kAdded ? "new" : "old"}};
}

// An added line is named by its number after the change, a removed one by that before it, any other by both.
Json line_numbers(const DiffPlace& place) {
  using Kind = DiffLine::Kind;
  if (!place.last_line) return {{place.before ? "old_line" : "new_line", place.last}};
  Json numbers = Json::object();
  if (place.last_line->kind != Kind::kAdded) numbers["old_line"] = place.last_line->before;
  if (place.last_line->kind != Kind::kRemoved) numbers["new_line"] = place.last_line->after;
  return numbers;
}

std::optional<ShownLines> shown_lines(const Json& position) {
  int64_t last = number_at(position, "/new_line"), first = last;
  if (last == 0) return std::nullopt;
  std::string code = text_at(position, "/line_range/start/line_code");  // as of line_code()
  if (size_t after = code.rfind('_') + 1; after > 0) {
    auto [end, failure] = std::from_chars(code.data() + after, code.data() + code.size(), first);
    if (failure != std::errc{} || end != code.data() + code.size()) return std::nullopt;
  }
  return ShownLines{text_at(position, "/new_path"), first, last};
}

class GitLab : public Forge {
 public:
  GitLab(const PublishOptions& options, Api& api)
      : options_(options),
        api_(api),
        request_(fmt::format("/projects/{}/merge_requests/{}", project_id(options.repository), options.pull_request)) {}

  ApiResult<std::string> own_login() override {
    auto user = api_.send({"GET", "/user", ""});
    if (!user) return std::unexpected(user.error());
    return text_at(*user, "/username");
  }

  ApiResult<PullRequest> pull_request() override {
    auto found = api_.send({"GET", request_, ""});
    if (!found) return std::unexpected(found.error());
    base_ = text_at(*found, "/diff_refs/base_sha");
    start_ = text_at(*found, "/diff_refs/start_sha");
    head_ = text_at(*found, "/diff_refs/head_sha");
    if (head_.empty())  // for some seconds after it was opened
      return std::unexpected(
          ApiError{ApiFailure::kUncertain, fmt::format("GET {}: has no diff yet (`diff_refs`)", request_)});
    return PullRequest{options_.pull_request, head_};
  }

  ApiResult<std::vector<DiffFile>> files(int64_t /*number*/) override {
    auto items = api_.list(request_ + "/diffs");
    if (!items) return std::unexpected(items.error());
    std::vector<DiffFile> files;
    for (const Json& item : *items) {  // `diff` is empty for binary, collapsed and very large files
      std::string path = text_at(item, "/new_path"), previous = text_at(item, "/old_path");
      files.push_back({path, previous == path ? "" : previous, parse_hunks(text_at(item, "/diff"))});
    }
    return files;
  }

  ApiResult<std::vector<Posted>> conversation(int64_t /*number*/) override {
    auto notes = api_.list(request_ + "/notes?sort=asc");
    if (!notes) return std::unexpected(notes.error());
    std::vector<Posted> all;
    for (const Json& note : *notes) all.push_back(posted_of(note));
    return all;
  }

  // Threads on lines, each by its first note.
  ApiResult<std::vector<Posted>> inline_comments(int64_t /*number*/) override {
    auto threads = api_.list(request_ + "/discussions");
    if (!threads) return std::unexpected(threads.error());
    std::vector<Posted> all;
    for (const Json& thread : *threads) {
      const Json notes = thread.is_object() ? thread.value("notes", Json::array()) : Json::array();
      if (!notes.is_array() || notes.empty() || !notes.front().contains(Json::json_pointer("/position/position_type")))
        continue;
      Posted posted = posted_of(notes.front());
      posted.thread = text_at(thread, "/id");
      posted.shown_at = shown_lines(notes.front()["position"]);
      // GitLab takes a position along with each push, as long as its line is in the diff.
      posted.outdated = text_at(notes.front(), "/position/head_sha") != head_;
      for (size_t i = 1; i < notes.size(); ++i) posted.answered = posted.answered || !is_true(notes[i], "system");
      all.push_back(std::move(posted));
    }
    return all;
  }

  [[nodiscard]] HttpRequest post_summary(int64_t /*number*/, const std::string& body) const override {
    return with_body("POST", request_ + "/notes", {{"body", body}});
  }
  [[nodiscard]] HttpRequest edit_summary(const Posted& posted, const std::string& body) const override {
    return with_body("PUT", fmt::format("{}/notes/{}", request_, posted.id), {{"body", body}});
  }
  [[nodiscard]] HttpRequest delete_summary(const Posted& posted) const override {
    return {"DELETE", fmt::format("{}/notes/{}", request_, posted.id), ""};
  }

  [[nodiscard]] std::vector<Posting> post_inline(const PullRequest& /*to*/,
                                                 const std::vector<InlineComment>& comments) const override {
    std::vector<Posting> postings;
    for (const InlineComment& comment : comments) {
      const DiffPlace& place = comment.place;
      Json position = {{"position_type", "text"},
                       {"base_sha", base_},
                       {"start_sha", start_},
                       {"head_sha", head_},
                       {"old_path", place.previous_path.empty() ? place.path : place.previous_path},
                       {"new_path", place.path}};
      position.update(line_numbers(place));
      if (place.first < place.last && place.first_line && place.last_line)
        position["line_range"] = {{"start", line_code(place, *place.first_line)},
                                  {"end", line_code(place, *place.last_line)}};
      postings.push_back(
          {with_body("POST", request_ + "/discussions", {{"body", comment.body}, {"position", std::move(position)}}),
           1});
    }
    return postings;
  }
  // Counted from the comment's last line.
  [[nodiscard]] std::string suggestion_fence(int lines) const override {
    return fmt::format("suggestion:-{}+0", lines - 1);
  }
  [[nodiscard]] HttpRequest edit_inline(const Posted& posted, const std::string& body) const override {
    return with_body("PUT", note(posted), {{"body", body}});
  }
  [[nodiscard]] HttpRequest delete_inline(const Posted& posted) const override { return {"DELETE", note(posted), ""}; }
  [[nodiscard]] std::optional<HttpRequest> set_resolved(const Posted& posted, bool resolved) const override {
    return with_body("PUT", thread(posted), {{"resolved", resolved}});
  }

 private:
  // A number as it is; a path with its slashes encoded.
  static std::string project_id(const std::string& repository) {
    std::string id;
    for (char c : repository) id += c == '/' ? "%2F" : std::string(1, c);
    return id;
  }
  static bool is_true(const Json& object, const char* key) {
    return object.is_object() && object.contains(key) && object[key] == true;
  }
  static Posted posted_of(const Json& note) {
    return {.id = std::to_string(number_at(note, "/id")),
            .author = text_at(note, "/author/username"),
            .body = text_at(note, "/body"),
            .resolved = is_true(note, "resolved"),
            .resolver = text_at(note, "/resolved_by/username")};
  }
  [[nodiscard]] std::string thread(const Posted& posted) const {
    return fmt::format("{}/discussions/{}", request_, path_uri(posted.thread));
  }
  [[nodiscard]] std::string note(const Posted& posted) const {
    return fmt::format("{}/notes/{}", thread(posted), posted.id);
  }

  const PublishOptions& options_;
  Api& api_;
  std::string request_;
  std::string base_, start_, head_;  // of the latest diff, as pull_request() found it
};

}  // namespace

std::unique_ptr<Forge> make_gitlab(const PublishOptions& options, Api& api) {
  return std::make_unique<GitLab>(options, api);
}

}  // namespace explaingate
