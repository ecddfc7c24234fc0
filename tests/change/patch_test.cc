// A patch in place of a base: both sides from one tree, and refusal of what does not fit.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "cases.h"
#include "change/patch.h"
#include "repository.h"

namespace explaingate {
namespace {

ChangeRequest patch_request(std::string patch) {
  ChangeRequest request;
  request.mode = ChangeRequest::Mode::kPatch;
  request.patch = std::move(patch);
  return request;
}

std::string without_binaries(const std::string& text) {
  std::string kept;
  for (size_t at = 0; at < text.size();) {
    size_t end = text.find('\n', at) + 1;
    std::string line = text.substr(at, end - at);
    bool binary = line.find("\\x00") < 100;
    if (!binary && line.find("is binary") == std::string::npos) kept += line;
    at = end;
  }
  return kept;
}

TEST_CASE("a patch gives the same change as the commits it came from, whichever side is checked out") {
  for (const Case& test : cases()) {
    CAPTURE(test.name);
    TestRepository repository;
    test.base(repository);
    repository.commit();
    repository.branch("topic");
    test.head(repository);
    repository.commit();
    std::string want = dump_git_diff(repository, {"main", "topic"});
    TestRepository bare({"--bare", repository.url()});
    auto commits = find_change(bare.path(), base_request("main"));
    REQUIRE(commits);
    for (const std::string& context : {std::string("-U3"), std::string("-U0")}) {
      std::string patch = repository.git({"diff", "--find-renames", context, "main", "topic"});
      if (patch.empty()) continue;
      CHECK(dump(find_change(bare.path(), patch_request(patch))) == want);
      for (const std::string& side : {std::string("topic"), std::string("main")}) {
        CAPTURE(side);
        repository.git({"checkout", "-q", "-f", side});
        auto change = find_change(repository.path(), patch_request(patch));
        CHECK(dump(change) == want);
        if (!change) continue;
        CHECK(change->base_name == (side == "topic" ? "working tree without the patch" : "working tree"));
        CHECK(change->head_name == (side == "topic" ? "working tree" : "working tree with the patch"));
        CHECK(change->base_id == "");
        CHECK(dump(*change->base) == dump(*commits->base));
        CHECK(dump(*change->head) == dump(*commits->head));
        if (test.name.find("CRLF") != std::string::npos) continue;  // line ends of a checkout differ from the commit's
        CHECK(without_binaries(contents(*change->base)) == without_binaries(contents(*commits->base)));
        CHECK(without_binaries(contents(*change->head)) == without_binaries(contents(*commits->head)));
      }
    }
  }
}

TEST_CASE("a copy is an addition in a patch too") {
  TestRepository repository;
  repository.write("a", lines(1, 9));
  repository.commit();
  repository.branch("topic");
  repository.write("b", lines(1, 8) + "x\n");
  repository.write("c", lines(1, 9));
  repository.commit();
  std::string patch = repository.git({"diff", "--find-copies-harder", "main"});
  CHECK(patch.find("copy from a") != std::string::npos);
  for (const char* side : {"topic", "main"}) {
    repository.git({"checkout", "-q", side});
    auto change = find_change(repository.path(), patch_request(patch));
    CHECK(dump(change) == "A b -0,0 +1,9\nA c -0,0 +1,9\n");
    REQUIRE(change);
    CHECK(dump(*change->base) == "a\n");
    CHECK(contents(*change->head) ==
          fmt::format("a: {0}\nb: {1}x\\n\nc: {0}\n", escaped(lines(1, 9)), escaped(lines(1, 8))));
  }
}

TEST_CASE("names that swap places") {
  TestRepository repository;
  repository.write("a", lines(1, 400));
  repository.write("b", lines(2000, 2400));
  repository.commit();
  repository.branch("topic");
  repository.write("b", lines(1, 399) + "x\n");
  repository.write("a", lines(2000, 2399) + "y\n");
  repository.commit();
  std::string patch = repository.git({"diff", "-B", "-M", "main"});
  CHECK(patch.find("rename from b") != std::string::npos);
  for (const char* side : {"topic", "main"}) {
    repository.git({"checkout", "-q", side});
    auto change = find_change(repository.path(), patch_request(patch));
    CHECK(dump(change) == "R b -> a -401,1 +401,1\nR a -> b -400,1 +400,1\n");
    REQUIRE(change);
    CHECK((*change->base->read("a") == lines(1, 400)));
    CHECK((*change->head->read("a") == lines(2000, 2399) + "y\n"));
  }
}

TEST_CASE("a submodule in a patch is listed and not entered") {
  TestRepository inner;
  inner.write("x.sql", "1\n");
  inner.commit();
  TestRepository repository;
  repository.git({"submodule", "--quiet", "add", inner.url(), "sub"});
  repository.commit();
  repository.branch("topic");
  run({"git", "-C", repository.path() + "/sub", "commit", "-q", "--allow-empty", "-m", "y"});
  repository.write("a", "1\n");
  repository.commit();
  auto change = find_change(repository.path(), patch_request(repository.git({"diff", "main"})));
  CHECK(dump(change) == "A a -0,0 +1,1\nM sub submodule\n");
  REQUIRE(change);
  CHECK(dump(*change->base) == ".gitmodules\nsub submodule\n");
}

TEST_CASE("a mail with one commit is a patch") {
  TestRepository repository;
  repository.write("a", lines(1, 9));
  repository.commit();
  repository.write("a", lines(1, 8) + "x\n");
  repository.commit();
  std::string mail = repository.git({"format-patch", "--stdout", "-1"});
  CHECK(dump(find_change(repository.path(), patch_request(mail))) == "M a -9,1 +9,1\n");
}

TEST_CASE("diffs of other make") {
  TestRepository repository;
  repository.write("d/a b", "-- x\n1\n\n2\r\n");
  repository.commit();
  const std::string hunk = "@@ -1,4 +1,3 @@\n--- x\n 1\n\n-2\r\n+3\r\n";  // "-- x" deleted; an empty context line
  for (const std::string& header :
       {std::string("--- a/d/a b\n+++ b/d/a b\n"),
        std::string("Index: x\n--- old/d/a b\t2020\n+++ new.2/d/a b\t2021\n"),
        std::string("diff --git i/d/a b w/d/a b\nindex 1234567..89abcde 100644\n--- i/d/a b\t\n+++ w/d/a b\t\n"),
        std::string("diff --git \"a/d/\\141 b\" \"b/d/a b\"\n--- \"a/d/\\141 b\"\n+++ \"b/d/a b\"\n")}) {
    CAPTURE(header);
    auto change = find_change(repository.path(), patch_request("From: x\n\ntext\n---\n x | 2 +-\n\n" + header + hunk));
    CHECK(dump(change) == "M d/a b -1,1 +0,0 -4,1 +3,1\n");
    REQUIRE(change);
    CHECK(escaped(*change->head->read("d/a b")) == "1\\n\\n3\\x0d\\n");
  }
}

TEST_CASE("a blank patch changes nothing") {
  TestRepository repository;
  repository.write("a", "1\n");
  repository.commit();
  for (const char* text : {"", "\n", " \r\n\t"}) {
    auto change = find_change(repository.path(), patch_request(text));
    CHECK(dump(change) == "");
    CHECK(change.has_value());
  }
}

TEST_CASE("changes beside the patch stand on both sides") {
  TestRepository repository;
  repository.write("a", "1\n");
  repository.write("b", "1\n");
  repository.commit();
  repository.write("a", "2\n");
  std::string patch = repository.git({"diff"});
  repository.write("b", "2\n");
  auto change = find_change(repository.path(), patch_request(patch));
  CHECK(dump(change) == "M a -1,1 +1,1\n");
  REQUIRE(change);
  CHECK(contents(*change->base) == "a: 1\\n\nb: 2\\n\n");
  CHECK(contents(*change->head) == "a: 2\\n\nb: 2\\n\n");
  auto entries = change->base->list();
  CHECK(entries->front().id == "");  // made in memory
}

TEST_CASE("a patch that fits neither side names the file and line") {
  TestRepository repository;
  repository.write("a", lines(1, 9));
  repository.write("b", lines(1, 9));
  repository.commit();
  repository.branch("topic");
  repository.write("a", lines(1, 8) + "x\n");
  repository.write("b", lines(1, 5) + "y\n" + lines(7, 9));
  repository.commit();
  std::string patch = repository.git({"diff", "main"});
  repository.write("b", lines(1, 5) + "z\n" + lines(7, 9));
  auto change = find_change(repository.path(), patch_request(patch));
  REQUIRE_FALSE(change);
  CHECK(change.error().kind == ErrorKind::kUsage);
  CHECK(to_text(change.error()) ==
        "b:6: the patch fits neither as applied nor as still to apply; as applied: the patch has \"y\" here\n"
        "  z\n"
        "help: check out the commit that the patch was made from, or the one it leads to\n");
  repository.write("a", "0\n" + lines(1, 8) + "x\n");  // the right lines one further down
  change = find_change(repository.path(), patch_request(patch));
  REQUIRE_FALSE(change);
  CHECK(fmt::format("{}:{}", change.error().file, change.error().line) == "a:6");
  repository.remove("a");
  change = find_change(repository.path(), patch_request(patch));
  REQUIRE_FALSE(change);
  CHECK(change.error().file == "a");
  CHECK(change.error().message ==
        "the patch fits neither as applied nor as still to apply; as still to apply: is not there");
}

struct Bad {
  std::string patch;
  std::string want;
};

TEST_CASE("malformed and hostile patches are refused") {
  TestRepository repository;
  repository.write("a", "1\n");
  repository.write("d/b", "1\n");
  repository.link("l", "/etc");
  repository.commit();
  auto file = [](const std::string& path, const std::string& rest) {
    return fmt::format("diff --git a/{0} b/{0}\n--- a/{0}\n+++ b/{0}\n{1}", path, rest);
  };
  auto added = [](const std::string& path) {
    return fmt::format("diff --git a/{0} b/{0}\nnew file mode 100644\n--- /dev/null\n+++ b/{0}\n@@ -0,0 +1 @@\n+x\n",
                       path);
  };
  const std::string change = "@@ -1 +1 @@\n-1\n+2\n";
  const std::string neither = "the patch fits neither as applied nor as still to apply; as still to apply: ";
  const std::string no_prefix = "the patch has a file name without \"a/\" and \"b/\" before it";
  const std::vector<Bad> bads = {
      {"hello\n", "there is no diff in the patch"},
      {std::string("\0\1\2\xff", 4), "there is no diff in the patch"},
      {file("a", "@@ -1 +1 @@\n-1\n"), "the patch ends inside a hunk"},
      {file("a", "@@ -1 +1 @@\n-1\n+2\n+3\n"), "the patch's hunk has more lines than its header says"},
      {file("a", "@@ -1 +1 @@\n-1\n-2\n+3\n"), "the patch's hunk ends too early"},
      {file("a", "@@ -1 +1 @@\n-1\nx\n"), "the patch's hunk ends too early"},
      {file("a", change + "@@ bad\n"), "the patch has a hunk header that can't be read"},
      {file("a", change + "\n" + change), "the patch has a hunk header that can't be read"},
      {change, "the patch has a hunk header that can't be read"},
      {file("a", "@@ -99999999999999999999 +1 @@\n-1\n+2\n"), "the patch has a hunk header that can't be read"},
      {file("a", "@@ -2147483647,2 +1 @@\n-1\n+2\n"), "the patch has a hunk header that can't be read"},
      {file("a", "@@ -1,-1 +1 @@\n-1\n+2\n"), "the patch has a hunk header that can't be read"},
      {"diff --cc a\n@@@ -1,1 -1,1 +1,1 @@@\n- 1\n", "a combined diff (of a merge) can't be checked"},
      {"diff --git a a\n--- a\n+++ a\n" + change, no_prefix},
      {"diff --git dir/a dir/a\nold mode 100644\nnew mode 100755\n", no_prefix},
      {"diff --git a/x b/y\nold mode 100644\nnew mode 100755\n", no_prefix},
      {"diff --git a/x b/y\n--- a/x\n+++ b/y\n" + change, "the patch turns x into y without saying \"rename\""},
      {"diff --git a/a b/a\nold mode 10x644\n", "the patch has a header line that can't be read"},
      {"diff --git a/a b/a\nindex 12\n", "the patch has a header line that can't be read"},
      {"diff --git a/a b/a\nrename from \"a\\9\"\n", "the patch has a header line that can't be read"},
      {"diff --git a/a b/a\nold mode 100644\nnew mode 100600\n",
       neither + "has a mode in the patch that git does not know"},
      {file("a", change) + file("a", "@@ -1 +1 @@\n-2\n+3\n"), "the patch changes a twice"},
      {file("../a", change), "the patch names a path outside of the tree: ../a"},
      {file("/etc/passwd", change), "the patch names a path outside of the tree: /etc/passwd"},
      {file(".git/config", change), "the patch names a path outside of the tree: .git/config"},
      {file("d/../a", change), "the patch names a path outside of the tree: d/../a"},
      {"diff --git a/a b/a\nrename from a\nrename to ../../x\n", "the patch names a path outside of the tree: ../../x"},
      {added("../x"), "the patch names a path outside of the tree: ../x"},
      {added("l/x"), neither + "runs through a file or link"},
      {added("a/x"), neither + "runs through a file or link"},
      {added("a"), neither + "is there already"},
      {file("l/passwd", change), neither + "is not there"},
      {file("l", change), neither + "is not the kind of file that the patch says"},
      {file("a", change + change), neither + "the patch's hunks overlap"},
      {file("a", "@@ -9 +9 @@\n-1\n+2\n"), neither + "the file ends before line 9 of the patch"},
      {file("a", "@@ -0 +0 @@\n-1\n+2\n"), neither + "the patch has a hunk without a place"},
      {"diff --git a/a b/a\ndeleted file mode 100644\n", neither + "has lines that the patch does not know"},
  };
  for (const Bad& bad : bads) {
    CAPTURE(bad.patch);
    auto got = find_change(repository.path(), patch_request(bad.patch));
    REQUIRE_FALSE(got.has_value());
    CHECK(got.error().kind == ErrorKind::kUsage);
    CHECK(got.error().message == bad.want);
  }
}

}  // namespace
}  // namespace explaingate
