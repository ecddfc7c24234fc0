// Columns, function calls and subqueries inside expressions.
#include <algorithm>
#include <tuple>

#include "parse/analysis.h"

namespace explaingate {
namespace {

// PostgreSQL's and SQLite's aggregates. min and max of several arguments are scalar functions in SQLite.
constexpr std::string_view kAggregates[] = {"any_value",
                                            "array_agg",
                                            "avg",
                                            "bit_and",
                                            "bit_or",
                                            "bit_xor",
                                            "bool_and",
                                            "bool_or",
                                            "corr",
                                            "count",
                                            "covar_pop",
                                            "covar_samp",
                                            "every",
                                            "group_concat",
                                            "json_agg",
                                            "json_group_array",
                                            "json_group_object",
                                            "json_object_agg",
                                            "jsonb_agg",
                                            "jsonb_group_array",
                                            "jsonb_group_object",
                                            "jsonb_object_agg",
                                            "max",
                                            "median",
                                            "min",
                                            "mode",
                                            "percentile_cont",
                                            "percentile_disc",
                                            "range_agg",
                                            "range_intersect_agg",
                                            "regr_avgx",
                                            "regr_avgy",
                                            "regr_count",
                                            "regr_intercept",
                                            "regr_r2",
                                            "regr_slope",
                                            "regr_sxx",
                                            "regr_sxy",
                                            "regr_syy",
                                            "stddev",
                                            "stddev_pop",
                                            "stddev_samp",
                                            "string_agg",
                                            "sum",
                                            "total",
                                            "var_pop",
                                            "var_samp",
                                            "variance",
                                            "xmlagg"};
static_assert(std::ranges::is_sorted(kAggregates));

constexpr std::string_view kListFunctions[] = {"carray",
                                               "json_array_elements",
                                               "json_array_elements_text",
                                               "json_each",
                                               "json_populate_recordset",
                                               "json_to_recordset",
                                               "json_tree",
                                               "jsonb_array_elements",
                                               "jsonb_array_elements_text",
                                               "jsonb_each",
                                               "jsonb_populate_recordset",
                                               "jsonb_to_recordset",
                                               "jsonb_tree",
                                               "rarray",
                                               "unnest"};
static_assert(std::ranges::is_sorted(kListFunctions));

constexpr int kDeepestLook = 1'000;

}  // namespace

// Everything below the node, once: columns are resolved (which finds correlation), subqueries become blocks.
void Analysis::expression(const Node& node, int block) {
  Deeper deeper(*this);
  if (!given_up_.empty()) return;
  switch (node.type) {
    case Type::kColumnRef:
      resolve(node, block);
      return;
    case Type::kSubLink:
      sublink(node, block);
      return;
    case Type::kFuncCall:
      function(node, block);
      break;
    case Type::kAConst:
    case Type::kTypeName:
    case Type::kString:
    case Type::kParamRef:
      return;
    case Type::kSelectStmt:
      subquery(node, BlockKind::kScalar, block, {}, false);
      return;
    default:
      break;
  }
  for (const Node* child = tree_.first(node); child != nullptr; child = tree_.next(*child))
    if (child->first != 0 || child->type != Type::kNone) expression(*child, block);
  if (node.type == Type::kAExpr) compared_with_literal(node);
}

// "(SELECT count(*) …) > 0", "0 < count(*)": kept with the subquery and with the call, which are known by now.
void Analysis::compared_with_literal(const Node& node) {
  if (tree_.text(node, Key::kKind) != "AEXPR_OP") return;
  const Node* left = tree_.child(node, Key::kLexpr);
  const Node* right = tree_.child(node, Key::kRexpr);
  if (left == nullptr || right == nullptr) return;
  std::string op(last_name(node, Key::kName));
  if (left->type == Type::kAConst) {
    std::swap(left, right);
    op = op == "<" ? ">" : op == ">" ? "<" : op == "<=" ? ">=" : op == ">=" ? "<=" : op;
  }
  if (right->type != Type::kAConst) return;
  std::string compared = op + " " + literal_text(*right);
  if (auto block = sublinks_.find(left); block != sublinks_.end())
    out_.blocks[static_cast<size_t>(block->second)].compared = compared;
  if (auto call = function_calls_.find(left); call != function_calls_.end())
    out_.calls[call->second].compared = compared;
}

// "numeric" of pg_catalog.numeric.
std::string_view Analysis::last_name(const Node& node, Key key) const {
  std::string_view name;
  if (const Node* names = tree_.child(node, key))
    for (const Node* part = tree_.first(*names); part != nullptr; part = tree_.next(*part))
      name = tree_.text(*part, Key::kSval);
  return name;
}

void Analysis::sublink(const Node& node, int block) {
  if (const Node* tested = tree_.child(node, Key::kTestexpr)) expression(*tested, block);
  const Node* select = tree_.child(node, Key::kSubselect);
  if (select == nullptr) return;
  std::string_view type = tree_.text(node, Key::kSubLinkType);
  BlockKind kind = type == "EXISTS_SUBLINK"                         ? BlockKind::kExists
                   : type == "ANY_SUBLINK" || type == "ALL_SUBLINK" ? BlockKind::kIn
                                                                    : BlockKind::kScalar;
  sublinks_.emplace(&node, subquery(*select, kind, block, {}, false));
}

void Analysis::function(const Node& node, int block) {
  QueryBlock& owner = out_.blocks[static_cast<size_t>(block)];
  FunctionCall call;
  call.window = tree_.child(node, Key::kOver) != nullptr;
  call.aggregate = is_aggregate(node);
  if (call.window) owner.has_window = true;
  if (call.aggregate) owner.has_aggregate = true;
  std::string name = function_name(node);
  call.block = block;
  call.name = name;
  call.place = place_;
  call.position = position_;
  call.star = tree_.child(node, Key::kAggStar) != nullptr;
  call.distinct = tree_.child(node, Key::kAggDistinct) != nullptr;
  if (const Node* arguments = tree_.child(node, Key::kArgs)) {
    call.arguments = static_cast<int>(tree_.count(*arguments));
    if (const Node* first = tree_.first(*arguments); first != nullptr && first->type == Type::kColumnRef)
      call.argument = last_name(*first, Key::kFields);
  }
  call.offset = source_.offset(node);
  function_calls_.emplace(&node, out_.calls.size());
  out_.calls.push_back(std::move(call));
  if (std::ranges::binary_search(kListFunctions, name) && has_parameter(node, 0)) out_.is_batch = true;
}

std::string Analysis::function_name(const Node& call) const {
  std::string name;
  const Node* names = tree_.child(call, Key::kFuncname);
  if (names == nullptr) return name;
  for (const Node* part = tree_.first(*names); part != nullptr; part = tree_.next(*part))
    name = tree_.text(*part, Key::kSval);
  if (tree_.text(call, Key::kFuncformat) == "COERCE_SQL_SYNTAX") {  // trim(x) is pg_catalog.btrim in the tree
    size_t at = source_.token(call);
    if (source_.lexed().kind(at) == TokenKind::kWord && source_.lexed().symbol(at + 1) == '(')
      name = source_.lexed().text(at);
  }
  for (char& c : name)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  return name;
}

bool Analysis::is_aggregate(const Node& call) const {
  if (tree_.child(call, Key::kOver) != nullptr) return false;
  for (Key key : {Key::kAggStar, Key::kAggDistinct, Key::kAggFilter, Key::kAggOrder, Key::kAggWithinGroup})
    if (tree_.child(call, key) != nullptr) return true;
  std::string name = function_name(call);
  if (!std::ranges::binary_search(kAggregates, name)) return false;
  const Node* arguments = tree_.child(call, Key::kArgs);
  return (name != "min" && name != "max") || (arguments != nullptr && tree_.count(*arguments) == 1);
}

bool Analysis::has_column(const Node& node, int depth) const {
  if (node.type == Type::kColumnRef) return true;
  if (depth > kDeepestLook) return false;
  for (const Node* child = tree_.first(node); child != nullptr; child = tree_.next(*child))
    if (has_column(*child, depth + 1)) return true;
  return false;
}

bool Analysis::has_parameter(const Node& node, int depth) const {
  if (node.type == Type::kParamRef) return true;
  if (depth > kDeepestLook) return false;
  for (const Node* child = tree_.first(node); child != nullptr; child = tree_.next(*child))
    if (has_parameter(*child, depth + 1)) return true;
  return false;
}

bool Analysis::is_star(const Node& column_ref) const {
  const Node* fields = tree_.child(column_ref, Key::kFields);
  if (fields == nullptr) return false;
  for (const Node* field = tree_.first(*fields); field != nullptr; field = tree_.next(*field))
    if (field->type == Type::kAStar) return true;
  return false;
}

// {table, its block}, from the innermost block outward; {-1, -1} when no block has it.
std::pair<int, int> Analysis::find_table(std::string_view schema, std::string_view qualifier, int block) const {
  bool hidden = false;
  for (int at = block; at >= 0;) {
    const Scope& scope = scopes_[static_cast<size_t>(at)];
    if (!hidden) {
      for (int index : scope.tables) {
        const TableRef& table = out_.tables[static_cast<size_t>(index)];
        const std::string& known = table.alias.empty() ? table.name : table.alias;
        if (same_name(known, qualifier) && (schema.empty() || table.schema.empty() || same_name(table.schema, schema)))
          return {index, at};
      }
    }
    hidden = scope.hides_parent;
    at = scope.parent;
  }
  return {-1, -1};
}

// `t.*` gives the name "*".
Analysis::Column Analysis::resolve(const Node& column_ref, int block) {
  Column column;
  const Node* fields = tree_.child(column_ref, Key::kFields);
  if (fields == nullptr) return column;
  size_t at = source_.token(column_ref);
  std::string_view parts[3];  // schema, table, column; longer names (database.schema.table.column) keep their end
  int count = 0;
  for (const Node* field = tree_.first(*fields); field != nullptr; field = tree_.next(*field), ++count) {
    parts[0] = parts[1];
    parts[1] = parts[2];
    parts[2] = field->type == Type::kAStar
                   ? "*"
                   : source_.name(tree_.text(*field, Key::kSval), at + 2 * static_cast<size_t>(count));
  }
  column.name = parts[2];
  column.qualified = count > 1;
  Scope& own = scopes_[static_cast<size_t>(block)];
  if (column.qualified) {
    std::tie(column.table, column.block) = find_table(count > 2 ? parts[0] : "", parts[1], block);
    if (column.table < 0) return column;
    for (int inner = block; inner != column.block && inner >= 0; inner = scopes_[static_cast<size_t>(inner)].parent)
      out_.blocks[static_cast<size_t>(inner)].correlated = true;
  } else if (column.name != "*" && own.tables.size() == 1) {
    column.table = own.tables[0];
    column.block = block;
  } else if (column.name != "*" && own.in_condition) {
    own.touches_unknown = true;
  }
  if (column.table >= 0 && scopes_[static_cast<size_t>(column.block)].in_condition)
    scopes_[static_cast<size_t>(column.block)].touched.push_back(column.table);
  return column;
}

}  // namespace explaingate
