// A node in words, as PostgreSQL's own text format has them (explain.c, ExplainNode).
#include <fmt/format.h>

#include "engine/postgres/plans/plan_rows.h"

namespace explaingate::postgres {
namespace {

constexpr size_t kLongest = 300;  // of the conditions in a line: an IN list may have a thousand members

std::string aggregate_words(const RawNode& node) {
  std::string words = node.partial_mode == "Partial" ? "Partial " : node.partial_mode == "Finalize" ? "Finalize " : "";
  if (node.strategy == "Sorted") return words + "GroupAggregate";
  if (node.strategy == "Hashed") return words + "HashAggregate";
  if (node.strategy == "Mixed") return words + "MixedAggregate";
  return words + "Aggregate";
}

std::string join_words(const RawNode& node) {
  bool inner = node.join_type.empty() || node.join_type == "Inner";
  if (node.type == "Nested Loop") return inner ? node.type : node.type + " " + node.join_type + " Join";
  std::string method = node.type.substr(0, node.type.find(' '));
  return inner ? method + " Join" : method + " " + node.join_type + " Join";
}

std::string shortened(std::string text) {
  if (text.size() <= kLongest) return text;
  size_t end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

std::string list_of(const std::vector<std::string>& items) {
  return fmt::format("{}", fmt::join(items, ", "));
}

}  // namespace

std::string words_of(const RawNode& node) {
  std::string words = node.parallel_aware ? "Parallel " : "";
  if (node.type == "Aggregate") return words + aggregate_words(node);
  if (node.type == "Nested Loop" || node.type == "Hash Join" || node.type == "Merge Join")
    return words + join_words(node);
  if (node.type == "ModifyTable") return words + (node.operation.empty() ? "ModifyTable" : node.operation);
  if (node.type == "SetOp") return words + (node.strategy == "Hashed" ? "HashSetOp " : "SetOp ") + node.command;
  if (node.type == "Custom Scan" && !node.named.empty()) return words + node.type + " (" + node.named + ")";
  return words + node.type;
}

std::string line_of(const RawNode& node) {
  std::string line = words_of(node);
  if (node.backward) line += " Backward";
  if (!node.index.empty()) line += (node.type == "Bitmap Index Scan" ? " on " : " using ") + node.index;
  if (!node.relation.empty()) {
    line += " on " + node.relation;
    if (!node.alias.empty() && node.alias != node.relation) line += " " + node.alias;
  } else if (!node.named.empty() && node.type != "Custom Scan") {
    line += " on " + node.named;
    if (!node.alias.empty() && node.alias != node.named) line += " " + node.alias;
  } else if (!node.alias.empty()) {
    line += " on " + node.alias;
  }
  if (!node.subplan.empty()) line = node.subplan + ": " + line;
  std::string conditions;
  auto add = [&](const char* name, const std::string& text) {
    if (!text.empty()) conditions += fmt::format("{}{}: {}", conditions.empty() ? "" : "; ", name, text);
  };
  add("index", node.index_condition);
  add("tid", node.tid_condition);
  add("order", node.order_by);
  add("join", node.join_condition);
  add("join filter", node.join_filter);
  add("filter", node.filter);
  add("one-time filter", node.one_time_filter);
  add("sort", list_of(node.sort_key));
  add("presorted", list_of(node.presorted_key));
  add("group", list_of(node.group_key));
  add("key", node.cache_key);
  if (node.subplans_removed > 0) add("partitions pruned", std::to_string(node.subplans_removed));
  return conditions.empty() ? line : line + " (" + shortened(std::move(conditions)) + ")";
}

}  // namespace explaingate::postgres
