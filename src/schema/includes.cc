#include "schema/includes.h"

#include <algorithm>
#include <optional>

#include "base/source.h"
#include "extract/sql_file_syntax.h"
#include "schema/names.h"

namespace explaingate::schema {

std::vector<Include> take_includes(const FileIndex& index, const std::string& path, std::string_view text,
                                   const std::vector<std::string>& open, SqlFile& file) {
  constexpr size_t kDeepest = 16;
  std::vector<Include> found;
  if (open.size() >= kDeepest) return found;
  std::string_view beside = folder_of(path);
  std::erase_if(file.not_analysed, [&](const NotAnalysed& entry) {
    std::optional<IncludedFile> included = parse_include(line_text(text, entry.line));
    if (!included) return false;
    for (std::string_view folder : {included->relative ? beside : std::string_view(), beside}) {
      std::optional<std::string> named = normalize(folder, included->path);
      if (!named || *named == path || !index.has_file(*named) || std::ranges::find(open, *named) != open.end())
        continue;
      found.push_back({entry.line, std::move(*named)});
      return true;
    }
    return false;
  });
  return found;
}

}  // namespace explaingate::schema
