// Suggestions from end to end: what check offers, how a forge gets it, and what is there once somebody has taken it
// over.
#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "hub.h"

namespace explaingate {
namespace {

// Two tables, and a change that brings a UNION between parts that have no row in common.
struct Union {
  Project project;
  explicit Union(const std::string& path, const std::string& before, const std::string& behind) {
    project.write("schema.sql",
                  "CREATE TABLE orders (id INTEGER PRIMARY KEY, total INTEGER NOT NULL);\n"
                  "CREATE TABLE items (id INTEGER PRIMARY KEY, price INTEGER NOT NULL);\n");
    project.write("explaingate.json", R"({"schema": "schema.sql"})");
    project.commit();
    project.write(path,
                  before +
                      "SELECT kind, id FROM (\n  SELECT 'order' AS kind, id FROM orders\n    UNION  SELECT 'item', "
                      "id FROM items) AS things\nWHERE id <> 7 LIMIT 10000" +
                      behind);
  }
  [[nodiscard]] Json check() const { return Json::parse(project.gate({"check", "--format", "json"}).out); }
  // What the forge shows of the change.
  void show(Hub& hub, const std::string& path) const {
    project.git({"add", "-A"});
    std::string patch = project.git({"diff", "--cached", "--", path}).out;
    hub.state["files"] = {{{"path", path}, {"patch", patch.substr(std::min(patch.find("@@ -"), patch.size()))}}};
  }
};

Json union_finding(const Json& report) {
  for (const Json& finding : report["findings"])
    if (finding["rule"] == "union-dedup") return finding;
  return nullptr;
}

// The block of the comment, behind a fence of three backticks; "" = there is none.
std::string block(const Json& comment, const std::string& fence) {
  auto body = comment["body"].get<std::string>();
  size_t open = body.find("\n```" + fence + "\n");
  if (open == std::string::npos) return "";
  size_t from = open + fence.size() + 5;
  return body.substr(from, body.find("\n```", from) - from + 1);
}

// As the forge carries it out: the comment's lines become the block's.
void take_over(const Project& project, const Json& comment, const std::string& lines) {
  std::istringstream file(project.read(comment["path"]));
  std::string out;
  int number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (number == comment["first"]) out += lines;
    if (number < comment["first"] || number > comment["line"]) out += line + "\n";
  }
  project.write(comment["path"], out);
}

TEST_CASE("a suggestion that is taken over is the fix, and nothing else changed") {
  struct Case {
    std::string path, before, behind;
  };
  for (const Case& each : {Case{"q.sql", "-- name: things\n", ";\nSELECT 1;\n"},
                           Case{"app.py", "def f(cursor):\n    cursor.execute(\"\"\"", "\"\"\")  # all\n"}}) {
    for (const ForgeCase& forge : forge_cases()) {
      CAPTURE(each.path);
      CAPTURE(forge.name);
      Union change(each.path, each.before, each.behind);
      Json found = change.check();
      REQUIRE(!union_finding(found).is_null());
      CHECK(union_finding(found)["suggestion"]["replacement"] ==
            "    UNION ALL  SELECT 'item', id FROM items) AS things");
      Hub hub(forge);
      change.show(hub, each.path);
      CHECK(hub.publish(found).code == 0);
      REQUIRE(!hub.state["comments"].empty());
      const Json comment = hub.state["comments"][0];
      std::string fence = forge.name == "github" ? "suggestion" : "suggestion:-0+0";
      std::string lines = block(comment, fence);
      if (forge.name != "github" && forge.name != "gitlab") {
        CHECK(comment["body"].get<std::string>().find("```suggestion") == std::string::npos);
        continue;
      }
      REQUIRE(lines == "    UNION ALL  SELECT 'item', id FROM items) AS things\n");
      CHECK(comment["first"] == comment["line"]);
      hub.publish(found);
      CHECK(hub.writes().empty());

      std::string wanted = change.project.read(each.path);
      wanted.insert(wanted.find("UNION") + 5, " ALL");
      take_over(change.project, comment, lines);
      CHECK(change.project.read(each.path) == wanted);
      CHECK(union_finding(change.check()).is_null());
    }
  }
}

TEST_CASE("a suggestion goes when its comment stands on other lines, or the diff has others there") {
  for (const ForgeCase& forge : {forge_cases()[0], forge_cases()[1]}) {
    CAPTURE(forge.name);
    Union change("q.sql", "", ";\n");
    Json found = change.check();
    Hub hub(forge);
    change.show(hub, "q.sql");
    hub.publish(found);
    REQUIRE(hub.state["comments"][0]["body"].get<std::string>().find("```suggestion") != std::string::npos);
    hub.state["comments"][0]["line"] = 4;
    hub.state["comments"][0]["first"] = 4;
    hub.publish(found);
    CHECK(hub.state["comments"][0]["body"].get<std::string>().find("```suggestion") == std::string::npos);

    Hub other(forge);
    change.show(other, "q.sql");
    auto patch = other.state["files"][0]["patch"].get<std::string>();
    patch.replace(patch.find("UNION  "), 7, "UNION");
    other.state["files"][0]["patch"] = patch;
    other.publish(found);
    REQUIRE(!other.state["comments"].empty());
    CHECK(other.state["comments"][0]["body"].get<std::string>().find("```suggestion") == std::string::npos);
  }
}

TEST_CASE("a stranger's suggestion is text in its block, for lines that are there, and no command") {
  Json one = finding(1, "shop/orders.py", 16, 16);
  auto suggest = [&](const std::string& original, const std::string& replacement) {
    one["suggestion"] = {{"line", 16}, {"end_line", 16}, {"original", original}, {"replacement", replacement}};
    return report({one});
  };
  for (const ForgeCase& forge : {forge_cases()[0], forge_cases()[1]}) {
    CAPTURE(forge.name);
    std::string fence = forge.name == "github" ? "`````suggestion\n" : "`````suggestion:-0+0\n";
    const std::string hostile = "```\n````\n @everyone <!-- explaingate:summary --> </details> #1";
    Hub hub(forge);
    CHECK(hub.publish(suggest("x", hostile)).code == 0);
    CHECK(hub.state["comments"][0]["body"].get<std::string>().find("\n" + fence + hostile + "\n`````") !=
          std::string::npos);
    for (const Json& other : {suggest("y", hostile), suggest("x", "a\n/merge"), suggest("x", "/merge")}) {
      CHECK(hub.publish(other).code == 0);
      CHECK(hub.state["comments"][0]["body"].get<std::string>().find("suggestion") == std::string::npos);
    }
  }
}

TEST_CASE("statements that share a literal get no suggestion for it") {
  Union change(
      "app.py", "Q = \"\"\"",
      "\"\"\"\n\ndef f(cursor):\n    cursor.execute(Q)\n\ndef g(cursor):\n    cursor.execute(Q + ' OFFSET 5')\n");
  Json found = union_finding(change.check());
  REQUIRE(!found.is_null());
  CHECK(found["suggestion"] == nullptr);
}

// What check suggests on PostgreSQL for a file that comes to one table of a million rows: "original => replacement".
std::string suggested(const std::string& path, const std::string& text) {
  Project project;
  project.write("migrations/0001.sql",
                "CREATE TABLE orders (id bigint PRIMARY KEY, note text NOT NULL,\n  status text NOT NULL CHECK (status "
                "IN ('new', 'paid')));\n");
  project.write("explaingate.json", R"({"schema": "migrations", "tables": {"orders": {"rows": 1000000}}})");
  project.commit();
  project.write(path, text);
  Ran ran = project.gate({"check", "--engine", "postgres", "--fail-level", "info", "--format", "json"});
  CAPTURE(ran.err);
  REQUIRE(ran.code == 1);
  std::string out;
  const Json report = Json::parse(ran.out);
  for (const Json& finding : report["findings"])
    if (const Json& edit = finding["suggestion"]; !edit.is_null())
      out += fmt::format("{} => {}\n", edit["original"].get<std::string>(), edit["replacement"].get<std::string>());
  return out;
}

TEST_CASE("an index is suggested CONCURRENTLY where nothing opens a transaction, and EXISTS for a count") {
  CHECK(
      suggested("migrations/0002.sql", "CREATE UNIQUE INDEX i ON orders(note); -- why\n") ==
      "CREATE UNIQUE INDEX i ON orders(note); -- why => CREATE UNIQUE INDEX CONCURRENTLY i ON orders(note); -- why\n");
  CHECK(suggested("migrations/0002.sql", "BEGIN;\nCREATE INDEX i ON orders(note);\nCOMMIT;\n") == "");
  CHECK(suggested("q.sql", "SELECT count(*) > 0\nFROM orders WHERE status = 'new';\n") ==
        "SELECT count(*) > 0\nFROM orders WHERE status = 'new'; => SELECT EXISTS (SELECT 1 FROM orders WHERE status = "
        "'new');\n");
}

TEST_CASE("SARIF and rdjson have the same edit") {
  Union change("q.sql", "", ";\n");
  const Project& project = change.project;
  project.gate(
      {"check", "--format", "sarif=" + project.outside("a.sarif"), "--format", "rdjson=" + project.outside("a.json")});
  auto read = [&](const std::string& name) { return Json::parse(read_file(project.outside(name)).value()); };
  Json edit;
  const Json sarif = read("a.sarif"), rdjson = read("a.json");
  for (const Json& result : sarif["runs"][0]["results"])
    if (result["ruleId"] == "union-dedup") edit = result["fixes"][0];
  CHECK(edit["description"]["text"] == "Write UNION ALL.");
  CHECK(edit["artifactChanges"][0]["artifactLocation"]["uri"] == "q.sql");
  CHECK(edit["artifactChanges"][0]["replacements"][0] ==
        Json({{"deletedRegion", {{"startLine", 3}}},
              {"insertedContent", {{"text", "    UNION ALL  SELECT 'item', id FROM items) AS things"}}}}));
  Json suggestion;
  for (const Json& diagnostic : rdjson["diagnostics"])
    if (diagnostic["code"]["value"] == "union-dedup") suggestion = diagnostic["suggestions"];
  CHECK(suggestion == Json::array({{{"range", {{"start", {{"line", 3}}}, {"end", {{"line", 3}}}}},
                                    {"text", "    UNION ALL  SELECT 'item', id FROM items) AS things"}}}));
}

}  // namespace
}  // namespace explaingate
