// WHERE, ON and HAVING as predicates on columns.
#include <algorithm>
#include <array>

#include "parse/analysis.h"

namespace explaingate {
namespace {

struct Pair {
  std::string_view from, to;
};
// a < b is b > a
constexpr Pair kFlipped[] = {{"<", ">"}, {">", "<"}, {"<=", ">="}, {">=", "<="}, {"@>", "<@"}, {"<@", "@>"}};
constexpr Pair kNegated[] = {{"=", "<>"},
                             {"<>", "="},
                             {"<", ">="},
                             {">", "<="},
                             {"<=", ">"},
                             {">=", "<"},
                             {"IS", "IS NOT"},
                             {"IS NOT", "IS"},
                             {"IS NULL", "IS NOT NULL"},
                             {"IS NOT NULL", "IS NULL"},
                             {"IS TRUE", "IS FALSE"},
                             {"IS FALSE", "IS TRUE"}};

template <size_t N>
std::string_view mapped(const Pair (&pairs)[N], std::string_view op) {
  for (const Pair& pair : pairs)
    if (pair.from == op) return pair.to;
  return {};
}

std::string negate(const std::string& op) {
  if (std::string_view known = mapped(kNegated, op); !known.empty()) return std::string(known);
  return op.starts_with("NOT ") ? op.substr(4) : "NOT " + op;
}

std::string flip_sides(const std::string& op) {
  std::string_view known = mapped(kFlipped, op);
  return known.empty() ? op : std::string(known);
}

bool excludes(std::string_view op) {  // true for nearly all rows, so that an index is no help
  return op == "<>" || op.starts_with("NOT ") || op.starts_with("IS NOT") || op.starts_with("!");
}

}  // namespace

void Analysis::condition(const Node& node, Where where) {
  Deeper deeper(*this);
  if (!given_up_.empty()) return;
  if (node.type != Type::kBoolExpr) return conjunct(node, where);
  const Node* arguments = tree_.child(node, Key::kArgs);
  if (arguments == nullptr) return;
  std::string_view operation = tree_.text(node, Key::kBoolop);
  if (operation == "NOT_EXPR") {
    where.negated = !where.negated;
  }
  // NOT (a AND b) is NOT a OR NOT b
  bool arms = operation != "NOT_EXPR" && (operation == "OR_EXPR") != where.negated;
  bool outermost = arms && !where.in_or;
  if (arms) where.in_or = true;
  if (outermost) where.or_group = or_groups_++;
  for (const Node* argument = tree_.first(*arguments); argument != nullptr; argument = tree_.next(*argument)) {
    if (outermost) ++where.or_arm;
    condition(*argument, where);
  }
}

void Analysis::conjunct(const Node& node, const Where& where) {
  auto scope = [&]() -> Scope& { return scopes_[static_cast<size_t>(where.block)]; };
  scope().in_condition = true;
  scope().touched.clear();
  scope().touches_unknown = false;
  {
    Standing standing(*this, where.clause == Clause::kWhere    ? Place::kWhere
                             : where.clause == Clause::kJoinOn ? Place::kJoinOn
                                                               : Place::kHaving);
    expression(node, where.block);
  }
  scope().in_condition = false;
  Scope& own = scope();
  for (size_t i = 1; i < own.touched.size(); ++i)
    if (own.touched[i] != own.touched[0]) own.links.emplace_back(own.touched[0], own.touched[i]);
  if (own.touches_unknown && node.type == Type::kAExpr) {
    bool between_columns = false;
    if (const Node* left = tree_.child(node, Key::kLexpr))
      if (const Node* right = tree_.child(node, Key::kRexpr))
        between_columns = has_column(*left, 0) && has_column(*right, 0);
    if (between_columns) own.links.emplace_back(own.touched.empty() ? -1 : own.touched[0], -1);
  }
  if (given_up_.empty()) comparison(node, where);
}

void Analysis::comparison(const Node& node, const Where& where) {
  switch (node.type) {
    case Type::kAExpr:
      return operator_comparison(node, where);
    case Type::kSubLink:
      return sublink_comparison(node, where);
    case Type::kNullTest: {
      const Node* tested = tree_.child(node, Key::kArg);
      std::string op = tree_.text(node, Key::kNulltesttype) == "IS_NULL" ? "IS NULL" : "IS NOT NULL";
      if (tested != nullptr) compare({.op = op, .node = &node, .left = tested, .right = nullptr}, where, false);
      return;
    }
    case Type::kBooleanTest: {
      const Node* tested = tree_.child(node, Key::kArg);
      std::string op(tree_.text(node, Key::kBooltesttype));  // IS_NOT_TRUE
      std::ranges::replace(op, '_', ' ');
      if (tested != nullptr) compare({.op = op, .node = &node, .left = tested, .right = nullptr}, where, false);
      return;
    }
    case Type::kAConst:
    case Type::kParamRef:
      return;
    default:
      return truth(node, where);
  }
}

// A column or an expression as a condition: WHERE active, WHERE instr(name, ?).
void Analysis::truth(const Node& node, const Where& where) {
  compare({.op = "IS TRUE", .node = &node, .left = &node, .right = nullptr}, where, false);
}

void Analysis::operator_comparison(const Node& node, const Where& where) {
  const Node* left = tree_.child(node, Key::kLexpr);
  const Node* right = tree_.child(node, Key::kRexpr);
  std::string_view kind = tree_.text(node, Key::kKind);
  std::string_view name;
  if (const Node* names = tree_.child(node, Key::kName))
    for (const Node* part = tree_.first(*names); part != nullptr; part = tree_.next(*part))
      name = tree_.text(*part, Key::kSval);
  bool json = name == "->" || name == "->>" || name == "#>" || name == "#>>" || name == "||";
  if (left == nullptr || right == nullptr || kind == "AEXPR_NULLIF" ||
      (kind == "AEXPR_OP" && (is_arithmetic(name) || json)))
    return truth(node, where);
  if (kind.starts_with("AEXPR_BETWEEN")) return between(node, where, false);
  if (kind.starts_with("AEXPR_NOT_BETWEEN")) return between(node, where, true);

  Comparison found{.op = std::string(name), .node = &node, .left = left, .right = right};
  if (kind == "AEXPR_IN") {
    found.op = name == "=" ? "IN" : "NOT IN";
    bool parameters = right->type == Type::kList;
    const Node* items = tree_.child(*right, Key::kItems);
    if (items != nullptr)
      for (const Node* item = tree_.first(*items); item != nullptr; item = tree_.next(*item))
        parameters = parameters && has_parameter(*item, 0);
    if (parameters) out_.is_batch = true;
  } else if (kind == "AEXPR_OP_ANY" || kind == "AEXPR_OP_ALL") {
    bool any = kind == "AEXPR_OP_ANY";
    found.op = any && name == "=" ? "IN" : !any && name == "<>" ? "NOT IN" : found.op + (any ? " ANY" : " ALL");
    found.array = true;
    if (has_parameter(*right, 0)) out_.is_batch = true;
  } else if (kind == "AEXPR_DISTINCT") {
    found.op = "IS NOT";
  } else if (kind == "AEXPR_NOT_DISTINCT") {
    found.op = "IS";
  } else if (kind == "AEXPR_LIKE" || kind == "AEXPR_ILIKE" || kind == "AEXPR_SIMILAR") {
    found.op = like_operator(node, kind, name);
    found.pattern = true;
    if (right->type == Type::kFuncCall && tree_.text(*right, Key::kFuncformat) == "COERCE_EXPLICIT_CALL" &&
        (function_name(*right) == "like_escape" || function_name(*right) == "similar_to_escape")) {
      if (const Node* arguments = tree_.child(*right, Key::kArgs))
        if (const Node* pattern = tree_.first(*arguments)) found.right = pattern;
    }
  } else if (name == "~" || name == "~*" || name == "!~" || name == "!~*") {
    found.pattern = true;
  }
  compare(found, where, true);
}

// LIKE, GLOB, MATCH, REGEXP … as the statement writes it: the translation made one of another.
std::string Analysis::like_operator(const Node& node, std::string_view kind, std::string_view name) const {
  size_t at = source_.token(node);
  bool negated = name.starts_with('!');
  if (source_.lexed().word(at) == Word::kNot) ++at;
  Word word = source_.lexed().word(at);
  std::string op = kind == "AEXPR_LIKE" ? "LIKE" : kind == "AEXPR_ILIKE" ? "ILIKE" : "SIMILAR TO";
  if (word == Word::kGlob) op = "GLOB";
  if (word == Word::kMatch) op = "MATCH";
  if (word == Word::kRegexp) op = "REGEXP";
  return negated ? "NOT " + op : op;
}

// "? BETWEEN a AND b" holds the columns in its bounds: a <= ?, b >= ?.
void Analysis::between(const Node& node, const Where& where, bool negated) {
  const Node* left = tree_.child(node, Key::kLexpr);
  const Node* bounds = tree_.child(node, Key::kRexpr);
  const Node* items = bounds == nullptr ? nullptr : tree_.child(*bounds, Key::kItems);
  const Node* low = items == nullptr ? nullptr : tree_.first(*items);
  const Node* high = low == nullptr ? nullptr : tree_.next(*low);
  if (left == nullptr || high == nullptr) return;
  // What the bounds are is told by the first, unless the second is more of an expression.
  const Node* other = high->type == low->type || low->type != Type::kAConst ? low : high;
  compare({.op = negated ? "NOT BETWEEN" : "BETWEEN", .node = &node, .left = left, .right = other}, where, false);
  Where inner = where;
  if (negated) inner.negated = !inner.negated;
  compare({.op = "<=", .node = &node, .left = low, .right = left}, inner, false);
  compare({.op = ">=", .node = &node, .left = high, .right = left}, inner, false);
}

void Analysis::sublink_comparison(const Node& node, const Where& where) {
  const Node* tested = tree_.child(node, Key::kTestexpr);
  if (tested == nullptr) return;  // EXISTS
  std::string_view name;
  if (const Node* names = tree_.child(node, Key::kOperName))
    if (const Node* part = tree_.first(*names)) name = tree_.text(*part, Key::kSval);
  bool any = tree_.text(node, Key::kSubLinkType) == "ANY_SUBLINK";
  std::string op = any && (name.empty() || name == "=") ? "IN"
                   : !any && name == "<>"               ? "NOT IN"
                                                        : std::string(name) + (any ? " ANY" : " ALL");
  compare({.op = op, .node = &node, .left = tested, .right = &node}, where, false);
}

// Row values compare column by column; otherwise each column of the left side, then (with `flip`) of the right.
void Analysis::compare(const Comparison& comparison, const Where& where, bool flip) {
  const Node* left = comparison.left;
  const Node* right = comparison.right;
  if (left->type == Type::kRowExpr) {
    const Node* lefts = tree_.child(*left, Key::kArgs);
    const Node* rights = right != nullptr && right->type == Type::kRowExpr ? tree_.child(*right, Key::kArgs) : nullptr;
    const Node* other = rights == nullptr ? right : tree_.first(*rights);
    int part_of_row = -1;
    for (const Node* item = lefts == nullptr ? nullptr : tree_.first(*lefts); item != nullptr;
         item = tree_.next(*item)) {
      Comparison part = comparison;
      part.left = item;
      part.right = other;
      ++part_of_row;
      part.row_position = part_of_row;
      if (item->type != Type::kRowExpr) compare(part, where, flip && rights != nullptr && other != nullptr);
      if (rights != nullptr && other != nullptr) other = tree_.next(*other);
    }
    return;
  }
  std::vector<Use> found;
  uses(*left, {}, found, 0);
  for (const Use& use : found) emit(comparison, use, where);
  if (!flip || right == nullptr) return;
  found.clear();
  uses(*right, {}, found, 0);
  Comparison mirrored = comparison;
  mirrored.op = flip_sides(comparison.op);
  mirrored.pattern = false;
  std::swap(mirrored.left, mirrored.right);
  for (Use& use : found) {
    if (use.why_not.empty() && comparison.pattern) use.why_not = "the column is the pattern";
    if (use.why_not.empty() && comparison.array) use.why_not = "the column is the array";
    if (use.why_not.empty() && right->type == Type::kList) use.why_not = "the column is in the list";
    emit(mirrored, use, where);
  }
}

void Analysis::emit(const Comparison& comparison, const Use& use, const Where& where) {
  Predicate predicate;
  predicate.block = where.block;
  Column column = resolve(*use.column, where.block);
  predicate.table = column.table;
  predicate.column = column.name;
  predicate.op = where.negated ? negate(comparison.op) : comparison.op;
  predicate.clause = where.clause;
  predicate.row_position = comparison.row_position;
  predicate.in_or = where.in_or;
  predicate.or_group = where.or_group;
  predicate.or_arm = where.or_arm;
  predicate.in_outer_join = where.outer_join;
  describe_other(comparison.right, where.block, predicate);
  for (const Node* side : {comparison.left, comparison.right})
    if (side != nullptr && side->type == Type::kCollateClause) predicate.collation = last_name(*side, Key::kCollname);

  predicate.why_not = use.why_not;
  if (comparison.pattern) {
    std::string reason = pattern_reason(comparison.op, *comparison.right);
    if (predicate.why_not.empty())
      predicate.why_not = reason;
    else if (reason.ends_with("starts with a wildcard"))  // an index on the expression wouldn't serve it either
      predicate.why_not += ", and the " + reason;
  }
  bool same_row =
      predicate.other == Operand::kColumn && predicate.table >= 0 && predicate.table == predicate.other_table;
  if (predicate.why_not.empty() && same_row) predicate.why_not = "compares columns of one row";
  bool null_test = predicate.op == "IS NULL" || predicate.op == "IS NOT NULL";
  if (predicate.why_not.empty() && !null_test && (excludes(predicate.op) || where.negated))
    predicate.why_not = "negation";
  if (predicate.why_not.empty() && predicate.op == "IS" && !sqlite_)
    predicate.why_not = "IS NOT DISTINCT FROM uses no index";
  bool truth = predicate.op.ends_with("TRUE") || predicate.op.ends_with("FALSE") || predicate.op.ends_with("UNKNOWN");
  if (predicate.why_not.empty() && truth && sqlite_) predicate.why_not = "truth test of the column";
  predicate.sargable = predicate.why_not.empty();
  if (!predicate.sargable) predicate.expression = source_.text(*comparison.left);
  if (ranged_ != comparison.node) {
    ranged_ = comparison.node;
    whole_ = source_.range(*comparison.node);
  }
  predicate.offset = source_.start(whole_);
  predicate.length = source_.length(whole_);
  out_.predicates.push_back(std::move(predicate));
}

// "t.a = t.b + 1": no index helps to compare two columns of one row.
bool Analysis::names_table(const Node* other, int table, int block) {
  if (other == nullptr || table < 0 || other->type == Type::kList) return false;
  std::vector<Use> found;
  uses(*other, {}, found, 0);
  return std::ranges::any_of(found, [&](const Use& use) { return resolve(*use.column, block).table == table; });
}

void Analysis::describe_other(const Node* other, int block, Predicate& predicate) {
  predicate.other = Operand::kNone;
  if (other == nullptr) return;
  const Node* plain = other;
  while (plain->type == Type::kTypeCast || plain->type == Type::kCollateClause) {
    const Node* inner = tree_.child(*plain, Key::kArg);
    if (inner == nullptr || (inner->type == Type::kColumnRef && plain->type == Type::kTypeCast)) break;
    if (predicate.other_type.empty() && plain->type == Type::kTypeCast)
      if (const Node* type = tree_.child(*plain, Key::kTypeName)) predicate.other_type = last_name(*type, Key::kNames);
    plain = inner;
  }
  switch (plain->type) {
    case Type::kAConst:
      predicate.other = Operand::kLiteral;
      predicate.literal = literal_text(*plain);
      if (predicate.other_type.empty()) predicate.other_type = literal_type(*plain);
      return;
    case Type::kParamRef:
      predicate.other = Operand::kPlaceholder;
      return;
    case Type::kColumnRef: {
      predicate.other = Operand::kColumn;
      Column column = resolve(*plain, block);
      predicate.other_table = column.table;
      predicate.other_column = column.name;
      return;
    }
    case Type::kSubLink:
      predicate.other = Operand::kSubquery;
      if (auto known = sublinks_.find(plain); known != sublinks_.end()) predicate.other_block = known->second;
      return;
    case Type::kList:
    case Type::kAArrayExpr:
      predicate.other = Operand::kList;
      if (const Node* items = tree_.child(*plain, plain->type == Type::kList ? Key::kItems : Key::kElements))
        predicate.list_length = tree_.count(*items);
      return;
    default:
      predicate.other = Operand::kExpression;
  }
}

}  // namespace explaingate
