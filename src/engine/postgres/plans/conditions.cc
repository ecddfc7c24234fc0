#include "engine/postgres/plans/conditions.h"

#include <algorithm>
#include <cstdint>

#include "parse/scan.h"

namespace explaingate::postgres {
namespace {

constexpr int kDeepest = 50;  // of ORs in ANDs in ORs

struct Text {
  std::string_view sql;
  std::vector<Token> tokens;
  std::vector<size_t> partner;  // of "(": the position of its ")"; of others their own

  [[nodiscard]] std::string_view at(size_t i) const {
    return i < tokens.size() ? token_text(sql, tokens[i]) : std::string_view();
  }
  [[nodiscard]] bool name(size_t i) const {
    return i < tokens.size() && (tokens[i].kind == TokenKind::kWord || tokens[i].kind == TokenKind::kQuotedName);
  }
  [[nodiscard]] bool keyword(size_t i, std::string_view word) const {
    return i < tokens.size() && tokens[i].kind == TokenKind::kWord && at(i) == word;
  }
};

std::string bare(std::string_view name) {
  if (name.size() < 2 || name.front() != '"') return std::string(name);
  std::string text;
  for (size_t i = 1; i + 1 < name.size(); ++i) {
    text += name[i];
    if (name[i] == '"') ++i;
  }
  return text;
}

Text lex(std::string_view sql) {
  Text text{sql, {}, {}};
  Scanner scanner(sql, Dialect::kPostgres);
  std::vector<size_t> open;
  for (Token token = scanner.next(); token.kind != TokenKind::kEnd; token = scanner.next()) {
    size_t i = text.tokens.size();
    text.tokens.push_back(token);
    text.partner.push_back(i);
    if (text.at(i) == "(") open.push_back(i);
    if (text.at(i) == ")" && !open.empty()) {
      text.partner[open.back()] = i;
      open.pop_back();
    }
  }
  return text;
}

// Splits [begin, end) at `word` outside of parentheses.
std::vector<std::pair<size_t, size_t>> split(const Text& text, size_t begin, size_t end, std::string_view word) {
  std::vector<std::pair<size_t, size_t>> parts;
  size_t from = begin;
  for (size_t i = begin; i < end; ++i) {
    if (text.keyword(i, word)) {
      parts.emplace_back(from, i);
      from = i + 1;
    }
    i = std::max(i, std::min(text.partner[i], end - 1));
  }
  parts.emplace_back(from, end);
  return parts;
}

// `o.customer_id`, `(o.status)::text`, `customer_id`: the column; "" for anything else. `i` comes to stand behind it.
std::string column_at(const Text& text, size_t& i, size_t end, std::string_view alias) {
  size_t inside = i;
  bool wrapped = text.at(i) == "(" && text.partner[i] > i;
  size_t close = wrapped ? text.partner[i] : i;
  if (wrapped) ++inside;
  std::string column;
  if (text.name(inside) && text.at(inside + 1) == "." && text.name(inside + 2)) {
    if (alias.empty() || bare(text.at(inside)) == alias) column = bare(text.at(inside + 2));
    inside += 3;
  } else if (text.name(inside) && text.at(inside + 1) != "(") {
    column = bare(text.at(inside));
    inside += 1;
  }
  if (wrapped && inside != close) {
    column.clear();
    i = close + 1;
  } else {
    i = wrapped ? close + 1 : inside;
  }
  while (i + 1 < end && text.at(i) == "::") {  // its type: words, perhaps (n) and []
    ++i;
    while (i < end && text.name(i) && !text.keyword(i, "IS")) ++i;
    if (text.at(i) == "(") i = text.partner[i] + 1;
    while (text.at(i) == "[" || text.at(i) == "]") ++i;
  }
  return column;
}

double members_of(const Text& text, size_t begin, size_t end) {
  for (size_t i = begin; i < end; ++i) {
    const Token& token = text.tokens[i];
    std::string_view written = text.at(i);
    if (token.kind == TokenKind::kString && written.size() > 3 && written[1] == '{')  // '{1,2,3}'::integer[]
      return 1 + static_cast<double>(std::ranges::count(written, ','));
    if (text.keyword(i, "ARRAY") && text.at(i + 1) == "[") {
      double members = 1;
      for (size_t k = i + 2; k < end && text.at(k) != "]"; ++k) {
        if (text.at(k) == ",") ++members;
        k = std::max(k, text.partner[k]);
      }
      return members;
    }
  }
  return 0;
}

Condition read_one(const Text& text, size_t begin, size_t end, std::string_view alias, int depth);

std::vector<Condition> read_and(const Text& text, size_t begin, size_t end, std::string_view alias, int depth) {
  std::vector<Condition> conditions;
  while (begin < end && text.at(begin) == "(" && text.partner[begin] + 1 == end) ++begin, --end;
  for (auto [from, to] : split(text, begin, end, "AND"))
    if (from < to) conditions.push_back(read_one(text, from, to, alias, depth));
  return conditions;
}

Condition read_one(const Text& text, size_t begin, size_t end, std::string_view alias, int depth) {
  while (begin < end && text.at(begin) == "(" && text.partner[begin] + 1 == end) ++begin, --end;
  Condition out;
  if (begin >= end || depth > kDeepest) return out;
  for (size_t i = begin; i < end; ++i) out.subplan = out.subplan || text.keyword(i, "SubPlan");
  auto arms = split(text, begin, end, "OR");
  if (arms.size() > 1) {
    for (auto [from, to] : arms) {
      std::vector<Condition> conjunction = read_and(text, from, to, alias, depth + 1);
      out.arms.push_back(conjunction.size() == 1 ? std::move(conjunction[0]) : Condition{});
    }
    return out;
  }
  if (text.keyword(begin, "NOT")) {
    size_t i = begin + 1;
    out.column = column_at(text, i, end, alias);
    if (i == end && !out.column.empty()) out.op = "IS NOT TRUE";
    return out;
  }
  size_t i = begin;
  out.column = column_at(text, i, end, alias);
  if (i >= end) {
    if (!out.column.empty()) out.op = "IS TRUE";
    return out;
  }
  if (text.keyword(begin, "ROW") && text.at(begin + 1) == "(") {  // ROW(a, b) < ROW($1, $2): its range is one of a
    size_t first = begin + 2;
    out.column = column_at(text, first, text.partner[begin + 1], alias);
    if (text.at(first) != ",") out.column.clear();
    i = text.partner[begin + 1] + 1;
    if (i >= end) return out;
  }
  if (out.column.empty() && text.tokens[i].kind != TokenKind::kOperator && !text.keyword(i, "IS")) {
    // An expression: to its operator.
    while (i < end && (text.tokens[i].kind != TokenKind::kOperator || text.at(i) == "::" || text.at(i) == "(" ||
                       text.at(i) == ")" || text.at(i) == "." || text.at(i) == ","))
      i = std::max(i, text.partner[i]) + 1;
    if (i >= end) return out;
  }
  if (text.keyword(i, "IS")) {
    out.op = "IS";
    for (size_t k = i + 1; k < end && k < i + 3 && text.name(k); ++k) out.op += " " + std::string(text.at(k));
    return out;
  }
  out.op = text.at(i);
  out.list = text.keyword(i + 1, "ANY") || text.keyword(i + 1, "ALL");
  if (text.keyword(i + 1, "ALL") && out.op == "<>") out.op = "<> ALL";
  if (out.list) out.members = members_of(text, i + 2, end);
  return out;
}

}  // namespace

std::string Condition::term() const {
  std::string name = column.empty() ? "<expr>" : column;
  if (op.empty()) return name;
  return op.starts_with("IS") ? name + " " + op : name + op + "?";
}

std::vector<Condition> read_conditions(std::string_view sql, std::string_view alias) {
  Text text = lex(sql);
  return read_and(text, 0, text.tokens.size(), alias, 0);
}

void add_qualifiers(std::string_view sql, std::set<std::string, std::less<>>& qualifiers) {
  Scanner scanner(sql, Dialect::kPostgres);
  Token before = scanner.next();
  for (Token token = scanner.next(); token.kind != TokenKind::kEnd; token = scanner.next()) {
    bool name = before.kind == TokenKind::kWord || before.kind == TokenKind::kQuotedName;
    if (name && token_text(sql, token) == ".") qualifiers.insert(bare(token_text(sql, before)));
    before = token;
  }
}

}  // namespace explaingate::postgres
