#include "parse/outline.h"

#include <algorithm>

namespace explaingate {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  return out;
}

// A cursor over the tokens of CREATE, ALTER and DROP.
class Definition {
 public:
  Definition(const Lexemes& lexed, Dialect dialect) : lexed_(lexed), dialect_(dialect) {}

  void create(Outline& out) {
    skip_modifiers();
    bool materialized = take(Word::kMaterialized);
    bool event = take(Word::kEvent);
    out.object_type = type_name();
    Word type = lexed_.word(at_);
    ++at_;
    take(Word::kConcurrently);
    if (take(Word::kIf)) at_ += 2;
    out.kind = StatementKind::kOtherDdl;
    if (type == Word::kTable) {
      out.kind = StatementKind::kCreateTable;
      out.object = table_name();
      check(out, !out.object.empty());
      check(out, lexed_.symbol(at_) == '(' || any_of({Word::kAs, Word::kUsing, Word::kPartition, Word::kOf}));
      out.query = body(out.kind);
    } else if (type == Word::kIndex) {
      out.kind = StatementKind::kCreateIndex;
      if (lexed_.word(at_) != Word::kOn) out.object = qualified_name();
      check(out, lexed_.word(at_) == Word::kOn);
      out.on_table = table_behind_on();
      check(out, !out.on_table.empty());
    } else if (type == Word::kView) {
      out.kind = StatementKind::kCreateView;
      out.object = table_name();
      out.query = body(out.kind);
      check(out, out.query != 0);
    } else if (type == Word::kTrigger && !event) {
      out.kind = StatementKind::kCreateTrigger;
      out.object = qualified_name();
      out.on_table = table_behind_on();
      check(out, !out.on_table.empty());
    } else {
      out.object = qualified_name();
      if (out.object_type == "policy" || out.object_type == "rule") out.on_table = table_behind_on();
      out.stopped = 1;  // SQLite has nothing else to create
    }
    if (materialized) out.object_type = "view";
    if (event) out.object_type = "event_trigger";
  }

  void drop(Outline& out) {
    out.kind = StatementKind::kDrop;
    take(Word::kMaterialized);
    out.object_type = type_name();
    Word type = lexed_.word(at_++);
    take(Word::kConcurrently);
    if (take(Word::kIf)) ++at_;
    out.object = type == Word::kTable || type == Word::kView ? table_name() : qualified_name();
    if (lexed_.word(at_) == Word::kOn) out.on_table = table_behind_on();
    check(out, type == Word::kTable || type == Word::kIndex || type == Word::kView || type == Word::kTrigger);
    bool whole = at_ >= lexed_.tokens.size() && lexed_.symbol(lexed_.tokens.size() - 1) != '.';
    check(out, !out.object.empty() && whole);
  }

  void alter(Outline& out) {
    take(Word::kMaterialized);
    out.object_type = type_name();
    bool table = lexed_.word(at_++) == Word::kTable;
    out.kind = table ? StatementKind::kAlterTable : StatementKind::kOtherDdl;
    if (take(Word::kIf)) ++at_;
    take(Word::kOnly);
    out.object = table ? table_name() : qualified_name();
    check(out, table && !out.object.empty());
    if (!table) return;
    out.on_table = out.object;
    check(out, any_of({Word::kRename, Word::kAdd, Word::kDrop, Word::kAlter}));
    altered_part(out);
  }

 private:
  bool take(Word word) {
    if (lexed_.word(at_) != word) return false;
    ++at_;
    return true;
  }
  [[nodiscard]] bool any_of(std::initializer_list<Word> words) const {
    return std::ranges::find(words, lexed_.word(at_)) != words.end();
  }
  void check(Outline& out, bool fine) const {
    if (!fine && out.stopped == 0) out.stopped = std::max<size_t>(1, std::min(at_, lexed_.tokens.size()));
  }
  [[nodiscard]] std::string type_name() const {
    return lexed_.kind(at_) == TokenKind::kWord ? lower(lexed_.text(at_)) : std::string();
  }
  void skip_modifiers() {
    for (;; ++at_) {
      if (lexed_.word(at_) == Word::kOr && lexed_.word(at_ + 1) == Word::kReplace) {
        ++at_;
      } else if (!any_of({Word::kTemp, Word::kTemporary, Word::kGlobal, Word::kLocal, Word::kUnlogged, Word::kUnique,
                          Word::kVirtual, Word::kRecursive, Word::kConstraint, Word::kForeign})) {
        return;
      }
    }
  }
  std::string table_name() {
    std::string schema;
    std::string name = qualified_name(&schema);
    return qualified_table(schema, name, dialect_);
  }
  // The last part of "schema.name"; SQLite also takes 'name'.
  std::string qualified_name(std::string* schema = nullptr) {
    std::string name;
    while (lexed_.is_name(at_) || lexed_.kind(at_) == TokenKind::kString) {
      if (schema != nullptr) *schema = std::move(name);
      name = lexed_.name(at_++);
      if (lexed_.symbol(at_) != '.') break;
      ++at_;
    }
    return name;
  }
  std::string table_behind_on() {
    for (size_t i = at_; i < lexed_.tokens.size(); i = lexed_.skip(i)) {
      if (lexed_.word(i) == Word::kBegin) break;
      if (lexed_.word(i) != Word::kOn) continue;
      at_ = i + 1;
      take(Word::kOnly);
      return table_name();
    }
    return {};
  }
  // Behind AS, where a query follows.
  size_t body(StatementKind kind) {
    for (size_t i = at_; i < lexed_.tokens.size(); i = lexed_.skip(i)) {
      if (lexed_.word(i) != Word::kAs) continue;
      Word next = lexed_.word(i + 1);
      bool query = next == Word::kSelect || next == Word::kWith || next == Word::kValues || lexed_.symbol(i + 1) == '(';
      if (query) return i + 1;
      if (kind == StatementKind::kCreateTable) return 0;
    }
    return 0;
  }
  void altered_part(Outline& out) {
    Word action = lexed_.word(at_++);
    bool column = take(Word::kColumn);
    if (!column && any_of({Word::kConstraint})) {
      ++at_;
      out.object_type = "constraint";
    } else if (action == Word::kRename && !column && lexed_.text_is(at_, "to")) {
      return;
    } else if (action == Word::kAdd && !column && any_of({Word::kUnique, Word::kForeign})) {
      out.object_type = "constraint";
      out.object.clear();
      return;
    } else if (action == Word::kAdd || action == Word::kDrop || action == Word::kRename || action == Word::kAlter) {
      if (!column && action == Word::kAdd && (lexed_.text_is(at_, "primary") || lexed_.text_is(at_, "check"))) {
        out.object_type = "constraint";
        out.object.clear();
        return;
      }
      out.object_type = "column";
    } else {
      return;
    }
    if (take(Word::kIf)) at_ += lexed_.word(at_) == Word::kNot ? 2 : 1;
    out.object = lexed_.is_name(at_) ? lexed_.name(at_) : std::string();
  }

  const Lexemes& lexed_;
  Dialect dialect_;
  size_t at_ = 1;
};

StatementKind kind_of_verb(Word word) {
  switch (word) {
    case Word::kInsert:
    case Word::kReplace:
      return StatementKind::kInsert;
    case Word::kUpdate:
    case Word::kMerge:
      return StatementKind::kUpdate;
    case Word::kDelete:
      return StatementKind::kDelete;
    default:
      return StatementKind::kSelect;
  }
}

// The verb behind "WITH a AS (…), b AS (…)".
StatementKind kind_behind_with(const Lexemes& lexed) {
  for (size_t i = 1; i < lexed.tokens.size(); i = lexed.skip(i)) {
    Word word = lexed.word(i);
    bool verb = word == Word::kSelect || word == Word::kInsert || word == Word::kUpdate || word == Word::kDelete ||
                word == Word::kReplace || word == Word::kMerge || word == Word::kValues;
    bool name = lexed.symbol(i - 1) == ',' || i == 1;
    if (verb && !name) return kind_of_verb(word);
  }
  return StatementKind::kSelect;
}

}  // namespace

std::string qualified_table(std::string_view schema, std::string_view name, Dialect dialect) {
  if (dialect != Dialect::kPostgres || schema.empty() || schema == "public" || name.empty()) return std::string(name);
  return std::string(schema) + "." + std::string(name);
}

Outline outline(const Lexemes& lexed, Dialect dialect) {
  Outline out;
  Word word = lexed.word(0);
  switch (word) {
    case Word::kSelect:
    case Word::kValues:
    case Word::kInsert:
    case Word::kReplace:
    case Word::kUpdate:
    case Word::kMerge:
    case Word::kDelete:
    case Word::kTable:
      out.kind = kind_of_verb(word);
      break;
    case Word::kWith:
      out.kind = kind_behind_with(lexed);
      break;
    case Word::kCreate:
      Definition(lexed, dialect).create(out);
      break;
    case Word::kAlter:
      Definition(lexed, dialect).alter(out);
      break;
    case Word::kDrop:
      Definition(lexed, dialect).drop(out);
      break;
    case Word::kBegin:
    case Word::kStart:
    case Word::kCommit:
    case Word::kRollback:
    case Word::kSavepoint:
    case Word::kRelease:
    case Word::kEnd:
    case Word::kAbort:
      out.kind = StatementKind::kTransaction;
      break;
    case Word::kGrant:
    case Word::kRevoke:
    case Word::kComment:
    case Word::kSecurity:
      out.kind = StatementKind::kOtherDdl;
      break;
    default:
      if (lexed.symbol(0) == '(') {
        out.kind = StatementKind::kSelect;
      } else {
        out.known = has_flag(word, kStartsStatement);
      }
  }
  return out;
}

}  // namespace explaingate
