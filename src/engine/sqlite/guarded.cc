// Hostile input ends here. What holds, whatever the statements are:
//   - nothing outside this connection is touched: ATTACH, DETACH, VACUUM, extensions and file functions are refused,
//   and
//     of virtual tables only modules that keep their data in this database are made;
//     (SQLITE_DBCONFIG_TRUSTED_SCHEMA stays on: off, it refuses FTS5 in triggers, which is how most projects keep their
//     index of words, and the authoriser is asked about triggers and views as well);
//   - a statement ends: virtual-machine steps, the length of values, of SQL and of expressions, pages and memory are
//   bounded;
//   - a failing statement leaves the ones before it in place and doesn't stop the ones behind: each runs in its own
//   implicit
//     transaction, because transaction control in migrations is skipped. (An explicit one would make a failure in the
//     middle take back statements that worked: `BEGIN; CREATE TABLE a…; INSERT … (interrupted)` rolls back a as well.)
#include "engine/sqlite/guarded.h"

#include <algorithm>
#include <array>

#include "engine/sqlite/catalogue.h"
#include "parse/scan.h"

namespace explaingate::sqlite_engine {
namespace {

constexpr int64_t kSteps = 5'000'000;          // one schema statement: about half a second
constexpr int64_t kMemory = int64_t{2} << 30;  // all SQLite connections of the process
constexpr int kValueLength = 8 << 20;
constexpr int kSqlLength = 8 << 20;
constexpr size_t kMaxStandIns = 200;
constexpr size_t kMaxAttached = 10;  // SQLite's own default
constexpr int kMaxMends = 50;        // per statement

template <size_t N>
bool any_of(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::any_of(names.begin(), names.end(), [&](std::string_view other) { return same_name(other, name); });
}

// PRAGMAs that migrations and dumps carry and that change nothing about the schema or the plans: skipped.
// ("legacy_alter_table" does change it: with it, ALTER TABLE t RENAME TO t_old leaves views and triggers on t, for the
// new t that the migration makes next. It is run.)
constexpr std::array<std::string_view, 35> kSkippedPragmas = {"foreign_keys",       "journal_mode",
                                                              "synchronous",        "encoding",
                                                              "user_version",       "application_id",
                                                              "cache_size",         "page_size",
                                                              "auto_vacuum",        "temp_store",
                                                              "mmap_size",          "busy_timeout",
                                                              "locking_mode",       "wal_autocheckpoint",
                                                              "defer_foreign_keys", "recursive_triggers",
                                                              "optimize",           "secure_delete",
                                                              "foreign_key_check",  "integrity_check",
                                                              "quick_check",        "table_info",
                                                              "table_xinfo",        "table_list",
                                                              "index_list",         "index_info",
                                                              "foreign_key_list",   "analysis_limit",
                                                              "automatic_index",    "ignore_check_constraints",
                                                              "trusted_schema",     "wal_checkpoint",
                                                              "journal_size_limit", "threads",
                                                              "incremental_vacuum"};
constexpr std::array<std::string_view, 9> kSkippedWords = {"begin",   "commit",  "end",     "rollback", "savepoint",
                                                           "release", "analyze", "reindex", "vacuum"};
constexpr std::array<std::string_view, 6> kDeniedFunctions = {"load_extension", "readfile",       "writefile",
                                                              "edit",           "fts3_tokenizer", "lsdir"};
constexpr std::array<std::string_view, 12> kModules = {"fts3",      "fts4",         "fts5",    "rtree",
                                                       "rtree_i32", "geopoly",      "fts3aux", "fts4aux",
                                                       "fts5vocab", "fts3tokenize", "dbstat",  "bytecode"};
// What FTS and R-tree ask of their own database while they are made.
constexpr std::array<std::string_view, 2> kModulePragmas = {"page_size", "data_version"};
// Run in schemas, with any value: the second is what ALTER TABLE … ADD asks of a column with NOT NULL or CHECK.
constexpr std::array<std::string_view, 2> kSchemaPragmas = {"legacy_alter_table", "quick_check"};

bool allow_schema(const AuthorizerRequest& request) {
  if (request.action == "ATTACH" || request.action == "DETACH" || request.action == "TRANSACTION" ||
      request.action == "SAVEPOINT" || request.action == "UNKNOWN")
    return false;
  if (request.action == "PRAGMA")
    return (any_of(kModulePragmas, request.first) && request.second.empty()) || any_of(kSchemaPragmas, request.first);
  if (request.action == "FUNCTION") return !any_of(kDeniedFunctions, request.second);
  if (request.action == "CREATE_VTABLE") return any_of(kModules, request.second);
  return true;
}

bool allow_reading(const AuthorizerRequest& request) {
  if (request.action == "FUNCTION") return !any_of(kDeniedFunctions, request.second);
  if (request.action == "PRAGMA") return any_of(kModulePragmas, request.first) && request.second.empty();
  return request.action == "SELECT" || request.action == "READ" || request.action == "RECURSIVE";
}

Token next_significant(Scanner& scanner) {
  Token token = scanner.next();
  while (token.kind == TokenKind::kComment || token.kind == TokenKind::kSemicolon) token = scanner.next();
  return token;
}

bool blank(std::string_view sql) {
  Scanner scanner(sql, Dialect::kSqlite);
  return next_significant(scanner).kind == TokenKind::kEnd;
}

enum class Treatment { kRun, kSkip, kRefuse };

Treatment treatment_of(std::string_view sql) {
  Scanner scanner(sql, Dialect::kSqlite);
  Token first = next_significant(scanner);
  if (first.kind == TokenKind::kEnd) return Treatment::kSkip;
  std::string_view word = token_text(sql, first);
  if (any_of(kSkippedWords, word)) return Treatment::kSkip;
  if (!same_name(word, "pragma")) return Treatment::kRun;
  Token name = next_significant(scanner);
  Scanner ahead = scanner;
  if (token_text(sql, next_significant(ahead)) == ".") name = next_significant(ahead);  // PRAGMA main.user_version
  if (same_name(token_text(sql, name), "legacy_alter_table")) return Treatment::kRun;
  return any_of(kSkippedPragmas, token_text(sql, name)) ? Treatment::kSkip : Treatment::kRefuse;
}

// "no such function: f" → f
bool message_after(std::string_view message, std::string_view prefix, std::string& rest) {
  if (!message.starts_with(prefix)) return false;
  rest = message.substr(prefix.size());
  return true;
}

// `CREATE TABLE name (…` as sqlite_schema keeps it → `CREATE TABLE "other".name (…`.
std::string in_database(std::string_view create, const std::string& database) {
  Scanner scanner(create, Dialect::kSqlite);
  for (Token token = scanner.next(); token.kind != TokenKind::kEnd; token = scanner.next()) {
    if (!is_word(create, token, "table") && !is_word(create, token, "index")) continue;
    size_t behind = token.offset + token.length;
    return std::string(create.substr(0, behind)) + " " + quote_name(database) + "." +
           std::string(create.substr(std::min(create.find_first_not_of(" \t\r\n", behind), create.size())));
  }
  return std::string(create);
}

}  // namespace

Result<GuardedDatabase> GuardedDatabase::open() {
  Sqlite::limit_memory(kMemory);
  Result<Sqlite> database = Sqlite::open(":memory:");
  if (!database) return std::unexpected(database.error());
  database->explain_triggers();
  database->set_limit("length", kValueLength);
  database->set_limit("sql_length", kSqlLength);
  // Temporary b-trees stay in memory, where the limit above holds; 128 Ki pages are 512 MiB.
  if (Status status = database->execute("PRAGMA temp_store = memory; PRAGMA max_page_count = 131072"); !status)
    return std::unexpected(status.error());
  return GuardedDatabase(std::move(*database));
}

void GuardedDatabase::guard(Guard guard) {
  guard_ = guard;
  switch (guard) {
    case Guard::kSchema:
      database_.set_authorizer(allow_schema);
      break;
    case Guard::kReadOnly:
      database_.set_authorizer(allow_reading);
      break;
    case Guard::kNone:
      database_.set_authorizer(nullptr);
      break;
  }
}

std::vector<SchemaFailure> GuardedDatabase::apply(const std::vector<SchemaStatement>& statements) {
  std::vector<SchemaFailure> failures;
  guard(Guard::kSchema);
  for (size_t i = 0; i < statements.size(); ++i) {
    Status status = apply_one(statements[i].text);
    if (!status) failures.push_back({i, status.error().message});
  }
  database_.limit_steps(0);
  guard(Guard::kNone);
  return failures;
}

// Mostly one statement; a trailing second one is applied as well, so that nothing is lost where a splitter was too
// careful.
Status GuardedDatabase::apply_one(std::string_view text) {
  while (!blank(text)) {
    size_t tail = text.size();
    Treatment treatment = treatment_of(text);
    if (treatment == Treatment::kRefuse) return fail(ErrorKind::kStatement, "this PRAGMA is not allowed in a schema");
    if (treatment == Treatment::kSkip) {
      Scanner scanner(text, Dialect::kSqlite);
      Token token = next_significant(scanner);
      while (token.kind != TokenKind::kEnd && token.kind != TokenKind::kSemicolon) token = scanner.next();
      text.remove_prefix(std::min<size_t>(text.size(), token.offset + token.length));
      continue;
    }
    Result<SqliteStatement> statement = database_.prepare(text, &tail);
    for (int mends = 0; !statement && mends < kMaxMends && mend(statement.error().message, text); ++mends)
      statement = database_.prepare(text, &tail);
    if (!statement) return std::unexpected(statement.error());
    Status status = run(*statement);
    // Some names are only looked up while the statement runs: CREATE INDEX ON t(x COLLATE c) over rows, ALTER TABLE.
    for (int mends = 0; !status && mends < kMaxMends && mend(status.error().message, text); ++mends) {
      statement = database_.prepare(text, &tail);
      if (!statement) return std::unexpected(statement.error());
      status = run(*statement);
    }
    if (!status) return status;
    text.remove_prefix(tail);
  }
  return {};
}

Status GuardedDatabase::run(SqliteStatement& statement) {
  database_.limit_steps(kSteps);
  while (true) {
    Result<bool> row = statement.step();
    if (!row && database_.step_limit_reached())
      return fail(ErrorKind::kStatement, "took too many steps and was stopped");
    if (!row) return std::unexpected(row.error());
    if (!*row) return {};
  }
}

Result<SqliteStatement> GuardedDatabase::prepare_with_stand_ins(std::string_view sql) {
  size_t tail = sql.size();
  Result<SqliteStatement> statement = database_.prepare(sql, &tail);
  for (int mends = 0; !statement && mends < kMaxMends && mend(statement.error().message, sql); ++mends)
    statement = database_.prepare(sql, &tail);
  if (statement && tail < sql.size() && !blank(sql.substr(tail)))
    return fail(ErrorKind::kStatement, "more than one statement");
  return statement;
}

// True when something was done about the message, and another try is worth it.
bool GuardedDatabase::mend(const std::string& message, std::string_view sql) {
  std::string name;
  if (message_after(message, "no such function: ", name)) return mend_function(name, sql, false);
  if (message_after(message, "no such collation sequence: ", name)) {
    if (stand_ins_.size() >= kMaxStandIns || !stand_ins_.insert("collation " + name).second) return false;
    return database_.register_collation(name).has_value();
  }
  if (message_after(message, "no such tokenizer: ", name)) {
    if (stand_ins_.size() >= kMaxStandIns || !stand_ins_.insert("tokenizer " + name).second) return false;
    return database_.register_fts5_tokenizer(name).has_value();
  }
  for (std::string_view suffix : {"() may not be used as a window function"}) {
    if (message.ends_with(suffix)) return mend_function(message.substr(0, message.size() - suffix.size()), sql, true);
  }
  for (std::string_view prefix : {"DISTINCT is not supported for ", "FILTER may not be used with non-aggregate "}) {
    if (!message_after(message, prefix, name)) continue;
    if (name.ends_with("()")) name.resize(name.size() - 2);
    return mend_function(name, sql, true);
  }
  if (message_after(message, "no such table: ", name)) return mend_table(name);
  if (message_after(message, "unknown database ", name)) return attach(name);
  return false;
}

bool GuardedDatabase::mend_function(std::string name, std::string_view, bool aggregate) {
  if (any_of(kDeniedFunctions, name)) return false;
  std::string entry = "function " + name + "()";
  bool known = stand_ins_.contains(entry);
  // A scalar stand-in may turn out to be an aggregate; a function of SQLite's own must stay what it is.
  if (aggregate ? !known : known || stand_ins_.size() >= kMaxStandIns) return false;
  if (!database_.register_function(name, !aggregate, aggregate)) return false;
  stand_ins_.insert(entry);
  return true;
}

bool GuardedDatabase::mend_table(std::string_view qualified_name) {
  size_t dot = qualified_name.find('.');
  if (dot == std::string_view::npos || dot == 0) return false;
  std::string database(qualified_name.substr(0, dot));
  std::string table(qualified_name.substr(dot + 1));
  if (same_name(database, "main") || same_name(database, "temp")) return false;
  if (copies_[database].contains(table)) return false;
  Guard before = guard_;
  guard(Guard::kNone);
  std::vector<std::string> statements;
  if (auto found =
          database_.prepare("SELECT sql FROM main.sqlite_schema WHERE tbl_name = ?1 COLLATE NOCASE AND sql IS NOT "
                            "NULL AND type IN ('table', 'index') ORDER BY type DESC, name")) {
    found->bind(1, std::string_view(table));
    for (Result<bool> row = found->step(); row && *row; row = found->step()) statements.emplace_back(found->text(0));
  }
  bool made = false;
  // `CREATE VIRTUAL TABLE` would bring shadow tables along: not copied.
  if (!statements.empty() && !statements[0].starts_with("CREATE VIRTUAL") && attach(database)) {
    made = true;
    for (const std::string& statement : statements) made = made && database_.execute(in_database(statement, database));
    if (made) copies_[database].insert(table);
  }
  guard(before);
  return made;
}

bool GuardedDatabase::attach(const std::string& name) {
  if (attached_.contains(name)) return true;
  if (attached_.size() >= kMaxAttached || name.size() > 100) return false;
  Guard before = guard_;
  guard(Guard::kNone);
  bool done = database_.execute("ATTACH DATABASE ':memory:' AS " + quote_name(name)).has_value();
  guard(before);
  if (done) attached_.insert(name);
  return done;
}

}  // namespace explaingate::sqlite_engine
