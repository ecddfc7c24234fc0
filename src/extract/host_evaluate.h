// What text an expression has: literals, constants, what is put together from them, and holes for the rest.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "extract/host_language.h"
#include "extract/host_syntax.h"
#include "extract/host_text.h"
#include "extract/outline.h"

namespace explaingate::host {

// A name's value while the statement that changes it is looked at: `q` in `q = q + "…"`.
struct Binding {
  std::string_view name;
  const Value* value = nullptr;
  const Binding* outer = nullptr;
};

class Evaluator {
 public:
  // `externals` may be nullptr: the file stands alone.
  Evaluator(const Tree& tree, const Language& language, const Externals* externals);

  // Bounded: at most kMostSteps expressions for one question, nested at most kDeepest; what is past that is a hole or
  // unknown.
  [[nodiscard]] Value evaluate(int node);
  // String literals and concatenations that were part of an answer.
  [[nodiscard]] bool was_used(int node) const { return used_[static_cast<size_t>(node)]; }
  // Takes the literals below a node for used.
  void mark_used(int node);
  // Assignments to a name in a scope (function, class, or 0), in order of place.
  [[nodiscard]] const std::vector<int>* assignments(int scope, std::string_view name) const;

  // host_format.cc
  // A text in a call's arguments, its marks filled by the arguments behind it where there are as many; else itself.
  [[nodiscard]] Value with_arguments(Value text, int call, int argument);

  // host_callee.cc: what a call is, without evaluating it
  // The name a call goes by: the method's or the function's; empty for anything else.
  [[nodiscard]] std::string_view callee_name(int call) const;
  // The callee as written, with the mark of a macro behind it: "sqlx::query!".
  [[nodiscard]] std::string_view callee_text(int call) const;
  // It goes by one of these names: "sprintf", or dotted "fmt.Sprintf": the last parts of the callee as written.
  [[nodiscard]] bool is_called(int call, const std::vector<std::string>& callees) const;
  // A call whose argument is a template: sql`…`.
  [[nodiscard]] bool is_tag(int call) const;
  // The argument that holds the SQL; -1 = the call has none.
  [[nodiscard]] int sql_argument(int call, int position, const std::vector<std::string>& keywords) const;
  // The same where a collection is spread into the arguments at that place or before: the element of a literal one,
  // else the splat; -1 = there is none.
  [[nodiscard]] int spread_argument(int call, int position);
  // The rows whose callee fits the call, in the order of the file.
  [[nodiscard]] std::vector<const CallSite*> rows_for(int call) const;
  [[nodiscard]] bool imported(const CallSite& row) const;
  // The call has the keywords, with the values, that the row asks for.
  [[nodiscard]] bool has_required(int call, const CallSite& row) const;
  // The row's library is imported, or named before the function: sqlx::query(…).
  [[nodiscard]] bool gate_is_open(const CallSite& row, int call) const;
  // A call to a row of kind "text" of the language's call sites, whose gate is open in this file; nullptr = it's none.
  [[nodiscard]] const CallSite* text_call(int call) const;
  [[nodiscard]] const FormatFunction* format_function(int call) const;  // nullptr = it's none

  // host_call_text.cc: the text that a call gives
  // What the only function without a name among the arguments gives, where its body is an expression; -1 = there is
  // none.
  [[nodiscard]] int given_closure(int call) const;
  // The name that a call appends text to, `b` of b.append("x").append("y") or of fprintf(b, "x"); -1 = it's no such
  // call.
  [[nodiscard]] int appended_to(int call) const;  // or emptied
  [[nodiscard]] bool clears(int call) const;
  [[nodiscard]] int bytes_cut(int call) const;
  // The texts that such a call appends, in order.
  [[nodiscard]] std::vector<Value> appended_texts(int call, const Binding* bound);

  // host_collections.cc: literal lists and maps
  // Node of the literal collection that an expression is, directly or by name: a list, a map, or a call that makes a
  // map; -1 = it's none.
  [[nodiscard]] int literal_collection(int node, int depth = 0) const;
  // The names and values of a literal map, by name or spread from another.
  [[nodiscard]] std::vector<std::pair<std::string, int>> named_values(int node, int depth = 0);
  [[nodiscard]] std::vector<std::pair<std::string, int>> pairs_in(const std::vector<int>& nodes, int depth = 0);
  // A literal list in the SQL's place, as one text.
  [[nodiscard]] Value joined(int list, std::string_view separator);

  // host_names.cc
  // Names that had no value in this file, in the order of their first use.
  [[nodiscard]] const std::vector<Outline::Wanted>& wanted() const { return wanted_; }
  // The import that a name of this file comes from; nullptr = none.
  [[nodiscard]] const Import* import_of(std::string_view local) const;

  // host_functions.cc: functions of the file
  // The parameter of a function that has this name, -1 = none; and its position, the object of a method not counted.
  // The object itself is one where it is a text: kOnReceiver.
  [[nodiscard]] int parameter(int function, std::string_view name) const;
  [[nodiscard]] int parameter_position(int function, int parameter) const;
  [[nodiscard]] std::string_view parameter_name(int parameter) const;
  // Parameters in order: those that share a declaration one by one.
  [[nodiscard]] std::vector<int> parameters(int function) const;
  // The expression that a function gives by ending with it, in languages where that is so; -1 = none.
  [[nodiscard]] int given_last(int function) const;

  // host_strings.cc
  // The text that a heredoc's opening word stands for; -1 = it has none.
  [[nodiscard]] int heredoc_body(int opening) const;

 private:
  friend class Flow;
  const Tree& tree_;
  const Language& language_;
  const Externals* externals_;
  std::vector<Outline::Wanted> wanted_;
  std::vector<bool> used_;
  static constexpr int kMostSteps = 20'000;
  int steps_ = 0;
  static constexpr size_t kMostWork = 2'000'000;
  size_t work_ = 0;  // pieces of text made for this file, at most kMostWork
  int depth_ = 0;
  std::map<std::pair<int, std::string_view>, std::vector<int>> assignments_;  // (scope, name)
  std::map<std::pair<int, std::string_view>, std::vector<int>> attributes_;   // (class, name): self.name = …
  std::map<int, int> heredocs_;                                               // opening -> body
  std::set<std::pair<int, std::string_view>> builders_;                       // (scope, name) of text builders
  std::set<std::pair<int, std::string_view>> lists_;                          // names that are given a literal list
  const Piece* joined_by_ = nullptr;         // while a list is evaluated as a text: what stands behind each element
  std::set<std::string_view> mutated_;       // collections that grow, as written: "parts", "self.parts"
  std::set<std::string_view> rearranged_;    // those that change by more than what is appended
  std::map<std::string_view, int> classes_;  // top-level name -> node
  std::map<std::pair<int, std::string_view>, std::vector<int>> functions_;  // (scope, name)
  std::map<int, std::vector<int>> returns_;  // by function: the expressions that it gives
  std::vector<int> following_;               // functions whose results are being looked at

  // host_index.cc: where names get their values, once for the file
  void index();
  [[nodiscard]] int append_target(int append) const;  // x of x << y << z
  void index_target(int statement, int target);
  void index_append(int call);
  // host_evaluate.cc: by role; operators and branches
  Value evaluate(int node, const Binding* bound);
  Value dispatch(int node, const Binding* bound);
  [[nodiscard]] bool is_empty_text(int node) const;
  [[nodiscard]] Value empty_text(int node) const;
  Value concat(int node, const Binding* bound);
  Value binary(int node, const Binding* bound);
  Value conditional(int node, const Binding* bound);
  Value branch(int node, const Binding* bound);
  // A part of a text: its values, or one hole. `reason` of what is unknown goes into the hole.
  std::vector<Text> part(int node, const Binding* bound, std::vector<int>* text_calls = nullptr);
  [[nodiscard]] Text hole(int node, std::string reason) const;
  // host_callee.cc
  [[nodiscard]] std::string_view with_mark(std::string_view name) const;
  [[nodiscard]] int given_argument(int call, int position, const std::vector<std::string>& keywords) const;
  [[nodiscard]] int text_object(int node) const;
  // host_call_text.cc
  Value call(int node, const Binding* bound);
  Value builder(int node, const Binding* bound);
  Value formatted(const FormatFunction& function, int call, const Binding* bound);
  // host_functions.cc
  [[nodiscard]] int function_called(int call) const;
  Value result_of(int function, int call, const Binding* bound);
  // host_names.cc: variables, attributes, imports
  Value identifier(int node, const Binding* bound);
  Value name_at(int node, std::string_view name, const Binding* bound);
  Value member(int node, const Binding* bound);
  [[nodiscard]] bool is_grown(int statement) const;
  Value class_attribute(int class_node, std::string_view name, int depth);
  Value imported_name(int node, std::string_view name);
  // The value that another file gives, or nothing; it is noted that it was asked for.
  std::optional<Value> external(int node, Outline::Wanted wanted);
  // host_collections.cc
  [[nodiscard]] int pair_named(int map, std::string_view name) const;
  [[nodiscard]] int bytes_sliced(int subscript) const;
  Value subscript(int node, const Binding* bound);
  Value splat(int node);
  Value join(const Value& separator, int arguments, const Binding* bound);
  Value joined_statements(int comprehension, std::string_view between, const Binding* bound);
  Value join_list(const Value& separator, int list, const Binding* bound);
  Value join_elements(const Value& separator, const std::vector<int>& list, const Binding* bound);
  Value grown_list(const Piece& separator, int list, const Binding* bound);
  [[nodiscard]] bool lists_built(int name) const;
  Value list_text(const std::vector<int>& elements, const Binding* bound);
  Value repeat(int text, int whole, const Binding* bound);
  [[nodiscard]] int placeholder_list(int node, std::string& element, const Binding* bound);
  // host_loop_variable.cc: what a loop over a literal list gives its variable
  Value loop_variable(std::string_view name, int variable, int iterable);
  int looped_list(int iterable, bool& numbered);
  [[nodiscard]] int field_of(std::string_view name, int pattern, int element, int depth) const;
  // host_format.cc
  Value percent(const Value& pattern, int arguments, const Binding* bound);
  Value percent(const Value& pattern, const std::vector<int>& given, const Binding* bound);
  // `scope` = the node that stands where names are looked up which no argument has; -1 = they aren't.
  Value format(const Value& pattern, const std::vector<int>& given, int scope, const Binding* bound);
  Value numbered(const Value& pattern, const std::vector<int>& given, const Binding* bound);
  Value replace(const Value& text, int arguments, const Binding* bound);
  Value replace(const Value& text, int what, int with, const Binding* bound);
  std::vector<Text> substitute(int node, const Binding* bound, std::string& reason);
  // host_strings.cc: literals
  struct Block {  // the lines of a heredoc: offsets of the source, and the columns of indentation that don't count
    size_t from = 0, to = std::string_view::npos;
    size_t indent = 0;
  };
  struct Style {  // how a literal is written
    bool raw = false, interpolated = false;
    char closing = 0;  // of a plain literal, whose escapes are those of this sign and of the introducer alone
    Block block;
    std::string opening;  // prefix and quotes
  };
  Value string(int node, const Binding* bound);
  [[nodiscard]] Block block_of(int literal, int body) const;
  [[nodiscard]] size_t doubled_at(size_t at, size_t end, const Style& style, std::string_view& meant) const;
  void source_text(size_t from, size_t to, const Style& style, Text& out) const;
  void string_content(int content, const Style& style, Text& out) const;
  void whole_literal(int node, Text& out) const;
  size_t name_in_content(int content, const Binding* bound, Value& value);
  [[nodiscard]] bool is_bound(int literal) const;
  std::vector<Text> bound_value(int node, const Binding* bound, std::vector<int>& text_calls);
  [[nodiscard]] bool macro_literal(size_t& at, size_t end, Text& out) const;
  // host_macros.cc
  Value macro_text(int node, const Binding* bound);
  Value macro_name(int node, std::string_view name);
};

// Operators: what the flow of control makes of a name (host_flow.cc). `use` = the node that reads it, -1 = the end of
// the scope.
[[nodiscard]] Value flow_value(Evaluator& evaluator, int scope, std::string_view name, int use, Value start);

}  // namespace explaingate::host
