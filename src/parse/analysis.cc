#include "parse/analysis.h"

#include <algorithm>

namespace explaingate {

std::string_view Analysis::run(const Node& node) {
  uint32_t offset = source_.lexed().tokens.empty() ? 0 : source_.lexed().tokens[0].offset;
  const Node* body = &node;
  if (node.type == Type::kViewStmt || node.type == Type::kCreateTableAsStmt) {
    body = tree_.child(node, Key::kQuery);
    if (body == nullptr) return {};
    offset = query_offset(*body);
  }
  int block = open_block(BlockKind::kTop, -1, {}, offset);
  statement(*body, block);
  tail(block);
  return given_up_;
}

int Analysis::open_block(BlockKind kind, int parent, std::string name, uint32_t offset) {
  QueryBlock block;
  block.id = static_cast<int>(out_.blocks.size());
  block.parent = parent;
  block.kind = kind;
  block.name = std::move(name);
  block.offset = offset;
  out_.blocks.push_back(std::move(block));
  scopes_.emplace_back().parent = parent;
  return out_.blocks.back().id;
}

int Analysis::subquery(const Node& node, BlockKind kind, int parent, std::string name, bool hides_parent) {
  int block = open_block(kind, parent, std::move(name), query_offset(node));
  scopes_[static_cast<size_t>(block)].hides_parent = hides_parent;
  out_.blocks[static_cast<size_t>(block)].place = place_;
  statement(node, block);
  return block;
}

// Queries have no place in the tree: theirs is the SELECT, VALUES … before the first thing in them that has one.
uint32_t Analysis::query_offset(const Node& node) const {
  const Node* at = &node;
  while (const Node* left = tree_.child(*at, Key::kLarg)) at = left;
  const Node* list = tree_.child(*at, Key::kTargetList);
  bool changes = at->type == Type::kInsertStmt || at->type == Type::kUpdateStmt || at->type == Type::kDeleteStmt;
  if (changes) list = tree_.child(*at, Key::kRelation);
  if (list == nullptr) list = tree_.child(*at, Key::kValuesLists);
  if (list == nullptr) list = tree_.child(*at, Key::kFromClause);
  if (list == nullptr) return 0;
  size_t none = source_.lexed().tokens.size();
  size_t first = none;
  if (list->location >= 0) {
    first = source_.token(*list);
  } else if (const Node* item = tree_.first(*list)) {
    SourceText::Range range = source_.range(*item);
    first = range.known() ? range.first : none;
    if (item->location >= 0) first = std::min(first, source_.token(*item));
  }
  if (first >= none) return 0;
  if (first > 0) --first;
  size_t keyword = changes ? source_.word_before(first, {Word::kInsert, Word::kUpdate, Word::kDelete, Word::kReplace})
                           : source_.word_before(first, {Word::kSelect, Word::kValues, Word::kIn});
  return source_.lexed().tokens[keyword].offset;
}

void Analysis::statement(const Node& node, int block) {
  Deeper deeper(*this);
  if (!given_up_.empty()) return;
  Standing inside(*this, Place::kOther);
  switch (node.type) {
    case Type::kInsertStmt:
      return insert(node, block);
    case Type::kUpdateStmt:
    case Type::kDeleteStmt:
      return change(node, block);
    case Type::kMergeStmt:
      return merge(node, block);
    default:
      return select(node, block);
  }
}

void Analysis::select(const Node& node, int block) {
  with(node, block);
  std::string_view operation = tree_.text(node, Key::kOp);
  if (!operation.empty() && operation != "SETOP_NONE") {
    set_operation(node, block);
  } else if (const Node* lists = tree_.child(node, Key::kValuesLists)) {
    values(*lists, block);
  } else {
    const Node* targets = tree_.child(node, Key::kTargetList);
    const Node* tables = tree_.child(node, Key::kFromClause);
    if (tables != nullptr) from(*tables, block, -1);
    if (targets != nullptr) projections(*targets, block);
    where_clause(node, block);
    if (tables != nullptr) finish_joins(block);
    if (const Node* groups = tree_.child(node, Key::kGroupClause)) group_by(*groups, block);
    if (const Node* having = tree_.child(node, Key::kHavingClause))
      condition(*having, {.block = block, .clause = Clause::kHaving});
    if (const Node* windows = tree_.child(node, Key::kWindowClause)) expression(*windows, block);
    if (const Node* list = tree_.child(node, Key::kDistinctClause)) distinct(*list, targets, block);
  }
  if (const Node* list = tree_.child(node, Key::kSortClause)) order_by(*list, block);
  limit(node, block);
  if (const Node* clauses = tree_.child(node, Key::kLockingClause)) locking(*clauses, block);
}

void Analysis::where_clause(const Node& node, int block) {
  const Node* clause = tree_.child(node, Key::kWhereClause);
  if (clause == nullptr) return;
  out_.blocks[static_cast<size_t>(block)].has_where = true;
  condition(*clause, {.block = block});
}

// The first of FOR UPDATE OF a FOR SHARE OF b … speaks for all.
void Analysis::locking(const Node& clauses, int block) {
  out_.for_update = true;
  const Node* first = tree_.first(clauses);
  if (first == nullptr) return;
  QueryBlock& locked = out_.blocks[static_cast<size_t>(block)];
  std::string_view strength = tree_.text(*first, Key::kStrength);
  locked.locking = strength == "LCS_FORKEYSHARE"      ? "KEY SHARE"
                   : strength == "LCS_FORSHARE"       ? "SHARE"
                   : strength == "LCS_FORNOKEYUPDATE" ? "NO KEY UPDATE"
                                                      : "UPDATE";
  locked.skips_locked = tree_.text(*first, Key::kWaitPolicy) == "LockWaitSkip";
}

// "a UNION b UNION c" is ((a UNION b) UNION c): operands that are bare set operations on the left are brought to one
// level, without recursion, since generated statements chain thousands.
void Analysis::set_operation(const Node& node, int block) {
  std::string name(tree_.text(node, Key::kOp));
  name = name == "SETOP_UNION" ? "UNION" : name == "SETOP_INTERSECT" ? "INTERSECT" : "EXCEPT";
  if (tree_.child(node, Key::kAll) != nullptr) name += " ALL";
  out_.blocks[static_cast<size_t>(block)].set_operation = name;
  std::vector<const Node*> operands;
  for (const Node* at = &node;;) {
    if (const Node* right = tree_.child(*at, Key::kRarg)) operands.push_back(right);
    const Node* left = tree_.child(*at, Key::kLarg);
    if (left == nullptr) break;
    bool plain = tree_.child(*left, Key::kSortClause) == nullptr && tree_.child(*left, Key::kLimitCount) == nullptr &&
                 tree_.child(*left, Key::kLimitOffset) == nullptr && tree_.child(*left, Key::kWithClause) == nullptr;
    std::string_view operation = tree_.text(*left, Key::kOp);
    if (!plain || operation.empty() || operation == "SETOP_NONE") {
      operands.push_back(left);
      break;
    }
    at = left;
  }
  std::ranges::reverse(operands);
  for (const Node* operand : operands) subquery(*operand, BlockKind::kSetOperand, block, {}, false);
}

void Analysis::values(const Node& lists, int block) {
  out_.blocks[static_cast<size_t>(block)].values = true;
  if (tree_.count(lists) > 1) out_.is_batch = true;
  Standing standing(*this, Place::kValues);
  expression(lists, block);
}

void Analysis::with(const Node& node, int block) {
  const Node* clause = tree_.child(node, Key::kWithClause);
  const Node* list = clause == nullptr ? nullptr : tree_.child(*clause, Key::kCtes);
  if (list == nullptr) return;
  bool recursive = sqlite_ || tree_.child(*clause, Key::kRecursive) != nullptr;  // SQLite doesn't ask for the word
  if (tree_.count(*list) > kMostTables) return give_up("too many common table expressions");
  for (const Node* cte = tree_.first(*list); cte != nullptr; cte = tree_.next(*cte)) {
    const Node* query = tree_.child(*cte, Key::kCtequery);
    if (query == nullptr) continue;
    std::string name(source_.name(tree_.text(*cte, Key::kCtename), source_.token(*cte)));
    int inner = open_block(BlockKind::kCte, block, name, query_offset(*query));
    scopes_[static_cast<size_t>(inner)].hides_parent = true;
    auto add = [&] { scopes_[static_cast<size_t>(block)].ctes.push_back({name, inner}); };
    if (recursive) add();
    size_t before = out_.tables.size();
    statement(*query, inner);
    if (!recursive) add();
    for (size_t i = before; i < out_.tables.size(); ++i)
      if (out_.tables[i].subquery_block == inner) out_.blocks[static_cast<size_t>(inner)].recursive = true;
  }
}

void Analysis::insert(const Node& node, int block) {
  with(node, block);
  if (const Node* relation = tree_.child(node, Key::kRelation)) target(*relation, block);
  if (const Node* source = tree_.child(node, Key::kSelectStmt))
    subquery(*source, BlockKind::kInsertSource, block, {}, true);
  if (const Node* conflict = tree_.child(node, Key::kOnConflictClause)) expression(*conflict, block);
  if (const Node* list = tree_.child(node, Key::kReturningList)) projections(*list, block);
}

void Analysis::change(const Node& node, int block) {
  with(node, block);
  out_.reads_rows_of_target = true;
  const Node* relation = tree_.child(node, Key::kRelation);
  int table = relation == nullptr ? -1 : target(*relation, block);
  const Node* tables = tree_.child(node, node.type == Type::kUpdateStmt ? Key::kFromClause : Key::kUsingClause);
  if (tables != nullptr) from(*tables, block, table);
  if (const Node* list = tree_.child(node, Key::kTargetList)) {
    Standing standing(*this, Place::kSet);
    expression(*list, block);
    if (block == 0)
      for (const Node* item = tree_.first(*list); item != nullptr; item = tree_.next(*item))
        out_.assigned.emplace_back(tree_.text(*item, Key::kName));
  }
  where_clause(node, block);
  if (tables != nullptr) finish_joins(block);
  if (const Node* list = tree_.child(node, Key::kReturningList)) projections(*list, block);
}

void Analysis::merge(const Node& node, int block) {
  with(node, block);
  out_.reads_rows_of_target = true;
  if (const Node* relation = tree_.child(node, Key::kRelation)) target(*relation, block);
  if (const Node* relation = tree_.child(node, Key::kSourceRelation)) from_item(*relation, block);
  if (const Node* on = tree_.child(node, Key::kJoinCondition))
    condition(*on, {.block = block, .clause = Clause::kJoinOn});
  if (const Node* clauses = tree_.child(node, Key::kMergeWhenClauses)) expression(*clauses, block);
}

// ORDER BY and LIMIT of an UPDATE or DELETE, which the grammar didn't see: plain columns and numbers are understood.
void Analysis::tail(int block) {
  if (translation_.tail == 0) return;
  const Lexemes& lexed = source_.lexed();
  size_t i = translation_.tail;
  QueryBlock& top = out_.blocks[static_cast<size_t>(block)];
  int table = scopes_[static_cast<size_t>(block)].tables.empty() ? -1 : scopes_[static_cast<size_t>(block)].tables[0];
  if (lexed.word(i) == Word::kOrder) {
    i += 2;
    for (int position = 0; i < lexed.tokens.size() && lexed.word(i) != Word::kLimit; ++position) {
      size_t first = i;
      Ordering item = new_ordering(block, Ordering::Kind::kOrderBy, position);
      item.offset = lexed.tokens[i].offset;
      while (i < lexed.tokens.size() && lexed.symbol(i) != ',' && lexed.word(i) != Word::kLimit) i = lexed.skip(i);
      size_t last = i;  // one behind
      if (lexed.word(last - 1) == Word::kDesc || lexed.word(last - 1) == Word::kAsc) {
        --last;
        item.descending = lexed.word(last) == Word::kDesc;
      }
      if (last > first) item.expression = source_.text({first, last - 1});
      if (last == first + 1 && lexed.is_name(first)) {
        item.table = table;
        item.column = lexed.name(first);
      }
      out_.orderings.push_back(std::move(item));
      if (lexed.symbol(i) == ',') ++i;
    }
  }
  if (lexed.word(i) != Word::kLimit) return;
  top.has_limit = true;
  auto number = [&](size_t at) {
    return lexed.kind(at) == TokenKind::kNumber ? to_number(lexed.text(at)) : std::nullopt;
  };
  top.limit = number(i + 1);
  for (size_t n = i + 2; n < lexed.tokens.size(); n = lexed.skip(n)) {
    if (lexed.symbol(n) != ',' && lexed.word(n) != Word::kOffset) continue;
    top.has_offset = true;
    top.skipped = number(n + 1);
    if (lexed.symbol(n) == ',') std::swap(top.limit, top.skipped);  // LIMIT offset, count
  }
}

}  // namespace explaingate
