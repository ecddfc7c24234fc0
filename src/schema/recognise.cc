#include "schema/recognise.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>

#include "base/text.h"
#include "schema/config.h"
#include "schema/migrations.h"

namespace explaingate::schema {

// Candidates are gathered from the listing alone as far as that goes, and ordered by
//   1. a database's name on the way to them or in their configuration: ours before none (another one's is never taken),
//   2. how deep the part of the project lies that they belong to,
//   3. sqlc's configuration, then migrations, then dumps,
//   4. the path.
// The "part of the project" is the folder without what only says "here is the database": db/migrations and schema.sql
// belong to the same part (the root), so that migrations win over the dump beside them; services/a/migrations and
// schema.sql don't, and the shallower one wins.
namespace {

bool is_container(std::string_view segment) {
  constexpr std::array<std::string_view, 20> kNames = {
      "db",     "sql",     "database", "databases", "store",    "storage", "data",   "src",     "main", "resources",
      "prisma", "drizzle", "app",      "lib",       "internal", "pkg",     "server", "backend", "api",  "supabase"};
  return is_one_of(lower(segment), kNames) || is_migration_folder(segment) ||
         database_named(segment, Dialect::kSqlite) != Database::kNone;
}

std::string area_of(std::string_view folder) {
  while (!folder.empty() && is_container(base_name(folder))) folder = folder_of(folder);
  return std::string(folder);
}

class Recogniser {
 public:
  Recogniser(const FileIndex& index, Dialect dialect) : index_(index), dialect_(dialect) {}

  Recognition run() {
    find_roots();
    for (const std::string& root : roots_) add_migrations(root);
    for (const std::string& path : index_.files()) {
      std::string_view name = base_name(path);
      bool sqlc = name == "sqlc.yaml" || name == "sqlc.yml" || name == "sqlc.json";
      bool drizzle = name.starts_with("drizzle.config.");
      bool dump = has_extension(path, ".sql");
      if ((!sqlc && !drizzle && !dump) || is_excluded(path)) continue;
      if (sqlc) add_sqlc(path);
      if (drizzle) add_drizzle_config(path);
      if (dump) add_dump(path);
    }
    std::sort(result_.candidates.begin(), result_.candidates.end(), [](const Candidate& a, const Candidate& b) {
      auto key = [](const Candidate& c) { return std::tuple(c.database != Database::kOurs, c.depth, c.kind); };
      if (key(a) != key(b)) return key(a) < key(b);
      return std::tuple(segments(a.path).size(), a.path) < std::tuple(segments(b.path).size(), b.path);
    });
    return std::move(result_);
  }

 private:
  // A folder called "migrations" (or one for a database inside of it), wherever files of SQL are below it; else a
  // folder whose files are named as a tool's, or numbered and making tables.
  void find_roots() {
    std::set<std::string> seen;
    for (const std::string& path : index_.files()) {
      bool journal = base_name(path) == "_journal.json" && base_name(folder_of(path)) == "meta";
      if (journal && !is_excluded(path)) roots_.insert(std::string(folder_of(folder_of(path))));
      if (!has_extension(path, ".sql") || is_excluded(path)) continue;
      std::string folder(folder_of(path));
      if (!seen.insert(folder).second) continue;
      std::string named = named_root(folder);
      if (!named.empty())
        roots_.insert(std::move(named));
      else if (looks_numbered(folder))
        roots_.insert(std::move(folder));
    }
  }

  std::string named_root(const std::string& folder) const {
    std::string root;
    bool found = false;
    for (std::string_view segment : segments(folder)) {
      bool database = database_named(segment, dialect_) != Database::kNone;
      if (found && !database) break;
      root = join(root, segment);
      found = found || is_migration_folder(segment);
    }
    return found ? root : std::string();
  }

  bool looks_numbered(const std::string& folder) const {
    std::vector<std::string> numbered;
    for (const std::string& path : index_.directly_in(folder)) {
      if (!has_extension(path, ".sql")) continue;
      if (flyway_name(path) || has_extension(path, ".up.sql")) return true;
      if (!version_prefix(base_name(path)).empty()) numbered.push_back(path);
    }
    if (numbered.empty()) return false;
    std::sort(numbered.begin(), numbered.end(), natural_less);
    return count_create_table(index_, numbered.front()) > 0;
  }

  // db/migrate/*.rb with a stray .sql file is not a folder of SQL migrations.
  bool is_programmed(const std::string& root) const {
    size_t sql = 0, programs = 0;
    for (const std::string& path : index_.directly_in(root)) {
      if (has_extension(path, ".sql")) ++sql;
      for (std::string_view extension : {".rb", ".py", ".php", ".exs"})
        if (has_extension(path, extension) && !version_prefix(base_name(path)).empty()) ++programs;
    }
    return programs > sql;
  }

  // Prisma and Drizzle say in a file of theirs which database the migrations are for.
  Database declared_database(const std::string& root) const {
    std::string journal = join(root, "meta/_journal.json");
    if (index_.has_file(journal)) {
      Result<std::string> text = index_.read(journal);
      std::optional<DrizzleJournal> parsed = text ? read_drizzle_journal(*text) : std::nullopt;
      return parsed ? database_named(parsed->dialect, dialect_) : Database::kNone;
    }
    for (const std::string& path : {join(root, "migration_lock.toml"), join(folder_of(root), "schema.prisma")}) {
      if (!index_.has_file(path)) continue;
      Result<std::string> text = index_.read(path);
      Database database = text ? database_named(read_prisma_provider(*text), dialect_) : Database::kNone;
      if (database != Database::kNone) return database;
    }
    return Database::kNone;
  }

  void add(Candidate candidate, Database declared, std::string_view for_area) {
    if (candidate.database == Database::kOther || declared == Database::kOther) {
      result_.other_databases.push_back(
          {candidate.path, 1, 1, "the schema here is another database's than the one that is checked", ""});
      return;
    }
    candidate.area = area_of(for_area);
    candidate.depth = static_cast<int>(segments(candidate.area).size());
    result_.candidates.push_back(std::move(candidate));
  }

  void add_migrations(const std::string& root) {
    if (is_programmed(root)) return;
    Database by_path = database_of(root, dialect_);
    // A provider's own word counts for more than a folder's name.
    Database declared = declared_database(root);
    if (declared == Database::kOurs) by_path = Database::kOurs;
    add({Candidate::Kind::kMigrations, root, by_path, 0, {}}, declared, folder_of(root));
  }

  void add_sqlc(const std::string& path) {
    Result<std::string> text = index_.read(path);
    if (!text) return;
    std::vector<SqlcEntry> entries = read_sqlc(path, *text);
    bool ours = std::any_of(entries.begin(), entries.end(), [&](const SqlcEntry& entry) {
      return database_named(entry.engine, dialect_) == Database::kOurs && !entry.schema.empty();
    });
    if (ours) add({Candidate::Kind::kSqlc, path, Database::kOurs, 0, {}}, Database::kNone, folder_of(path));
  }

  void add_drizzle_config(const std::string& path) {
    Result<std::string> text = index_.read(path);
    if (!text) return;
    std::optional<std::string> out = normalize(folder_of(path), read_drizzle_out(*text));
    if (!out || out->empty() || roots_.contains(*out)) return;
    std::span<const std::string> below = index_.below(*out);
    bool sql =
        std::any_of(below.begin(), below.end(), [](const std::string& file) { return has_extension(file, ".sql"); });
    if (sql && roots_.insert(*out).second) add_migrations(*out);
  }

  void add_dump(const std::string& path) {
    std::string name = lower(stem(path));
    bool schema = name == "schema" || name == "structure" || is_latest_beside_steps(path);
    for (std::string_view end : {"schema", "structure"}) {
      // "schema.sqlite.sql", "schema-pg.sql", "app_schema.sql"
      if (name.size() <= end.size()) continue;
      bool first = name.starts_with(end) &&
                   database_named(std::string_view(name).substr(end.size() + 1), dialect_) != Database::kNone;
      bool last = name.ends_with(end) &&
                  std::string_view("._-").find(name[name.size() - end.size() - 1]) != std::string_view::npos;
      schema = schema || first || last;
    }
    if (!schema) return;
    std::string folder(folder_of(path));
    if (!named_root(folder).empty() && !is_dump_name(path)) return;  // "migrations/003_schema.sql" is a step
    add({Candidate::Kind::kDump, path, database_of(path, dialect_), 0, {}}, Database::kNone, folder);
  }

  bool is_latest_beside_steps(const std::string& path) const {
    return is_dump_name(path) && !named_root(std::string(folder_of(path))).empty();
  }

  const FileIndex& index_;
  Dialect dialect_;
  std::set<std::string> roots_;
  Recognition result_;
};

}  // namespace

size_t count_create_table(const FileIndex& index, const std::string& path) {
  Result<std::string> text = index.read(path);
  if (!text) return 0;
  std::string lowered = lower(*text);
  size_t count = 0;
  for (size_t at = lowered.find("create"); at != std::string::npos; at = lowered.find("create", at + 6)) {
    std::string_view rest = std::string_view(lowered).substr(at + 6, 60);
    rest = trim(rest);
    for (std::string_view word : {"temporary", "temp", "virtual", "unlogged"})
      if (rest.starts_with(word)) rest = trim(rest.substr(word.size()));
    if (rest.starts_with("table")) ++count;
  }
  return count;
}

Recognition recognise(const FileIndex& index, Dialect dialect) {
  return Recogniser(index, dialect).run();
}

std::string find_unnamed_dump(const FileIndex& index, Dialect dialect) {
  constexpr std::array<std::string_view, 11> kWords = {"schema", "structure", "ddl",      "tables", "table",   "init",
                                                       "create", "setup",     "database", "sqlite", "postgres"};
  constexpr size_t kMostFiles = 200;
  std::vector<std::tuple<size_t, std::string>> found;
  for (const std::string& path : index.files()) {
    if (!has_extension(path, ".sql") || is_excluded(path) || database_of(path, dialect) == Database::kOther) continue;
    std::string name = lower(stem(path));
    bool named = std::any_of(kWords.begin(), kWords.end(),
                             [&](std::string_view word) { return name.find(word) != std::string::npos; });
    if (named) found.emplace_back(segments(path).size(), path);
  }
  std::sort(found.begin(), found.end());
  if (found.size() > kMostFiles) found.resize(kMostFiles);
  std::string best;
  size_t most = 0;
  for (const auto& [depth, path] : found) {
    size_t tables = count_create_table(index, path);
    if (tables <= most) continue;
    most = tables;
    best = path;
  }
  return best;
}

std::vector<std::string> parts_of_dump(const FileIndex& index, const std::string& path) {
  constexpr std::string_view kStart = "create_";
  constexpr std::array<std::string_view, 12> kOrder = {"extension",  "schema", "type",     "domain",
                                                       "sequence",   "table",  "primary",  "foreign",
                                                       "constraint", "index",  "function", "view"};
  std::vector<std::pair<size_t, std::string>> parts;
  if (lower(base_name(path)).starts_with(kStart)) {
    for (const std::string& beside : index.directly_in(std::string(folder_of(path)))) {
      std::string name = lower(stem(beside));
      if (!has_extension(beside, ".sql") || !name.starts_with(kStart)) continue;
      auto first = std::ranges::find_if(kOrder, [&](std::string_view word) {
        return std::string_view(name).substr(kStart.size()).starts_with(word);
      });
      if (first != kOrder.end()) parts.emplace_back(first - kOrder.begin(), beside);
    }
  }
  std::ranges::sort(parts);
  std::vector<std::string> files;
  for (auto& [order, file] : parts) files.push_back(std::move(file));
  if (std::ranges::find(files, path) == files.end()) files = {path};
  return files;
}

std::vector<NotAnalysed> programmed_migrations(const FileIndex& index) {
  struct Kind {
    std::string_view extension, parent, what;
  };
  constexpr std::array<Kind, 11> kKinds = {{
      {".py", "migrations", "Django migrations are Python"},
      {".py", "versions", "Alembic migrations are Python"},
      {".rb", "migrate", "Rails migrations are Ruby"},
      {".php", "migrations", "the migrations are PHP"},
      {".js", "migrations", "the migrations are JavaScript"},
      {".ts", "migrations", "the migrations are TypeScript"},
      {".go", "migrations", "the migrations are Go"},
      {".exs", "migrations", "the migrations are Elixir"},
      {".cs", "migrations", "the migrations are C#"},
      {".kt", "migration", "the migrations are Kotlin"},
      {".java", "migration", "the migrations are Java"},
  }};
  std::map<std::string, NotAnalysed> by_folder;
  for (const std::string& path : index.files()) {
    std::string_view folder_path = folder_of(path);
    std::string parent = lower(base_name(folder_path));
    if (std::ranges::find(kKinds, parent, &Kind::parent) == kKinds.end() || is_excluded(path)) continue;
    std::string folder(folder_path);
    std::string_view name = base_name(path);
    if (by_folder.contains(folder) || name.starts_with("__init__") || has_extension(path, "_test.go") ||
        name.ends_with(".d.ts"))
      continue;
    for (const Kind& kind : kKinds) {
      if (parent != kind.parent || !has_extension(path, kind.extension)) continue;
      if (kind.parent == "versions" && !index.has_file(join(folder_of(folder), "env.py"))) continue;
      std::string reason =
          fmt::format("{}, not SQL: name a dump of the schema as `schema` to have it checked", kind.what);
      by_folder.emplace(folder, NotAnalysed{path, 1, 1, std::move(reason), ""});
      break;
    }
  }
  std::vector<NotAnalysed> result;
  for (auto& [folder, entry] : by_folder) result.push_back(std::move(entry));
  return result;
}

}  // namespace explaingate::schema
