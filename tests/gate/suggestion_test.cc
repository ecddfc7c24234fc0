#include <doctest/doctest.h>
#include <fmt/format.h>

#include "gate/suggestion.h"

namespace explaingate {
namespace {

std::string shown(const std::optional<Suggestion>& made) {
  if (!made) return "";
  return fmt::format("{}-{}: {} => {}", made->line, made->end_line, made->original, made->replacement);
}

// The first statement of the source, in which `from` becomes `to`.
std::string suggested(const std::string& path, std::string_view source, std::string_view from, std::string_view to) {
  auto languages = Languages::built_in();
  REQUIRE(languages.has_value());
  Extraction extraction = extract(path, source, *languages, Dialect::kSqlite);
  REQUIRE(!extraction.statements.empty());
  const Statement& statement = extraction.statements.front();
  std::string fixed = statement.text;
  size_t at = fixed.find(from);
  REQUIRE(at != std::string::npos);
  fixed.replace(at, from.size(), to);
  return shown(suggest(source, statement, fixed));
}

TEST_CASE("a suggestion is the lines that differ, with all else on them as it was") {
  CHECK(suggested("q.sql", "-- x\nSELECT a FROM t\n  UNION -- both\nSELECT b FROM t;  -- end\n", "UNION",
                  "UNION ALL") == "3-3:   UNION -- both =>   UNION ALL -- both");
  CHECK(suggested("q.sql", "SELECT 1; SELECT 2;", "1", "2") == "1-1: SELECT 1; SELECT 2; => SELECT 2; SELECT 2;");
  CHECK(suggested("q.sql", "SELECT a,\n  b,\n  c\nFROM t", "b,\n  c", "d") == "2-3:   b,\n  c =>   d");
  CHECK(suggested("q.sql", "SELECT a\nFROM t", "a\nFROM", "b FROM") == "1-2: SELECT a\nFROM t => SELECT b FROM t");
  CHECK(suggested("q.sql", "SELECT a FROM t WHERE b = ?", "b = ?", "b >= '\"`{%'") ==
        "1-1: SELECT a FROM t WHERE b = ? => SELECT a FROM t WHERE b >= '\"`{%'");
  CHECK(
      suggested("a.py", "cursor.execute(\"SELECT a FROM t UNION SELECT b FROM t\", x)  # y\n", "UNION", "UNION ALL") ==
      "1-1: cursor.execute(\"SELECT a FROM t UNION SELECT b FROM t\", x)  # y => "
      "cursor.execute(\"SELECT a FROM t UNION ALL SELECT b FROM t\", x)  # y");
  CHECK(suggested("a.py", "def f():\n  cursor.execute('''\n    SELECT a\n    FROM t''')\n", "SELECT a", "SELECT b") ==
        "3-3:     SELECT a =>     SELECT b");
}

TEST_CASE("there is none where a program's literal isn't the statement, or might not hold what the fix brings") {
  struct Case {
    std::string source, from, to;
  };
  for (const Case& each : {
           Case{R"(cursor.execute("SELECT a FROM t " "WHERE b = ?"))", "SELECT a", "SELECT b"},    // two literals
           Case{R"(cursor.execute("SELECT a FROM t " + W))", "SELECT a", "SELECT b"},              // a hole
           Case{R"(cursor.execute("SELECT a FROM t WHERE b = '\x41'"))", "SELECT a", "SELECT b"},  // an escape
           Case{R"(cursor.execute("SELECT a FROM t"))", "SELECT a", "SELECT 'b'"},
           Case{R"(cursor.execute("SELECT a FROM t"))", "SELECT a", "SELECT \"b\""},
           Case{R"(cursor.execute("SELECT a FROM t"))", "SELECT a", "SELECT a\\n"},
           Case{R"(cursor.execute("SELECT a FROM t"))", "SELECT a", "SELECT a % 2"},
           Case{R"(cursor.execute("SELECT a FROM t"))", "SELECT a", "SELECT {a}"},
           Case{R"(cursor.execute("SELECT a FROM t"))", "SELECT a", "SELECT\na"},
           Case{"cursor.execute(\"SELECT a FROM t\")\r\n", "SELECT a", "SELECT b"},
           Case{"cursor.execute(\"SELECT a FROM t\")  # \xe2\x80\xae\n", "SELECT a", "SELECT b"},  // right to left
           Case{"cursor.execute(\"SELECT a FROM t\")  # \xff\n", "SELECT a", "SELECT b"},
       }) {
    CAPTURE(each.source);
    CAPTURE(each.to);
    CHECK(suggested("a.py", each.source, each.from, each.to) == "");
  }
  CHECK(suggested("a.py", R"(cursor.execute("SELECT a FROM t"))", "SELECT a", "SELECT a > b") != "");
  const std::string script =
      R"(interface M { @Select("SELECT a FROM t") int a(); @Select("<script>SELECT 1</script>") int b(); })";
  CHECK(suggested("M.java", script, "SELECT a", "SELECT a > b") == "");
  CHECK(suggested("M.java", script, "SELECT a", "SELECT b") != "");
}

TEST_CASE("a statement that isn't where it should be, or stays as it is, gives none") {
  auto made = [](std::string_view source, std::string_view replacement) {
    Statement statement;
    statement.path = "q.sql";
    statement.text = "SELECT 1";
    statement.map.add(8, 4, 8);
    return shown(suggest(source, statement, replacement));
  };
  CHECK(made("-- \nSELECT 1", "SELECT 2") == "2-2: SELECT 1 => SELECT 2");
  CHECK(made("-- \nSELECT 3", "SELECT 2") == "");
  CHECK(made("", "SELECT 2") == "");
  CHECK(made("-- \nSELECT 1", "SELECT 1") == "");
}

TEST_CASE("what can't be shown as it is, or is more than a forge takes, is not well formed") {
  CHECK(well_formed({3, 4, "a\nb", "c"}));
  for (const Suggestion& wrong :
       {Suggestion{3, 3, "a\nb", "c"}, Suggestion{3, 4, "a", "c"}, Suggestion{0, 0, "a", "c"},
        Suggestion{1, 1, "a", "a"}, Suggestion{1, 1, "a", ""}, Suggestion{1, 1, "a", "\x1b"},
        Suggestion{1, 1, "a", std::string(4001, 'b')}, Suggestion{1, 101, std::string(100, '\n') + "a", "b"}})
    CHECK(!well_formed(wrong));
}

}  // namespace
}  // namespace explaingate
