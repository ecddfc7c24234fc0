#include <algorithm>

#include <fmt/format.h>

#include "base/nearest.h"
#include "base/text.h"
#include "cli/cli.h"
#include "rulebook/page.h"

namespace explaingate {
namespace {

// The configuration's level, else the rule's own.
std::string level_of(const Rule& rule, const std::map<std::string, Settings::RuleSetting>& settings) {
  auto set = settings.find(rule.id);
  return set == settings.end() || set->second.level.empty() ? std::string(to_string(rule.severity)) : set->second.level;
}

}  // namespace

int rules_command(const GateOptions& options, const std::string& wanted) {
  // Inside a repository with its own rules these are listed too; outside, the built-in ones.
  Context context;
  std::vector<Rule> rules;
  std::map<std::string, Settings::RuleSetting> levels;
  if (repository_root(".")) {
    GateOptions whole = options;
    whole.all = true;
    if (Status ready = prepare(whole, context); !ready) return report_error(ready.error());
    if (Status loaded = load_rules(context.run); !loaded) return report_error(loaded.error());
    rules = std::move(context.run.rules);
    levels = std::move(context.run.settings.rules);
  } else {
    auto built_in = built_in_rules();
    if (!built_in) return report_error(built_in.error());
    rules = std::move(*built_in);
  }
  std::string out;
  if (wanted.empty()) {
    for (const auto& [family, members] : by_family(rules)) {
      out += fmt::format("{}{}\n", out.empty() ? "" : "\n", family);
      for (const Rule* rule : members)
        out += fmt::format("  {:<31} {:<8} {}{}\n", rule->id, level_of(*rule, levels), rule->summary,
                           rule->built_in ? "" : fmt::format(" ({})", rule->file));
    }
  } else {
    auto found = std::find_if(rules.begin(), rules.end(), [&](const Rule& rule) { return rule.id == wanted; });
    if (found == rules.end()) {
      std::vector<std::string> ids;
      for (const Rule& rule : rules) ids.push_back(rule.id);
      std::string near = nearest(wanted, ids);
      return report_error(
          Error{ErrorKind::kUsage, fmt::format("there is no rule \"{}\"", wanted), "", 0, 0, "",
                near.empty() ? "`explaingate rules` lists them" : fmt::format("did you mean \"{}\"?", near)});
    }
    out = rule_page(*found);
  }
  Status written = emit({}, {{"text", [&] { return printable(out); }}});
  return written ? 0 : report_error(written.error());
}

}  // namespace explaingate
