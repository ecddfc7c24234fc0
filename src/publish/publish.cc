#include "publish/publish.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "publish/bitbucket.h"
#include "publish/check_run.h"
#include "publish/comments.h"
#include "publish/forge.h"
#include "report/parts.h"

namespace explaingate {
namespace {

constexpr size_t kMostInline = 30;    // comments on lines at one time
constexpr size_t kMostRemoved = 100;  // in one run; the next goes on
constexpr int kMostRounds = 4;

// What is there and what is to be, compared.
struct Plan {
  std::vector<InlineComment> post;
  std::vector<std::pair<Posted, std::string>> edit;
  std::vector<Posted> remove;
  std::vector<std::pair<Posted, bool>> resolve;  // true: is done; false: is open again
  size_t kept = 0;                               // edited ones included
  InlineCounts counts;
};

// Forges keep no blanks at a text's end, and some no carriage return.
bool same_text(std::string_view one, std::string_view other) {
  auto trimmed = [](std::string_view text) {
    std::string out(text.substr(0, text.find_last_not_of(" \t\r\n") + 1));
    std::erase(out, '\r');
    return out;
  };
  return trimmed(one) == trimmed(other);
}

class Publisher {
 public:
  Publisher(const Outcome& outcome, const PublishOptions& options, Api& api, Forge& forge)
      : outcome_(outcome), options_(options), request_(known_forge(options.forge).request), api_(api), forge_(forge) {}

  // One look and the writes that follow from it. Safe to call again after a failure: what was written is found again.
  // In the last round a comment that the server fails at keeps nothing else from being written.
  ApiResult<Publication> round(bool last) {
    done_ = Publication();
    last_ = last;
    auto target = forge_.pull_request();
    if (!target) return std::unexpected(target.error());
    if (target->number == 0 || (!options_.commit.empty() && target->head != options_.commit)) return moved(*target);
    done_.pull_request = target->number;
    auto author = login();
    if (!author) return std::unexpected(author.error());
    author_ = *author;
    auto files = forge_.files(target->number);
    if (!files) return std::unexpected(files.error());
    auto comments = own(forge_.inline_comments(target->number));
    if (!comments) return std::unexpected(comments.error());
    auto conversation = own(forge_.conversation(target->number));
    if (!conversation) return std::unexpected(conversation.error());
    Plan plan = make_plan(*files, *comments);
    done_.kept = plan.kept;
    done_.summary = wanted_summary(plan, *conversation);
    if (auto written = write(*target, plan, *conversation); !written) {
      ApiFailure failure = written.error().failure;
      if (failure != ApiFailure::kForbidden && failure != ApiFailure::kNotFound)
        return std::unexpected(written.error());
      done_.end = PublishEnd::kForbidden;
      done_.problem = written.error().message;
      count_refused(plan, plan.post.size() - done_.posted);
    }
    if (options_.check_run) {
      auto run = publish_check_run(outcome_, options_, api_, target->head, done_.requests);
      if (!run) return std::unexpected(run.error());
      done_.check_run = std::move(*run);
    }
    return done_;
  }

 private:
  ApiResult<std::string> login() {
    if (!options_.author.empty()) return options_.author;
    if (options_.token.empty()) return "";  // a dry run without a token: nothing there is ours
    return forge_.own_login();
  }

  [[nodiscard]] ApiResult<std::vector<Posted>> own(ApiResult<std::vector<Posted>> all) const {
    if (all) std::erase_if(*all, [&](const Posted& posted) { return posted.author != author_; });
    return all;
  }

  Publication moved(const PullRequest& target) const {
    Publication end;
    end.end = PublishEnd::kMoved;
    end.pull_request = target.number;
    end.problem = target.number == 0
                      ? fmt::format("no open {} of {} is at {}", request_, options_.head_branch, options_.commit)
                      : fmt::format("{} {} is at {}, and the report is of {}", request_, target.number, target.head,
                                    options_.commit);
    end.problem = printable_line(end.problem);
    return end;
  }

  Plan make_plan(const std::vector<DiffFile>& files, const std::vector<Posted>& comments) const {
    Plan plan;
    std::map<std::string_view, const Posted*> by_fingerprint;
    std::set<const Posted*> current;  // those of findings that are there
    for (const Posted& posted : comments) {
      std::string_view fingerprint = fingerprint_in(posted.body);
      const Posted*& known = by_fingerprint[fingerprint];
      bool better = known == nullptr || (posted.answered && !known->answered) ||
                    (known->outdated && !known->answered && !posted.outdated);
      if (!fingerprint.empty() && better) known = &posted;
    }
    std::vector<InlineComment> fresh;
    std::set<std::string_view> seen;
    for (const ReportedFinding* reported : worst_first(outcome_)) {
      if (!seen.insert(reported->finding.fingerprint).second) continue;
      auto suggested = place_of_suggestion(*reported, files);
      std::string fence = suggested ? forge_.suggestion_fence(suggested->last - suggested->first + 1) : "";
      auto place = fence.empty() ? place_in_diff(*reported, files) : suggested;
      auto known = by_fingerprint.find(reported->finding.fingerprint);
      if (known != by_fingerprint.end() && (known->second->answered || !is_outdated(*known->second, place))) {
        current.insert(known->second);
        ++plan.kept;
        // A suggestion is for the very lines on which its comment stands.
        bool here =
            suggested && known->second->shown_at == ShownLines{suggested->path, suggested->first, suggested->last};
        std::string body = place ? inline_body(*reported, *place, here ? fence : "") : known->second->body;
        if (!same_text(body, known->second->body)) plan.edit.emplace_back(*known->second, std::move(body));
      } else if (place) {
        fresh.push_back({*place, inline_body(*reported, *place, fence)});
      } else {
        ++plan.counts.outside;
      }
    }
    size_t room = kMostInline - std::min(kMostInline, plan.kept);
    for (InlineComment& comment : fresh) {
      if (plan.post.size() < room)
        plan.post.push_back(std::move(comment));
      else
        ++plan.counts.above;
    }
    for (const Posted& posted : comments) {
      if (fingerprint_in(posted.body).empty()) continue;
      if (current.contains(&posted)) {
        // Whom else than explaingate closed it shall find it closed.
        if (posted.resolved && posted.resolver == author_) plan.resolve.emplace_back(posted, false);
      } else if (posted.answered) {  // people talk there
        if (!posted.resolved) plan.resolve.emplace_back(posted, true);
      } else if (plan.remove.size() < kMostRemoved) {
        plan.remove.push_back(posted);
      }
    }
    plan.counts.on_lines = plan.kept + plan.post.size();
    return plan;
  }

  static bool is_outdated(const Posted& posted, const std::optional<DiffPlace>& place) {
    if (!place || !posted.stands_at) return posted.outdated;
    return *posted.stands_at != LinePlace{place->path, place->before, place->last};
  }

  static bool is_summary(const Posted& posted) { return posted.body.starts_with(kSummaryMarker); }

  // "" = nothing to say, and nothing was said before.
  [[nodiscard]] std::string wanted_summary(const Plan& plan, const std::vector<Posted>& conversation) const {
    bool said_before = std::ranges::any_of(conversation, is_summary);
    bool something = !worst_first(outcome_).empty() || outcome_.unverified || outcome_.exit_code != 0;
    return something || said_before ? summary_body(outcome_, plan.counts) : "";
  }

  std::expected<void, ApiError> send(const HttpRequest& request) {
    if (options_.dry_run) {
      done_.requests.push_back(request);
      return {};
    }
    auto answer = api_.send(request);
    if (!answer) return std::unexpected(answer.error());
    return {};
  }

  // Of what another run removed in the meantime nothing is left to do.
  std::expected<void, ApiError> send_removal(const HttpRequest& request) {
    auto sent = send(request);
    if (!sent && sent.error().failure == ApiFailure::kNotFound) return {};
    return sent;
  }

  // What was there a moment ago and is gone was removed by another run: what there is to do is seen in another look.
  std::expected<void, ApiError> send_edit(const HttpRequest& request) {
    auto sent = send(request);
    if (!sent && sent.error().failure == ApiFailure::kNotFound) sent.error().failure = ApiFailure::kUncertain;
    return sent;
  }

  // What is refused is told in the summary alone; the rest goes on.
  std::expected<void, ApiError> post(const PullRequest& target, Plan& plan) {
    if (plan.post.empty()) return {};
    std::set<std::string_view> unclear;  // fingerprints of what may have arrived
    size_t next = 0;                     // in plan.post, whose order the postings keep
    for (const Posting& posting : forge_.post_inline(target, plan.post)) {
      auto sent = send(posting.request);
      size_t first = std::exchange(next, next + posting.comments);
      ApiFailure failure = sent ? ApiFailure::kOther : sent.error().failure;
      if (last_ && failure == ApiFailure::kUncertain) {
        for (size_t i = first; i < next; ++i) unclear.insert(fingerprint_in(plan.post[i].body));
        continue;
      }
      if (!sent && failure != ApiFailure::kRefused) return sent;
      (sent ? done_.posted : done_.refused) += posting.comments;
    }
    if (auto looked = look_for(target, unclear); !looked) return looked;
    if (done_.refused > 0) count_refused(plan, done_.refused);
    return {};
  }

  std::expected<void, ApiError> look_for(const PullRequest& target, const std::set<std::string_view>& unclear) {
    if (unclear.empty()) return {};
    auto comments = own(forge_.inline_comments(target.number));
    if (!comments) return std::unexpected(comments.error());
    for (std::string_view fingerprint : unclear) {
      bool there = std::ranges::any_of(
          *comments, [&](const Posted& posted) { return fingerprint_in(posted.body) == fingerprint; });
      ++(there ? done_.posted : done_.refused);
    }
    return {};
  }

  // The summary says how many comments there are.
  void count_refused(Plan& plan, size_t refused) {
    plan.counts.refused = refused;
    plan.counts.on_lines = plan.kept + plan.post.size() - refused;
    if (!done_.summary.empty()) done_.summary = summary_body(outcome_, plan.counts);
  }

  std::expected<void, ApiError> write(const PullRequest& target, Plan& plan, const std::vector<Posted>& conversation) {
    if (auto posted = post(target, plan); !posted) return posted;
    for (const auto& [posted, body] : plan.edit) {
      if (auto sent = send_edit(forge_.edit_inline(posted, body)); !sent) return sent;
      ++done_.edited;
    }
    for (const auto& [posted, resolved] : plan.resolve) {
      auto request = forge_.set_resolved(posted, resolved);
      if (!request) continue;
      if (auto sent = send_edit(*request); !sent) return sent;
      ++done_.edited;
    }
    for (const Posted& posted : plan.remove) {
      if (auto sent = send_removal(forge_.delete_inline(posted)); !sent) return sent;
      ++done_.removed;
    }
    return write_summary(target, conversation);
  }

  std::expected<void, ApiError> write_summary(const PullRequest& target, const std::vector<Posted>& conversation) {
    if (done_.summary.empty()) return {};
    const Posted* first = nullptr;
    for (const Posted& posted : conversation) {
      if (!is_summary(posted)) continue;
      if (first == nullptr)
        first = &posted;
      else if (auto sent = send_removal(forge_.delete_summary(posted)); !sent)  // two runs at once had made it
        return sent;
    }
    if (first != nullptr && same_text(first->body, done_.summary)) return {};
    auto sent = first == nullptr ? send(forge_.post_summary(target.number, done_.summary))
                                 : send_edit(forge_.edit_summary(*first, done_.summary));
    done_.summary_written = sent.has_value();
    return sent;
  }

  const Outcome& outcome_;
  const PublishOptions& options_;
  std::string_view request_;  // "pull request"
  Api& api_;
  Forge& forge_;
  std::string author_;
  bool last_ = false;
  Publication done_;
};

std::unique_ptr<Forge> make_forge(const PublishOptions& options, Api& api) {
  switch (options.forge) {
    case ForgeKind::kGitlab:
      return make_gitlab(options, api);
    case ForgeKind::kGitea:
      return make_gitea(options, api);
    case ForgeKind::kGithub:
    case ForgeKind::kBitbucket:
      break;
  }
  return make_github(options, api);
}

Error error_of(const ApiError& error, std::string_view request) {
  std::string hint;
  if (error.failure == ApiFailure::kCredentials) hint = "the token is not valid here, or no longer";
  if (error.failure == ApiFailure::kNotFound)
    hint = fmt::format("look at the repository's name and the {}'s number; the token may not see this repository",
                       request);
  return Error{ErrorKind::kUnverified, "not published: " + error.message, "", 0, 0, "", hint};
}

}  // namespace

Result<Publication> publish(const Outcome& outcome, const PublishOptions& options) {
  const KnownForge& known = known_forge(options.forge);
  std::vector<std::string> headers = known.headers;
  if (!options.token.empty()) headers.push_back(std::string(known.token_header) + options.token);
  auto http = Http::open(options.api_url, std::move(headers), options.proxy);
  if (!http) return fail(http.error());
  const std::string address = http->address();
  Api api(std::move(*http), options.patience_seconds);
  std::unique_ptr<Forge> forge = make_forge(options, api);
  Publisher publisher(outcome, options, api, *forge);
  int64_t pause = 1;
  bool last = false, time_left = true;
  for (int round = 1;; ++round, pause *= 2) {
    auto done =
        options.forge == ForgeKind::kBitbucket ? publish_insights(outcome, options, api, last) : publisher.round(last);
    if (done) {
      done->address = address;
      return std::move(*done);
    }
    ApiError error = done.error();
    if (error.failure != ApiFailure::kUncertain) return fail(error_of(error, known.request));
    if (last) {
      error.message += time_left ? fmt::format("; gave up after {} tries", round) : std::string(kNoTimeLeft);
      return fail(error_of(error, known.request));
    }
    time_left = api.wait(pause);
    last = !time_left || round + 1 == kMostRounds;
  }
}

}  // namespace explaingate
