#include "extract/extract.h"

#include <algorithm>
#include <map>

#include "extract/host_calls.h"
#include "extract/host_language.h"
#include "extract/host_syntax.h"
#include "extract/mybatis.h"
#include "extract/outline.h"
#include "extract/suppression.h"
#include "parse/scan.h"

namespace explaingate {
namespace {

// tree-sitter takes about 0.12 s for a MB. Hand-written sources end far below this.
constexpr size_t kLargestSource = size_t{8} << 20;

Extraction not_analysed(std::string_view path, std::string reason) {
  Extraction extraction;
  extraction.not_analysed.push_back({std::string(path), 1, 1, std::move(reason), {}});
  return extraction;
}

bool is_utf16(std::string_view text) {
  return text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF");
}

// Translations of Qt end in ".ts", and take seconds to be refused as TypeScript. A page of PHP has more than its
// declaration.
bool is_xml_document(std::string_view text) {
  constexpr std::string_view kDeclaration = "<?xml";
  return text.starts_with(kDeclaration) && text.find("<?", kDeclaration.size()) == std::string_view::npos;
}

size_t longest_line(std::string_view text) {
  size_t longest = 0;
  for (size_t start = 0; start < text.size();) {
    size_t end = std::min(text.find('\n', start), text.size());
    longest = std::max(longest, end - start);
    start = end + 1;
  }
  return longest;
}

// A comment behind code speaks for the statement it stands on; one on a line of its own for what follows: the whole of
// a statement, but of a function or class only its first line.
LineRange covered(const host::Tree& tree, int comment, const LineIndex& lines) {
  size_t start = tree.at(comment).start;
  int line = lines.position(start).line;
  std::string_view before = tree.source().substr(lines.line_start(line), start - lines.line_start(line));
  bool own_line = before.find_first_not_of(" \t") == std::string_view::npos;
  if (!own_line) {
    int first = line;
    int node = comment - 1;  // the statement that ends here may have begun lines before
    while (node > 0 && lines.position(tree.at(node).start).line == line) {
      int parent = tree.parent(node);
      if (parent <= 0 || lines.position(tree.at(parent).end).line > line) break;
      node = parent;
    }
    if (node > 0) first = std::min(line, lines.position(tree.at(node).start).line);
    return {first, line};
  }
  int next = comment;
  while (next >= 0 && tree.role(next) == host::Role::kComment) next = tree.next_sibling(next);
  if (next < 0) {  // the parser may have hung the comment one level too high
    next = tree.at(comment).after;
    while (next < tree.size() && tree.role(next) == host::Role::kComment) next = tree.at(next).after;
    if (next >= tree.size()) return {line, line + 1};
  }
  int first = lines.position(tree.at(next).start).line;
  int last = lines.position(tree.at(next).end > 0 ? tree.at(next).end - 1 : 0).line;
  bool definition = false;
  for (int node = next;
       node >= 0 && node < tree.at(next).after && tree.at(node).start < tree.at(next).end && !definition; ++node) {
    definition = host::opens_scope(tree.role(node)) && tree.role(node) != host::Role::kLambda;
    if (tree.role(node) != host::Role::kNone) break;
  }
  return {line, definition ? first : std::max(first, last)};
}

std::vector<Suppression> suppressions(std::string_view path, const host::Tree& tree) {
  std::vector<Suppression> found;
  if (tree.source().find("explaingate-ignore") == std::string_view::npos) return found;
  LineIndex lines(tree.source());
  for (int node = 0; node < tree.size(); ++node) {
    if (tree.role(node) != host::Role::kComment) continue;
    auto comment = parse_ignore_comment(tree.text(node));
    if (!comment) continue;
    int line = lines.position(tree.at(node).start).line;
    found.push_back(
        {std::string(path), line, covered(tree, node, lines), std::move(comment->rules), std::move(comment->reason)});
  }
  return found;
}

// Functions as outline.h says of kSqlFamily. A dump, which nobody runs by its name, has none.
Outline sql_outline(const Extraction& extraction) {
  constexpr size_t kMostStatements = 2'000;
  Outline outline;
  outline.family = kSqlFamily;
  if (extraction.statements.size() > kMostStatements) return outline;
  bool named = std::ranges::any_of(extraction.statements, [](const Statement& one) { return !one.name.empty(); });
  std::map<std::string_view, int32_t> by_name;
  for (size_t index = 0; index < extraction.statements.size(); ++index) {
    const Statement& statement = extraction.statements[index];
    if (named && statement.name.empty()) continue;
    auto [known, made] = by_name.try_emplace(statement.name, static_cast<int32_t>(outline.functions.size()));
    if (made) outline.functions.emplace_back().line = statement.line;
    Outline::Function& function = outline.functions[static_cast<size_t>(known->second)];
    function.name = statement.name;
    function.end_line = statement.end_line;
    outline.executions.push_back({known->second, static_cast<int32_t>(index)});
  }
  return outline;
}

bool begins_with_create(std::string_view text) {
  return is_word(text, Scanner(text, Dialect::kPostgres).next_code(), "create");
}

Extraction extract_host_file(std::string_view path, std::string_view text, const Languages& languages, Dialect dialect,
                             const Externals* externals, Outline* outline) {
  const Language* found = languages.for_path(path);
  if (found == nullptr) return {};
  const Language& language = *found;
  if (is_utf16(text)) return not_analysed(path, "the file is encoded in UTF-16");
  if (text.size() > kLargestSource) return not_analysed(path, "the file is larger than 8 MiB");
  if (!language.mapper && is_xml_document(text)) return {};
  if (language.mapper && text.find("<mapper") == std::string_view::npos) return {};
  if (language.mapper && deepest_element(text) > kDeepestElement)
    return not_analysed(path, "elements are nested too deeply");
  bool suppresses = text.find("explaingate-ignore") != std::string_view::npos;
  if (outline == nullptr && !suppresses && !language.mapper && !language.may_hold_sql(text)) return {};
  if (language.longest_line != 0 && longest_line(text) > language.longest_line) {
    if (!suppresses && !language.may_hold_sql(text)) return {};
    return not_analysed(path, "the file has a line of more than " + std::to_string(language.longest_line) +
                                  " bytes: it's taken for generated");
  }
  auto tree = host::Tree::parse(language.grammar(), text);
  if (!tree) return not_analysed(path, "the parser can make no sense of the file");
  if (outline != nullptr) outline->family = language.family;
  if (language.mapper) return extract_mapper(path, *tree, dialect, outline);
  host::HostFile file(path, *tree, language, dialect, externals, languages.mapper());
  Extraction extraction = file.run(outline);
  extraction.suppressions = suppressions(path, *tree);
  return extraction;
}

}  // namespace

Extraction extract(std::string_view path, std::string_view text, const Languages& languages, Dialect dialect) {
  if (is_sql_file(path)) return extract_sql_file(path, text, dialect);
  return extract_host_file(path, text, languages, dialect, nullptr, nullptr);
}

Extraction extract(std::string_view path, std::string_view text, const Languages& languages, Dialect dialect,
                   const Externals* externals, Outline& outline) {
  if (is_sql_file(path)) {
    Extraction extraction = extract_sql_file(path, text, dialect);
    outline = sql_outline(extraction);
    return extraction;
  }
  Extraction extraction = extract_host_file(path, text, languages, dialect, externals, &outline);
  outline.creates =
      std::ranges::any_of(extraction.statements, [&](const Statement& one) { return begins_with_create(one.text); });
  return extraction;
}

bool is_sql_file(std::string_view path) {
  return path.ends_with(".sql") || path.ends_with(".sq");
}

bool is_extractable(std::string_view path, const Languages& languages) {
  return is_sql_file(path) || languages.for_path(path) != nullptr;
}

}  // namespace explaingate
