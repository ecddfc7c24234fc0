// The worst of the values that a parameter may have.
#include <doctest/doctest.h>

#include "engine/postgres_engine_support.h"

namespace explaingate::engine_test {
namespace {

TEST_CASE("a plan for a common value counts where it costs more than the generic one") {
  EngineOptions options;
  Statistics statistics;
  statistics.postgres.emplace();
  PostgresTable table;
  table.rows = 1e6;
  table.pages = 1e4;
  table.all_visible = 1e4;
  PostgresColumn tenant;
  tenant.distinct = 10000;
  tenant.null_fraction = 0;
  tenant.width = 4;
  tenant.common_values = {"7", "8"};
  tenant.common_frequencies = {0.3, 0.1};
  tenant.histogram = {"1", "100", "5000", "9000", "20000"};
  table.columns["tenant"] = tenant;
  statistics.tables["jobs"].rows = 1e6;
  statistics.tables["jobs"].source = RowSource::kFile;
  statistics.tables["jobs"].columns["tenant"].distinct = 10000;
  statistics.tables["jobs"].postgres = std::make_shared<const PostgresTable>(table);
  options.statistics = statistics;
  auto engine = open_postgres({"CREATE TABLE jobs(id integer PRIMARY KEY, tenant integer, note text)",
                               "CREATE INDEX jobs_tenant ON jobs(tenant)"},
                              options);
  if (!engine) return;
  auto parameters = [&](std::string_view sql) {
    Result<ParsedQuery> parsed = parse_query(sql, Dialect::kPostgres);
    Result<PlannedQuery> planned = engine->plan({sql, parsed ? &*parsed : nullptr});
    REQUIRE_MESSAGE(planned.has_value(), (planned ? "" : planned.error().message));
    return planned->parameters + (planned->metrics.rows_returned > 1e5 ? ", many rows" : ", few rows");
  };
  CHECK(parameters("SELECT * FROM jobs WHERE tenant = $1") == "common value, many rows");
  CHECK(parameters("SELECT * FROM jobs AS j WHERE j.tenant = $1 LIMIT $2") == "common value, few rows");
  CHECK(parameters("SELECT * FROM jobs WHERE id = $1") == ", few rows");
  CHECK(parameters("SELECT * FROM jobs WHERE tenant = 8 AND note = 'x'") == ", few rows");
  CHECK(parameters("SELECT * FROM jobs WHERE tenant = $1 AND note = $2") == ", few rows");  // of note nothing is known
}

}  // namespace
}  // namespace explaingate::engine_test
