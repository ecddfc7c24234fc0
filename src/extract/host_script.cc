// @Select("<script>SELECT … <if test='a != null'>WHERE a = #{a}</if></script>"): the markup of a mapper file in an
// annotation's text. It's read as XML, and what is put together from it is mapped back to the literal. The near miss: a
// script that is itself put together at run time, of which no part can be trusted to be whole.
#include <algorithm>

#include "extract/host_calls.h"
#include "extract/mybatis.h"
#include "extract/mybatis_markup.h"

namespace explaingate::host {
namespace {

// A piece of the script as pieces of the source.
void append_mapped(const Piece& piece, const OffsetMap& map, Text& out) {
  size_t first = piece.from, last = size_t{piece.from} + piece.length;
  if (piece.kind == Piece::Kind::kHole || piece.text.size() != piece.length || piece.text.empty()) {
    Piece whole = piece;
    whole.from = static_cast<uint32_t>(map.original(first));
    whole.length = static_cast<uint32_t>(last > first ? map.original(last - 1) + 1 - whole.from : 0);
    out.push_back(std::move(whole));
    return;
  }
  auto part = std::ranges::upper_bound(map.pieces(), first, {}, [](const OffsetMap::Piece& one) { return one.to; });
  if (part != map.pieces().begin()) --part;
  for (; part != map.pieces().end() && part->to < last; ++part) {
    size_t from = std::max<size_t>(first, part->to), to = std::min<size_t>(last, size_t{part->to} + part->to_length);
    if (from >= to) continue;
    bool verbatim = part->to_length == part->from_length;
    out.push_back(text_piece(piece.text.substr(from - first, to - from),
                             verbatim ? part->from + (from - part->to) : part->from,
                             verbatim ? to - from : part->from_length)
                      .front());
  }
}

}  // namespace

bool HostFile::is_script(const Text& text) {
  constexpr std::string_view kBlank = " \t\r\n";
  for (const Piece& piece : text) {
    if (piece.kind == Piece::Kind::kHole) return false;
    if (size_t first = piece.text.find_first_not_of(kBlank); first != std::string::npos)
      return std::string_view(piece.text).substr(first).starts_with("<script");
  }
  return false;
}

void HostFile::emit_script(const Site& site, const Text& given, const Value& value, CallKind kind) {
  Filled script = fill_holes(given, tree_.source(), dialect_);
  if (!script.holes.empty()) return refuse(site, site.argument, "SQL is a <script> of MyBatis that is put together");
  std::optional<Tree> tree;
  if (markup_ != nullptr && deepest_element(script.text) <= kDeepestElement)
    tree = Tree::parse(markup_->grammar(), script.text);
  int root = -1;
  mybatis::Markup markup(tree ? *tree : tree_);
  if (tree && tree->size() > 0) root = markup.element_below(0);
  if (root < 0 || markup.name_of(root) != "script")
    return refuse(site, site.argument, "SQL is a <script> of MyBatis that can't be read");
  mybatis::Markup::Ways ways = markup.ways_of(root);
  if (ways.cut) refuse(site, site.argument, std::string(mybatis::Markup::kCut));
  for (const Text& text : ways.texts) {
    Text mapped;
    for (const Piece& piece : text) append_mapped(piece, script.map, mapped);
    emit_text(site, mapped, value, kind);
  }
}

}  // namespace explaingate::host
