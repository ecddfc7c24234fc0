#include "schema/sections.h"

#include <optional>
#include <string>

#include "schema/names.h"

namespace explaingate::schema {

// Every tool reads its markers line by line, before and without any knowledge of SQL: a marker inside of a string
// counts for it, and so it does here. The first marker that opens an up part names the tool; other tools' markers are
// comments then.
//
//   -- +goose Up                 up starts                -- create the users      a comment: no marker
//   CREATE TABLE a (id);         kept
//   -- +goose StatementBegin     a block of its own       --+goose up               goose takes neither spaces nor
//   CREATE TRIGGER … END;        kept, up to …            case too seriously
//   -- +goose StatementEnd       … here
//   -- +goose Down               up ends
//   DROP TABLE a;                left out
//
// "-- Up" and "-- Down" alone on their lines (kriasoft's sqlite, node-pg-migrate) are words that a comment could hold
// as well, so they count only when both are there, in this order.
namespace {

enum class Mark { kUp, kDown, kBlockBegin, kBlockEnd, kEnvironmentOn, kOther };

struct Marker {
  Marking marking = Marking::kNone;
  Mark mark = Mark::kOther;
};

constexpr std::string_view kBreakpoint = "--> statement-breakpoint";  // Drizzle; also behind a statement on its line

bool starts_with_word(std::string_view text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  return text.size() == word.size() || text[word.size()] == ' ' || text[word.size()] == '\t';
}

Mark goose_mark(std::string_view command) {
  if (starts_with_word(command, "up")) return Mark::kUp;
  if (starts_with_word(command, "down")) return Mark::kDown;
  if (starts_with_word(command, "statementbegin")) return Mark::kBlockBegin;
  if (starts_with_word(command, "statementend")) return Mark::kBlockEnd;
  if (starts_with_word(command, "envsub")) return trim(command.substr(6)) == "on" ? Mark::kEnvironmentOn : Mark::kOther;
  return Mark::kOther;
}

std::optional<Marker> marker_of(std::string_view line) {
  line = trim(line);
  constexpr size_t kLongest = 120;
  if (!line.starts_with("--") || line.size() > kLongest) return std::nullopt;
  if (line.starts_with("---- create above / drop below")) return Marker{Marking::kTern, Mark::kDown};
  std::string lowered = lower(trim(line.substr(2)));
  std::string_view body = lowered;
  auto rest = [&](std::string_view prefix) { return trim(body.substr(prefix.size())); };
  if (body.starts_with("+goose")) return Marker{Marking::kGoose, goose_mark(rest("+goose"))};
  if (body.starts_with("+migrate")) return Marker{Marking::kSqlMigrate, goose_mark(rest("+migrate"))};
  if (starts_with_word(body, "migrate:up")) return Marker{Marking::kDbmate, Mark::kUp};
  if (starts_with_word(body, "migrate:down")) return Marker{Marking::kDbmate, Mark::kDown};
  if (body == "rambler up") return Marker{Marking::kRambler, Mark::kUp};
  if (body == "rambler down") return Marker{Marking::kRambler, Mark::kDown};
  if (body == "//@undo" || body == "@undo") return Marker{Marking::kMyBatis, Mark::kDown};
  if (body == "up" || body == "up migration") return Marker{Marking::kComment, Mark::kUp};
  if (body == "down" || body == "down migration") return Marker{Marking::kComment, Mark::kDown};
  return std::nullopt;
}

template <class Visit>
void for_each_line(std::string_view text, Visit&& visit) {
  size_t at = text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  while (at < text.size()) {
    size_t end = text.find('\n', at);
    size_t next = end == std::string_view::npos ? text.size() : end + 1;
    visit(at, next, text.substr(at, next - at));
    at = next;
  }
}

// Which tool's markers the file has.
Marking marking_of(std::string_view text) {
  Marking found = Marking::kNone;
  bool comment_up = false, comment_both = false;
  Marking down_only = Marking::kNone;  // tools whose up part needs no marker
  for_each_line(text, [&](size_t, size_t, std::string_view line) {
    std::optional<Marker> marker = marker_of(line);
    if (!marker) return;
    if (marker->marking == Marking::kComment) {
      comment_both |= comment_up && marker->mark == Mark::kDown;
      comment_up |= marker->mark == Mark::kUp;
    } else if (marker->marking == Marking::kTern || marker->marking == Marking::kMyBatis) {
      if (down_only == Marking::kNone) down_only = marker->marking;
    } else if (found == Marking::kNone && marker->mark == Mark::kUp) {
      found = marker->marking;
    }
  });
  if (found != Marking::kNone) return found;
  if (down_only != Marking::kNone) return down_only;
  return comment_both ? Marking::kComment : Marking::kNone;
}

void add_split_at_breakpoints(std::string_view text, size_t begin, size_t end, std::vector<Section>& sections) {
  for (;;) {
    size_t at = text.substr(0, end).find(kBreakpoint, begin);
    if (at == std::string_view::npos) break;
    sections.push_back({begin, at, false});
    begin = at + kBreakpoint.size();
  }
  sections.push_back({begin, end, false});
}

}  // namespace

Sections find_sections(std::string_view text) {
  Sections result;
  result.marking = marking_of(text);
  bool up = result.marking == Marking::kNone || result.marking == Marking::kTern || result.marking == Marking::kMyBatis;
  bool block = false;
  size_t begin = 0;
  auto close = [&](size_t end) {
    if (!up || begin >= end) return;
    if (block)
      result.up.push_back({begin, end, true});
    else
      add_split_at_breakpoints(text, begin, end, result.up);
  };
  if (result.marking != Marking::kNone) {
    for_each_line(text, [&](size_t line_begin, size_t line_end, std::string_view line) {
      std::optional<Marker> marker = marker_of(line);
      if (!marker || marker->marking != result.marking) return;
      if (marker->mark == Mark::kEnvironmentOn) result.substitutes_environment = true;
      if (marker->mark == Mark::kOther || marker->mark == Mark::kEnvironmentOn) return;
      close(line_begin);
      begin = line_end;
      if (marker->mark == Mark::kUp || marker->mark == Mark::kDown) up = marker->mark == Mark::kUp;
      block = marker->mark == Mark::kBlockBegin;
    });
  }
  close(text.size());
  return result;
}

}  // namespace explaingate::schema
