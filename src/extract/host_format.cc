// Texts made by formatting: "… %s" % x, "… {}".format(x), text.replace(a, b).
#include <algorithm>
#include <functional>
#include <utility>

#include "extract/host_evaluate.h"

namespace explaingate::host {
namespace {

// Rebuilds a text, calling `at_mark(text, offset, out)` at each offset of a text piece; it returns how many bytes it
// took (0 = none, the byte is kept as it is). What it keeps stays mapped byte for byte.
using Rewrite = std::function<size_t(std::string_view rest, uint32_t from, uint32_t written, std::vector<Text>& out)>;

void keep(const Piece& piece, size_t first, size_t last, std::vector<Text>& out) {
  if (first >= last) return;
  bool verbatim = piece.text.size() == piece.length;
  Piece part = piece;
  part.text = piece.text.substr(first, last - first);
  if (verbatim) {
    part.from = piece.from + static_cast<uint32_t>(first);
    part.length = static_cast<uint32_t>(last - first);
  }
  for (Text& text : out) text.push_back(part);
}

std::vector<Text> rewritten(const Text& text, char mark, char other, const Rewrite& at_mark) {
  std::vector<Text> out(1);
  for (const Piece& piece : text) {
    if (piece.kind == Piece::Kind::kHole) {
      for (Text& variant : out) variant.push_back(piece);
      continue;
    }
    size_t kept = 0;
    for (size_t at = 0; at < piece.text.size();) {
      if (piece.text[at] != mark && piece.text[at] != other) {
        ++at;
        continue;
      }
      keep(piece, kept, at, out);
      kept = at;
      bool verbatim = piece.text.size() == piece.length;
      size_t taken = at_mark(std::string_view(piece.text).substr(at),
                             verbatim ? piece.from + static_cast<uint32_t>(at) : piece.from, verbatim, out);
      at += std::max<size_t>(taken, 1);
      if (taken != 0) kept = at;
    }
    keep(piece, kept, piece.text.size(), out);
  }
  return out;
}

// "%s", "%5.2f", "%lld", "%(name)s", "%<name>s", "%{name}", "%2$s", "%[2]s": bytes taken, 0 = none; `name` is what
// stands in parentheses, or the number with its "$" or "]". The letters are those of printf, of SQLite's (Q, q, w, z)
// and of Go's (v, T, t, U).
size_t conversion(std::string_view rest, std::string_view& name) {
  constexpr std::string_view kOpen = "(<{", kClose = ")>}";
  size_t at = 1;
  if (size_t kind = at < rest.size() ? kOpen.find(rest[at]) : std::string_view::npos; kind != std::string_view::npos) {
    size_t close = rest.find(kClose[kind]);
    if (close == std::string_view::npos) return 0;
    name = rest.substr(2, close - 2);
    at = close + 1;
    if (kClose[kind] == '}') return at;
  } else if (size_t digits = rest.find_first_not_of("0123456789", at);
             digits != std::string_view::npos && digits > at && rest[digits] == '$') {
    name = rest.substr(at, digits + 1 - at);
    at = digits + 1;
  } else if (rest.size() > 4 && rest[at] == '[' && rest[at + 2] == ']') {  // "%[2]s"
    name = rest.substr(at + 1, 2);
    at += 3;
  }
  while (at < rest.size() && std::string_view("#0-+.*123456789hlLjzt").find(rest[at]) != std::string_view::npos) ++at;
  if (at < rest.size() && std::string_view("diouxXeEfFgGcrsaqQwvTUp").find(rest[at]) != std::string_view::npos)
    return at + 1;
  // "%z" of SQLite, "%t" of Go: the letter was taken for a length
  return rest[at - 1] == 'z' || rest[at - 1] == 't' ? at : 0;
}

void append(std::vector<Text>& out, const std::vector<Text>& tail) {
  extend(out, tail);
}

void append_text(std::vector<Text>& out, std::string text, uint32_t from, size_t length) {
  for (Text& variant : out) variant.push_back(text_piece(text, from, length).front());
}

// A hole that the text itself names, with no expression to go with it.
Text nameless_hole(uint32_t from, size_t length) {
  Piece piece;
  piece.kind = Piece::Kind::kHole;
  piece.from = from;
  piece.length = static_cast<uint32_t>(length);
  piece.reason = "SQL is formatted with an argument that is not written there";
  return {piece};
}

}  // namespace

Text without_braces(const Text& text) {
  auto taken_out = [](std::string_view rest, uint32_t from, uint32_t verbatim, std::vector<Text>& out) -> size_t {
    size_t end = rest.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_", 1);
    if (rest[0] != '{' || end == std::string_view::npos || end == 1 || rest[end] != '}') return 0;
    append_text(out, std::string(rest.substr(1, end - 1)), from, verbatim != 0 ? end + 1 : 1);
    return end + 1;
  };
  return rewritten(text, '{', '{', taken_out).front();
}

// What an expression gives to a format: its values, an identifier that a library function quotes, or a hole.
std::vector<Text> Evaluator::substitute(int node, const Binding* bound, std::string& reason) {
  if (tree_.role(node) == Role::kCall && is_one_of(callee_name(node), language_.words.identifier_functions)) {
    Text text = hole(node, "a name is dynamic");
    text.front().hint = Piece::Hint::kIdentifier;
    std::string name;
    std::vector<int> given = tree_.elements(tree_.part(node, Part::kArguments));
    Value value = given.size() == 1 ? evaluate(given.front(), bound) : Value{};
    if (value.variants.size() == 1 && plain_text(value.variants[0], name) && name.find('"') == std::string::npos)
      return {text_piece('"' + name + '"', text.front().from, text.front().length)};
    return {text};
  }
  Value value = evaluate(node, bound);
  reason = value.reason;
  if (value.known()) return std::move(value.variants);
  return {hole(node, value.reason)};
}

Value Evaluator::percent(const Value& pattern, int arguments, const Binding* bound) {
  while (tree_.role(arguments) == Role::kGroup && tree_.part(arguments, Part::kValue) < 0)
    arguments = tree_.first_named(arguments);
  return percent(pattern,
                 tree_.role(arguments) == Role::kList ? tree_.elements(arguments) : std::vector<int>{arguments}, bound);
}

// "%" PRIi64: a conversion whose letters come from another piece is put together there.
static Text with_whole_conversions(Text text) {
  for (size_t index = 0; index + 1 < text.size(); ++index) {
    Piece& piece = text[index];
    Piece& next = text[index + 1];
    bool both = piece.kind == Piece::Kind::kText && next.kind == Piece::Kind::kText;
    if (!both || !piece.text.ends_with('%') || piece.text.ends_with("%%")) continue;
    if (piece.text.size() == piece.length) --piece.length;
    piece.text.pop_back();
    next.text.insert(0, "%");
    next.from = piece.from + piece.length;
    next.length = 1;
  }
  return text;
}

Value Evaluator::percent(const Value& pattern, const std::vector<int>& given, const Binding* bound) {
  std::vector<std::pair<std::string, int>> named = pairs_in(given);
  auto by_name = [&](std::string_view name) {
    for (const auto& [key, value] : named)
      if (key == name) return value;
    return -1;
  };
  Value result = pattern;
  result.variants.clear();
  for (const Text& text : pattern.variants) {
    size_t next = 0;
    auto formatted =
        rewritten(with_whole_conversions(text), '%', '%',
                  [&](std::string_view rest, uint32_t from, uint32_t verbatim, std::vector<Text>& out) -> size_t {
                    if (rest.starts_with("%%")) {
                      append_text(out, "%", from, verbatim != 0 ? 2 : 1);
                      return 2;
                    }
                    std::string_view name;
                    size_t taken = conversion(rest, name);
                    if (taken == 0) return 0;
                    size_t index = next;
                    bool numbered = name.ends_with('$') || name.ends_with(']');  // "%2$s", "%[2]s"
                    if (numbered) index = name.size() == 2 ? static_cast<size_t>(name[0] - '1') : given.size();
                    bool has_name = !name.empty() && !numbered;
                    int argument = has_name ? by_name(name) : index < given.size() ? given[index] : -1;
                    if (name.empty()) ++next;
                    std::string reason;
                    append(out, argument >= 0 ? substitute(argument, bound, reason)
                                              : std::vector<Text>{nameless_hole(from, verbatim != 0 ? taken : 1)});
                    return taken;
                  });
    add_variants(result.variants, std::move(formatted));
  }
  return result;
}

Value Evaluator::format(const Value& pattern, const std::vector<int>& given, int scope, const Binding* bound) {
  std::vector<int> positional;
  for (int argument : given) {
    int list = tree_.role(argument) == Role::kSplat ? literal_collection(tree_.first_named(argument)) : -1;
    if (tree_.role(list) == Role::kList) {
      for (int element : tree_.elements(list)) positional.push_back(element);
    } else if (tree_.role(argument) != Role::kKeyword) {
      positional.push_back(argument);
    }
  }
  std::vector<std::pair<std::string, int>> named = pairs_in(given);
  Value result = pattern;
  result.variants.clear();
  for (const Text& text : pattern.variants) {
    size_t next = 0;
    auto formatted = rewritten(
        text, '{', '}', [&](std::string_view rest, uint32_t from, uint32_t verbatim, std::vector<Text>& out) -> size_t {
          if (rest.starts_with("{{") || rest.starts_with("}}")) {
            append_text(out, std::string(rest.substr(0, 1)), from, verbatim != 0 ? 2 : 1);
            return 2;
          }
          size_t close = rest.find('}');
          if (rest[0] != '{' || close == std::string_view::npos) return 0;
          std::string_view field = rest.substr(1, close - 1);
          std::string_view key = field.substr(0, std::min(field.find_first_of(":!.["), field.size()));
          int argument = -1;
          if (key.empty()) {
            if (next < positional.size()) argument = positional[next];
            ++next;
          } else if (key.find_first_not_of("0123456789") == std::string_view::npos) {
            size_t index = key.size() > 3 ? positional.size() : static_cast<size_t>(std::stoi(std::string(key)));
            if (index < positional.size()) argument = positional[index];
          } else {
            for (const auto& [name, value] : named)
              if (name == key) argument = value;
          }
          std::string reason;
          if (argument < 0 && scope >= 0 && !key.empty() && (key[0] < '0' || key[0] > '9')) {
            Value value = name_at(scope, key, bound);
            if (!value.known()) {
              Text text = hole(scope, value.reason);
              text.front().from = verbatim != 0 ? from + 1 : from;
              text.front().length = static_cast<uint32_t>(verbatim != 0 ? key.size() : 1);
              value.variants.push_back(std::move(text));
            }
            append(out, value.variants);
            return close + 1;
          }
          append(out, argument >= 0 ? substitute(argument, bound, reason)
                                    : std::vector<Text>{nameless_hole(from, verbatim != 0 ? close + 1 : 1)});
          return close + 1;
        });
    add_variants(result.variants, std::move(formatted));
  }
  return result;
}

// How many marks the text has that arguments stand for.
static size_t marks_in(const Text& text, char sign) {
  size_t count = 0;
  (void)rewritten(text, sign, sign, [&](std::string_view rest, uint32_t, uint32_t, std::vector<Text>&) -> size_t {
    if (rest.size() > 1 && rest[1] == sign) return 2;
    std::string_view name;
    size_t taken = sign == '%' ? conversion(rest, name) : rest.find('}') + 1;
    count += taken > 0 ? 1 : 0;
    return taken;
  });
  return count;
}

// A text with as many marks as there are arguments behind it, which fill them:
//
//   sql ("UPDATE t SET a = '%s' WHERE id = %llu", a, id)
//   exec ("DELETE FROM t WHERE name LIKE '%s'")       the near miss: nothing stands behind it
Value Evaluator::with_arguments(Value text, int call, int argument) {
  std::vector<int> given = tree_.elements(tree_.part(call, Part::kArguments));
  auto at = std::ranges::find(given, argument);
  if (at == given.end() || at + 1 == given.end() || !text.known()) return text;
  given.erase(given.begin(), at + 1);
  if (marks_in(text.variants.front(), '%') == given.size()) return percent(text, given, nullptr);
  if (marks_in(text.variants.front(), '{') == given.size()) return format(text, given, call, nullptr);
  return text;
}

// QString("%1 %2").arg(a, b): each argument stands for the lowest number that is left, wherever it is written.
Value Evaluator::numbered(const Value& pattern, const std::vector<int>& given, const Binding* bound) {
  auto number_at = [](std::string_view rest) {  // of "%1" or "%12"; 0 = none
    size_t end = std::min(rest.find_first_not_of("0123456789", 1), rest.size());
    constexpr size_t kMostDigits = 2;
    return end < 2 || end > kMostDigits + 1 ? 0 : std::stoi(std::string(rest.substr(1, end - 1)));
  };
  Value result = pattern;
  for (int argument : given) {
    std::vector<Text> made;
    for (const Text& text : result.variants) {
      int lowest = 0;
      for (const Piece& piece : text)
        for (size_t at = piece.text.find('%'); at != std::string::npos; at = piece.text.find('%', at + 1))
          if (int number = number_at(std::string_view(piece.text).substr(at)); number > 0)
            lowest = lowest == 0 ? number : std::min(lowest, number);
      std::string reason;
      std::vector<Text> with = substitute(argument, bound, reason);
      auto formatted =
          rewritten(text, '%', '%', [&](std::string_view rest, uint32_t, uint32_t, std::vector<Text>& out) -> size_t {
            if (lowest == 0 || number_at(rest) != lowest) return 0;
            append(out, with);
            return 1 + std::to_string(lowest).size();
          });
      for (Text& variant : formatted)
        if (made.size() < kMostVariants) made.push_back(std::move(variant));
    }
    result.variants = std::move(made);
  }
  return result;
}

Value Evaluator::replace(const Value& text, int arguments, const Binding* bound) {
  std::vector<int> given = tree_.elements(arguments);
  return given.size() == 2 ? replace(text, given[0], given[1], bound) : text;
}

Value Evaluator::replace(const Value& text, int old, int new_text, const Binding* bound) {
  std::string what;
  Value from = evaluate(old, bound);
  if (from.variants.size() != 1 || !plain_text(from.variants[0], what) || what.empty()) return text;
  std::string reason;
  std::vector<Text> with = substitute(new_text, bound, reason);
  Value result = text;
  result.variants.clear();
  for (const Text& variant : text.variants) {
    auto replaced = rewritten(variant, what[0], what[0],
                              [&](std::string_view rest, uint32_t, uint32_t, std::vector<Text>& out) -> size_t {
                                if (!rest.starts_with(what)) return 0;
                                append(out, with);
                                return what.size();
                              });
    add_variants(result.variants, std::move(replaced));
  }
  return result;
}

}  // namespace explaingate::host
