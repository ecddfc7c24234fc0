// The pass behind translate(), shared by translate.cc (both dialects) and translate_sqlite.cc.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "parse/edits.h"
#include "parse/translate.h"

namespace explaingate {

class Translator {
 public:
  Translator(Lexemes& lexed, Dialect dialect, StatementKind kind)
      : lexed_(lexed),
        sqlite_(dialect == Dialect::kSqlite),
        deletes_(kind == StatementKind::kDelete),
        changes_rows_(kind == StatementKind::kDelete || kind == StatementKind::kUpdate),
        inserts_(kind == StatementKind::kInsert),
        defines_(kind == StatementKind::kCreateTable || kind == StatementKind::kAlterTable) {}
  Translation run();

 private:
  struct Level {  // of brackets
    Word clause = Word::kNone;
    bool query = false;  // SELECT, DELETE or UPDATE seen: a FROM starts a FROM clause, unlike extract(x FROM y)'s
    bool in_from = false;
    int cases = 0;  // open CASE expressions
  };

  // translate.cc
  bool token(size_t i);
  bool operator_token(size_t i);
  void put(size_t i, std::string_view text);
  void parameter(size_t i);
  void number(size_t i);
  void open_bracket(size_t i);
  [[nodiscard]] bool is_query(size_t open) const;
  [[nodiscard]] bool is_bracketed_name(size_t open) const;
  [[nodiscard]] bool has_alias(size_t i) const;
  [[nodiscard]] size_t behind_table(size_t i) const;
  void advance(bool ended) {
    ended_before_ = ended_;
    ended_ = ended;
  }

  // translate_words.cc
  bool keyword(size_t i);
  void clause(size_t i);
  void is_operator(size_t i);
  void in_operator(size_t i);

  // translate_sqlite.cc
  bool sqlite_keyword(size_t i);
  bool quote_word(size_t i);
  [[nodiscard]] bool is_name_here(size_t i) const;
  bool pattern_operator(size_t i, std::string_view replacement);
  void quoted_name(size_t i);
  [[nodiscard]] bool is_quoted_string(size_t i, std::string_view name) const;
  void string_as_name(size_t i);
  void join(size_t i);
  void cast(size_t i);
  void blank(size_t first, size_t last);
  void drop_extra_conflict_clauses();

  Lexemes& lexed_;
  bool sqlite_, deletes_, changes_rows_, inserts_, defines_;
  Edits edits_;
  Translation out_;
  std::vector<Level> levels_{1};
  bool ended_ = false;         // an operand ended with the token before
  bool ended_before_ = false;  // … with the one before that
  std::unordered_map<std::string_view, int> named_;
  std::vector<std::pair<size_t, size_t>> cast_types_;  // token ranges of CAST types that were replaced; innermost last
  std::vector<size_t> conflicts_;                      // ON tokens of ON CONFLICT at the outermost level
};

}  // namespace explaingate
