// Reads the text of patterns (pattern.h) into steps.
#include <tree_sitter/api.h>

#include <algorithm>
#include <optional>

#include "base/source.h"
#include "extract/pattern.h"

namespace explaingate::host {
namespace {

bool in_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

}  // namespace

class PatternReader {
 public:
  PatternReader(Patterns& patterns, const TSLanguage* grammar, std::string_view text)
      : patterns_(patterns), grammar_(grammar), text_(text) {}

  // False: problem() stands at place().
  [[nodiscard]] bool read() {
    for (skip_space(); at_ < text_.size(); skip_space())
      if (!pattern()) return false;
    return true;
  }
  [[nodiscard]] const std::string& problem() const { return problem_; }
  [[nodiscard]] size_t place() const { return place_; }

 private:
  using Step = Patterns::Step;
  Patterns& patterns_;
  const TSLanguage* grammar_;
  std::string_view text_;
  size_t at_ = 0, place_ = 0;
  std::string problem_;

  bool wrong(size_t place, std::string problem) {
    place_ = place;
    problem_ = std::move(problem);
    return false;
  }
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  // White space and comments.
  void skip_space() {
    for (; at_ < text_.size(); ++at_) {
      if (text_[at_] == ';')
        at_ = std::min(text_.find('\n', at_), text_.size() - 1);
      else if (std::string_view(" \t\r\n").find(text_[at_]) == std::string_view::npos)
        return;
    }
  }
  // The sign, and the space behind it.
  bool skip(char sign) {
    if (peek() != sign) return false;
    ++at_;
    skip_space();
    return true;
  }
  std::string_view word() {
    size_t begin = at_;
    while (in_word(peek())) ++at_;
    std::string_view found = text_.substr(begin, at_ - begin);
    skip_space();
    return found;
  }

  // A top-level pattern: one node, or one node and conditions in parentheses.
  bool pattern() {
    size_t begin = at_;
    Patterns::Pattern added;
    added.first = static_cast<uint16_t>(patterns_.steps_.size());
    patterns_.patterns_.push_back(std::move(added));
    bool grouped = is_group();
    if (grouped) (void)skip('(');
    if (!node(0, false)) return false;
    if (grouped) {
      while (peek() == '(')
        if (!condition()) return false;
      if (!skip(')')) return wrong(at_, "expected a condition, (#eq? …) or (#any-of? …), or \")\"");
    }
    patterns_.steps_.emplace_back();
    if (patterns_.steps_.size() > UINT16_MAX) return wrong(begin, "there are too many patterns");
    return check(begin);
  }

  // ((type …) …) and (("text") …): a parenthesis without a type.
  bool is_group() {
    size_t begin = at_;
    bool group = skip('(') && (peek() == '(' || peek() == '[' || peek() == '"');
    at_ = begin;
    return group;
  }

  bool check(size_t begin) {
    auto pattern = static_cast<uint16_t>(patterns_.patterns_.size() - 1);
    size_t first = patterns_.patterns_[pattern].first;
    const Step& root = patterns_.steps_[first];
    if ((root.kind != Step::Kind::kSymbol && root.kind != Step::Kind::kSet) || root.field != 0 || root.optional)
      return wrong(begin, "a pattern begins with a node of a type: (type …)");
    size_t roles = 0;
    std::vector<uint16_t> seen;
    for (size_t i = first; patterns_.steps_[i].kind != Step::Kind::kEnd; ++i) {
      auto below = std::span(patterns_.steps_).subspan(i, patterns_.steps_[i].behind - i);
      patterns_.steps_[i].once =
          std::none_of(below.begin(), below.end(), [](const Step& step) { return step.capture_count > 0; });
      for (uint16_t capture : std::span(below.front().captures).first(below.front().capture_count)) {
        if (std::find(seen.begin(), seen.end(), capture) != seen.end())
          return wrong(begin, "\"@" + patterns_.captures_[capture].name + "\" stands twice in one pattern");
        seen.push_back(capture);
        if (patterns_.captures_[capture].role != Role::kNone) ++roles;
      }
    }
    for (const Patterns::Condition& condition : patterns_.patterns_[pattern].conditions)
      if (std::find(seen.begin(), seen.end(), condition.capture) == seen.end())
        return wrong(begin, "a condition asks for \"@" + patterns_.captures_[condition.capture].name +
                                "\", which captures nothing in this pattern");
    if (roles != 1) return wrong(begin, "a pattern gives one role, and this has " + std::to_string(roles));
    if (seen.size() > Patterns::kMostCaptures) return wrong(begin, "a pattern has too many captures");
    begins(root, pattern);
    return true;
  }

  void begins(const Step& root, uint16_t pattern) {
    patterns_.begins_.resize(ts_language_symbol_count(grammar_));
    if (root.kind == Step::Kind::kSymbol) patterns_.begins_[root.symbol].push_back(pattern);
    if (root.kind != Step::Kind::kSet) return;
    for (uint16_t symbol : patterns_.sets_[root.symbol]) patterns_.begins_[symbol].push_back(pattern);
  }

  // [field:] node [?] [@name …]
  bool node(size_t depth, bool anchored) {
    if (depth > Patterns::kDeepest) return wrong(at_, "a pattern is nested too deeply");
    size_t own = patterns_.steps_.size();
    Step step;
    step.depth = static_cast<uint8_t>(depth);
    step.anchored = anchored;
    if (in_word(peek()) && (peek() != '_' || in_word(text_.substr(at_).size() > 1 ? text_[at_ + 1] : '\0'))) {
      if (!field(step.field)) return false;
      if (!skip(':')) return wrong(at_, "expected \":\" behind a field");
    }
    patterns_.steps_.push_back(step);
    if (!kind(own)) return false;
    patterns_.steps_[own].behind = static_cast<uint16_t>(patterns_.steps_.size());
    for (;;) {
      if (skip('?')) {
        patterns_.steps_[own].optional = true;
      } else if (peek() == '@') {
        if (!capture(patterns_.steps_[own])) return false;
      } else if (peek() == '*' || peek() == '+') {
        return wrong(at_, "expected \"?\", \"@\" or another node: nodes can't be repeated");
      } else {
        return true;
      }
    }
  }

  bool kind(size_t own) {
    size_t begin = at_;
    if (peek() == '[') return one_of(patterns_.steps_[own]);
    if (peek() == '"') {
      patterns_.steps_[own].kind = Step::Kind::kSymbol;
      return sign(patterns_.steps_[own].symbol);
    }
    if (skip('_')) {
      patterns_.steps_[own].kind = Step::Kind::kAny;
      return true;
    }
    if (!skip('(')) return wrong(at_, "expected a node: (type …), [ … ], \"text\" or _");
    if (peek() == '_' && !in_word(text_[std::min(at_ + 1, text_.size() - 1)])) {
      (void)skip('_');
      patterns_.steps_[own].kind = Step::Kind::kNamed;
      if (!skip(')')) return wrong(at_, "expected \")\": what is below (_) can't be asked for");
      return true;
    }
    std::vector<uint16_t> symbols;
    if (!type(symbols)) return false;
    take(patterns_.steps_[own], std::move(symbols));
    return children(own, begin);
  }

  // What stands in a node's parentheses behind its type, and the closing one.
  bool children(size_t own, size_t begin) {
    bool anchored = false;
    size_t last = 0;  // the last child's step; 0 = none
    for (;;) {
      if (at_ >= text_.size()) return wrong(begin, "expected \")\": this parenthesis isn't closed");
      if (peek() == '.') {
        if (anchored) return wrong(at_, "expected a node behind \".\"");
        (void)skip('.');
        anchored = true;
      } else if (skip('!')) {
        if (patterns_.steps_[own].absent != 0) return wrong(at_, "a node has one \"!field\" at most");
        if (!field(patterns_.steps_[own].absent)) return false;
        mark_fields(own);
      } else if (is_condition()) {
        if (!condition()) return false;
      } else if (peek() == ')') {
        if (anchored && last == 0) return wrong(at_, "expected a node before or behind \".\"");
        if (anchored) patterns_.steps_[last].last = true;
        (void)skip(')');
        return true;
      } else {
        last = patterns_.steps_.size();
        if (!node(patterns_.steps_[own].depth + 1U, anchored)) return false;
        if (patterns_.steps_[last].field != 0) mark_fields(own);
        anchored = false;
      }
    }
  }

  void mark_fields(size_t own) {
    patterns_.fields_.resize(ts_language_symbol_count(grammar_));
    const Step& step = patterns_.steps_[own];
    if (step.kind == Step::Kind::kSymbol) patterns_.fields_[step.symbol] = true;
    if (step.kind != Step::Kind::kSet) return;
    for (uint16_t symbol : patterns_.sets_[step.symbol]) patterns_.fields_[symbol] = true;
  }

  // [(type) "text" …]
  bool one_of(Step& step) {
    size_t begin = at_;
    std::vector<uint16_t> symbols;
    (void)skip('[');
    while (!skip(']')) {
      if (peek() == '"') {
        uint16_t symbol = 0;
        if (!sign(symbol)) return false;
        symbols.push_back(symbol);
      } else if (skip('(')) {
        if (!type(symbols)) return false;
        if (!skip(')')) return wrong(at_, "expected \")\": what is below one of several nodes can't be asked for");
      } else {
        return wrong(at_, "expected (type), \"text\" or \"]\"");
      }
    }
    if (symbols.empty()) return wrong(begin, "expected nodes in \"[ ]\"");
    take(step, std::move(symbols));
    return true;
  }

  void take(Step& step, std::vector<uint16_t> symbols) {
    if (symbols.size() == 1) {
      step.kind = Step::Kind::kSymbol;
      step.symbol = symbols.front();
      return;
    }
    std::sort(symbols.begin(), symbols.end());
    symbols.erase(std::unique(symbols.begin(), symbols.end()), symbols.end());
    step.kind = Step::Kind::kSet;
    step.symbol = static_cast<uint16_t>(patterns_.sets_.size());
    patterns_.sets_.push_back(std::move(symbols));
  }

  bool type(std::vector<uint16_t>& symbols) {
    size_t begin = at_;
    std::string_view name = word();
    if (name.empty()) return wrong(begin, "expected the type of a node");
    TSSymbol symbol = ts_language_symbol_for_name(grammar_, name.data(), static_cast<uint32_t>(name.size()), true);
    if (symbol == 0 || symbol == kErrorSymbol)
      return wrong(begin, "the grammar has no node \"" + std::string(name) + "\"");
    if (ts_language_symbol_type(grammar_, symbol) != TSSymbolTypeSupertype) {
      symbols.push_back(symbol);
      return true;
    }
    std::vector<uint16_t> seen{symbol};
    for (size_t i = 0; i < seen.size(); ++i) add_subtypes(seen[i], seen, symbols);
    if (symbols.empty())
      return wrong(begin, "the grammar doesn't say which nodes are a \"" + std::string(name) + "\": name them");
    return true;
  }

  void add_subtypes(TSSymbol supertype, std::vector<uint16_t>& seen, std::vector<uint16_t>& symbols) {
    uint32_t count = 0;
    const TSSymbol* subtypes = ts_language_subtypes(grammar_, supertype, &count);
    for (TSSymbol symbol : std::span(subtypes, count)) {
      if (std::find(seen.begin(), seen.end(), symbol) != seen.end()) continue;
      seen.push_back(symbol);
      std::string_view name = ts_language_symbol_name(grammar_, symbol);
      bool named = ts_language_symbol_type(grammar_, symbol) == TSSymbolTypeRegular;
      if (ts_language_symbol_type(grammar_, symbol) == TSSymbolTypeSupertype) continue;
      TSSymbol known = ts_language_symbol_for_name(grammar_, name.data(), static_cast<uint32_t>(name.size()), named);
      if (known != 0) symbols.push_back(known);
    }
  }

  bool field(uint16_t& id) {
    size_t begin = at_;
    std::string_view name = word();
    id = ts_language_field_id_for_name(grammar_, name.data(), static_cast<uint32_t>(name.size()));
    return id != 0 ||
           wrong(begin, name.empty() ? "expected a field" : "the grammar has no field \"" + std::string(name) + "\"");
  }

  bool sign(uint16_t& symbol) {
    size_t begin = at_;
    std::string text;
    if (!quoted(text)) return false;
    symbol = ts_language_symbol_for_name(grammar_, text.data(), static_cast<uint32_t>(text.size()), false);
    return symbol != 0 || wrong(begin, "the grammar has no sign \"" + text + "\"");
  }

  bool quoted(std::string& text) {
    size_t begin = at_;
    if (peek() != '"') return wrong(at_, "expected a text in quotes");
    for (++at_; at_ < text_.size() && peek() != '"'; ++at_) {
      bool escaped = peek() == '\\' && at_ + 1 < text_.size();
      if (escaped) ++at_;
      text += escaped && peek() == 'n' ? '\n' : escaped && peek() == 't' ? '\t' : peek();
    }
    return skip('"') || wrong(begin, "this text isn't closed");
  }

  bool capture(Step& step) {
    size_t begin = at_++;
    std::optional<uint16_t> id = capture_id(word());
    if (!id) return unknown_capture(begin);
    if (step.capture_count == step.captures.size()) return wrong(begin, "a node has two captures at most");
    step.captures[step.capture_count++] = *id;
    return true;
  }

  bool unknown_capture(size_t begin) {
    at_ = begin + 1;
    return wrong(begin, "unknown capture \"@" + std::string(word()) + "\": neither a role nor a part has this name");
  }

  // A name that is both is a part.
  std::optional<uint16_t> capture_id(std::string_view name) {
    std::vector<Patterns::Capture>& known = patterns_.captures_;
    for (size_t id = 0; id < known.size(); ++id)
      if (known[id].name == name) return static_cast<uint16_t>(id);
    auto part = part_named(name);
    auto role = role_named(name);
    if (!part && !role && !name.starts_with('_')) return std::nullopt;
    known.push_back({std::string(name), part ? Role::kNone : role.value_or(Role::kNone), part.value_or(Part::kCount)});
    return static_cast<uint16_t>(known.size() - 1);
  }

  bool is_condition() const { return peek() == '(' && at_ + 1 < text_.size() && text_[at_ + 1] == '#'; }

  // (#eq? @name "text") and (#any-of? @name "text" …)
  bool condition() {
    size_t begin = at_;
    bool several = text_.substr(at_).starts_with("(#any-of? @");
    if (!several && !text_.substr(at_).starts_with("(#eq? @"))
      return wrong(begin, "expected (#eq? @capture \"text\") or (#any-of? @capture \"text\" …)");
    at_ = text_.find('@', at_) + 1;
    auto id = capture_id(word());
    if (!id) return unknown_capture(text_.find('@', begin));
    Patterns::Condition added{*id, {}};
    while (peek() == '"')
      if (!quoted(added.texts.emplace_back())) return false;
    if (!skip(')') || added.texts.empty() || (added.texts.size() > 1 && !several))
      return wrong(begin, "expected (#eq? @capture \"text\") or (#any-of? @capture \"text\" …)");
    patterns_.patterns_.back().conditions.push_back(std::move(added));
    return true;
  }
};

Status Patterns::add(const TSLanguage* grammar, const std::string& path, std::string_view text) {
  PatternReader reader(*this, grammar, text);
  if (reader.read()) return {};
  Position place = LineIndex(text).position(std::min(reader.place(), text.size()));
  Error error;
  error.kind = ErrorKind::kConfiguration;
  error.message = reader.problem();
  error.file = path;
  error.line = place.line;
  error.column = place.column;
  error.excerpt = line_text(text, place.line);
  return fail(std::move(error));
}

}  // namespace explaingate::host
