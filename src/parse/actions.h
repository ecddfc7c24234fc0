// What a schema statement does to which table, and what that costs a table that is in use: locks, rewrites, scans. From
// the parse tree; which of the tables are there, and how large, is not this file's question.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/dialect.h"

namespace explaingate {

// One action: ALTER TABLE … ADD a, DROP b is two. Tables as qualified_table() names them; "" where there is none.
struct SchemaAction {
  // create_table, create_table_as, drop_table, rename_table, truncate, create_index, drop_index, rename_index,
  // create_trigger, create_policy, create_rule, refresh_view, cluster; of ALTER TABLE: add_column, drop_column,
  // rename_column, set_type, set_default, drop_default, set_not_null, drop_not_null, add_check, add_foreign_key,
  // add_unique, add_primary_key, add_exclude, validate_constraint, drop_constraint, rename_constraint, set_logged,
  // set_unlogged, set_tablespace, set_access_method, attach_partition, detach_partition, set_trigger, set_options,
  // set_statistics, other.
  std::string action;
  std::string table;        // "" for a dropped or renamed index: the catalogue knows its table
  std::string column;       // also of a foreign key and of an index (its first) and of CHECK (column IS NOT NULL)
  std::string object;       // index, constraint, trigger, rule
  std::string other_table;  // referenced by a foreign key; attached, detached; the new name; a new table's parent
  // add_column: its default, '' (none), 'constant', 'stable', 'volatile', 'unknown' (a function that isn't
  // PostgreSQL's), 'generated', 'identity', 'serial'. set_type: 'using' with an expression that is more than a cast of
  // the column. add_check: 'not_null'. add_unique, add_primary_key: 'using_index'. create_index: 'unique'.
  // create_table: 'inherits', 'partition'. create_rule: the event, 'select', 'insert', 'update', 'delete'; 'nothing'
  // where nothing is rewritten but left out (DO INSTEAD NOTHING without WHERE). Constraints of a new column:
  // 'new_column'.
  std::string detail;
  std::string lock;           // PostgreSQL's lock on `table`, as its documentation spells it; "" for none
  bool concurrently = false;  // CONCURRENTLY
  bool not_valid = false;     // NOT VALID
  bool rewrites = false;      // every row is written anew. set_type: not decided here, the old type isn't known
  bool scans = false;         // every row is read under that lock
  bool only = false;          // create_index: ON ONLY, so of a partitioned table no row is read
};

// None for a statement that is no DDL, or that PostgreSQL's grammar (after the dialect's translation) doesn't have.
// Locks and rewrites: PostgreSQL 15's documentation of ALTER TABLE, CREATE INDEX and of explicit locking. Thread-safe.
[[nodiscard]] std::vector<SchemaAction> schema_actions(std::string_view sql, Dialect dialect);

}  // namespace explaingate
