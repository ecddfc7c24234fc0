// The statements of one host-language file: which calls execute SQL, what their text is, and what could not be found
// out.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "extract/extract.h"
#include "extract/host_evaluate.h"
#include "extract/host_loops.h"
#include "extract/host_types.h"

namespace explaingate::host {

class HostFile {
 public:
  // `externals` may be nullptr; so may `markup`: the language of a text that is itself markup.
  HostFile(std::string_view path, const Tree& tree, const Language& language, Dialect dialect,
           const Externals* externals, const Language* markup);
  // `outline` is filled unless it is nullptr.
  [[nodiscard]] Extraction run(Outline* outline);

 private:
  struct Site {  // a call that may execute SQL
    int call = -1;
    int argument = -1;
    const CallSite* row = nullptr;                // nullptr: known by its name and its literal text only
    const Externals::Wrapper* wrapper = nullptr;  // of another file, or declared
    std::string placeholders;
    bool gate = false;     // an import or the receiver says that it's a database's
    bool sure = false;     // the receiver says it, or the callee comes from the library itself: any SQL is a statement
    bool wrapped = false;  // the library's call stands in a function of this file, which this is a call of
    bool quiet = false;    // by its name it could be another thing's: a text that isn't SQL beyond doubt is passed over
  };
  struct Wrapper {  // a function whose parameter is executed
    std::string_view name;
    std::string_view parameter;
    int position = 0;
    int function = -1;
    Site site;  // inside it
  };
  struct Found {  // a statement before its loops are known
    Statement statement;
    int call = -1;  // -1: a constant
    int argument = -1;
    std::vector<int> hole_nodes;  // of each hole, before the text was split
  };

  std::string_view path_;
  const Tree& tree_;
  const Language& language_;
  Dialect dialect_;
  const Externals* externals_;
  const Language* markup_;
  LineIndex lines_;
  Evaluator evaluator_;
  std::vector<Found> found_;
  std::vector<NotAnalysed> not_analysed_;
  std::vector<Wrapper> wrappers_;  // whose calls in this file are to be found yet
  std::vector<Wrapper> all_wrappers_;
  std::map<std::pair<int, int>, size_t> wrapped_;  // in all_wrappers_, by function and position
  std::set<int> text_calls_;                       // that some executing call has run
  std::vector<int> texts_;                         // calls of kind "text"
  std::set<int> sites_;                            // calls that were dealt with
  std::set<int> named_;                            // of those, the ones that nothing but their name speaks for
  std::set<int> declared_;                         // those that the project's configuration says how to read
  std::map<int, const CallSite*> prepares_;        // those that prepare a statement
  std::map<int, std::string> files_;               // paths of the files of SQL that calls run

  // host_calls.cc: the passes in order, and what they share
  [[nodiscard]] std::string function_name(int node) const;
  void add_loops(LoopFinder& finder, const std::map<int, int>& first_of_call);
  void vary_holes(LoopFinder& finder, Found& found, const std::vector<FoundLoop>& loops) const;
  // host_sites.cc: which calls may execute SQL, and where it is in them
  void find_calls();
  void find_named_calls();
  void find_assigned(int assignment);
  void find_file(const Site& site);
  bool find_site(int call, Site& site);
  [[nodiscard]] bool receiver_fits(int call, const std::vector<std::string>& names) const;
  [[nodiscard]] bool names_sql(int argument) const;
  [[nodiscard]] bool comes_from(int call, const CallSite& row) const;
  [[nodiscard]] int context_arguments(int call) const;
  [[nodiscard]] bool is_sql(int argument);
  [[nodiscard]] bool is_surely_sql(const Value& value) const;
  [[nodiscard]] bool is_written_as_sql(const Value& value) const;
  [[nodiscard]] int sql_elsewhere(int call, int argument);
  [[nodiscard]] bool is_parameter_around(int call, std::string_view name) const;
  [[nodiscard]] int sql_by_name(int call);
  // host_statements.cc: what such a call gives
  [[nodiscard]] int parts_of_text(const Site& site) const;
  void analyse(const Site& site);
  void drop_impossible(const std::vector<size_t>& begins);
  bool emit(const Site& site, const Text& text, const Value& value, CallKind kind);
  bool emit_text(const Site& site, const Text& text, const Value& value, CallKind kind);
  [[nodiscard]] bool is_fixed(int expression, int depth = 0) const;
  [[nodiscard]] bool is_given_fixed(const std::vector<int>& assignments, int name, int depth) const;
  [[nodiscard]] Found found_at(const Site& site, Filled& filled, const Value& value, CallKind kind) const;
  void list_cut(const Site& site, const Value& value);
  void refuse(const Site& site, int node, std::string reason);
  // host_script.cc: MyBatis' <script>
  [[nodiscard]] static bool is_script(const Text& text);
  void emit_script(const Site& site, const Text& given, const Value& value, CallKind kind);
  // host_wrappers.cc: functions that execute a parameter
  [[nodiscard]] int leading_parameter(const Site& site, const Text& text) const;
  [[nodiscard]] int cleaned_parameter(const Site& site) const;
  void find_wrapper(const Site& site, int parameter);
  void find_wrapper_calls();
  void find_calls_of(const std::vector<Wrapper>& wrappers);
  [[nodiscard]] bool fits(const Externals::Wrapper& wrapper, int call) const;
  void find_external_calls(bool declared);
  // host_constants.cc: statements that nothing here is seen to execute
  void find_texts();
  void find_constants();
  [[nodiscard]] int method_call_on(int receiver, const std::vector<std::string>& names) const;
  [[nodiscard]] bool is_constant_place(int node) const;
  [[nodiscard]] bool is_quiet_element(int node) const;
  // host_subqueries.cc
  [[nodiscard]] bool is_in_parentheses(int identifier) const;
  [[nodiscard]] std::set<std::pair<int, std::string_view>> subquery_names() const;  // with their functions
  // host_prepared.cc: calls on the handle of a prepared statement, by the handle as written
  struct Use {
    enum class Kind { kOther, kRun, kReset, kPrepare } kind = Kind::kOther;
    int call = -1;
  };
  using Uses = std::map<std::string_view, std::vector<Use>>;
  [[nodiscard]] std::string_view handle_of(int call) const;
  [[nodiscard]] int lambda_given(int call) const;
  using Aliases = std::map<std::string_view, std::string_view>;  // of a handle: what was made with it
  [[nodiscard]] std::string_view object_of(int node) const;
  void find_bindings(int assignment, Uses& uses, Aliases& aliases) const;
  [[nodiscard]] Uses uses_of_handles() const;
  [[nodiscard]] bool is_shared(int prepare, const std::vector<Use>& uses) const;
  [[nodiscard]] std::vector<Use> uses_of(int prepare) const;
  [[nodiscard]] bool runs_anew(const Use& use) const;
  int run_loops(LoopFinder& finder, int prepare, std::vector<FoundLoop>& loops) const;
  [[nodiscard]] std::set<int> running_functions(const Found& found) const;
  Uses uses_;
  [[nodiscard]] std::map<std::string_view, std::set<int>> kept_handles() const;
  [[nodiscard]] std::map<int, std::set<int>> kept_runs() const;
  // host_transactions.cc: whether a loop's writes are committed with it
  enum class Mark { kNone, kBegins, kEnds };
  std::map<int, std::vector<std::pair<int, Mark>>> marks_;  // by function, in order of place
  std::set<std::string_view> given_to_transactions_;        // names of functions
  std::map<int, Commits> commits_;                          // by loop, as far as the call in it doesn't matter
  std::set<int> own_transactions_;                          // loops that begin one at each turn
  std::map<int, bool> run_in_transaction_;                  // by function
  bool transacts_ = false;                                  // Outline's
  void find_transactions();
  [[nodiscard]] Mark mark_of(int node) const;
  [[nodiscard]] bool names_transaction(int expression, int variable) const;
  [[nodiscard]] bool runs_on_transaction(int call, const FoundLoop& loop) const;
  [[nodiscard]] bool is_run_in_transaction(int function);
  [[nodiscard]] bool is_around(int mark, int loop) const;
  [[nodiscard]] Commits commits_of(const FoundLoop& found, int call);
  [[nodiscard]] Commits commits_of_loop(int loop);
  // host_outline.cc
  void fill_outline(Outline& outline, LoopFinder& finder, const std::map<int, int>& first_of_call);
  void outline_functions(Outline& outline, std::map<int, int>& index_of) const;
  [[nodiscard]] Outline::Call outline_callee(const Types& types, int callee, int receiver, std::string_view name) const;
  void outline_calls(Outline& outline, const Types& types, LoopFinder& finder, const std::map<int, int>& first_of_call,
                     const std::map<int, int>& index_of);
  [[nodiscard]] bool is_given_single(int call) const;
  [[nodiscard]] bool is_given_regex(int call) const;
  [[nodiscard]] bool is_method(int function) const;
  [[nodiscard]] bool names_function(int member, int name) const;
  void outline_constants(Outline& outline);
  [[nodiscard]] bool is_decorated(int function, const std::vector<std::string>& words) const;
  [[nodiscard]] std::string owner_of(int function) const;
};

}  // namespace explaingate::host
