#include "schema/code.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>

#include "base/text.h"
#include "schema/ddl.h"
#include "schema/holes.h"
#include "schema/names.h"

namespace explaingate::schema {

// A program's DDL stands in no order that anybody could run: tables in one file, their indexes in another that sorts
// first; a clean-up that drops everything; the newest CREATE TABLE beside the ALTER TABLE that brings older databases
// up to it. Run as it stands, half of it fails or undoes the rest. So it is applied to a list of names first:
//
//   def init():    CREATE TABLE a (id, note)      kept
//   def index():   CREATE INDEX i ON b (x)        waits for b, which the next file makes
//   def upgrade(): ALTER TABLE a ADD note TEXT    left out: a has the column (near miss: ADD remark, kept)
//   def clean():   DROP TABLE a                   left out: nothing makes a again, so this is the end of the program's
//                                                 day (near miss: migrations.py, which drops one of its tables, kept)
//   def rebuild(): CREATE TABLE n …; DROP TABLE a; ALTER TABLE n RENAME TO a      all kept: a is made again
//
// What waits is tried again in rounds until one helps nothing, twenty at most. What is left out has its reason in
// not_analysed.
namespace {

struct Item {
  SchemaStatement statement;
  Ddl ddl;
};

constexpr size_t kMostStatements = 10000;
constexpr int kMostRounds = 20;

bool may_hold_ddl(const std::string& text) {
  std::string lowered = lower(text);
  return lowered.find("create") != std::string::npos || lowered.find("alter") != std::string::npos ||
         lowered.find("drop") != std::string::npos;
}

// Names that migrations in code give to the function that goes back.
bool goes_down(std::string_view function) {
  constexpr std::array<std::string_view, 7> kNames = {"down",     "downgrade", "backward", "backwards",
                                                      "rollback", "revert",    "undo"};
  std::string name = lower(function.substr(function.rfind('.') + 1));
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

// The folder or the file of migrations that a path belongs to; "" when none.
std::string_view migrations_of(std::string_view path) {
  if (!holds_migrations(path)) return {};
  std::string_view folder = folder_of(path);
  return std::ranges::any_of(segments(folder), is_migration_folder) ? folder : path;
}

// Why a statement with holes can't be applied; "" when it can.
std::string unusable(const Statement& statement) {
  for (const Hole& hole : statement.holes) {
    if (hole.kind == HoleKind::kIdentifier)
      return fmt::format("DDL whose name is computed at run time (`{}`)", fold_spaces(hole.expression));
    if (hole.length > 0)
      return fmt::format("DDL with a part that is computed at run time (`{}`)", fold_spaces(hole.expression));
  }
  return {};
}

class Collector {
 public:
  Collector(Schema& schema, Dialect dialect) : schema_(schema), dialect_(dialect) {}

  void read(const std::string& path, std::string_view text, const Languages& languages) {
    LineIndex lines(text);
    bool any = false;
    for (const Statement& whole : extract(path, text, languages, dialect_).statements) {
      if (goes_down(whole.function)) continue;
      std::vector<Statement> parts = split_statement(whole, dialect_);
      for (Statement& part : parts) {
        if (parts.size() > 1 && !part.map.empty()) {
          Position start = lines.position(part.map.original(0));
          part.line = start.line;
          part.column = start.column;
          part.end_line = lines.position(part.map.original(part.text.empty() ? 0 : part.text.size() - 1)).line;
        }
        any |= add(std::move(part));
      }
    }
    if (!any) return;
    schema_.files.push_back(path);
    schema_.code.push_back(path);
  }

  [[nodiscard]] std::vector<Item> take() { return std::move(items_); }

 private:
  bool add(Statement statement) {
    Ddl ddl = read_ddl(statement.text, dialect_);
    if (!is_schema_change(ddl)) return false;
    // A constant that two calls use is one statement at one place.
    if (!seen_.emplace(statement.path, statement.line, statement.column, statement.text).second) return true;
    std::string reason = unusable(statement);
    if (std::string rest = reason.empty() ? "" : without_holes(statement.text, statement.holes, dialect_);
        !rest.empty()) {
      statement.text = std::move(rest);
      ddl = read_ddl(statement.text, dialect_);
      reason.clear();
    }
    if (reason.empty() && items_.size() >= kMostStatements) reason = "more DDL in code than is read";
    if (!reason.empty()) {
      schema_.not_analysed.push_back(
          {statement.path, statement.line, statement.column, std::move(reason), statement.function});
      return true;
    }
    SchemaStatement kept{std::move(statement.text), statement.path,     statement.line,
                         statement.column,          statement.end_line, {}};
    items_.push_back({std::move(kept), std::move(ddl)});
    return true;
  }

  Schema& schema_;
  Dialect dialect_;
  std::vector<Item> items_;
  std::set<std::tuple<std::string, int, int, std::string>> seen_;
};

class Arranger {
 public:
  Arranger(Schema& schema, Dialect dialect) : schema_(schema), dialect_(dialect) {}

  // By what is applied before the code.
  void is_made(std::string_view sql) {
    if (Ddl ddl = read_ddl(sql, dialect_); is_schema_change(ddl)) objects_.apply(ddl, sql);
  }

  void run(std::vector<Item> items) {
    before_ = objects_;
    note_last_making(items);
    for (size_t i = 0; i < items.size(); ++i) place(std::move(items[i]), i);
    bool helped = true;
    for (int round = 0; helped && !waiting_.empty() && round < kMostRounds; ++round) {
      helped = false;
      for (auto& [item, at] : std::exchange(waiting_, {})) {
        bool waits = !objects_.missing(item.ddl).empty();
        helped |= !waits;
        place(std::move(item), at);
      }
    }
    for (const auto& [item, at] : waiting_)
      leave_out(item,
                fmt::format("`{}` is not created anywhere in the code that was read", objects_.missing(item.ddl)));
  }

 private:
  // For each table the last place that makes it, by CREATE or by renaming another one.
  void note_last_making(const std::vector<Item>& items) {
    for (size_t i = 0; i < items.size(); ++i) {
      const Ddl& ddl = items[i].ddl;
      if (ddl.type != "table") continue;
      if (std::string_view chain = migrations_of(items[i].statement.path); !chain.empty()) {
        std::set<std::string>& left = left_by_migrations_[std::string(chain)];
        for (const std::string& name : ddl.names)
          if (ddl.verb == "drop")
            left.erase(name);
          else
            left.insert(name);
      }
      if (ddl.verb == "drop")
        for (const std::string& name : ddl.names) last_drop_[name] = i;
      if (ddl.verb == "create") last_making_[ddl.names.front()] = last_creation_[ddl.names.front()] = i;
      if (!ddl.new_name.empty()) {
        last_making_[ddl.new_name] = i;
        renamed_from_[ddl.new_name] = {ddl.names.front(), i};
      }
    }
  }

  void place(Item item, size_t at) {
    const Ddl& ddl = item.ddl;
    if (objects_.is_there(ddl)) {
      if (ddl.guarded) return;  // changes nothing
      return leave_out(item, fmt::format("`{}` was created before, by other code", ddl.names.front()));
    }
    if (objects_.has_added_column(ddl, dialect_))
      return leave_out(item, fmt::format("`{}` has the column `{}` already", ddl.names.front(), ddl.added_column));
    if (is_put_aside(ddl, at)) return;
    if (is_clean_up(item, at))
      return leave_out(item, fmt::format("`{}` is not created again: taken for a clean-up", ddl.names.front()));
    if (!objects_.missing(ddl).empty()) {
      waiting_.emplace_back(std::move(item), at);
      return;
    }
    objects_.apply(ddl, item.statement.text);
    schema_.statements.push_back(std::move(item.statement));
  }

  // A table that is made anew by what made it first, a text that is known already: `a` renamed to `old_a`, the constant
  // that creates `a` run once more, `old_a` dropped. Nothing of it is applied, and `a` is as the constant says.
  [[nodiscard]] bool is_put_aside(const Ddl& ddl, size_t at) const {
    if (ddl.type != "table") return false;
    auto aside = [&](const std::string& name) {
      auto renamed = renamed_from_.find(name);
      auto drop = last_drop_.find(name);
      if (renamed == renamed_from_.end() || drop == last_drop_.end() || last_creation_.contains(name)) return false;
      auto creation = last_creation_.find(renamed->second.first);
      size_t renaming = renamed->second.second;
      return creation != last_creation_.end() && creation->second < renaming && renaming < drop->second;
    };
    if (!ddl.new_name.empty()) return aside(ddl.new_name) && renamed_from_.at(ddl.new_name).second == at;
    return ddl.verb == "drop" && std::ranges::all_of(ddl.names, aside);
  }

  [[nodiscard]] bool is_clean_up(const Item& item, size_t at) const {
    const Ddl& ddl = item.ddl;
    if (ddl.verb != "drop" || ddl.type != "table") return false;
    if (auto left = left_by_migrations_.find(std::string(migrations_of(item.statement.path)));
        left != left_by_migrations_.end())
      return left->second.empty();
    return std::all_of(ddl.names.begin(), ddl.names.end(), [&](const std::string& name) {
      auto making = last_making_.find(name);
      bool ends = making == last_making_.end() ? before_.has(name) : making->second < at;
      return ends && !renamed_from_.contains(name);
    });
  }

  void leave_out(const Item& item, std::string reason) {
    const SchemaStatement& statement = item.statement;
    schema_.not_analysed.push_back({statement.path, statement.line, statement.column, std::move(reason), ""});
  }

  Schema& schema_;
  Dialect dialect_;
  Objects objects_;
  Objects before_;  // the code
  std::map<std::string, size_t> last_making_, last_creation_, last_drop_;
  std::map<std::string, std::pair<std::string, size_t>> renamed_from_;  // and where
  std::map<std::string, std::set<std::string>> left_by_migrations_;     // file or folder: the tables at its end
  std::vector<std::pair<Item, size_t>> waiting_;
};

}  // namespace

Schema read_code(const FileIndex& index, std::vector<std::string> files, const Languages& languages, Dialect dialect,
                 const std::vector<SchemaStatement>& before) {
  Schema schema;
  std::sort(files.begin(), files.end(), natural_less);
  Collector collector(schema, dialect);
  for (const std::string& path : files) {
    if (languages.for_path(path) == nullptr && !path.ends_with(".sq")) continue;  // SQLDelight's
    Result<std::string> text = index.read(path);
    if (!text)
      schema.not_analysed.push_back({path, 1, 1, text.error().message, ""});
    else if (may_hold_ddl(*text))
      collector.read(path, *text, languages);
  }
  Arranger arranger(schema, dialect);
  for (const SchemaStatement& statement : before) arranger.is_made(statement.text);
  arranger.run(collector.take());
  if (!schema.statements.empty()) schema.tool = "code";
  return schema;
}

}  // namespace explaingate::schema
