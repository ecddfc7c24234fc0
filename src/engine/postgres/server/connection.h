// The only user of libpq, with cluster.cc: one connection to a PostgreSQL server, one statement a message (extended
// protocol), every wait with a deadline.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

struct pg_conn;
struct pg_result;

namespace explaingate::postgres {

// What a failed statement says of itself, beside Error::message (the server's own text).
struct ServerError {
  std::string sqlstate;  // "42P01"; "" = not from the server
  std::string detail, hint;
  size_t position = 0;  // in characters from 1; 0 = none
};

// Rows of one statement, as text.
class Rows {
 public:
  [[nodiscard]] int count() const;
  [[nodiscard]] int columns() const;
  [[nodiscard]] bool is_null(int row, int column) const;
  [[nodiscard]] std::string_view text(int row, int column) const;  // "" where NULL; as long as these rows live
  [[nodiscard]] double real(int row, int column) const;            // 0 where NULL
  [[nodiscard]] int64_t integer(int row, int column) const;
  [[nodiscard]] bool boolean(int row, int column) const;  // "t"

 private:
  friend class Connection;
  struct Clear {
    void operator()(pg_result* result) const;
  };
  std::unique_ptr<pg_result, Clear> result_;
};

// Keywords and values as libpq has them: host (a folder for a Unix socket), port, dbname, user, options …
using Target = std::map<std::string, std::string>;

// A URL or a keyword string, as libpq takes it. Errors are kUsage and don't repeat it: it may hold a password.
[[nodiscard]] Result<Target> read_url(const std::string& url);

// Errors are kUnverified where the server can't be reached, or the connection is gone, and kStatement where the server
// refused a statement.
class Connection {
 public:
  static Result<Connection> open(const Target& target, std::chrono::milliseconds limit = std::chrono::seconds(10));
  // `override` replaces parts of the URL. Errors never show a password.
  static Result<Connection> open_url(const std::string& url, const Target& override = {},
                                     std::chrono::milliseconds limit = std::chrono::seconds(10));

  // One statement, its parameters as text (nullopt = NULL). Past `limit` it is cancelled, and the connection closed
  // when that doesn't end it: kStatement with sqlstate 57014.
  [[nodiscard]] Result<Rows> query(const std::string& sql, const std::vector<std::optional<std::string>>& values = {});
  // As query(), for statements without rows: those that come are dropped one by one.
  Status run(const std::string& sql, const std::vector<std::optional<std::string>>& values = {});
  // Several statements of our own in one message (simple protocol, one transaction): never for text from a repository.
  Status run_script(const std::string& sql);

  // For every statement from now on; default 30 s.
  void set_limit(std::chrono::milliseconds limit) { limit_ = limit; }
  // Asked every 200 ms or more often while a statement runs; false cancels it as the limit does.
  void set_watch(std::function<bool()> watch) { watch_ = std::move(watch); }
  [[nodiscard]] const ServerError& last_error() const { return error_; }  // of the last statement that failed
  [[nodiscard]] bool is_open() const;
  [[nodiscard]] int version() const;                                   // 150018
  [[nodiscard]] int backend_pid() const;                               // of the server's process
  [[nodiscard]] pg_conn* handle() const { return connection_.get(); }  // for pipeline mode and COPY, in this folder
  // For pipeline mode: one step towards the next answer. Sends what is unsent, waits for the socket, takes what came.
  enum class Step { kAnswered, kMore, kLate, kLost };
  [[nodiscard]] Step step(std::chrono::steady_clock::time_point until, bool watched = false) const;

 private:
  struct Finish {
    void operator()(pg_conn* connection) const;
  };
  Status send(const std::string& sql, const std::vector<std::optional<std::string>>& values);
  [[nodiscard]] Result<Rows> finish_statement();
  [[nodiscard]] bool wait(bool for_writing, std::chrono::steady_clock::time_point until, bool watched = true) const;
  std::unique_ptr<pg_conn, Finish> connection_;
  std::chrono::milliseconds limit_ = std::chrono::seconds(30);
  std::function<bool()> watch_;
  ServerError error_;
};

[[nodiscard]] std::string quote_identifier(std::string_view name);  // always quoted: "a""b"
[[nodiscard]] std::string quote_literal(std::string_view text);     // standard_conforming_strings: 'it''s'

}  // namespace explaingate::postgres
