#include "schema/steps.h"

#include <algorithm>
#include <vector>

#include "parse/scan.h"
#include "schema/names.h"
#include "schema/schema.h"

namespace explaingate::schema {
namespace {

// What each tool's documentation says: "tool" opens a transaction for each file, unless a comment in it has the words;
// "message" sends the whole file at once, which PostgreSQL runs as one transaction where it has several statements.
// Tools that aren't here, and plain files, run each statement on its own.
// `way`: what a person does so that a statement runs in no transaction.
struct Tool {
  std::string_view name, by, unless, way;
};
constexpr Tool kTools[] = {
    {"goose", "tool", "+goose no transaction", "put `-- +goose NO TRANSACTION` at the top of its migration"},
    {"dbmate", "tool", "transaction:false", "begin its migration with `-- migrate:up transaction:false`"},
    {"sql-migrate", "tool", "notransaction", "begin its migration with `-- +migrate Up notransaction`"},
    {"sqlx", "tool", "no-transaction", "put `-- no-transaction` on the first line of its migration"},
    {"diesel", "tool", "", "put `run_in_transaction = false` in the metadata.toml of its migration"},
    {"flyway", "tool", "", "put `executeInTransaction=false` in the .conf file beside its migration"},
    {"drizzle", "tool", "", "run it by hand: drizzle runs all its migrations in one transaction"},
    {"golang-migrate", "message", "", "give it a migration of its own, with nothing else in it"},
    {"prisma", "message", "", "give it a migration of its own, with nothing else in it"},
};

bool has_comment(std::string_view text, std::string_view words) {
  if (words.empty()) return false;
  for (size_t at = 0; at < text.size();) {
    size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = trim(text.substr(at, end - at));
    if (line.starts_with("--") && lower(line).find(words) != std::string::npos) return true;
    at = end + 1;
  }
  return false;
}

// The first tokens of a statement in lower case, strings without quotes.
std::vector<std::string> first_words(std::string_view sql, Dialect dialect) {
  constexpr size_t kMost = 8;
  std::vector<std::string> words;
  Scanner scanner(sql, dialect);
  for (Token token = scanner.next(); words.size() < kMost; token = scanner.next()) {
    if (token.kind == TokenKind::kEnd || token.kind == TokenKind::kUnterminated) break;
    if (token.kind == TokenKind::kComment) continue;
    std::string_view text = token_text(sql, token);
    if (token.kind == TokenKind::kString && text.size() >= 2) text = text.substr(1, text.size() - 2);
    words.push_back(lower(text));
  }
  return words;
}

bool limits_waiting(std::string_view setting) {
  return setting == "lock_timeout" || setting == "statement_timeout";
}

}  // namespace

Steps::Steps(std::string_view tool, std::string_view text, Dialect dialect, bool in_no_transaction)
    : tool_(tool), dialect_(dialect) {
  now_.migration = !tool.empty();
  const auto* known = std::ranges::find(kTools, tool, &Tool::name);
  if (known == std::end(kTools) || in_no_transaction || has_comment(text, known->unless)) return;
  by_tool_ = known->by;
  now_.transaction_by = by_tool_;
  now_.transaction = ++last_;
}

MigrationStep Steps::step(std::string_view sql) {
  if (!now_.migration) return now_;
  std::vector<std::string> words = first_words(sql, dialect_);
  std::string verb = words.empty() ? "" : words.front();
  if (verb == "begin" || (verb == "start" && words.size() > 1 && words[1] == "transaction")) {
    now_.transaction = ++last_;
    now_.transaction_by = "file";
  } else if (verb == "commit" || verb == "end" || verb == "rollback" || verb == "abort") {
    bool to_savepoint = std::ranges::find(words, "to") != words.end();
    if (!to_savepoint) {
      now_.transaction_by = by_tool_ == "message" ? by_tool_ : "";
      now_.transaction = now_.transaction_by.empty() ? 0 : ++last_;
      if (local_) now_.lock_timeout = false;
      local_ = false;
    }
  } else if (verb == "set" || verb == "reset" || verb == "select") {
    set(sql);
  }
  ++counts_[now_.transaction];
  return now_;
}

// SET [LOCAL | SESSION] lock_timeout = '5s'; RESET lock_timeout; SELECT set_config('lock_timeout', '5s', true). 0 and
// DEFAULT wait for ever.
void Steps::set(std::string_view sql) {
  std::vector<std::string> words = first_words(sql, dialect_);
  bool config = words.front() == "select" && std::ranges::find(words, "set_config") != words.end();
  if (words.front() == "select" && !config) return;
  auto name = std::ranges::find_if(words, [](const std::string& word) { return limits_waiting(word); });
  if (name == words.end()) return;
  auto value = std::find_if(name + 1, words.end(),
                            [](const std::string& word) { return word != "=" && word != "to" && word != ","; });
  bool off = words.front() == "reset" || value == words.end() || *value == "default" ||
             value->find_first_of("123456789") == std::string::npos;
  now_.lock_timeout = !off;
  local_ = words.size() > 1 && words[1] == "local";
}

// A message of one statement is no transaction.
void Steps::finish(std::vector<SchemaStatement>& statements) const {
  auto alone = [](SchemaStatement& statement) {
    statement.step.transaction = 0;
    statement.step.transaction_by.clear();
  };
  for (SchemaStatement& statement : statements)
    if (statement.step.transaction_by == "message" && counts_.at(statement.step.transaction) == 1) alone(statement);
  // Flyway sees for itself that a file can't run in a transaction, where it holds nothing else.
  auto is_concurrent = [](const SchemaStatement& statement) {
    std::vector<std::string> words = first_words(statement.text, Dialect::kPostgres);
    return std::ranges::find(words, "concurrently") != words.end();
  };
  if (tool_ == "flyway" && std::ranges::all_of(statements, is_concurrent)) std::ranges::for_each(statements, alone);
}

}  // namespace explaingate::schema

namespace explaingate {

std::string_view way_around_transaction(std::string_view tool) {
  const auto* known = std::ranges::find(schema::kTools, tool, &schema::Tool::name);
  return known == std::end(schema::kTools) ? std::string_view() : known->way;
}

}  // namespace explaingate
