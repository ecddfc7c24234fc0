// What the trees list, read and refuse.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>

#include "change/disk.h"
#include "repository.h"

namespace explaingate {
namespace {

namespace fs = std::filesystem;

std::string read_or_error(const Tree& tree, std::string_view path) {
  auto text = tree.read(path);
  return text ? escaped(*text) : "error: " + text.error().message;
}

std::string ids(const Tree& tree) {
  auto entries = tree.list();
  std::string text;
  for (const TreeEntry& entry : *entries)
    text += fmt::format("{} {} {}\n", entry.path, entry.id.substr(0, 7), entry.stored_id.substr(0, 7));
  return text;
}

TEST_CASE("plain paths") {
  for (const char* path : {"a", "a/b.sql", "..a", "a..", "...", ".gitignore", ".github/x", "a b/\"c\"", "-"})
    CHECK_MESSAGE(is_plain_path(path), path);
  for (const char* path : {"", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/..", "a/../b", "./a", ".git",
                           ".GIT/config", "a/.git/config", ".Git"})
    CHECK_FALSE_MESSAGE(is_plain_path(path), path);
  CHECK_FALSE(is_plain_path(std::string_view("a\0b", 3)));
  CHECK_FALSE(is_plain_path(std::string(5000, 'a')));
}

TEST_CASE("no tree gives what is outside of it") {
  TestRepository repository;
  repository.write("a.sql", "1\n");
  repository.write("d/b.sql", "2\n");
  repository.write(".gitignore", "ignored\n");
  repository.link("file-link", "a.sql");
  repository.link("out", "/etc/passwd");
  repository.link("folder-link", "d");
  repository.link("root", "/etc");
  repository.commit();
  repository.write("ignored", "3\n");
  ChangeRequest request;
  auto working = find_change(repository.path(), request);
  request.mode = ChangeRequest::Mode::kStaged;
  auto index = find_change(repository.path(), request);
  auto folder = open_folder(repository.path());
  REQUIRE(working);
  REQUIRE(index);
  REQUIRE(folder);
  for (const Tree* tree : {working->base.get(), working->head.get(), index->head.get(), folder->get()}) {
    std::string want = tree == folder->get() ? "ignored\n" : "";
    CHECK(dump(*tree) ==
          ".gitignore\na.sql\nd/b.sql\nfile-link link\nfolder-link link\n" + want + "out link\nroot link\n");
    CHECK(read_or_error(*tree, "a.sql") == "1\\n");
    CHECK(read_or_error(*tree, "d/b.sql") == "2\\n");
    for (const char* link : {"file-link", "out", "folder-link", "root"})
      CHECK(read_or_error(*tree, link) == "error: is a symbolic link");
    for (const char* path : {"../a.sql", "/etc/passwd", "d/../a.sql", "", ".git/config", "d//b.sql", "./a.sql"})
      CHECK(read_or_error(*tree, path) == "error: leaves the tree");
    for (const char* path : {"root/passwd", "folder-link/b.sql", "none", "d"})
      CHECK(read_or_error(*tree, path) == "error: is not there");
    CHECK(tree->read("a.sql", 1).error().message == "is larger than 1 bytes");
    CHECK(tree->contains("a.sql"));
    for (const char* path : {"out", "d", "none", "root/passwd", "../a.sql"}) CHECK_FALSE(tree->contains(path));
  }
}

// The listing is older than the read: whatever the names have become, nothing outside is read.
TEST_CASE("a folder or file swapped for a link after the listing is not followed") {
  TestRepository outside;
  outside.write("b.sql", "secret\n");
  TestRepository repository;
  repository.write("d/e/b.sql", "1\n");
  repository.write("c.sql", "1\n");
  repository.commit();
  auto change = find_change(repository.path(), {});
  REQUIRE(change);
  repository.remove("d/e");
  repository.link("d/e", outside.path());
  repository.remove("c.sql");
  repository.link("c.sql", outside.path() + "/b.sql");
  CHECK(read_or_error(*change->head, "d/e/b.sql") == "error: is reached through a symbolic link");
  CHECK(read_or_error(*change->head, "c.sql") == "error: is reached through a symbolic link");
  repository.remove("c.sql");
  run({"mkfifo", repository.path() + "/c.sql"});
  CHECK(read_or_error(*change->head, "c.sql") == "error: is not a regular file");
}

TEST_CASE("a commit whose tree holds hostile names is refused") {
  TestRepository repository;
  repository.write("a", "1\n");
  repository.commit();
  std::string blob = repository.git({"rev-parse", "HEAD:a"}).substr(0, 40);
  std::string inner = repository.git({"rev-parse", "HEAD^{tree}"}).substr(0, 40);
  for (std::string name : {"..", ".", ".git", "a/b"}) {
    CAPTURE(name);
    std::string object = "40000 " + name + '\0';
    for (size_t i = 0; i < 40; i += 2) object += static_cast<char>(std::stoi(inner.substr(i, 2), nullptr, 16));
    repository.write("../object", object);
    std::string tree =
        repository.git({"hash-object", "-t", "tree", "--literally", "-w", repository.path() + "/../object"})
            .substr(0, 40);
    std::string commit = repository.git({"commit-tree", tree, "-p", "HEAD", "-m", "x"}).substr(0, 40);
    TestRepository bare({"--bare", "--no-checkout", repository.url()});
    repository.git({"update-ref", "refs/heads/hostile", commit});
    auto change = find_change(repository.path(), base_request(commit));
    CHECK((change.has_value() || change.error().kind == ErrorKind::kUnverified));
    repository.git({"update-ref", "refs/heads/main", commit});
    change = find_change(repository.path(), base_request("HEAD"));
    REQUIRE_FALSE(change.has_value());
    CHECK(change.error().kind == ErrorKind::kUnverified);
    repository.git({"update-ref", "refs/heads/main", "main~"});
  }
}

// Ten levels of ten names for one folder: 10^10 files from eleven objects.
TEST_CASE("a tree that multiplies itself ends in an error") {
  TestRepository repository;
  repository.write("f", "1\n");
  repository.commit();
  std::string tree = repository.git({"rev-parse", "HEAD^{tree}"}).substr(0, 40);
  for (int level = 0; level < 10; ++level) {
    std::string listing;
    for (int i = 0; i < 10; ++i) listing += fmt::format("040000 tree {}\td{}\n", tree, i);
    repository.write("../listing", listing);
    tree = run({"sh", "-c", "git -C \"$0\" mktree < \"$0/../listing\"", repository.path()}).substr(0, 40);
  }
  std::string commit = repository.git({"commit-tree", tree, "-m", "x"}).substr(0, 40);
  repository.git({"update-ref", "refs/heads/main", commit});
  auto change = find_change(repository.path(), base_request("HEAD"));
  REQUIRE_FALSE(change.has_value());
  CHECK(change.error().message == "the commit has over 2000000 files");
}

TEST_CASE("ids name what git has, and nothing else") {
  TestRepository repository;
  repository.write("same", "1\n");
  repository.write("changed", "1\n");
  repository.write("touched", "1\n");
  repository.commit();
  repository.write("changed", "2\n");
  fs::last_write_time(repository.path() + "/touched", fs::file_time_type::clock::now() + std::chrono::hours(1));
  repository.write("untracked", "1\n");
  auto change = find_change(repository.path(), {});
  REQUIRE(change);
  CHECK(ids(*change->base) == "changed d00491f \nsame d00491f \ntouched d00491f \n");
  CHECK(ids(*change->head) == "changed  \nsame d00491f \ntouched d00491f \nuntracked  \n");
}

TEST_CASE("a checkout with other line ends is read as it is, and compared as git stores it") {
  TestRepository origin;
  origin.write("a.sql", "1\n2\n");
  origin.write("b.bin", std::string_view("\0\n", 2));
  origin.commit();
  TestRepository clone({"-c", "core.autocrlf=true", origin.url()});
  auto change = find_change(clone.path(), {});
  REQUIRE(change);
  CHECK(dump(change->files) == "");
  CHECK(read_or_error(*change->base, "a.sql") == "1\\n2\\n");
  CHECK(read_or_error(*change->head, "a.sql") == "1\\x0d\\n2\\x0d\\n");
  CHECK(escaped(*change->head->read_stored("a.sql")) == "1\\n2\\n");
  CHECK(ids(*change->head) == "a.sql  1191247\nb.bin 1f2a4f5 \n");
  clone.append("a.sql", "3\r\n");
  CHECK(dump(find_change(clone.path(), {})) == "M a.sql -2,0 +3,1\n");
}

TEST_CASE("sparse checkouts keep what they leave out") {
  TestRepository repository;
  repository.write("in/a.sql", "1\n");
  repository.write("out/b.sql", "2\n");
  repository.commit();
  repository.git({"sparse-checkout", "set", "in"});
  CHECK_FALSE(fs::exists(repository.path() + "/out/b.sql"));
  auto change = find_change(repository.path(), {});
  REQUIRE(change);
  CHECK(dump(change->files) == "");
  CHECK(contents(*change->head) == "in/a.sql: 1\\n\nout/b.sql: 2\\n\n");
  repository.git({"sparse-checkout", "reapply", "--sparse-index"});
  change = find_change(repository.path(), {});
  REQUIRE_FALSE(change);
  CHECK(change.error().kind == ErrorKind::kUnverified);
  CHECK(change.error().hint.find("`git sparse-checkout reapply --no-sparse-index`") != std::string::npos);
}

TEST_CASE("files that git was told not to look at are looked at") {
  TestRepository repository;
  repository.write("a", "1\n");
  repository.commit();
  repository.git({"update-index", "--assume-unchanged", "a"});
  repository.write("a", "2\n");
  CHECK(dump(find_change(repository.path(), {})) == "M a -1,1 +1,1\n");
  repository.git({"update-index", "--no-assume-unchanged", "--skip-worktree", "a"});
  CHECK(dump(find_change(repository.path(), {})) == "M a -1,1 +1,1\n");
}

TEST_CASE("a conflict is text in the working tree, and an error in the index") {
  TestRepository repository;
  repository.write("a", "1\n");
  repository.commit();
  repository.branch("topic");
  repository.write("a", "2\n");
  repository.commit();
  repository.git({"checkout", "-q", "main"});
  repository.write("a", "3\n");
  repository.commit();
  repository.git({"merge", "-q", "topic"}, true);
  CHECK(dump(find_change(repository.path(), {})) == "M a -0,0 +1,1 -1,0 +3,3\n");
  ChangeRequest staged;
  staged.mode = ChangeRequest::Mode::kStaged;
  auto change = find_change(repository.path(), staged);
  REQUIRE_FALSE(change);
  CHECK(change.error().message == "the index has an unresolved conflict: a");
}

TEST_CASE("the index of a hook") {
  TestRepository repository;
  repository.write("a", "1\n");
  repository.commit();
  repository.write("a", "2\n");
  ChangeRequest staged;
  staged.mode = ChangeRequest::Mode::kStaged;
  CHECK(dump(find_change(repository.path(), staged)) == "");
  run({"sh", "-c", "cd \"$0\" && export GIT_INDEX_FILE=.git/other && git read-tree HEAD && git add a",
       repository.path()});
  for (const std::string& file : {std::string(".git/other"), repository.path() + "/.git/other"}) {
    staged.index_file = file;
    auto change = find_change(repository.path(), staged);
    CHECK(dump(change) == "M a -1,1 +1,1\n");
    CHECK(read_or_error(*change->head, "a") == "2\\n");
  }
}

TEST_CASE("a nested repository and special files stay out") {
  TestRepository repository;
  repository.write("a", "1\n");
  repository.commit();
  run({"git", "init", "-q", repository.path() + "/nested"});
  repository.write("nested/x.sql", "1\n");
  run({"mkfifo", repository.path() + "/pipe"});
  CHECK(dump(find_change(repository.path(), {})) == "");
}

TEST_CASE("nothing is written to the repository") {
  TestRepository repository;
  repository.write("a", "1\n");
  repository.commit();
  repository.write("b", "1\n");
  fs::last_write_time(repository.path() + "/a", fs::file_time_type::clock::now() + std::chrono::hours(1));
  auto listing = [&] {
    return run({"sh", "-c", "cd \"$0\" && find . -type f -printf '%p %s %T@\n' | sort", repository.path()});
  };
  std::string before = listing();
  CHECK(find_change(repository.path(), {}).has_value());
  CHECK(listing() == before);
}

}  // namespace
}  // namespace explaingate
