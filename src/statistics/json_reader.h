// Reading a JSON document key by key. The first thing that is wrong is kept with its place; whatever is read after that
// is to be thrown away. Internal to this folder.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/nearest.h"

namespace explaingate {

inline constexpr double kLargestNumber = 1e15;  // rows, values; whole numbers stay exact in a double
inline constexpr size_t kLongestList = 100000;  // PostgreSQL keeps up to 10,000 values a column; elements tenfold

class JsonReader {
 public:
  using Json = nlohmann::json;

  struct Problem {
    std::string message, hint;
    std::vector<std::string> path;  // keys; elements of a list have none
  };
  [[nodiscard]] const Problem& problem() const { return problem_; }

  void wrong(const std::string& what, const std::string& hint = "") {
    if (!problem_.message.empty()) return;
    std::string where = fmt::format("{}", fmt::join(path_, "."));
    problem_ = {where.empty() ? what : fmt::format("{}: {}", where, what), hint, path_};
  }

  bool is_object(const Json& value) {
    if (!value.is_object()) wrong(fmt::format("an object is expected, not {}", value.type_name()));
    return value.is_object();
  }

  bool object(const Json& value, const std::vector<const char*>& keys) {
    if (!is_object(value)) return false;
    std::vector<std::string> known(keys.begin(), keys.end());
    for (const auto& [key, unused] : value.items())
      if (std::find(known.begin(), known.end(), key) == known.end()) {
        std::string message = fmt::format("unknown key \"{}\"", key);
        std::string where = fmt::format("{}", fmt::join(path_, "."));
        std::vector<std::string> place = path_;
        place.push_back(key);
        if (problem_.message.empty())
          problem_ = {where.empty() ? message : where + ": " + message, nearest_hint(key, known), place};
      }
    return true;
  }

  // Calls `read` with the member's value, where it is there.
  template <class Read>
  bool member(const Json& object, const char* key, Read read) {
    auto found = object.find(key);
    if (found == object.end()) return false;
    path_.emplace_back(key);
    read(*found);
    path_.pop_back();
    return true;
  }

  // Calls `read` with name and value of each member.
  template <class Read>
  void members(const Json& value, Read read) {
    if (!is_object(value)) return;
    for (const auto& [name, member] : value.items()) {
      path_.push_back(name);
      read(name, member);
      path_.pop_back();
    }
  }

  // Calls `read` with each element.
  template <class Read>
  void elements(const Json& value, const char* of, size_t longest, Read read) {
    if (!value.is_array()) return wrong(fmt::format("an array of {} is expected, not {}", of, value.type_name()));
    if (value.size() > longest) return wrong(fmt::format("{} elements are more than {}", value.size(), longest));
    if (path_.empty()) path_.emplace_back();
    std::string name = path_.back();
    for (size_t i = 0; i < value.size(); ++i) {
      path_.back() = fmt::format("{}[{}]", name, i);
      read(value[i]);
    }
    path_.back() = std::move(name);
  }

  double number(const Json& value, double smallest, double largest = kLargestNumber) {
    if (!value.is_number()) {
      wrong(fmt::format("a number is expected, not {}", value.type_name()));
      return 0;
    }
    double result = value.get<double>();
    if (result >= smallest && result <= largest) return result;
    wrong(fmt::format("{:g} is out of range ({:g} to {:g})", result, smallest, largest));
    return 0;
  }

  std::vector<double> numbers(const Json& value, double smallest, double largest = kLargestNumber,
                              size_t longest = kLongestList) {
    std::vector<double> result;
    elements(value, "numbers", longest, [&](const Json& each) { result.push_back(number(each, smallest, largest)); });
    return result;
  }

  // Texts reach the server: a NUL would end them early.
  std::string text(const Json& value) {
    if (!value.is_string()) {
      wrong(fmt::format("a text is expected, not {}", value.type_name()));
      return "";
    }
    const auto& result = value.get_ref<const std::string&>();
    if (result.find('\0') != std::string::npos) wrong("a text can't hold the character NUL");
    return result;
  }

  std::vector<std::string> texts(const Json& value, size_t longest = kLongestList) {
    std::vector<std::string> result;
    elements(value, "texts", longest, [&](const Json& each) { result.push_back(text(each)); });
    return result;
  }

 private:
  std::vector<std::string> path_;
  Problem problem_;
};

// Whole numbers as such, others to six significant digits: enough for a planner, and a diff that a person can read.
[[nodiscard]] nlohmann::json rounded_number(double value);

}  // namespace explaingate
