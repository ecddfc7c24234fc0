// What a call that may execute SQL gives: statements, a line of what is not analysed, or nothing.
#include <algorithm>

#include "extract/host_calls.h"
#include "extract/mybatis.h"
#include "parse/parse.h"
#include "parse/scan.h"

namespace explaingate::host {
namespace {

bool writes(std::string_view sql) {
  static constexpr std::string_view kVerbs[] = {"insert", "update", "delete", "replace", "merge"};
  std::string_view first = sql.substr(0, std::min(sql.find_first_of(" \t\r\n("), sql.size()));
  return std::any_of(std::begin(kVerbs), std::end(kVerbs), [&](std::string_view verb) {
    return std::equal(first.begin(), first.end(), verb.begin(), verb.end(),
                      [](char written, char letter) { return (written | 0x20) == letter; });
  });
}

// IF EXISTS (SELECT …) UPDATE …; DECLARE @x INT = 1 SELECT …; EXEC dbo.refresh @x: Transact-SQL. "If you select" is
// prose.
bool is_batch(std::string_view sql) {
  Scanner scanner(sql, Dialect::kPostgres);
  Token first = scanner.next(), second = scanner.next();
  auto starts = [&](std::string_view word) { return is_word(sql, first, word); };
  std::string_view next = token_text(sql, second);
  if (starts("declare")) return next.starts_with('@');
  if (starts("exec") || starts("execute"))
    return token_text(sql, first).front() == 'E' && second.kind == TokenKind::kWord;
  if (!starts("if") && !starts("while")) return false;
  return (is_word(sql, second, "exists") || is_word(sql, second, "not") || next == "(" || next.starts_with('@')) &&
         verbs_in(sql.substr(second.offset), {}).any_case;
}

}  // namespace

// What holds the literals of a text that is written as several: a list, or the arguments; -1 = it's written as one.
int HostFile::parts_of_text(const Site& site) const {
  if (tree_.role(site.argument) == Role::kList) return site.argument;
  int arguments = tree_.part(site.call, Part::kArguments);
  std::vector<int> given = tree_.elements(arguments);
  bool several = given.size() > 1 && given.front() == site.argument &&
                 std::ranges::all_of(given, [&](int one) { return tree_.role(one) == Role::kString; });
  return several ? arguments : -1;
}

void HostFile::analyse(const Site& site) {
  int parts = site.row != nullptr && !site.row->joined_by.empty() ? parts_of_text(site) : -1;
  Value value = parts >= 0 ? evaluator_.joined(parts, site.row->joined_by) : evaluator_.evaluate(site.argument);
  if (language_.words.executing_formats && (site.row == nullptr || !site.row->certain || site.wrapped))
    value = evaluator_.with_arguments(std::move(value), site.call, site.argument);
  bool runs_texts = site.row != nullptr && site.row->kind == CallKind::kRun;
  CallKind kind = site.row != nullptr             ? site.row->kind
                  : site.wrapper != nullptr       ? site.wrapper->kind
                  : prepares_.contains(site.call) ? CallKind::kPrepare
                                                  : CallKind::kExecute;
  if (!value.known()) {
    find_wrapper(site, value.parameter >= 0 ? value.parameter : cleaned_parameter(site));
    if (!(site.gate || names_sql(site.argument)) || site.quiet || value.reason.empty() ||
        (runs_texts && value.parameter < 0))
      return;  // a query that the library builds
    Role role = tree_.role(tree_.ungrouped(site.argument));
    int root = tree_.ungrouped(site.argument);  // Person::class.java
    while (tree_.role(root) == Role::kMember) root = tree_.ungrouped(tree_.part(root, Part::kReceiver));
    if (role == Role::kNumber || tree_.role(root) == Role::kConstant || role == Role::kLambda || role == Role::kList ||
        role == Role::kMap)
      return;
    if (role == Role::kIdentifier && !names_sql(site.argument) &&
        is_one_of(bare(tree_.text(site.argument)), language_.words.database_receivers))
      return;  // query.execute(db)
    sites_.insert(site.call);
    if (role == Role::kCall &&
        is_one_of(evaluator_.callee_name(tree_.ungrouped(site.argument)), language_.words.quiet_callees))
      return;  // execute(gql("query { … }"))
    if (Site inner; role == Role::kCall && find_site(site.argument, inner) && inner.gate)
      return;  // query(new Cursor(…))
    refuse(site, site.argument, value.reason);
    return;
  }
  bool any = false;
  int parameter = -1;
  std::vector<size_t> begins;  // of each variant's statements in found_
  for (const Text& text : value.variants) {
    begins.push_back(found_.size());
    any = emit(site, text, value, kind) || any;
    parameter = std::max(parameter, leading_parameter(site, text));
  }
  drop_impossible(begins);
  find_wrapper(site, parameter);
  if (any) {
    list_cut(site, value);
    sites_.insert(site.call);
    text_calls_.insert(value.text_calls.begin(), value.text_calls.end());
  }
}

// Branches that go together ("if order: …" twice) give variants that no run makes. Those that aren't understood are
// dropped where another one is.
void HostFile::drop_impossible(const std::vector<size_t>& begins) {
  std::vector<std::pair<size_t, size_t>> wrong;
  size_t right = 0;
  for (size_t variant = 0; variant < begins.size(); ++variant) {
    size_t end = variant + 1 < begins.size() ? begins[variant + 1] : found_.size();
    if (begins[variant] == end) continue;
    if (begins.front() + 1 == found_.size()) return;  // the only one
    bool fine = true;
    for (size_t index = begins[variant]; index < end && fine; ++index) {
      const Statement& statement = found_[index].statement;
      fine = parse_query(statement.text, dialect_, statement.placeholders).has_value();
    }
    if (!fine) wrong.emplace_back(begins[variant], end);
    right += fine ? 1 : 0;
  }
  if (right == 0) return;
  for (auto range = wrong.rbegin(); range != wrong.rend(); ++range)
    found_.erase(found_.begin() + static_cast<std::ptrdiff_t>(range->first),
                 found_.begin() + static_cast<std::ptrdiff_t>(range->second));
}

// Set by nothing but assignments of what is fixed itself: prefix = config.prefix(). What reads the name to set it
// (`name`) says nothing: query := query.Build()
bool HostFile::is_given_fixed(const std::vector<int>& assignments, int name, int depth) const {
  constexpr int kDeepest = 3;
  constexpr size_t kMostAssignments = 4;
  return depth < kDeepest && assignments.size() <= kMostAssignments &&
         std::ranges::all_of(
             assignments,
             [&](int assignment) {
               return tree_.role(assignment) == Role::kAssignment &&
                      (tree_.contains(assignment, name) || is_fixed(tree_.part(assignment, Part::kRight), depth + 1));
             });
}

// Made of nothing that the function around it is given, or sets to what it's given: the same whenever it runs.
bool HostFile::is_fixed(int expression, int depth) const {
  if (expression < 0) return false;
  int function = tree_.function_of(expression);
  for (int node = expression; node < tree_.at(expression).after; ++node) {
    if (tree_.role(node) != Role::kIdentifier || is_one_of(tree_.text(node), language_.words.self)) continue;
    int parent = tree_.parent(node);
    if (tree_.role(parent) == Role::kMember && tree_.part(parent, Part::kName) == node) continue;
    for (int scope = tree_.at(node).scope; scope > 0; scope = tree_.at(scope).scope) {
      const std::vector<int>* assigned = evaluator_.assignments(scope, tree_.text(node));
      if (assigned != nullptr && tree_.role(scope) != Role::kClass && !is_given_fixed(*assigned, node, depth))
        return false;
      if (tree_.role(scope) != Role::kClass && evaluator_.parameter(scope, tree_.text(node)) >= 0) return false;
      if (scope == function) break;
    }
  }
  return true;
}

// The statement of a text at a site, with its place and what executes it.
HostFile::Found HostFile::found_at(const Site& site, Filled& filled, const Value& value, CallKind kind) const {
  Found found;
  found.call = site.call;
  found.argument = site.argument;
  Statement& statement = found.statement;
  statement.path = path_;
  Position first = lines_.position(filled.first);
  Position last = lines_.position(filled.last);
  statement.line = first.line;
  statement.column = first.column;
  statement.end_line = last.line;
  statement.end_column = last.column;
  if (std::pair(last.line, last.column) <
      std::pair(first.line, first.column)) {  // ends in a constant that stands further up
    statement.end_line = first.line;
    statement.end_column = first.column;
  }
  statement.language = language_.name;
  statement.function = function_name(site.call);
  statement.name = value.name;
  bool assigned = site.row != nullptr && site.row->assigned;
  statement.kind = assigned || (site.call >= 0 && tree_.role(site.call) == Role::kCall) ? "call" : "constant";
  statement.text = std::move(filled.text);
  statement.dynamic = !filled.holes.empty();
  statement.holes = std::move(filled.holes);
  for (size_t hole = 0; hole < statement.holes.size(); ++hole)
    statement.holes[hole].fixed = is_fixed(filled.hole_nodes[hole]);
  found.hole_nodes = std::move(filled.hole_nodes);
  statement.map = std::move(filled.map);
  statement.placeholders = site.placeholders;
  statement.call = kind;
  statement.call_line = lines_.position(tree_.at(site.call).start).line;
  if (statement.kind == "call") {
    bool on_text = site.argument == tree_.ungrouped(tree_.part(site.call, Part::kReceiver));  // "SELECT …".load()
    statement.callee = assigned  ? tree_.text(tree_.part(site.call, Part::kLeft))
                       : on_text ? evaluator_.callee_name(site.call)
                                 : evaluator_.callee_text(site.call);
    statement.library = site.row != nullptr       ? site.row->library
                        : site.wrapper != nullptr ? site.wrapper->library
                                                  : "unknown";
    // db.many("SELECT …") gives many rows: only what writes is known by the call's name to be given many.
    bool unknown = site.row == nullptr && site.wrapper == nullptr && kind == CallKind::kExecute;
    if (unknown && writes(statement.text) && has_word(evaluator_.callee_name(site.call), language_.words.bulk_words))
      statement.call = CallKind::kBulk;
    if (site.row != nullptr && method_call_on(site.call, site.row->bulk_by) >= 0) statement.call = CallKind::kBulk;
  } else {
    found.call = -1;
    statement.call = CallKind::kNone;
    statement.placeholders = language_.placeholders;
  }
  return found;
}

// False when the text isn't a statement.
bool HostFile::emit(const Site& site, const Text& given, const Value& value, CallKind kind) {
  if (site.row != nullptr && site.row->braced_names) return emit_text(site, without_braces(given), value, kind);
  if (site.row == nullptr || !site.row->mapper) return emit_text(site, given, value, kind);
  if (!is_script(given)) return emit_text(site, mapper_text(given), value, kind);
  emit_script(site, given, value, kind);
  return true;
}

bool HostFile::emit_text(const Site& site, const Text& text, const Value& value, CallKind kind) {
  Filled filled = fill_holes(with_template_holes(text), tree_.source(), dialect_);
  if (filled.text.empty() && !filled.starts_with_hole) return false;
  if ((site.gate || site.sure) && is_batch(filled.text)) {
    refuse(site, site.argument, "SQL is a batch of Transact-SQL: statements with conditions, variables or procedures");
    return true;
  }
  if (!starts_like_sql(filled.text)) {
    if (!filled.starts_with_hole || !site.gate) return false;
    refuse(site, site.argument, filled.start_reason);
    return true;
  }
  if ((!site.gate || site.quiet) && !starts_with_main_verb(filled.text)) return false;
  // A condition or a clause that may be empty could be what makes it a statement.
  bool open = std::any_of(filled.holes.begin(), filled.holes.end(),
                          [](const Hole& hole) { return hole.kind == HoleKind::kPredicate && hole.offset > 0; });
  if (!site.sure && !open && !could_be_sql(filled.text)) return false;
  Found found = found_at(site, filled, value, kind);
  const Statement& statement = found.statement;
  for (auto known = found_.rbegin(); known != found_.rend() && found.call >= 0 && known->call == found.call; ++known)
    if (known->statement.text == statement.text && known->statement.line == statement.line)
      return true;  // two ways to one text
  if (filled.table_hole >= 0)
    refuse(site, filled.table_hole, std::string(filled.dynamic) + " dynamic: " + quoted(filled.table_expression));
  if (filled.statement_hole >= 0)
    refuse(site, filled.statement_hole,
           "statements of this script are put together at run time: " + quoted(filled.statement_expression));
  std::vector<Statement> parts;
  if (statement.text.find(';') != std::string::npos) parts = split_statement(statement, dialect_, tree_.source());
  if (parts.size() < 2) {
    found_.push_back(std::move(found));
    return true;
  }
  for (Statement& part : parts) {
    Found one = found;
    one.statement = std::move(part);
    found_.push_back(std::move(one));
  }
  return true;
}

// One line a site for the variants that nobody looks at.
void HostFile::list_cut(const Site& site, const Value& value) {
  if (std::any_of(value.variants.begin(), value.variants.end(), was_cut))
    refuse(site, site.argument,
           "SQL has more than " + std::to_string(std::max(value.variants.size(), kMostVariants)) +
               " variants: the others are not looked at");
}

void HostFile::refuse(const Site& site, int node, std::string reason) {
  Position at = lines_.position(tree_.at(node).start);
  not_analysed_.push_back({std::string(path_), at.line, at.column, std::move(reason), function_name(site.call)});
}

}  // namespace explaingate::host
