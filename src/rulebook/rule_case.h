// A rule's cases: folders fires-…, quiet-… and fixed-…, each with a project before (base) and after a change (head).
#pragma once

#include <compare>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace explaingate {

inline constexpr std::string_view kCaseKinds[] = {"fires", "quiet", "fixed"};

// The kind of a case by its folder's name; "" where it is no case.
[[nodiscard]] std::string_view case_kind(std::string_view name);

// Makes the project of one side ("base" or "head") in the folder `to`, layer upon layer: what stands beside the cases
// in the folders of `shared`, in their order; what stands beside base and head in the case's own folder; the side. A
// side that isn't there adds nothing. Links stay links. Errors: kIo.
[[nodiscard]] Status lay_case(std::span<const std::filesystem::path> shared, const std::filesystem::path& folder,
                              std::string_view side, const std::filesystem::path& to);

// "expect: RULE SUBJECT" or "expect: RULE=LEVEL SUBJECT" at the end of a line.
struct Expectation {
  std::string path;  // below the folder
  int line = 0;
  std::string rule, subject;
  std::string level;  // "" = any
  auto operator<=>(const Expectation&) const = default;
};

// "path:line rule subject", with " (level)" behind it where one is named.
[[nodiscard]] std::string to_text(const Expectation& expectation);

// What was found, as the expectations would say it: without its level where none of them names one for it.
[[nodiscard]] Expectation as_expected(Expectation found, std::span<const Expectation> expected);

// Those of all files below a folder, sorted. Links are not followed. Errors: kIo.
[[nodiscard]] Result<std::vector<Expectation>> expectations(const std::filesystem::path& folder);

}  // namespace explaingate
