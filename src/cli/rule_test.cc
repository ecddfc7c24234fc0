// `rules test`: a team's rule on its own fixtures, .explaingate/rules/<rule>/{fires,quiet,fixed}-<case>/{base,head}.
// What is expected stands on its line in head: "expect: <rule> <subject>".
#include <algorithm>
#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "base/file.h"
#include "base/nearest.h"
#include "base/text.h"
#include "cli/cli.h"

namespace explaingate {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMark = "expect: ";
constexpr size_t kMostCases = 1000;
const char* const kKinds[] = {"fires", "quiet", "fixed"};

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

// A side of a fixture as a folder of its own: its tree, on top of the schema.sql and explaingate.json that stand beside
// `base` and `head`, or those that all cases of the rule share.
Status lay(const Case& test, const std::string& side, const fs::path& to) {
  std::error_code code;
  fs::create_directories(to, code);
  for (const char* file : {"schema.sql", "explaingate.json"})
    for (const fs::path& from : {test.folder.parent_path(), test.folder})
      if (!code && fs::is_regular_file(fs::symlink_status(from / file)))
        fs::copy_file(from / file, to / file, fs::copy_options::overwrite_existing, code);
  constexpr auto kHow =
      fs::copy_options::recursive | fs::copy_options::overwrite_existing | fs::copy_options::copy_symlinks;
  if (!code && fs::is_directory(fs::symlink_status(test.folder / side)))
    fs::copy(test.folder / side, to, kHow, code);  // links stay links, which trees don't follow
  if (code)
    return fail(ErrorKind::kIo, fmt::format("{}: cannot lay out {}: {}", test.folder.string(), side, code.message()));
  return {};
}

Result<std::set<std::string>> expectations(const Tree& head, const std::string& rule) {
  std::set<std::string> wanted;
  auto entries = head.list();
  if (!entries) return fail(entries.error());
  for (const TreeEntry& entry : *entries) {
    if (entry.kind != TreeEntry::Kind::kFile) continue;
    auto text = head.read(entry.path);
    if (!text) return fail(text.error());
    int line = 1;
    for (size_t at = 0; at < text->size(); ++line) {
      size_t end = std::min(text->find('\n', at), text->size());
      std::string_view content = std::string_view(*text).substr(at, end - at);
      if (content.ends_with('\r')) content.remove_suffix(1);
      size_t mark = content.find(kMark);
      std::string_view wish = mark == std::string_view::npos ? "" : content.substr(mark + kMark.size());
      if (wish.starts_with(rule + " "))
        wanted.insert(fmt::format("{}:{} {}", entry.path, line, wish.substr(rule.size() + 1)));
      at = end + 1;
    }
  }
  return wanted;
}

// What is wrong with the case, a line each; empty = nothing.
Result<std::string> run_case(const Case& test, const Context& given) {
  auto temporary = TemporaryFolder::create();
  if (!temporary) return fail(temporary.error());
  Context context;
  Run& run = context.run;
  for (const char* side : {"base", "head"}) {
    if (Status laid = lay(test, side, temporary->path() / side); !laid) return fail(laid.error());
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
  if (!*text || (*text)->find("\"engine\"") == std::string::npos) run.settings.engine = given.run.settings.engine;
  run.languages = given.run.languages;
  run.today = given.run.today;
  run.rules = given.run.rules;
  if (Status passed = run_passes(run); !passed) return fail(passed.error());
  auto wanted = expectations(*run.change.head, test.rule);
  if (!wanted) return fail(wanted.error());
  std::set<std::string> found;
  std::string problems;
  for (const ReportedFinding& reported : conclude(run, FailLevel::kNever).findings) {
    const Finding& finding = reported.finding;
    if (finding.rule == test.rule) found.insert(fmt::format("{}:{} {}", finding.path, finding.line, finding.subject));
  }
  for (const RuleStatus& status : run.results.status)
    if (status.rule == test.rule && status.outcome != RuleStatus::Outcome::kRan)
      problems += fmt::format("  the rule did not run: {}\n", status.reason);
  for (const std::string& each : *wanted)
    if (!found.contains(each)) problems += fmt::format("  expected, and not found: {}\n", each);
  for (const std::string& each : found)
    if (!wanted->contains(each)) problems += fmt::format("  found, and not expected: {}\n", each);
  bool fires = test.name.starts_with("fires-");
  if (fires && wanted->empty())
    problems += fmt::format("  a fires case needs a line that ends in \"{}{} SUBJECT\"\n", kMark, test.rule);
  if (!fires && !wanted->empty()) problems += "  only fires cases expect a finding\n";
  return problems;
}

Result<std::vector<Case>> cases_of(const Rule& rule, const fs::path& root, std::string& problems) {
  std::vector<Case> cases;
  fs::path folder = root / rule.file.substr(0, rule.file.size() - 4);
  std::set<std::string> kinds;
  if (fs::is_directory(folder)) {
    auto folders = folders_in(folder);
    if (!folders) return fail(Error{folders.error().kind, folders.error().message, folder.string(), 0, 0, "", ""});
    for (const fs::path& each : *folders) {
      std::string name = each.filename().string();
      std::string kind = name.substr(0, name.find('-'));
      if (std::ranges::find(kKinds, kind) == std::end(kKinds) || name.size() <= kind.size() + 1)
        problems += fmt::format("{}/{}: a case is called fires-…, quiet-… or fixed-…\n", rule.id, name);
      else
        cases.push_back({rule.id, name, each});
      kinds.insert(kind);
    }
  }
  for (const char* kind : kKinds)
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
