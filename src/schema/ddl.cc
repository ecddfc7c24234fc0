#include "schema/ddl.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "parse/scan.h"
#include "schema/names.h"

namespace explaingate::schema {
namespace {

// A cursor over the tokens of a statement, comments skipped.
class Words {
 public:
  Words(std::string_view sql, Dialect dialect) : sql_(sql), scanner_(sql, dialect) { advance(); }

  void advance() {
    do current_ = scanner_.next();
    while (current_.kind == TokenKind::kComment);
  }
  [[nodiscard]] bool at_end() const {
    return current_.kind == TokenKind::kEnd || current_.kind == TokenKind::kUnterminated;
  }
  [[nodiscard]] bool is(std::string_view word) const { return is_word(sql_, current_, word); }
  [[nodiscard]] bool is_symbol(std::string_view symbol) const { return token_text(sql_, current_) == symbol; }
  [[nodiscard]] TokenKind kind() const { return current_.kind; }
  [[nodiscard]] std::string word() const {
    return current_.kind == TokenKind::kWord ? lower(token_text(sql_, current_)) : std::string();
  }
  bool accept(std::string_view word) {
    if (!is(word)) return false;
    advance();
    return true;
  }
  // The last part of a dotted name; "" when there is none.
  std::string name() {
    std::string result;
    while (is_name()) {
      result = unquoted(token_text(sql_, current_));
      advance();
      if (!is_symbol(".")) break;
      advance();
    }
    return result;
  }

 private:
  // SQLite takes 'x' for a name where a string makes no sense.
  [[nodiscard]] bool is_name() const {
    return current_.kind == TokenKind::kWord || current_.kind == TokenKind::kQuotedName ||
           current_.kind == TokenKind::kString;
  }
  static std::string unquoted(std::string_view text) {
    if (text.size() < 2 || std::string_view("\"`['").find(text.front()) == std::string_view::npos) return lower(text);
    char close = text.front() == '[' ? ']' : text.front();
    std::string result;
    for (size_t i = 1; i + 1 < text.size(); ++i) {
      result += text[i];
      if (text[i] == close && text[i + 1] == close) ++i;
    }
    return lower(result);
  }

  std::string_view sql_;
  Scanner scanner_;
  Token current_;
};

bool accept_guard(Words& words) {
  if (!words.accept("if")) return false;
  words.accept("not");
  words.accept("exists");
  return true;
}

void read_create(Words& words, Ddl& ddl) {
  constexpr std::array<std::string_view, 11> kModifiers = {"temp",     "temporary",    "unique",    "virtual",
                                                           "unlogged", "global",       "local",     "recursive",
                                                           "foreign",  "materialized", "constraint"};
  for (;;) {
    if (words.accept("or")) {
      words.accept("replace");
      ddl.guarded = true;
    } else if (is_one_of(words.word(), kModifiers)) {
      words.advance();
    } else {
      break;
    }
  }
  ddl.type = words.word();
  words.advance();
  words.accept("concurrently");
  if (accept_guard(words)) ddl.guarded = true;
  bool unnamed = ddl.type == "index" && words.is("on");
  if (!unnamed) ddl.names.push_back(words.name());
  if (ddl.type != "index" && ddl.type != "trigger") return;
  while (!words.at_end() && !words.is("on")) words.advance();
  words.accept("on");
  words.accept("only");
  ddl.on_table = words.name();
}

void read_alter(Words& words, Ddl& ddl) {
  constexpr std::array<std::string_view, 8> kNotColumns = {"constraint", "primary", "unique", "foreign",
                                                           "check",      "exclude", "table",  "value"};
  words.accept("materialized");
  words.accept("foreign");
  ddl.type = words.word();
  words.advance();
  if (accept_guard(words)) ddl.guarded = true;
  words.accept("only");
  ddl.names.push_back(words.name());
  if (words.accept("rename")) {
    if (words.accept("to")) ddl.new_name = words.name();
  } else if (words.accept("owner")) {
    ddl.owner_only = true;
  } else if (ddl.type == "table" && words.accept("add")) {
    words.accept("column");
    bool guarded = accept_guard(words);
    if (!guarded && !is_one_of(words.word(), kNotColumns)) ddl.added_column = words.name();
  }
  if (ddl.type == "function" || ddl.type == "procedure" || ddl.type == "aggregate" || ddl.type == "operator") {
    // An argument list stands between the name and what is altered.
    while (!words.at_end() && !words.is("owner")) words.advance();
    ddl.owner_only = words.is("owner");
  }
}

void read_drop(Words& words, Ddl& ddl) {
  words.accept("materialized");
  words.accept("foreign");
  ddl.type = words.word();
  words.advance();
  words.accept("concurrently");
  if (accept_guard(words)) ddl.guarded = true;
  constexpr size_t kMaxNames = 1000;
  do {
    if (words.is_symbol(",")) words.advance();
    ddl.names.push_back(words.name());
  } while (words.is_symbol(",") && ddl.names.size() < kMaxNames);
}

bool is_relation(std::string_view type) {
  return type == "table" || type == "view";
}

// The first word of each top-level item between the parentheses of CREATE TABLE: its columns (and "primary", "check" …,
// which no column is called without quotes).
bool declares_column(std::string_view create_table, std::string_view column, Dialect dialect) {
  Words words(create_table, dialect);
  int depth = 0;
  while (!words.at_end()) {
    bool item_starts = (words.is_symbol("(") && depth == 0) || (words.is_symbol(",") && depth == 1);
    if (words.is_symbol("(")) ++depth;
    if (words.is_symbol(")")) --depth;
    words.advance();
    if (item_starts && words.name() == column) return true;
  }
  return false;
}

// CLUSTER [VERBOSE | (options)] table USING index, or CLUSTER index ON table, which rewrite the table; without an index
// it needs what an earlier one has left.
bool clusters_by_index(std::string_view sql, Dialect dialect) {
  for (Words words(sql, dialect); !words.at_end(); words.advance())
    if (words.is("using") || words.is("on")) return true;
  return false;
}

// ALTER DATABASE, ROLE or USER … SET search_path: which table a name means depends on it.
bool sets_search_path(std::string_view alter, Dialect dialect) {
  bool set = false;
  for (Words words(alter, dialect); !words.at_end(); words.advance()) {
    if (set && words.is("search_path")) return true;
    set = words.is("set");
  }
  return false;
}

}  // namespace

Ddl read_ddl(std::string_view sql, Dialect dialect) {
  Words words(sql, dialect);
  Ddl ddl;
  ddl.verb = words.word();
  words.advance();
  ddl.second = words.word();
  if (ddl.verb == "create") read_create(words, ddl);
  if (ddl.verb == "alter") read_alter(words, ddl);
  if (ddl.verb == "drop") read_drop(words, ddl);
  return ddl;
}

bool changes_nothing(std::string_view sql, const Ddl& ddl, Dialect dialect) {
  constexpr std::array<std::string_view, 30> kVerbs = {
      "begin",   "commit",  "end",     "rollback",  "savepoint",  "release",   "abort",  "start",
      "vacuum",  "analyze", "analyse", "explain",   "reindex",    "copy",      "grant",  "revoke",
      "comment", "lock",    "unlock",  "discard",   "checkpoint", "reset",     "listen", "unlisten",
      "notify",  "show",    "use",     "delimiter", "prepare",    "deallocate"};
  if (ddl.verb == "reset" && ddl.second == "search_path") return false;
  if (is_one_of(ddl.verb, kVerbs)) return true;
  if (ddl.verb == "cluster") return dialect == Dialect::kSqlite || !clusters_by_index(sql, dialect);
  if (ddl.verb == "security") return ddl.second == "label";
  if (ddl.verb == "select") return dialect == Dialect::kSqlite;
  if (ddl.verb == "set") {
    Words words(sql, dialect);
    words.advance();
    if (words.is("session") || words.is("local")) words.advance();
    return !words.is("search_path") && !words.is("check_function_bodies");
  }
  if (ddl.verb == "pragma") {
    // These four decide what later statements of the same file do.
    constexpr std::array<std::string_view, 4> kKept = {"foreign_keys", "defer_foreign_keys", "legacy_alter_table",
                                                       "ignore_check_constraints"};
    Words words(sql, dialect);
    words.advance();
    return !is_one_of(words.name(), kKept);
  }
  if (ddl.verb == "create" || ddl.verb == "alter" || ddl.verb == "drop") {
    constexpr std::array<std::string_view, 8> kTypes = {"role",       "user",        "group",        "database",
                                                        "tablespace", "publication", "subscription", "system"};
    if (ddl.verb == "alter" && sets_search_path(sql, dialect)) return false;
    if (is_one_of(ddl.type, kTypes) || ddl.owner_only) return true;
    // sqlite3's ".schema" prints its own tables, which no one can create.
    if (dialect == Dialect::kSqlite && ddl.verb == "create" && ddl.type == "table")
      return ddl.names.front().starts_with("sqlite_");
  }
  return false;
}

bool is_schema_change(const Ddl& ddl) {
  constexpr std::array<std::string_view, 10> kTypes = {"table",     "index",    "view",   "trigger",  "type",
                                                       "extension", "function", "schema", "sequence", "domain"};
  if (ddl.verb != "create" && ddl.verb != "alter" && ddl.verb != "drop") return false;
  return is_one_of(ddl.type, kTypes) && (ddl.names.empty() ? !ddl.on_table.empty() : !ddl.names.front().empty());
}

std::string Objects::missing(const Ddl& ddl) const {
  std::string needed;
  if (ddl.verb == "create" && (ddl.type == "index" || ddl.type == "trigger"))
    needed = ddl.on_table;
  else if (ddl.verb == "alter" && ddl.type == "table" && !ddl.guarded)
    needed = ddl.names.front();
  else if (ddl.verb == "drop" && is_relation(ddl.type) && !ddl.guarded)
    needed = ddl.names.front();
  return needed.empty() || relations_.contains(needed) ? std::string() : needed;
}

bool Objects::is_there(const Ddl& ddl) const {
  if (ddl.verb != "create" || ddl.names.empty() || ddl.names.front().empty()) return false;
  if (is_relation(ddl.type)) return relations_.contains(ddl.names.front());
  if (ddl.type == "index" || ddl.type == "trigger") return others_.contains(ddl.type + " " + ddl.names.front());
  return false;
}

bool Objects::has_added_column(const Ddl& ddl, Dialect dialect) const {
  if (ddl.added_column.empty()) return false;
  auto relation = relations_.find(ddl.names.front());
  if (relation == relations_.end()) return false;
  const std::vector<std::string>& added = relation->second.added;
  return std::find(added.begin(), added.end(), ddl.added_column) != added.end() ||
         declares_column(relation->second.sql, ddl.added_column, dialect);
}

void Objects::apply(const Ddl& ddl, std::string_view sql) {
  if (ddl.names.empty()) return;
  const std::string& name = ddl.names.front();
  if (ddl.verb == "create") {
    if (is_relation(ddl.type))
      relations_.try_emplace(name, Relation{std::string(sql), {}});
    else if (ddl.type == "index" || ddl.type == "trigger")
      others_.try_emplace(ddl.type + " " + name, ddl.on_table);
  } else if (ddl.verb == "drop") {
    for (const std::string& dropped : ddl.names) {
      if (is_relation(ddl.type)) {
        relations_.erase(dropped);
        std::erase_if(others_, [&](const auto& other) { return other.second == dropped; });
      } else {
        others_.erase(ddl.type + " " + dropped);
      }
    }
  } else if (!ddl.new_name.empty() && is_relation(ddl.type)) {
    auto node = relations_.extract(name);
    if (!node.empty()) {
      node.key() = ddl.new_name;
      relations_.insert(std::move(node));
    }
    for (auto& [other, table] : others_)
      if (table == name) table = ddl.new_name;
  } else if (!ddl.added_column.empty()) {
    auto relation = relations_.find(name);
    if (relation != relations_.end()) relation->second.added.push_back(ddl.added_column);
  }
}

}  // namespace explaingate::schema
