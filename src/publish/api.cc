#include "publish/api.h"

#include <charconv>
#include <chrono>
#include <thread>

#include <fmt/format.h>

#include "base/text.h"

namespace explaingate {
namespace {

constexpr int kMostTries = 5;
constexpr int kMostPages = 100;
constexpr int64_t kBlindWait = 60;  // "wait for at least one minute" (docs.github.com, REST API best practices)

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

// What the server says of a failure; its text is not trusted.
std::string said(const HttpResponse& response) {
  Json body = Json::parse(response.body, nullptr, false);
  std::string message;
  if (body.is_object() && body.contains("message") && body["message"].is_string())
    message = body["message"].get<std::string>();
  return message.empty() ? "" : ": " + printable_line(shorten(fold_spaces(message), 300));
}

ApiError error_of(const HttpRequest& request, const HttpResponse& response) {
  std::string hint =
      response.status >= 300 && response.status < 400 ? ": it has moved, and redirects are not followed" : "";
  return {failure_of(response.status),
          fmt::format("{} {}: {}{}{}", request.method, request.target, response.status, said(response), hint)};
}

bool names_next_page(const HttpResponse& response) {
  auto link = response.headers.find("link");
  return link != response.headers.end() && link->second.find("rel=\"next\"") != std::string::npos;
}

}  // namespace

std::optional<int64_t> limit_wait(const HttpResponse& response, int64_t now) {
  if (response.status != 403 && response.status != 429) return std::nullopt;
  if (auto seconds = header_number(response, "retry-after")) return seconds;
  auto reset = header_number(response, "x-ratelimit-reset");
  if (reset && header_number(response, "x-ratelimit-remaining") == 0) return std::max<int64_t>(*reset - now, 0) + 1;
  return response.status == 429 ? std::optional(kBlindWait) : std::nullopt;
}

bool Api::wait(int64_t seconds) {
  if (seconds > patience_) return false;
  patience_ -= seconds;
  std::this_thread::sleep_for(std::chrono::seconds(seconds));
  return true;
}

ApiResult<HttpResponse> Api::exchange(const HttpRequest& request) {
  int64_t pause = 1;
  for (int tries = 1;; ++tries) {
    auto response = http_.send(request);
    if (response && response->status < 300) return std::move(*response);
    ApiError error =
        response ? error_of(request, *response) : ApiError{ApiFailure::kUnreachable, response.error().message};
    auto now = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
    auto limit = response ? limit_wait(*response, now.count()) : std::nullopt;
    if (limit) {
      error.failure = ApiFailure::kUnreachable;
      error.message += fmt::format(" (it asks to wait {} seconds)", *limit);
    }
    if (error.failure != ApiFailure::kUnreachable || tries == kMostTries) return std::unexpected(std::move(error));
    if (!limit && request.method == "POST") {
      error.failure = ApiFailure::kUncertain;
      return std::unexpected(std::move(error));
    }
    if (!wait(limit.value_or(pause))) {
      error.message += "; that is longer than --max-wait leaves";
      return std::unexpected(std::move(error));
    }
    if (!limit) pause *= 2;
  }
}

ApiResult<Json> Api::send(const HttpRequest& request) {
  auto response = exchange(request);
  if (!response) return std::unexpected(response.error());
  if (response->body.empty()) return Json();  // 204
  Json body = Json::parse(response->body, nullptr, false);
  if (body.is_discarded())
    return std::unexpected(ApiError{
        ApiFailure::kOther,
        fmt::format("{} {}: the answer is no JSON; is this the API's address?", request.method, request.target)});
  return body;
}

ApiResult<std::vector<Json>> Api::list(const std::string& target) {
  std::vector<Json> all;
  for (int page = 1; page <= kMostPages; ++page) {
    char joint = target.find('?') == std::string::npos ? '?' : '&';
    HttpRequest request{"GET", fmt::format("{}{}per_page=100&page={}", target, joint, page), ""};
    auto response = exchange(request);
    if (!response) return std::unexpected(response.error());
    Json items = Json::parse(response->body, nullptr, false);
    if (!items.is_array())
      return std::unexpected(ApiError{
          ApiFailure::kOther, fmt::format("GET {}: the answer is no list; is this the API's address?", target)});
    for (Json& item : items) all.push_back(std::move(item));
    if (!names_next_page(*response)) return all;
  }
  return std::unexpected(ApiError{ApiFailure::kOther, fmt::format("GET {}: more than {} pages", target, kMostPages)});
}

}  // namespace explaingate
