#include "engine/postgres/server/cluster.h"

#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

#include "base/file.h"
#include "engine/postgres/server/child.h"
#include "engine/postgres/server/folder.h"
#include "engine/postgres/server/programs.h"
#include "engine/postgres/server/template_cache.h"

namespace explaingate::postgres {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::string_view kPrefix = "explaingate-pg-";
constexpr std::string_view kSocket = "/s/.s.PGSQL.5432";
constexpr size_t kLongestSocket = 107;  // bytes of a path: sockaddr_un
constexpr std::chrono::seconds kUntilReady = std::chrono::seconds(60);

constexpr int kOldest = 12;
constexpr std::string_view kNoChecksums = "--no-data-checksums";  // on by default from 18 on; index files are patched

const std::vector<std::string> kInitdb = {
    "-U", kSuperuser,       "-A", "trust", "-E", "UTF8", "--locale=C", "--lc-collate=C.UTF-8", "--lc-ctype=C.UTF-8",
    "-N", "--wal-segsize=1"};

// What every version from 12 on knows. Nothing here is the planner's: a cluster is lost with its run, so that nothing
// has to survive a crash of the machine; the rest are limits that statements can't lift.
constexpr const char* kSettings[] = {
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "wal_init_zero=off",
    "wal_recycle=off",
    "max_wal_size=256MB",
    "checkpoint_timeout=1d",
    "autovacuum=off",
    "shared_buffers=32MB",
    "huge_pages=off",
    "dynamic_shared_memory_type=mmap",
    "max_connections=100",
    "temp_file_limit=1GB",
    "log_min_messages=fatal",
    "log_destination=stderr",
    "logging_collector=off",
    "log_min_error_statement=panic",
    "log_timezone=UTC",
    "TimeZone=UTC",
    "lc_messages=C",
    "update_process_title=off",
    "ssl=off",
};

// Below `base`, the server's user can reach and make a socket whose path isn't too long.
bool fits(const fs::path& base, const std::optional<User>& user) {
  if (!base.is_absolute() || base.native().size() + 1 + kPrefix.size() + 6 + kSocket.size() > kLongestSocket)
    return false;
  if (access(base.c_str(), W_OK | X_OK) != 0) return false;
  for (fs::path at = base; user; at = at.parent_path()) {
    struct stat info{};
    if (stat(at.c_str(), &info) != 0 || (info.st_uid != user->uid && (info.st_mode & S_IXOTH) == 0)) return false;
    if (at == at.root_path()) break;
  }
  return true;
}

// A cluster is a thousand small files a database, and half of a run's time on a disk (2.3 s against 0.5 s on ext4). It
// takes 100 MB, and what SchemaLimits leave of the room to a schema.
bool has_room_in_memory(const char* folder) {
  constexpr uint64_t kRoom = uint64_t{1} << 30;
  struct statfs system{};
  return statfs(folder, &system) == 0 && system.f_type == TMPFS_MAGIC &&
         system.f_bavail * static_cast<uint64_t>(system.f_bsize) >= kRoom;
}

// In the order in which they are wanted.
Result<std::vector<fs::path>> folders_for(const std::optional<User>& user) {
  const char* wanted = std::getenv("TMPDIR");
  const char* memory = "/dev/shm";
  std::vector<fs::path> fitting;
  for (const char* base :
       {wanted == nullptr ? "" : wanted, has_room_in_memory(memory) ? memory : "", "/tmp", "/var/tmp", memory}) {
    std::error_code error;
    fs::path real = fs::canonical(base, error);
    if (!error && fits(real, user) && std::ranges::find(fitting, real) == fitting.end()) fitting.push_back(real);
  }
  if (!fitting.empty()) return fitting;
  return fail(ErrorKind::kIo, "there is no folder for temporary files that PostgreSQL can be made in",
              "set TMPDIR to a folder with a short path that can be written to, and reached by PostgreSQL's user");
}

Status make_folder(const fs::path& path, const std::optional<User>& user) {
  if (mkdir(path.c_str(), 0700) == 0 && (!user || chown(path.c_str(), user->uid, user->gid) == 0)) return {};
  return fail(ErrorKind::kIo, fmt::format("can't make the folder {}: {}", path.string(), std::strerror(errno)));
}

// The eighth line of postmaster.pid.
bool is_ready(const fs::path& data) {
  auto text = read_file(data / "postmaster.pid", 4096);
  return text && text->find("\nready") != std::string::npos;
}

}  // namespace

struct Cluster::State {
  LockedFolder folder;  // outlives the server
  fs::path data;
  std::optional<Supervised> server;
  std::string version;

  Status fill(const Programs& programs, const std::optional<User>& user, const TemplateCache& cache, bool use_cache);
  Status serve(const Programs& programs, const std::optional<User>& user);
};

Status Cluster::State::fill(const Programs& programs, const std::optional<User>& user, const TemplateCache& cache,
                            bool use_cache) {
  if (use_cache && cache.copy_to(data, user)) return {};
  std::vector<std::string> command = {(programs.folder / "initdb").string(), "-D", data.string()};
  command.insert(command.end(), kInitdb.begin(), kInitdb.end());
  auto help = run_program({command[0], "--help"}, user);
  if (help && help->find(kNoChecksums) != std::string::npos) command.emplace_back(kNoChecksums);
  if (auto made = run_program(command, user); !made) {
    Error error = made.error();
    error.hint = full_disk_hint(data);
    return fail(std::move(error));
  }
  std::string version = read_file(data / "PG_VERSION", 100).value_or("");
  if (std::atoi(version.c_str()) < kOldest)
    return fail(ErrorKind::kUnverified,
                fmt::format("{} is of PostgreSQL {}, and {} is the oldest that can be used", programs.folder.string(),
                            version.substr(0, version.find('\n')), kOldest),
                "name a newer one's folder in EXPLAINGATE_PG_BINDIR");
  cache.store(data);
  return {};
}

Status Cluster::State::serve(const Programs& programs, const std::optional<User>& user) {
  std::vector<std::string> command = {(programs.folder / "postgres").string(), "-D", data.string(), "-k",
                                      (folder.path() / "s").string(),          "-p", "5432"};
  for (const char* setting : kSettings) command.insert(command.end(), {"-c", setting});
  std::string log = (folder.path() / "log").string();
  auto started = Supervised::start(command, user, log, folder.path().string(), folder.lock());
  if (!started) return fail(started.error());
  server = std::move(*started);
  Clock::time_point until = Clock::now() + kUntilReady;
  while (!is_ready(data)) {
    if (!server->is_running() || Clock::now() > until)
      return fail(ErrorKind::kUnverified,
                  fmt::format("PostgreSQL does not start: {}", read_file(log, 1 << 20).value_or("it says nothing")),
                  full_disk_hint(data));
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return {};
}

Cluster::Cluster(std::unique_ptr<State> state) : state_(std::move(state)) {}

Result<std::shared_ptr<Cluster>> Cluster::start() {
  auto programs = find_programs();
  if (!programs) return fail(programs.error());
  auto user = server_user();
  if (!user) return fail(user.error());
  auto bases = folders_for(*user);
  if (!bases) return fail(bases.error());
  for (const fs::path& base : *bases) remove_left_over(base, kPrefix, *user);
  std::string key = programs->identity();
  for (const std::string& word : kInitdb) key += word + '\n';
  TemplateCache cache(key);
  for (bool use_cache : {true, false}) {
    auto folder = LockedFolder::create(bases->front(), kPrefix, user->has_value());
    if (!folder) return fail(folder.error());
    auto state = std::make_unique<State>(State{std::move(*folder), {}, std::nullopt, ""});
    state->data = state->folder.path() / "data";
    Status done = make_folder(state->data, *user);
    if (done) done = make_folder(state->folder.path() / "s", *user);
    if (done) done = state->fill(*programs, *user, cache, use_cache);
    if (!done) return fail(done.error());
    done = state->serve(*programs, *user);
    std::shared_ptr<Cluster> cluster(new Cluster(std::move(state)));
    if (done) done = cluster->prepare();
    if (done) return cluster;
    if (!use_cache) return fail(done.error());
    cache.forget();  // it may be the copy that is broken
  }
  return fail(ErrorKind::kUnverified, "PostgreSQL does not start");
}

Status Cluster::prepare() {
  auto first = Connection::open(target("postgres", kSuperuser));
  if (!first) return fail(first.error());
  if (Status made = first->run(fmt::format("CREATE ROLE {} LOGIN", quote_identifier(kSchemaRole))); !made) return made;
  auto version = first->query("SHOW server_version");
  if (!version) return fail(version.error());
  std::string text(version->text(0, 0));
  state_->version = text.substr(0, text.find(' '));
  return {};
}

Cluster::~Cluster() {
  if (state_->server) state_->server->stop();
}

// libpq takes what isn't said here from the environment, which is the user's, for other servers.
Target Cluster::target(const std::string& database, const std::string& role) const {
  Target target = {{"host", (state_->folder.path() / "s").string()},
                   {"port", "5432"},
                   {"dbname", database},
                   {"user", role},
                   {"options", "-c statement_timeout=0"},
                   {"sslmode", "disable"},
                   {"gssencmode", "disable"},
                   {"channel_binding", "disable"},
                   {"target_session_attrs", "any"},
                   {"client_encoding", "UTF8"},
                   {"application_name", "explaingate"}};
  if (role == kSuperuser) target["options"] = "-c search_path=pg_catalog";
  return target;
}

const fs::path& Cluster::data_folder() const {
  return state_->data;
}

std::string Cluster::version() const {
  return state_->version;
}

}  // namespace explaingate::postgres
