#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "extract/extract.h"

namespace explaingate {
namespace {

std::string shown(std::string_view text) {
  std::string result;
  for (char c : text) {
    if (c == '\n')
      result += "\\n";
    else if (c == '\r')
      result += "\\r";
    else
      result += c;
  }
  return result;
}

std::string_view kind_name(HoleKind kind) {
  switch (kind) {
    case HoleKind::kIdentifier:
      return "identifier";
    case HoleKind::kValue:
      return "value";
    case HoleKind::kList:
      return "list";
    case HoleKind::kPredicate:
      return "predicate";
  }
  return "?";
}

// "3:1-3:9 named x:many |SELECT 1|", its holes behind; "! 2 reason"; "ignore 1 covers 2-3 a,b: reason". Checks the map
// too.
std::string dump(std::string_view source, const Extraction& found) {
  std::string result;
  for (const Statement& s : found.statements) {
    result += fmt::format("{}:{}-{}:{}", s.line, s.column, s.end_line, s.end_column);
    if (s.kind != "file")
      result += fmt::format(" {} {}{}{}", s.kind, s.name, s.row_marker.empty() ? "" : ":", s.row_marker);
    if (s.dynamic) result += " dynamic";
    if (!s.placeholders.empty()) result += " (" + s.placeholders + ")";
    result += " |" + shown(s.text) + "|";
    for (const Hole& hole : s.holes)
      result += fmt::format(" {}<{}>={}", kind_name(hole.kind), shown(hole.expression),
                            s.text.substr(hole.offset, hole.length));
    result += "\n";
    LineIndex lines(source);
    CHECK(lines.position(s.map.original(0)) == Position{s.line, s.column});
    for (const OffsetMap::Piece& piece : s.map.pieces()) {
      REQUIRE(piece.from + piece.from_length <= source.size());
      bool hole = std::ranges::any_of(s.holes, [&](const Hole& h) { return h.offset == piece.to; });
      if (piece.to_length == piece.from_length && !hole && piece.to_length > 1)
        CHECK(s.text.substr(piece.to, piece.to_length) == source.substr(piece.from, piece.from_length));
    }
  }
  for (const NotAnalysed& note : found.not_analysed)
    result += fmt::format("! {}:{} {}\n", note.line, note.column, note.reason);
  for (const Suppression& ignore : found.suppressions) {
    std::string rules;
    for (const std::string& rule : ignore.rules) rules += (rules.empty() ? "" : ",") + rule;
    result += fmt::format("ignore {} covers {}-{} {}: {}\n", ignore.line, ignore.covers.first, ignore.covers.last,
                          rules, ignore.reason);
  }
  return result;
}

struct Case {
  std::string_view input;
  std::string_view want;
};

void check(const std::vector<Case>& cases, Dialect dialect) {
  for (const Case& c : cases) {
    CAPTURE(c.input);
    CHECK(dump(c.input, extract_sql_file("a.sql", c.input, dialect)) == c.want);
  }
}

constexpr auto kLite = Dialect::kSqlite;
constexpr auto kPg = Dialect::kPostgres;
using namespace std::string_view_literals;

TEST_CASE("statements end at semicolons that are SQL's own") {
  for (Dialect dialect : {kLite, kPg}) {
    check(
        {
            {"", ""},
            {"  \n;; -- nothing\n;", ""},
            {"SELECT 1", "1:1-1:8 |SELECT 1|\n"},
            {"SELECT 1;\n  SELECT\n 2 ;", "1:1-1:8 |SELECT 1|\n2:3-3:2 |SELECT\\n 2|\n"},
            {"SELECT ';' , \";\" -- ;\n /* ; */ FROM t;x",
             "1:1-2:15 |SELECT ';' , \";\" -- ;\\n /* ; */ FROM t|\n2:17-2:17 |x|\n"},
            {"-- before\nSELECT 1 -- after\n; -- behind\nSELECT 2", "2:1-2:8 |SELECT 1|\n4:1-4:8 |SELECT 2|\n"},
            {"\xEF\xBB\xBFSELECT 1;\r\nSELECT 2\r\n", "1:4-1:11 |SELECT 1|\n2:1-2:8 |SELECT 2|\n"},
            {"SELECT '\xff\xfe';SELECT 2", "1:1-1:11 |SELECT '\xff\xfe'|\n1:13-1:20 |SELECT 2|\n"},
            {"BEGIN; SELECT 1; END; COMMIT;",
             "1:1-1:5 |BEGIN|\n1:8-1:15 |SELECT 1|\n1:18-1:20 |END|\n1:23-1:28 |COMMIT|\n"},
            {"CREATE RULE r AS ON INSERT TO t DO (DELETE FROM a; DELETE FROM b); SELECT 1",
             "1:1-1:65 |CREATE RULE r AS ON INSERT TO t DO (DELETE FROM a; DELETE FROM b)|\n1:68-1:75 |SELECT 1|\n"},
        },
        dialect);
  }
}

TEST_CASE("what has no end is listed, what stands before it is kept") {
  check(
      {
          {"SELECT 1;\nSELECT 'it;\nSELECT 3;",
           "1:1-1:8 |SELECT 1|\n! 2:8 a string that begins here has no end: nothing from here on was read\n"},
          {"SELECT 1;\n/* SELECT 2;",
           "1:1-1:8 |SELECT 1|\n! 2:1 a comment that begins here has no end: nothing from here on was read\n"},
          {"SELECT $a$ x", "! 1:8 a quoted text that begins here has no end: nothing from here on was read\n"},
          {"SELECT count( FROM a;\nSELECT 2;\nSELECT (3;",
           "1:1-1:20 |SELECT count( FROM a|\n2:1-2:8 |SELECT 2|\n3:1-3:9 |SELECT (3|\n"},
          {"CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1;\nSELECT 2;",
           "! 1:1 this statement has a BEGIN without its END: nothing from here on was read\n"},
          {"\xff\xfeS\0E\0"sv, "! 1:1 the file is UTF-16: only UTF-8 is read\n"},
          {"SELECT\0 1"sv, "! 1:1 the file is binary or UTF-16: it holds NUL bytes\n"},
      },
      kPg);
}

TEST_CASE("bodies of triggers and functions hold semicolons") {
  check(
      {
          {"CREATE TRIGGER t AFTER UPDATE ON a BEGIN\n UPDATE a SET n = CASE WHEN x THEN 1 ELSE 2 END;\n SELECT end "
           "FROM b;\nEND;\nSELECT 1;",
           "1:1-4:3 |CREATE TRIGGER t AFTER UPDATE ON a BEGIN\\n UPDATE a SET n = CASE WHEN x THEN 1 ELSE 2 END;\\n "
           "SELECT end "
           "FROM b;\\nEND|\n5:1-5:8 |SELECT 1|\n"},
          {"create temporary trigger if not exists t after delete on a begin delete from b; /* x */ end ; select 1",
           "1:1-1:91 |create temporary trigger if not exists t after delete on a begin delete from b; /* x */ "
           "end|\n1:95-1:102 |select 1|\n"},
          {"CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END\nCREATE TABLE b (c)",
           "1:1-1:54 |CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END|\n2:1-2:18 |CREATE TABLE b (c)|\n"},
          {"CREATE TRIGGER t BEFORE UPDATE OF begin ON a EXECUTE FUNCTION f(); SELECT 1;",
           "1:1-1:65 |CREATE TRIGGER t BEFORE UPDATE OF begin ON a EXECUTE FUNCTION f()|\n1:68-1:75 |SELECT 1|\n"},
          {"CREATE TABLE trigger_log (begin INT, end INT); SELECT 1;",
           "1:1-1:45 |CREATE TABLE trigger_log (begin INT, end INT)|\n1:48-1:55 |SELECT 1|\n"},
          {"CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN a THEN 1 END; SELECT 2; END; "
           "SELECT 3",
           "1:1-1:100 |CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN a THEN 1 END; SELECT "
           "2; END|\n"
           "1:103-1:110 |SELECT 3|\n"},
          {"CREATE PROCEDURE p() BEGIN IF a THEN SELECT 1; END IF; CASE x WHEN 1 THEN SELECT 2; END CASE; END; SELECT "
           "3",
           "1:1-1:97 |CREATE PROCEDURE p() BEGIN IF a THEN SELECT 1; END IF; CASE x WHEN 1 THEN SELECT 2; END CASE; "
           "END|\n"
           "1:100-1:107 |SELECT 3|\n"},
          {"DO $$ BEGIN PERFORM 1; END $$; SELECT $x$;$x$;",
           "1:1-1:29 |DO $$ BEGIN PERFORM 1; END $$|\n1:32-1:45 |SELECT $x$;$x$|\n"},
          {"CREATE FUNCTION f() RETURNS trigger AS $f$ BEGIN RETURN NEW; END; $f$ LANGUAGE plpgsql;\nSELECT 1",
           "1:1-1:86 |CREATE FUNCTION f() RETURNS trigger AS $f$ BEGIN RETURN NEW; END; $f$ LANGUAGE plpgsql|\n2:1-2:8 "
           "|SELECT 1|\n"},
      },
      kPg);
  check({{"DO $$ BEGIN PERFORM 1; END $$; SELECT $x$;$x$;",
          "1:1-1:29 |DO $$ BEGIN PERFORM 1; END $$|\n1:32-1:45 |SELECT $x$;$x$|\n"},
         {"SELECT [a;b], `c;d`; SELECT 2", "1:1-1:19 |SELECT [a;b], `c;d`|\n1:22-1:29 |SELECT 2|\n"}},
        kLite);
}

TEST_CASE("lines for a client are no SQL") {
  check(
      {
          {"\\set x it's\nSELECT 1 \\gset\n\\i items.sql\n\\echo bye\nSELECT 2;",
           "2:1-2:8 |SELECT 1|\n5:1-5:8 |SELECT 2|\n! 3:1 psql's \"\\i items.sql\" runs another file\n"},
          {"SELECT 'DROP TABLE ' || t FROM x \\gexec\nSELECT 2",
           "1:1-1:32 |SELECT 'DROP TABLE ' || t FROM x|\n2:1-2:8 |SELECT 2|\n"
           "! 1:34 psql's \"\\gexec\" runs the result of this query as SQL\n"},
          {"SELECT 1\\; SELECT 2;", "1:1-1:8 |SELECT 1|\n1:12-1:19 |SELECT 2|\n"},
          {"SELECT a\n\\echo half\nFROM t;", "1:1-3:6 |SELECT a\\n \\nFROM t|\n"},
          {"\\copy t from stdin\n1\tit's\n\\.\n\\copy (SELECT 1) to 'x'\n\\copy t to 'x'\n",
           "! 4:1 psql's \"\\copy (SELECT 1) to 'x'\" runs a query\n"},
          {"COPY t (a) FROM stdin;\n1;it's\n\\.x\n\\.\nSELECT 1;",
           "1:1-1:21 |COPY t (a) FROM stdin|\n5:1-5:8 |SELECT 1|\n"},
          {"COPY t FROM STDIN WITH (FORMAT csv);\nSELECT 1;",  // no data here: the driver sends it
           "1:1-1:35 |COPY t FROM STDIN WITH (FORMAT csv)|\n2:1-2:8 |SELECT 1|\n"},
          {".mode it's\n.read other.sql\nSELECT 1\n.5;",
           "3:1-4:2 |SELECT 1\\n.5|\n! 2:1 the sqlite3 shell's \".read other.sql\" runs another file\n"},
          {"# don't\n#!/x\nSELECT 1;", "3:1-3:8 |SELECT 1|\n"},
          {"SELECT 1\nGO\nSELECT go\n  go 2\nGO 3\nSELECT 2",
           "1:1-1:8 |SELECT 1|\n3:1-4:6 |SELECT go\\n  go 2|\n6:1-6:8 |SELECT 2|\n"},
          {"DELIMITER //\nCREATE PROCEDURE p() BEGIN SELECT 1; END//\nDELIMITER ;\nSELECT 1;",
           "2:1-2:40 |CREATE PROCEDURE p() BEGIN SELECT 1; END|\n4:1-4:8 |SELECT 1|\n"},
          {"delimiter $$\nCREATE TRIGGER t BEGIN SET a = 1; END$$\nSELECT 2 $$\ndelimiter ;\nSELECT 1;",
           "2:1-2:37 |CREATE TRIGGER t BEGIN SET a = 1; END|\n3:1-3:8 |SELECT 2|\n5:1-5:8 |SELECT 1|\n"},
          {"COPY t FROM 'x'\nDELIMITER ',';SELECT 1",
           "1:1-2:13 |COPY t FROM 'x'\\nDELIMITER ','|\n2:15-2:22 |SELECT 1|\n"},
          {"SELECT 1;\n/\nSELECT 4\n/ 2;", "1:1-1:8 |SELECT 1|\n3:1-4:3 |SELECT 4\\n/ 2|\n"},
      },
      kPg);
}

TEST_CASE("a name goes to the statement after it") {
  for (Dialect dialect : {kLite, kPg}) {
    check(
        {
            {"-- name: GetUser :one\nSELECT 1;\nSELECT 2;",
             "2:1-2:8 named GetUser:one |SELECT 1|\n3:1-3:8 |SELECT 2|\n"},
            {"--name:a\nSELECT 1;\n--   Name : b-c^\n-- more\nSELECT 2",
             "2:1-2:8 named a |SELECT 1|\n5:1-5:8 named b-c:^ |SELECT 2|\n"},
            {"-- name: a<!\nINSERT 1;-- name: b!\nDELETE 1;-- name: c(x, y)$\nSELECT 1;--name: d*!\nUPDATE 1",
             "2:1-2:8 named a:<! |INSERT 1|\n3:1-3:8 named b:! |DELETE 1|\n4:1-4:8 named c:$ |SELECT 1|\n5:1-5:8 named "
             "d:*! |UPDATE 1|\n"},
            {"/* name: x :many */ SELECT 1", "1:21-1:28 named x:many |SELECT 1|\n"},
            {"-- :name find_all :many\nSELECT 1;\n-- :name b :? :1\nSELECT 2",
             "2:1-2:8 named find_all:many |SELECT 1|\n4:1-4:8 named b:? 1 |SELECT 2|\n"},
            {"-- name: a\nSELECT 1\n\n-- name: b\nSELECT 2",
             "2:1-2:8 named a |SELECT 1|\n5:1-5:8 named b |SELECT 2|\n"},
            {"CREATE TABLE t (\n-- name: key\n name TEXT)",
             "1:1-3:11 |CREATE TABLE t (\\n-- name: key\\n name TEXT)|\n"},
            {"-- name: the user's full name\nSELECT 1\n-- name: of a\n;", "2:1-2:8 |SELECT 1|\n"},
            {"-- rename: x\nSELECT 1;-- names: y\nSELECT 2", "2:1-2:8 |SELECT 1|\n3:1-3:8 |SELECT 2|\n"},
        },
        dialect);
  }
}

TEST_CASE("templates are filled by the place they stand in") {
  check(
      {
          {"SELECT a FROM {{ ref('x') }} WHERE b = {{ b }}",
           "1:1-1:46 dynamic |SELECT a FROM \"eg_hole_1\" WHERE b = ?| identifier<{{ ref('x') }}>=\"eg_hole_1\" "
           "value<{{ b }}>=?\n"},
          {"SELECT * FROM ${schema}.users_${n}_x u WHERE id IN (${ids}) AND {{ cond }};SELECT 1",
           "1:1-1:74 dynamic |SELECT * FROM \"eg_hole_1\".\"eg_hole_2\" u WHERE id IN (?) AND 1=1| "
           "identifier<${schema}>=\"eg_hole_1\" identifier<users_${n}_x>=\"eg_hole_2\" list<${ids}>=? predicate<{{ "
           "cond }}>=1=1\n"
           "1:76-1:83 |SELECT 1|\n"},
          {"{{ config(a='b') }}\n\nSELECT 1", "3:1-3:8 |SELECT 1|\n"},
          {"{{ my_macro() }};\nSELECT 1",
           "2:1-2:8 |SELECT 1|\n! 1:1 the statement begins with a template, which says what it is\n"},
          {"SELECT a{% if x %}, b{% else %}, c{% endif %} FROM t", "1:1-1:52 dynamic |SELECT a , b  FROM t|\n"},
          {"SELECT a FROM t {{ if .B }}WHERE b = {{ .B }}{{ end }};",
           "1:1-1:45 dynamic |SELECT a FROM t  WHERE b = ?| value<{{ .B }}>=?\n"},
          {"SELECT a FROM t {% if b %} WHERE b = 1 {% else %} WHERE c = 2 {% endif %};",
           "1:1-1:61 dynamic |SELECT a FROM t   WHERE b = 1|\n"},
          {"SELECT 1 {# it's; a comment #} FROM t", "1:1-1:37 dynamic |SELECT 1   FROM t|\n"},
          {"SELECT a FROM t WHERE d >= '{{ var('d') }}' AND e = '{{ e }}'",
           "1:1-1:61 dynamic |SELECT a FROM t WHERE d >= ? AND e = '{{ e }}'| value<'{{ var('d') }}'>=?\n"},
          {"SELECT a FROM :\"tab\" WHERE b = :'v' AND c = :d AND x::text = y[1:2]",
           "1:1-1:67 dynamic |SELECT a FROM \"eg_hole_1\" WHERE b = ? AND c = :d AND x::text = y[1:2]| "
           "identifier<:\"tab\">=\"eg_hole_1\" value<:'v'>=?\n"},
          {"INSERT INTO t ({{ cols }}) VALUES ({{ vals }})",
           "1:1-1:46 dynamic |INSERT INTO t (\"eg_hole_1\") VALUES (?)| identifier<{{ cols }}>=\"eg_hole_1\" list<{{ "
           "vals }}>=?\n"},
          {"SELECT a FROM t WHERE b BETWEEN {{ x }} AND {{ y }} ORDER BY {{ col }} {{ dir }} LIMIT {n}",
           "1:1-1:90 dynamic |SELECT a FROM t WHERE b BETWEEN ? AND ? ORDER BY \"eg_hole_1\"  LIMIT ?| value<{{ x "
           "}}>=? "
           "value<{{ y }}>=? identifier<{{ col }}>=\"eg_hole_1\" predicate<{{ dir }}>= value<{n}>=?\n"},
          {"UPDATE t SET {{ sets }} WHERE {{ col }} = 1",
           "1:1-1:43 dynamic |UPDATE t SET \"eg_hole_1\" = ? WHERE \"eg_hole_2\" = 1| "
           "identifier<{{ sets }}>=\"eg_hole_1\" = ? identifier<{{ col }}>=\"eg_hole_2\"\n"},
          {"SELECT a FROM t WHERE b = %(b)s AND c = %s AND d = e %s",
           "1:1-1:55 (%s %(n)s) |SELECT a FROM t WHERE b = %(b)s AND c = %s AND d = e %s|\n"},
          {"SELECT a %s FROM t", "1:1-1:18 |SELECT a %s FROM t|\n"},
          {"SELECT a FROM t ORDER BY %order% OFFSET $1",
           "1:1-1:42 dynamic |SELECT a FROM t ORDER BY \"eg_hole_1\" OFFSET $1| identifier<%order%>=\"eg_hole_1\"\n"},
          {"WITH s AS (%query%) SELECT a FROM s WHERE b = 1 AND %cond% AND c = 2 %more%;SELECT 1",
           "1:1-1:75 dynamic |WITH s AS (SELECT \"eg_hole_1\") SELECT a FROM s WHERE b = 1 AND 1=1 AND c = 2 | "
           "identifier<%query%>=SELECT \"eg_hole_1\" predicate<%cond%>=1=1 predicate<%more%>=\n"
           "1:77-1:84 |SELECT 1|\n"},
          {"SELECT a FROM %s WHERE b = $1;SELECT a FROM t JOIN %s.u AS x ON x.a = t.a",
           "1:1-1:29 dynamic |SELECT a FROM \"eg_hole_1\" WHERE b = $1| identifier<%s>=\"eg_hole_1\"\n"
           "1:31-1:73 dynamic |SELECT a FROM t JOIN \"eg_hole_1\".u AS x ON x.a = t.a| "
           "identifier<%s>=\"eg_hole_1\"\n"},
          {"SELECT a %bb% c, (a)%bb%2, a %b FROM t WHERE c LIKE '%ab%' AND d = %s AND (1) %bb% $1",
           "1:1-1:85 (%s %(n)s) |SELECT a %bb% c, (a)%bb%2, a %b FROM t WHERE c LIKE '%ab%' AND d = %s AND (1) %bb% "
           "$1|\n"},
          {"SELECT extract(year FROM %s) WHERE a IS DISTINCT FROM %s AND b = %s%%bb%%2",
           "1:1-1:74 (%s %(n)s) |SELECT extract(year FROM %s) WHERE a IS DISTINCT FROM %s AND b = %s%%bb%%2|\n"},
          {"SELECT '{{', \"{\" FROM t WHERE j = '{\"a\": 1}'",
           "1:1-1:44 |SELECT '{{', \"{\" FROM t WHERE j = '{\"a\": 1}'|\n"},
      },
      kPg);
}

TEST_CASE("suppressions cover the statement they stand in, behind or before") {
  check(
      {
          {"-- explaingate-ignore a: small table\n\nSELECT\n1;\nSELECT 2;",
           "3:1-4:1 |SELECT\\n1|\n5:1-5:8 |SELECT 2|\nignore 1 covers 3-4 a: small table\n"},
          {"SELECT 1; -- explaingate-ignore a, b-c: why: not\nSELECT 2; /* explaingate-ignore d */",
           "1:1-1:8 |SELECT 1|\n2:1-2:8 |SELECT 2|\nignore 1 covers 1-1 a,b-c: why: not\nignore 2 covers 2-2 d: \n"},
          {"SELECT\n /* explaingate-ignore a: r */ 1\n -- explaingate-ignore b: r\n;SELECT 2",
           "1:1-2:32 |SELECT\\n /* explaingate-ignore a: r */ 1|\n4:2-4:9 |SELECT 2|\nignore 2 covers 1-2 a: r\nignore "
           "3 covers 1-2 b: r\n"},
          {"-- explaingate-ignore a: last", "ignore 1 covers 1-1 a: last\n"},
          {"-- see explaingate-ignore a: b\n-- explaingate-ignored a: b\nSELECT 'explaingate-ignore a: b'",
           "3:1-3:32 |SELECT 'explaingate-ignore a: b'|\n"},
      },
      kLite);
}

TEST_CASE("sizes are bounded") {
  std::string long_one = "SELECT 1;SELECT '" + std::string(1 << 20, 'x') + "';SELECT 2;";
  CHECK(
      dump(long_one, extract_sql_file("a.sql", long_one, kLite)) ==
      "1:1-1:8 |SELECT 1|\n1:1048596-1:1048603 |SELECT 2|\n! 1:10 statement of 1048585 bytes is longer than 1048576\n");
  CHECK(dump("", extract_sql_file("a.sql", std::string((64 << 20) + 1, ' '), kLite)) ==
        "! 1:1 the file has 67108865 bytes, more than 67108864\n");
  std::string many;
  for (int i = 0; i < 250'001; ++i) many += "a;\n";
  Extraction found = extract_sql_file("a.sql", many, kLite);
  CHECK(found.statements.size() == 250'000);
  CHECK(found.not_analysed.size() == 1);
  std::string includes;
  for (int i = 0; i < 3000; ++i) includes += "\\i x\n";
  CHECK(extract_sql_file("a.sql", includes, kLite).not_analysed.size() == 1001);
}

// Inputs that a lexer or splitter with a rescan in it takes hours for: the test's time limit is the check.
TEST_CASE("hostile texts of some megabytes are read in one go") {
  for (std::string_view unit : {"(;",
                                "'a' \n",
                                "$a$b",
                                "{{",
                                "'{{'",
                                "${",
                                "{% if x %}{% else %}",
                                "/*",
                                "CREATE TRIGGER t BEGIN ;",
                                "BEGIN;END ",
                                "-- name: x\n",
                                "\\i\n",
                                "COPY t FROM stdin;\n\\.",
                                "a{{b}}",
                                "$1$",
                                ":'x",
                                "%ab%",
                                "a %b",
                                "<%=",
                                "\n\n",
                                "[",
                                "\"",
                                "`",
                                "END--\n",
                                "%(",
                                "@a.",
                                "DELIMITER $$\n$",
                                "\\copy t from stdin\n"}) {
    std::string text;
    while (text.size() < 2'000'000) text += unit;
    CAPTURE(unit);
    for (Dialect dialect : {kLite, kPg}) {
      Extraction found = extract_sql_file("a.sql", text, dialect);
      CHECK(found.statements.size() <= 250'000);
    }
  }
}

TEST_CASE("a statement is split into its parts") {
  Statement whole;
  whole.path = "a.py";
  whole.line = 3;
  whole.column = 5;
  whole.kind = "call";
  whole.text = "DELETE FROM a;\n SELECT '%;' FROM \"eg_hole_1\"; ";
  whole.dynamic = true;
  whole.holes = {{33, 11, HoleKind::kIdentifier, "name"}};
  std::string source = "\n\n    DELETE FROM a;\n SELECT '%;' FROM {name}; ";
  whole.map.add(33, 6, 33);
  whole.map.add(11, 39, 6);
  whole.map.add(2, 45, 2);
  for (std::string_view given : {std::string_view(), std::string_view(source)}) {
    Extraction found;
    found.statements = split_statement(whole, kLite, given);
    CHECK(dump(source, found) ==
          "3:5-3:17 call  |DELETE FROM a|\n"
          "4:2-4:" +
              std::string(given.empty() ? "29" : "19") +
              " call  dynamic |SELECT '%;' FROM \"eg_hole_1\"| identifier<name>=\"eg_hole_1\"\n");
  }
  whole.text = "SELECT 1; SELECT 'x";
  whole.map = {};
  whole.holes.clear();
  std::vector<Statement> parts = split_statement(whole, kLite);
  REQUIRE(parts.size() == 2);
  CHECK(parts[1].text == " SELECT 'x");
}

}  // namespace
}  // namespace explaingate
