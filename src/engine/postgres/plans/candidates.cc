#include "engine/postgres/plans/candidates.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/hash.h"
#include "engine/condition.h"
#include "engine/postgres/statistics/assumed_column.h"
#include "engine/postgres/statistics/relation_file.h"
#include "statistics/spread.h"

namespace explaingate::postgres {
namespace {

// Nothing of the file, for as long as this lives. Further segments stay: the server only looks for them behind a first
// one of full length.
class Shrunk {
 public:
  static Result<Shrunk> open(const std::string& path) {
    struct stat before = {};
    if (stat(path.c_str(), &before) != 0 || truncate(path.c_str(), 0) != 0)
      return fail(ErrorKind::kIo, fmt::format("can't shorten {}: {}", path, std::generic_category().message(errno)));
    return Shrunk(path, before.st_size);
  }
  Shrunk(Shrunk&& other) noexcept : path_(std::move(other.path_)), length_(std::exchange(other.length_, -1)) {}
  Shrunk& operator=(Shrunk&&) = delete;
  ~Shrunk() {
    if (Status restored = restore(); !restored) return;  // the caller was in the middle of another error
  }
  // Errors: kIo; the table then counts as empty, and nothing that is planned on it would be true.
  Status restore() {
    if (length_ < 0 || truncate(path_.c_str(), std::exchange(length_, -1)) == 0) return {};
    return fail(ErrorKind::kIo, fmt::format("can't lengthen {}: {}", path_, std::generic_category().message(errno)));
  }

 private:
  Shrunk(std::string path, off_t length) : path_(std::move(path)), length_(length) {}
  std::string path_;
  off_t length_;
};

// What the planner takes the candidate for, as far as sizes need it.
RelationInfo index_of(const CandidateIndex& candidate, const RelationInfo& table) {
  RelationInfo index;
  index.kind = 'i';
  index.method = candidate.method.empty() ? "btree" : candidate.method;
  index.table = table.oid;
  auto add = [&](std::string_view part) {
    auto column = std::ranges::find(table.columns, indexed_column(part), &ColumnInfo::name);
    if (column == table.columns.end()) return;
    index.keys.push_back(indexed_expression(part) ? 0 : column->number);  // as in pg_index
    index.columns.push_back(*column);
    index.columns.back().number = static_cast<int>(index.keys.size());
  };
  for (const std::string& part : candidate.columns) add(without_suffix(part));
  index.key_columns = index.keys.size();
  for (const std::string& column : candidate.included) add(column);
  index.partial = candidate.is_partial();
  return index;
}

// Of the table's rows, those of a partial index, as far as statistics tell; 0 = they don't.
double share_of(const IndexCondition& condition, const RelationInfo& table, const RelationNumbers& numbers) {
  auto column = std::ranges::find(table.columns, condition.column, &ColumnInfo::name);
  if (column == table.columns.end()) return 0;
  auto known = std::ranges::find(numbers.columns, column->number, &ColumnNumbers::number);
  if (known == numbers.columns.end()) return 0;
  return share_of_condition(condition, known->statistics).value_or(0);
}

}  // namespace

std::string Candidates::path_of(const std::string& file) const {
  std::filesystem::path name = std::filesystem::path(file).filename();
  return cluster_.data_folder() / "base" / std::to_string(database_.oid) / name;
}

Result<std::vector<int64_t>> Candidates::make(const CandidateIndex& candidate) {
  std::string key = candidate.words();
  auto [found, fresh] = made_.try_emplace(key);
  if (fresh) found->second = make_all(candidate);
  if (found->second.refused) return fail(*found->second.refused);
  return found->second.oids;
}

Candidates::Made Candidates::make_all(const CandidateIndex& candidate) {
  Made made;
  auto refuse = [&](Error error) {
    made.refused = std::move(error);
    return made;
  };
  auto tables = schema_.by_shown.find(candidate.table);
  if (tables == schema_.by_shown.end())
    return refuse(fail(ErrorKind::kStatement, "no such table: " + candidate.table).error());
  std::string key = candidate.words();
  for (size_t i : tables->second) {
    const Relation& table = schema_.relations[i];
    if (table.kind == 'f') return refuse(fail(ErrorKind::kStatement, "a foreign table takes no index").error());
    std::string name = "eg_" + hash_fields({key, std::to_string(table.oid)});
    auto index = make_one(candidate, table, name);
    if (!index) return refuse(index.error());
    made.oids.push_back(*index);
    shown_.emplace(name, candidate.name());
  }
  return made;
}

Result<int64_t> Candidates::make_one(const CandidateIndex& candidate, const Relation& table, const std::string& name) {
  auto info = relations_.all.find(static_cast<Oid>(table.oid));
  if (info == relations_.all.end() || info->second.path.empty())
    return fail(ErrorKind::kStatement, fmt::format("{} has no file to index", candidate.table));
  if (!connection_ || !connection_->is_open()) {
    auto opened = open_as_superuser(cluster_, database_.name);
    if (!opened) return fail(opened.error());
    connection_ = std::move(*opened);
  }
  if (Status begun = connection_->run("BEGIN"); !begun) return fail(begun.error());
  auto index = create(*connection_, candidate, info->second, name);
  Status ended = connection_->run(index ? "COMMIT" : "ROLLBACK");
  if (index && !ended) return fail(ended.error());
  if (index) return index;
  // CREATE INDEX writes the table's numbers in place; rolling back doesn't bring the old ones back.
  auto numbers = database_.numbers.relations.find(info->first);
  if (numbers != database_.numbers.relations.end())
    if (Status set = connection_->run(class_update(info->first, numbers->second)); !set) return fail(set.error());
  return index;
}

Result<int64_t> Candidates::create(Connection& connection, const CandidateIndex& candidate, const RelationInfo& table,
                                   const std::string& name) {
  std::string place = quote_identifier(table.schema) + "." + quote_identifier(table.name);
  if (Status locked = connection.run("LOCK TABLE " + place + " IN ACCESS EXCLUSIVE MODE"); !locked)
    return fail(locked.error());
  auto find = [&] {
    return connection.query(
        "SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname "
        "= $2",
        {table.schema, name});
  };
  auto there = find();
  if (!there) return fail(there.error());
  if (there->count() > 0) return there->integer(0, 0);  // another engine's
  auto definition = definition_by_place(connection, candidate);
  if (!definition) return fail(definition.error());
  auto shrunk = Shrunk::open(path_of(table.path));
  if (!shrunk) return fail(shrunk.error());
  Status created = connection.run(fmt::format("CREATE INDEX {} ON {}{}", quote_identifier(name), place, *definition));
  if (Status restored = shrunk->restore(); !restored) return fail(restored.error());
  if (!created) return fail(created.error());
  auto made = find();
  if (!made) return fail(made.error());
  int64_t index = made->integer(0, 0);
  if (Status settled = settle(connection, candidate, table, name, index); !settled) return fail(settled.error());
  return index;
}

// Names are looked for in pg_catalog alone, so that what the schema calls lower() is never run by the superuser. An
// extension's operator class stands elsewhere.
Result<std::string> Candidates::definition_by_place(Connection& connection, const CandidateIndex& candidate) {
  std::map<std::string, std::string, std::less<>> classes;  // " gin_trgm_ops" -> with its schema
  for (const std::string& part : candidate.columns) {
    std::string suffix = part.substr(without_suffix(part).size());
    if (!suffix.ends_with("_ops")) continue;
    auto place = connection.query(
        "SELECT n.nspname FROM pg_opclass o JOIN pg_namespace n ON n.oid = o.opcnamespace WHERE o.opcname = $1 "
        "ORDER BY n.nspname",
        {suffix.substr(1)});
    if (!place) return fail(place.error());
    if (place->count() == 0) return fail(ErrorKind::kStatement, "there is no operator class" + suffix);
    classes[suffix] = " " + quote_identifier(place->text(0, 0)) + "." + suffix.substr(1);
  }
  return definition_of(
      candidate, {quote_identifier, [](std::string_view function) { return fmt::format("pg_catalog.{}", function); },
                  [&](std::string_view suffix) {
                    auto place = classes.find(suffix);
                    return place == classes.end() ? std::string(suffix) : place->second;
                  }});
}

// The index gets its length and numbers, its table's numbers come back, and the planner doesn't see it.
Status Candidates::settle(Connection& connection, const CandidateIndex& candidate, const RelationInfo& table,
                          const std::string& name, int64_t index) {
  auto numbers = database_.numbers.relations.find(table.oid);
  if (numbers != database_.numbers.relations.end()) {
    RelationInfo info = index_of(candidate, table);
    if (info.partial) info.share = share_of(candidate.condition, table, numbers->second);
    RelationNumbers own = index_numbers(relations_, info, database_.numbers);
    auto file = connection.query("SELECT pg_relation_filepath($1::oid)", {std::to_string(index)});
    if (!file) return fail(file.error());
    FileLayout layout{relations_.block_size, relations_.segment_blocks};
    if (Status grown = grow_relation(path_of(std::string(file->text(0, 0))), own.pages, layout); !grown) return grown;
    for (const std::string& update :
         {class_update(static_cast<Oid>(index), own), class_update(table.oid, numbers->second)})
      if (Status set = connection.run(update); !set) return set;
  }
  // A column that nothing is known of counts as selective once an index has it.
  RelationInfo shape = index_of(candidate, table);
  for (const ColumnInfo& column : shape.columns) {
    int key = shape.keys[static_cast<size_t>(column.number - 1)];
    if (shape.method != "btree" || static_cast<size_t>(column.number) > shape.key_columns) continue;
    auto type = relations_.types.find(column.type);
    if (numbers == database_.numbers.relations.end() || type == relations_.types.end() || type->second.own_statistics)
      continue;
    if (std::ranges::find(numbers->second.columns, key, &ColumnNumbers::number) != numbers->second.columns.end())
      continue;
    double rows = numbers->second.rows;
    AssumedColumn known;
    known.distinct = std::max(1.0, rows / kSelectiveRows);
    known.growing = true;
    ColumnNumbers assumed{column.number, false, assumed_column(column, type->second, false, rows, known)};
    Status put = connection.run(column_insert(static_cast<Oid>(index), assumed, column, relations_));
    if (!put) return put;
  }
  Status marked = connection.run(fmt::format("COMMENT ON INDEX {}.{} IS 'explaingate candidate'",
                                             quote_identifier(table.schema), quote_identifier(name)));
  if (!marked) return marked;
  return connection.run("UPDATE pg_index SET indisvalid = false WHERE indexrelid = $1", {std::to_string(index)});
}

void Candidates::rename(RawNode& root) const {
  std::vector<RawNode*> open = {&root};
  while (!open.empty()) {
    RawNode* node = open.back();
    open.pop_back();
    if (auto shown = shown_.find(node->index); shown != shown_.end()) node->index = shown->second;
    for (RawNode& child : node->children) open.push_back(&child);
  }
}

}  // namespace explaingate::postgres
