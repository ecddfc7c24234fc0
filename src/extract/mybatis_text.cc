#include "extract/mybatis_text.h"

#include <algorithm>
#include <charconv>

#include "extract/mybatis.h"

namespace explaingate {
namespace mybatis {

using host::Piece;
using host::Text;

namespace {

constexpr std::string_view kBlank = " \t\r\n";

bool same_word(std::string_view text, std::string_view word) {
  return text.size() == word.size() && std::equal(text.begin(), text.end(), word.begin(), [](char a, char b) {
           return (a >= 'A' && a <= 'Z' ? a + 32 : a) == (b >= 'A' && b <= 'Z' ? b + 32 : b);
         });
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

void cut_front(Piece& piece, size_t bytes) {
  bool verbatim = piece.text.size() == piece.length;
  piece.text.erase(0, bytes);
  if (!verbatim) return;
  piece.from += static_cast<uint32_t>(bytes);
  piece.length -= static_cast<uint32_t>(bytes);
}

}  // namespace

Text hole_piece(size_t from, size_t length, std::string reason, Piece::Hint hint, std::string text) {
  Piece piece;
  piece.kind = Piece::Kind::kHole;
  piece.hint = hint;
  piece.text = std::move(text);
  piece.from = static_cast<uint32_t>(from);
  piece.length = static_cast<uint32_t>(length);
  piece.reason = std::move(reason);
  return {std::move(piece)};
}

void append_marked(std::string_view text, size_t from, size_t length, const Properties& properties, Text& out) {
  bool verbatim = text.size() == length;
  auto keep = [&](size_t first, size_t last) {
    if (first >= last) return;
    Text piece = verbatim ? host::text_piece(std::string(text.substr(first, last - first)), from + first, last - first)
                          : host::text_piece(std::string(text.substr(first, last - first)), from, length);
    out.push_back(std::move(piece.front()));
  };
  size_t kept = 0;
  for (size_t at = text.find('{'); at != std::string_view::npos; at = text.find('{', at + 1)) {
    if (at == 0 || (text[at - 1] != '#' && text[at - 1] != '$') || at - 1 < kept) continue;
    size_t end = text.find('}', at);
    if (end == std::string_view::npos) break;
    keep(kept, at - 1);
    size_t place = verbatim ? from + at - 1 : from;
    size_t bytes = verbatim ? end + 2 - at : length;
    std::string_view name = text.substr(at + 1, end - at - 1);
    if (auto given = properties.find(name); text[at - 1] == '$' && given != properties.end()) {
      out.push_back(host::text_piece(std::string(given->second), place, bytes).front());
    } else if (text[at - 1] == '$') {
      out.push_back(hole_piece(place, bytes, "SQL is put together with `${" + std::string(name) + "}`").front());
    } else {
      out.push_back(host::text_piece("?", place, bytes).front());
    }
    kept = end + 1;
  }
  keep(kept, text.size());
}

std::string decoded_entity(std::string_view written) {
  static constexpr std::pair<std::string_view, char> kKnown[] = {
      {"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}, {"&apos;", '\''}};
  for (auto [name, sign] : kKnown)
    if (written == name) return {sign};
  if (!written.starts_with("&#") || !written.ends_with(';')) return {};
  std::string_view digits = written.substr(2, written.size() - 3);
  int base = digits.starts_with('x') ? 16 : 10;
  if (base == 16) digits.remove_prefix(1);
  unsigned code = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, base);
  constexpr unsigned kLastOfAscii = 0x7F;
  if (error != std::errc{} || end != digits.data() + digits.size() || code == 0 || code > kLastOfAscii) return {};
  return {static_cast<char>(code)};
}

std::string decoded_attribute(std::string_view written) {
  std::string text;
  while (!written.empty()) {
    size_t end = written[0] == '&' ? written.find(';') : std::string_view::npos;
    std::string sign = end == std::string_view::npos ? std::string{} : decoded_entity(written.substr(0, end + 1));
    text += sign.empty() ? std::string(1, written[0]) : sign;
    written.remove_prefix(sign.empty() ? 1 : end + 1);
  }
  return text;
}

bool is_blank(const Text& text) {
  return std::all_of(text.begin(), text.end(), [](const Piece& piece) {
    return piece.kind == Piece::Kind::kText && piece.text.find_first_not_of(kBlank) == std::string::npos;
  });
}

void strip(Text& text, const std::vector<std::string>& words, bool front) {
  auto blank = [](const Piece& piece) {
    return piece.kind == Piece::Kind::kText && piece.text.find_first_not_of(kBlank) == std::string::npos;
  };
  size_t at = front ? 0 : text.size();
  while (front ? at < text.size() && blank(text[at]) : at > 0 && blank(text[at - 1])) at += front ? 1 : size_t(-1);
  if (front ? at == text.size() : at == 0) return;
  Piece& piece = text[front ? at : at - 1];
  if (piece.kind != Piece::Kind::kText) return;
  std::string_view whole = piece.text;
  size_t first = whole.find_first_not_of(kBlank), last = whole.find_last_not_of(kBlank) + 1;
  for (const std::string& word : words) {
    if (word.empty() || last - first < word.size()) continue;
    std::string_view end = front ? whole.substr(first, word.size()) : whole.substr(last - word.size(), word.size());
    if (!same_word(end, word)) continue;
    std::string_view beside = front ? whole.substr(first + word.size(), 1) : whole.substr(0, last - word.size());
    if (is_letter(word.front()) && !beside.empty() && is_letter(front ? beside.front() : beside.back())) continue;
    if (front) return cut_front(piece, first + word.size());
    bool verbatim = piece.text.size() == piece.length;
    piece.text.erase(last - word.size());
    if (verbatim) piece.length = static_cast<uint32_t>(piece.text.size());
    return;
  }
}

std::vector<std::string> overrides(std::string_view written) {  // "AND |OR ": white space behind a word counts as any
  std::vector<std::string> words;
  while (true) {
    size_t bar = written.find('|');
    std::string_view word = written.substr(0, bar);
    size_t first = word.find_first_not_of(kBlank);
    if (first != std::string_view::npos) {
      word.remove_prefix(first);
      words.emplace_back(word.substr(0, word.find_last_not_of(kBlank) + 1));
    }
    if (bar == std::string_view::npos) return words;
    written.remove_prefix(bar + 1);
  }
}

void choose_as(std::vector<Text>& texts, std::string_view name, uint32_t choice) {
  constexpr uint64_t kStart = 14695981039346656037U, kPrime = 1099511628211U;
  uint64_t key = kStart;
  for (char c : name) key = (key ^ static_cast<unsigned char>(c)) * kPrime;
  for (Text& text : texts) {
    Piece mark = host::text_piece("", 0, 0).front();
    mark.choices = key | 1U;
    mark.choice = choice;
    text.insert(text.begin(), std::move(mark));
  }
}

}  // namespace mybatis

int deepest_element(std::string_view text) {
  int depth = 0, deepest = 0;
  for (size_t at = 0; at + 1 < text.size(); ++at) {
    std::string_view rest = text.substr(at);
    std::string_view end = rest.starts_with("<!--") ? "-->" : rest.starts_with("<![CDATA[") ? "]]>" : "";
    if (!end.empty()) {
      at = text.find(end, at);
      if (at == std::string_view::npos) break;
    } else if (rest.starts_with("</") || rest.starts_with("/>")) {
      --depth;
    } else if (rest[0] == '<' && mybatis::is_letter(rest[1])) {
      deepest = std::max(deepest, ++depth);
    }
  }
  return deepest;
}

namespace {

// "\${x}" comes as the piece of an escape and what follows it: "${x}" made one piece again.
host::Text with_whole_marks(host::Text text) {
  using host::Piece;
  for (size_t at = 0; at + 1 < text.size(); ++at) {
    Piece& sign = text[at];
    Piece& name = text[at + 1];
    size_t end = name.text.find('}');
    if (sign.kind != Piece::Kind::kText || name.kind != Piece::Kind::kText || (sign.text != "$" && sign.text != "#") ||
        !name.text.starts_with('{') || end == std::string::npos)
      continue;
    bool verbatim = name.text.size() == name.length;
    sign.text += name.text.substr(0, end + 1);
    sign.length = name.from + (verbatim ? static_cast<uint32_t>(end + 1) : name.length) - sign.from;
    mybatis::cut_front(name, end + 1);
  }
  return text;
}

}  // namespace

host::Text mapper_text(const host::Text& text) {
  host::Text out;
  for (const host::Piece& piece : with_whole_marks(text)) {
    if (piece.kind == host::Piece::Kind::kHole) {
      out.push_back(piece);
    } else {
      mybatis::append_marked(piece.text, piece.from, piece.length, {}, out);
    }
  }
  return out;
}

}  // namespace explaingate
