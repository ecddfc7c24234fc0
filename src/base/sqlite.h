// The sole owner of the sqlite3* API. Everything that embeds SQLite (engine, facts, rules) goes through these two
// types.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace explaingate {

// A failed call: Error::kind is kStatement, Error::message is SQLite's own text. `offset` of the failure within the SQL
// (sqlite3_error_offset) is kept by Sqlite::error_offset(), -1 when SQLite gave none.
class SqliteStatement {
 public:
  // Steps once. true = a row is there, false = done.
  [[nodiscard]] Result<bool> step();
  Status reset();
  void bind(int index, std::nullptr_t);
  void bind(int index, int64_t value);
  void bind(int index, int value) { bind(index, static_cast<int64_t>(value)); }
  void bind(int index, bool value) { bind(index, static_cast<int64_t>(value)); }
  void bind(int index, double value);
  void bind(int index, std::string_view value);
  void bind(int index, const char* value) { bind(index, std::string_view(value)); }
  // Without a copy: `value` must stay where it is until the last step before another value is bound.
  void bind_borrowed(int index, std::string_view value);
  void bind_blob(int index, std::string_view bytes);                    // a copy is kept; text() reads it back
  void bind_column(int index, const SqliteStatement& row, int column);  // the value there, with its type
  template <class T>
  void bind(int index, const std::optional<T>& value) {
    if (value)
      bind(index, *value);
    else
      bind(index, nullptr);
  }
  [[nodiscard]] int column_count() const;
  [[nodiscard]] std::string_view column_name(int column) const;
  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] int64_t integer(int column) const;
  [[nodiscard]] double real(int column) const;
  [[nodiscard]] std::string_view text(int column) const;  // valid until the next step
  [[nodiscard]] int parameter_count() const;
  [[nodiscard]] std::string_view parameter_name(int index) const;  // with its sign: ":rows"; "" for a bare `?`
  [[nodiscard]] bool read_only() const;
  [[nodiscard]] bool is_explain() const;
  // Exact work since the last call: sqlite3_stmt_status counters, reset by reading.
  struct Work {
    int64_t vm_steps = 0;
    int64_t full_scan_steps = 0;
    int64_t sorts = 0;
    int64_t automatic_index_rows = 0;
  };
  [[nodiscard]] Work take_work();

 private:
  friend class Sqlite;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

// What an authoriser is asked about: SQLite's action code by name ("SELECT", "READ", "FUNCTION", "ATTACH", "PRAGMA" …).
struct AuthorizerRequest {
  std::string_view action;
  std::string_view first;     // third argument of the C callback, may be empty
  std::string_view second;    // fourth
  std::string_view database;  // fifth
};

class Sqlite {
 public:
  // ":memory:" or a file. Extension loading is off, statements run on the calling thread only.
  static Result<Sqlite> open(const std::string& name = ":memory:", bool read_only = false);
  Sqlite(Sqlite&&) noexcept;
  Sqlite& operator=(Sqlite&&) noexcept;
  ~Sqlite();

  // Runs all statements of `sql`.
  Status execute(std::string_view sql);
  // First statement of `sql`; `tail` (if given) gets the offset after it. No statement (blank, comment) is an error.
  [[nodiscard]] Result<SqliteStatement> prepare(std::string_view sql, size_t* tail = nullptr);
  // Offset in the SQL of the last failed prepare, -1 when unknown.
  [[nodiscard]] int error_offset() const;
  [[nodiscard]] int64_t last_insert_id() const;

  // Allow = true. Replaces any earlier authoriser; nullptr removes it.
  void set_authorizer(std::function<bool(const AuthorizerRequest&)> allow);
  // Interrupts a statement that has run more than `steps` virtual-machine steps since the last call of this function; 0
  // = no limit.
  void limit_steps(int64_t steps);
  [[nodiscard]] bool step_limit_reached() const;
  // Caps: sqlite3_limit categories by name: "length", "sql_length", "expr_depth", "column", "attached".
  void set_limit(std::string_view category, int value);
  void wait_when_busy(int milliseconds);  // for another connection's lock on the file
  void distrust_schema();                 // SQLITE_DBCONFIG_TRUSTED_SCHEMA off
  // EXPLAIN QUERY PLAN lists the trigger and foreign-key programs too, each after a row whose parent is 1 and id 0.
  void explain_triggers();
  // Bytes that SQLite may hold in this process, all connections together (SQLite has no limit per connection); a
  // statement that wants more fails with "out of memory". 0 = no limit.
  static void limit_memory(int64_t bytes);

  // A stand-in for an unknown function: deterministic, any number of arguments, returns NULL (or its first argument).
  // An aggregate one also serves as a window function. Harmless, so that an untrusted schema may use it
  // (SQLITE_INNOCUOUS).
  Status register_function(const std::string& name, bool returns_first_argument = false, bool aggregate = false);
  // A stand-in for an unknown FTS5 tokenizer: unicode61 under another name.
  Status register_fts5_tokenizer(const std::string& name);
  // A stand-in for an unknown collation: byte order.
  Status register_collation(const std::string& name);

  static std::string version();  // "3.40.1"

 private:
  struct State;
  explicit Sqlite(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace explaingate
