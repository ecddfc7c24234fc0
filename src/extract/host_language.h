// One host language as its two data files describe it. rules/languages/<name>.scm gives nodes their roles
// (host_syntax.h); rules/languages/<name>.json gives everything else. Reading refuses unknown keys, so that a misspelt
// one can't be ignored.
//
// Languages that have much in common share it: "include": "x.json" takes from that file every member that this one
// doesn't have, and the types of its "nodes" besides its own; "queries": ["x.scm", "y.scm"] reads these as one query.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "extract/extract.h"
#include "extract/host_syntax.h"
#include "extract/pattern.h"

namespace explaingate {
namespace host {

using ReadFile = std::function<Result<std::string>(const std::string& path)>;

struct CallSite {  // a row of "call_sites"
  std::string library;
  std::vector<std::string>
      imports;  // the file has to import one of these (or something below it); empty = the receiver decides
  std::vector<std::string> callees;   // "execute", or dotted "sql.SQL": the last parts of the callee as written
  int argument = 0;                   // position of the SQL; -1 = only by keyword, or none
  int alternative = -1;               // another position, where a text that stands there says that it's the SQL
  std::vector<std::string> keywords;  // names of the SQL argument, or of its pair in a map: query({text: "…"})
  CallKind kind = CallKind::kExecute;
  std::string placeholders;
  bool fragment = false;  // its text is a part of a statement: never one by itself
  bool prepared = false;  // what holds no SQL has methods of these names too (prepared statements): a text that isn't
                          // known is listed only for a receiver with a database's name, or an argument with SQL's
  bool certain = false;   // nothing else goes by these names: neither import nor receiver is asked for
  bool braced_names = false;  // {table} in its text is a table's name
  bool file = false;          // its argument is no text but the path of a file of SQL: query_file!("users.sql")
  bool foreign = false;       // its text is in another language (JPQL): quiet
  bool assigned = false;  // "callees" are properties, and the SQL is what is assigned to one: command.CommandText = x
  std::vector<std::pair<std::string, std::string>> required;  // it counts only with these keywords: nativeQuery = true
  bool mapper = false;    // its text has the markup of MyBatis: #{x} is bound, ${x} is not
  std::string joined_by;  // a literal list in the SQL's place is one text: @Select({"SELECT a", "FROM t"}); so are
                          // several literals: @Select("SELECT a", "FROM t")
  bool tagged = false;    // the tag of a template: what is interpolated is bound, unless it's such a text itself
  int handle = -2;  // of a prepared statement: the argument that gets or names it, -1 = the receiver, -2 = the result
  std::vector<std::string> run_by;  // methods of a text that execute it: sql`…`.execute(db)
  std::vector<std::string>
      bulk_by;           // methods of what the call gives that run it for many: preparedQuery(…).executeBatch
  bool in_list = false;  // the SQL may be the first of a list with its values: find_by_sql(["…", 1])
  enum class Receiver { kAny, kNone, kRequired } receiver = Receiver::kAny;  // for callees without a dot
};

struct Callback {  // a call that runs one of its arguments once per element of another
  std::vector<std::string> callees;
  int function = 0;  // -1 = the block behind the arguments
  std::string function_keyword;
  int iterable = 1;       // -1 = the receiver, -2 = the rows that the call itself gives
  bool iterator = false;  // only where the receiver is an iterator for certain (an optional value has map() too)
  std::string over;       // "batch", "rows": what the function gets, whatever the iterable is
};

struct FormatFunction {  // sprintf(pattern, …)
  std::vector<std::string> callees;
  int argument = 0;     // the pattern; what fills it follows; -1 = the receiver
  int into = -1;        // the argument that the text is written to; -1 = it's the call's value
  bool anew = false;    // what `into` held before is gone
  bool braces = false;  // {} {0} {name} instead of %s; a name that isn't given is that of a variable
};

struct JoinFunction {  // implode(separator, list)
  std::vector<std::string> callees;
  int separator = 0;
  int list = 1;  // -1 = the receiver
};

struct StringRules {
  std::string prefix_raw;  // letters before the opening quote that switch escapes off
  std::string prefix_interpolated;
  std::string introducer;                                   // of an escape: "\\"
  std::vector<std::pair<std::string, std::string>> simple;  // what follows the introducer -> text
  std::vector<std::pair<std::string, int>> hexadecimal;     // "x" -> digits; 0 digits = braced
  bool octal = false;
  std::vector<std::string> plain_openings;  // of literals with escapes for their closing sign and the introducer alone
  // A heredoc's indentation that is no part of the text: that of the closing word, or the least of any line where the
  // opening has this sign ("~").
  bool indented_by_end = false;
  std::string least_indented;
  bool continuation = false;  // white space behind an escaped line end isn't part of the text
  std::vector<std::pair<std::string, std::string>> interpolation_escapes;  // "{{" -> "{"
  // Pairs in the content that the grammar gives no node, where the opening has a byte of `prefix`, but not where it
  // ends in three quotes: $"{{" is {, @"say \"\"" is say "
  struct Doubled {
    std::string prefix;
    std::vector<std::pair<std::string, std::string>> escapes;
  };
  std::vector<Doubled> doubled;
  std::string name_sign;  // content that is this sign alone makes a name of the word behind it, where the grammar gives
                          // it no node: "… $x …"
  std::string indented;   // lines of a literal that opens with this lose the indentation that they share
};

struct Words {             // names with a meaning, as written in sources of the language
  std::string call_opens;  // bytes one of which follows a callee's name, white space apart; empty = no telling
  std::string text_opens;  // bytes that the first word of a text stands behind, white space apart; empty = no telling
  std::vector<std::string> concatenate, format, repeat;  // operators
  std::vector<std::string> transparent_methods;          // x.strip() is x
  std::vector<std::string> transparent_functions;        // dedent(x) is x
  std::vector<std::string> text_members;  // properties of a text's object, and methods of one that a library's call
                                          // makes, that are the text still: buffer->str, queryOf("…").map(f).asList
  std::vector<std::string> format_methods, join_methods, replace_methods;
  std::vector<std::string> replace_functions, repeat_functions;   // replace(x, "old", "new"), repeat("?,", n)
  std::vector<std::string> numbered_methods;                      // text.arg(a, b): a stands for its lowest %1, %2 …
  std::vector<std::string> repeat_methods;                        // "?,".repeat(n)
  std::vector<std::string> indent_methods, margin_methods;        // text.trimIndent(), text.trimMargin()
  std::vector<std::string> append_methods;                        // b.append("x"): b is longer by that
  std::vector<std::pair<std::string, std::string>> append_tails;  // AppendLine -> "\n", which follows what it appends
  std::vector<std::string> clear_methods;                         // b.setLength(0): b is empty again
  std::vector<std::string> cut_methods;  // b.setLength(b.length() - 1): b ends so many bytes earlier
  std::vector<std::string> builders;  // constructors of what texts are appended to: new StringBuilder("x") begins as x
  std::vector<std::string> empty_texts;  // expressions and types that begin as an empty text: "new StringBuilder()"
  std::vector<std::string> concatenate_functions;  // concat!("a", "b")
  std::vector<std::string> empty_functions;        // calls that give an empty text whatever their arguments are
  bool members_by_name = false;                    // methods see the names of their class without `self`
  std::vector<std::string> self;                   // names of the object a method belongs to
  std::vector<std::string> text_types;             // a function may be added to, whose object is then a text
  std::vector<std::string> sql_properties;         // keys of the SQL in a map that is given to a callee without a row
  std::vector<std::string> sql_names;              // names (or ends of names, behind "_") of variables that hold SQL
  std::vector<std::string>
      database_receivers;  // names that a connection or cursor goes by, without "_", "$", "@" before
  std::vector<std::string> any_receiver_callees;  // with a literal SQL text these are call sites on any receiver
  // In the name of a call that no row knows, as one of its words: it formats a text. StringFormat("… %s", x)
  std::vector<std::string> format_words = {"format", "printf", "sprintf", "fmt"};
  // Calls that execute fill the marks of their text as those that format do: sql ("… WHERE id = %d", id)
  bool executing_formats = false;
  // In the name of a call that no row knows, as one of its words: it executes the SQL that it is given, unless one of
  // the others is there too. fetch_rows("SELECT …"), but not parse_query("SELECT …").
  std::vector<std::string> executing_words = {
      "sql",    "query",  "queries", "exec",   "execute",  "db",        "fetch",      "select", "insert",
      "update", "delete", "prepare", "run",    "row",      "rows",      "cell",       "scalar", "iterator",
      "cursor", "lookup", "records", "record", "database", "read",      "get",        "load",   "all",
      "first",  "one",    "value",   "values", "column",   "statement", "statements", "stmt"};
  std::vector<std::string> describing_words = {
      "parse",  "parser",   "parsed",  "format",  "build",   "builder",  "make",      "log",       "logger",  "print",
      "quote",  "quoted",   "escape",  "token",   "tokens",  "tokenize", "lex",       "lint",      "assert",  "expect",
      "test",   "compile",  "render",  "append",  "add",     "explain",  "debug",     "trace",     "warn",    "error",
      "info",   "message",  "match",   "find",    "replace", "contains", "starts",    "ends",      "split",   "join",
      "check",  "validate", "is",      "has",     "mock",    "register", "define",    "with",      "compare", "strip",
      "clean",  "analyze",  "analyse", "display", "show",    "dump",     "hash",      "normalize", "to",      "as",
      "concat", "set",      "from",    "equal",   "equals",  "convert",  "highlight", "translate", "rewrite", "push"};
  // In the name of a call that no row knows: what it writes, it writes for each of many rows.
  std::vector<std::string> bulk_words = {"batch", "bulk", "many"};
  std::vector<std::string> collection_functions;  // of what they are given: List.of(x), slice::from_ref(&x)
  std::vector<std::string> constructors;          // names that stand for the class'
  std::vector<std::string> type_wrappers;         // hold what they're said to be one of: Arc<Store>, Optional[Store]
  std::vector<std::string> class_literals;        // ends of an expression that names a class: ".class"
  std::string waiting;                            // what stands before a call that is waited for: "await"
  std::vector<std::string> type_keywords;         // in a type or a list of bases as written, name none: const, extends
  std::vector<std::string> context_names;  // ends of names, in lower case, of a first argument that doesn't count
  std::vector<std::string> quiet_callees;  // SQL-looking text as their argument is no statement: logging, assertions
  // What runs a prepared statement: methods of its handle, functions whose first or second argument it is; and what a
  // function that both runs it and gives its next row needs before it runs it anew.
  std::vector<std::string> run_methods, run_functions, reset_functions;
  std::vector<std::string> scope_methods;  // x.use { y -> … }: y is x
  std::vector<std::string> fetch_methods;  // give rows of what was executed before
  // In the name of what a `while` asks: it gives the next row with a word of the first list, or of each of the others.
  std::vector<std::string> row_fetching_words = {"fetchrow", "fetcharray", "fetchassoc", "fetchobject"};
  std::vector<std::string> fetching_words = {"fetch"};
  std::vector<std::string> row_words = {"row", "assoc", "array", "object", "hash", "record", "next"};
  // Of the fetch methods, those that other things have too; and the words of names that rows, or what gives them, go
  // by.
  std::vector<std::string> common_fetch_methods = {"next",
                                                   "Next",
                                                   "try_next",
                                                   "step",
                                                   "Step",
                                                   "fetch",
                                                   "getNext",
                                                   "get",
                                                   "all",
                                                   "list",
                                                   "stream",
                                                   "rows",
                                                   "Rows",
                                                   "values",
                                                   "then",
                                                   "json",
                                                   "map",
                                                   "mapTo",
                                                   "mapped",
                                                   "asSequence",
                                                   "toList",
                                                   "use",
                                                   "first",
                                                   "one",
                                                   "each",
                                                   "iterate",
                                                   "load",
                                                   "cursor",
                                                   "execute",
                                                   "query",
                                                   "Query",
                                                   "Scan",
                                                   "Read",
                                                   "ReadAsync",
                                                   "ToList",
                                                   "ToListAsync",
                                                   "ToArray",
                                                   "ToArrayAsync",
                                                   "toArray",
                                                   "to_a",
                                                   "AsList",
                                                   "AsEnumerable",
                                                   "AsAsyncEnumerable",
                                                   "GetEnumerator"};
  std::vector<std::string> row_holder_words = {
      "row", "rows", "rs",     "res",    "result", "results",   "resultset", "cursor",  "cur",
      "cu",  "stmt", "st",     "sth",    "stm",    "statement", "prepared",  "ps",      "query",
      "q",   "qry",  "select", "reader", "rdr",    "dr",        "record",    "records", "recordset"};
  std::vector<std::string> next_words = {"next"};  // in the name of what gives the element behind one: g_list_next(x)
  std::vector<std::string> at_methods = {"get", "at", "elementAt", "ElementAt", "item", "value"};  // x.get(i)
  std::vector<std::string> taking_methods = {"pop",       "popleft",     "shift",     "poll",       "pollFirst",
                                             "remove",    "removeFirst", "removeAt",  "removeLast", "Pop",
                                             "takeFirst", "takeLast",    "pop_front", "pop_back",   "takeAt"};
  std::vector<std::string> loop_macro_words;  // in the name of a call that is none: a macro that begins a loop
  // In the name of what a `while` takes, or of where it takes it from: work that comes in, or pages.
  std::vector<std::string> pumping_words = {
      "poll",  "wait",  "recv",   "receive", "accept", "dequeue", "pop",      "take",   "queue",    "job",
      "jobs",  "task",  "tasks",  "event",   "events", "message", "messages", "claim",  "lease",    "page",
      "batch", "chunk", "cursor", "lock",    "retry",  "shift",   "channel",  "socket", "listener", "subscription",
      "inbox", "rx",    "stream", "pending", "todo",   "work",    "consumer"};
  std::vector<std::string> end_properties;                                     // say that no row is left: $rows->EOF
  std::vector<std::string> has_next_methods = {"hasNext", "hasMoreElements"};  // of an iterator: there is a next one
  std::vector<std::string> iterate_through;                                    // list(x), enumerate(x): loops over x
  std::vector<std::string> same_elements;        // those that give the elements as they are: list(x), reversed(x)
  std::vector<std::string> numbering_functions;  // those that give pairs of a number and an element: enumerate(x)
  std::vector<std::string> map_functions;        // dict(a=1): a literal map
  std::vector<std::string> filling_methods;      // rows.Scan(&x): x is another at every turn
  std::vector<std::string> iterator_methods;     // x.iter(): an iterator for certain
  std::vector<std::string> element_methods;      // x.items(): loops over x
  std::vector<std::string> mutating_methods;     // x.append(y): x is no longer the literal it was
  std::vector<std::string> range_functions, batch_functions, batch_words, retry_words, sleep_functions;
  std::vector<std::string> implicit_parameters;  // names that a function without parameters has: it
  std::vector<std::string> memo_words;           // in a decorator: what the function gives is kept
  // Calls that begin a transaction, or run what they are given in one; those that end one so that it stays; what
  // switches to a transaction a statement, and back: setAutoCommit(false).
  std::vector<std::string> transaction_begins = {"begin",
                                                 "Begin",
                                                 "BeginTx",
                                                 "Beginx",
                                                 "BeginTxx",
                                                 "MustBegin",
                                                 "begin_nested",
                                                 "begin_transaction",
                                                 "beginTransaction",
                                                 "beginTransactionNonExclusive",
                                                 "BeginTransaction",
                                                 "BeginTransactionAsync",
                                                 "start_transaction",
                                                 "startTransaction",
                                                 "StartTransaction",
                                                 "transaction",
                                                 "Transaction",
                                                 "ImmediateTransaction",
                                                 "immediateTransaction",
                                                 "exclusiveTransaction",
                                                 "transactional",
                                                 "transactionWithResult",
                                                 "unchecked_transaction",
                                                 "transaction_with_behavior",
                                                 "with_transaction",
                                                 "withTransaction",
                                                 "withTransactionAsync",
                                                 "withExclusiveTransactionAsync",
                                                 "WithTransaction",
                                                 "withTx",
                                                 "WithTx",
                                                 "in_transaction",
                                                 "inTransaction",
                                                 "InTransaction",
                                                 "runInTransaction",
                                                 "RunInTransaction",
                                                 "RunInTx",
                                                 "useTransaction",
                                                 "TransactionScope",
                                                 "savepoint",
                                                 "atomic",
                                                 "sqlitex.Save"};
  std::vector<std::string> transaction_ends = {"commit",
                                               "Commit",
                                               "CommitAsync",
                                               "commit_transaction",
                                               "commitTransaction",
                                               "CommitTransaction",
                                               "endTransaction",
                                               "setTransactionSuccessful"};
  std::vector<std::string> autocommit_names = {"setAutoCommit", "autoCommit", "set_autocommit"};
  std::vector<std::string> transaction_scopes;  // names of what is held for a transaction: with conn:
  // In the name of what a function is given, or a statement runs on: it's a transaction. In a function's decorator: it
  // runs in one.
  std::vector<std::string> transaction_handles = {"tx", "txn", "trx", "transaction"};
  std::vector<std::string> transaction_decorators = {"transaction", "atomic"};
  std::vector<std::string> transaction_hooks = {"onUpgrade", "onDowngrade"};  // functions that are run in one
  // In any name or text: the file may begin transactions, or says itself what is written when.
  std::vector<std::string> transaction_words = {"begin",     "transaction", "transactional", "transact",
                                                "tx",        "txn",         "trx",           "commit",
                                                "savepoint", "atomic",      "autocommit",    "synchronous"};
  bool implicit_transactions = false;             // libraries begin one before a write by themselves
  std::vector<std::string> identifier_functions;  // Identifier("x"): a quoted name in a formatted text
};

}  // namespace host

class Language {
 public:
  Language() = default;
  Language(const Language&) = delete;
  Language& operator=(const Language&) = delete;

  static Result<std::unique_ptr<Language>> load(const std::string& json_path, const host::ReadFile& read);
  [[nodiscard]] host::Grammar grammar() const;
  [[nodiscard]] const TSLanguage* parser() const { return language_; }
  [[nodiscard]] std::string pattern_text() const;  // of all its files
  // Reads the patterns at once, to tell what is wrong with them; before any grammar().
  [[nodiscard]] Status check() const;
  // False when the text can't hold a statement, nor a call that would be listed as not analysed: no SQL verb in
  // capitals, no name of a call site with its gate, no SQL verb beside a name that executes literals. A keyword that is
  // itself put together ("SEL" "ECT") is the one thing it doesn't see.
  [[nodiscard]] bool may_hold_sql(std::string_view source) const;

  std::string name;
  std::string family;  // of languages that call one another: "jvm"; the name itself where none is given
  std::vector<std::string> extensions;
  std::string placeholders = "%s %(n)s ? :n :1";  // where no row says which
  size_t longest_line = 0;            // a source with a longer one was generated: it's not looked at; 0 = any
  bool blank_type_arguments = false;  // see Grammar
  bool mapper = false;                // a file is no code but a MyBatis mapper: mybatis.h
  bool closures_run = false;          // a function without a name that is given to a call is run by it, once
  bool gives_last = false;            // a function's last expression is what it gives
  std::vector<host::CallSite> call_sites;
  std::vector<host::Callback> callbacks;
  std::vector<host::FormatFunction> format_functions;
  std::vector<host::JoinFunction> join_functions;
  std::vector<std::pair<std::string, std::string>> constants;  // PHP_EOL -> "\n"
  // A sign between a name and the parenthesis behind it, query!(…): it's read as a call of "query!", but for these
  // names.
  std::string macro_mark;
  std::vector<std::string> macro_exceptions;
  std::vector<std::string> macro_items;   // name! { … } holds items as they stand anywhere
  std::vector<std::string> macro_blocks;  // name! { … } holds statements
  host::StringRules strings;
  host::Words words;

 private:
  const TSLanguage* language_ = nullptr;
  std::vector<host::Role> role_by_symbol_;
  std::vector<std::pair<std::string, std::string>> pattern_files_;  // path and text
  // Read when the first file of the language comes.
  mutable std::once_flag patterns_read_;
  mutable bool patterns_are_read_ = false;
  mutable host::Patterns patterns_;

  Status load_json(const std::string& path, const host::ReadFile& read);
  Status read_patterns() const;
};

namespace host {
// Without the signs that some languages begin names with: _db, $db, @db.
[[nodiscard]] std::string_view bare(std::string_view name);
[[nodiscard]] bool is_one_of(std::string_view word, const std::vector<std::string>& words);
// One of the words is in the text, whatever its capitals.
[[nodiscard]] bool has_word(std::string_view text, const std::vector<std::string>& words);
// One of the words is a word of the name, whatever its capitals: "rows" of fetch_rows, fetchRows and FetchROWS.
[[nodiscard]] bool has_name_word(std::string_view name, const std::vector<std::string>& words);
// A name as written, "a::b", "a->b", "a?.b", "a\\b", with dots between its parts and no white space, nor signs that
// names begin with ("$a", "@a"): "a.b".
[[nodiscard]] std::string dotted(std::string_view written);
// A module's name has the gate in it, whole words of it: "github.com/jackc/pgx/v5" has "jackc/pgx".
[[nodiscard]] bool has_path(std::string_view module, std::string_view gate);
// The last name in a dotted one, or in a path: "github.com/x/store" gives "store".
[[nodiscard]] std::string_view last_word(std::string_view path);
// "a.b.c" ends with the dotted name "b.c" at a part's start.
[[nodiscard]] bool ends_with_path(std::string_view path, std::string_view end);
}  // namespace host

}  // namespace explaingate
