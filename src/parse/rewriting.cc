#include "parse/rewriting.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"

namespace explaingate {
namespace {

constexpr int kDeepestNode = 3'000;  // nodes below one another

// Functions of one value a statement, whose arguments may be moved.
constexpr std::array<std::string_view, 22> kSteady = {"abs",       "current_date",  "current_timestamp",
                                                      "date",      "date_bin",      "datetime",
                                                      "date_part", "date_trunc",    "extract",
                                                      "format",    "ifnull",        "julianday",
                                                      "make_date", "make_interval", "make_timestamp",
                                                      "now",       "printf",        "strftime",
                                                      "to_date",   "to_timestamp",  "transaction_timestamp",
                                                      "unixepoch"};

bool is_steady(std::string_view name) {
  return std::ranges::find(kSteady, name) != kSteady.end();
}

// Whether the tree is worth building: a comparison that goes by no index, a count that is compared, or an OFFSET.
bool may_be_rewritten(const ParsedQuery& parsed) {
  auto compared = [](const auto& part) { return !part.compared.empty(); };
  return std::ranges::any_of(parsed.predicates, [](const Predicate& predicate) { return !predicate.sargable; }) ||
         std::ranges::any_of(parsed.calls, compared) || std::ranges::any_of(parsed.blocks, compared) ||
         std::ranges::any_of(parsed.blocks, &QueryBlock::has_offset);
}

bool may_hold_hints(std::string_view sql) {
  std::string lowered = lower(sql);
  return lowered.find('+') != std::string::npos || lowered.find("cross") != std::string::npos;
}

}  // namespace

std::string_view to_string(RewriteKind kind) {
  switch (kind) {
    case RewriteKind::kRange:
      return "range";
    case RewriteKind::kKeyset:
      return "keyset";
    case RewriteKind::kExists:
      return "exists";
    case RewriteKind::kNotExists:
      return "not_exists";
    case RewriteKind::kWithoutHints:
      return "without_hints";
  }
  return "range";
}

std::vector<Rewrite> rewrites(std::string_view sql, Dialect dialect, std::string_view placeholders,
                              const ParsedQuery& parsed, const FindRewriteTable& find) {
  std::vector<Rewrite> result;
  bool hints = dialect == Dialect::kSqlite && may_hold_hints(sql);
  if (parsed.blocks.empty() || (!hints && !may_be_rewritten(parsed))) return result;
  Result<Lexemes> lexed = lex(sql, dialect, placeholders);
  if (!lexed) return result;
  while (!lexed->tokens.empty() && lexed->kind(lexed->tokens.size() - 1) == TokenKind::kSemicolon)
    lexed->tokens.pop_back();
  if (lexed->tokens.empty()) return result;
  Rewriting rewriting(std::move(*lexed), dialect, placeholders, parsed, find);
  if (rewriting.statement() == nullptr) return result;
  for (auto make :
       {&Rewriting::ranges, &Rewriting::keyset, &Rewriting::exists, &Rewriting::not_exists, &Rewriting::without_hints})
    if (std::optional<Rewrite> made = (rewriting.*make)()) result.push_back(std::move(*made));
  return result;
}

Rewriting::Rewriting(Lexemes lexed, Dialect dialect, std::string_view placeholders, const ParsedQuery& parsed,
                     const FindRewriteTable& find)
    : lexed_(std::move(lexed)),
      dialect_(dialect),
      placeholders_(placeholders),
      parsed_(parsed),
      find_(find),
      translation_(translate(lexed_, dialect, parsed.kind)),
      grammar_(translation_.text),
      tree_(grammar_.accepted() ? grammar_.json() : std::string_view("{}")),
      source_(tree_, lexed_, translation_, dialect) {}

const Node* Rewriting::statement() const {
  const Node* list = tree_.child(tree_.root(), Key::kStmts);
  const Node* first = list == nullptr ? nullptr : tree_.first(*list);
  const Node* found = first == nullptr ? nullptr : tree_.child(*first, Key::kStmt);
  if (found == nullptr) return nullptr;
  bool known = found->type == Type::kSelectStmt || found->type == Type::kUpdateStmt || found->type == Type::kDeleteStmt;
  return known ? found : nullptr;
}

void Rewriting::walk(const Node& node, int depth, const std::function<void(const Node&)>& visit) const {
  if (depth > kDeepestNode) return;
  visit(node);
  for (const Node* child = tree_.first(node); child != nullptr; child = tree_.next(*child))
    walk(*child, depth + 1, visit);
}

void Rewriting::each_node(const std::function<void(const Node&)>& visit) const {
  if (const Node* top = statement()) walk(*top, 0, visit);
}

void Rewriting::each_conjunct(const std::function<void(const Node&)>& visit) const {
  each_node([&](const Node& node) {
    if (node.key == Key::kWhereClause || node.key == Key::kQuals) conjuncts(node, visit);
  });
}

void Rewriting::conjuncts(const Node& node, const std::function<void(const Node&)>& visit) const {
  if (node.type != Type::kBoolExpr || tree_.text(node, Key::kBoolop) != "AND_EXPR") return visit(node);
  if (const Node* arms = tree_.child(node, Key::kArgs))
    for (const Node* arm = tree_.first(*arms); arm != nullptr; arm = tree_.next(*arm)) conjuncts(*arm, visit);
}

const Node* Rewriting::only_column(const Node& node) const {
  const Node* found = nullptr;
  bool other = false;
  walk(node, 0, [&](const Node& each) {
    if (each.type == Type::kSubLink || each.type == Type::kSelectStmt) other = true;
    if (each.type != Type::kColumnRef) return;
    other = other || found != nullptr;
    found = &each;
  });
  return other ? nullptr : found;
}

bool Rewriting::is_constant(const Node& node, int depth) const {
  if (depth > kDeepestNode) return false;
  switch (node.type) {
    case Type::kAConst:
    case Type::kParamRef:
    case Type::kSQLValueFunction:
      return true;
    case Type::kTypeCast: {
      const Node* inner = tree_.child(node, Key::kArg);
      return inner != nullptr && is_constant(*inner, depth + 1);
    }
    case Type::kFuncCall:
    case Type::kCoalesceExpr: {
      if (node.type == Type::kFuncCall && !is_steady(function_name(node))) return false;
      if (tree_.child(node, Key::kOver) != nullptr) return false;
      std::vector<const Node*> all = arguments(node);
      return std::ranges::all_of(all, [&](const Node* argument) { return is_constant(*argument, depth + 1); });
    }
    case Type::kAExpr: {
      std::string_view op = operator_of(node);
      bool computes = op == "+" || op == "-" || op == "*" || op == "/" || op == "||";
      const Node* left = tree_.child(node, Key::kLexpr);
      const Node* right = tree_.child(node, Key::kRexpr);
      return computes && right != nullptr && is_constant(*right, depth + 1) &&
             (left == nullptr || is_constant(*left, depth + 1));
    }
    default:
      return false;
  }
}

bool Rewriting::has_positional_parameter(const Node& node) const {
  bool found = false;
  walk(node, 0, [&](const Node& each) {
    if (each.type != Type::kParamRef) return;
    std::string_view written = lexed_.text(std::min(source_.token(each), lexed_.tokens.size() - 1));
    found = found || written == "?" || written == "%s" || written == "{}";
  });
  return found;
}

std::string_view flipped(std::string_view op) {
  return op == "<" ? ">" : op == ">" ? "<" : op == "<=" ? ">=" : op == ">=" ? "<=" : op;
}

std::string_view Rewriting::last_name(const Node& node, Key key) const {
  std::string_view name;
  if (const Node* names = tree_.child(node, key))
    for (const Node* part = tree_.first(*names); part != nullptr; part = tree_.next(*part))
      name = tree_.text(*part, Key::kSval);
  return name;
}

std::string Rewriting::function_name(const Node& call) const {
  if (call.type != Type::kFuncCall) return {};
  std::string name(last_name(call, Key::kFuncname));
  std::ranges::transform(name, name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  return name;
}

std::vector<const Node*> Rewriting::arguments(const Node& call) const {
  std::vector<const Node*> all;
  if (const Node* list = tree_.child(call, Key::kArgs))
    for (const Node* argument = tree_.first(*list); argument != nullptr; argument = tree_.next(*argument))
      all.push_back(argument);
  return all;
}

std::string_view Rewriting::operator_of(const Node& expression) const {
  if (expression.type != Type::kAExpr || tree_.text(expression, Key::kKind) != "AEXPR_OP") return {};
  std::string_view op = last_name(expression, Key::kName);
  return op == "==" ? "=" : op;
}

std::optional<std::string> Rewriting::string_of(const Node& node) const {
  const Node* string = node.type == Type::kAConst ? tree_.child(node, Key::kSval) : nullptr;
  return string == nullptr ? std::nullopt : std::optional(std::string(tree_.text(*string, Key::kSval)));
}

std::optional<int> Rewriting::number_of(const Node& node) const {
  constexpr size_t kDigits = 9;
  if (node.type != Type::kAConst || tree_.child(node, Key::kSval) != nullptr) return std::nullopt;
  std::string_view written = source_.text(node);
  int value = 0;
  auto [end, error] = std::from_chars(written.data(), written.data() + written.size(), value);
  bool whole = error == std::errc() && end == written.data() + written.size() && written.size() <= kDigits;
  return whole ? std::optional(value) : std::nullopt;
}

const Predicate* Rewriting::predicate_of(const Node& comparison) const {
  SourceText::Range range = source_.range(comparison);
  if (!range.known()) return nullptr;
  uint32_t start = source_.start(range), length = source_.length(range);
  auto found = std::ranges::find_if(parsed_.predicates, [&](const Predicate& predicate) {
    return predicate.offset == start && predicate.length == length;
  });
  return found == parsed_.predicates.end() ? nullptr : &*found;
}

int Rewriting::table_of(int table, int block, std::string_view column) const {
  if (table >= 0 || block < 0) return table;
  int found = -1;
  for (size_t i = 0; i < parsed_.tables.size(); ++i) {
    if (parsed_.tables[i].block != block) continue;
    if (find_(parsed_.tables[i]) == nullptr) return -1;  // it may have a column of that name, too
    if (column_of(static_cast<int>(i), column) == nullptr) continue;
    if (found >= 0) return -1;
    found = static_cast<int>(i);
  }
  return found;
}

const RewriteTable* Rewriting::table(int table) const {
  bool known = table >= 0 && static_cast<size_t>(table) < parsed_.tables.size();
  return known ? find_(parsed_.tables[static_cast<size_t>(table)]) : nullptr;
}

const RewriteColumn* Rewriting::column_of(int reference, std::string_view column) const {
  const RewriteTable* known = table(reference);
  if (known == nullptr) return nullptr;
  auto found = std::ranges::find_if(known->columns,
                                    [&](const RewriteColumn& each) { return same_ignoring_case(each.name, column); });
  return found == known->columns.end() ? nullptr : &*found;
}

void Rewriting::write(Edits& edits, size_t offset, size_t length, std::string text) const {
  std::string_view sql = lexed_.sql;
  size_t end = offset + length;
  if (text.empty()) return edits.replace(offset, length, text);
  if (offset > 0 && is_name_byte(sql[offset - 1]) && is_name_byte(text.front())) text.insert(0, 1, ' ');
  if (end < sql.size() && is_name_byte(sql[end]) && is_name_byte(text.back())) text += ' ';
  edits.replace(offset, length, text);
}

Rewrite Rewriting::make(RewriteKind kind, Edits& edits, std::vector<std::string> remarks) const {
  Rewrite made{kind, {}, {}, {}};
  OffsetMap unused;
  edits.apply(lexed_.sql, made.text, unused);
  for (std::string& remark : remarks)
    if (std::ranges::find(made.remarks, remark) == made.remarks.end()) made.remarks.push_back(std::move(remark));
  return made;
}

void Rewriting::add_condition(Edits& edits, const Node& select, size_t end, const std::string& condition) const {
  const Node* where = tree_.child(select, Key::kWhereClause);
  if (where == nullptr) {
    uint32_t at = end < lexed_.tokens.size() ? lexed_.tokens[end].offset : static_cast<uint32_t>(lexed_.sql.size());
    bool spaced = at > 0 && (lexed_.sql[at - 1] == ' ' || lexed_.sql[at - 1] == '\n' || lexed_.sql[at - 1] == '\t');
    write(edits, at, 0, (spaced ? "WHERE " : " WHERE ") + condition + (lexed_.symbol(end) == ')' ? "" : " "));
    return;
  }
  SourceText::Range range = source_.range(*where);
  bool loose = where->type == Type::kBoolExpr && tree_.text(*where, Key::kBoolop) == "OR_EXPR";
  if (loose) edits.insert(source_.start(range), "(");
  write(edits, source_.start(range) + source_.length(range), 0, (loose ? ") AND " : " AND ") + condition);
}

std::optional<size_t> Rewriting::from_token(const Node& select) const {
  const Node* list = tree_.child(select, Key::kFromClause);
  const Node* item = list == nullptr ? nullptr : tree_.first(*list);
  if (item == nullptr) return std::nullopt;
  SourceText::Range range = source_.range(*item);
  if (!range.known() || range.first == 0) return std::nullopt;
  size_t at = source_.word_before(range.first - 1, {Word::kFrom});
  return lexed_.word(at) == Word::kFrom ? std::optional(at) : std::nullopt;
}

}  // namespace explaingate
