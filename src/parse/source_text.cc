#include "parse/source_text.h"

#include <algorithm>

namespace explaingate {
namespace {
constexpr int kDeepest = 1'000;
}  // namespace

uint32_t SourceText::offset(int32_t location) const {
  if (location < 0) return 0;
  return static_cast<uint32_t>(translation_.map.original(static_cast<size_t>(location)));
}

// The tree knows where each node has its first (or, for operators, its own) token, and not where it ends. So: from the
// first to the last token that the subtree names, then out to the partners of brackets that the range cuts in two.
//
//   lower(trim(email))     tokens named: lower, trim, email -> "lower ( trim ( email" -> both brackets close behind
//   (a + b) * 2            named: a, +, b, *, 2             -> "a + b ) * 2"          -> begins at its bracket
//   ((a))                  near miss: brackets around the whole belong to nobody and stay outside
SourceText::Range SourceText::range(const Node& node) const {
  size_t none = lexed_.tokens.size();
  Range range{none, 0};
  reach(node, range.first, range.last, 0);
  if (range.first >= none) return {};
  close_brackets(range);
  return range;
}

void SourceText::reach(const Node& node, size_t& first, size_t& last, int depth) const {
  if (depth > kDeepest) return;
  if (node.location >= 0) {
    size_t at = token(node);
    if (at < lexed_.tokens.size()) {
      first = std::min(first, at);
      if (node.type == Type::kColumnRef || node.type == Type::kRangeVar || node.type == Type::kFuncCall) {
        while (lexed_.symbol(at + 1) == '.') at += 2;
        if (node.type == Type::kFuncCall && lexed_.symbol(at + 1) == '(') ++at;
      }
      if (node.type == Type::kCollateClause || (node.type == Type::kAConst && lexed_.symbol(at) == '-')) ++at;
      if (node.type == Type::kNullTest || node.type == Type::kBooleanTest) {  // IS [NOT] NULL, ISNULL, NOT NULL
        if (lexed_.word(at) == Word::kIs) ++at;
        if (lexed_.word(at) == Word::kNot) ++at;
      }
      if (node.type == Type::kCaseExpr) at = case_end(at);
      last = std::max(last, std::min(at, lexed_.tokens.size() - 1));
    }
  }
  for (const Node* child = tree_.first(node); child != nullptr; child = tree_.next(*child))
    reach(*child, first, last, depth + 1);
}

size_t SourceText::case_end(size_t at) const {
  int open = 0;
  for (size_t i = at; i < lexed_.tokens.size(); i = lexed_.skip(i)) {
    if (lexed_.word(i) == Word::kCase) ++open;
    if (lexed_.word(i) == Word::kEnd && --open == 0) return i;
    if (lexed_.symbol(i) == ')') break;
  }
  return at;
}

void SourceText::close_brackets(Range& range) const {
  for (size_t i = range.first; i <= range.last; ++i) {
    int match = lexed_.tokens[i].match;
    if (match < 0) continue;
    auto partner = static_cast<size_t>(match);
    if (partner > range.last) range.last = partner;
    if (partner < range.first)
      range.first = partner;  // what is between was inside that bracket: nothing new to look at
  }
}

std::string_view SourceText::text(const Range& range) const {
  if (!range.known() || range.last >= lexed_.tokens.size()) return {};
  uint32_t start = lexed_.tokens[range.first].offset;
  return lexed_.sql.substr(start, lexed_.tokens[range.last].end() - start);
}

SourceText::Range SourceText::join(const Range& a, const Range& b) const {
  if (!a.known()) return b;
  if (!b.known()) return a;
  Range range{std::min(a.first, b.first), std::max(a.last, b.last)};
  close_brackets(range);
  return range;
}

std::string_view SourceText::name(std::string_view folded, size_t at) {
  constexpr size_t kCut = 63;  // NAMEDATALEN - 1
  if (dialect_ == Dialect::kPostgres || !lexed_.is_name(at)) return folded;
  if (folded.size() >= kCut) {
    std::string written = lexed_.name(at);
    if (written.size() < folded.size()) return folded;
    return long_names_.emplace_back(std::move(written));
  }
  std::string_view written = lexed_.text(at);
  return lexed_.kind(at) == TokenKind::kWord && written.size() == folded.size() ? written : folded;
}

size_t SourceText::word_before(size_t at, std::initializer_list<Word> words) const {
  for (size_t i = std::min(at + 1, lexed_.tokens.size()); i-- > 0;)
    if (std::ranges::find(words, lexed_.tokens[i].word) != words.end()) return i;
  return at;
}

}  // namespace explaingate
