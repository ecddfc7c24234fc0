// Which columns a statement gives new values: what UPDATE sets.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace explaingate {

// Names of columns behind SET of every UPDATE in a statement of PostgreSQL's dialect, in WITH, too; ON CONFLICT DO
// UPDATE isn't one. Empty where the grammar refuses the text. Linear in the text's size.
[[nodiscard]] std::set<std::string, std::less<>> assigned_columns(std::string_view sql);

}  // namespace explaingate
