#include "parse/words.h"

#include <algorithm>
#include <array>

namespace explaingate {
namespace {

struct Entry {
  std::string_view text;
  unsigned flags;
};

constexpr Entry kEntries[] = {
    {"", 0},
#define EXPLAINGATE_WORD(name, text, flags) {text, flags},
#include "parse/words.inc"
#undef EXPLAINGATE_WORD
};

constexpr size_t kWordSlots = 1024;
constexpr size_t kLongest = 24;
static_assert(std::size(kEntries) < 256, "Word is one byte");

constexpr uint32_t word_hash(std::string_view lower_case) {
  uint32_t value = 2166136261U;
  for (char c : lower_case) value = (value ^ static_cast<uint8_t>(c)) * 16777619U;
  return value ^ (value >> 15);
}

// Open addressing, filled at compile time.
constexpr std::array<uint8_t, kWordSlots> make_word_slots() {
  std::array<uint8_t, kWordSlots> slots{};
  for (size_t i = 1; i < std::size(kEntries); ++i) {
    size_t slot = word_hash(kEntries[i].text) % kWordSlots;
    while (slots[slot] != 0) slot = (slot + 1) % kWordSlots;
    slots[slot] = static_cast<uint8_t>(i);
  }
  return slots;
}
constexpr auto kTable = make_word_slots();

}  // namespace

Word find_word(std::string_view text) {
  if (text.size() < 2 || text.size() > kLongest) return Word::kNone;
  std::array<char, kLongest> buffer;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    buffer[i] = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  }
  std::string_view lower(buffer.data(), text.size());
  for (size_t slot = word_hash(lower) % kWordSlots; kTable[slot] != 0; slot = (slot + 1) % kWordSlots)
    if (kEntries[kTable[slot]].text == lower) return static_cast<Word>(kTable[slot]);
  return Word::kNone;
}

bool has_flag(Word word, WordFlag flag) {
  return (kEntries[static_cast<size_t>(word)].flags & flag) != 0;
}

}  // namespace explaingate
