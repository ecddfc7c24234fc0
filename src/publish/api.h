// A forge's JSON API: pages followed, limits obeyed, failures told apart.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "publish/http.h"

namespace explaingate {

enum class ApiFailure {
  kUnreachable,  // no answer, or 5xx or a limit to the end of patience
  kUncertain,    // what adds (HttpRequest::adds, POST) without an answer, which may have been carried out; an edit of
                 // what another run removed: look before it is sent again
  kCredentials,  // 401
  kForbidden,    // 403 without a limit: the token may not do this
  kNotFound,     // 404, 410
  kRefused,      // 422, 400: the server doesn't take what was sent
  kOther,
};

struct ApiError {
  ApiFailure failure = ApiFailure::kOther;
  std::string message;  // one line: request, status, what the server said
};
template <class T>
using ApiResult = std::expected<T, ApiError>;

using Json = nlohmann::ordered_json;

// What stands at a JSON pointer, where it is of that kind; else "" or 0.
[[nodiscard]] std::string text_at(const Json& value, const char* pointer);
[[nodiscard]] int64_t number_at(const Json& value, const char* pointer);
[[nodiscard]] HttpRequest with_body(std::string method, std::string target, const Json& body);

// Seconds to wait before a request may be sent again, by `retry-after`, else `x-ratelimit-reset` (seconds since 1970)
// where nothing remains, else a minute for 429 and for a message that names a rate limit; nothing = the answer is no
// limit. `now` in seconds since 1970.
[[nodiscard]] std::optional<int64_t> limit_wait(const HttpResponse& response, int64_t now);

inline constexpr std::string_view kHundredAPage = "per_page=100";

// What is said where no time is left for another try.
inline constexpr std::string_view kNoTimeLeft = "; gave up: --max-wait leaves no time to try again";

class Api {
 public:
  // From now on so many seconds for all that is sent: when they are over nothing is waited for or tried again, and what
  // is still to be sent has a second each.
  Api(Http http, int64_t patience_seconds)
      : http_(std::move(http)), deadline_(Clock::now() + std::chrono::seconds(patience_seconds)) {}

  // Limits (limit_wait) are waited for, however often; 5xx and broken connections are tried again
  // after 1, 2, 4, 8 seconds, of what adds not (kUncertain).
  ApiResult<Json> send(const HttpRequest& request);
  // The same of what isn't JSON.
  ApiResult<std::string> text(const HttpRequest& request);
  // All pages of a list, as long as the answer names a next one (`Link`, `x-next-page`) or counts more elements
  // (`x-total-count`); at most 100 pages. `size`: how the server is asked for pages of a size.
  ApiResult<std::vector<Json>> list(const std::string& target, std::string_view size = kHundredAPage);
  // Waits so long; false where that is past the end, and it doesn't wait.
  bool wait(int64_t seconds);

 private:
  using Clock = std::chrono::steady_clock;
  ApiResult<HttpResponse> exchange(const HttpRequest& request);
  Http http_;
  Clock::time_point deadline_;
};

}  // namespace explaingate
