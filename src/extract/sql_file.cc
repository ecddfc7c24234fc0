// The .sql part of extract(): splitter and templates put together into statements, suppressions and what was left out.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "extract/extract.h"
#include "extract/sql_splitter.h"
#include "extract/sql_template.h"
#include "extract/suppression.h"
#include "parse/scan.h"

namespace explaingate {
namespace {

constexpr size_t kLongestFile = size_t{64} << 20;
constexpr size_t kLongestStatement = size_t{1} << 20;
// A statement takes some 500 bytes beside its text: these keep a file of semicolons from taking a hundred times its
// size.
constexpr size_t kMostStatements = 250'000;
constexpr size_t kMostNotes = 1'000;
constexpr size_t kMostSuppressions = 10'000;

// Why the whole text can't be read; empty when it can. git calls a file binary by the same sign.
std::string unreadable(std::string_view text) {
  constexpr size_t kFirst = 8000;
  if (text.size() > kLongestFile) return fmt::format("the file has {} bytes, more than {}", text.size(), kLongestFile);
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) return "the file is UTF-16: only UTF-8 is read";
  if (text.substr(0, kFirst).find('\0') != std::string_view::npos)
    return "the file is binary or UTF-16: it holds NUL bytes";
  return {};
}

// Drivers for Python take %s and %(name)s, and only %(name)s can't be anything else; %s is one where an operand is due
// ("a = %s", "(%s, %s)", "LIMIT %s"), but not in "a %s".
bool has_percent_parameters(std::string_view sql, Dialect dialect) {
  if (sql.find("%s") == std::string_view::npos && sql.find("%(") == std::string_view::npos) return false;
  Scanner scanner(sql, dialect, {.percent_parameters = true});
  bool operand_due = false;
  for (Token token = scanner.next(); token.kind != TokenKind::kEnd; token = scanner.next()) {
    if (token.kind == TokenKind::kComment) continue;
    std::string_view written = token_text(sql, token);
    if (token.kind == TokenKind::kParameter && (written.starts_with("%(") || (written == "%s" && operand_due)))
      return true;
    operand_due = token.kind == TokenKind::kOperator && written != ")" && written != "]";
    for (std::string_view word :
         {"limit", "offset", "like", "and", "between", "values", "in", "then", "else", "select"})
      operand_due = operand_due || is_word(sql, token, word);
  }
  return false;
}

class SqlFile {
 public:
  SqlFile(std::string_view path, std::string_view text, Dialect dialect)
      : path_(path), text_(text), dialect_(dialect), labelled_(path.ends_with(".sq")), lines_(text) {}

  Extraction read() {
    size_t start = text_.starts_with("\xEF\xBB\xBF") ? 3 : 0;
    SqlEvents events;
    events.statement = [this](const SqlSpan& span) { return labelled_ ? add_labelled(span) : add_statement(span); };
    events.note = [this](size_t offset, std::string reason) { add_note(offset, std::move(reason)); };
    events.comment = [this](size_t offset, std::string_view comment) { add_comment(offset, comment); };
    split_sql(text_, start, dialect_, SqlSyntax::kFile, events);
    add_suppressions();
    add_notes();
    return std::move(result_);
  }

 private:
  struct Note {
    size_t offset;
    std::string reason;
    auto operator<=>(const Note&) const = default;
  };
  struct Ignore {
    size_t offset;
    IgnoreComment comment;
  };
  struct Place {  // of the statement with the same index
    size_t begin;
    size_t stop;
  };

  // SQLDelight: "selectAll: SELECT …", and imports of the host language's types.
  bool add_labelled(SqlSpan span) {
    Scanner scanner(text_, dialect_, {}, span.begin);
    Token label = scanner.next();
    if (label.kind != TokenKind::kWord) return add_statement(span);
    if (token_text(text_, label) == "import") return true;
    if (is_word(text_, label, "create")) cut_column_types(span);
    size_t colon = text_.find_first_not_of(" \t", label.offset + label.length);
    if (colon >= span.end || text_[colon] != ':') return add_statement(span);
    size_t begin = text_.find_first_not_of(" \t\r\n", colon + 1);
    if (begin >= span.end) return true;
    scanner.seek(begin);
    span.name = token_text(text_, label);
    span.begin = scanner.next_code().offset;
    return span.begin < span.end ? add_statement(span) : true;
  }

  // "read INTEGER AS kotlin.Boolean NOT NULL", "genre TEXT AS List<String>?": the host language's type is no SQL. A
  // generated column's expression stands in parentheses.
  void cut_column_types(SqlSpan& span) const {
    Scanner scanner(text_, dialect_, {}, span.begin);
    int depth = 0;
    Token token = scanner.next_code();
    bool table = false;  // not a view, whose subqueries have aliases
    while (token.kind == TokenKind::kWord && !table && token.offset < span.end) {
      table = is_word(text_, token, "table");
      if (is_word(text_, token, "view") || is_word(text_, token, "trigger") || is_word(text_, token, "index")) return;
      token = scanner.next_code();
    }
    while (token.kind != TokenKind::kEnd && token.offset < span.end) {
      std::string_view written = token_text(text_, token);
      depth += written == "(" ? 1 : written == ")" ? -1 : 0;
      bool as = depth == 1 && is_word(text_, token, "as");
      size_t begin = token.offset, end = begin;
      token = scanner.next_code();
      if (!as || token.kind != TokenKind::kWord) continue;
      int generic = 0;
      bool name_due = true;
      for (; token.kind != TokenKind::kEnd && token.offset < span.end; token = scanner.next_code()) {
        std::string_view part = token_text(text_, token);
        if (part == "<")
          ++generic;
        else if (part.find_first_not_of('>') == std::string_view::npos)
          generic -= static_cast<int>(part.size());
        else if (generic == 0 && part != "." && part != "?" && !(name_due && token.kind == TokenKind::kWord))
          break;
        name_due = part == ".";
        end = token.offset + token.length;
      }
      std::erase_if(span.gaps, [&](const SqlGap& gap) { return gap.offset >= begin && gap.offset < end; });
      span.gaps.push_back({begin, end - begin, SqlGap::Kind::kCut});
    }
    std::ranges::sort(span.gaps, {}, &SqlGap::offset);
  }

  bool add_statement(const SqlSpan& span) {
    if (result_.statements.size() == kMostStatements) {
      add_note(span.begin,
               fmt::format("the file has more than {} statements: nothing from here on was read", kMostStatements));
      return false;
    }
    size_t size = span.end - span.begin;
    if (size > kLongestStatement) {
      add_note(span.begin, fmt::format("statement of {} bytes is longer than {}", size, kLongestStatement));
      return true;
    }
    if (text_.substr(span.begin, size).find('\0') != std::string_view::npos) {
      add_note(span.begin, "the statement holds a NUL byte");
      return true;
    }
    if (!span.gaps.empty() && span.gaps[0].offset == span.begin) {
      add_note(span.begin, "the statement begins with a template, which says what it is");
      return true;
    }
    Statement statement = made(span);
    if (statement.text.empty()) return true;
    result_.statements.push_back(std::move(statement));
    places_.push_back({span.begin, span.stop});
    return true;
  }

  Statement made(const SqlSpan& span) {
    Statement statement;
    statement.path = path_;
    Position first = lines_.position(span.begin);
    statement.language = "sql";
    statement.name = span.name;
    statement.row_marker = span.row_marker;
    statement.kind = span.name.empty() ? "file" : "named";
    size_t end = span.end;
    if (span.gaps.empty()) {
      statement.text = text_.substr(span.begin, span.end - span.begin);
      statement.map.add(span.end - span.begin, span.begin, span.end - span.begin);
    } else {
      FilledSql filled = fill_templates(text_, span, dialect_);
      statement.text = std::move(filled.text);
      statement.map = std::move(filled.map);
      statement.holes = std::move(filled.holes);
      // A statement whose branches were cut is not all of what runs, though it has no hole.
      statement.dynamic =
          std::ranges::any_of(span.gaps, [](const SqlGap& gap) { return gap.kind == SqlGap::Kind::kTemplate; });
    }
    if (has_percent_parameters(statement.text, dialect_)) statement.placeholders = "%s %(n)s";
    Position last = lines_.position(end - 1);
    statement.line = first.line;
    statement.column = first.column;
    statement.end_line = last.line;
    statement.end_column = last.column;
    return statement;
  }

  void add_note(size_t offset, std::string reason) {
    if (notes_.size() < kMostNotes)
      notes_.push_back({offset, std::move(reason)});
    else if (notes_.size() == kMostNotes)
      notes_.push_back({offset, "more could not be analysed: only the first 1000 places are listed"});
  }

  void add_comment(size_t offset, std::string_view comment) {
    if (ignores_.size() >= kMostSuppressions) return;
    if (auto ignore = parse_ignore_comment(comment)) ignores_.push_back({offset, *std::move(ignore)});
  }

  // Which lines a suppression speaks for: the statement that it stands in or behind on the same line, else the next
  // one.
  void add_suppressions() {
    for (Ignore& ignore : ignores_) {
      int line = lines_.position(ignore.offset).line;
      auto next = std::ranges::upper_bound(places_, ignore.offset, {}, &Place::begin);
      auto index = static_cast<size_t>(next - places_.begin());
      LineRange covers{line, line};
      bool belongs_before =
          index > 0 && (ignore.offset < places_[index - 1].stop || result_.statements[index - 1].end_line == line);
      if (belongs_before) --index;
      if (index < places_.size()) covers = {result_.statements[index].line, result_.statements[index].end_line};
      result_.suppressions.push_back(
          {path_, line, covers, std::move(ignore.comment.rules), std::move(ignore.comment.reason)});
    }
  }

  void add_notes() {
    std::ranges::sort(notes_);
    auto repeated = std::ranges::unique(notes_);
    notes_.erase(repeated.begin(), repeated.end());
    for (Note& note : notes_) {
      Position at = lines_.position(note.offset);
      result_.not_analysed.push_back({path_, at.line, at.column, std::move(note.reason), {}});
    }
  }

  std::string path_;
  std::string_view text_;
  Dialect dialect_;
  bool labelled_;
  LineIndex lines_;
  Extraction result_;
  std::vector<Place> places_;
  std::vector<Note> notes_;
  std::vector<Ignore> ignores_;
};

}  // namespace

Extraction extract_sql_file(std::string_view path, std::string_view text, Dialect dialect) {
  if (std::string reason = unreadable(text); !reason.empty()) {
    Extraction result;
    result.not_analysed.push_back({std::string(path), 1, 1, std::move(reason), {}});
    return result;
  }
  return SqlFile(path, text, dialect).read();
}

namespace {

// The part [begin, end) of a map, as a map of its own.
OffsetMap part_of(const OffsetMap& map, size_t begin, size_t end) {
  OffsetMap part;
  auto first =
      std::ranges::upper_bound(map.pieces(), begin, {}, [](const OffsetMap::Piece& piece) { return piece.to; });
  if (first != map.pieces().begin()) --first;
  for (; first != map.pieces().end() && first->to < end; ++first) {
    size_t from = std::max<size_t>(begin, first->to);
    size_t to = std::min<size_t>(end, size_t{first->to} + first->to_length);
    if (from >= to) continue;
    bool verbatim = first->to_length == first->from_length;
    if (verbatim)
      part.add(to - from, first->from + (from - first->to), to - from);
    else
      part.add(to - from, first->from, first->from_length);
  }
  return part;
}

// Line and column of a byte of `statement`'s text, by the source when there is one; else by counting line ends in those
// pieces of the text that stand in the source as they are.
class Places {
 public:
  Places(const Statement& statement, const LineIndex* source)
      : statement_(statement),
        source_(source),
        now_{statement.line, statement.column},
        piece_(statement.map.pieces().begin()) {}

  // Offsets have to be asked for in order.
  Position at(size_t offset) {
    if (source_ != nullptr) return source_->position(statement_.map.original(offset));
    const auto& pieces = statement_.map.pieces();
    for (; at_ < offset; ++at_) {
      while (piece_ != pieces.end() && at_ >= size_t{piece_->to} + piece_->to_length) ++piece_;
      bool verbatim = piece_ == pieces.end() || piece_->to_length == piece_->from_length;
      if (statement_.text[at_] == '\n' && verbatim)
        now_ = {now_.line + 1, 1};
      else
        ++now_.column;
    }
    return now_;
  }

 private:
  const Statement& statement_;
  const LineIndex* source_;
  Position now_;
  size_t at_ = 0;
  std::vector<OffsetMap::Piece>::const_iterator piece_;
};

// Makes the parts of one statement, in order. What all share is copied for each; text, map and holes only where they
// belong.
class Parts {
 public:
  explicit Parts(const Statement& whole) : whole_(whole) {
    shared_ = whole;
    shared_.text.clear();
    shared_.map = {};
    shared_.holes.clear();
  }

  Statement make(size_t begin, size_t end) {
    Statement part = shared_;
    part.text = whole_.text.substr(begin, end - begin);
    part.map = part_of(whole_.map, begin, end);
    for (; hole_ < whole_.holes.size() && whole_.holes[hole_].offset < end; ++hole_) {
      Hole hole = whole_.holes[hole_];
      if (hole.offset < begin || hole.offset + hole.length > end) continue;
      hole.offset -= static_cast<uint32_t>(begin);
      part.holes.push_back(std::move(hole));
    }
    part.dynamic = whole_.dynamic && (whole_.holes.empty() || !part.holes.empty());
    return part;
  }

 private:
  const Statement& whole_;
  Statement shared_;
  size_t hole_ = 0;
};

// A CREATE on each line and no semicolon: the program takes the text apart at its lines. Near misses: a CREATE TABLE
// whose columns stand below it; CREATE SCHEMA, which holds the CREATEs behind it.
std::vector<SqlSpan> lines_of_create(std::string_view text, const SqlSpan& whole) {
  std::vector<SqlSpan> spans;
  size_t begin = whole.begin;
  while (begin < whole.end) {
    size_t end = std::min(text.find('\n', begin), whole.end);
    size_t last = end;
    constexpr std::string_view kSpace = " \t\r\f\v";
    begin = std::min(text.find_first_not_of(kSpace, begin), last);
    if (begin < last) {
      last = text.find_last_not_of(kSpace, last - 1) + 1;
      std::string_view line = text.substr(begin, last - begin);
      Scanner scanner(line, Dialect::kSqlite);
      if (!is_word(line, scanner.next_code(), "create") || is_word(line, scanner.next_code(), "schema")) return {};
      spans.push_back({begin, last, last, {}, {}, {}});
    }
    begin = end + 1;
  }
  return spans;
}

}  // namespace

std::vector<Statement> split_statement(const Statement& statement, Dialect dialect, std::string_view source) {
  std::vector<SqlSpan> spans;
  std::vector<size_t> notes;
  SqlEvents events;
  events.statement = [&](SqlSpan span) {
    spans.push_back(std::move(span));
    return spans.size() < kMostStatements;
  };
  events.note = [&](size_t offset, const std::string&) { notes.push_back(offset); };
  events.comment = [](size_t, std::string_view) {};
  split_sql(statement.text, 0, dialect, SqlSyntax::kPlain, events);
  // What has no end is kept as it is, for the parser to refuse: nothing gets lost.
  if (!notes.empty()) {
    size_t begin = spans.empty() ? 0 : std::min(spans.back().stop + 1, statement.text.size());
    spans.push_back({begin, statement.text.size(), statement.text.size(), {}, {}, {}});
  }
  if (spans.size() == 1)
    if (std::vector<SqlSpan> each = lines_of_create(statement.text, spans.front()); each.size() > 1)
      spans = std::move(each);
  std::optional<LineIndex> lines;
  if (!source.empty()) lines.emplace(source);
  Places places(statement, lines ? &*lines : nullptr);
  Parts maker(statement);
  std::vector<Statement> parts;
  for (const SqlSpan& span : spans) {
    if (span.begin >= span.end) continue;
    Statement part = maker.make(span.begin, span.end);
    Position first = places.at(span.begin);
    Position last = places.at(span.end - 1);
    part.line = first.line;
    part.column = first.column;
    part.end_line = last.line;
    part.end_column = last.column;
    parts.push_back(std::move(part));
  }
  return parts;
}

}  // namespace explaingate
