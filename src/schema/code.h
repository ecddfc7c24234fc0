// The schema that a program makes itself: DDL in the strings of host-language files.
#pragma once

#include <string>
#include <vector>

#include "schema/file_index.h"
#include "schema/schema.h"

namespace explaingate::schema {

// `files` are read as they are; those without DDL don't show up in Schema::files. Schema::tool is "code", "" without
// any DDL. `before`: what is applied before all of it.
[[nodiscard]] Schema read_code(const FileIndex& index, std::vector<std::string> files, const Languages& languages,
                               Dialect dialect, const std::vector<SchemaStatement>& before);

}  // namespace explaingate::schema
