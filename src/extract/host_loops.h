// The loops around a call: what they run over, whether the call's arguments vary with them, whether they go round at
// all.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "extract/host_evaluate.h"

namespace explaingate::host {

struct FoundLoop {
  Loop loop;
  int rows_call = -1;  // kRows: the call whose rows are looped over
  int node = -1;       // the loop
  int variable = -1;   // its variables
};

// A call that executes SQL, with the text of its receiver: loops over a cursor's rows find their statement by it.
struct Executed {
  int call = -1;
  std::string_view receiver;
};

class LoopFinder {
 public:
  // `executed` is in order of place.
  LoopFinder(const Tree& tree, const Language& language, Evaluator& evaluator, const std::vector<Executed>& executed,
             const LineIndex& lines)
      : tree_(tree), language_(language), evaluator_(evaluator), executed_(executed), lines_(lines) {
    for (const Executed& entry : executed) by_receiver_[entry.receiver].push_back(entry.call);
  }
  // Outermost first. `argument` = the SQL argument (-1: it is no call site), which counts as varying only with
  // `dynamic`.
  [[nodiscard]] std::vector<FoundLoop> around(int call, int argument, bool dynamic);
  // A part of what the call is given differs from turn to turn. What stands in another function (-1: somewhere) does
  // where the call's text seems to.
  [[nodiscard]] bool varies_with(const FoundLoop& loop, int call, int part);
  // A function that a call is given by its name: what the call runs it for, and the loops around the call.
  [[nodiscard]] bool runs_per_element(int given) const;
  [[nodiscard]] std::vector<FoundLoop> around_function(int call, int given);

 private:
  const Tree& tree_;
  const Language& language_;
  Evaluator& evaluator_;
  const std::vector<Executed>& executed_;
  const LineIndex& lines_;

  struct Shape {  // the parts of one loop, whatever its form
    int node, variable, iterable, body;
    LoopKind kind;
    std::string_view over = {};  // of a callback
  };
  std::map<std::pair<int, int>, std::set<std::string_view>> varying_;  // by loop and variable
  std::map<std::string_view, std::vector<int>> by_receiver_;           // calls that execute, in order of place
  std::map<std::pair<int, int>, bool> retries_;                        // by loop and `try`; -1: the loop sleeps
  std::map<int, std::pair<LoopSource, int>> sources_;                  // by loop, with the call that gave the rows
  std::map<int, int> fetched_;                                         // by loop
  std::map<std::pair<int, bool>, int> left_later_;                     // by block

  void add(std::vector<FoundLoop>& found, const Shape& shape, int call, int argument, bool dynamic);
  void add_clauses(std::vector<FoundLoop>& found, int comprehension, int inner, int call, int argument, bool dynamic);
  [[nodiscard]] int macro_before(int statement) const;
  bool callback(int lambda, Shape& shape) const;
  [[nodiscard]] bool runs_in_place(int lambda) const;
  [[nodiscard]] bool is_iterator(int expression, int depth) const;
  [[nodiscard]] bool is_retry(const Shape& shape, int call);
  [[nodiscard]] bool sleeps(int body) const;
  [[nodiscard]] bool tries_again(int attempt) const;
  bool leaves(const Shape& shape, int call);
  int left_later(int block, bool breaks);
  [[nodiscard]] std::string_view flag_of(int condition) const;
  [[nodiscard]] bool always_leaves(int statement, bool breaks, int depth) const;
  // host_loop_sources.cc: what it runs over
  LoopSource source_of(const Shape& shape, int call, int& rows_call);
  LoopSource source_over(const Shape& shape, int call, int& rows_call);
  LoopSource source_of_count(int loop, int& rows_call) const;
  LoopSource source_of_iterable(int iterable, int& rows_call, int depth);
  [[nodiscard]] int rows_of(int expression, int depth) const;
  [[nodiscard]] bool is_literal(int collection) const;
  // host_loop_while.cc: what a `while` goes over
  LoopSource source_of_while(int loop, int call, int& rows_call);
  [[nodiscard]] bool fetches(int call) const;
  [[nodiscard]] bool gives_rows(int call) const;
  [[nodiscard]] bool pumps(int call) const;
  [[nodiscard]] bool ends_rows(int member) const;
  [[nodiscard]] bool is_endless(int loop) const;
  int fetched_until_left(int loop);
  [[nodiscard]] bool takes_next(int condition) const;
  [[nodiscard]] bool walks_on(int loop, int condition) const;
  [[nodiscard]] LoopSource source_of_counter(int loop, int condition) const;
  [[nodiscard]] bool drains(int loop, int condition) const;
  [[nodiscard]] bool names(int expression, std::string_view name) const;
  [[nodiscard]] bool is_added_to(int body, std::string_view collection) const;
  // host_loop_variation.cc: whether what the call is given varies with it
  [[nodiscard]] bool varies(const Shape& shape, int call, int argument, bool dynamic);
  [[nodiscard]] bool text_varies(const Shape& shape, int argument, bool dynamic);
  [[nodiscard]] int called_on(int expression) const;
  [[nodiscard]] bool mentions(const Shape& shape, int node);
  const std::set<std::string_view>& varying_names(const Shape& shape);
  [[nodiscard]] bool is_bound_later(const Shape& shape, int call, const std::set<std::string_view>& names) const;
};

}  // namespace explaingate::host
