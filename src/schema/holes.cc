#include "schema/holes.h"

#include <map>

#include "parse/scan.h"

namespace explaingate::schema {
namespace {

class Cutter {
 public:
  Cutter(std::string_view sql, Dialect dialect) : sql_(sql), kept_(sql.size(), true) {
    Scanner scanner(sql, dialect);
    std::vector<size_t> open;
    for (Token token = scanner.next(); token.kind != TokenKind::kEnd; token = scanner.next()) {
      if (token.kind == TokenKind::kComment) continue;
      size_t index = tokens_.size();
      if (text(token) == ")" && !open.empty()) {
        closes_[open.back()] = index;
        open.pop_back();
      }
      around_.push_back(open.empty() ? kNone : open.back());
      tokens_.push_back(token);
      closes_.push_back(kNone);
      if (text(token) == "(") open.push_back(index);
    }
  }

  // False when the hole stands where nothing can be left out.
  bool cut(const Hole& hole) {
    size_t at = 0;
    while (at < tokens_.size() && tokens_[at].offset + tokens_[at].length <= hole.offset) ++at;
    if (at == tokens_.size() || tokens_[at].offset > hole.offset) return false;
    constexpr int kDeepest = 100;
    size_t inner = at;
    for (int depth = 0; depth < kDeepest; ++depth) {  // CHECK (…), DEFAULT (…) around it
      size_t bracket = around_[inner];
      if (bracket == kNone) break;
      if (bracket > 0 && closes_[bracket] != kNone && (is(bracket - 1, "check") || is(bracket - 1, "default"))) {
        remove(is(bracket - 1, "check") ? bracket + 1 : bracket - 1, closes_[bracket]);
        if (is(bracket - 1, "check")) put_[tokens_[closes_[bracket]].offset] = "1)";
        return true;
      }
      inner = bracket;
    }
    bool whole = tokens_[at].offset == hole.offset && tokens_[at].length == hole.length;
    if (at > 0 && is(at - 1, "default")) {
      remove(at - 1, at);
      return true;
    }
    // The type: what follows the column's name, which opens a definition.
    if (at < 2 || !whole ||
        !(tokens_[at - 1].kind == TokenKind::kWord || tokens_[at - 1].kind == TokenKind::kQuotedName))
      return false;
    std::string_view before = text(tokens_[at - 2]);
    if (before != "(" && before != "," && !is(at - 2, "column")) return false;
    remove(at, at);
    return true;
  }

  [[nodiscard]] std::string rest() const {
    std::string rest;
    for (size_t i = 0; i < sql_.size(); ++i) {
      if (auto put = put_.find(i); put != put_.end()) rest += put->second;
      if (kept_[i]) rest += sql_[i];
    }
    return rest;
  }

 private:
  static constexpr size_t kNone = static_cast<size_t>(-1);

  [[nodiscard]] std::string_view text(const Token& token) const { return token_text(sql_, token); }
  [[nodiscard]] bool is(size_t token, std::string_view word) const { return is_word(sql_, tokens_[token], word); }
  void remove(size_t first, size_t last) {
    for (size_t i = tokens_[first].offset; i < tokens_[last].offset + tokens_[last].length; ++i) kept_[i] = false;
  }

  std::string_view sql_;
  std::vector<bool> kept_;             // by byte
  std::map<size_t, std::string> put_;  // in place of what is cut: by offset
  std::vector<Token> tokens_;
  std::vector<size_t> around_;  // by token: the parenthesis that it stands in
  std::vector<size_t> closes_;  // of an opening parenthesis: the closing one
};

}  // namespace

std::string without_holes(std::string_view sql, const std::vector<Hole>& holes, Dialect dialect) {
  constexpr size_t kMostHoles = 100;
  if (holes.size() > kMostHoles) return {};
  Cutter cutter(sql, dialect);
  for (const Hole& hole : holes)
    if (hole.length > 0 && !cutter.cut(hole)) return {};
  return cutter.rest();
}

}  // namespace explaingate::schema
