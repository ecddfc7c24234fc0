// A scratch database on somebody's server; the server is a private cluster with roles as people have them.
#include "engine/postgres/server/scratch.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "engine/postgres_somebodys_server.h"

namespace explaingate::postgres {
namespace {

TEST_CASE("a scratch database is made, takes a schema, and is dropped again") {
  if (!test_cluster()) return;
  for (const char* options : {"CREATEDB", "SUPERUSER", "CREATEDB CREATEROLE"}) {
    CAPTURE(options);
    Role role("tester", options);
    bool powerful = std::string_view(options) != "CREATEDB";
    {
      auto scratch = Scratch::open(url("tester"), "content");
      REQUIRE_MESSAGE(scratch.has_value(), (scratch ? "" : scratch.error().message));
      CHECK(left_over().starts_with("explaingate_"));
      auto failures = apply_schema((*scratch)->server(), {{"CREATE ROLE scratch_reader", "a.sql", 1, 1, 1},
                                                          {"CREATE TABLE t (id int)", "a.sql", 2, 1, 2},
                                                          {"GRANT SELECT ON t TO scratch_reader", "a.sql", 3, 1, 3},
                                                          {"CREATE EXTENSION pg_trgm", "a.sql", 4, 1, 4},
                                                          {"COPY t TO PROGRAM 'true'", "a.sql", 5, 1, 5},
                                                          {"CREATE EXTENSION pageinspect", "a.sql", 6, 1, 6}});
      REQUIRE_MESSAGE(failures.has_value(), (failures ? "" : failures.error().message));
      bool super = std::string_view(options) == "SUPERUSER";
      REQUIRE(failures->size() == (super ? 1 : 2));
      CHECK((*failures)[0].statement == 4);
      if (!super)
        CHECK((*failures)[1].message ==
              "extension \"pageinspect\" is not made: that needs a superuser, and the role of --url is none");
      auto session = Connection::open((*scratch)->target());
      REQUIRE(session.has_value());
      auto rights = session->query(
          "SELECT rolsuper OR rolcreaterole, (SELECT count(*) FROM t), current_database() = current_user FROM pg_roles "
          "WHERE rolname = current_user");
      REQUIRE(rights.has_value());
      CHECK(!rights->boolean(0, 0));
      CHECK(rights->integer(0, 1) == 0);
      CHECK(rights->boolean(0, 2) == powerful);
    }  // the session is still open: it is ended
    CHECK(left_over().empty());
  }
  CHECK(superuser().query("SELECT FROM pg_roles WHERE rolname = 'scratch_reader'")->count() == 0);
}

TEST_CASE("what a killed run left is dropped by the next one, what a living run has is not") {
  if (!test_cluster()) return;
  Role role("tester", "SUPERUSER");
  auto living = Scratch::open(url("tester"), "content");
  REQUIRE(living.has_value());
  run("CREATE ROLE explaingate_0123456789ab_0123456789ab");
  run("CREATE DATABASE explaingate_mine TEMPLATE template0");
  for (int moment : {5, 20, 60, 150, 400}) {
    std::string text = url("tester");
    pid_t child = fork();
    if (child == 0) {
      auto scratch = Scratch::open(text, "content");
      while (scratch) pause();
      _exit(1);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(moment));
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
  }
  // The server sees the end of a connection a little later.
  for (int i = 0; i < 500; ++i) {
    auto rows = superuser().query("SELECT FROM pg_stat_activity WHERE application_name LIKE 'explaingate\\_%'");
    REQUIRE(rows.has_value());
    if (rows->count() == 1) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  auto next = Scratch::open(url("tester"), "content");
  REQUIRE(next.has_value());
  next->reset();
  CHECK(Connection::open((*living)->target()).has_value());
  living->reset();
  CHECK(left_over() == "explaingate_mine");
  run("DROP DATABASE explaingate_mine");
}

TEST_CASE("a role with too few rights or too many is refused, and told what to do") {
  if (!test_cluster()) return;
  const std::string hint =
      "use a role of its own: CREATE ROLE explaingate LOGIN CREATEDB PASSWORD '…'; and name it in --url";
  {
    Role role("tester", "");
    auto scratch = Scratch::open(url("tester"), "content");
    REQUIRE(!scratch.has_value());
    CHECK(scratch.error().kind == ErrorKind::kUnverified);
    CHECK(scratch.error().message ==
          "the role \"tester\" of --url may not make databases (CREATEDB), and explaingate works in one of its own");
    CHECK(scratch.error().hint == "ALTER ROLE \"tester\" CREATEDB, or " + hint);
  }
  {
    Role role("tester", "CREATEDB IN ROLE pg_execute_server_program, pg_read_server_files");
    auto scratch = Scratch::open(url("tester"), "content");
    REQUIRE(!scratch.has_value());
    CHECK(scratch.error().message ==
          "the role \"tester\" of --url has rights that a schema from a pull request must not get: "
          "pg_execute_server_program, pg_read_server_files");
    CHECK(scratch.error().hint == hint);
  }
  {
    Role role("tester", "CREATEDB");
    run("CREATE DATABASE production OWNER tester TEMPLATE template0");
    auto scratch = Scratch::open(url("tester", "production"), "content");
    REQUIRE(!scratch.has_value());
    CHECK(scratch.error().message ==
          "the role \"tester\" of --url owns the database \"production\", which a schema from a pull request could "
          "change");
    run("DROP DATABASE production");
  }
  CHECK(Scratch::open("postgresql://user:secret@[::1/", "content").error().message ==
        "the URL of the PostgreSQL server can't be read");
  CHECK(Scratch::open(url("nobody_there"), "content").error().message.find("nobody_there") != std::string::npos);
  CHECK(left_over().empty());
}

}  // namespace
}  // namespace explaingate::postgres
