#include "rulebook/sql_words.h"

#include <map>

#include <fmt/format.h>

#include "base/text.h"

namespace explaingate {
namespace {

constexpr size_t kDefinitionLimit = 100;     // common table expressions in one rule
constexpr double kReferenceLimit = 100'000;  // references after unfolding; the built-in rules stay below 2,000

bool is_word_byte(char c) {
  auto byte = static_cast<unsigned char>(c);
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') || byte == '_' ||
         byte == '$' || byte >= 0x80;
}

// Offset after the quoted stretch that starts at `at`; a doubled quote stays inside.
size_t quote_end(std::string_view sql, size_t at) {
  char close = sql[at] == '[' ? ']' : sql[at];
  for (size_t i = at + 1; i < sql.size(); ++i) {
    if (sql[i] != close) continue;
    if (close == ']' || i + 1 >= sql.size() || sql[i + 1] != close) return i + 1;
    ++i;
  }
  return sql.size();
}

// Offset after the comment that starts at `at`; `at` itself when none does.
size_t comment_end(std::string_view sql, size_t at) {
  bool line = sql.substr(at, 2) == "--";
  if (!line && sql.substr(at, 2) != "/*") return at;
  size_t end = line ? sql.find('\n', at) : sql.find("*/", at + 2);
  if (end == std::string_view::npos) return sql.size();
  return line ? end : end + 2;
}

SqlWord next_word(std::string_view sql, size_t& at) {
  size_t start = at;
  char c = sql[at];
  if (c == '"' || c == '`' || c == '[') {
    at = quote_end(sql, at);
    size_t length = at - start > 2 ? at - start - 2 : 0;
    return {SqlWord::Kind::kQuotedName, lower(sql.substr(start + 1, length)), start};
  }
  if (is_word_byte(c)) {
    while (at < sql.size() && is_word_byte(sql[at])) ++at;
    return {SqlWord::Kind::kWord, lower(sql.substr(start, at - start)), start};
  }
  ++at;
  SqlWord::Kind kind = c == '(' ? SqlWord::Kind::kOpen : c == ')' ? SqlWord::Kind::kClose : SqlWord::Kind::kOther;
  return {kind, std::string(1, c), start};
}

// Index after the group that opens at `at`; the number of words when it is never closed.
size_t group_end(const std::vector<SqlWord>& words, size_t at) {
  int depth = 0;
  for (size_t i = at; i < words.size(); ++i) {
    if (words[i].kind == SqlWord::Kind::kOpen) ++depth;
    if (words[i].kind == SqlWord::Kind::kClose && --depth == 0) return i + 1;
  }
  return words.size();
}

bool is(const std::vector<SqlWord>& words, size_t at, std::string_view text) {
  return at < words.size() && words[at].kind == SqlWord::Kind::kWord && words[at].text == text;
}
bool opens(const std::vector<SqlWord>& words, size_t at) {
  return at < words.size() && words[at].kind == SqlWord::Kind::kOpen;
}
bool is_name(const SqlWord& word) {
  return word.kind == SqlWord::Kind::kWord || word.kind == SqlWord::Kind::kQuotedName;
}

struct Body {
  size_t begin, end;  // words
};

// Counts how many words a statement has once every name that `name [(columns)] AS [[NOT] MATERIALIZED] (…)` defines is
// replaced by what it stands for. An upper bound: a column that is called like a definition counts as a reference to
// it.
class Unfolding {
 public:
  explicit Unfolding(const std::vector<SqlWord>& words) : words_(words) {
    for (size_t i = 0; i < words.size(); ++i) {
      if (!is_name(words[i])) continue;
      size_t at = i + 1;
      if (opens(words, at)) at = group_end(words, at);
      if (!is(words, at, "as")) continue;
      ++at;
      if (is(words, at, "not")) ++at;
      if (is(words, at, "materialized")) ++at;
      if (!opens(words, at)) continue;
      bodies_[words[i].text].push_back({at, group_end(words, at)});
      ++definitions_;
    }
  }
  [[nodiscard]] size_t definitions() const { return definitions_; }
  [[nodiscard]] double total() { return sum({0, words_.size()}); }

 private:
  double sum(Body body) {
    double count = 0;
    for (size_t i = body.begin; i < body.end; ++i) count += is_name(words_[i]) ? weight(words_[i].text) : 0;
    return count;
  }
  double weight(const std::string& name) {
    auto body = bodies_.find(name);
    if (body == bodies_.end()) return 1;
    auto [known, added] =
        weights_.try_emplace(name, 1);  // a recursive reference, met while this one is counted, is one word
    if (!added) return known->second;
    double count = 1;
    for (const Body& each : body->second) count += sum(each);
    return weights_[name] = count;
  }

  const std::vector<SqlWord>& words_;
  std::map<std::string, std::vector<Body>> bodies_;
  std::map<std::string, double> weights_;
  size_t definitions_ = 0;
};

}  // namespace

std::vector<SqlWord> sql_words(std::string_view sql) {
  std::vector<SqlWord> words;
  for (size_t at = 0; at < sql.size();) {
    char c = sql[at];
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
      ++at;
    } else if (size_t end = comment_end(sql, at); end != at) {
      at = end;
    } else if (c == '\'') {
      at = quote_end(sql, at);
    } else {
      words.push_back(next_word(sql, at));
    }
  }
  return words;
}

std::string too_much_unfolding(const std::vector<SqlWord>& words) {
  Unfolding unfolding(words);
  if (unfolding.definitions() > kDefinitionLimit)
    return fmt::format("more than {} common table expressions in one rule", kDefinitionLimit);
  if (unfolding.total() > kReferenceLimit)
    return fmt::format(
        "the common table expressions refer to each other so often that they unfold to more than {} words",
        with_commas(kReferenceLimit));
  return {};
}

}  // namespace explaingate
