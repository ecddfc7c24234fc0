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
      {"[]", "stats.json: an object is expected, not array"},
      {"{}", "stats.json: \"explaingate_statistics\": 1 is missing: not a statistics file"},
      {R"({"explaingate_statistics": 2, "tables": {}})",
       "stats.json: explaingate_statistics: this version reads 1 only"},
      {R"({"explaingate_statistics": 1.0, "tables": {}})",
       "stats.json: explaingate_statistics: this version reads 1 only"},
      {R"({"explaingate_statistics": "1", "tables": {}})",
       "stats.json: explaingate_statistics: this version reads 1 only"},
      {R"({"explaingate_statistics": 1})", "stats.json: \"tables\" is missing"},
      {R"({"explaingate_statistics": 1, "tables": {}, "table": 1})",
       "stats.json: unknown key \"table\" (known: explaingate_statistics, tables)"},
      {head("[]"), "stats.json: tables: an object is expected, not array"},
      {head(R"({"t": 5})"), "stats.json: tables.t: an object is expected, not number"},
      {head(R"({"t": {}})"), "stats.json: tables.t: \"rows\" is missing"},
      {head(R"({"t": {"rows": 1, "row": 2}})"),
       "stats.json: tables.t: unknown key \"row\" (known: rows, fixed, columns, indexes)"},
      {head(R"({"t": {"rows": "12"}})"), "stats.json: tables.t.rows: a number is expected, not string"},
      {head(R"({"t": {"rows": true}})"), "stats.json: tables.t.rows: a number is expected, not boolean"},
      {head(R"({"t": {"rows": null}})"), "stats.json: tables.t.rows: a number is expected, not null"},
      {head(R"({"t": {"rows": NaN}})"), "stats.json:1:56: not valid JSON"},
      {head(R"({"t": {"rows": -1}})"), "stats.json: tables.t.rows: -1 is out of range (0 to 1e+15)"},
      {head(R"({"t": {"rows": 1e16}})"), "stats.json: tables.t.rows: 1e+16 is out of range (0 to 1e+15)"},
      {head(R"({"t": {"rows": 1e999}})"), "stats.json: a number is out of range"},
      {head(R"({"t": {"rows": 1}, "t": {"rows": 2}})"), "stats.json: the key \"t\" is there twice"},
      {head(R"({"t": {"rows": 1, "fixed": 1}})"), "stats.json: tables.t.fixed: true or false is expected, not number"},
      {head(R"({"t": {"rows": 1, "columns": []}})"), "stats.json: tables.t.columns: an object is expected, not array"},
      {head(R"({"t": {"rows": 1, "columns": {"c": 4}}})"),
       "stats.json: tables.t.columns.c: an object is expected, not number"},
      {head(R"({"t": {"rows": 1, "columns": {"c": {"distinct": -1.5}}}})"),
       "stats.json: tables.t.columns.c.distinct: -1.5 is out of range (-1 to 1e+15)"},
      {head(R"({"t": {"rows": 1, "columns": {"c": {"null_fraction": 1.5}}}})"),
       "stats.json: tables.t.columns.c.null_fraction: 1.5 is out of range (0 to 1)"},
      {head(R"({"t": {"rows": 1, "columns": {"c": {"common": []}}}})"),
       "stats.json: tables.t.columns.c: unknown key \"common\" (known: distinct, null_fraction)"},
      {head(R"({"t": {"rows": 1, "indexes": {"i": 4}}})"),
       "stats.json: tables.t.indexes.i: an array of numbers is expected, not number"},
      {head(R"({"t": {"rows": 1, "indexes": {"i": [1, "2"]}}})"),
       "stats.json: tables.t.indexes.i[1]: a number is expected, not string"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.text);
    CHECK(read(one.text) == one.want);
  }
}

TEST_CASE("hostile files end in an error, not in a crash") {
  std::string deep(200000, '[');
  CHECK(read(deep) == "stats.json:1:200001: not valid JSON");
  std::string closed = deep + std::string(200000, ']');
  CHECK(read(closed) == "stats.json: an object is expected, not array");
  std::string long_index = "1";
  for (int i = 0; i < 2000; ++i) long_index += ",1";
  CHECK(read(head(R"({"t": {"rows": 1, "indexes": {"i": [)" + long_index + "]}}}")) ==
        "stats.json: tables.t.indexes.i: 2001 columns are more than an index can have");
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
