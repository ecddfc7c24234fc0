// Assumed table sizes.
//
// A schema without a single row still tells how its tables relate: an order has a customer, a line has an order. A
// table without parents gets `assumed_rows`, each foreign key on the longest chain of parents multiplies by
// children_per_parent:
//
//   customers 10,000   orders (-> customers) 100,000   lines (-> orders, -> products) 1,000,000   products 10,000
//
// Near miss: employees (-> employees) is not ten times itself, and users (-> teams) with teams (-> users) are not a
// ladder without end. Tables that refer to each other in a circle (a strongly connected component of the foreign-key
// graph) are therefore taken together: foreign keys inside it don't multiply, those that leave it do. Components are
// found by Tarjan's algorithm, which yields every component after the ones it refers to; so one pass sizes parents
// before children.
//
// What is known stays. An unknown table is sized from its parents, known or just assumed; one without parents from the
// known tables that refer to it; and a table that seed data leaves empty is unknown, not empty.
#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "base/text.h"
#include "statistics/names.h"
#include "statistics/spread.h"
#include "statistics/statistics.h"

namespace explaingate {
namespace {

constexpr double kChildrenPerParent = 10;
constexpr double kLargestOverAssumed = 100;  // two levels of foreign keys
constexpr double kFixedRows = 100;           // a table declared fixed, of unknown size: a look-up table
constexpr double kLargestRows = 1e15;        // 2^53 and 64-bit integers stay far away, also after scaling

using Components = std::vector<std::vector<size_t>>;

// Tarjan's algorithm with its own stack: a chain of 100,000 tables must not exhaust the machine's.
class ComponentFinder {
 public:
  explicit ComponentFinder(const std::vector<std::vector<size_t>>& edges)
      : edges_(edges), order_(edges.size(), 0), low_(edges.size(), 0), open_(edges.size(), false) {}

  Components run() {
    for (size_t node = 0; node < edges_.size(); ++node)
      if (order_[node] == 0) visit(node);
    return std::move(components_);
  }

 private:
  struct Frame {
    size_t node;
    size_t next_edge;
  };

  void enter(size_t node) {
    order_[node] = low_[node] = ++counter_;
    open_[node] = true;
    path_.push_back(node);
    frames_.push_back({node, 0});
  }

  void visit(size_t start) {
    enter(start);
    while (!frames_.empty()) {
      Frame& frame = frames_.back();
      size_t node = frame.node;
      if (frame.next_edge < edges_[node].size()) {
        size_t target = edges_[node][frame.next_edge++];
        if (order_[target] == 0)
          enter(target);
        else if (open_[target])
          low_[node] = std::min(low_[node], order_[target]);
        continue;
      }
      if (low_[node] == order_[node]) close(node);
      frames_.pop_back();
      if (!frames_.empty()) low_[frames_.back().node] = std::min(low_[frames_.back().node], low_[node]);
    }
  }

  void close(size_t root) {
    std::vector<size_t> members;
    size_t member = root;
    do {
      member = path_.back();
      path_.pop_back();
      open_[member] = false;
      members.push_back(member);
    } while (member != root);
    std::ranges::sort(members);
    components_.push_back(std::move(members));
  }

  const std::vector<std::vector<size_t>>& edges_;
  std::vector<size_t> order_, low_;
  std::vector<bool> open_;
  std::vector<size_t> path_;
  std::vector<Frame> frames_;
  size_t counter_ = 0;
  Components components_;
};

// Other tables that each table's foreign keys name, by position in `tables`.
std::vector<std::vector<size_t>> parents_of(const std::vector<TableShape>& tables) {
  std::map<std::string, size_t> positions;
  for (size_t i = 0; i < tables.size(); ++i) positions.emplace(tables[i].name, i);
  NameIndex names = NameIndex::of_keys(positions);
  std::vector<std::vector<size_t>> parents(tables.size());
  for (size_t i = 0; i < tables.size(); ++i) {
    std::set<size_t> unique;
    for (const ColumnShape& column : tables[i].columns) {
      if (column.parent_table.empty()) continue;
      const std::string* parent = names.find(column.parent_table);
      if (parent && positions.at(*parent) != i) unique.insert(positions.at(*parent));
    }
    parents[i].assign(unique.begin(), unique.end());
  }
  return parents;
}

bool is_known(const TableStatistics& table) {
  return table.rows > 0 || table.source == RowSource::kConfigured;
}

// Ten rows that differ in a column say nothing of that column, nor do ten that agree: only repetition tells. Kept are
// counts small against the rows: 4 different values in 60 rows. Near miss: 4 in 10. Foreign keys keep theirs, which is
// read as a share of the parent's rows.
void drop_coincidences(TableStatistics& statistics, const TableShape& table) {
  if (statistics.fixed || statistics.rows <= 0 || statistics.rows > kTinyRows) return;
  auto says_nothing = [&](double distinct) { return distinct <= 1 || distinct > statistics.rows / 10; };
  for (const ColumnShape& column : table.columns) {
    auto known = statistics.columns.find(column.name);
    if (known == statistics.columns.end() || !column.parent_table.empty()) continue;
    std::optional<double> distinct = absolute_distinct(known->second, statistics.rows);
    if (distinct && says_nothing(*distinct)) known->second.distinct.reset();
  }
  std::erase_if(statistics.index_rows, [&](const auto& index) {
    return index.second.empty() || index.second[0] <= 0 || says_nothing(statistics.rows / index.second[0]);
  });
}

// Other numbers than `rows` were counted at another size: turns those that grow with the table into fractions of it.
void make_independent_of_rows(TableStatistics& statistics, const TableShape& table) {
  for (const ColumnShape& column : table.columns) {
    std::optional<double> distinct;
    auto known = statistics.columns.find(column.name);
    if (known != statistics.columns.end()) distinct = absolute_distinct(known->second, statistics.rows);
    if (!distinct)
      if (auto rows = leading_index_rows(statistics, table, column.name)) distinct = statistics.rows / *rows;
    if (!distinct) continue;
    bool grows = !few_values(*distinct, statistics.rows);
    double fraction = std::min(1.0, *distinct / statistics.rows);
    statistics.columns[column.name].distinct = grows ? -fraction : *distinct;
  }
  statistics.index_rows.clear();
}

double usable_rows(double rows) {
  return std::isnan(rows) ? 0 : std::clamp(std::round(rows), 0.0, kLargestRows);
}

// A key whose columns allow few values allows few rows: CREATE TABLE leader (name TEXT NOT NULL PRIMARY KEY CHECK (name
// = 'default')) has one. Near miss: a column that may be NULL, of which a unique index takes any number; in SQLite that
// is a primary key's, too.
bool has_few_keys(const TableShape& table) {
  constexpr double kFew = 1000;
  auto values = [&](const std::string& name) {
    auto column = std::ranges::find(table.columns, name, &ColumnShape::name);
    return column == table.columns.end() || !column->not_null ? 0 : column->allowed_values;
  };
  auto is_few = [](double keys) { return keys > 0 && keys <= kFew; };
  return std::ranges::any_of(table.columns, [&](const auto& c) { return c.unique && is_few(values(c.name)); }) ||
         std::ranges::any_of(table.indexes, [&](const IndexShape& index) {
           double keys = 1;
           for (const std::string& name : index.columns) keys *= values(name);
           return index.unique && !index.partial && is_few(keys);
         });
}

// bun_migrations (id, name, group_id, migrated_at): of a tool that isn't known by its table's name. Near miss:
// bird_migrations (id, bird, from_place).
bool notes_migrations(const TableShape& table) {
  if (is_migration_log(table.name)) return true;
  constexpr std::array<std::string_view, 28> kColumns = {
      "id",       "version",  "name",        "migration",   "migration_id", "migration_name", "script",
      "filename", "file",     "batch",       "description", "hash",         "checksum",       "success",
      "dirty",    "applied",  "applied_at",  "created_at",  "executed_at",  "installed_on",   "installed_by",
      "run_on",   "group_id", "migrated_at", "timestamp",   "time",         "date",           "execution_time"};
  std::string name = lower(table.name);
  return (name.ends_with("_migration") || name.ends_with("_migrations")) &&
         std::ranges::all_of(table.columns, [&](const ColumnShape& c) { return is_one_of(lower(c.name), kColumns); });
}

void apply_setting(TableStatistics& statistics, const TableShape& table, const TableSetting& setting) {
  statistics.fixed = setting.fixed.value_or(statistics.fixed || notes_migrations(table) || has_few_keys(table));
  drop_coincidences(statistics, table);
  if (!setting.rows) return;
  double rows = usable_rows(*setting.rows);
  if (rows != statistics.rows && statistics.rows > 0) make_independent_of_rows(statistics, table);
  statistics.rows = rows;
  statistics.source = RowSource::kConfigured;
}

// A child's distinct count of a foreign key is a share of the parent's rows; it is void when one of the two was
// resized.
void drop_stale_shares(Statistics& statistics, const std::vector<TableShape>& tables,
                       const std::set<std::string>& resized) {
  if (resized.empty()) return;
  NameIndex names = NameIndex::of_keys(statistics.tables);
  for (const TableShape& table : tables) {
    TableStatistics& child = statistics.tables.at(table.name);
    for (const ColumnShape& column : table.columns) {
      if (column.parent_table.empty()) continue;
      const std::string* parent = names.find(column.parent_table);
      bool stale = resized.contains(table.name) || (parent && resized.contains(*parent));
      auto known = child.columns.find(column.name);
      if (stale && known != child.columns.end()) known->second.distinct.reset();
    }
  }
}

// Sizes the tables that nothing is known of, component by component, parents first.
class Sizer {
 public:
  Sizer(Statistics& statistics, const std::vector<TableShape>& tables, double assumed_rows)
      : parents_(parents_of(tables)), children_(tables.size()), component_(tables.size(), 0), root_rows_(assumed_rows) {
    for (size_t i = 0; i < tables.size(); ++i) {
      sizes_.push_back(&statistics.tables.at(tables[i].name));
      known_.push_back(is_known(*sizes_.back()));
      for (size_t parent : parents_[i]) children_[parent].push_back(i);
    }
    limit_to_seed();
  }

  void run() {
    Components components = ComponentFinder(parents_).run();
    for (size_t i = 0; i < components.size(); ++i)
      for (size_t table : components[i]) component_[table] = i;
    for (const std::vector<size_t>& component : components) size_component(component);
  }

 private:
  // Beside ten seed rows, an unseeded table of ten thousand would be the only one that counts.
  void limit_to_seed() {
    double largest_seed = 0;
    for (const TableStatistics* table : sizes_)
      if (table->source == RowSource::kSeed && !table->fixed) largest_seed = std::max(largest_seed, table->rows);
    if (largest_seed > 0) root_rows_ = std::min(root_rows_, largest_seed);
  }

  void size_component(const std::vector<size_t>& component) {
    double rows = 0, floor = 0;
    for (size_t table : component) {
      if (known_[table]) continue;
      for (size_t parent : parents_[table]) {
        if (sizes_[parent]->fixed) continue;  // countries don't tell how many customers there are
        bool inside = component_[parent] == component_[table];
        if (inside && !known_[parent]) continue;
        floor = std::max(floor, sizes_[parent]->rows);
        rows = std::max(rows, sizes_[parent]->rows * (inside ? 1 : kChildrenPerParent));
      }
    }
    if (rows == 0) rows = rows_from_children(component);
    if (rows == 0) rows = root_rows_;
    double limit = std::max(floor, kLargestOverAssumed * root_rows_);
    rows = std::clamp(std::round(std::min(rows, limit)), 1.0, kLargestRows);
    for (size_t table : component) {
      if (known_[table]) continue;
      sizes_[table]->rows = sizes_[table]->fixed ? kFixedRows : rows;
      sizes_[table]->source = RowSource::kAssumed;
      sizes_[table]->columns.clear();  // counted where there was nothing to count
      sizes_[table]->index_rows.clear();
    }
  }

  double rows_from_children(const std::vector<size_t>& component) {
    double rows = 0;
    for (size_t table : component)
      for (size_t child : children_[table])
        if (known_[child] && !sizes_[child]->fixed) rows = std::max(rows, sizes_[child]->rows / kChildrenPerParent);
    return rows;
  }

  std::vector<std::vector<size_t>> parents_, children_;
  std::vector<size_t> component_;
  std::vector<TableStatistics*> sizes_;
  std::vector<bool> known_;
  double root_rows_;
};

}  // namespace

bool is_migration_log(std::string_view table) {
  // golang-migrate, dbmate, Rails; sqlx; goose; Flyway; Diesel; Prisma; Drizzle; sql-migrate; Alembic; Django; Knex;
  // Atlas; Liquibase; Entity Framework; refinery; TypeORM's and Laravel's "migrations" might be anybody's, and is not
  // here.
  constexpr std::array<std::string_view, 19> kNames = {
      "schema_migrations",          "_sqlx_migrations",        "goose_db_version",     "flyway_schema_history",
      "__diesel_schema_migrations", "_prisma_migrations",      "__drizzle_migrations", "gorp_migrations",
      "ar_internal_metadata",       "alembic_version",         "django_migrations",    "knex_migrations",
      "knex_migrations_lock",       "atlas_schema_revisions",  "databasechangelog",    "databasechangeloglock",
      "__efmigrationshistory",      "refinery_schema_history", "migration_versions"};
  std::string name = lower(table.substr(table.rfind('.') + 1));
  return is_one_of(name, kNames);
}

Statistics complete(Statistics known, const std::vector<TableShape>& tables,
                    const std::map<std::string, TableSetting>& settings, double assumed_rows) {
  std::set<std::string> resized;
  const NameIndex known_names = NameIndex::of_keys(known.tables), set_names = NameIndex::of_keys(settings);
  for (const TableShape& table : tables) {
    adopt_name(known.tables, known_names, table.name);
    TableStatistics& statistics = known.tables[table.name];
    statistics.rows = usable_rows(statistics.rows);
    const NameIndex columns = NameIndex::of_keys(statistics.columns);
    for (const ColumnShape& column : table.columns) adopt_name(statistics.columns, columns, column.name);
    const NameIndex indexes = NameIndex::of_keys(statistics.index_rows);
    for (const IndexShape& index : table.indexes) adopt_name(statistics.index_rows, indexes, index.name);
    const std::string* setting = set_names.find(table.name);
    double before = statistics.rows;
    apply_setting(statistics, table, setting ? settings.at(*setting) : TableSetting{});
    if (statistics.rows != before) resized.insert(table.name);
  }
  drop_stale_shares(known, tables, resized);
  Sizer(known, tables, std::max(1.0, usable_rows(assumed_rows))).run();
  return known;
}

}  // namespace explaingate
