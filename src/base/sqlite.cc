#include "base/sqlite.h"

#include <sqlite3.h>

#include <array>
#include <cstring>

#include <fmt/format.h>

#include "base/sqlite_memory.h"

namespace explaingate {
namespace {

constexpr int kProgressInterval = 1000;  // virtual-machine steps between two looks at the limit

constexpr std::array kActions = {"COPY",
                                 "CREATE_INDEX",
                                 "CREATE_TABLE",
                                 "CREATE_TEMP_INDEX",
                                 "CREATE_TEMP_TABLE",
                                 "CREATE_TEMP_TRIGGER",
                                 "CREATE_TEMP_VIEW",
                                 "CREATE_TRIGGER",
                                 "CREATE_VIEW",
                                 "DELETE",
                                 "DROP_INDEX",
                                 "DROP_TABLE",
                                 "DROP_TEMP_INDEX",
                                 "DROP_TEMP_TABLE",
                                 "DROP_TEMP_TRIGGER",
                                 "DROP_TEMP_VIEW",
                                 "DROP_TRIGGER",
                                 "DROP_VIEW",
                                 "INSERT",
                                 "PRAGMA",
                                 "READ",
                                 "SELECT",
                                 "TRANSACTION",
                                 "UPDATE",
                                 "ATTACH",
                                 "DETACH",
                                 "ALTER_TABLE",
                                 "REINDEX",
                                 "ANALYZE",
                                 "CREATE_VTABLE",
                                 "DROP_VTABLE",
                                 "FUNCTION",
                                 "SAVEPOINT",
                                 "RECURSIVE"};

std::string_view view(const char* text) {
  return text == nullptr ? std::string_view() : std::string_view(text);
}

std::unexpected<Error> statement_error(sqlite3* database) {
  return fail(ErrorKind::kStatement, sqlite3_errmsg(database));
}

}  // namespace

struct Sqlite::State {
  sqlite3* database = nullptr;
  std::function<bool(const AuthorizerRequest&)> allow;
  int64_t steps_left = 0;
  bool limited = false;
  bool limit_reached = false;
  ~State() { sqlite3_close_v2(database); }
};

void SqliteStatement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Result<bool> SqliteStatement::step() {
  int code = sqlite3_step(handle_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return statement_error(sqlite3_db_handle(handle_.get()));
}

Status SqliteStatement::reset() {
  if (sqlite3_reset(handle_.get()) != SQLITE_OK) return statement_error(sqlite3_db_handle(handle_.get()));
  return {};
}

void SqliteStatement::bind(int index, std::nullptr_t) {
  sqlite3_bind_null(handle_.get(), index);
}
void SqliteStatement::bind(int index, int64_t value) {
  sqlite3_bind_int64(handle_.get(), index, value);
}
void SqliteStatement::bind(int index, double value) {
  sqlite3_bind_double(handle_.get(), index, value);
}
void SqliteStatement::bind(int index, std::string_view value) {
  sqlite3_bind_text64(handle_.get(), index, value.data() == nullptr ? "" : value.data(), value.size(), SQLITE_TRANSIENT,
                      SQLITE_UTF8);
}
void SqliteStatement::bind_borrowed(int index, std::string_view value) {
  sqlite3_bind_text64(handle_.get(), index, value.data() == nullptr ? "" : value.data(), value.size(), SQLITE_STATIC,
                      SQLITE_UTF8);
}

void SqliteStatement::bind_blob(int index, std::string_view bytes) {
  sqlite3_bind_blob64(handle_.get(), index, bytes.data() == nullptr ? "" : bytes.data(), bytes.size(),
                      SQLITE_TRANSIENT);
}

void SqliteStatement::bind_column(int index, const SqliteStatement& row, int column) {
  sqlite3_bind_value(handle_.get(), index, sqlite3_column_value(row.handle_.get(), column));
}

int SqliteStatement::column_count() const {
  return sqlite3_column_count(handle_.get());
}
std::string_view SqliteStatement::column_name(int column) const {
  return view(sqlite3_column_name(handle_.get(), column));
}
bool SqliteStatement::is_null(int column) const {
  return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL;
}
int64_t SqliteStatement::integer(int column) const {
  return sqlite3_column_int64(handle_.get(), column);
}
double SqliteStatement::real(int column) const {
  return sqlite3_column_double(handle_.get(), column);
}
std::string_view SqliteStatement::text(int column) const {
  bool blob = sqlite3_column_type(handle_.get(), column) == SQLITE_BLOB;  // else it would be copied to end in a zero
  const void* text = blob ? sqlite3_column_blob(handle_.get(), column) : sqlite3_column_text(handle_.get(), column);
  if (text == nullptr) return {};
  return {static_cast<const char*>(text), static_cast<size_t>(sqlite3_column_bytes(handle_.get(), column))};
}
int SqliteStatement::parameter_count() const {
  return sqlite3_bind_parameter_count(handle_.get());
}
std::string_view SqliteStatement::parameter_name(int index) const {
  const char* name = sqlite3_bind_parameter_name(handle_.get(), index);
  return name == nullptr ? std::string_view() : name;
}
bool SqliteStatement::read_only() const {
  return sqlite3_stmt_readonly(handle_.get()) != 0;
}
bool SqliteStatement::is_explain() const {
  return sqlite3_stmt_isexplain(handle_.get()) != 0;
}

SqliteStatement::Work SqliteStatement::take_work() {
  auto take = [this](int counter) -> int64_t { return sqlite3_stmt_status(handle_.get(), counter, 1); };
  return {take(SQLITE_STMTSTATUS_VM_STEP), take(SQLITE_STMTSTATUS_FULLSCAN_STEP), take(SQLITE_STMTSTATUS_SORT),
          take(SQLITE_STMTSTATUS_AUTOINDEX)};
}

Sqlite::Sqlite(std::unique_ptr<State> state) : state_(std::move(state)) {}
Sqlite::Sqlite(Sqlite&&) noexcept = default;
Sqlite& Sqlite::operator=(Sqlite&&) noexcept = default;
Sqlite::~Sqlite() = default;

Result<Sqlite> Sqlite::open(const std::string& name, bool read_only) {
  install_sqlite_memory();
  auto state = std::make_unique<State>();
  int flags = read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  int code = sqlite3_open_v2(name.c_str(), &state->database, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  if (code != SQLITE_OK)
    return fail(ErrorKind::kIo, fmt::format("SQLite cannot open {}: {}", name, sqlite3_errstr(code)));
  sqlite3_db_config(state->database, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
  return Sqlite(std::move(state));
}

Status Sqlite::execute(std::string_view sql) {
  std::string text(sql);
  if (sqlite3_exec(state_->database, text.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    return statement_error(state_->database);
  return {};
}

Result<SqliteStatement> Sqlite::prepare(std::string_view sql, size_t* tail) {
  if (sql.size() > static_cast<size_t>(INT32_MAX)) return fail(ErrorKind::kStatement, "statement too long");
  sqlite3_stmt* handle = nullptr;
  const char* end = nullptr;
  int code = sqlite3_prepare_v2(state_->database, sql.data(), static_cast<int>(sql.size()), &handle, &end);
  SqliteStatement statement;
  statement.handle_.reset(handle);
  if (code != SQLITE_OK) return statement_error(state_->database);
  if (tail != nullptr) *tail = static_cast<size_t>(end - sql.data());
  if (handle == nullptr) return fail(ErrorKind::kStatement, "no statement here");
  return statement;
}

int Sqlite::error_offset() const {
  return sqlite3_error_offset(state_->database);
}
int64_t Sqlite::last_insert_id() const {
  return sqlite3_last_insert_rowid(state_->database);
}

void Sqlite::set_authorizer(std::function<bool(const AuthorizerRequest&)> allow) {
  state_->allow = std::move(allow);
  if (!state_->allow) {
    sqlite3_set_authorizer(state_->database, nullptr, nullptr);
    return;
  }
  auto ask = [](void* data, int action, const char* first, const char* second, const char* database, const char*) {
    auto* state = static_cast<State*>(data);
    std::string_view name = action >= 0 && static_cast<size_t>(action) < kActions.size()
                                ? kActions[static_cast<size_t>(action)]
                                : "UNKNOWN";
    return state->allow({name, view(first), view(second), view(database)}) ? SQLITE_OK : SQLITE_DENY;
  };
  sqlite3_set_authorizer(state_->database, ask, state_.get());
}

void Sqlite::limit_steps(int64_t steps) {
  state_->steps_left = steps;
  state_->limit_reached = false;
  state_->limited = steps > 0;
  if (!state_->limited) {
    sqlite3_progress_handler(state_->database, 0, nullptr, nullptr);
    return;
  }
  auto look = [](void* data) {
    auto* state = static_cast<State*>(data);
    state->steps_left -= kProgressInterval;
    state->limit_reached = state->steps_left <= 0;
    return state->limit_reached ? 1 : 0;
  };
  sqlite3_progress_handler(state_->database, kProgressInterval, look, state_.get());
}

bool Sqlite::step_limit_reached() const {
  return state_->limit_reached;
}

void Sqlite::set_limit(std::string_view category, int value) {
  int id = category == "length"       ? SQLITE_LIMIT_LENGTH
           : category == "sql_length" ? SQLITE_LIMIT_SQL_LENGTH
           : category == "expr_depth" ? SQLITE_LIMIT_EXPR_DEPTH
           : category == "column"     ? SQLITE_LIMIT_COLUMN
                                      : SQLITE_LIMIT_ATTACHED;
  sqlite3_limit(state_->database, id, value);
}

void Sqlite::wait_when_busy(int milliseconds) {
  sqlite3_busy_timeout(state_->database, milliseconds);
}

void Sqlite::distrust_schema() {
  sqlite3_db_config(state_->database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
}

void Sqlite::explain_triggers() {
  sqlite3_db_config(state_->database, SQLITE_DBCONFIG_TRIGGER_EQP, 1, nullptr);
}

void Sqlite::limit_memory(int64_t bytes) {
  limit_sqlite_memory(bytes);
}

Status Sqlite::register_function(const std::string& name, bool returns_first_argument, bool aggregate) {
  auto null_result = [](sqlite3_context* context, int, sqlite3_value**) { sqlite3_result_null(context); };
  auto first_argument = [](sqlite3_context* context, int count, sqlite3_value** values) {
    if (count > 0)
      sqlite3_result_value(context, values[0]);
    else
      sqlite3_result_null(context);
  };
  auto nothing = [](sqlite3_context*, int, sqlite3_value**) {};
  auto finish = [](sqlite3_context* context) { sqlite3_result_null(context); };
  constexpr int kFlags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
  int code = aggregate ? sqlite3_create_window_function(state_->database, name.c_str(), -1, kFlags, nullptr, nothing,
                                                        finish, finish, nothing, nullptr)
                       : sqlite3_create_function_v2(state_->database, name.c_str(), -1, kFlags, nullptr,
                                                    returns_first_argument ? +first_argument : +null_result, nullptr,
                                                    nullptr, nullptr);
  if (code != SQLITE_OK) return statement_error(state_->database);
  return {};
}

Status Sqlite::register_fts5_tokenizer(const std::string& name) {
  // FTS5 hands out its interface through a pointer bound to its SQL function (sqlite.org/fts5.html, section 7).
  auto asked = prepare("SELECT fts5(?1)");
  if (!asked) return fail(asked.error());
  fts5_api* api = nullptr;
  sqlite3_bind_pointer(asked->handle_.get(), 1, static_cast<void*>(&api), "fts5_api_ptr", nullptr);
  if (auto row = asked->step(); !row) return fail(row.error());
  if (api == nullptr) return fail(ErrorKind::kStatement, "this SQLite has no FTS5");
  void* context = nullptr;
  fts5_tokenizer tokenizer{};
  if (api->xFindTokenizer(api, "unicode61", &context, &tokenizer) != SQLITE_OK ||
      api->xCreateTokenizer(api, name.c_str(), context, &tokenizer, nullptr) != SQLITE_OK)
    return fail(ErrorKind::kStatement, "FTS5 refuses the tokenizer " + name);
  return {};
}

Status Sqlite::register_collation(const std::string& name) {
  auto compare = [](void*, int left_size, const void* left, int right_size, const void* right) {
    int order = std::memcmp(left, right, static_cast<size_t>(std::min(left_size, right_size)));
    return order != 0 ? order : left_size - right_size;
  };
  if (sqlite3_create_collation(state_->database, name.c_str(), SQLITE_UTF8, nullptr, compare) != SQLITE_OK)
    return statement_error(state_->database);
  return {};
}

std::string Sqlite::version() {
  return sqlite3_libversion();
}

}  // namespace explaingate
