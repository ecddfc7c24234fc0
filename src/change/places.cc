#include "change/change.h"
#include "change/git.h"

namespace explaingate {

Result<RepositoryPlaces> repository_places(const std::string& folder) {
  auto repository = open_repository(folder, "");
  if (!repository) return fail(repository.error());
  RepositoryPlaces places;
  places.bare = git_repository_is_bare((*repository)->handle.get()) != 0;
  git_config* raw = nullptr;
  if (git_repository_config_snapshot(&raw, (*repository)->handle.get()) != 0)
    return git_failure(ErrorKind::kUnverified, "read the configuration of git");
  GitConfig config(raw);
  const char* value = nullptr;
  if (git_config_get_string(&value, config.get(), "core.hooksPath") != 0)
    places.hooks = (*repository)->git_folder + "/hooks";
  if (git_config_get_string(&value, config.get(), "remote.origin.url") == 0) places.origin = value;
  return places;
}

}  // namespace explaingate
