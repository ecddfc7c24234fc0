#include "extract/host_syntax.h"

#include <tree_sitter/api.h>

#include <algorithm>
#include <memory>
#include <string>

#include "base/text.h"
#include "extract/pattern.h"

namespace explaingate::host {
namespace {

constexpr std::array<std::string_view, static_cast<size_t>(Role::kCount)> kRoleNames = {
    "",           "function", "lambda",        "class",        "call",          "keyword",
    "parameter",  "splat",    "for",           "while",        "comprehension", "clause",
    "assignment", "append",   "bind",          "branch",       "switch",        "arm",
    "default",    "try",      "handler",       "with",         "return",        "break",
    "skip",       "string",   "heredoc",       "heredoc_body", "start",         "end",
    "content",    "escape",   "interpolation", "concat",       "binary",        "conditional",
    "group",      "member",   "subscript",     "slice",        "list",          "map",
    "pair",       "import",   "comment",       "decorator",    "identifier",    "number",
    "constant",   "record",   "typed",         "namespace",    "macro_text",    "test",
    "wrapper"};

constexpr std::array<std::string_view, static_cast<size_t>(Part::kCount)> kPartNames = {
    "name", "callee",   "receiver", "arguments", "parameters", "bases",     "body",
    "left", "operator", "right",    "condition", "variable",   "iterable",  "value",
    "then", "else",     "module",   "alias",     "type",       "implements"};

// The depth at which patterns begin: the passes behind this one look up and down a tree. The deepest hand-written
// source seen had 60.
constexpr uint32_t kDeepestMatch = 1000;

// Nodes that the patterns may look at, for each node of the tree.
constexpr uint64_t kMostLooks = 100;

// Children of one node that the parser could not make sense of: what has more is no code.
constexpr uint32_t kMostErrorChildren = 20'000;

struct Deleter {
  void operator()(TSParser* parser) const { ts_parser_delete(parser); }
  void operator()(TSTree* tree) const { ts_tree_delete(tree); }
};

// What a parse may spend, in the parser's own units, so that it ends at the same place on every machine.
struct Reading {
  std::string_view source;
  uint64_t callbacks = 0;  // of the parser: one per 100 steps. A sound file takes a step per byte; error recovery, many
  uint64_t bytes = 0;      // handed out: a scanner of a grammar's own can read to the end of the file at each token

  static constexpr uint32_t kChunk = 256;

  [[nodiscard]] bool is_spent() const {
    return callbacks > 1'000 + source.size() / 4 || bytes > 1'000'000 + 100 * source.size();
  }
};

bool is_spent(TSParseState* state) {
  auto* reading = static_cast<Reading*>(state->payload);
  ++reading->callbacks;
  return reading->is_spent();
}

const char* read_source(void* payload, uint32_t offset, TSPoint, uint32_t* length) {
  auto& reading = *static_cast<Reading*>(payload);
  size_t begin = std::min<size_t>(offset, reading.source.size());
  size_t end = std::min<size_t>(begin + Reading::kChunk, reading.source.size());
  auto within_character = [&] { return (static_cast<unsigned char>(reading.source[end]) & 0xC0) == 0x80; };
  while (end < reading.source.size() && within_character()) ++end;
  std::string_view rest = reading.source.substr(begin, end - begin);
  if (reading.is_spent()) rest = {};  // the text ends for a scanner that doesn't ask whether it may go on
  reading.bytes += rest.size();
  *length = static_cast<uint32_t>(rest.size());
  return rest.empty() ? "" : rest.data();
}

// Bytes that are no UTF-8 become a letter, as they are in an old encoding. Where one is met at the end of what was
// handed out, the parser asks for more and reads it without a look at its length: there may be none, when the reading
// is spent.
void mask_invalid(std::string_view source, std::string& masked) {
  for (size_t at = 0; at < source.size();) {
    size_t length = static_cast<unsigned char>(source[at]) < 0x80 ? 1 : utf8_length(source.substr(at));
    if (length == 0) {
      if (masked.empty()) masked = source;
      masked[at] = 'x';
    }
    at += std::max<size_t>(length, 1);
  }
}

// Where the type arguments begin that end at `close`, before a call's or a template's opening; npos = these are none.
// Behind JSX's "text<b>(…)" comes "</b>".
size_t type_arguments(std::string_view source, size_t close) {
  constexpr size_t kLongest = 400, kLongestElement = 400;
  int angles = 1, parentheses = 0;
  for (size_t at = close; at > 1 && close - at < kLongest;) {
    char c = source[--at];
    if (c == '>' && source[at - 1] != '=') ++angles;
    if (c == ')') ++parentheses;
    if (c == '(' && --parentheses < 0) return std::string_view::npos;
    if (c == '`' || c == '+' || c == '/' || (c == '&' && source[at - 1] == '&')) return std::string_view::npos;
    if (c != '<' || --angles > 0) continue;
    char before = source[at - 1];
    bool name = (before >= 'a' && before <= 'z') || (before >= 'A' && before <= 'Z') || before == '_' ||
                before == '$' || (before >= '0' && before <= '9');
    std::string end = "</" + std::string(source.substr(at + 1, close - at));
    bool element = source.substr(close, kLongestElement).find(end) != std::string_view::npos;
    return name && !element ? at : std::string_view::npos;
  }
  return std::string_view::npos;
}

// Blanks f<T>(x) and sql<T>`…` to f   (x) and sql   `…`.
void blank_type_arguments(std::string& source) {
  for (size_t close = source.find('>'); close != std::string::npos && close + 1 < source.size();
       close = source.find('>', close + 1)) {
    if ((source[close + 1] != '(' && source[close + 1] != '`') || close == 0 || source[close - 1] == '=') continue;
    size_t open = type_arguments(source, close);
    if (open == std::string::npos) continue;
    for (size_t at = open; at <= close; ++at)
      if (source[at] != '\n' && source[at] != '\r') source[at] = ' ';
  }
}

bool in_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// lazy_static! { static ref X: T = …; }: nothing but the items is left. The closing brace is the first that stands on a
// line of its own no deeper than the macro.
void blank_around_items(std::string& source, size_t first, size_t opening, size_t& budget) {
  while (first > 0 && (in_name(source[first - 1]) || source[first - 1] == ':')) --first;
  size_t line = source.rfind('\n', first);
  size_t indent = line == std::string::npos ? first : first - line - 1;
  for (size_t end = source.find('\n', opening); end != std::string::npos; end = source.find('\n', end + 1)) {
    size_t close = source.find_first_not_of(" \t", end + 1);
    size_t cost = std::min(source.find('\n', end + 1), source.size()) - end;
    if (cost > budget) return;
    budget -= cost;
    if (close == std::string::npos || source[close] != '}' || close - end - 1 > indent) continue;
    std::fill(source.begin() + static_cast<ptrdiff_t>(first), source.begin() + static_cast<ptrdiff_t>(opening + 1),
              ' ');
    source[close] = ' ';
    return;
  }
}

// query!("…", x) with a blank in place of the mark is a call, and vec![a, b] without its name is a list: a grammar that
// takes what macros are given for loose tokens parses it like any other expression. Every byte keeps its place.
void read_macros_as_calls(const Grammar& grammar, std::string& source) {
  std::string_view mark = grammar.macro_mark;
  size_t budget = 4 * source.size();  // bytes looked at for closing braces
  for (size_t at = source.find(mark); at != std::string::npos; at = source.find(mark, at + mark.size())) {
    size_t opening = at + mark.size();
    if (opening < source.size() && source[opening] == ' ') ++opening;
    size_t first = at;
    while (first > 0 && in_name(source[first - 1])) --first;
    if (opening >= source.size() || first == at) continue;
    char bracket = source[opening];
    auto name = std::string_view(source).substr(first, at - first);
    auto is_among = [&](std::span<const std::string> names) {
      return std::find(names.begin(), names.end(), name) != names.end();
    };
    if (bracket == '{') {
      if (is_among(grammar.macro_items)) blank_around_items(source, first, opening, budget);
      if (!is_among(grammar.macro_blocks)) continue;
    } else if ((bracket != '(' && bracket != '[') || is_among(grammar.macro_exceptions)) {
      continue;
    }
    if (bracket != '(') {  // the name isn't that of a function
      while (first > 0 && (in_name(source[first - 1]) || source[first - 1] == ':')) --first;
      std::fill(source.begin() + static_cast<ptrdiff_t>(first), source.begin() + static_cast<ptrdiff_t>(at), ' ');
    }
    source.replace(at, mark.size(), mark.size(), ' ');
  }
}

}  // namespace

// The parser's tree as patterns see it: with the wrappers that are left out of ours.
struct TreeWalk {
  TSNode root;
  std::vector<PatternNode> nodes;
  std::vector<int32_t> own;    // the same node of our tree; -1 = left out
  std::vector<int32_t> roots;  // nodes at which a pattern may begin
};

struct TreeMatch {
  uint16_t pattern = 0;
  std::span<const Patterns::Bound> bound;
};

std::optional<Role> role_named(std::string_view name) {
  auto found = std::find(kRoleNames.begin() + 1, kRoleNames.end(), name);
  if (found == kRoleNames.end()) return std::nullopt;
  return static_cast<Role>(found - kRoleNames.begin());
}

std::optional<Part> part_named(std::string_view name) {
  auto found = std::find(kPartNames.begin(), kPartNames.end(), name);
  if (found == kPartNames.end()) return std::nullopt;
  return static_cast<Part>(found - kPartNames.begin());
}

std::optional<Tree> Tree::parse(const Grammar& grammar, std::string_view source) {
  if (grammar.patterns == nullptr) return std::nullopt;
  std::unique_ptr<TSParser, Deleter> parser(ts_parser_new());
  if (!ts_parser_set_language(parser.get(), grammar.language)) return std::nullopt;
  std::string masked;
  mask_invalid(source, masked);
  std::string_view seen = masked.empty() ? source : masked;
  bool has_nul = source.find('\0') != std::string_view::npos;  // scanners take it for the end of the text
  if (has_nul || grammar.blank_type_arguments || !grammar.macro_mark.empty()) {
    masked = seen;
    if (has_nul) std::replace(masked.begin(), masked.end(), '\0', ' ');
    if (grammar.blank_type_arguments) blank_type_arguments(masked);
    if (!grammar.macro_mark.empty()) read_macros_as_calls(grammar, masked);
    seen = masked;
  }
  Reading reading{seen};
  TSInput input{&reading, read_source, TSInputEncodingUTF8, nullptr};
  TSParseOptions options{&reading, is_spent};
  std::unique_ptr<TSTree, Deleter> tree(ts_parser_parse_with_options(parser.get(), nullptr, input, options));
  if (!tree || reading.is_spent()) return std::nullopt;
  Tree result;
  result.source_ = source;
  TreeWalk walk{ts_tree_root_node(tree.get()), {}, {}, {}};
  if (!result.walk(grammar, walk) || !result.assign_roles(*grammar.patterns, walk)) return std::nullopt;
  result.leave_out_tests();
  result.assign_scopes();
  return result;
}

bool Tree::walk(const Grammar& grammar, TreeWalk& walk) {
  uint32_t count = ts_node_descendant_count(walk.root);
  nodes_.reserve(count);
  walk.nodes.reserve(count);
  walk.own.reserve(count);
  TSTreeCursor cursor = ts_tree_cursor_new(walk.root);
  int32_t parent = -1;
  std::vector<int32_t> around;  // by depth: index in walk.nodes
  for (bool more = true; more;) {
    TSNode node = ts_tree_cursor_current_node(&cursor);
    auto index = static_cast<int32_t>(nodes_.size());
    auto seen = static_cast<int32_t>(walk.nodes.size());
    TSSymbol symbol = ts_node_symbol(node);
    Role role = symbol < grammar.role_by_symbol.size() ? grammar.role_by_symbol[symbol] : Role::kNone;
    bool named = ts_node_is_named(node);
    bool has_field =
        !around.empty() && grammar.patterns->looks_at_fields(walk.nodes[static_cast<size_t>(around.back())].symbol);
    walk.nodes.push_back(
        {symbol, has_field ? ts_tree_cursor_current_field_id(&cursor) : TSFieldId{0}, seen + 1, named});
    bool left_out = role == Role::kWrapper && ts_node_named_child_count(node) == 1;
    walk.own.push_back(left_out ? -1 : index);
    if (!left_out)
      nodes_.push_back({ts_node_start_byte(node), ts_node_end_byte(node), parent, index + 1, -1, 0, role, named});
    if (symbol == kErrorSymbol && ts_node_child_count(node) > kMostErrorChildren) {
      ts_tree_cursor_delete(&cursor);
      return false;
    }
    if (around.size() > kDeepestMatch) {
      if (too_deep_ < 0) too_deep_ = index;
    } else if (grammar.patterns->begins_at(symbol)) {
      walk.roots.push_back(seen);
    }
    if (ts_tree_cursor_goto_first_child(&cursor)) {
      if (!left_out) parent = index;
      around.push_back(seen);
      continue;
    }
    while (!ts_tree_cursor_goto_next_sibling(&cursor)) {
      more = ts_tree_cursor_goto_parent(&cursor);
      if (!more) break;
      auto closed = static_cast<size_t>(around.back());
      around.pop_back();
      walk.nodes[closed].after = static_cast<int32_t>(walk.nodes.size());
      if (walk.own[closed] < 0) continue;
      nodes_[static_cast<size_t>(parent)].after = static_cast<int32_t>(nodes_.size());
      parent = nodes_[static_cast<size_t>(parent)].parent;
    }
  }
  ts_tree_cursor_delete(&cursor);
  return true;
}

bool Tree::assign_roles(const Patterns& patterns, const TreeWalk& walk) {
  uint64_t budget = kMostLooks * (walk.nodes.size() + 100);
  std::vector<uint16_t> pattern_of(nodes_.size(), UINT16_MAX);
  Patterns::Matches matches;
  for (int32_t root : walk.roots) {
    if (!patterns.find(walk.nodes, root, budget, matches)) return false;
    for (const Patterns::Match& match : matches.all)
      take_match(patterns, walk, {match.pattern, matches.of(match)}, pattern_of);
  }
  return true;
}

// What one way in which a pattern fits says about its subject, the node with the role.
void Tree::take_match(const Patterns& patterns, const TreeWalk& walk, const TreeMatch& match,
                      std::vector<uint16_t>& pattern_of) {
  auto own = [&](const Patterns::Bound& capture) { return walk.own[static_cast<size_t>(capture.node)]; };
  for (const Patterns::Condition& condition : patterns.conditions(match.pattern))
    for (const Patterns::Bound& capture : match.bound)
      if (capture.capture == condition.capture &&
          std::find(condition.texts.begin(), condition.texts.end(), text(own(capture))) == condition.texts.end())
        return;
  int subject = -1;
  Role role = Role::kNone;
  Parts found;
  found.fill(-1);
  for (const Patterns::Bound& capture : match.bound) {
    const Patterns::Capture& meaning = patterns.captures()[capture.capture];
    if (meaning.role != Role::kNone) {
      subject = own(capture);
      role = meaning.role;
    } else if (meaning.part != Part::kCount) {
      found[static_cast<size_t>(meaning.part)] = own(capture);
    }
  }
  if (subject < 0) return;
  Node& node = nodes_[static_cast<size_t>(subject)];
  uint16_t& deciding = pattern_of[static_cast<size_t>(subject)];
  bool first = match.pattern <= deciding;
  if (first) {
    deciding = match.pattern;
    node.role = role;
  }
  if (role == Role::kImport) {
    auto text_of = [&](Part part) { return text(found[static_cast<size_t>(part)]); };
    imports_.push_back({text_of(Part::kModule), text_of(Part::kName), text_of(Part::kAlias)});
  }
  if (node.parts < 0) {
    node.parts = static_cast<int32_t>(parts_.size());
    parts_.push_back(found);
    return;
  }
  Parts& known = parts_[static_cast<size_t>(node.parts)];  // a second pattern on the same node: it adds parts
  if (first) std::swap(known, found);
  for (size_t part = 0; part < known.size(); ++part)
    if (known[part] < 0) known[part] = found[part];
}

void Tree::leave_out_tests() {
  for (size_t mark = 0; mark < nodes_.size(); ++mark) {
    if (nodes_[mark].role != Role::kTest) continue;
    nodes_[mark].role = Role::kComment;
    int item = next_named(static_cast<int>(mark));
    if (item < 0) continue;
    for (int node = item; node < at(item).after; ++node) {
      Node& inner = nodes_[static_cast<size_t>(node)];
      inner.role = Role::kNone;
      inner.parts = -1;
      inner.named = false;
    }
  }
}

void Tree::assign_scopes() {
  for (Node& node : nodes_) {
    if (node.parent < 0) continue;
    node.scope = opens_scope(at(node.parent).role) ? node.parent : at(node.parent).scope;
  }
}

}  // namespace explaingate::host
