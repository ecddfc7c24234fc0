// Which commit a change is held against, and what is said when that can't be known.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "change/base.h"
#include "repository.h"

namespace explaingate {
namespace {

namespace fs = std::filesystem;

// "base name | head name | files", or the error.
std::string summary(const Result<Change>& change) {
  if (!change) return fmt::format("{}: {}", static_cast<int>(change.error().kind), change.error().message);
  std::string files = dump(change->files);
  return escaped(fmt::format("{} | {} | {}", change->base_name, change->head_name, files));
}

std::string head_of(const TestRepository& repository, const std::string& revision = "HEAD") {
  return repository.git({"rev-parse", revision}).substr(0, 40);
}

// The first command between backticks of a hint.
std::string command_of(const Error& error) {
  size_t from = error.hint.find('`');
  size_t to = error.hint.find('`', from + 1);
  REQUIRE(to != std::string::npos);
  return error.hint.substr(from + 1, to - from - 1);
}

void mend(const TestRepository& repository, const Error& error) {
  std::string command = command_of(error);
  INFO(command);
  REQUIRE(command.starts_with("git fetch "));
  run({"sh", "-c", "cd \"$0\" && " + command + " 2>&1", repository.path()});
}

// main: 1, 2, 3 (a changed each time); topic from 2 with two commits of its own.
TestRepository forked() {
  TestRepository repository;
  for (const char* text : {"1\n", "2\n"}) {
    repository.write("a", text);
    repository.commit();
  }
  repository.branch("topic");
  for (const char* text : {"t1\n", "t2\n"}) {
    repository.write("t", text);
    repository.commit();
  }
  repository.git({"checkout", "-q", "main"});
  repository.write("a", "3\n");
  repository.commit();
  repository.git({"checkout", "-q", "topic"});
  return repository;
}

TEST_CASE("the default base is the merge base with the default branch") {
  TestRepository repository = forked();
  std::string base = head_of(repository, "main~");
  auto change = find_change(repository.path(), {});
  CHECK(summary(change) ==
        fmt::format("merge base {} of HEAD and main | working tree | A t -0,0 +1,1\\n", base.substr(0, 7)));
  CHECK(change->base_id == base);
  CHECK(change->root == repository.path());
  CHECK(change->git_folder == repository.path() + "/.git");
  fs::create_directories(repository.path() + "/x/y");
  CHECK(find_change(repository.path() + "/x/y", {})->root == repository.path());
  CHECK(repository_root(repository.path() + "/x/y") == repository.path());
  CHECK_FALSE(repository_root("/").has_value());

  repository.write("untracked", "1\n");
  CHECK(dump(find_change(repository.path(), {})) == "A t -0,0 +1,1\nA untracked -0,0 +1,1\n");
  ChangeRequest all;
  all.mode = ChangeRequest::Mode::kAll;
  CHECK(dump(find_change(repository.path(), all)) == "A untracked -0,0 +1,1\n");
}

TEST_CASE("on the default branch itself the base is HEAD") {
  TestRepository repository;
  repository.write("a", "1\n");
  repository.commit();
  repository.write("a", "2\n");
  std::string head = head_of(repository).substr(0, 7);
  CHECK(summary(find_change(repository.path(), {})) == fmt::format("HEAD {} | working tree | M a -1,1 +1,1\\n", head));
  repository.git({"branch", "-m", "trunk"});
  CHECK(summary(find_change(repository.path(), {})) == fmt::format("HEAD {} | working tree | M a -1,1 +1,1\\n", head));
  repository.branch("topic");
  CHECK(summary(find_change(repository.path(), {})) ==
        "2: there is no default branch to compare with: neither main nor master exists");
  repository.git({"config", "init.defaultBranch", "trunk"});
  CHECK(summary(find_change(repository.path(), {})) == fmt::format("HEAD {} | working tree | M a -1,1 +1,1\\n", head));
}

TEST_CASE("origin's branches come before local ones, and main before master") {
  TestRepository origin = forked();
  origin.git({"branch", "-m", "main", "trunk"});
  origin.git({"checkout", "-q", "trunk"});
  TestRepository clone({origin.url()});
  clone.git({"checkout", "-q", "topic"});
  std::string base = head_of(clone, "origin/trunk~").substr(0, 7);
  clone.git({"branch", "main", "topic"});
  CHECK(find_change(clone.path(), {})->base_name == fmt::format("merge base {} of HEAD and origin/trunk", base));
  clone.git({"update-ref", "refs/remotes/origin/master", "origin/trunk"});
  clone.git({"remote", "set-head", "origin", "--delete"});
  CHECK(find_change(clone.path(), {})->base_name == fmt::format("merge base {} of HEAD and origin/master", base));
  clone.git({"symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/gone"});
  CHECK(find_change(clone.path(), {})->base_name == fmt::format("merge base {} of HEAD and origin/master", base));
  clone.git({"remote", "rename", "origin", "upstream"});
  clone.git({"update-ref", "-d", "refs/remotes/upstream/HEAD"}, true);
  CHECK(find_change(clone.path(), {})->base_name == fmt::format("merge base {} of HEAD and upstream/master", base));
}

TEST_CASE("a named base") {
  TestRepository repository = forked();
  std::string fork = head_of(repository, "main~");
  std::string first = head_of(repository, "main~2");
  auto base_id = [&](const std::string& name) { return find_change(repository.path(), base_request(name))->base_id; };
  CHECK(base_id("main") == fork);
  CHECK(base_id(first) == first);
  CHECK(base_id(first.substr(0, 8)) == first);
  CHECK(base_id("HEAD") == head_of(repository));
  repository.git({"tag", "-a", "-m", "x", "v1", first});
  CHECK(base_id("v1") == first);
  auto error = [&](const std::string& name) { return summary(find_change(repository.path(), base_request(name))); };
  CHECK(error("nowhere") == "0: unknown revision: nowhere");
  CHECK(error("") == "0: unknown revision: ");
  CHECK(error("HEAD:a") == "0: is not a commit: HEAD:a");
  repository.git({"checkout", "-q", "--orphan", "other"});
  repository.commit();
  CHECK(error("main") == "2: HEAD and main have no commit in common");
  repository.git({"remote", "add", "origin", repository.url()});
  auto missing = find_change(repository.path(), base_request("origin/topic"));
  CHECK(summary(missing) == "2: origin/topic is not in this clone");
  mend(repository, missing.error());
  CHECK(error("origin/topic") == "2: HEAD and origin/topic have no commit in common");
}

TEST_CASE("of a criss-cross merge the base is git's") {
  TestRepository repository = forked();
  repository.git({"branch", "topic1"});
  repository.git({"merge", "-q", "-m", "m", "main"});
  repository.git({"checkout", "-q", "main"});
  repository.git({"merge", "-q", "-m", "m", "topic1"});
  repository.write("c", "1\n");
  repository.commit();
  repository.git({"checkout", "-q", "topic"});
  CHECK(find_change(repository.path(), base_request("main"))->base_id ==
        repository.git({"merge-base", "HEAD", "main"}).substr(0, 40));
}

TEST_CASE("before the first commit everything is new") {
  TestRepository repository;
  repository.write("a", "1\n");
  CHECK(summary(find_change(repository.path(), {})) == "empty tree, no commit yet | working tree | A a -0,0 +1,1\\n");
  repository.git({"add", "a"});
  repository.write("b", "1\n");
  ChangeRequest staged;
  staged.mode = ChangeRequest::Mode::kStaged;
  CHECK(summary(find_change(repository.path(), staged)) == "empty tree, no commit yet | index | A a -0,0 +1,1\\n");
  TestRepository empty({"--bare", repository.url()});
  CHECK(summary(find_change(empty.path(), {})) == "empty tree, no commit yet | empty tree, no commit yet | ");
}

TEST_CASE("no repository") {
  auto folder = TemporaryFolder::create();
  auto change = find_change(folder->path().string(), {});
  CHECK(summary(change) == fmt::format("0: {} is not inside a git repository", folder->path().string()));
  CHECK_FALSE(find_change(folder->path().string() + "/none", {}).has_value());
}

TEST_CASE("the base branch of a CI event") {
  TestRepository origin = forked();
  TestRepository clone({origin.url()});
  std::string base = head_of(origin, "main~").substr(0, 7);
  ChangeRequest request;
  request.github_base_ref = "main";
  CHECK(find_change(clone.path(), request)->base_name == fmt::format("merge base {} of HEAD and origin/main", base));
  CHECK(find_change(origin.path(), request)->base_name == fmt::format("merge base {} of HEAD and main", base));
  request.github_base_ref = "rel'ease";
  auto missing = find_change(clone.path(), request);
  CHECK(summary(missing) == "2: the base branch of this event, origin/rel'ease, is not in this clone");
  origin.git({"branch", "rel'ease", "main"});
  mend(clone, missing.error());
  CHECK(find_change(clone.path(), request)->base_name ==
        fmt::format("merge base {} of HEAD and origin/rel'ease", base));

  ChangeRequest gitlab;
  gitlab.gitlab_base_sha = head_of(origin, "main~2");
  CHECK(find_change(clone.path(), gitlab)->base_id == gitlab.gitlab_base_sha);
  gitlab.gitlab_base_sha = std::string(40, '1');
  CHECK(summary(find_change(clone.path(), gitlab)) == "2: the merge request's base 1111111 is not in this clone");
  gitlab.gitlab_base_sha = "main";
  CHECK(summary(find_change(clone.path(), gitlab)) == "0: CI_MERGE_REQUEST_DIFF_BASE_SHA is no commit id: main");
  gitlab.base = "main";
  gitlab.mode = ChangeRequest::Mode::kBase;  // what the caller asks for comes before the event
  CHECK_FALSE(find_change(clone.path(), gitlab).has_value());
  gitlab.base = "origin/main";
  CHECK(find_change(clone.path(), gitlab)->base_name == fmt::format("merge base {} of HEAD and origin/main", base));
}

TEST_CASE("a shallow clone without the merge base says which command mends it, and that mends it") {
  TestRepository origin = forked();
  std::string base = head_of(origin, "main~").substr(0, 7);
  std::string want = fmt::format("merge base {} of HEAD and origin/main | working tree | A t -0,0 +1,1\\n", base);
  ChangeRequest event;
  event.github_base_ref = "main";
  SUBCASE("one branch, one commit") {
    TestRepository clone({"--depth", "1", "--branch", "topic", origin.url()});
    auto missing = find_change(clone.path(), event);
    CHECK(summary(missing) == "2: the base branch of this event, origin/main, is not in this clone");
    CHECK(missing.error().hint.find("actions/checkout: `fetch-depth: 0`") != std::string::npos);
    mend(clone, missing.error());
    CHECK(summary(find_change(clone.path(), event)) == want);
  }
  SUBCASE("all branches, one commit each") {
    TestRepository clone({"--depth", "1", "--no-single-branch", "--branch", "topic", origin.url()});
    auto missing = find_change(clone.path(), event);
    CHECK(summary(missing) == "2: this clone is shallow: the merge base of HEAD and origin/main is not in it");
    mend(clone, missing.error());
    CHECK(summary(find_change(clone.path(), event)) == want);
  }
  SUBCASE("GitLab's base commit") {
    TestRepository clone({"--depth", "1", "--branch", "topic", origin.url()});
    ChangeRequest gitlab;
    gitlab.gitlab_base_sha = head_of(origin, "main~");
    auto missing = find_change(clone.path(), gitlab);
    CHECK(summary(missing) == fmt::format("2: the merge request's base {} is not in this clone", base));
    mend(clone, missing.error());
    CHECK(summary(find_change(clone.path(), gitlab)) ==
          fmt::format("merge request base {} | working tree | A t -0,0 +1,1\\n", base));
  }
  SUBCASE("a base named by its id") {
    TestRepository clone({"--depth", "1", "--branch", "topic", origin.url()});
    auto missing = find_change(clone.path(), base_request(head_of(origin, "main~2")));
    CHECK(missing.error().kind == ErrorKind::kUnverified);
    mend(clone, missing.error());
    CHECK(find_change(clone.path(), base_request(head_of(origin, "main~2"))).has_value());
  }
}

TEST_CASE("a shallow clone that holds the merge base works") {
  TestRepository origin = forked();
  std::string base = head_of(origin, "main~").substr(0, 7);
  SUBCASE("deep enough") {
    TestRepository clone({"--depth", "3", "--no-single-branch", "--branch", "topic", origin.url()});
    CHECK(find_change(clone.path(), base_request("origin/main"))->base_name ==
          fmt::format("merge base {} of HEAD and origin/main", base));
  }
  SUBCASE("the default branch, one commit") {
    TestRepository clone({"--depth", "1", "--branch", "main", origin.url()});
    clone.write("a", "4\n");
    CHECK(dump(find_change(clone.path(), {})) == "M a -1,1 +1,1\n");
  }
  SUBCASE("a checked-out merge whose first parent is the base branch's tip") {
    origin.git({"checkout", "-q", "-b", "pull", "main"});
    origin.git({"merge", "-q", "-m", "m", "topic"});
    TestRepository clone({"--depth", "1", "--branch", "pull", origin.url()});
    clone.git({"fetch", "-q", "--depth=1", "origin", "main:refs/remotes/origin/main"});
    ChangeRequest event;
    event.github_base_ref = "main";
    CHECK(dump(find_change(clone.path(), event)) == "A t -0,0 +1,1\n");
  }
}

// Depth 2 shows an older common commit by way of a merge, and hides the better one: that must not pass for the answer.
TEST_CASE("a shallow clone with only a worse common commit is not trusted") {
  TestRepository origin;
  origin.write("a", "0\n");
  origin.commit();
  origin.git({"branch", "old"});
  for (const char* text : {"1\n", "2\n"}) {
    origin.write("a", text);
    origin.commit();
  }
  origin.branch("topic");
  for (const char* text : {"1\n", "2\n"}) {
    origin.write("t", text);
    origin.commit();
  }
  origin.git({"merge", "-q", "--no-ff", "-s", "ours", "-m", "m", "old"}, true);
  std::string tree = origin.git({"rev-parse", "HEAD^{tree}"}).substr(0, 40);
  auto merge_old = [&](const std::string& branch) {
    std::string top = origin.git({"rev-parse", branch + "^{tree}"}).substr(0, 40);
    std::string commit = origin.git({"commit-tree", top, "-p", branch, "-p", "old", "-m", "m"}).substr(0, 40);
    origin.git({"update-ref", "refs/heads/" + branch, commit});
  };
  merge_old("topic");
  merge_old("main");
  TestRepository clone({"--depth", "2", "--no-single-branch", "--branch", "topic", origin.url()});
  auto change = find_change(clone.path(), base_request("origin/main"));
  CHECK(summary(change) == "2: this clone is shallow: the merge base of HEAD and origin/main is not in it");
  mend(clone, change.error());
  CHECK(find_change(clone.path(), base_request("origin/main"))->base_id ==
        clone.git({"merge-base", "HEAD", "origin/main"}).substr(0, 40));
}

TEST_CASE("worktrees share the git folder, bare clones have commits only") {
  TestRepository repository = forked();
  std::string other = repository.path() + "-other";
  repository.git({"worktree", "add", "-q", other, "main"});
  auto change = find_change(other, base_request("topic"));
  CHECK(dump(change) == "M a -1,1 +1,1\n");
  CHECK(change->root == other);
  CHECK(change->git_folder == repository.path() + "/.git");
  CHECK(repository_root(other) == other);
  CHECK(dump(*change->head) == "a\n");

  TestRepository bare({"--bare", repository.url()});
  auto in_bare = find_change(bare.path(), base_request("main"));
  std::string head = head_of(bare).substr(0, 7);
  CHECK(summary(in_bare) == fmt::format("merge base {} of HEAD and main | HEAD {} | A t -0,0 +1,1\\n",
                                        head_of(bare, "main~").substr(0, 7), head));
  CHECK(in_bare->root == bare.path());
  CHECK(in_bare->git_folder == bare.path());
  ChangeRequest staged;
  staged.mode = ChangeRequest::Mode::kStaged;
  CHECK(summary(find_change(bare.path(), staged)) == "0: a bare repository has no index");
}

TEST_CASE("a repository of another user is refused, unless it is declared safe") {
  if (::geteuid() != 0) return;  // only root can give a folder away
  TestRepository repository;
  repository.write("a", "1\n");
  repository.commit();
  for (const char* path : {"", "/.git"}) REQUIRE(::chown((repository.path() + path).c_str(), 4242, 4242) == 0);
  auto change = find_change(repository.path(), {});
  CHECK(summary(change) == fmt::format("2: git does not trust {}: another user owns it", repository.path()));
  CHECK(command_of(change.error()) == "git config --global --add safe.directory " + repository.path());
  std::string configuration = fs::path(repository.path()).parent_path().string() + "/.gitconfig";
  for (const std::string& safe : {repository.path(), std::string("*")}) {
    run({"git", "config", "--file", configuration, "safe.directory", safe});
    CHECK_MESSAGE(find_change(repository.path(), {}).has_value(), safe);
  }
  run({"git", "config", "--file", configuration, "safe.directory", "/elsewhere"});
  CHECK_FALSE(find_change(repository.path(), {}).has_value());
}

TEST_CASE("words of a hint are safe to paste") {
  CHECK(shell_word("origin/main") == "origin/main");
  CHECK(shell_word("a b") == "'a b'");
  CHECK(shell_word("a'$(b)") == "'a'\\''$(b)'");
  CHECK(shell_word("") == "''");
}

}  // namespace
}  // namespace explaingate
