#include "bench/cluster.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>
#include <vector>

#include "base/file.h"
#include "engine/postgres/schema/schema_database.h"
#include "engine/postgres/server/child.h"
#include "engine/postgres/server/cluster.h"
#include "engine/postgres/server/folder.h"

namespace explaingate::bench {
namespace {

namespace fs = std::filesystem;
using namespace postgres;
using Clock = std::chrono::steady_clock;

constexpr int kTables = 20;
constexpr const char* kQuery = "EXPLAIN SELECT * FROM t1 JOIN t2 ON t2.parent = t1.id WHERE t1.name = 'a'";
// initdb and start, and a plan, by themselves.
constexpr double kColdAim = 1.3;
constexpr double kWarmAim = 500;  // ms

std::vector<SchemaStatement> schema() {
  std::vector<SchemaStatement> statements;
  auto add = [&](std::string text) { statements.push_back({std::move(text), "schema.sql", 1, 1, 1}); };
  for (int i = 1; i <= kTables; ++i) {
    add(
        fmt::format("CREATE TABLE t{} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, parent bigint{}, name text "
                    "NOT NULL, at timestamptz NOT NULL DEFAULT now())",
                    i, i > 1 ? fmt::format(" REFERENCES t{}", i - 1) : ""));
    add(fmt::format("CREATE INDEX t{0}_parent ON t{0} (parent)", i));
  }
  return statements;
}

double since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

// Milliseconds, or what went wrong.
Result<double> alone() {
  Clock::time_point start = Clock::now();
  auto programs = find_programs();
  auto user = server_user();
  if (!programs) return fail(programs.error());
  if (!user) return fail(user.error());
  auto folder = LockedFolder::create("/tmp", "explaingate-bench-", user->has_value());
  if (!folder) return fail(folder.error());
  std::string data = (folder->path() / "data").string(), sockets = (folder->path() / "s").string();
  for (const std::string& path : {data, sockets}) {
    fs::create_directory(path);
    fs::permissions(path, fs::perms::owner_all);
    if (*user && chown(path.c_str(), (*user)->uid, (*user)->gid) != 0) return fail(ErrorKind::kIo, "chown");
  }
  auto made =
      run_program({(programs->folder / "initdb").string(), "-D", data, "-A", "trust", "-U", "postgres", "-N"}, *user);
  if (!made) return fail(made.error());
  auto server = Supervised::start({(programs->folder / "postgres").string(), "-D", data, "-k", sockets, "-c",
                                   "listen_addresses=", "-c", "fsync=off", "-c", "log_min_messages=panic"},
                                  *user, (folder->path() / "log").string(), folder->path().string(), folder->lock());
  if (!server) return fail(server.error());
  Result<Connection> connection = fail(ErrorKind::kUnverified, "");
  while (!connection && server->is_running()) {
    connection = Connection::open({{"host", sockets}, {"user", "postgres"}, {"dbname", "postgres"}});
    if (!connection) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  if (!connection) return fail(connection.error());
  for (const SchemaStatement& statement : schema())
    if (Status done = connection->run(statement.text); !done) return fail(done.error());
  if (Status planned = connection->run(kQuery); !planned) return fail(planned.error());
  return since(start);
}

Result<double> ours() {
  Clock::time_point start = Clock::now();
  auto cluster = Cluster::start();
  if (!cluster) return fail(cluster.error());
  if (Status made = create_schema_database(**cluster, "side"); !made) return fail(made.error());
  auto failures = apply_schema(**cluster, "side", schema());
  if (!failures) return fail(failures.error());
  auto connection = Connection::open((*cluster)->target("side", kSchemaRole));
  if (!connection) return fail(connection.error());
  if (Status planned = connection->run(kQuery); !planned) return fail(planned.error());
  return since(start);
}

// Of this process and of those that it has waited for: a server's come here by the one beside it.
double cpu() {
  double sum = 0;
  for (int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage use{};
    getrusage(who, &use);
    for (const timeval& time : {use.ru_utime, use.ru_stime})
      sum += static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
  }
  return sum;
}

struct Times {
  std::vector<double> wall, cpu;  // ms; the server's end is in the latter
};

double median(std::vector<double> times) {
  std::ranges::sort(times);
  return times[times.size() / 2];
}

}  // namespace

int measure_cluster(int rounds) {
  auto cache = TemporaryFolder::create();
  if (!cache) return 1;
  setenv("XDG_CACHE_HOME", cache->path().c_str(), 1);
  Times raw, cold, warm;
  for (int round = 0; round < rounds; ++round) {
    fs::remove_all(cache->path() / "explaingate");
    for (auto [times, measure] : {std::pair(&raw, &alone), std::pair(&cold, &ours), std::pair(&warm, &ours)}) {
      double before = cpu();
      auto time = measure();
      if (!time) {
        fmt::print(stderr, "{}", to_text(time.error()));
        return 1;
      }
      times->wall.push_back(*time);
      times->cpu.push_back(cpu() - before);
    }
  }
  auto row = [&](const char* what, const Times& times, const std::string& aim) {
    double wall = median(times.wall), work = median(times.cpu);
    fmt::print("{:<52} {:>8.0f} {:>8.0f} {:>8.0f} {:>8.2f} {:>8.2f}   {}\n", what, wall, std::ranges::min(times.wall),
               work, wall / median(raw.wall), work / median(raw.cpu), aim);
  };
  fmt::print("{:<52} {:>8} {:>8} {:>8} {:>8} {:>8}\n",
             fmt::format("{} tables, {} rounds: ms to the first plan", kTables, rounds), "median", "least", "CPU",
             "× median", "× CPU");
  row("initdb, a server, the schema, EXPLAIN by themselves", raw, "");
  row("a private cluster, nothing kept from earlier runs", cold, fmt::format("aim: {} × first", kColdAim));
  row("a private cluster from the kept copy", warm, fmt::format("aim: {} ms", kWarmAim));
  return 0;
}

}  // namespace explaingate::bench
