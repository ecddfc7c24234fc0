// A report into a pull request: one summary comment that is edited in place, and comments on lines.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gate/outcome.h"
#include "publish/http.h"
#include "publish/known_forges.h"

namespace explaingate {

struct PublishOptions {
  ForgeKind forge = ForgeKind::kGithub;
  std::string api_url;       // "https://api.github.com"
  std::string proxy;         // of this machine, which adds a token by itself; "" = none
  std::string repository;    // "owner/name"; on GitLab also a number, or more folders
  int64_t pull_request = 0;  // its number; 0 = the open one of `head_branch` that is at `commit`
  std::string head_branch;   // "owner:branch"
  std::string commit;        // full id that the pull request must be at; "" = whatever it is at. On Bitbucket: what the
                             // report is of, and the pull request is not asked for
  std::string token;         // "" in a dry run alone
  std::string author;        // whose comments are ours; "" = the token's owner
  bool dry_run = false;
  bool check_run = false;          // write one of the commit, too: where KnownForge::check_runs
  int64_t patience_seconds = 300;  // for the whole run (Api)
};

enum class PublishEnd {
  kPublished,  // what is there now is what the report says
  kMoved,      // the pull request is at another commit: nothing was written
  kForbidden,  // the token may not write: nothing more was written
};

// How it went with the check run.
struct CheckRunEnd {
  bool written = false;    // anew or edited
  bool forbidden = false;  // the token may not write it
  std::string problem;     // one line; "" = it says what the report says
};

struct Publication {
  PublishEnd end = PublishEnd::kPublished;
  int64_t pull_request = 0;
  size_t posted = 0, edited = 0, removed = 0, kept = 0;  // comments on lines; annotations
  size_t refused = 0;                                    // comments that the server didn't take: in the summary alone
  bool summary_written = false;                          // anew or edited
  std::string summary;                                   // Markdown, with its marker; "" = there is nothing to say
  std::string problem;                                   // kMoved, kForbidden: one line
  std::vector<HttpRequest> requests;                     // in a dry run: what would be sent, to:
  std::string address{};                                 // of the API
  std::optional<CheckRunEnd> check_run{};                // nothing = not asked for
};

// Reads the pull request, its files and comments, and writes what differs: a second run with the same report writes
// nothing. Only comments of the own author are touched, and of these only those that begin with one of the markers.
// Bitbucket takes a report of the commit instead (bitbucket.h).
// Errors: kUsage for an address that can't be used; kUnverified where the server can't be reached, or refuses.
[[nodiscard]] Result<Publication> publish(const Outcome& outcome, const PublishOptions& options);

}  // namespace explaingate
