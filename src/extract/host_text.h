// Texts that an expression can have: pieces of the source, decoded text, and holes where the source says nothing more.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/dialect.h"
#include "extract/extract.h"

namespace explaingate::host {

struct Piece {
  enum class Kind : uint8_t { kText, kHole } kind = Kind::kText;
  // What is known of a hole before its surroundings are looked at.
  enum class Hint : uint8_t { kNone, kPlaceholders, kClause, kIdentifier, kBound, kSeparator } hint = Hint::kNone;
  std::string text;     // kText: the text; kHole with a hint: what to fill in ("?, ?"), may be empty
  uint32_t from = 0;    // place in the source
  uint32_t length = 0;  // bytes there; equal to the text's for what is taken as it stands
  int node = -1;        // kHole: the expression
  std::string reason;   // kHole: why it isn't known
  // The text is the variant `choice` of a name that has several; `choices` says which name and values (0: none). What
  // is put together from two uses of the name has the same variant in both places.
  uint64_t choices = 0;
  uint32_t choice = 0;
  bool cut = false;  // more variants of what it's part of were left out than could be kept
};

using Text = std::vector<Piece>;

// Every text that an expression can have; none = not known, and `reason` says why.
struct Value {
  std::vector<Text> variants;
  std::string reason;
  std::string name;             // the constant or variable it came through, the outermost
  int parameter = -1;           // the reason is that it's this parameter (node) of the function around it
  bool number = false;          // a number's digits
  std::vector<int> text_calls;  // calls of kind "text" that it went through
  [[nodiscard]] bool known() const { return !variants.empty(); }
};

constexpr size_t kMostVariants = 8;

// Puts texts behind those of a list, up to `most`; where some are left out, the last one kept says so.
void add_variants(std::vector<Text>& variants, std::vector<Text> more, size_t most = kMostVariants);
[[nodiscard]] bool was_cut(const Text& text);

[[nodiscard]] Value unknown(std::string reason);
[[nodiscard]] Text text_piece(std::string text, size_t from, size_t length);
// Every text with every tail behind it that goes with it, at most kMostVariants.
void extend(std::vector<Text>& texts, std::vector<Text> tails);
// The variants of several ways to one place. Where not all can be kept, each way has a share, and ways that were put
// together before it are in each share in turn: `round` = how many times that was done. The last one kept says so.
[[nodiscard]] std::vector<Text> spread(std::vector<std::vector<Text>> ways, size_t round);
// Cuts so many bytes off the end of each; what a hole ends in isn't known, nor whether it's cut. False = a text is too
// short, or the cut goes through several pieces.
[[nodiscard]] bool cut_end(std::vector<Text>& variants, size_t bytes);
// Notes in each variant of a name which one it is.
void mark_choices(std::vector<Text>& variants, std::string_view name);
// Notes in each text on which of a branch's ways it was made: what another name was given on another one isn't with it.
void mark_way(std::vector<Text>& variants, size_t branch, size_t way);
// Takes the indentation that all lines share off what comes from [first, last) of the source, with its first line
// break: a literal's, when that range is the literal, and its last line, blank as it may be, counts as a line.
void strip_indent(Text& text, size_t first, size_t last);
// White space up to `margin` at the start of each line, with it.
void strip_margin(Text& text, char margin);
// Writes the text to `out`; false when it has a hole.
[[nodiscard]] bool plain_text(const Text& text, std::string& out);

// An expression as a reason shows it: on one line, in backquotes, cut where it's long.
[[nodiscard]] std::string quoted(std::string_view expression);

// {{name}} and {{name::type}} of the template dialects that projects put around their queries, outside of SQL's quotes:
// holes.
[[nodiscard]] Text with_template_holes(const Text& text);

// {name}, as some libraries write tables whose names get a prefix, without its braces.
[[nodiscard]] Text without_braces(const Text& text);

// The statement of a text: holes filled by what surrounds them, trimmed, without the closing ";", with its map to the
// source.
struct Filled {
  std::string text;
  std::vector<Hole> holes;
  std::vector<int> hole_nodes;  // of each
  OffsetMap map;
  size_t first = 0, last = 0;  // place of its first and last byte in the source
  int table_hole = -1;         // node of a hole that stands for a table's name
  std::string_view dynamic;    // what that hole is: "the table's name is"
  std::string table_expression;
  int statement_hole = -1;  // node of a hole that stands for whole statements of a script
  std::string statement_expression;
  bool starts_with_hole = false;
  std::string start_reason;  // of that hole
};
[[nodiscard]] Filled fill_holes(const Text& text, std::string_view source, Dialect dialect);

// A word that SQL statements start with, in any case.
[[nodiscard]] bool is_verb(std::string_view word);
// The first word is one that an SQL statement starts with, in any case: SELECT, WITH, PRAGMA …
[[nodiscard]] bool starts_like_sql(std::string_view text);
// The same for the verbs of statements proper, without those that prose starts with as well (set, show, call …).
[[nodiscard]] bool starts_with_main_verb(std::string_view text);
// Starts like SQL beyond doubt, in capitals: SELECT … FROM, INSERT INTO, UPDATE … SET, DELETE FROM, WITH … AS (, CREATE
// TABLE …
[[nodiscard]] bool is_sql_in_capitals(std::string_view text);
// The same, or in lower case and laid out over several lines, which prose that begins like SQL seldom is.
[[nodiscard]] bool is_sql_beyond_doubt(std::string_view text);
// What a whole source says of SQL, for deciding whether to parse it at all: a main verb as a word, where a
// text can begin (behind one of `opens`; empty = anywhere), followed by what can follow one.
struct VerbsSeen {
  bool any_case = false;
  bool beyond_doubt = false;  // in capitals, or laid out over several lines
};
[[nodiscard]] VerbsSeen verbs_in(std::string_view source, std::string_view opens);

}  // namespace explaingate::host
