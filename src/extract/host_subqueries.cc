// Names of texts that are written inside the parentheses of another text: no statements by themselves.
//
//   open = "SELECT id FROM status WHERE closed = 0"
//   scope.where("status_id IN (#{open})")        `open` is a part
//   connection.execute("#{open} LIMIT 1")        the near miss: the parenthesis is the call's
#include "extract/host_calls.h"

namespace explaingate::host {

// "(" stands before the name, in the text that it's interpolated in or appended to.
bool HostFile::is_in_parentheses(int identifier) const {
  constexpr size_t kFar = 40;
  std::string_view source = tree_.source();
  size_t at = tree_.at(identifier).start;
  size_t first = at > kFar ? at - kFar : 0;
  auto skip = [&](std::string_view bytes) {
    while (at > first && bytes.find(source[at - 1]) != std::string_view::npos) --at;
  };
  int parent = tree_.parent(identifier);
  if (tree_.role(parent) == Role::kInterpolation || tree_.role(parent) == Role::kString) {
    skip("#{$");
  } else if (tree_.role(parent) == Role::kBinary && tree_.part(parent, Part::kRight) == identifier) {
    skip(" \t\r\n+.");
    if (at == first || (source[at - 1] != '"' && source[at - 1] != '\'')) return false;
    --at;
  } else {
    return false;
  }
  skip(" \t\r\n");
  return at > first && source[at - 1] == '(';
}

std::set<std::pair<int, std::string_view>> HostFile::subquery_names() const {
  std::set<std::pair<int, std::string_view>> names;
  for (int node = 0; node < tree_.size(); ++node)
    if (tree_.role(node) == Role::kIdentifier && is_in_parentheses(node))
      names.emplace(tree_.function_of(node), tree_.text(node));
  return names;
}

}  // namespace explaingate::host
