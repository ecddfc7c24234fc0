// A JSON object that has a key twice: parsers keep one of the two in silence, and people read the other.
#pragma once

#include <set>
#include <string>
#include <vector>

namespace explaingate {

// Sees every event of nlohmann's parser (pass `watch` by reference in its callback) and keeps the first key that its
// object has already; "" = none.
template <class Json>
class RepeatedKey {
 public:
  void watch(typename Json::parse_event_t event, const Json& parsed) {
    using Event = typename Json::parse_event_t;
    if (event == Event::object_start) open_.emplace_back();
    if (event == Event::object_end) open_.pop_back();
    if (event != Event::key || !key_.empty()) return;
    std::string key = parsed.template get<std::string>();
    if (!open_.back().insert(key).second) key_ = std::move(key);
  }
  [[nodiscard]] const std::string& key() const { return key_; }

 private:
  std::vector<std::set<std::string>> open_;
  std::string key_;
};

}  // namespace explaingate
