#include "engine/postgres/statistics/statistics_load.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/postgres/statistics/extended_load.h"
#include "engine/postgres/statistics/relation_file.h"

namespace explaingate::postgres {
namespace {

namespace fs = std::filesystem;

constexpr size_t kStatementsTogether = 100;

// Kinds of pg_statistic's slots (src/include/catalog/pg_statistic.h).
enum Kind { kCommon = 1, kHistogram, kCorrelation, kCommonElements, kElementCounts, kRangeLengths, kRangeBounds };
constexpr Oid kFloat8 = 701, kFloat8Less = 672, kText = 25, kTextEqual = 98, kTsvector = 3614, kDefaultCollation = 100;

struct Slot {
  int kind = 0;
  Oid compare = 0, collation = 0;
  std::vector<double> numbers;
  Oid value_type = 0;  // 0 = the slot has no values
  int modifier = -1;
  std::vector<std::string> values;
};

std::string numbers_text(const std::vector<double>& numbers) {
  std::string text = "'{";
  for (size_t i = 0; i < numbers.size(); ++i)
    fmt::format_to(std::back_inserter(text), "{}{}", i == 0 ? "" : ",", static_cast<float>(numbers[i]));
  return text + "}'::float4[]";
}

std::string values_text(const Slot& slot) {
  std::string array = "{";
  for (const std::string& value : slot.values) {
    if (array.size() > 1) array += ',';
    array += '"';
    for (char c : value) {
      if (c == '"' || c == '\\') array += '\\';
      array += c;
    }
    array += '"';
  }
  return fmt::format("array_in({}, {}, {})", quote_literal(array + "}"), slot.value_type, slot.modifier);
}

std::vector<std::string> texts_of(const std::vector<double>& numbers) {
  std::vector<std::string> texts;
  for (double number : numbers) texts.push_back(fmt::format("{}", number));
  return texts;
}

// The slots that ANALYZE would fill, with the operators it would take for the column's type.
std::vector<Slot> slots_of(const PostgresColumn& known, const ColumnInfo& column, const Relations& relations) {
  std::vector<Slot> slots;
  auto found = relations.types.find(column.type);
  if (found == relations.types.end()) return slots;
  const TypeInfo& type = found->second;
  Oid readable = readable_type(column.type, relations);
  if (readable == 0) return slots;
  if (type.equal != 0 && !known.common_frequencies.empty())
    slots.push_back({kCommon, type.equal, column.collation, known.common_frequencies, readable, column.modifier,
                     known.common_values});
  if (type.less != 0 && known.histogram.size() > 1)
    slots.push_back({kHistogram, type.less, column.collation, {}, readable, column.modifier, known.histogram});
  if (type.less != 0 && known.correlation)
    slots.push_back({kCorrelation, type.less, column.collation, {*known.correlation}, 0, -1, {}});
  bool words = type.base == kTsvector;
  auto element = relations.types.find(type.element);
  Oid element_type = words ? kText : type.element;
  Oid element_equal = words ? kTextEqual : element == relations.types.end() ? 0 : element->second.equal;
  Oid element_collation = words ? kDefaultCollation : column.collation;
  std::vector<double> frequencies = known.element_frequencies;
  if (known.common_elements.empty()) {  // values were left out: the smallest, the largest, in arrays that of NULL
    size_t summary = words ? 2 : 3;
    if (frequencies.size() > summary)
      frequencies.erase(frequencies.begin(), frequencies.end() - static_cast<std::ptrdiff_t>(summary));
  }
  if (element_equal != 0 && !frequencies.empty())
    slots.push_back(
        {kCommonElements, element_equal, element_collation, frequencies, element_type, -1, known.common_elements});
  if (element_equal != 0 && !words && !known.element_counts.empty())
    slots.push_back({kElementCounts, element_equal, element_collation, known.element_counts, 0, -1, {}});
  if (known.range_empty)
    slots.push_back({kRangeLengths, kFloat8Less, 0, {*known.range_empty}, kFloat8, -1, texts_of(known.range_lengths)});
  if (known.range_bounds.size() > 1)
    slots.push_back({kRangeBounds, 0, 0, {}, readable, column.modifier, known.range_bounds});
  if (slots.size() > 5) slots.resize(5);
  return slots;
}

std::string statistic_insert(Oid relation, const ColumnNumbers& column, const std::vector<Slot>& slots) {
  const PostgresColumn& known = column.statistics;
  std::array<std::string, 5> parts;  // kinds, operators, collations, numbers, values
  for (size_t i = 0; i < 5; ++i) {
    const Slot slot = i < slots.size() ? slots[i] : Slot();
    parts[0] += fmt::format(",{}", slot.kind);
    parts[1] += fmt::format(",{}", slot.compare);
    parts[2] += fmt::format(",{}", slot.collation);
    parts[3] += "," + (slot.numbers.empty() ? "NULL" : numbers_text(slot.numbers));
    parts[4] += "," + (slot.value_type == 0 ? "NULL" : values_text(slot));
  }
  return fmt::format("INSERT INTO pg_catalog.pg_statistic VALUES ({},{},{},{},{},{}{})", relation, column.number,
                     column.inherited, static_cast<float>(known.null_fraction.value_or(0)),
                     static_cast<int64_t>(std::clamp(std::round(known.width.value_or(4)), 0.0, 1e9)),
                     static_cast<float>(known.distinct.value_or(0)), fmt::join(parts, ""));
}

int64_t as_block_count(double pages) {  // the catalogue's column is signed, the planner's number isn't
  return static_cast<int32_t>(static_cast<uint32_t>(std::clamp(pages, 0.0, 4294967294.0)));
}

std::string name_of(const RelationInfo& relation) {
  return relation_key(relation.schema, relation.name);
}

class Writer {
 public:
  Writer(Connection& connection, const Relations& relations, const DatabaseNumbers& numbers)
      : connection_(connection), relations_(relations), numbers_(numbers) {}

  Result<std::vector<std::string>> run() {
    Status status = connection_.run_script(
        "SET search_path = pg_catalog; SET standard_conforming_strings = on; SET datestyle = 'ISO, YMD'; SET "
        "intervalstyle = postgres; "
        "SET timezone = 'UTC'; DELETE FROM pg_catalog.pg_statistic WHERE starelid >= 16384");
    if (!status) return fail(status.error());
    std::vector<Work> all;
    for (const auto& [oid, numbers] : numbers_.relations) {
      auto relation = relations_.all.find(oid);
      if (relation == relations_.all.end()) continue;
      all.push_back({class_update(oid, numbers), nullptr, nullptr});
      for (const ColumnNumbers& column : numbers.columns)
        if (const ColumnInfo* info = relation->second.column(column.number); info && !has_own_statistics(*info))
          all.push_back({statistic_insert(oid, column, slots_of(column.statistics, *info, relations_)),
                         &relation->second, &column});
    }
    for (size_t at = 0; at < all.size(); at += kStatementsTogether)
      if (Status done = write(all, at, std::min(all.size(), at + kStatementsTogether)); !done)
        return fail(done.error());
    if (Status extended = write_extended(connection_, relations_, numbers_, notes_); !extended)
      return fail(extended.error());
    std::ranges::sort(notes_);
    return std::move(notes_);
  }

 private:
  // PostGIS' estimators take a row of pg_statistic for theirs, and crash on one without their slot.
  [[nodiscard]] bool has_own_statistics(const ColumnInfo& column) const {
    auto type = relations_.types.find(column.type);
    return type != relations_.types.end() && type->second.own_statistics;
  }

  struct Work {
    std::string sql;
    const RelationInfo* relation;
    const ColumnNumbers* column;  // nullptr: no statistics of a column
  };

  Status write(const std::vector<Work>& all, size_t from, size_t to) {
    std::string script;
    for (size_t i = from; i < to; ++i) script += all[i].sql + ";\n";
    Status together = connection_.run_script(script);
    if (together || together.error().kind != ErrorKind::kStatement) return together;
    for (size_t i = from; i < to; ++i) {  // one of them isn't taken: nothing of the script was
      Status alone = connection_.run(all[i].sql);
      if (alone) continue;
      if (alone.error().kind != ErrorKind::kStatement || !all[i].column) return alone;
      if (Status bare = without_values(all[i], alone.error().message); !bare) return bare;
    }
    return {};
  }

  Status without_values(const Work& work, const std::string& reason) {
    const ColumnInfo* info = work.relation->column(work.column->number);
    notes_.push_back(fmt::format("{}.{}: statistics without values: {}", name_of(*work.relation), info->name, reason));
    ColumnNumbers bare = *work.column;
    PostgresColumn& known = bare.statistics;
    known.common_values.clear();
    known.histogram.clear();
    known.common_elements.clear();
    known.range_bounds.clear();
    known.range_lengths.clear();
    return connection_.run(statistic_insert(work.relation->oid, bare, slots_of(known, *info, relations_)));
  }

  Connection& connection_;
  const Relations& relations_;
  const DatabaseNumbers& numbers_;
  std::vector<std::string> notes_;
};

}  // namespace

std::string class_update(Oid oid, const RelationNumbers& numbers) {
  return fmt::format(
      "UPDATE pg_catalog.pg_class SET relpages = {}, reltuples = {}::float4, relallvisible = {} WHERE oid = {}",
      as_block_count(numbers.pages), static_cast<float>(numbers.rows), as_block_count(numbers.all_visible), oid);
}

std::string column_insert(Oid owner, const ColumnNumbers& column, const ColumnInfo& info, const Relations& relations) {
  return statistic_insert(owner, column, slots_of(column.statistics, info, relations));
}

Result<std::vector<std::string>> grow_files(const fs::path& data_folder, Oid database, const Relations& relations,
                                            const DatabaseNumbers& numbers) {
  std::vector<std::string> notes = numbers.notes;
  FileLayout layout{relations.block_size, relations.segment_blocks};
  for (const auto& [oid, wanted] : numbers.relations) {
    auto found = relations.all.find(oid);
    if (found == relations.all.end() || found->second.kind == 'p' || found->second.kind == 'I') continue;
    const RelationInfo& relation = found->second;
    if (relation.path.empty()) {
      notes.push_back(fmt::format("{}: planned with the size of its file, which isn't in the default tablespace",
                                  name_of(relation)));
      continue;
    }
    fs::path first = data_folder / "base" / std::to_string(database) / fs::path(relation.path).filename();
    bool tree = relation.method == "btree" && wanted.height > 0;
    if (tree && relations.checksums)
      notes.push_back(
          fmt::format("{}: planned as a B-tree of one level: the cluster has data checksums", name_of(relation)));
    else if (tree)
      if (Status planted = plant_tree(first, wanted.height, layout); !planted) {
        if (planted.error().kind != ErrorKind::kUnverified) return fail(planted.error());
        notes.push_back(planted.error().message);
      }
    if (Status grown = grow_relation(first, wanted.pages, layout); !grown) return fail(grown.error());
  }
  std::ranges::sort(notes);
  return notes;
}

Result<std::vector<std::string>> write_catalogue(Connection& superuser, const Relations& relations,
                                                 const DatabaseNumbers& numbers) {
  return Writer(superuser, relations, numbers).run();
}

}  // namespace explaingate::postgres
