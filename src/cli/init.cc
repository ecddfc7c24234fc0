// `init`: a configuration for what is found here, a workflow for the forge, a hook. Writes only files that aren't
// there.
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/text.h"
#include "change/change.h"
#include "cli/cli.h"
#include "report/parts.h"
#include "schema/places.h"

namespace explaingate {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMostPlaces = 8;  // where a schema is looked for, when the one that is found serves few statements

// What a run over the whole repository came to on one engine.
struct Attempt {
  std::string engine;
  std::string place;    // of the schema, where it was named; "" = found by itself
  std::string problem;  // why there is no outcome
  size_t statements = 0, planned = 0;
  size_t schema_statements = 0, refused = 0;  // refused: of those in SQL files
  std::string schema;                         // "golang-migrate, 12 files": what was found; empty = nothing
  std::string schema_path;  // its file, or the folder that all of it is in; "" = the repository's root
};

// The folder that holds all of the sorted files.
std::string common_folder(const std::vector<std::string>& files) {
  const std::string &first = files.front(), &last = files.back();
  std::string common(first.begin(), std::ranges::mismatch(first, last).in1);  // "db" of db/a.sql and db2/a.sql, too
  size_t slash = common.rfind('/');
  return slash == std::string::npos ? "" : common.substr(0, slash);
}

// As far as the plans.
Status plan_all(Run& run) {
  for (const Pass& pass : passes()) {
    if (Status done = pass.run(run); !done) return done;
    if (std::string_view(pass.name) == "plan_statements") break;
  }
  return {};
}

Attempt attempt(const GateOptions& options, const std::string& engine, const std::string& place) {
  Attempt result;
  result.engine = engine;
  result.place = place;
  GateOptions whole = options;
  whole.all = true;
  whole.engine = engine;
  Context context;
  Status done = prepare(whole, context);
  if (!place.empty()) context.run.settings.schema.paths = {place};
  if (done) done = plan_all(context.run);
  if (context.progress) fmt::print(stderr, "\r\x1b[K");
  if (!done) {
    result.problem = done.error().message;
    return result;
  }
  const SchemaSide& head = context.run.sides[kHeadSide];
  if (!head.schema.tool.empty() && !head.schema.files.empty()) {
    result.schema =
        fmt::format("{}, {}", head.schema.tool, counted(static_cast<double>(head.schema.files.size()), "file"));
    const std::vector<std::string>& files = head.schema.files;
    result.schema_path = files.size() == 1 ? files.front() : common_folder(files);
  }
  result.schema_statements = head.schema.statements.size();
  result.refused = static_cast<size_t>(std::ranges::count_if(
      head.engine->failures(), [&](const SchemaFailure& failure) { return !head.is_from_code(failure.statement); }));
  for (const KnownStatement& known : context.run.statements) {
    if (known.side != kHeadSide) continue;
    ++result.statements;
    result.planned += known.on[kHeadSide] && known.on[kHeadSide]->ok() ? 1 : 0;
  }
  return result;
}

bool serves_few(const Attempt& attempt) {
  return attempt.planned * 2 < attempt.statements;
}

// Whether the second serves the project better: it plans more, or refuses less of the schema. A schema that is refused
// by half belongs to another engine, though statements are planned that need none of it. Where places are tried, one of
// which nothing is refused counts double: what is refused elsewhere belongs to no schema, or to another one.
bool serves_better(const Attempt& first, const Attempt& second) {
  if (!second.problem.empty()) return false;
  if (!first.problem.empty()) return true;
  bool places = !second.place.empty();
  auto worth = [&](const Attempt& attempt) {
    double all = static_cast<double>(std::max<size_t>(attempt.schema_statements, 1));
    double accepted = 1 - std::min(1.0, static_cast<double>(attempt.refused) / all);
    return static_cast<double>(attempt.planned) * accepted * accepted * (places && attempt.refused == 0 ? 2 : 1);
  };
  return worth(second) > worth(first) || (worth(second) == worth(first) && second.refused < first.refused);
}

class Writer {
 public:
  explicit Writer(fs::path root) : root_(std::move(root)) {}

  Status add(const std::string& path, std::string_view text, const std::string& what, bool executable = false) {
    fs::path file = root_ / path;  // an absolute path stays what it is
    std::string shown = file.lexically_relative(root_).generic_string();
    if (shown.empty() || shown.starts_with("..")) shown = file.string();  // the hooks of a worktree
    std::error_code code;
    if (fs::exists(fs::symlink_status(file, code))) {
      said_ += fmt::format("left     {}: is there already\n", shown);
      return {};
    }
    fs::create_directories(file.parent_path(), code);
    if (Status written = write_file_atomic(file, text); !written) return written;
    if (executable && ::chmod(file.c_str(), 0755) != 0)
      return fail(ErrorKind::kIo, fmt::format("{}: cannot be made executable", shown));
    said_ += fmt::format("written  {}: {}\n", shown, what);
    return {};
  }
  void remark(const std::string& text) { said_ += "         " + text + "\n"; }
  void found(const std::string& text) { said_ += "found    " + text + "\n"; }
  [[nodiscard]] const std::string& said() const { return said_; }

 private:
  fs::path root_;
  std::string said_;
};

// The places are tried out: the first that serves all as well as any.
void try_places(const GateOptions& options, const std::vector<std::string>& engines, Attempt& best, Writer& out) {
  GateOptions whole = options;
  whole.all = true;
  Context context;
  if (Status done = prepare(whole, context); !done) return;  // as the attempts have said
  for (const std::string& engine : engines) {
    Dialect dialect = engine == "sqlite" ? Dialect::kSqlite : Dialect::kPostgres;
    auto places = places_with_tables(*context.run.change.head, dialect, kMostPlaces);
    if (!places) return;
    for (const std::string& place : *places) {
      if (engine == best.engine && place == best.schema_path) continue;
      if (printable_line(place) != place) continue;  // no name that a configuration could hold
      Attempt next = attempt(options, engine, place);
      if (!serves_better(best, next)) continue;
      out.found(fmt::format("{}: {} planned with the schema in {}", next.engine, next.planned, place));
      best = std::move(next);
    }
  }
}

// As one line, whatever the name holds.
std::string in_json(const std::string& path) {
  return nlohmann::json(path).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string configuration_for(const Attempt& found) {
  std::string schema = !found.place.empty()
                           ? fmt::format(
                                 "  // Of the places that make tables, the one with which most can be planned.\n"
                                 "  \"schema\": {},\n",
                                 in_json(found.place))
                       : found.schema.empty()
                           ? "  // No schema was found. Name the file, or the folder of migrations:\n  // \"schema\": "
                             "\"db/migrations\",\n"
                       : found.schema_path.empty()
                           ? fmt::format("  // The schema is found by itself ({}, in several folders).\n", found.schema)
                           : fmt::format("  // The schema is found by itself ({}). To name it:\n  // \"schema\": {},\n",
                                         found.schema, in_json(found.schema_path));
  return fmt::format(R"({{
  // "sqlite" (embedded) or "postgres" (an installed server, started for the run alone).
  "engine": "{}",
{}
  // How large tables are in production, so that findings speak of real sizes; "fixed" tables don't grow.
  // For PostgreSQL `explaingate stats export` reads them all: "statistics": "statistics.json".
  "tables": {{
    // "orders": {{"rows": 2000000}},
    // "countries": {{"rows": 250, "fixed": true}}
  }},

  // Levels: "error" fails the build, "warning", "info", "off". `explaingate rules` lists them all.
  "rules": {{
    // "select-star": "off"
  }}
}}
)",
                     found.engine, schema);
}

constexpr const char* kGithubWorkflow = R"(name: explaingate
on: pull_request
permissions:
  contents: read
jobs:
  queries:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0  # the merge base with the target branch is what the change is compared with
          persist-credentials: false
      # Put explaingate on the runner here: its .deb package, or an image of yours that has it.
      - run: explaingate check
)";

constexpr const char* kGitlabJob = R"(# In .gitlab-ci.yml:  include: {local: .gitlab/explaingate.yml}
# The job's image must have explaingate and git.
explaingate:
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
  variables:
    GIT_DEPTH: 0  # the merge base with the target branch is what the change is compared with
  script:
    - explaingate check --format text --format gitlab=gl-code-quality.json
  artifacts:
    when: always
    reports:
      codequality: gl-code-quality.json
)";

// bitbucket-pipelines.yml is one file for all, so it is shown.
constexpr std::array<std::string_view, 10> kBitbucketStep = {
    R"(add to bitbucket-pipelines.yml:)",
    R"(pipelines:)",
    R"(  pull-requests:)",
    R"(    '**':)",
    R"(      - step:)",
    R"(          clone: {depth: full})",
    R"(          script:)",
    R"(            - git fetch origin "+refs/heads/$BITBUCKET_PR_DESTINATION_BRANCH:refs/remotes/origin/$BITBUCKET_PR_DESTINATION_BRANCH")",
    R"(            - git checkout --quiet "$BITBUCKET_COMMIT")",
    R"(            - explaingate check --base "origin/$BITBUCKET_PR_DESTINATION_BRANCH")"};

constexpr const char* kHook = R"(#!/bin/sh
# Judges what is staged. `git commit --no-verify` goes past it.
exec explaingate check --staged
)";

// The host of a remote's URL, "https://me@github.com:443/o/r" or "git@github.com:o/r", in lower case; "" = a path.
std::string host_of(const std::string& url) {
  size_t scheme = url.find("://");
  std::string place = lower(scheme == std::string::npos ? url : url.substr(scheme + 3));
  place.resize(std::min(place.find('/'), place.size()));
  if (scheme == std::string::npos && place.find(':') == std::string::npos) return "";
  place.erase(0, place.rfind('@') + 1);  // npos + 1 is 0
  return place.substr(0, place.find(':'));
}

// Whether a label of the host begins so: "gitlab.com", "gitlab-ce.example.com", not "my-gitlab.com".
bool host_names(const std::string& host, const std::string& forge) {
  return ("." + host).find("." + forge) != std::string::npos;
}

Status write_workflows(const std::string& root, const std::string& host, Writer& out) {
  auto there = [&](const char* path) { return fs::exists(fs::path(root) / path); };
  bool github = there(".github") || host_names(host, "github");
  bool gitlab = there(".gitlab-ci.yml") || host_names(host, "gitlab");
  bool forgejo = there(".forgejo") || host_names(host, "forgejo") || host == "codeberg.org";
  bool gitea = there(".gitea") || host_names(host, "gitea");
  bool bitbucket = there("bitbucket-pipelines.yml") || host == "bitbucket.org";
  struct File {
    bool wanted;
    const char *path, *text, *what;
  };
  const char* each = "judges each pull request";
  for (const File& file : {File{github, ".github/workflows/explaingate.yml", kGithubWorkflow, each},
                           File{gitlab, ".gitlab/explaingate.yml", kGitlabJob, "judges each merge request; include it"},
                           File{forgejo, ".forgejo/workflows/explaingate.yml", kGithubWorkflow, each},
                           File{gitea, ".gitea/workflows/explaingate.yml", kGithubWorkflow, each}}) {
    if (!file.wanted) continue;
    if (Status written = out.add(file.path, file.text, file.what); !written) return written;
  }
  if (bitbucket)
    for (std::string_view line : kBitbucketStep) out.remark(std::string(line));
  if (!github && !gitlab && !forgejo && !gitea && !bitbucket)
    out.remark("in CI: `explaingate check`, with the whole history fetched");
  return {};
}

Status write_all(const Attempt& best, const std::string& root, const RepositoryPlaces& places, Writer& out) {
  if (Status written = out.add(std::string(kConfigurationFile), configuration_for(best), "what is planned, and how");
      !written)
    return written;
  if (Status written = write_workflows(root, host_of(places.origin), out); !written) return written;
  if (fs::exists(fs::path(root) / ".pre-commit-config.yaml")) {
    out.remark("pre-commit is used here: docs/ci.md has the hook for .pre-commit-config.yaml");
    return {};
  }
  if (places.hooks.empty()) {
    out.remark("another tool keeps the hooks here (core.hooksPath): let it call `explaingate check --staged`");
    return {};
  }
  return out.add(places.hooks + "/pre-commit", kHook, "judges what is staged, before each commit", true);
}

}  // namespace

int init_command(const GateOptions& options) {
  auto root = repository_root(".");
  if (!root)
    return report_error(Error{ErrorKind::kUsage, "no git repository here", "", 0, 0, "",
                              "`explaingate init` sets up the repository that it is called in"});
  auto places = repository_places(*root);
  if (!places) return report_error(places.error());
  if (places->bare)
    return report_error(Error{ErrorKind::kUsage, "this repository is bare: it has no working tree to write into", "", 0,
                              0, "", "call `explaingate init` in a clone of it"});
  Writer out(*root);
  Attempt best;
  bool configured = fs::exists(fs::path(*root) / kConfigurationFile);
  std::vector<std::string> usable;
  std::vector<std::string> engines = options.engine.empty() ? known_engines() : std::vector{options.engine};
  for (const std::string& engine : engines) {
    if (configured) break;
    Attempt next = attempt(options, engine, "");
    out.found(next.problem.empty()
                  ? fmt::format("{}: {} of {} planned, {} of the schema refused", next.engine, next.planned,
                                counted(static_cast<double>(next.statements), "statement"),
                                counted(static_cast<double>(next.refused), "statement"))
                  : fmt::format("{}: {}", next.engine, next.problem));
    if (next.problem.empty()) usable.push_back(engine);
    if (best.engine.empty() || serves_better(best, next)) best = std::move(next);
  }
  if (!configured && !best.problem.empty())
    return report_error(Error{ErrorKind::kConfiguration, best.problem, "", 0, 0, "", "nothing was written"});
  if (!configured && serves_few(best)) try_places(options, usable, best, out);
  if (!configured)
    out.found(fmt::format("schema: {}", best.schema.empty() ? "none"
                                        : best.schema_path.empty()
                                            ? fmt::format("{} in several folders", best.schema)
                                            : fmt::format("{} in {}", best.schema, best.schema_path)));
  if (!configured && serves_few(best))
    out.remark(
        "fewer than half of the statements could be planned. `explaingate check --all --verbose` lists why; where "
        "the schema found isn't theirs, name it in explaingate.json: \"schema\"");
  if (Status written = write_all(best, *root, *places, out); !written) {
    (void)say(out.said());  // what is there by now
    return report_error(written.error());
  }
  out.remark("next: `explaingate doctor` says what is missing, `explaingate check` judges your change");
  return say(out.said());
}

}  // namespace explaingate
