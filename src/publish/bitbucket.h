// Bitbucket Cloud has no comments that a program could keep in order, but Code Insights: a report of a commit, with
// annotations at lines, which it shows in the commit's pull requests.
#pragma once

#include "publish/api.h"
#include "publish/publish.h"

namespace explaingate {

inline constexpr size_t kMostAnnotations = 1000;    // of a report
inline constexpr size_t kAnnotationsAtATime = 100;  // in a request

// Takes back the commit's report of an earlier run and writes this one. What was sent twice is there once, so it is
// safe to call again after a failure. The last time annotations that the server fails at count as refused.
[[nodiscard]] ApiResult<Publication> publish_insights(const Outcome& outcome, const PublishOptions& options, Api& api,
                                                      bool last);

}  // namespace explaingate
