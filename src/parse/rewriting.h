// What all rewrites of one statement share: its tree beside its tokens, and the columns of its comparisons.
// Stage-internal: rewriting.cc (this), rewrite_range.cc, rewrite_keyset.cc, rewrite_existence.cc,
// rewrite_hints.cc.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parse/edits.h"
#include "parse/grammar.h"
#include "parse/rewrite.h"
#include "parse/source_text.h"

namespace explaingate {

// a < b is b > a
[[nodiscard]] std::string_view flipped(std::string_view op);

class Rewriting {
 public:
  Rewriting(Lexemes lexed, Dialect dialect, std::string_view placeholders, const ParsedQuery& parsed,
            const FindRewriteTable& find);

  // The statement's node; nullptr where it isn't one that is rewritten.
  [[nodiscard]] const Node* statement() const;

  [[nodiscard]] std::optional<Rewrite> ranges() const;         // rewrite_range.cc
  [[nodiscard]] std::optional<Rewrite> keyset() const;         // rewrite_keyset.cc
  [[nodiscard]] std::optional<Rewrite> exists() const;         // rewrite_existence.cc
  [[nodiscard]] std::optional<Rewrite> not_exists() const;     // likewise
  [[nodiscard]] std::optional<Rewrite> without_hints() const;  // rewrite_hints.cc

  [[nodiscard]] const Tree& tree() const { return tree_; }
  [[nodiscard]] const SourceText& source() const { return source_; }
  [[nodiscard]] const Lexemes& lexed() const { return lexed_; }
  [[nodiscard]] const ParsedQuery& parsed() const { return parsed_; }
  [[nodiscard]] bool sqlite() const { return dialect_ == Dialect::kSqlite; }
  // A "%" in the text would have to be doubled.
  [[nodiscard]] bool percent_parameters() const { return scan_options(placeholders_).percent_parameters; }
  [[nodiscard]] std::string text(const Node& node) const { return std::string(source_.text(node)); }

  // WHERE's and ON's conditions, down to what AND alone leads to: nothing below OR or NOT.
  void each_conjunct(const std::function<void(const Node&)>& visit) const;
  void each_node(const std::function<void(const Node&)>& visit) const;
  void each_below(const Node& node, const std::function<void(const Node&)>& visit) const { walk(node, 0, visit); }

  // The one column below the node; nullptr for none, several, or a subquery.
  [[nodiscard]] const Node* only_column(const Node& node) const;
  // Literals, parameters and what functions that give one value a statement make of them; no column, no subquery.
  [[nodiscard]] bool is_constant(const Node& node, int depth = 0) const;
  [[nodiscard]] bool has_positional_parameter(const Node& node) const;  // "?", "%s": given by its place alone
  [[nodiscard]] std::string function_name(const Node& call) const;      // "" for other nodes
  [[nodiscard]] std::vector<const Node*> arguments(const Node& call) const;
  [[nodiscard]] std::string_view last_name(const Node& node, Key key) const;
  [[nodiscard]] std::string_view operator_of(const Node& expression) const;    // "=" for SQLite's "==", too
  [[nodiscard]] std::optional<std::string> string_of(const Node& node) const;  // of a literal
  [[nodiscard]] std::optional<int> number_of(const Node& node) const;  // of an integer literal of 9 digits at most

  // The predicate on the column that this comparison is.
  [[nodiscard]] const Predicate* predicate_of(const Node& comparison) const;
  // Table reference of a column of a block, by the catalogue where the statement doesn't say; -1 = not known.
  [[nodiscard]] int table_of(int table, int block, std::string_view column) const;
  [[nodiscard]] const RewriteTable* table(int table) const;
  [[nodiscard]] const RewriteColumn* column_of(int table, std::string_view column) const;

  // `length` bytes from `offset` on become `text`, apart from the words on both sides.
  void write(Edits& edits, size_t offset, size_t length, std::string text) const;
  [[nodiscard]] Rewrite make(RewriteKind kind, Edits& edits, std::vector<std::string> remarks) const;

  // Replaces the WHERE's text by one with `condition` added; without a WHERE it is put before the token `end`.
  void add_condition(Edits& edits, const Node& select, size_t end, const std::string& condition) const;
  // The token before the FROM's first item; nothing where there is no FROM.
  [[nodiscard]] std::optional<size_t> from_token(const Node& select) const;

 private:
  void conjuncts(const Node& node, const std::function<void(const Node&)>& visit) const;
  void walk(const Node& node, int depth, const std::function<void(const Node&)>& visit) const;

  Lexemes lexed_;
  Dialect dialect_;
  std::string_view placeholders_;
  const ParsedQuery& parsed_;
  const FindRewriteTable& find_;
  Translation translation_;
  GrammarResult grammar_;
  Tree tree_;
  SourceText source_;
};

}  // namespace explaingate
