// How the sides of a rule's case are laid out, and what its lines expect.
#include "rulebook/rule_case.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include "base/file.h"

namespace explaingate {
namespace {

namespace fs = std::filesystem;

void put(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

std::string side_of(const fs::path& root, const std::string& name, std::string_view side) {
  fs::path to = root / "laid" / name / side;
  fs::path shared[] = {root / "shop", root / "rule"};
  REQUIRE(lay_case(shared, root / "rule" / name, side, to));
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(to))
    if (entry.is_regular_file())
      files.push_back(entry.path().lexically_relative(to).generic_string() + "=" + read_file(entry.path()).value());
  std::ranges::sort(files);
  std::string all;
  for (const std::string& file : files) all += (all.empty() ? "" : " ") + file;
  return all;
}

TEST_CASE("a side lies over the case's own files, those over the rule's, those over the shop's") {
  auto folder = TemporaryFolder::create();
  REQUIRE(folder);
  const fs::path& root = folder->path();
  put(root / "shop/a", "shop");
  put(root / "shop/b", "shop");
  put(root / "shop/in/c", "shop");
  put(root / "rule/b", "rule");
  put(root / "rule/in/d", "rule");
  put(root / "rule/fires-one/in/c", "case");
  put(root / "rule/fires-one/e", "case");
  put(root / "rule/fires-one/base/e", "base");
  put(root / "rule/fires-one/head/in/f", "head");
  put(root / "rule/quiet-other/b", "other case");
  CHECK(side_of(root, "fires-one", "base") == "a=shop b=rule e=base in/c=case in/d=rule");
  CHECK(side_of(root, "fires-one", "head") == "a=shop b=rule e=case in/c=case in/d=rule in/f=head");
  CHECK(side_of(root, "quiet-other", "head") == "a=shop b=other case in/c=shop in/d=rule");  // no sides of its own
}

TEST_CASE("what is no case is shared") {
  CHECK(case_kind("fires-one") == "fires");
  CHECK(case_kind("quiet-a-b") == "quiet");
  CHECK(case_kind("fixed-x") == "fixed");
  for (const char* name : {"fires-", "fires", "firesx-a", "queries", "Fires-a", ""}) CHECK(case_kind(name).empty());
}

TEST_CASE("expectations are of a rule and a subject, by file and line; a file's line endings don't matter") {
  auto folder = TemporaryFolder::create();
  REQUIRE(folder);
  put(folder->path() / "q/b.sql", "SELECT 1;\nSELECT 2;  -- expect: a-rule the subject\r\n-- expected: nothing\n");
  put(folder->path() / "a.py", "x  # expect: other=info one");
  auto found = expectations(folder->path());
  REQUIRE(found);
  CHECK(*found ==
        std::vector<Expectation>{{"a.py", 1, "other", "one", "info"}, {"q/b.sql", 2, "a-rule", "the subject", ""}});
  CHECK(to_text((*found)[0]) == "a.py:1 other one (info)");
  CHECK(to_text(as_expected({"a.py", 1, "other", "one", "error"}, *found)) == "a.py:1 other one (error)");
  CHECK(to_text(as_expected({"q/b.sql", 2, "a-rule", "the subject", "error"}, *found)) ==
        "q/b.sql:2 a-rule the subject");
  auto missing = expectations(folder->path() / "nowhere");
  REQUIRE(!missing);
  CHECK(missing.error().kind == ErrorKind::kIo);
}

}  // namespace
}  // namespace explaingate
