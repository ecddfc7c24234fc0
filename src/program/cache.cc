#include "program/cache.h"

#include <filesystem>

#include <fmt/format.h>

#include "base/hash.h"

namespace explaingate {
namespace {

constexpr uintmax_t kLargestFile = uintmax_t{1} << 30;  // from then on it's made anew
constexpr int kFormat = 0x65670002;                     // PRAGMA user_version: of the tables

std::string key_of(SourceCache::Whole what) {
  return what == SourceCache::Whole::kDigests ? "repository" : "edges";
}

std::string checked(std::string_view bytes) {
  return hash_hex(bytes).append(bytes);
}

std::optional<std::string> unchecked(std::string_view bytes) {
  constexpr size_t kDigits = 32;
  if (bytes.size() < kDigits || hash_hex(bytes.substr(kDigits)) != bytes.substr(0, kDigits)) return std::nullopt;
  return std::string(bytes.substr(kDigits));
}

}  // namespace

SourceCache::SourceCache(const std::string& folder) {
  std::error_code code;
  std::filesystem::create_directories(folder, code);
  if (code) return;
  file_ = folder + "/sources.db";
  auto size = std::filesystem::file_size(file_, code);
  if ((!code && size > kLargestFile) || !open()) start_anew();
}

bool SourceCache::is_there(const std::string& folder) {
  std::error_code code;
  return std::filesystem::is_regular_file(folder + "/sources.db", code);
}

// False when what is there can't be used: another format, or damaged.
bool SourceCache::open() {
  database_.reset();
  auto database = Sqlite::open(file_);
  if (!database) return true;  // no right to write there: nothing to make anew
  database->wait_when_busy(2000);
  database->distrust_schema();
  auto version = database->prepare("PRAGMA user_version");
  if (!version) return false;
  auto row = version->step();
  if (!row) return false;
  auto format = static_cast<int>(version->integer(0));
  if (format != 0 && format != kFormat) return false;
  if (format == 0) {
    Status made = database->execute(fmt::format(
        "BEGIN IMMEDIATE; CREATE TABLE IF NOT EXISTS sources (key TEXT PRIMARY KEY, outline BLOB, extraction BLOB) "
        "WITHOUT ROWID; CREATE TABLE IF NOT EXISTS snapshots (key TEXT PRIMARY KEY, digests BLOB); "
        "PRAGMA user_version = {}; COMMIT",
        kFormat));
    if (!made) return true;  // read-only, or busy for long: this run goes without
  }
  database_.emplace(std::move(*database));
  // What is lost in a power cut is made anew: no waiting for the disk.
  return static_cast<bool>(database_->execute("PRAGMA synchronous = OFF"));
}

void SourceCache::start_anew() {
  database_.reset();
  std::error_code code;
  for (const char* suffix : {"", "-journal"}) std::filesystem::remove(file_ + suffix, code);
  if (!open()) database_.reset();
}

std::optional<std::string> SourceCache::read(SqliteStatement& statement, const std::string& key) {
  if (!statement.reset()) return std::nullopt;
  statement.bind_borrowed(1, key);
  auto row = statement.step();
  if (!row || !*row) return std::nullopt;
  return unchecked(statement.text(0));
}

std::vector<std::optional<std::string>> SourceCache::outlines(const std::vector<std::string>& keys) {
  std::vector<std::optional<std::string>> found(keys.size());
  if (!database_) return found;
  auto statement = database_->prepare("SELECT outline FROM sources WHERE key = ?1");
  if (!statement) {
    start_anew();
    return found;
  }
  Status begun = database_->execute("BEGIN");
  for (size_t i = 0; i < keys.size(); ++i) found[i] = read(*statement, keys[i]);
  if (begun && !database_->execute("COMMIT")) database_.reset();
  return found;
}

std::optional<std::string> SourceCache::read_one(const char* query, const std::string& key) {
  if (!database_) return std::nullopt;
  auto statement = database_->prepare(query);
  return statement ? read(*statement, key) : std::nullopt;
}

std::optional<std::string> SourceCache::extraction(const std::string& key) {
  return read_one("SELECT extraction FROM sources WHERE key = ?1", key);
}

std::optional<std::string> SourceCache::whole(Whole what) {
  return read_one("SELECT digests FROM snapshots WHERE key = ?1", key_of(what));
}

void SourceCache::keep_whole(Whole what, std::string_view bytes) {
  if (!database_ || !database_->execute("BEGIN IMMEDIATE")) return;
  const std::string key = key_of(what);
  auto insert = [&]() -> Status {
    auto statement = database_->prepare("INSERT OR REPLACE INTO snapshots VALUES (?1, ?2)");
    if (!statement) return fail(statement.error());
    statement->bind_borrowed(1, key);
    statement->bind_blob(2, checked(bytes));
    if (auto done = statement->step(); !done) return fail(done.error());
    return database_->execute("COMMIT");
  };
  // Full disk, another run that writes for long: a later run keeps one.
  if (!insert() && !database_->execute("ROLLBACK")) database_.reset();
}

// Full disk, another run that writes for long: the next run adds them.
bool SourceCache::add(const std::vector<CacheEntry>& entries) {
  if (!database_ || !database_->execute("BEGIN IMMEDIATE")) return false;
  auto insert = [&]() -> Status {
    auto statement = database_->prepare("INSERT OR REPLACE INTO sources VALUES (?1, ?2, ?3)");
    if (!statement) return fail(statement.error());
    for (const CacheEntry& entry : entries) {
      if (Status reset = statement->reset(); !reset) return reset;
      statement->bind_borrowed(1, entry.key);
      statement->bind_blob(2, checked(entry.outline));
      statement->bind_blob(3, checked(entry.extraction));
      if (auto done = statement->step(); !done) return fail(done.error());
    }
    return database_->execute("COMMIT");
  };
  if (insert()) return true;
  if (!database_->execute("ROLLBACK")) database_.reset();
  return false;
}

}  // namespace explaingate
