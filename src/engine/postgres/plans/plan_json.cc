#include "engine/postgres/plans/plan_json.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

namespace explaingate::postgres {
namespace {

using Json = nlohmann::json;

constexpr int kDeepest = 500;  // of our own recursion over the tree

const std::map<std::string_view, std::string RawNode::*>& texts() {
  static const std::map<std::string_view, std::string RawNode::*> kTexts = {
      {"Node Type", &RawNode::type},
      {"Parent Relationship", &RawNode::relationship},
      {"Subplan Name", &RawNode::subplan},
      {"Join Type", &RawNode::join_type},
      {"Strategy", &RawNode::strategy},
      {"Partial Mode", &RawNode::partial_mode},
      {"Operation", &RawNode::operation},
      {"Command", &RawNode::command},
      {"Schema", &RawNode::schema},
      {"Relation Name", &RawNode::relation},
      {"Alias", &RawNode::alias},
      {"Index Name", &RawNode::index},
      {"CTE Name", &RawNode::named},
      {"Function Name", &RawNode::named},
      {"Table Function Name", &RawNode::named},
      {"Tuplestore Name", &RawNode::named},
      {"Custom Plan Provider", &RawNode::named},
      {"Index Cond", &RawNode::index_condition},
      {"Recheck Cond", &RawNode::recheck_condition},
      {"Filter", &RawNode::filter},
      {"Hash Cond", &RawNode::join_condition},
      {"Merge Cond", &RawNode::join_condition},
      {"Join Filter", &RawNode::join_filter},
      {"TID Cond", &RawNode::tid_condition},
      {"Cache Key", &RawNode::cache_key},
      {"One-Time Filter", &RawNode::one_time_filter},
      {"Order By", &RawNode::order_by},
  };
  return kTexts;
}

const std::map<std::string_view, std::vector<std::string> RawNode::*>& lists() {
  static const std::map<std::string_view, std::vector<std::string> RawNode::*> kLists = {
      {"Sort Key", &RawNode::sort_key},
      {"Presorted Key", &RawNode::presorted_key},
      {"Group Key", &RawNode::group_key},
      {"Output", &RawNode::output},
  };
  return kLists;
}

double number(const Json& object, const char* key) {
  auto found = object.find(key);
  return found != object.end() && found->is_number() ? found->get<double>() : 0;
}

bool flag(const Json& value) {
  return value.is_boolean() && value.get<bool>();
}

Status read_node(const Json& json, RawNode& node, int depth) {
  if (depth > kDeepest) return fail(ErrorKind::kStatement, "the plan is nested too deep");
  if (!json.is_object()) return fail(ErrorKind::kStatement, "the plan has a node that is no object");
  for (const auto& [key, value] : json.items()) {
    if (value.is_string()) {
      if (auto text = texts().find(key); text != texts().end()) node.*(text->second) = value.get<std::string>();
    } else if (value.is_array()) {
      if (auto list = lists().find(key); list != lists().end())
        for (const Json& item : value)
          if (item.is_string()) (node.*(list->second)).push_back(item.get<std::string>());
    } else if (key == "Parallel Aware") {
      node.parallel_aware = flag(value);
    } else if (key == "Inner Unique") {
      node.inner_unique = flag(value);
    }
  }
  auto direction = json.find("Scan Direction");
  node.backward = direction != json.end() && *direction == "Backward";
  node.startup_cost = number(json, "Startup Cost");
  node.total_cost = number(json, "Total Cost");
  node.rows = number(json, "Plan Rows");
  node.actual_rows = number(json, "Actual Rows");
  node.removed = number(json, "Rows Removed by Filter");
  node.loops = number(json, "Actual Loops");
  node.width = static_cast<int>(std::clamp(number(json, "Plan Width"), 0.0, 1e9));
  node.workers = static_cast<int>(number(json, "Workers Planned"));
  node.subplans_removed = static_cast<int>(number(json, "Subplans Removed"));
  auto plans = json.find("Plans");
  if (plans == json.end() || !plans->is_array()) return {};
  node.children.resize(plans->size());
  for (size_t i = 0; i < plans->size(); ++i)
    if (Status status = read_node((*plans)[i], node.children[i], depth + 1); !status) return status;
  return {};
}

}  // namespace

Result<RawNode> read_plan(std::string_view text, RawTotals* totals) {
  Json json = Json::parse(text, nullptr, false);
  if (!json.is_array() || json.empty() || !json[0].is_object() || !json[0].contains("Plan"))
    return fail(ErrorKind::kStatement, "PostgreSQL gave no plan: " + std::string(text.substr(0, 200)));
  const Json& plan = json[0]["Plan"];
  if (totals != nullptr)
    *totals = {number(plan, "Shared Hit Blocks"), number(plan, "Shared Read Blocks"), number(plan, "Temp Read Blocks"),
               number(plan, "Temp Written Blocks")};
  RawNode root;
  if (Status status = read_node(plan, root, 0); !status) return fail(status.error());
  return root;
}

}  // namespace explaingate::postgres
