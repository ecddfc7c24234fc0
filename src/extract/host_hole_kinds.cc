// What stands in for a hole, by what surrounds it, so that a parser can read the statement and a database can plan it.
//
// The text is written out with the byte 0xFF in place of each hole. The scanner takes that byte for a letter (no UTF-8
// text has it), so a hole inside a word, a string or a quoted name is part of that token, and a hole by itself is a
// word. One pass over the tokens keeps, for every open parenthesis, the clause it stands in, and asks of each hole:
// what stands before it, what after it, and in which clause?
//
//   FROM {t} WHERE a = {x}      identifier (behind FROM), value (behind an operator)
//   FROM t {where} ORDER BY a   behind a complete term and before a keyword or the end: a clause that may be empty
//   WHERE {cond} AND b = 1      behind WHERE and not before an operator: a condition, "1=1"
//   WHERE {column} = 1          the near miss: an operator follows, so it's an identifier
//   name LIKE '{x}%'            inside a string: part of the text
#include "extract/host_hole_kinds.h"

#include <algorithm>

#include "extract/host_hole_words.h"
#include "parse/scan.h"

namespace explaingate::host {
namespace {

struct Frame {         // one open parenthesis; the first is the statement
  std::string clause;  // the last clause keyword in it
  std::string before;  // the word before the parenthesis: "in", "count", "t"
  std::string outer;   // the clause around it
};

class Filler {
 public:
  Filler(const Marked& marked, Dialect dialect) : marked_(marked), dialect_(dialect) {
    Scanner scanner(marked.text, dialect, {.percent_parameters = true});
    for (Token token = scanner.next(); token.kind != TokenKind::kEnd; token = scanner.next())
      if (token.kind != TokenKind::kComment || token_text(marked.text, token).find(kMark) != std::string_view::npos)
        add(token);
    fills_.resize(marked.holes.size(), {HoleKind::kPredicate, ""});
  }

  std::vector<Fill> run() {
    frames_.push_back({});
    for (at_ = 0; at_ < tokens_.size(); ++at_) {
      const Token& token = tokens_[at_];
      auto first = std::lower_bound(marked_.hole_offsets.begin(), marked_.hole_offsets.end(), token.offset);
      auto last = std::lower_bound(first, marked_.hole_offsets.end(), token.offset + token.length);
      if (first != last) {
        fill(token, static_cast<size_t>(first - marked_.hole_offsets.begin()),
             static_cast<size_t>(last - marked_.hole_offsets.begin()));
      }
      follow(token, first != last);
    }
    return std::move(fills_);
  }
  [[nodiscard]] int table_hole() const { return table_hole_; }
  [[nodiscard]] int statement_hole() const { return statement_hole_; }

 private:
  const Marked& marked_;
  Dialect dialect_;
  std::vector<Token> tokens_;
  std::vector<Fill> fills_;
  std::vector<Frame> frames_;
  size_t at_ = 0;
  bool begins_ = true;        // no token but holes and parentheses since the statement's start (for add())
  std::string verb_;          // the statement's first word
  std::string last_word_;     // the word just before, lower case; empty when the last token was no word
  bool term_before_ = false;  // the last token ended a term: name, number, string, placeholder, ")"
  bool between_ = false;      // an AND to come belongs to BETWEEN
  bool between_and_ = false;  // the last word was that AND
  int table_hole_ = -1;
  int statement_hole_ = -1;
  size_t numbers_seen_ = 0;  // tokens whose number is in last_number_
  int last_number_ = 0;      // of the numbered placeholders

  // A hole against the first word of a statement is no part of it: x + "SELECT …", "SELECT" + columns; nor is one
  // against FROM or WHERE, where a quoted name's end parts them: columns + "FROM t".
  void add(const Token& token) {
    std::string_view text = token_text(marked_.text, token);
    size_t first = text.find_first_not_of(kMark), last = text.find_last_not_of(kMark);
    bool beside = token.kind == TokenKind::kWord && first != std::string_view::npos && last - first + 1 < text.size();
    std::string word = beside ? lowered(text.substr(first, last - first + 1)) : std::string();
    if (!beside || !(begins_ ? is_verb(word) : word == "from" || word == "where")) {
      tokens_.push_back(token);
    } else {
      for (auto [from, to] :
           {std::pair(size_t{0}, first), std::pair(first, last + 1), std::pair(last + 1, text.size())}) {
        if (from == to) continue;
        tokens_.push_back(token);
        tokens_.back().offset = token.offset + static_cast<uint32_t>(from);
        tokens_.back().length = static_cast<uint32_t>(to - from);
      }
    }
    begins_ = token.kind == TokenKind::kSemicolon || (begins_ && (text == "(" || first == std::string_view::npos));
  }

  [[nodiscard]] std::string_view text_of(size_t token) const {
    return token < tokens_.size() ? token_text(marked_.text, tokens_[token]) : std::string_view{};
  }

  // "${n}", "?{n}": the number of a placeholder that the text doesn't have yet.
  std::string next_number() {
    constexpr size_t kMostDigits = 5;
    for (; numbers_seen_ < tokens_.size(); ++numbers_seen_) {
      std::string_view digits = text_of(numbers_seen_);
      if (digits.size() < 2 || digits.size() > kMostDigits + 1 || (digits[0] != '$' && digits[0] != '?')) continue;
      digits.remove_prefix(1);
      if (digits.find_first_not_of("0123456789") != std::string_view::npos) continue;
      last_number_ = std::max(last_number_, std::stoi(std::string(digits)));
    }
    return std::to_string(++last_number_);
  }

  void set(size_t hole, HoleKind kind, std::string text) { fills_[hole] = {kind, std::move(text), false}; }
  void name(size_t hole, bool quoted) {
    std::string text = "eg_hole_" + std::to_string(hole + 1);
    set(hole, HoleKind::kIdentifier, quoted ? '"' + text + '"' : text);
    fills_[hole].column = (quoted || text_of(at_).starts_with('"')) && is_item();
  }
  // Of a select list, ORDER BY or GROUP BY, or the argument of a function there; no part of a qualified name.
  [[nodiscard]] bool is_item() const {
    if (defines() || next_is(".") || (at_ > 0 && text_of(at_ - 1) == ".")) return false;
    const Frame& frame = frames_.back();
    const std::string& clause = frame.clause.empty() ? frame.outer : frame.clause;
    return is_any(clause, {"select", "distinct", "by"});
  }
  // A query that the text doesn't have: without its columns there is no plan.
  void subquery(size_t hole) {
    set(hole, HoleKind::kIdentifier, std::string(kSubquery));
    if (table_hole_ < 0) table_hole_ = static_cast<int>(hole);
  }
  // A table's name decides the whole plan, so it's told apart from other names.
  void table(size_t hole, bool quoted) {
    name(hole, quoted);
    fills_[hole].column = false;
    if (table_hole_ < 0) table_hole_ = static_cast<int>(hole);
  }

  [[nodiscard]] bool names_a_table() const {
    std::string_view before = last_word_;
    if (is_any(before, {"from", "join", "into", "update", "table", "only"})) return true;
    if (before == "on" && defines()) return true;
    return at_ > 0 && text_of(at_ - 1) == "," && frames_.back().clause == "from";
  }

  // WITH {tables} SELECT …: at least one is there, and nobody knows its name or columns.
  [[nodiscard]] bool names_common_tables() const {
    if (is_any(last_word_, {"with", "recursive"})) return true;
    return at_ > 0 && text_of(at_ - 1) == "," && frames_.back().clause == "with";
  }
  void common_tables(size_t hole) {
    std::string_view next = text_of(at_ + 1);
    if (next == "(" || lowered(next) == "as") return name(hole, true);
    table(hole, true);
    fills_[hole].text += kCommonTable;
  }

  // WHERE name = "{name}", VALUES ("{name}"): MySQL's and SQLite's other way to write a text. The near miss: a column
  // behind its table's name, WHERE t."{column}" = "{table}".id
  [[nodiscard]] bool is_text_in_double_quotes() const {
    if (at_ == 0 || !text_of(at_).starts_with('"') || next_is(".") || defines()) return false;
    std::string_view before = text_of(at_ - 1);
    bool listed = (before == "(" || before == ",") && frames_.back().outer == "values";
    return listed || is_any(before, {"=", "<>", "!=", "<", ">", "<=", ">="}) || is_any(last_word_, {"like", "regexp"});
  }

  // CREATE INDEX i ON t (c), CREATE TRIGGER … ON t: names only.
  [[nodiscard]] bool defines() const { return verb_ == "create" || verb_ == "alter" || verb_ == "drop"; }

  void fill(const Token& token, size_t first, size_t last) {
    switch (token.kind) {
      case TokenKind::kString:
        for (size_t hole = first; hole < last; ++hole)
          set(hole, HoleKind::kValue, "1");  // a text that is a number and a flag as well
        return;
      case TokenKind::kQuotedName:
        if (is_text_in_double_quotes()) {
          for (size_t hole = first; hole < last; ++hole) set(hole, HoleKind::kValue, "1");
          return;
        }
        for (size_t hole = first; hole < last; ++hole) names_a_table() ? table(hole, false) : name(hole, false);
        return;
      case TokenKind::kParameter:
        for (size_t hole = first; hole < last; ++hole) {
          bool number = marked_.hole_offsets[hole] == token.offset + 1 && text_of(at_)[0] == '$';
          set(hole, HoleKind::kValue, number ? next_number() : "eg_hole_" + std::to_string(hole + 1));
        }
        return;
      case TokenKind::kWord:
        break;
      default:  // comments, what has no end
        for (size_t hole = first; hole < last; ++hole) set(hole, HoleKind::kPredicate, "");
        return;
    }
    if (token.offset > 0 && marked_.text[token.offset - 1] == '?' && marked_.holes[first]->hint != Piece::Hint::kClause)
      return set(first, HoleKind::kValue, next_number());
    if (token.length > last - first) {  // part of a longer word
      for (size_t hole = first; hole < last; ++hole) {
        if (marked_.holes[hole]->hint == Piece::Hint::kClause) continue;  // what is appended there begins with a space
        names_a_table() ? table(hole, false) : name(hole, false);
      }
      return;
    }
    switch (marked_.holes[first]->hint) {
      case Piece::Hint::kPlaceholders:
        return fill_placeholders(first);
      case Piece::Hint::kIdentifier:
        if (names_a_table() || next_is(".")) return table(first, true);
        return name(first, true);
      case Piece::Hint::kClause:
        if (!term_before_ && (wants_condition(last_word_) || frames_.back().clause == "where")) return condition(first);
        break;
      case Piece::Hint::kNone:
      case Piece::Hint::kBound:
      case Piece::Hint::kSeparator:
        break;
    }
    fill_lone(first);
    if (marked_.holes[first]->hint == Piece::Hint::kBound && fills_[first].kind == HoleKind::kIdentifier &&
        !names_only())
      set(first, HoleKind::kValue, "?");
  }

  // Where a value can't stand, bound or not.
  [[nodiscard]] bool names_only() const {
    std::string_view before = at_ > 0 ? text_of(at_ - 1) : std::string_view{};
    return names_a_table() || next_is(".") || before == "." || wants_name(last_word_) || defines() ||
           last_word_ == "set" || is_any(frames_.back().clause, {"set", "by", "from"}) ||
           is_any(frames_.back().outer, {"into", "table", "using"});
  }

  [[nodiscard]] bool next_is(std::string_view sign) const { return text_of(at_ + 1) == sign; }

  // WHERE {cond} AND b = 1, but WHERE {conditions_each_with_AND} b = 1: another condition begins behind the hole.
  void condition(size_t hole) {
    bool another = false;
    if (at_ + 1 < tokens_.size()) {
      TokenKind kind = tokens_[at_ + 1].kind;
      another = kind == TokenKind::kQuotedName || kind == TokenKind::kString || kind == TokenKind::kNumber ||
                kind == TokenKind::kParameter || (kind == TokenKind::kWord && !goes_on(lowered(text_of(at_ + 1))));
    }
    set(hole, HoleKind::kPredicate, another ? "1=1 AND" : "1=1");
  }

  void fill_placeholders(size_t hole) {
    const std::string& given = marked_.holes[hole]->text;
    std::string text = given.empty() ? "?" : given;
    bool before_last = at_ + 1 < tokens_.size() && tokens_[at_ + 1].kind == TokenKind::kParameter &&
                       tokens_[at_ + 1].offset == tokens_[at_].offset + tokens_[at_].length;
    if (before_last) return set(hole, HoleKind::kList, "");  // "?," * (n - 1) + "?"
    bool parenthesised = at_ > 0 && text_of(at_ - 1) == "(";
    bool continues = at_ > 0 && text_of(at_ - 1) == ",";
    bool rows = text.starts_with("(");
    set(hole, HoleKind::kList, parenthesised || continues || rows || last_word_ != "in" ? text : "(" + text + ")");
  }

  // An operator, IN, LIKE, IS … comes next: what stands before it is an operand.
  [[nodiscard]] bool operand_of_next() const {
    if (at_ + 1 >= tokens_.size()) return false;
    const Token& next = tokens_[at_ + 1];
    std::string_view sign = text_of(at_ + 1);
    if (next.kind == TokenKind::kOperator) return !is_any(sign, {"(", ")", ",", "[", "]", ";"});
    if (next.kind != TokenKind::kWord) return false;
    std::string word = lowered(sign);
    return is_any(word,
                  {"in", "like", "ilike", "glob", "match", "regexp", "between", "is", "collate", "asc", "desc"}) ||
           (word == "not" && is_any(lowered(text_of(at_ + 2)), {"in", "like", "ilike", "glob", "between"}));
  }

  // The token after the hole can be an operand: the hole stands between two operands, where an operator has to be.
  [[nodiscard]] bool operand_follows() const {
    if (at_ + 1 >= tokens_.size()) return false;
    const Token& next = tokens_[at_ + 1];
    if (next.kind == TokenKind::kParameter || next.kind == TokenKind::kNumber || next.kind == TokenKind::kString)
      return true;
    return text_of(at_ + 1) == "(" && is_any(frames_.back().clause, {"where", "on", "having"});
  }

  void fill_lone(size_t hole) {
    const Frame& frame = frames_.back();
    std::string_view before = at_ > 0 ? text_of(at_ - 1) : std::string_view{};
    if (verb_ == "pragma") return pragma(hole, before);
    if (names_common_tables()) return common_tables(hole);
    if (next_is(".") || before == ".") return names_a_table() ? table(hole, true) : name(hole, true);
    if (term_before_) {
      if (operand_follows() && is_any(frame.clause, {"where", "on", "having", "set", "in"}))
        return set(hole, HoleKind::kPredicate, "=");
      if (verb_ == "insert" && frame.clause == "into" && frames_.size() == 1 && ends_rows())
        return set(hole, HoleKind::kList, "DEFAULT VALUES");
      return set(hole, HoleKind::kPredicate, orders_rows() ? "ORDER BY NULL" : "");
    }
    if (names_a_table()) return table(hole, true);
    if (verb_.empty()) return statement(hole, before);
    if (last_word_ == "in") return set(hole, HoleKind::kList, "(?)");
    if (last_word_ == "values") return set(hole, HoleKind::kList, "(?)");
    if (last_word_ == "set") return next_is("=") ? name(hole, true) : assignment(hole);
    if (last_word_ == "and" && between_and_) return set(hole, HoleKind::kValue, "?");
    if (wants_condition(last_word_)) return operand_of_next() ? name(hole, true) : condition(hole);
    if (wants_name(last_word_)) return name(hole, true);
    if (wants_value(last_word_)) return set(hole, HoleKind::kValue, "?");
    if (before == "(") return behind_parenthesis(hole);
    if (before == ",") return behind_comma(hole);
    if (last_word_.empty()) return set(hole, HoleKind::kValue, "?");  // behind an operator
    if (is_any(last_word_, {"select", "distinct", "case", "returning"})) return name(hole, true);
    set(hole, HoleKind::kPredicate, "");
  }

  // PRAGMA {name}, PRAGMA index_list({name}), PRAGMA user_version = {number}: no value is bound in any of them.
  void pragma(size_t hole, std::string_view before) {
    before == "=" ? set(hole, HoleKind::kValue, "1") : name(hole, true);
  }

  // Whole statements of a script, between others: nobody knows which. What stands before the first one is no part of
  // it: {prefix} SELECT 1; but for what a loop or a list has put together.
  void statement(size_t hole, std::string_view before) {
    if (before == ";" || marked_.holes[hole]->hint == Piece::Hint::kClause) statement_hole_ = static_cast<int>(hole);
    set(hole, HoleKind::kPredicate, "");
  }

  // WHERE a = 1 {order}, rowid LIMIT 1: the hole begins what is separated by the comma. Behind FROM names alone follow;
  // FROM t {alias}, u WHERE … is the near miss.
  [[nodiscard]] bool orders_rows() const {
    const std::string& clause = frames_.back().clause;
    if (!next_is(",") || !is_any(clause, {"from", "where", "having"})) return false;
    for (size_t at = at_ + 1; at < tokens_.size() && clause == "from"; ++at) {
      std::string word = lowered(text_of(at));
      if (is_any(word, {"limit", "offset", ")", ";"})) break;
      if (is_any(word, {"where", "join", "left", "inner", "cross", "natural", "on", "using", "group", "order", "("}))
        return false;
    }
    return true;
  }

  // INSERT INTO t {rows}, and nothing more but ON CONFLICT or RETURNING.
  [[nodiscard]] bool ends_rows() const {
    std::string next = lowered(text_of(at_ + 1));
    return next.empty() || next == ";" || next == "on" || next == "returning";
  }

  void assignment(size_t hole) { set(hole, HoleKind::kIdentifier, "\"eg_hole_" + std::to_string(hole + 1) + "\" = ?"); }

  void behind_parenthesis(size_t hole) {
    const Frame& frame = frames_.back();
    if (frame.before == "in" || frame.before == "any" || frame.before == "all") return set(hole, HoleKind::kList, "?");
    if (frame.before == "values" || frame.outer == "values") return set(hole, HoleKind::kList, "?");
    if (is_any(frame.outer, {"into", "table", "using"}) || defines() || frame.before == "key" ||
        frame.before == "unique")
      return name(hole, true);
    if (is_any(frame.before, {"where", "and", "or", "on", "not", "having"}))
      return operand_of_next() ? name(hole, true) : set(hole, HoleKind::kPredicate, "1=1");
    if (is_any(frame.before, {"count", "sum", "min", "max", "avg", "lower", "upper", "coalesce", "length", "date",
                              "distinct", "trim", "ifnull", "total"}))
      return name(hole, true);
    if (frame.before == "from" || frame.before == "join") return table(hole, true);
    if (frame.before == "as") return subquery(hole);
    if (frame.before == "exists") return set(hole, HoleKind::kPredicate, std::string(kSubquery));
    set(hole, HoleKind::kValue, "?");
  }

  void behind_comma(size_t hole) {
    const Frame& frame = frames_.back();
    if (frames_.size() > 1 && frame.clause.empty()) {
      if (frame.before == "in" || frame.before == "values" || frame.outer == "values")
        return set(hole, HoleKind::kList, "?");
      if (is_any(frame.outer, {"into", "table"}) || defines()) return name(hole, true);
      return set(hole, HoleKind::kValue, "?");
    }
    if (frame.clause == "values") return set(hole, HoleKind::kList, "(?)");
    if (frame.clause == "set") return next_is("=") ? name(hole, true) : assignment(hole);
    if (frame.clause == "limit") return set(hole, HoleKind::kValue, "?");
    name(hole, true);
  }

  void follow(const Token& token, bool was_hole) {
    std::string_view text = token_text(marked_.text, token);
    if (token.kind == TokenKind::kWord && !was_hole) {
      std::string word = lowered(text);
      if (verb_.empty()) verb_ = word;
      between_and_ = word == "and" && between_;
      if (word == "between") between_ = true;
      if (word == "and") between_ = false;
      if (opens_clause(word) && !(word == "on" && frames_.back().clause == "values")) frames_.back().clause = word;
      if (word == "do") frames_.back().clause.clear();
      term_before_ =
          !goes_on(word) && !wants_name(word) && !is_any(word, {"select", "distinct", "case", "insert", "delete"});
      if (word == "end" || word == "asc" || word == "desc") term_before_ = true;
      last_word_ = std::move(word);
      return;
    }
    if (token.kind == TokenKind::kOperator && text == "(") {
      if (frames_.size() < 1000)
        frames_.push_back({"", last_word_.empty() && term_before_ ? "" : last_word_, frames_.back().clause});
    } else if (token.kind == TokenKind::kOperator && text == ")" && frames_.size() > 1) {
      frames_.pop_back();
    }
    if (token.kind == TokenKind::kSemicolon) {
      frames_.assign(1, {});
      verb_.clear();
    }
    bool empty_hole =
        was_hole && fills_[hole_at(token)].kind == HoleKind::kPredicate && fills_[hole_at(token)].text.empty();
    if (empty_hole) return;  // what isn't there changes nothing
    term_before_ = was_hole || (token.kind != TokenKind::kOperator && token.kind != TokenKind::kSemicolon) ||
                   text == ")" || text == "]" || (text == "*" && !term_before_);
    last_word_.clear();
  }

  [[nodiscard]] size_t hole_at(const Token& token) const {
    return static_cast<size_t>(
        std::lower_bound(marked_.hole_offsets.begin(), marked_.hole_offsets.end(), token.offset) -
        marked_.hole_offsets.begin());
  }
};

}  // namespace

Fills fill_kinds(const Marked& marked, Dialect dialect) {
  Filler filler(marked, dialect);
  std::vector<Fill> fills = filler.run();
  return {std::move(fills), filler.table_hole(), filler.statement_hole()};
}

}  // namespace explaingate::host
