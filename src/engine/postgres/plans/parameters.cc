// Parameters of a statement made ready for PREPARE.
#include "engine/postgres/plans/parameters.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "parse/scan.h"

namespace explaingate::postgres {
namespace {

// pg_type.oid
constexpr unsigned kInt4 = 23, kText = 25, kDate = 1082, kTimestampTz = 1184, kInterval = 1186, kNumeric = 1700,
                   kTextArray = 1009;
constexpr int kMaxParameters = 32'766;
constexpr std::string_view kPage = "100", kInExpression = "10";

int parameter_number(std::string_view text) {
  int number = 0;
  if (!text.starts_with('$')) return 0;
  auto [end, error] = std::from_chars(text.data() + 1, text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number <= kMaxParameters ? number : 0;
}

std::vector<Token> tokens_of(std::string_view text) {
  std::vector<Token> tokens;
  Scanner scanner(text, Dialect::kPostgres);
  for (Token token = scanner.next(); token.kind != TokenKind::kEnd; token = scanner.next())
    if (token.kind != TokenKind::kComment) tokens.push_back(token);
  return tokens;
}

int number_of(std::string_view text, const Token& token) {
  return token.kind == TokenKind::kParameter ? parameter_number(token_text(text, token)) : 0;
}

// Each place gets a parameter of its own, as where a driver writes the values into the text: `$1 = '' OR id = $1` is
// text at one place and a number at the other.
PreparedText each_its_own(const PreparedText& prepared) {
  PreparedText out;
  size_t copied = 0;
  for (const Token& token : tokens_of(prepared.text)) {
    int number = number_of(prepared.text, token);
    if (number == 0) continue;
    out.text += prepared.text.substr(copied, token.offset - copied);
    size_t slot = static_cast<size_t>(number - 1);
    out.types.push_back(slot < prepared.types.size() ? prepared.types[slot] : 0);
    out.text += "$" + std::to_string(out.types.size());
    copied = token.offset + token.length;
  }
  out.text += prepared.text.substr(copied);
  out.own_places = true;
  return out;
}

bool repeats(const PreparedText& prepared) {
  std::set<int> seen;
  for (const Token& token : tokens_of(prepared.text))
    if (int number = number_of(prepared.text, token); number > 0 && !seen.insert(number).second) return true;
  return false;
}

// Types to try, the likeliest first.
const std::vector<unsigned> kForUnclear = {kInt4, kNumeric, kText, kTimestampTz, kDate, kInterval, kTextArray};
const std::vector<unsigned> kForMismatch = {kInterval, kText, kInt4};
constexpr size_t kNear = 8;  // tokens of an expression

// The parameters that an operator or function at byte `at` takes: the one in front of it, and those behind it up to the
// end of its parentheses; `wide`: also those in expressions of a few tokens on either side.
std::set<size_t> operands(const PreparedText& prepared, size_t at, bool wide) {
  std::set<size_t> found;
  std::vector<Token> tokens = tokens_of(prepared.text);
  auto here = std::ranges::find_if(tokens, [&](const Token& token) { return token.offset + 1 >= at; });
  size_t i = static_cast<size_t>(here - tokens.begin());
  auto take = [&](size_t k) {
    if (k >= tokens.size()) return;
    size_t number = static_cast<size_t>(number_of(prepared.text, tokens[k]));
    if (number > 0 && number <= prepared.types.size() && prepared.types[number - 1] == 0) found.insert(number - 1);
  };
  for (size_t back = 1; back <= std::min(i, wide ? kNear / 2 : 1); ++back) take(i - back);
  int depth = 0;
  for (size_t k = i + 1; k < tokens.size(); ++k) {
    std::string_view written = token_text(prepared.text, tokens[k]);
    if (written == "(") ++depth;
    if (written == ")" && --depth < (wide ? 0 : 1)) break;
    take(k);
    bool name = k == i + 1 && tokens[k].kind == TokenKind::kWord;
    if (depth == 0 && !name && (!wide || k > i + kNear)) break;
  }
  return found;
}

}  // namespace

size_t byte_of(std::string_view text, size_t character) {
  size_t at = 0;
  for (size_t seen = 1; seen < character && at < text.size(); ++seen) {
    ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) ++at;
  }
  return at + 1;
}

std::vector<PreparedText> ways_around(const PreparedText& prepared, const Refusal& refusal) {
  std::vector<PreparedText> ways;
  if (refusal.sqlstate == "42P18") {  // could not determine data type of parameter $n: nothing around it says one
    size_t dollar = refusal.message.find('$'), number = 0;
    if (dollar == std::string::npos) return ways;
    const char* end = refusal.message.data() + refusal.message.size();
    std::from_chars(refusal.message.data() + dollar + 1, end, number);
    if (number == 0 || number > prepared.types.size() || prepared.types[number - 1] != 0) return ways;
    ways.push_back(prepared);
    ways.back().types[number - 1] = kText;
    return ways;
  }
  // Inconsistent types deduced; no such operator or function; type mismatch; no such cast: the first place of a
  // parameter may have given it a type that the second can't take, or the server has taken `now() - $1` for a
  // difference of times.
  static const std::set<std::string_view> kOfTypes = {"42P08", "42883", "42804", "42846"};
  bool unclear = refusal.sqlstate == "42725";  // function or operator is not unique
  if (!unclear && !kOfTypes.contains(refusal.sqlstate)) return ways;
  if (!unclear && !prepared.own_places && repeats(prepared)) ways.push_back(each_its_own(prepared));
  if (refusal.position == 0) return ways;
  std::set<size_t> places = operands(prepared, byte_of(prepared.text, refusal.position), !unclear);
  if (places.empty()) return ways;
  for (unsigned type : unclear ? kForUnclear : kForMismatch) {
    ways.push_back(prepared);
    for (size_t place : places) ways.back().types[place] = type;
  }
  return ways;
}

std::vector<ComparedColumn> compared_columns(std::string_view text) {
  std::vector<ComparedColumn> out;
  std::vector<Token> tokens = tokens_of(text);
  auto name = [&](size_t i) {
    std::string_view written = token_text(text, tokens[i]);
    if (tokens[i].kind == TokenKind::kQuotedName && written.size() >= 2)
      return std::string(written.substr(1, written.size() - 2));
    std::string lower(written);
    std::ranges::transform(lower, lower.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return lower;
  };
  auto is_name = [&](size_t i) {
    return tokens[i].kind == TokenKind::kWord || tokens[i].kind == TokenKind::kQuotedName;
  };
  static const std::set<std::string_view> kComparisons = {"=", "<", ">", "<=", ">=", "<>", "!="};
  for (size_t at = 0; at < tokens.size(); ++at) {
    int number = number_of(text, tokens[at]);
    if (number == 0) continue;
    ComparedColumn compared{static_cast<size_t>(number), "", "", false};
    size_t i = at;  // comes to stand behind the column
    if (i > 0 && token_text(text, tokens[i - 1]) == "(") {
      if (i >= 2 && is_word(text, tokens[i - 2], "in")) i -= 2;
      if (i >= 3 && is_word(text, tokens[i - 2], "any") && token_text(text, tokens[i - 3]) == "=")
        i -= 3, compared.list = true;
    } else if (i > 0 && (kComparisons.contains(token_text(text, tokens[i - 1])) ||
                         is_word(text, tokens[i - 1], "like") || is_word(text, tokens[i - 1], "between"))) {
      i -= 1;
    }
    if (i == at || i == 0 || !is_name(i - 1)) continue;
    compared.column = name(i - 1);
    if (i >= 3 && token_text(text, tokens[i - 2]) == "." && is_name(i - 3)) compared.qualifier = name(i - 3);
    out.push_back(std::move(compared));
  }
  return out;
}

std::string array_element(std::string_view text) {
  std::string element = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') element += '\\';
    element += c;
  }
  return element + "\"";
}

bool can_be_planned(std::string_view text) {
  Scanner scanner(text, Dialect::kPostgres);
  Token token = scanner.next();
  while (token.kind == TokenKind::kComment || token_text(text, token) == "(") token = scanner.next();
  for (std::string_view word : {"select", "with", "insert", "update", "delete", "merge", "values", "table"})
    if (is_word(text, token, word)) return true;
  return false;
}

// LIMIT $2 OFFSET ($3 - 1) * $2  →  LIMIT 100 OFFSET (10 - 1) * 10. The clause ends at the next clause of its query, at
// the parenthesis that closes it, or with the statement.
PreparedText prepare_text(std::string_view text) {
  PreparedText out;
  std::vector<Token> tokens = tokens_of(text);
  auto word = [&](size_t i, std::string_view keyword) {
    return i < tokens.size() && is_word(text, tokens[i], keyword);
  };
  auto is = [&](size_t i, std::string_view symbol) {
    return i < tokens.size() && token_text(text, tokens[i]) == symbol;
  };
  std::vector<bool> used;  // outside of LIMIT and OFFSET
  size_t copied = 0;
  int depth = 0, clause = -1;  // depth at which a LIMIT stands; -1 = none
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (is(i, "(")) ++depth;
    if (is(i, ")") && --depth < clause) clause = -1;
    bool begins =
        word(i, "limit") || word(i, "offset") || (word(i, "fetch") && (word(i + 1, "first") || word(i + 1, "next")));
    if (begins) {
      clause = depth;
    } else if (depth == clause && (word(i, "for") || word(i, "union") || word(i, "order") || is(i, ";"))) {
      clause = -1;
    }
    if (tokens[i].kind != TokenKind::kParameter) continue;
    int number = parameter_number(token_text(text, tokens[i]));
    if (number == 0) continue;
    size_t slot = static_cast<size_t>(number);
    if (used.size() < slot) used.resize(slot);
    if (clause < 0) {
      used[slot - 1] = true;
      continue;
    }
    bool ends = i + 1 == tokens.size() || is(i + 1, ")") || is(i + 1, ";") || is(i + 1, "::") ||
                tokens[i + 1].kind == TokenKind::kWord;
    bool alone = i > 0 && ends && (tokens[i - 1].kind == TokenKind::kWord || is(i - 1, "("));
    out.text += text.substr(copied, tokens[i].offset - copied);
    out.text += alone ? kPage : kInExpression;
    copied = tokens[i].offset + tokens[i].length;
  }
  out.text += text.substr(copied);
  // A number that the text skips, or that is gone from it, has no type that the server could infer.
  for (bool is_used : used) out.types.push_back(is_used ? 0 : kText);
  return out;
}

}  // namespace explaingate::postgres
