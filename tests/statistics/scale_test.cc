// Scaling: every number of a table at one scale, and the properties that hold at all of them.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <vector>

#include "schema_text.h"

using namespace explaingate;

namespace {

std::string dump(const ScaledTable& table) {
  std::string text = fmt::format("{:.6g}", table.rows);
  for (const auto& [name, distinct] : table.distinct) text += fmt::format(" {}={:.6g}", name, distinct);
  for (const auto& [name, rows] : table.index_rows) {
    text += fmt::format(" {}[", name);
    for (size_t i = 0; i < rows.size(); ++i) text += fmt::format("{}{:.6g}", i ? " " : "", rows[i]);
    text += "]";
  }
  return text;
}

// "rows 120000, status 4, email -1, by_status[30000], fixed"; "" = nothing known
TableStatistics table_from(const std::string& text) {
  TableStatistics table;
  for (const std::string& one : pieces(text, ',')) {
    if (one == "fixed") {
      table.fixed = true;
    } else if (one.find('[') != std::string::npos) {
      std::istringstream stream(one.substr(one.find('[') + 1));
      for (double rows = 0; stream >> rows;) table.index_rows[one.substr(0, one.find('['))].push_back(rows);
    } else {
      std::string name = one.substr(0, one.find(' '));
      double value = std::stod(one.substr(one.find(' ')));
      if (name == "rows")
        table.rows = value;
      else
        table.columns[name].distinct = value;
    }
  }
  table.source = RowSource::kFile;
  return table;
}

}  // namespace

TEST_CASE("one table at the first and the last scale") {
  struct Case {
    std::string about, schema, known, first, last;
  };
  const std::vector<Case> cases = {
      {"nothing known", "t: id key, a, b", "", "10000 id=10000", "1e+06 id=1e+06"},
      {"an indexed column is selective, its second one unknown", "t: a, b / ab(a b)", "", "10000 a=1000 ab[10 1]",
       "1e+06 a=100000 ab[10 1]"},
      {"a tenth of a scale", "t: a / i(a)", "rows 5000", "10000 a=1000 i[10]", "1e+06 a=100000 i[10]"},
      {"allowed values stay", "t: a # 4 / i(a)", "", "10000 a=4 i[2500]", "1e+06 a=4 i[250000]"},
      {"two columns of few values", "t: a # 4, b # 5 / i(a b)", "", "10000 a=4 b=5 i[2500 500]",
       "1e+06 a=4 b=5 i[250000 50000]"},
      {"few, then selective", "t: a # 4, b / i(a b)", "", "10000 a=4 i[2500 2.5]", "1e+06 a=4 i[250000 2.5]"},
      {"few, then a key", "t: id key, a # 4 / i(a id)", "", "10000 a=4 id=10000 i[2500 1]",
       "1e+06 a=4 id=1e+06 i[250000 1]"},
      {"unique", "t: a # 4, b / unique i(a b)", "", "10000 a=4 i[2500 1]", "1e+06 a=4 i[250000 1]"},
      {"a unique index within another", "t: a, b, c / unique u(a b) i(b a c)", "",
       "10000 a=1000 b=1000 i[10 1 1] u[10 1]", "1e+06 a=100000 b=100000 i[10 1 1] u[10 1]"},
      {"a partial unique index says nothing of others", "t: a, b / partial unique u(a) i(a b)", "",
       "10000 a=1000 i[10 1] u[1]", "1e+06 a=100000 i[10 1] u[1]"},
      {"an expression is selective and has no name", "t: a # 4 / i(expr a) j(expr)", "", "10000 a=4 i[10 2.5] j[10]",
       "1e+06 a=4 i[10 2.5] j[10]"},
      {"known: few", "t: a", "rows 10000, a 50", "10000 a=50", "1e+06 a=50"},
      {"known: many", "t: a", "rows 10000, a 500", "10000 a=500", "1e+06 a=50000"},
      {"known: a fraction", "t: a", "rows 10000, a -0.005", "10000 a=50", "1e+06 a=5000"},
      {"known: more values than rows", "t: a", "rows 10000, a 20000", "10000 a=10000", "1e+06 a=1e+06"},
      {"known: all NULL", "t: a / i(a)", "rows 10000, a 0", "10000 a=1000 i[10]", "1e+06 a=100000 i[10]"},
      {"known index: many", "t: a / i(a)", "rows 10000, i[13.3", "10000 a=751.88 i[13.3]", "1e+06 a=75188 i[13.3]"},
      {"known index: few", "t: a / i(a)", "rows 10000, i[2500", "10000 a=4 i[2500]", "1e+06 a=4 i[250000]"},
      {"known index: few, then many", "t: a, b / i(a b)", "rows 10000, i[2500 3", "10000 a=4 i[2500 3]",
       "1e+06 a=4 i[250000 3]"},
      {"known index: few and few", "t: a, b / i(a b)", "rows 10000, i[2500 500", "10000 a=4 i[2500 500]",
       "1e+06 a=4 i[250000 50000]"},
      {"known index that knows less", "t: a, b / i(a b)", "rows 10000, i[2500", "10000 a=4 i[2500 2.5]",
       "1e+06 a=4 i[250000 2.5]"},
      {"an unknown index begins like a known one", "t: a, b / i(a b) j(b a)", "rows 10000, i[2500 3",
       "10000 a=4 b=1000 i[2500 3] j[10 3]", "1e+06 a=4 b=100000 i[250000 3] j[10 3]"},
      {"known index that rises", "t: a, b / i(a b)", "rows 10000, i[5 50", "10000 a=2000 i[5 5]",
       "1e+06 a=200000 i[5 5]"},
      {"known index of nonsense", "t: a / i(a)", "rows 10000, i[0", "10000 a=1000 i[10]", "1e+06 a=100000 i[10]"},
      {"column and index agree at any scale", "t: a / i(a)", "rows 10000, a 50, i[200", "10000 a=50 i[200]",
       "1e+06 a=50 i[20000]"},
      {"fixed", "t: a, b / i(a)", "rows 250, fixed, a 250, i[1", "250 a=250 i[1]", "250 a=250 i[1]"},
      {"a tree: ten children each", "t: id key, up > t / i(up)", "", "10000 id=10000 up=1000 i[10]",
       "1e+06 id=1e+06 up=100000 i[10]"},
      {"a parent that is gone", "t: up > gone / i(up)", "", "10000 up=1000 i[10]", "1e+06 up=100000 i[10]"},
      {"an empty table that was configured so", "t: a / i(a) | u: id key", "rows 0", "0 a=1 i[1]", "0 a=1 i[1]"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.about);
    std::vector<TableShape> schema = schema_from(one.schema);
    Statistics known;
    if (!one.known.empty()) known.tables["t"] = table_from(one.known);
    if (one.known == "rows 0") known.tables["t"].source = RowSource::kConfigured;
    Statistics completed = complete(known, schema, {}, 10000);
    CHECK(dump(scale(completed, schema, 0).tables.at("t")) == one.first);
    CHECK(dump(scale(completed, schema, 2).tables.at("t")) == one.last);
  }
}

TEST_CASE("foreign keys") {
  struct Case {
    std::string about, parent, child, first, last;
  };
  const std::string schema_text = "p: id key | t: p > p / i(p)";
  const std::vector<Case> cases = {
      {"assumed", "", "", "100000 p=10000 i[10]", "1e+07 p=1e+06 i[10]"},
      {"known rows", "rows 30000", "rows 120000", "120000 p=30000 i[4]", "1.2e+07 p=3e+06 i[4]"},
      {"a share of the parents has children", "rows 30000", "rows 120000, p 9000", "120000 p=9000 i[13.3333]",
       "1.2e+07 p=900000 i[13.3333]"},
      {"few parents that grow: not look-up values", "rows 40", "rows 120000, p 40", "120000 p=40 i[3000]",
       "1.2e+07 p=4000 i[3000]"},
      {"the index knows", "rows 30000", "rows 120000, i[13.3333333333", "120000 p=9000 i[13.3333]",
       "1.2e+07 p=900000 i[13.3333]"},
      {"a parent that doesn't grow", "rows 250, fixed", "rows 120000, i[480", "120000 p=250 i[480]",
       "1.2e+07 p=250 i[48000]"},
      {"a parent that doesn't grow, nothing known of the child", "rows 250, fixed", "", "10000 p=250 i[40]",
       "1e+06 p=250 i[4000]"},
      {"ten seed rows", "rows 4", "rows 10, p 4, i[3", "10000 p=4000 i[2.5]", "1e+06 p=400000 i[2.5]"},
      {"all ten of one parent", "rows 4", "rows 10, p 1, i[10", "10000 p=1000 i[10]", "1e+06 p=100000 i[10]"},
      {"more parents than children", "rows 50000", "rows 20000", "20000 p=20000 i[1]", "2e+06 p=2e+06 i[1]"},
      {"a child that doesn't grow", "rows 20000", "rows 100, fixed", "100 p=100 i[1]", "100 p=100 i[1]"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.about);
    std::vector<TableShape> schema = schema_from(schema_text);
    Statistics known;
    if (!one.parent.empty()) known.tables["p"] = table_from(one.parent);
    if (!one.child.empty()) known.tables["t"] = table_from(one.child);
    Statistics completed = complete(known, schema, {}, 10000);
    CHECK(dump(scale(completed, schema, 0).tables.at("t")) == one.first);
    CHECK(dump(scale(completed, schema, 2).tables.at("t")) == one.last);
  }
}

TEST_CASE("a foreign key that isn't declared, by its name") {
  std::vector<TableShape> schema = schema_from("shops: id key | t: shop_id, shopId, other_id / i(shop_id)");
  Statistics known;
  known.tables["shops"] = table_from("rows 40");
  known.tables["t"] = table_from("rows 120000");
  CHECK(dump(scale(complete(known, schema, {}, 10000), schema, 0).tables.at("t")) ==
        "120000 shopId=40 shop_id=40 i[3000]");
  known.tables["t"] = table_from("rows 120000, shop_id 60");  // what is known counts
  CHECK(dump(scale(complete(known, schema, {}, 10000), schema, 0).tables.at("t")) ==
        "120000 shopId=40 shop_id=60 i[2000]");
  known.tables.erase("shops");  // nobody stated it
  known.tables["t"] = table_from("rows 120000");
  CHECK(dump(scale(complete(known, schema, {}, 10000), schema, 0).tables.at("t")) == "120000 shop_id=12000 i[10]");
}

TEST_CASE("the factor brings the largest growing table to 10,000 rows") {
  struct Case {
    std::string big, small;
    double first;
  };
  const std::vector<Case> cases = {
      {"rows 10", "rows 2", 1000},           {"rows 10000", "rows 2", 1},       {"rows 3000000", "rows 2", 1},
      {"rows 1", "rows 1", 10000},           {"rows 8, fixed", "rows 2", 5000}, {"rows 80000, fixed", "rows 2", 5000},
      {"rows 8, fixed", "rows 2, fixed", 1},
  };
  std::vector<TableShape> schema = schema_from("big: id key | small: id key");
  for (const Case& one : cases) {
    CAPTURE(one.big);
    Statistics known;
    known.tables["big"] = table_from(one.big);
    known.tables["small"] = table_from(one.small);
    Statistics completed = complete(known, schema, {}, 10000);
    for (int i = 0; i < kScaleCount; ++i)
      CHECK(scale(completed, schema, i).factor == doctest::Approx(one.first * (i == 0 ? 1 : i == 1 ? 10 : 100)));
    CHECK(scale(completed, schema, -7).factor == scale(completed, schema, 0).factor);
    CHECK(scale(completed, schema, 99).factor == scale(completed, schema, kScaleCount - 1).factor);
    // A side of a change without the larger table gets the same numbers for the other.
    CHECK(dump(scale(completed, {schema[1]}, 1).tables.at("small")) ==
          dump(scale(completed, schema, 1).tables.at("small")));
  }
}

TEST_CASE("ten seed rows, ten thousand and none: what grows is the same") {
  std::vector<TableShape> schema = schema_from(
      "customers: id key, email, country > country / by_email(email) | country: id key |"
      "orders: id key, customer_id > customers, status # 4, placed_at / by_customer(customer_id) by_status(status "
      "placed_at)");
  auto growth = [&](const Statistics& known) {
    Statistics completed = complete(known, schema, {{"country", {std::nullopt, true}}}, 10000);
    ScaledStatistics first = scale(completed, schema, 1), last = scale(completed, schema, 2);
    std::string text;
    for (const auto& [name, table] : last.tables)
      for (const auto& [index, rows] : table.index_rows)
        for (size_t i = 0; i < rows.size(); ++i)
          text += fmt::format("{}{} x{:.2f} ", index, i, rows[i] / first.tables.at(name).index_rows.at(index)[i]);
    return text;
  };
  Statistics ten;
  ten.tables["country"] = table_from("rows 3, fixed");
  ten.tables["customers"] = table_from("rows 4, email 4, country 2, by_email[1");
  ten.tables["orders"] = table_from("rows 10, customer_id 4, status 2, placed_at 10, by_customer[3, by_status[5 1");
  Statistics thousands;
  thousands.tables["country"] = table_from("rows 200, fixed");
  thousands.tables["customers"] = table_from("rows 1000, email 1000, country 80, by_email[1");
  thousands.tables["orders"] =
      table_from("rows 10000, customer_id 900, status 4, placed_at 8000, by_customer[12, by_status[2500 2");
  const std::string want = "by_email0 x1.00 by_customer0 x1.00 by_status0 x10.00 by_status1 x1.00 ";
  CHECK(growth({}) == want);
  CHECK(growth(ten) == want);
  CHECK(growth(thousands) == want);
}

TEST_CASE("properties of random databases") {
  uint32_t state = 1;
  auto random = [&](uint32_t below) {
    state = state * 1664525u + 1013904223u;
    return (state >> 8) % below;
  };
  for (int round = 0; round < 300; ++round) {
    CAPTURE(round);
    std::string text;
    uint32_t count = 1 + random(6);
    for (uint32_t i = 0; i < count; ++i) {
      text +=
          fmt::format("t{}: id key, f > t{}, g > t{}, e # {}, x, y / i(f) j(e x) k(x y f) unique u(y e) partial p(g) |",
                      i, random(count), random(count), random(5));
    }
    std::vector<TableShape> schema = schema_from(text);
    Statistics known;
    for (uint32_t i = 0; i < count; ++i) {
      if (random(2) == 0) continue;
      TableStatistics& table = known.tables[fmt::format("t{}", i)];
      table.rows = random(3) == 0 ? random(20) : random(1000000);
      table.fixed = random(4) == 0;
      table.source = random(2) == 0 ? RowSource::kSeed : RowSource::kFile;
      if (random(2) == 0) table.columns["x"].distinct = static_cast<double>(random(2000)) - 1;
      if (random(2) == 0) table.columns["f"].distinct = random(20000);
      if (random(2) == 0) table.index_rows["k"] = {static_cast<double>(random(500)), static_cast<double>(random(20))};
    }
    Statistics completed = complete(known, schema, {}, 10000);
    CHECK(to_json(complete(completed, schema, {}, 10000)) == to_json(completed));
    std::vector<ScaledStatistics> scales;
    for (int i = 0; i < kScaleCount; ++i) scales.push_back(scale(completed, schema, i));
    for (const TableShape& shape : schema) {
      const TableStatistics& base = completed.tables.at(shape.name);
      CHECK(base.rows >= 1);
      for (size_t i = 0; i < scales.size(); ++i) {
        const ScaledTable& table = scales[i].tables.at(shape.name);
        for (const auto& [name, distinct] : table.distinct) CHECK((distinct >= 1 && distinct <= table.rows));
        REQUIRE(table.index_rows.size() == shape.indexes.size());
        for (const IndexShape& index : shape.indexes) {
          const std::vector<double>& rows = table.index_rows.at(index.name);
          REQUIRE(rows.size() == index.columns.size());
          double before = table.rows;
          for (double each : rows) {
            CHECK((each >= 1 && each <= before));
            before = each;
          }
          if (index.unique) CHECK(rows.back() == 1);
        }
        if (i == 0) continue;
        const ScaledTable& smaller = scales[i - 1].tables.at(shape.name);
        CHECK(table.rows == smaller.rows * (base.fixed ? 1 : 10));
        for (const auto& [name, distinct] : table.distinct) CHECK(distinct >= smaller.distinct.at(name));
        for (const auto& [name, rows] : table.index_rows)
          for (size_t k = 0; k < rows.size(); ++k) CHECK(rows[k] >= doctest::Approx(smaller.index_rows.at(name)[k]));
        bool parent_fixed = completed.tables.at(shape.columns[1].parent_table).fixed;
        if (!base.fixed && !parent_fixed)
          CHECK(table.rows / table.distinct.at("f") == doctest::Approx(smaller.rows / smaller.distinct.at("f")));
      }
    }
  }
}

TEST_CASE("candidates") {
  std::vector<TableShape> schema =
      schema_from("p: id key | t: id key, p > p, status # 4, known, free / unique u(p known) partial q(free)");
  Statistics known;
  known.tables["p"] = table_from("rows 1000");
  known.tables["t"] = table_from("rows 10000, known 2000, u[10 1");
  Statistics completed = complete(known, schema, {}, 10000);
  struct Case {
    std::string columns;
    std::string first, last;
  };
  const std::vector<Case> cases = {
      {"", "", ""},
      {"p", "10", "10"},
      {"P", "10", "10"},
      {"status", "2500", "250000"},
      {"status free", "2500 2.5", "250000 2.5"},
      {"free", "10", "10"},
      {"no_such_column", "10", "10"},
      {"known", "5", "5"},
      {"known p", "5 1", "5 1"},
      {"id status", "1 1", "1 1"},
      {"p status", "10 2.5", "10 2.5"},
      {"expr", "10", "10"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.columns);
    IndexShape index = indexes_from("c(" + one.columns + ")").at(0);
    index.name = "candidate";
    auto numbers = [&](int number) {
      ScaledStatistics scaled = scale(completed, schema, number);
      std::string text;
      for (double rows : index_prefix_rows(scaled.tables.at("t"), schema[1], index))
        text += fmt::format("{}{:.6g}", text.empty() ? "" : " ", rows);
      return text;
    };
    CHECK(numbers(0) == one.first);
    CHECK(numbers(2) == one.last);
  }
  ScaledTable empty;  // nothing known at all
  CHECK(index_prefix_rows(empty, schema[1], indexes_from("c(p status)").at(0)) == std::vector<double>{1, 1});
}
