// The statistics file: what it may hold, what it must not, and that writing it is stable.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "statistics/statistics.h"

using namespace explaingate;

namespace {

std::string head(const std::string& tables) {
  return R"({"explaingate_statistics": 1, "tables": )" + tables + "}";
}

// The error's first line, or the statistics as written again.
std::string read(const std::string& text) {
  Result<Statistics> statistics = parse_statistics(text, "stats.json");
  if (statistics) return to_json(*statistics);
  CHECK(statistics.error().kind == ErrorKind::kConfiguration);
  CHECK(!statistics.error().hint.empty());
  std::string message = to_text(statistics.error());
  return message.substr(0, message.find('\n'));
}

}  // namespace

TEST_CASE("a whole file is read and written again, sorted and rounded") {
  std::string text = head(R"({
    "orders": {"rows": 120000, "columns": {"reference": {"distinct": -0.98765432}, "customer_id": {"distinct": 9000, "null_fraction": 0}},
               "indexes": {"orders_by_customer": [13.3333333, 1]}},
    "country": {"fixed": true, "rows": 250}
  })");
  CHECK(read(text) == R"({
  "explaingate_statistics": 1,
  "tables": {
    "country": {
      "fixed": true,
      "rows": 250
    },
    "orders": {
      "columns": {
        "customer_id": {
          "distinct": 9000,
          "null_fraction": 0
        },
        "reference": {
          "distinct": -0.987654
        }
      },
      "indexes": {
        "orders_by_customer": [
          13.3333,
          1
        ]
      },
      "rows": 120000
    }
  }
}
)");
  CHECK(read(read(text)) == read(text));
}

TEST_CASE("what is read is a file's knowledge") {
  Result<Statistics> statistics = parse_statistics(head(R"({"t": {"rows": 5}})"), "stats.json");
  REQUIRE(statistics);
  CHECK(statistics->tables.at("t").source == RowSource::kFile);
  CHECK(statistics->tables.at("t").rows == 5);
  CHECK(!statistics->tables.at("t").fixed);
}

TEST_CASE("anything unexpected is a configuration error that says where") {
  struct Case {
    std::string text, want;
  };
  const std::vector<Case> cases = {
      {"", "stats.json:1:1: not valid JSON"},
      {"{\n  \"tables\": }", "stats.json:2:13: not valid JSON"},
      {"[]", "stats.json:1:1: an object is expected, not array"},
      {"{}", "stats.json:1:1: \"explaingate_statistics\": 1 is missing: not a statistics file"},
      {R"({"explaingate_statistics": 2, "tables": {}})",
       "stats.json:1:2: explaingate_statistics: this version reads 1 only"},
      {R"({"explaingate_statistics": 1.0, "tables": {}})",
       "stats.json:1:2: explaingate_statistics: this version reads 1 only"},
      {R"({"explaingate_statistics": "1", "tables": {}})",
       "stats.json:1:2: explaingate_statistics: this version reads 1 only"},
      {R"({"explaingate_statistics": 1})", "stats.json:1:1: \"tables\" is missing"},
      {R"({"explaingate_statistics": 1, "tables": {}, "table": 1})", "stats.json:1:45: unknown key \"table\""},
      {head("[]"), "stats.json:1:31: tables: an object is expected, not array"},
      {head(R"({"t": 5})"), "stats.json:1:42: tables.t: an object is expected, not number"},
      {head(R"({"t": {}})"), "stats.json:1:42: tables.t: \"rows\" is missing"},
      {head(R"({"t": {"rows": 1, "row": 2}})"), "stats.json:1:59: tables.t: unknown key \"row\""},
      {head(R"({"t": {"rows": "12"}})"), "stats.json:1:48: tables.t.rows: a number is expected, not string"},
      {head(R"({"t": {"rows": true}})"), "stats.json:1:48: tables.t.rows: a number is expected, not boolean"},
      {head(R"({"t": {"rows": null}})"), "stats.json:1:48: tables.t.rows: a number is expected, not null"},
      {head(R"({"t": {"rows": NaN}})"), "stats.json:1:56: not valid JSON"},
      {head(R"({"t": {"rows": -1}})"), "stats.json:1:48: tables.t.rows: -1 is out of range (0 to 1e+15)"},
      {head(R"({"t": {"rows": 1e16}})"), "stats.json:1:48: tables.t.rows: 1e+16 is out of range (0 to 1e+15)"},
      {head(R"({"t": {"rows": 1e999}})"), "stats.json: a number is out of range"},
      {head(R"({"t": {"rows": 1}, "t": {"rows": 2}})"), "stats.json:1:60: the key \"t\" is there twice"},
      {head(R"({"t": {"rows": 1, "fixed": 1}})"),
       "stats.json:1:59: tables.t.fixed: true or false is expected, not number"},
      {head(R"({"t": {"rows": 1, "columns": []}})"),
       "stats.json:1:59: tables.t.columns: an object is expected, not array"},
      {head(R"({"t": {"rows": 1, "columns": {"c": 4}}})"),
       "stats.json:1:71: tables.t.columns.c: an object is expected, not number"},
      {head(R"({"t": {"rows": 1, "columns": {"c": {"distinct": -1.5}}}})"),
       "stats.json:1:77: tables.t.columns.c.distinct: -1.5 is out of range (-1 to 1e+15)"},
      {head(R"({"t": {"rows": 1, "columns": {"c": {"null_fraction": 1.5}}}})"),
       "stats.json:1:77: tables.t.columns.c.null_fraction: 1.5 is out of range (0 to 1)"},
      {head(R"({"t": {"rows": 1, "columns": {"c": {"common": []}}}})"),
       "stats.json:1:77: tables.t.columns.c: unknown key \"common\""},
      {head(R"({"t": {"rows": 1, "indexes": {"i": 4}}})"),
       "stats.json:1:71: tables.t.indexes.i: an array of numbers is expected, not number"},
      {head(R"({"t": {"rows": 1, "indexes": {"i": [1, "2"]}}})"),
       "stats.json:1:71: tables.t.indexes.i[1]: a number is expected, not string"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.text);
    CHECK(read(one.text) == one.want);
  }
}

TEST_CASE("the part for PostgreSQL comes back as it was written, and SQLite takes its numbers from beside it") {
  std::string text = R"json({
  "explaingate_statistics": 1,
  "postgres": {"version": 150018, "block_size": 8192, "settings": {"random_page_cost": "1.1"}},
  "tables": {
    "orders": {
      "rows": 120000,
      "columns": {
        "status": {"distinct": 4, "null_fraction": 0.12345679, "postgres": {
          "average_width": 6, "most_common_values": ["paid", "a \"quoted\" one"],
          "most_common_frequencies": [0.7333333, 0.1], "histogram": ["lost", "open", "sent"], "correlation": -0.25}},
        "tags": {"distinct": -0.5, "postgres": {"most_common_elements": ["a"], "element_frequencies": [0.5, 0.1, 0.5],
          "element_counts": [1, 2, 1.5]}},
        "period": {"distinct": -1, "postgres": {"range_bounds": ["[1,2)", "[2,3)"], "range_lengths": [1, 1e10], "range_empty": 0}
}
}
, "postgres" : {
  "pages" : 1500, "all_visible" : 1400, "toast_pages" : 3,
      "indexes" : {
        "orders_pkey" : {"pages" : 331, "rows" : 120000, "height" : 1},
        "orders_lower" : {
          "pages" : 200,
          "rows" : 120000,
          "expressions" : {"1" : {"distinct" : -1, "null_fraction" : 0, "average_width" : 12}}
        }
      },
                  "extended" : {
                    "orders_pair" : {
                      "distinct" : [ {"columns" : [ "customer_id", "status" ], "values" : -0.2} ],
                      "dependencies" : [ {"columns" : [ "customer_id", "status" ], "degree" : 0.9} ],
                      "columns" : [ "customer_id", "status" ],
                      "combinations" : [ {"values" : [ "17", null ], "frequency" : 0.125, "base_frequency" : 0.001} ]
                    }
                  },
                               "inherited" : {
    "status" : {"distinct" : 4}
  }
}
}
}
})json";
  Result<Statistics> statistics = parse_statistics(text, "stats.json");
  REQUIRE_MESSAGE(statistics.has_value(), (statistics ? "" : to_text(statistics.error())));
  Result<Statistics> again = parse_statistics(to_json(*statistics), "stats.json");
  REQUIRE(again.has_value());
  CHECK(to_json(*again) == to_json(*statistics));
  CHECK(again->postgres == statistics->postgres);
  const TableStatistics& orders = again->tables.at("orders");
  REQUIRE(orders.postgres);
  CHECK(*orders.postgres == *statistics->tables.at("orders").postgres);
  CHECK(orders.postgres->rows == 120000);
  CHECK(orders.postgres->columns.at("status").common_values.at(1) == "a \"quoted\" one");
  CHECK(orders.postgres->columns.at("status").null_fraction == 0.12345679);
  CHECK(orders.postgres->indexes.at("orders_lower").expressions.at(1).width == 12);
  CHECK(!orders.postgres->extended.at("orders_pair").combinations.at(0).values.at(1));
  CHECK(orders.columns.at("status").distinct == 4);
  CHECK(statistics->hash() == again->hash());
  Statistics other = *again;
  auto changed = std::make_shared<PostgresTable>(*orders.postgres);
  changed->columns.at("status").histogram.pop_back();
  other.tables.at("orders").postgres = changed;
  CHECK(other.hash() != again->hash());
}

TEST_CASE("what is wrong in the part for PostgreSQL is found on its line") {
  auto column = [](const std::string& part) {
    return head("{\"t\": {\"rows\": 1, \"columns\": {\"c\": {\n\"postgres\": {\n" + part + "}}}}}");
  };
  auto table = [](const std::string& part) { return head("{\"t\": {\"rows\": 1, \"postgres\": {\n" + part + "}}}"); };
  struct Case {
    std::string text, want;
  };
  const std::vector<Case> cases = {
      {column(R"("most_common_value": [])"),
       "stats.json:3:1: tables.t.columns.c.postgres: unknown key \"most_common_value\""},
      {column(R"("histogram": [1])"),
       "stats.json:3:1: tables.t.columns.c.postgres.histogram[0]: a text is expected, not number"},
      {column(R"("histogram": ["a\u0000b"])"),
       "stats.json:3:1: tables.t.columns.c.postgres.histogram[0]: a text can't hold the character NUL"},
      {column(R"("most_common_values": ["1"])"),
       "stats.json:2:1: tables.t.columns.c.postgres: 1 most_common_values have 0 most_common_frequencies"},
      {column(R"("correlation": 1.5)"),
       "stats.json:3:1: tables.t.columns.c.postgres.correlation: 1.5 is out of range (-1 to 1)"},
      {table(R"("pages": -1)"), "stats.json:2:1: tables.t.postgres.pages: -1 is out of range (0 to 4.29497e+09)"},
      {table(R"("indexes": {"i": {"hight": 1}})"),
       "stats.json:2:19: tables.t.postgres.indexes.i: unknown key \"hight\""},
      {table(R"("indexes": {"i": {"expressions": {"x": {}}}})"),
       "stats.json:2:35: tables.t.postgres.indexes.i.expressions.x: a position is expected as key: \"1\" for the first "
       "column"},
      {table(R"("extended": {"e": {"columns": ["a", "b"], "combinations": [{"values": ["1"]}]}})"),
       "stats.json:2:43: tables.t.postgres.extended.e.combinations[0]: as many values are expected as \"columns\" has "
       "names"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.text);
    CHECK(read(one.text) == one.want);
  }
  Result<Statistics> near = parse_statistics(table(R"("indexes": {"i": {"hight": 1}})"), "stats.json");
  REQUIRE(!near.has_value());
  CHECK(near.error().hint == "the nearest known one is \"height\"");
}

TEST_CASE("hostile files end in an error, not in a crash") {
  std::string deep(200000, '[');
  CHECK(read(deep) == "stats.json:1:200001: not valid JSON");
  std::string closed = deep + std::string(200000, ']');
  CHECK(read(closed) == "stats.json:1:1: an object is expected, not array");
  std::string long_index = "1";
  for (int i = 0; i < 2000; ++i) long_index += ",1";
  CHECK(read(head(R"({"t": {"rows": 1, "indexes": {"i": [)" + long_index + "]}}}")) ==
        "stats.json:1:71: tables.t.indexes.i: 2001 columns are more than an index can have");
  CHECK(read(head("{\"\xff\": {\"rows\": 1}}")) == "stats.json:1:43: not valid JSON");
}

TEST_CASE("a name that is no UTF-8 can be written") {
  Statistics statistics;
  statistics.tables["\xff"].rows = 1;
  CHECK(to_json(statistics).find("\xef\xbf\xbd") != std::string::npos);
}

TEST_CASE("the hash tells every value apart") {
  Statistics base;
  TableStatistics& table = base.tables["t"];
  table.rows = 100;
  table.columns["c"].distinct = 5;
  table.index_rows["i"] = {20, 1};
  std::vector<Statistics> others(8, base);
  others[0].tables["t"].rows = 101;
  others[1].tables["t"].fixed = true;
  others[2].tables["t"].columns["c"].distinct = 6;
  others[3].tables["t"].columns["c"].distinct.reset();
  others[4].tables["t"].columns["c"].null_fraction = 5;
  others[5].tables["t"].index_rows["i"] = {20};
  others[6].tables["u"] = {};
  others[7].tables["t"].columns["i"] = {};
  for (size_t i = 0; i < others.size(); ++i) {
    CAPTURE(i);
    CHECK(others[i].hash() != base.hash());
    for (size_t k = 0; k < i; ++k) CHECK(others[i].hash() != others[k].hash());
  }
  Statistics same = base;
  same.tables["t"].source = RowSource::kSeed;  // the same numbers give the same plans
  CHECK(same.hash() == base.hash());
}
