#include "advise/comparison.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/text.h"

namespace explaingate::advise {
namespace {

bool is_text(std::string_view type) {
  return type == "text" || type.starts_with("character varying");
}

// A constant as it is compared: quotes and a cast of PostgreSQL's are spelling, and so are the words for true and
// false. 'new'::text, "new" and 'new' are one; false, 'f' and 0 are. "" = not a plain constant: now(), 1 + 1.
std::string plain_constant(std::string_view text) {
  size_t cast = text.starts_with('\'') ? text.find("'::") : std::string_view::npos;
  if (cast != std::string_view::npos) text = text.substr(0, cast + 1);
  bool quoted = text.size() >= 2 && text.starts_with('\'') && text.ends_with('\'');
  if (quoted) text = text.substr(1, text.size() - 2);
  std::string word = lower(text);
  if (word == "true" || word == "t") return "1";
  if (word == "false" || word == "f") return "0";
  if (!quoted && word.find_first_of("( ") != std::string::npos) return "";
  return quoted && word.empty() ? "''" : std::string(text);
}

}  // namespace

bool is_equality(const Predicate& predicate) {
  return predicate.op == "=" || predicate.op == "==" || predicate.op == "IN" || predicate.op == "IS";
}

bool is_range(const Predicate& predicate) {
  static const std::set<std::string, std::less<>> kRanges = {"<", "<=", ">", ">=", "BETWEEN", "LIKE", "GLOB"};
  return kRanges.contains(predicate.op);
}

std::string_view range_suffix(const Predicate& predicate, const CatalogueColumn& column, const IndexKinds& kinds) {
  if (predicate.op != "LIKE") return "";
  if (kinds.no_case) return " COLLATE NOCASE";
  return kinds.pattern_class && is_text(column.type) ? " text_pattern_ops" : "";
}

std::string gin_part(const Predicate& predicate, const CatalogueColumn& column, const IndexKinds& kinds) {
  const std::string& op = predicate.op;
  if (!kinds.gin || predicate.other == Operand::kColumn) return "";
  bool wildcard = predicate.why_not == "LIKE pattern starts with a wildcard" || op == "ILIKE";
  if (wildcard && kinds.trigrams && is_text(column.type)) return column.name + " gin_trgm_ops";
  if (!predicate.sargable) return "";
  if (column.type == "jsonb" && op == "@>") return column.name + " jsonb_path_ops";
  if (column.type == "jsonb" && (op == "?" || op == "?|" || op == "?&")) return column.name;
  if (column.type.ends_with("[]") && (op == "@>" || op == "<@" || op == "&&")) return column.name;
  return column.type == "tsvector" && op == "@@" ? column.name : "";
}

bool is_default(const CatalogueColumn& column, const Predicate& predicate) {
  if (!is_equality(predicate) || predicate.other != Operand::kLiteral || column.default_value.empty()) return false;
  std::string usual = plain_constant(column.default_value);
  std::string literal = predicate.literal.empty() ? "''" : plain_constant(predicate.literal);
  return !usual.empty() && usual == literal;
}

std::string equality_test(const Predicate& predicate) {
  constexpr size_t kLongest = 64;
  const std::string& literal = predicate.literal;
  auto plain = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view(" _-.:+").find(c) != std::string_view::npos;
  };
  if (literal.size() > kLongest || !std::ranges::all_of(literal, plain)) return "";
  bool number = predicate.other_type == "integer" || predicate.other_type == "float";
  if (number && literal.empty()) return "";
  return number || predicate.other_type == "boolean" ? "= " + literal : fmt::format("= '{}'", literal);
}

}  // namespace explaingate::advise
