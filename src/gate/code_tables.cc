// Pass: tables that the program makes for itself while it runs, and that the schema's files don't have. Statements on
// them would have no plan: "no such table".
//
//   conn.execute("CREATE TEMP TABLE wanted (id INTEGER PRIMARY KEY)")
//   conn.execute("SELECT o.total FROM orders o JOIN wanted w ON w.id = o.id")
//
// A temporary table is made as a lasting one: the plans are the same. A near miss is CREATE TABLE orders in a test's
// set-up: the schema has the name, and what the schema says holds.
#include <set>

#include <fmt/format.h>

#include "base/text.h"
#include "gate/run.h"
#include "parse/scan.h"

namespace explaingate {
namespace {

constexpr size_t kMostTables = 200;  // of one side

// Names that the schema's statements make, and those that tables are renamed to.
std::set<std::string> names_of(const Schema& schema, Dialect dialect) {
  std::set<std::string> names;
  for (const SchemaStatement& statement : schema.statements) {
    if (auto parsed = parse_query(statement.text, dialect)) names.insert(lower(parsed->object));
    Scanner scanner(statement.text, dialect);
    bool renamed = false;
    for (Token token = scanner.next(); token.kind != TokenKind::kEnd; token = scanner.next()) {
      if (renamed && token.kind == TokenKind::kWord && !is_word(statement.text, token, "to"))
        names.insert(lower(std::string(token_text(statement.text, token))));
      renamed = renamed || is_word(statement.text, token, "rename");
    }
  }
  return names;
}

// "CREATE TABLE IF NOT EXISTS t …" of CREATE [TEMP] TABLE [IF NOT EXISTS] [temp.]t …; empty = it's something else.
std::string lasting(std::string_view text, Dialect dialect) {
  Scanner scanner(text, dialect);
  auto next = [&] {
    Token token = scanner.next();
    while (token.kind == TokenKind::kComment) token = scanner.next();
    return token;
  };
  if (!is_word(text, next(), "create")) return {};
  Token token = next();
  if (is_word(text, token, "temp") || is_word(text, token, "temporary")) token = next();
  if (!is_word(text, token, "table")) return {};
  token = next();
  for (std::string_view word : {"if", "not", "exists"})
    if (is_word(text, token, word)) token = next();
  if (is_word(text, token, "temp") || is_word(text, token, "main")) {
    Token name = token;
    Token point = next();
    token = token_text(text, point) == "." ? next() : name;
  }
  return fmt::format("CREATE TABLE IF NOT EXISTS {}", text.substr(token.offset));
}

}  // namespace

Status add_code_tables(Run& run) {
  Dialect dialect = run.settings.dialect();
  std::vector<std::string> told;
  for (SideIndex side : {kBaseSide, kHeadSide}) {
    Schema& schema = run.sides[side].schema;
    if (schema.tool == "code" || schema.statements.empty()) continue;
    run.sides[side].first_from_code = schema.statements.size();
    std::optional<std::set<std::string>> known;
    size_t added = 0;
    for (const KnownStatement& statement : run.statements) {
      const Statement& source = statement.source;
      if (statement.side != side || statement.parsed.kind != StatementKind::kCreateTable || source.kind != "call")
        continue;
      if (!source.holes.empty() || statement.parsed.placeholder_count > 0 || added == kMostTables) continue;
      if (!known) known = names_of(schema, dialect);
      std::string text = lasting(source.text, dialect);
      if (text.empty() || !known->insert(lower(statement.parsed.object)).second) continue;
      schema.statements.push_back({std::move(text), source.path, source.line, source.column, source.end_line, {}});
      ++added;
      if (side == kHeadSide)
        told.push_back(fmt::format("{} ({}:{})", statement.parsed.object, source.path, source.line));
    }
  }
  if (!told.empty())
    run.notes.push_back(fmt::format("from code, since the schema does not have {}: {}",
                                    told.size() == 1 ? "it" : "them", fmt::join(told, ", ")));
  return {};
}

}  // namespace explaingate
