// Passes: the rules, built in and the team's own; then the list of all passes.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/nearest.h"
#include "gate/run.h"

namespace explaingate {
namespace {

constexpr size_t kRuleFileLimit = size_t{256} << 10;

}  // namespace

Status load_rules(Run& run) {
  if (!run.rules.empty()) return {};  // given: the cases of a rule under test have none of their own
  auto rules = built_in_rules();
  if (!rules) return fail(rules.error());
  run.rules = std::move(*rules);
  auto entries = run.change.head->list();
  if (!entries) return fail(entries.error());
  for (const TreeEntry& entry : *entries) {
    if (entry.path == kRulesFolder.substr(0, kRulesFolder.size() - 1))
      return fail(Error{ErrorKind::kConfiguration, "is a symbolic link, or no folder at all; links are not followed",
                        entry.path, 0, 0, "", "put the rules themselves there"});
    if (!entry.path.starts_with(kRulesFolder) || !entry.path.ends_with(".sql")) continue;
    if (entry.path.find('/', kRulesFolder.size()) != std::string::npos) continue;  // a rule's cases
    auto text = run.change.head->read(entry.path, kRuleFileLimit);
    if (!text)
      return fail(Error{ErrorKind::kConfiguration, text.error().message, entry.path, 0, 0, "", text.error().hint});
    auto rule = parse_rule(entry.path, *text);
    if (!rule) return fail(rule.error());
    rule->built_in = false;
    auto same =
        std::find_if(run.rules.begin(), run.rules.end(), [&](const Rule& other) { return other.id == rule->id; });
    if (same != run.rules.end())
      return fail(Error{ErrorKind::kConfiguration,
                        fmt::format("a rule \"{}\" is there already: {}", rule->id, same->file), entry.path, 1, 0, "",
                        "give yours another name"});
    run.rules.push_back(std::move(*rule));
  }
  std::sort(run.rules.begin(), run.rules.end(), [](const Rule& a, const Rule& b) { return a.id < b.id; });
  std::vector<std::string> ids;
  for (const Rule& rule : run.rules) ids.push_back(rule.id);
  for (const auto& [id, setting] : run.settings.rules) {
    auto rule = std::ranges::find(run.rules, id, &Rule::id);
    if (rule == run.rules.end()) {
      std::string near = nearest(id, ids);
      return fail(Error{ErrorKind::kConfiguration, fmt::format("\"rules\" names \"{}\", and there is no such rule", id),
                        run.settings.file, setting.line, 0, "",
                        near.empty() ? "`explaingate rules` lists them" : fmt::format("did you mean \"{}\"?", near)});
    }
    for (const auto& [name, value] : setting.parameters)
      if (auto fits = parameter_value(*rule, name, value); !fits)
        return fail(Error{ErrorKind::kConfiguration, fits.error().message, run.settings.file,
                          setting.parameter_lines.at(name), 0, "", fits.error().hint});
  }
  return {};
}

Status judge(Run& run) {
  RuleSettings settings;
  for (const auto& [id, setting] : run.settings.rules) {
    if (!setting.level.empty()) settings.levels[id] = setting.level;
    settings.parameters[id] = setting.parameters;
  }
  settings.engine = run.settings.engine;
  settings.step_limit = static_cast<int64_t>(run.settings.limits.at("rule_steps"));
  auto results = run_rules(*run.facts, run.rules, settings);
  if (!results) return fail(results.error());
  run.results = std::move(*results);
  return {};
}

std::span<const Pass> passes() {
  static constexpr Pass kPasses[] = {
      {"load_rules", load_rules},              // a broken rule file is reported before any work
      {"load_schemas", load_schemas},          // DDL of both sides; from here on it is known whether the schema changed
      {"load_program", load_program},          // which calls lead to statements, and what files say to one another
      {"load_statements", load_statements},    // statements of both sides, as texts
      {"load_baseline", load_baseline},        // the merge base's, and the waivers
      {"parse_statements", parse_statements},  // each one understood, or its error kept
      {"pair_statements", pair_statements},  // heads know which base statement they replaced, and whether they are new
      {"add_code_tables", add_code_tables},  // what the program makes for itself and the schema lacks
      {"open_engines", open_engines},        // one database a schema
      {"plan_statements", plan_statements},  // plans at every scale, on the schemas where they are compared
      {"list_not_analysed", list_not_analysed},  // what has no plan has a line
      {"compare_sides", compare_sides},          // before, after, cause
      {"try_indexes", try_indexes},              // advice that was tried
      {"try_rewrites", try_rewrites},            // likewise, where an index isn't the answer
      {"fill_facts", fill_facts},                // everything above as rows
      {"judge", judge},                          // findings
  };
  return kPasses;
}

Status run_passes(Run& run) {
  for (const Pass& pass : passes())
    if (Status done = pass.run(run); !done) return done;
  return {};
}

}  // namespace explaingate
