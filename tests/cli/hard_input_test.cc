// What is large, deep, unreadable or named by somebody who means ill: reported and survived, by the real binary.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "sandbox.h"

namespace explaingate {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using Words = std::vector<std::string>;

TEST_CASE("a migration that fails is a finding at its line") {
  Project project;
  project.lay("fixtures/incident/base");
  project.commit();
  project.write("migrations/0003_x.sql",
                "-- note\nCREATE TABLE ok (a INTEGER);\n\nCREATE TABEL broken (a);\nCREATE INDEX i ON missing(a);\n");
  Ran ran = project.gate({"check", "--format", "json"});
  CHECK(findings(ran) ==
        "migrations/0003_x.sql:4 migration-failed utility\nmigrations/0003_x.sql:5 migration-failed create_index\n");
  CHECK(ran.code == 1);
}

TEST_CASE("more failures than findings can be") {
  Project project = make_shop();
  std::string broken;
  for (int i = 0; i < 10'001; ++i) broken += fmt::format("INSERT INTO missing VALUES ({});\n", i);
  project.write("queries.sql", broken);
  json report = json::parse(project.gate({"check", "--format", "json"}).out);
  CHECK(report["not_analysed"].size() == 10'001);
  CHECK(report["findings"].size() == 1000);
  CHECK(report["findings"][999]["line"] == 1000);
  project.write("schema.sql", broken);
  Ran ran = project.gate({"check", "--format", "json"});
  report = json::parse(ran.out);
  CHECK(ran.code == 1);
  CHECK(std::ranges::count(report["findings"], json("migration-failed"),
                           [](const json& finding) { return finding["rule"]; }) == 1000);
}

TEST_CASE("50 MB of SQL: listed, not choked on") {
  Project project = make_shop();
  auto literal = [](size_t bytes) { return "INSERT INTO t (b) VALUES ('" + std::string(bytes, 'x') + "');\n"; };
  std::string many;
  while (many.size() < (size_t{50} << 20)) many += literal(900'000);
  project.write("one.sql", literal(size_t{50} << 20));
  project.write("many.sql", many);
  auto extracted = json::parse(project.gate({"extract", "--format", "json", "one.sql", "many.sql"}).out);
  CHECK(extracted["statements"].size() == 59);
  CHECK(
      extracted["not_analysed"].dump() ==
      R"([{"column":1,"function":"","line":1,"path":"one.sql","reason":"statement of 52428829 bytes is longer than 1048576"}])");
  Ran ran = project.gate({"check", "--format", "json"});
  CHECK(findings(ran) == "one.sql:1 not-analysed sql\n");
  CHECK(ran.code == 0);
  project.write("one.sql", std::string(size_t{65} << 20, ' '));
  CHECK(findings(project.gate({"check", "--format", "json"})) == "one.sql:1 not-analysed sql\n");
}

TEST_CASE("10,000 levels deep: listed, no crash") {
  auto repeat = [](std::string_view text, int times) {
    std::string out;
    for (int i = 0; i < times; ++i) out += text;
    return out;
  };
  const int n = 10'000;
  std::string parentheses = "SELECT a FROM t WHERE a = " + repeat("(", n) + "1" + repeat(")", n);
  std::string subqueries =
      "SELECT a FROM t WHERE a IN " + repeat("(SELECT a FROM t WHERE a IN ", n) + "(1)" + repeat(")", n);
  Project project = make_shop();
  project.write("parentheses.sql", parentheses + ";\n");
  project.write("subqueries.sql", subqueries + ";\n");
  project.write("parentheses.py", "import sqlite3\ndef f(c):\n    c.execute(\"" + parentheses + "\")\n");
  project.write("subqueries.py", "import sqlite3\ndef f(c):\n    c.execute(\"" + subqueries + "\")\n");
  project.write("code.py", "import sqlite3\ndef f(c):\n    c.execute(" + repeat("(", n) + "\"SELECT a FROM t\"" +
                               repeat(")", n) + ")\n");
  Ran ran = project.gate({"check", "--format", "json"});
  CHECK(ran.code == 0);
  std::string listed;
  auto report = json::parse(ran.out);
  for (const auto& item : report["not_analysed"])
    listed += fmt::format("{}: {}\n", item["path"].get<std::string>(), item["reason"].get<std::string>());
  CHECK(
      listed.ends_with("parentheses.py: not understood, not planned: parser stack overflow\n"
                       "parentheses.sql: not understood, not planned: parser stack overflow\n"
                       "subqueries.py: not understood, not planned: parser stack overflow\n"
                       "subqueries.sql: not understood, not planned: parser stack overflow\n"));
  CHECK(listed.starts_with("code.py: "));
  CHECK(project.gate({"extract"}).code == 0);
  ran = project.gate({"explain", "-"}, {"", {}, parentheses, -1});
  CHECK(ran.out.starts_with("not planned: parser stack overflow (statement is nested too deep)\n"));
  CHECK(ran.code == 3);
}

TEST_CASE("links to sources are listed, not followed") {
  Project project = make_shop();
  {
    std::string text = "SELECT b FROM t WHERE b = 'secret';\n";
    REQUIRE(write_file_atomic(project.outside("q.sql"), text).has_value());
  }
  fs::create_symlink("../q.sql", project.path() + "/link.sql");
  fs::create_symlink("..", project.path() + "/folder");
  for (const Words& arguments :
       {Words{"check", "--format", "json"}, {"check", "--all", "--format", "json"}, {"extract", "--format", "json"}}) {
    Ran ran = project.gate(arguments);
    CHECK(ran.code == 0);
    CHECK(ran.out.find("secret") == std::string::npos);
    CHECK(
        json::parse(ran.out)["not_analysed"].dump() ==
        R"([{"column":1,"function":"","line":1,"path":"link.sql","reason":"the file is a symbolic link; links are not followed"}])");
  }
  for (const char* path : {"link.sql", "folder/q.sql", "../q.sql"})
    check_refused(
        project, {"extract", path}, 2,
        fmt::format(
            "explaingate: {}: leads out of <temporary>/shop\nhelp: run explaingate there, or give paths inside\n",
            path));
}

TEST_CASE("file names of every kind: nothing of them reaches a terminal as it is, and JSON stays UTF-8") {
  const std::pair<std::string, std::string> names[] = {
      {"a b.sql", "a b.sql"},
      {"a\"b.sql", "a\"b.sql"},
      {"a'b.sql", "a'b.sql"},
      {"$(touch x).sql", "$(touch x).sql"},
      {"-x.sql", "-x.sql"},
      {"a%sb{}.sql", "a%sb{}.sql"},
      {"a\nb.sql:1:1: error: forged.sql", "a\\x0ab.sql:1:1: error: forged.sql"},
      {"a\tb.sql", "a\\x09b.sql"},
      {"\x1b[31mred.sql", "\\x1b[31mred.sql"},
      {"\xc2\x9b"
       "31m.sql",
       "\\x9b31m.sql"},
      {"\xe2\x80\xaelqs.sql", "\\u{202e}lqs.sql"},
      {"\xff\xfe.sql", "\xEF\xBF\xBD\xEF\xBF\xBD.sql"},
      {"ä.sql", "ä.sql"},
  };
  Project project = make_shop();
  for (const auto& [name, shown] : names) project.write(name, "SELECT a FROM t WHERE b = ?;\nSELECT * FROM missing;\n");
  Ran text = project.gate({"check", "--verbose"});
  Ran extracted = project.gate({"extract"});
  CHECK(text.code == 1);
  CHECK(project.gate({"baseline", "update"}).code == 0);
  Ran shown_baseline = project.gate({"baseline", "show"});
  auto has = [](const Ran& ran, const std::string& line) { return ran.out.find(line) != std::string::npos; };
  for (const auto& [name, shown] : names) {
    CAPTURE(shown);
    CHECK(has(text, "\n  " + shown + ":2: not planned: no such table: missing\n"));
    CHECK(has(extracted, "\n" + shown + ":2:1\n  SELECT * FROM missing\n"));
    CHECK(has(shown_baseline, shown));
  }
  for (const Ran* ran : {&text, &extracted, &shown_baseline})
    for (const char* raw : {"\x1b", "\t", "\xc2\x9b", "\xe2\x80\xae", "\xff", "\nb.sql"}) CHECK(!has(*ran, raw));
  auto json = json::parse(project.gate({"check", "--format", "json"}).out, nullptr, false);
  REQUIRE(!json.is_discarded());  // refuses what is not UTF-8
  CHECK(json["findings"].size() == 2 * std::size(names));
  CHECK(!json::parse(project.read(".explaingate/baseline.json"), nullptr, false).is_discarded());
  project.git({"add", "-A"});
  CHECK(json::parse(project.gate({"check", "--staged", "--format", "json"}).out)["findings"] == json["findings"]);
  project.commit();
  CHECK(project.gate({"check", "--all", "--fail-level", "warning"}).code == 1);
  CHECK(!project.has("x"));
}

TEST_CASE("reports that can't be written") {
  Project project = make_shop();
  check_refused(project, {"check", "--format", "json=missing/out.json"}, 3,
                "explaingate: missing/out.json: cannot write: No such file or directory\n");
  check_refused(project, {"check", "--format", "json=."}, 3, "explaingate: .: cannot write: Is a directory\n");
  auto shell = [&](const std::string& command) {
    return run_program({"sh", "-c", command, EXPLAINGATE_BINARY}, {project.path(), {}, "", -1});
  };
  for (const char* command : {"check", "check --format json", "baseline update", "explain 'SELECT 1'", "extract",
                              "facts", "rules", "doctor"}) {
    CAPTURE(command);
    Ran ran = shell(fmt::format("exec \"$0\" {} >&-", command));
    CHECK(ran.err == "explaingate: cannot write to standard output: Bad file descriptor\n");
    CHECK(ran.code == 3);
    ran = shell(fmt::format("exec \"$0\" {} >/dev/full", command));
    CHECK(ran.err == "explaingate: cannot write to standard output: No space left on device\n");
    CHECK(ran.code == 3);
  }
  CHECK(shell("exec \"$0\" --help >/dev/full").code == 3);
  // A pipe that is named is written to, not replaced by a file. (No device is tried here: what is wrong would replace
  // it.)
  Ran ran = shell("mkfifo pipe; cat pipe & \"$0\" check --format json=pipe; wait");
  CHECK(findings(ran) == "");
  CHECK(ran.code == 0);
  CHECK(fs::is_fifo(project.path() + "/pipe"));
  check_refused(project, {"facts", "--save", "pipe"}, 2, "explaingate: pipe: --save: is not a regular file\n");
  CHECK(fs::is_fifo(project.path() + "/pipe"));
}

// As root every file is open and no folder is closed: runs the command as another user, who owns the project then.
bool as_other_user(const Project& project, Words& command) {
  if (::geteuid() != 0) return true;
  const Words other = {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"};
  Words version = other;
  version.insert(version.end(), {EXPLAINGATE_BINARY, "--version"});
  if (run_program(version).code != 0) {
    MESSAGE("skipped: as root nothing is closed, and setpriv can't run the binary as another user");
    return false;
  }
  command.insert(command.begin(), other.begin(), other.end());
  run_program({"chown", "-R", "65534:65534", project.outside("")});
  return true;
}

TEST_CASE("a folder that can't be written to") {
  Project project = make_shop();
  project.write(".explaingate/baseline.json", "{}");
  std::vector<std::string> command = {EXPLAINGATE_BINARY, "baseline", "update"};
  if (!as_other_user(project, command)) return;
  REQUIRE(::chmod((project.path() + "/.explaingate").c_str(), 0555) == 0);
  Ran ran = run_program(command, {project.path(), {}, "", -1});
  CHECK(ran.err == "explaingate: .explaingate/baseline.json: cannot write: Permission denied\n");
  CHECK(ran.code == 3);
  CHECK(project.read(".explaingate/baseline.json") == "{}");
  REQUIRE(::chmod((project.path() + "/.explaingate").c_str(), 0755) == 0);
}

TEST_CASE("a file that can't be read: named, with what to do") {
  Project project = make_shop();
  project.write("closed.py", "def f(c):\n    c.execute('SELECT 1 FROM t')\n");
  project.commit();
  project.write("closed.py", "def f(c):\n    c.execute('SELECT 2 FROM t')\n");
  project.write("new.py", "def f(c):\n    c.execute('SELECT 3 FROM t')\n");
  std::vector<std::string> command = {EXPLAINGATE_BINARY, "check", "--all"};
  if (!as_other_user(project, command)) return;
  REQUIRE(::chmod((project.path() + "/new.py").c_str(), 0) == 0);
  Ran ran = run_program(command, {project.path(), {}, "", -1});
  CHECK(ran.out.find("  new.py:1: the file can't be read: Permission denied\n") != std::string::npos);
  REQUIRE(::chmod((project.path() + "/closed.py").c_str(), 0) == 0);
  ran = run_program(command, {project.path(), {}, "", -1});
  CHECK(ran.err ==
        "explaingate: closed.py: can't be read: Permission denied\nhelp: make it readable for the user that runs "
        "explaingate, or take it out of the project\n");
  CHECK(ran.code == 3);
}

TEST_CASE("a folder that can't be looked into is not taken for deleted") {
  Project project = make_shop();
  project.write("closed/q.sql", "SELECT a FROM t WHERE b = ?;\n");
  project.commit();
  std::vector<std::string> command = {EXPLAINGATE_BINARY, "check", "--all"};
  if (!as_other_user(project, command)) return;
  std::string folder = project.path() + "/closed";
  for (mode_t rights : {0000, 0111, 0444}) {
    CAPTURE(rights);
    REQUIRE(::chmod(folder.c_str(), rights) == 0);
    Ran ran = run_program(command, {project.path(), {}, "", -1});
    CHECK(ran.err ==
          "explaingate: closed/q.sql: can't be read: Permission denied\nhelp: make it readable for the user that runs "
          "explaingate, or take it out of the project\n");
    CHECK(ran.code == 3);
  }
  // Near misses: gone, and a file or a link in the folder's place.
  REQUIRE(::chmod(folder.c_str(), 0755) == 0);
  project.remove("closed");
  CHECK(run_program(command, {project.path(), {}, "", -1}).code == 0);
  project.write("closed", "x");
  CHECK(run_program(command, {project.path(), {}, "", -1}).code == 0);
  project.remove("closed");
  fs::create_symlink("/tmp", folder);
  CHECK(run_program(command, {project.path(), {}, "", -1}).code == 0);
}

}  // namespace
}  // namespace explaingate
