// Patterns: what they bind in a text, and that tree-sitter's own engine binds the same in all fixtures.
#include "extract/pattern.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <tree_sitter/api.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>

#include "base/file.h"
#include "extract/host_dump.h"
#include "extract/host_language.h"

using namespace explaingate;
using host::PatternNode;
using host::Patterns;

extern "C" const TSLanguage* tree_sitter_go(void);
extern "C" const TSLanguage* tree_sitter_python(void);

namespace {

struct Parsed {
  std::unique_ptr<TSTree, void (*)(TSTree*)> tree{nullptr, ts_tree_delete};
  std::vector<PatternNode> nodes;
  std::vector<TSNode> places;
};

void add_nodes(Parsed& parsed, TSTreeCursor& cursor) {
  size_t own = parsed.nodes.size();
  TSNode node = ts_tree_cursor_current_node(&cursor);
  parsed.nodes.push_back({ts_node_symbol(node), ts_tree_cursor_current_field_id(&cursor), 0, ts_node_is_named(node)});
  parsed.places.push_back(node);
  if (ts_tree_cursor_goto_first_child(&cursor)) {
    do add_nodes(parsed, cursor);
    while (ts_tree_cursor_goto_next_sibling(&cursor));
    ts_tree_cursor_goto_parent(&cursor);
  }
  parsed.nodes[own].after = static_cast<int32_t>(parsed.nodes.size());
}

Parsed parse(const TSLanguage* grammar, std::string_view source) {
  std::unique_ptr<TSParser, void (*)(TSParser*)> parser(ts_parser_new(), ts_parser_delete);
  ts_parser_set_language(parser.get(), grammar);
  Parsed parsed;
  parsed.tree.reset(ts_parser_parse_string(parser.get(), nullptr, source.data(), static_cast<uint32_t>(source.size())));
  TSTreeCursor cursor = ts_tree_cursor_new(ts_tree_root_node(parsed.tree.get()));
  add_nodes(parsed, cursor);
  ts_tree_cursor_delete(&cursor);
  return parsed;
}

std::string text_of(TSNode node, std::string_view source) {
  uint32_t start = ts_node_start_byte(node);
  return std::string(source.substr(start, ts_node_end_byte(node) - start));
}

// "@callee f @call f(1); …": a match's captures in the order in which they are bound.
std::string matches(const TSLanguage* grammar, const std::string& pattern, std::string_view source,
                    uint64_t budget = 100'000) {
  Patterns patterns;
  if (Status added = patterns.add(grammar, "x.scm", pattern); !added) return to_text(added.error());
  Parsed parsed = parse(grammar, source);
  Patterns::Matches found;
  std::string out;
  for (size_t i = 0; i < parsed.nodes.size(); ++i) {
    if (!patterns.find(parsed.nodes, static_cast<int32_t>(i), budget, found)) return "over budget";
    for (const Patterns::Match& match : found.all) {
      if (!out.empty()) out += "; ";
      for (const Patterns::Bound& bound : found.of(match))
        out += fmt::format("{}@{} {}", out.empty() || out.ends_with(' ') ? "" : " ",
                           patterns.captures()[bound.capture].name,
                           text_of(parsed.places[static_cast<size_t>(bound.node)], source));
    }
  }
  return out;
}

std::string python(const std::string& pattern, std::string_view source) {
  return matches(tree_sitter_python(), pattern, source);
}
std::string go(const std::string& pattern, std::string_view source) {
  return matches(tree_sitter_go(), pattern, "package p\n" + std::string(source));
}

}  // namespace

TEST_CASE("nodes, fields and what may be left out") {
  CHECK(python("(call function: (identifier) @callee arguments: (_) @arguments) @call", "f(1)\na.g(2)\n") ==
        "@call f(1) @callee f @arguments (1)");
  CHECK(python("(call arguments: (identifier) @name) @call", "f(a)\n") == "");  // the arguments are no identifier
  CHECK(python("(class_definition name: (_) @name superclasses: (_)? @bases) @class",
               "class A: pass\nclass B(C): pass\n") ==
        "@class class A: pass @name A; @class class B(C): pass @name B @bases (C)");
  CHECK(python("(call function: [(identifier) (attribute)] @callee) @call", "f(1)\na.g(2)\nf(1)(2)\n") ==
        "@call f(1) @callee f; @call a.g(2) @callee a.g; @call f(1) @callee f");
  CHECK(python("(augmented_assignment operator: [\"-=\" \"*=\"]) @bind", "a -= 1\nb += 1\nc *= 1\n") ==
        "@bind a -= 1; @bind c *= 1");
  CHECK(python("(binary_operator operator: _ @operator) @binary", "a + b\n") == "@binary a + b @operator +");
  CHECK(python("(binary_operator operator: (_) @operator) @binary", "a + b\n") == "");  // a sign has no name
  CHECK(go("(for_statement . (_expression) @condition) @while", "func f() { for a { } ; for range b { } }") ==
        "@while for a { } @condition a");
}

TEST_CASE("a field that isn't there") {
  const std::string pattern = "(var_spec name: (identifier) @left !value) @typed";
  CHECK(go(pattern, "var a int\nvar b int = 1\n") == "@typed a int @left a");
}

TEST_CASE("neighbours, first and last") {
  CHECK(python("(list . (_) @value) @list", "[a, b, c]\n") == "@list [a, b, c] @value a");
  CHECK(python("(list (_) @value .) @list", "[a, b, c]\n") == "@list [a, b, c] @value c");
  CHECK(python("(list . (_) @value .) @list", "[a, b]\n[c]\n") == "@list [c] @value c");
  CHECK(python("(list (integer) . (identifier) @value) @list", "[1, 2, a]\n") == "");  // the first integer is taken
  CHECK(python("(list (integer) @name . (identifier) @value) @list", "[1, 2, a]\n") ==
        "@list [1, 2, a] @name 2 @value a");
  CHECK(python("(list (integer) @name (identifier) @value) @list", "[1, a, 2, b]\n") ==
        "@list [1, a, 2, b] @name 1 @value a; @list [1, a, 2, b] @name 1 @value b; "
        "@list [1, a, 2, b] @name 2 @value b");
  CHECK(python("(list (integer)? @name .) @list", "[1, a]\n[1]\n[]\n") == "@list [1] @name 1; @list []");
  CHECK(python("(list (parenthesized_expression (integer))) @list", "[(1), (2), (a)]\n") == "@list [(1), (2), (a)]");
}

TEST_CASE("captures that compete for the same nodes cost no more than the budget") {
  std::string list = "[";
  for (int i = 0; i < 3'000; ++i) list += "1,";
  const std::string pairs = "(list (_) @name (_) @value) @list", one = "(list (_) @value) @list";
  CHECK(matches(tree_sitter_python(), pairs, list + "]\n", 1'000'000) == "over budget");
  CHECK(matches(tree_sitter_python(), one, list + "]\n", 10'000) != "over budget");
}

TEST_CASE("what is no pattern is refused where it stands") {
  auto refused = [](const std::string& pattern) {
    std::string text = python(pattern, "");
    return text.substr(0, text.find('\n'));
  };
  CHECK(refused("; a comment\n(call (argument_list) @x) @call") ==
        "x.scm:2:23: unknown capture \"@x\": neither a role nor a part has this name");
  CHECK(refused("(cal) @call") == "x.scm:1:2: the grammar has no node \"cal\"");
  CHECK(refused("(call funktion: (_)) @call") == "x.scm:1:7: the grammar has no field \"funktion\"");
  CHECK(refused("(call \"~~\") @call") == "x.scm:1:7: the grammar has no sign \"~~\"");
  CHECK(refused("(call (_)* @value) @call") ==
        "x.scm:1:10: expected \"?\", \"@\" or another node: nodes can't be repeated");
  CHECK(refused("(call") == "x.scm:1:1: expected \")\": this parenthesis isn't closed");
  CHECK(refused("(call .) @call") == "x.scm:1:8: expected a node before or behind \".\"");
  CHECK(refused("(call) @call )") == "x.scm:1:14: expected a node: (type …), [ … ], \"text\" or _");
  CHECK(refused("(_) @call") == "x.scm:1:1: a pattern begins with a node of a type: (type …)");
  CHECK(refused("(call (_) @name)") == "x.scm:1:1: a pattern gives one role, and this has 0");
  CHECK(refused("(call (list) @list) @call") == "x.scm:1:1: a pattern gives one role, and this has 2");
  CHECK(refused("(call (_) @name (_) @name) @call") == "x.scm:1:1: \"@name\" stands twice in one pattern");
  CHECK(refused("(call [(list (_))] @name) @call") ==
        "x.scm:1:14: expected \")\": what is below one of several nodes can't be asked for");
  CHECK(refused("((call) @call (#match? @call \"a\"))") ==
        "x.scm:1:15: expected (#eq? @capture \"text\") or (#any-of? @capture \"text\" …)");
  CHECK(refused("((call) @call (#eq? @name \"a\"))") ==
        "x.scm:1:1: a condition asks for \"@name\", which captures nothing in this pattern");
  CHECK(refused("(call \"a) @call") == "x.scm:1:7: this text isn't closed");
}

// tree-sitter's engine on the same files: the patterns are sound queries of their grammars, and mean the same to both.
TEST_CASE("two engines, one meaning") {
  size_t compared = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(SOURCE_DIR "/fixtures/languages")) {
    const Language* language = test_languages().for_path(entry.path().string());
    if (!entry.is_regular_file() || language == nullptr) continue;
    CAPTURE(entry.path().string());
    const Patterns& patterns = *language->grammar().patterns;
    const std::string query_text = language->pattern_text();
    uint32_t offset = 0;
    TSQueryError error = TSQueryErrorNone;
    std::unique_ptr<TSQuery, void (*)(TSQuery*)> query(
        ts_query_new(language->parser(), query_text.data(), static_cast<uint32_t>(query_text.size()), &offset, &error),
        ts_query_delete);
    CAPTURE(query_text.substr(offset, 80));
    REQUIRE(query);
    std::string source = read_file(entry.path().string()).value();
    Parsed parsed = parse(language->parser(), source);
    auto named = [&](uint16_t pattern, std::string_view capture, TSNode node) {
      return fmt::format("{} @{} {}-{}", pattern, capture, ts_node_start_byte(node), ts_node_end_byte(node));
    };
    std::set<std::set<std::string>> ours, theirs;
    Patterns::Matches found;
    uint64_t budget = 100 * (parsed.nodes.size() + 100);
    for (size_t i = 0; i < parsed.nodes.size(); ++i) {
      REQUIRE(patterns.find(parsed.nodes, static_cast<int32_t>(i), budget, found));
      for (const Patterns::Match& match : found.all) {
        std::set<std::string> captures;
        for (const Patterns::Bound& bound : found.of(match))
          captures.insert(named(match.pattern, patterns.captures()[bound.capture].name,
                                parsed.places[static_cast<size_t>(bound.node)]));
        ours.insert(std::move(captures));
      }
    }
    std::unique_ptr<TSQueryCursor, void (*)(TSQueryCursor*)> cursor(ts_query_cursor_new(), ts_query_cursor_delete);
    ts_query_cursor_exec(cursor.get(), query.get(), ts_tree_root_node(parsed.tree.get()));
    for (TSQueryMatch match; ts_query_cursor_next_match(cursor.get(), &match);) {
      std::set<std::string> captures;
      for (const TSQueryCapture& capture : std::span(match.captures, match.capture_count)) {
        uint32_t length = 0;
        const char* name = ts_query_capture_name_for_id(query.get(), capture.index, &length);
        captures.insert(named(match.pattern_index, std::string_view(name, length), capture.node));
      }
      theirs.insert(std::move(captures));
    }
    std::vector<std::set<std::string>> differing;
    std::set_symmetric_difference(ours.begin(), ours.end(), theirs.begin(), theirs.end(),
                                  std::back_inserter(differing));
    std::string shown;
    for (const auto& captures : differing) {
      shown += ours.contains(captures) ? "ours:" : "theirs:";
      for (const std::string& capture : captures) shown += " " + capture;
      shown += "\n";
    }
    CHECK(shown == "");
    compared += theirs.size();
  }
  CHECK(compared > 1'000);
}
