// What a query costs under sets of indexes, and which set is chosen, with the real SQLite.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <bit>
#include <memory>
#include <string>
#include <vector>

#include "advise/choice.h"

using namespace explaingate;
using namespace explaingate::advise;

namespace {

struct Shop {
  std::unique_ptr<Engine> engine;
  std::vector<CandidateIndex> candidates = {{"orders", {"customer"}},  {"orders", {"customer", "placed_at"}},
                                            {"orders", {"placed_at"}}, {"orders", {"reference"}},
                                            {"lines", {"order_id"}},   {"lines", {"sku"}}};
  std::vector<ParsedQuery> parsed;
  std::vector<std::string> texts;
  std::vector<double> before;
  std::vector<QueryCosts> costs;

  explicit Shop(std::vector<std::string> statements) : texts(std::move(statements)) {
    std::vector<SchemaStatement> schema;
    for (const char* text :
         {"CREATE TABLE orders(id INTEGER PRIMARY KEY, customer INT, placed_at TEXT, reference TEXT)",
          "CREATE TABLE lines(id INTEGER PRIMARY KEY, order_id INT, sku TEXT, amount INT)"})
      schema.push_back({text, "schema.sql", 1, 1, 1});
    auto opened = open_sqlite_engine(schema, {});
    REQUIRE(opened);
    engine = std::move(*opened);
    REQUIRE(engine->set_scale(kScaleCount - 1));
    for (const std::string& text : texts) {
      auto read = parse_query(text, Dialect::kSqlite);
      REQUIRE(read);
      parsed.push_back(std::move(*read));
    }
    for (size_t i = 0; i < texts.size(); ++i) {
      auto plan = engine->plan({texts[i], &parsed[i]});
      REQUIRE(plan);
      before.push_back(plan->metrics.cost);
      auto cost = QueryCosts::plan(*engine, {texts[i], &parsed[i]}, candidates, plan->metrics);
      REQUIRE(cost);
      costs.push_back(std::move(*cost));
    }
  }

  [[nodiscard]] std::vector<WeighedQuery> weighed(double calls = 1) const {
    std::vector<WeighedQuery> queries;
    for (size_t i = 0; i < texts.size(); ++i)
      queries.push_back({calls, before[i], true, {0, 1, 2, 3, 4, 5}, &costs[i]});
    return queries;
  }
};

std::string chosen(const Choice& choice) {
  return fmt::format("{}", fmt::join(choice.chosen, " "));
}

const std::vector<std::string> kStatements = {
    "SELECT * FROM orders WHERE customer = ? ORDER BY placed_at LIMIT 5",
    "SELECT * FROM orders WHERE customer = ?",
    "SELECT * FROM orders WHERE reference = ?",
    "SELECT * FROM orders o JOIN lines l ON l.order_id = o.id WHERE o.customer = ? AND l.sku = ?",
    "SELECT count(*) FROM lines",
};
constexpr double kSmall = 1000;

}  // namespace

TEST_CASE("a few plans say what every set of indexes costs") {
  Shop shop(kStatements);
  for (size_t query = 0; query < shop.texts.size(); ++query) {
    CAPTURE(shop.texts[query]);
    CHECK(shop.costs[query].plans().size() <= 20);
    for (Set set = 0; set < 1U << shop.candidates.size(); ++set) {
      CAPTURE(set);
      std::vector<CandidateIndex> there;
      for (size_t i = 0; i < shop.candidates.size(); ++i)
        if ((set >> i & 1) != 0) there.push_back(shop.candidates[i]);
      auto plan = shop.engine->plan_with(there, {shop.texts[query], &shop.parsed[query]});
      REQUIRE(plan);
      CHECK(shop.costs[query].under(set).cost == doctest::Approx(plan->metrics.cost));
    }
  }
}

TEST_CASE("the chosen set costs no more than any other") {
  Shop shop(kStatements);
  std::vector<double> charge(shop.candidates.size(), kSmall);
  Choice choice = choose(shop.weighed(), charge, kSmall);
  CHECK(choice.exact);
  double least = 0;
  for (Set set = 0; set < 1U << shop.candidates.size(); ++set) {
    double sum = std::popcount(set) * kSmall;
    for (const QueryCosts& costs : shop.costs) sum += costs.under(set).cost;
    least = set == 0 ? sum : std::min(least, sum);
  }
  CHECK(choice.cost + static_cast<double>(choice.chosen.size()) * kSmall == doctest::Approx(least));
  CHECK(choice.least <= choice.cost);
  CHECK(chosen(choice) == "1 3 5");  // (customer, placed_at) serves what (customer) would
}

TEST_CASE("an index that costs more than it saves isn't chosen, and is once its queries run often enough") {
  Shop shop({"SELECT * FROM orders WHERE reference = ?"});
  std::vector<double> charge(shop.candidates.size(), shop.before[0] * 2);
  CHECK(chosen(choose(shop.weighed(), charge, kSmall)).empty());
  CHECK(chosen(choose(shop.weighed(10), charge, kSmall)) == "3");
}

TEST_CASE("for a query that nothing is advised for, no index; nor for one that costs next to nothing") {
  Shop shop({"SELECT * FROM orders WHERE reference = ?"});
  std::vector<double> charge(shop.candidates.size(), kSmall);
  std::vector<WeighedQuery> queries = shop.weighed();
  CHECK(chosen(choose(queries, charge, shop.before[0] * 2)).empty());
  CHECK(chosen(choose(queries, charge, kSmall)) == "3");
  CHECK(chosen(choose({}, charge, kSmall)).empty());
}

TEST_CASE("too many candidates for every set to be compared: two that are of use together only are both chosen") {
  constexpr int kColumns = 14;
  std::string columns;
  std::vector<CandidateIndex> candidates;
  std::vector<size_t> relevant;
  for (int i = 0; i < kColumns; ++i) {
    columns += fmt::format(", c{} TEXT", i);
    candidates.push_back({"t", {fmt::format("c{}", i)}});
    relevant.push_back(static_cast<size_t>(i));
  }
  auto opened =
      open_sqlite_engine({{"CREATE TABLE t(id INTEGER PRIMARY KEY" + columns + ")", "schema.sql", 1, 1, 1}}, {});
  REQUIRE(opened);
  Engine& engine = **opened;
  REQUIRE(engine.set_scale(kScaleCount - 1));
  std::vector<QueryCosts> costs;
  double before = 0;
  for (int i = 0; i + 1 < kColumns; ++i) {
    std::string text = fmt::format("SELECT * FROM t WHERE c{} = ? OR c{} = ?", i, i + 1);
    auto parsed = parse_query(text, Dialect::kSqlite);
    REQUIRE(parsed);
    auto plan = engine.plan({text, &*parsed});
    REQUIRE(plan);
    before = plan->metrics.cost;
    auto cost = QueryCosts::plan(engine, {text, &*parsed}, candidates, plan->metrics);
    REQUIRE(cost);
    costs.push_back(std::move(*cost));
  }
  std::vector<WeighedQuery> queries;
  for (const QueryCosts& cost : costs) queries.push_back({1, before, true, relevant, &cost});
  Choice choice = choose(queries, std::vector<double>(candidates.size(), kSmall), kSmall);
  CHECK(!choice.exact);
  CHECK(choice.chosen.size() == kColumns);
  CHECK(choice.cost == choice.least);
  CHECK(chosen(choose(queries, std::vector<double>(candidates.size(), before * 2), kSmall)).empty());
}
