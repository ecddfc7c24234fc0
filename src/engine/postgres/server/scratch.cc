#include "engine/postgres/server/scratch.h"

#include <fmt/format.h>
#include <sys/random.h>

#include "base/hash.h"

namespace explaingate::postgres {
namespace {

// "explaingate_CONTENT_TOKEN", 12 hexadecimal digits each: databases, roles, and the application_name of the run that
// they belong to.
constexpr const char* kNames = "'^explaingate_[0-9a-f]{12}_[0-9a-f]{12}$'";

// Databases and roles of that form, ours to drop, whose run is gone: neither it nor anybody else is connected.
// (application_name is shown to every role.)
constexpr const char* kLeftOver =
    "SELECT datname FROM pg_database WHERE datname ~ {0} AND pg_has_role(datdba, 'MEMBER') AND NOT EXISTS (SELECT FROM "
    "pg_stat_activity a WHERE a.datname = pg_database.datname OR a.application_name = pg_database.datname)";
constexpr const char* kLeftOverRoles =
    "SELECT rolname FROM pg_roles WHERE rolname ~ {0} AND NOT EXISTS (SELECT FROM pg_database WHERE datname = rolname) "
    "AND NOT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = rolname OR usename = rolname)";

// Roles of the server's that reach out of a database.
constexpr const char* kDangerous =
    "SELECT string_agg(rolname, ', ' ORDER BY rolname) FROM pg_roles WHERE rolname IN ('pg_execute_server_program', "
    "'pg_read_server_files', 'pg_write_server_files', 'pg_create_subscription', 'pg_maintain', 'pg_signal_backend', "
    "'pg_write_all_data') AND pg_has_role(oid, 'MEMBER')";

constexpr const char* kHint =
    "use a role of its own: CREATE ROLE explaingate LOGIN CREATEDB PASSWORD '…'; and name it in --url";

Result<std::string> token() {
  unsigned char bytes[16];
  if (getrandom(bytes, sizeof bytes, 0) != static_cast<ssize_t>(sizeof bytes))
    return fail(ErrorKind::kIo, "the system gives no random bytes");
  std::string text;
  for (unsigned char byte : bytes) text += fmt::format("{:02x}", byte);
  return text;
}

}  // namespace

Result<std::unique_ptr<Scratch>> Scratch::open(const std::string& url, const std::string& content) {
  auto target = read_url(url);
  if (!target) return fail(target.error());
  auto random = token();
  if (!random) return fail(random.error());
  std::unique_ptr<Scratch> scratch(new Scratch());
  scratch->server_.database = fmt::format("explaingate_{}_{}", hash_hex(content).substr(0, 12), random->substr(0, 12));
  Target control = *target;
  control["application_name"] = scratch->server_.database;
  control["options"] = "-c search_path=pg_catalog";
  auto opened = Connection::open(control);
  if (!opened) return fail(ErrorKind::kUnverified, "can't connect to the server of --url: " + opened.error().message);
  scratch->control_ = std::move(*opened);
  scratch->server_.control = std::move(control);
  scratch->server_.session = std::move(*target);
  for (auto step : {&Scratch::look_at_role, &Scratch::drop_left_over, &Scratch::make})
    if (Status done = ((*scratch).*step)(); !done) return fail(done.error());
  return scratch;
}

Status Scratch::look_at_role() {
  auto rows = control_.query(
      "SELECT rolname, rolsuper, rolcreaterole, rolcreatedb, rolreplication OR rolbypassrls FROM pg_roles WHERE "
      "rolname "
      "= current_user");
  if (!rows) return fail(rows.error());
  role_ = rows->text(0, 0);
  superuser_ = rows->boolean(0, 1);
  own_role_ = superuser_ || rows->boolean(0, 2);
  if (!superuser_ && !rows->boolean(0, 3))
    return fail(
        ErrorKind::kUnverified,
        fmt::format("the role \"{}\" of --url may not make databases (CREATEDB), and explaingate works in one of "
                    "its own",
                    role_),
        fmt::format("ALTER ROLE {} CREATEDB, or {}", quote_identifier(role_), kHint));
  if (own_role_) return {};
  auto dangerous = control_.query(kDangerous);
  if (!dangerous) return fail(dangerous.error());
  if (!dangerous->is_null(0, 0) || rows->boolean(0, 4))
    return fail(ErrorKind::kUnverified,
                fmt::format("the role \"{}\" of --url has rights that a schema from a pull request must not get: {}",
                            role_, dangerous->is_null(0, 0) ? "REPLICATION or BYPASSRLS" : dangerous->text(0, 0)),
                kHint);
  auto others = control_.query(fmt::format(
      "SELECT min(datname) FROM pg_database WHERE pg_has_role(datdba, 'MEMBER') AND datname !~ {}", kNames));
  if (!others) return fail(others.error());
  if (!others->is_null(0, 0))
    return fail(
        ErrorKind::kUnverified,
        fmt::format("the role \"{}\" of --url owns the database \"{}\", which a schema from a pull request could "
                    "change",
                    role_, others->text(0, 0)),
        kHint);
  return {};
}

Status Scratch::drop_left_over() {
  for (const auto& [question, what] : {std::pair(kLeftOver, "DATABASE"), std::pair(kLeftOverRoles, "ROLE")}) {
    auto names = control_.query(fmt::format(fmt::runtime(question), kNames));
    if (!names) return fail(names.error());
    for (int row = 0; row < names->count(); ++row) {
      // Another run may drop it as well, or just have begun to use it.
      Status dropped = control_.run(fmt::format("DROP {} IF EXISTS {}", what, quote_identifier(names->text(row, 0))));
      if (!dropped && !control_.is_open()) return dropped;
    }
  }
  return {};
}

Status Scratch::make() {
  const std::string& name = server_.database;
  std::string quoted = quote_identifier(name);
  control_.set_limit(std::chrono::minutes(2));
  if (own_role_) {
    auto password = token();
    if (!password) return fail(password.error());
    Status done = control_.run(fmt::format("CREATE ROLE {} LOGIN PASSWORD {}", quoted, quote_literal(*password)));
    made_role_ = done.has_value();
    if (done && !superuser_) done = control_.run(fmt::format("GRANT {} TO CURRENT_USER", quoted));
    if (!done)
      return fail(
          ErrorKind::kUnverified,
          fmt::format("the role \"{}\" of --url can't make a role without rights: {}", role_, done.error().message),
          kHint);
    role_ = name;
    server_.session["user"] = name;
    server_.session["password"] = *password;
    server_.session.erase("passfile");
  }
  Status made = control_.run(
      fmt::format("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'", quoted, quote_identifier(role_)));
  if (!made)
    return fail(ErrorKind::kUnverified, "the server of --url makes no database: " + made.error().message, kHint);
  made_ = true;
  server_.session["dbname"] = name;
  server_.session["application_name"] = name;
  if (superuser_) {
    server_.superuser = server_.control;
    (*server_.superuser)["dbname"] = name;
  }
  auto session = Connection::open(server_.session);
  if (!session)
    return fail(ErrorKind::kUnverified,
                fmt::format("can't connect to a new database on the server of --url as \"{}\": {}", role_,
                            session.error().message),
                made_role_ ? kHint : "");
  if (!superuser_) return {};
  auto inside = Connection::open(*server_.superuser);
  if (!inside) return fail(inside.error());
  return inside->run_script(
      fmt::format("ALTER SCHEMA public OWNER TO {0}; UPDATE pg_extension SET extowner = {1}::regrole", quoted,
                  quote_literal(quoted)));
}

void Scratch::drop() {
  const std::string& name = server_.database;
  if (!control_.is_open()) {
    auto again = Connection::open(server_.control);
    if (!again) return;
    control_ = std::move(*again);
  }
  // A failure of these leaves it to the next run.
  if (made_) {
    Status ended = control_.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", {name});
    bool forced = control_.version() >= 130000;
    Status dropped =
        control_.run(fmt::format("DROP DATABASE {}{}", quote_identifier(name), forced ? " WITH (FORCE)" : ""));
    if (!ended || !dropped) return;
  }
  if (made_role_)
    if (Status dropped = control_.run(fmt::format("DROP ROLE {}", quote_identifier(name))); !dropped) return;
}

Scratch::~Scratch() {
  drop();
}

std::string Scratch::version() const {
  int number = control_.version();
  return fmt::format("{}.{}", number / 10000, number % 10000);
}

std::vector<std::string> Scratch::limits() const {
  std::vector<std::string> limits = {
      "on --url tables are planned as large as the seed makes them, ten pages at least: production's size takes the "
      "server's own files, which only a private cluster has",
      "on --url no index is tried, and whether a plan is stable is not known"};
  if (!superuser_) limits.emplace_back("on --url extensions that need a superuser are not made");
  return limits;
}

}  // namespace explaingate::postgres
