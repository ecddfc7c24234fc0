#include "extract/host_text.h"

#include <algorithm>
#include <array>
#include <bit>

#include "parse/scan.h"

namespace explaingate::host {

Value unknown(std::string reason) {
  Value value;
  value.reason = std::move(reason);
  return value;
}

namespace {

struct Choice {
  uint64_t choices;
  uint32_t choice;
};

std::vector<Choice> choices_of(const Text& text) {
  std::vector<Choice> made;
  for (const Piece& piece : text)
    if (piece.choices != 0) made.push_back({piece.choices, piece.choice});
  return made;
}

bool go_together(const std::vector<Choice>& left, const std::vector<Choice>& right) {
  return std::none_of(left.begin(), left.end(), [&](const Choice& one) {
    return std::any_of(right.begin(), right.end(),
                       [&](const Choice& other) { return one.choices == other.choices && one.choice != other.choice; });
  });
}

}  // namespace

// The key is a hash (FNV-1a) of the name and of the places that the variants come from: a name that was assigned anew
// between two uses has other places.
void mark_choices(std::vector<Text>& variants, std::string_view name) {
  constexpr uint64_t kStart = 14695981039346656037U, kPrime = 1099511628211U;
  uint64_t key = kStart;
  auto mix = [&](uint64_t value) { key = (key ^ value) * kPrime; };
  for (char c : name) mix(static_cast<unsigned char>(c));
  for (const Text& text : variants) {
    mix(text.size());
    for (const Piece& piece : text) mix((uint64_t{piece.from} << 32U) | piece.length);
  }
  for (size_t index = 0; index < variants.size(); ++index) {
    Text& text = variants[index];
    if (text.empty()) text.emplace_back();
    auto free = std::find_if(text.begin(), text.end(), [](const Piece& piece) { return piece.choices == 0; });
    if (free == text.end()) continue;
    free->choices = key | 1U;
    free->choice = static_cast<uint32_t>(index);
  }
}

// Keys of names are odd: see above.
void mark_way(std::vector<Text>& variants, size_t branch, size_t way) {
  for (Text& text : variants) {
    text.emplace_back();
    text.back().choices = (uint64_t{branch} + 1) << 1U;
    text.back().choice = static_cast<uint32_t>(way);
  }
}

Text text_piece(std::string text, size_t from, size_t length) {
  Piece piece;
  piece.text = std::move(text);
  piece.from = static_cast<uint32_t>(from);
  piece.length = static_cast<uint32_t>(length);
  return {std::move(piece)};
}

bool was_cut(const Text& text) {
  return std::any_of(text.begin(), text.end(), [](const Piece& piece) { return piece.cut; });
}

// A piece goes wherever its text goes, so the mark is on an empty one.
static void mark_cut(Text& text) {
  if (was_cut(text)) return;
  text.emplace_back();
  text.back().cut = true;
}

void add_variants(std::vector<Text>& variants, std::vector<Text> more, size_t most) {
  for (Text& text : more) {
    if (variants.size() >= most) {
      if (!variants.empty()) mark_cut(variants.back());
      return;
    }
    variants.push_back(std::move(text));
  }
}

// With two ways that are themselves the eight of three branches, taken or not, the slots are a table in which any two
// branches are seen taken together, apart, and not at all: branch four is taken in those slots whose lowest two bits
// differ (mask 3), branch five where the mask is 5, and so on. Sixteen ways would not fit, but no branch is left out.
std::vector<Text> spread(std::vector<std::vector<Text>> ways, size_t round) {
  std::erase_if(ways, [](const std::vector<Text>& way) { return way.empty(); });
  std::vector<std::pair<size_t, size_t>> all, kept;  // way, variant
  for (size_t way = 0; way < ways.size(); ++way)
    for (size_t variant = 0; variant < ways[way].size(); ++variant) all.emplace_back(way, variant);
  bool cut = all.size() > kMostVariants;
  if (cut) {
    constexpr std::array<unsigned, 4> kMasks = {3, 5, 6, 7};
    unsigned mask = kMasks[round % kMasks.size()];
    auto keep = [&](std::pair<size_t, size_t> one) {
      if (kept.size() < kMostVariants && std::ranges::find(kept, one) == kept.end()) kept.push_back(one);
    };
    for (unsigned slot = 0; slot < kMostVariants; ++slot) {
      size_t way = ways.size() == 2 ? std::popcount(slot & mask) % 2U : (slot + round) % ways.size();
      keep({way, slot % ways[way].size()});
    }
    for (const auto& one : all) keep(one);
  } else {
    kept = std::move(all);
  }
  std::vector<Text> texts;
  for (auto [way, variant] : kept) texts.push_back(std::move(ways[way][variant]));
  if (cut) mark_cut(texts.back());
  return texts;
}

bool cut_end(std::vector<Text>& variants, size_t bytes) {
  for (Text& text : variants) {
    while (!text.empty() && text.back().kind == Piece::Kind::kText && text.back().text.empty()) text.pop_back();
    if (text.empty() || text.back().kind == Piece::Kind::kHole) continue;
    Piece& last = text.back();
    if (last.text.size() < bytes) return false;
    bool verbatim = last.text.size() == last.length;
    last.text.resize(last.text.size() - bytes);
    if (verbatim) last.length -= static_cast<uint32_t>(bytes);
  }
  return true;
}

void extend(std::vector<Text>& texts, std::vector<Text> tails) {
  auto append = [](Text& text, const Text& tail) { text.insert(text.end(), tail.begin(), tail.end()); };
  if (tails.size() == 1) {
    for (Text& text : texts) append(text, tails.front());
    return;
  }
  std::vector<std::vector<Choice>> choices;
  for (const Text& tail : tails) choices.push_back(choices_of(tail));
  // Where not all pairs can be kept, each text goes with one tail before any goes with a second, and each time with
  // another one.
  size_t kept_texts = std::min(texts.size(), kMostVariants);
  std::vector<std::pair<size_t, size_t>> pairs;
  bool cut = texts.size() > kMostVariants;
  for (size_t round = 0; round < tails.size() && !(cut && pairs.size() == kMostVariants); ++round) {
    for (size_t index = 0; index < kept_texts; ++index) {
      size_t tail = (index + round) % tails.size();
      if (!go_together(choices_of(texts[index]), choices[tail])) continue;
      if (pairs.size() == kMostVariants) {
        cut = true;
        break;
      }
      pairs.emplace_back(index, tail);
    }
  }
  std::sort(pairs.begin(), pairs.end());
  std::vector<Text> all;
  for (auto [index, tail] : pairs) {
    all.push_back(texts[index]);
    append(all.back(), tails[tail]);
  }
  if (cut && !all.empty()) mark_cut(all.back());
  texts = std::move(all);
}

std::string quoted(std::string_view expression) {
  constexpr size_t kLongest = 80;
  std::string text;
  for (char c : expression.substr(0, kLongest)) {  // one line
    if (c == '\n' || c == '\r' || c == '\t') c = ' ';
    if (c == ' ' && text.ends_with(' ')) continue;
    text += c;
  }
  return "`" + text + (expression.size() > kLongest ? "…`" : "`");
}

bool plain_text(const Text& text, std::string& out) {
  out.clear();
  for (const Piece& piece : text) {
    if (piece.kind == Piece::Kind::kHole) return false;
    out += piece.text;
  }
  return true;
}

}  // namespace explaingate::host
