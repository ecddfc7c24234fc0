#include "gate/other_database.h"

#include "schema/names.h"

namespace explaingate {

Result<bool> OtherDatabases::holds(const std::string& path) {
  Dialect dialect = run_.settings.dialect();
  if (schema::database_of(path, dialect) != schema::Database::kOther) return false;
  if (!ours_) {
    auto entries = run_.change.head->list();
    if (!entries) return fail(entries.error());
    ours_.emplace();
    for (const TreeEntry& entry : *entries)
      if (is_extractable(entry.path, *run_.languages) &&
          schema::database_of(entry.path, dialect) == schema::Database::kOurs)
        ours_->insert(schema::database_part(entry.path));
  }
  return ours_->contains(schema::database_part(path));
}

}  // namespace explaingate
