// Templates in .sql files (Jinja, Go, ERB, ${x}, {x}, $(x), %x%, psql variables): where they stand, and statements with
// them filled.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/dialect.h"
#include "extract/extract.h"
#include "extract/sql_splitter.h"

namespace explaingate {

// Finds where templates end. Remembers which closing marks don't occur any more, so that many opening ones without an
// end cost no time.
class TemplateFinder {
 public:
  explicit TemplateFinder(std::string_view text) : text_(text) {}
  // Offset behind the template at `at`; npos when none begins there.
  [[nodiscard]] size_t end_of(size_t at);
  // The same for a string or quoted name [begin, end) that a template stands in: where it really ends, when a template
  // in it holds the same quotes ('{{ var('x') }}'); `end` when it is whole; npos when it holds no template.
  [[nodiscard]] size_t end_of_quoted(size_t begin, size_t end);

 private:
  size_t close(size_t from, std::string_view mark, bool& missing);
  std::string_view text_;
  std::array<bool, 4> missing_{};
};

enum class TemplateKind {
  kExpression,  // gives text: {{ x }}
  kOpen,        // {% if x %}, {% for x in y %}, {{ range .X }}
  kElse,        // {% else %}, {% elif x %}
  kClose,       // {% endif %}, {{ end }}
  kSilent,      // {# … #}, {% set x = 1 %}, {{ config(…) }}
};
[[nodiscard]] TemplateKind template_kind(std::string_view written);

struct FilledSql {
  std::string text;
  OffsetMap map;
  std::vector<Hole> holes;
};
// The span's text: templates filled by what the place asks for, the first branch of each condition taken.
[[nodiscard]] FilledSql fill_templates(std::string_view text, const SqlSpan& span, Dialect dialect);

}  // namespace explaingate
