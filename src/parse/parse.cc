#include "parse/parse.h"

#include <algorithm>

#include "base/hash.h"
#include "parse/analysis.h"
#include "parse/grammar.h"
#include "parse/lexemes.h"
#include "parse/outline.h"
#include "parse/source_text.h"
#include "parse/translate.h"
#include "parse/tree.h"
#include "parse/utility.h"

namespace explaingate {
namespace {

bool is_definition(StatementKind kind) {
  return kind != StatementKind::kSelect && kind != StatementKind::kInsert && kind != StatementKind::kUpdate &&
         kind != StatementKind::kDelete;
}

// Fingerprint of a statement that PostgreSQL's grammar doesn't have: its words and operators without case, values left
// out.
std::string token_fingerprint(const Lexemes& lexed) {
  std::string stream;
  for (size_t i = 0; i < lexed.tokens.size(); ++i) {
    switch (lexed.kind(i)) {
      case TokenKind::kString:
      case TokenKind::kNumber:
      case TokenKind::kParameter:
        stream += '?';
        break;
      case TokenKind::kQuotedName:
        stream += lexed.name(i);
        break;
      case TokenKind::kWord:
        for (char c : lexed.text(i)) stream += c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
        break;
      default:
        stream += lexed.text(i);
    }
    stream += '\x1f';
  }
  return "t" + hash_hex(stream).substr(0, 15);
}

std::unexpected<Error> syntax_error_at(const Lexemes& lexed, size_t i) {
  if (i >= lexed.tokens.size()) return statement_error("syntax error at end of input", lexed.sql.size());
  return statement_error("syntax error at or near \"" + std::string(lexed.text(i)) + "\"", lexed.tokens[i].offset);
}

// PostgreSQL's message, with the statement's own word where it names one of the translation.
std::unexpected<Error> grammar_error(const GrammarError& error, const Lexemes& lexed, const Translation& translation) {
  size_t offset = translation.map.original(error.offset);
  size_t at = lexed.at(offset);
  std::string message = error.message;
  size_t near = message.find(" at or near \"");
  if (near != std::string::npos && at < lexed.tokens.size())
    message = message.substr(0, near) + " at or near \"" + std::string(lexed.text(at)) + "\"";
  return statement_error(std::move(message), std::min(offset, lexed.sql.size()));
}

// A trigger's body, or a function's in standard SQL, has semicolons of its own.
Result<void> check_one_statement(const Lexemes& lexed, StatementKind kind, Dialect dialect) {
  if (kind == StatementKind::kCreateTrigger || (dialect == Dialect::kPostgres && kind == StatementKind::kOtherDdl))
    return {};
  for (size_t i = 0; i + 1 < lexed.tokens.size(); ++i)
    if (lexed.kind(i) == TokenKind::kSemicolon)
      return statement_error("more than one statement", lexed.tokens[i + 1].offset);
  return {};
}

Result<void> check_brackets(const Lexemes& lexed) {
  for (size_t i = 0; i < lexed.tokens.size(); ++i) {
    bool bracket = lexed.symbol(i) == '(' || lexed.symbol(i) == ')';
    if (bracket && lexed.tokens[i].match < 0)
      return syntax_error_at(lexed, lexed.symbol(i) == '(' ? lexed.tokens.size() : i);
  }
  return {};
}

// The statement node of a tree that holds one statement.
const Node* statement_node(const Tree& tree) {
  const Node* list = tree.child(tree.root(), Key::kStmts);
  const Node* first = list == nullptr ? nullptr : tree.first(*list);
  return first == nullptr || tree.next(*first) != nullptr ? nullptr : tree.child(*first, Key::kStmt);
}

bool has_query(const Node& node) {
  switch (node.type) {
    case Type::kSelectStmt:
    case Type::kInsertStmt:
    case Type::kUpdateStmt:
    case Type::kDeleteStmt:
    case Type::kMergeStmt:
    case Type::kViewStmt:
    case Type::kCreateTableAsStmt:
      return true;
    default:
      return false;
  }
}

// What the tree holds.
Result<void> read_tree(const GrammarResult& parsed, const Lexemes& lexed, const Translation& translation,
                       Dialect dialect, ParsedQuery& query) {
  Tree tree(parsed.json());
  const Node* statement = statement_node(tree);
  if (statement == nullptr) return statement_error("more than one statement", 0);
  query.fingerprint = parsed.fingerprint();
  if (!has_query(*statement)) return {};
  SourceText source(tree, lexed, translation, dialect);
  std::string_view given_up = Analysis(tree, source, translation, dialect, query).run(*statement);
  if (!given_up.empty()) return statement_error(std::string(given_up), 0);
  return {};
}

// SQLite's DDL and commands are not PostgreSQL's: tokens tell what there is to know, and the engine checks the rest.
Result<void> define_sqlite(const Outline& shape, Lexemes& lexed, std::string_view placeholders, ParsedQuery& query) {
  if (auto balanced = check_brackets(lexed); !balanced) return balanced;
  bool command = shape.kind == StatementKind::kUtility || shape.kind == StatementKind::kTransaction;
  if (command) {
    size_t explained = 0;
    if (auto stop = sqlite_command_stop(lexed, explained)) return syntax_error_at(lexed, *stop);
    if (explained > 0) {
      uint32_t start = lexed.tokens[explained].offset;
      auto inner = parse_query(lexed.sql.substr(start), Dialect::kSqlite, placeholders);
      if (!inner) return statement_error(inner.error().message, start + static_cast<size_t>(inner.error().column - 1));
      query.placeholder_count = inner->placeholder_count;
    }
  } else if (shape.stopped != 0) {
    return syntax_error_at(lexed, shape.stopped);
  }
  if (shape.kind == StatementKind::kCreateTrigger) {
    size_t last = lexed.tokens.size() - 1;
    if (lexed.word(last) != Word::kEnd) return syntax_error_at(lexed, lexed.tokens.size());
  }
  std::string tokens = token_fingerprint(lexed);  // before the translation takes words for names
  if (!command && shape.kind != StatementKind::kCreateTrigger)
    query.fingerprint = grammar_fingerprint(translate(lexed, Dialect::kSqlite, shape.kind).text);
  if (query.fingerprint.empty()) query.fingerprint = std::move(tokens);
  return {};
}

}  // namespace

Result<ParsedQuery> parse_query(std::string_view sql, Dialect dialect, std::string_view placeholders) {
  if (sql.size() > kLargestStatement) return statement_error("statement is larger than 1 MB", 0);
  if (size_t nul = sql.find('\0'); nul != std::string_view::npos)
    return statement_error("NUL byte in the statement", nul);
  Result<Lexemes> lexed = lex(sql, dialect, placeholders);
  if (!lexed) return fail(std::move(lexed.error()));
  while (lexed->kind(lexed->tokens.size() - 1) == TokenKind::kSemicolon) lexed->tokens.pop_back();
  if (lexed->tokens.empty()) return statement_error("empty statement", 0);
  Outline shape = outline(*lexed, dialect);
  if (auto one = check_one_statement(*lexed, shape.kind, dialect); !one) return fail(std::move(one.error()));

  ParsedQuery query;
  query.kind = shape.kind;
  query.object = shape.object;
  query.object_type = shape.object_type;
  query.on_table = shape.on_table;

  Result<void> done;
  if (dialect == Dialect::kSqlite && is_definition(shape.kind) && shape.query == 0 && shape.known) {
    done = define_sqlite(shape, *lexed, placeholders, query);
  } else {
    Translation translation = translate(*lexed, dialect, shape.kind);
    query.placeholder_count = translation.placeholder_count;
    GrammarResult parsed(translation.text);
    done = parsed.accepted() ? read_tree(parsed, *lexed, translation, dialect, query)
                             : grammar_error(parsed.error(), *lexed, translation);
  }
  if (!done) return fail(std::move(done.error()));
  return query;
}

std::string_view to_string(StatementKind kind) {
  switch (kind) {
    case StatementKind::kSelect:
      return "select";
    case StatementKind::kInsert:
      return "insert";
    case StatementKind::kUpdate:
      return "update";
    case StatementKind::kDelete:
      return "delete";
    case StatementKind::kCreateTable:
      return "create_table";
    case StatementKind::kCreateIndex:
      return "create_index";
    case StatementKind::kCreateView:
      return "create_view";
    case StatementKind::kCreateTrigger:
      return "create_trigger";
    case StatementKind::kAlterTable:
      return "alter_table";
    case StatementKind::kDrop:
      return "drop";
    case StatementKind::kOtherDdl:
      return "other_ddl";
    case StatementKind::kTransaction:
      return "transaction";
    case StatementKind::kUtility:
      return "utility";
  }
  return "utility";
}

}  // namespace explaingate
