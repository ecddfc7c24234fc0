// String literals: content, escapes and interpolations, each piece with its place in the source.
#include <algorithm>

#include "extract/host_evaluate.h"

namespace explaingate::host {
namespace {

void append_utf8(std::string& out, uint32_t code) {
  auto byte = [&](uint32_t value) { out += static_cast<char>(static_cast<unsigned char>(value)); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xC0 | (code >> 6));
    byte(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    byte(0xE0 | (code >> 12));
    byte(0x80 | ((code >> 6) & 0x3F));
    byte(0x80 | (code & 0x3F));
  } else if (code < 0x110000) {
    byte(0xF0 | (code >> 18));
    byte(0x80 | ((code >> 12) & 0x3F));
    byte(0x80 | ((code >> 6) & 0x3F));
    byte(0x80 | (code & 0x3F));
  }
}

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 99;
}

// The number in `digits` (braces around it are dropped); false when it is none.
bool number_of(std::string_view digits, int base, uint32_t& code) {
  if (digits.starts_with('{') && digits.ends_with('}')) digits = digits.substr(1, digits.size() - 2);
  constexpr size_t kMostDigits = 8;
  if (digits.empty() || digits.size() > kMostDigits) return false;
  code = 0;
  for (char c : digits) {
    int digit = digit_of(c);
    if (digit >= base) return false;
    code = code * static_cast<uint32_t>(base) + static_cast<uint32_t>(digit);
  }
  return true;
}

// What an escape stands for. An escape that the rules don't know stands for itself.
std::string decoded(std::string_view escape, const StringRules& rules) {
  for (const auto& [written, meant] : rules.interpolation_escapes)
    if (escape == written) return meant;
  if (rules.introducer.empty() || !escape.starts_with(rules.introducer)) return std::string(escape);
  std::string_view rest = escape.substr(rules.introducer.size());
  if (rest == "\r\n") rest = "\n";
  for (const auto& [written, meant] : rules.simple)
    if (rest == written) return meant;
  uint32_t code = 0;
  std::string text;
  for (const auto& [prefix, digits] : rules.hexadecimal) {
    if (!rest.starts_with(prefix) || !number_of(rest.substr(prefix.size()), 16, code)) continue;
    append_utf8(text, code);
    return text;
  }
  if (rules.octal && number_of(rest, 8, code)) {
    append_utf8(text, code);
    return text;
  }
  return std::string(escape);
}

}  // namespace

void Evaluator::string_content(int content, bool raw, bool interpolated, Text& out) const {
  size_t at = tree_.at(content).start;
  size_t end = tree_.at(content).end;
  auto verbatim = [&](size_t to) {
    if (to <= at) return;
    Text piece = text_piece(std::string(tree_.source().substr(at, to - at)), at, to - at);
    out.insert(out.end(), std::make_move_iterator(piece.begin()), std::make_move_iterator(piece.end()));
    at = to;
  };
  for (int child = tree_.first_child(content); child >= 0; child = tree_.next_sibling(child)) {
    if (tree_.role(child) != Role::kEscape) continue;
    std::string_view written = tree_.text(child);
    bool escape = !language_.strings.introducer.empty() && written.starts_with(language_.strings.introducer);
    if (escape ? raw : !interpolated) continue;
    verbatim(tree_.at(child).start);
    out.push_back(text_piece(decoded(written, language_.strings), at, written.size()).front());
    at = tree_.at(child).end;
  }
  verbatim(end);
}

Value Evaluator::string(int node, const Binding* bound) {
  used_[static_cast<size_t>(node)] = true;
  Value value;
  value.variants.emplace_back();
  bool raw = false, interpolated = false;
  for (int child = tree_.first_child(node); child >= 0; child = tree_.next_sibling(child)) {
    switch (tree_.role(child)) {
      case Role::kStringStart: {
        std::string_view start = tree_.text(child);
        std::string_view prefix = start.substr(0, std::min(start.find_first_of("'\"`"), start.size()));
        raw = prefix.find_first_of(language_.strings.prefix_raw) != std::string_view::npos;
        interpolated = prefix.find_first_of(language_.strings.prefix_interpolated) != std::string_view::npos;
        break;
      }
      case Role::kContent:
        for (Text& text : value.variants) string_content(child, raw, interpolated, text);
        break;
      case Role::kEscape:  // beside the content, not in it
        for (Text& text : value.variants)
          text.push_back(
              text_piece(decoded(tree_.text(child), language_.strings), tree_.at(child).start, tree_.text(child).size())
                  .front());
        break;
      case Role::kInterpolation: {
        int expression = tree_.part(child, Part::kValue);
        if (expression < 0) expression = tree_.first_named(child);
        if (expression >= 0) extend(value.variants, part(expression, bound, &value.text_calls));
        break;
      }
      case Role::kIdentifier:  // "$x": an expression without anything around it
      case Role::kMember:
      case Role::kSubscript:
      case Role::kCall:
        extend(value.variants, part(child, bound, &value.text_calls));
        break;
      default:
        break;
    }
  }
  return value;
}

}  // namespace explaingate::host
