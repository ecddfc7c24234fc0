// The members of a language's data file, read with a complaint for each that is unknown or of the wrong type.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "extract/host_language.h"

namespace explaingate {

// Reads the members of one JSON object; what was not asked for in the end is an unknown key.
class ObjectReader {
 public:
  ObjectReader(const nlohmann::json& object, std::string where, std::string& problem)
      : object_(object), where_(std::move(where)), problem_(problem) {
    if (!object_.is_object()) complain("is not an object");
  }
  template <class T>
  void read(const char* key, T& value) {
    const nlohmann::json* found = member(key);
    if (found == nullptr) return;
    try {
      found->get_to(value);
    } catch (const nlohmann::json::exception&) {
      complain(std::string("\"") + key + "\" has a value of the wrong type");
    }
  }
  [[nodiscard]] const nlohmann::json* member(const char* key) {
    seen_.emplace_back(key);
    if (!object_.is_object()) return nullptr;
    auto found = object_.find(key);
    return found == object_.end() ? nullptr : &*found;
  }
  template <class Function>
  void each(const char* key, Function function) {
    const nlohmann::json* list = member(key);
    if (list == nullptr) return;
    if (!list->is_array()) return complain(std::string("\"") + key + "\" is not a list");
    for (size_t index = 0; index < list->size(); ++index)
      function((*list)[index], where_ + key + "[" + std::to_string(index) + "].");
  }
  void finish() {
    if (!object_.is_object()) return;
    for (const auto& [key, value] : object_.items())
      if (!host::is_one_of(key, seen_)) complain("unknown key \"" + key + "\"");
  }
  void complain(const std::string& what) {
    if (problem_.empty()) problem_ = (where_.empty() ? "" : where_.substr(0, where_.size() - 1) + ": ") + what;
  }

 private:
  const nlohmann::json& object_;
  std::string where_;
  std::string& problem_;
  std::vector<std::string> seen_;
};

// Each reads one object; `where` stands before its keys in a complaint. `problem` gets the first complaint.
[[nodiscard]] host::CallSite read_call_site(const nlohmann::json& object, const std::string& where,
                                            std::string& problem);
[[nodiscard]] host::Callback read_callback(const nlohmann::json& object, const std::string& where,
                                           std::string& problem);
[[nodiscard]] host::FormatFunction read_format_function(const nlohmann::json& object, const std::string& where,
                                                        std::string& problem);
[[nodiscard]] host::JoinFunction read_join_function(const nlohmann::json& object, const std::string& where,
                                                    std::string& problem);
[[nodiscard]] host::StringRules read_strings(const nlohmann::json& object, std::string& problem);
[[nodiscard]] host::Words read_words(const nlohmann::json& object, std::string& problem);

}  // namespace explaingate
