// A private cluster's life and its end: nothing of it is left, however a run ends.
#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <sstream>
#include <thread>

#include "base/file.h"
#include "engine/postgres/schema/schema_database.h"
#include "engine/postgres_left_over.h"
#include "engine/postgres_support.h"

namespace explaingate::postgres {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

// A variable of the environment, until the end of the block.
class Setting {
 public:
  Setting(const char* name, const char* value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    value == nullptr ? unsetenv(name) : setenv(name, value, 1);
  }
  Setting(const Setting&) = delete;
  Setting& operator=(const Setting&) = delete;
  ~Setting() { before_ ? setenv(name_, before_->c_str(), 1) : unsetenv(name_); }

 private:
  const char* name_;
  std::optional<std::string> before_;
};

// A folder for temporary files, and an empty cache; both are for clusters of this test alone.
struct Place {
  TemporaryFolder folder = *TemporaryFolder::create();
  Setting temporary{"TMPDIR", (make("tmp")).c_str()};
  Setting cache{"XDG_CACHE_HOME", (make("cache")).c_str()};

  [[nodiscard]] std::string make(const char* name) const {
    fs::permissions(folder.path(), fs::perms::all);
    fs::create_directory(folder.path() / name);
    fs::permissions(folder.path() / name, fs::perms::owner_all | fs::perms::others_exec | fs::perms::group_exec);
    return (folder.path() / name).string();
  }
  [[nodiscard]] std::vector<std::string> left(const char* name) const {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(folder.path() / name)) found.push_back(entry.path().filename());
    return found;
  }
};

// A child that makes a cluster and then waits to be killed.
pid_t run_cluster() {
  pid_t child = fork();
  if (child != 0) return child;
  for (int number : {SIGINT, SIGTERM}) signal(number, SIG_DFL);  // the test's own handlers would report
  auto cluster = Cluster::start();
  while (cluster) pause();
  _exit(cluster ? 0 : 1);
}

void end(pid_t child, int number) {
  kill(child, number);
  int status = 0;
  waitpid(child, &status, 0);
}

void check_nothing_left(const Place& place, const std::set<std::string>& memory) {
  auto next = Cluster::start();
  REQUIRE_MESSAGE(next.has_value(), (next ? "" : next.error().message));
  next->reset();
  CHECK(place.left("tmp").empty());
  CHECK(processes_below(place.folder.path()).empty());
  std::set<std::string> now = segments();
  for (const std::string& segment : memory) CHECK_MESSAGE(!now.contains(segment), "segment " << segment);
}

TEST_CASE("a cluster leaves nothing, neither in its folder nor in memory") {
  if (!test_cluster()) return;
  Place place;
  std::string segment;
  {
    auto cluster = Cluster::start();
    REQUIRE(cluster.has_value());
    segment = segment_of((*cluster)->data_folder());
    CHECK(segments().contains(segment));
    CHECK(place.left("tmp").size() == 1);
  }
  CHECK(place.left("tmp").empty());
  CHECK(!segments().contains(segment));
  CHECK(processes_below(place.folder.path()).empty());
}

TEST_CASE("a run that is ended leaves nothing after the next one, whenever it was") {
  if (!test_cluster()) return;
  Place place;
  std::set<std::string> memory;
  std::mt19937 random(4711);
  // 50 moments, of which 10 with initdb at work, spread over the time that a start takes and a little more.
  for (int i = 0; i < 50; ++i) {
    if (i < 10) fs::remove_all(place.folder.path() / "cache" / "explaingate");
    pid_t child = run_cluster();
    std::this_thread::sleep_for(milliseconds(random() % (i < 10 ? 1500 : 400)));
    for (const std::string& name : place.left("tmp"))
      if (std::string segment = segment_of(place.folder.path() / "tmp" / name / "data"); !segment.empty())
        memory.insert(segment);
    end(child, i % 5 == 3 ? SIGTERM : i % 5 == 4 ? SIGINT : SIGKILL);
  }
  check_nothing_left(place, memory);
  CHECK(!memory.empty());
}

TEST_CASE("a run whose every process is killed leaves nothing after the next one") {
  if (!test_cluster()) return;
  Place place;
  pid_t child = run_cluster();
  std::string segment;
  for (int i = 0; i < 5000 && segment.empty(); ++i) {
    std::this_thread::sleep_for(milliseconds(2));
    for (const std::string& name : place.left("tmp")) segment = segment_of(place.folder.path() / "tmp" / name / "data");
  }
  REQUIRE(!segment.empty());
  // The server's own processes, so that none can clean up; the one beside it is without a server then, and goes.
  for (const auto& entry : fs::directory_iterator("/proc")) {
    std::error_code error;
    std::string cwd = fs::read_symlink(entry.path() / "cwd", error);
    if (cwd.starts_with(place.folder.path().native())) kill(std::stoi(entry.path().filename()), SIGKILL);
  }
  end(child, SIGKILL);
  check_nothing_left(place, {segment});
}

TEST_CASE("others' folders are left alone, whatever they are called") {
  if (!test_cluster()) return;
  Place place;
  fs::path link = place.folder.path() / "tmp" / "explaingate-pg-link",
           open = place.folder.path() / "tmp" / "explaingate-pg-open", target = place.folder.path() / "target";
  fs::create_directory(target);
  fs::create_directory_symlink(target, link);
  fs::create_directory(open);
  fs::permissions(open, fs::perms::all);
  auto cluster = Cluster::start();
  REQUIRE(cluster.has_value());
  CHECK(fs::exists(target));
  CHECK(fs::is_symlink(link));
  CHECK(fs::exists(open));
  auto second = Cluster::start();
  REQUIRE(second.has_value());
  CHECK(Connection::open((*cluster)->target("postgres", kSchemaRole)).has_value());
  CHECK(Connection::open((*second)->target("postgres", kSchemaRole)).has_value());
}

TEST_CASE(
    "a cluster starts without a home, with a broken cache, from a long folder name, with others' settings around") {
  if (!test_cluster()) return;
  Place place;
  Setting port("PGPORT", "1"), host("PGHOST", "nowhere"), options("PGOPTIONS", "-c no_such=1"),
      data("PGDATA", "/nowhere"), binding("PGCHANNELBINDING", "require"), tls("PGSSLMODE", "verify-full");
  auto check = [](const char* what) {
    CAPTURE(what);
    auto cluster = Cluster::start();
    REQUIRE_MESSAGE(cluster.has_value(), (cluster ? "" : cluster.error().message));
    CHECK(Connection::open((*cluster)->target("postgres", kSchemaRole)).has_value());
  };
  check("an empty cache");
  fs::path cache = place.folder.path() / "cache" / "explaingate";
  REQUIRE(place.left("cache").size() == 1);
  fs::path kept = fs::directory_iterator(cache)->path();
  fs::resize_file(kept / "data" / "base" / "1" / "1259", 8192);
  check("a file that was cut");
  std::ofstream(kept / "data" / "global" / "pg_control", std::ios::in) << "broken";
  check("a file that was overwritten");
  fs::remove_all(cache);
  std::ofstream(cache) << "a file\n";
  check("a file in place of the cache's folder");
  {
    Setting none("XDG_CACHE_HOME", nullptr), home("HOME", nullptr);
    check("no home");
  }
  {
    std::string name = place.make("tmp") + "/" + std::string(80, 'x');
    fs::create_directory(name);
    fs::permissions(name, fs::perms::all);
    Setting far("TMPDIR", name.c_str());
    check("a long folder name");
  }
  Setting none("TMPDIR", "/nowhere");
  check("a folder that isn't there");
}

// In a process of its own, which sees a small disk where `folder` is: 0 = as it should be, kNoMounts = it may not
// mount.
constexpr int kNoMounts = 2;
int fill_disk(const fs::path& folder) {
  if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=70m,mode=1777") != 0)
    return kNoMounts;
  auto cluster = Cluster::start();
  if (!cluster || !create_schema_database(**cluster, "full")) return 3;
  auto failures =
      apply_schema(**cluster, "full",
                   {{"CREATE TABLE t AS SELECT repeat('x', 1000) FROM generate_series(1, 1000000)", "a", 1, 1, 1}});
  // The server refuses the statement, or ends where its own log finds no room.
  bool said = failures ? failures->size() == 1 : failures.error().hint.starts_with("the disk is full where ");
  cluster->reset();
  return said && fs::is_empty(folder) ? 0 : 4;
}

TEST_CASE("a full disk ends a run with its reason, and leaves nothing") {
  if (!test_cluster()) return;
  Place place;
  pid_t child = fork();
  if (child == 0) _exit(fill_disk(place.folder.path() / "tmp"));
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  if (WEXITSTATUS(status) == kNoMounts) {
    MESSAGE("skipped: a small disk can't be mounted here");
  } else {
    CHECK(WEXITSTATUS(status) == 0);
  }
}

TEST_CASE("the programs' folder can be named, and has to hold them") {
  TemporaryFolder empty = *TemporaryFolder::create();
  Setting folder("EXPLAINGATE_PG_BINDIR", empty.path().c_str());
  auto cluster = Cluster::start();
  REQUIRE(!cluster.has_value());
  CHECK(cluster.error().kind == ErrorKind::kUsage);
  CHECK(cluster.error().message ==
        fmt::format("EXPLAINGATE_PG_BINDIR is {}, where no programs initdb and postgres are", empty.path().string()));
}

TEST_CASE("the first schema database and those after it are alike") {
  auto cluster = Cluster::start();
  if (!cluster) {
    skip(cluster.error());
    return;
  }
  std::vector<std::string> looks;
  for (const char* name : {"first", "second"}) {
    Status made = create_schema_database(**cluster, name);
    REQUIRE_MESSAGE(made.has_value(), (made ? "" : made.error().message));
    auto connection = Connection::open((*cluster)->target(name, kSchemaRole));
    REQUIRE(connection.has_value());
    auto row = connection->query(
        "SELECT concat_ws(' ', datdba::regrole, encoding, datcollate, datistemplate, datallowconn, datconnlimit, "
        "coalesce(datacl::text, 'no acl'), coalesce(shobj_description(oid, 'pg_database'), 'no comment'), "
        "(SELECT nspowner::regrole FROM pg_namespace WHERE nspname = 'public'), "
        "has_database_privilege('public', datname, 'TEMP')) FROM pg_database WHERE datname = current_database()");
    REQUIRE_MESSAGE(row.has_value(), (row ? "" : row.error().message));
    looks.emplace_back(row->text(0, 0));
  }
  CHECK(looks[0] == looks[1]);
  CHECK(looks[0].find("no acl no comment") != std::string::npos);
}

}  // namespace
}  // namespace explaingate::postgres
