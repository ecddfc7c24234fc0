// The command line as data, and what is made of it: completions for three shells, and the man page.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace explaingate {

struct OptionAbout {
  std::vector<std::string> names;    // "-v", "--verbose"
  std::string value;                 // "REF"; empty = a flag
  std::vector<std::string> choices;  // where only some values are taken
  std::string about;
};

struct CommandAbout {
  std::string name, about, footer;
  std::vector<OptionAbout> options;
  std::vector<OptionAbout> arguments;  // one name each
  std::vector<CommandAbout> commands;
};

inline constexpr std::string_view kCompletions[] = {"bash", "zsh", "fish", "man"};

// A script for the shell, or a man page in roff. Names and descriptions are the program's own.
[[nodiscard]] std::string completion(const CommandAbout& program, std::string_view kind, std::string_view version);

}  // namespace explaingate
