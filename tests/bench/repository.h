// A whole repository: explaingate cold and warm beside what tree-sitter alone takes for the same files, and a change of
// one file beside `git diff`.
#pragma once

#include <string>

namespace explaingate::bench {

// Parses every host-language file of the folder with its grammar, on all cores, and prints files and bytes.
int parse_alone(const std::string& folder);
// `file`: a source of the repository, to which a line is added for the check of a change; put back afterwards.
int measure_repository(const std::string& folder, const std::string& binary, const std::string& file);

}  // namespace explaingate::bench
