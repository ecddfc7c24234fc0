// A page that begins behind the last row of the page before, in place of one that counts rows from the top:
//
//   SELECT id FROM orders WHERE shop = ? ORDER BY placed_at DESC LIMIT 20 OFFSET ?
//   SELECT id FROM orders WHERE shop = ? AND (placed_at, id) < (?, ?) ORDER BY placed_at DESC, id DESC LIMIT 20
//
// The order has to be total, or rows that are equal in it fall between two pages: the primary key goes to its end. Near
// misses: two directions (no one comparison of rows), an order by an expression, a join (the key isn't the result's),
// a table without a primary key, an offset of a few rows.
#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "parse/rewriting.h"

namespace explaingate {
namespace {

constexpr int64_t kDeep = 1'000;  // rows: an OFFSET that is written out and smaller passes over few
constexpr size_t kMostKeys = 6;
// Of one row for one: others may be the database's own.
constexpr std::array<std::string_view, 32> kOneRow = {"abs",
                                                      "ceil",
                                                      "coalesce",
                                                      "concat",
                                                      "concat_ws",
                                                      "date_part",
                                                      "date_trunc",
                                                      "extract",
                                                      "floor",
                                                      "format",
                                                      "greatest",
                                                      "json_build_object",
                                                      "jsonb_build_object",
                                                      "least",
                                                      "left",
                                                      "length",
                                                      "lower",
                                                      "ltrim",
                                                      "md5",
                                                      "now",
                                                      "replace",
                                                      "right",
                                                      "round",
                                                      "row_to_json",
                                                      "rtrim",
                                                      "substr",
                                                      "substring",
                                                      "to_char",
                                                      "to_json",
                                                      "to_jsonb",
                                                      "trim",
                                                      "upper"};

struct KeyColumn {
  std::string text;  // SQL
  std::string name;  // the catalogue's
  bool nullable = false;
};

// Parameters in the statement's own style.
class Parameters {
 public:
  Parameters(const Rewriting& rewriting, SourceText::Range dropped) : r_(rewriting) {
    const Lexemes& lexed = rewriting.lexed();
    std::set<int> used;
    for (size_t i = 0; i < lexed.tokens.size(); ++i) {
      if (lexed.kind(i) != TokenKind::kParameter) continue;
      std::string_view written = lexed.text(i);
      if (style_.empty()) style_ = written;
      int number = number_of(written);
      highest_ = std::max(highest_, number);
      if (i < dropped.first || i > dropped.last) used.insert(number);
    }
    for (int number = 1; number <= highest_; ++number)
      if (!used.contains(number)) free_.push_back(number);  // only the OFFSET had it
    std::ranges::reverse(free_);
    if (style_.empty()) style_ = rewriting.sqlite() ? "?" : "$1";
  }

  // "" = nobody knows how this style goes on.
  std::string next(std::string_view column) {
    if (style_ == "?" || style_ == "%s") return style_;
    if (number_of(style_) > 0) return style_.substr(0, 1) + std::to_string(next_number());
    if (!std::ranges::all_of(column, is_name_byte)) return {};
    if (style_.starts_with("%(")) return fmt::format("%(after_{})s", column);
    bool named =
        style_.size() > 1 && (style_[0] == ':' || style_[0] == '@' || style_[0] == '$') && is_name_start(style_[1]);
    return named ? fmt::format("{}after_{}", style_[0], column) : "";
  }

 private:
  static int number_of(std::string_view written) {
    bool numbered = written.size() > 1 && written.size() < 6 && (written[0] == '?' || written[0] == '$') &&
                    std::ranges::all_of(written.substr(1), is_digit);
    return numbered ? std::stoi(std::string(written.substr(1))) : 0;
  }

  int next_number() {
    if (free_.empty()) return ++highest_;
    int number = free_.back();
    free_.pop_back();
    return number;
  }

  const Rewriting& r_;
  std::string style_;
  int highest_ = 0;
  std::vector<int> free_;
};

class Keyset {
 public:
  explicit Keyset(const Rewriting& rewriting)
      : r_(rewriting), tree_(rewriting.tree()), source_(rewriting.source()), lexed_(rewriting.lexed()) {}

  std::optional<Rewrite> run() {
    if (!pages_one_table() || !read_order() || !make_total() || keys_.size() > kMostKeys || hides_key())
      return std::nullopt;
    SourceText::Range dropped = offset_clause();
    if (!dropped.known()) return std::nullopt;
    Parameters parameters(r_, dropped);
    std::string left, right;
    for (const KeyColumn& key : keys_) {
      std::string parameter = parameters.next(key.name);
      if (parameter.empty()) return std::nullopt;
      left += (left.empty() ? "" : ", ") + key.text;
      right += (right.empty() ? "" : ", ") + parameter;
    }
    if (keys_.size() > 1) left = "(" + left + ")", right = "(" + right + ")";
    Edits edits;
    r_.add_condition(edits, *select_, source_.word_before(first_, {Word::kOrder}),
                     fmt::format("{} {} {}", left, descending_ ? "<" : ">", right));
    std::string added;
    for (size_t i = written_; i < keys_.size(); ++i) added += ", " + keys_[i].text + (descending_ ? " DESC" : "");
    if (!added.empty()) edits.insert(lexed_.tokens[last_].end(), added);
    drop(edits, dropped);
    Rewrite made = r_.make(RewriteKind::kKeyset, edits, remarks());
    made.dearest = last_page();
    return made;
  }

 private:
  bool pages_one_table() {
    select_ = r_.statement();
    if (select_->type != Type::kSelectStmt || tree_.text(*select_, Key::kOp) != "SETOP_NONE") return false;
    const QueryBlock& block = r_.parsed().blocks.front();
    if (!block.has_offset || !block.has_limit || block.distinct || block.has_group_by || block.has_aggregate ||
        block.has_window || !block.locking.empty() || lexed_.symbol(0) == '(' ||
        (block.skipped && *block.skipped < kDeep))
      return false;
    const Node* from = tree_.child(*select_, Key::kFromClause);
    const Node* item = from == nullptr ? nullptr : tree_.first(*from);
    if (item == nullptr || item->type != Type::kRangeVar || tree_.next(*item) != nullptr) return false;
    const std::vector<TableRef>& tables = r_.parsed().tables;
    auto own = std::ranges::find_if(
        tables, [](const TableRef& table) { return table.block == 0 && table.role == TableRef::Role::kFrom; });
    table_ = own == tables.end() ? -1 : static_cast<int>(own - tables.begin());
    return table_ >= 0 && !makes_rows();
  }

  // A function in the select list may give several rows for one (PostgreSQL): a page then ends within them.
  [[nodiscard]] bool makes_rows() const {
    return !r_.sqlite() && std::ranges::any_of(r_.parsed().calls, [](const FunctionCall& call) {
      return call.block == 0 && call.place == Place::kSelect && std::ranges::find(kOneRow, call.name) == kOneRow.end();
    });
  }

  // ORDER BY takes a name for the result's first, WHERE for the table's: SELECT shop AS id … ORDER BY id.
  [[nodiscard]] bool hides_key() const {
    return std::ranges::any_of(r_.parsed().projections, [&](const Projection& item) {
      return item.block == 0 && !item.alias.empty() && std::ranges::any_of(keys_, [&](const KeyColumn& key) {
               return same_ignoring_case(key.name, item.alias) && !same_ignoring_case(item.column, item.alias);
             });
    });
  }

  bool read_order() {
    const Node* list = tree_.child(*select_, Key::kSortClause);
    size_t position = 0;
    for (const Node* item = list == nullptr ? nullptr : tree_.first(*list); item != nullptr;
         item = tree_.next(*item), ++position) {
      const Node* column = tree_.child(*item, Key::kNode);
      auto ordering = std::ranges::find_if(r_.parsed().orderings, [&](const Ordering& each) {
        return each.block == 0 && each.kind == Ordering::Kind::kOrderBy && each.position == static_cast<int>(position);
      });
      bool plain = column != nullptr && column->type == Type::kColumnRef && ordering != r_.parsed().orderings.end() &&
                   !ordering->column.empty() && ordering->nulls == Ordering::Nulls::kDefault;
      if (!plain || (position > 0 && ordering->descending != descending_)) return false;
      const RewriteColumn* known = r_.column_of(r_.table_of(ordering->table, 0, ordering->column), ordering->column);
      if (known == nullptr) return false;
      descending_ = ordering->descending;
      SourceText::Range range = source_.range(*column);
      if (!range.known()) return false;
      if (position == 0) first_ = range.first;
      last_ = range.last;
      Word behind = lexed_.word(last_ + 1);
      if (behind == Word::kAsc || behind == Word::kDesc) ++last_;
      std::string qualifier = qualifier_of(range);
      keys_.push_back({qualifier + known->spelling, known->name, !known->not_null});
      if (position == 0) qualifier_ = qualifier;
    }
    written_ = keys_.size();
    return written_ > 0;
  }

  // "o." of o.placed_at
  [[nodiscard]] std::string qualifier_of(const SourceText::Range& range) const {
    if (range.last < range.first + 2) return {};
    std::string_view whole = source_.text(range);
    return std::string(whole.substr(0, lexed_.tokens[range.last].offset - lexed_.tokens[range.first].offset));
  }

  bool make_total() {
    const RewriteTable* table = r_.table(table_);
    if (table == nullptr) return false;
    bool has_key = false;
    for (const RewriteColumn& column : table->columns) {
      if (!column.key) continue;
      has_key = true;
      if (std::ranges::find(keys_, column.name, &KeyColumn::name) == keys_.end())
        keys_.push_back({qualifier_ + column.spelling, column.name, !column.not_null});
    }
    return has_key;
  }

  // The tokens of OFFSET n [ROWS], or of "n," behind LIMIT.
  [[nodiscard]] SourceText::Range offset_clause() const {
    const Node* count = tree_.child(*select_, Key::kLimitCount);
    const Node* skipped = tree_.child(*select_, Key::kLimitOffset);
    if (count == nullptr || skipped == nullptr) return {};
    for (const Node* node : {skipped, count}) {
      SourceText::Range range = source_.range(*node);
      if (!range.known() || range.first == 0) return {};
      while (range.first > 0 && lexed_.symbol(range.first - 1) == '(' && lexed_.symbol(range.last + 1) == ')')
        --range.first, ++range.last;
      if (range.first > 0 && lexed_.word(range.first - 1) == Word::kOffset) {
        Word rows = lexed_.word(range.last + 1);
        return {range.first - 1, range.last + (rows == Word::kRow || rows == Word::kRows ? 1 : 0)};
      }
      if (range.first > 0 && lexed_.word(range.first - 1) == Word::kLimit && lexed_.symbol(range.last + 1) == ',')
        return {range.first, range.last + 1};
    }
    return {};
  }

  // Without OFFSET and LIMIT, which end the statement: what the last page reads.
  [[nodiscard]] std::string last_page() const { return std::string(lexed_.sql.substr(0, lexed_.tokens[last_].end())); }

  // With the space behind it, or where it ends the statement before it.
  void drop(Edits& edits, const SourceText::Range& dropped) const {
    uint32_t begin = lexed_.tokens[dropped.first].offset, end = lexed_.tokens[dropped.last].end();
    if (dropped.last + 1 < lexed_.tokens.size())
      end = lexed_.tokens[dropped.last + 1].offset;
    else if (dropped.first > 0)
      begin = lexed_.tokens[dropped.first - 1].end();
    edits.replace(begin, end - begin, "");
  }

  [[nodiscard]] std::vector<std::string> remarks() const {
    std::vector<std::string> all = {
        "a page is asked for by the last row of the page before it, no longer by its number; the first page leaves the "
        "comparison out"};
    std::string tie, nullable;
    for (size_t i = 0; i < keys_.size(); ++i) {
      if (i >= written_) tie += (tie.empty() ? "" : ", ") + keys_[i].name;
      if (keys_[i].nullable) nullable += (nullable.empty() ? "" : ", ") + keys_[i].name;
    }
    if (!tie.empty()) all.push_back(fmt::format("rows that are equal in the order come by {}", tie));
    if (!nullable.empty()) all.push_back(fmt::format("rows whose {} is NULL are on no page", nullable));
    return all;
  }

  const Rewriting& r_;
  const Tree& tree_;
  const SourceText& source_;
  const Lexemes& lexed_;
  const Node* select_ = nullptr;
  int table_ = -1;
  std::vector<KeyColumn> keys_;
  size_t written_ = 0;  // of keys_, those that the statement orders by
  bool descending_ = false;
  std::string qualifier_;
  size_t first_ = 0, last_ = 0;  // tokens of the ORDER BY's items
};

}  // namespace

std::optional<Rewrite> Rewriting::keyset() const {
  return Keyset(*this).run();
}

}  // namespace explaingate
