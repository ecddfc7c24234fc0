// Passes: the schemas of both sides, the statements of both sides, the baseline.
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/parallel.h"
#include "gate/other_database.h"
#include "gate/path_filter.h"
#include "gate/run.h"
#include "schema/ddl.h"

namespace explaingate {
namespace {

struct Wanted {
  std::string path;
  SideIndex side;
  enum class For {
    kJudging,  // the change touches it, or all is judged
    kCalls,    // the statements that calls lead to
    kTables,   // those that it makes
  } use = For::kJudging;
};

void report_progress(const Run& run, std::string_view what, size_t done, size_t of) {
  if (run.progress != nullptr && *run.progress) (*run.progress)(what, done, of);
}

// Head files to read: everything when every query is judged or must be planned again, else what the change touches.
Result<std::vector<Wanted>> files_to_read(Run& run) {
  std::vector<Wanted> wanted;
  PathFilter filter(run.settings);
  std::set<std::string> schema_files;
  for (const SchemaSide& side : run.sides) {
    schema_files.insert(side.schema.files.begin(), side.schema.files.end());
    schema_files.insert(side.schema.passed_over.begin(), side.schema.passed_over.end());
  }
  // A program's queries are looked at whatever DDL it holds, and whether or not any of that could be applied.
  for (const SchemaSide& side : run.sides)
    for (const std::string& path : side.schema.code) schema_files.erase(path);
  if (!run.settings.seed.empty()) schema_files.insert(run.settings.seed);
  auto want = [&](const std::string& path, SideIndex side, Wanted::For use = Wanted::For::kJudging) {
    if (path.empty() || schema_files.contains(path) || !is_extractable(path, *run.languages)) return;
    if (!filter.includes(path)) {
      run.files_excluded += side == kHeadSide ? 1 : 0;
      return;
    }
    wanted.push_back({path, side, use});
  };
  // Tools follow links; a file behind one may hold queries that are not looked at here.
  auto list_link = [&](const std::string& path) {
    if (is_extractable(path, *run.languages) && filter.includes(path))
      run.not_analysed.push_back({path, 1, 1, "the file is a symbolic link; links are not followed", ""});
  };
  bool whole = run.mode == Mode::kAll || run.schema_changed;
  std::set<std::string> touched;
  for (const ChangedFile& file : run.change.files) touched.insert(file.new_path);
  if (!whole && run.program) {
    std::set<std::string> reached(run.reached.begin(), run.reached.end());
    for (const ProgramFile& file : run.program->files())
      if ((file.creates || reached.contains(file.path)) && !touched.contains(file.path))
        want(file.path, kHeadSide, reached.contains(file.path) ? Wanted::For::kCalls : Wanted::For::kTables);
  }
  if (whole) {
    auto entries = run.change.head->list();
    if (!entries) return fail(entries.error());
    for (const TreeEntry& entry : *entries) {
      if (entry.kind == TreeEntry::Kind::kFile) want(entry.path, kHeadSide);
      if (entry.kind == TreeEntry::Kind::kLink) list_link(entry.path);
    }
  }
  for (const ChangedFile& file : run.change.files) {
    if (file.link && !whole && file.status != FileStatus::kDeleted) list_link(file.new_path);
    if (file.submodule || file.link) continue;
    if (!whole && file.status != FileStatus::kDeleted) want(file.new_path, kHeadSide);
    if (run.mode == Mode::kChange) want(file.old_path, kBaseSide);
  }
  std::sort(wanted.begin(), wanted.end(),
            [](const Wanted& a, const Wanted& b) { return std::tie(a.side, a.path) < std::tie(b.side, b.path); });
  return wanted;
}

}  // namespace

Status load_schemas(Run& run) {
  std::array<Result<Schema>, 2> read;
  parallel_for(
      read.size(),
      [&](size_t side) {
        const Tree& tree = side == kBaseSide ? *run.change.base : *run.change.head;
        SchemaSource source = run.settings.schema;
        source.may_be_missing = side == kBaseSide;
        read[side] = read_schema(tree, source, *run.languages, run.settings.dialect());
      },
      read.size());
  for (SideIndex side : {kBaseSide, kHeadSide}) {
    Result<Schema>& schema = read[side];
    // What the configuration names may be of another kind on the base side: an empty schema, no error.
    if (!schema && side == kBaseSide && schema.error().kind == ErrorKind::kConfiguration) schema = Schema{};
    if (!schema) return fail(schema.error());
    run.sides[side].schema = std::move(*schema);
  }
  const Schema& head = run.sides[kHeadSide].schema;
  run.schema_changed = run.mode == Mode::kChange && run.sides[kBaseSide].schema.hash() != head.hash();
  for (const NotAnalysed& item : head.not_analysed) run.not_analysed.push_back(item);
  return {};
}

namespace {

// Of files whose statements aren't among the run's.
void forget_rows(std::vector<Loop>& loops) {
  for (Loop& loop : loops) loop.rows_statement = -1;
}

// From an index in the file to one in the whole run.
void renumber(std::vector<Loop>& loops, size_t first) {
  for (Loop& loop : loops)
    if (loop.rows_statement >= 0) loop.rows_statement += static_cast<int>(first);
}

// Which function runs each statement of a file, and which statements its calls loop over.
void link_calls(Run& run, const std::string& path, size_t first) {
  const ProgramFile* file = run.program ? run.program->file(path) : nullptr;
  if (file == nullptr) return;
  for (KnownCall& call : std::ranges::equal_range(run.calls, path, {}, &KnownCall::path)) renumber(call.loops, first);
  std::map<std::pair<int, int>, int64_t> linked;  // by lines
  for (const KnownFunction& function : std::ranges::equal_range(run.functions, path, {}, &KnownFunction::path))
    linked[{function.line, function.end_line}] = function.id;
  if (linked.empty()) return;
  const Outline& outline = run.program->outline(*file);
  for (const Outline::Execution& execution : outline.executions) {
    if (execution.function < 0) continue;
    const Outline::Function& function = outline.functions[static_cast<size_t>(execution.function)];
    auto found = linked.find({function.line, function.end_line});
    size_t index = first + static_cast<size_t>(execution.statement);
    if (found != linked.end() && index < run.statements.size()) run.statements[index].function_id = found->second;
  }
}

// A pattern of `include` that matches nothing is a mistake that would turn the gate off for what it means; one of
// `exclude` may have outlived what it was for. A change may delete the last file: then the base has it.
Status check_patterns(Run& run) {
  const Settings& settings = run.settings;
  auto unmatched = [&](const std::vector<std::string>& patterns) -> Result<std::vector<std::string>> {
    std::vector<std::string> left = patterns;
    for (const Tree* tree : {run.change.head.get(), run.change.base.get()}) {
      if (left.empty() || tree == nullptr) continue;
      auto entries = tree->list();
      if (!entries) return fail(entries.error());
      std::erase_if(left, [&](const std::string& text) {
        PathPattern pattern(text);
        return std::ranges::any_of(*entries, [&](const TreeEntry& entry) { return pattern.matches(entry.path); });
      });
    }
    return left;
  };
  auto included = unmatched(settings.include);
  if (!included) return fail(included.error());
  if (!included->empty())
    return fail(Error{ErrorKind::kConfiguration,
                      fmt::format("`include` names \"{}\", which matches no file", included->front()), settings.file, 0,
                      0, "", "a pattern is matched against whole paths from the root, such as src/* or *.py"});
  auto excluded = unmatched(settings.exclude);
  if (!excluded) return fail(excluded.error());
  for (const std::string& pattern : *excluded)
    run.notes.push_back(fmt::format("`exclude` names \"{}\", which matches no file", pattern));
  return {};
}

}  // namespace

Status load_statements(Run& run) {
  if (Status checked = check_patterns(run); !checked) return checked;
  auto wanted = files_to_read(run);
  if (!wanted) return fail(wanted.error());
  struct Read {
    Extraction extraction;
    std::string problem;
    std::optional<LineIndex> lines;
  };
  std::vector<Read> read(wanted->size());
  report_progress(run, "reading sources", 0, wanted->size());
  parallel_for(wanted->size(), [&](size_t i) {
    const Wanted& file = (*wanted)[i];
    const Tree& tree = file.side == kBaseSide ? *run.change.base : *run.change.head;
    bool known = file.side == kHeadSide && run.program && run.program->file(file.path) != nullptr;
    if (known) {
      read[i].extraction = run.program->extraction(file.path);
      if (read[i].extraction.statements.empty() || file.use == Wanted::For::kTables) return;  // its text is of no use
    }
    auto text = tree.read(file.path);
    if (!text) {
      read[i].problem = text.error().message;
      return;
    }
    if (!known)
      read[i].extraction = run.program && run.languages->for_path(file.path) != nullptr
                               ? run.program->extract_text(file.path, *text)
                               : extract(file.path, *text, *run.languages, run.settings.dialect());
    if (file.side == kHeadSide && !read[i].extraction.statements.empty()) read[i].lines.emplace(*text);
  });
  OtherDatabases others(run);
  std::set<std::string> linked;
  for (size_t i = 0; i < wanted->size(); ++i) {
    const Wanted& file = (*wanted)[i];
    Extraction& found = read[i].extraction;
    if (!found.statements.empty()) {
      auto other = others.holds(file.path);
      if (!other) return fail(other.error());
      if (*other) {
        if (file.side == kHeadSide && file.use == Wanted::For::kJudging) {
          const Statement& first = found.statements.front();
          run.files_read.push_back(file.path);
          run.not_analysed.push_back(
              {file.path, first.line, first.column,
               fmt::format("{} statement{} for another database than {}, by the file's path", found.statements.size(),
                           found.statements.size() == 1 ? "" : "s", run.settings.engine),
               ""});
        }
        continue;
      }
    }
    if (file.use == Wanted::For::kTables) {
      std::ranges::copy_if(found.statements, std::back_inserter(run.creating), [&](const Statement& statement) {
        return schema::read_ddl(statement.text, run.settings.dialect()).verb == "create";
      });
      continue;
    }
    if (file.side == kHeadSide && file.use == Wanted::For::kJudging) run.files_read.push_back(file.path);
    if (!read[i].problem.empty() && file.side == kHeadSide)
      run.not_analysed.push_back({file.path, 1, 1, "the file " + read[i].problem, ""});
    size_t first = run.statements.size();
    for (Statement& source : found.statements) {
      KnownStatement statement;
      statement.side = file.side;
      renumber(source.loops, first);
      statement.source = std::move(source);
      run.statements.push_back(std::move(statement));
    }
    if (file.side != kHeadSide) continue;
    link_calls(run, file.path, first);
    linked.insert(file.path);
    if (read[i].lines) run.line_indexes.emplace(file.path, std::move(*read[i].lines));
    if (file.use == Wanted::For::kJudging)
      std::move(found.not_analysed.begin(), found.not_analysed.end(), std::back_inserter(run.not_analysed));
    std::move(found.suppressions.begin(), found.suppressions.end(), std::back_inserter(run.suppressions));
  }
  for (KnownCall& call : run.calls)
    if (!linked.contains(call.path)) forget_rows(call.loops);
  return {};
}

Result<std::optional<std::string>> read_if_there(const Tree& tree, const std::string& path) {
  if (tree.contains(path)) {
    auto text = tree.read(path);
    if (!text) return fail(Error{ErrorKind::kConfiguration, text.error().message, path, 0, 0, "", text.error().hint});
    return std::move(*text);
  }
  auto entries = tree.list();
  if (!entries) return fail(entries.error());
  for (const TreeEntry& entry : *entries)
    if (path.starts_with(entry.path) && (path.size() == entry.path.size() || path[entry.path.size()] == '/'))
      return fail(Error{ErrorKind::kConfiguration, "is a symbolic link, or no file at all; links are not followed",
                        entry.path, 0, 0, "", "put the file itself there"});
  return std::nullopt;
}

namespace {

Result<std::optional<Baseline>> read_baseline(const Tree& tree, const std::string& path) {
  auto text = read_if_there(tree, path);
  if (!text) return fail(text.error());
  if (!*text) return std::nullopt;
  auto baseline = parse_baseline(**text, path);
  if (!baseline) return fail(baseline.error());
  return std::move(*baseline);
}

// In mode `all` nothing is proposed: the file as it stands is the one to compare with. For a change it is the merge
// base's.
Status choose_baseline(Run& run) {
  const std::string& path = run.settings.baseline;
  auto past = read_baseline(run.mode == Mode::kAll ? *run.change.head : *run.change.base, path);
  bool changed = std::ranges::any_of(
      run.change.files, [&](const ChangedFile& file) { return file.new_path == path || file.old_path == path; });
  bool added = false;
  if (run.mode == Mode::kChange && changed) {
    auto proposed = read_baseline(*run.change.head, path);
    if (!proposed) return fail(proposed.error());
    if (!past) {  // this change mends a broken file, and must be able to land
      run.notes.push_back(fmt::format("baseline changed: the one of {} can't be read, so nothing was compared with it",
                                      run.change.base_name));
      return {};
    }
    added = !*past && *proposed;
    run.notes.push_back(*past ? fmt::format("baseline changed: this change {} {}; it was compared with the one of {}",
                                            *proposed ? "edits" : "removes", path, run.change.base_name)
                              : fmt::format("baseline changed: this change adds {}", path));
  }
  if (!past) return fail(past.error());
  run.baseline = std::move(*past);
  if (!run.baseline && !added && run.settings.baseline_required)
    run.unverified = Error{ErrorKind::kUnverified,
                           fmt::format("no baseline: {} is not in {}", path,
                                       run.mode == Mode::kAll ? run.change.head_name : run.change.base_name),
                           "",
                           0,
                           0,
                           "",
                           "run `explaingate baseline update` on the default branch and commit the file"};
  return {};
}

}  // namespace

Status load_baseline(Run& run) {
  if (!run.ignore_baseline)
    if (Status chosen = choose_baseline(run); !chosen) return chosen;
  std::string path(kWaiversPath);
  auto text = read_if_there(*run.change.head, path);
  if (!text) return fail(text.error());
  if (!*text) return {};
  auto waivers = parse_waivers(**text, path);
  if (!waivers) return fail(waivers.error());
  run.waivers = std::move(*waivers);
  return {};
}

}  // namespace explaingate
