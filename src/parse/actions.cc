#include "parse/actions.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "parse/grammar.h"
#include "parse/lexemes.h"
#include "parse/outline.h"
#include "parse/translate.h"
#include "parse/tree.h"

namespace explaingate {
namespace {

constexpr std::string_view kExclusive = "ACCESS EXCLUSIVE";
constexpr std::string_view kShareRow = "SHARE ROW EXCLUSIVE";
constexpr std::string_view kShare = "SHARE";
constexpr std::string_view kShareUpdate = "SHARE UPDATE EXCLUSIVE";

// ALTER TABLE's forms. "An ACCESS EXCLUSIVE lock is acquired unless explicitly noted."
struct Form {
  std::string_view subtype, action, lock;
  bool rewrites = false, scans = false;
};
constexpr Form kForms[] = {
    {"AT_AddColumn", "add_column", kExclusive},
    {"AT_DropColumn", "drop_column", kExclusive},
    {"AT_AlterColumnType", "set_type", kExclusive},
    {"AT_SetNotNull", "set_not_null", kExclusive, false, true},
    {"AT_DropNotNull", "drop_not_null", kExclusive},
    {"AT_ValidateConstraint", "validate_constraint", kShareUpdate},
    {"AT_DropConstraint", "drop_constraint", kExclusive},
    {"AT_SetLogged", "set_logged", kExclusive, true},
    {"AT_SetUnLogged", "set_unlogged", kExclusive, true},
    {"AT_SetTableSpace", "set_tablespace", kExclusive, true},
    {"AT_SetAccessMethod", "set_access_method", kExclusive, true},
    {"AT_EnableTrig", "set_trigger", kShareRow},
    {"AT_EnableAlwaysTrig", "set_trigger", kShareRow},
    {"AT_EnableReplicaTrig", "set_trigger", kShareRow},
    {"AT_DisableTrig", "set_trigger", kShareRow},
    {"AT_EnableTrigAll", "set_trigger", kShareRow},
    {"AT_DisableTrigAll", "set_trigger", kShareRow},
    {"AT_EnableTrigUser", "set_trigger", kShareRow},
    {"AT_DisableTrigUser", "set_trigger", kShareRow},
    {"AT_SetStatistics", "set_statistics", kShareUpdate},
    {"AT_SetOptions", "set_statistics", kShareUpdate},
    {"AT_ResetOptions", "set_statistics", kShareUpdate},
    {"AT_ClusterOn", "set_options", kShareUpdate},
    {"AT_DropCluster", "set_options", kShareUpdate},
    {"AT_SetRelOptions", "set_options", kShareUpdate},
    {"AT_ResetRelOptions", "set_options", kShareUpdate},
    {"AT_AttachPartition", "attach_partition", kShareUpdate},
    {"AT_DetachPartition", "detach_partition", kExclusive},
};

// Functions of PostgreSQL and its extensions by what pg_proc says of them (provolatile); those that defaults use.
constexpr std::string_view kVolatile[] = {
    "random", "gen_random_uuid", "gen_random_bytes", "uuid_generate_v1", "uuid_generate_v4", "uuid_generate_v1mc",
    "uuidv4", "uuidv7",          "clock_timestamp",  "timeofday",        "nextval",          "currval",
    "lastval"};
constexpr std::string_view kNotVolatile[] = {"now",
                                             "transaction_timestamp",
                                             "statement_timestamp",
                                             "timezone",
                                             "date_trunc",
                                             "date_part",
                                             "extract",
                                             "to_char",
                                             "to_timestamp",
                                             "make_interval",
                                             "current_setting",
                                             "lower",
                                             "upper",
                                             "md5",
                                             "concat",
                                             "coalesce",
                                             "jsonb_build_object",
                                             "json_build_object",
                                             "jsonb_build_array",
                                             "json_build_array",
                                             "to_jsonb",
                                             "to_tsvector",
                                             "decode",
                                             "encode",
                                             "floor",
                                             "round",
                                             "abs",
                                             "int4range",
                                             "tstzrange",
                                             "daterange"};
constexpr std::string_view kSerial[] = {"serial", "bigserial", "smallserial", "serial2", "serial4", "serial8"};

template <size_t N>
bool is_one_of(std::string_view word, const std::string_view (&words)[N]) {
  return std::ranges::find(words, word) != std::end(words);
}

class Reader {
 public:
  Reader(const Tree& tree, Dialect dialect) : tree_(tree), dialect_(dialect) {}

  std::vector<SchemaAction> read(const Node& statement) {
    switch (statement.type) {
      case Type::kAlterTableStmt:
        alter_table(statement);
        break;
      case Type::kIndexStmt: {
        SchemaAction& action = add("create_index", relation(statement), kShare);
        action.object = text(statement, Key::kIdxname);
        action.concurrently = flag(statement, Key::kConcurrent);
        if (flag(statement, Key::kUnique)) action.detail = "unique";
        action.scans = true;
        if (const Node* columns = tree_.child(statement, Key::kIndexParams))
          if (const Node* first = tree_.first(*columns)) action.column = text(*first, Key::kName);
        if (const Node* table = tree_.child(statement, Key::kRelation)) action.only = !flag(*table, Key::kInh);
        if (action.concurrently) action.lock = kShareUpdate;
        break;
      }
      case Type::kCreateStmt: {
        SchemaAction& action = add("create_table", relation(statement), "");
        const Node* parents = tree_.child(statement, Key::kInhRelations);
        const Node* parent = parents == nullptr ? nullptr : tree_.first(*parents);
        if (parent == nullptr) break;
        action.other_table = named(*parent);
        action.detail = tree_.child(statement, Key::kPartbound) == nullptr ? "inherits" : "partition";
        break;
      }
      case Type::kCreateTableAsStmt:
        if (const Node* into = tree_.child(statement, Key::kInto))
          if (const Node* made = tree_.child(*into, Key::kRel)) add("create_table_as", named(*made), "");
        break;
      case Type::kDropStmt:
        drop(statement);
        break;
      case Type::kTruncateStmt:
        if (const Node* relations = tree_.child(statement, Key::kRelations))
          for (const Node* each = tree_.first(*relations); each != nullptr; each = tree_.next(*each))
            add("truncate", named(*each), kExclusive);
        break;
      case Type::kRenameStmt:
        rename(statement);
        break;
      case Type::kCreateTrigStmt:
        add("create_trigger", relation(statement), kShareRow).object = text(statement, Key::kTrigname);
        break;
      case Type::kRuleStmt:
        create_rule(statement);
        break;
      case Type::kCreatePolicyStmt:
        if (const Node* table = tree_.child(statement, Key::kTable)) add("create_policy", named(*table), kExclusive);
        break;
      case Type::kClusterStmt: {
        SchemaAction& action = add("cluster", relation(statement), kExclusive);
        action.object = text(statement, Key::kIndexname);
        action.rewrites = true;
        break;
      }
      case Type::kRefreshMatViewStmt: {
        SchemaAction& action = add("refresh_view", relation(statement), kExclusive);
        action.concurrently = flag(statement, Key::kConcurrent);
        if (action.concurrently) action.lock = "EXCLUSIVE";
        break;
      }
      default:
        break;
    }
    return std::move(actions_);
  }

 private:
  [[nodiscard]] std::string text(const Node& node, Key key) const { return std::string(tree_.text(node, key)); }
  [[nodiscard]] bool flag(const Node& node, Key key) const { return tree_.text(node, key) == "true"; }
  [[nodiscard]] std::string relation(const Node& node) const {
    const Node* found = tree_.child(node, Key::kRelation);
    return found == nullptr ? std::string() : named(*found);
  }
  [[nodiscard]] std::string named(const Node& range) const {
    return qualified_table(tree_.text(range, Key::kSchemaname), tree_.text(range, Key::kRelname), dialect_);
  }
  SchemaAction& add(std::string_view action, std::string table, std::string_view lock) {
    SchemaAction& added = actions_.emplace_back();
    added.action = action;
    added.table = std::move(table);
    added.lock = lock;
    return added;
  }
  // The last two of a list of strings.
  [[nodiscard]] std::string listed_table(const Node* list) const {
    std::string_view schema, name;
    for (const Node* each = list == nullptr ? nullptr : tree_.first(*list); each != nullptr; each = tree_.next(*each)) {
      schema = name;
      name = tree_.text(*each, Key::kSval);
    }
    return qualified_table(schema, name, dialect_);
  }
  // The last of a list of strings: `public.orders` is "orders".
  [[nodiscard]] std::string last_name(const Node* list) const {
    std::string name;
    for (const Node* each = list == nullptr ? nullptr : tree_.first(*list); each != nullptr; each = tree_.next(*each))
      name = text(*each, Key::kSval);
    return name;
  }

  void create_rule(const Node& statement) {
    SchemaAction& action = add("create_rule", relation(statement), kExclusive);
    action.object = text(statement, Key::kRulename);
    const Node* actions = tree_.child(statement, Key::kActions);
    bool acts = actions != nullptr && tree_.first(*actions) != nullptr;
    bool narrows = flag(statement, Key::kInstead) && tree_.child(statement, Key::kWhereClause) != nullptr;
    constexpr std::string_view kCommand = "CMD_";
    std::string_view event = tree_.text(statement, Key::kEvent);
    if (event.starts_with(kCommand)) action.detail = acts || narrows ? lower(event.substr(kCommand.size())) : "nothing";
  }

  void drop(const Node& statement) {
    std::string_view type = tree_.text(statement, Key::kRemoveType);
    const Node* objects = tree_.child(statement, Key::kObjects);
    if (objects == nullptr || (type != "OBJECT_INDEX" && type != "OBJECT_TABLE")) return;
    bool concurrently = flag(statement, Key::kConcurrent);
    for (const Node* each = tree_.first(*objects); each != nullptr; each = tree_.next(*each)) {
      const Node* names = tree_.child(*each, Key::kItems);
      if (type == "OBJECT_TABLE") {
        add("drop_table", listed_table(names), kExclusive);
      } else {
        SchemaAction& action = add("drop_index", "", concurrently ? kShareUpdate : kExclusive);
        action.object = last_name(names);
        action.concurrently = concurrently;
      }
    }
  }

  void rename(const Node& statement) {
    std::string_view type = tree_.text(statement, Key::kRenameType);
    std::string name = relation(statement);
    if (type == "OBJECT_INDEX") {
      const Node* index = tree_.child(statement, Key::kRelation);
      add("rename_index", "", kShareUpdate).object = index == nullptr ? "" : text(*index, Key::kRelname);
    } else if (type == "OBJECT_TABLE") {
      add("rename_table", name, kExclusive);
    } else if (type == "OBJECT_COLUMN") {
      add("rename_column", name, kExclusive).column = text(statement, Key::kSubname);
    } else if (type == "OBJECT_TABCONSTRAINT") {
      add("rename_constraint", name, kExclusive).object = text(statement, Key::kSubname);
    } else {
      return;
    }
    actions_.back().other_table = text(statement, Key::kNewname);
    const Node* renamed = tree_.child(statement, Key::kRelation);
    if (type == "OBJECT_TABLE" && renamed != nullptr)
      actions_.back().other_table =
          qualified_table(tree_.text(*renamed, Key::kSchemaname), actions_.back().other_table, dialect_);
  }

  void alter_table(const Node& statement) {
    if (tree_.text(statement, Key::kObjtype) != "OBJECT_TABLE") return;
    const Node* commands = tree_.child(statement, Key::kCmds);
    std::string table = relation(statement);
    for (const Node* each = commands == nullptr ? nullptr : tree_.first(*commands); each != nullptr;
         each = tree_.next(*each))
      alter(*each, table);
  }

  void alter(const Node& command, const std::string& table) {
    std::string_view subtype = tree_.text(command, Key::kSubtype);
    const Node* def = tree_.child(command, Key::kDef);
    if (subtype == "AT_AddConstraint") {
      if (def != nullptr) constraint(*def, table, "", true);
      return;
    }
    if (subtype == "AT_ColumnDefault") {
      add(def == nullptr ? "drop_default" : "set_default", table, kExclusive).column = text(command, Key::kName);
      return;
    }
    const auto* form = std::ranges::find(kForms, subtype, &Form::subtype);
    bool known = form != std::end(kForms);
    SchemaAction& action = add(known ? form->action : "other", table, known ? form->lock : kExclusive);
    bool is_constraint = subtype == "AT_ValidateConstraint" || subtype == "AT_DropConstraint";
    (is_constraint ? action.object : action.column) = text(command, Key::kName);
    if (known) {
      action.rewrites = form->rewrites;
      action.scans = form->scans;
    }
    if (subtype == "AT_ValidateConstraint") action.scans = true;
    if (def == nullptr) return;
    if (subtype == "AT_AddColumn") {
      add_column(*def, table);
    } else if (subtype == "AT_AlterColumnType") {
      if (const Node* expression = tree_.child(*def, Key::kRawDefault))
        if (!is_cast_of(*expression, action.column)) action.detail = "using";
    } else if (subtype == "AT_AttachPartition" || subtype == "AT_DetachPartition") {
      if (const Node* name = tree_.child(*def, Key::kName)) action.other_table = named(*name);
      action.concurrently = flag(*def, Key::kConcurrent);
      action.column.clear();
      action.scans = subtype == "AT_AttachPartition";
      if (action.concurrently) action.lock = kShareUpdate;
    }
  }

  // `b` or `b::type` and nothing else: what ALTER … TYPE without USING does.
  [[nodiscard]] bool is_cast_of(const Node& expression, std::string_view column) const {
    const Node* inner = &expression;
    if (inner->type == Type::kTypeCast) inner = tree_.child(*inner, Key::kArg);
    return inner != nullptr && inner->type == Type::kColumnRef && column_name(*inner) == column;
  }
  [[nodiscard]] std::string column_name(const Node& reference) const {
    return last_name(tree_.child(reference, Key::kFields));
  }

  // The action was added; what the column's definition says of it, and its constraints, come now.
  void add_column(const Node& definition, const std::string& table) {
    size_t at = actions_.size() - 1;
    std::string column = text(definition, Key::kColname);
    std::string detail;
    if (const Node* type = tree_.child(definition, Key::kTypeName))
      if (is_one_of(last_name(tree_.child(*type, Key::kNames)), kSerial)) detail = "serial";
    const Node* constraints = tree_.child(definition, Key::kConstraints);
    std::vector<const Node*> others;
    for (const Node* each = constraints == nullptr ? nullptr : tree_.first(*constraints); each != nullptr;
         each = tree_.next(*each)) {
      std::string_view type = tree_.text(*each, Key::kContype);
      if (type == "CONSTR_DEFAULT") {
        if (const Node* expression = tree_.child(*each, Key::kRawExpr)) detail = volatility(*expression);
      } else if (type == "CONSTR_GENERATED") {
        detail = "generated";
      } else if (type == "CONSTR_IDENTITY") {
        detail = "identity";
      } else {
        others.push_back(each);
      }
    }
    bool filled = !detail.empty();
    actions_[at].column = column;
    actions_[at].detail = detail;
    actions_[at].rewrites = detail == "volatile" || detail == "generated" || detail == "identity" || detail == "serial";
    for (const Node* each : others) constraint(*each, table, column, filled);
  }

  // `column`: of the new column that it belongs to; `filled`: its rows have values that are to be checked.
  void constraint(const Node& node, const std::string& table, const std::string& column, bool filled) {
    struct Kind {
      std::string_view contype, action, lock;
    };
    constexpr Kind kKinds[] = {{"CONSTR_CHECK", "add_check", kExclusive},
                               {"CONSTR_FOREIGN", "add_foreign_key", kShareRow},
                               {"CONSTR_UNIQUE", "add_unique", kExclusive},
                               {"CONSTR_PRIMARY", "add_primary_key", kExclusive},
                               {"CONSTR_EXCLUSION", "add_exclude", kExclusive}};
    const auto* kind = std::ranges::find(kKinds, tree_.text(node, Key::kContype), &Kind::contype);
    if (kind == std::end(kKinds)) return;
    SchemaAction& action = add(kind->action, table, kind->lock);
    action.column = column;
    action.object = text(node, Key::kConname);
    action.not_valid = flag(node, Key::kSkipValidation);
    action.scans = !action.not_valid;
    if (!column.empty()) action.detail = "new_column";
    if (kind->action == "add_foreign_key") {
      if (const Node* parent = tree_.child(node, Key::kPktable)) action.other_table = named(*parent);
      if (const Node* columns = tree_.child(node, Key::kFkAttrs); columns != nullptr && action.column.empty())
        if (const Node* first = tree_.first(*columns)) action.column = text(*first, Key::kSval);
      if (!filled) action.scans = false;  // a new column that is NULL everywhere is not checked
    } else if (kind->action == "add_check") {
      const Node* expression = tree_.child(node, Key::kRawExpr);
      bool not_null = expression != nullptr && expression->type == Type::kNullTest &&
                      tree_.text(*expression, Key::kNulltesttype) == "IS_NOT_NULL";
      const Node* tested = not_null ? tree_.child(*expression, Key::kArg) : nullptr;
      if (tested != nullptr && tested->type == Type::kColumnRef) {
        action.column = column_name(*tested);
        action.detail = "not_null";
      }
    } else if (std::string index = text(node, Key::kIndexname); !index.empty()) {
      action.detail = "using_index";
      action.object = std::move(index);
      action.scans = false;
    }
  }

  // Of the whole expression: that of its worst function.
  [[nodiscard]] std::string volatility(const Node& expression) const {
    std::vector<const Node*> open = {&expression};
    bool stable = false, unknown = false;
    while (!open.empty()) {
      const Node* node = open.back();
      open.pop_back();
      if (node->type == Type::kFuncCall) {
        std::string name = last_name(tree_.child(*node, Key::kFuncname));
        if (is_one_of(name, kVolatile)) return "volatile";
        (is_one_of(name, kNotVolatile) ? stable : unknown) = true;
      }
      if (node->type == Type::kSQLValueFunction) stable = true;
      for (const Node* child = tree_.first(*node); child != nullptr; child = tree_.next(*child)) open.push_back(child);
    }
    return unknown ? "unknown" : stable ? "stable" : "constant";
  }

  const Tree& tree_;
  Dialect dialect_;
  std::vector<SchemaAction> actions_;
};

// SQLite's CREATE TABLE has types and words that PostgreSQL's hasn't; that it makes a table is what there is to know.
std::vector<SchemaAction> sqlite_actions(const Outline& shape) {
  if (shape.kind != StatementKind::kCreateTable || shape.stopped != 0) return {};
  SchemaAction action;
  action.action = shape.query == 0 ? "create_table" : "create_table_as";
  action.table = shape.object;
  return {action};
}

}  // namespace

std::vector<SchemaAction> schema_actions(std::string_view sql, Dialect dialect) {
  if (sql.size() > kLargestStatement || sql.find('\0') != std::string_view::npos) return {};
  Result<Lexemes> lexed = lex(sql, dialect, {});
  if (!lexed) return {};
  while (!lexed->tokens.empty() && lexed->kind(lexed->tokens.size() - 1) == TokenKind::kSemicolon)
    lexed->tokens.pop_back();
  if (lexed->tokens.empty()) return {};
  Outline shape = outline(*lexed, dialect);
  Translation translation = translate(*lexed, dialect, shape.kind);
  GrammarResult parsed(translation.text);
  if (!parsed.accepted()) return dialect == Dialect::kSqlite ? sqlite_actions(shape) : std::vector<SchemaAction>();
  Tree tree(parsed.json());
  const Node* list = tree.child(tree.root(), Key::kStmts);
  const Node* first = list == nullptr ? nullptr : tree.first(*list);
  const Node* statement = first == nullptr || tree.next(*first) != nullptr ? nullptr : tree.child(*first, Key::kStmt);
  if (statement == nullptr) return {};
  std::vector<SchemaAction> actions = Reader(tree, dialect).read(*statement);
  if (dialect == Dialect::kSqlite)
    for (SchemaAction& action : actions) action.lock.clear();  // SQLite locks the database, whatever is written
  return actions;
}

}  // namespace explaingate
