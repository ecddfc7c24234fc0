// Placeholders of template dialects: rawQuery(`SELECT … WHERE website_id = {{websiteId::uuid}}`). What is between the
// braces is a name, which says nothing of what it stands for: its surroundings do, as for any hole. The near misses:
// '{{1,2},{3,4}}' in quotes is an array, and {{#if x}} is no name.
#include "extract/host_text.h"

namespace explaingate::host {
namespace {

constexpr size_t kLongestName = 80;

bool is_name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
         c == ':' || c == ' ';
}

// Past the end of the {{name}} at `at`; npos = there is none.
size_t end_of_name(std::string_view text, size_t at) {
  size_t end = at + 2;
  bool named = false;
  for (; end < text.size() && end - at < kLongestName && is_name_byte(text[end]); ++end)
    named = named || (text[end] != ' ' && text[end] != ':');
  return named && text.substr(end).starts_with("}}") ? end + 2 : std::string_view::npos;
}

}  // namespace

Text with_template_holes(const Text& text) {
  Text out;
  char quote = 0;
  for (const Piece& piece : text) {
    std::string_view all = piece.text;
    bool verbatim = all.size() == piece.length;
    if (piece.kind == Piece::Kind::kHole || !verbatim) {
      out.push_back(piece);
      continue;
    }
    size_t kept = 0;
    auto keep = [&](size_t end) {
      if (end == kept && kept > 0) return;
      Piece part = piece;
      part.text = all.substr(kept, end - kept);
      part.from = piece.from + static_cast<uint32_t>(kept);
      part.length = static_cast<uint32_t>(end - kept);
      out.push_back(std::move(part));
    };
    for (size_t at = 0; at < all.size(); ++at) {
      if (quote != 0) {
        if (all[at] == quote) quote = 0;
      } else if (all[at] == '\'' || all[at] == '"' || all[at] == '`') {
        quote = all[at];
      } else if (all.substr(at).starts_with("{{")) {
        size_t end = end_of_name(all, at);
        if (end == std::string_view::npos) continue;
        keep(at);
        Piece hole;
        hole.kind = Piece::Kind::kHole;
        hole.from = piece.from + static_cast<uint32_t>(at);
        hole.length = static_cast<uint32_t>(end - at);
        hole.reason = "SQL has the template's " + std::string(all.substr(at, end - at));
        if (all.substr(at, end - at).find("::") != std::string_view::npos) hole.hint = Piece::Hint::kBound;
        out.push_back(std::move(hole));
        kept = end;
        at = end - 1;
      }
    }
    keep(all.size());
  }
  return out;
}

}  // namespace explaingate::host
