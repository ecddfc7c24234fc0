#include "program/pack.h"

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <numeric>
#include <type_traits>
#include <vector>

#include "base/parallel.h"
#include "program/digest.h"
#include "program/edges.h"
#include "program/sound.h"

namespace explaingate {
namespace {

// Both directions go through one list of members for each type (`members`, below), so that they can't drift apart.
class Writer {
 public:
  std::string bytes;

  template <class T>
    requires std::integral<T> || std::is_enum_v<T>
  void operator()(const T& value) {
    auto rest = static_cast<uint64_t>(value);  // two's complement: small negatives take ten bytes, and are rare
    while (rest >= 0x80) {
      bytes += static_cast<char>(rest | 0x80);
      rest >>= 7;
    }
    bytes += static_cast<char>(rest);
  }
  void operator()(const std::string& text) {
    (*this)(text.size());
    bytes += text;
  }
  template <class T>
  void operator()(const std::vector<T>& list) {
    (*this)(list.size());
    for (const T& element : list) (*this)(element);
  }
  template <class T>
    requires std::is_class_v<T>
  void operator()(const T& object) {
    members(const_cast<T&>(object), *this);
  }
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  [[nodiscard]] bool whole() const { return good_ && rest_.empty(); }
  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] std::string_view rest() const { return rest_; }

  template <class T>
    requires std::integral<T> || std::is_enum_v<T>
  void operator()(T& value) {
    if (!rest_.empty() && static_cast<unsigned char>(rest_.front()) < 0x80) {  // most are small
      value = static_cast<T>(static_cast<unsigned char>(rest_.front()));
      rest_.remove_prefix(1);
      return;
    }
    uint64_t number = 0;
    for (int shift = 0;; shift += 7) {
      if (rest_.empty() || shift > 63) {
        good_ = false;
        break;
      }
      auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      number |= uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80) break;
    }
    value = static_cast<T>(number);
  }
  void operator()(std::string& text) {
    size_t size = length(1);
    text = rest_.substr(0, size);
    rest_.remove_prefix(size);
  }
  template <class T>
  void operator()(std::vector<T>& list) {
    size_t size = length(1);
    list.clear();
    list.reserve(size);
    for (size_t i = 0; i < size && good_; ++i) (*this)(list.emplace_back());
  }
  template <class T>
    requires std::is_class_v<T>
  void operator()(T& object) {
    members(object, *this);
  }

 private:
  std::string_view rest_;
  bool good_ = true;

  // A count of elements that take at least `least` bytes each.
  size_t length(size_t least) {
    size_t size = 0;
    (*this)(size);
    if (size > rest_.size() / least) {
      good_ = false;
      return 0;
    }
    return good_ ? size : 0;
  }
};

template <class Archive>
void members(Loop& x, Archive& a) {
  a(x.kind), a(x.source), a(x.line), a(x.end_line), a(x.variable), a(x.iterable), a(x.rows_statement),
      a(x.argument_varies), a(x.text_varies), a(x.always_leaves), a(x.commits);
}
template <class Archive>
void members(Hole& x, Archive& a) {
  a(x.offset), a(x.length), a(x.kind), a(x.expression), a(x.column), a(x.fixed), a(x.varies);
}
template <class Archive>
void members(OffsetMap::Piece& x, Archive& a) {
  a(x.to), a(x.to_length), a(x.from), a(x.from_length);
}
template <class Archive>
void members(OffsetMap& x, Archive& a) {
  if constexpr (std::same_as<Archive, Writer>) {
    a(x.pieces());
  } else {
    std::vector<OffsetMap::Piece> pieces;
    a(pieces);
    x = OffsetMap();
    for (const OffsetMap::Piece& piece : pieces) x.add(piece.to_length, piece.from, piece.from_length);
  }
}
template <class Archive>
void members(Statement& x, Archive& a) {  // all but the path
  a(x.line), a(x.column), a(x.end_line), a(x.end_column), a(x.language), a(x.function), a(x.name), a(x.kind), a(x.text),
      a(x.dynamic), a(x.holes), a(x.map), a(x.callee), a(x.library), a(x.call), a(x.call_line), a(x.placeholders),
      a(x.loops), a(x.row_marker);
}
template <class Archive>
void members(NotAnalysed& x, Archive& a) {
  a(x.line), a(x.column), a(x.reason), a(x.function);
}
template <class Archive>
void members(Suppression& x, Archive& a) {
  a(x.line), a(x.covers.first), a(x.covers.last), a(x.rules), a(x.reason);
}
template <class Archive>
void members(Extraction& x, Archive& a) {
  a(x.statements), a(x.not_analysed), a(x.suppressions);
}
template <class Archive>
void members(Outline::Function& x, Archive& a) {
  a(x.name), a(x.owner), a(x.line), a(x.end_line), a(x.parent), a(x.memoised);
}
template <class Archive>
void members(Outline::Call& x, Archive& a) {
  a(x.function), a(x.name), a(x.receiver), a(x.module), a(x.file), a(x.type), a(x.holder), a(x.on_field), a(x.on_self),
      a(x.bare), a(x.single), a(x.handled), a(x.line), a(x.column), a(x.loops);
}
template <class Archive>
void members(Outline::Class& x, Archive& a) {
  a(x.name), a(x.bases), a(x.methods);
}
template <class Archive>
void members(Outline::Field& x, Archive& a) {
  a(x.owner), a(x.name), a(x.type);
}
template <class Archive>
void members(Outline::Constant& x, Archive& a) {
  a(x.owner), a(x.name), a(x.text);
}
template <class Archive>
void members(Outline::Wrapper& x, Archive& a) {
  a(x.function), a(x.position), a(x.parameter), a(x.kind), a(x.library), a(x.placeholders);
}
template <class Archive>
void members(Outline::Wanted& x, Archive& a) {
  a(x.qualifier), a(x.name), a(x.module);
}
template <class Archive>
void members(Outline::Execution& x, Archive& a) {
  a(x.function), a(x.statement);
}
template <class Archive>
void members(Outline& x, Archive& a) {
  a(x.family), a(x.functions), a(x.calls), a(x.classes), a(x.fields), a(x.constants), a(x.wrappers), a(x.wanted),
      a(x.executions), a(x.creates), a(x.transacts);
}
template <class Archive>
void members(Digest::Function& x, Archive& a) {
  a(x.name), a(x.owner), a(x.line), a(x.end_line), a(x.parent), a(x.executes);
}
template <class Archive>
void members(Digest::Call& x, Archive& a) {
  auto flags =
      static_cast<uint8_t>((x.on_field ? 1U : 0U) | (x.on_self ? 2U : 0U) | (x.in_loop ? 4U : 0U) | (x.bare ? 8U : 0U));
  a(x.function), a(x.name), a(x.receiver), a(x.module), a(x.file), a(x.type), a(x.holder), a(flags);
  x.on_field = (flags & 1U) != 0;
  x.on_self = (flags & 2U) != 0;
  x.bare = (flags & 8U) != 0;
  x.in_loop = (flags & 4U) != 0;
}
template <class Archive>
void members(Digest::Class& x, Archive& a) {
  a(x.name), a(x.bases), a(x.methods);
}
template <class Archive>
void members(Digest::Field& x, Archive& a) {
  a(x.owner), a(x.name), a(x.type);
}
template <class Archive>
void members(Digest& x, Archive& a) {
  a(x.shape), a(x.family), a(x.functions), a(x.calls), a(x.classes), a(x.fields), a(x.constants), a(x.wrappers),
      a(x.wanted), a(x.creates), a(x.transacts);
}

template <class Archive>
void members(CallEdge& x, Archive& a) {
  a(x.file), a(x.call), a(x.callee_file), a(x.callee), a(x.depth), a(x.caller), a(x.in_loop), a(x.same), a(x.via_file),
      a(x.via);
}
template <class Archive>
void members(KeptEdges& x, Archive& a) {
  a(x.of), a(x.edges);
}

// In front of the digests, which follow one another, so that they can be read at the same time.
struct SnapshotHead {
  std::vector<std::string> names, keys;
  std::vector<uint32_t> sizes;  // bytes of each digest
};
template <class Archive>
void members(SnapshotHead& x, Archive& a) {
  a(x.names), a(x.keys), a(x.sizes);
}

template <class T>
std::string packed(const T& object) {
  Writer writer;
  writer(object);
  return std::move(writer.bytes);
}

template <class T>
std::optional<T> unpacked(std::string_view bytes) {
  Reader reader(bytes);
  T object;
  reader(object);
  if (!reader.whole()) return std::nullopt;
  return object;
}

}  // namespace

std::string pack(const Outline& outline) {
  return packed(outline);
}

std::string pack(const Extraction& extraction) {
  return packed(extraction);
}

std::optional<Outline> unpack_outline(std::string_view bytes) {
  auto outline = unpacked<Outline>(bytes);
  if (outline && !is_sound(*outline)) return std::nullopt;
  return outline;
}

std::optional<Extraction> unpack_extraction(std::string_view bytes, const std::string& path) {
  auto extraction = unpacked<Extraction>(bytes);
  if (!extraction || !is_sound(*extraction)) return std::nullopt;
  for (Statement& statement : extraction->statements) statement.path = path;
  for (NotAnalysed& entry : extraction->not_analysed) entry.path = path;
  for (Suppression& entry : extraction->suppressions) entry.path = path;
  return extraction;
}

std::string pack(const KeptEdges& edges) {
  return packed(edges);
}

std::optional<KeptEdges> unpack_edges(std::string_view bytes) {
  return unpacked<KeptEdges>(bytes);
}

std::string pack_snapshot(const NameTable& names, const std::vector<std::string_view>& keys,
                          const std::vector<const Digest*>& digests) {
  std::vector<uint32_t> order(names.size());  // of the names, by their text
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return names.text(a) < names.text(b); });
  std::vector<uint32_t> renumbered(names.size());
  SnapshotHead head;
  for (uint32_t old : order) {
    renumbered[old] = static_cast<uint32_t>(head.names.size());
    head.names.push_back(names.text(old));
  }
  std::vector<size_t> by_key(keys.size());
  std::iota(by_key.begin(), by_key.end(), size_t{0});
  std::sort(by_key.begin(), by_key.end(), [&](size_t a, size_t b) { return keys[a] < keys[b]; });
  Writer bodies;
  for (size_t index : by_key) {
    if (!head.keys.empty() && head.keys.back() == keys[index]) continue;
    Digest digest = *digests[index];
    digest.family = renumbered[digest.family];
    for (Digest::Function& function : digest.functions) {
      function.name = renumbered[function.name];
      function.owner = renumbered[function.owner];
    }
    for (Digest::Call& call : digest.calls)
      for (uint32_t* name : {&call.name, &call.receiver, &call.module, &call.file, &call.type, &call.holder})
        *name = renumbered[*name];
    for (Digest::Class& entry : digest.classes) {
      entry.name = renumbered[entry.name];
      for (std::vector<uint32_t>* list : {&entry.bases, &entry.methods})
        for (uint32_t& name : *list) name = renumbered[name];
    }
    for (Digest::Field& field : digest.fields)
      for (uint32_t* name : {&field.owner, &field.name, &field.type}) *name = renumbered[*name];
    size_t before = bodies.bytes.size();
    bodies(digest);
    head.keys.emplace_back(keys[index]);
    head.sizes.push_back(static_cast<uint32_t>(bodies.bytes.size() - before));
  }
  return packed(head) + bodies.bytes;
}

std::optional<Snapshot> unpack_snapshot(std::string_view bytes) {
  Reader reader(bytes);
  SnapshotHead head;
  reader(head);
  if (!reader.good() || head.names.empty() || !head.names.front().empty() || head.sizes.size() != head.keys.size() ||
      !std::is_sorted(head.names.begin(), head.names.end()) || !std::is_sorted(head.keys.begin(), head.keys.end()))
    return std::nullopt;
  std::string_view bodies = reader.rest();
  std::vector<std::string_view> parts;
  for (uint32_t size : head.sizes) {
    if (size > bodies.size()) return std::nullopt;
    parts.push_back(bodies.substr(0, size));
    bodies.remove_prefix(size);
  }
  if (!bodies.empty()) return std::nullopt;
  std::vector<std::optional<Digest>> read(parts.size());
  parallel_for(parts.size(), [&](size_t i) {
    auto digest = unpacked<Digest>(parts[i]);
    if (digest && is_sound(*digest, head.names.size())) read[i] = std::move(digest);
  });
  Snapshot snapshot;
  snapshot.digests.reserve(read.size());
  for (std::optional<Digest>& one : read) {
    if (!one) return std::nullopt;
    snapshot.digests.push_back(std::move(*one));
  }
  snapshot.names = NameTable(std::move(head.names));
  snapshot.keys = std::move(head.keys);
  return snapshot;
}

}  // namespace explaingate
