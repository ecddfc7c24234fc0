// Passes: open the engines, plan every statement that needs it on the schemas where it is wanted, try indexes.
#include <algorithm>
#include <map>
#include <set>
#include <thread>

#include <fmt/format.h>

#include "base/hash.h"
#include "base/parallel.h"
#include "base/text.h"
#include "gate/run.h"
#include "gate/table_names.h"

namespace explaingate {
namespace {

// Statements for which a second copy of the schema is cheaper than working on one core.
constexpr size_t kPerWorker = 400;       // to be planned
constexpr size_t kTrialsPerWorker = 50;  // that indexes are tried on

struct Job {
  size_t statement;
  SideIndex side;
};

// Scales outermost: setting one costs as much as planning some tens of statements.
Status plan_jobs(Run& run, Engine& engine, const std::vector<Job>& jobs) {
  std::vector<double> factors;
  for (const Job& job : jobs) run.statements[job.statement].on[job.side].emplace();
  for (int scale = 0; scale < engine.scales(); ++scale) {
    if (Status set = engine.set_scale(scale); !set) return set;
    factors.push_back(engine.scale_factor(scale));
    for (const Job& job : jobs) {
      KnownStatement& statement = run.statements[job.statement];
      Planned& planned = *statement.on[job.side];
      if (!planned.error.empty()) continue;
      auto result = engine.plan(request_of(statement));
      if (result)
        planned.scales.push_back(std::move(*result));
      else
        planned.error = result.error().message;
    }
  }
  for (const Job& job : jobs) {
    Planned& planned = *run.statements[job.statement].on[job.side];
    if (planned.ok()) planned.growth = growth_of(planned.scales, factors);
  }
  return {};
}

// What each statement is planned on: heads on the head schema; on the base schema too where there is something to
// compare. A replaced statement is planned on both, so that a regression can be laid at the query's door or the
// schema's.
std::vector<Job> wanted_jobs(const Run& run) {
  std::set<std::pair<size_t, size_t>> wanted;
  for (size_t i = 0; i < run.statements.size(); ++i) {
    const KnownStatement& statement = run.statements[i];
    if (statement.side != kHeadSide || !statement.not_planned.empty()) continue;
    bool unchanged = statement.paired_by == "unchanged";
    if (unchanged && !run.schema_changed && run.mode == Mode::kChange && statement.source.loops.empty() &&
        !statement.function_id)
      continue;
    wanted.emplace(i, kHeadSide);
    if (!statement.predecessor) continue;
    if (run.schema_changed) wanted.emplace(i, kBaseSide);
    if (unchanged) continue;
    size_t before = *statement.predecessor;
    if (!run.statements[before].not_planned.empty()) continue;
    wanted.emplace(before, kHeadSide);
    if (run.schema_changed) wanted.emplace(before, kBaseSide);
  }
  std::vector<Job> jobs;
  for (const auto& [statement, side] : wanted) jobs.push_back({statement, static_cast<SideIndex>(side)});
  return jobs;
}

// Runs the SELECTs on the seed data. One that can't be run is a line in the report, not the end.
void measure_jobs(Run& run, const std::vector<Job>& jobs) {
  for (const Job& job : jobs) {
    KnownStatement& statement = run.statements[job.statement];
    if (!statement.on[job.side]->ok() || statement.parsed.kind != StatementKind::kSelect) continue;
    auto measured = run.sides[job.side].engine->measure(request_of(statement));
    if (measured) {
      statement.measured[job.side] = *measured;
    } else if (statement.side == kHeadSide && job.side == kHeadSide) {
      const Statement& source = statement.source;
      run.not_analysed.push_back(
          {source.path, source.line, source.column, "not measured: " + measured.error().message, source.function});
    }
  }
}

// Ids after those of the queries: the head's statements, then those that only the base side has.
void number_schema_statements(Run& run) {
  int64_t id = run.statements.empty() ? 0 : run.statements.back().id;
  SchemaSide& head = run.sides[kHeadSide];
  SchemaSide& base = run.sides[kBaseSide];
  head.statement_ids.resize(head.schema.statements.size());
  for (int64_t& slot : head.statement_ids) slot = ++id;
  base.statement_ids.assign(base.schema.statements.size(), 0);
  if (run.schema_changed)
    for (size_t gone : schema_difference(run).gone) base.statement_ids[gone] = ++id;
}

// Both sides are planned under the head's statistics: a change of the numbers is no change of the code.
Status read_engine_options(Run& run) {
  EngineOptions& options = run.engine_options;
  options.tables = run.settings.tables;
  options.assumed_rows = run.settings.limits.at("assumed_rows");
  options.measure = options.measure || run.measure;
  std::string statistics_text, seed_text, tables_text;
  if (!run.settings.statistics.empty()) {
    auto text = read_if_there(*run.change.head, run.settings.statistics);
    if (!text) return fail(text.error());
    if (!*text)
      return fail(ErrorKind::kConfiguration,
                  fmt::format("the statistics file `{}` does not exist", run.settings.statistics));
    auto statistics = parse_statistics(**text, run.settings.statistics);
    if (!statistics) return fail(statistics.error());
    options.statistics = std::move(*statistics);
    statistics_text = std::move(**text);
  }
  if (!run.settings.seed.empty()) {
    auto seed = read_seed(*run.change.head, run.settings.seed, run.settings.dialect());
    if (!seed) return fail(seed.error());
    for (const SchemaStatement& statement : *seed) seed_text += statement.text + ";";
    options.seed = std::move(*seed);
  }
  for (const auto& [name, table] : run.settings.tables)
    tables_text +=
        fmt::format("{} {} {};", name, table.rows.value_or(-1), table.fixed ? static_cast<int>(*table.fixed) : -1);
  run.statistics_hash = hash_fields({statistics_text, seed_text, tables_text});
  return {};
}

// The expressions that stand where a column's name is wanted: "`order`, `columns`"; empty = none.
std::string column_holes(const Statement& source) {
  std::string columns;
  for (const Hole& hole : source.holes)
    if (hole.column) columns += fmt::format("{}`{}`", columns.empty() ? "" : ", ", fold_spaces(hole.expression));
  return columns;
}

}  // namespace

std::unique_ptr<EngineSource> engines_of(const Settings& settings) {
  return settings.engine == "postgres" ? postgres_engines(settings.url) : sqlite_engines();
}

PlanRequest request_of(const KnownStatement& statement) {
  return {statement.engine.text, &statement.parsed};
}

Status open_engines(Run& run) {
  number_schema_statements(run);
  if (Status read = read_engine_options(run); !read) return read;
  run.engines = engines_of(run.settings);
  for (SideIndex side : {kBaseSide, kHeadSide}) {
    if (side == kBaseSide && !run.schema_changed) continue;
    auto engine = run.engines->open(run.sides[side].schema.statements, run.engine_options);
    if (!engine) return fail(engine.error());
    run.sides[side].engine = std::move(*engine);
  }
  for (SideIndex side : {kBaseSide, kHeadSide}) {
    TableNames names(run.sides[run.planned_side(side)].engine->catalogue());
    for (KnownStatement& statement : run.statements)
      if (statement.side == side) names.settle(statement.parsed);
  }
  return {};
}

Status plan_statements(Run& run) {
  std::vector<Job> jobs = wanted_jobs(run);
  std::array<std::vector<Job>, 2> by_side;
  for (const Job& job : jobs) by_side[job.side].push_back(job);
  if (run.progress != nullptr && *run.progress) (*run.progress)("planning", 0, jobs.size());

  struct Worker {
    Engine* engine;
    std::vector<Job> jobs;
    Status status;
  };
  std::vector<Worker> workers;
  std::vector<std::unique_ptr<Engine>> copies;
  for (SideIndex side : {kBaseSide, kHeadSide}) {
    if (by_side[side].empty()) continue;
    std::vector<Job>& mine = by_side[side];
    size_t half = mine.size();
    if (!run.schema_changed && mine.size() > kPerWorker && std::thread::hardware_concurrency() > 1) {
      auto copy = run.engines->open(run.sides[side].schema.statements, run.engine_options);
      if (!copy) return fail(copy.error());
      half = mine.size() / 2;
      workers.push_back({copy->get(), {mine.begin() + static_cast<std::ptrdiff_t>(half), mine.end()}, {}});
      copies.push_back(std::move(*copy));
    }
    workers.push_back(
        {run.sides[side].engine.get(), {mine.begin(), mine.begin() + static_cast<std::ptrdiff_t>(half)}, {}});
  }
  {
    std::vector<std::jthread> threads;
    for (size_t i = 1; i < workers.size(); ++i)
      threads.emplace_back(
          [&run, &worker = workers[i]] { worker.status = plan_jobs(run, *worker.engine, worker.jobs); });
    if (!workers.empty()) workers[0].status = plan_jobs(run, *workers[0].engine, workers[0].jobs);
  }
  for (const Worker& worker : workers)
    if (!worker.status) return worker.status;

  if (run.measure) measure_jobs(run, jobs);
  return {};
}

Status list_not_analysed(Run& run) {
  // All, too, where nothing could be planned: then the run's verdict is that, and says of what.
  bool everything = run.mode == Mode::kAll || run.schema_changed ||
                    std::ranges::none_of(run.statements, [](const KnownStatement& statement) {
                      return statement.side == kHeadSide && statement.on[kHeadSide] && statement.on[kHeadSide]->ok();
                    });
  const SchemaSide& head = run.sides[kHeadSide];
  for (const SchemaFailure& failure : head.engine->failures()) {
    if (!head.is_from_code(failure.statement)) continue;
    const SchemaStatement& statement = head.schema.statements[failure.statement];
    if (!everything && failure.statement >= head.first_from_code &&
        !std::ranges::binary_search(run.files_read, statement.path))
      continue;  // what a file makes that the change leaves as it is
    run.not_analysed.push_back(
        {statement.path, statement.line, statement.column, "not applied to the schema: " + failure.message, ""});
  }
  // Extraction has said it already of a name that it saw put together: one line a place.
  std::set<std::pair<std::string, int>> said;
  for (const NotAnalysed& item : run.not_analysed) said.emplace(item.path, item.line);
  for (const KnownStatement& statement : run.statements) {
    if (statement.side != kHeadSide || !(everything || statement.changed)) continue;
    const Statement& source = statement.source;
    auto list = [&](std::string reason) {
      run.not_analysed.push_back({source.path, source.line, source.column, std::move(reason), source.function});
    };
    const std::optional<Planned>& planned = statement.on[kHeadSide];
    std::string columns = column_holes(source);
    if (planned && !planned->error.empty() && !columns.empty())
      list("not planned: a column name is put together at run time: " + columns);
    else if (planned && planned->error.empty() && !columns.empty())
      list("in part: put together at run time, and planned as a constant: " + columns);
    else if (planned && !planned->error.empty())
      list((statement.parse_error.empty() ? "not planned: " : "not understood, not planned: ") + planned->error);
    else if (planned && !statement.parse_error.empty())
      list("planned, but not understood by the rules: " + statement.parse_error);
    else if (!statement.not_planned.empty() && statement.not_planned != "DDL" && statement.not_planned != "utility" &&
             !said.contains({source.path, source.line}))
      list("not planned: " + statement.not_planned);
  }
  std::sort(run.not_analysed.begin(), run.not_analysed.end(), [](const NotAnalysed& a, const NotAnalysed& b) {
    return std::tie(a.path, a.line, a.column, a.reason) < std::tie(b.path, b.line, b.column, b.reason);
  });
  // Variants of one statement give one reason.
  auto same = [](const NotAnalysed& a, const NotAnalysed& b) {
    return std::tie(a.path, a.line, a.column, a.reason) == std::tie(b.path, b.line, b.column, b.reason);
  };
  run.not_analysed.erase(std::unique(run.not_analysed.begin(), run.not_analysed.end(), same), run.not_analysed.end());
  return {};
}

Status try_indexes(Run& run) {
  std::vector<KnownStatement*> statements;
  std::vector<TrialRequest> requests;
  for (KnownStatement& statement : run.statements) {
    if (statement.side != kHeadSide || !statement.changed || !statement.on[kHeadSide] || !statement.on[kHeadSide]->ok())
      continue;
    const Planned& planned = *statement.on[kHeadSide];
    if (growth_class(planned.growth.work) == 0 && planned.largest().metrics.rows_sorted < 1) continue;
    statements.push_back(&statement);
    requests.push_back({request_of(statement), &planned.scales});
  }
  SchemaSide& head = run.sides[kHeadSide];
  size_t workers = requests.size() > kTrialsPerWorker && std::thread::hardware_concurrency() > 1 ? 2 : 1;
  std::unique_ptr<Engine> copy;
  if (workers > 1) {
    auto opened = run.engines->open(head.schema.statements, run.engine_options);
    if (!opened) return fail(opened.error());
    copy = std::move(*opened);
  }
  std::array<Status, 2> status;
  parallel_for(
      workers,
      [&](size_t worker) {
        auto first = requests.begin() + static_cast<std::ptrdiff_t>(worker * requests.size() / workers);
        auto last = requests.begin() + static_cast<std::ptrdiff_t>((worker + 1) * requests.size() / workers);
        auto trials = try_candidates(worker == 0 ? *head.engine : *copy, {first, last});
        if (!trials) status[worker] = fail(trials.error());
        for (size_t i = 0; trials && i < trials->size(); ++i)
          statements[static_cast<size_t>(first - requests.begin()) + i]->trials = std::move((*trials)[i]);
      },
      0);
  for (const Status& of_worker : status)
    if (!of_worker) return of_worker;
  return {};
}

}  // namespace explaingate
