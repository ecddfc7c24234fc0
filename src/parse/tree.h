// libpg_query's JSON parse tree as a flat array of nodes, read in one pass without a DOM. Stage-internal.
// {"ResTarget":{"val":{...},"location":7}} becomes one node: key = the field it stands in, type = kResTarget, location
// = 7.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace explaingate {

// Bytes of a text that is parsed; libpg_query's tree of it takes about 40 times as much.
inline constexpr size_t kLargestStatement = 1'000'000;

// Fields that the analysis reads; others are kept as kOther, so that walks over all children see them.
enum class Key : uint8_t {
  kOther,
  kItem,  // kItem: an element of an array
#define EXPLAINGATE_KEY(name, text) name,
#include "parse/tree_keys.inc"
#undef EXPLAINGATE_KEY
};

enum class Type : uint8_t {
  kNone,   // a scalar, an array, or an object without a type name
  kOther,  // a node type that nobody asks for
#define EXPLAINGATE_TYPE(name, text) name,
#include "parse/tree_types.inc"
#undef EXPLAINGATE_TYPE
};

struct Node {
  Key key = Key::kOther;
  Type type = Type::kNone;
  int32_t location = -1;  // byte offset in the parsed text; -1 = unknown
  uint32_t first = 0;     // first child; 0 = none
  uint32_t next = 0;      // next sibling; 0 = none
  std::string_view text;  // of a scalar: string without escapes, or number/true/false as written
};

class Tree {
 public:
  // `json` must be what pg_query_parse returned and outlive the tree; anything else gives some tree, within bounds.
  explicit Tree(std::string_view json);

  [[nodiscard]] const Node& root() const { return nodes_[0]; }
  [[nodiscard]] const Node* child(const Node& node, Key key) const {
    for (uint32_t at = node.first; at != 0; at = nodes_[at].next)
      if (nodes_[at].key == key) return &nodes_[at];
    return nullptr;
  }
  // Text of a scalar field, "" without it.
  [[nodiscard]] std::string_view text(const Node& node, Key key) const {
    const Node* found = child(node, key);
    return found == nullptr ? std::string_view() : found->text;
  }
  [[nodiscard]] const Node* first(const Node& node) const { return node.first == 0 ? nullptr : &nodes_[node.first]; }
  [[nodiscard]] const Node* next(const Node& node) const { return node.next == 0 ? nullptr : &nodes_[node.next]; }
  [[nodiscard]] size_t count(const Node& node) const {
    size_t n = 0;
    for (uint32_t at = node.first; at != 0; at = nodes_[at].next) ++n;
    return n;
  }

 private:
  class Reader;
  std::vector<Node> nodes_;
  std::vector<std::unique_ptr<std::string>> unescaped_;
};

}  // namespace explaingate
