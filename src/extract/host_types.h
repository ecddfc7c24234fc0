// What names of one file are declared as: by a type that is written, by the class whose constructor gives them, or by
// another name that has one.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "extract/host_evaluate.h"
#include "extract/outline.h"

namespace explaingate::host {

class Types {
 public:
  Types(const Tree& tree, const Language& language, const Evaluator& evaluator);
  struct Receiver {
    std::string type;
    std::string holder;  // the class that it's a field of, where it is one
  };
  [[nodiscard]] Receiver of(int receiver) const;
  // Classes and fields.
  void fill(Outline& outline) const;

 private:
  static constexpr int kDeepest = 6;  // a.b.c.d
  const Tree& tree_;
  const Language& language_;
  const Evaluator& evaluator_;
  // An empty type: several that differ.
  std::map<std::pair<int, std::string_view>, std::string> locals_;             // by scope and name
  std::map<std::pair<std::string, std::string>, std::string> fields_, given_;  // by class and name

  void add_declaration(int node, int type);
  void add_assignment(int node);
  void declare(int scope, std::string_view name, std::string type);
  void declare_field(const std::string& owner, std::string_view name, std::string type);
  [[nodiscard]] std::string named_by(std::string_view written) const;
  [[nodiscard]] std::string made_by(int value) const;
  [[nodiscard]] std::string class_given(int call) const;
  [[nodiscard]] std::string owner_at(int node) const;
  [[nodiscard]] std::string local(int identifier) const;
  [[nodiscard]] std::string field(const std::string& owner, std::string_view name) const;
  [[nodiscard]] int depth_of(int member) const;
};

}  // namespace explaingate::host
