// The repository's host-language files as one program: what each file says to the others, so that a constant of one, or
// a wrapper around the connection, is known in another; and who reaches a statement through calls.
//
//   orders.py:   for order in orders:
//                    render(order)                 the loop
//   view.py:     def render(order):
//                    customer(order.customer_id)   one call on
//   store.py:    def customer(id):
//                    return db.execute("SELECT …", (id,))
//
// Calls are resolved by name (research: two calls deep find what same-function detection misses, deeper finds no more):
// by receiver, import, class, file and folder where these tell, and by the name alone where most of its definitions
// reach a statement. `x.get()` on anything is the near miss: names that everything has are not followed.
#pragma once

#include <functional>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "change/change.h"
#include "extract/outline.h"

namespace explaingate {

inline constexpr int kMostCalls = 2;  // between a loop and the function that executes

struct ProgramFile {
  std::string path;
  std::string key;         // of the cache
  std::string family;      // Outline's
  size_t functions = 0;    // how many its outline has
  bool creates = false;    // Outline's
  bool transacts = false;  // Outline's
};

struct CallEdge {  // a call of the program that can reach a statement
  size_t file = 0;
  size_t call = 0;  // in its outline
  size_t callee_file = 0;
  size_t callee = 0;    // function in that file's outline
  int depth = 1;        // 1: the callee executes a statement itself; 2: it calls one that does
  int32_t caller = -1;  // function in the file's outline; -1 = top level
  bool in_loop = false;
  bool same = false;  // the callee is given nothing, and belongs to nothing: it asks the same each time
  // By way of a function that only passes on, to one of its own name: its file and the call in it; -1 = none.
  size_t via_file = 0;
  int32_t via = -1;
};

// What the cache keeps of the whole repository, read on a thread of its own while other things go on.
class KeptProgram {
 public:
  // Nothing is made in the folder.
  explicit KeptProgram(std::string cache_folder);
  ~KeptProgram();
  KeptProgram(const KeptProgram&) = delete;
  KeptProgram& operator=(const KeptProgram&) = delete;

 private:
  friend class Program;
  struct Content;
  std::future<std::unique_ptr<Content>> content_;
};

struct ProgramOptions {
  Dialect dialect = Dialect::kSqlite;
  std::vector<Externals::Wrapper> declared;  // `call_sites` of the configuration
  std::string cache_folder;                  // empty = nothing is kept
  std::shared_ptr<KeptProgram> kept;         // of that folder; nullptr = it is read when it is needed
  std::function<void(size_t done, size_t of)> progress;
};

class Program {
 public:
  // `paths` are sorted host-language files of the tree. A file that can't be read is absent from files().
  static Program load(const Tree& tree, const std::vector<std::string>& paths, const Languages& languages,
                      const ProgramOptions& options);
  Program(Program&&) noexcept;
  Program& operator=(Program&&) noexcept;
  ~Program();

  [[nodiscard]] const std::vector<ProgramFile>& files() const;
  [[nodiscard]] const ProgramFile* file(std::string_view path) const;
  // By position in files(), or one of them. Read where it is asked for, with as many functions and calls as the edges
  // know of; safe on several threads.
  [[nodiscard]] const Outline& outline(size_t file) const;
  [[nodiscard]] const Outline& outline(const ProgramFile& file) const;
  // The statements of a file, with what other files say; empty for a file that isn't there. Safe on several threads.
  [[nodiscard]] Extraction extraction(std::string_view path) const;
  // Another version of a file (the base side's), with what the files say now.
  [[nodiscard]] Extraction extract_text(std::string_view path, std::string_view text) const;
  // Sorted by file, call, callee.
  [[nodiscard]] const std::vector<CallEdge>& edges() const;

 private:
  struct State;
  explicit Program(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace explaingate
