// What is kept of a program, and what is found again.
#include <thread>

#include "program/cache.h"
#include "program/edges.h"
#include "program/program_folder.h"

using namespace explaingate;
namespace fs = std::filesystem;

TEST_CASE("a file that is written to after it was linked leaves no edge without an end") {
  Folder folder(
      {{"store.py", "import sqlite3\n" + kQuery}, {"use.py", "def f(c):\n  for i in c:\n    store.find(c, i)\n"}});
  auto tree = open_folder(folder.root()).value();
  Program program = Program::load(*tree, {"store.py", "use.py"}, languages(), {});
  REQUIRE(program.edges().size() == 1);
  folder.write("store.py", "");
  folder.write("use.py", "def a():\n  pass\ndef b():\n  pass\ndef f(c):\n  pass\n");
  const CallEdge& edge = program.edges().front();
  CHECK(program.outline(edge.file).calls.size() > edge.call);
  CHECK(program.outline(edge.file).functions.size() == 1);
  CHECK(program.outline(edge.callee_file).functions.size() > edge.callee);
}

TEST_CASE("what was found is kept by content, and a damaged cache is no cache") {
  const Sources sources = {
      {"queries.py", "BY_ID = 'SELECT a FROM t WHERE id = ?'\n"},
      {"store.py", "from queries import BY_ID\ndef find(c, id):\n  return c.execute(BY_ID, (id,))\n"},
      {"a.py", "from store import find\ndef f(c, xs):\n  return [find(c, x) for x in xs]\n"}};
  Folder folder(sources);
  const std::string want = "store.py:3 dbapi.find | SELECT a FROM t WHERE id = ?\na.py f -> store.py find (1)\n";
  CHECK(folder.program() == want);
  CHECK(folder.program(true) == want);
  CHECK(fs::exists(folder.cache_file()));
  CHECK(folder.program(true) == want);

  SUBCASE("another content, another entry: also where only another file's constant changed") {
    folder.write("queries.py", "BY_ID = 'SELECT b FROM t'\n");
    CHECK(folder.program(true) == "store.py:3 dbapi.find | SELECT b FROM t\na.py f -> store.py find (1)\n");
  }
  SUBCASE("a wrapper that takes its SQL at another place now") {
    folder.write("wrap.py", "def ask(c, sql, more):\n  return c.execute(sql)\n");
    folder.write("use.py", "from wrap import ask\ndef g(c):\n  return ask(c, 'SELECT 1', 'SELECT 2')\n");
    CHECK(folder.program(true) ==
          "store.py:3 dbapi.find | SELECT a FROM t WHERE id = ?\nuse.py:3 dbapi.g | SELECT 1\na.py f -> store.py find "
          "(1)\n");
    folder.write("wrap.py", "def ask(c, more, sql):\n  return c.execute(sql)\n");
    CHECK(folder.program(true) ==
          "store.py:3 dbapi.find | SELECT a FROM t WHERE id = ?\nuse.py:3 dbapi.g | SELECT 2\na.py f -> store.py find "
          "(1)\n");
  }
  SUBCASE("a repository of many files is kept as one") {
    for (int i = 0; i < 100; ++i)
      folder.write(fmt::format("m{}.py", i), fmt::format("from store import find\ndef f{0}(c):\n  find(c, {0})\n", i));
    const std::string cold = folder.program();
    CHECK(folder.program(true) == cold);
    CHECK(folder.program(true) == cold);  // by the snapshot
    folder.write("m7.py", "def nothing():\n  pass\n");
    folder.write("store.py", "from queries import BY_ID\ndef look(c, id):\n  return c.execute(BY_ID, (id,))\n");
    const std::string other = folder.program();
    CHECK(other != cold);
    CHECK(folder.program(true) == other);  // by the snapshot and what is new
    const std::string whole = read_file(folder.cache_file()).value();
    for (size_t at = 100; at < whole.size(); at += whole.size() / 97) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ 0x5a);
      REQUIRE(write_file_atomic(folder.cache_file(), damaged));
      CAPTURE(at);
      CHECK(folder.program(true) == other);
    }
  }
  SUBCASE("the edges are taken from where they are kept, where nothing that they hang on has changed") {
    const std::string statement = "store.py:3 dbapi.find | SELECT a FROM t WHERE id = ?\n";
    auto forge = [&](auto&& change) {
      SourceCache cache(folder.cache());
      auto edges = unpack_edges(cache.whole(SourceCache::Whole::kEdges).value()).value();
      change(edges);
      cache.keep_whole(SourceCache::Whole::kEdges, pack(edges));
    };
    forge([](KeptEdges& kept) { kept.edges.clear(); });
    CHECK(folder.program(true) == statement);  // believed
    folder.write("a.py", "from store import find\n\n\ndef f(c, xs):\n  y = 1\n  return [find(c, x) for x in xs]\n");
    CHECK(folder.program(true) == statement);
    folder.write("a.py", "from store import find\ndef g(c, xs):\n  return [find(c, x) for x in xs]\n");
    CHECK(folder.program(true) == statement + "a.py g -> store.py find (1)\n");
    folder.write("b.py", "from store import find\ndef f(c):\n  return find(c, 1)\n");
    CHECK(folder.program(true) == folder.program());
    forge([](KeptEdges& kept) { kept.edges.at(0).callee = 1000; });
    CHECK(folder.program(true) == folder.program());
    forge([](KeptEdges& kept) { kept.edges.at(0).file = 1000; });
    CHECK(folder.program(true) == folder.program());
    folder.write("store.py", "from queries import BY_ID\ndef find(c, id):\n  return (BY_ID, (id,))\n");
    CHECK(folder.program(true).empty());
  }
  SUBCASE("every byte of the file in turn, by the way of a few") {
    const std::string whole = read_file(folder.cache_file()).value();
    for (size_t at = 0; at < whole.size(); at += 257) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ 0x5a);
      REQUIRE(write_file_atomic(folder.cache_file(), damaged));
      CAPTURE(at);
      CHECK(folder.program(true) == want);
    }
  }
  SUBCASE("cut off, empty, or something else") {
    const std::string whole = read_file(folder.cache_file()).value();
    for (const std::string& text :
         {whole.substr(0, whole.size() / 2), whole.substr(0, 10), std::string(),
          std::string("not a database at all, but long enough to be looked at as one, ....\n")}) {
      REQUIRE(write_file_atomic(folder.cache_file(), text));
      CHECK(folder.program(true) == want);
      CHECK(folder.program(true) == want);
    }
    fs::remove(folder.cache_file());
    fs::create_directory(folder.cache_file());
    CHECK(folder.program(true) == want);
  }
  SUBCASE("several at once") {
    fs::remove_all(folder.cache());
    std::vector<std::string> got(6);
    {
      std::vector<std::jthread> threads;
      for (std::string& mine : got) threads.emplace_back([&] { mine = folder.program(true); });
    }
    CHECK(got == std::vector<std::string>(6, want));
  }
}
