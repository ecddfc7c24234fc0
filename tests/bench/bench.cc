// The bench: explaingate beside the libraries below it, on the same statements, in the same run.
//
//   bench write FOLDER COUNT              lays the workload out, for a git repository to be made of it
//   bench run FOLDER BINARY COUNT ROUNDS  measures and prints
//   bench postgres COUNT ROUNDS           the same for PostgreSQL's plans, beside a loop over libpq
//   bench passes static|plan|all          one run of the gate's passes in the repository around it; prints their times,
//                                         for all of them those of each rule as well
//
// Static analysis is a process of its own with every pass of `check --all` but those that plan (no command leaves these
// out), from its start to its report. Wall times are for all cores, the yardsticks run on one thread; so CPU time
// stands beside.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <span>
#include <sstream>
#include <string>
#include <vector>

#include "base/file.h"
#include "bench/cluster.h"
#include "bench/postgres.h"
#include "bench/repository.h"
#include "bench/timing.h"
#include "bench/workload.h"
#include "bench/yardsticks.h"
#include "cli/cli.h"
#include "gate/outcome.h"
#include "gate/run.h"
#include "report/report.h"

namespace explaingate::bench {
namespace {

constexpr double kStaticAim = 1.6, kPlanAim = 1.5;

// Passes that static analysis, and a process that only plans, do without.
constexpr std::string_view kNotStatic[] = {"load_program", "add_code_tables", "plan_statements", "try_indexes"};
constexpr std::string_view kNotPlan[] = {
    "load_program", "add_code_tables", "list_not_analysed", "compare_sides", "try_indexes", "fill_facts", "judge"};

int complain(const Error& error) {
  fmt::print(stderr, "bench: {}", to_text(error));
  return 2;
}

// Lines "name wall cpu", and "statements", "planned", "findings" with a number.
int time_passes(std::string_view which) {
  GateOptions options;
  options.all = true;
  Context context;
  Status status;
  auto timed = [&](std::string_view name, const std::function<void()>& work) {
    Time time = time_of(work);
    fmt::print("{} {} {}\n", name, time.wall, time.cpu);
  };
  timed("prepare", [&] { status = prepare(options, context); });
  if (!status) return complain(status.error());
  std::span<const std::string_view> without;
  if (which == "static") without = kNotStatic;
  if (which == "plan") without = kNotPlan;
  for (const Pass& pass : passes()) {
    if (std::ranges::find(without, pass.name) != without.end()) continue;
    timed(pass.name, [&] { status = pass.run(context.run); });
    if (!status) return complain(status.error());
  }
  size_t planned = 0;
  for (const KnownStatement& statement : context.run.statements)
    planned += statement.on[kHeadSide] && statement.on[kHeadSide]->ok() ? 1 : 0;
  if (which != "plan") {
    Outcome outcome;
    std::string report;
    timed("conclude", [&] { outcome = conclude(context.run, FailLevel::kError); });
    timed("report", [&] { report = check_text(outcome, {}); });
    fmt::print("findings {} 0\nbytes {} 0\n", outcome.findings.size(), report.size());
  }
  if (which == "all") {
    RuleSettings settings;
    settings.engine = context.run.settings.engine;
    settings.step_limit = static_cast<int64_t>(context.run.settings.limits.at("rule_steps"));
    for (Rule rule : context.run.rules) {
      rule.after.clear();
      rule.yields_to.clear();
      timed("rule " + rule.id, [&] {
        if (auto found = run_rules(*context.run.facts, {rule}, settings); !found) status = fail(found.error());
      });
      if (!status) return complain(status.error());
    }
  }
  fmt::print("statements {} 0\nplanned {} 0\n", context.run.statements.size(), planned);
  return 0;
}

struct Samples {
  std::vector<std::string> order;
  std::map<std::string, std::vector<Time>> times;
  void add(const std::string& name, Time time) {
    auto [found, fresh] = times.try_emplace(name);
    if (fresh) order.push_back(name);
    found->second.push_back(time);
  }
  [[nodiscard]] Time of(const std::string& name) const {
    auto found = times.find(name);
    return found == times.end() ? Time{} : median(found->second);
  }
};

// The child's lines into `samples`.
void read_passes(const std::string& out, Samples& samples) {
  std::istringstream lines(out);
  std::string name;
  Time time;
  while (lines >> name >> time.wall >> time.cpu) samples.add(name, time);
}

void print_row(const std::string& name, const Time& time, const Time& unit, double aim) {
  fmt::print("{:<62} {:>8.0f} {:>8.0f} {:>7.2f} {:>7.2f}", name, time.wall, time.cpu, time.wall / unit.wall,
             time.cpu / unit.cpu);
  if (aim > 0) fmt::print("   aim {} × wall", aim);
  fmt::print("\n");
}

void print_passes(const char* title, const Samples& samples, const Time& whole) {
  fmt::print("\n{}\n", title);
  Time sum;
  for (const std::string& name : samples.order) {
    Time time = samples.of(name);
    if (name == "statements" || name == "planned" || name == "findings" || name == "bytes") continue;
    fmt::print("  {:<20} {:>8.1f} {:>8.1f} {:>6.1f} %\n", name, time.wall, time.cpu, 100 * time.wall / whole.wall);
    sum.wall += time.wall;
    sum.cpu += time.cpu;
  }
  fmt::print("  {:<20} {:>8.1f} {:>8.1f} {:>6.1f} %\n", "process", whole.wall - sum.wall, whole.cpu - sum.cpu,
             100 * (whole.wall - sum.wall) / whole.wall);
}

int run(const std::string& folder, const std::string& binary, size_t count, int rounds) {
  Workload workload = make_workload(count);
  size_t bytes = 0;
  for (const Query& query : workload.queries) bytes += query.text.size();
  auto planner = Planner::open(workload);
  if (!planner) return complain(planner.error());
  const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
  Samples samples, in_static, in_plan;
  for (int round = 0; round < rounds; ++round) {
    samples.add("grammar", time_grammar(workload.queries));
    Child whole = run_child({self, "passes", "static"}, folder);
    if (whole.code != 0) return 2;
    samples.add("static", whole.time);
    read_passes(whole.out, in_static);
    auto plans = planner->time_all();
    if (!plans) return complain(plans.error());
    samples.add("plans", *plans);
    Child planned = run_child({self, "passes", "plan"}, folder);
    if (planned.code != 0) return 2;
    samples.add("plan process", planned.time);
    read_passes(planned.out, in_plan);
    Child extracted = run_child({binary, "extract", "--all"}, folder);
    if (extracted.code != 0) return 2;
    samples.add("extract", extracted.time);
    if (round > 0) continue;
    Child checked = run_child({binary, "check", "--all", "--fail-level", "never"}, folder);
    if (checked.code != 0) return 2;
    samples.add("check", checked.time);
  }
  size_t found = static_cast<size_t>(in_static.of("statements").wall),
         done = static_cast<size_t>(in_plan.of("planned").wall);
  if (found != count || done != count) {
    fmt::print(stderr, "bench: of {} statements {} were found and {} planned\n", count, found, done);
    return 2;
  }
  Time open = in_plan.of("open_engines"), plan = in_plan.of("plan_statements");
  fmt::print("{} different statements, {} kB, {} rounds, medians\n\n", count, bytes / 1000, rounds);
  fmt::print("{:<62} {:>8} {:>8} {:>7} {:>7}\n", "", "wall ms", "CPU ms", "× wall", "× CPU");
  Time grammar = samples.of("grammar"), plans = samples.of("plans");
  print_row("libpg_query: a loop of parse and fingerprint", grammar, grammar, 0);
  print_row("explaingate: extract, parse, facts, rules (whole process)", samples.of("static"), grammar, kStaticAim);
  print_row(fmt::format("SQLite: a loop of EXPLAIN QUERY PLAN at {} scales", kScaleCount), plans, plans, 0);
  print_row(fmt::format("explaingate: schema, statistics, plans at {} scales", kScaleCount),
            {open.wall + plan.wall, open.cpu + plan.cpu}, plans, kPlanAim);
  Time both = {grammar.wall + plans.wall, grammar.cpu + plans.cpu};
  print_row("explaingate extract --all, beside the first loop", samples.of("extract"), grammar, 0);
  print_row("explaingate check --all, beside both loops (once)", samples.of("check"), both, 0);
  print_passes("Where static analysis goes (wall ms, CPU ms)", in_static, samples.of("static"));
  print_passes("Where a process that plans goes", in_plan, samples.of("plan process"));
  return 0;
}

int write(const std::string& folder, size_t count) {
  for (const auto& [path, text] : make_workload(count).files) {
    std::filesystem::create_directories((std::filesystem::path(folder) / path).parent_path());
    if (Status written = write_file_atomic(folder + "/" + path, text); !written) return complain(written.error());
  }
  return 0;
}

}  // namespace
}  // namespace explaingate::bench

int main(int argc, char** argv) {
  using namespace explaingate::bench;
  std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() == 2 && words[0] == "passes") return time_passes(words[1]);
  if (words.size() == 3 && words[0] == "write") return write(words[1], std::stoul(words[2]));
  if (words.size() == 2 && words[0] == "grammars") return parse_alone(words[1]);
  if (words.size() == 4 && words[0] == "repository") return measure_repository(words[1], words[2], words[3]);
  if (words.size() == 2 && words[0] == "cluster") return measure_cluster(std::stoi(words[1]));
  if (words.size() == 5 && words[0] == "run") return run(words[1], words[2], std::stoul(words[3]), std::stoi(words[4]));
  if (words.size() == 3 && words[0] == "postgres") return run_postgres(std::stoul(words[1]), std::stoi(words[2]));
  std::fputs(
      "usage: bench write FOLDER COUNT | run FOLDER BINARY COUNT ROUNDS | passes static|plan|all | postgres COUNT "
      "ROUNDS | "
      "repository FOLDER BINARY FILE | cluster ROUNDS\n",
      stderr);
  return 2;
}
