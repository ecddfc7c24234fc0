// `init`, on repositories of both engines; the completions, in the shells that they are for.
#include <sys/stat.h>

#include <filesystem>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "engine/postgres_support.h"
#include "sandbox.h"

namespace explaingate {
namespace {

namespace fs = std::filesystem;

bool is_executable(const std::string& path) {
  struct stat about{};
  return ::stat(path.c_str(), &about) == 0 && (about.st_mode & S_IXUSR) != 0;
}

void write_small_shop(const Project& project) {
  project.write("db/schema.sql", "CREATE TABLE orders (id INTEGER PRIMARY KEY AUTOINCREMENT, note TEXT);\n");
  project.write("q.sql", "SELECT note FROM orders WHERE id = ?;\n");
}

Ran init_in(const Project& project) {
  project.commit();
  Ran ran = project.gate({"init"});
  CHECK(ran.code == 0);
  return ran;
}

TEST_CASE("init writes a configuration that works, a workflow for the forge that is seen, and a hook") {
  Project project;
  write_small_shop(project);
  project.write(".github/CODEOWNERS", "* @octocat\n");
  project.commit();
  Ran ran = project.gate({"init"});
  CAPTURE(ran.err);
  CHECK(ran.code == 0);
  CHECK(ran.out.find("found    sqlite: 1 of 1 statement planned, 0 statements of the schema refused\n") == 0);
  CHECK(ran.out.find("found    schema: file, 1 file in db/schema.sql\n") != std::string::npos);
  CHECK(ran.out.find("written  explaingate.json: ") != std::string::npos);
  CHECK(ran.out.find("written  .github/workflows/explaingate.yml: ") != std::string::npos);
  CHECK(project.read("explaingate.json").find("\"engine\": \"sqlite\"") != std::string::npos);
  CHECK(!project.has(".gitlab/explaingate.yml"));
  CHECK(is_executable(project.path() + "/.git/hooks/pre-commit"));
  CHECK(project.gate({"check", "--all"}).code == 0);
}

TEST_CASE("init says where the whole schema lies, and that most statements aren't planned on it") {
  Project project;
  project.write("migrations/admin/0001_a.sql", "CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT);\n");
  project.write("migrations/tenant/0001_b.sql", "CREATE TABLE b (id INTEGER PRIMARY KEY);\n");
  project.write("q.sql", "SELECT * FROM missing;\nSELECT * FROM gone;\nSELECT id FROM a WHERE id = ?;\n");
  Ran ran = init_in(project);
  CAPTURE(ran.out);
  CHECK(ran.out.find("2 files in migrations\n") != std::string::npos);
  CHECK(project.read("explaingate.json").find("\"schema\": \"migrations\",") != std::string::npos);
  CHECK(ran.out.find("fewer than half of the statements could be planned") != std::string::npos);
}

TEST_CASE("init tries the places that make tables, where the one that is found serves few statements") {
  Project project;
  project.write("migrations/0001_later.sql", "CREATE TABLE extra (id INTEGER PRIMARY KEY);\n");
  project.write("src/store/tables/orders.sql", "CREATE TABLE orders (id INTEGER PRIMARY KEY, place TEXT);\n");
  project.write("src/store/tables/people.sql", "CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT);\n");
  project.write("src/store/postgres/tables.sql",
                "CREATE TABLE a (id int); CREATE TABLE b (id int); CREATE TABLE c (i int);\n");
  project.write("q.sql",
                "SELECT id FROM orders WHERE id = ?;\nSELECT name FROM people WHERE id = ?;\nSELECT 1 FROM extra;\n");
  Ran ran = init_in(project);
  CAPTURE(ran.out);
  CHECK(ran.out.find("2 planned with the schema in src/store/tables\n") != std::string::npos);
  CHECK(project.read("explaingate.json").find("\n  \"schema\": \"src/store/tables\",") != std::string::npos);
  ran = project.gate({"check", "--all"});
  CHECK(ran.out.find("2 planned") != std::string::npos);
}

TEST_CASE("init prefers places that are applied as a whole, without the fixtures of tests") {
  Project project;
  project.write("migrations/0001_later.sql", "CREATE TABLE extra (id INTEGER PRIMARY KEY);\n");
  project.write("parts/orders/sql/orders.sql", "CREATE TABLE orders (id INTEGER PRIMARY KEY, place TEXT);\n");
  project.write("parts/orders/sql/tests/old.sql", "CREATE TABLE orders (id INT);\nCREATE TABLE older (id INT);\n");
  project.write("parts/people/sql/people.sql", "CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT);\n");
  project.write("whole/broken.sql",
                "CREATE TABLE orders (id INTEGER PRIMARY KEY, place TEXT);\n"
                "CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT);\n"
                "CREATE TABLE more (id INTEGER PRIMARY KEY);\n"
                "CREATE TABLE much (id INTEGER PRIMARY KEY);\n"
                "ALTER TABLE missing ADD COLUMN a TEXT;\n");
  project.write("app.py", "def f(conn):\n    conn.execute('CREATE TABLE copy AS SELECT a FROM nowhere')\n");
  project.write("q.sql",
                "SELECT id FROM orders WHERE id = ?;\nSELECT name FROM people WHERE id = ?;\n"
                "SELECT id FROM more WHERE id = ?;\nSELECT 1 FROM a;\nSELECT 2 FROM b;\n");
  Ran ran = init_in(project);
  CAPTURE(ran.out);
  CHECK(ran.out.find("2 planned with the schema in parts\n") != std::string::npos);
  CHECK(project.read("explaingate.json").find("\n  \"schema\": \"parts\",") != std::string::npos);
  CHECK(project.read("explaingate.json").find("\"engine\": \"sqlite\"") != std::string::npos);
  ran = project.gate({"check", "--all"});
  CHECK(ran.code == 0);
  CHECK(ran.out.find("migration-failed") == std::string::npos);
}

TEST_CASE("a folder's name that is no plain text stays within its line of the configuration") {
  Project project;
  project.write("a\n\"x\": 1,//\xff/schema.sql", "CREATE TABLE a (id INTEGER PRIMARY KEY);\n");
  project.write("q.sql", "SELECT id FROM a WHERE id = ?;\nSELECT 1 FROM missing;\nSELECT 2 FROM missing;\n");
  init_in(project);
  CHECK(project.gate({"check", "--all"}).code == 0);
}

TEST_CASE("folders whose names begin alike are not one folder") {
  Project project;
  project.write("db/sqlc.yaml", R"(version: "2"
sql:
  - engine: "sqlite"
    schema: ["1.sql", "../db2"]
    queries: "q"
)");
  project.write("db/q/q.sql", "SELECT id FROM b WHERE id = ?;\n");
  project.write("db/1.sql", "CREATE TABLE a (id INTEGER PRIMARY KEY);\n");
  project.write("db2/1.sql", "CREATE TABLE b (id INTEGER PRIMARY KEY);\n");
  project.commit();
  Ran ran = project.gate({"init", "--engine", "sqlite"});
  CAPTURE(ran.out);
  CHECK(ran.out.find("3 files in several folders\n") != std::string::npos);
  CHECK(project.read("explaingate.json").find("\"schema\": \"db\",") == std::string::npos);
}

TEST_CASE("init sees the forge by the host of its remote, not by other words of the URL, and by what is there of it") {
  struct Case {
    std::string origin, there, want;
  };
  const std::string github = ".github/workflows/explaingate.yml ", gitlab = ".gitlab/explaingate.yml ",
                    gitea = ".gitea/workflows/explaingate.yml ", forgejo = ".forgejo/workflows/explaingate.yml ";
  for (const Case& each :
       {Case{"https://github.com/me/gitlab-tools.git", "", github}, Case{"git@GitHub.com:gitlab/gitea.git", "", github},
        Case{"ssh://git@github.example.com:2222/o/r", "", github},
        Case{"https://me:word@gitlab.com/github.com/r", "", gitlab},
        Case{"https://gitlab-ce.example.com/o/r", "", gitlab},
        Case{"https://git.example.com/github.com/gitlab", "", ""}, Case{"/srv/github.com/gitlab.git", "", ""},
        Case{"file:///srv/gitlab.com:x", "", ""}, Case{"https://mygithub.com/o/r", "", ""},
        Case{"https://codeberg.org/o/r", "", forgejo}, Case{"https://gitea.example.com/o/r", "", gitea},
        Case{"https://git.example.com/o/r", ".gitea/workflows/ours.yml", gitea},
        Case{"https://git.example.com/o/r", ".forgejo/workflows/ours.yml", forgejo},
        Case{"https://bitbucket.org/o/github.com", "", "step "}, Case{"", "bitbucket-pipelines.yml", "step "}}) {
    CAPTURE(each.origin);
    Project project;
    project.write("explaingate.json", "{}");  // no engine is tried then
    if (!each.there.empty()) project.write(each.there, "{}\n");
    if (!each.origin.empty()) project.git({"remote", "add", "origin", each.origin});
    Ran ran = project.gate({"init"});
    CHECK(ran.code == 0);
    std::string got;
    for (const std::string& path : {github, gitlab, forgejo, gitea})
      if (project.has(path.substr(0, path.size() - 1))) got += path;
    if (ran.out.find("add to bitbucket-pipelines.yml:") != std::string::npos) got += "step ";
    CHECK(got == each.want);
    CHECK((ran.out.find("in CI: ") == std::string::npos) == !each.want.empty());
  }
}

TEST_CASE("init leaves what is there") {
  Project project;
  write_small_shop(project);
  project.write("explaingate.json", "{\"schema\": \"db/schema.sql\"}");
  project.write(".github/workflows/explaingate.yml", "name: ours\n");
  project.write(".git/hooks/pre-commit", "#!/bin/sh\n");
  project.commit();
  std::string before = project.contents();
  Ran ran = project.gate({"init"});
  CHECK(ran.code == 0);
  CHECK(project.contents() == before);
  CHECK(project.read(".git/hooks/pre-commit") == "#!/bin/sh\n");
  CHECK(ran.out.find("left     explaingate.json: is there already\n") == 0);
}

TEST_CASE("init takes the engine that plans more") {
  if (!postgres::is_there()) return;
  Project project;
  project.write("migrations/0001_orders.sql",
                "CREATE TABLE orders (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, placed timestamptz NOT NULL "
                "DEFAULT now(), tags text[] NOT NULL);\n");
  project.write("q.sql", "SELECT id FROM orders WHERE tags @> ARRAY['new'] AND placed > now() - interval '1 day';\n");
  project.write(".gitlab-ci.yml", "stages: [test]\n");
  Ran ran = init_in(project);
  CAPTURE(ran.out);
  CHECK(project.read("explaingate.json").find("\"engine\": \"postgres\"") != std::string::npos);
  CHECK(project.has(".gitlab/explaingate.yml"));
}

TEST_CASE("init where another tool keeps the hooks, and where there is no schema") {
  Project project;
  project.write("a.py", "print('hello')\n");
  project.git({"config", "core.hooksPath", ".husky"});
  project.commit();
  Ran ran = project.gate({"init"});
  CHECK(ran.code == 0);
  CHECK(ran.out.find("another tool keeps the hooks here") != std::string::npos);
  CHECK(project.read("explaingate.json").find("// No schema was found.") != std::string::npos);
  CHECK(!project.has(".husky/pre-commit"));
  CHECK(project.gate({"rules"}).code == 0);
  CHECK(project.gate({"check"}).code == 0);  // the file is one that is read
}

TEST_CASE("init says what it has written before a file that it can't write") {
  Project project;
  write_small_shop(project);
  project.write(".github/workflows", "a file where the folder should be\n");
  Ran ran = project.gate({"init", "--engine", "sqlite"});
  CHECK(ran.out.ends_with("\nwritten  explaingate.json: what is planned, and how\n"));
  CHECK(ran.err.find("workflows/explaingate.yml: cannot write: ") != std::string::npos);
  CHECK(ran.code == 3);
}

TEST_CASE("init in a bare repository writes nothing") {
  Project project;
  std::string bare = project.outside("bare.git");
  project.git({"init", "-q", "--bare", bare});
  Ran ran = run_program({EXPLAINGATE_BINARY, "init"}, {bare, {}, "", -1});
  CHECK(ran.code == 2);
  CHECK(ran.err ==
        "explaingate: this repository is bare: it has no working tree to write into\n"
        "help: call `explaingate init` in a clone of it\n");
  CHECK(ran.out == "");
  CHECK(!fs::exists(bare + "/explaingate.json"));
  CHECK(!fs::exists(bare + "/hooks/pre-commit"));
}

TEST_CASE("init outside of a repository writes nothing") {
  auto folder = TemporaryFolder::create();
  REQUIRE(folder);
  Ran ran = run_program({EXPLAINGATE_BINARY, "init"}, {folder->path().string(), {}, "", -1});
  CHECK(ran.code == 2);
  CHECK(ran.err.find("no git repository here") != std::string::npos);
  CHECK(fs::is_empty(folder->path()));
}

TEST_CASE("the hook holds a commit back that brings a slow query") {
  Project project;
  project.write("schema.sql", "CREATE TABLE orders (id INTEGER PRIMARY KEY, note TEXT);\n");
  project.commit();
  REQUIRE(project.gate({"init"}).code == 0);
  project.write("q.sql", "SELECT id FROM orders WHERE note = ?;\n");
  std::string path = fs::path(EXPLAINGATE_BINARY).parent_path().string() + ":/usr/bin:/bin";
  Ran add = run_program({"/usr/bin/git", "add", "q.sql"}, {project.path(), {}, "", -1});
  REQUIRE(add.code == 0);
  std::vector<std::string> commit = {"/usr/bin/git", "-c", "user.name=a", "-c", "user.email=a@example.com",
                                     "commit",       "-m", "slow"};
  Ran held = run_program(commit, {project.path(), {{"PATH", path}}, "", -1});
  CHECK(held.code == 1);
  CHECK((held.out + held.err).find("full-scan-growth") != std::string::npos);
}

// What the shell offers for a line that ends where the cursor is.
std::string offered(const std::string& words) {
  Ran script = run_program({EXPLAINGATE_BINARY, "completion", "bash"});
  REQUIRE(script.code == 0);
  return run_program({"/bin/bash", "-c",
                      script.out + "COMP_WORDS=(" + words +
                          "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _explaingate; echo \"${COMPREPLY[*]}\""})
      .out;
}

TEST_CASE("completion in bash: commands, options, values") {
  CHECK(offered("explaingate bas") == "baseline\n");
  CHECK(offered("explaingate baseline ''").starts_with("update show prune"));
  CHECK(offered("explaingate check --eng") == "--engine\n");
  CHECK(offered("explaingate check --engine p") == "postgres\n");
  CHECK(offered("explaingate rules n") == "new\n");
  CHECK(offered("explaingate completion f") == "fish\n");
}

TEST_CASE("completion in zsh and fish, and the man page, are well-formed") {
  for (const auto& [shell, check] : {std::pair<std::string, std::vector<std::string>>{"zsh", {"/usr/bin/zsh", "-n"}},
                                     {"fish", {"/usr/bin/fish", "--no-execute"}},
                                     {"man", {"/usr/bin/man", "--warnings", "-l"}}}) {
    CAPTURE(shell);
    Ran script = run_program({EXPLAINGATE_BINARY, "completion", shell});
    CHECK(script.code == 0);
    REQUIRE(!script.out.empty());
    auto folder = TemporaryFolder::create();
    REQUIRE(folder);
    REQUIRE(write_file_atomic(folder->path() / "explaingate.1", script.out));
    REQUIRE(fs::exists(check.front()));
    std::vector<std::string> command = check;
    command.push_back((folder->path() / "explaingate.1").string());
    Ran ran = run_program(command, {"", {{"MANWIDTH", "100"}}, "", -1});
    CHECK(ran.code == 0);
    CHECK(ran.err == "");
  }
}

}  // namespace
}  // namespace explaingate
