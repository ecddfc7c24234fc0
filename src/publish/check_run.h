// GitHub's check run: the report as a check of a commit, green or red, with annotations at lines. For a run whose own
// result the pull request doesn't show, such as the second of two workflows.
#pragma once

#include "publish/api.h"
#include "publish/publish.h"

namespace explaingate {

// Writes the check run of commit `head`. One that is there and says the same is left as it is; one that lacks
// annotations gets them. GitHub takes no annotation back, so where one has to go, a new check run of the same name
// takes the place of the old one, as GitHub shows the latest of a name. In a dry run the requests go to `requests`.
// What the token may not do, and what is refused, is told in the result; errors are what is worth another look: safe to
// call again.
[[nodiscard]] ApiResult<CheckRunEnd> publish_check_run(const Outcome& outcome, const PublishOptions& options, Api& api,
                                                       const std::string& head, std::vector<HttpRequest>& requests);

}  // namespace explaingate
