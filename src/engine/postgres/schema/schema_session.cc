#include "engine/postgres/schema/schema_session.h"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <thread>

#include "engine/postgres/server/folder.h"

namespace explaingate::postgres {
namespace {

namespace fs = std::filesystem;
using Kind = ServerCommand::Kind;

constexpr std::chrono::milliseconds kBetweenMeasures = std::chrono::milliseconds(200);
constexpr std::chrono::milliseconds kUntilGone = std::chrono::seconds(10);
constexpr const char* kSavepoint = "explaingate";

// Bytes that the files below `folder` take of the disk: the holes of sparse ones are none.
uint64_t disk_use_of(const fs::path& folder) {
  uint64_t blocks = 0;
  std::error_code error;  // files come and go meanwhile
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    struct stat info{};
    if (lstat(at->path().c_str(), &info) == 0) blocks += static_cast<uint64_t>(info.st_blocks);
  }
  return blocks * 512;
}

double seconds(std::chrono::milliseconds time) {
  return std::chrono::duration<double>(time).count();
}

}  // namespace

SchemaSession::SchemaSession(const SchemaServer& server, const SchemaLimits& limits)
    : server_(server), limits_(limits), until_(Clock::now() + limits.whole) {}

Status SchemaSession::open() {
  auto control = Connection::open(server_.control);
  if (!control) return fail(control.error());
  control_ = std::move(*control);
  disk_before_ = disk_use();
  std::error_code error;
  if (fs::space_info room = fs::space(server_.data_folder, error); !error && !server_.data_folder.empty())
    limits_.disk = std::min<uint64_t>(limits_.disk, room.available / 4);
  measured_ = Clock::now();
  return connect();
}

// A server that lost a process to a crash is away for a moment.
Status SchemaSession::connect() {
  for (Clock::time_point until = Clock::now() + kUntilGone;;) {
    auto session = Connection::open(server_.session);
    if (session) {
      session_ = std::move(*session);
      session_.set_watch([this] { return !disk_is_full(); });
      pid_ = session_.backend_pid();
      return {};
    }
    if (Clock::now() > until)
      return fail(ErrorKind::kUnverified, session.error().message,
                  server_.data_folder.empty() ? "" : full_disk_hint(server_.data_folder));
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

std::string SchemaSession::limit_passed() {
  if (Clock::now() > until_)
    return fmt::format("not applied: a schema may take no longer than {} s", seconds(limits_.whole));
  if (disk_is_full())
    return fmt::format("not applied: a schema may take no more than {} MB of disk", limits_.disk >> 20);
  return {};
}

uint64_t SchemaSession::disk_use() {
  if (!server_.data_folder.empty()) return disk_use_of(server_.data_folder);
  auto rows = control_.query("SELECT pg_catalog.pg_database_size($1::name)", {server_.database});
  return rows && rows->count() > 0 ? static_cast<uint64_t>(rows->integer(0, 0)) : 0;
}

bool SchemaSession::disk_is_full() {
  if (disk_is_full_ || Clock::now() - measured_ < kBetweenMeasures) return disk_is_full_;
  disk_is_full_ = disk_use() > disk_before_ + limits_.disk;
  measured_ = Clock::now();
  return disk_is_full_;
}

std::chrono::milliseconds SchemaSession::statement_limit() const {
  auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until_ - Clock::now());
  return std::clamp(left, std::chrono::milliseconds(1), limits_.statement);
}

bool SchemaSession::in_transaction() const {
  return session_.is_open() && PQtransactionStatus(session_.handle()) == PQTRANS_INTRANS;
}

Result<std::string> SchemaSession::run(Kind kind, const std::string& text) {
  // Theirs would end ours.
  bool guarded = in_transaction() && kind != Kind::kEnd && kind != Kind::kSavepoint;
  std::chrono::milliseconds limit = statement_limit();
  session_.set_limit(limit);
  Status done;
  if (guarded) done = session_.run(fmt::format("SAVEPOINT {}", kSavepoint));
  Clock::time_point start = Clock::now();
  if (done) done = session_.run(text);
  bool out_of_time = !done && session_.last_error().sqlstate == "57014" && Clock::now() - start >= limit;
  if (Status sound = settle(guarded, done.has_value()); !sound) return fail(sound.error());
  if (done) {
    remember(kind, text);
    return "";
  }
  if (disk_is_full_) return fmt::format("stopped: a schema may take no more than {} MB of disk", limits_.disk >> 20);
  if (out_of_time) return fmt::format("stopped: a schema's statement may take no longer than {} s", seconds(limit));
  return done.error().message;
}

// After a statement that failed, the session is what it was before it.
Status SchemaSession::settle(bool guarded, bool done) {
  session_.set_limit(kUntilGone);
  if (guarded && in_transaction() && done) {
    if (session_.run(fmt::format("RELEASE {}", kSavepoint)).has_value()) return {};
  } else if (guarded && session_.is_open() && !done) {
    if (session_.run(fmt::format("ROLLBACK TO {}", kSavepoint)).has_value() &&
        session_.run(fmt::format("RELEASE {}", kSavepoint)).has_value())
      return {};
  } else if (session_.is_open() && PQtransactionStatus(session_.handle()) != PQTRANS_INERROR) {
    return {};
  }
  if (Status ended = end_session(); !ended) return ended;
  return again();
}

// A session that was given up still runs its statement: DO … EXCEPTION WHEN query_canceled in a loop.
Status SchemaSession::end_session() {
  session_ = Connection();
  const std::string end = "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE pid = $1";
  for (Clock::time_point until = Clock::now() + kUntilGone; Clock::now() < until;) {
    auto there = control_.query(end, {std::to_string(pid_)});
    if (there && there->count() == 0) return {};
    if (!there && !control_.is_open())
      if (auto control = Connection::open(server_.control)) control_ = std::move(*control);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  std::string hint = server_.data_folder.empty() ? "" : full_disk_hint(server_.data_folder);
  if (!control_.is_open()) return fail(ErrorKind::kUnverified, "PostgreSQL ended while a schema was applied", hint);
  return fail(ErrorKind::kUnverified, "PostgreSQL can't be made to end a statement of the schema", hint);
}

Status SchemaSession::again() {
  if (Status connected = connect(); !connected) return connected;
  std::vector<const std::string*> texts;
  for (const std::string& text : settings_) texts.push_back(&text);
  for (const Done& done : transaction_) texts.push_back(&done.text);
  for (const std::string* text : texts) {
    session_.set_limit(statement_limit());
    if (Status done = session_.run(*text); !done && !session_.is_open()) {
      transaction_.clear();
      if (Status ended = end_session(); !ended) return ended;
      return connect();
    }
  }
  return {};
}

void SchemaSession::remember(Kind kind, const std::string& text) {
  if (in_transaction()) {
    transaction_.push_back({kind, text});
    return;
  }
  for (const Done& done : transaction_)
    if (done.kind == Kind::kSetting) settings_.push_back(done.text);
  transaction_.clear();
  if (kind == Kind::kSetting) settings_.push_back(text);
}

Result<std::string> SchemaSession::end_file() {
  Result<std::string> ended = "";
  if (in_transaction()) ended = run(Kind::kEnd, "COMMIT");
  if (!ended || settings_.empty()) return ended;
  settings_.clear();
  for (const char* text : {"RESET ROLE", "RESET ALL"})
    if (auto reset = run(Kind::kOther, text); !reset) return reset;
  return ended;
}

}  // namespace explaingate::postgres
