#include "bench/yardsticks.h"

#include <pg_query.h>

#include "base/sqlite.h"
#include "engine/engine.h"
#include "engine/sqlite/catalogue.h"
#include "engine/sqlite/stat1.h"

namespace explaingate::bench {

Time time_grammar(const std::vector<Query>& queries) {
  return time_of([&] {
    for (const Query& query : queries) {
      pg_query_free_parse_result(pg_query_parse(query.grammar.c_str()));
      pg_query_free_fingerprint_result(pg_query_fingerprint(query.grammar.c_str()));
    }
  });
}

struct Planner::State {
  Sqlite database;
  std::vector<std::string> texts;
  Catalogue catalogue;
  Statistics statistics;
};

Planner::Planner(std::unique_ptr<State> state) : state_(std::move(state)) {}
Planner::Planner(Planner&&) noexcept = default;
Planner& Planner::operator=(Planner&&) noexcept = default;
Planner::~Planner() = default;

Result<Planner> Planner::open(const Workload& workload) {
  std::vector<SchemaStatement> schema;
  for (const std::string& text : workload.schema) schema.push_back({text, "", 0, 0, 0});
  auto engine = open_sqlite_engine(schema, {});
  if (!engine) return fail(engine.error());
  auto database = Sqlite::open();
  if (!database) return fail(database.error());
  for (const std::string& text : workload.schema)
    if (Status applied = database->execute(text); !applied) return fail(applied.error());
  // As the engine has it: the same programs are compiled.
  if (Status on = database->execute("PRAGMA foreign_keys = ON"); !on) return fail(on.error());
  database->explain_triggers();
  std::vector<std::string> texts;
  for (const Query& query : workload.queries) texts.push_back("EXPLAIN QUERY PLAN " + query.text);
  return Planner(std::make_unique<State>(
      State{std::move(*database), std::move(texts), (*engine)->catalogue(), (*engine)->statistics()}));
}

Result<Time> Planner::time_all() {
  Time total;
  sqlite_engine::Names names =
      sqlite_engine::names_of(state_->catalogue, std::vector<std::string>(state_->catalogue.tables.size(), "main"));
  std::vector<TableShape> shapes = sqlite_engine::shapes_of(state_->catalogue);
  for (int number = 0; number < kScaleCount; ++number) {
    sqlite_engine::set_numbers(names, scale(state_->statistics, shapes, number));
    if (Status written = sqlite_engine::write_stat1(state_->database, names, {}); !written)
      return fail(written.error());
    Status status;
    Time time = time_of([&] {
      for (const std::string& text : state_->texts) {
        auto statement = state_->database.prepare(text);
        if (!statement) {
          status = fail(statement.error());
          return;
        }
        for (auto row = statement->step(); row && *row; row = statement->step()) {
        }
      }
    });
    if (!status) return fail(status.error());
    total.wall += time.wall;
    total.cpu += time.cpu;
  }
  return total;
}

}  // namespace explaingate::bench
