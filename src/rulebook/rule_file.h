// The parts of a rule's file: headers, page, SELECT. Pure text work; whether the SELECT may run is load.cc's question.
#pragma once

#include <string>
#include <string_view>

#include "rulebook/rulebook.h"

namespace explaingate {

// Everything of the rule but what only a database can tell. `sql_offset` gets the offset of the SELECT in `text`.
[[nodiscard]] Result<Rule> split_rule_file(const std::string& file, std::string_view text, size_t& sql_offset);

// A kConfiguration error at an offset of the text, with the line as excerpt.
[[nodiscard]] std::unexpected<Error> fail_at(const std::string& file, std::string_view text, size_t offset,
                                             std::string message, std::string hint = {});

}  // namespace explaingate
