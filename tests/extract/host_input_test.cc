// Files as they come: line ends, encodings, broken syntax, hostile depth and size; suppressions; the data files
// themselves.
#include <doctest/doctest.h>

#include <fstream>

#include "base/file.h"
#include "extract/host_dump.h"

using namespace explaingate;

TEST_CASE("line ends, marks and bytes") {
  CHECK(extracted("import sqlite3\r\nc.execute('''SELECT a\r\nFROM t''')\r\n") ==
        "2:14-3:6 call dbapi.execute c.execute | SELECT a\r\\nFROM t\n");
  CHECK(extracted("\xEF\xBB\xBFimport sqlite3\nc.execute('SELECT 1')\n") ==
        "2:12-2:19 call dbapi.execute c.execute | SELECT 1\n");
  CHECK(extracted("# caf\xE9\nimport sqlite3\nc.execute('SELECT \"\xE9\" FROM t')\n") ==
        "3:12-3:28 call dbapi.execute c.execute | SELECT \"\xE9\" FROM t\n");
  CHECK(extracted(std::string("import sqlite3\nx = '\0'\nc.execute('SELECT 1')\n", 45)) ==
        "3:12-3:19 call dbapi.execute c.execute | SELECT 1\n");
  CHECK(extracted(std::string("\xFF\xFEi\0m\0", 6)) == "not analysed 1:1: the file is encoded in UTF-16\n");
  CHECK(extracted("") == "");
  CHECK(extracted(std::string((8 << 20) + 1, 'x')) == "not analysed 1:1: the file is larger than 8 MiB\n");
}

TEST_CASE("broken syntax costs what is broken, not the file") {
  CHECK(texts("import sqlite3\ndef f(:\n  x = (\nclass\nc.execute('SELECT 1')\n") == "SELECT 1\n");
  CHECK(texts("import sqlite3\nc.execute('SELECT 1')\nc.execute('SELECT 2'\n") == "SELECT 1\n");
  CHECK(texts("import sqlite3\nc.execute('SELECT 1\n") == "");
}

TEST_CASE("hostile depth ends, and the rest of the file is read") {
  const std::string head = "import sqlite3\n";
  const std::string tail = "\nc.execute('SELECT 1')\n";
  const std::string deep = "- the source is nested too deeply here to be looked at\n";
  auto repeated = [](std::string_view text, int count) {
    std::string out;
    for (int i = 0; i < count; ++i) out += text;
    return out;
  };
  CHECK(texts(head + "x = " + repeated("(", 10'000) + "1" + repeated(")", 10'000) + tail) == "SELECT 1\n" + deep);
  CHECK(texts(head + "c.execute(" + repeated("(", 10'000) + "'SELECT 2'" + repeated(")", 10'000) + ")" + tail) ==
        "SELECT 1\n- SQL is put together in too many steps\n" + deep);
  CHECK(texts(head + "c.execute('SELECT 1'" + repeated(" + ' '", 900) + ")\n") == "SELECT 1\n");
  CHECK(texts(head + "c.execute('SELECT 1'" + repeated(" + ' '", 10'000) + ")\n") == "SELECT 1\n" + deep);
  CHECK(texts(head + "c.execute('SELECT a'" + repeated(" + x", 3) + ")\n") == "SELECT aeg_hole_1eg_hole_2eg_hole_3\n");
  CHECK(texts(head + "x = a" + repeated(".b()", 20'000) + tail) == "SELECT 1\n" + deep);
  CHECK(texts(head + repeated("x = [", 3'000) + tail).find("\n\n") == std::string::npos);  // ends
  CHECK(texts(head + repeated("[", 30'000) + tail) == "- the parser can make no sense of the file\n");
  std::string nested;
  for (int i = 0; i < 150; ++i) nested += std::string(static_cast<size_t>(i), ' ') + "if x:\n";
  CHECK(texts(head + "q = 'SELECT 1'\n" + nested + std::string(150, ' ') + "q += ' LIMIT 1'\nc.execute(q)\n") ==
        "SELECT 1\n- SQL has more than 8 variants: the others are not looked at\n");
  std::string doubling = "a = 'SELECT 1'\n";
  for (int i = 0; i < 60; ++i) doubling += "a = a + a\n";
  CHECK(texts(head + doubling + "c.execute(a)\n") == "- SQL is longer than 1 MiB\n");
}

TEST_CASE("suppressions") {
  CHECK(extracted("import x\n"
                  "# explaingate-ignore full-scan-growth, query-in-loop: small table\n"
                  "y = call(\n"
                  "  1)\n"
                  "y = call(\n"
                  "  1)  # explaingate-ignore cross-join: wanted\n"
                  "# explaingate-ignore query-in-loop: at most three\n"
                  "# of them\n"
                  "for a in b:\n"
                  "  pass\n"
                  "# explaingate-ignore cross-join\n"
                  "def f():\n"
                  "  pass\n"
                  "# see explaingate-ignore\n"
                  "'# explaingate-ignore cross-join: in a text'\n") ==
        "suppression 2 covers 2-4: full-scan-growth,query-in-loop (small table)\n"
        "suppression 6 covers 5-6: cross-join (wanted)\n"
        "suppression 7 covers 7-10: query-in-loop (at most three)\n"
        "suppression 11 covers 11-12: cross-join ()\n");
}

TEST_CASE("files by their extension") {
  const Languages& languages = test_languages();
  CHECK(is_extractable("a/b.py", languages));
  CHECK(is_extractable("a/b.sql", languages));
  CHECK_FALSE(is_extractable("a/b.txt", languages));
  CHECK_FALSE(is_extractable("py", languages));
  CHECK(dump(extract("a.txt", "SELECT 1", languages, Dialect::kSqlite)) == "");
}

TEST_CASE("malformed data files are refused with their place") {
  struct Case {
    std::string json, query, want;
  };
  const Case cases[] = {
      {"{\n  \"language\": \"python\",\n", "", "a.json:3: "},
      {"{\"language\": \"python\", \"extension\": []}", "", "a.json: unknown key \"extension\""},
      {"{\"language\": \"cobol\"}", "", "no grammar is built in for \"cobol\""},
      {"{\"language\": \"python\", \"nodes\": {\"strings\": []}}", "", "unknown role \"strings\""},
      {"{\"language\": \"python\", \"nodes\": {\"string\": [\"text\"]}}", "", "the grammar has no node \"text\""},
      {"{\"language\": \"python\", \"extensions\": 1}", "", "\"extensions\" has a value of the wrong type"},
      {"{\"language\": \"python\", \"call_sites\": [{\"library\": \"x\"}]}", "",
       "call_sites[0]: \"library\" and \"callees\" are required"},
      {"{\"language\": \"python\", \"call_sites\": [{\"library\": \"x\", \"callees\": [\"y\"], \"kind\": \"z\"}]}", "",
       "\"kind\" is none of"},
      {"{\"language\": \"python\"}", "\n(cal) @call", "a.scm:2:2: the grammar has no node \"cal\""},
      {"{\"language\": \"python\"}", "(call) @calls", "a.scm:1:8: unknown capture \"@calls\""},
  };
  for (const Case& c : cases) {
    CAPTURE(c.json + c.query);
    auto folder = TemporaryFolder::create();
    REQUIRE(folder);
    std::ofstream(folder->path() / "a.json") << c.json;
    std::ofstream(folder->path() / "a.scm") << c.query;
    auto loaded = Languages::load(folder->path().string());
    REQUIRE_FALSE(loaded);
    CHECK(loaded.error().kind == ErrorKind::kConfiguration);
    CHECK(to_text(loaded.error()).find(c.want) != std::string::npos);
  }
}
