#include "engine/postgres/scale_database.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/hash.h"

namespace explaingate::postgres {
namespace {

namespace fs = std::filesystem;

constexpr double kSegmentPages = 131072;  // 1 GiB
constexpr double kMostPages = 4e9;        // block numbers have 32 bits
constexpr double kPageHeader = 24, kTupleHeader = 24, kLinePointer = 4;
constexpr double kIndexFill = 0.9, kIndexTuple = 8, kIndexSpecial = 16;

double aligned(double width) {
  return std::ceil(width / 8) * 8;
}

double pages_for(double rows, double each, double room) {
  double a_page = std::max(1.0, std::floor(room / each));
  return std::clamp(std::ceil(rows / a_page), 1.0, kMostPages);
}

Status system_error(const std::string& what, const std::string& path) {
  return fail(ErrorKind::kIo, fmt::format("can't {} {}: {}", what, path, std::generic_category().message(errno)));
}

Status set_length(const std::string& path, double pages, const struct stat& like) {
  int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return system_error("open", path);
  bool done = ftruncate(file, static_cast<off_t>(pages * kPage)) == 0 && fchown(file, like.st_uid, like.st_gid) == 0;
  int reason = errno;
  close(file);
  errno = reason;
  return done ? Status() : system_error("lengthen", path);
}

std::string array_of(const std::vector<double>& numbers) {
  std::string text = "{";
  for (double number : numbers) {
    if (text.size() > 1) text += ',';
    text += number == std::floor(number) ? fmt::format("{:.0f}", number) : fmt::format("{}", number);
  }
  return text + "}";
}

// The file of one of our databases, given that of the database that it is a copy of.
std::string file_in(const Cluster& cluster, const std::string& database_oid, const std::string& file) {
  return cluster.data_folder() / "base" / database_oid / fs::path(file).filename();
}

class Writer {
 public:
  Writer(const Cluster& cluster, const SchemaCatalogue& schema, const ScaledStatistics& scaled)
      : cluster_(cluster), schema_(schema), scaled_(scaled) {
    for (const auto& [name, tables] : schema.by_shown) {
      auto numbers = scaled.tables.find(name);
      double rows = numbers == scaled.tables.end() ? 0 : numbers->second.rows;
      for (size_t table : tables) rows_[schema.relations[table].oid] = rows / static_cast<double>(tables.size());
    }
  }

  Status lengthen_files(const std::string& database_oid) {
    for (const Relation& relation : schema_.relations) {
      auto rows = rows_.find(relation.oid);
      if (rows == rows_.end() || relation.file.empty()) continue;
      Extent extent = extent_of(relation, rows->second);
      extents_[relation.oid] = extent;
      if (Status status = lengthen(file_in(cluster_, database_oid, relation.file), extent.pages); !status)
        return status;
      for (const RelationIndex& index : relation.indexes) {
        if (index.file.empty()) continue;
        extents_[index.oid] = extent_of(relation, index, rows->second);
        if (Status status = lengthen(file_in(cluster_, database_oid, index.file), extents_[index.oid].pages); !status)
          return status;
      }
    }
    return {};
  }

  Status write_catalogues(Connection& connection) {
    std::vector<double> oids, pages, rows;
    for (const auto& [oid, extent] : extents_) {
      oids.push_back(static_cast<double>(oid));
      pages.push_back(extent.pages);
      rows.push_back(extent.rows);
    }
    Status set = connection.run(
        "UPDATE pg_class AS c SET relpages = s.pages, reltuples = s.tuples,"
        " relallvisible = CASE WHEN c.relkind = 'i' THEN 0 ELSE s.pages END"
        " FROM unnest($1::oid[], $2::int8[], $3::float4[]) AS s(oid, pages, tuples) WHERE c.oid = s.oid",
        {array_of(oids), array_of(pages), array_of(rows)});
    if (!set) return set;
    return write_columns(connection);
  }

 private:
  Status write_columns(Connection& connection) {
    std::vector<double> oids, numbers, inherited, widths, distinct;
    for (const Relation& relation : schema_.relations) {
      auto table = scaled_.tables.find(relation.shown);
      if (table == scaled_.tables.end()) continue;
      for (const RelationColumn& column : relation.columns) {
        auto known = table->second.distinct.find(column.name);
        if (known == table->second.distinct.end()) continue;
        oids.push_back(static_cast<double>(relation.oid));
        numbers.push_back(column.number);
        inherited.push_back(relation.kind == 'p' ? 1 : 0);
        widths.push_back(column.width);
        auto rows = rows_.find(relation.oid);
        double most = std::max(1.0, rows == rows_.end() ? table->second.rows : rows->second);
        distinct.push_back(known->second >= most ? -1 : known->second);
      }
      // What an index begins with is taken as selective, an expression as well as a column.
      for (const RelationIndex& index : relation.indexes) {
        auto prefix = table->second.index_rows.find(index.name);
        if (index.columns.empty() || index.columns[0] != 0 || prefix == table->second.index_rows.end()) continue;
        if (prefix->second.empty() || prefix->second[0] <= 0) continue;
        oids.push_back(static_cast<double>(index.oid));
        numbers.push_back(1);
        inherited.push_back(0);
        widths.push_back(32);
        distinct.push_back(-1 / std::max(1.0, prefix->second[0]));
      }
    }
    return connection.run(
        "INSERT INTO pg_statistic (starelid, staattnum, stainherit, stanullfrac, stawidth, stadistinct, stakind1,"
        " stakind2, stakind3, stakind4, stakind5, staop1, staop2, staop3, staop4, staop5, stacoll1, stacoll2, stacoll3,"
        " stacoll4, stacoll5)"
        " SELECT s.oid, s.number, s.inherited = 1, 0, s.width, s.different, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0"
        " FROM unnest($1::oid[], $2::int2[], $3::int4[], $4::int4[], $5::float4[])"
        " AS s(oid, number, inherited, width, different)",
        {array_of(oids), array_of(numbers), array_of(inherited), array_of(widths), array_of(distinct)});
  }

  const Cluster& cluster_;
  const SchemaCatalogue& schema_;
  const ScaledStatistics& scaled_;
  std::map<int64_t, double> rows_;
  std::map<int64_t, Extent> extents_;
};

}  // namespace

Extent extent_of(const Relation& relation, double rows) {
  double width = 0;
  for (const RelationColumn& column : relation.columns) width += column.width;
  double each = kTupleHeader + kLinePointer + aligned(width);
  return {rows, pages_for(rows, each, (kPage - kPageHeader) * relation.fill)};
}

Extent extent_of(const Relation& relation, const RelationIndex& index, double rows) {
  double width = 0;
  for (int number : index.columns) {
    auto column = std::ranges::find(relation.columns, number, &RelationColumn::number);
    width += column == relation.columns.end() ? 32 : column->width;
  }
  double each = kIndexTuple + kLinePointer + aligned(width);
  return {rows, 1 + pages_for(rows, each, (kPage - kPageHeader - kIndexSpecial) * kIndexFill)};
}

Status lengthen(const std::string& path, double pages) {
  struct stat like = {};
  if (stat(path.c_str(), &like) != 0) return system_error("find", path);
  for (int segment = 0; pages > 0; ++segment, pages -= kSegmentPages) {
    std::string file = segment == 0 ? path : fmt::format("{}.{}", path, segment);
    if (Status status = set_length(file, std::min(pages, kSegmentPages), like); !status) return status;
  }
  return {};
}

Result<Connection> open_as_superuser(const Cluster& cluster, const std::string& database) {
  Target target = cluster.target(database, kSuperuser);
  target["options"] =
      "-c search_path=pg_catalog -c default_transaction_read_only=off -c session_replication_role=origin"
      " -c statement_timeout=0 -c lock_timeout=0";
  return Connection::open(target);
}

Result<std::string> scale_database(const Cluster& cluster, const std::string& side, const SchemaCatalogue& schema,
                                   const ScaledStatistics& scaled, const std::string& key) {
  std::string name = "scale_" + hash_fields({side, key}).substr(0, 24);
  auto admin = open_as_superuser(cluster, "postgres");
  if (!admin) return fail(admin.error());
  auto there = admin->query(
      "SELECT shobj_description(oid, 'pg_database') IS NOT NULL FROM pg_database WHERE datname = $1", {name});
  if (!there) return fail(there.error());
  if (there->count() > 0 && there->boolean(0, 0)) return name;
  if (there->count() > 0)
    if (Status dropped = admin->run("DROP DATABASE " + quote_identifier(name)); !dropped) return fail(dropped.error());
  // From PostgreSQL 15 the default way of copying goes through shared buffers, which then would hold the old pages.
  Status made = admin->run(fmt::format("CREATE DATABASE {} TEMPLATE {} OWNER {}{}", quote_identifier(name),
                                       quote_identifier(side), kSchemaRole,
                                       admin->version() >= 150000 ? " STRATEGY FILE_COPY" : ""));
  if (!made) return fail(made.error());
  auto oid = admin->query("SELECT oid FROM pg_database WHERE datname = $1", {name});
  if (!oid) return fail(oid.error());
  Writer writer(cluster, schema, scaled);
  if (Status status = writer.lengthen_files(std::string(oid->text(0, 0))); !status) return fail(status.error());
  auto connection = open_as_superuser(cluster, name);
  if (!connection) return fail(connection.error());
  if (Status status = writer.write_catalogues(*connection); !status) return fail(status.error());
  if (Status status = admin->run(fmt::format("COMMENT ON DATABASE {} IS 'complete'", quote_identifier(name))); !status)
    return fail(status.error());
  return name;
}

}  // namespace explaingate::postgres
