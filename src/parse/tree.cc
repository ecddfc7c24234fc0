#include "parse/tree.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace explaingate {
namespace {

constexpr std::string_view kKeys[] = {
    "",
    "",
#define EXPLAINGATE_KEY(name, text) text,
#include "parse/tree_keys.inc"
#undef EXPLAINGATE_KEY
};
constexpr std::string_view kTypes[] = {
    "",
    "",
#define EXPLAINGATE_TYPE(name, text) text,
#include "parse/tree_types.inc"
#undef EXPLAINGATE_TYPE
};

constexpr size_t kSlots = 512;

// The length and four bytes tell the names apart well enough; names are never empty.
constexpr size_t hash(std::string_view name) {
  auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<uint8_t>(name[i])); };
  size_t size = name.size();
  uint32_t value = byte(0) | byte(size / 2) << 8 | byte(size - 1) << 16 | byte(size > 4 ? size - 4 : 0) << 24;
  value += static_cast<uint32_t>(size) * 0x01000193U;
  return (value * 0x9E3779B1U) >> 23;  // 9 bits: kSlots
}

template <size_t N>
constexpr std::array<uint8_t, kSlots> make_slots(const std::string_view (&names)[N]) {
  static_assert(N < 256);
  std::array<uint8_t, kSlots> slots{};
  for (size_t i = 2; i < N; ++i) {
    size_t slot = hash(names[i]);
    while (slots[slot] != 0) slot = (slot + 1) % kSlots;
    slots[slot] = static_cast<uint8_t>(i);
  }
  return slots;
}
constexpr auto kKeySlots = make_slots(kKeys);
constexpr auto kTypeSlots = make_slots(kTypes);

template <size_t N>
uint8_t find(const std::array<uint8_t, kSlots>& slots, const std::string_view (&names)[N], std::string_view name) {
  for (size_t slot = hash(name); slots[slot] != 0; slot = (slot + 1) % kSlots)
    if (names[slots[slot]] == name) return slots[slot];
  return 0;
}

Key find_key(std::string_view name) {
  return static_cast<Key>(find(kKeySlots, kKeys, name));
}
Type find_type(std::string_view name) {
  uint8_t found = find(kTypeSlots, kTypes, name);
  return found == 0 ? Type::kOther : static_cast<Type>(found);
}

void append_utf8(std::string& out, unsigned code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    out += static_cast<char>(0xE0 | (code >> 12));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
}

std::string unescape(std::string_view raw) {
  std::string out;
  out.reserve(raw.size());
  for (size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '\\' || i + 1 >= raw.size()) {
      out += raw[i];
      continue;
    }
    char c = raw[++i];
    constexpr std::string_view kFrom = "bfnrt";
    constexpr std::string_view kTo = "\b\f\n\r\t";
    if (size_t known = kFrom.find(c); known != std::string_view::npos) {
      out += kTo[known];
    } else if (c == 'u' && i + 4 < raw.size()) {
      unsigned code = 0;
      std::from_chars(raw.data() + i + 1, raw.data() + i + 5, code, 16);
      append_utf8(out, code);
      i += 4;
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

// Iterative, with the open containers on a stack of its own. libpg_query writes no white space, and a type name is an
// upper-case key that is alone in its object; what doesn't look like that ends the reading.
class Tree::Reader {
 public:
  Reader(Tree& tree, std::string_view json) : tree_(tree), json_(json) {}

  void read() {
    tree_.nodes_.emplace_back();
    if (!take('{')) return;
    open_.push_back({.node = 0});
    while (!open_.empty() && at_ < json_.size()) {
      char c = json_[at_];
      if (c == ',') {
        ++at_;
      } else if (c == '}' || c == ']') {
        ++at_;
        if (open_.back().wrapped) take('}');
        open_.pop_back();
      } else if (!member()) {
        return;
      }
    }
  }

 private:
  struct Open {
    uint32_t node = 0;
    uint32_t last = 0;  // last child so far
    bool array = false;
    bool wrapped = false;  // the object of a type name: one more '}' closes it
  };

  bool take(char c) {
    if (at_ >= json_.size() || json_[at_] != c) return false;
    ++at_;
    return true;
  }

  // Behind the opening quote; leaves at_ behind the closing one. Names have no escapes.
  std::string_view name() {
    size_t start = at_;
    size_t end = std::min(json_.find('"', start), json_.size());
    at_ = end + 1;
    return json_.substr(start, end - start);
  }

  std::string_view quoted() {
    size_t start = at_;
    std::string_view raw = name();
    if (raw.find('\\') == std::string_view::npos) return raw;
    at_ = start;
    while (at_ < json_.size() && json_[at_] != '"') at_ += json_[at_] == '\\' ? 2 : 1;
    size_t end = std::min(at_, json_.size());
    at_ = end + 1;
    tree_.unescaped_.push_back(std::make_unique<std::string>(unescape(json_.substr(start, end - start))));
    return *tree_.unescaped_.back();
  }

  std::string_view bare() {
    size_t start = at_;
    while (at_ < json_.size() && json_[at_] != ',' && json_[at_] != '}' && json_[at_] != ']') ++at_;
    return json_.substr(start, at_ - start);
  }

  bool member() {
    if (open_.back().array) return value(Key::kItem);
    if (!take('"')) return false;
    std::string_view field = name();
    if (field.empty() || !take(':')) return false;
    return value(find_key(field));
  }

  bool value(Key key) {
    if (at_ >= json_.size()) return false;
    if (key == Key::kLocation) {
      std::string_view number = bare();
      std::from_chars(number.data(), number.data() + number.size(), tree_.nodes_[open_.back().node].location);
      return true;
    }
    char c = json_[at_];
    if (key == Key::kOther && c != '{' && c != '[') {  // "inh":true, "relpersistence":"p"
      if (take('"')) {
        while (at_ < json_.size() && json_[at_] != '"') at_ += json_[at_] == '\\' ? 2 : 1;
        ++at_;
      } else {
        bare();
      }
      return true;
    }
    uint32_t index = append(key);
    switch (c) {
      case '{':
        ++at_;
        return object(index);
      case '[':
        ++at_;
        open_.push_back({.node = index, .array = true});
        return true;
      case '"':
        ++at_;
        tree_.nodes_[index].text = quoted();
        return true;
      default:
        tree_.nodes_[index].text = bare();
        return true;
    }
  }

  bool object(uint32_t index) {
    bool typed = at_ + 1 < json_.size() && json_[at_] == '"' && json_[at_ + 1] >= 'A' && json_[at_ + 1] <= 'Z';
    if (typed) {
      ++at_;
      std::string_view type = name();
      if (type.empty()) return false;
      tree_.nodes_[index].type = find_type(type);
      if (!take(':') || !take('{')) return false;
    }
    open_.push_back({.node = index, .wrapped = typed});
    return true;
  }

  uint32_t append(Key key) {
    auto index = static_cast<uint32_t>(tree_.nodes_.size());
    tree_.nodes_.emplace_back().key = key;
    Open& parent = open_.back();
    (parent.last == 0 ? tree_.nodes_[parent.node].first : tree_.nodes_[parent.last].next) = index;
    parent.last = index;
    return index;
  }

  Tree& tree_;
  std::string_view json_;
  size_t at_ = 0;
  std::vector<Open> open_;
};

Tree::Tree(std::string_view json) {
  nodes_.reserve(json.size() / 14 + 16);
  Reader(*this, json).read();
}

}  // namespace explaingate
