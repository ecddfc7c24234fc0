#include <fmt/format.h>

#include "bench/generator.h"

namespace explaingate::bench {
namespace {

constexpr size_t kTables = 40;

const std::vector<std::string> kNames = {
    "account",    "region",     "warehouse", "supplier",      "product",  "category", "price_list",  "price",
    "customer",   "address",    "contact",   "campaign",      "coupon",   "basket",   "basket_item", "sales_order",
    "order_line", "payment",    "refund",    "invoice",       "shipment", "parcel",   "carrier",     "tracking",
    "stock",      "stock_move", "purchase",  "purchase_line", "review",   "question", "answer",      "ticket",
    "message",    "attachment", "employee",  "team",          "shift",    "audit",    "session",     "login"};

const std::vector<Column> kPool = {
    {"name", Column::Type::kText},        {"code", Column::Type::kText},        {"status", Column::Type::kText},
    {"kind", Column::Type::kText},        {"title", Column::Type::kText},       {"note", Column::Type::kText},
    {"email", Column::Type::kText},       {"country", Column::Type::kText},     {"city", Column::Type::kText},
    {"currency", Column::Type::kText},    {"reference", Column::Type::kText},   {"channel", Column::Type::kText},
    {"quantity", Column::Type::kInteger}, {"priority", Column::Type::kInteger}, {"position", Column::Type::kInteger},
    {"version", Column::Type::kInteger},  {"active", Column::Type::kInteger},   {"attempts", Column::Type::kInteger},
    {"amount", Column::Type::kReal},      {"discount", Column::Type::kReal},    {"tax", Column::Type::kReal},
    {"weight", Column::Type::kReal},      {"score", Column::Type::kReal},       {"balance", Column::Type::kReal},
    {"created_at", Column::Type::kTime},  {"updated_at", Column::Type::kTime},  {"due_on", Column::Type::kTime},
    {"closed_at", Column::Type::kTime},   {"seen_at", Column::Type::kTime},     {"starts_on", Column::Type::kTime}};

std::string_view type_name(Column::Type type) {
  switch (type) {
    case Column::Type::kInteger:
      return "INTEGER";
    case Column::Type::kReal:
      return "REAL";
    default:
      return "TEXT";
  }
}

}  // namespace

uint64_t Random::next() {
  uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

size_t Random::below(size_t bound) {
  return static_cast<size_t>(next() % bound);
}

std::vector<Table> make_tables(Random& random) {
  std::vector<Table> tables;
  for (size_t i = 0; i < kTables; ++i) {
    Table table;
    table.name = kNames[i];
    for (const Column& column : kPool)
      if (random.chance(35)) table.columns.push_back(column);
    for (size_t at = 0; table.columns.size() < 5; ++at)
      if (table.columns.empty() || table.columns.back().name != kPool[at].name) table.columns.push_back(kPool[at]);
    for (size_t wanted = i == 0 ? 0 : 1 + random.below(3); wanted > 0; --wanted) {
      size_t parent = random.below(i);
      bool there = false;
      for (const Table::Parent& other : table.parents) there = there || other.table == parent;
      if (!there) table.parents.push_back({parent, kNames[parent] + "_id"});
    }
    tables.push_back(std::move(table));
  }
  return tables;
}

// Two foreign keys of three have an index, and each table one or two more.
std::vector<std::string> make_ddl(const std::vector<Table>& tables, Random& random) {
  std::vector<std::string> ddl;
  std::vector<std::string> indexes;
  for (const Table& table : tables) {
    std::string text = fmt::format("CREATE TABLE {} (\n  id INTEGER PRIMARY KEY", table.name);
    for (const Table::Parent& parent : table.parents) {
      text += fmt::format(",\n  {} INTEGER NOT NULL REFERENCES {}(id)", parent.column, tables[parent.table].name);
      if (random.chance(66))
        indexes.push_back(fmt::format("CREATE INDEX {0}_by_{1} ON {0}({1})", table.name, parent.column));
    }
    for (const Column& column : table.columns)
      text += fmt::format(",\n  {} {}{}", column.name, type_name(column.type), random.chance(60) ? " NOT NULL" : "");
    ddl.push_back(text + "\n)");
    const Column& first = random.pick(table.columns);
    const Column& second = random.pick(table.columns);
    indexes.push_back(fmt::format("CREATE INDEX {0}_by_{1} ON {0}({1})", table.name, first.name));
    if (first.name != second.name)
      indexes.push_back(
          fmt::format("CREATE INDEX {0}_by_{1}_{2} ON {0}({1}, {2})", table.name, second.name, first.name));
  }
  ddl.insert(ddl.end(), indexes.begin(), indexes.end());
  return ddl;
}

}  // namespace explaingate::bench
