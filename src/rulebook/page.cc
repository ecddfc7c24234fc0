#include "rulebook/page.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace explaingate {
namespace {

// A list of rules' names, each as a link where pages link to one another.
std::string named(const std::vector<std::string>& ids, bool links) {
  std::vector<std::string> names;
  names.reserve(ids.size());
  for (const std::string& id : ids) names.push_back(links ? fmt::format("[{0}]({0}.md)", id) : id);
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string parameters(const Rule& rule) {
  std::string out = "\n## Parameters\n";
  for (const RuleParameter& parameter : rule.parameters)
    out += fmt::format("- `{}` ({}, by default `{}`): {}\n", parameter.name, to_string(parameter.type),
                       to_string(parameter.value), parameter.meaning);
  const RuleParameter& first = rule.parameters.front();
  return out + fmt::format("\n```json\n\"rules\": {{\"{}\": {{\"level\": \"{}\", \"{}\": {}}}}}\n```\n", rule.id,
                           to_string(rule.severity), first.name, to_string(first.value));
}

}  // namespace

std::string rule_page(const Rule& rule, bool links) {
  std::string out =
      fmt::format("# {}\n\n{}\n\nFamily: {}. Severity: {}. Engines: {}. Since: {}.\n", rule.id, rule.summary,
                  rule.family, to_string(rule.severity), fmt::join(rule.engines, ", "), rule.since);
  if (!rule.yields_to.empty())
    out += fmt::format("Silent where one of these has a finding: {}.\n", named(rule.yields_to, links));
  if (!rule.page.empty()) out += "\n" + rule.page;
  if (!out.ends_with('\n')) out += "\n";
  if (!rule.parameters.empty()) out += parameters(rule);
  return out;
}

std::vector<std::pair<std::string, std::vector<const Rule*>>> by_family(const std::vector<Rule>& rules) {
  std::vector<std::pair<std::string, std::vector<const Rule*>>> families;
  for (std::string_view name : kRuleFamilies) {
    std::vector<const Rule*> members;
    for (const Rule& rule : rules)
      if (rule.family == name) members.push_back(&rule);
    std::ranges::sort(members, {}, &Rule::id);
    if (!members.empty()) families.emplace_back(name, std::move(members));
  }
  return families;
}

}  // namespace explaingate
