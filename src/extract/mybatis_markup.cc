// Statements of MyBatis mappers: <select id="…"> and its like hold SQL with elements in it that are there or not.
//
//   SELECT <include refid="columns"/> FROM t        the <sql id="columns"> of this file
//   <where>                                         WHERE, without the AND that the first condition begins with
//     <if test="a != null">AND a = #{a}</if>        two variants; elements with the same test go together
//     <choose>…</choose>                            a variant for each arm
//   </where>
//   id IN <foreach item="id" open="(" separator="," close=")">#{id}</foreach>      one list
//
// Up to kMostVariants ways to put a statement together are all followed; of more, the one with every condition and the
// one with none, and the rest is said to be left out. The near miss: <if test="a"> beside <if test="!a"> are taken for
// independent, so that a variant with both, which MyBatis never makes, is looked at as well.
#include "extract/mybatis_markup.h"

#include <algorithm>

namespace explaingate::mybatis {

using host::Piece;
using host::Role;
using host::Text;

namespace {

constexpr int kDeepest = 60;
constexpr int kMostSteps = 5'000;  // elements of one statement, those of its includes each time

}  // namespace

void Markup::add_fragments(int root, std::string_view mapper_namespace) {
  namespace_ = mapper_namespace;
  for (int child : elements(root))
    if (name_of(child) == "sql") fragments_.try_emplace(attribute(child, "id"), child);
}

Markup::Ways Markup::ways_of(int element) {
  choices_.clear();
  steps_ = 0;
  Ways ways;
  ways.cut = count_ways(element, 0) > host::kMostVariants;
  std::vector<Mode> modes{Mode::kEach};
  if (ways.cut) modes = {Mode::kNone, Mode::kAll};
  for (Mode mode : modes) {
    mode_ = mode;
    steps_ = 0;
    sound_ = true;
    Texts texts = body(element, {}, 0);
    if (sound_) ways.texts.insert(ways.texts.end(), texts.begin(), texts.end());
  }
  return ways;
}

std::vector<Text> Markup::with_all(int element) {
  mode_ = Mode::kAll;
  steps_ = 0;
  sound_ = true;
  return body(element, {}, 0);
}

int Markup::element_below(int node) const {
  for (int child = tree_.first_child(node); child >= 0; child = tree_.next_sibling(child))
    if (tree_.role(child) == Role::kCall) return child;
  return -1;
}
int Markup::tag(int element) const {
  return tree_.first_named(element);
}
std::string_view Markup::name_of(int element) const {
  return tree_.text(tree_.first_named(tag(element)));
}

std::string_view Markup::attribute(int element, std::string_view name) const {
  for (int child : tree_.elements(tag(element))) {
    if (tree_.role(child) != Role::kPair || tree_.text(tree_.first_named(child)) != name) continue;
    std::string_view value = tree_.text(tree_.last_named(child));
    return value.size() >= 2 ? value.substr(1, value.size() - 2) : std::string_view{};
  }
  return {};
}

// What stands between an element's tags.
int Markup::content(int element) const {
  int child = tree_.next_named(tag(element));
  return child >= 0 && tree_.role(child) == Role::kNone && !tree_.text(child).starts_with("</") ? child : -1;
}
std::vector<int> Markup::elements(int element) const {
  std::vector<int> found;
  for (int child : tree_.elements(content(element)))
    if (tree_.role(child) == Role::kCall) found.push_back(child);
  return found;
}

// Ways to put the element together, at most kMostVariants + 1 or so.
size_t Markup::count_ways(int element, int depth) {
  size_t ways = 1;
  auto times = [&](size_t factor) { ways = std::min(ways * factor, host::kMostVariants + 1); };
  if (depth > kDeepest || ++steps_ > kMostSteps) return ways;
  for (int child : elements(element)) {
    std::string_view name = name_of(child);
    if (name == "if" && choices_.insert(std::string(attribute(child, "test"))).second) times(2);
    if (name == "choose") {
      size_t arms = elements(child).size();
      bool otherwise = arms > 0 && name_of(elements(child).back()) == "otherwise";
      times(otherwise ? arms : arms + 1);
    }
    int inner = name == "include" ? fragment(child) : child;
    if (inner >= 0 && name != "foreach" && name != "selectKey") times(count_ways(inner, depth + 1));
  }
  return ways;
}

int Markup::fragment(int include) const {
  std::string_view id = attribute(include, "refid");
  auto found = fragments_.find(id);
  if (found == fragments_.end() && id.starts_with(namespace_) && id.substr(namespace_.size()).starts_with('.'))
    found = fragments_.find(id.substr(namespace_.size() + 1));
  return found == fragments_.end() ? -1 : found->second;
}

std::vector<Text> Markup::body(int element, const Properties& properties, int depth) {
  Texts texts(1);
  if (depth > kDeepest || ++steps_ > kMostSteps) {
    size_t length = tree_.at(element).end - tree_.at(element).start;
    texts.front() = hole_piece(tree_.at(element).start, length, "SQL is put together in too many steps");
    return texts;
  }
  walk(content(element), texts, properties, depth);
  return texts;
}

void Markup::walk(int node, Texts& texts, const Properties& properties, int depth) {
  for (int child = node >= 0 ? tree_.first_child(node) : -1; child >= 0; child = tree_.next_sibling(child)) {
    size_t from = tree_.at(child).start;
    std::string_view written = tree_.text(child);
    switch (tree_.role(child)) {
      case Role::kContent:
        for (Text& text : texts) append_marked(written, from, written.size(), properties, text);
        break;
      case Role::kEscape: {
        std::string sign = decoded_entity(written);
        Text piece = sign.empty() ? hole_piece(from, written.size(), "SQL has the entity " + std::string(written))
                                  : host::text_piece(sign, from, written.size());
        for (Text& text : texts) text.push_back(piece.front());
        break;
      }
      case Role::kCall:
        host::extend(texts, dynamic(child, properties, depth + 1));
        break;
      case Role::kNone:
        if (tree_.at(child).named) walk(child, texts, properties, depth);  // CDATA
        break;
      default:
        break;
    }
  }
}

std::vector<Text> Markup::dynamic(int element, const Properties& properties, int depth) {
  std::string_view name = name_of(element);
  if (name == "if") return condition(element, properties, depth);
  if (name == "choose") return choose(element, properties, depth);
  if (name == "include") return include(element, properties, depth);
  if (name == "where") return trimmed(element, properties, depth, "WHERE", "", {"AND", "OR"}, {});
  if (name == "set") return trimmed(element, properties, depth, "SET", "", {","}, {","});
  if (name == "foreach") return list(element, properties, depth);
  if (name == "trim") {
    return trimmed(element, properties, depth, decoded_attribute(attribute(element, "prefix")),
                   decoded_attribute(attribute(element, "suffix")),
                   overrides(decoded_attribute(attribute(element, "prefixOverrides"))),
                   overrides(decoded_attribute(attribute(element, "suffixOverrides"))));
  }
  return Texts(1);  // <bind>, <selectKey>, <property>
}

std::vector<Text> Markup::condition(int element, const Properties& properties, int depth) {
  if (mode_ == Mode::kNone) return Texts(1);
  Texts with = body(element, properties, depth);
  if (mode_ == Mode::kAll) return with;
  Texts without(1);
  std::string_view test = attribute(element, "test");
  choose_as(without, test, 0);
  choose_as(with, test, 1);
  for (Text& text : with) without.push_back(std::move(text));
  return without;
}

std::vector<Text> Markup::choose(int element, const Properties& properties, int depth) {
  std::vector<int> arms = elements(element);
  bool otherwise = !arms.empty() && name_of(arms.back()) == "otherwise";
  if (arms.empty()) return Texts(1);
  if (mode_ == Mode::kAll) return body(arms.front(), properties, depth);
  if (mode_ == Mode::kNone) return otherwise ? body(arms.back(), properties, depth) : Texts(1);
  Texts all;
  for (int arm : arms)
    for (Text& text : body(arm, properties, depth)) all.push_back(std::move(text));
  if (!otherwise) all.emplace_back();
  if (all.size() > host::kMostVariants) all.resize(host::kMostVariants);
  return all;
}

std::vector<Text> Markup::include(int element, const Properties& properties, int depth) {
  int inner = fragment(element);
  if (inner < 0) {
    size_t length = tree_.at(element).end - tree_.at(element).start;
    return {hole_piece(tree_.at(element).start, length,
                       "SQL is included from elsewhere: `" + std::string(attribute(element, "refid")) + "`")};
  }
  if (std::find(including_.begin(), including_.end(), inner) != including_.end())
    return {hole_piece(tree_.at(element).start, tree_.at(element).end - tree_.at(element).start,
                       "SQL includes itself: `" + std::string(attribute(element, "refid")) + "`")};
  Properties given = properties;
  for (int child : elements(element))
    if (name_of(child) == "property") given[attribute(child, "name")] = attribute(child, "value");
  including_.push_back(inner);
  Texts texts = body(inner, given, depth);
  including_.pop_back();
  return texts;
}

std::vector<Text> Markup::trimmed(int element, const Properties& properties, int depth, const std::string& prefix,
                                  const std::string& suffix, const std::vector<std::string>& before,
                                  const std::vector<std::string>& after) {
  Texts texts = body(element, properties, depth);
  size_t from = tree_.at(element).start, last = tree_.at(element).end - 1;
  Texts kept;
  for (Text& text : texts) {
    if (is_blank(text)) {
      bool needed = prefix == "SET" || prefix.ends_with('(');
      if (!needed) kept.push_back(std::move(text));
      continue;
    }
    strip(text, before, true);
    strip(text, after, false);
    if (!prefix.empty()) text.insert(text.begin(), host::text_piece(" " + prefix + " ", from, 1).front());
    if (!suffix.empty()) text.push_back(host::text_piece(" " + suffix + " ", last, 1).front());
    kept.push_back(std::move(text));
  }
  if (kept.empty()) {
    sound_ = false;
    kept.emplace_back();
  }
  return kept;
}

// One turn stands for all: a list where it's but a value, else followed by a hole for the other turns.
std::vector<Text> Markup::list(int element, const Properties& properties, int depth) {
  Mode outer = mode_;
  mode_ = Mode::kAll;
  Texts texts = body(element, properties, depth);
  mode_ = outer;
  size_t from = tree_.at(element).start, length = tree_.at(element).end - from;
  std::string open = decoded_attribute(attribute(element, "open"));
  std::string close = decoded_attribute(attribute(element, "close"));
  for (Text& text : texts) {
    std::string plain;
    bool value = host::plain_text(text, plain) && plain.find_first_not_of(" \t\r\n?") == std::string::npos &&
                 std::count(plain.begin(), plain.end(), '?') == 1;
    if (value) {
      text = hole_piece(from, length, "SQL is a list", Piece::Hint::kPlaceholders, "?");
    } else {
      text.push_back(hole_piece(from, length, "SQL is built in a loop", Piece::Hint::kClause).front());
    }
    if (!open.empty()) text.insert(text.begin(), host::text_piece(open, from, 1).front());
    if (!close.empty()) text.push_back(host::text_piece(close, from + length - 1, 1).front());
  }
  return texts;
}

}  // namespace explaingate::mybatis
