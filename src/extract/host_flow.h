// The value of a name at one place: host_flow.cc runs the statements before it, host_flow_texts.cc says what each does
// to the texts.
#pragma once

#include <string_view>
#include <vector>

#include "extract/host_evaluate.h"

namespace explaingate::host {

class Flow {
 public:
  Flow(Evaluator& evaluator, int scope, std::string_view name, int use, const std::vector<int>& assignments)
      : evaluator_(evaluator),
        tree_(evaluator.tree_),
        scope_(scope),
        name_(name),
        use_(use),
        assignments_(assignments) {}

  enum class End { kOn, kReached, kLeft, kBroke };

  Value run(Value start);

 private:
  struct State {
    Value value;
  };

  Evaluator& evaluator_;
  const Tree& tree_;
  int scope_;
  std::string_view name_;
  int use_;
  const std::vector<int>& assignments_;
  size_t merges_ = 0;

  static constexpr int kDeepestBlock = 100;

  [[nodiscard]] bool assigns(int node) const;
  [[nodiscard]] bool uses(int node) const { return tree_.contains(node, use_); }
  // host_flow.cc
  End block(int node, State& state, int depth);
  [[nodiscard]] End end_of(int node) const;
  End arm(int node, State& state, int depth);
  End statement(int node, State& state, int depth);
  void arms_of(int node, std::vector<int>& arms) const;
  End branch(int node, State& state, int depth);
  End attempt(int node, State& state, int depth);
  End loop(int node, State& state, int depth);
  End comprehension(int node, State& state, int depth);
  // host_flow_texts.cc
  End give_away(int call, State& state);
  End assign(int node, State& state, int depth);
  [[nodiscard]] bool is_append(int call) const;
  End append_call(int call, State& state);
  static void cut(int bytes, State& state);
  void pattern(int node, int left, int right, State& state);
  void spend(State& state) const;
  End append_all(int node, State& state);
  void append(int right, State& state, const Binding& binding);
  void merge(State& state, std::vector<State>& ways, int node);
  [[nodiscard]] bool grows(int assignment) const;
  [[nodiscard]] int appended(int body) const;
  void append_loop(int expression, State& state);
  void separate(State& state) const;
};

}  // namespace explaingate::host
