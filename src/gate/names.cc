#include "gate/names.h"

namespace explaingate {

std::string_view name_of(FileStatus status) {
  switch (status) {
    case FileStatus::kAdded:
      return "added";
    case FileStatus::kModified:
      return "modified";
    case FileStatus::kDeleted:
      return "deleted";
    case FileStatus::kRenamed:
      return "renamed";
    case FileStatus::kModeChanged:
      return "mode_changed";
  }
  return "";
}
std::string_view name_of(CallKind kind) {
  switch (kind) {
    case CallKind::kNone:
      return "none";
    case CallKind::kExecute:
      return "execute";
    case CallKind::kBulk:
      return "bulk";
    case CallKind::kPrepare:
      return "prepare";
    case CallKind::kText:
      return "text";
    case CallKind::kRun:
      return "run";
  }
  return "";
}
std::string_view name_of(HoleKind kind) {
  switch (kind) {
    case HoleKind::kIdentifier:
      return "identifier";
    case HoleKind::kValue:
      return "value";
    case HoleKind::kList:
      return "list";
    case HoleKind::kPredicate:
      return "predicate";
  }
  return "";
}

std::string_view name_of(LoopKind kind) {
  switch (kind) {
    case LoopKind::kFor:
      return "for";
    case LoopKind::kWhile:
      return "while";
    case LoopKind::kComprehension:
      return "comprehension";
    case LoopKind::kCallback:
      return "callback";
  }
  return "";
}
std::string_view name_of(LoopSource source) {
  switch (source) {
    case LoopSource::kUnknown:
      return "unknown";
    case LoopSource::kRows:
      return "rows";
    case LoopSource::kCollection:
      return "collection";
    case LoopSource::kLiteral:
      return "literal";
    case LoopSource::kBatch:
      return "batch";
    case LoopSource::kRetry:
      return "retry";
  }
  return "";
}
std::string_view name_of(Commits commits) {
  switch (commits) {
    case Commits::kUnknown:
      return "unknown";
    case Commits::kTogether:
      return "together";
    case Commits::kEach:
      return "each";
  }
  return "";
}
std::string_view name_of(RowSource source) {
  switch (source) {
    case RowSource::kFile:
      return "file";
    case RowSource::kSeed:
      return "seed";
    case RowSource::kConfigured:
      return "configured";
    case RowSource::kAssumed:
      return "assumed";
  }
  return "";
}
std::string_view name_of(QueryBlock::Kind kind) {
  switch (kind) {
    case QueryBlock::Kind::kTop:
      return "top";
    case QueryBlock::Kind::kCte:
      return "cte";
    case QueryBlock::Kind::kFrom:
      return "from";
    case QueryBlock::Kind::kScalar:
      return "scalar";
    case QueryBlock::Kind::kExists:
      return "exists";
    case QueryBlock::Kind::kIn:
      return "in";
    case QueryBlock::Kind::kSetOperand:
      return "set_operand";
    case QueryBlock::Kind::kInsertSource:
      return "insert_source";
  }
  return "";
}
std::string_view name_of(TableRef::Role role) {
  switch (role) {
    case TableRef::Role::kFrom:
      return "from";
    case TableRef::Role::kTarget:
      return "target";
    case TableRef::Role::kCte:
      return "cte";
    case TableRef::Role::kSubquery:
      return "subquery";
    case TableRef::Role::kFunction:
      return "function";
  }
  return "";
}
std::string_view name_of(Operand operand) {
  switch (operand) {
    case Operand::kLiteral:
      return "literal";
    case Operand::kPlaceholder:
      return "placeholder";
    case Operand::kColumn:
      return "column";
    case Operand::kExpression:
      return "expression";
    case Operand::kSubquery:
      return "subquery";
    case Operand::kList:
      return "list";
    case Operand::kNone:
      return "none";
  }
  return "";
}
std::string_view name_of(Clause clause) {
  return clause == Clause::kWhere ? "where" : clause == Clause::kJoinOn ? "join_on" : "having";
}
std::string_view name_of(Place place) {
  switch (place) {
    case Place::kOther:
      return "other";
    case Place::kSelect:
      return "select";
    case Place::kFrom:
      return "from";
    case Place::kWhere:
      return "where";
    case Place::kJoinOn:
      return "join_on";
    case Place::kGroupBy:
      return "group_by";
    case Place::kHaving:
      return "having";
    case Place::kOrderBy:
      return "order_by";
    case Place::kLimit:
      return "limit";
    case Place::kSet:
      return "set";
    case Place::kValues:
      return "values";
  }
  return "";
}
std::string_view name_of(Ordering::Kind kind) {
  return kind == Ordering::Kind::kOrderBy ? "order_by" : kind == Ordering::Kind::kGroupBy ? "group_by" : "distinct";
}

std::string_view name_of(RuleStatus::Outcome outcome) {
  switch (outcome) {
    case RuleStatus::Outcome::kRan:
      return "ran";
    case RuleStatus::Outcome::kNotApplicable:
      return "not_applicable";
    case RuleStatus::Outcome::kNotRun:
      return "not_run";
    case RuleStatus::Outcome::kOff:
      return "off";
  }
  return "";
}

}  // namespace explaingate
