// Which calls execute SQL. A call is one when
//   - its name is that of a row of the language's call sites, and the row's gate is open: the file imports the library,
//     or the receiver goes by a name that connections and cursors go by; its text has to start like SQL all the same;
//     or
//   - it has a name that executing methods often have, or a receiver with such a name, and its first argument is a
//     literal that starts with one of SQL's main verbs: many projects wrap their connection; or
//   - one of the words of its name says that it executes, and exactly one of its arguments is SQL beyond doubt.
//
//   pool.execute("SELECT 1")      yes, whatever `pool` is
//   cursor.execute(query)         yes, by the receiver: listed as not analysed when nothing is known of `query`
//   db_fetch_rows("SELECT 1")     yes, by its name
//   pool.execute(task)            no: neither gate nor literal
//   pool.execute("update me")     the near miss: where neither receiver nor callee is a database's, what stands behind
//                                 the first word has to be a statement's rest
#include <algorithm>

#include "extract/host_calls.h"
#include "parse/parse.h"

namespace explaingate::host {
namespace {

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

bool HostFile::is_surely_sql(const Value& value) const {
  return std::any_of(value.variants.begin(), value.variants.end(), [&](const Text& text) {
    std::string filled = fill_holes(text, tree_.source(), dialect_).text;
    return starts_with_main_verb(filled) && could_be_sql(filled);
  });
}

// The same, and its verb is written as SQL is: in capitals, or laid out over several lines.
bool HostFile::is_written_as_sql(const Value& value) const {
  return std::any_of(value.variants.begin(), value.variants.end(), [&](const Text& text) {
    std::string filled = fill_holes(text, tree_.source(), dialect_).text;
    if (!starts_with_main_verb(filled)) return false;
    bool capitals = filled.size() > 1 && filled[0] >= 'A' && filled[0] <= 'Z' && filled[1] >= 'A' && filled[1] <= 'Z';
    return (capitals && could_be_sql(filled)) || is_sql_beyond_doubt(filled);
  });
}

// The argument that is SQL beyond doubt where the one that the call's row names is none; -1 = there is no such, or
// several. A wrapper that chooses a connection first often has the name of the library's own method.
//
//   self.ds.execute(database, "SELECT 1 FROM t", [])    the second
//   cursor.execute(query, ["SELECT 1 FROM t"])          the near miss: a list of values, and `query` may be anything
int HostFile::sql_elsewhere(int call, int argument) {
  constexpr size_t kMostArguments = 8;
  if (evaluator_.is_tag(call) || names_sql(argument)) return -1;
  std::vector<int> given = tree_.elements(tree_.part(call, Part::kArguments));
  if (given.size() < 2 || given.size() > kMostArguments || is_sql(argument)) return -1;
  int found = -1, named = -1;
  size_t texts = 0, names = 0;
  for (int one : given) {
    if (tree_.role(one) == Role::kKeyword) one = tree_.part(one, Part::kValue);
    if (one == argument || one < 0) continue;
    Role role = tree_.role(one);
    bool text = role == Role::kString || role == Role::kHeredoc || role == Role::kConcat || role == Role::kBinary ||
                role == Role::kIdentifier || role == Role::kMember || role == Role::kCall;
    if (text && is_surely_sql(evaluator_.evaluate(one))) {
      found = one;
      ++texts;
    } else if (names_sql(one)) {
      named = one;
      ++names;
    }
  }
  if (texts > 0) return texts == 1 ? found : -1;
  return names == 1 ? named : -1;
}

bool HostFile::is_parameter_around(int call, std::string_view name) const {
  for (int node = tree_.parent(call); node >= 0; node = tree_.parent(node))
    if ((tree_.role(node) == Role::kLambda || tree_.role(node) == Role::kFunction) &&
        evaluator_.parameter(node, name) >= 0)
      return true;
  return false;
}

// The argument that is SQL beyond doubt of a call that nothing but its name speaks for; -1 = there is no such, or
// several.
//
//   db_fetch_rows(link, "SELECT 1 FROM t")      the second
//   parse_query("SELECT 1 FROM t")              the near miss: it says something of the text
//   begin(async (tx) => { await tx`DELETE FROM t` })     a tag that the function around is given
int HostFile::sql_by_name(int call) {
  constexpr size_t kMostArguments = 8;
  std::string_view name = evaluator_.callee_name(call);
  if (evaluator_.is_tag(call)) {
    int text = tree_.part(call, Part::kArguments);
    return is_parameter_around(call, name) && is_written_as_sql(evaluator_.evaluate(text)) ? text : -1;
  }
  if (name.empty() || !has_name_word(name, language_.words.executing_words) ||
      has_name_word(name, language_.words.describing_words) || is_one_of(name, language_.words.quiet_callees))
    return -1;
  std::vector<int> given = tree_.elements(tree_.part(call, Part::kArguments));
  int found = -1;
  if (given.size() > kMostArguments) given.resize(kMostArguments);
  for (int one : given) {
    if (tree_.role(one) == Role::kKeyword) one = tree_.part(one, Part::kValue);
    Role role = tree_.role(one);
    bool text = role == Role::kString || role == Role::kHeredoc || role == Role::kConcat || role == Role::kBinary ||
                role == Role::kIdentifier || role == Role::kMember || role == Role::kCall;
    if (!text || !is_written_as_sql(evaluator_.evaluate(one))) continue;
    if (found >= 0) return -1;
    found = one;
  }
  return found;
}

// The first row whose import is there; then the first that leaves it to the receiver; then none, by name or receiver
// only.
bool HostFile::find_site(int call, Site& site) {
  site.call = call;
  bool database = receiver_fits(call, language_.words.database_receivers);
  int before = context_arguments(call);
  size_t given = tree_.elements(tree_.part(call, Part::kArguments)).size();
  for (const CallSite* row : evaluator_.rows_for(call)) {
    // pgx prepares (context, name, text): a call with one argument is another library's
    if (row->kind == CallKind::kPrepare && row->argument > 0 && given == 1) continue;
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
    if (declared_.contains(node) || !find_site(node, site)) continue;
    if (site.row != nullptr && site.row->foreign) {
      (void)evaluator_.evaluate(site.argument);  // its literals are used
      evaluator_.mark_used(node);
      continue;
    }
    if (site.row != nullptr && site.row->file) {
      find_file(site);
      continue;
    }
    // Without a gate the name still says that it prepares; the last row is the one that suits any library.
    for (const CallSite* row : evaluator_.rows_for(node))
      if (row->kind == CallKind::kPrepare && (site.row == nullptr || site.row == row)) prepares_[node] = row;
    if (int other = sql_elsewhere(node, site.argument); other >= 0) site.argument = other;
    analyse(site);
  }
}

// What no row's gate is open for, and no wrapper knows. A name that gives a text, or takes another language's, says
// nothing.
void HostFile::find_named_calls() {
  for (int node = 0; node < tree_.size(); ++node) {
    if (tree_.role(node) != Role::kCall || sites_.contains(node) || declared_.contains(node)) continue;
    Site site;
    site.call = node;
    site.argument = sql_by_name(node);
    auto says_nothing = [](const CallSite* row) { return row->foreign || row->file || row->kind == CallKind::kText; };
    if (site.argument < 0 || std::ranges::any_of(evaluator_.rows_for(node), says_nothing)) continue;
    site.placeholders = language_.placeholders;
    named_.insert(node);
    analyse(site);
  }
}

// query_file!("queries/users.sql"): which statements that is, the program knows.
void HostFile::find_file(const Site& site) {
  Value value = evaluator_.evaluate(site.argument);
  std::string path;
  if (value.variants.size() != 1 || !plain_text(value.variants.front(), path) || path.empty())
    return refuse(site, site.argument,
                  "SQL is in a file whose name is not known: " + quoted(tree_.text(site.argument)));
  files_[site.call] = std::move(path);
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
    if (row.kind == CallKind::kPrepare) prepares_[assignment] = &row;
    return analyse(site);
  }
}

}  // namespace explaingate::host
