// Which calls execute SQL. A call is one when
//   - its name is that of a row of the language's call sites, and the row's gate is open: the file imports the library,
//   or the
//     receiver goes by a name that connections and cursors go by; its text has to start like SQL all the same; or
//   - it has a name that executing methods often have, or a receiver with such a name, and its first argument is a
//   literal that
//     starts with one of SQL's main verbs: many projects wrap their connection.
//
//   pool.execute("SELECT 1")      yes, whatever `pool` is
//   cursor.execute(query)         yes, by the receiver: listed as not analysed when nothing is known of `query`
//   pool.execute(task)            no: neither gate nor literal
//   pool.execute("update me")     the near miss: where neither receiver nor callee is a database's, what stands behind
//   the
//                                 first word has to be a statement's rest
#include "extract/host_calls.h"

#include <algorithm>
#include <array>

#include "extract/mybatis.h"

#include "parse/parse.h"

namespace explaingate::host {
namespace {

// Without the signs that some languages begin names with: _db, $db, @db.
std::string_view bare(std::string_view name) {
  name.remove_prefix(std::min(name.find_first_not_of("_$@"), name.size()));
  return name;
}

std::string merged_styles(const std::string& left, std::string_view right) {
  std::string all = left;
  while (!right.empty()) {
    std::string_view style = right.substr(0, right.find(' '));
    if ((" " + all + " ").find(" " + std::string(style) + " ") == std::string::npos)
      all += (all.empty() ? "" : " ") + std::string(style);
    right.remove_prefix(std::min(style.size() + 1, right.size()));
  }
  return all;
}

}  // namespace

HostFile::HostFile(std::string_view path, const Tree& tree, const Language& language, Dialect dialect,
                   const Externals* externals)
    : path_(path),
      tree_(tree),
      language_(language),
      dialect_(dialect),
      externals_(externals),
      lines_(tree.source()),
      evaluator_(tree, language, externals) {}

Extraction HostFile::run(Outline* outline) {
  find_calls();
  find_wrapper_calls();
  find_external_calls();
  find_texts();
  find_constants();
  std::stable_sort(found_.begin(), found_.end(), [](const Found& a, const Found& b) {
    return std::tuple(a.statement.line, a.statement.column, a.statement.call_line, a.call) <
           std::tuple(b.statement.line, b.statement.column, b.statement.call_line, b.call);
  });
  std::vector<Executed> executed;
  for (int call : sites_) {
    std::string_view handle = handle_of(call);
    executed.push_back({call, handle.empty() ? tree_.text(tree_.part(call, Part::kReceiver)) : handle});
  }
  std::map<int, int> first_of_call;
  for (size_t index = 0; index < found_.size(); ++index)
    if (found_[index].call >= 0) first_of_call.try_emplace(found_[index].call, static_cast<int>(index));
  LoopFinder finder(tree_, language_, evaluator_, executed, lines_);
  add_loops(finder, first_of_call);
  if (outline != nullptr) fill_outline(*outline, finder, first_of_call);
  if (int node = tree_.too_deep(); node >= 0) {
    Position at = lines_.position(tree_.at(node).start);
    not_analysed_.push_back({std::string(path_), at.line, at.column,
                             "the source is nested too deeply here to be looked at", function_name(node)});
  }
  Extraction extraction;
  for (Found& found : found_) extraction.statements.push_back(std::move(found.statement));
  std::stable_sort(not_analysed_.begin(), not_analysed_.end(), [](const NotAnalysed& a, const NotAnalysed& b) {
    return std::tie(a.line, a.column, a.reason) < std::tie(b.line, b.column, b.reason);
  });
  auto same = [](const NotAnalysed& a, const NotAnalysed& b) {
    return a.line == b.line && a.column == b.column && a.reason == b.reason;
  };
  not_analysed_.erase(std::unique(not_analysed_.begin(), not_analysed_.end(), same), not_analysed_.end());
  extraction.not_analysed = std::move(not_analysed_);
  return extraction;
}

std::string HostFile::function_name(int node) const {
  std::string name;
  for (int scope = tree_.parent(node); scope >= 0; scope = tree_.parent(scope)) {
    Role role = tree_.role(scope);
    if (role != Role::kFunction && role != Role::kClass && role != Role::kNamespace) continue;
    std::string own(tree_.text(tree_.part(scope, Part::kName)));
    name = name.empty() ? own : own + "." + name;
    if (int receiver = tree_.part(scope, Part::kReceiver); receiver >= 0)
      name = std::string(tree_.text(receiver)) + "." + name;
  }
  // A class alone is no function: what stands directly in it runs at import.
  int function = tree_.function_of(node);
  return function > 0 ? name : std::string{};
}

bool HostFile::receiver_fits(int call, const std::vector<std::string>& names) const {
  int receiver = tree_.part(call, Part::kReceiver);
  if (receiver < 0) return false;
  receiver = tree_.ungrouped(receiver);
  if (tree_.role(receiver) == Role::kSubscript) receiver = tree_.part(receiver, Part::kReceiver);
  std::string_view name;
  switch (tree_.role(receiver)) {
    case Role::kIdentifier:
      name = tree_.text(receiver);
      break;
    case Role::kMember:
      name = tree_.text(tree_.part(receiver, Part::kName));
      break;
    case Role::kCall:
      name = evaluator_.callee_name(receiver);
      break;
    default:
      return false;
  }
  return is_one_of(bare(name), names);
}

// An argument called `sql` is SQL whoever the receiver is: store.execute(database, sql).
bool HostFile::names_sql(int argument) const {
  Role role = tree_.role(argument);
  if (role != Role::kIdentifier && role != Role::kMember) return false;
  std::string_view name = bare(tree_.text(role == Role::kMember ? tree_.part(argument, Part::kName) : argument));
  return std::any_of(language_.words.sql_names.begin(), language_.words.sql_names.end(), [&](std::string_view word) {
    bool capital = word.front() >= 'A' && word.front() <= 'Z';  // rowSql
    return name == word || name.ends_with(std::string("_").append(word)) || (capital && name.ends_with(word));
  });
}

// text(…) behind `from sqlalchemy import text`, duckdb.sql(…): what is called is the library's own.
bool HostFile::comes_from(int call, const CallSite& row) const {
  constexpr int kMostParts = 8;
  int root = tree_.part(call, Part::kCallee);
  int receiver = tree_.part(call, Part::kReceiver);
  for (int parts = 0; receiver >= 0 && parts < kMostParts; ++parts) {
    root = receiver;
    receiver = tree_.part(receiver, Part::kReceiver);
  }
  const Import* import = tree_.role(root) == Role::kIdentifier ? evaluator_.import_of(tree_.text(root)) : nullptr;
  return import != nullptr && std::any_of(row.imports.begin(), row.imports.end(),
                                          [&](const std::string& gate) { return has_path(import->module, gate); });
}

// 1 where the first argument is a context, which a library's methods take before all else: pool.Query(ctx, "…").
int HostFile::context_arguments(int call) const {
  std::vector<int> given = tree_.elements(tree_.part(call, Part::kArguments));
  if (language_.words.context_names.empty() || given.empty()) return 0;
  int first = tree_.ungrouped(given.front());
  if (tree_.role(first) == Role::kMember) first = tree_.part(first, Part::kName);
  std::string name(tree_.role(first) == Role::kCall ? evaluator_.callee_name(first) : tree_.text(first));
  for (char& c : name)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return std::any_of(language_.words.context_names.begin(), language_.words.context_names.end(),
                     [&](const std::string& word) { return name.ends_with(word); })
             ? 1
             : 0;
}

bool HostFile::is_sql(int argument) {
  Value value = evaluator_.evaluate(argument);
  return std::any_of(value.variants.begin(), value.variants.end(), [&](const Text& text) {
    return starts_like_sql(fill_holes(text, tree_.source(), dialect_).text);
  });
}

// The first row whose import is there; then the first that leaves it to the receiver; then none, by name or receiver
// only.
bool HostFile::find_site(int call, Site& site) {
  site.call = call;
  bool database = receiver_fits(call, language_.words.database_receivers);
  int before = context_arguments(call);
  for (const CallSite* row : evaluator_.rows_for(call)) {
    bool open =
        row->imports.empty() ? (database || row->certain) && site.row == nullptr : evaluator_.gate_is_open(*row, call);
    if (!open || !evaluator_.has_required(call, *row)) continue;
    if (site.row == nullptr) {
      site.row = row;
      site.gate = true;
      site.sure = row->certain || comes_from(call, *row);
      site.placeholders = row->placeholders;
    } else if (row->library == site.row->library) {
      site.placeholders = merged_styles(site.placeholders, row->placeholders);
    }
  }
  site.sure = site.sure || database;
  if (site.row == nullptr && evaluator_.is_tag(call)) return false;
  if (site.row == nullptr) {
    bool by_name = is_one_of(evaluator_.callee_name(call), language_.words.any_receiver_callees);
    if (!database && !by_name) return false;
    site.quiet = !by_name;
    site.placeholders = language_.placeholders;
    site.argument = evaluator_.sql_argument(call, before, language_.words.sql_properties);
  } else {
    site.argument = evaluator_.sql_argument(call, site.row->argument + before, site.row->keywords);
    if (site.row->alternative >= 0) {
      int other = evaluator_.sql_argument(call, site.row->alternative + before, {});
      if (other >= 0 && (site.argument < 0 || is_sql(other))) site.argument = other;
    }
    if (site.row->in_list && tree_.role(site.argument) == Role::kList) site.argument = tree_.first_named(site.argument);
    site.quiet = site.row->prepared && !database && !names_sql(site.argument);
  }
  if (!language_.words.context_names.empty() && before == 0) {  // a context by another name
    Role role = tree_.role(site.argument);
    int next = role == Role::kIdentifier || role == Role::kMember ? tree_.next_named(site.argument) : -1;
    if (tree_.role(next) == Role::kString && starts_with_main_verb(tree_.text(next).substr(1))) site.argument = next;
  }
  if (site.argument < 0)
    site.argument = evaluator_.spread_argument(call, site.row == nullptr ? before : site.row->argument + before);
  return site.argument >= 0;
}

void HostFile::find_calls() {
  for (int node = 0; node < tree_.size(); ++node) {
    if (tree_.role(node) == Role::kAssignment) find_assigned(node);
    if (tree_.role(node) != Role::kCall) continue;
    if (const CallSite* row = evaluator_.text_call(node)) {
      if (row->fragment) {
        evaluator_.mark_used(node);
      } else {
        texts_.push_back(node);
      }
      continue;
    }
    Site site;
    if (!find_site(node, site)) continue;
    if (site.row != nullptr && site.row->foreign) {
      (void)evaluator_.evaluate(site.argument);  // its literals are used
      evaluator_.mark_used(node);
      continue;
    }
    // Without a gate the name still says that it prepares; the last row is the one that suits any library.
    for (const CallSite* row : evaluator_.rows_for(node))
      if (row->kind == CallKind::kPrepare && (site.row == nullptr || site.row == row)) prepares_[node] = row;
    analyse(site);
    if (site.row != nullptr || sites_.contains(node)) continue;
    site.argument = evaluator_.sql_argument(node, context_arguments(node) + 1,
                                            {});  // execute(database, "SELECT …"): wrappers that choose a connection
    if (site.argument >= 0) analyse(site);
  }
}

// command.CommandText = "SELECT …"
void HostFile::find_assigned(int assignment) {
  Site site;
  site.call = assignment;
  site.argument = tree_.part(assignment, Part::kRight);
  int left = tree_.part(assignment, Part::kLeft);
  std::string_view name = tree_.text(tree_.role(left) == Role::kMember ? tree_.part(left, Part::kName) : left);
  for (const CallSite& row : language_.call_sites) {
    if (!row.assigned || !is_one_of(name, row.callees) || (!row.imports.empty() && !evaluator_.imported(row))) continue;
    site.row = &row;
    site.gate = true;
    site.placeholders = row.placeholders;
    return analyse(site);
  }
}

void HostFile::analyse(const Site& site) {
  bool joins = site.row != nullptr && !site.row->joined_by.empty() && tree_.role(site.argument) == Role::kList;
  Value value = joins ? evaluator_.joined(site.argument, site.row->joined_by) : evaluator_.evaluate(site.argument);
  bool runs_texts = site.row != nullptr && site.row->kind == CallKind::kRun;
  CallKind kind = site.row != nullptr             ? site.row->kind
                  : site.wrapper != nullptr       ? site.wrapper->kind
                  : prepares_.contains(site.call) ? CallKind::kPrepare
                                                  : CallKind::kExecute;
  if (!value.known()) {
    find_wrapper(site, value.parameter);
    if (!(site.gate || names_sql(site.argument)) || site.quiet || value.reason.empty() ||
        (runs_texts && value.parameter < 0))
      return;  // a query that the library builds
    Role role = tree_.role(tree_.ungrouped(site.argument));
    if (role == Role::kNumber || role == Role::kConstant || role == Role::kLambda || role == Role::kList ||
        role == Role::kMap)
      return;
    if (role == Role::kIdentifier && !names_sql(site.argument) &&
        is_one_of(bare(tree_.text(site.argument)), language_.words.database_receivers))
      return;  // query.execute(db)
    sites_.insert(site.call);
    if (Site inner; role == Role::kCall && find_site(site.argument, inner) && inner.gate)
      return;  // query(new Cursor(…))
    refuse(site, site.argument, value.reason);
    return;
  }
  bool any = false;
  std::set<std::string> texts;
  int parameter = -1;
  for (const Text& text : value.variants) {
    any = emit(site, text, value, kind) || any;
    parameter = std::max(parameter, leading_parameter(site, text));
  }
  find_wrapper(site, parameter);
  if (any) {
    list_cut(site, value);
    sites_.insert(site.call);
    text_calls_.insert(value.text_calls.begin(), value.text_calls.end());
  }
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

// False when the text isn't a statement.
bool HostFile::emit(const Site& site, const Text& given, const Value& value, CallKind kind) {
  bool braced = site.row != nullptr && site.row->braced_names;
  Text text = braced ? without_braces(given) : given;
  bool mapper = site.row != nullptr && site.row->mapper;
  if (mapper) text = mapper_text(text);
  Filled filled = fill_holes(text, tree_.source(), dialect_);
  if (filled.text.empty() && !filled.starts_with_hole) return false;
  if (mapper && filled.text.starts_with("<script>")) {
    refuse(site, site.argument, "SQL is a <script> of MyBatis");
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
  statement.map = std::move(filled.map);
  statement.placeholders = site.placeholders;
  statement.call = kind;
  statement.call_line = lines_.position(tree_.at(site.call).start).line;
  if (statement.kind == "call") {
    statement.callee = assigned ? tree_.text(tree_.part(site.call, Part::kLeft)) : evaluator_.callee_text(site.call);
    statement.library = site.row != nullptr       ? site.row->library
                        : site.wrapper != nullptr ? site.wrapper->library
                                                  : "unknown";
  } else {
    found.call = -1;
    statement.call = CallKind::kNone;
    statement.placeholders = language_.placeholders;
  }
  for (auto known = found_.rbegin(); known != found_.rend() && found.call >= 0 && known->call == found.call; ++known)
    if (known->statement.text == statement.text && known->statement.line == statement.line)
      return true;  // two ways to one text
  if (filled.table_hole >= 0)
    refuse(site, filled.table_hole, std::string(filled.dynamic) + " dynamic: `" + filled.table_expression + "`");
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

// The parameter that a text begins with: `sql` of `sql + " LIMIT 1"`; -1 = none.
int HostFile::leading_parameter(const Site& site, const Text& text) const {
  if (text.empty() || text.front().kind != Piece::Kind::kHole || tree_.role(text.front().node) != Role::kIdentifier)
    return -1;
  return evaluator_.parameter(tree_.function_of(site.call), tree_.text(text.front().node));
}

void HostFile::find_wrapper(const Site& site, int parameter) {
  if (parameter < 0) return;
  int function = tree_.function_of(parameter);
  if (tree_.role(function) != Role::kFunction) return;
  Wrapper wrapper;
  wrapper.function = function;
  wrapper.name = tree_.text(tree_.part(function, Part::kName));
  wrapper.parameter = evaluator_.parameter_name(parameter);
  wrapper.position = evaluator_.parameter_position(function, parameter);
  wrapper.site = site;
  // Anything may take `*args`, and go by the name of something else, such as get(): its calls need a literal.
  if (tree_.role(site.argument) == Role::kSplat) wrapper.site.gate = false;
  if (wrapper.name.empty()) return;
  wrappers_.push_back(wrapper);
  all_wrappers_.push_back(std::move(wrapper));
}

// A method is called on a receiver, a function without one.
void HostFile::find_wrapper_calls() {
  std::vector<Wrapper> wrappers = std::move(wrappers_);
  wrappers_.clear();
  if (wrappers.empty()) return;
  std::multimap<std::string_view, const Wrapper*> by_name;
  for (const Wrapper& wrapper : wrappers) by_name.emplace(wrapper.name, &wrapper);
  for (int node = 0; node < tree_.size(); ++node) {
    if (tree_.role(node) != Role::kCall || sites_.contains(node)) continue;
    std::string_view name = evaluator_.callee_name(node);
    auto [first, last] = by_name.equal_range(name);
    constexpr int kMostOfOneName = 20;
    int tried = 0;
    for (auto entry = first; entry != last && tried < kMostOfOneName; ++entry, ++tried) {
      const Wrapper& wrapper = *entry->second;
      if (tree_.contains(wrapper.function, node)) continue;
      bool method = tree_.role(tree_.at(wrapper.function).scope) == Role::kClass ||
                    tree_.part(wrapper.function, Part::kReceiver) >= 0;
      bool called_on = tree_.part(node, Part::kReceiver) >= 0;
      bool path = !called_on && tree_.role(tree_.part(node, Part::kCallee)) == Role::kMember;  // Store::exec(…)
      if (method != called_on && !path && !(method && language_.words.members_by_name)) continue;
      Site site = wrapper.site;
      site.call = node;
      site.sure = false;  // another function may have the name
      site.argument = evaluator_.sql_argument(node, wrapper.position, {std::string(wrapper.parameter)});
      if (site.argument < 0) continue;
      analyse(site);
      break;
    }
  }
}

// A method is called on something; a function stands alone, or behind its module's name.
bool HostFile::fits(const Externals::Wrapper& wrapper, int call) const {
  int receiver = tree_.part(call, Part::kReceiver);
  if (wrapper.trusted)
    return wrapper.callee.empty() ||
           ends_with_path(dotted(tree_.text(tree_.part(call, Part::kCallee))), wrapper.callee);
  if (!wrapper.owner.empty()) return receiver >= 0;
  return receiver < 0 || evaluator_.import_of(last_word(tree_.text(receiver))) != nullptr;
}

void HostFile::find_external_calls() {
  if (externals_ == nullptr) return;
  for (int node = 0; node < tree_.size(); ++node) {
    if (tree_.role(node) != Role::kCall || sites_.contains(node)) continue;
    std::string_view name = evaluator_.callee_name(node);
    if (name.empty()) continue;
    for (const Externals::Wrapper* wrapper : externals_->wrappers(name)) {
      if (!fits(*wrapper, node)) continue;
      Site site;
      site.call = node;
      site.wrapper = wrapper;
      site.gate = wrapper->trusted;
      site.placeholders = wrapper->placeholders;
      site.argument = evaluator_.sql_argument(node, wrapper->position, {wrapper->parameter});
      if (site.argument < 0) continue;
      analyse(site);
      break;
    }
  }
}

void HostFile::find_texts() {
  for (int call : texts_) {
    if (text_calls_.contains(call)) continue;
    Site site;
    site.call = call;
    site.row = evaluator_.text_call(call);
    site.argument = evaluator_.sql_argument(call, site.row->argument, site.row->keywords);
    site.placeholders = site.row->placeholders;
    site.sure = comes_from(call, *site.row);
    if (site.argument < 0) continue;
    int method = tree_.parent(tree_.parent(call));  // sql`…`.execute(db)
    bool runs = tree_.role(method) == Role::kCall && tree_.part(method, Part::kReceiver) == call &&
                is_one_of(evaluator_.callee_name(method), site.row->run_by);
    CallKind kind = runs ? CallKind::kRun : site.row->kind;
    Value value = evaluator_.evaluate(site.argument);
    for (const Text& text : value.variants)
      if (emit(site, text, value, kind)) sites_.insert(call);
    if (sites_.contains(call)) list_cut(site, value);
  }
}

// Held in something: assigned, returned, an element of a collection, a default value, or given to a call that isn't
// known.
bool HostFile::is_constant_place(int node) const {
  int parent = tree_.parent(node);
  while (tree_.role(parent) == Role::kGroup || tree_.role(parent) == Role::kConditional) {
    node = parent;
    parent = tree_.parent(parent);
  }
  switch (tree_.role(parent)) {
    case Role::kAssignment:
    case Role::kBind:
      return tree_.part(parent, Part::kRight) == node;
    case Role::kReturn:
    case Role::kList:
    case Role::kParameter:
      return true;
    case Role::kPair:
    case Role::kKeyword:
      return tree_.part(parent, Part::kValue) == node;
    default:
      break;
  }
  if (int function = tree_.at(node).scope; function > 0 && evaluator_.given_last(function) == node) return true;
  int call = tree_.parent(parent);
  if (tree_.role(call) == Role::kReturn && tree_.part(call, Part::kArguments) < 0) return true;  // return, not raise
  if (tree_.role(call) != Role::kCall || tree_.part(call, Part::kArguments) != parent) return false;
  return !is_one_of(evaluator_.callee_name(call), language_.words.quiet_callees);
}

// The call of one of these methods on an expression; -1 = it's none.
int HostFile::method_call_on(int receiver, const std::vector<std::string>& names) const {
  int up = tree_.parent(receiver);
  int call = tree_.role(up) == Role::kMember ? tree_.parent(up) : up;
  bool fits = tree_.role(call) == Role::kCall && tree_.part(call, Part::kReceiver) == receiver &&
              is_one_of(evaluator_.callee_name(call), names);
  return fits ? call : -1;
}

void HostFile::find_constants() {
  constexpr size_t kBeginning = 100;  // white space may stand before the first word
  std::set<std::pair<int, std::string_view>> subqueries = subquery_names();
  for (int node = 0; node < tree_.size(); ++node) {
    Role role = tree_.role(node);
    if (role != Role::kString && role != Role::kHeredoc && role != Role::kConcat && role != Role::kBinary) continue;
    int after = tree_.at(node).after;
    int whole = node;
    int literal = node;  // the leftmost literal decides whether it's looked at
    while (literal >= 0 && tree_.role(literal) != Role::kString && tree_.role(literal) != Role::kHeredoc)
      literal = literal + 1 < after ? literal + 1 : -1;
    node = after - 1;  // what is inside belongs to it
    if (literal < 0 || evaluator_.was_used(literal)) continue;
    for (int call = whole; call >= 0; call = method_call_on(whole, language_.words.format_methods))
      whole = call;  // "…".strip(), "…".format(x)
    std::string_view written = tree_.text(role == Role::kHeredoc ? evaluator_.heredoc_body(node) : whole);
    bool may_be_sql = written.find_first_of("SIUDWCR") != std::string_view::npos ||
                      (written.find('\n') != std::string_view::npos && written.find_first_of("siudwcr") < kBeginning);
    if (!may_be_sql || !is_constant_place(whole)) continue;
    int holder = tree_.parent(whole);
    if (tree_.role(holder) == Role::kAssignment &&
        subqueries.contains({tree_.function_of(whole), tree_.text(tree_.part(holder, Part::kLeft))}))
      continue;
    Value value = evaluator_.evaluate(whole);
    Site site;
    site.call = whole;
    site.argument = whole;
    bool any = false;
    for (const Text& text : value.variants) {
      Filled filled = fill_holes(text, tree_.source(), dialect_);
      if (!is_sql_beyond_doubt(filled.text)) continue;
      Value named = value;
      int parent = tree_.parent(whole);
      int outer = tree_.parent(parent) >= 0 ? tree_.parent(parent) : parent;
      for (int assignment : {parent, outer})
        if (tree_.role(assignment) == Role::kAssignment && tree_.part(assignment, Part::kRight) == whole)
          named.name = tree_.text(tree_.part(assignment, Part::kLeft));
      if (tree_.role(parent) == Role::kKeyword) named.name = tree_.text(tree_.part(parent, Part::kName));
      site.gate = site.sure = true;
      if (tree_.role(whole) != Role::kCall) any = emit(site, text, named, CallKind::kNone) || any;
    }
    if (any) list_cut(site, value);
  }
}

void HostFile::add_loops(LoopFinder& finder, const std::map<int, int>& first_of_call) {
  Uses uses = uses_of_handles();
  for (Found& found : found_) {
    if (found.call < 0) continue;
    std::vector<FoundLoop> loops = finder.around(found.call, found.argument, found.statement.dynamic);
    if (found.statement.call == CallKind::kPrepare) run_loops(finder, uses, found.call, loops);
    for (FoundLoop& loop : loops) {
      if (auto rows = first_of_call.find(loop.rows_call); rows != first_of_call.end())
        loop.loop.rows_statement = rows->second;
      found.statement.loops.push_back(std::move(loop.loop));
    }
  }
}

}  // namespace explaingate::host
