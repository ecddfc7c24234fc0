// The words of SQL that the translation and the analysis tell apart, and what each may do in a statement.
#pragma once

#include <cstdint>
#include <string_view>

namespace explaingate {

enum class Word : uint8_t {
  kNone,  // an identifier, or a keyword nobody here asks for
#define EXPLAINGATE_WORD(name, text, flags) name,
#include "parse/words.inc"
#undef EXPLAINGATE_WORD
};

enum WordFlag : unsigned {
  kOperandFollows = 1,   // an operand or a name may stand right after it: "WHERE", "AND", "BY"
  kForeignReserved = 2,  // reserved in PostgreSQL and nothing but a name in SQLite: "user"
  kSharedKeyword = 4,    // reserved in PostgreSQL, and in SQLite a keyword or a name by its place: "end", "desc"
  kTypeWord = 8,         // PostgreSQL's grammar has no plain function call of this name: "char(65)"
  kStartsStatement = 16,
};

[[nodiscard]] Word find_word(std::string_view text);  // ASCII case-insensitive
[[nodiscard]] bool has_flag(Word word, WordFlag flag);

}  // namespace explaingate
