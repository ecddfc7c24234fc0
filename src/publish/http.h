// HTTP requests to one server: libcurl only here.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace explaingate {

struct HttpRequest {
  std::string method;  // "GET", "POST", "PATCH", "PUT", "DELETE"
  std::string target;  // path and query below the server's address: "/repos/o/r/pulls/1"
  std::string body;    // JSON; "" = none
  bool adds = false;   // sent twice it would do twice what it does, as any POST
};

struct HttpResponse {
  long status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

class Http {
 public:
  // `address` is the API's, such as "https://api.github.com", and `headers` go with every request ("Name: value").
  // `proxy`, when it isn't "", is one of this machine, through which all goes; with it the address may be http.
  // Errors of kind kUsage: an address that isn't https (but for this machine itself), that holds a password or white
  // space; a header with a control character in it.
  static Result<Http> open(const std::string& address, std::vector<std::string> headers, std::string proxy = "");
  Http(Http&& other) noexcept;
  Http& operator=(Http&& other) noexcept;
  ~Http();

  // Whatever the server answers is a response; an error (kIo) is where none came: no connection, no valid certificate,
  // no answer within `patience` (a second at least, a minute at most), an answer above 16 MiB. No redirect is followed,
  // so headers reach no other server.
  [[nodiscard]] Result<HttpResponse> send(const HttpRequest& request, std::chrono::seconds patience);
  [[nodiscard]] const std::string& address() const { return address_; }

 private:
  struct Handle;
  Http(std::string address, std::string proxy, std::unique_ptr<Handle> handle);
  std::string address_, proxy_;
  std::unique_ptr<Handle> handle_;
};

}  // namespace explaingate
