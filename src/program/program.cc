#include "program/program.h"

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <optional>

#include "base/embedded.h"
#include "base/hash.h"
#include "base/parallel.h"
#include "program/cache.h"
#include "program/digest.h"
#include "program/edges.h"
#include "program/names.h"
#include "program/pack.h"
#include "program/resolve.h"
#include "program/sound.h"

namespace explaingate {

struct KeptProgram::Content {
  std::optional<SourceCache> cache;
  Snapshot snapshot;
  KeptEdges edges;

  static std::unique_ptr<Content> read(const std::string& folder) {
    auto content = std::make_unique<Content>();
    content->cache.emplace(folder);
    if (auto bytes = content->cache->whole(SourceCache::Whole::kEdges))
      if (auto edges = unpack_edges(*bytes)) content->edges = std::move(*edges);
    if (auto bytes = content->cache->whole(SourceCache::Whole::kDigests))
      if (auto snapshot = unpack_snapshot(*bytes)) content->snapshot = std::move(*snapshot);
    return content;
  }
};

KeptProgram::KeptProgram(std::string cache_folder)
    : content_(std::async(std::launch::async, [folder = std::move(cache_folder)]() -> std::unique_ptr<Content> {
        return SourceCache::is_there(folder) ? Content::read(folder) : nullptr;
      })) {}
KeptProgram::~KeptProgram() = default;

struct Program::State {
  const Tree* tree = nullptr;
  const Languages* languages = nullptr;
  ProgramOptions options;
  std::vector<ProgramFile> files;
  std::vector<const Digest*> digests;     // by file
  std::map<size_t, const Digest*> alone;  // of files that others say something to: without what they say
  NameTable name_table;
  std::vector<CallEdge> edges;
  std::optional<Names> names;
  mutable std::mutex cache_lock;
  mutable std::optional<SourceCache> cache;

  std::vector<std::string> contents_;                       // name of each file's content, by file
  std::vector<std::optional<Extraction>> fresh_;            // made in this run, by file
  mutable std::mutex outlines_lock;                         // of the next
  mutable std::vector<std::unique_ptr<Outline>> outlines_;  // those that were read or kept, by file
  Snapshot snapshot_;
  KeptEdges kept_edges_;
  std::deque<Digest> own_;                                    // those that it doesn't have
  std::vector<std::pair<std::string, const Digest*>> known_;  // all that were asked for, by key
  size_t beside_snapshot_ = 0;              // digests that it doesn't have, of those that were asked for
  static constexpr size_t kChunk = 256;     // files between two reports of progress
  static constexpr size_t kBesideAll = 64;  // so many digests may be missing in a snapshot before it is made anew

  [[nodiscard]] std::string key(const std::string& path, const std::string& content, std::string_view used) const;
  [[nodiscard]] Extraction take(size_t file, std::string_view text, Outline& outline) const;
  void read_snapshot();
  void keep_snapshot();
  void set_digest(size_t file, const Digest& digest);
  void load_digests(const std::vector<size_t>& wanted);
  std::vector<size_t> from_cache(const std::vector<size_t>& wanted);
  void make(const std::vector<size_t>& missing);
  void add_paths(const std::vector<std::string>& paths);
  void follow_names();
  void link();
};

namespace {

// Equal contents under another name can mean another language, and nothing else.
std::string_view extension(std::string_view path) {
  size_t dot = path.rfind('.');
  return dot == std::string_view::npos ? std::string_view{} : path.substr(dot);
}

bool fits(const Outline& outline, const Digest& digest) {
  return outline.functions.size() == digest.functions.size() && outline.calls.size() == digest.calls.size();
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
  parallel_for(paths.size(), [&](size_t i) {
    if (!ids[i].empty()) return;
    auto text = tree->read(paths[i]);  // not in the object database: named by its own hash
    if (text) ids[i] = "x" + hash_hex(*text);
  });
  for (size_t i = 0; i < paths.size(); ++i) {
    if (ids[i].empty()) continue;
    files.push_back({paths[i], key(paths[i], ids[i], ""), "", 0, false});
    contents_.push_back(std::move(ids[i]));
  }
  fresh_.resize(files.size());
  outlines_.resize(files.size());
  digests.resize(files.size());
}

void Program::State::read_snapshot() {
  std::unique_ptr<KeptProgram::Content> kept;
  if (options.kept && options.kept->content_.valid()) kept = options.kept->content_.get();
  if (!kept) kept = KeptProgram::Content::read(options.cache_folder);
  cache = std::move(kept->cache);
  name_table = std::move(kept->snapshot.names);
  snapshot_.keys = std::move(kept->snapshot.keys);
  snapshot_.digests = std::move(kept->snapshot.digests);
  kept_edges_ = std::move(kept->edges);
}

// Most changes leave the calls and functions of a program as they were.
void Program::State::link() {
  std::string key = cache ? edges_key(files, digests) : std::string();
  if (cache && kept_edges_.of == key && is_sound(kept_edges_.edges, digests)) {
    edges = std::move(kept_edges_.edges);
    return;
  }
  edges = find_edges(files, digests, name_table);
  if (!cache) return;
  KeptEdges made{std::move(key), std::move(edges)};
  cache->keep_whole(SourceCache::Whole::kEdges, pack(made));
  edges = std::move(made.edges);
}

// One that lacks a few digests serves as well: those come from their own entries.
void Program::State::keep_snapshot() {
  if (!cache || beside_snapshot_ <= kBesideAll) return;
  std::vector<std::string_view> keys;
  std::vector<const Digest*> kept;
  for (const auto& [key, digest] : known_) {
    keys.push_back(key);
    kept.push_back(digest);
  }
  cache->keep_whole(SourceCache::Whole::kDigests, pack_snapshot(name_table, keys, kept));
}

Extraction Program::State::take(size_t file, std::string_view text, Outline& outline) const {
  const ProgramFile& mine = files[file];
  std::optional<FileExternals> externals;
  if (names && languages->for_path(mine.path) != nullptr) externals.emplace(*names, mine.path, mine.family);
  return extract(mine.path, text, *languages, options.dialect, externals ? &*externals : nullptr, outline);
}

void Program::State::set_digest(size_t file, const Digest& digest) {
  if (names) alone.emplace(file, digests[file]);  // the first time: what it is without the others
  known_.emplace_back(files[file].key, &digest);
  files[file].family = name_table.text(digest.family);
  files[file].functions = digest.functions.size();
  files[file].creates = digest.creates;
  files[file].transacts = digest.transacts;
  digests[file] = &digest;
}

// Those that it doesn't have are returned.
std::vector<size_t> Program::State::from_cache(const std::vector<size_t>& wanted) {
  std::vector<size_t> unknown;
  for (size_t file : wanted) {
    auto kept = std::lower_bound(snapshot_.keys.begin(), snapshot_.keys.end(), files[file].key);
    if (kept != snapshot_.keys.end() && *kept == files[file].key)
      set_digest(file, snapshot_.digests[static_cast<size_t>(kept - snapshot_.keys.begin())]);
    else
      unknown.push_back(file);
  }
  beside_snapshot_ += unknown.size();
  if (!cache || unknown.empty()) return unknown;
  std::vector<std::string> keys;
  for (size_t file : unknown) keys.push_back(files[file].key);
  std::vector<std::optional<std::string>> kept = cache->outlines(keys);
  std::vector<std::optional<Outline>> outlines(unknown.size());
  parallel_for(unknown.size(), [&](size_t i) {
    if (kept[i]) outlines[i] = unpack_outline(*kept[i]);
  });
  std::vector<size_t> missing;
  for (size_t i = 0; i < unknown.size(); ++i) {
    if (outlines[i])
      set_digest(unknown[i], own_.emplace_back(digest(*outlines[i], name_table)));
    else
      missing.push_back(unknown[i]);
  }
  return missing;
}

void Program::State::make(const std::vector<size_t>& missing) {
  for (size_t start = 0; start < missing.size(); start += kChunk) {
    size_t count = std::min(kChunk, missing.size() - start);
    if (options.progress) options.progress(start, missing.size());
    std::vector<CacheEntry> entries(count);
    std::vector<std::unique_ptr<Outline>> made(count);
    parallel_for(
        count,
        [&](size_t i) {
          size_t file = missing[start + i];
          auto text = tree->read(files[file].path);
          if (!text) return;
          made[i] = std::make_unique<Outline>();
          fresh_[file] = take(file, *text, *made[i]);
          if (cache) entries[i] = {files[file].key, pack(*made[i]), pack(*fresh_[file])};
        },
        2);
    std::erase_if(entries, [](const CacheEntry& entry) { return entry.key.empty(); });
    bool kept = cache && cache->add(entries) && missing.size() > kChunk;  // read back where they are wanted
    for (size_t i = 0; i < count; ++i) {
      size_t file = missing[start + i];
      set_digest(file, own_.emplace_back(made[i] ? digest(*made[i], name_table) : Digest{}));
      outlines_[file] = kept ? nullptr : std::move(made[i]);
      if (kept) fresh_[file].reset();
    }
  }
}

// The digests of these files by their keys: from the cache, or made.
void Program::State::load_digests(const std::vector<size_t>& wanted) {
  make(from_cache(wanted));
}

// A file is extracted again with what others say. A wrapper around a wrapper comes to light in the second round,
// one around that in the third.
void Program::State::follow_names() {
  constexpr int kMostRounds = 4;
  std::vector<std::string> used(files.size());
  for (int round = 0; round < kMostRounds; ++round) {
    names.emplace(files, digests, name_table, options.declared);
    std::vector<size_t> again;
    std::vector<std::string> uses(files.size());
    parallel_for(files.size(), [&](size_t i) {
      auto before = alone.find(i);
      uses[i] = names->used_by(i, *digests[i], before == alone.end() ? nullptr : before->second);
    });
    for (size_t i = 0; i < files.size(); ++i) {
      std::string& now = uses[i];
      if (now == used[i]) continue;
      used[i] = std::move(now);
      files[i].key = key(files[i].path, contents_[i], files[i].path + used[i]);
      fresh_[i].reset();
      outlines_[i].reset();
      again.push_back(i);
    }
    if (again.empty()) return;
    load_digests(again);
  }
  names.emplace(files, digests, name_table, options.declared);
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
  if (!options.cache_folder.empty()) state->read_snapshot();
  state->add_paths(paths);
  std::vector<size_t> all(state->files.size());
  for (size_t i = 0; i < all.size(); ++i) all[i] = i;
  state->load_digests(all);
  state->follow_names();
  state->link();
  state->keep_snapshot();
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

const Outline& Program::outline(size_t file) const {
  std::lock_guard lock(state_->outlines_lock);
  std::unique_ptr<Outline>& kept = state_->outlines_[file];
  if (kept) return *kept;
  const ProgramFile& mine = state_->files[file];
  if (state_->cache) {
    std::lock_guard cache_lock(state_->cache_lock);
    if (auto bytes = state_->cache->outlines({mine.key}).front())
      if (auto outline = unpack_outline(*bytes); outline && fits(*outline, *state_->digests[file]))
        kept = std::make_unique<Outline>(std::move(*outline));
  }
  if (!kept) {
    kept = std::make_unique<Outline>();
    if (auto text = state_->tree->read(mine.path)) (void)state_->take(file, *text, *kept);
    // The edges are numbers in what was linked; a file that was written to since then must not leave them without an
    // end.
    if (!fits(*kept, *state_->digests[file])) {
      *kept = {};
      kept->functions.resize(state_->digests[file]->functions.size());
      kept->calls.resize(state_->digests[file]->calls.size());
    }
  }
  return *kept;
}

const Outline& Program::outline(const ProgramFile& file) const {
  return outline(static_cast<size_t>(&file - state_->files.data()));
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
  std::string_view family = mine != nullptr ? std::string_view(mine->family) : std::string_view{};
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
