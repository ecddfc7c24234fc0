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

bool opens_with(std::string_view opening, std::string_view letters) {
  std::string_view prefix = opening.substr(0, std::min(opening.find_first_of("'\"`"), opening.size()));
  return prefix.find_first_of(letters) != std::string_view::npos;
}

}  // namespace

int Evaluator::heredoc_body(int opening) const {
  auto found = heredocs_.find(opening);
  return found == heredocs_.end() ? -1 : found->second;
}

// A heredoc's lines begin behind the line break that follows the opening word, and end before the closing word's line.
Evaluator::Block Evaluator::block_of(int literal, int body) const {
  std::string_view source = tree_.source();
  Block block;
  block.from = tree_.at(body).start;
  block.to = tree_.at(body).end;
  size_t newline = source.find('\n', block.from);
  if (newline < block.to && source.find_first_not_of(" \t\r", block.from) == newline) block.from = newline + 1;
  auto indent_at = [&](size_t at) { return source.find_first_not_of(" \t", at) - at; };
  size_t last_line = std::string_view::npos;
  for (int holder : {literal, body}) {
    for (int child = tree_.first_child(holder); child >= 0; child = tree_.next_sibling(child))
      if (tree_.role(child) == Role::kStringEnd) last_line = source.rfind('\n', tree_.at(child).start) + 1;
  }
  if (last_line == std::string_view::npos || last_line < block.from) return block;
  block.to = std::min(block.to, last_line);
  const StringRules& rules = language_.strings;
  if (rules.indented_by_end) block.indent = indent_at(last_line);
  bool least =
      !rules.least_indented.empty() && tree_.text(literal).find(rules.least_indented) != std::string_view::npos;
  if (!least) return block;
  block.indent = std::string_view::npos;
  int inside = tree_.first_child(body);  // interpolations have lines of their own
  for (size_t at = block.from; at < block.to; at = source.find('\n', at) + 1) {
    while (inside >= 0 && tree_.at(inside).end <= at) inside = tree_.next_sibling(inside);
    bool own = inside >= 0 && tree_.role(inside) == Role::kInterpolation && tree_.at(inside).start < at;
    size_t indent = indent_at(at);
    bool blank = at + indent >= block.to || source[at + indent] == '\n' || source[at + indent] == '\r';
    if (!blank && !own) block.indent = std::min(block.indent, indent);
    if (source.find('\n', at) == std::string_view::npos) break;
  }
  if (block.indent == std::string_view::npos) block.indent = 0;
  return block;
}

// Bytes of a pair that stands for one sign: "" in @"…"; 0 = there is none.
size_t Evaluator::doubled_at(size_t at, size_t end, const Style& style, std::string_view& meant) const {
  constexpr std::string_view kBlock = "\"\"\"";
  for (const StringRules::Doubled& doubled : language_.strings.doubled) {
    if (!opens_with(style.opening, doubled.prefix) || style.opening.ends_with(kBlock)) continue;
    for (const auto& [written, sign] : doubled.escapes) {
      if (!tree_.source().substr(at, end - at).starts_with(written)) continue;
      meant = sign;
      return written.size();
    }
  }
  return 0;
}

// Text as it stands, but for indentation, pairs and, in a plain literal, the escapes of its closing sign.
void Evaluator::source_text(size_t from, size_t to, const Style& style, Text& out) const {
  std::string_view source = tree_.source();
  from = std::max(from, style.block.from);
  to = std::min(to, style.block.to);
  auto keep = [&](size_t end) {
    if (end > from) out.push_back(text_piece(std::string(source.substr(from, end - from)), from, end - from).front());
  };
  for (size_t at = from; at < to; ++at) {
    std::string_view meant;
    if (size_t taken = doubled_at(at, to, style, meant); taken != 0) {
      keep(at);
      out.push_back(text_piece(std::string(meant), at, taken).front());
      from = at + taken;
      at = from - 1;
    } else if (style.closing != 0 && source[at] == '\\' && at + 1 < to &&
               (source[at + 1] == '\\' || source[at + 1] == style.closing)) {
      keep(at);
      out.push_back(text_piece(std::string(1, source[at + 1]), at, 2).front());
      from = at + 2;
      ++at;
    } else if (style.block.indent > 0 && (at == style.block.from || source[at - 1] == '\n')) {
      keep(at);
      from = std::min({source.find_first_not_of(" \t", at), at + style.block.indent, to});
      at = std::max(from, at + 1) - 1;
    }
  }
  keep(to);
}

void Evaluator::string_content(int content, const Style& style, Text& out) const {
  size_t at = tree_.at(content).start;
  for (int child = tree_.first_child(content); child >= 0; child = tree_.next_sibling(child)) {
    if (tree_.role(child) != Role::kEscape) continue;
    std::string_view written = tree_.text(child);
    bool escape = !language_.strings.introducer.empty() && written.starts_with(language_.strings.introducer);
    if (escape ? style.raw : !style.interpolated) continue;
    source_text(at, tree_.at(child).start, style, out);
    out.push_back(text_piece(decoded(written, language_.strings), tree_.at(child).start, written.size()).front());
    at = tree_.at(child).end;
  }
  source_text(at, tree_.at(content).end, style, out);
}

// A literal that the grammar keeps whole: @"…", 'c'.
void Evaluator::whole_literal(int node, Text& out) const {
  std::string_view written = tree_.text(node);
  size_t quote = written.find_first_of("'\"`");
  if (quote == std::string_view::npos || written.size() < quote + 2) return;
  Style style;
  style.opening = written.substr(0, quote + 1);
  size_t from = tree_.at(node).start + quote + 1;
  std::string_view content = written.substr(quote + 1, written.size() - quote - 2);
  const StringRules& rules = language_.strings;
  bool escape = !rules.introducer.empty() && content.starts_with(rules.introducer) &&
                !opens_with(style.opening, rules.prefix_raw);
  if (escape) {
    out.push_back(text_piece(decoded(content, rules), from, content.size()).front());
  } else {
    source_text(from, from + content.size(), style, out);
  }
}

bool Evaluator::is_bound(int literal) const {
  int call = tree_.parent(literal);
  if (tree_.role(call) != Role::kCall || tree_.part(call, Part::kArguments) != literal) return false;
  std::vector<const CallSite*> rows = rows_for(call);
  return std::any_of(rows.begin(), rows.end(), [&](const CallSite* row) { return row->certain || imported(*row); });
}

// A text of the library's own or the name that it quotes stands there as it is; anything else is bound.
std::vector<Text> Evaluator::bound_value(int node, const Binding* bound, std::vector<int>& text_calls) {
  Value value = evaluate(node, bound);
  if (value.known() && !value.text_calls.empty()) {
    text_calls.insert(text_calls.end(), value.text_calls.begin(), value.text_calls.end());
    return std::move(value.variants);
  }
  Role role = tree_.role(node);
  std::string reason;
  if (role == Role::kCall && is_one_of(callee_name(node), language_.words.identifier_functions))
    return substitute(node, bound, reason);
  Text text = hole(node, value.known() ? "a bound value" : value.reason);
  if (role != Role::kCall && role != Role::kMember) text.front().hint = Piece::Hint::kBound;  // else it may be a column
  return {text};
}

// "… $x …", of which the grammar makes the contents "…", "$" and "x …": the name at the start of the last one, in the
// place of the sign; bytes taken, 0 = none.
size_t Evaluator::name_in_content(int content, const Binding* bound, Value& value) {
  const std::string& sign = language_.strings.name_sign;
  uint32_t start = tree_.at(content).start;
  if (sign.empty() || start < sign.size() || tree_.source().substr(start - sign.size(), sign.size()) != sign) return 0;
  std::string_view written = tree_.text(content);
  size_t length = 0;
  auto in_name = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  while (length < written.size() && in_name(written[length])) ++length;
  bool own_sign = tree_.text(content - 1) == sign && tree_.role(content - 1) == Role::kContent;
  if (length == 0 || (written[0] >= '0' && written[0] <= '9') || !own_sign) return 0;
  for (Text& text : value.variants)
    if (!text.empty() && text.back().text == sign) text.pop_back();
  Value given = name_at(content, written.substr(0, length), bound);
  if (!given.known()) {
    Text unknown_part = hole(content, given.reason);
    unknown_part.front().from = start;
    unknown_part.front().length = static_cast<uint32_t>(length);
    given.variants.push_back(std::move(unknown_part));
  }
  value.text_calls.insert(value.text_calls.end(), given.text_calls.begin(), given.text_calls.end());
  extend(value.variants, std::move(given.variants));
  return length;
}

Value Evaluator::string(int node, const Binding* bound) {
  used_[static_cast<size_t>(node)] = true;
  Value value;
  Style style;
  int body = tree_.role(node) == Role::kHeredoc ? heredoc_body(node) : tree_.part(node, Part::kBody);
  if (tree_.role(node) == Role::kHeredoc && body < 0) return unknown("SQL is missing");
  const bool binds = is_bound(node);
  value.variants.emplace_back();
  bool continues = false;  // an escaped line end stood before
  size_t at = 0;           // end of what was taken of a heredoc: what stands between its parts is text too
  if (body >= 0) {
    style.block = block_of(node, body);
    at = style.block.from;
  } else if (std::string_view text = tree_.text(node);
             std::any_of(language_.strings.plain_openings.begin(), language_.strings.plain_openings.end(),
                         [&](const std::string& opening) { return text.starts_with(opening); })) {
    style.closing = text.back();
  }
  auto take = [&](size_t to) {
    for (Text& text : value.variants) source_text(at, to, style, text);
  };
  int holder = body >= 0 ? body : node;
  bool inside = false;
  if (body < 0 && tree_.first_named(node) < 0) whole_literal(node, value.variants.front());
  size_t end = tree_.at(holder).start;
  for (int child = tree_.first_child(holder); child >= 0; child = tree_.next_sibling(child)) {
    // A line break that is escaped is in no node of some grammars: nothing, at the end of a line.
    if (size_t start = tree_.at(child).start; body < 0 && inside && end < start)
      for (Text& variant : value.variants) variant.push_back(text_piece("", end, start - end).front());
    end = tree_.at(child).end;
    bool text = !tree_.at(child).named && tree_.text(child).find_first_not_of(" \t\r\n") == std::string_view::npos;
    if (body >= 0 && !text && tree_.role(child) != Role::kStringEnd) {
      take(tree_.at(child).start);
      at = std::max<size_t>(at, tree_.at(child).end);
    }
    switch (tree_.role(child)) {
      case Role::kStringStart:
        if (inside) break;  // quotes that close can be nodes of the same kind
        style.opening += tree_.text(child);
        style.raw = opens_with(style.opening, language_.strings.prefix_raw);
        style.interpolated = opens_with(style.opening, language_.strings.prefix_interpolated);
        break;
      case Role::kContent:
        inside = true;
        if (size_t taken = name_in_content(child, bound, value); taken != 0) {
          for (Text& variant : value.variants)
            source_text(tree_.at(child).start + taken, tree_.at(child).end, style, variant);
          break;
        }
        if (continues)  // white space up to the next line's text doesn't count
          style.block.from =
              std::min<size_t>(tree_.source().find_first_not_of(" \t\r\n", tree_.at(child).start), tree_.at(child).end);
        continues = false;
        for (Text& variant : value.variants) string_content(child, style, variant);
        break;
      case Role::kEscape:  // beside the content, not in it
        continues = language_.strings.continuation && tree_.text(child).find_last_of("\r\n") != std::string_view::npos;
        for (Text& variant : value.variants)
          variant.push_back(
              text_piece(decoded(tree_.text(child), language_.strings), tree_.at(child).start, tree_.text(child).size())
                  .front());
        break;
      case Role::kInterpolation: {
        inside = true;
        int expression = tree_.part(child, Part::kValue);
        if (expression < 0) expression = tree_.first_named(child);
        if (expression < 0) break;
        extend(value.variants,
               binds ? bound_value(expression, bound, value.text_calls) : part(expression, bound, &value.text_calls));
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
  if (body >= 0) take(style.block.to);
  const std::string& block = language_.strings.indented;
  if (!block.empty() && style.opening.ends_with(block))
    for (Text& text : value.variants) strip_indent(text, tree_.at(node).start, tree_.at(node).end);
  return value;
}

// One quoted literal of a macro at `at`, which moves behind it; false when there is none.
bool Evaluator::macro_literal(size_t& at, size_t end, Text& out) const {
  std::string_view source = tree_.source();
  if (source[at] != '"') return false;
  const std::string& introducer = language_.strings.introducer;
  size_t kept = ++at;
  auto keep = [&] {
    if (at > kept) out.push_back(text_piece(std::string(source.substr(kept, at - kept)), kept, at - kept).front());
  };
  while (at < end && source[at] != '"') {
    if (introducer.empty() || !source.substr(at).starts_with(introducer)) {
      ++at;
      continue;
    }
    keep();
    size_t length = std::min(introducer.size() + 1, end - at);
    out.push_back(text_piece(decoded(source.substr(at, length), language_.strings), at, length).front());
    at += length;
    kept = at;
  }
  keep();
  if (at >= end) return false;
  ++at;
  return true;
}

}  // namespace explaingate::host
