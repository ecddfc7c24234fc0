// The words of the facts and of the reports for the stages' enumerations: one spelling everywhere.
#pragma once

#include <string_view>

#include "change/change.h"
#include "extract/extract.h"
#include "parse/parse.h"
#include "rulebook/rulebook.h"
#include "statistics/statistics.h"

namespace explaingate {

[[nodiscard]] std::string_view name_of(FileStatus status);
[[nodiscard]] std::string_view name_of(CallKind kind);
[[nodiscard]] std::string_view name_of(HoleKind kind);
[[nodiscard]] std::string_view name_of(LoopKind kind);
[[nodiscard]] std::string_view name_of(LoopSource source);
[[nodiscard]] std::string_view name_of(Commits commits);
[[nodiscard]] std::string_view name_of(RowSource source);
[[nodiscard]] std::string_view name_of(QueryBlock::Kind kind);
[[nodiscard]] std::string_view name_of(TableRef::Role role);
[[nodiscard]] std::string_view name_of(Operand operand);
[[nodiscard]] std::string_view name_of(Clause clause);
[[nodiscard]] std::string_view name_of(Place place);
[[nodiscard]] std::string_view name_of(Ordering::Kind kind);
[[nodiscard]] std::string_view name_of(RuleStatus::Outcome outcome);

}  // namespace explaingate
