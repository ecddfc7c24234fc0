#include "parse/server_command.h"

#include <algorithm>
#include <array>
#include <unordered_set>

#include "parse/edits.h"
#include "parse/grammar.h"
#include "parse/lexemes.h"
#include "parse/tree.h"

namespace explaingate {
namespace {

using Kind = ServerCommand::Kind;

// In PL/pgSQL: words that a statement may stand behind, beside a semicolon, and first words of the ones to be read.
constexpr std::array<std::string_view, 4> kBeforeStatements = {"begin", "then", "else", "loop"};
constexpr std::array<std::string_view, 6> kRoleStatements = {"create", "alter", "drop", "grant", "revoke", "reassign"};

class Reader {
 public:
  Reader(const Tree& tree, const Lexemes& lexed, ServerCommand& command)
      : tree_(tree), lexed_(lexed), command_(command) {}

  void read(const Node& statement) {
    walk(statement);
    command_.kind = kind(statement);
    if (tablespace_) drop_tablespaces();
    drop_on_commit();
    if (concurrent_) drop_concurrently(statement);
    if (edited_) {
      OffsetMap map;
      edits_.apply(lexed_.sql, command_.text, map);
    }
  }

 private:
  // Names of roles stand wherever a statement may have one, always in the field "rolename".
  void walk(const Node& statement) {
    std::vector<const Node*> open = {&statement}, children;
    std::unordered_set<std::string_view> seen;
    while (!open.empty()) {
      const Node* node = open.back();
      open.pop_back();
      if (node->key == Key::kRolename && seen.insert(node->text).second) command_.roles.emplace_back(node->text);
      bool tablespace = node->key == Key::kTableSpace || node->key == Key::kTablespacename ||
                        node->key == Key::kTableSpaceName || node->key == Key::kIndexspace;
      tablespace_ = tablespace_ || (tablespace && !node->text.empty());
      concurrent_ = concurrent_ || node->key == Key::kConcurrent;
      children.clear();
      for (const Node* child = tree_.first(*node); child != nullptr; child = tree_.next(*child))
        children.push_back(child);
      open.insert(open.end(), children.rbegin(), children.rend());
    }
  }

  Kind kind(const Node& statement) {
    command_.only_rights = statement.type == Type::kGrantStmt || statement.type == Type::kAlterDefaultPrivilegesStmt;
    switch (statement.type) {
      case Type::kTransactionStmt:
        return transaction(tree_.text(statement, Key::kKind));
      case Type::kVariableSetStmt:
        search_path();
        return setting(statement);
      case Type::kSelectStmt:
        if (!sets_a_variable(statement)) return Kind::kOther;
        search_path();
        return Kind::kSetting;
      case Type::kCreateRoleStmt:
        command_.roles.insert(command_.roles.begin(), std::string(tree_.text(statement, Key::kRole)));
        return Kind::kCreateRole;
      case Type::kDropRoleStmt:
        return Kind::kDropRole;
      case Type::kCreateExtensionStmt:
        return extension(statement);
      case Type::kCopyStmt:  // rows that aren't in the statement, or that nobody reads
        return tree_.text(statement, Key::kFilename).empty() ? Kind::kNoEffect : Kind::kOther;
      case Type::kAlterTableStmt:
        return alter_table(statement);
      case Type::kCreateTableSpaceStmt:
        tablespace_ = false;
        return Kind::kNoEffect;
      case Type::kCommentStmt:
      case Type::kRenameStmt:
      case Type::kGrantStmt:
      case Type::kSecLabelStmt:
        return of_server(statement) ? Kind::kNoEffect : Kind::kOther;
      case Type::kAlterOwnerStmt:
      case Type::kReassignOwnedStmt:
      case Type::kGrantRoleStmt:
      case Type::kAlterRoleStmt:
      case Type::kCreatedbStmt:
      case Type::kDropdbStmt:
      case Type::kAlterDatabaseStmt:
      case Type::kDropTableSpaceStmt:
      case Type::kCheckPointStmt:
      case Type::kReindexStmt:
      case Type::kVacuumStmt:
        return Kind::kNoEffect;
      case Type::kAlterDatabaseSetStmt:
        return database_setting();
      case Type::kAlterRoleSetStmt:
        return role_setting();
      case Type::kDoStmt:
        edit_block();
        return Kind::kOther;
      default:
        return Kind::kOther;
    }
  }

  // The statements of a DO block that would be kNoEffect, or are about roles, do nothing in it either. Qualifies:
  // "DO $$ BEGIN IF … THEN CREATE ROLE a; END IF; END $$". Near miss: "… EXECUTE 'CREATE ROLE a'; …".
  void edit_block() {
    for (size_t i = 1; i < lexed_.tokens.size(); ++i)
      if (lexed_.text_is(i, "language") && !lexed_.text_is(i + 1, "plpgsql")) return;
    for (size_t i = 1; i < lexed_.tokens.size(); ++i) {
      std::string_view text = lexed_.text(i);
      size_t tag = text.starts_with('$') ? text.find('$', 1) + 1 : 0;
      if (lexed_.kind(i) != TokenKind::kString || tag == 0) continue;
      return edit_body(text.substr(tag, text.size() - 2 * tag), lexed_.tokens[i].offset + tag);
    }
  }

  void edit_body(std::string_view body, size_t offset) {
    Scanner scanner(body, Dialect::kPostgres);
    size_t begin = 0;
    bool at_start = true, wanted = false;  // of a statement that starts at `begin`
    for (Token token = scanner.next(); token.kind != TokenKind::kEnd; token = scanner.next()) {
      if (token.kind == TokenKind::kComment) continue;
      auto is = [&](const auto& words) {
        return std::ranges::any_of(words, [&](std::string_view word) { return is_word(body, token, word); });
      };
      if (token.kind == TokenKind::kSemicolon) {
        if (wanted) edit_statement(body.substr(begin, token.offset - begin), offset + begin);
        at_start = true;
        wanted = false;
      } else if (is(kBeforeStatements)) {
        at_start = true;
        wanted = false;
      } else if (at_start) {
        begin = token.offset;
        wanted = is(kRoleStatements);
        at_start = false;
      }
    }
  }

  void edit_statement(std::string_view text, size_t offset) {
    ServerCommand command = read_server_command(text);
    for (std::string& role : command.roles)
      if (std::ranges::find(command_.roles, role) == command_.roles.end()) command_.roles.push_back(std::move(role));
    bool nothing =
        command.kind == Kind::kNoEffect || command.kind == Kind::kCreateRole || command.kind == Kind::kDropRole;
    if (!nothing) return;
    edits_.replace(offset, text.size(), "NULL");
    edited_ = true;
  }

  static Kind transaction(std::string_view kind) {
    if (kind == "TRANS_STMT_BEGIN" || kind == "TRANS_STMT_START") return Kind::kBegin;
    if (kind == "TRANS_STMT_COMMIT" || kind == "TRANS_STMT_ROLLBACK" || kind == "TRANS_STMT_PREPARE") return Kind::kEnd;
    return kind.ends_with("_PREPARED") ? Kind::kOther : Kind::kSavepoint;
  }

  Kind setting(const Node& statement) {
    std::string_view name = tree_.text(statement, Key::kName);
    if (name == "default_tablespace" || name == "temp_tablespaces") return Kind::kNoEffect;
    return name == "role" || name == "session_authorization" ? Kind::kNoEffect : Kind::kSetting;
  }

  // SELECT set_config(…), alone or among others.
  bool sets_a_variable(const Node& select) const {
    const Node* targets = tree_.child(select, Key::kTargetList);
    const Node* target = targets == nullptr ? nullptr : tree_.first(*targets);
    for (; target != nullptr; target = tree_.next(*target)) {
      const Node* call = tree_.child(*target, Key::kVal);
      const Node* name = call == nullptr ? nullptr : tree_.child(*call, Key::kFuncname);
      const Node* part = name == nullptr ? nullptr : tree_.first(*name);
      while (part != nullptr && tree_.next(*part) != nullptr) part = tree_.next(*part);
      if (part != nullptr && tree_.text(*part, Key::kSval) == "set_config") return true;
    }
    return false;
  }

  Kind extension(const Node& statement) {
    command_.name = tree_.text(statement, Key::kExtname);
    const Node* options = tree_.child(statement, Key::kOptions);
    const Node* option = options == nullptr ? nullptr : tree_.first(*options);
    for (; option != nullptr; option = tree_.next(*option)) {
      const Node* value = tree_.child(*option, Key::kArg);
      if (value == nullptr) continue;
      std::string_view name = tree_.text(*option, Key::kDefname);
      if (name == "schema") command_.schema = tree_.text(*value, Key::kSval);
      if (name == "new_version") command_.version = tree_.text(*value, Key::kSval);
    }
    return Kind::kCreateExtension;
  }

  Kind alter_table(const Node& statement) {
    const Node* commands = tree_.child(statement, Key::kCmds);
    const Node* command = commands == nullptr ? nullptr : tree_.first(*commands);
    for (; command != nullptr; command = tree_.next(*command)) {
      std::string_view what = tree_.text(*command, Key::kSubtype);
      if (what != "AT_SetTableSpace" && what != "AT_ChangeOwner") return Kind::kOther;
    }
    return Kind::kNoEffect;
  }

  [[nodiscard]] bool of_server(const Node& statement) const {
    for (Key key : {Key::kObjtype, Key::kObjectType, Key::kRenameType}) {
      std::string_view type = tree_.text(statement, key);
      if (type == "OBJECT_DATABASE" || type == "OBJECT_ROLE" || type == "OBJECT_TABLESPACE") return true;
    }
    return false;
  }

  // Who connects as which role isn't known, so a role's path holds for all: "ALTER ROLE shop [IN DATABASE x] SET
  // search_path = …". Other settings of roles are nobody's.
  Kind role_setting() {
    for (size_t i = 3; i + 1 < lexed_.tokens.size(); ++i) {
      if (!lexed_.text_is(i, "set") || !lexed_.text_is(i + 1, "search_path")) continue;
      command_.text = lexed_.sql.substr(lexed_.tokens[i].offset);
      return Kind::kDatabaseSetting;
    }
    return Kind::kNoEffect;
  }

  // SET [SESSION | LOCAL] search_path {TO | =} a, 'b', DEFAULT; SELECT set_config('search_path', 'a, b', …). RESET
  // leaves the default.
  void search_path() {
    size_t at = 0, last = lexed_.tokens.size();
    auto is_path = [&](size_t i) { return lexed_.text_is(i, "search_path") || lexed_.text(i) == "'search_path'"; };
    while (at < last && !is_path(at)) ++at;
    if (at >= last) return;
    command_.sets_path = true;
    bool call = lexed_.kind(at) == TokenKind::kString;
    for (at += 2; at < last && lexed_.symbol(at) != ')'; ++at) {
      if (lexed_.symbol(at) == ',') {
        if (call) return;
      } else if (call && lexed_.kind(at) == TokenKind::kString) {
        listed_schemas(lexed_.name(at));
      } else if (!lexed_.text_is(at, "default")) {
        add_schema(lexed_.name(at));
      }
    }
  }
  // The value of the setting as one text.
  void listed_schemas(std::string_view list) {
    Scanner scanner(list, Dialect::kPostgres);
    for (Token token = scanner.next(); token.kind != TokenKind::kEnd; token = scanner.next()) {
      std::string_view name = token_text(list, token);
      if (token.kind == TokenKind::kQuotedName && name.size() > 2) name = name.substr(1, name.size() - 2);
      if (token.kind == TokenKind::kQuotedName || token.kind == TokenKind::kWord) add_schema(std::string(name));
    }
  }
  void add_schema(std::string name) {
    if (!name.empty() && name != "$user") command_.search_path.push_back(std::move(name));
  }

  // "ALTER DATABASE x SET …": SET … (or RESET …) is `text`.
  Kind database_setting() {
    constexpr size_t kName = 2;
    if (lexed_.tokens.size() > kName + 1) {
      command_.text = lexed_.sql.substr(lexed_.tokens[kName + 1].offset);
      return Kind::kDatabaseSetting;
    }
    return Kind::kNoEffect;
  }

  void replace(size_t first, size_t last, std::string_view text) {
    edits_.replace(lexed_.tokens[first].offset, lexed_.tokens[last].end() - lexed_.tokens[first].offset, text);
    edited_ = true;
  }

  // "TABLESPACE x" and "USING INDEX TABLESPACE x". Near miss: a column of that name, "(tablespace text, …".
  void drop_tablespaces() {
    for (size_t i = 1; i + 1 < lexed_.tokens.size(); ++i) {
      char before = lexed_.symbol(i - 1);
      if (!lexed_.text_is(i, "tablespace") || before == '(' || before == ',' || before == '.') continue;
      if (!lexed_.is_name(i + 1)) continue;
      bool using_index = i >= 2 && lexed_.text_is(i - 1, "index") && lexed_.text_is(i - 2, "using");
      replace(using_index ? i - 2 : i, i + 1, "");
      ++i;
    }
  }

  // CREATE TEMPORARY TABLE … ON COMMIT DROP, ON COMMIT DELETE ROWS: the statement that reads it isn't always applied in
  // the same transaction.
  void drop_on_commit() {
    if (!lexed_.text_is(0, "create")) return;
    for (size_t i = 2; i + 2 < lexed_.tokens.size(); ++i) {
      if (!lexed_.text_is(i, "on") || !lexed_.text_is(i + 1, "commit")) continue;
      bool drop = lexed_.text_is(i + 2, "drop");
      if (drop || lexed_.text_is(i + 2, "delete"))
        replace(i, std::min(drop ? i + 2 : i + 3, lexed_.tokens.size() - 1), "");
      return;
    }
  }

  // CREATE [UNIQUE] INDEX CONCURRENTLY, DROP INDEX CONCURRENTLY; DETACH PARTITION p CONCURRENTLY ends with it.
  void drop_concurrently(const Node& statement) {
    size_t last = lexed_.tokens.size() - 1;
    bool index = statement.type == Type::kIndexStmt || statement.type == Type::kDropStmt;
    for (size_t i = index ? 1 : last; i <= std::min<size_t>(last, index ? 3 : last); ++i)
      if (lexed_.text_is(i, "concurrently")) return replace(i, i, "");
  }

  const Tree& tree_;
  const Lexemes& lexed_;
  ServerCommand& command_;
  Edits edits_;
  bool edited_ = false, tablespace_ = false, concurrent_ = false;
};

}  // namespace

ServerCommand read_server_command(std::string_view sql) {
  ServerCommand command;
  command.text = sql;
  if (sql.size() > kLargestStatement || sql.find('\0') != std::string_view::npos) return command;
  Result<Lexemes> lexed = lex(sql, Dialect::kPostgres, {});
  if (!lexed) return command;
  while (!lexed->tokens.empty() && lexed->tokens.back().kind == TokenKind::kSemicolon) lexed->tokens.pop_back();
  if (lexed->tokens.empty()) return command;
  GrammarResult parsed(command.text);
  if (!parsed.accepted()) return command;
  Tree tree(parsed.json());
  const Node* list = tree.child(tree.root(), Key::kStmts);
  const Node* first = list == nullptr ? nullptr : tree.first(*list);
  if (first == nullptr || tree.next(*first) != nullptr) return command;
  if (const Node* statement = tree.child(*first, Key::kStmt)) Reader(tree, *lexed, command).read(*statement);
  return command;
}

}  // namespace explaingate
