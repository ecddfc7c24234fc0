// Projections, orderings and limits.
#include <algorithm>
#include <charconv>

#include "parse/analysis.h"

namespace explaingate {

// Aliases are looked up one by one, and among the latest projections only: a bound on hostile statements' time.
static constexpr size_t kMostProjections = 2'000;

void Analysis::projections(const Node& list, int block) {
  int position = 0;
  for (const Node* item = tree_.first(list); item != nullptr; item = tree_.next(*item), ++position) {
    Projection projection;
    projection.block = block;
    projection.position = position;
    projection.offset = source_.offset(*item);
    projection.alias = tree_.text(*item, Key::kName);
    const Node* value = tree_.child(*item, Key::kVal);
    if (value != nullptr && value->type == Type::kColumnRef) {
      Column column = resolve(*value, block);
      projection.table = column.table;
      projection.column = column.name;
    } else if (value != nullptr) {
      if (value->type == Type::kAConst) projection.literal = literal_text(*value);
      Standing standing(*this, Place::kSelect, position);
      expression(*value, block);
    }
    out_.projections.push_back(std::move(projection));
  }
}

Ordering Analysis::new_ordering(int block, Ordering::Kind kind, int position) {
  Ordering entry;
  entry.block = block;
  entry.kind = kind;
  entry.position = position;
  return entry;
}

void Analysis::order_by(const Node& list, int block) {
  int position = 0;
  for (const Node* item = tree_.first(list); item != nullptr; item = tree_.next(*item), ++position) {
    const Node* node = tree_.child(*item, Key::kNode);
    if (node == nullptr) continue;
    Ordering entry = new_ordering(block, Ordering::Kind::kOrderBy, position);
    entry.descending = tree_.text(*item, Key::kSortbyDir) == "SORTBY_DESC";
    std::string_view nulls = tree_.text(*item, Key::kSortbyNulls);
    entry.nulls = nulls == "SORTBY_NULLS_FIRST"  ? Ordering::Nulls::kFirst
                  : nulls == "SORTBY_NULLS_LAST" ? Ordering::Nulls::kLast
                                                 : Ordering::Nulls::kDefault;
    ordering(*node, std::move(entry));
  }
}

void Analysis::group_by(const Node& list, int block) {
  out_.blocks[static_cast<size_t>(block)].has_group_by = true;
  int position = 0;
  for (const Node* item = tree_.first(list); item != nullptr; item = tree_.next(*item), ++position)
    ordering(*item, new_ordering(block, Ordering::Kind::kGroupBy, position));
}

// DISTINCT orders by all that is selected, DISTINCT ON by its own list. The tree has [{}] for the former.
void Analysis::distinct(const Node& list, const Node* targets, int block) {
  out_.blocks[static_cast<size_t>(block)].distinct = true;
  const Node* first = tree_.first(list);
  bool on = first != nullptr && first->type != Type::kNone;
  const Node* items = on ? &list : targets;
  if (items == nullptr) return;
  int position = 0;
  for (const Node* item = tree_.first(*items); item != nullptr; item = tree_.next(*item), ++position) {
    const Node* node = on ? item : tree_.child(*item, Key::kVal);
    if (node == nullptr) continue;
    Ordering entry = new_ordering(block, Ordering::Kind::kDistinct, position);
    if (on) {
      ordering(*node, std::move(entry));
      continue;
    }
    SourceText::Range range = source_.range(*node);  // read as a projection already: subqueries are known
    entry.expression = source_.text(range);
    entry.offset = source_.start(range);
    if (node->type == Type::kColumnRef) {
      Column column = resolve(*node, block);
      entry.table = column.table;
      entry.column = column.name;
    }
    out_.orderings.push_back(std::move(entry));
  }
}

// An unqualified name in ORDER BY is an output column's first: "SELECT lower(a) AS b … ORDER BY b" sorts by the
// expression. In GROUP BY an input column comes first; an alias is taken only when it renames an expression or another
// column.
void Analysis::ordering(const Node& node, Ordering ordering) {
  SourceText::Range range = source_.range(node);
  ordering.expression = source_.text(range);
  ordering.offset = source_.start(range);
  const Node* plain = &node;
  while (plain->type == Type::kCollateClause) {
    const Node* inner = tree_.child(*plain, Key::kArg);
    if (inner == nullptr) break;
    plain = inner;
  }
  if (plain->type == Type::kColumnRef && !is_star(*plain)) {
    Column column = resolve(*plain, ordering.block);
    ordering.table = column.table;
    ordering.column = column.name;
    if (!column.qualified) {
      std::string_view folded;
      if (const Node* fields = tree_.child(*plain, Key::kFields))
        if (const Node* field = tree_.first(*fields)) folded = tree_.text(*field, Key::kSval);
      size_t first = out_.projections.size() > kMostProjections ? out_.projections.size() - kMostProjections : 0;
      for (size_t i = first; i < out_.projections.size(); ++i) {
        const Projection& projection = out_.projections[i];
        if (projection.block != ordering.block || projection.alias.empty() || projection.alias != folded) continue;
        ordering.table = projection.table;
        ordering.column = projection.column;
        break;
      }
    }
  } else if (plain->type != Type::kAConst) {
    Standing standing(*this, ordering.kind == Ordering::Kind::kGroupBy ? Place::kGroupBy : Place::kOrderBy,
                      ordering.position);
    expression(*plain, ordering.block);
  }
  out_.orderings.push_back(std::move(ordering));
}

void Analysis::limit(const Node& node, int block) {
  const Node* count = tree_.child(node, Key::kLimitCount);
  const Node* skipped = tree_.child(node, Key::kLimitOffset);
  QueryBlock& limited = out_.blocks[static_cast<size_t>(block)];
  limited.has_offset = skipped != nullptr;
  Standing standing(*this, Place::kLimit);
  if (count != nullptr && skipped != nullptr) {  // LIMIT offset, count
    uint32_t first = source_.offset(*count);
    uint32_t second = source_.offset(*skipped);
    auto comma = std::ranges::lower_bound(translation_.limit_commas, first);
    if (comma != translation_.limit_commas.end() && *comma < second) std::swap(count, skipped);
  }
  if (skipped != nullptr && skipped->type == Type::kAConst) limited.skipped = to_number(literal_text(*skipped));
  if (count == nullptr) {
    if (skipped != nullptr) expression(*skipped, block);
    return;
  }
  limited.has_limit = true;
  if (count->type != Type::kAConst) {
    expression(*count, block);
  } else if (tree_.child(*count, Key::kIsnull) != nullptr) {
    limited.has_limit = false;  // LIMIT ALL
  } else if (count->location < 0) {
    limited.limit = 1;  // FETCH FIRST ROW ONLY
  } else {
    out_.blocks[static_cast<size_t>(block)].limit = to_number(literal_text(*count));
    if (limited.limit.value_or(0) < 0) {  // SQLite: no limit
      limited.has_limit = false;
      limited.limit.reset();
    }
  }
  if (skipped != nullptr) expression(*skipped, block);
}

std::string_view Analysis::literal_type(const Node& constant) const {
  if (tree_.child(constant, Key::kSval) != nullptr) return "text";
  if (tree_.child(constant, Key::kBoolval) != nullptr) return "boolean";
  if (tree_.child(constant, Key::kFval) != nullptr) return "float";
  return tree_.child(constant, Key::kIval) != nullptr ? "integer" : "";
}

std::optional<int64_t> Analysis::to_number(std::string_view text) {
  int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// The tree drops negative integers and the translation replaces some numbers: numbers are read from the statement.
std::string Analysis::literal_text(const Node& constant) const {
  if (const Node* string = tree_.child(constant, Key::kSval)) return std::string(tree_.text(*string, Key::kSval));
  if (const Node* boolean = tree_.child(constant, Key::kBoolval))
    return tree_.text(*boolean, Key::kBoolval) == "true" ? "TRUE" : "FALSE";
  if (tree_.child(constant, Key::kIsnull) != nullptr) return "NULL";
  size_t at = source_.token(constant);
  const Lexemes& lexed = source_.lexed();
  if (at >= lexed.tokens.size()) return {};
  if (lexed.symbol(at) == '-' && at + 1 < lexed.tokens.size()) return "-" + std::string(lexed.text(at + 1));
  return std::string(lexed.text(at));
}

}  // namespace explaingate
