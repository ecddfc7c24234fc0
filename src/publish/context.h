// Which pull request a run is about, as the CI system tells it by environment and event file.
#pragma once

#include <string>

#include "publish/publish.h"

namespace explaingate {

// Fills what the command line left empty in `options`: the forge (`forge_name` of known_forges(), else that of the CI
// job), and by that forge's variables the repository, the API's address, the token, the change's number and its last
// commit. Where the job has an event file (GITHUB_EVENT_PATH), number and commit come from it: of the events
// pull_request and pull_request_target the number and the head, of workflow_run the commit that the run was started
// for, and its branch. What the report says of itself is not asked.
// Errors of kind kUsage name what is missing; kConfiguration: an event file that can't be read.
[[nodiscard]] Status complete_from_environment(PublishOptions& options, const std::string& forge_name,
                                               const Environment& environment);

}  // namespace explaingate
