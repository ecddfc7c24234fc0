#include "program/pack.h"

#include <concepts>
#include <cstdint>
#include <type_traits>
#include <vector>

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

  template <class T>
    requires std::integral<T> || std::is_enum_v<T>
  void operator()(T& value) {
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
      a(x.argument_varies), a(x.always_leaves);
}
template <class Archive>
void members(Hole& x, Archive& a) {
  a(x.offset), a(x.length), a(x.kind), a(x.expression), a(x.column);
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
  a(x.function), a(x.name), a(x.receiver), a(x.module), a(x.file), a(x.on_field), a(x.on_self), a(x.handled), a(x.line),
      a(x.column), a(x.loops);
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
  a(x.family), a(x.functions), a(x.calls), a(x.constants), a(x.wrappers), a(x.wanted), a(x.executions);
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

// Indexes in the bytes have to be in range: they come from a file that something else may have written.
bool is_sound(const Outline& outline) {
  auto function = [&](int32_t index) { return index >= -1 && index < static_cast<int32_t>(outline.functions.size()); };
  for (size_t i = 0; i < outline.functions.size(); ++i)
    if (outline.functions[i].parent < -1 || outline.functions[i].parent >= static_cast<int32_t>(i)) return false;
  for (const Outline::Call& call : outline.calls)
    if (!function(call.function)) return false;
  for (const Outline::Wrapper& wrapper : outline.wrappers)
    if (wrapper.function < 0 || !function(wrapper.function)) return false;
  for (const Outline::Execution& execution : outline.executions)
    if (!function(execution.function) || execution.statement < 0) return false;
  return true;
}

bool is_sound(const Extraction& extraction) {
  auto count = static_cast<int>(extraction.statements.size());
  for (const Statement& statement : extraction.statements)
    for (const Loop& loop : statement.loops)
      if (loop.rows_statement < -1 || loop.rows_statement >= count) return false;
  return true;
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

}  // namespace explaingate
