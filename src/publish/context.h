// Which pull request a run is about, as the CI system tells it by environment and event file.
#pragma once

#include <map>
#include <string>

#include "publish/publish.h"

namespace explaingate {

// Fills what the command line left empty in `options`: the repository (GITHUB_REPOSITORY), the API's address
// (GITHUB_API_URL, else GitHub's), the token (GITHUB_TOKEN), and from the file that GITHUB_EVENT_PATH names the pull
// request and the commit: of the events pull_request and pull_request_target the number and the head, of workflow_run
// the commit that the run was started for, and its branch. What the report says of itself is not asked.
// Errors of kind kUsage name what is missing; kConfiguration: an event file that can't be read.
[[nodiscard]] Status complete_from_environment(PublishOptions& options,
                                               const std::map<std::string, std::string>& environment);

}  // namespace explaingate
