// The JSON report of `check` read back, for a publisher that ran elsewhere. The file is untrusted: it can come from a
// fork's run.
#pragma once

#include <filesystem>
#include <string_view>

#include "gate/outcome.h"

namespace explaingate {

inline constexpr size_t kMostReportBytes = size_t{32} << 20;
inline constexpr const char* kReportHint = "give the file that `explaingate check --format json=FILE` wrote";

// What docs/schemas/check.schema.json tells, as far as a comment says it: excerpts and the pages of rules are not in a
// report. Keys of later versions are passed over; a value of another type, a line that is none, or a fingerprint that
// is no hexadecimal number is an error of kind kConfiguration that names the place.
[[nodiscard]] Result<Outcome> read_check_report(std::string_view text, const std::string& file);

}  // namespace explaingate
