// What a rule says of itself, as a page of Markdown.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "rulebook/rulebook.h"

namespace explaingate {

// Name, summary, headers, the page of its file, parameters. `links`: other rules are linked, as in docs/rules/.
[[nodiscard]] std::string rule_page(const Rule& rule, bool links = false);

// Families in the order of kRuleFamilies, without empty ones; rules by id. Points into `rules`.
[[nodiscard]] std::vector<std::pair<std::string, std::vector<const Rule*>>> by_family(const std::vector<Rule>& rules);

}  // namespace explaingate
