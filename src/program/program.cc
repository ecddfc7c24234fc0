#include "program/program.h"

#include <algorithm>
#include <mutex>
#include <optional>

#include "base/embedded.h"
#include "base/hash.h"
#include "base/parallel.h"
#include "program/cache.h"
#include "program/names.h"
#include "program/pack.h"
#include "program/resolve.h"

namespace explaingate {

struct Program::State {
  const Tree* tree = nullptr;
  const Languages* languages = nullptr;
  ProgramOptions options;
  std::vector<ProgramFile> files;
  std::vector<CallEdge> edges;
  std::optional<Names> names;
  mutable std::mutex cache_lock;
  mutable std::optional<SourceCache> cache;

  std::vector<std::string> contents_;             // name of each file's content, by file
  std::vector<std::optional<Extraction>> fresh_;  // made in this run, by file
  static constexpr size_t kChunk = 256;           // files between two reports of progress

  [[nodiscard]] std::string key(const std::string& path, const std::string& content, std::string_view used) const;
  [[nodiscard]] Extraction take(size_t file, std::string_view text, CacheEntry& entry);
  void load_outlines(const std::vector<size_t>& wanted);
  void add_paths(const std::vector<std::string>& paths);
  void follow_names();
};

namespace {

// Equal contents under another name can mean another language, and nothing else.
std::string_view extension(std::string_view path) {
  size_t dot = path.rfind('.');
  return dot == std::string_view::npos ? std::string_view{} : path.substr(dot);
}

}  // namespace

std::string Program::State::key(const std::string& path, const std::string& content, std::string_view used) const {
  return hash_fields({extraction_hash(), languages->hash(), options.dialect == Dialect::kSqlite ? "sqlite" : "postgres",
                      extension(path), content, used});
}

void Program::State::add_paths(const std::vector<std::string>& paths) {
  auto entries = tree->list();
  if (!entries) return;
  std::vector<std::string> ids(paths.size());
  auto entry = entries->begin();
  for (size_t i = 0; i < paths.size(); ++i) {
    entry = std::lower_bound(entry, entries->end(), paths[i],
                             [](const TreeEntry& a, const std::string& path) { return a.path < path; });
    if (entry != entries->end() && entry->path == paths[i]) ids[i] = entry->id;
  }
  std::vector<bool> readable(paths.size(), true);
  parallel_for(paths.size(), [&](size_t i) {
    if (!ids[i].empty()) return;
    auto text = tree->read(paths[i]);  // not in the object database: named by its own hash
    if (text) ids[i] = "x" + hash_hex(*text);
  });
  for (size_t i = 0; i < paths.size(); ++i) {
    if (ids[i].empty()) continue;
    files.push_back({paths[i], {}, key(paths[i], ids[i], "")});
    contents_.push_back(std::move(ids[i]));
  }
  fresh_.resize(files.size());
}

Extraction Program::State::take(size_t file, std::string_view text, CacheEntry& entry) {
  ProgramFile& mine = files[file];
  const Language* language = languages->for_path(mine.path);
  std::optional<FileExternals> externals;
  if (names && language != nullptr) externals.emplace(*names, mine.path, mine.outline.family);
  Outline outline;
  Extraction extraction =
      extract(mine.path, text, *languages, options.dialect, externals ? &*externals : nullptr, outline);
  entry = {mine.key, pack(outline), pack(extraction)};
  mine.outline = std::move(outline);
  return extraction;
}

// The outlines of these files by their keys: from the cache, or made.
void Program::State::load_outlines(const std::vector<size_t>& wanted) {
  std::vector<size_t> missing;
  if (cache) {
    std::vector<std::string> keys;
    for (size_t file : wanted) keys.push_back(files[file].key);
    std::vector<std::optional<std::string>> kept = cache->outlines(keys);
    std::vector<std::optional<Outline>> outlines(wanted.size());
    parallel_for(wanted.size(), [&](size_t i) {
      if (kept[i]) outlines[i] = unpack_outline(*kept[i]);
    });
    for (size_t i = 0; i < wanted.size(); ++i) {
      if (outlines[i])
        files[wanted[i]].outline = std::move(*outlines[i]);
      else
        missing.push_back(wanted[i]);
    }
  } else {
    missing = wanted;
  }
  for (size_t start = 0; start < missing.size(); start += kChunk) {
    size_t count = std::min(kChunk, missing.size() - start);
    if (options.progress) options.progress(start, missing.size());
    std::vector<CacheEntry> made(count);
    parallel_for(
        count,
        [&](size_t i) {
          size_t file = missing[start + i];
          auto text = tree->read(files[file].path);
          if (text) fresh_[file] = take(file, *text, made[i]);
        },
        2);
    std::erase_if(made, [](const CacheEntry& entry) { return entry.key.empty(); });
    if (cache && cache->add(made)) {
      for (size_t i = 0; i < count; ++i) fresh_[missing[start + i]].reset();  // read back where it is wanted
    }
  }
}

// A file is extracted again with what others say. A wrapper around a wrapper comes to light in the second round.
void Program::State::follow_names() {
  constexpr int kMostRounds = 2;
  std::vector<std::string> used(files.size());
  for (int round = 0; round < kMostRounds; ++round) {
    names.emplace(files, options.declared);
    std::vector<size_t> again;
    std::vector<std::string> uses(files.size());
    parallel_for(files.size(), [&](size_t i) { uses[i] = names->used_by(i); });
    for (size_t i = 0; i < files.size(); ++i) {
      std::string& now = uses[i];
      if (now == used[i]) continue;
      used[i] = std::move(now);
      files[i].key = key(files[i].path, contents_[i], files[i].path + used[i]);
      again.push_back(i);
    }
    if (again.empty()) return;
    load_outlines(again);
  }
  names.emplace(files, options.declared);
}

Program::Program(std::unique_ptr<State> state) : state_(std::move(state)) {}
Program::Program(Program&&) noexcept = default;
Program& Program::operator=(Program&&) noexcept = default;
Program::~Program() = default;

Program Program::load(const Tree& tree, const std::vector<std::string>& paths, const Languages& languages,
                      const ProgramOptions& options) {
  auto state = std::make_unique<State>();
  state->tree = &tree;
  state->languages = &languages;
  state->options = options;
  if (!options.cache_folder.empty()) state->cache.emplace(options.cache_folder);
  state->add_paths(paths);
  std::vector<size_t> all(state->files.size());
  for (size_t i = 0; i < all.size(); ++i) all[i] = i;
  state->load_outlines(all);
  state->follow_names();
  state->edges = find_edges(state->files);
  return Program(std::move(state));
}

const std::vector<ProgramFile>& Program::files() const {
  return state_->files;
}

const ProgramFile* Program::file(std::string_view path) const {
  auto found = std::lower_bound(state_->files.begin(), state_->files.end(), path,
                                [](const ProgramFile& file, std::string_view wanted) { return file.path < wanted; });
  return found != state_->files.end() && found->path == path ? &*found : nullptr;
}

Extraction Program::extraction(std::string_view path) const {
  const ProgramFile* mine = file(path);
  if (mine == nullptr) return {};
  auto index = static_cast<size_t>(mine - state_->files.data());
  if (state_->fresh_[index]) return *state_->fresh_[index];
  if (state_->cache) {
    std::unique_lock lock(state_->cache_lock);
    std::optional<std::string> bytes = state_->cache->extraction(mine->key);
    lock.unlock();
    if (bytes)
      if (auto kept = unpack_extraction(*bytes, mine->path)) return std::move(*kept);
  }
  auto text = state_->tree->read(mine->path);
  return text ? extract_text(mine->path, *text) : Extraction{};
}

Extraction Program::extract_text(std::string_view path, std::string_view text) const {
  const ProgramFile* mine = file(path);
  std::string_view family = mine != nullptr ? std::string_view(mine->outline.family) : std::string_view{};
  Outline outline;
  if (family.empty()) {  // a file that is gone: what family it had, its own outline tells
    (void)extract(path, text, *state_->languages, state_->options.dialect, nullptr, outline);
    family = outline.family;
  }
  std::string kept_family(family);
  FileExternals externals(*state_->names, path, kept_family);
  return extract(path, text, *state_->languages, state_->options.dialect, &externals, outline);
}

const std::vector<CallEdge>& Program::edges() const {
  return state_->edges;
}

}  // namespace explaingate
