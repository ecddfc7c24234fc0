#include "schema/schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "base/hash.h"
#include "schema/code.h"
#include "schema/config.h"
#include "schema/ddl.h"
#include "schema/file_index.h"
#include "schema/includes.h"
#include "schema/migrations.h"
#include "schema/names.h"
#include "schema/recognise.h"
#include "schema/sql_file.h"

namespace explaingate {
namespace schema {
namespace {

constexpr size_t kMostBytes = size_t{256} << 20;  // of one side's schema

bool is_tool(std::string_view name) {
  constexpr std::array<std::string_view, 15> kTools = {"",       "file",    "sql",    "golang-migrate", "goose",
                                                       "dbmate", "sqlx",    "flyway", "prisma",         "rails",
                                                       "sqlc",   "drizzle", "code",   "sql-migrate",    "diesel"};
  return std::find(kTools.begin(), kTools.end(), name) != kTools.end();
}

bool is_sqlc(std::string_view path) {
  std::string_view name = base_name(path);
  return name == "sqlc.yaml" || name == "sqlc.yml" || name == "sqlc.json";
}

class SchemaReader {
 public:
  SchemaReader(const FileIndex& index, const SchemaSource& source, const Languages& languages, Dialect dialect)
      : index_(index), source_(source), languages_(languages), dialect_(dialect) {}

  Result<Schema> run() {
    if (!is_tool(source_.tool))
      return fail(
          ErrorKind::kConfiguration, fmt::format("`{}` is no tool that a schema can be read of", source_.tool),
          "known are file, sql, golang-migrate, goose, dbmate, sqlx, sql-migrate, diesel, flyway, prisma, rails, "
          "sqlc, drizzle and code; without `tool` it is recognised");
    if (source_.paths.empty()) {
      find();
    } else {
      Status status = read_configured();
      if (!status) return std::unexpected(status.error());
    }
    auto sort_unique = [](std::vector<std::string>& paths) {
      std::sort(paths.begin(), paths.end());
      paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
    };
    sort_unique(schema_.files);
    sort_unique(passed_over_);
    std::set_difference(passed_over_.begin(), passed_over_.end(), schema_.files.begin(), schema_.files.end(),
                        std::back_inserter(schema_.passed_over));
    std::stable_sort(schema_.not_analysed.begin(), schema_.not_analysed.end(), [](const auto& a, const auto& b) {
      return std::tie(a.path, a.line, a.column) < std::tie(b.path, b.line, b.column);
    });
    return std::move(schema_);
  }

 private:
  // -- Named by the configuration

  Status read_configured() {
    for (const std::string& written : source_.paths) {
      std::optional<std::string> path = normalize("", written);
      if (!path || (!index_.has_file(*path) && !index_.has_folder(*path))) {
        if (path && source_.may_be_missing && !index_.has_link(*path)) continue;
        return not_there(index_, written, path);
      }
      if (index_.has_file(*path))
        read_configured_file(*path);
      else
        read_configured_folder(*path);
    }
    apply_code();
    return {};
  }

  // What one path of code needs, the next may make: those that follow one another are applied as one.
  void apply_code() {
    if (code_.empty()) return;
    Schema part = read_code(index_, std::exchange(code_, {}), languages_, dialect_, schema_.statements);
    append(std::move(part));
  }

  void read_configured_file(const std::string& path) {
    if (is_sqlc(path) && source_.tool != "code") {
      read_sqlc_configuration(path);
    } else if (base_name(path).starts_with("drizzle.config.") && source_.tool != "code") {
      read_drizzle_configuration(path);
    } else if (has_extension(path, ".prisma")) {
      std::string folder = join(folder_of(path), "migrations");
      set_tool("prisma");
      read_folder(folder, "prisma");
    } else if (languages_.for_path(path) != nullptr || path.ends_with(".sq")) {
      code_.push_back(path);
    } else {
      set_tool(source_.tool.empty() ? dump_tool(path) : source_.tool);
      read_file(path, {dialect_, std::nullopt, nullptr, "", false});
    }
  }

  void read_configured_folder(const std::string& path) {
    std::span<const std::string> below = index_.below(path);
    if (source_.tool == "sqlc") {
      for (std::string_view name : {"sqlc.yaml", "sqlc.yml", "sqlc.json"})
        if (index_.has_file(join(path, name))) return read_sqlc_configuration(join(path, name));
    }
    if (source_.tool == "rails" && index_.has_file(join(path, "structure.sql"))) {
      set_tool("rails");
      return read_file(join(path, "structure.sql"), {dialect_, std::nullopt, nullptr, "", false});
    }
    if (source_.tool == "prisma" && index_.has_folder(join(path, "migrations")))
      return read_folder(join(path, "migrations"), "prisma");
    if (source_.tool == "code") {
      std::copy_if(below.begin(), below.end(), std::back_inserter(code_),
                   [](const auto& file) { return !is_test_source(file); });
      return;
    }
    size_t before = schema_.files.size();
    read_folder(path, source_.tool == "file" ? "sql" : std::string_view(source_.tool));
    bool sql = schema_.files.size() > before || std::any_of(below.begin(), below.end(), [](const std::string& file) {
                 return has_extension(file, ".sql");
               });
    // A folder of programs: its DDL in code, where it says "schema" in so many words.
    if (!sql && source_.tool.empty()) std::copy(below.begin(), below.end(), std::back_inserter(code_));
  }

  // -- Found

  void find() {
    if (source_.tool == "code") return find_code();
    Recognition recognition = recognise(index_, dialect_);
    for (const Candidate& candidate : recognition.candidates) pass_over(candidate.path);
    for (const NotAnalysed& other : recognition.other_databases) pass_over(other.path);
    for (const Candidate& candidate : recognition.candidates) {
      if (!fits_tool(candidate)) continue;
      read_candidate(candidate, recognition.candidates);
      return;
    }
    if (!source_.tool.empty() && source_.tool != "file") return;
    std::string dump = find_unnamed_dump(index_, dialect_);
    if (!dump.empty()) {
      set_tool("file");
      for (const std::string& part : parts_of_dump(index_, dump))
        read_file(part, {dialect_, std::nullopt, nullptr, "", false});
      return;
    }
    for (NotAnalysed& other : recognition.other_databases) schema_.not_analysed.push_back(std::move(other));
    for (NotAnalysed& program : programmed_migrations(index_)) schema_.not_analysed.push_back(std::move(program));
    if (source_.tool.empty()) find_code();
  }

  void find_code() {
    std::vector<std::string> files;
    std::copy_if(index_.files().begin(), index_.files().end(), std::back_inserter(files),
                 [](const auto& file) { return !is_test_source(file); });
    append(read_code(index_, std::move(files), languages_, dialect_, {}));
  }

  bool fits_tool(const Candidate& candidate) const {
    const std::string& tool = source_.tool;
    switch (candidate.kind) {
      case Candidate::Kind::kSqlc:
        return tool.empty() || tool == "sqlc";
      case Candidate::Kind::kDump:
        return tool.empty() || tool == dump_tool(candidate.path);
      case Candidate::Kind::kMigrations:
        break;
    }
    std::string found = read_migrations(index_, candidate.path, "", dialect_).tool;
    return !found.empty() && (tool.empty() || tool == found);
  }

  void read_candidate(const Candidate& chosen, const std::vector<Candidate>& all) {
    switch (chosen.kind) {
      case Candidate::Kind::kSqlc:
        return read_sqlc_configuration(chosen.path);
      case Candidate::Kind::kDump:
        set_tool(dump_tool(chosen.path));
        return read_file(chosen.path, {dialect_, std::nullopt, nullptr, "", false});
      case Candidate::Kind::kMigrations:
        break;
    }
    read_folder(chosen.path, "");
    if (!source_.tool.empty()) return;
    std::string foreign = first_foreign_table();
    if (foreign.empty()) return;
    for (const Candidate& dump : all) {
      if (dump.kind != Candidate::Kind::kDump || dump.area != chosen.area) continue;
      std::string first = schema_.statements.front().path;
      schema_ = {};
      schema_.not_analysed.push_back(
          {first, 1, 1,
           fmt::format("the migrations here change `{}`, which none of them creates: `{}` is read "
                       "in their place",
                       foreign, dump.path),
           ""});
      set_tool(dump_tool(dump.path));
      return read_file(dump.path, {dialect_, std::nullopt, nullptr, "", false});
    }
  }

  // A table that a migration needs and none before it has made: the history doesn't start at an empty database. "" = it
  // does.
  std::string first_foreign_table() const {
    constexpr size_t kLookAt = 10000;
    Objects objects;
    for (size_t i = 0; i < std::min(schema_.statements.size(), kLookAt); ++i) {
      const std::string& text = schema_.statements[i].text;
      Ddl ddl = read_ddl(text, dialect_);
      if (!is_schema_change(ddl)) continue;
      std::string missing = objects.missing(ddl);
      if (!missing.empty()) return missing;
      objects.apply(ddl, text);
    }
    return {};
  }

  // -- Reading

  static std::string dump_tool(std::string_view path) {
    bool rails = base_name(path) == "structure.sql" && base_name(folder_of(path)) == "db";
    return rails ? "rails" : "file";
  }

  void set_tool(std::string_view tool) {
    if (schema_.tool.empty()) schema_.tool = tool;
  }

  void append(Schema part) {
    set_tool(part.tool);
    std::move(part.statements.begin(), part.statements.end(), std::back_inserter(schema_.statements));
    std::move(part.not_analysed.begin(), part.not_analysed.end(), std::back_inserter(schema_.not_analysed));
    std::move(part.files.begin(), part.files.end(), std::back_inserter(schema_.files));
    std::move(part.code.begin(), part.code.end(), std::back_inserter(schema_.code));
  }

  void leave_out(std::string_view path, std::string reason) {
    schema_.not_analysed.push_back({std::string(path), 1, 1, std::move(reason), ""});
  }

  void read_file(const std::string& path, const SqlFileOptions& options) {
    apply_code();
    Result<std::string> text = index_.read(path);
    if (!text) return leave_out(path, text.error().message);
    bytes_ += text->size();
    if (bytes_ > kMostBytes) return leave_out(path, "the schema's files are larger than 256 MiB together");
    SqlFile file = read_sql_file(path, *text, options);
    std::vector<Include> includes = take_includes(index_, path, *text, including_, file);
    Schema part;
    part.not_analysed = std::move(file.not_analysed);
    part.files.push_back(path);
    append(std::move(part));
    auto next = file.statements.begin();
    including_.push_back(path);
    for (const Include& include : includes) {
      for (; next != file.statements.end() && next->line < include.line; ++next)
        schema_.statements.push_back(std::move(*next));
      read_file(include.path, options);
    }
    including_.pop_back();
    std::move(next, file.statements.end(), std::back_inserter(schema_.statements));
  }

  // Diesel and Flyway have it in a file beside the migration.
  bool runs_in_no_transaction(const std::string& path, std::string_view tool) const {
    bool diesel = tool == "diesel";
    if (!diesel && tool != "flyway") return false;
    std::string beside = diesel ? join(folder_of(path), "metadata.toml") : path + ".conf";
    if (!index_.has_file(beside)) return false;
    Result<std::string> text = index_.read(beside);
    if (!text) return false;
    std::erase_if(*text, [](char c) { return c == ' ' || c == '\t'; });
    return text->find(diesel ? "run_in_transaction=false" : "executeInTransaction=false") != std::string::npos;
  }

  // A candidate's .sql files belong to a schema, applied or not.
  void pass_over(const std::string& path) {
    if (has_extension(path, ".sql")) passed_over_.push_back(path);
    std::span<const std::string> below = index_.below(path);
    std::copy_if(below.begin(), below.end(), std::back_inserter(passed_over_),
                 [](const std::string& file) { return has_extension(file, ".sql"); });
  }

  void read_folder(const std::string& folder, std::string_view tool) {
    pass_over(folder);
    Migrations migrations = read_migrations(index_, folder, tool, dialect_);
    for (NotAnalysed& left_out : migrations.not_analysed) schema_.not_analysed.push_back(std::move(left_out));
    if (migrations.tool.empty()) return;
    set_tool(migrations.tool);
    for (std::string& path : migrations.others) schema_.files.push_back(std::move(path));
    SqlFileOptions options{dialect_, migrations.required, migrations.placeholders ? &*migrations.placeholders : nullptr,
                           migrations.tool, false};
    for (const std::string& path : migrations.files) {
      options.in_no_transaction = runs_in_no_transaction(path, migrations.tool);
      read_file(path, options);
    }
  }

  void read_sqlc_configuration(const std::string& path) {
    set_tool("sqlc");
    Result<std::string> text = index_.read(path);
    if (!text) return leave_out(path, text.error().message);
    schema_.files.push_back(path);
    std::vector<std::string> done;
    for (const SqlcEntry& entry : read_sqlc(path, *text)) {
      if (!entry.engine.empty() && database_named(entry.engine, dialect_) != Database::kOurs) continue;
      for (const std::string& written : entry.schema) {
        std::optional<std::string> named = normalize(folder_of(path), written);
        std::vector<std::string> found = named ? with_globs(*named) : std::vector<std::string>();
        if (found.empty()) leave_out(path, fmt::format("the schema's path `{}` does not exist", written));
        for (std::string& one : found) {
          if (std::find(done.begin(), done.end(), one) != done.end()) continue;
          if (index_.has_file(one))
            read_sqlc_file(one);
          else
            read_folder(one, "");
          done.push_back(std::move(one));
        }
      }
    }
  }

  // sqlc takes the DDL of such a file and passes over the rest: a file may be listed as `schema` and as `queries`.
  void read_sqlc_file(const std::string& path) {
    size_t before = schema_.statements.size();
    read_file(path, {dialect_, std::nullopt, nullptr, "", false});
    auto first = schema_.statements.begin() + static_cast<ptrdiff_t>(before);
    auto queries = std::stable_partition(first, schema_.statements.end(), [&](const SchemaStatement& statement) {
      Ddl ddl = read_ddl(statement.text, dialect_);
      return ddl.verb != "select" && ddl.verb != "with" && ddl.verb != "insert" && ddl.verb != "update" &&
             ddl.verb != "delete" && ddl.verb != "replace";
    });
    if (queries == schema_.statements.end()) return;
    schema_.statements.erase(queries, schema_.statements.end());
    schema_.code.push_back(path);
  }

  std::vector<std::string> with_globs(const std::string& path) const {
    if (index_.has_file(path) || index_.has_folder(path)) return {path};
    std::vector<std::string> found;
    if (path.find_first_of("*?") == std::string::npos) return found;
    for (const std::string& file : index_.files())
      if (has_extension(file, ".sql") && matches_glob(path, file)) found.push_back(file);
    return found;
  }

  void read_drizzle_configuration(const std::string& path) {
    set_tool("drizzle");
    Result<std::string> text = index_.read(path);
    if (!text) return leave_out(path, text.error().message);
    schema_.files.push_back(path);
    std::optional<std::string> out = normalize(folder_of(path), read_drizzle_out(*text));
    if (!out || !index_.has_folder(*out)) return leave_out(path, "its folder of migrations (`out`) does not exist");
    read_folder(*out, "drizzle");
  }

  const FileIndex& index_;
  const SchemaSource& source_;
  const Languages& languages_;
  Dialect dialect_;
  Schema schema_;
  std::vector<std::string> code_;  // paths of programs that are named by the configuration and not yet read
  std::vector<std::string> passed_over_;
  std::vector<std::string> including_;  // files that are being read, each run by the one before
  size_t bytes_ = 0;
};

}  // namespace
}  // namespace schema

std::string Schema::hash() const {
  std::string all;
  for (const SchemaStatement& statement : statements)
    all += fmt::format("{}:{};", statement.text.size(), statement.text);
  return hash_hex(all);
}

Result<Schema> read_schema(const Tree& tree, const SchemaSource& source, const Languages& languages, Dialect dialect) {
  Result<schema::FileIndex> index = schema::FileIndex::make(tree);
  if (!index) return std::unexpected(index.error());
  return schema::SchemaReader(*index, source, languages, dialect).run();
}

Result<std::vector<SchemaStatement>> read_seed(const Tree& tree, const std::string& path, Dialect dialect) {
  std::optional<std::string> inside = schema::normalize("", path);
  if (!inside) return fail(ErrorKind::kConfiguration, fmt::format("the seed's path `{}` leaves the repository", path));
  if (!tree.contains(*inside))
    return fail(ErrorKind::kConfiguration, fmt::format("the seed `{}` does not exist", path));
  Result<std::string> text = tree.read(*inside);
  if (!text) return std::unexpected(text.error());
  return schema::read_sql_file(*inside, *text, {dialect, std::nullopt, nullptr, "", false}).statements;
}

}  // namespace explaingate
