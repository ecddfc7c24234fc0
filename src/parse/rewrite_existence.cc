// EXISTS, where a count is compared with nothing, and NOT EXISTS, where a value is looked for in a list of a query's:
//
//   SELECT count(*) > 0 AS any FROM jobs WHERE …        SELECT EXISTS (SELECT 1 FROM jobs WHERE …) AS any
//   WHERE (SELECT count(*) FROM jobs WHERE …) = 0       WHERE NOT EXISTS (SELECT 1 FROM jobs WHERE …)
//   WHERE id NOT IN (SELECT owner FROM jobs)            WHERE NOT EXISTS (SELECT 1 FROM jobs WHERE users.id =
//   jobs.owner)
//
// Near misses: count(*) > 1, count(x) where x may be NULL, a count of groups, NOT IN over a list of values.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "parse/rewriting.h"

namespace explaingate {
namespace {

struct Question {
  std::string_view op;
  int number;
  bool any;  // asks whether there is a row
};
constexpr std::array<Question, 7> kQuestions = {{{">", 0, true},
                                                 {">=", 1, true},
                                                 {"<>", 0, true},
                                                 {"!=", 0, true},
                                                 {"=", 0, false},
                                                 {"<", 1, false},
                                                 {"<=", 0, false}}};

class Existence {
 public:
  explicit Existence(const Rewriting& rewriting)
      : r_(rewriting), tree_(rewriting.tree()), source_(rewriting.source()), lexed_(rewriting.lexed()) {}

  std::optional<Rewrite> counts() {
    Edits edits;
    bool any = whole_count(edits);
    if (!any) r_.each_node([&](const Node& node) { any = compared_count(node, edits) || any; });
    return any ? std::optional(r_.make(RewriteKind::kExists, edits, {})) : std::nullopt;
  }

  std::optional<Rewrite> lists() {
    Edits edits;
    bool any = false;
    r_.each_conjunct([&](const Node& conjunct) { any = not_in(conjunct, edits) || any; });
    return any ? std::optional(r_.make(RewriteKind::kNotExists, edits, remarks_)) : std::nullopt;
  }

 private:
  // What a comparison of a count with a literal asks: the count's side, and whether it asks for a row or for none.
  struct Asked {
    const Node* count = nullptr;
    bool any = false;
  };
  [[nodiscard]] std::optional<Asked> asked(const Node& node) const {
    const Node* left = tree_.child(node, Key::kLexpr);
    const Node* right = tree_.child(node, Key::kRexpr);
    std::string_view op = r_.operator_of(node);
    if (op.empty() || left == nullptr || right == nullptr) return std::nullopt;
    if (left->type == Type::kAConst) std::swap(left, right), op = flipped(op);
    std::optional<int> number = r_.number_of(*right);
    auto question =
        std::ranges::find_if(kQuestions, [&](const Question& each) { return each.op == op && number == each.number; });
    return question == kQuestions.end() ? std::nullopt : std::optional(Asked{left, question->any});
  }

  // count(*) and count(1) alone: any other leaves rows out.
  [[nodiscard]] bool counts_rows(const Node& node) const {
    if (r_.function_name(node) != "count") return false;
    for (Key key : {Key::kAggDistinct, Key::kAggFilter, Key::kAggOrder, Key::kOver})
      if (tree_.child(node, key) != nullptr) return false;
    if (tree_.child(node, Key::kAggStar) != nullptr) return true;
    std::vector<const Node*> arguments = r_.arguments(node);
    return arguments.size() == 1 && r_.number_of(*arguments[0]).has_value();
  }

  // Its rows are as many as its FROM and WHERE let through.
  [[nodiscard]] bool is_simple(const Node& select) const {
    if (select.type != Type::kSelectStmt || tree_.text(select, Key::kOp) != "SETOP_NONE") return false;
    for (Key key : {Key::kGroupClause, Key::kHavingClause, Key::kWindowClause, Key::kLimitOffset, Key::kLimitCount,
                    Key::kLockingClause, Key::kSortClause})
      if (tree_.child(select, key) != nullptr) return false;
    return tree_.child(select, Key::kFromClause) != nullptr;
  }

  [[nodiscard]] const Node* only_target(const Node& select) const {
    const Node* list = tree_.child(select, Key::kTargetList);
    const Node* item = list == nullptr ? nullptr : tree_.first(*list);
    return item == nullptr || tree_.next(*item) != nullptr ? nullptr : tree_.child(*item, Key::kVal);
  }

  // SELECT count(*) > 0 FROM …
  bool whole_count(Edits& edits) const {
    const Node& select = *r_.statement();
    if (!is_simple(select) || tree_.child(select, Key::kDistinctClause) != nullptr) return false;
    const Node* target = only_target(select);
    std::optional<Asked> question = target == nullptr ? std::nullopt : asked(*target);
    std::optional<size_t> from = r_.from_token(select);
    if (!question || !counts_rows(*question->count) || !from) return false;
    SourceText::Range range = source_.range(*target);
    uint32_t start = source_.start(range), end = start + source_.length(range);
    std::string_view alias = lexed_.sql.substr(end, lexed_.tokens[*from].offset - end);
    alias = alias.substr(0, alias.find_last_not_of(" \t\r\n") + 1);
    r_.write(edits, start, lexed_.tokens[*from].offset - start,
             fmt::format("{}EXISTS (SELECT 1 ", question->any ? "" : "NOT "));
    edits.insert(lexed_.tokens.back().end(), ")" + std::string(alias));
    return true;
  }

  // (SELECT count(*) FROM …) > 0
  bool compared_count(const Node& node, Edits& edits) const {
    std::optional<Asked> question = asked(node);
    if (!question || question->count->type != Type::kSubLink ||
        tree_.text(*question->count, Key::kSubLinkType) != "EXPR_SUBLINK")
      return false;
    const Node* select = tree_.child(*question->count, Key::kSubselect);
    const Node* target = select == nullptr || !is_simple(*select) ? nullptr : only_target(*select);
    if (target == nullptr || !counts_rows(*target) || tree_.child(*select, Key::kWithClause) != nullptr) return false;
    std::optional<std::string> rest = behind_from(*select, *question->count);
    if (!rest) return false;
    SourceText::Range range = source_.range(node);
    r_.write(edits, source_.start(range), source_.length(range),
             fmt::format("{}EXISTS (SELECT 1 {}", question->any ? "" : "NOT ", *rest));
    return true;
  }

  // "FROM … )" of a subquery.
  [[nodiscard]] std::optional<std::string> behind_from(const Node& select, const Node& sublink) const {
    std::optional<size_t> from = r_.from_token(select);
    SourceText::Range range = source_.range(sublink);
    if (!from || !range.known() || lexed_.symbol(range.last) != ')') return std::nullopt;
    uint32_t start = lexed_.tokens[*from].offset;
    return std::string(lexed_.sql.substr(start, lexed_.tokens[range.last].end() - start));
  }

  // A name without quotes that both dialects take as it is.
  static bool is_plain(std::string_view name) {
    return !name.empty() && is_name_start(name[0]) && std::ranges::all_of(name, is_name_byte);
  }

  [[nodiscard]] std::string_view shown(int table) const {
    const TableRef& reference = r_.parsed().tables[static_cast<size_t>(table)];
    return reference.alias.empty() ? std::string_view(reference.name) : std::string_view(reference.alias);
  }

  // x NOT IN (SELECT y FROM …)
  bool not_in(const Node& conjunct, Edits& edits) {
    const Node* inner = tree_.child(conjunct, Key::kArgs);
    const Node* sublink = inner == nullptr ? nullptr : tree_.first(*inner);
    if (conjunct.type != Type::kBoolExpr || tree_.text(conjunct, Key::kBoolop) != "NOT_EXPR" || sublink == nullptr ||
        sublink->type != Type::kSubLink || tree_.text(*sublink, Key::kSubLinkType) != "ANY_SUBLINK" ||
        tree_.child(*sublink, Key::kOperName) != nullptr)
      return false;
    const Node* tested = tree_.child(*sublink, Key::kTestexpr);
    const Node* select = tree_.child(*sublink, Key::kSubselect);
    const Node* target = select == nullptr || !is_simple(*select) ? nullptr : only_target(*select);
    if (tested == nullptr || tested->type != Type::kColumnRef || target == nullptr ||
        target->type != Type::kColumnRef || tree_.child(*select, Key::kWithClause) != nullptr || takes_firsts(*select))
      return false;
    return write_not_exists(conjunct, *sublink, *select, edits);
  }

  bool write_not_exists(const Node& conjunct, const Node& sublink, const Node& select, Edits& edits) {
    const ParsedQuery& parsed = r_.parsed();
    SourceText::Range range = source_.range(conjunct);
    std::optional<size_t> from = r_.from_token(select);
    if (!from) return false;
    auto predicate = std::ranges::find_if(parsed.predicates, [&](const Predicate& each) {  // behind FROM: another's
      return each.op == "NOT IN" && each.other == Operand::kSubquery && each.other_block >= 0 &&
             each.offset >= source_.start(range) && each.offset < lexed_.tokens[*from].offset;
    });
    if (predicate == parsed.predicates.end()) return false;
    auto projection = std::ranges::find(parsed.projections, predicate->other_block, &Projection::block);
    if (projection == parsed.projections.end() || projection->column.empty() || projection->column == "*") return false;
    int outer = r_.table_of(predicate->table, predicate->block, predicate->column);
    int inner = r_.table_of(projection->table, projection->block, projection->column);
    const RewriteColumn* outer_column = r_.column_of(outer, predicate->column);
    const RewriteColumn* inner_column = r_.column_of(inner, projection->column);
    if (outer_column == nullptr || inner_column == nullptr || !is_plain(shown(outer)) || !is_plain(shown(inner)) ||
        parsed.tables[static_cast<size_t>(inner)].block != predicate->other_block)
      return false;
    std::string inner_name(shown(inner)), renamed;
    bool same = std::ranges::any_of(parsed.tables, [&](const TableRef& table) {
      return table.block == predicate->other_block && (table.alias.empty() ? table.name : table.alias) == shown(outer);
    });
    if (same) {
      if (!may_be_renamed(select, parsed.tables[static_cast<size_t>(inner)])) return false;
      renamed = inner_name = "inner_" + inner_name;
    }
    std::string condition =
        fmt::format("{}.{} = {}.{}", shown(outer), outer_column->spelling, inner_name, inner_column->spelling);
    std::optional<std::string> query = with_condition(select, sublink, condition, renamed);
    if (!query) return false;
    r_.write(edits, source_.start(range), source_.length(range), "NOT EXISTS (SELECT 1 " + *query);
    if (!inner_column->not_null || outer_joined(predicate->other_block))
      remarks_.push_back(fmt::format("where {}.{} is NULL in one row, NOT IN gives no row at all; this does",
                                     parsed.tables[static_cast<size_t>(inner)].name, inner_column->name));
    if (!outer_column->not_null || outer_joined(predicate->block))
      remarks_.push_back(fmt::format("rows whose {} is NULL are returned, too", outer_column->name));
    return true;
  }

  // SELECT DISTINCT ON: the condition would choose before the rows are.
  [[nodiscard]] bool takes_firsts(const Node& select) const {
    const Node* list = tree_.child(select, Key::kDistinctClause);
    const Node* first = list == nullptr ? nullptr : tree_.first(*list);
    return first != nullptr && first->type != Type::kNone;
  }

  // NOT NULL says nothing of a column there.
  [[nodiscard]] bool outer_joined(int block) const {
    return std::ranges::any_of(r_.parsed().joins, [&](const Join& join) {
      return join.block == block && (join.type == "LEFT" || join.type == "RIGHT" || join.type == "FULL");
    });
  }

  // One table without an alias, that nothing in the subquery names.
  [[nodiscard]] bool may_be_renamed(const Node& select, const TableRef& table) const {
    const Node* list = tree_.child(select, Key::kFromClause);
    const Node* item = tree_.first(*list);
    if (item->type != Type::kRangeVar || tree_.next(*item) != nullptr || !source_.range(*item).known()) return false;
    if (tree_.child(*item, Key::kAlias) != nullptr || !table.schema.empty()) return false;
    bool qualified = false;
    r_.each_below(select, [&](const Node& node) {
      const Node* fields = node.type == Type::kColumnRef ? tree_.child(node, Key::kFields) : nullptr;
      qualified = qualified || (fields != nullptr && tree_.count(*fields) > 1);
    });
    return !qualified;
  }

  // "FROM … WHERE … )" with one more condition.
  [[nodiscard]] std::optional<std::string> with_condition(const Node& select, const Node& sublink,
                                                          const std::string& condition,
                                                          const std::string& renamed) const {
    std::optional<size_t> from = r_.from_token(select);
    SourceText::Range range = source_.range(sublink);
    if (!from || !range.known() || lexed_.symbol(range.last) != ')') return std::nullopt;
    Edits edits;
    if (!renamed.empty()) {
      SourceText::Range item = source_.range(*tree_.first(*tree_.child(select, Key::kFromClause)));
      edits.insert(lexed_.tokens[item.last].end(), " AS " + renamed);
    }
    r_.add_condition(edits, select, range.last, condition);
    uint32_t start = lexed_.tokens[*from].offset, end = lexed_.tokens[range.last].end();
    edits.replace(0, start, "");
    edits.replace(end, lexed_.sql.size() - end, "");
    std::string text;
    OffsetMap unused;
    edits.apply(lexed_.sql, text, unused);
    return text;
  }

  const Rewriting& r_;
  const Tree& tree_;
  const SourceText& source_;
  const Lexemes& lexed_;
  std::vector<std::string> remarks_;
};

}  // namespace

std::optional<Rewrite> Rewriting::exists() const {
  return Existence(*this).counts();
}

std::optional<Rewrite> Rewriting::not_exists() const {
  return Existence(*this).lists();
}

}  // namespace explaingate
