#include <doctest/doctest.h>

#include "parse/dump.h"
#include "parse/parse.h"

using namespace explaingate;

namespace {

struct Case {
  Dialect dialect;
  std::string_view parts;  // of test::dump
  std::string_view sql;
  std::string_view want;
};

void check(const std::vector<Case>& cases) {
  for (const Case& one : cases) {
    CAPTURE(one.sql);
    CHECK(test::dump(one.sql, parse_query(one.sql, one.dialect), one.parts) == one.want);
  }
}

}  // namespace

TEST_CASE("predicates: operators, operands, sargability") {
  check({
      {Dialect::kSqlite, "p", R"q(SELECT * FROM t WHERE a = 1 AND b < ? AND ? >= c AND 'x' <> d)q",
       R"(where 0 t.a = '1' <a = 1>
where 0 t.b < ? <b < ?>
where 0 t.c <= ? <? >= c>
where 0 t.d <> 'x' NOT: negation [d] <'x' <> d>
)"},
      {Dialect::kSqlite, "p", R"q(SELECT * FROM t WHERE lower(a) = ? AND date(b) >= '2024-01-01' AND trim(c) = 'x')q",
       R"(where 0 t.a = ? NOT: function lower() around the column [lower(a)] <lower(a) = ?>
where 0 t.b >= '2024-01-01' NOT: function date() around the column [date(b)] <date(b) >= '2024-01-01'>
where 0 t.c = 'x' NOT: function trim() around the column [trim(c)] <trim(c) = 'x'>
)"},
      {Dialect::kSqlite, "p",
       R"q(SELECT * FROM t WHERE CAST(a AS INTEGER) = 5 AND CAST(b AS unsigned big int) = 1 AND c COLLATE nocase = 'x')q",
       R"(where 0 t.a = '5' NOT: cast of the column [CAST(a AS INTEGER)] <CAST(a AS INTEGER) = 5>
where 0 t.b = '1' NOT: cast of the column [CAST(b AS unsigned big int)] <CAST(b AS unsigned big int) = 1>
where 0 t.c = 'x' <c COLLATE nocase = 'x'>
)"},
      {Dialect::kSqlite, "p", R"q(SELECT * FROM t WHERE a + 1 > 5 AND -b = 3 AND c % 2 = 0 AND d & 4)q",
       R"(where 0 t.a > '5' NOT: arithmetic on the column [a + 1] <a + 1 > 5>
where 0 t.b = '3' NOT: arithmetic on the column [-b] <-b = 3>
where 0 t.c = '0' NOT: arithmetic on the column [c % 2] <c % 2 = 0>
where 0 t.d IS TRUE NOT: arithmetic on the column [d & 4] <d & 4>
)"},
      {Dialect::kSqlite, "p",
       R"q(SELECT * FROM t WHERE a || b = ? AND coalesce(c, 0) = 1 AND ifnull(d, 0) = 1 AND e ->> '$.x' = 'y')q",
       R"(where 0 t.a = ? NOT: concatenation with the column [a || b] <a || b = ?>
where 0 t.b = ? NOT: concatenation with the column [a || b] <a || b = ?>
where 0 t.c = '1' NOT: function coalesce() around the column [coalesce(c, 0)] <coalesce(c, 0) = 1>
where 0 t.d = '1' NOT: function ifnull() around the column [ifnull(d, 0)] <ifnull(d, 0) = 1>
where 0 t.e = 'y' NOT: JSON extraction from the column [e ->> '$.x'] <e ->> '$.x' = 'y'>
)"},
      {Dialect::kSqlite, "p",
       R"q(SELECT * FROM t WHERE a LIKE 'x%' AND b LIKE '%x' AND c LIKE '_x' AND d LIKE ? AND e LIKE '%' || ? || '%' AND f LIKE ? || '%' AND g NOT LIKE 'x%' ESCAPE '\')q",
       R"(where 0 t.a LIKE 'x%' <a LIKE 'x%'>
where 0 t.b LIKE '%x' NOT: LIKE pattern starts with a wildcard [b] <b LIKE '%x'>
where 0 t.c LIKE '_x' NOT: LIKE pattern starts with a wildcard [c] <c LIKE '_x'>
where 0 t.d LIKE ? <d LIKE ?>
where 0 t.e LIKE expression NOT: LIKE pattern starts with a wildcard [e] <e LIKE '%' || ? || '%'>
where 0 t.f LIKE expression NOT: LIKE pattern is an expression [f] <f LIKE ? || '%'>
where 0 t.g NOT LIKE 'x%' NOT: negation [g] <g NOT LIKE 'x%' ESCAPE '\'>
)"},
      {Dialect::kSqlite, "p",
       R"q(SELECT * FROM t WHERE a GLOB 'x*' AND b GLOB '*x' AND c NOT GLOB '[a]*' AND d REGEXP 'x' AND t MATCH 'x' AND e GLOB ? || '*' AND ? LIKE f)q",
       R"(where 0 t.a GLOB 'x*' <a GLOB 'x*'>
where 0 t.b GLOB '*x' NOT: GLOB pattern starts with a wildcard [b] <b GLOB '*x'>
where 0 t.c NOT GLOB '[a]*' NOT: GLOB pattern starts with a wildcard [c] <c NOT GLOB '[a]*'>
where 0 t.d REGEXP 'x' NOT: regular expression [d] <d REGEXP 'x'>
where 0 t.t MATCH 'x' <t MATCH 'x'>
where 0 t.e GLOB expression NOT: GLOB pattern is an expression [e] <e GLOB ? || '*'>
where 0 t.f LIKE ? NOT: the column is the pattern [f] <? LIKE f>
)"},
      {Dialect::kSqlite, "p",
       R"q(SELECT * FROM t WHERE NOT a = 1 AND NOT (b < 2 OR c = 3) AND NOT d IS NULL AND NOT (e = 1 AND f = 2))q",
       R"(where 0 t.a <> '1' NOT: negation [a] <a = 1>
where 0 t.b >= '2' NOT: negation [b] <b < 2>
where 0 t.c <> '3' NOT: negation [c] <c = 3>
where 0 t.d IS NOT NULL <d IS NULL>
where 0 t.e <> '1' or NOT: negation [e] <e = 1>
where 0 t.f <> '2' or NOT: negation [f] <f = 2>
)"},
      {Dialect::kSqlite, "p",
       R"q(SELECT * FROM t WHERE a IN (1, 2) AND b IN (?, ?) AND c NOT IN (1) AND d IN (SELECT x FROM u) AND e NOT IN (SELECT x FROM u WHERE u.y = t.y) AND ? IN (f, g))q",
       R"(where 0 t.a IN list <a IN (1, 2)>
where 0 t.b IN list <b IN (?, ?)>
where 0 t.c NOT IN list NOT: negation [c] <c NOT IN (1)>
where 0 t.d IN subquery <d IN (SELECT x FROM u)>
where 2 u.y = t.y <u.y = t.y>
where 2 t.y = u.y <u.y = t.y>
where 0 t.e NOT IN subquery NOT: negation [e] <e NOT IN (SELECT x FROM u WHERE u.y = t.y)>
where 0 t.f IN ? NOT: the column is in the list [f, g] <? IN (f, g)>
where 0 t.g IN ? NOT: the column is in the list [f, g] <? IN (f, g)>
)"},
      {Dialect::kSqlite, "p",
       R"q(SELECT * FROM t WHERE a BETWEEN 1 AND 2 AND b NOT BETWEEN ? AND ? AND ? BETWEEN c AND d)q",
       R"(where 0 t.a BETWEEN '1' <a BETWEEN 1 AND 2>
where 0 t.b NOT BETWEEN ? NOT: negation [b] <b NOT BETWEEN ? AND ?>
where 0 t.c <= ? <? BETWEEN c AND d>
where 0 t.d >= ? <? BETWEEN c AND d>
)"},
      {Dialect::kSqlite, "p",
       R"q(SELECT * FROM t WHERE a IS NULL AND b IS NOT NULL AND c ISNULL AND d NOTNULL AND e NOT NULL AND f IS ? AND g IS NOT 5 AND h IS TRUE AND i IS NOT DISTINCT FROM 7)q",
       R"(where 0 t.a IS NULL <a IS NULL>
where 0 t.b IS NOT NULL <b IS NOT NULL>
where 0 t.c IS NULL <c ISNULL>
where 0 t.d IS NOT NULL <d NOTNULL>
where 0 t.e IS NOT NULL <e NOT NULL>
where 0 t.f IS ? <f IS ?>
where 0 t.g IS NOT '5' NOT: negation [g] <g IS NOT 5>
where 0 t.h IS TRUE NOT: truth test of the column [h] <h IS TRUE>
where 0 t.i IS '7' <i IS NOT DISTINCT FROM 7>
)"},
      {Dialect::kSqlite, "p",
       R"q(SELECT * FROM t WHERE a == 1 AND b = 0x1F AND c = -5 AND d = x'ab' AND e = 1.5e3 AND f = NULL AND g = TRUE)q",
       R"(where 0 t.a = '1' <a == 1>
where 0 t.b = '0x1F' <b = 0x1F>
where 0 t.c = '-5' <c = -5>
where 0 t.d = 'x'ab'' <d = x'ab'>
where 0 t.e = '1.5e3' <e = 1.5e3>
where 0 t.f = 'NULL' <f = NULL>
where 0 t.g = 'TRUE' <g = TRUE>
)"},
      {Dialect::kSqlite, "p",
       R"q(SELECT * FROM t WHERE (a, b) = (1, ?) AND (c, d) > (?, ?) AND (e, f) IN (VALUES (1, 2)) AND (g, h) IN ((1, 2), (3, 4)))q",
       R"(where 0 t.a = '1' <(a, b) = (1, ?)>
where 0 t.b = ? <(a, b) = (1, ?)>
where 0 t.c > ? <(c, d) > (?, ?)>
where 0 t.d > ? <(c, d) > (?, ?)>
where 0 t.e IN subquery <(e, f) IN (VALUES (1, 2))>
where 0 t.f IN subquery <(e, f) IN (VALUES (1, 2))>
where 0 t.g IN list <(g, h) IN ((1, 2), (3, 4))>
where 0 t.h IN list <(g, h) IN ((1, 2), (3, 4))>
)"},
      {Dialect::kSqlite, "p",
       R"q(SELECT * FROM t WHERE active AND NOT deleted AND instr(name, ?) AND instr(name, ?) > 0)q",
       R"(where 0 t.active IS TRUE NOT: truth test of the column [active] <active>
where 0 t.deleted IS FALSE NOT: negation [deleted] <deleted>
where 0 t.name IS TRUE NOT: function instr() around the column [instr(name, ?)] <instr(name, ?)>
where 0 t.name > '0' NOT: function instr() around the column [instr(name, ?)] <instr(name, ?) > 0>
)"},
      {Dialect::kSqlite, "p", R"q(SELECT * FROM t WHERE a = b AND t.c = t.d AND a = b + 1)q",
       R"(where 0 t.a = t.b NOT: compares columns of one row [a] <a = b>
where 0 t.b = t.a NOT: compares columns of one row [b] <a = b>
where 0 t.c = t.d NOT: compares columns of one row [t.c] <t.c = t.d>
where 0 t.d = t.c NOT: compares columns of one row [t.d] <t.c = t.d>
where 0 t.a = expression <a = b + 1>
where 0 t.b = t.a NOT: arithmetic on the column [b + 1] <a = b + 1>
)"},
      {Dialect::kSqlite, "p", R"q(SELECT * FROM t WHERE a = 1 OR (b = 2 AND c = 3))q",
       R"(where 0 t.a = '1' or <a = 1>
where 0 t.b = '2' or <b = 2>
where 0 t.c = '3' or <c = 3>
)"},
      {Dialect::kSqlite, "p", R"q(SELECT a FROM t GROUP BY a HAVING count(*) > 1 AND sum(b) > 5 AND a > 3)q",
       R"(having 0 t.b > '5' NOT: aggregate sum() of the column [sum(b)] <sum(b) > 5>
having 0 t.a > '3' <a > 3>
)"},
      {Dialect::kSqlite, "p",
       R"q(SELECT * FROM o JOIN c ON c.id = o.cid AND c.kind = 'x' LEFT JOIN l ON l.oid = o.id WHERE l.qty > o.limit_qty)q",
       R"(on 0 c.id = o.cid <c.id = o.cid>
on 0 o.cid = c.id <c.id = o.cid>
on 0 c.kind = 'x' <c.kind = 'x'>
on 0 l.oid = o.id outer <l.oid = o.id>
on 0 o.id = l.oid outer <l.oid = o.id>
where 0 l.qty > o.limit_qty <l.qty > o.limit_qty>
where 0 o.limit_qty < l.qty <l.qty > o.limit_qty>
)"},
      {Dialect::kSqlite, "p", R"q(SELECT * FROM o JOIN c USING (id, kind) LEFT JOIN d USING (x))q",
       R"(on 0 c.id = o.id <id>
on 0 o.id = c.id <id>
on 0 c.kind = o.kind <kind>
on 0 o.kind = c.kind <kind>
on 0 d.x = ?.x outer <x>
on 0 ?.x = d.x outer <x>
)"},
      {Dialect::kSqlite, "p",
       R"q(SELECT * FROM o WHERE lower(o.a) = lower(?) AND CASE WHEN o.b THEN 1 ELSE 2 END = 1 AND (o.c) = 1 AND ((o.d + 1)) * 2 = 4)q",
       R"(where 0 o.a = expression NOT: function lower() around the column [lower(o.a)] <lower(o.a) = lower(?)>
where 0 o.b = '1' NOT: CASE around the column [CASE WHEN o.b THEN 1 ELSE 2 END] <CASE WHEN o.b THEN 1 ELSE 2 END = 1>
where 0 o.c = '1' <(o.c) = 1>
where 0 o.d = '4' NOT: arithmetic on the column [((o.d + 1)) * 2] <((o.d + 1)) * 2 = 4>
)"},
      {Dialect::kSqlite, "p",
       R"q(SELECT * FROM t WHERE a = (SELECT max(x) FROM u) AND b > (SELECT y FROM u WHERE u.id = t.id))q",
       R"(where 0 t.a = subquery <a = (SELECT max(x) FROM u)>
where 2 u.id = t.id <u.id = t.id>
where 2 t.id = u.id <u.id = t.id>
where 0 t.b > subquery <b > (SELECT y FROM u WHERE u.id = t.id)>
)"},
      {Dialect::kSqlite, "p",
       R"q(SELECT * FROM t WHERE status = "open" AND kind IN ("a", "b") AND "x" = "y" AND t."z" = "user")q",
       R"(where 0 t.status = 'open' <status = "open">
where 0 t.kind IN list <kind IN ("a", "b")>
where 0 t.x = t.y NOT: compares columns of one row ["x"] <"x" = "y">
where 0 t.y = t.x NOT: compares columns of one row ["y"] <"x" = "y">
where 0 t.z = t.user NOT: compares columns of one row [t."z"] <t."z" = "user">
where 0 t.user = t.z NOT: compares columns of one row ["user"] <t."z" = "user">
)"},
      {Dialect::kSqlite, "p",
       R"q(SELECT * FROM t WHERE strftime('%Y', a) = '2024' AND max(b, 1) = 2 AND nullif(c, '') = 'x')q",
       R"(where 0 t.a = '2024' NOT: function strftime() around the column [strftime('%Y', a)] <strftime('%Y', a) = '2024'>
where 0 t.b = '2' NOT: function max() around the column [max(b, 1)] <max(b, 1) = 2>
where 0 t.c = 'x' NOT: function nullif() around the column [nullif(c, '')] <nullif(c, '') = 'x'>
)"},
      {Dialect::kPostgres, "p",
       R"q(SELECT * FROM t WHERE a = ANY($1) AND b <> ALL($2) AND c = ANY (SELECT x FROM u) AND d > ANY($3) AND e = ANY(ARRAY[1, 2]))q",
       R"(where 0 t.a IN ? <a = ANY($1)>
where 0 t.b NOT IN ? NOT: negation [b] <b <> ALL($2)>
where 0 t.c IN subquery <c = ANY (SELECT x FROM u)>
where 0 t.d > ANY ? <d > ANY($3)>
where 0 t.e IN list <e = ANY(ARRAY[1, 2])>
)"},
      {Dialect::kPostgres, "p",
       R"q(SELECT * FROM t WHERE a ILIKE 'x%' AND b SIMILAR TO 'x' AND c ~ '^x' AND d ~ 'x' AND e !~* 'x' AND f @> $1 AND $2 <@ g AND h ? 'key')q",
       R"(where 0 t.a ILIKE 'x%' NOT: ILIKE ignores case [a] <a ILIKE 'x%'>
where 0 t.b SIMILAR TO 'x' NOT: regular expression [b] <b SIMILAR TO 'x'>
where 0 t.c ~ '^x' <c ~ '^x'>
where 0 t.d ~ 'x' NOT: regular expression [d] <d ~ 'x'>
where 0 t.e !~* 'x' NOT: regular expression [e] <e !~* 'x'>
where 0 t.f @> ? <f @> $1>
where 0 t.g @> ? <$2 <@ g>
where 0 t.h ? 'key' <h ? 'key'>
)"},
      {Dialect::kPostgres, "p",
       R"q(SELECT * FROM t WHERE a::text = $1 AND b = $1::int AND c > now() - interval '1 day' AND d IS NOT DISTINCT FROM $2 AND e IS DISTINCT FROM $3 AND active AND x IS NOT TRUE)q",
       R"(where 0 t.a = ? NOT: cast of the column [a::text] <a::text = $1>
where 0 t.b = ? <b = $1::int>
where 0 t.c > expression <c > now() - interval '1 day'>
where 0 t.d IS ? NOT: IS NOT DISTINCT FROM uses no index [d] <d IS NOT DISTINCT FROM $2>
where 0 t.e IS NOT ? NOT: negation [e] <e IS DISTINCT FROM $3>
where 0 t.active IS TRUE <active>
where 0 t.x IS NOT TRUE NOT: negation [x] <x IS NOT TRUE>
)"},
      {Dialect::kPostgres, "p",
       R"q(SELECT * FROM "T" WHERE "T"."A" = 1 AND T.b = 2 AND extract(year FROM c) = 2024 AND d AT TIME ZONE 'utc' > $1 AND e[1] = 2)q",
       R"(where 0 T.A = '1' <"T"."A" = 1>
where 0 ?.b = '2' <T.b = 2>
where 0 T.c = '2024' NOT: function extract() around the column [extract(year FROM c)] <extract(year FROM c) = 2024>
where 0 T.d > ? NOT: function timezone() around the column [d AT TIME ZONE 'utc'] <d AT TIME ZONE 'utc' > $1>
where 0 T.e = '2' NOT: subscript of the column [e[1]] <e[1] = 2>
)"},
  });
}
