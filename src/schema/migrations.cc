#include "schema/migrations.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <set>

#include "schema/config.h"
#include "schema/names.h"

namespace explaingate::schema {
namespace {

void leave_out(Migrations& migrations, const std::string& path, std::string reason) {
  migrations.not_analysed.push_back({path, 1, 1, std::move(reason), ""});
}

std::vector<std::string> sql_files(std::vector<std::string> paths) {
  std::erase_if(paths, [](const std::string& path) { return !has_extension(path, ".sql"); });
  return paths;
}

// folder/*/NAME, by the folders' names as bytes: Prisma sorts them so, "10_x" before "2_x".
std::vector<std::string> one_file_a_folder(const FileIndex& index, const std::string& folder, std::string_view name) {
  std::vector<std::string> files;
  for (const std::string& child : index.folders_in(folder)) {
    std::string path = join(child, name);
    if (index.has_file(path)) files.push_back(std::move(path));
  }
  std::sort(files.begin(), files.end());
  return files;
}

// -- Drizzle: the journal alone decides; a file that it doesn't name is not applied.

bool read_drizzle(const FileIndex& index, Migrations& migrations) {
  std::string journal_path = join(migrations.folder, "meta/_journal.json");
  if (!index.has_file(journal_path)) return false;
  Result<std::string> text = index.read(journal_path);
  std::optional<DrizzleJournal> journal = text ? read_drizzle_journal(*text) : std::nullopt;
  if (!journal) {
    leave_out(migrations, journal_path,
              text ? "the journal of the migrations is no valid JSON of Drizzle" : text.error().message);
    return false;
  }
  migrations.tool = "drizzle";
  migrations.others.push_back(journal_path);
  std::set<std::string> named;
  for (const std::string& tag : journal->tags) {
    std::optional<std::string> path = normalize(migrations.folder, tag + ".sql");
    if (path && index.has_file(*path)) {
      if (named.insert(*path).second) migrations.files.push_back(*path);
    } else {
      leave_out(migrations, journal_path, fmt::format("the journal names `{}.sql`, which is not there", tag));
    }
  }
  for (const std::string& path : sql_files(index.directly_in(migrations.folder)))
    if (!named.contains(path))
      leave_out(migrations, path, "meta/_journal.json does not name the file: Drizzle does not apply it");
  return true;
}

// -- Flyway: V by version, then R by description; a B stands for all versions up to its own; U goes down.

Version flyway_version(std::string_view text) {
  Version version;
  size_t from = 0;
  while (from <= text.size()) {
    size_t end = std::min(text.find_first_of("._", from), text.size());
    Version part = version_prefix(text.substr(from, end - from));
    if (part.empty()) return {};
    version.push_back(std::move(part.front()));
    from = end + 1;
  }
  return version;
}

struct Versioned {
  std::string path;
  Version version;
};

// "m/7_x.postgres.up.sql" -> "m/7_x.up.sql"; "" = no part between dots names the database that plans.
std::string without_database(const std::string& path, Dialect dialect) {
  std::string_view name = base_name(path);
  for (size_t dot = name.find('.'); dot != std::string_view::npos;) {
    size_t next = name.find('.', dot + 1);
    if (next == std::string_view::npos) break;
    if (database_named(name.substr(dot + 1, next - dot - 1), dialect) == Database::kOurs)
      return path.substr(0, path.size() - name.size() + dot) + std::string(name.substr(next));
    dot = next;
  }
  return {};
}

// Of a file for every database and the same one for ours, ours is applied in its place.
void prefer_ours(std::vector<Versioned>& files, Dialect dialect, Migrations& migrations) {
  std::map<std::string, std::string> ours;  // by what it stands for
  for (const Versioned& file : files)
    if (std::string general = without_database(file.path, dialect); !general.empty()) ours.emplace(general, file.path);
  std::erase_if(files, [&](const Versioned& file) {
    auto found = ours.find(file.path);
    if (found == ours.end()) return false;
    leave_out(migrations, file.path, fmt::format("`{}` takes its place", found->second));
    return true;
  });
}

// By version, then by name; says which versions are there twice.
void sort_versioned(std::vector<Versioned>& files, Migrations& migrations) {
  std::sort(files.begin(), files.end(), [](const Versioned& a, const Versioned& b) {
    int order = compare(a.version, b.version);
    return order != 0 ? order < 0 : natural_less(a.path, b.path);
  });
  for (size_t i = 1; i < files.size(); ++i) {
    if (compare(files[i - 1].version, files[i].version) != 0) continue;
    leave_out(migrations, files[i].path,
              fmt::format("the version is also that of `{}`: applied after it, by name", files[i - 1].path));
  }
}

void read_flyway_configuration(const FileIndex& index, Migrations& migrations) {
  migrations.placeholders.emplace();
  for (std::string_view name : {"flyway.conf", "conf/flyway.conf", "flyway.toml", "conf/flyway.toml",
                                "src/main/resources/application.properties"}) {
    if (!index.has_file(name)) continue;
    Result<std::string> text = index.read(name);
    if (!text) continue;
    size_t before = migrations.placeholders->size();
    read_flyway_placeholders(*text, *migrations.placeholders);
    if (migrations.placeholders->size() != before) migrations.others.emplace_back(name);
  }
}

bool read_flyway(const FileIndex& index, Migrations& migrations, Dialect dialect, bool forced) {
  std::vector<Versioned> versioned, baselines;
  std::vector<std::pair<std::string, std::string>> repeatable;  // description, path
  std::vector<std::string> unknown;
  for (const std::string& path : index.below(migrations.folder)) {
    if (has_extension(path, ".java") && flyway_name(std::string(stem(path)) + ".sql")) {
      unknown.push_back(path);
      continue;
    }
    if (!has_extension(path, ".sql") || is_for_other_database(migrations.folder, path, dialect)) continue;
    std::optional<FlywayName> name = flyway_name(path);
    if (!name)
      unknown.push_back(path);
    else if (name->kind == 'R')
      repeatable.emplace_back(name->description, path);
    else if (name->kind == 'V' || name->kind == 'B')
      (name->kind == 'V' ? versioned : baselines).push_back({path, flyway_version(name->version)});
  }
  if (versioned.empty() && baselines.empty() && !forced) return false;
  migrations.tool = "flyway";
  for (const std::string& path : unknown) {
    bool java = has_extension(path, ".java");
    leave_out(migrations, path,
              java ? "a migration in Java is not SQL" : "Flyway does not take the name for a migration's");
  }
  sort_versioned(baselines, migrations);
  if (!baselines.empty()) {
    const Versioned& baseline = baselines.back();
    std::erase_if(versioned, [&](const Versioned& file) { return compare(file.version, baseline.version) <= 0; });
    migrations.files.push_back(baseline.path);
  }
  sort_versioned(versioned, migrations);
  for (Versioned& file : versioned) migrations.files.push_back(std::move(file.path));
  std::sort(repeatable.begin(), repeatable.end());
  for (auto& [description, path] : repeatable) migrations.files.push_back(std::move(path));
  read_flyway_configuration(index, migrations);
  return true;
}

// -- All others: one file (or a pair, up and down) a version.

// "003_x.down.sql"; "003_x_down.sql" only with its "003_x_up.sql", for "004_slow_down.sql" goes up.
bool goes_down(const FileIndex& index, const std::string& path) {
  std::string name = lower(stem(path));
  for (std::string_view suffix : {".down", ".rollback", ".undo"})
    if (name.ends_with(suffix)) return true;
  for (std::string_view separator : {"_", "-"}) {
    for (std::string_view word : {"down", "rollback", "undo"}) {
      if (!name.ends_with(std::string(separator) + std::string(word))) continue;
      std::string_view whole = path;
      std::string start(whole.substr(0, whole.size() - 4 - word.size()));
      if (index.has_file(start + "up.sql") || index.has_file(start.substr(0, start.size() - 1) + ".sql")) return true;
    }
  }
  return name == "down";
}

// The folder's own files; where it has none but dumps, those of its folders ("0.9/00__x.sql", "0.10/00__y.sql"), but
// for tests' and examples'.
std::vector<std::string> plain_files(const FileIndex& index, const std::string& folder, Dialect dialect) {
  auto usable = [&](std::vector<std::string> paths) {
    std::erase_if(paths, [&](const std::string& path) {
      return goes_down(index, path) || is_for_other_database(folder, path, dialect);
    });
    return paths;
  };
  std::vector<std::string> direct = usable(sql_files(index.directly_in(folder)));
  std::vector<std::string> steps = direct;
  std::erase_if(steps, [](const std::string& path) { return is_dump_name(path); });
  if (!steps.empty()) {
    // A dump beside numbered steps is what they lead to; beside others ("schema.sql", "indexes.sql") it is one of them.
    bool numbered = std::any_of(steps.begin(), steps.end(),
                                [](const std::string& path) { return !version_prefix(base_name(path)).empty(); });
    return numbered ? steps : direct;
  }
  std::span<const std::string> below = index.below(folder);
  std::vector<std::string> nested = usable(sql_files({below.begin(), below.end()}));
  std::erase_if(nested, [&](const std::string& path) {
    std::string_view parent = base_name(folder_of(path));
    std::string_view inside = std::string_view(path).substr(folder.empty() ? 0 : folder.size() + 1);
    return is_excluded(inside) || is_dump_name(path) || parent == "down" || parent == "rollback";
  });
  return nested.empty() ? direct : nested;
}

std::optional<Marking> common_marking(const FileIndex& index, const std::vector<std::string>& files) {
  constexpr size_t kLookAt = 20;
  for (size_t i = 0; i < std::min(files.size(), kLookAt); ++i) {
    Result<std::string> text = index.read(files[i]);
    if (!text) continue;
    Marking marking = find_sections(*text).marking;
    if (marking != Marking::kNone) return marking;
  }
  return std::nullopt;
}

// sqlx's names are golang-migrate's or plain ones: the project tells them apart.
bool uses_sqlx(const FileIndex& index, const std::string& folder) {
  for (std::string_view parent = folder;; parent = folder_of(parent)) {
    if (index.has_file(join(parent, "go.mod"))) return false;
    std::string manifest = join(parent, "Cargo.toml");
    if (index.has_file(manifest)) {
      Result<std::string> text = index.read(manifest);
      if (text && text->find("sqlx") != std::string::npos) return true;
    }
    if (parent.empty()) return false;
  }
}

std::string tell_tool(const FileIndex& index, const Migrations& migrations, const std::vector<std::string>& files,
                      std::optional<Marking> marking) {
  if (marking == Marking::kGoose) return "goose";
  if (marking == Marking::kDbmate) return "dbmate";
  if (marking == Marking::kSqlMigrate) return "sql-migrate";
  bool pairs =
      std::any_of(files.begin(), files.end(), [](const std::string& path) { return has_extension(path, ".up.sql"); });
  bool numbered = std::any_of(files.begin(), files.end(),
                              [](const std::string& path) { return !version_prefix(base_name(path)).empty(); });
  if (!numbered) return "sql";
  if (uses_sqlx(index, migrations.folder)) return "sqlx";
  return pairs ? "golang-migrate" : "sql";
}

// "-- v0 -> v27 (compatible with v13+): Latest revision", as mautrix's dbutil heads its files: 27; 0 = starts at no v0.
int leads_from_nothing_to(std::string_view text) {
  constexpr std::string_view kStart = "-- v0 -> v";
  if (!text.starts_with(kStart)) return 0;
  int version = 0;
  std::from_chars(text.data() + kStart.size(), text.data() + text.size(), version);
  return version;
}

// A file that makes all that the steps up to a version make is applied in their place.
void take_latest(const FileIndex& index, std::vector<Versioned>& files) {
  for (const Versioned& file : files) {
    if (compare(file.version, version_prefix("0")) != 0) continue;
    Result<std::string> text = index.read(file.path);
    int version = text ? leads_from_nothing_to(*text) : 0;
    if (version == 0) continue;
    std::string latest = file.path;
    Version reached = version_prefix(fmt::format("{}", version));
    std::erase_if(files,
                  [&](const Versioned& step) { return step.path != latest && compare(step.version, reached) <= 0; });
    return;
  }
}

void read_plain(const FileIndex& index, Migrations& migrations, std::string_view tool, Dialect dialect) {
  std::vector<std::string> files = plain_files(index, migrations.folder, dialect);
  if (files.empty()) return;
  std::optional<Marking> marking = common_marking(index, files);
  migrations.tool = tool.empty() ? tell_tool(index, migrations, files, marking) : std::string(tool);
  const std::string& name = migrations.tool;
  if (name == "goose") migrations.required = Marking::kGoose;
  if (name == "dbmate") migrations.required = Marking::kDbmate;
  if (name == "sql-migrate") migrations.required = Marking::kSqlMigrate;
  std::vector<Versioned> versioned;
  std::vector<std::string> others;
  for (std::string& path : files) {
    Version version = version_prefix(base_name(path));
    if (version.empty())
      others.push_back(std::move(path));
    else
      versioned.push_back({std::move(path), std::move(version)});
  }
  prefer_ours(versioned, dialect, migrations);
  take_latest(index, versioned);
  bool nested = std::any_of(versioned.begin(), versioned.end(),
                            [&](const Versioned& file) { return folder_of(file.path) != migrations.folder; });
  if (nested) {  // the folders' names come first
    std::sort(versioned.begin(), versioned.end(),
              [](const Versioned& a, const Versioned& b) { return natural_less(a.path, b.path); });
  } else {
    sort_versioned(versioned, migrations);
  }
  for (Versioned& file : versioned) migrations.files.push_back(std::move(file.path));
  std::sort(others.begin(), others.end(), natural_less);
  for (std::string& path : others) {
    // sql-migrate sorts such names behind the numbers; the others' version is required.
    if (name == "sql" || name == "sql-migrate")
      migrations.files.push_back(std::move(path));
    else
      leave_out(migrations, path, fmt::format("the name has no version, so that {} does not apply it", name));
  }
}

// Steps written in the tool's host language stand between the SQL ones.
void list_host_migrations(const FileIndex& index, Migrations& migrations) {
  for (const std::string& path : index.directly_in(migrations.folder)) {
    bool go = has_extension(path, ".go") && !has_extension(path, "_test.go");
    bool script = has_extension(path, ".rb") || has_extension(path, ".py") || has_extension(path, ".js") ||
                  has_extension(path, ".ts") || has_extension(path, ".php");
    if ((go || script) && !version_prefix(base_name(path)).empty())
      leave_out(migrations, path, go ? "a migration in Go is not SQL" : "a migration in a host language is not SQL");
  }
}

}  // namespace

std::optional<FlywayName> flyway_name(std::string_view path) {
  std::string_view name = stem(path);
  if (name.size() < 4 || std::string_view("VRUB").find(name.front()) == std::string_view::npos) return std::nullopt;
  size_t separator = name.find("__");
  if (separator == std::string_view::npos) return std::nullopt;
  FlywayName result{name.front(), std::string(name.substr(1, separator - 1)), std::string(name.substr(separator + 2))};
  bool digits = result.version.find_first_not_of("0123456789._") == std::string::npos;
  if (result.kind == 'R') return result.version.empty() ? std::optional(result) : std::nullopt;
  return digits && !flyway_version(result.version).empty() ? std::optional(result) : std::nullopt;
}

bool is_dump_name(std::string_view path) {
  constexpr std::array<std::string_view, 8> kStems = {"schema",        "structure", "latest", "latest__schema",
                                                      "latest_schema", "dump",      "full",   "current"};
  return std::find(kStems.begin(), kStems.end(), lower(stem(path))) != kStems.end();
}

bool is_for_other_database(std::string_view folder, std::string_view path, Dialect dialect) {
  std::string_view inside = path.substr(folder.empty() ? 0 : folder.size() + 1);
  if (database_of(folder_of(inside), dialect) == Database::kOther) return true;
  // In a file's name only between dots: "005_drop_mysql_settings.sql" is a step like any other.
  std::string_view rest = stem(path);
  while (true) {
    size_t dot = rest.rfind('.');
    if (dot == std::string_view::npos) return false;
    if (database_named(rest.substr(dot + 1), dialect) == Database::kOther) return true;
    rest = rest.substr(0, dot);
  }
}

Migrations read_migrations(const FileIndex& index, const std::string& folder, std::string_view tool, Dialect dialect) {
  Migrations migrations;
  migrations.folder = folder;
  bool any = tool.empty();
  auto finished = [&] {
    for (const std::string& link : index.links_in(folder))
      if (has_extension(link, ".sql")) leave_out(migrations, link, "a link, which is not followed");
    return std::move(migrations);
  };
  if ((any || tool == "drizzle") && read_drizzle(index, migrations)) return finished();
  if (any || tool == "prisma" || tool == "drizzle") {
    std::vector<std::string> files = one_file_a_folder(index, folder, "migration.sql");
    if (!files.empty()) {
      bool drizzle = index.has_file(join(folder_of(files.front()), "snapshot.json"));
      migrations.tool = drizzle ? "drizzle" : "prisma";
      migrations.files = std::move(files);
      return finished();
    }
  }
  if (any || tool == "diesel") {
    migrations.files = one_file_a_folder(index, folder, "up.sql");
    if (!migrations.files.empty()) {
      migrations.tool = "diesel";
      return finished();
    }
  }
  if ((any || tool == "flyway") && read_flyway(index, migrations, dialect, tool == "flyway")) return finished();
  read_plain(index, migrations, tool, dialect);
  if (!migrations.tool.empty()) list_host_migrations(index, migrations);
  return finished();
}

}  // namespace explaingate::schema
