#include "facts/store.h"

#include <algorithm>
#include <filesystem>

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
  return FactStore(std::move(*database));
}

Status FactStore::create_indexes() {
  return database_.execute(facts_schema().substr(indexes_start()));
}

Status FactStore::save(const std::string& path) {
  std::string temporary = path + ".tmp";
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
