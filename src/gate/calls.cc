// Pass: the program, and the calls that lead from a loop to a statement. For a change only those chains count of which
// the change brought a part: the loop's header, a call, or lines of the function that executes.
#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "gate/changed_lines.h"
#include "gate/path_filter.h"
#include "gate/run.h"

namespace explaingate {
namespace {

bool is_whole(const Run& run) {
  return run.mode == Mode::kAll || run.schema_changed;
}

// Host-language files and those of SQL, whose statements they can run by name or path; sorted.
Result<std::vector<std::string>> program_paths(const Run& run) {
  auto entries = run.change.head->list();
  if (!entries) return fail(entries.error());
  std::vector<std::string> paths;
  PathFilter filter(run.settings);
  for (const TreeEntry& entry : *entries)
    if (entry.kind == TreeEntry::Kind::kFile && is_extractable(entry.path, *run.languages) &&
        filter.includes(entry.path))
      paths.push_back(entry.path);
  return paths;
}

using FunctionKey = std::pair<size_t, size_t>;  // file, function

class Chains {
 public:
  explicit Chains(Run& run) : run_(run), files_(run.program->files()), edges_(run.program->edges()), lines_(run) {
    int64_t next = 1;
    for (const ProgramFile& file : files_) {
      first_id_.push_back(next);
      next += static_cast<int64_t>(file.functions);
    }
    if (run.mode == Mode::kChange) read_base();
    for (size_t i = 0; i < edges_.size(); ++i) {
      const CallEdge& edge = edges_[i];
      if (edge.caller >= 0 && edge.depth == 1 && !edge.same)
        onward_[{edge.file, static_cast<size_t>(edge.caller)}].push_back(i);
    }
  }

  void select() {
    for (size_t i = 0; i < edges_.size(); ++i) {
      const CallEdge& edge = edges_[i];
      if (!edge.in_loop) continue;
      if (edge.depth == 1) {
        consider(i, i);
        continue;
      }
      auto onward = onward_.find({edge.callee_file, edge.callee});
      if (onward == onward_.end()) continue;
      for (size_t last : onward->second) consider(i, last);
    }
    record();
  }

 private:
  Run& run_;
  const std::vector<ProgramFile>& files_;
  const std::vector<CallEdge>& edges_;
  ChangedLines lines_;
  std::vector<int64_t> first_id_;
  std::map<FunctionKey, std::vector<size_t>> onward_;  // edges of depth 1 by their caller
  std::set<size_t> kept_;
  std::set<FunctionKey> functions_;
  std::set<std::string> reached_;

  [[nodiscard]] const Outline& outline(size_t file) const { return run_.program->outline(file); }
  [[nodiscard]] const Outline::Call& call(const CallEdge& edge) const { return outline(edge.file).calls[edge.call]; }
  // A call, wherever it stands in its function: path on the head side, function, callee, whether in a loop. A function
  // that has more of them than it had, has a new one.
  using CallKey = std::tuple<std::string, std::string, std::string, bool>;
  std::map<CallKey, size_t> base_calls_, head_calls_;

  static std::string caller_of(const Outline& outline, const Outline::Call& made) {
    if (made.function < 0) return "";
    const Outline::Function& function = outline.functions[static_cast<size_t>(made.function)];
    return function.owner + "." + function.name;
  }
  static void count(std::map<CallKey, size_t>& calls, const std::string& path, const Outline& outline) {
    for (const Outline::Call& made : outline.calls) {
      if (!made.loops.empty()) ++calls[{path, caller_of(outline, made), made.name, true}];
      ++calls[{path, caller_of(outline, made), made.name, false}];
    }
  }
  void read_base() {
    for (const ChangedFile& file : run_.change.files) {
      const ProgramFile* head = run_.program->file(file.new_path);
      if (file.old_path.empty() || file.new_path.empty() || head == nullptr) continue;
      auto text = run_.change.base->read(file.old_path);
      if (!text) continue;
      Outline outline;
      (void)extract(file.old_path, *text, *run_.languages, run_.settings.dialect(), nullptr, outline);
      count(base_calls_, file.new_path, outline);
      count(head_calls_, file.new_path, run_.program->outline(*head));
    }
  }
  [[nodiscard]] bool is_fresh(const CallEdge& edge) const {
    const Outline::Call& made = call(edge);
    const ProgramFile& file = files_[edge.file];
    CallKey key{file.path, caller_of(outline(edge.file), made), made.name, !made.loops.empty()};
    auto before = base_calls_.find(key), now = head_calls_.find(key);
    return before == base_calls_.end() || (now != head_calls_.end() && now->second > before->second);
  }
  // An edited line is no new call.
  [[nodiscard]] bool touched(const CallEdge& edge) const {
    const std::string& path = files_[edge.file].path;
    if (!lines_.has(path)) return false;
    const Outline::Call& made = call(edge);
    if (!is_fresh(edge)) return false;
    return lines_.touch(path, made.line, made.line) ||
           std::any_of(made.loops.begin(), made.loops.end(),
                       [&](const Loop& loop) { return lines_.touch(path, loop.line, loop.line); });
  }

  [[nodiscard]] bool touched_on_the_way(const CallEdge& edge) const {
    return edge.via >= 0 && touched({edge.via_file, static_cast<size_t>(edge.via)});
  }

  void consider(size_t first, size_t last) {
    const CallEdge& from = edges_[first];
    const CallEdge& to = edges_[last];
    auto target_touched = [&] {
      const std::string& path = files_[to.callee_file].path;
      if (!lines_.has(path)) return false;
      const Outline::Function& target = outline(to.callee_file).functions[to.callee];
      return lines_.touch(path, target.line, target.end_line);
    };
    if (!is_whole(run_) && !touched(from) && (first == last || !touched(to)) && !touched_on_the_way(from) &&
        !touched_on_the_way(to) && !target_touched())
      return;
    for (size_t index : {first, last}) {
      const CallEdge& edge = edges_[index];
      kept_.insert(index);
      functions_.insert({edge.callee_file, edge.callee});
      if (edge.caller >= 0) functions_.insert({edge.file, static_cast<size_t>(edge.caller)});
    }
    reached_.insert(files_[from.file].path);  // what the loop runs over may be a statement there
    reached_.insert(files_[to.callee_file].path);
  }

  // Itself, or the function that it stands in.
  [[nodiscard]] bool is_memoised(const FunctionKey& key) const {
    const std::vector<Outline::Function>& all = outline(key.first).functions;
    for (auto at = static_cast<int32_t>(key.second); at >= 0; at = all[static_cast<size_t>(at)].parent)
      if (all[static_cast<size_t>(at)].memoised) return true;
    return false;
  }
  [[nodiscard]] int64_t id_of(const FunctionKey& key) const {
    return first_id_[key.first] + static_cast<int64_t>(key.second);
  }

  void record() {
    for (const FunctionKey& key : functions_) {
      const Outline::Function& function = outline(key.first).functions[key.second];
      const std::string& path = files_[key.first].path;
      std::string name = function.name.empty() ? path.substr(path.rfind('/') + 1) : function.name;  // a file of SQL
      run_.functions.push_back({id_of(key), path, function.owner.empty() ? name : function.owner + "." + name,
                                function.line, function.end_line, is_memoised(key)});
    }
    int64_t id = 0;
    std::pair<size_t, size_t> last{static_cast<size_t>(-1), 0};
    for (size_t index : kept_) {  // in the order of the edges: by file and call
      const CallEdge& edge = edges_[index];
      const Outline::Call& made = call(edge);
      if (std::pair(edge.file, edge.call) != last) ++id;
      last = {edge.file, edge.call};
      KnownCall known;
      known.id = id;
      if (edge.caller >= 0) known.caller_id = id_of({edge.file, static_cast<size_t>(edge.caller)});
      known.callee_id = id_of({edge.callee_file, edge.callee});
      known.path = files_[edge.file].path;
      known.name = made.name;
      known.line = made.line;
      known.column = made.column;
      known.handled = made.handled;
      known.single = made.single;
      known.fresh = is_fresh(edge);
      known.loops = made.loops;
      run_.calls.push_back(std::move(known));
    }
    run_.reached.assign(reached_.begin(), reached_.end());
  }
};

}  // namespace

Status load_program(Run& run) {
  auto paths = program_paths(run);
  if (!paths) return fail(paths.error());
  auto is_there = [&](const ChangedFile& file) {
    return std::binary_search(paths->begin(), paths->end(), file.new_path) ||
           run.languages->for_path(file.old_path) != nullptr;
  };
  if (!is_whole(run) && std::none_of(run.change.files.begin(), run.change.files.end(), is_there)) return {};
  ProgramOptions options;
  options.dialect = run.settings.dialect();
  options.declared = run.settings.call_sites;
  if (!run.change.git_folder.empty()) options.cache_folder = run.change.git_folder + kCacheFolder;
  options.kept = run.kept;
  if (run.progress != nullptr && *run.progress)
    options.progress = [&run](size_t done, size_t of) { (*run.progress)("reading the program", done, of); };
  run.program.emplace(Program::load(*run.change.head, *paths, *run.languages, options));
  Chains(run).select();
  return {};
}

}  // namespace explaingate
