#include "facts/store.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "base/embedded.h"

namespace explaingate {

std::string_view facts_schema() {
  auto files = embedded_files();
  auto found = std::find_if(files.begin(), files.end(),
                            [](const EmbeddedFile& file) { return file.name == "src/facts/schema.sql"; });
  return found == files.end() ? std::string_view() : found->text;
}

namespace {

constexpr std::string_view kMagic = "SQLite format 3";  // with the zero behind it, the first bytes of a database
constexpr uint32_t kApplication = 0x65674661;           // "egFa": tells what `facts --save` wrote from other databases

// Indexes stand at the end of schema.sql.
size_t indexes_start() {
  return std::min(facts_schema().find("\nCREATE INDEX "), facts_schema().size());
}

}  // namespace

Result<FactStore> FactStore::create() {
  auto store = create_for_fill();
  if (!store) return store;
  if (Status indexed = store->create_indexes(); !indexed) return fail(indexed.error());
  return store;
}

Result<FactStore> FactStore::create_for_fill() {
  Result<Sqlite> database = Sqlite::open(":memory:");
  if (!database) return fail(database.error());
  if (Status made = database->execute(facts_schema().substr(0, indexes_start())); !made) return fail(made.error());
  if (Status marked = database->execute(fmt::format("PRAGMA application_id = {}", kApplication)); !marked)
    return fail(marked.error());
  return FactStore(std::move(*database));
}

Status FactStore::create_indexes() {
  return database_.execute(facts_schema().substr(indexes_start()));
}

bool FactStore::is_saved(const std::string& path) {
  constexpr size_t kHeader = 72;  // of SQLite's file format: the application's id is its last four bytes
  std::array<unsigned char, kHeader> header{};
  std::ifstream file(path, std::ios::binary);
  if (!file.read(reinterpret_cast<char*>(header.data()), kHeader)) return false;
  uint32_t id = 0;
  for (size_t i = kHeader - 4; i < kHeader; ++i) id = (id << 8U) | header.at(i);
  return std::equal(kMagic.begin(), kMagic.end(), header.begin()) && id == kApplication;
}

Status FactStore::save(const std::string& path) {
  std::string temporary = path + ".explaingate-tmp";
  std::error_code ignored;  // absence is the usual case; a leftover that can't be removed makes VACUUM INTO fail with
                            // its own message
  std::filesystem::remove(temporary, ignored);
  auto vacuum = database_.prepare("VACUUM INTO ?1");
  if (!vacuum) return fail(vacuum.error());
  vacuum->bind(1, std::string_view(temporary));
  std::error_code code;
  if (auto ran = vacuum->step(); !ran) {
    std::filesystem::remove(temporary, code);
    return fail(ErrorKind::kIo, fmt::format("cannot write {}: {}", path, ran.error().message));
  }
  std::filesystem::rename(temporary, path, code);
  if (code) return fail(ErrorKind::kIo, fmt::format("cannot write {}: {}", path, code.message()));
  return {};
}

void FactInserter::prepare(size_t columns) {
  prepared_ = true;
  std::string marks = "?";
  for (size_t i = 1; i < columns; ++i) marks += ",?";
  auto prepared = store_.database().prepare(fmt::format("INSERT INTO {} VALUES ({})", table_, marks));
  if (prepared)
    statement_ = std::move(*prepared);
  else
    status_ = fail(prepared.error());
}

void FactInserter::run() {
  if (auto stepped = statement_.step(); !stepped) {
    status_ = fail(stepped.error());
    return;
  }
  status_ = statement_.reset();
}

}  // namespace explaingate
