// Statistics as pg_dump writes them.
#include <doctest/doctest.h>

#include "engine/postgres/statistics/statistics_dump.h"

namespace explaingate::postgres {
namespace {

constexpr const char* kDump = R"sql(--
-- PostgreSQL database dump
--
SET statement_timeout = 0;
SELECT pg_catalog.set_config('search_path', '', false);

--
-- Statistics for Name: orders; Type: STATISTICS DATA; Schema: public; Owner: -
--

SELECT * FROM pg_catalog.pg_restore_relation_stats(
	'version', '180000'::integer,
	'schemaname', 'public',
	'relname', 'orders',
	'relpages', '637'::integer,
	'reltuples', '1e+05'::real,
	'relallvisible', '600'::integer,
	'relallfrozen', '0'::integer
);
SELECT * FROM pg_catalog.pg_restore_attribute_stats(
	'version', '180000'::integer,
	'schemaname', 'public',
	'relname', 'orders',
	'attname', 'status',
	'inherited', 'f'::boolean,
	'null_frac', '0.25'::real,
	'avg_width', '6'::integer,
	'n_distinct', '4'::real,
	'most_common_vals', '{paid,"it''s \"open\", still"}'::text,
	'most_common_freqs', '{0.5,0.125}'::real[],
	'histogram_bounds', '{a,b,c}'::text,
	'correlation', '-0.5'::real
);
SELECT * FROM pg_catalog.pg_restore_relation_stats(
	'version', '180000'::integer,
	'schemaname', 'sales',
	'relname', 'orders_lower',
	'relpages', '12'::integer,
	'reltuples', '100000'::real,
	'relallvisible', '0'::integer
);
SELECT * FROM pg_catalog.pg_restore_attribute_stats(
	'version', '180000'::integer,
	'schemaname', 'sales',
	'relname', 'orders_lower',
	'attnum', '1'::smallint,
	'inherited', 'f'::boolean,
	'n_distinct', '-1'::real
);
)sql";

TEST_CASE("a dump of statistics becomes the file's part for PostgreSQL") {
  auto statistics = parse_statistics_dump(kDump, "dump.sql");
  REQUIRE_MESSAGE(statistics.has_value(), (statistics ? "" : to_text(statistics.error())));
  REQUIRE(statistics->tables.size() == 2);
  const TableStatistics& orders = statistics->tables.at("orders");
  CHECK(orders.rows == 100000);
  CHECK(orders.postgres->pages == 637);
  CHECK(orders.postgres->all_visible == 600);
  CHECK(orders.columns.at("status").distinct == 4);
  const PostgresColumn& status = orders.postgres->columns.at("status");
  CHECK(status.null_fraction == 0.25);
  CHECK(status.common_values == std::vector<std::string>{"paid", "it's \"open\", still"});
  CHECK(status.common_frequencies == std::vector<double>{0.5, 0.125});
  CHECK(status.histogram.size() == 3);
  CHECK(status.correlation == -0.5);
  const TableStatistics& index = statistics->tables.at("sales.orders_lower");
  CHECK(index.postgres->columns.at("1").distinct == -1);
  auto again = parse_statistics(to_json(*statistics), "file.json");
  REQUIRE_MESSAGE(again.has_value(), (again ? "" : to_text(again.error())));
  CHECK(to_json(*again) == to_json(*statistics));
}

TEST_CASE("a dump that can't be read says where") {
  auto message = [](const std::string& text) {
    auto statistics = parse_statistics_dump(text, "dump.sql");
    REQUIRE(!statistics.has_value());
    CHECK(statistics.error().kind == ErrorKind::kConfiguration);
    std::string all = to_text(statistics.error());
    return all.substr(0, all.find('\n'));
  };
  CHECK(message("SELECT 1;") ==
        "dump.sql:1:1: no call of pg_restore_relation_stats() is in it: not what `pg_dump --statistics-only` writes");
  CHECK(message("\nSELECT pg_restore_relation_stats('relname', 'a', 'relpages'") ==
        "dump.sql:2:8: the call has no end");
  CHECK(message("SELECT pg_restore_relation_stats('relname', 'a');") ==
        "dump.sql:1:8: \"schemaname\" and \"relname\" are expected among the arguments");
  CHECK(message("SELECT pg_restore_relation_stats(a);") == "dump.sql:1:8: a text is expected as argument");
  CHECK(message("SELECT pg_restore_relation_stats('schemaname', 'public', 'relname', 'a', 'relpages', 'many');") ==
        "dump.sql:1:8: relpages: \"many\" is no number from -1 to 4.29497e+09");
  CHECK(message("SELECT pg_restore_attribute_stats('schemaname', 'public', 'relname', 'a', 'attname', 'c', "
                "'most_common_vals', '{1,\"2}');") == "dump.sql:1:8: most_common_vals: no array of values");
  std::string endless = "SELECT pg_restore_relation_stats(";
  for (int i = 0; i < 1000; ++i) endless += "'a', 'b', ";
  CHECK(message(endless) == "dump.sql:1:8: too many arguments");
}

}  // namespace
}  // namespace explaingate::postgres
