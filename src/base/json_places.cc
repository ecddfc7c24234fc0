#include "base/json_places.h"

#include <algorithm>
#include <vector>

namespace explaingate {
namespace {

constexpr char kJoint = '\n';  // stands in no key as a parser takes it, but as an escape

struct Level {
  bool list = false;
  bool at_key = false;  // the next string is a key
  size_t element = 0;
  std::string prefix;  // of the keys below
};

size_t end_of_string(std::string_view text, size_t at) {
  for (++at; at < text.size() && text[at] != '"'; ++at)
    if (text[at] == '\\') ++at;
  return std::min(at + 1, text.size());
}

}  // namespace

JsonPlaces::JsonPlaces(std::string_view text, size_t deepest) {
  std::vector<Level> open;
  std::string last_key;
  auto begins_value = [&](size_t at) {
    if (open.empty() || !open.back().list || open.size() > deepest) return;
    last_key = open.back().prefix + std::to_string(open.back().element);
    places_.try_emplace(last_key, at);
  };
  for (size_t at = 0; at < text.size();) {
    char c = text[at];
    if (c == '/' && at + 1 < text.size() && (text[at + 1] == '/' || text[at + 1] == '*')) {
      size_t end = text[at + 1] == '/' ? text.find('\n', at) : text.find("*/", at + 2);
      at = end == std::string_view::npos ? text.size() : end + (text[at + 1] == '/' ? 1 : 2);
    } else if (c == '"') {
      size_t end = end_of_string(text, at);
      if (!open.empty() && open.back().at_key) {
        open.back().at_key = false;
        if (open.size() <= deepest) {
          last_key = open.back().prefix + std::string(text.substr(at + 1, end - at - 2));
          bool added = places_.try_emplace(last_key, at).second;
          if (!added && repeated_ == std::string::npos) repeated_ = at;
        }
      } else {
        begins_value(at);
      }
      at = end;
    } else if (c == '{' || c == '[') {
      begins_value(at);
      open.push_back({c == '[', c == '{', 0, ""});
      if (open.size() <= deepest && open.size() > 1) open.back().prefix = last_key + kJoint;
      ++at;
    } else if (c == '}' || c == ']') {
      if (!open.empty()) open.pop_back();
      ++at;
    } else if (c == ',') {
      if (!open.empty()) {
        open.back().at_key = !open.back().list;
        ++open.back().element;
      }
      ++at;
    } else {
      ++at;
    }
  }
}

size_t JsonPlaces::of(std::span<const std::string> path) const {
  std::string joined;
  for (const std::string& key : path) joined += (joined.empty() ? "" : std::string(1, kJoint)) + key;
  auto found = places_.find(joined);
  return found == places_.end() ? std::string_view::npos : found->second;
}

}  // namespace explaingate
