// The same result as `git diff -U0 --find-renames`, case by case.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <random>

#include "cases.h"
#include "repository.h"

namespace explaingate {
namespace {

TEST_CASE("the working tree against a commit is what git diff shows") {
  for (const Case& test : cases()) {
    CAPTURE(test.name);
    TestRepository repository;
    test.base(repository);
    repository.commit();
    repository.branch("topic");
    test.head(repository);
    auto change = find_change(repository.path(), base_request("main"));
    CHECK(dump(change) == test.want);
    repository.git({"add", "-AN"});  // so that git's diff shows untracked files too
    CHECK(dump_git_diff(repository, {"main"}) == test.want);
    CHECK(dump(find_change(repository.path(), base_request("main"))) == test.want);
  }
}

TEST_CASE("two commits, and the index, are what git diff shows") {
  for (const Case& test : cases()) {
    CAPTURE(test.name);
    TestRepository repository;
    test.base(repository);
    repository.commit();
    test.head(repository);
    repository.git({"add", "-A"});
    std::string want = dump_git_diff(repository, {"--cached"});
    ChangeRequest staged;
    staged.mode = ChangeRequest::Mode::kStaged;
    auto change = find_change(repository.path(), staged);
    CHECK(dump(change) == want);
    repository.write("unstaged", "1\n");
    CHECK(dump(find_change(repository.path(), staged)) == want);
    repository.remove("unstaged");
    repository.commit();
    TestRepository bare({"--bare", repository.url()});
    bare.git({"branch", "-f", "old", "main~"});
    CHECK(dump(find_change(bare.path(), base_request("old"))) == want);
  }
}

std::string random_text(std::mt19937& random, int line_count) {
  std::string text;
  for (int i = 0; i < line_count; ++i) text += fmt::format("line {} of text\n", random() % 40);
  return text;
}

// Renames near the threshold, swapped, in crowds: whatever git pairs, we pair.
TEST_CASE("random changes are what git diff shows") {
  for (unsigned seed = 1; seed <= 12; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    TestRepository repository;
    auto name = [&] { return fmt::format("d{}/f{}.sql", random() % 4, random() % 12); };
    std::vector<std::pair<std::string, std::string>> files;
    for (int i = 0; i < 30; ++i) {
      files.emplace_back(name(), random_text(random, static_cast<int>(random() % 30)));
      repository.write(files.back().first, files.back().second);
    }
    repository.commit();
    repository.branch("topic");
    for (auto& [path, text] : files) {
      if (random() % 3 == 0) continue;
      repository.remove(path);
      size_t cut = text.find('\n', random() % (text.size() + 1));
      if (cut != std::string::npos && random() % 2 == 0) text.resize(cut + 1);
      if (random() % 2 == 0) text += random_text(random, static_cast<int>(random() % 10));
      if (random() % 4 != 0) repository.write(random() % 2 == 0 ? path : name(), text);
    }
    repository.git({"add", "-AN"});
    CHECK(dump(find_change(repository.path(), base_request("main"))) == dump_git_diff(repository, {"main"}));
  }
}

TEST_CASE("a submodule is listed by its commit and not entered") {
  TestRepository inner;
  inner.write("secret.sql", "select 1;\n");
  inner.commit();
  TestRepository outer;
  outer.git({"submodule", "--quiet", "add", inner.url(), "sub"});
  outer.commit();
  outer.branch("topic");
  CHECK(dump(find_change(outer.path(), base_request("main"))) == "");
  outer.write("sub/secret.sql", "select 2;\n");
  CHECK(dump(find_change(outer.path(), base_request("main"))) == "");
  run({"git", "-C", outer.path() + "/sub", "commit", "-qam", "y"});
  auto change = find_change(outer.path(), base_request("main"));
  CHECK(dump(change) == "M sub submodule\n");
  CHECK(dump(change) == dump_git_diff(outer, {"main"}));
  CHECK(dump(*change->head) == ".gitmodules\nsub submodule\n");
  CHECK(change->head->read("sub").error().message == "is a submodule");
  CHECK(change->head->read("sub/secret.sql").error().message == "is not there");
  CHECK_FALSE(change->head->contains("sub"));
}

TEST_CASE("plain folders compare like trees of git") {
  TestRepository before;
  TestRepository after;
  before.write("a.sql", lines(1, 9));
  before.write("same", "1\n");
  before.write(".hidden/x", "1\n");
  before.link("l", "same");
  before.link("out", "/etc");
  after.write("b.sql", lines(1, 8) + "x\n");
  after.write("same", "1\n");
  after.write(".hidden/x", "2\n");
  after.link("l", "same");
  after.link("out", "/usr");
  auto base = open_folder(before.path());
  auto head = open_folder(after.path());
  REQUIRE(base);
  REQUIRE(head);
  CHECK(dump(**base) == "a.sql\nl link\nout link\nsame\n");
  CHECK(dump(compare_trees(**base, **head).value()) == "R a.sql -> b.sql -9,1 +9,1\nM out link\n");
  CHECK((*base)->read("a.sql", 5).error().message == "is larger than 5 bytes");
  CHECK(open_folder(before.path() + "/none").error().message == "cannot open the folder: No such file or directory");
}

TEST_CASE("a file that can't be read is a change that says so") {
  TestRepository repository;
  repository.write("a", "1\n");
  repository.commit();
  auto change = find_change(repository.path(), {});
  REQUIRE(change);
  repository.write("big", std::string((size_t{64} << 20) + 1, 'x'));
  change = find_change(repository.path(), {});
  CHECK(dump(change) == "A big unread: is larger than 67108864 bytes\n");
}

}  // namespace
}  // namespace explaingate
