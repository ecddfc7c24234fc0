// From the parse tree to ParsedQuery. Stage-internal: analysis.cc (blocks), analysis_from.cc (tables and joins),
// analysis_expression.cc (columns, subqueries), analysis_predicates.cc, analysis_lists.cc (projections, orderings,
// limit).
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/dialect.h"
#include "parse/parse.h"
#include "parse/source_text.h"

namespace explaingate {

// "+", "<<": an operator that computes, rather than compares.
[[nodiscard]] bool is_arithmetic(std::string_view op);

class Analysis {
 public:
  Analysis(const Tree& tree, SourceText& source, const Translation& translation, Dialect dialect, ParsedQuery& out)
      : tree_(tree), source_(source), translation_(translation), sqlite_(dialect == Dialect::kSqlite), out_(out) {}

  // `statement` is a SelectStmt, InsertStmt, UpdateStmt, DeleteStmt, MergeStmt, ViewStmt or CreateTableAsStmt node.
  // What was too much: "statement is nested too deep", "too many tables"; empty = all is in `out`.
  [[nodiscard]] std::string_view run(const Node& statement);

 private:
  using BlockKind = QueryBlock::Kind;

  static constexpr int kDeepest = 600;  // of our own recursion: about 1 kB of stack a level, four times that under ASan
  static constexpr size_t kMostTables = 1'000;  // in one block, and CTEs in one WITH: names are looked up one by one
  class Deeper {
   public:
    explicit Deeper(Analysis& analysis) : analysis_(analysis) {
      if (++analysis_.depth_ > kDeepest) analysis_.give_up("statement is nested too deep");
    }
    ~Deeper() { --analysis_.depth_; }
    Deeper(const Deeper&) = delete;
    Deeper& operator=(const Deeper&) = delete;

   private:
    Analysis& analysis_;
  };

  struct Cte {
    std::string name;
    int block;
  };
  struct Scope {  // of the block with the same index
    int parent = -1;
    bool hides_parent = false;  // a subquery in FROM (not LATERAL) or a CTE doesn't see the tables beside it
    std::vector<int> tables;    // ascending
    std::vector<int> laterals;  // those of them that are LATERAL subqueries
    std::vector<Cte> ctes;
    bool in_condition = false;               // a conjunct of the block's WHERE or ON is being read
    std::vector<int> touched;                // tables of the block that it names
    bool touches_unknown = false;            // it names an unqualified column that can't be placed
    std::vector<std::pair<int, int>> links;  // tables that one conjunct names together; -1 = an unplaced column's table
  };

  struct Column {
    int table = -1;
    int block = -1;  // of the table
    bool qualified = false;
    std::string_view name;  // of the statement or the tree
  };

  // One condition's surroundings.
  struct Where {
    int block = 0;
    Clause clause = Clause::kWhere;
    bool outer_join = false;
    bool in_or = false;
    bool negated = false;
    int or_group = -1, or_arm = -1;
  };

  // A column inside one side of a comparison and what stands around it there.
  struct Use {
    const Node* column;
    std::string why_not;
  };
  struct Comparison {
    std::string op;
    const Node* node;       // the comparison
    const Node* left;       // the column's side
    const Node* right;      // nullptr: none
    bool pattern = false;   // LIKE, GLOB, SIMILAR TO, ~
    bool array = false;     // = ANY (array)
    int row_position = -1;  // as in Predicate
  };
  struct PendingJoin {
    const Node* node;
    size_t join;
  };
  // Sets where in the query the expressions that follow stand, for as long as it lives.
  class Standing {
   public:
    Standing(Analysis& analysis, Place place, int position = -1)
        : analysis_(analysis), place_(analysis.place_), position_(analysis.position_) {
      analysis.place_ = place;
      analysis.position_ = position;
    }
    ~Standing() {
      analysis_.place_ = place_;
      analysis_.position_ = position_;
    }
    Standing(const Standing&) = delete;
    Standing& operator=(const Standing&) = delete;

   private:
    Analysis& analysis_;
    Place place_;
    int position_;
  };
  struct FromItem {
    int table = -1;    // -1: itself a join
    size_t first = 0;  // token
  };

  void give_up(std::string_view reason) {
    if (given_up_.empty()) given_up_ = reason;
  }

  // analysis.cc
  int open_block(BlockKind kind, int parent, std::string name, uint32_t offset);
  void statement(const Node& node, int block);
  void select(const Node& node, int block);
  void set_operation(const Node& node, int block);
  void values(const Node& lists, int block);
  void insert(const Node& node, int block);
  void change(const Node& node, int block);  // UPDATE, DELETE
  void merge(const Node& node, int block);
  void with(const Node& node, int block);
  void tail(int block);
  void where_clause(const Node& node, int block);
  void locking(const Node& clauses, int block);
  int subquery(const Node& select, BlockKind kind, int parent, std::string name, bool hides_parent);
  [[nodiscard]] uint32_t query_offset(const Node& select) const;

  // analysis_from.cc
  int add_table(TableRef table);
  int target(const Node& relation, int block);
  void from(const Node& list, int block, int target);
  FromItem from_item(const Node& node, int block);
  FromItem range_var(const Node& node, int block);
  FromItem range_subselect(const Node& node, int block);
  FromItem range_function(const Node& node, int block);
  FromItem join(const Node& node, int block);
  void join_condition(const PendingJoin& pending, int block);
  void named_columns(const Node& names, const Join& join);
  void finish_joins(int block);
  [[nodiscard]] bool yields_one_row(int table) const;
  [[nodiscard]] std::string_view alias(const Node& node, size_t behind);
  [[nodiscard]] const Cte* find_cte(std::string_view name, int block) const;

  // analysis_expression.cc
  void expression(const Node& node, int block);
  void sublink(const Node& node, int block);
  void function(const Node& node, int block);
  void compared_with_literal(const Node& node);
  Column resolve(const Node& column_ref, int block);
  [[nodiscard]] std::pair<int, int> find_table(std::string_view schema, std::string_view qualifier, int block) const;
  [[nodiscard]] bool same_name(std::string_view a, std::string_view b) const {
    return a.size() == b.size() && (a == b || (sqlite_ && same_ignoring_case(a, b)));
  }
  [[nodiscard]] bool is_star(const Node& column_ref) const;
  [[nodiscard]] bool has_column(const Node& node, int depth) const;
  [[nodiscard]] bool has_parameter(const Node& node, int depth) const;
  [[nodiscard]] bool is_aggregate(const Node& call) const;
  [[nodiscard]] std::string function_name(const Node& call) const;

  // analysis_predicates.cc
  void condition(const Node& node, Where where);
  void conjunct(const Node& node, const Where& where);
  void comparison(const Node& node, const Where& where);
  void operator_comparison(const Node& node, const Where& where);
  void between(const Node& node, const Where& where, bool negated);
  void sublink_comparison(const Node& node, const Where& where);
  void truth(const Node& node, const Where& where);
  void compare(const Comparison& comparison, const Where& where, bool flip);
  void emit(const Comparison& comparison, const Use& use, const Where& where);
  bool names_table(const Node* other, int table, int block);
  void describe_other(const Node* other, int block, Predicate& predicate);
  void uses(const Node& node, const std::string& why_not, std::vector<Use>& found, int depth) const;
  [[nodiscard]] std::string reason(const Node& node) const;
  [[nodiscard]] std::string pattern_reason(const std::string& op, const Node& pattern) const;
  [[nodiscard]] std::string like_operator(const Node& node, std::string_view kind, std::string_view name) const;

  // analysis_lists.cc
  void projections(const Node& list, int block);
  void order_by(const Node& list, int block);
  void group_by(const Node& list, int block);
  void distinct(const Node& list, const Node* targets, int block);
  void ordering(const Node& node, Ordering ordering);
  [[nodiscard]] static Ordering new_ordering(int block, Ordering::Kind kind, int position);
  void limit(const Node& node, int block);
  [[nodiscard]] std::string literal_text(const Node& constant) const;
  [[nodiscard]] std::string_view literal_type(const Node& constant) const;
  [[nodiscard]] static std::optional<int64_t> to_number(std::string_view text);
  [[nodiscard]] std::string_view last_name(const Node& node, Key key) const;

  const Tree& tree_;
  SourceText& source_;
  const Translation& translation_;
  bool sqlite_;
  ParsedQuery& out_;
  std::vector<Scope> scopes_;
  std::vector<PendingJoin> pending_;
  int depth_ = 0;
  Place place_ = Place::kOther;
  int position_ = -1;
  int or_groups_ = 0;
  std::unordered_map<const Node*, int> sublinks_;           // SubLink -> its block
  std::unordered_map<const Node*, size_t> function_calls_;  // FuncCall -> its place in ParsedQuery::calls
  std::string_view given_up_;                               // the reason
  const Node* ranged_ = nullptr;                            // the comparison that whole_ is the range of
  SourceText::Range whole_;
};

}  // namespace explaingate
