#include <future>
#include <utility>

#include <fmt/format.h>

#include "change/base.h"
#include "change/change.h"
#include "change/git.h"
#include "change/patch.h"
#include "change/tree.h"

namespace explaingate {
namespace {

using Mode = ChangeRequest::Mode;

Result<std::unique_ptr<Tree>> open_head(const SharedRepository& repository, Change& change) {
  if (!repository->bare) {
    change.head_name = "working tree";
    return open_work_tree(repository);
  }
  auto head = head_commit(*repository);
  if (!head) return fail(head.error());
  change.head_name = *head ? fmt::format("HEAD {}", short_hex(**head)) : "empty tree, no commit yet";
  if (!*head) return open_empty_tree();
  return open_commit_tree(repository, **head);
}

Result<Change> patch_change(const SharedRepository& repository, Change change, const std::string& text) {
  auto patch = parse_patch(text);
  if (!patch) return fail(patch.error());
  auto tree = open_head(repository, change);
  if (!tree) return fail(tree.error());
  auto sides = lay_patch(*patch, std::move(*tree));
  if (!sides) return fail(sides.error());
  change.base_name = change.head_name;
  (sides->tree_is_head ? change.base_name : change.head_name) +=
      sides->tree_is_head ? " without the patch" : " with the patch";
  change.base = std::move(sides->base);
  change.head = std::move(sides->head);
  change.files = std::move(sides->files);
  return change;
}

Result<Base> base_of(const Repository& repository, const ChangeRequest& request) {
  if (request.mode != Mode::kStaged && request.mode != Mode::kAll) return choose_base(repository, request);
  auto head = head_commit(repository);
  if (!head) return fail(head.error());
  if (!*head) return Base{std::nullopt, "empty tree, no commit yet"};
  return Base{*head, fmt::format("HEAD {}", short_hex(**head))};
}

}  // namespace

Result<Change> find_change(const std::string& folder, const ChangeRequest& request) {
  GitLibrary library;
  auto opened = open_repository(folder, request.index_file);
  if (!opened) return fail(opened.error());
  const SharedRepository& repository = *opened;
  Change change;
  change.root = repository->root;
  change.git_folder = repository->git_folder;
  if (request.on_repository) request.on_repository(change.git_folder);
  if (request.mode == Mode::kPatch) return patch_change(repository, std::move(change), request.patch);
  if (request.mode == Mode::kStaged && repository->bare)
    return fail(ErrorKind::kUsage, "a bare repository has no index", "name two commits instead: `--base REF`");

  auto base = base_of(*repository, request);
  if (!base) return fail(base.error());
  change.base_name = base->name;
  if (base->commit) change.base_id = to_hex(*base->commit);
  auto opening = std::async(std::launch::async, [&repository, &base] {
    return base->commit ? open_commit_tree(repository, *base->commit) : open_empty_tree();
  });
  auto head_tree = request.mode == Mode::kStaged ? open_index_tree(repository) : open_head(repository, change);
  auto base_tree = opening.get();
  if (!base_tree) return fail(base_tree.error());
  if (!head_tree) return fail(head_tree.error());
  if (request.mode == Mode::kStaged) change.head_name = "index";
  auto files = compare_trees(**base_tree, **head_tree);
  if (!files) return fail(files.error());
  change.base = std::move(*base_tree);
  change.head = std::move(*head_tree);
  change.files = std::move(*files);
  return change;
}

std::optional<std::string> repository_root(const std::string& folder) {
  GitLibrary library;
  auto repository = open_repository(folder, {});
  if (!repository) return std::nullopt;
  return (*repository)->root;
}

}  // namespace explaingate
