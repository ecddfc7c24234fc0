// Fact bases made by hand: a small shop, and functions that add one statement with what a test wants to say of it. Each
// gives the SQL of its INSERTs, so that a case reads as a list of facts.
#pragma once

#include <string>
#include <vector>

#include <fmt/format.h>

#include "rulebook/rulebook.h"

namespace explaingate {

// Tables at the largest scale, on both sides: customers (100,000), orders (1,000,000, with a foreign key to customers
// and an index on customer_id), items (2,000,000), country (250, fixed), and the limits.
std::string shop(const std::string& mode = "change");

struct Query {
  int id = 1;
  int growth_class = 1;
  double rows = 1'000'000;  // examined at the largest scale
  double result_growth = 0;
  double sorted = 0;  // at the largest scale; a hundredth of it at the smallest
  int changed = 1;
  std::string text = "SELECT 1";
  std::string kind = "select";
  int dynamic = 0;
};
std::string query(const Query& query);  // path shop/<id>.sql, line 10 * id, function f<id>

struct Node {
  std::string access = "scan", relation = "orders", alias = {};
  double rows = 1'000'000, executions = 1;
  std::string terms = {}, purpose = {};
};
std::string node(int statement, const Node& node);

struct Trial {
  std::string relation = "orders", columns = "email";
  int class_before = 1, class_after = 0;
  double rows_before = 1'000'000, rows_after = 10, sorted_before = 0, sorted_after = 0;
  int rank = 0;
};
std::string trial(int statement, const Trial& trial);

struct Where {
  std::string relation = "orders", name = "email", op = "=", operand = "placeholder", clause = "where";
  std::string why_not = {}, expression = {};  // why_not set: not sargable
  int in_or = 0, table_ref = 0;
};
std::string where(int statement, const Where& where);  // at line 10 * statement + 1, column 7

std::string from(int statement, int table_ref, const std::string& name, const std::string& alias = "",
                 const std::string& role = "from", int block = 0);
std::string join(int statement, int left, int right, const std::string& type,
                 int has_condition);  // left < 0: NULL; at line 10 * statement, column 20

struct Compared {
  int class_before = 0, class_after = 1;
  double rows_before = 10, rows_after = 1'000'000;
  double cost_before = -1, cost_after = -1;  // -1 = as the rows
  std::string work_before = "NULL", work_after = "NULL";
  int unstable = 0;
};
std::string compared(int statement, const Compared& compared = {});
std::string access(int statement, const std::string& relation, const std::string& before, const std::string& after,
                   const std::string& index_before = "", const std::string& index_after = "");
std::string cause(int statement, const std::string& kind, const std::string& schema_statement);

// A statement of the schema: path migrations/<id>.sql, line 1, and what it does on the head side where it is part of
// the change.
std::string schema_statement(int id, const std::string& action, const std::string& object_type,
                             const std::string& object, const std::string& on_table, int changed = 1);

// Runs the built-in rules over the facts and prints what they found: "error cross-join shop/1.sql:10:20
// orders,customers", then " <- 7" with a cause; with `whole` also message and fix, each on a line of its own.
std::string found(const std::string& facts, bool whole = false, const RuleSettings& settings = {});
// The same for one rule of one's own.
std::string found_by(const std::string& rule_text, const std::string& facts, const RuleSettings& settings = {});

}  // namespace explaingate
