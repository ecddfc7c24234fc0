// `rules test`: a team's rule on its own fixtures, .explaingate/rules/<rule>/{fires,quiet,fixed}-<case>/{base,head}.
// What is expected stands on its line in head: "expect: <rule> <subject>", or <rule>=<level>.
#include <algorithm>
#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "base/file.h"
#include "base/nearest.h"
#include "base/text.h"
#include "cli/cli.h"
#include "rulebook/rule_case.h"

namespace explaingate {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMostCases = 1000;

struct Case {
  std::string rule, name;
  fs::path folder;
};

Result<std::vector<fs::path>> folders_in(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code code;
  for (fs::directory_iterator at(folder, code), end; !code && at != end; at.increment(code))
    if (at->is_directory() && !at->is_symlink()) found.push_back(at->path());
  if (code) return fail(ErrorKind::kIo, fmt::format("cannot be read: {}", code.message()));
  std::ranges::sort(found);
  return found;
}

// What is wrong with the case, a line each; empty = nothing.
Result<std::string> run_case(const Case& test, const Context& given) {
  auto temporary = TemporaryFolder::create();
  if (!temporary) return fail(temporary.error());
  Context context;
  Run& run = context.run;
  for (const char* side : {"base", "head"}) {
    fs::path shared[] = {test.folder.parent_path()};
    if (Status laid = lay_case(shared, test.folder, side, temporary->path() / side); !laid) return fail(laid.error());
    auto tree = open_folder((temporary->path() / side).string());
    if (!tree) return fail(tree.error());
    (std::string_view(side) == "base" ? run.change.base : run.change.head) = std::move(*tree);
  }
  run.change.root = (temporary->path() / "head").string();
  run.change.base_name = "base";
  run.change.head_name = "head";
  auto files = compare_trees(*run.change.base, *run.change.head);
  if (!files) return fail(files.error());
  run.change.files = std::move(*files);
  auto text = read_if_there(*run.change.head, std::string(kConfigurationFile));
  if (!text) return fail(text.error());
  auto settings = parse_settings(*text ? **text : "", *text ? std::string(kConfigurationFile) : "");
  if (!settings) return fail(settings.error());
  run.settings = std::move(*settings);
  if (!run.settings.engine_named) run.settings.engine = given.run.settings.engine;
  run.languages = given.run.languages;
  run.today = given.run.today;
  run.rules = given.run.rules;
  if (Status passed = run_passes(run); !passed) return fail(passed.error());
  auto expected = expectations(temporary->path() / "head");
  if (!expected) return fail(expected.error());
  std::set<std::string> wanted, found;
  for (const Expectation& each : *expected)
    if (each.rule == test.rule) wanted.insert(to_text(each));
  std::string problems;
  for (const ReportedFinding& reported : conclude(run, FailLevel::kNever).findings) {
    const Finding& finding = reported.finding;
    if (finding.rule == test.rule)
      found.insert(to_text(as_expected(
          {finding.path, finding.line, finding.rule, finding.subject, std::string(to_string(finding.level))},
          *expected)));
  }
  for (const RuleStatus& status : run.results.status)
    if (status.rule == test.rule && status.outcome != RuleStatus::Outcome::kRan)
      problems += fmt::format("  the rule did not run: {}\n", status.reason);
  for (const std::string& each : wanted)
    if (!found.contains(each)) problems += fmt::format("  expected, and not found: {}\n", each);
  for (const std::string& each : found)
    if (!wanted.contains(each)) problems += fmt::format("  found, and not expected: {}\n", each);
  bool fires = case_kind(test.name) == "fires";
  if (fires && wanted.empty())
    problems += fmt::format("  a fires case needs a line that ends in \"expect: {} SUBJECT\"\n", test.rule);
  if (!fires && !wanted.empty()) problems += "  only fires cases expect a finding\n";
  return problems;
}

Result<std::vector<Case>> cases_of(const Rule& rule, const fs::path& root, std::string& problems) {
  std::vector<Case> cases;
  fs::path folder = root / rule.file.substr(0, rule.file.size() - 4);
  std::set<std::string_view> kinds;
  if (fs::is_directory(folder)) {
    auto folders = folders_in(folder);
    if (!folders) return fail(Error{folders.error().kind, folders.error().message, folder.string(), 0, 0, "", ""});
    for (const fs::path& each : *folders) {
      std::string name = each.filename().string();
      std::string_view kind = case_kind(name);
      if (!kind.empty())
        cases.push_back({rule.id, name, each});
      else if (fs::exists(each / "base") || fs::exists(each / "head"))  // others are shared by the cases
        problems += fmt::format("{}/{}: a case is called fires-…, quiet-… or fixed-…\n", rule.id, name);
      kinds.emplace(kind);
    }
  }
  for (std::string_view kind : kCaseKinds)
    if (!kinds.contains(kind)) problems += fmt::format("{}: no case {}-…\n", rule.id, kind);
  if (cases.size() > kMostCases)
    return fail(ErrorKind::kUsage, fmt::format("{}: more than {} cases", rule.id, kMostCases));
  return cases;
}

}  // namespace

int rules_test_command(const GateOptions& options, const std::string& wanted) {
  Context context;
  GateOptions whole = options;
  whole.all = true;
  if (Status ready = prepare(whole, context); !ready) return report_error(ready.error());
  if (Status loaded = load_rules(context.run); !loaded) return report_error(loaded.error());
  std::vector<const Rule*> rules;
  std::vector<std::string> own;
  for (const Rule& rule : context.run.rules) {
    if (rule.built_in) continue;
    own.push_back(rule.id);
    if (wanted.empty() || wanted == rule.id) rules.push_back(&rule);
  }
  if (rules.empty())
    return report_error(Error{ErrorKind::kUsage,
                              wanted.empty() ? fmt::format("there are no rules in {}", kRulesFolder)
                                             : fmt::format("there is no rule \"{}\" in {}", wanted, kRulesFolder),
                              "", 0, 0, "",
                              own.empty() ? "`explaingate rules new NAME` makes one" : nearest_hint(wanted, own)});
  std::string out;
  size_t count = 0, failed = 0;
  for (const Rule* rule : rules) {
    std::string problems;
    auto cases = cases_of(*rule, context.run.change.root, problems);
    if (!cases) return report_error(cases.error());
    failed += static_cast<size_t>(std::ranges::count(problems, '\n'));
    out += problems;
    for (const Case& test : *cases) {
      auto wrong = run_case(test, context);
      if (!wrong) return report_error(wrong.error());
      ++count;
      failed += wrong->empty() ? 0 : 1;
      out += fmt::format("{} {}/{}\n{}", wrong->empty() ? "ok  " : "FAIL", test.rule, test.name, *wrong);
    }
  }
  out += failed == 0 ? fmt::format("{} cases, all as expected\n", count)
                     : fmt::format("{} cases; {} problems\n", count, failed);
  int written = say(out);
  return written != 0 ? written : failed == 0 ? 0 : 1;
}

}  // namespace explaingate
