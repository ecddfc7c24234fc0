// Passes: understand every statement, and find out which are new, which replaced which, and which only moved.
//
// A statement of the head side is *unchanged* when the base side has, in the changed files, one with the same text in
// the same kind of loops: then its lines may have moved, been re-indented or gone to another file, and nothing is new
// about it. What is left on both sides is paired, surest first: by name (`-- name: x`), by host function, by likeness
// of the texts in the same file. Example: `WHERE a = ?` edited to `WHERE lower(a) = ?` inside one function pairs by
// function. Near miss: a function in which one query went and two came pairs only the likelier of the two; the other
// one is new.
#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "base/hash.h"
#include "base/parallel.h"
#include "base/text.h"
#include "gate/run.h"
#include "parse/scan.h"
#include "schema/names.h"

namespace explaingate {
namespace {

constexpr double kAlike = 0.5;  // share of common words from which on two texts are one query, edited

// What makes a statement the same one: its text and the loops it runs in.
std::string identity(const KnownStatement& statement) {
  std::string key = fold_spaces(statement.source.text);
  for (const Loop& loop : statement.source.loops)
    key += fmt::format("\x1f{}:{}", static_cast<int>(loop.kind), loop.iterable);
  return key;
}

std::multiset<std::string> words(std::string_view text, Dialect dialect) {
  std::multiset<std::string> out;
  Scanner scanner(text, dialect);
  for (Token token = scanner.next(); token.kind != TokenKind::kEnd && out.size() < 2000; token = scanner.next())
    if (token.kind != TokenKind::kComment) out.insert(std::string(token_text(text, token)));
  return out;
}

double likeness(const std::multiset<std::string>& a, const std::multiset<std::string>& b) {
  std::vector<std::string> common;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(common));
  size_t all = a.size() + b.size() - common.size();
  return all == 0 ? 0 : static_cast<double>(common.size()) / static_cast<double>(all);
}

class Pairing {
 public:
  explicit Pairing(Run& run) : run_(run) {
    for (const ChangedFile& file : run.change.files)
      if (!file.old_path.empty() && !file.new_path.empty()) base_path_[file.new_path] = file.old_path;
    std::set<std::string> touched;
    for (const ChangedFile& file : run.change.files) touched.insert(file.new_path);
    for (size_t i = 0; i < run.statements.size(); ++i) {
      KnownStatement& statement = run.statements[i];
      if (statement.side == kBaseSide) {
        gone_.insert(i);
      } else if (!touched.contains(statement.source.path)) {
        unchanged(i, i);
      } else {
        fresh_.insert(i);
      }
    }
  }

  void all() {
    same_file_first(
        [&](size_t head, size_t base) { return identity(run_.statements[head]) == identity(run_.statements[base]); });
    pair_keyed("name", [](const KnownStatement& statement) {
      return statement.source.kind == "named" ? statement.source.name : "";
    });
    pair_by_likeness("function", true, 0.2);
    pair_by_likeness("similarity", false, kAlike);
    for (size_t i : fresh_) run_.statements[i].changed = true;
  }

 private:
  void unchanged(size_t head, size_t base) {
    run_.statements[head].predecessor = base;
    run_.statements[head].paired_by = "unchanged";
  }
  [[nodiscard]] bool same_file(size_t head, size_t base) const {
    auto found = base_path_.find(run_.statements[head].source.path);
    return found != base_path_.end() && found->second == run_.statements[base].source.path;
  }

  template <class Same>
  void same_file_first(Same&& same) {
    std::map<std::string, std::vector<size_t>> by_identity;
    for (size_t base : gone_) by_identity[identity(run_.statements[base])].push_back(base);
    for (bool within_file : {true, false}) {
      for (auto it = fresh_.begin(); it != fresh_.end();) {
        size_t head = *it;
        std::vector<size_t>& candidates = by_identity[identity(run_.statements[head])];
        auto found = std::find_if(candidates.begin(), candidates.end(), [&](size_t base) {
          return gone_.contains(base) && (!within_file || same_file(head, base)) && same(head, base);
        });
        if (found == candidates.end()) {
          ++it;
          continue;
        }
        // Equal statements: the head one stands for both sides.
        unchanged(head, head);
        gone_.erase(*found);
        it = fresh_.erase(it);
      }
    }
    // The base statements that live on unchanged are not facts of their own.
    for (size_t i = 0; i < run_.statements.size(); ++i)
      if (run_.statements[i].side == kBaseSide && !gone_.contains(i)) run_.statements[i].not_planned = "unchanged";
  }

  template <class Key>
  void pair_keyed(const std::string& how, Key&& key) {
    std::map<std::string, size_t> by_key;
    for (size_t base : gone_)
      if (std::string name = key(run_.statements[base]); !name.empty()) by_key.emplace(name, base);
    for (size_t head : fresh_) {
      std::string name = key(run_.statements[head]);
      auto found = by_key.find(name);
      if (name.empty() || found == by_key.end() || !gone_.contains(found->second)) continue;
      replace(head, found->second, how);
    }
  }

  // Best pairs first; ties by place, so that the result does not depend on anything else.
  void pair_by_likeness(const std::string& how, bool same_function, double least) {
    struct Candidate {
      double score;
      size_t head, base;
    };
    std::map<size_t, std::multiset<std::string>> word_sets;
    auto words_of = [&](size_t i) -> const std::multiset<std::string>& {
      auto [it, added] = word_sets.try_emplace(i);
      if (added) it->second = words(run_.statements[i].source.text, run_.settings.dialect());
      return it->second;
    };
    std::vector<Candidate> candidates;
    for (size_t head : fresh_) {
      if (run_.statements[head].predecessor) continue;
      for (size_t base : gone_) {
        if (!same_file(head, base)) continue;
        const Statement& a = run_.statements[head].source;
        const Statement& b = run_.statements[base].source;
        if (same_function && (a.function != b.function || a.function.empty())) continue;
        double score = likeness(words_of(head), words_of(base));
        if (score >= least) candidates.push_back({score, head, base});
      }
    }
    std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
      return std::tie(b.score, a.head, a.base) < std::tie(a.score, b.head, b.base);
    });
    for (const Candidate& candidate : candidates)
      if (!run_.statements[candidate.head].predecessor && gone_.contains(candidate.base))
        replace(candidate.head, candidate.base, how);
  }

  void replace(size_t head, size_t base, const std::string& how) {
    run_.statements[head].predecessor = base;
    run_.statements[head].paired_by = how;
    gone_.erase(base);
  }

  Run& run_;
  std::map<std::string, std::string> base_path_;  // head path -> base path
  std::set<size_t> fresh_, gone_;
};

// Why a statement of this kind gets no plan; empty = it gets one.
std::string no_plan_reason(StatementKind kind) {
  switch (kind) {
    case StatementKind::kSelect:
    case StatementKind::kInsert:
    case StatementKind::kUpdate:
    case StatementKind::kDelete:
      return "";
    case StatementKind::kTransaction:
    case StatementKind::kUtility:
      return "utility";
    default:
      return "DDL";
  }
}

bool has_identifier_hole(const Statement& source) {
  return std::any_of(source.holes.begin(), source.holes.end(),
                     [](const Hole& hole) { return hole.kind == HoleKind::kIdentifier && !hole.column; });
}

Token first_token(std::string_view text) {
  return Scanner(text, Dialect::kPostgres).next_code();
}

// "REFRESH", where the statement begins so: a utility that works through tables, and no plan tells how.
std::string_view work_without_plan(std::string_view text) {
  Token token = first_token(text);
  for (std::string_view word : {"REFRESH", "CLUSTER", "VACUUM", "REINDEX", "CALL", "DO", "COPY"})
    if (is_word(text, token, lower(word))) return word;
  return "";
}

// Starts with a word that only SQL starts with: what fails to parse then is worth a line.
bool starts_like_sql(std::string_view text) {
  Token token = first_token(text);
  for (std::string_view word : {"select", "insert", "update", "delete", "with", "replace", "values", "merge"})
    if (is_word(text, token, word)) return true;
  return false;
}

void understand(KnownStatement& statement, Dialect dialect) {
  const Statement& source = statement.source;
  auto parsed = parse_query(source.text, dialect, source.placeholders);
  statement.engine = engine_text(source.text, dialect, source.placeholders);
  if (parsed) {
    statement.parsed = std::move(*parsed);
    statement.not_planned = no_plan_reason(statement.parsed.kind);
    if (std::string_view work = work_without_plan(source.text); statement.not_planned == "utility" && !work.empty())
      statement.not_planned = fmt::format("no plan tells what {} does", work);
    if (statement.not_planned.empty() && has_identifier_hole(source))
      statement.not_planned = "a table or column name is put together at run time";
    return;
  }
  statement.parse_error = parsed.error().message;
  statement.parsed.kind = StatementKind::kSelect;
  statement.parsed.fingerprint = "x" + hash_hex(fold_spaces(source.text)).substr(0, 15);
  if (has_identifier_hole(source)) statement.not_planned = "a table or column name is put together at run time";
}

// A text that no known call executes, or that only an unknown library's call was given, must prove that it is SQL.
bool is_statement(const KnownStatement& statement) {
  const Statement& source = statement.source;
  if (source.kind == "constant") return statement.parse_error.empty() && looks_like_sql(source.text);
  if (source.kind == "call" && source.library == "unknown")
    return statement.parse_error.empty() || starts_like_sql(source.text);
  return true;
}

// What a migration in code does runs once, while the application is updated: a scan there is no query of the running
// application. By the file's name, or because the same function alters a table:
//
//   def upgrade_3(db):
//       db.execute("ALTER TABLE users ADD COLUMN theme TEXT")
//       db.execute("UPDATE users SET theme = 'light' WHERE theme IS NULL")      this one
//
// Near miss: a function that makes a table for its own work, or a module's top level, which is no function.
void mark_migrations(std::vector<KnownStatement>& statements) {
  auto place = [](const KnownStatement& statement) {
    return std::tuple<size_t, std::string_view, std::string_view>(statement.side, statement.source.path,
                                                                  statement.source.function);
  };
  std::set<std::tuple<size_t, std::string_view, std::string_view>> altering;
  for (const KnownStatement& statement : statements)
    if (statement.parsed.kind == StatementKind::kAlterTable && !statement.source.function.empty())
      altering.insert(place(statement));
  for (KnownStatement& statement : statements) {
    if (!statement.not_planned.empty()) continue;
    if (!schema::holds_migrations(statement.source.path) && !altering.contains(place(statement))) continue;
    statement.source.kind = "migration";
    statement.not_planned = "a migration's, which runs once; it is no query of the running application";
  }
}

}  // namespace

Status parse_statements(Run& run) {
  parallel_for(run.statements.size(), [&](size_t i) { understand(run.statements[i], run.settings.dialect()); }, 32);
  std::vector<int> moved(run.statements.size(), -1);
  std::vector<KnownStatement> kept;
  kept.reserve(run.statements.size());
  for (size_t i = 0; i < run.statements.size(); ++i) {
    if (!is_statement(run.statements[i])) continue;
    moved[i] = static_cast<int>(kept.size());
    kept.push_back(std::move(run.statements[i]));
  }
  run.statements = std::move(kept);
  mark_migrations(run.statements);
  auto follow = [&](std::vector<Loop>& loops) {
    for (Loop& loop : loops)
      if (loop.rows_statement >= 0) loop.rows_statement = moved[static_cast<size_t>(loop.rows_statement)];
  };
  int64_t id = 0;
  for (KnownStatement& statement : run.statements) {
    statement.id = ++id;
    follow(statement.source.loops);
  }
  for (KnownCall& call : run.calls) follow(call.loops);
  return {};
}

Status pair_statements(Run& run) {
  if (run.mode == Mode::kAll) {
    for (KnownStatement& statement : run.statements) statement.changed = true;
    return {};
  }
  Pairing(run).all();
  return {};
}

KnownStatement loose_statement(std::string_view sql, Dialect dialect) {
  KnownStatement statement;
  Statement& source = statement.source;
  source.path = "<sql>";
  source.language = "sql";
  source.kind = "file";
  source.text = std::string(sql);
  source.line = source.column = 1;
  source.map.add(sql.size(), 0, sql.size());
  LineIndex lines(sql);
  Position end = lines.position(sql.empty() ? 0 : sql.size() - 1);
  source.end_line = end.line;
  source.end_column = end.column;
  statement.changed = true;
  understand(statement, dialect);
  return statement;
}

}  // namespace explaingate
