#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <memory>

#include <random>

#include <fmt/format.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/cli.h"

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX leaves its declaration to the program

namespace explaingate {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::map<std::string, std::string> own_environment() {
  constexpr std::string_view kPrefix = "EXPLAINGATE_";
  std::map<std::string, std::string> found;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    std::string_view text(*entry);
    size_t equals = text.find('=');
    if (text.starts_with(kPrefix) && equals != std::string_view::npos)
      found[std::string(text.substr(kPrefix.size(), equals - kPrefix.size()))] = text.substr(equals + 1);
  }
  return found;
}

Result<std::string> read_stream(std::FILE* stream) {
  constexpr size_t kLimit = size_t{1} << 30;
  std::string text;
  char buffer[65536];
  for (bool more = true; more;) {
    size_t got = std::fread(buffer, 1, sizeof buffer, stream);
    if (std::ferror(stream) != 0) return fail(ErrorKind::kUsage, fmt::format("cannot read: {}", std::strerror(errno)));
    text.append(buffer, got);
    if (text.size() > kLimit) return fail(ErrorKind::kUsage, fmt::format("is larger than {} bytes", kLimit));
    more = got == sizeof buffer;
  }
  return text;
}

// A file that the command line names, or a pipe: `--diff <(git diff main)`.
Result<std::string> read_named(const std::string& path) {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "re"), std::fclose);
  if (!file) return fail(ErrorKind::kUsage, fmt::format("cannot read: {}", std::strerror(errno)));
  return read_stream(file.get());
}

Result<ChangeRequest> change_request(const GateOptions& options) {
  int given = (options.base.empty() ? 0 : 1) + (options.diff.empty() ? 0 : 1) + (options.staged ? 1 : 0) +
              (options.all ? 1 : 0);
  if (given > 1)
    return fail(ErrorKind::kUsage, "--base, --diff, --staged and --all exclude one another",
                "give one of them, or none: the working tree against the default branch");
  ChangeRequest request;
  request.github_base_ref = environment("GITHUB_BASE_REF");
  request.gitlab_base_sha = environment("CI_MERGE_REQUEST_DIFF_BASE_SHA");
  request.index_file = environment("GIT_INDEX_FILE");
  if (!options.base.empty()) {
    request.mode = ChangeRequest::Mode::kBase;
    request.base = options.base;
  } else if (options.staged) {
    request.mode = ChangeRequest::Mode::kStaged;
  } else if (options.all) {
    request.mode = ChangeRequest::Mode::kAll;
  } else if (!options.diff.empty()) {
    request.mode = ChangeRequest::Mode::kPatch;
    auto patch = options.diff == "-" ? read_standard_input() : read_named(options.diff);
    if (!patch)
      return fail(Error{ErrorKind::kUsage, patch.error().message, options.diff, 0, 0, "",
                        "--diff takes a unified diff: a file, or - for standard input"});
    request.patch = std::move(*patch);
  }
  return request;
}

// The file nearest to the working directory, up to the root, as the head side has it.
Result<Settings> find_settings(const GateOptions& options, const Change& change) {
  std::string given = options.config.empty() ? environment("EXPLAINGATE_CONFIG") : options.config;
  if (!given.empty()) {
    auto text = read_named(given);
    if (!text)
      return fail(
          Error{ErrorKind::kUsage, text.error().message, given, 0, 0, "",
                fmt::format("{} names the configuration", options.config.empty() ? "EXPLAINGATE_CONFIG" : "--config")});
    return parse_settings(*text, given);
  }
  std::error_code code;
  std::filesystem::path folder = std::filesystem::relative(std::filesystem::current_path(code), change.root, code);
  for (; !code; folder = folder.parent_path()) {
    std::string path = (folder / kConfigurationFile).lexically_normal().generic_string();
    if (path.starts_with("..")) break;
    auto text = read_if_there(*change.head, path);
    if (!text) return fail(text.error());
    if (*text) return parse_settings(**text, path);
    if (folder.empty()) break;
  }
  return parse_settings("", "");
}

std::string today() {
  if (std::string given = environment("EXPLAINGATE_TODAY"); !given.empty()) return given;
  std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  return fmt::format("{:04}-{:02}-{:02}", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday);
}

}  // namespace

Result<std::string> read_standard_input() {
  return read_stream(stdin);
}

Status prepare(const GateOptions& options, Context& context) {
  auto request = change_request(options);
  if (!request) return fail(request.error());
  auto languages = Languages::built_in();
  if (!languages) return fail(languages.error());
  context.languages.emplace(std::move(*languages));
  Run& run = context.run;
  request->on_repository = [&run](const std::string& git_folder) {
    run.kept = std::make_shared<KeptProgram>(git_folder + kCacheFolder);
  };
  auto change = find_change(".", *request);
  if (!change) return fail(change.error());
  run.change = std::move(*change);
  auto settings = find_settings(options, run.change);
  if (!settings) return fail(settings.error());
  run.settings = std::move(*settings);
  if (Status applied = apply_environment(run.settings, own_environment()); !applied) return applied;
  if (!options.engine.empty()) run.settings.engine = options.engine;
  if (!options.url.empty()) {
    if (options.engine == "sqlite")
      return fail(ErrorKind::kUsage, "--url names a PostgreSQL server, and --engine sqlite uses none",
                  "leave one of them out");
    run.settings.engine = "postgres";
    run.settings.url = options.url;
  }
  run.mode = options.all ? Mode::kAll : Mode::kChange;
  run.measure = options.measure;
  if (run.measure && run.settings.seed.empty())
    return fail(ErrorKind::kUsage, "--measure runs the queries on seed data, and there is none",
                fmt::format("name a .sql file with INSERTs in {}: {{\"seed\": \"seed.sql\"}}", kConfigurationFile));
  run.languages = &*context.languages;
  run.today = today();
  if (!is_date(run.today))
    return fail(ErrorKind::kUsage, fmt::format("EXPLAINGATE_TODAY: \"{}\" is not a date (YYYY-MM-DD)", run.today));
  if (::isatty(STDERR_FILENO) != 0 && environment("TERM") != "dumb") {
    context.progress = [](std::string_view what, size_t, size_t of) {
      fmt::print(stderr, "\r\x1b[K{} ({}) …", what, of);
    };
    run.progress = &context.progress;
  }
  return {};
}

Result<std::vector<std::string>> paths_from_root(const Run& run, const std::vector<std::string>& paths) {
  std::vector<std::string> wanted;
  auto entries = run.change.head->list();
  if (!entries) return fail(entries.error());
  for (const std::string& given : paths) {
    std::error_code code;
    std::filesystem::path absolute = std::filesystem::weakly_canonical(std::filesystem::absolute(given), code);
    std::string path =
        absolute.lexically_relative(std::filesystem::weakly_canonical(run.change.root, code)).generic_string();
    if (path == ".") path.clear();
    if (!code && (path == ".." || path.starts_with("../")))
      return fail(ErrorKind::kUsage, fmt::format("{}: leads out of {}", given, run.change.root),
                  "run explaingate there, or give paths inside");
    bool found = !code && (path.empty() || std::any_of(entries->begin(), entries->end(), [&](const TreeEntry& entry) {
                             return entry.path == path || entry.path.starts_with(path + "/");
                           }));
    if (!found)
      return fail(ErrorKind::kUsage, fmt::format("{}: no such file or folder here", given),
                  "paths are of files that git knows or would add: what it ignores is left out");
    wanted.push_back(path);
  }
  return wanted;
}

int exit_code_of(const Error& error) {
  return error.kind == ErrorKind::kUsage || error.kind == ErrorKind::kConfiguration ? 2 : 3;
}

int report_error(const Error& error) {
  std::string text = printable(to_text(error));
  fmt::print(stderr, "explaingate: {}", text);
  return exit_code_of(error);
}

TextStyle style_of(const GateOptions& options) {
  TextStyle style;
  style.verbose = options.verbose;
  bool forced = !environment("CLICOLOR_FORCE").empty() || !environment("FORCE_COLOR").empty();
  bool terminal = ::isatty(STDOUT_FILENO) != 0 && environment("TERM") != "dumb";
  style.color =
      options.color == "always" || (options.color == "auto" && environment("NO_COLOR").empty() && (forced || terminal));
  return style;
}

Status emit(const GateOptions& options, const std::map<std::string, std::function<std::string()>>& renderers) {
  std::vector<std::string> formats = options.formats.empty() ? std::vector<std::string>{"text"} : options.formats;
  for (const std::string& wanted : formats) {
    size_t equals = wanted.find('=');
    std::string text = renderers.at(wanted.substr(0, equals))();
    if (equals != std::string::npos) {
      if (Status written = write_file_through(wanted.substr(equals + 1), text); !written) return written;
    } else if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
      return fail(ErrorKind::kIo, fmt::format("cannot write to standard output: {}", std::strerror(errno)));
    }
  }
  return {};
}

StopCommands stop_commands() {
  const char* actions = std::getenv("GITHUB_ACTIONS");
  if (actions == nullptr || std::string_view(actions) != "true") return {};
  std::random_device random;  // nobody can have written the word that ends it into a change
  std::string word = fmt::format("{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
  return {fmt::format("::stop-commands::{}\n", word), fmt::format("::{}::\n", word)};
}

int say(const std::string& line) {
  Status written = emit({}, {{"text", [&] { return printable(line); }}});
  return written ? 0 : report_error(written.error());
}

}  // namespace explaingate
