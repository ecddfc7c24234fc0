#include "engine/postgres/cluster.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>
#include <vector>

#include "base/file.h"

namespace explaingate::postgres {
namespace {

namespace fs = std::filesystem;

struct User {
  uid_t uid = 0;
  gid_t gid = 0;
};

// PostgreSQL refuses root: its servers run as Debian's own user there, or as nobody.
Result<std::optional<User>> server_user() {
  if (geteuid() != 0) return std::nullopt;
  for (const char* name : {"postgres", "nobody"})
    if (const passwd* entry = getpwnam(name)) return User{entry->pw_uid, entry->pw_gid};
  return fail(ErrorKind::kUnverified, "PostgreSQL does not run as root, and there is no user postgres or nobody");
}

Result<fs::path> find_programs() {
  std::error_code error;
  for (int version = 18; version >= 12; --version) {
    fs::path folder = fmt::format("/usr/lib/postgresql/{}/bin", version);
    if (fs::exists(folder / "initdb", error)) return folder;
  }
  return fail(ErrorKind::kUnverified, "no PostgreSQL server is installed", "on Debian: apt-get install postgresql");
}

pid_t spawn(const std::vector<std::string>& command, const std::optional<User>& user, const std::string& log) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_t child = fork();
  if (child != 0) return child;
  int out = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  int in = open("/dev/null", O_RDONLY);
  dup2(in, 0);
  dup2(out, 1);
  dup2(out, 2);
  if (user && (setgid(user->gid) != 0 || setuid(user->uid) != 0)) _exit(126);
  prctl(PR_SET_PDEATHSIG, SIGQUIT);
  execv(arguments[0], arguments.data());
  _exit(127);
}

}  // namespace

struct Cluster::State {
  TemporaryFolder folder;
  fs::path data;
  pid_t server = 0;
  std::string version;
};

Cluster::Cluster(std::unique_ptr<State> state) : state_(std::move(state)) {}

Result<std::shared_ptr<Cluster>> Cluster::start() {
  auto programs = find_programs();
  if (!programs) return fail(programs.error());
  auto user = server_user();
  if (!user) return fail(user.error());
  auto folder = TemporaryFolder::create();
  if (!folder) return fail(folder.error());
  fs::path root = folder->path();
  if (*user && chown(root.c_str(), (*user)->uid, (*user)->gid) != 0)
    return fail(ErrorKind::kIo, "can't give a folder to PostgreSQL's user");
  auto state = std::make_unique<State>(State{std::move(*folder), root / "data", 0, ""});
  std::string log = (root / "log").string();
  pid_t initdb = spawn({(*programs / "initdb").string(), "-D", state->data.string(), "-U", kSuperuser, "-A", "trust",
                        "-E", "UTF8", "--locale=C", "-N", "--wal-segsize=1"},
                       *user, log);
  int status = 0;
  if (initdb < 0 || waitpid(initdb, &status, 0) < 0 || status != 0)
    return fail(ErrorKind::kUnverified, "initdb failed: " + read_file(log).value_or(""));
  state->server =
      spawn({(*programs / "postgres").string(), "-D", state->data.string(), "-k", root.string(), "-c",
             "listen_addresses=", "-c", "fsync=off", "-c", "autovacuum=off", "-c", "full_page_writes=off", "-c",
             "temp_file_limit=1GB", "-c", "log_min_messages=fatal", "-c", "log_min_error_statement=panic"},
            *user, log);
  std::shared_ptr<Cluster> cluster(new Cluster(std::move(state)));
  Result<Connection> first = fail(ErrorKind::kUnverified, "");
  for (int attempt = 0; attempt < 500; ++attempt) {
    first = Connection::open(cluster->target("postgres", kSuperuser));
    if (first) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  if (!first)
    return fail(ErrorKind::kUnverified,
                fmt::format("PostgreSQL does not start: {} {}", first.error().message, read_file(log).value_or("")));
  if (Status made = first->run(fmt::format("CREATE ROLE {} LOGIN", kSchemaRole)); !made) return fail(made.error());
  auto version = first->query("SHOW server_version");
  if (!version) return fail(version.error());
  std::string text(version->text(0, 0));
  cluster->state_->version = text.substr(0, text.find(' '));
  return cluster;
}

Cluster::~Cluster() {
  if (state_->server <= 0) return;
  kill(state_->server, SIGQUIT);
  int status = 0;
  waitpid(state_->server, &status, 0);
}

Target Cluster::target(const std::string& database, const std::string& role) const {
  Target target = {{"host", state_->folder.path().string()}, {"dbname", database}, {"user", role}};
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
