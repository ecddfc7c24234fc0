// Renames as `git diff --find-renames` finds them, so that a report agrees with what a reviewer sees.
//
// libgit2 measures similarity in a way of its own and finds other pairs near the threshold; so the pairing is done
// here, by git's published rules, in three rounds. Each takes files that the rounds before left over:
//
//   1. the same content (object id). Among several sources, one of the same file name is preferred.
//   2. a file name that is unique on both sides (`old/report.sql` → `new/report.sql`), at 75 % similarity.
//   3. every left-over pair, best first, at 50 %: of equal scores, one with the same file name first. Left out when
//   there
//      are more than a million pairs.
//
// Similarity is the share of bytes that a file has in common with the other. Contents are cut into pieces (a line, at
// most 64 bytes), each piece hashed, and the bytes in pieces of the same hash counted: common bytes / size of the
// larger file. Moved lines count as common.
//   Qualifies: ten equal lines, one appended: 10 / 11 of the bytes = 90 %.
//   Near miss: five of ten equal lines kept, and six others written: 5 / 11 = 45 %.
// Cost: linear in the contents, plus pairs times the number of different pieces.
#include "change/renames.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string_view>
#include <utility>

namespace explaingate {
namespace {

constexpr int kWhole = 60000;         // the score of equal files
constexpr int kEnough = kWhole / 2;   // 50 %
constexpr int kEnoughByName = 45000;  // 75 %
constexpr size_t kMaxPairs = 1'000'000;
constexpr size_t kMaxSteps = 4'000'000'000;  // pieces compared in all, seconds; what is left then is no rename
constexpr size_t kKeptPerFile = 4;           // best sources kept for each added file
constexpr size_t kTwinsTried = 100;          // sources of the same content that are looked at

constexpr size_t kPieceBytes = 64;
constexpr uint32_t kPieceHashes = 107927;

struct Piece {
  uint32_t hash = 0;
  size_t bytes = 0;
};

struct Pieces {  // sorted by hash, one entry a hash
  size_t size = 0;
  std::vector<Piece> pieces;
};

// Cuts texts; keeps one table of all hashes, so that a text of 64 million empty lines costs no more memory than any
// other.
class Cutter {
 public:
  Pieces cut(std::string_view text) {
    bool is_text = text.substr(0, 8000).find('\0') == std::string_view::npos;
    uint32_t low = 0;
    uint32_t high = 0;
    size_t bytes = 0;
    for (size_t i = 0; i < text.size(); ++i) {
      if (is_text && text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
      uint32_t before = low;
      low = (low << 7) ^ (high >> 25);
      high = (high << 7) ^ (before >> 25);
      low += static_cast<unsigned char>(text[i]);
      if (++bytes < kPieceBytes && text[i] != '\n') continue;
      count((low + high * 0x61) % kPieceHashes, bytes);
      low = high = 0;
      bytes = 0;
    }
    if (bytes > 0) count((low + high * 0x61) % kPieceHashes, bytes);
    return collect(text.size());
  }

 private:
  void count(uint32_t hash, size_t bytes) {
    if (bytes_of_[hash] == 0) seen_.push_back(hash);
    bytes_of_[hash] += bytes;
  }
  Pieces collect(size_t size) {
    std::ranges::sort(seen_);
    Pieces result{size, {}};
    result.pieces.reserve(seen_.size());
    for (uint32_t hash : seen_) result.pieces.push_back({hash, std::exchange(bytes_of_[hash], 0)});
    seen_.clear();
    return result;
  }
  std::vector<size_t> bytes_of_ = std::vector<size_t>(kPieceHashes, 0);
  std::vector<uint32_t> seen_;
};

int similarity(const Pieces& one, const Pieces& two) {
  size_t larger = std::max(one.size, two.size);
  size_t difference = larger - std::min(one.size, two.size);
  if (two.size == 0 || larger * (kWhole - kEnough) < difference * kWhole) return 0;
  size_t common = 0;
  auto other = two.pieces.begin();
  for (const Piece& piece : one.pieces) {
    while (other != two.pieces.end() && other->hash < piece.hash) ++other;
    if (other != two.pieces.end() && other->hash == piece.hash) common += std::min(piece.bytes, other->bytes);
  }
  return static_cast<int>(common * kWhole / larger);
}

std::string_view file_name(const RenameCandidate& candidate) {
  std::string_view path = candidate.entry->path;
  size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

// One side: the candidates, which of them are taken, and the pieces of those that were looked at.
class Side {
 public:
  Side(const std::vector<RenameCandidate>& files, const LoadCandidate& load)
      : files_(files), load_(load), taken_(files.size(), false), pieces_(files.size()) {}

  [[nodiscard]] const RenameCandidate& at(size_t index) const { return files_[index]; }
  [[nodiscard]] size_t size() const { return files_.size(); }
  [[nodiscard]] bool taken(size_t index) const { return taken_[index]; }
  void take(size_t index) { taken_[index] = true; }
  [[nodiscard]] bool comparable(size_t index) const {
    return files_[index].entry->kind == TreeEntry::Kind::kFile && !files_[index].id.empty();
  }
  const Pieces& pieces(size_t index, Cutter& cutter) {
    if (!pieces_[index]) pieces_[index] = cutter.cut(load_(files_[index]).value_or(""));
    return *pieces_[index];
  }
  [[nodiscard]] std::vector<size_t> free() const {
    std::vector<size_t> left;
    for (size_t i = 0; i < files_.size(); ++i)
      if (!taken_[i]) left.push_back(i);
    return left;
  }

 private:
  const std::vector<RenameCandidate>& files_;
  const LoadCandidate& load_;
  std::vector<bool> taken_;
  std::vector<std::optional<Pieces>> pieces_;
};

class Pairing {
 public:
  Pairing(Side deleted, Side added) : deleted_(std::move(deleted)), added_(std::move(added)) {}

  std::vector<std::pair<size_t, size_t>> run() && {
    pair_equal_contents();
    pair_unique_names();
    pair_most_similar();
    return std::move(pairs_);
  }

 private:
  struct Score {
    int score = 0;
    bool same_name = false;
    size_t from = 0;
    size_t to = 0;
    [[nodiscard]] bool better_than(const Score& other) const {
      return score != other.score ? score > other.score : same_name && !other.same_name;
    }
  };

  void pair(size_t from, size_t to) {
    deleted_.take(from);
    added_.take(to);
    pairs_.emplace_back(from, to);
  }

  void pair_equal_contents() {
    std::map<std::string_view, std::vector<size_t>> by_id;
    for (size_t i = 0; i < deleted_.size(); ++i)
      if (!deleted_.at(i).id.empty()) by_id[deleted_.at(i).id].push_back(i);
    for (size_t to = 0; to < added_.size(); ++to) {
      auto twins = by_id.find(added_.at(to).id);
      if (twins == by_id.end()) continue;
      std::optional<size_t> best;
      size_t tries = kTwinsTried;
      for (size_t from : twins->second) {
        if (deleted_.taken(from) || deleted_.at(from).entry->kind != added_.at(to).entry->kind) continue;
        bool same_name = file_name(deleted_.at(from)) == file_name(added_.at(to));
        if (!best || same_name) best = from;
        if (same_name || --tries == 0) break;
      }
      if (best) pair(*best, to);
    }
  }

  // Index by file name; nothing for a name that occurs twice.
  static std::map<std::string_view, std::optional<size_t>> unique_names(const Side& side) {
    std::map<std::string_view, std::optional<size_t>> names;
    for (size_t index : side.free()) {
      auto [place, fresh] = names.try_emplace(file_name(side.at(index)), index);
      if (!fresh) place->second.reset();
    }
    return names;
  }

  void pair_unique_names() {
    auto sources = unique_names(deleted_);
    auto targets = unique_names(added_);
    for (size_t from : deleted_.free()) {
      std::string_view name = file_name(deleted_.at(from));
      auto target = targets.find(name);
      if (!sources[name] || target == targets.end() || !target->second) continue;
      size_t to = *target->second;
      if (score_of(from, to).score >= kEnoughByName) pair(from, to);
    }
  }

  Score score_of(size_t from, size_t to) {
    Score score{0, file_name(deleted_.at(from)) == file_name(added_.at(to)), from, to};
    if (steps_left_ == 0 || !deleted_.comparable(from) || !added_.comparable(to)) return score;
    const Pieces& one = deleted_.pieces(from, cutter_);
    const Pieces& two = added_.pieces(to, cutter_);
    steps_left_ -= std::min(steps_left_, one.pieces.size() + two.pieces.size());
    score.score = similarity(one, two);
    return score;
  }

  void pair_most_similar() {
    std::vector<size_t> sources = deleted_.free();
    std::vector<size_t> targets = added_.free();
    if (sources.empty() || targets.empty() || targets.size() > kMaxPairs / sources.size()) return;
    std::vector<Score> scores;
    for (size_t to : targets) {
      std::vector<Score> best;
      for (size_t from : sources) {
        Score score = score_of(from, to);
        if (score.score < kEnough) continue;
        if (best.size() < kKeptPerFile) {
          best.push_back(score);
          continue;
        }
        auto worst = std::ranges::min_element(best, [](const Score& a, const Score& b) { return b.better_than(a); });
        if (score.better_than(*worst)) *worst = score;
      }
      scores.insert(scores.end(), best.begin(), best.end());
    }
    std::ranges::stable_sort(scores, [](const Score& a, const Score& b) { return a.better_than(b); });
    for (const Score& score : scores)
      if (!deleted_.taken(score.from) && !added_.taken(score.to)) pair(score.from, score.to);
  }

  Side deleted_;
  Side added_;
  Cutter cutter_;
  size_t steps_left_ = kMaxSteps;
  std::vector<std::pair<size_t, size_t>> pairs_;
};

}  // namespace

std::vector<std::pair<size_t, size_t>> find_renames(const std::vector<RenameCandidate>& deleted,
                                                    const std::vector<RenameCandidate>& added,
                                                    const LoadCandidate& load_deleted,
                                                    const LoadCandidate& load_added) {
  if (deleted.empty() || added.empty()) return {};
  return Pairing(Side(deleted, load_deleted), Side(added, load_added)).run();
}

}  // namespace explaingate
