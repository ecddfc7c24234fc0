// The gate on PostgreSQL, whole: the incident's four findings, what a killed check leaves behind, and what it says
// where there is no server.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <random>
#include <set>

#include "engine/postgres_left_over.h"
#include "engine/postgres_support.h"
#include "sandbox.h"

namespace explaingate {
namespace {

namespace fs = std::filesystem;

// Folders that clusters of these tests alone are made and kept in, and that the server's user can reach.
class Place {
 public:
  Place() : folder_(TemporaryFolder::create().value()) {
    fs::permissions(folder_.path(), fs::perms::all);
    for (const char* name : {"tmp", "cache"}) {
      fs::create_directory(folder_.path() / name);
      fs::permissions(folder_.path() / name, fs::perms::owner_all | fs::perms::group_exec | fs::perms::others_exec);
    }
  }
  [[nodiscard]] fs::path folder() const { return folder_.path(); }
  [[nodiscard]] fs::path temporary() const { return folder_.path() / "tmp"; }
  [[nodiscard]] fs::path cache() const { return folder_.path() / "cache"; }
  [[nodiscard]] RunOptions options() const {
    return {"", {{"TMPDIR", temporary()}, {"XDG_CACHE_HOME", cache()}}, "", -1};
  }

 private:
  TemporaryFolder folder_;
};

// Those that servers of clusters below the folder have, by their numbers.
std::set<std::string> segments_below(const fs::path& folder) {
  std::set<std::string> found;
  for (const auto& cluster : fs::directory_iterator(folder))
    if (std::string segment = postgres::segment_of(cluster.path() / "data"); !segment.empty()) found.insert(segment);
  return found;
}

void make_incident(const Project& project, const std::string& update) {
  project.lay("fixtures/incident/base");
  project.commit();
  project.lay("fixtures/incident/" + update);
}

TEST_CASE("on PostgreSQL the update brings the same four problems, and no error once mended") {
  if (!postgres::is_there()) return;
  Place place;
  Project project;
  make_incident(project, "head");
  Ran ran = project.gate({"check", "--engine", "postgres", "--format", "json"}, place.options());
  CHECK(findings(ran) == findings(project.gate({"check", "--format", "json"})));
  CHECK(findings(ran).find("access-regression") != std::string::npos);
  CHECK(ran.code == 1);
  CHECK(project.gate({"check", "--engine", "postgres", "--format", "json"}, place.options()).out == ran.out);
  project.lay("fixtures/incident/base");
  project.remove("migrations/0003_order_notes.sql");
  project.lay("fixtures/incident/fixed");
  ran = project.gate({"check", "--engine", "postgres", "--format", "json"}, place.options());
  CHECK(findings(ran) ==
        "migrations/0003_order_notes.sql:5 index-without-concurrently orders_by_warehouse\n"
        "migrations/0003_order_notes.sql:8 index-without-concurrently customers_by_lower_email\n");
  CHECK(ran.code == 0);  // warnings: the tables' sizes are assumed
  CHECK(fs::is_empty(place.temporary()));
}

// Moments all over a check, of runs that find what initdb made and of some that do not.
void end_checks(int kills, int colds) {
  if (!postgres::is_there()) return;
  constexpr std::array kSignals = {SIGKILL, SIGTERM, SIGKILL, SIGINT};
  Place place;
  Project project;
  make_incident(project, "head");
  auto lasts = [&] {  // a whole check, in microseconds
    auto start = std::chrono::steady_clock::now();
    CHECK(project.gate({"check", "--engine", "postgres"}, place.options()).code == 1);
    auto took = std::chrono::steady_clock::now() - start;
    return static_cast<int>(std::chrono::duration_cast<std::chrono::microseconds>(took).count());
  };
  const int cold = lasts(), warm = lasts();
  std::mt19937 random(2604);
  std::set<std::string> segments;
  int ended = 0;
  for (int i = 0; i < kills; ++i) {
    RunOptions options = place.options();
    if (i < colds) fs::remove_all(place.cache() / "explaingate");
    options.kill_after_microseconds = static_cast<int>(random() % static_cast<unsigned>(i < colds ? cold : warm));
    options.signal = kSignals[static_cast<size_t>(i) % kSignals.size()];
    if (project.gate({"check", "--engine", "postgres"}, options).code == 128 + options.signal) ++ended;
    segments.merge(segments_below(place.temporary()));
  }
  CHECK(ended > kills / 2);
  CHECK(segments.size() > 0);
  CHECK(project.gate({"check", "--engine", "postgres"}, place.options()).code == 1);
  CHECK(fs::is_empty(place.temporary()));
  CHECK(fmt::format("{}", fmt::join(postgres::processes_below(place.folder()), "\n")) == "");
  std::set<std::string> there = postgres::segments();
  CHECK(std::ranges::none_of(segments, [&](const std::string& segment) { return there.contains(segment); }));
}

TEST_CASE("of 12 checks on PostgreSQL that are ended at any moment, the next one leaves nothing") {
  end_checks(12, 2);
}

// A minute's work: test_cli --no-skip -tc='of 50 checks*'
TEST_CASE("of 50 checks on PostgreSQL that are ended at any moment, the next one leaves nothing" * doctest::skip()) {
  end_checks(50, 5);
}

TEST_CASE("without a server, where it was looked for and what to do") {
  Project project;
  make_incident(project, "head");
  Ran ran = project.gate({"check", "--engine", "postgres"}, {"", {{"EXPLAINGATE_PG_BINDIR", "/nowhere"}}, "", -1});
  CHECK(ran.out == "");
  CHECK(ran.err ==
        "explaingate: EXPLAINGATE_PG_BINDIR is /nowhere, where no programs initdb and postgres are\n"
        "help: it is the folder that `pg_config --bindir` prints, with the server installed\n");
  CHECK(ran.code == 2);
}

}  // namespace
}  // namespace explaingate
