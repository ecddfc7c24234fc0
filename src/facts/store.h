// The fact base: an in-memory SQLite database with the tables of schema.sql.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/result.h"
#include "base/sqlite.h"

namespace explaingate {

// The text of schema.sql.
[[nodiscard]] std::string_view facts_schema();

class FactStore {
 public:
  static Result<FactStore> create();
  // Without its indexes, which take a third of the time of a fill; create_indexes() makes them when all rows are there.
  static Result<FactStore> create_for_fill();
  Status create_indexes();
  [[nodiscard]] Sqlite& database() { return database_; }
  // Whether a file is such a copy.
  [[nodiscard]] static bool is_saved(const std::string& path);
  // Writes a copy to a file (through a temporary file and a rename), for the sqlite3 shell.
  Status save(const std::string& path);

 private:
  explicit FactStore(Sqlite database) : database_(std::move(database)) {}
  Sqlite database_;
};

// One prepared INSERT, run once a row: `insert(1, "head", path)`. The first error is kept and every later row skipped;
// ask status() at the end.
class FactInserter {
 public:
  FactInserter(FactStore& store, std::string_view table) : store_(store), table_(table) {}
  // One value a column, in the order of schema.sql.
  template <class... T>
  void operator()(const T&... values) {
    if (!prepared_) prepare(sizeof...(values));
    if (!status_) return;
    int index = 0;
    (put(++index, values), ...);
    run();
  }
  [[nodiscard]] const Status& status() const { return status_; }

 private:
  void prepare(size_t columns);
  void run();
  // The values outlive the step, and each is bound anew for the next row: no text is copied.
  template <class T>
  void put(int index, const T& value) {
    if constexpr (std::is_convertible_v<const T&, std::string_view>)
      statement_.bind_borrowed(index, value);
    else
      statement_.bind(index, value);
  }
  void put(int index, const std::optional<std::string>& value) {
    if (value)
      statement_.bind_borrowed(index, *value);
    else
      statement_.bind(index, nullptr);
  }
  FactStore& store_;
  std::string table_;
  bool prepared_ = false;
  SqliteStatement statement_;
  Status status_;
};

}  // namespace explaingate
