#include "change/git.h"

#include <filesystem>
#include <optional>

#include <fmt/format.h>

namespace explaingate {
namespace {

std::string without_slash(const char* path) {
  std::string text = path == nullptr ? "" : path;
  while (text.size() > 1 && text.back() == '/') text.pop_back();
  return text;
}

// libgit2 1.5 knows safe.directory, but not its value "*", which containers in CI set. Only the configuration outside
// of repositories counts (system, user): a repository can't declare itself safe.
bool every_folder_is_safe() {
  git_config* raw = nullptr;
  if (git_config_open_default(&raw) != 0) return false;
  GitConfig config(raw);
  bool safe = false;
  auto see = [](const git_config_entry* entry, void* payload) {
    std::string_view value = entry->value == nullptr ? "" : entry->value;
    if (value == "*") *static_cast<bool*>(payload) = true;
    if (value.empty()) *static_cast<bool*>(payload) = false;  // an empty value clears the list, as in git
    return 0;
  };
  if (git_config_get_multivar_foreach(config.get(), "safe.directory", nullptr, see, &safe) != 0) return false;
  return safe;
}

// Where a repository is that libgit2 would not open; git wants the working tree's path in safe.directory.
std::optional<std::string> repository_above(const std::string& folder) {
  git_buf found = GIT_BUF_INIT;
  if (git_repository_discover(&found, folder.c_str(), 0, nullptr) != 0) return std::nullopt;
  std::string git_folder = without_slash(found.ptr);
  git_buf_dispose(&found);
  std::error_code code;
  for (std::filesystem::path at = std::filesystem::canonical(folder, code); !code; at = at.parent_path()) {
    if (std::filesystem::exists(at / ".git", code)) return at.string();
    if (!at.has_relative_path()) break;
  }
  return git_folder;
}

// libgit2 1.5 says "not found" of a repository that another user owns when no safe.directory is set at all.
bool owner_is_refused(int code, const std::string& folder) {
  if (code != GIT_ENOTFOUND) return code == GIT_EOWNER;
  const git_error* last = git_error_last();
  return last != nullptr && last->klass == GIT_ERROR_CONFIG && repository_above(folder).has_value();
}

// The switch is for the whole library: a second thread that opens a repository meanwhile would not check its owner
// either.
int open_any_owner(git_repository** out, const std::string& folder) {
  git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
  int code = git_repository_open_ext(out, folder.c_str(), 0, nullptr);
  git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 1);
  return code;
}

}  // namespace

std::unexpected<Error> git_failure(ErrorKind kind, std::string_view doing) {
  const git_error* last = git_error_last();
  std::string_view why = last == nullptr || last->message == nullptr ? "unknown error" : last->message;
  return fail(kind, fmt::format("cannot {}: {}", doing, why));
}

std::string to_hex(const git_oid& id) {
  std::string text(GIT_OID_HEXSZ, '0');
  git_oid_fmt(text.data(), &id);
  return text;
}

std::string short_hex(const git_oid& id) {
  return to_hex(id).substr(0, 7);
}

std::string shell_word(std::string_view word) {
  constexpr std::string_view kHarmless = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/-+:@=,%";
  if (!word.empty() && word.find_first_not_of(kHarmless) == std::string_view::npos) return std::string(word);
  std::string quoted = "'";
  for (char c : word) {
    if (c == '\'')
      quoted += "'\\''";
    else
      quoted += c;
  }
  return quoted + "'";
}

Result<std::shared_ptr<const Repository>> open_repository(const std::string& folder, std::string index_file) {
  auto repository = std::make_shared<Repository>();
  git_repository* raw = nullptr;
  int code = git_repository_open_ext(&raw, folder.c_str(), 0, nullptr);
  bool refused = owner_is_refused(code, folder);
  if (refused && every_folder_is_safe()) {
    refused = false;
    code = open_any_owner(&raw, folder);
  }
  if (refused) {
    std::string path = repository_above(folder).value_or(folder);
    return fail(ErrorKind::kUnverified, fmt::format("git does not trust {}: another user owns it", path),
                fmt::format("if you trust it, run `git config --global --add safe.directory {}`", shell_word(path)));
  }
  if (code == GIT_ENOTFOUND) {
    return fail(ErrorKind::kUsage, fmt::format("{} is not inside a git repository", folder),
                "run it inside a repository, or make one with `git init`");
  }
  if (code != 0) return git_failure(ErrorKind::kUnverified, "open the git repository");
  repository->handle.reset(raw);
  git_odb* objects = nullptr;
  if (git_repository_odb(&objects, raw) != 0) return git_failure(ErrorKind::kUnverified, "open git's objects");
  repository->objects.reset(objects);
  repository->bare = git_repository_is_bare(raw) != 0;
  repository->git_folder = without_slash(git_repository_commondir(raw));
  const char* tree = git_repository_workdir(raw);
  repository->root = without_slash(repository->bare || tree == nullptr ? git_repository_path(raw) : tree);
  repository->index_file = std::move(index_file);
  // libgit2 looks into a worktree's own folder; the mark is in the common one.
  std::error_code ignored;
  auto size = std::filesystem::file_size(repository->git_folder + "/shallow", ignored);
  repository->shallow = !ignored && size > 0;
  return repository;
}

Result<std::string> read_blob(const Repository& repository, const git_oid& id, size_t limit) {
  size_t size = 0;
  git_object_t type = GIT_OBJECT_INVALID;
  int code = git_odb_read_header(&size, &type, repository.objects.get(), &id);
  if (code == GIT_ENOTFOUND) {
    return fail(ErrorKind::kUnverified, fmt::format("git's object {} is not in this clone", short_hex(id)),
                "run `git fetch --refetch --no-filter origin`");
  }
  if (code != 0) return git_failure(ErrorKind::kIo, "read git's object " + short_hex(id));
  if (type != GIT_OBJECT_BLOB) return fail(ErrorKind::kIo, fmt::format("git's object {} is no file", short_hex(id)));
  if (size > limit) return fail(ErrorKind::kIo, fmt::format("is larger than {} bytes", limit));
  git_odb_object* raw = nullptr;
  if (git_odb_read(&raw, repository.objects.get(), &id) != 0)
    return git_failure(ErrorKind::kIo, "read git's object " + short_hex(id));
  GitOdbObject object(raw);
  return std::string(static_cast<const char*>(git_odb_object_data(raw)), git_odb_object_size(raw));
}

std::string blob_id(std::string_view content) {
  git_oid id{};
  if (git_odb_hash(&id, content.data(), content.size(), GIT_OBJECT_BLOB) != 0) return {};
  return to_hex(id);
}

Result<GitIndex> open_index(const Repository& repository) {
  git_index* raw = nullptr;
  int code = 0;
  if (repository.index_file.empty()) {
    code = git_repository_index(&raw, repository.handle.get());
  } else {
    // git gives the path relative to the working tree's root, where hooks run.
    std::filesystem::path file = std::filesystem::path(repository.root) / repository.index_file;
    code = git_index_open(&raw, file.c_str());
  }
  GitIndex index(raw);
  if (code == 0 && repository.index_file.empty()) code = git_index_read(raw, 0);
  if (code == 0) return index;
  auto failure = git_failure(ErrorKind::kUnverified, "read git's index");
  if (failure.error().message.contains("extension")) {
    failure.error().hint =
        "the index is split or sparse, which is not supported: run `git update-index --no-split-index` or "
        "`git sparse-checkout reapply --no-sparse-index`";
  }
  return failure;
}

}  // namespace explaingate
