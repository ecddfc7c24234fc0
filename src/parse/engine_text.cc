// engine_text(): the placeholders of host drivers, written as the engine's own.
#include <algorithm>
#include <charconv>
#include <map>

#include "parse/edits.h"
#include "parse/lexemes.h"
#include "parse/parse.h"

namespace explaingate {

// PostgreSQL knows $N alone, so each placeholder gets a number: its own ($2, ?2), that of its name, or the next free
// one. SQLite knows ?, ?N, :n, @n and $n, so there only what it doesn't know is written anew, and the numbers are those
// that it will give by itself.
//   WHERE a = %(x)s AND b = :y OR c = %(x)s   PostgreSQL: $1, $2, $1      SQLite: :x, :y, :x
//   WHERE a = ? AND b = $1                    PostgreSQL: $2, $1          SQLite: ?, ?1 (and "?" is 1 too, as SQLite
//   has it) WHERE a = '%s' -- :x                      no placeholder in strings and comments
namespace {

// Neither engine takes higher numbers by default (SQLite 32766, PostgreSQL's protocol 65535).
constexpr int kHighestNumber = 32'766;

struct Placeholder {
  enum class Kind { kNext, kNumbered, kNamed, kForeign } kind = Kind::kNext;  // kForeign: a number that no engine takes
  int number = 0;
  std::string name;
};

// "?" "?2" "$1" ":n" "@n" "$n" "%s" "%(n)s" "{}" "{0}" "{n}"
Placeholder read_placeholder(std::string_view written) {
  using enum Placeholder::Kind;
  char first = written.front();
  std::string_view rest = written.substr(1);
  if (first == '%' && rest.starts_with('(')) return {kNamed, 0, std::string(rest.substr(1, rest.rfind(')') - 1))};
  if (first == '{' && rest.size() > 1) return {kNamed, 0, std::string(rest.substr(0, rest.size() - 1))};
  if (first == '%' || first == '{' || rest.empty()) return {};
  if ((first == '?' || first == '$') && std::ranges::all_of(rest, is_digit)) {
    int number = 0;
    auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    bool usable = error == std::errc() && number > 0 && number <= kHighestNumber;
    return {usable ? kNumbered : kForeign, number, {}};
  }
  return {kNamed, 0, std::string(rest)};
}

class Writer {
 public:
  Writer(const Lexemes& lexed, Dialect dialect, bool percent)
      : lexed_(lexed), postgres_(dialect == Dialect::kPostgres), percent_(percent) {}

  EngineText run() {
    for (size_t i = 0; i < lexed_.tokens.size(); ++i) {
      if (lexed_.kind(i) != TokenKind::kParameter) continue;
      Placeholder found = read_placeholder(lexed_.text(i));
      if (found.kind == Placeholder::Kind::kNumbered) highest_ = std::max(highest_, found.number);
    }
    if (postgres_) out_.placeholder_names.resize(static_cast<size_t>(highest_));
    for (size_t i = 0; i < lexed_.tokens.size();) i = token(i);
    edits_.apply(lexed_.sql, out_.text, out_.map);
    return std::move(out_);
  }

 private:
  // Returns the index of the next token.
  size_t token(size_t i) {
    switch (lexed_.kind(i)) {
      case TokenKind::kParameter: {
        parameter(i, i + 1, read_placeholder(lexed_.text(i)));
        return i + 1;
      }
      case TokenKind::kWord:
        if (size_t end = sqlc_call(i); end != i) return end;
        return i + 1;
      case TokenKind::kString:
      case TokenKind::kQuotedName:
      case TokenKind::kOperator:
        if (percent_) single_percents(i);
        return i + 1;
      default:
        return i + 1;
    }
  }

  // sqlc.arg(x), sqlc.narg('x'), sqlc.slice(x), sqlc.embed(t): the index behind the call; `i` when there is none.
  size_t sqlc_call(size_t i) {
    if (!lexed_.text_is(i, "sqlc") || lexed_.symbol(i + 1) != '.' || lexed_.symbol(i + 3) != '(' ||
        lexed_.symbol(i + 5) != ')')
      return i;
    bool named = lexed_.is_name(i + 4) || lexed_.kind(i + 4) == TokenKind::kString;
    if (!named) return i;
    if (lexed_.text_is(i + 2, "embed")) {
      bool quoted = lexed_.kind(i + 4) == TokenKind::kQuotedName;
      write(i, i + 6, (quoted ? std::string(lexed_.text(i + 4)) : lexed_.name(i + 4)) + ".*");
      return i + 6;
    }
    if (!lexed_.text_is(i + 2, "arg") && !lexed_.text_is(i + 2, "narg") && !lexed_.text_is(i + 2, "slice")) return i;
    parameter(i, i + 6, {Placeholder::Kind::kNamed, 0, lexed_.name(i + 4)});
    return i + 6;
  }

  // Tokens [first, last) are one placeholder.
  void parameter(size_t first, size_t last, const Placeholder& found) {
    if (found.kind == Placeholder::Kind::kForeign) return;
    std::string text = postgres_ ? numbered(found) : sqlite(lexed_.text(first), found);
    // Drivers that expand lists write their own brackets: "IN %s", "VALUES :rows".
    Word before = first > 0 ? lexed_.word(first - 1) : Word::kNone;
    bool bare_list = before == Word::kIn || before == Word::kValues;
    write(first, last, bare_list ? "(" + text + ")" : text);
  }

  std::string numbered(const Placeholder& found) {
    int number = found.number;
    if (found.kind == Placeholder::Kind::kNext) number = next({});
    if (found.kind == Placeholder::Kind::kNamed) {
      auto [known, added] = numbers_.try_emplace(found.name, 0);
      if (added) known->second = next(found.name);
      number = known->second;
    }
    return "$" + std::to_string(number);
  }

  int next(std::string name) {
    out_.placeholder_names.push_back(std::move(name));
    return static_cast<int>(out_.placeholder_names.size());
  }

  std::string sqlite(std::string_view written, const Placeholder& found) {
    std::vector<std::string>& names = out_.placeholder_names;
    if (found.kind == Placeholder::Kind::kNumbered) {
      names.resize(std::max(names.size(), static_cast<size_t>(found.number)));
      return "?" + std::to_string(found.number);
    }
    if (found.kind == Placeholder::Kind::kNext || written.starts_with('{')) {
      names.emplace_back();
      return "?";
    }
    bool own = written.front() == ':' || written.front() == '@' || written.front() == '$';
    auto [known, added] = texts_.try_emplace(own ? std::string(written) : ":" + found.name);
    if (added) {
      names.push_back(found.name);
      bool plain = own || std::ranges::all_of(found.name, is_name_byte);
      known->second = plain && !found.name.empty() ? known->first : ":eg_" + std::to_string(names.size());
    }
    return known->second;
  }

  void write(size_t first, size_t last, std::string text) {
    size_t begin = lexed_.tokens[first].offset;
    size_t end = lexed_.tokens[last - 1].end();
    if (text == lexed_.sql.substr(begin, end - begin)) return;
    if (begin > 0 && is_name_byte(lexed_.sql[begin - 1])) text.insert(0, 1, ' ');
    if (end < lexed_.sql.size() && is_name_byte(lexed_.sql[end])) text += ' ';
    edits_.replace(begin, end - begin, text);
  }

  // Drivers that take %s halve %% wherever it stands: in "a %% b" and in LIKE 'x%%' alike.
  void single_percents(size_t i) {
    std::string_view text = lexed_.text(i);
    for (size_t at = text.find("%%"); at != std::string_view::npos; at = text.find("%%", at + 2))
      edits_.replace(lexed_.tokens[i].offset + at, 2, "%");
  }

  const Lexemes& lexed_;
  bool postgres_;
  bool percent_;
  Edits edits_;
  EngineText out_;
  int highest_ = 0;                           // number that the text itself gives
  std::map<std::string, int> numbers_;        // PostgreSQL: of a name
  std::map<std::string, std::string> texts_;  // SQLite: what a named placeholder is written as
};

}  // namespace

EngineText engine_text(std::string_view sql, Dialect dialect, std::string_view placeholders) {
  Result<Lexemes> lexed = lex(sql, dialect, placeholders);
  if (!lexed) {  // no engine will take it either: let it say so
    EngineText same;
    same.text = sql;
    same.map.add(sql.size(), 0, sql.size());
    return same;
  }
  return Writer(*lexed, dialect, scan_options(placeholders).percent_parameters).run();
}

}  // namespace explaingate
