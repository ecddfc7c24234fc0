// What tells SQL from prose: the verb in front, and what can follow it.
#include <algorithm>
#include <array>
#include <string>

#include "extract/host_text.h"
#include "parse/scan.h"

namespace explaingate::host {
namespace {

constexpr std::array<std::string_view, 37> kVerbs = {
    "select",  "insert",   "update",  "delete",  "with",     "create",    "alter",   "drop",   "replace", "pragma",
    "vacuum",  "analyze",  "begin",   "commit",  "rollback", "savepoint", "release", "attach", "detach",  "explain",
    "values",  "truncate", "merge",   "grant",   "revoke",   "set",       "show",    "lock",   "copy",    "call",
    "reindex", "refresh",  "comment", "declare", "desc",     "describe",  "prepare"};

constexpr std::array<std::string_view, 21> kMainVerbs = {
    "alter",     "attach",  "begin",    "commit", "create", "delete",  "detach",
    "drop",      "explain", "insert",   "merge",  "pragma", "replace", "rollback",
    "savepoint", "select",  "truncate", "update", "vacuum", "values",  "with"};

std::string lowered(std::string_view word) {
  std::string lower(word);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

bool is_main_verb(std::string_view word) {
  constexpr size_t kShortest = 4, kLongest = 9;
  if (word.size() < kShortest || word.size() > kLongest) return false;
  return std::binary_search(kMainVerbs.begin(), kMainVerbs.end(), std::string_view(lowered(word)));
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c >= '0' && c <= '9');
}

// Whole statements of one word; `data.decode("utf-8", "replace")` and `notify("delete")` are none.
bool stands_alone(std::string_view text, const Token& verb) {
  constexpr std::array<std::string_view, 6> kCommands = {"begin", "commit", "rollback", "vacuum", "analyze", "reindex"};
  return std::any_of(kCommands.begin(), kCommands.end(),
                     [&](std::string_view known) { return is_word(text, verb, known); });
}

// What the grammar wants behind some verbs, so that "create a thing" and "delete the rest" are prose. `next` is the
// word that follows; empty (no word: a hole, a parenthesis, the end) is always plausible.
bool can_follow(std::string_view verb, std::string_view next) {
  struct Followers {
    std::string_view verb;
    std::string_view words;  // each between spaces
  };
  static constexpr std::string_view kObjects =
      " table index view trigger unique temp temporary virtual materialized or schema database sequence type function "
      "extension role user policy procedure domain global unlogged recursive foreign column aggregate operator server ";
  static constexpr Followers kFollowers[] = {
      {"create", kObjects},           {"drop", kObjects},    {"alter", kObjects}, {"delete", " from "},
      {"insert", " into or ignore "}, {"replace", " into "},
  };
  if (next.empty()) return true;
  for (const Followers& known : kFollowers)
    if (lowered(verb) == known.verb) return known.words.find(" " + lowered(next) + " ") != std::string_view::npos;
  return true;
}

// Words of a text up to a number, through PostgreSQL-neutral eyes; comments are skipped.
class WordReader {
 public:
  explicit WordReader(std::string_view text)
      : text_(text), scanner_(text, Dialect::kSqlite, {.percent_parameters = true}) {}
  Token next() { return scanner_.next_code(); }
  // The first token that is no opening parenthesis.
  Token first() {
    Token token = next();
    while (token.kind == TokenKind::kOperator && token_text(text_, token) == "(") token = next();
    return token;
  }
  // Tokens, counted no further than `most`.
  int size(int most) {
    int count = 0;
    for (Token token = next(); token.kind != TokenKind::kEnd && count < most; token = next()) ++count;
    return count;
  }
  // A word follows, or a sign that no prose has.
  bool goes_on_with(std::string_view text, std::string_view word) {
    for (Token token = next(); token.kind != TokenKind::kEnd; token = next()) {
      if (is_word(text, token, word)) return true;
      if (token.kind == TokenKind::kParameter || token.kind == TokenKind::kQuotedName) return true;
      std::string_view sign = token_text(text, token);
      if (token.kind == TokenKind::kOperator && (sign == "(" || sign == "*" || sign == "=" || sign == "::"))
        return true;
    }
    return false;
  }
  // Whether a word in capitals follows within `limit` tokens.
  bool finds(std::string_view word, int limit) {
    for (Token token = next(); token.kind != TokenKind::kEnd && limit > 0; token = next(), --limit)
      if (token_text(text_, token) == word) return true;
    return false;
  }

 private:
  std::string_view text_;
  Scanner scanner_;
};

}  // namespace

bool is_verb(std::string_view word) {
  return std::find(kVerbs.begin(), kVerbs.end(), lowered(word)) != kVerbs.end();
}

bool starts_like_sql(std::string_view text) {
  WordReader words(text);
  Token first = words.first();
  if (first.kind != TokenKind::kWord || !is_verb(token_text(text, first))) return false;
  Token second = words.next();  // "select: …", "Update, please", "with-dashes" are prose
  if (second.kind == TokenKind::kEnd || second.kind == TokenKind::kSemicolon) return stands_alone(text, first);
  if (second.kind == TokenKind::kOperator) {
    std::string_view sign = token_text(text, second);
    if (sign == "-" || sign == "+") return is_word(text, first, "select");  // "update-alternatives" is a program
    return sign == "*" || sign == "(";
  }
  return second.kind != TokenKind::kOther && second.kind != TokenKind::kUnterminated;
}

bool starts_with_main_verb(std::string_view text) {
  if (!starts_like_sql(text)) return false;
  WordReader words(text);
  Token first = words.first();
  Token second = words.next();
  if (second.kind == TokenKind::kEnd) {  // send("update")
    std::string verb = lowered(token_text(text, first));
    return verb == "begin" || verb == "commit" || verb == "rollback" || verb == "vacuum";
  }
  if (second.kind != TokenKind::kWord) return is_main_verb(token_text(text, first));
  if (!is_main_verb(token_text(text, first)) || !can_follow(token_text(text, first), token_text(text, second)))
    return false;
  // "Select your plan", "update me": words alone, and not the one that such a statement can't do without
  bool select = is_word(text, first, "select");
  if (select && token_text(text, first) == "SELECT" && WordReader(text).size(3) == 2)
    return true;  // SELECT current_user
  return !(select || is_word(text, first, "update")) || words.goes_on_with(text, select ? "from" : "set");
}

bool is_sql_in_capitals(std::string_view text) {
  WordReader words(text);
  Token first = words.first();
  if (first.kind != TokenKind::kWord) return false;
  std::string_view verb = token_text(text, first);
  constexpr int kFar = 400;
  if (verb == "SELECT") return words.finds("FROM", kFar);
  if (verb == "INSERT" || verb == "REPLACE") return words.finds("INTO", 3);
  if (verb == "UPDATE") return words.finds("SET", 6);
  if (verb == "DELETE") return words.finds("FROM", 1);
  if (verb == "WITH") return words.finds("AS", 40) && words.finds("(", 3);
  if (verb != "CREATE" && verb != "ALTER" && verb != "DROP") return false;
  Token object = words.next();
  for (std::string_view known :
       {"TABLE", "INDEX", "UNIQUE", "VIEW", "TRIGGER", "TEMP", "TEMPORARY", "VIRTUAL", "MATERIALIZED", "OR"})
    if (token_text(text, object) == known) return true;
  return false;
}

bool is_sql_beyond_doubt(std::string_view text) {
  if (is_sql_in_capitals(text)) return true;
  if (text.find('\n') == std::string_view::npos || text.front() < 'a' || text.front() > 'z') return false;
  std::string upper(text);
  for (char& c : upper)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return is_sql_in_capitals(upper);
}

namespace {

// Whether a text can begin at `at`: behind one of `opens`, or behind an SQL comment; white space and opening
// parentheses don't count.
bool can_begin_at(std::string_view source, size_t at, std::string_view opens) {
  while (at > 0) {
    char before = source[at - 1];
    bool escape = at > 1 && source[at - 2] == '\\' && (before == 'n' || before == 't' || before == 'r');
    if (escape) {
      at -= 2;
    } else if (before == ' ' || (before >= '\t' && before <= '\r') || before == '(' || before == '\\' ||
               before == ';') {
      --at;
    } else {
      break;
    }
  }
  if (at == 0) return false;
  if (opens.find(source[at - 1]) != std::string_view::npos) return true;
  size_t line = source.rfind('\n', at - 1);
  line = line == std::string_view::npos ? 0 : line + 1;
  return source.substr(line, at - line).find("--") != std::string_view::npos;
}

}  // namespace

VerbsSeen verbs_in(std::string_view source, std::string_view opens) {
  VerbsSeen seen;
  for (size_t at = 0; at < source.size() && !seen.beyond_doubt;) {
    if (!is_letter(source[at])) {
      ++at;
      continue;
    }
    size_t start = at;
    while (at < source.size() && is_letter(source[at])) ++at;
    std::string_view word = source.substr(start, at - start);
    if (at == source.size() || std::string_view(" \t\r\n\"'`*(\\/-+").find(source[at]) == std::string_view::npos)
      continue;
    if (start > 0 && source[start - 1] == '\\') word.remove_prefix(1);  // "\nSELECT": the escape's letter
    if (!is_main_verb(word) || (!opens.empty() && !can_begin_at(source, at - word.size(), opens))) continue;
    size_t next = std::min(source.find_first_not_of(" \t\r\n\"'\\", at), source.size());
    size_t end = next;
    while (end < source.size() && is_letter(source[end])) ++end;
    if (!can_follow(word, source.substr(next, end - next))) continue;
    seen.any_case = true;
    auto all_between = [&](char first, char last) {
      return std::all_of(word.begin(), word.end(), [&](char c) { return c >= first && c <= last; });
    };
    size_t stop = source.find_first_of("\n\"'`", at);  // laid out over several lines
    bool lines = !opens.empty() && stop != std::string_view::npos && source[stop] == '\n' && all_between('a', 'z');
    seen.beyond_doubt = lines || all_between('A', 'Z');
  }
  return seen;
}

}  // namespace explaingate::host
