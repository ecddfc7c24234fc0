// One SCAN or SEARCH: rows read each time it starts, and the share that passes the conditions its index didn't use.
#include <algorithm>

#include "engine/sqlite/rows.h"
#include "parse/scan.h"

namespace explaingate::sqlite_engine {
namespace {

// SQLite's own defaults (where.c): an inequality leaves a quarter, a range with two ends a 64th, an equality on a
// column it knows nothing of a quarter.
constexpr double kOneSided = 1.0 / 4;
constexpr double kTwoSided = 1.0 / 64;
constexpr double kUnknownEquality = 1.0 / 4;
constexpr double kBetween = kOneSided * kOneSided;  // as a filter: two comparisons, as if they were written so
constexpr double kListLength = 10;                  // of an IN list that the host expands
constexpr double kUnknownMatches =
    10;                             // rows a value: automatic index, full-text match, box query, table-valued function
constexpr double kFewValues = 100;  // a column with that few values has a match within so many rows

// "a=?" → a, "(a,b)>(?,?)" → (a,b), "ANY(a)" → "", "<expr>=?" → <expr>
std::string_view term_column(std::string_view term) {
  if (term.starts_with("ANY(")) return {};
  size_t end = term.find_last_of("=<>");
  return end == std::string_view::npos ? term : term.substr(0, end);
}

bool row_value_names(std::string_view columns, std::string_view column) {
  if (!columns.starts_with('(') || !columns.ends_with(')')) return false;
  columns = columns.substr(1, columns.size() - 2);
  while (!columns.empty()) {
    size_t comma = std::min(columns.find(','), columns.size());
    if (same_name(columns.substr(0, comma), column)) return true;
    columns.remove_prefix(std::min(comma + 1, columns.size()));
  }
  return false;
}

bool is_rowid_name(std::string_view column, const TableInfo& table) {
  if (!table.rowid_column.empty() && same_name(column, table.rowid_column)) return true;
  return same_name(column, "rowid") || same_name(column, "oid") || same_name(column, "_rowid_");
}

bool term_uses(const std::string& term, std::string_view column, const TableInfo* table) {
  std::string_view name = term_column(term);
  if (same_name(name, column) || row_value_names(name, column)) return true;
  return table != nullptr && same_name(name, "rowid") && is_rowid_name(column, *table);
}

std::string_view module_of(std::string_view create) {
  Scanner scanner(create, Dialect::kSqlite);
  for (Token token = scanner.next(); token.kind != TokenKind::kEnd; token = scanner.next())
    if (is_word(create, token, "using")) return token_text(create, scanner.next());
  return {};
}

// Conditions that most rows fulfil, and those that hold for one of a few values: rows that fit come soon, at every
// size.
bool is_negative(std::string_view op) {
  return op == "<>" || op == "!=" || op == "IS NOT" || op == "IS NOT NULL" || op == "IS DISTINCT FROM" ||
         op.starts_with("NOT ");
}

}  // namespace

const IndexInfo* RowModel::index_at(size_t at) const {
  const PlanNode& node = (*nodes_)[at];
  const Place& place = places_[at];
  if (node.index.empty() || (*lines_)[at].rowid) return nullptr;
  if ((*lines_)[at].primary_key) {
    if (place.info == nullptr) return nullptr;
    for (size_t i : place.info->indexes)
      if (names_.indexes[i].index != nullptr && names_.indexes[i].index->origin == "primary_key")
        return &names_.indexes[i];
    return nullptr;
  }
  auto found = names_.index_by_name.find(node.index);
  return found == names_.index_by_name.end() ? nullptr : &names_.indexes[found->second];
}

double RowModel::distinct(int table, std::string_view column) const {
  if (table < 0) return 0;
  const TableInfo* info = scope_.tables[static_cast<size_t>(table)].table;
  if (info == nullptr) return 0;
  if (is_rowid_name(column, *info) && !info->table->without_rowid) return info->rows;
  int position = info->column(column);
  return position < 0 ? 0 : info->distinct[static_cast<size_t>(position)];
}

void RowModel::classify(size_t at) {
  const Line& line = (*lines_)[at];
  const Place& place = places_[at];
  PlanNode& node = (*nodes_)[at];
  if (place.info != nullptr) node.relation = place.info->table->name;
  const IndexInfo* index = index_at(at);
  bool in_list = false;
  for (const std::string& term : node.terms)
    for (const ScopePredicate& entry : scope_.predicates)
      in_list = in_list || (entry.table == place.table && place.table >= 0 && entry.predicate->op == "IN" &&
                            term_uses(term, entry.column, place.info));
  if (line.virtual_table) {
    node.access = Access::kVirtual;
  } else if (node.automatic) {
    node.access = Access::kAutomaticIndex;
  } else if (place.info == nullptr) {
    node.access = Access::kNone;  // rows of a subquery or CTE, already counted where they are made
  } else if (line.rowid) {
    bool one = line.equalities > 0 && !in_list;
    node.access = one ? Access::kConstant : Access::kSearch;
  } else if (line.search && !node.terms.empty()) {
    size_t equalities = static_cast<size_t>(line.equalities);
    bool key = index != nullptr && !in_list && line.skipped == 0 &&
               ((index->unique && equalities >= index->columns.size()) ||
                (equalities > index->columns.size() && !place.info->table->without_rowid));
    node.access = key                                 ? Access::kConstant
                  : line.covering || line.primary_key ? Access::kSearchCovering
                                                      : Access::kSearch;
  } else {
    node.access = line.covering ? Access::kScanCovering : Access::kScan;
  }
}

double RowModel::derived_rows(size_t at) const {
  const PlanNode& node = (*nodes_)[at];
  int table = places_[at].table;
  std::string_view name = table >= 0 ? scope_.tables[static_cast<size_t>(table)].name : std::string_view(node.alias);
  int block = table >= 0 ? scope_.tables[static_cast<size_t>(table)].inner_block : -1;
  for (auto derived = derived_.rbegin(); derived != derived_.rend(); ++derived)
    if (block >= 0 && derived->block == block) return derived->rows;
  for (auto derived = derived_.rbegin(); derived != derived_.rend(); ++derived)
    if (same_name(derived->name, node.alias) || same_name(derived->name, name)) return derived->rows;
  return kUnknownMatches;
}

// FTS and R-tree say with a number and a string what they were asked (fts5_main.c, fts3.c, rtree.c: xBestIndex).
double RowModel::virtual_rows(size_t at) const {
  const TableInfo* info = places_[at].info;
  if (info == nullptr) return kUnknownMatches;
  std::string_view plan = (*lines_)[at].virtual_plan;
  size_t colon = std::min(plan.find(':'), plan.size());
  std::string_view number = plan.substr(0, colon);
  std::string_view text = plan.substr(std::min(colon + 1, plan.size()));
  std::string_view module = module_of(info->table->sql);
  bool all, one;
  if (same_name(module, "fts5")) {
    one = text.find('=') != std::string_view::npos;
    all = text.empty();
  } else if (same_name(module, "fts3") || same_name(module, "fts4")) {
    one = number == "1";
    all = number == "0";
  } else {
    one = number == "1" && text.empty() && module.starts_with("rtree");
    all = text.empty();
  }
  return one ? 1 : all ? std::max(1.0, info->rows) : std::min(kUnknownMatches, std::max(1.0, info->rows));
}

// A loop over one index column for min(x) or max(x) stops at its first row. SQLite writes SEARCH without terms for
// every lone min() or max(), also where no index helps and it reads all: `SELECT max(total)` qualifies with an index
// that begins with total; `SEARCH orders` for an unindexed total is the near miss, and a scan. With terms, the column
// behind them counts.
double RowModel::min_or_max_rows(size_t at, double otherwise) const {
  const PlanNode& node = (*nodes_)[at];
  const Place& place = places_[at];
  if (place.info == nullptr || place.table < 0) return otherwise;
  int block = scope_.tables[static_cast<size_t>(place.table)].block;
  if (block < 0) return otherwise;
  const QueryBlock& info = *scope_.blocks[static_cast<size_t>(block)].info;
  if (!info.has_aggregate || info.has_group_by || node.automatic || !(*lines_)[at].search) return otherwise;
  const IndexInfo* index = index_at(at);
  size_t position = static_cast<size_t>((*lines_)[at].equalities);
  if (index != nullptr && position >= index->columns.size()) return otherwise;
  if (index == nullptr && !node.terms.empty()) return otherwise;
  std::string_view text = request_->text;
  Scanner scanner(text, Dialect::kSqlite);
  for (Token token = scanner.next(); token.kind != TokenKind::kEnd; token = scanner.next()) {
    if (!is_word(text, token, "min") && !is_word(text, token, "max")) continue;
    Scanner inside = scanner;
    if (token_text(text, inside.next()) != "(") continue;
    Token name = inside.next(), behind = inside.next();
    if (token_text(text, behind) == ".") name = inside.next(), behind = inside.next();
    if (token_text(text, behind) != ")") continue;
    std::string_view column = token_text(text, name);
    if (name.kind == TokenKind::kQuotedName && column.size() >= 2) column = column.substr(1, column.size() - 2);
    if (index != nullptr ? same_name(column, index->columns[position]) : is_rowid_name(column, *place.info)) return 1;
  }
  return otherwise;
}

// Rows of one start of a SEARCH with terms, IN lists not yet counted.
double RowModel::search_rows(size_t at) {
  const Line& line = (*lines_)[at];
  const PlanNode& node = (*nodes_)[at];
  const TableInfo* info = places_[at].info;
  double range = line.lower && line.upper ? kTwoSided : line.lower || line.upper ? kOneSided : 1;
  if (info == nullptr) return std::min(derived_rows(at), kUnknownMatches);
  double rows = std::max(1.0, info->rows);
  if (line.rowid) return line.equalities > 0 ? 1 : std::max(1.0, rows * range);
  if (node.automatic) {
    double share = 1;
    bool known = false;
    for (const std::string& term : node.terms)
      if (double values = distinct(places_[at].table, term_column(term)); values > 0) share /= values, known = true;
    return known ? std::max(1.0, rows * share) : std::min(rows, kUnknownMatches);
  }
  const IndexInfo* index = index_at(at);
  if (index == nullptr) return std::max(1.0, rows * range * (line.equalities > 0 ? kUnknownEquality : 1));
  double entries = index->entries > 0 ? index->entries : rows;
  size_t equalities = static_cast<size_t>(line.equalities);
  double found = entries;
  bool appended = equalities > index->columns.size();  // the key that SQLite puts behind each index's columns
  if (equalities > 0 &&
      ((equalities >= index->columns.size() && index->unique) || (appended && !info->table->without_rowid)))
    found = 1;
  else if (appended && !index->prefix_rows.empty())
    found = index->prefix_rows.back();
  else if (equalities > 0 && equalities <= index->prefix_rows.size())
    found = index->prefix_rows[equalities - 1];
  else if (equalities > 0)
    found = std::max(1.0, entries * kUnknownEquality);
  // Skip-scan: one look-up for each value of the leading column.
  if (line.skipped > 0 && !index->prefix_rows.empty()) found *= std::max(1.0, entries / index->prefix_rows[0]);
  double floor = line.skipped > 0 && !index->prefix_rows.empty() ? std::max(1.0, entries / index->prefix_rows[0]) : 1;
  found = std::clamp(found * range, std::min(floor, entries), std::max(entries, 1.0));
  bool first_counts = equalities > 0 && range == 1 && residual(at, false).share == 1;
  return first_counts ? min_or_max_rows(at, found) : found;
}

// An equality term that stands for IN is looked up once for each member.
double RowModel::in_factor(size_t at, Range range) {
  const PlanNode& node = (*nodes_)[at];
  const Place& place = places_[at];
  if (place.table < 0) return 1;
  double factor = 1;
  for (const std::string& term : node.terms) {
    if (!term.ends_with("=?")) continue;
    for (const ScopePredicate& entry : scope_.predicates) {
      if (entry.table != place.table || entry.predicate->op != "IN" || !term_uses(term, entry.column, place.info))
        continue;
      if (entry.predicate->other == Operand::kSubquery) {
        // Its line comes behind this one: the subquery, or the index that is read in its place.
        double members = 0;
        for (size_t i = places_[at].end; i < range.end && (*lines_)[i].kind != LineKind::kLoop; i = places_[i].end) {
          bool list = (*lines_)[i].kind == LineKind::kSubquery && !(*nodes_)[i].correlated;
          if (list && !places_[i].done) run_subquery(i, 1);
          if (list || (*lines_)[i].kind == LineKind::kInIndex) members = std::max(members, (*nodes_)[i].rows_out);
        }
        factor *= members > 0 ? members : kListLength;
      } else {
        factor *= entry.list_length > 0 ? entry.list_length : kListLength;
      }
      break;
    }
  }
  return factor;
}

double RowModel::rows_per_start(size_t at, Range range) {
  const Line& line = (*lines_)[at];
  const PlanNode& node = (*nodes_)[at];
  const TableInfo* info = places_[at].info;
  if (line.virtual_table) return virtual_rows(at);
  if (!node.terms.empty()) return search_rows(at) * in_factor(at, range);
  if (info == nullptr) return derived_rows(at);
  const IndexInfo* index = index_at(at);
  double rows = std::max(1.0, index != nullptr && index->entries > 0 ? index->entries : info->rows);
  if (!line.search) return rows;
  Selectivity rest = residual(at, false);
  return rest.share * rest.late < 1 ? rows : min_or_max_rows(at, rows);
}

// Keyset pagination, of which the index checks the first column: (a, b) < (?, ?), or `a <= ? AND (a < ? OR b < ?)`.
// What is left passes over no more than the rows that have the same a. Near miss: `? BETWEEN low AND high` by the index
// on low.
bool RowModel::leaves_out_ties_alone(const ScopePredicate& entry, size_t at) const {
  auto is_range = [](const std::string& op) { return op == "<" || op == "<=" || op == ">" || op == ">="; };
  const Predicate& predicate = *entry.predicate;
  if (!predicate.in_or) return predicate.row_position > 0 && is_range(predicate.op);
  return std::ranges::any_of(scope_.predicates, [&](const ScopePredicate& arm) {
    if (arm.predicate->or_group != predicate.or_group || arm.table != entry.table || !is_range(arm.predicate->op))
      return false;
    return std::ranges::any_of((*nodes_)[at].terms, [&](const std::string& term) {
      size_t op = term.find_last_of("<>");
      return op != std::string::npos && term[op] == arm.predicate->op[0] &&
             term_uses(term, arm.column, places_[at].info);
    });
  });
}

// The share of the rows read that fulfils what the index didn't check.
RowModel::Selectivity RowModel::residual(size_t at, bool inside_or) const {
  const PlanNode& node = (*nodes_)[at];
  const Place& place = places_[at];
  Selectivity result;
  if (place.table < 0) return result;
  const IndexInfo* index = index_at(at);
  auto expressions = std::count_if(node.terms.begin(), node.terms.end(),
                                   [](const std::string& term) { return term.starts_with("<expr>"); });
  for (const ScopePredicate& entry : scope_.predicates) {
    const Predicate& predicate = *entry.predicate;
    if (entry.table != place.table || predicate.clause == Clause::kHaving) continue;
    if (predicate.other == Operand::kColumn && entry.other_table >= 0 && entry.other_table != entry.table &&
        !opened_[static_cast<size_t>(entry.other_table)])
      continue;  // checked in the other table's loop, which comes later
    if (!predicate.sargable && expressions > 0) {
      --expressions;
      continue;
    }
    auto uses = [&](const std::string& term) { return term_uses(term, entry.column, place.info); };
    if (predicate.sargable && std::any_of(node.terms.begin(), node.terms.end(), uses)) continue;
    if (leaves_out_ties_alone(entry, at)) continue;
    if (index != nullptr && index->partial &&
        std::any_of(index->condition_columns.begin(), index->condition_columns.end(),
                    [&](const std::string& column) { return same_name(column, entry.column); }))
      continue;
    if (place.info != nullptr && place.info->table->type == "virtual" && (*lines_)[at].virtual_table &&
        !(*lines_)[at].virtual_plan.ends_with(':'))
      continue;  // the module was given the condition
    double values = predicate.sargable ? distinct(entry.table, entry.column) : 0;
    double equality = values > 0 ? 1 / values : kUnknownEquality;
    const std::string& op = predicate.op;
    bool sparse = !(values > 0 && values <= kFewValues);
    double share = kOneSided;
    if (is_negative(op))
      share = 1, sparse = false;
    else if (op == "IS NULL")
      share = kUnknownEquality, sparse = false;
    else if (op == "=" || op == "==" || op == "IS" || op == "IS NOT DISTINCT FROM")
      share = equality;
    else if (op == "IN")
      share = std::min(1.0, equality * (entry.list_length > 0 ? entry.list_length : kListLength));
    else if (op == "BETWEEN")
      share = kBetween;
    result.sparse = result.sparse || (sparse && !(predicate.in_or && inside_or));
    if (!predicate.in_or) (predicate.other == Operand::kSubquery ? result.late : result.share) *= share;
  }
  return result;
}

void RowModel::loop(size_t at, Range range, Flow& flow) {
  PlanNode& node = (*nodes_)[at];
  const Place& place = places_[at];
  classify(at);
  if (place.table >= 0) opened_[static_cast<size_t>(place.table)] = true;
  double per_start = rows_per_start(at, range);
  if (place.info != nullptr && node.terms.empty() && (*lines_)[at].search && per_start <= 1)
    node.access = Access::kConstant;  // the end of an index, for min() or max()
  Selectivity rest = residual(at, false);
  node.executions = flow.rows;
  node.rows_examined = flow.rows * per_start;
  double out = flow.rows * per_start * rest.share;
  if ((*lines_)[at].left_join) out = std::max(out, flow.rows);
  node.rows_out = out = std::max(out, 1.0);
  // Built once for the statement (OP_Once), also below a correlated subquery: every row of the table is read for it.
  if (node.automatic) node.rows_examined += place.info != nullptr ? std::max(1.0, place.info->rows) : derived_rows(at);
  flow.sparse = flow.sparse || rest.sparse;
  flow.rows = out;
  flow.late *= rest.late;
  if (rest.late < 1) flow.late_line = static_cast<int>(at);
}

// OR by several indexes: each arm is a search of its own, rows found twice are handed on once.
void RowModel::multi_index_or(size_t at, Flow& flow) {
  double found = 0;
  size_t first_loop = 0;
  if (int table = places_[at].table; table >= 0) opened_[static_cast<size_t>(table)] = true;
  for (size_t i = at + 1; i < places_[at].end; ++i) {
    if ((*lines_)[i].kind == LineKind::kOrArm) (*nodes_)[i].executions = flow.rows;
    if ((*lines_)[i].kind == LineKind::kSubquery && !places_[i].done) {
      run_subquery(i, (*nodes_)[i].correlated ? flow.rows : 1);
      i = places_[i].end - 1;
    }
    if ((*lines_)[i].kind != LineKind::kLoop) continue;
    if (first_loop == 0) first_loop = i;
    classify(i);
    PlanNode& node = (*nodes_)[i];
    node.executions = flow.rows;
    node.rows_examined = flow.rows * rows_per_start(i, {i, places_[at].end});
    node.rows_out = std::max(1.0, node.rows_examined);
    found += node.rows_examined;
  }
  PlanNode& node = (*nodes_)[at];
  node.executions = flow.rows;
  if (places_[at].info != nullptr) node.relation = places_[at].info->table->name;
  if (first_loop > 0) {
    Selectivity rest = residual(first_loop, true);
    found *= rest.share;
    flow.sparse = flow.sparse || rest.sparse;
  }
  node.rows_out = flow.rows = std::max(1.0, found);
}

}  // namespace explaingate::sqlite_engine
