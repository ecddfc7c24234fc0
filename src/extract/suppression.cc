#include "extract/suppression.h"

namespace explaingate {
namespace {

constexpr std::string_view kBlank = " \t\r\n\f";

std::string_view trim(std::string_view text) {
  size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

}  // namespace

std::optional<IgnoreComment> parse_ignore_comment(std::string_view comment) {
  constexpr std::string_view kMarker = "explaingate-ignore";
  constexpr size_t kMostRules = 50;
  size_t start = comment.find_first_not_of("-/*#! \t\r\n");
  if (start == std::string_view::npos || !comment.substr(start).starts_with(kMarker)) return std::nullopt;
  std::string_view rest = comment.substr(start + kMarker.size());
  if (!rest.empty() && kBlank.find(rest[0]) == std::string_view::npos && rest[0] != ':') return std::nullopt;
  rest = rest.substr(0, rest.find('\n'));
  if (comment.starts_with("/*")) rest = rest.substr(0, rest.rfind("*/"));

  IgnoreComment found;
  size_t colon = rest.find(':');
  if (colon != std::string_view::npos) found.reason = trim(rest.substr(colon + 1));
  for (std::string_view names = rest.substr(0, colon); found.rules.size() < kMostRules;) {
    size_t comma = names.find(',');
    if (std::string_view name = trim(names.substr(0, comma)); !name.empty()) found.rules.emplace_back(name);
    if (comma == std::string_view::npos) break;
    names.remove_prefix(comma + 1);
  }
  return found;
}

}  // namespace explaingate
