// The stored baseline, and what a change is compared with: pairing of edited queries, attribution.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "sandbox.h"

namespace explaingate {
namespace {

namespace fs = std::filesystem;

const char* const kBaseline = ".explaingate/baseline.json";

Project make_incident() {
  Project project;
  project.lay("fixtures/incident/base");
  project.commit();
  return project;
}

void update(const Project& project) {
  Ran ran = project.gate({"baseline", "update"});
  REQUIRE_MESSAGE(ran.code == 0, ran.err);
}

std::string notes(const Ran& ran) {
  auto report = nlohmann::json::parse(ran.out, nullptr, false);
  if (report.is_discarded()) return "no report: " + ran.err;
  std::string text;
  for (const auto& note : report["notes"])
    if (!note.get<std::string>().starts_with("row counts of")) text += note.get<std::string>() + "\n";
  return text;
}

TEST_CASE("update writes the same bytes each time, wherever the repository lies") {
  Project one = make_incident(), other = make_incident();
  Ran ran = one.gate({"baseline", "update"});
  CHECK(ran.out == ".explaingate/baseline.json: 6 queries stored; 0 places not analysed\n");
  CHECK(ran.err == "");
  std::string first = one.read(kBaseline);
  CHECK(first != "");
  update(one);
  CHECK(one.read(kBaseline) == first);
  update(other);
  CHECK(other.read(kBaseline) == first);
  fs::rename(other.path(), other.outside("another name"));
  Ran moved = other.gate({"baseline", "update"}, {other.outside("another name") + "/shop", {}, "", -1});
  CHECK(moved.code == 0);
  auto text = read_file(other.outside("another name") + "/.explaingate/baseline.json");
  REQUIRE(text.has_value());
  CHECK(*text == first);
}

TEST_CASE("prune drops queries that are gone and waivers that match nothing") {
  Project project = make_incident();
  update(project);
  std::string before = project.read(kBaseline);
  CHECK(project.gate({"baseline", "prune"}).out ==
        "0 of 6 queries removed from .explaingate/baseline.json, 0 of 0 waivers from .explaingate/waivers.json\n");
  CHECK(project.read(kBaseline) == before);
  project.remove("shop/support.py");
  project.write(
      ".explaingate/waivers.json",
      R"({"explaingate_waivers": 1, "waivers": [{"finding": "aaaa", "rule": "cross-join", "path": "x.py", "subject": "s", )"
      R"("reason": "r", "expires": "2030-01-01"}]})");
  CHECK(project.gate({"baseline", "prune"}).out ==
        "1 of 6 queries removed from .explaingate/baseline.json, 1 of 1 waiver from .explaingate/waivers.json\n");
  auto pruned = nlohmann::json::parse(project.read(kBaseline)), whole = nlohmann::json::parse(before);
  CHECK(pruned["environment"] == whole["environment"]);
  CHECK(pruned["queries"].size() == 5);
  for (const auto& [fingerprint, entry] : pruned["queries"].items()) CHECK(entry == whole["queries"][fingerprint]);
  CHECK(project.read(".explaingate/waivers.json") == "{\n \"explaingate_waivers\": 1,\n \"waivers\": []\n}\n");
  project.remove(kBaseline);
  CHECK(project.gate({"baseline", "prune"}).code == 0);  // of the waivers
  project.remove(".explaingate/waivers.json");
  Ran none = project.gate({"baseline", "prune"});
  CHECK(none.code == 2);
  CHECK(none.err ==
        "explaingate: there is no .explaingate/baseline.json\nhelp: make it with `explaingate baseline update`\n");
  CHECK(!project.has(kBaseline));
}

TEST_CASE("--all finds what regressed since the baseline was made") {
  Project project = make_incident();
  update(project);
  CHECK(findings(project.gate({"check", "--all", "--format", "json"})) == "");
  project.write("migrations/0003_drop.sql", "DROP INDEX orders_by_reference;\n");
  project.commit();  // landed without the gate
  CHECK(project.gate({"check"}).code == 0);
  Ran ran = project.gate({"check", "--all", "--format", "json"});
  CHECK(findings(ran) == "shop/support.py:8 access-regression orders\n");
  CHECK(ran.code == 1);
}

TEST_CASE("a baseline of another environment: exit 3 for --all, left aside with a note for a change") {
  Project project = make_incident();
  update(project);
  auto document = nlohmann::ordered_json::parse(project.read(kBaseline));
  std::string version = document["environment"]["engine_version"];
  auto check = [&](const std::string& key, const std::string& value, const std::string& difference) {
    auto changed = document;
    changed["environment"][key] = value;
    project.write(kBaseline, changed.dump(1) + "\n");
    project.commit();
    Ran ran = project.gate({"check", "--all"});
    CHECK(ran.out.find(
              "not verified: .explaingate/baseline.json was made in another environment: " + difference +
              "\nhelp: make it again with `explaingate baseline update` on the default branch, and commit it\n") !=
          std::string::npos);
    CHECK(ran.code == 3);
    ran = project.gate({"check", "--format", "json"});
    CHECK(notes(ran).find(".explaingate/baseline.json was made in another environment: " + difference +
                          "; it was left aside: make it again with "
                          "`explaingate baseline update` on the default branch, and commit it\n") != std::string::npos);
    CHECK(ran.code == 0);
  };
  check("engine_version", "3.99.9", fmt::format("sqlite {}, the baseline has 3.99.9", version));
  check("engine", "postgres", "engine sqlite, the baseline has postgres");
  check("settings", "scales=4", "settings scales=3 assumed_rows=10000, the baseline has scales=4");
  check("statistics_hash", "0",
        "the statistics, the seed or the configured table sizes are not those that the baseline was made with");
  // Findings outrank what could not be verified.
  project.write("migrations/0003_x.sql", "CREATE TABEL x;\n");
  CHECK(project.gate({"check", "--all"}).code == 1);
}

TEST_CASE("a change that touches the baseline is told so, and compared with the merge base's") {
  // The base side can't be planned, so that the stored past is the only one.
  Project project;
  project.write("schema.sql", "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT);\nCREATE INDEX t_b ON t(b);\n");
  project.write("q.sql", "SELECT a FROM t WHERE b = 'x';\n");
  Ran ran = project.gate({"check", "--format", "json"});
  CHECK(notes(ran) == "");
  update(project);
  CHECK(notes(project.gate({"check", "--format", "json"})) ==
        "baseline changed: this change adds .explaingate/baseline.json\n");
  project.commit();
  project.write("schema.sql", "CREATE TABEL t;\n");
  project.commit();
  std::string base = project.git({"rev-parse", "--short=7", "HEAD"}).out;
  base.pop_back();
  project.write("schema.sql", "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT);\n");
  const std::string older = fmt::format(
      ".explaingate/baseline.json is older than the schema of HEAD {}: run `explaingate baseline update` there\n",
      base);
  const std::string found = "q.sql:1 access-regression t <- schema.sql:1\n";
  ran = project.gate({"check", "--format", "json"});
  CHECK(findings(ran) == found);
  CHECK(notes(ran) == older);
  update(project);
  ran = project.gate({"check", "--format", "json"});
  CHECK(findings(ran) == found);
  CHECK(
      notes(ran) ==
      fmt::format(
          "baseline changed: this change edits .explaingate/baseline.json; it was compared with the one of HEAD {}\n{}",
          base, older));
  project.remove(kBaseline);
  ran = project.gate({"check", "--format", "json"});
  CHECK(findings(ran) == found);
  CHECK(notes(ran) == fmt::format("baseline changed: this change removes .explaingate/baseline.json; it was compared "
                                  "with the one of HEAD {}\n{}",
                                  base, older));
}

TEST_CASE("required, and not there: exit 3") {
  Project project = make_incident();
  project.write("explaingate.json",
                R"({"schema": "migrations", "baseline": {"path": "stored.json", "required": true}})");
  project.commit();
  for (const char* mode : {"--all", "--base=main"}) {
    Ran ran = project.gate({"check", mode});
    CHECK(ran.out.find("help: run `explaingate baseline update` on the default branch and commit the file\n") !=
          std::string::npos);
    CHECK(ran.code == 3);
  }
  CHECK(project.gate({"baseline", "update"}).out.starts_with("stored.json: 6 queries stored"));
  CHECK(project.gate({"check"}).code == 0);  // the change that brings it
  project.commit();
  CHECK(project.gate({"check"}).code == 0);
  CHECK(project.gate({"check", "--all"}).code == 0);
}

TEST_CASE("killed at any moment, update leaves the old file or the new one, whole") {
  Project project = make_incident();
  update(project);
  std::string old_text = project.read(kBaseline);
  project.lay("fixtures/incident/head");
  auto start = std::chrono::steady_clock::now();
  update(project);
  auto length = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start).count();
  std::string new_text = project.read(kBaseline);
  REQUIRE(new_text != old_text);
  for (int signal : {SIGKILL, SIGINT, SIGTERM}) {
    int steps = signal == SIGKILL ? 25 : 8;
    for (int i = 0; i <= steps; ++i) {
      project.remove(".explaingate");  // with what an earlier SIGKILL may have left there
      project.write(kBaseline, old_text);
      int delay = static_cast<int>(length * i / steps);
      Ran ran = project.gate({"baseline", "update"}, {"", {}, "", delay, signal});
      CAPTURE(signal);
      CAPTURE(delay);
      CHECK((ran.code == 0 || ran.code == 128 + signal));
      std::string text = project.read(kBaseline);
      CHECK((text == old_text || text == new_text));
      if (ran.code == 0) CHECK((text == new_text));
      if (signal == SIGKILL) continue;
      int files = 0;
      for ([[maybe_unused]] const auto& entry : fs::directory_iterator(project.path() + "/.explaingate")) ++files;
      CHECK(files == 1);
    }
  }
  update(project);
  CHECK(project.read(kBaseline) == new_text);
}

// --- pairing and attribution

constexpr const char* kSchema =
    "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL, status TEXT, total INTEGER);\n"
    "CREATE INDEX orders_by_customer ON orders(customer_id);\n";
constexpr const char* kNamed = "-- name: by_customer :many\nSELECT id, total FROM orders WHERE customer_id = ?;\n";
constexpr const char* kPython =
    "import sqlite3\n"
    "\n"
    "def find(c, customer):\n"
    "    return c.execute('SELECT id, status FROM orders WHERE customer_id = ?', (customer,)).fetchall()\n"
    "\n"
    "def status(c, order):\n"
    "    return c.execute('SELECT status FROM orders WHERE id = ?', (order,)).fetchone()\n";
constexpr const char* kPlain =
    "SELECT id, status, total FROM orders WHERE customer_id = 7 AND total > 3;\n"
    "SELECT count(*) FROM orders WHERE customer_id = 9;\n";

Project make_orders() {
  Project project;
  project.write("schema.sql", kSchema);
  project.write("named.sql", kNamed);
  project.write("app.py", kPython);
  project.write("plain.sql", kPlain);
  project.commit();
  return project;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

// "place paired_by cause", one line a statement that is worse than it was.
std::string causes(const Project& project) {
  Ran ran =
      project.gate({"facts", "--sql",
                    "SELECT s.path || ':' || s.line || ' ' || c.paired_by || ' ' || k.kind FROM causes AS k "
                    "JOIN comparisons AS c USING (statement_id) JOIN statements AS s USING (statement_id) ORDER BY 1"});
  REQUIRE_MESSAGE(ran.code == 0, ran.err);
  return ran.out.substr(ran.out.find('\n') + 1);
}

TEST_CASE("an edited query is compared with the one it replaced") {
  Project project = make_orders();
  project.write("named.sql", replaced(kNamed, "customer_id = ?", "status || '' = ?"));
  project.write("app.py", replaced(kPython, "customer_id = ?", "coalesce(status, 0) = ?"));
  project.write("plain.sql", replaced(kPlain, "customer_id = 7", "customer_id + 0 = 7"));
  CHECK(causes(project) == "app.py:4 function query\nnamed.sql:2 name query\nplain.sql:1 similarity query\n");
  Ran ran = project.gate({"check", "--format", "json"});
  CHECK(findings(ran) ==
        "app.py:4 access-regression orders\nnamed.sql:2 access-regression orders\nplain.sql:1 non-sargable-predicate "
        "orders.customer_id\n");
  CHECK(ran.code == 1);
}

TEST_CASE("a file that is moved, re-indented or renamed gives no finding") {
  Project project = make_orders();
  // What would be a finding if it were new.
  project.write("old.sql", "SELECT id FROM orders WHERE status = 'x';\n");
  project.commit();
  fs::rename(project.path() + "/old.sql", project.path() + "/renamed.sql");
  fs::create_directories(project.path() + "/app");
  fs::rename(project.path() + "/app.py", project.path() + "/app/main.py");
  project.write("app/main.py", replaced(kPython, "def find", "\n\n# moved down\ndef find"));
  project.write("named.sql", replaced(kNamed, "SELECT id, total FROM", "SELECT id,\n    total\n  FROM"));
  project.write("plain.sql", "SELECT count(*) FROM orders WHERE customer_id = 9;\n\n" +
                                 std::string(kPlain).substr(0, std::string(kPlain).find('\n')));
  Ran ran = project.gate({"check", "--format", "json"});
  CHECK(findings(ran) == "");
  CHECK(nlohmann::json::parse(ran.out)["statements"]["changed"] == 0);
}

TEST_CASE("attribution: the schema's doing, the query's, or both") {
  Project project = make_orders();
  std::string without_index = std::string(kSchema).substr(0, std::string(kSchema).find('\n') + 1);
  project.write("schema.sql", without_index);
  CHECK(causes(project) ==
        "app.py:4 unchanged schema\nnamed.sql:2 unchanged schema\nplain.sql:1 unchanged schema\nplain.sql:2 unchanged "
        "schema\n");
  // Each with the line that is gone: it is the base side's.
  auto report = nlohmann::json::parse(project.gate({"check", "--format", "json"}).out);
  CHECK(report["findings"].size() == 4);
  const nlohmann::json cause = {{"path", "schema.sql"},
                                {"line", 2},
                                {"text", "CREATE INDEX orders_by_customer ON orders(customer_id)"},
                                {"removed", true}};
  for (const auto& finding : report["findings"]) CHECK(finding["cause"] == cause);
  CHECK(project.gate({"check"}).out.find("  cause   schema.sql:2: CREATE INDEX orders_by_customer ON "
                                         "orders(customer_id) (removed by this change)\n") != std::string::npos);
  // An edit that is worse by itself, on top of it; and one that is not.
  project.write("named.sql", replaced(kNamed, "customer_id = ?", "status || '' = ?"));
  project.write("app.py", replaced(kPython, "SELECT id, status", "SELECT status, id"));
  CHECK(
      causes(project) ==
      "app.py:4 function schema\nnamed.sql:2 name both\nplain.sql:1 unchanged schema\nplain.sql:2 unchanged schema\n");
  // The edit alone, beside a schema change that does no harm.
  project.write("schema.sql", std::string(kSchema) + "CREATE TABLE notes (id INTEGER PRIMARY KEY);\n");
  CHECK(causes(project) == "named.sql:2 name query\n");
}

}  // namespace
}  // namespace explaingate
