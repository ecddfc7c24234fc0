#include "engine/engine.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/hash.h"
#include "base/text.h"

namespace explaingate {
namespace {

bool plain_identifier(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

// Quoted where the name isn't plain, and where it might be a keyword: quoting every all-lower-case short word would
// make plain advice ugly, so only words that SQL reserves and people use for columns are listed.
std::string quoted(std::string_view name) {
  static constexpr std::string_view kReserved[] = {
      "all",     "and",   "as",    "asc",  "between", "by",     "case", "check", "column",  "create",     "cross",
      "default", "desc",  "end",   "from", "group",   "having", "in",   "index", "is",      "join",       "key",
      "left",    "like",  "limit", "not",  "null",    "on",     "or",   "order", "primary", "references", "select",
      "set",     "table", "then",  "to",   "union",   "unique", "user", "using", "values",  "when",       "where"};
  // PostgreSQL takes a name with capitals for another one unless it is quoted.
  if (lower(name) == name && plain_identifier(name) &&
      std::find(std::begin(kReserved), std::end(kReserved), name) == std::end(kReserved))
    return std::string(name);
  std::string text = "\"";
  for (char c : name) {
    if (c == '"') text += '"';
    text += c;
  }
  return text + "\"";
}

void append_name_part(std::string& name, std::string_view part) {
  name += '_';
  for (char c : part) name += plain_identifier(std::string_view(&c, 1)) || (c >= '0' && c <= '9') ? c : '_';
}

// "_where_gone_is_null", "_where_status_new". Values of which two could be spelt alike so are told apart by a hash.
void append_condition(std::string& name, const IndexCondition& condition) {
  std::string_view value = condition.test;
  bool null_test = value.starts_with("IS ");
  for (std::string_view around : {"= ", "'"})
    if (value.starts_with(around)) value.remove_prefix(around.size());
  if (value.ends_with('\'')) value.remove_suffix(1);
  append_name_part(name, fmt::format("where_{}_{}", condition.column, lower(value)));
  bool word = !value.empty() && std::ranges::all_of(value, [](char c) { return c == '_' || (c >= 'a' && c <= 'z'); });
  if (!null_test && !word) name += "_" + hash_fields({condition.test}).substr(0, 4);
}

std::string as_is(std::string_view text) {
  return std::string(text);
}

}  // namespace

Result<Measured> Engine::measure_with(const std::vector<CandidateIndex>& candidates, const PlanRequest& request) {
  if (candidates.empty()) return measure(request);
  return fail(ErrorKind::kUnverified, "this engine builds no index over seed data");
}

std::string_view to_string(Access access) {
  switch (access) {
    case Access::kConstant:
      return "constant";
    case Access::kSearchCovering:
      return "search_covering";
    case Access::kSearch:
      return "search";
    case Access::kAutomaticIndex:
      return "automatic_index";
    case Access::kScanCovering:
      return "scan_covering";
    case Access::kScan:
      return "scan";
    case Access::kVirtual:
      return "virtual";
    case Access::kNone:
      return "none";
  }
  return "none";
}

std::vector<std::string> Plan::lines() const {
  std::vector<std::string> lines;
  lines.reserve(nodes.size());
  std::vector<const PlanNode*> path;  // from the top to the node before
  for (const PlanNode& node : nodes) {
    while (!path.empty() && path.back()->id != node.parent) path.pop_back();
    lines.push_back(std::string(path.size() * 2, ' ') + node.detail);
    path.push_back(&node);
  }
  return lines;
}

int growth_class(double exponent) {
  return exponent < 0.25 ? 0 : exponent < 1.5 ? 1 : 2;
}

std::string growth_words(double exponent) {
  return exponent < 0.25 ? "constant" : exponent < 1.5 ? "linear" : exponent < 2.5 ? "quadratic" : "cubic";
}

// The slope on log-log axes between the two larger scales. The smaller scales are left out because floors (one row at
// least) bend the line there: at 1, 10, 100 rows an index look-up of a tenth of a per-mille looks constant, then
// linear.
Growth growth_of(const std::vector<PlannedQuery>& scales, const std::vector<double>& factors) {
  if (scales.size() < 2 || factors.size() < scales.size()) return {};
  size_t last = scales.size() - 1;
  if (factors[last - 1] <= 0 || factors[last] <= factors[last - 1]) return {};
  double step = std::log10(factors[last] / factors[last - 1]);
  auto slope = [step](double small, double large) {
    double exponent = std::log10(std::max(large, 1.0) / std::max(small, 1.0)) / step;
    return std::round(exponent * 1000) / 1000 + 0.0;  // three digits: what a reader can use; + 0.0 turns -0 into 0
  };
  const Metrics& small = scales[last - 1].metrics;
  const Metrics& large = scales[last].metrics;
  double work = slope(small.rows_examined, large.rows_examined);
  // Where the planner goes from one plan to another between the scales, the rows jump and the cost doesn't.
  if (scales[last - 1].plan.lines() != scales[last].plan.lines()) work = std::min(work, slope(small.cost, large.cost));
  return {work, slope(small.rows_returned, large.rows_returned)};
}

std::string quote_where_needed(std::string_view name) {
  return quoted(name);
}

std::optional<IndexedExpression> indexed_expression(std::string_view part) {
  for (std::string_view function : {"lower", "upper"})  // of text; both engines have them, and both index them
    if (part.ends_with(')') && part.starts_with(function) && part.substr(function.size()).starts_with('('))
      return IndexedExpression{function, part.substr(function.size() + 1, part.size() - function.size() - 2)};
  return std::nullopt;
}

std::string_view indexed_column(std::string_view part) {
  auto expression = indexed_expression(part);
  return expression ? expression->column : part;
}

std::string_view without_suffix(std::string_view part) {
  for (std::string_view suffix : kPartSuffixes)
    if (part.ends_with(suffix)) return part.substr(0, part.size() - suffix.size());
  return part;
}

bool CandidateIndex::has_expression() const {
  return std::ranges::any_of(
      columns, [](std::string_view column) { return indexed_expression(without_suffix(column)).has_value(); });
}

std::string CandidateIndex::name() const {
  std::string name = "eg";
  append_name_part(name, table);
  for (const std::string& column : columns) {
    std::string_view term = without_suffix(column);
    auto expression = indexed_expression(term);
    if (expression) append_name_part(name, expression->function);
    append_name_part(name, expression ? expression->column : term);
    if (term.size() != column.size()) append_name_part(name, lower(std::string_view(column).substr(term.size() + 1)));
  }
  if (method == "brin") append_name_part(name, method);
  for (size_t i = 0; i < included.size(); ++i) append_name_part(name, (i == 0 ? "with_" : "") + included[i]);
  if (is_partial()) append_condition(name, condition);
  // PostgreSQL would cut the end off, and two names could be one.
  constexpr size_t kMost = 63, kDigits = 8;
  if (name.size() > kMost) name = name.substr(0, kMost - kDigits - 1) + "_" + hash_fields({name}).substr(0, kDigits);
  return name;
}

std::string definition_of(const CandidateIndex& index, const IndexSpelling& spelling) {
  std::string text = index.method.empty() ? "(" : fmt::format(" USING {} (", index.method);
  for (size_t i = 0; i < index.columns.size(); ++i) {
    if (i > 0) text += ", ";
    std::string_view part = index.columns[i], term = without_suffix(part);
    if (auto expression = indexed_expression(term))
      text += fmt::format("{}({})", spelling.function(expression->function), spelling.column(expression->column));
    else
      text += spelling.column(term);
    text += spelling.suffix(part.substr(term.size()));
  }
  text += ")";
  for (size_t i = 0; i < index.included.size(); ++i)
    text += (i == 0 ? " INCLUDE (" : ", ") + spelling.column(index.included[i]);
  if (!index.included.empty()) text += ")";
  if (index.is_partial())
    text += fmt::format(" WHERE {} {}", spelling.column(index.condition.column), index.condition.test);
  return text;
}

std::string CandidateIndex::words() const {
  return table + definition_of(*this, {as_is, as_is, as_is});
}

std::string CandidateIndex::ddl(bool concurrently) const {
  size_t dot = table.find('.');  // PostgreSQL: a table outside of the schema public is named with its own
  std::string_view whole = table;
  std::string place =
      dot == std::string::npos ? quoted(whole) : quoted(whole.substr(0, dot)) + "." + quoted(whole.substr(dot + 1));
  return fmt::format("CREATE INDEX {}{} ON {}{}", concurrently ? "CONCURRENTLY " : "", quoted(name()), place,
                     definition_of(*this, {quoted, as_is, as_is}));
}

}  // namespace explaingate
