// The columns within an expression, and what keeps an index on each from serving it.
#include <algorithm>
#include <array>

#include "parse/analysis.h"

namespace explaingate {
namespace {

constexpr int kDeepestUse = 1'000;
constexpr size_t kMostUses = 16;  // columns taken from one side of one comparison

}  // namespace

bool is_arithmetic(std::string_view op) {
  static constexpr std::array<std::string_view, 10> kOps = {"+", "-", "*", "/", "%", "&", "|", "<<", ">>", "^"};
  return std::ranges::find(kOps, op) != kOps.end();
}

// The columns of one side, each with the outermost thing around it that keeps an index from being used. COLLATE is
// nothing of the kind: whether it fits the index is the engine's to know.
//
//   lower(trim(email)) = ?     email, "function lower() around the column"
//   email COLLATE nocase = ?   near miss: email, nothing
void Analysis::uses(const Node& node, const std::string& why_not, std::vector<Use>& found, int depth) const {
  if (depth > kDeepestUse || found.size() >= kMostUses) return;
  if (node.type == Type::kColumnRef) {
    if (!is_star(node)) found.push_back({&node, why_not});
    return;
  }
  if (node.type == Type::kSubLink || node.type == Type::kSelectStmt) return;
  std::string here = why_not.empty() ? reason(node) : why_not;
  for (const Node* child = tree_.first(node); child != nullptr; child = tree_.next(*child))
    uses(*child, here, found, depth + 1);
}

std::string Analysis::reason(const Node& node) const {
  switch (node.type) {
    case Type::kNone:  // a list of arguments
    case Type::kList:
    case Type::kCollateClause:
    case Type::kRowExpr:
      return {};
    case Type::kTypeCast:
      return "cast of the column";
    case Type::kFuncCall:
      return (is_aggregate(node) ? "aggregate " : "function ") + function_name(node) +
             (is_aggregate(node) ? "() of the column" : "() around the column");
    case Type::kCoalesceExpr: {
      size_t at = source_.token(node);
      bool ifnull = source_.lexed().text_is(at, "ifnull");
      return ifnull ? "function ifnull() around the column" : "function coalesce() around the column";
    }
    case Type::kMinMaxExpr:
      return tree_.text(node, Key::kOp) == "IS_LEAST" ? "function least() around the column"
                                                      : "function greatest() around the column";
    case Type::kAExpr: {
      if (tree_.text(node, Key::kKind) == "AEXPR_NULLIF") return "function nullif() around the column";
      std::string_view op;
      if (const Node* names = tree_.child(node, Key::kName))
        for (const Node* part = tree_.first(*names); part != nullptr; part = tree_.next(*part))
          op = tree_.text(*part, Key::kSval);
      if (is_arithmetic(op)) return "arithmetic on the column";
      if (op == "||") return "concatenation with the column";
      if (op == "->" || op == "->>" || op == "#>" || op == "#>>") return "JSON extraction from the column";
      return "expression around the column";
    }
    case Type::kCaseExpr:
      return "CASE around the column";
    case Type::kAIndirection:
      return "subscript of the column";
    default:
      return "expression around the column";
  }
}

// Why a pattern can't be searched for in an index; empty when it can or when only the value will tell.
std::string Analysis::pattern_reason(const std::string& op, const Node& pattern) const {
  bool glob = op.ends_with("GLOB");
  if (op.ends_with("REGEXP") || op.ends_with("SIMILAR TO")) return "regular expression";
  if (op.ends_with("MATCH")) return {};
  const Node* at = &pattern;
  bool built = false;
  for (int depth = 0; depth < kDeepestUse; ++depth) {  // the leftmost piece of '%' || ? || '%', concat('%', ?)
    const Node* inner = nullptr;
    if (at->type == Type::kAExpr) {
      inner = tree_.child(*at, Key::kLexpr);
      built = true;
    } else if (at->type == Type::kFuncCall && function_name(*at) == "concat") {
      const Node* arguments = tree_.child(*at, Key::kArgs);
      inner = arguments == nullptr ? nullptr : tree_.first(*arguments);
      built = true;
    } else if (at->type == Type::kTypeCast || at->type == Type::kCollateClause) {
      inner = tree_.child(*at, Key::kArg);
    }
    if (inner == nullptr) break;
    at = inner;
  }
  bool text = at->type == Type::kAConst && tree_.child(*at, Key::kSval) != nullptr;
  std::string literal = text ? literal_text(*at) : std::string();
  if (op.find('~') != std::string::npos) return literal.starts_with('^') && op == "~" ? "" : "regular expression";
  std::string_view wildcards = glob ? "*?[" : "%_";
  if (!literal.empty() && wildcards.find(literal[0]) != std::string_view::npos)
    return (glob ? "GLOB" : "LIKE") + std::string(" pattern starts with a wildcard");
  if (op.ends_with("ILIKE") && !sqlite_) return "ILIKE ignores case";
  // SQLite uses an index for a literal or a parameter only.
  if (sqlite_ && (built || (at->type != Type::kAConst && at->type != Type::kParamRef)))
    return (glob ? "GLOB" : "LIKE") + std::string(" pattern is an expression");
  return {};
}

}  // namespace explaingate
