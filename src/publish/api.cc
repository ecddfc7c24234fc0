#include "publish/api.h"

#include <charconv>
#include <chrono>
#include <thread>

#include <fmt/format.h>

#include "base/json_parse.h"
#include "base/text.h"
#include "report/parts.h"

namespace explaingate {
namespace {

constexpr int kMostTries = 5;      // limits that were waited for not counted
constexpr int64_t kLeastWait = 1;  // whatever a server asks for
constexpr int kMostPages = 100;
constexpr int kDeepest = 64;        // levels of an answer; a page of GitHub's pull requests has seven
constexpr int64_t kBlindWait = 60;  // "wait for at least one minute" (docs.github.com, REST API best practices)
constexpr auto kReplaceInvalid = Json::error_handler_t::replace;

std::optional<int64_t> header_number(const HttpResponse& response, const char* name) {
  auto found = response.headers.find(name);
  if (found == response.headers.end()) return std::nullopt;
  const std::string& text = found->second;
  int64_t value = 0;
  auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

ApiFailure failure_of(long status) {
  switch (status) {
    case 401:
      return ApiFailure::kCredentials;
    case 403:
      return ApiFailure::kForbidden;
    case 404:
    case 410:
      return ApiFailure::kNotFound;
    case 400:
    case 422:
      return ApiFailure::kRefused;
    default:
      return status >= 500 || status == 429 ? ApiFailure::kUnreachable : ApiFailure::kOther;
  }
}

// What the server says of a failure, wherever it says it: {"message": "…"}, {"message": {"position": […]}},
// {"error": "…"}, {"error": {"message": "…"}}. Its text is not trusted.
std::string said(const HttpResponse& response) {
  auto body = parse_json<Json>(response.body, kDeepest);
  if (!body) return "";
  for (const char* pointer : {"/message", "/error/message", "/error"}) {
    const Json::json_pointer place(pointer);
    const Json told = body->contains(place) ? body->at(place) : Json();
    if (told.is_null() || told == "") continue;
    std::string text = told.is_string() ? told.get<std::string>() : told.dump(-1, ' ', false, kReplaceInvalid);
    return ": " + printable_line(shorten(fold_spaces(text), 300));
  }
  return "";
}

ApiError error_of(const HttpRequest& request, const HttpResponse& response) {
  std::string hint =
      response.status >= 300 && response.status < 400 ? ": it has moved, and redirects are not followed" : "";
  return {failure_of(response.status),
          fmt::format("{} {}: {}{}{}", request.method, request.target, response.status, said(response), hint)};
}

// `known` elements were read, `more` of them in this answer.
bool names_next_page(const HttpResponse& response, size_t known, size_t more) {
  auto header = [&](const char* name) {
    auto found = response.headers.find(name);
    return found == response.headers.end() ? std::string_view() : std::string_view(found->second);
  };
  if (header("link").find("rel=\"next\"") != std::string_view::npos || !header("x-next-page").empty()) return true;
  auto total = header_number(response, "x-total-count");
  return total && more > 0 && known < static_cast<size_t>(*total);
}

}  // namespace

std::string text_at(const Json& value, const char* pointer) {
  const Json::json_pointer place(pointer);
  return value.contains(place) && value.at(place).is_string() ? value.at(place).get<std::string>() : "";
}

int64_t number_at(const Json& value, const char* pointer) {
  const Json::json_pointer place(pointer);
  return value.contains(place) && value.at(place).is_number_integer() ? value.at(place).get<int64_t>() : 0;
}

HttpRequest with_body(std::string method, std::string target, const Json& body) {
  return {std::move(method), std::move(target), body.dump(-1, ' ', false, kReplaceInvalid)};
}

std::optional<int64_t> limit_wait(const HttpResponse& response, int64_t now) {
  if (response.status != 403 && response.status != 429) return std::nullopt;
  if (auto seconds = header_number(response, "retry-after")) return seconds;
  auto reset = header_number(response, "x-ratelimit-reset");
  if (reset && header_number(response, "x-ratelimit-remaining") == 0) return std::max<int64_t>(*reset - now, 0) + 1;
  // Of its secondary limits GitHub says in words alone what they are: "403 or 429 … and an error message that indicates
  // that you exceeded a secondary rate limit" (docs.github.com, rate limits for the REST API).
  bool named = lower(said(response)).find("rate limit") != std::string::npos;
  return response.status == 429 || named ? std::optional(kBlindWait) : std::nullopt;
}

bool Api::wait(int64_t seconds) {
  if (std::chrono::duration<double>(seconds) > deadline_ - Clock::now()) return false;  // a server asks for any number
  std::this_thread::sleep_for(std::chrono::seconds(seconds));
  return true;
}

ApiResult<HttpResponse> Api::exchange(const HttpRequest& request) {
  int64_t pause = 1;
  for (int tries = 1;;) {
    auto response = http_.send(request, std::chrono::ceil<std::chrono::seconds>(deadline_ - Clock::now()));
    if (response && response->status < 300) return std::move(*response);
    ApiError error =
        response ? error_of(request, *response) : ApiError{ApiFailure::kUnreachable, response.error().message};
    auto now = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
    auto limit = response ? limit_wait(*response, now.count()) : std::nullopt;
    if (limit) {
      error.failure = ApiFailure::kUnreachable;
      error.message += fmt::format(" (it asks to wait {})", counted(static_cast<double>(*limit), "second"));
    } else if (error.failure == ApiFailure::kUnreachable && (request.adds || request.method == "POST")) {
      error.failure = ApiFailure::kUncertain;
    }
    if (error.failure != ApiFailure::kUnreachable) return std::unexpected(std::move(error));
    if (!limit && tries++ == kMostTries) {
      error.message += fmt::format("; gave up after {} tries", kMostTries);
      return std::unexpected(std::move(error));
    }
    if (!wait(limit ? std::max(*limit, kLeastWait) : pause)) {
      error.message += kNoTimeLeft;
      return std::unexpected(std::move(error));
    }
    if (!limit) pause *= 2;
  }
}

ApiResult<Json> Api::send(const HttpRequest& request) {
  auto response = exchange(request);
  if (!response) return std::unexpected(response.error());
  if (response->body.empty()) return Json();  // 204
  auto body = parse_json<Json>(response->body, kDeepest);
  if (!body)
    return std::unexpected(ApiError{ApiFailure::kOther, fmt::format("{} {}: the answer {}; is this the API's address?",
                                                                    request.method, request.target, body.error())});
  return std::move(*body);
}

ApiResult<std::string> Api::text(const HttpRequest& request) {
  auto response = exchange(request);
  if (!response) return std::unexpected(response.error());
  return std::move(response->body);
}

ApiResult<std::vector<Json>> Api::list(const std::string& target, std::string_view size) {
  std::vector<Json> all;
  for (int page = 1; page <= kMostPages; ++page) {
    char joint = target.find('?') == std::string::npos ? '?' : '&';
    HttpRequest request{"GET", fmt::format("{}{}{}&page={}", target, joint, size, page), ""};
    auto response = exchange(request);
    if (!response) return std::unexpected(response.error());
    Json items = parse_json<Json>(response->body, kDeepest).value_or(Json());
    if (!items.is_array())
      return std::unexpected(ApiError{
          ApiFailure::kOther, fmt::format("GET {}: the answer is no list; is this the API's address?", target)});
    for (Json& item : items) all.push_back(std::move(item));
    if (!names_next_page(*response, all.size(), items.size())) return all;
  }
  return std::unexpected(ApiError{ApiFailure::kOther, fmt::format("GET {}: more than {} pages", target, kMostPages)});
}

}  // namespace explaingate
