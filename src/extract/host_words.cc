// Names and dotted paths, compared as the languages' data files write them.
#include <algorithm>

#include "extract/host_language.h"

namespace explaingate::host {

std::string_view bare(std::string_view name) {
  name.remove_prefix(std::min(name.find_first_not_of("_$@"), name.size()));
  return name;
}

bool is_one_of(std::string_view word, const std::vector<std::string>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool has_word(std::string_view text, const std::vector<std::string>& words) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return std::any_of(words.begin(), words.end(),
                     [&](const std::string& word) { return lower.find(word) != std::string::npos; });
}

bool has_name_word(std::string_view name, const std::vector<std::string>& words) {
  auto capital = [&](size_t at) { return at < name.size() && name[at] >= 'A' && name[at] <= 'Z'; };
  auto small = [&](size_t at) { return at < name.size() && name[at] >= 'a' && name[at] <= 'z'; };
  std::string word;
  for (size_t at = 0; at <= name.size(); ++at) {
    // fetchRows: where small letters end; SQLQuery: before the last of several capitals
    bool begins = capital(at) && at > 0 && (small(at - 1) || (capital(at - 1) && small(at + 1)));
    bool letter = capital(at) || small(at);
    if ((begins || !letter) && !word.empty()) {
      if (is_one_of(word, words)) return true;
      word.clear();
    }
    if (letter) word += capital(at) ? static_cast<char>(name[at] - 'A' + 'a') : name[at];
  }
  return false;
}

std::string dotted(std::string_view written) {
  constexpr std::string_view kSigns[] = {"::", "->", "?->", "?.", "!!.", "!.", "&.", "\\"};
  std::string out;
  while (!written.empty()) {
    std::string_view sign;
    for (std::string_view one : kSigns)
      if (written.starts_with(one)) sign = one;
    if (!sign.empty()) {
      out += '.';
    } else if (std::string_view(" \t\r\n$@").find(written.front()) == std::string_view::npos) {
      out += written.front();
    }
    written.remove_prefix(std::max<size_t>(sign.size(), 1));
  }
  return out;
}

std::string_view last_word(std::string_view path) {
  auto in_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
           static_cast<unsigned char>(c) >= 0x80;
  };
  size_t end = path.size();
  while (end > 0 && !in_word(path[end - 1])) --end;
  size_t start = end;
  while (start > 0 && in_word(path[start - 1])) --start;
  return path.substr(start, end - start);
}

bool has_path(std::string_view module, std::string_view gate) {
  auto in_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  for (size_t at = module.find(gate); at != std::string_view::npos; at = module.find(gate, at + 1)) {
    size_t end = at + gate.size();
    bool starts = at == 0 || !in_word(module[at - 1]) || !in_word(gate.front());
    bool ends = end == module.size() || !in_word(module[end]);
    if (starts && ends) return true;
  }
  return false;
}

bool ends_with_path(std::string_view path, std::string_view end) {
  return path.ends_with(end) && (path.size() == end.size() || path[path.size() - end.size() - 1] == '.');
}

}  // namespace explaingate::host
