// Pass: tables that the program makes for itself while it runs, and that the schema's files don't have. Statements on
// them would have no plan: "no such table".
//
//   conn.execute("CREATE TEMP TABLE wanted (id INTEGER PRIMARY KEY)")
//   conn.execute("SELECT o.total FROM orders o JOIN wanted w ON w.id = o.id")
//
// A temporary table is made as a lasting one: the plans are the same. Its indexes and triggers, and views, come with
// it. A near miss is CREATE TABLE orders in a test's set-up: the schema has the name, and what the schema says holds.
#include <algorithm>
#include <array>
#include <deque>
#include <initializer_list>
#include <set>

#include <fmt/format.h>

#include "base/text.h"
#include "gate/run.h"
#include "parse/scan.h"

namespace explaingate {
namespace {

constexpr size_t kMostTables = 200;  // and views, of one side

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

// The statement for a lasting object: CREATE TEMP TABLE temp.t … as CREATE TABLE IF NOT EXISTS t …; empty = it's
// something else.
std::string lasting(std::string_view text, Dialect dialect) {
  Scanner scanner(text, dialect);
  auto next = [&] { return scanner.next_code(); };
  auto is_one_of = [&](const Token& token, std::initializer_list<std::string_view> words) {
    return std::ranges::any_of(words, [&](std::string_view word) { return is_word(text, token, word); });
  };
  if (!is_word(text, next(), "create")) return {};
  std::string made = "CREATE ";
  Token token = next();
  for (; !is_one_of(token, {"table", "index", "view", "trigger"}); token = next()) {
    if (token.kind != TokenKind::kWord) return {};
    if (!is_one_of(token, {"temp", "temporary"})) made += fmt::format("{} ", token_text(text, token));
  }
  bool table = is_word(text, token, "table");
  made += token_text(text, token);
  token = next();
  for (std::string_view word : {"concurrently", "if", "not", "exists"})
    if (is_word(text, token, word)) token = next();
  if (is_one_of(token, {"temp", "main"})) {
    Token name = token;
    Token point = next();
    token = token_text(text, point) == "." ? next() : name;
  }
  return fmt::format("{} {}{}", made, table ? "IF NOT EXISTS " : "", text.substr(token.offset));
}

struct Creation {
  const Statement* source;
  const ParsedQuery* ddl;
  bool looked_at;  // it stands in a file that is judged: the report says what it makes
};

// What a side's code makes, behind what its schema makes.
class Adding {
 public:
  Adding(Schema& schema, Dialect dialect) : schema_(schema), dialect_(dialect) {}

  // In the order of their places. An index or trigger counts where its table was made here: on a table of the schema
  // the schema says which there are.
  std::vector<Creation> all(const std::vector<Creation>& found) {
    std::vector<Creation> added;
    auto add_those = [&](std::initializer_list<StatementKind> kinds) {
      for (const Creation& one : found)
        if (std::ranges::find(kinds, one.ddl->kind) != kinds.end() && add(*one.source, *one.ddl)) added.push_back(one);
    };
    add_those({StatementKind::kCreateTable});
    add_those({StatementKind::kCreateView});
    add_those({StatementKind::kCreateIndex, StatementKind::kCreateTrigger});
    return added;
  }

 private:
  bool add(const Statement& source, const ParsedQuery& ddl) {
    bool depends = ddl.kind == StatementKind::kCreateIndex || ddl.kind == StatementKind::kCreateTrigger;
    if (depends && !made_.contains(lower(ddl.on_table))) return false;
    if (!depends && made_.size() == kMostTables) return false;
    if (!known_) known_ = names_of(schema_, dialect_);
    std::string text = lasting(source.text, dialect_);
    std::string name = lower(ddl.object.empty() ? text : ddl.object);  // PostgreSQL's indexes need no name
    if (text.empty() || !known_->insert(name).second) return false;
    schema_.statements.push_back({std::move(text), source.path, source.line, source.column, source.end_line, {}});
    if (!depends) made_.insert(std::move(name));
    return true;
  }

  Schema& schema_;
  Dialect dialect_;
  std::optional<std::set<std::string>> known_;  // by the schema and by what was added
  std::set<std::string> made_;                  // tables and views among the latter
};

// Both sides know what is made in files that the change leaves as they are, whether or not their queries are looked at.
class Creations {
 public:
  explicit Creations(const Run& run) {
    std::set<std::string_view> touched;
    for (const ChangedFile& file : run.change.files) touched.insert(file.new_path);
    for (const KnownStatement& statement : run.statements) {
      bool both = statement.side == kHeadSide && run.mode == Mode::kChange && !touched.contains(statement.source.path);
      add(statement.source, statement.parsed, statement.side, both);
    }
    for (const Statement& source : run.creating) {
      auto parsed = parse_query(source.text, run.settings.dialect(), source.placeholders);
      if (parsed) add(source, parsed_.emplace_back(std::move(*parsed)), kHeadSide, true);
    }
    for (std::vector<Creation>& side : found_)
      std::ranges::stable_sort(side, {}, [](const Creation& one) { return std::string_view(one.source->path); });
  }

  [[nodiscard]] const std::vector<Creation>& of(SideIndex side) const { return found_[side]; }

 private:
  void add(const Statement& source, const ParsedQuery& ddl, SideIndex side, bool both) {
    if (source.kind != "call" || !source.holes.empty() || ddl.placeholder_count > 0) return;
    found_[side].push_back({&source, &ddl, !both});
    if (both) found_[side == kHeadSide ? kBaseSide : kHeadSide].push_back({&source, &ddl, !both});
  }

  std::array<std::vector<Creation>, 2> found_;
  std::deque<ParsedQuery> parsed_;
};

}  // namespace

Status add_code_tables(Run& run) {
  std::vector<std::string> told;
  Creations creations(run);
  for (SideIndex side : {kBaseSide, kHeadSide}) {
    Schema& schema = run.sides[side].schema;
    if (schema.tool == "code" || schema.statements.empty()) continue;
    run.sides[side].first_from_code = schema.statements.size();
    for (const auto& [source, ddl, looked_at] : Adding(schema, run.settings.dialect()).all(creations.of(side)))
      if (side == kHeadSide && looked_at && ddl->on_table.empty())
        told.push_back(fmt::format("{} ({}:{})", ddl->object, source->path, source->line));
  }
  if (!told.empty())
    run.notes.push_back(fmt::format("from code, since the schema does not have {}: {}",
                                    told.size() == 1 ? "it" : "them", fmt::join(told, ", ")));
  return {};
}

}  // namespace explaingate
