#include "parse/scan.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <pg_query.h>

#include <memory>
#include <optional>
#include <random>
#include <string>

namespace explaingate {
namespace {

std::string_view kind_name(TokenKind kind) {
  switch (kind) {
    case TokenKind::kEnd:
      return "end";
    case TokenKind::kWord:
      return "word";
    case TokenKind::kQuotedName:
      return "name";
    case TokenKind::kString:
      return "string";
    case TokenKind::kNumber:
      return "number";
    case TokenKind::kParameter:
      return "parameter";
    case TokenKind::kOperator:
      return "operator";
    case TokenKind::kSemicolon:
      return "semicolon";
    case TokenKind::kComment:
      return "comment";
    case TokenKind::kUnterminated:
      return "unterminated";
    case TokenKind::kOther:
      return "other";
  }
  return "?";
}

// "word<SELECT> number<1>"
std::string dump(std::string_view sql, Dialect dialect, ScanOptions options = {}) {
  Scanner scanner(sql, dialect, options);
  std::string result;
  for (Token token = scanner.next(); token.kind != TokenKind::kEnd; token = scanner.next())
    result += fmt::format("{}{}<{}>", result.empty() ? "" : " ", kind_name(token.kind), token_text(sql, token));
  return result;
}

// "0+6 7+1": offset and length of each token.
std::string extents(std::string_view sql) {
  Scanner scanner(sql, Dialect::kPostgres);
  std::string result;
  for (Token token = scanner.next(); token.kind != TokenKind::kEnd; token = scanner.next())
    result += fmt::format("{}{}+{}", result.empty() ? "" : " ", token.offset, token.length);
  return result;
}

// Just enough of protobuf's wire format to read a ScanResult: { 1: version, 2: repeated { 1: start, 2: end, … } }.
class Wire {
 public:
  explicit Wire(std::string_view bytes) : bytes_(bytes) {}
  [[nodiscard]] bool done() const { return bytes_.empty(); }
  uint64_t number() {
    uint64_t value = 0;
    for (int shift = 0; !bytes_.empty(); shift += 7) {
      auto byte = static_cast<unsigned char>(bytes_.front());
      bytes_.remove_prefix(1);
      value |= static_cast<uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) break;
    }
    return value;
  }
  std::string_view take(size_t size) {
    std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(taken.size());
    return taken;
  }

 private:
  std::string_view bytes_;
};

// The same by PostgreSQL's scanner; nullopt for a text that it refuses.
std::optional<std::string> postgres_extents(const std::string& sql) {
  PgQueryScanResult scanned = pg_query_scan(sql.c_str());
  std::optional<std::string> result;
  if (scanned.error == nullptr) {
    result.emplace();
    for (Wire wire({scanned.pbuf.data, scanned.pbuf.len}); !wire.done();) {
      if (uint64_t key = wire.number(); (key & 7) == 0) {
        wire.number();
        continue;
      }
      uint64_t size = wire.number();
      uint64_t start = 0, end = 0;
      for (Wire token(wire.take(size)); !token.done();) {
        uint64_t field = token.number() >> 3;
        uint64_t value = token.number();
        if (field == 1) start = value;
        if (field == 2) end = value;
      }
      *result += fmt::format("{}{}+{}", result->empty() ? "" : " ", start, end - start);
    }
  }
  pg_query_free_scan_result(scanned);
  return result;
}

TEST_CASE("PostgreSQL's tokens are those of its own scanner") {
  for (const char* sql : {
           "",
           "SELECT a, b FROM t WHERE x = 1;",
           "/* a /* nested */ still */ SELECT 1 /**/ /***/ /*/ */",
           "/*/* */ */ 1 -- line\n2 --\n3 -- end",
           "'a''b' '' '''' E'it\\'s' e'\\\\' E'a''b\\''",
           "'one'\n'two' 'three' 'four'\n  \t\n'five' 'six' -- c\n 'seven' 'eight' /* c */\n'nine'",
           "'a'\n -- c\n 'b' 'c' -- d\n'e'",
           "E'a'\n'b\\'c' x'1F'\n'2' B'01' b'1''0' X'' n'x' N'it''s'",
           "\"a\"\"b\" \"a b\"\"\" u \"x\" u& 1",
           "$$it's$$ $a$ $$ $b$ $a$ $_1$x$_1$ $a$$b$$a$ a$b$c $$ $ $$",
           "$1 $23 $1::int a$1 $1+$2",
           "1 1.5 .5 5. 1e5 1.5e-10 1.e+3 1..2 1...2 .5.5 1.5.5 a.b.c 1.5e10 1e5.5",
           "a::int ::int[] :: a:b :=  : = :: = =: a=>b a:=1",
           "a[1:2] a[:] a[1:] a [ : 2 ] ARRAY[[1,2],[3]]",
           "a<@b a->>'x' a->'y'#>>'{z}' ||/27 |/25 @-5 !!5 a||b a !=b a<>b <= >= << >> &&& ~* !~* !~~ ~~",
           "1+-2 1-+2 1*-2 a*+-b a@-b a<-b a<--b\n a||-b a||--b\n a/-/*c*/b a*/*c*/b a+/**/-b @/*x*/@",
           "<= - <=- =+ =- %- *- %+ #- -> ->- - - -- x\n- -",
           "( ) [ ] , ; + - * / % ^ < > = . .. ...",
           "a ~<=~ b ~>~ c <-> d <#> e <=> f ?| g ?& h @> i <@ j @? k @@ l @@@ m #- n #> o ^@ p |>> q &<| r",
           "caf\xc3\xa9 \xc3\xa9 t\xc3\xa9.\"\xc3\xa9\" '\xc3\xa9' $\xc3\xa9$x$\xc3\xa9$ _a a1 A_b$",
           "SELECT\r1\r\n--c\r2\f3\t4",
           "DO $$ BEGIN PERFORM 1; END $$; SELECT 1",
           "SELECT 'a' 'b', \"c\"'d', 1'e'",
           "`a` a`b #a a#b ~a !a a! |a &a",
           "x 'a' e b n u x",
           "{",
           "\\",
       }) {
    CAPTURE(std::string(sql));
    std::optional<std::string> theirs = postgres_extents(sql);
    REQUIRE(theirs.has_value());
    CHECK(extents(sql) == *theirs);
  }
  CHECK_FALSE(postgres_extents("'a"));
  CHECK(postgres_extents("SELECT 1") == "0+6 7+1");
}

// Where drivers' placeholders are read differently on purpose.
bool holds_placeholder(std::string_view sql) {
  for (size_t i = 0; i < sql.size(); ++i) {
    char next = i + 1 < sql.size() ? sql[i + 1] : '\0';
    bool name = (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z') || (next >= '0' && next <= '9') ||
                next == '_' || static_cast<unsigned char>(next) >= 0x80;
    if (sql[i] == '?' || ((sql[i] == ':' || sql[i] == '@' || sql[i] == '$') && name)) return true;
    if (next == '&' && (sql[i] == 'u' || sql[i] == 'U')) return true;  // libpg_query gives U&"x" no length
  }
  return false;
}

TEST_CASE("random texts give PostgreSQL's tokens") {
  constexpr const char* kPieces[] = {"a", "e", "x", "'", "'",  "\"", "\\", "$",  "$$", "$t$", "1",  "2",
                                     ".", "e", "+", "-", "--", "/*", "*/", "/",  "*",  "<",   ">",  "=",
                                     "@", "|", "&", "%", "!",  "~",  "#",  "^",  "`",  "\n",  " ",  " ",
                                     ":", "(", "]", ",", ";",  "b'", "n'", "\r", "_",  "\t",  "e'", "\xc3\xa9"};
  std::mt19937 random(20);
  int compared = 0;
  for (int round = 0; round < 60'000; ++round) {
    std::string sql;
    for (size_t pieces = 1 + random() % 9; pieces > 0; --pieces) sql += kPieces[random() % std::size(kPieces)];
    if (holds_placeholder(sql)) continue;
    std::optional<std::string> theirs = postgres_extents(sql);
    if (!theirs) continue;
    ++compared;
    CAPTURE(sql);
    REQUIRE(extents(sql) == *theirs);
  }
  CHECK(compared > 10'000);
}

struct Case {
  std::string_view sql;
  std::string_view want;
};

TEST_CASE("PostgreSQL's dialect: kinds, and the placeholders of drivers") {
  for (const Case& c : {
           Case{"a = ? AND b=? AND c=?1",
                "word<a> operator<=> parameter<?> word<AND> word<b> operator<=> parameter<?> word<AND> "
                "word<c> operator<=> parameter<?1>"},
           {"j ?| a, j @? b, j ?& c, a||?",
            "word<j> operator<?|> word<a> operator<,> word<j> operator<@?> word<b> operator<,> "
            "word<j> operator<?&> word<c> operator<,> word<a> operator<||> parameter<?>"},
           {"x::int=:x::int", "word<x> operator<::> word<int> operator<=> parameter<:x> operator<::> word<int>"},
           {"a[1:2] a[i:j] a[1:n] f(x)[(1):n] (:a) [:a] = :1",
            "word<a> operator<[> number<1> operator<:> number<2> operator<]> word<a> operator<[> word<i> operator<:> "
            "word<j> "
            "operator<]> word<a> operator<[> number<1> operator<:> word<n> operator<]> word<f> operator<(> word<x> "
            "operator<)> "
            "operator<[> operator<(> number<1> operator<)> operator<:> word<n> operator<]> operator<(> parameter<:a> "
            "operator<)> "
            "operator<[> parameter<:a> operator<]> operator<=> parameter<:1>"},
           {"id=@id AND a <@ b AND c@@d AND n>=@n2 AND @x",
            "word<id> operator<=> parameter<@id> word<AND> word<a> operator<<@> "
            "word<b> word<AND> word<c> operator<@@> word<d> word<AND> word<n> operator<>=> parameter<@n2> word<AND> "
            "parameter<@x>"},
           {"$name $1 $a$x$a$ $", "parameter<$name> parameter<$1> string<$a$x$a$> other<$>"},
           {"u&'a' U&\"b\" u&b u & 'c'",
            "string<u&'a'> name<U&\"b\"> word<u> operator<&> word<b> word<u> operator<&> string<'c'>"},
           {"'a'\n'b' 'c'", "string<'a'\n'b'> string<'c'>"},
           {"a 'b", "word<a> unterminated<'b>"},
           {"$a$ 'b'; /* /* */", "unterminated<$a$ 'b'; /* /* */>"},
           {"1 /* /* */;", "number<1> unterminated</* /* */;>"},
           {"E'\\", "unterminated<E'\\>"},
           {"0x1F 1_000 12a", "number<0x1F> number<1_000> number<12> word<a>"},
           {"[a] {x} \\d", "operator<[> word<a> operator<]> other<{> word<x> other<}> other<\\> word<d>"},
       }) {
    CAPTURE(c.sql);
    CHECK(dump(c.sql, Dialect::kPostgres) == c.want);
  }
}

TEST_CASE("SQLite's dialect") {
  for (const Case& c : {
           Case{"`a``b` [c d] \"e\"\"f\" 'g''h'", "name<`a``b`> name<[c d]> name<\"e\"\"f\"> string<'g''h'>"},
           {"'a'\n'b' E'x\\'", "string<'a'> string<'b'> word<E> string<'x\\'>"},
           {"? ?12 :n @n $n $n::m(x) :1 $",
            "parameter<?> parameter<?12> parameter<:n> parameter<@n> parameter<$n> "
            "parameter<$n::m(x)> parameter<:1> other<$>"},
           {"$f(a b) :n(1) x::int :a:b",
            "parameter<$f> operator<(> word<a> word<b> operator<)> parameter<:n> operator<(> "
            "number<1> operator<)> word<x> operator<::> word<int> parameter<:a> parameter<:b>"},
           {"x'0AfF' X'' x 'a' 0x1F 1e5 1.5e-3 .5 5. 1..2",
            "string<x'0AfF'> string<X''> word<x> string<'a'> number<0x1F> "
            "number<1e5> number<1.5e-3> number<.5> number<5.> number<1.> number<.2>"},
           {"a==b!=c<>d<<e>>f||g->h->>i<=j>=k",
            "word<a> operator<==> word<b> operator<!=> word<c> operator<<>> word<d> "
            "operator<<<> word<e> operator<>>> word<f> operator<||> word<g> operator<->> word<h> operator<->>> word<i> "
            "operator<<=> word<j> operator<>=> word<k>"},
           {"a+-b a--b\n~c a|b&d=-1 !",
            "word<a> operator<+> operator<-> word<b> word<a> comment<--b> operator<~> word<c> word<a> "
            "operator<|> word<b> operator<&> word<d> operator<=> operator<-> number<1> other<!>"},
           {"/* a /* b */ c */", "comment</* a /* b */> word<c> operator<*> operator</>"},
           {"-- a\r\n1 -- b", "comment<-- a\r> number<1> comment<-- b>"},
           {"[a 1", "unterminated<[a 1>"},
           {"/* a", "unterminated</* a>"},
           {"a;b;", "word<a> semicolon<;> word<b> semicolon<;>"},
       }) {
    CAPTURE(c.sql);
    CHECK(dump(c.sql, Dialect::kSqlite) == c.want);
  }
}

TEST_CASE("%s and {} are parameters where they are asked for") {
  constexpr ScanOptions kBoth{.percent_parameters = true, .brace_parameters = true};
  constexpr std::string_view kSql = "a=%s b>%(x y)s c%%d %sum {} {0} {n!r} {a b";
  CHECK(dump(kSql, Dialect::kSqlite, kBoth) ==
        "word<a> operator<=> parameter<%s> word<b> operator<>> parameter<%(x y)s> word<c> operator<%%> word<d> "
        "operator<%> "
        "word<sum> parameter<{}> parameter<{0}> parameter<{n!r}> other<{> word<a> word<b>");
  CHECK(dump(kSql, Dialect::kPostgres, kBoth) == dump(kSql, Dialect::kSqlite, kBoth));
  CHECK(dump("a=%s {}", Dialect::kPostgres) == "word<a> operator<=%> word<s> other<{> other<}>");
  CHECK(dump("a %%> b ||%s", Dialect::kPostgres, kBoth) == "word<a> operator<%%>> word<b> operator<||> parameter<%s>");
}

TEST_CASE("any bytes give tokens that cover the text in order") {
  std::mt19937 random(4);
  for (int round = 0; round < 5'000; ++round) {
    std::string sql(random() % 30, ' ');
    for (char& c : sql)
      c = static_cast<char>(random() % 3 == 0 ? random() : static_cast<unsigned>("'\"$?:@{%[/*-;a1"[random() % 15]));
    for (Dialect dialect : {Dialect::kSqlite, Dialect::kPostgres}) {
      Scanner scanner(sql, dialect, {.percent_parameters = true, .brace_parameters = true});
      size_t at = 0;
      for (Token token = scanner.next(); token.kind != TokenKind::kEnd; token = scanner.next()) {
        REQUIRE(token.length > 0);
        REQUIRE(token.offset >= at);
        at = token.offset + token.length;
        REQUIRE(at <= sql.size());
        REQUIRE(at == scanner.offset());
      }
    }
  }
}

TEST_CASE("keywords compare without regard to case") {
  constexpr std::string_view kSql = "SeLeCt \"select\" selects";
  Scanner scanner(kSql, Dialect::kSqlite);
  CHECK(is_word(kSql, scanner.next(), "select"));
  CHECK_FALSE(is_word(kSql, scanner.next(), "select"));
  CHECK_FALSE(is_word(kSql, scanner.next(), "select"));
}

}  // namespace
}  // namespace explaingate
