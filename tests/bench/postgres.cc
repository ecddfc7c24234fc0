#include "bench/postgres.h"

#include <fmt/format.h>

#include <array>
#include <thread>

#include "engine/postgres/engine.h"
#include "engine/postgres/plans/prepare.h"

namespace explaingate::bench {
namespace {

constexpr double kAim = 1.5;

struct Statement {
  std::string prepare, execute;
};

}  // namespace

struct PostgresPlanner::State {
  std::shared_ptr<postgres::Cluster> cluster;
  std::array<std::unique_ptr<Engine>, 2> engines;
  std::vector<postgres::Connection> connections;  // one a scale
  std::vector<std::string> texts;
  std::vector<Statement> statements;
};

PostgresPlanner::PostgresPlanner(std::unique_ptr<State> state) : state_(std::move(state)) {}
PostgresPlanner::PostgresPlanner(PostgresPlanner&&) noexcept = default;
PostgresPlanner& PostgresPlanner::operator=(PostgresPlanner&&) noexcept = default;
PostgresPlanner::~PostgresPlanner() = default;

Result<PostgresPlanner> PostgresPlanner::open(const Workload& workload) {
  auto state = std::make_unique<State>();
  auto cluster = postgres::Cluster::start();
  if (!cluster) return fail(cluster.error());
  state->cluster = std::move(*cluster);
  std::vector<SchemaStatement> schema;
  for (const std::string& text : workload.schema) schema.push_back({text, "", 0, 0, 0});
  for (auto& engine : state->engines) {
    auto opened = open_postgres_engine(schema, {}, {state->cluster});
    if (!opened) return fail(opened.error());
    engine = std::move(*opened);
    if (!engine->failures().empty()) return fail(ErrorKind::kUnverified, engine->failures().front().message);
    for (int scale = 0; scale < kScaleCount; ++scale) {
      if (Status set = engine->set_scale(scale); !set) return fail(set.error());
      if (auto first = engine->plan({"SELECT 1", nullptr}); !first) return fail(first.error());
    }
  }
  auto admin = postgres::Connection::open(state->cluster->target("postgres", postgres::kSuperuser));
  if (!admin) return fail(admin.error());
  auto names = admin->query("SELECT datname FROM pg_database WHERE datname LIKE 'scale\\_%' ORDER BY datname");
  if (!names) return fail(names.error());
  for (int i = 0; i < names->count(); ++i) {
    auto opened =
        postgres::Connection::open(state->cluster->target(std::string(names->text(i, 0)), postgres::kSchemaRole));
    if (!opened) return fail(opened.error());
    if (Status set = opened->run("SET plan_cache_mode = force_generic_plan"); !set) return fail(set.error());
    state->connections.push_back(std::move(*opened));
  }
  for (const Query& query : workload.queries) {
    postgres::PreparedText prepared = postgres::prepare_text(query.grammar);
    std::string nulls;
    for (size_t i = 0; i < prepared.types.size(); ++i) nulls += i == 0 ? "(NULL" : ", NULL";
    Statement statement{"PREPARE q", "EXPLAIN (FORMAT JSON, VERBOSE) EXECUTE q" + nulls + (nulls.empty() ? "" : ")")};
    for (size_t i = 0; i < prepared.types.size(); ++i)
      statement.prepare += fmt::format("{}{}", i == 0 ? "(" : ", ", prepared.types[i] == 0 ? "unknown" : "text");
    if (!prepared.types.empty()) statement.prepare += ")";
    statement.prepare += " AS " + prepared.text;
    // What the server refuses says nothing of planning.
    if (!state->engines[0]->plan({query.grammar, nullptr})) continue;
    state->texts.push_back(query.grammar);
    state->statements.push_back(std::move(statement));
  }
  return PostgresPlanner(std::move(state));
}

size_t PostgresPlanner::planned() const {
  return state_->texts.size();
}

Result<Time> PostgresPlanner::time_loop() {
  Status status;
  Time time = time_of([&] {
    for (postgres::Connection& connection : state_->connections)
      for (const Statement& statement : state_->statements)
        for (const std::string* sql : {&statement.prepare, &statement.execute})
          if (Status done = connection.run(*sql); !done)
            status = done;
          else if (sql == &statement.execute)
            status = connection.run("DEALLOCATE q");
  });
  if (!status) return fail(status.error());
  return time;
}

Result<Time> PostgresPlanner::time_engines(size_t engines) {
  std::array<Status, 2> status;
  auto work = [&](size_t number) {
    size_t count = state_->texts.size(), first = count * number / engines, last = count * (number + 1) / engines;
    for (int scale = 0; scale < kScaleCount; ++scale) {
      if (Status set = state_->engines[number]->set_scale(scale); !set) status[number] = set;
      for (size_t i = first; i < last; ++i)
        if (auto planned = state_->engines[number]->plan({state_->texts[i], nullptr}); !planned)
          status[number] = fail(planned.error());
    }
  };
  Time time = time_of([&] {
    std::vector<std::jthread> threads;
    for (size_t i = 1; i < engines; ++i) threads.emplace_back(work, i);
    work(0);
  });
  for (const Status& of_one : status)
    if (!of_one) return fail(of_one.error());
  return time;
}

int run_postgres(size_t count, int rounds) {
  Workload workload = make_workload(count);
  auto planner = PostgresPlanner::open(workload);
  if (!planner) {
    fmt::print(stderr, "bench: {}", to_text(planner.error()));
    return 2;
  }
  std::array<std::vector<Time>, 3> times;
  for (int round = 0; round < rounds; ++round) {
    for (size_t kind = 0; kind < times.size(); ++kind) {
      auto time = kind == 0 ? planner->time_loop() : planner->time_engines(kind);
      if (!time) {
        fmt::print(stderr, "bench: {}", to_text(time.error()));
        return 2;
      }
      times[kind].push_back(*time);
    }
  }
  fmt::print("PostgreSQL: {} statements of {} planned, at {} scales, {} rounds, medians\n\n", planner->planned(), count,
             kScaleCount, rounds);
  fmt::print("{:<62} {:>8} {:>8} {:>7}\n", "", "wall ms", "CPU ms", "× wall");
  Time loop = median(times[0]);
  const std::array<const char*, 3> names = {"libpq: a loop of PREPARE, EXPLAIN, DEALLOCATE",
                                            "explaingate: plans on one connection",
                                            "explaingate: plans on two connections"};
  for (size_t kind = 0; kind < times.size(); ++kind) {
    Time time = median(times[kind]);
    fmt::print("{:<62} {:>8.0f} {:>8.0f} {:>7.2f}{}\n", names[kind], time.wall, time.cpu, time.wall / loop.wall,
               kind == 2 ? fmt::format("   aim {} × wall", kAim) : "");
  }
  fmt::print("CPU is this process's alone; the server's comes on top in each line.\n");
  return 0;
}

}  // namespace explaingate::bench
