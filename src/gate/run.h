// One run of the gate: the context that the passes fill, in order. Each pass is a free function over it; `check` is
// their list.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "advise/rewrites.h"
#include "baseline/baseline.h"
#include "change/change.h"
#include "engine/engine.h"
#include "extract/extract.h"
#include "facts/store.h"
#include "gate/settings.h"
#include "parse/parse.h"
#include "program/program.h"
#include "rulebook/rulebook.h"
#include "schema/schema.h"

namespace explaingate {

enum SideIndex : size_t { kBaseSide = 0, kHeadSide = 1 };
inline constexpr std::array<const char*, 2> kSideNames = {"base", "head"};

// One statement planned on one schema at every scale, or why it couldn't be.
struct Planned {
  std::vector<PlannedQuery> scales;
  Growth growth;
  std::string error;  // set = not planned
  [[nodiscard]] bool ok() const { return error.empty() && !scales.empty(); }
  [[nodiscard]] const PlannedQuery& largest() const { return scales.back(); }
  [[nodiscard]] bool growth_known() const { return scales.size() > 1; }  // not where there is one size of the data
};

struct KnownStatement {
  Statement source;
  int64_t id = 0;
  SideIndex side = kHeadSide;
  ParsedQuery parsed;
  std::string parse_error;  // set = not understood; it may still be planned
  EngineText engine;
  bool changed = false;
  std::string not_planned;                          // why no plan was asked for: "DDL", "utility"; empty = planned
  std::array<std::optional<Planned>, 2> on;         // by the schema's side
  std::array<std::optional<Measured>, 2> measured;  // likewise
  Trials trials;
  std::vector<RewriteTrial> rewrites;
  // Head statements: the base statement that this one replaced; its own index where it is unchanged.
  std::optional<size_t> predecessor;   // index in Run::statements
  std::string paired_by;               // "unchanged", "name", "function", "similarity"
  std::optional<int64_t> function_id;  // KnownFunction::id, where calls lead to it
};

struct KnownFunction {
  int64_t id = 0;
  std::string path, name;
  int line = 0, end_line = 0;
  bool memoised = false;  // what it gives is kept
};

// One call that leads, at most one call further on, to a function that executes a statement; once for each function
// that it can mean.
struct KnownCall {
  int64_t id = 0;
  std::optional<int64_t> caller_id;
  int64_t callee_id = 0;
  std::string path, name;
  int line = 0, column = 0;
  bool handled = false;
  bool single = false;      // one of its arguments is a list of one element
  bool fresh = true;        // the base side has no such call (in a loop, where this one is) in that function
  std::vector<Loop> loops;  // rows_statement: index in Run::statements
};

struct SchemaSide {
  Schema schema;
  std::unique_ptr<Engine> engine;
  size_t first_from_code = SIZE_MAX;  // schema statements from here on are add_code_tables()'s
  // DDL that was gathered from code: what the engine refuses there is no failing migration.
  [[nodiscard]] bool is_from_code(size_t statement) const {
    const std::string& path = schema.statements[statement].path;
    return schema.tool == "code" || statement >= first_from_code ||
           (!is_sql_file(path) && std::ranges::find(schema.code, path) != schema.code.end());
  }
  std::vector<int64_t> statement_ids;  // by schema statement; on the base side 0 for those that the head has too
};

struct Comparison {
  size_t statement = 0;           // index in Run::statements
  std::optional<size_t> before;   // index in Run::statements; nothing = from the baseline
  std::string source, paired_by;  // as in the facts
  Growth growth_before, growth_after;
  double rows_before = 0, rows_after = 0, cost_before = 0, cost_after = 0;
  std::optional<int64_t> work_before, work_after;
  bool unstable = false;
  std::vector<BaselineAccess> access_before, access_after;
  std::string cause_kind;  // "" = not worse
  std::optional<int64_t> cause_statement_id;
  [[nodiscard]] bool worse() const;
};

struct SkippedFile {
  std::string path, reason;
};

inline constexpr const char* kCacheFolder = "/explaingate";  // below the git folder
inline constexpr std::string_view kRulesFolder = ".explaingate/rules/";

enum class Mode { kChange, kAll };

struct Run {
  // Given.
  Settings settings;
  Mode mode = Mode::kChange;
  bool measure = false;
  bool ignore_baseline = false;  // don't read it: it is about to be made again
  std::string today;             // YYYY-MM-DD, for waivers
  Languages* languages = nullptr;
  const std::function<void(std::string_view, size_t, size_t)>* progress = nullptr;
  std::shared_ptr<KeptProgram> kept;  // begun before the change was looked at; nullptr = not
  // load_change
  Change change;
  // load_schemas
  std::array<SchemaSide, 2> sides;
  bool schema_changed = false;
  // load_program
  std::optional<Program> program;
  std::vector<KnownFunction> functions;  // those that the calls link, by id: in the order of their paths
  std::vector<KnownCall> calls;          // by id: in the order of their paths
  std::vector<std::string> reached;  // files beside the changed ones whose statements the calls lead to or loop over
  // load_statements
  std::vector<KnownStatement> statements;
  std::vector<Statement> creating;        // head side, of files that the change doesn't reach: CREATE TABLE, INDEX …
  std::vector<NotAnalysed> not_analysed;  // head side
  std::vector<Suppression> suppressions;  // head side
  std::vector<std::string> files_read;    // head side, sorted
  std::map<std::string, LineIndex> line_indexes;  // head side, by path: files with statements
  size_t files_excluded = 0;
  // load_baseline
  std::optional<Baseline> baseline;  // of the merge base's commit
  std::string statistics_hash;       // of the statistics file, the seed and the configured table sizes
  std::vector<std::string> notes;    // sentences for the report's end
  std::optional<Error> unverified;   // the run's exit code is 3 unless there are findings
  std::vector<Waiver> waivers;
  // open_engines
  std::unique_ptr<EngineSource> engines;
  EngineOptions engine_options;
  // compare_sides
  std::vector<Comparison> comparisons;
  // judge
  std::optional<FactStore> facts;
  std::vector<Rule> rules;
  RuleResults results;

  // The side whose schema stands for `side`: equal schemas are opened and planned on once, as the head's.
  [[nodiscard]] SideIndex planned_side(SideIndex side) const { return schema_changed ? side : kHeadSide; }
};

// Text of a file that may be absent. A link there, or on the way there, is an error: links are not followed, and what
// is behind one must not pass for absent.
[[nodiscard]] Result<std::optional<std::string>> read_if_there(const Tree& tree, const std::string& path);

[[nodiscard]] PlanRequest request_of(const KnownStatement& statement);

// The schema statements that only one side has, as indexes; equal texts cancel out one by one.
struct SchemaDifference {
  std::vector<size_t> gone, come;
};
[[nodiscard]] SchemaDifference schema_difference(const Run& run);

// The passes, in order. An Error ends the run.
Status load_schemas(Run& run);
Status load_program(Run& run);
Status load_statements(Run& run);
Status load_baseline(Run& run);
Status parse_statements(Run& run);
Status pair_statements(Run& run);
Status add_code_tables(Run& run);
Status open_engines(Run& run);
Status plan_statements(Run& run);
Status list_not_analysed(Run& run);
Status compare_sides(Run& run);
Status try_indexes(Run& run);
Status try_rewrites(Run& run);
Status fill_facts(Run& run);
Status load_rules(Run& run);
Status judge(Run& run);

// All of the above, in the order in which they run after the change was found.
struct Pass {
  std::string_view name;
  Status (*run)(Run&);
};
[[nodiscard]] std::span<const Pass> passes();
Status run_passes(Run& run);

// The environment block that a baseline of this run has.
[[nodiscard]] BaselineEnvironment environment_of(const Run& run);
// The baseline that this run's head side gives.
[[nodiscard]] Baseline make_baseline(const Run& run);

// A statement that did not come from a file (`explain SQL`).
[[nodiscard]] KnownStatement loose_statement(std::string_view sql, Dialect dialect);

}  // namespace explaingate
