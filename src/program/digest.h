// What linking needs of every file's outline, with names as numbers: a whole repository's takes one read of the cache,
// and comparing names costs nothing. Private to src/program/.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "extract/outline.h"

namespace explaingate {

// Texts and their numbers. 0 is the empty text.
class NameTable {
 public:
  NameTable() : base_(1) {}
  // `sorted`: each once, the empty text first.
  explicit NameTable(std::vector<std::string> sorted) : base_(std::move(sorted)) {}
  uint32_t add(std::string_view text);
  // Number of a text; nothing where no file has it.
  [[nodiscard]] std::optional<uint32_t> find(std::string_view text) const;
  [[nodiscard]] const std::string& text(uint32_t number) const {
    return number < base_.size() ? base_[number] : *added_[number - base_.size()];
  }
  [[nodiscard]] size_t size() const { return base_.size() + added_.size(); }

 private:
  std::vector<std::string> base_;  // sorted
  std::map<std::string, uint32_t, std::less<>> numbers_;
  std::vector<const std::string*> added_;  // keys of numbers_
};

struct Digest {
  struct Function {
    uint32_t name = 0, owner = 0;
    int32_t line = 0, end_line = 0;
    int32_t parent = -1;
    bool executes = false;
  };
  struct Call {
    int32_t function = -1;
    uint32_t name = 0, receiver = 0, module = 0, file = 0, type = 0, holder = 0;
    bool on_field = false, on_self = false, bare = false;
    bool in_loop = false;
  };
  struct Class {
    uint32_t name = 0;
    std::vector<uint32_t> bases, methods;
  };
  struct Field {
    uint32_t owner = 0, name = 0, type = 0;
  };
  std::string shape;  // a hash of all that find_edges() looks at; the same in every name table
  uint32_t family = 0;
  std::vector<Function> functions;  // each list: as in the outline
  std::vector<Call> calls;
  std::vector<Class> classes;
  std::vector<Field> fields;
  std::vector<Outline::Constant> constants;
  std::vector<Outline::Wrapper> wrappers;
  std::vector<Outline::Wanted> wanted;
  bool creates = false;
  bool transacts = false;
};

[[nodiscard]] Digest digest(const Outline& outline, NameTable& names);

// Digests by key, all with the numbers of one table.
struct Snapshot {
  NameTable names;
  std::vector<std::string> keys;  // sorted
  std::vector<Digest> digests;
};

// `keys` and `digests` in any order, a key may come twice.
[[nodiscard]] std::string pack_snapshot(const NameTable& names, const std::vector<std::string_view>& keys,
                                        const std::vector<const Digest*>& digests);
// Nothing when the bytes don't fit.
[[nodiscard]] std::optional<Snapshot> unpack_snapshot(std::string_view bytes);

}  // namespace explaingate
