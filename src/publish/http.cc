#include "publish/http.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"

namespace explaingate {
namespace {

constexpr size_t kMostBytes = size_t{16} << 20;  // of a response; a page of 100 comments of 64 KiB is 6.5 MB
constexpr size_t kMostHeaders = 200;
constexpr long kConnectSeconds = 15;
constexpr std::chrono::seconds kLeast{1}, kMost{60};

struct CurlDeleter {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
};
struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
struct UrlDeleter {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

size_t take_body(char* data, size_t size, size_t count, void* into) {
  auto& response = *static_cast<HttpResponse*>(into);
  if (response.body.size() + size * count > kMostBytes) return 0;  // which ends the transfer
  response.body.append(data, size * count);
  return size * count;
}

size_t take_header(char* data, size_t size, size_t count, void* into) {
  auto& response = *static_cast<HttpResponse*>(into);
  std::string_view line(data, size * count);
  if (line.starts_with("HTTP/")) response.headers.clear();  // of an interim answer
  size_t colon = line.find(':');
  if (colon != std::string_view::npos && response.headers.size() < kMostHeaders)
    response.headers[lower(line.substr(0, colon))] = fold_spaces(line.substr(colon + 1));
  return size * count;
}

std::string part_of(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return "";
  std::string out = text;
  curl_free(text);
  return out;
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

Status check_address(const std::string& address, bool proxied) {
  constexpr std::array<std::string_view, 3> kThisMachine = {"127.0.0.1", "localhost", "[::1]"};
  auto refused = [&](std::string_view why) {
    return fail(ErrorKind::kUsage, fmt::format("the API's address {}", why),
                "give it as https://HOST/PATH: --api-url, or the variable that the CI system sets");
  };
  std::unique_ptr<CURLU, UrlDeleter> url(curl_url());
  bool blank = std::ranges::any_of(address, [](char c) { return is_control(c) || c == ' '; });
  if (!url || blank || curl_url_set(url.get(), CURLUPART_URL, address.c_str(), 0) != CURLUE_OK)
    return refused(fmt::format("\"{}\" is no URL", printable_line(shorten(address, 100))));
  if (!part_of(url.get(), CURLUPART_USER).empty() || !part_of(url.get(), CURLUPART_PASSWORD).empty())
    return refused("holds a name or a password");
  if (!part_of(url.get(), CURLUPART_QUERY).empty() || !part_of(url.get(), CURLUPART_FRAGMENT).empty())
    return refused("holds a query");
  std::string scheme = part_of(url.get(), CURLUPART_SCHEME);
  bool here = proxied || std::ranges::find(kThisMachine, part_of(url.get(), CURLUPART_HOST)) != kThisMachine.end();
  if (scheme != "https" && !(scheme == "http" && here)) return refused("is not https, and the token would be readable");
  return {};
}

}  // namespace

struct Http::Handle {
  std::unique_ptr<CURL, CurlDeleter> curl;
  std::unique_ptr<curl_slist, ListDeleter> headers;
};

Http::Http(std::string address, std::string proxy, std::unique_ptr<Handle> handle)
    : address_(std::move(address)), proxy_(std::move(proxy)), handle_(std::move(handle)) {}
Http::Http(Http&& other) noexcept = default;
Http& Http::operator=(Http&& other) noexcept = default;
Http::~Http() = default;

Result<Http> Http::open(const std::string& address, std::vector<std::string> headers, std::string proxy) {
  if (Status fine = check_address(address, !proxy.empty()); !fine) return fail(fine.error());
  for (const std::string& header : headers)
    if (std::ranges::any_of(header, is_control))
      return fail(ErrorKind::kUsage,
                  fmt::format("the value for {} holds a line feed or another control character",
                              printable_line(header.substr(0, header.find(':')))),
                  "look at how the variable with the token was set");
  headers.emplace_back("Content-Type: application/json");
  headers.emplace_back("Expect:");  // not "100-continue", which costs a second where a server doesn't know it
  auto handle = std::make_unique<Handle>();
  handle->curl.reset(curl_easy_init());
  for (const std::string& header : headers) {
    curl_slist* longer = curl_slist_append(handle->headers.get(), header.c_str());
    if (longer == nullptr) return fail(ErrorKind::kIo, "libcurl has no memory");
    if (handle->headers == nullptr) handle->headers.reset(longer);  // the list's head, which stays what it is
  }
  if (!handle->curl) return fail(ErrorKind::kIo, "libcurl can't be started");
  std::string base = address;
  while (base.ends_with('/')) base.pop_back();
  return Http(std::move(base), std::move(proxy), std::move(handle));
}

Result<HttpResponse> Http::send(const HttpRequest& request, std::chrono::seconds patience) {
  HttpResponse response;
  CURL* curl = handle_->curl.get();
  curl_easy_reset(curl);  // options, not connections
  std::string url = address_ + request.target;
  std::array<char, CURL_ERROR_SIZE> why{};
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  if (!proxy_.empty()) {
    curl_easy_setopt(curl, CURLOPT_PROXY, proxy_.c_str());
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "");  // whatever the environment says
  } else if (lower(address_).starts_with("http:")) {
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");  // the environment's proxy would read the token, as of no https
  }
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, static_cast<long>(std::clamp(patience, kLeast, kMost).count()));
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "explaingate/" EXPLAINGATE_VERSION);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, handle_->headers.get());
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why.data());
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &response);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &response);
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  if (!request.body.empty()) {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.c_str());
  }
  CURLcode code = curl_easy_perform(curl);
  if (code == CURLE_WRITE_ERROR)
    return fail(ErrorKind::kIo, fmt::format("{} answered with more than {} MiB", address_, kMostBytes >> 20));
  if (code != CURLE_OK) {
    std::string reason = why[0] == '\0' ? curl_easy_strerror(code) : why.data();
    return fail(ErrorKind::kIo, fmt::format("no answer from {}: {}", address_, printable_line(reason)));
  }
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &response.status);
  return response;
}

}  // namespace explaingate
