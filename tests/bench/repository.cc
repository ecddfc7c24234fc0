#include "bench/repository.h"

#include <fmt/format.h>
#include <tree_sitter/api.h>

#include <atomic>
#include <filesystem>

#include "base/file.h"
#include "base/parallel.h"
#include "bench/timing.h"
#include "change/change.h"
#include "extract/extract.h"
#include "extract/host_language.h"
#include "gate/path_filter.h"
#include "gate/settings.h"

namespace explaingate::bench {
namespace {

constexpr int kRounds = 5;

void print(const std::string& what, const Child& child, const Time& yardstick) {
  fmt::print("{:<66} {:>8.0f} {:>8.0f} {:>7.2f} {:>8.0f}\n", what, child.time.wall, child.time.cpu,
             child.time.wall / yardstick.wall, child.peak_mb);
}

// The run with the median wall time.
Child middle_of(std::vector<Child> runs) {
  std::sort(runs.begin(), runs.end(), [](const Child& a, const Child& b) { return a.time.wall < b.time.wall; });
  return std::move(runs[runs.size() / 2]);
}

Child several(const std::vector<std::string>& command, const std::string& folder) {
  std::vector<Child> runs;
  for (int round = 0; round < kRounds; ++round) runs.push_back(run_child(command, folder));
  return middle_of(std::move(runs));
}

}  // namespace

int parse_alone(const std::string& folder) {
  auto languages = Languages::built_in();
  auto tree = open_folder(folder);
  auto settings = parse_settings("", "");
  if (!languages || !tree || !settings) return 2;
  auto entries = (*tree)->list();
  if (!entries) return 2;
  std::vector<std::string> paths;
  PathFilter filter(*settings);
  for (const TreeEntry& entry : *entries)
    if (entry.kind == TreeEntry::Kind::kFile && languages->for_path(entry.path) != nullptr &&
        filter.includes(entry.path))
      paths.push_back(entry.path);
  std::atomic<size_t> bytes{0};
  parallel_for(paths.size(), [&](size_t i) {
    auto text = (*tree)->read(paths[i]);
    if (!text) return;
    TSParser* parser = ts_parser_new();
    ts_parser_set_language(parser, languages->for_path(paths[i])->parser());
    TSTree* parsed = ts_parser_parse_string(parser, nullptr, text->data(), static_cast<uint32_t>(text->size()));
    ts_tree_delete(parsed);
    ts_parser_delete(parser);
    bytes += text->size();
  });
  fmt::print("{} {}", paths.size(), bytes.load());
  return 0;
}

int measure_repository(const std::string& folder, const std::string& binary, const std::string& file) {
  namespace fs = std::filesystem;
  const std::string self = fs::read_symlink("/proc/self/exe").string();
  const fs::path kept = fs::path(folder) / ".git/explaingate";
  const std::string git = "/usr/bin/git";
  auto before = read_file(fs::path(folder) / file);
  if (!before) {
    fmt::print(stderr, "bench: {}: {}\n", file, before.error().message);
    return 2;
  }
  Child alone = several({self, "grammars", "."}, folder);
  if (alone.code != 0) return 2;
  size_t space = alone.out.find(' ');
  fmt::print("{} source files, {} MB\n\n{:<66} {:>8} {:>8} {:>7} {:>8}\n", alone.out.substr(0, space),
             std::stoul(alone.out.substr(space + 1)) / 1'000'000, "", "wall ms", "CPU ms", "× wall", "peak MB");
  print("tree-sitter: every file read and parsed, all cores", alone, alone.time);
  fs::remove_all(kept);
  print("explaingate extract --all, cold", run_child({binary, "extract", "--all"}, folder), alone.time);
  print("explaingate extract --all, warm", several({binary, "extract", "--all"}, folder), alone.time);

  Status changed = write_file_through((fs::path(folder) / file).string(), *before + "\n");
  Child diff = several({git, "diff", "--quiet"}, folder);
  Child check = several({binary, "check", "--fail-level", "never"}, folder);
  fs::remove_all(kept);
  Child cold = run_child({binary, "check", "--fail-level", "never"}, folder);
  Status restored = write_file_through((fs::path(folder) / file).string(), *before);
  if (!changed || !restored || check.code != 0) {
    fmt::print(stderr, "bench: the check of a change failed (exit {})\n", check.code);
    return 2;
  }
  fmt::print("\nA change of one file: {}\n", file);
  print("git diff", diff, diff.time);
  print("explaingate check, warm", check, diff.time);
  print("explaingate check, cold", cold, diff.time);
  fmt::print("warm, beyond git diff: {:.0f} ms\n", check.time.wall - diff.time.wall);
  return 0;
}

}  // namespace explaingate::bench
