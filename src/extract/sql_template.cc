#include "extract/sql_template.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

#include "parse/scan.h"

namespace explaingate {
namespace {

constexpr size_t kLongestName = 200;

bool is_blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

}  // namespace

size_t TemplateFinder::close(size_t from, std::string_view mark, bool& missing) {
  if (missing) return std::string_view::npos;
  size_t found = text_.find(mark, from);
  if (found == std::string_view::npos) missing = true;
  return found == std::string_view::npos ? std::string_view::npos : found + mark.size();
}

size_t TemplateFinder::end_of(size_t at) {
  std::string_view opening = text_.substr(at, 3);
  if (opening.starts_with("{{")) return close(at + 2, "}}", missing_[0]);
  if (opening.starts_with("{%")) return close(at + 2, "%}", missing_[1]);
  if (opening.starts_with("{#")) return close(at + 2, "#}", missing_[2]);
  if (opening == "<%=" || opening == "<%-") return close(at + 2, "%>", missing_[3]);
  bool dollar = opening.starts_with("${") || opening.starts_with("$(");
  if (!dollar && !opening.starts_with('{')) return std::string_view::npos;
  char closing = opening.starts_with("$(") ? ')' : '}';
  size_t i = at + (dollar ? 2 : 1);
  // ${any expression}, but {name} and $(name) only: nothing else can be told from a mistake.
  auto belongs = [&](char c) {
    return opening.starts_with("${") ? c != '\n' : is_name_byte(c) || c == '.' || c == '!' || c == ':';
  };
  while (i < text_.size() && i - at < kLongestName && text_[i] != closing && belongs(text_[i])) ++i;
  return i < text_.size() && text_[i] == closing ? i + 1 : std::string_view::npos;
}

size_t TemplateFinder::end_of_quoted(size_t begin, size_t end) {
  std::string_view quoted = text_.substr(begin, end - begin);
  size_t last = quoted.rfind("{{");
  if (last == std::string_view::npos)
    return quoted.find("${") == std::string_view::npos && quoted.find("{%") == std::string_view::npos
               ? std::string_view::npos
               : end;
  size_t at = end_of(begin + last);
  if (at == std::string_view::npos) return std::string_view::npos;
  if (at <= end) return end;
  const char stops[] = {text_[begin], '{'};
  for (at = text_.find_first_of({stops, 2}, at); at != std::string_view::npos;
       at = text_.find_first_of({stops, 2}, at)) {
    if (text_[at] != '{') return at + 1;
    size_t inner = end_of(at);
    at = inner == std::string_view::npos ? at + 1 : inner;
  }
  return std::string_view::npos;
}

TemplateKind template_kind(std::string_view written) {
  if (written.starts_with("{#")) return TemplateKind::kSilent;
  bool tag = written.starts_with("{%");
  if (!tag && !written.starts_with("{{")) return TemplateKind::kExpression;
  std::string_view inside = written.substr(2);
  inside.remove_prefix(std::min(inside.find_first_not_of(" \t\r\n-~+"), inside.size()));
  if (inside.starts_with("/*") || inside.starts_with('!')) return TemplateKind::kSilent;
  if (!tag && (inside.starts_with('#') || inside.starts_with('^'))) return TemplateKind::kOpen;
  if (!tag && inside.starts_with('/')) return TemplateKind::kClose;
  size_t length = 0;
  while (length < inside.size() && is_name_byte(inside[length])) ++length;
  std::string_view word = inside.substr(0, length);
  if (is_one_of(word, {"else", "elif", "elseif", "elsif"})) return TemplateKind::kElse;
  if (word == "end" || (tag && word.starts_with("end"))) return TemplateKind::kClose;
  if (tag) {
    if (word == "set") return inside.find('=') == std::string_view::npos ? TemplateKind::kOpen : TemplateKind::kSilent;
    bool opens = is_one_of(word, {"if", "for", "unless", "macro", "call", "filter", "block", "raw", "with", "snapshot",
                                  "test", "materialization"});
    return opens ? TemplateKind::kOpen : TemplateKind::kSilent;
  }
  // Go: {{ if .X }}; Jinja calls its functions: {{ if(x) }} does not exist there.
  if (is_one_of(word, {"if", "range", "with", "define", "block"}) && length < inside.size() && is_blank(inside[length]))
    return TemplateKind::kOpen;
  if (word.starts_with('$') && inside.find(":=") != std::string_view::npos) return TemplateKind::kSilent;
  return word == "config" ? TemplateKind::kSilent : TemplateKind::kExpression;
}

namespace {

// The gaps as the filler sees them: tags and the branches not taken are cuts, expressions stay templates.
//   SELECT a {% if x %}, b{% else %}, c{% endif %} FROM t   cut: the first tag; from else to endif
//   SELECT a {% endif %} FROM t                             cut: the tag (its beginning is in an earlier statement)
std::vector<SqlGap> resolve_branches(std::string_view text, const SqlSpan& span) {
  std::vector<SqlGap> result;
  std::vector<size_t> branches;  // for each open tag: offset of its else, std::string_view::npos before that
  auto cut_from = [&](size_t from, size_t end) {
    while (!result.empty() && result.back().offset >= from) result.pop_back();
    result.push_back({from, end - from, SqlGap::Kind::kCut});
  };
  for (const SqlGap& gap : span.gaps) {
    TemplateKind kind =
        gap.kind == SqlGap::Kind::kCut ? TemplateKind::kSilent : template_kind(text.substr(gap.offset, gap.length));
    if (kind == TemplateKind::kExpression) {
      result.push_back(gap);
      continue;
    }
    size_t end = gap.offset + gap.length;
    cut_from(gap.offset, end);
    if (kind == TemplateKind::kOpen) branches.push_back(std::string_view::npos);
    if (kind == TemplateKind::kElse) {
      if (branches.empty()) branches.push_back(std::string_view::npos);
      if (branches.back() == std::string_view::npos) branches.back() = gap.offset;
    }
    if (kind == TemplateKind::kClose && !branches.empty()) {
      if (branches.back() != std::string_view::npos) cut_from(branches.back(), end);
      branches.pop_back();
    }
  }
  auto open_else = std::ranges::find_if(branches, [](size_t from) { return from != std::string_view::npos; });
  if (open_else != branches.end() && *open_else < span.end) cut_from(*open_else, span.end);
  return result;
}

// What stands before a template, to judge what it stands for.
struct Context {
  enum class Previous {
    kNothing,
    kKeyword,
    kOperator,
    kOpening,
    kComma,
    kDot,
    kCast,
    kOperand
  } previous = Previous::kNothing;
  std::string word;           // kKeyword: which
  std::string clause;         // last word that began a clause
  std::string opener;         // kOpening: the word before the parenthesis
  bool into_columns = false;  // INSERT INTO t (…
  bool into = false;
  bool between = false;
  bool creates = false;
};

std::string lower_word(std::string_view word) {
  std::string result(word.substr(0, 20));
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

void follow_word(Context& context, std::string_view written) {
  std::string word = lower_word(written);
  bool clause = is_one_of(word, {"select", "from", "where", "having", "by", "set", "values", "into", "limit",
                                 "returning", "using", "update", "join", "table"});
  bool keyword =
      clause || is_one_of(word, {"on",      "and",    "or",        "not",  "in",    "like",   "ilike",    "glob",
                                 "between", "offset", "as",        "when", "then",  "else",   "distinct", "all",
                                 "any",     "exists", "index",     "view", "only",  "escape", "interval", "fetch",
                                 "union",   "except", "intersect", "is",   "match", "regexp", "schema"});
  if (context.previous == Context::Previous::kNothing) context.creates = is_one_of(word, {"create", "alter", "drop"});
  if (word == "into") context.into = true;
  if (clause && word != "into") context.into = false;
  if (clause) {
    context.clause = word == "join" ? "from" : word;
    context.into_columns = false;
  }
  if (word == "between") context.between = true;
  context.word = word;
  context.previous = keyword ? Context::Previous::kKeyword : Context::Previous::kOperand;
}

void follow(Context& context, std::string_view text, const Token& token) {
  using enum Context::Previous;
  if (token.kind == TokenKind::kComment) return;
  std::string_view written = token_text(text, token);
  if (token.kind == TokenKind::kWord && context.previous != kDot) {
    bool between_and = context.between && context.previous != kKeyword && is_word(text, token, "and");
    follow_word(context, written);
    if (between_and) context.between = false;
    if (between_and) context.word = "between";
    return;
  }
  if (token.kind != TokenKind::kOperator) {
    context.previous = kOperand;
    context.word.clear();
    return;
  }
  if (written == "(") {
    context.opener = context.previous == kKeyword || context.previous == kOperand ? context.word : std::string();
    context.into_columns = context.into;
    context.into = false;
    context.previous = kOpening;
  } else if (written == ")" || written == "]" || written == "*") {
    bool multiplies = written == "*" && context.previous == kOperand;
    if (written == ")") context.into_columns = false;
    context.previous = multiplies ? kOperator : kOperand;
  } else {
    context.previous = written == "," ? kComma : written == "." ? kDot : written == "::" ? kCast : kOperator;
  }
  if (context.previous != kOpening) context.word.clear();
}

struct Filling {
  HoleKind kind;
  std::string with;  // "" inside an identifier's filling stands for the name of the hole
};

const Filling kName{HoleKind::kIdentifier, "\"\""};
const Filling kAnyValue{HoleKind::kValue, "?"};

// `next` is the first byte behind the template and the blanks after it; `next_word` the word that begins there.
Filling fill_keyword(const Context& context, char next, std::string_view next_word) {
  const std::string& word = context.word;
  bool compared = std::string_view("=<>!~+-*/%|").find(next) != std::string_view::npos ||
                  is_one_of(next_word, {"in", "is", "like", "ilike", "glob", "between", "not"});
  if (is_one_of(word, {"from", "join", "into", "update", "table", "using", "index", "view", "as", "by", "exists",
                       "only", "schema"}))
    return kName;
  if (word == "on" && context.creates) return kName;
  if (word == "set") return next == '=' ? kName : Filling{HoleKind::kIdentifier, "\"\" = ?"};
  if (is_one_of(word, {"where", "on", "having", "and", "or", "not"}))
    return compared ? kName : Filling{HoleKind::kPredicate, "1=1"};
  if (word == "in" || word == "values") return {HoleKind::kList, "(?)"};
  if (is_one_of(word, {"union", "except", "intersect"})) return {HoleKind::kIdentifier, "SELECT \"\""};
  return kAnyValue;
}

Filling fill_place(const Context& context, std::string_view rest) {
  using enum Context::Previous;
  char touching = rest.empty() ? '\0' : rest[0];
  rest.remove_prefix(std::min(rest.find_first_not_of(" \t\r\n"), rest.size()));
  char next = rest.empty() ? '\0' : rest[0];
  size_t length = 0;
  while (length < rest.size() && length < 20 && is_name_byte(rest[length])) ++length;
  if (touching == '.' || touching == '(') return kName;
  switch (context.previous) {
    case kDot:
    case kCast:
    case kNothing:
      return kName;
    case kKeyword:
      return fill_keyword(context, next, lower_word(rest.substr(0, length)));
    case kOpening:
      if (context.into_columns) return kName;
      if (context.opener == "in" || context.opener == "values") return {HoleKind::kList, "?"};
      if (is_one_of(context.opener, {"from", "join", "as", "exists"})) return {HoleKind::kIdentifier, "SELECT \"\""};
      return kAnyValue;
    case kComma:
      if (context.clause == "set") return next == '=' ? kName : Filling{HoleKind::kIdentifier, "\"\" = ?"};
      return context.into_columns || is_one_of(context.clause, {"from", "by", "using", "table"}) ? kName : kAnyValue;
    case kOperator:
      return kAnyValue;
    case kOperand:
      break;
  }
  return {HoleKind::kPredicate, ""};
}

class Filler {
 public:
  Filler(std::string_view text, const SqlSpan& span, Dialect dialect)
      : text_(text.substr(0, span.end)),
        scanner_(text_, dialect, {}, span.begin),
        at_(span.begin),
        gaps_(resolve_branches(text, span)) {}

  FilledSql run() {
    for (size_t i = 0; i < gaps_.size(); ++i) {
      const SqlGap& gap = gaps_[i];
      if (gap.offset < at_) continue;
      read_to(gap.offset);
      if (gap.kind == SqlGap::Kind::kCut) {
        replace(gap.offset, gap.offset + gap.length, " ");
      } else {
        fill(i);
      }
      scanner_.seek(at_);
    }
    copy_to(text_.size());
    return finish();
  }

 private:
  struct Piece {
    size_t from;
    size_t length;
    std::string with;
    bool verbatim;
  };

  // Follows the tokens up to `offset`, where a template begins; remembers a word that touches it.
  void read_to(size_t offset) {
    touching_ = offset;
    Context before = context_;
    while (scanner_.offset() < offset) {
      before = context_;
      Token token = scanner_.next();
      if (token.offset >= offset) break;
      follow(context_, text_, token);
      if (token.kind == TokenKind::kWord && token.offset + token.length == offset) touching_ = token.offset;
    }
    if (touching_ != offset) context_ = before;
  }

  void fill(size_t& i) {
    char quote = text_[gaps_[i].offset];
    if (quote == ':') quote = text_[gaps_[i].offset + 1];
    size_t begin = touching_;
    size_t end = gaps_[i].offset + gaps_[i].length;
    bool part_of_name = begin != gaps_[i].offset;
    for (; end < text_.size();) {  // prefix_{{ a }}_{{ b }} is one name
      if (i + 1 < gaps_.size() && gaps_[i + 1].offset == end && gaps_[i + 1].kind == SqlGap::Kind::kTemplate) {
        end += gaps_[++i].length;
      } else if (is_name_byte(text_[end])) {
        while (end < text_.size() && is_name_byte(text_[end])) ++end;
      } else {
        break;
      }
      part_of_name = true;
    }
    Filling filling = part_of_name || quote == '"' || quote == '`' ? kName
                      : quote == '\''                              ? kAnyValue
                                                                   : fill_place(context_, text_.substr(end));
    std::string with = filling.with;
    if (filling.kind == HoleKind::kIdentifier) with.insert(with.find('"') + 1, fmt::format("eg_hole_{}", ++names_));
    kinds_.push_back(filling.kind);
    replace(begin, end, std::move(with));
    context_.previous = Context::Previous::kOperand;
    context_.word.clear();
  }

  void copy_to(size_t offset) {
    if (offset > at_) pieces_.push_back({at_, offset - at_, {}, true});
    at_ = std::max(at_, offset);
  }

  void replace(size_t begin, size_t end, std::string with) {
    copy_to(begin);
    pieces_.push_back({begin, end - begin, std::move(with), false});
    at_ = end;
  }

  [[nodiscard]] bool is_trimmed(Piece& piece) const {
    if (!piece.verbatim) return piece.with == " ";
    while (piece.length > 0 && is_blank(text_[piece.from + piece.length - 1])) --piece.length;
    return piece.length == 0;
  }

  FilledSql finish() {
    while (!pieces_.empty() && is_trimmed(pieces_.back())) pieces_.pop_back();
    FilledSql result;
    size_t hole = 0;
    for (const Piece& piece : pieces_) {
      std::string_view source = text_.substr(piece.from, piece.length);
      std::string_view written = piece.verbatim ? source : std::string_view(piece.with);
      if (!piece.verbatim && piece.with != " ")
        result.holes.push_back({static_cast<uint32_t>(result.text.size()), static_cast<uint32_t>(written.size()),
                                kinds_[hole++], std::string(source.substr(0, 80))});
      result.map.add(written.size(), piece.from, piece.length);
      result.text += written;
    }
    return result;
  }

  std::string_view text_;
  Scanner scanner_;
  size_t at_;  // read and copied so far
  std::vector<SqlGap> gaps_;
  Context context_;
  size_t touching_ = 0;
  int names_ = 0;
  std::vector<Piece> pieces_;
  std::vector<HoleKind> kinds_;
};

}  // namespace

FilledSql fill_templates(std::string_view text, const SqlSpan& span, Dialect dialect) {
  return Filler(text, span, dialect).run();
}

}  // namespace explaingate
