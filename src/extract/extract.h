// SQL statements in source texts: .sql files and host languages. Pure: text in, statements out. tree-sitter is used
// here only.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/dialect.h"
#include "base/result.h"
#include "base/source.h"

namespace explaingate {

// What stands where the source has an expression: the text is filled so that the statement can be parsed and planned.
enum class HoleKind {
  kIdentifier,  // table or column name: filled with "eg_hole_N" (double-quoted): can't be planned; or "SELECT 1" where
                // a query is
  kValue,       // filled with a placeholder "?"
  kList,        // values of an IN list or a VALUES row: "?" (parentheses are in the source) or "(?)"
  kPredicate,   // a condition or a clause that may be empty: filled with "" or "1=1", what fits
};

struct Hole {
  uint32_t offset = 0;  // in Statement::text
  uint32_t length = 0;
  HoleKind kind = HoleKind::kValue;
  std::string expression;  // source text of the expression, at most 80 bytes
  // kIdentifier: an item of the select list, of ORDER BY or of GROUP BY. In double quotes, SQLite takes a name that no
  // column has for a text, so that the statement can be planned with a constant there.
  bool column = false;
  bool fixed = false;   // no parameter or variable of the function: a field, a constant
  bool varies = false;  // differs from turn to turn of a loop around the call
};

enum class LoopKind { kFor, kWhile, kComprehension, kCallback };
// What the loop runs over, as far as the source tells.
enum class LoopSource { kUnknown, kRows, kCollection, kLiteral, kBatch, kRetry };

// When what a loop writes is committed: all of it behind the loop, or at each turn.
enum class Commits { kUnknown, kTogether, kEach };

struct Loop {  // outermost first in Statement::loops
  LoopKind kind = LoopKind::kFor;
  LoopSource source = LoopSource::kUnknown;
  int line = 0;          // of the loop's header
  int end_line = 0;      // last line of its body
  std::string variable;  // loop variable(s), as written
  std::string iterable;  // expression looped over, as written, at most 120 bytes; empty for while
  int rows_statement =
      -1;  // kRows: index in Extraction::statements of the statement whose rows are looped over, -1 unknown
  bool argument_varies =
      false;                   // an argument or the SQL depends on the loop variable or on what is assigned in the loop
  bool text_varies = false;    // the SQL does, or so it seems; of a call to another function, what it's called on does
  bool always_leaves = false;  // the body ends in return, break or raise on every path after the call
  Commits commits = Commits::kUnknown;  // as far as the function tells
};

enum class CallKind { kNone, kExecute, kBulk, kPrepare, kText, kRun };

struct Statement {
  std::string path;
  int line = 0, column = 0;          // of the statement's first byte in the source
  int end_line = 0, end_column = 0;  // of its last byte
  std::string language;              // "sql", "python"
  std::string function;              // enclosing function, qualified ("Orders.report"); empty at top level
  std::string name;                  // "-- name: x" in .sql files; the constant's name where the SQL came through one
  std::string kind;  // "file" (stands in a .sql file), "named" (same, with a name), "call" (argument of a known call),
                     // "constant" (looks like SQL, held in a constant that no known call was seen to use)
  std::string text;  // the SQL, holes filled, without the closing ";"
  bool dynamic = false;  // "partly dynamic": it has holes
  std::vector<Hole> holes;
  OffsetMap map;        // offset in `text` -> offset in the source
  std::string callee;   // as written: "cursor.execute"
  std::string library;  // of call_sites.tsv: "dbapi", "asyncpg"
  CallKind call = CallKind::kNone;
  int call_line = 0;  // of the call; differs from `line` when the SQL stands in a constant
  std::string
      placeholders;         // placeholder style of the library, as in call_sites.tsv: "%s %(n)s ? :n :1"; empty in .sql
  std::vector<Loop> loops;  // around the call, inside the same function
  std::string row_marker;   // of "-- name: x :many": "many"
};

struct NotAnalysed {
  std::string path;
  int line = 0, column = 0;
  std::string reason;    // a sentence: "SQL is the parameter `query` of this function"
  std::string function;  // enclosing function
};

// "explaingate-ignore RULE[, RULE]: reason" in a comment. Covers the statement or line that follows (or that it stands
// on).
struct Suppression {
  std::string path;
  int line = 0;      // of the comment
  LineRange covers;  // lines of the source it speaks for
  std::vector<std::string> rules;
  std::string reason;  // empty = invalid: the reason is required
};

struct Extraction {
  std::vector<Statement> statements;  // by place in the source
  std::vector<NotAnalysed> not_analysed;
  std::vector<Suppression> suppressions;
};

// One host language: grammar, queries and call sites, read from <folder>/<name>.json and .scm; immutable, shared by
// threads.
class Language;

// The languages of a folder (rules/languages). Refuses malformed data files (kConfiguration, with file and line).
class Languages {
 public:
  static Result<Languages> load(const std::string& folder);
  // Those that travel with the binary (rules/languages).
  static Result<Languages> built_in();
  Languages(Languages&&) noexcept;
  Languages& operator=(Languages&&) noexcept;
  ~Languages();
  // By the path's extension; nullptr when no language has it. ".sql" is not a host language.
  [[nodiscard]] const Language* for_path(std::string_view path) const;
  // That of mapper files, whose markup stands in other languages' texts too; nullptr when there is none.
  [[nodiscard]] const Language* mapper() const;
  // Hash of all their data files: what was extracted with others is out of date.
  [[nodiscard]] const std::string& hash() const { return hash_; }

 private:
  Languages();
  std::vector<std::unique_ptr<Language>> languages_;
  std::string hash_;
};

// Any file whose extension is known; others give an empty Extraction. CRLF, BOM, non-UTF-8 bytes and NUL bytes are
// fine: what can't be read as text is one NotAnalysed.
[[nodiscard]] Extraction extract(std::string_view path, std::string_view text, const Languages& languages,
                                 Dialect dialect);
// .sql, and .sq (SQLDelight), whose statements have labels.
[[nodiscard]] bool is_sql_file(std::string_view path);
// True when extract() would look inside.
[[nodiscard]] bool is_extractable(std::string_view path, const Languages& languages);

// The .sql part alone: used by schema/ as well, for migrations. Every statement with its text and place; comments
// before a statement don't belong to it. Down parts and other tools' markers are not this function's business.
[[nodiscard]] Extraction extract_sql_file(std::string_view path, std::string_view text, Dialect dialect);

// Several statements in one string (executescript): splits `statement` into single ones, maps kept. `source` is the
// text that the map leads to; without it lines are counted in the statement's own text, which is right for a string
// literal that is written in one piece.
[[nodiscard]] std::vector<Statement> split_statement(const Statement& statement, Dialect dialect,
                                                     std::string_view source = {});

}  // namespace explaingate
