// Statements of MyBatis mappers: <select id="…"> and its like. mybatis_markup.cc puts their texts together.
#include "extract/mybatis.h"

#include <algorithm>
#include <map>
#include <set>

#include "extract/mybatis_markup.h"
#include "extract/suppression.h"

namespace explaingate {
namespace {

using host::Role;
using host::Text;
using host::Tree;
using mybatis::Markup;

class Mapper {
 public:
  Mapper(std::string_view path, const Tree& tree, Dialect dialect)
      : path_(path), tree_(tree), dialect_(dialect), lines_(tree.source()), markup_(tree) {}

  Extraction run(Outline* outline) {
    int root = tree_.size() > 0 ? markup_.element_below(0) : -1;
    if (root < 0 || markup_.name_of(root) != "mapper") return {};
    namespace_ = markup_.attribute(root, "namespace");
    if (namespace_.empty()) return {};
    markup_.add_fragments(root, namespace_);
    for (int child : markup_.elements(root))
      if (is_statement(markup_.name_of(child))) statement(child, markup_.attribute(child, "id"));
    ignore_comments();
    std::stable_sort(result_.statements.begin(), result_.statements.end(), [](const Statement& a, const Statement& b) {
      return std::pair(a.line, a.column) < std::pair(b.line, b.column);
    });
    if (outline != nullptr) fill_outline(*outline, root);
    return std::move(result_);
  }

 private:
  std::string_view path_;
  const Tree& tree_;
  Dialect dialect_;
  LineIndex lines_;
  Markup markup_;
  std::string_view namespace_;
  std::vector<LineRange> places_;
  Extraction result_;

  static bool is_statement(std::string_view name) {
    return name == "select" || name == "insert" || name == "update" || name == "delete";
  }

  // namespace="org.x.OrderMapper", id="find": what orderMapper.find() runs.
  void fill_outline(Outline& outline, int root) {
    std::map<std::string_view, int32_t> by_id;  // one id can have a statement for each database
    for (int child : markup_.elements(root)) {
      std::string_view id = markup_.attribute(child, "id");
      if (!is_statement(markup_.name_of(child)) || !by_id.try_emplace(id, outline.functions.size()).second) continue;
      Outline::Function& function = outline.functions.emplace_back();
      function.name = id;
      function.owner = host::last_word(namespace_);
      function.line = lines_.position(tree_.at(child).start).line;
      function.end_line = lines_.position(tree_.at(child).end - 1).line;
    }
    for (size_t index = 0; index < result_.statements.size(); ++index)
      if (auto run = by_id.find(result_.statements[index].name); run != by_id.end())
        outline.executions.push_back({run->second, static_cast<int32_t>(index)});
  }

  void refuse(int element, std::string reason) {
    Position at = lines_.position(tree_.at(element).start);
    result_.not_analysed.push_back({std::string(path_), at.line, at.column, std::move(reason), function(element)});
  }
  [[nodiscard]] std::string function(int element) const {
    return std::string(namespace_) + "." + std::string(markup_.attribute(element, "id"));
  }

  void statement(int element, std::string_view id) {
    places_.push_back({lines_.position(tree_.at(element).start).line, lines_.position(tree_.at(element).end - 1).line});
    Markup::Ways ways = markup_.ways_of(element);
    if (ways.cut) refuse(element, std::string(Markup::kCut));
    std::set<std::string> seen;
    for (const Text& text : ways.texts) emit(element, id, text, seen);
    for (int child : markup_.elements(element))
      if (markup_.name_of(child) == "selectKey") key_statement(child, element);
  }

  // <selectKey> is a statement of its own, run with its <insert>.
  void key_statement(int key, int element) {
    std::set<std::string> seen;
    for (const Text& text : markup_.with_all(key)) emit(element, markup_.attribute(element, "id"), text, seen);
  }

  void emit(int element, std::string_view id, const Text& text, std::set<std::string>& seen) {
    host::Filled filled = host::fill_holes(text, tree_.source(), dialect_);
    if (!host::starts_like_sql(filled.text)) {
      if (filled.starts_with_hole) refuse(element, filled.start_reason);
      return;
    }
    if (!filled.table_expression.empty())
      refuse(element, "the table's name is dynamic: `" + filled.table_expression + "`");
    if (!seen.insert(filled.text).second) return;
    Statement statement;
    statement.path = path_;
    Position first = lines_.position(filled.first), last = lines_.position(filled.last);
    statement.line = first.line;
    statement.column = first.column;
    if (std::pair(last.line, last.column) < std::pair(first.line, first.column)) last = first;  // a fragment further up
    statement.end_line = last.line;
    statement.end_column = last.column;
    statement.language = "xml";
    statement.function = std::string(namespace_) + "." + std::string(id);
    statement.name = id;
    statement.kind = "named";
    statement.text = std::move(filled.text);
    statement.dynamic = !filled.holes.empty();
    statement.holes = std::move(filled.holes);
    statement.map = std::move(filled.map);
    statement.callee = markup_.name_of(element);
    statement.library = "MyBatis";
    statement.call_line = lines_.position(tree_.at(element).start).line;
    statement.placeholders = "?";
    if (statement.text.find(';') != std::string::npos) {
      if (std::vector<Statement> parts = split_statement(statement, dialect_); parts.size() > 1) {
        for (Statement& part : parts) result_.statements.push_back(std::move(part));
        return;
      }
    }
    result_.statements.push_back(std::move(statement));
  }

  // <!-- explaingate-ignore RULE: reason --> in a statement, or before it.
  void ignore_comments() {
    for (int node = 0; node < tree_.size(); ++node) {
      if (tree_.role(node) != Role::kComment) continue;
      std::string_view text = tree_.text(node);
      if (!text.starts_with("<!--") || !text.ends_with("-->") || text.size() < 7) continue;
      auto comment = parse_ignore_comment(text.substr(4, text.size() - 7));
      if (!comment) continue;
      int line = lines_.position(tree_.at(node).start).line;
      auto place =
          std::find_if(places_.begin(), places_.end(), [&](const LineRange& range) { return range.last >= line; });
      int last = place == places_.end() ? line + 1 : place->last;
      result_.suppressions.push_back(
          {std::string(path_), line, {line, last}, std::move(comment->rules), std::move(comment->reason)});
    }
  }
};

}  // namespace

Extraction extract_mapper(std::string_view path, const host::Tree& tree, Dialect dialect, Outline* outline) {
  return Mapper(path, tree, dialect).run(outline);
}

}  // namespace explaingate
