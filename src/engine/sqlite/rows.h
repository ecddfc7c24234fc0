// Rows of a plan: how often each line of it is started, how many rows it reads, how many it hands on.
#pragma once

#include <string_view>
#include <vector>

#include "engine/sqlite/eqp.h"
#include "engine/sqlite/scope.h"

namespace explaingate::sqlite_engine {

class RowModel {
 public:
  RowModel(const Names& names, ViewCache& views) : names_(names), views_(views) {}

  // Fills relation, access and the numbers of `nodes` (pre-order, detail, id and parent set). `lines` has one a node.
  Metrics run(std::vector<PlanNode>& nodes, const std::vector<Line>& lines, const PlanRequest& request);

 private:
  // What stands at one line, beside its PlanNode.
  struct Place {
    size_t end = 0;  // behind the last line below this one
    int table = -1;  // in scope_.tables
    const TableInfo* info = nullptr;
    int block = -1;        // of a line that starts a select
    bool window = false;   // CO-ROUTINE of a window function: same block as the select that reads it
    bool beside = false;   // a foreign key's or trigger's look-up, not a loop of the statement itself
    bool done = false;     // a subquery that has its numbers
    bool unused = false;   // coded, but never run: left out of the plan
    bool streams = false;  // the select below hands rows on as it finds them
    double sorted = 0;
    double sort_cost = 0;
  };
  struct Range {
    size_t begin, end;
  };
  struct Derived {
    std::string_view name;
    int block;
    double rows;  // of one execution
  };
  // How the rows of one select flow while its lines are walked.
  struct Flow {
    int block = -1;
    double starts = 1;    // executions of the select
    double rows = 1;      // reached the line that comes next, all executions together
    bool sparse = false;  // a filter may pass over any number of rows before one fits
    bool sorts = false;
    bool window_inside = false;
    double late = 1;     // share of the rows that comparisons with subqueries leave, once those have run
    int late_line = -1;  // the loop that they filter
  };
  struct Selectivity {
    double share = 1;
    double late = 1;  // of comparisons with a subquery, which SQLite makes last
    bool sparse = false;
  };

  [[nodiscard]] Range below(size_t at) const { return {at + 1, places_[at].end}; }

  // resolve.cc: which tables and blocks the lines are about
  void find_ends();
  int resolve(Range range, int block, bool top);
  void resolve_loop(size_t at, int& block, bool beside);
  void resolve_or(size_t at, int& block);
  void resolve_derived(size_t at, int block);
  void resolve_program(Range range);
  [[nodiscard]] std::vector<int> arms_of(int block) const;
  void skip_unused_foreign_keys();

  // rows.cc: selects
  double select(Range range, int block, double starts, bool window);
  void line(size_t at, Range range, Flow& flow);
  double finish(Range range, Flow& flow, bool window);
  double compound(size_t at, double starts);
  double recursion(Range range, double starts);
  void run_derived(size_t at, const Flow& flow);
  void run_subquery(size_t at, double starts);
  void apply_late(Flow& flow);
  [[nodiscard]] double groups(int block, Ordering::Kind kind, double rows, double starts) const;
  [[nodiscard]] double groups(const std::vector<ScopeColumns>& columns, int block, Ordering::Kind kind, double rows,
                              double starts) const;
  void skip_duplicates(Range range, const Flow& flow);
  void cut_union_all(Range range, double wanted, double starts);
  void sort(size_t at, double rows, double starts);
  void cut(Range range, double share, double starts);
  [[nodiscard]] bool has_unknown_filter(int block) const;
  double data_change(Range range);

  // loops.cc: one SCAN or SEARCH
  void loop(size_t at, Range range, Flow& flow);
  void multi_index_or(size_t at, Flow& flow);
  [[nodiscard]] double rows_per_start(size_t at, Range range);
  [[nodiscard]] double search_rows(size_t at);
  [[nodiscard]] double in_factor(size_t at, Range range);
  [[nodiscard]] double virtual_rows(size_t at) const;
  [[nodiscard]] double min_or_max_rows(size_t at, double otherwise) const;
  [[nodiscard]] double derived_rows(size_t at) const;
  [[nodiscard]] Selectivity residual(size_t at, bool inside_or) const;
  [[nodiscard]] bool leaves_out_ties_alone(const ScopePredicate& entry, size_t at) const;
  [[nodiscard]] double distinct(int table, std::string_view column) const;
  [[nodiscard]] const IndexInfo* index_at(size_t at) const;
  void classify(size_t at);

  const Names& names_;
  ViewCache& views_;
  Scope scope_;
  std::vector<PlanNode>* nodes_ = nullptr;
  const std::vector<Line>* lines_ = nullptr;
  const PlanRequest* request_ = nullptr;
  std::vector<Place> places_;
  std::vector<Derived> derived_;
  std::vector<bool> opened_;  // tables whose loop has begun, by position in scope_.tables
  bool streamed_ = false;     // Place::streams of the select that was finished last
  int depth_ = 0;
};

}  // namespace explaingate::sqlite_engine
