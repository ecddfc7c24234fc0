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

TEST_CASE("blocks, tables and flags") {
  check({
      {Dialect::kSqlite, "kbt", R"q(SELECT * FROM Orders o, main.Lines AS L WHERE o.id = L.oid)q",
       R"(select
block 0 top @0
table 0 from Orders as o @14
table 0 from main.Lines as L @24
)"},
      {Dialect::kSqlite, "kbtp",
       R"q(WITH recent(id) AS (SELECT id FROM orders WHERE a = 1), b AS MATERIALIZED (SELECT * FROM recent r WHERE r.id = 2) SELECT * FROM b JOIN recent ON b.id = recent.id)q",
       R"(select
block 0 top @0
block 1 cte in 0 recent @20
block 2 cte in 0 b @75
table 1 from orders @35
table 2 cte recent as r block=1 @89
table 0 cte b block=2 @128
table 0 cte recent block=1 @135
where 1 orders.a = '1' <a = 1>
where 2 r.id = '2' <r.id = 2>
on 0 b.id = recent.id <b.id = recent.id>
on 0 recent.id = b.id <b.id = recent.id>
)"},
      {Dialect::kSqlite, "kbt", R"q(WITH t AS (SELECT 1 UNION ALL SELECT x + 1 FROM t) SELECT * FROM t)q",
       R"(select
block 0 top @0
block 1 cte in 0 t recursive [UNION ALL] @11
block 2 set_operand in 1 @11
block 3 set_operand in 1 @30
table 3 cte t block=1 @48
table 0 cte t block=1 @65
)"},
      {Dialect::kPostgres, "kbt", R"q(WITH t AS (SELECT * FROM t) SELECT * FROM t)q",
       R"(select
block 0 top @0
block 1 cte in 0 t @11
table 1 from t @25
table 0 cte t block=1 @42
)"},
      {Dialect::kSqlite, "kbt",
       R"q(SELECT (SELECT count(*) FROM l WHERE l.oid = o.id), EXISTS (SELECT 1 FROM x), a IN (SELECT y FROM z WHERE z.q = o.q) FROM o)q",
       R"(select
block 0 top @0
block 1 scalar in 0 correlated aggregate @8
block 2 exists in 0 @60
block 3 in in 0 correlated @84
table 0 from o @122
table 1 from l @29
table 2 from x @74
table 3 from z @98
)"},
      {Dialect::kSqlite, "kbt", R"q(SELECT * FROM (SELECT a FROM t WHERE t.b = 1 LIMIT 3) JOIN (SELECT 1) AS one)q",
       R"(select
block 0 top @0
block 1 from in 0 limit=3 @15
block 2 from in 0 one @60
table 1 from t @29
table 0 subquery block=1 @14
table 0 subquery as one block=2 @59
)"},
      {Dialect::kSqlite, "kbt",
       R"q(SELECT * FROM (SELECT x.a FROM t x WHERE EXISTS (SELECT 1 FROM u WHERE u.a = x.a)) AS s)q",
       R"(select
block 0 top @0
block 1 from in 0 s @15
block 2 exists in 1 correlated @49
table 1 from t as x @31
table 2 from u @63
table 0 subquery as s block=1 @14
)"},
      {Dialect::kSqlite, "kbt", R"q(SELECT a FROM t UNION SELECT b FROM u UNION SELECT c FROM v ORDER BY 1 LIMIT 5)q",
       R"(select
block 0 top [UNION] limit=5 @0
block 1 set_operand in 0 @0
block 2 set_operand in 0 @22
block 3 set_operand in 0 @44
table 1 from t @14
table 2 from u @36
table 3 from v @58
)"},
      {Dialect::kSqlite, "kbt",
       R"q(SELECT a FROM t UNION ALL SELECT b FROM (SELECT * FROM u INTERSECT SELECT * FROM w))q",
       R"(select
block 0 top [UNION ALL] @0
block 1 set_operand in 0 @0
block 2 set_operand in 0 @26
block 3 from in 2 [INTERSECT] @41
block 4 set_operand in 3 @41
block 5 set_operand in 3 @67
table 1 from t @14
table 4 from u @55
table 5 from w @81
table 2 subquery block=3 @40
)"},
      {Dialect::kPostgres, "kbt", R"q((SELECT a FROM t LIMIT 1) EXCEPT ALL (SELECT b FROM u))q",
       R"(select
block 0 top [EXCEPT ALL] @0
block 1 set_operand in 0 limit=1 @1
block 2 set_operand in 0 @38
table 1 from t @15
table 2 from u @52
)"},
      {Dialect::kSqlite, "kbt", R"q(INSERT INTO t (a, b) SELECT x, y FROM u WHERE u.z = ?)q",
       R"(insert 1?
block 0 top @0
block 1 insert_source in 0 @21
table 0 target t @12
table 1 from u @38
)"},
      {Dialect::kSqlite, "kbt", R"q(INSERT INTO t (a) VALUES (?), (?) RETURNING id, *)q",
       R"(insert batch 2?
block 0 top @0
block 1 insert_source in 0 values @18
table 0 target t @12
)"},
      {Dialect::kSqlite, "kbt", R"q(REPLACE INTO main.t AS q (a) VALUES (:a))q",
       R"(insert 1?
block 0 top @0
block 1 insert_source in 0 values @29
table 0 target main.t as q @13
)"},
      {Dialect::kSqlite, "kbt", R"q(INSERT OR IGNORE INTO t DEFAULT VALUES)q",
       R"(insert
block 0 top @0
table 0 target t @22
)"},
      {Dialect::kSqlite, "kbt",
       R"q(INSERT INTO t (a) VALUES (?) ON CONFLICT (a) DO NOTHING ON CONFLICT (b) DO UPDATE SET c = excluded.c, d = (SELECT max(d) FROM u) WHERE t.c < excluded.c)q",
       R"(insert 1?
block 0 top @0
block 1 insert_source in 0 values @18
block 2 scalar in 0 aggregate @107
table 0 target t @12
table 2 from u @126
)"},
      {Dialect::kSqlite, "kbtjp",
       R"q(UPDATE orders AS o SET total = (SELECT sum(qty) FROM lines l WHERE l.oid = o.id) FROM customers c WHERE c.id = o.cid AND o.x = 1)q",
       R"(update reads_target
block 0 top @0
block 1 scalar in 0 correlated aggregate @32
table 0 target orders as o @7
table 0 from customers as c @86
table 1 from lines as l @53
join 0 o , c <c>
where 1 l.oid = o.id <l.oid = o.id>
where 1 o.id = l.oid <l.oid = o.id>
where 0 c.id = o.cid <c.id = o.cid>
where 0 o.cid = c.id <c.id = o.cid>
where 0 o.x = '1' <o.x = 1>
)"},
      {Dialect::kSqlite, "kbtjo",
       R"q(UPDATE OR REPLACE t SET a = 1 WHERE b = 2 ORDER BY c DESC, lower(d) LIMIT 10 OFFSET 5)q",
       R"(update reads_target
block 0 top limit=10 offset @0
table 0 target t @18
order 0.0 t.c desc [c] @51
order 0.1 ?. [lower(d)] @59
)"},
      {Dialect::kSqlite, "kbtjo", R"q(DELETE FROM t INDEXED BY i WHERE b = 2 ORDER BY c LIMIT ?)q",
       R"(delete reads_target 1?
block 0 top limit @0
table 0 target t @12
order 0.0 t.c [c] @48
)"},
      {Dialect::kPostgres, "kbtjp", R"q(DELETE FROM t USING u, v WHERE t.id = u.tid AND v.x = 1)q",
       R"(delete reads_target
block 0 top @0
table 0 target t @12
table 0 from u @20
table 0 from v @23
join 0 t , u <u>
join 0 ? , v NO CONDITION <,>
where 0 t.id = u.tid <t.id = u.tid>
where 0 u.tid = t.id <t.id = u.tid>
where 0 v.x = '1' <v.x = 1>
)"},
      {Dialect::kPostgres, "kbtjp",
       R"q(MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN UPDATE SET b = u.b WHEN NOT MATCHED THEN INSERT (a) VALUES (u.a))q",
       R"(update reads_target
block 0 top @0
table 0 target t @11
table 0 from u @19
on 0 t.a = u.a <t.a = u.a>
on 0 u.a = t.a <t.a = u.a>
)"},
      {Dialect::kPostgres, "kbt",
       R"q(SELECT * FROM t, LATERAL (SELECT * FROM u WHERE u.a = t.a LIMIT 1) x, unnest($1::int[]) WITH ORDINALITY AS q(v, n), generate_series(1, 10) g)q",
       R"(select batch 1?
block 0 top @0
block 1 from in 0 x correlated limit=1 @26
table 0 from t @14
table 1 from u @40
table 0 subquery as x block=1 @25
table 0 function as q @70
table 0 function as g @116
)"},
      {Dialect::kSqlite, "kbt",
       R"q(SELECT j.value FROM t, json_each(t.tags) AS j, json_each(?) k, pragma_table_info('t'))q",
       R"(select batch 1?
block 0 top @0
table 0 from t @20
table 0 function as j @23
table 0 function as k @47
table 0 function @63
)"},
      {Dialect::kSqlite, "kbt", R"q(VALUES (1, 'a'), (2, 'b'))q",
       R"(select batch
block 0 top values @0
)"},
      {Dialect::kSqlite, "kb",
       R"q(SELECT count(*), max(a, b), sum(c) OVER (PARTITION BY d ROWS BETWEEN 1 PRECEDING AND CURRENT ROW EXCLUDE TIES) FROM t)q",
       R"(select
block 0 top aggregate window @0
)"},
      {Dialect::kSqlite, "kb", R"q(SELECT max(a, b) FROM t LIMIT 5, 10)q",
       R"(select
block 0 top limit=10 offset @0
)"},
      {Dialect::kSqlite, "kb", R"q(SELECT DISTINCT a, count(*) FILTER (WHERE b) FROM t GROUP BY a LIMIT ? OFFSET ?)q",
       R"(select 2?
block 0 top aggregate distinct group limit offset @0
)"},
      {Dialect::kSqlite, "kb", R"q(SELECT a FROM t LIMIT -1 OFFSET 20)q",
       R"(select
block 0 top offset @0
)"},
      {Dialect::kSqlite, "kb", R"q(SELECT a FROM t LIMIT (SELECT 3))q",
       R"(select
block 0 top limit @0
block 1 scalar in 0 @23
)"},
      {Dialect::kPostgres, "kb", R"q(SELECT a FROM t FETCH FIRST 5 ROWS ONLY)q",
       R"(select
block 0 top limit=5 @0
)"},
      {Dialect::kPostgres, "kb", R"q(SELECT a FROM t ORDER BY b FETCH FIRST ROW WITH TIES)q",
       R"(select
block 0 top limit=1 @0
)"},
      {Dialect::kPostgres, "kb", R"q(SELECT a FROM t LIMIT ALL OFFSET 3 FOR UPDATE SKIP LOCKED)q",
       R"(select for_update
block 0 top offset @0
)"},
      {Dialect::kPostgres, "kb", R"q(SELECT * FROM t WHERE id IN ($1, $2) OR id = ANY($3))q",
       R"(select batch 3?
block 0 top @0
)"},
      {Dialect::kSqlite, "k", R"q(SELECT * FROM t WHERE a = ? AND b = :x AND c = :x AND d = @y AND e = $z AND f = ?7)q",
       R"(select 5?
)"},
      {Dialect::kSqlite, "kt", R"q(SELECT * FROM 'my t' AS "x y", [a b], `c``d`)q",
       R"(select
table 0 from my t as x y @14
table 0 from a b @31
table 0 from c`d @38
)"},
      {Dialect::kPostgres, "kt", R"q(SELECT * FROM Orders, "Orders", "a""b".c)q",
       R"(select
table 0 from orders @14
table 0 from Orders @22
table 0 from a"b.c @32
)"},
      {Dialect::kSqlite, "kbt", R"q(SELECT * FROM ((SELECT 1) UNION (SELECT 2)), (t), (a JOIN b ON a.x = b.x))q",
       R"(select
block 0 top @0
block 1 from in 0 [UNION] @16
block 2 set_operand in 1 @16
block 3 set_operand in 1 @33
table 0 subquery block=1 @15
table 0 from t @46
table 0 from a @51
table 0 from b @58
)"},
      {Dialect::kSqlite, "kbt", R"q(CREATE VIEW IF NOT EXISTS v AS SELECT a FROM t WHERE lower(b) = 'x')q",
       R"(create_view view v
block 0 top @31
table 0 from t @45
)"},
      {Dialect::kSqlite, "kbt", R"q(CREATE TEMP TABLE x AS SELECT * FROM t)q",
       R"(create_table table x
block 0 top @23
table 0 from t @37
)"},
      {Dialect::kSqlite, "kbt", R"q(SELECT * FROM a.b.c WHERE d.e.f = 1)q",
       R"(select
block 0 top @0
table 0 from b.c @14
)"},
  });
}

TEST_CASE("joins and whether they have a condition") {
  check({
      {Dialect::kSqlite, "j", R"q(SELECT * FROM a, b WHERE a.x = b.x)q",
       R"(join 0 a , b <,>
)"},
      {Dialect::kSqlite, "j", R"q(SELECT * FROM a, b WHERE a.x = 1 AND b.y = 2)q",
       R"(join 0 a , b NO CONDITION <,>
)"},
      {Dialect::kSqlite, "j", R"q(SELECT * FROM a, b, c WHERE a.x = c.x AND b.x = c.x)q",
       R"(join 0 a , b <,>
join 0 ? , c <,>
)"},
      {Dialect::kSqlite, "j", R"q(SELECT * FROM a, b, c WHERE a.x = b.x)q",
       R"(join 0 a , b <,>
join 0 ? , c NO CONDITION <,>
)"},
      {Dialect::kSqlite, "j", R"q(SELECT * FROM a, b WHERE lower(a.x) = lower(b.x))q",
       R"(join 0 a , b <,>
)"},
      {Dialect::kSqlite, "j", R"q(SELECT * FROM a, b WHERE a.x = b.x OR a.y = b.y)q",
       R"(join 0 a , b <,>
)"},
      {Dialect::kSqlite, "j", R"q(SELECT * FROM a, b WHERE x = b.id)q",
       R"(join 0 a , b <,>
)"},
      {Dialect::kSqlite, "j", R"q(SELECT * FROM a, b WHERE x = 5 AND y = 6)q",
       R"(join 0 a , b NO CONDITION <,>
)"},
      {Dialect::kSqlite, "j", R"q(SELECT * FROM a JOIN b)q",
       R"(join 0 a INNER b NO CONDITION <JOIN>
)"},
      {Dialect::kSqlite, "j", R"q(SELECT * FROM a JOIN b ON 1 = 1)q",
       R"(join 0 a INNER b NO CONDITION <JOIN>
)"},
      {Dialect::kSqlite, "j", R"q(SELECT * FROM a JOIN b ON a.x = b.x JOIN c USING (y) NATURAL JOIN d CROSS JOIN e)q",
       R"(join 0 a INNER b <JOIN>
join 0 ? INNER c <JOIN>
join 0 ? NATURAL d <JOIN>
join 0 ? CROSS e NO CONDITION <JOIN>
)"},
      {Dialect::kSqlite, "j", R"q(SELECT * FROM a CROSS JOIN b ON a.x = b.x)q",
       R"(join 0 a CROSS b <JOIN>
)"},
      {Dialect::kSqlite, "j", R"q(SELECT * FROM a CROSS JOIN b WHERE b.x > a.y)q",
       R"(join 0 a CROSS b <JOIN>
)"},
      {Dialect::kSqlite, "j",
       R"q(SELECT * FROM a LEFT OUTER JOIN b ON b.x = a.x AND b.y = 1 RIGHT JOIN c ON c.x = a.x FULL JOIN d ON d.x = 1)q",
       R"(join 0 a LEFT b <JOIN>
join 0 ? RIGHT c <JOIN>
join 0 ? FULL d <JOIN>
)"},
      {Dialect::kSqlite, "j", R"q(SELECT * FROM a NATURAL LEFT JOIN b)q",
       R"(join 0 a NATURAL b <JOIN>
)"},
      {Dialect::kSqlite, "j", R"q(SELECT * FROM a, (SELECT 1 AS one) s)q",
       R"(join 0 a , s <,>
)"},
      {Dialect::kSqlite, "j", R"q(SELECT * FROM a, (SELECT max(x) AS m FROM b) s)q",
       R"(join 0 a , s <,>
)"},
      {Dialect::kSqlite, "j", R"q(SELECT * FROM a, (SELECT x FROM b) s)q",
       R"(join 0 a , s NO CONDITION <,>
)"},
      {Dialect::kSqlite, "j", R"q(SELECT * FROM a, (SELECT x FROM b LIMIT 1) s)q",
       R"(join 0 a , s <,>
)"},
      {Dialect::kSqlite, "j", R"q(WITH p AS (SELECT ? AS since) SELECT * FROM p, orders o WHERE o.at > p.since)q",
       R"(join 0 p , o <,>
)"},
      {Dialect::kSqlite, "j", R"q(WITH p AS (SELECT ? AS since) SELECT * FROM p, orders o)q",
       R"(join 0 p , o <,>
)"},
      {Dialect::kSqlite, "j", R"q(SELECT * FROM a, json_each(?) j)q",
       R"(join 0 a , j <,>
)"},
      {Dialect::kSqlite, "j", R"q(SELECT * FROM json_each(?) j JOIN a)q",
       R"(join 0 j INNER a <JOIN>
)"},
      {Dialect::kSqlite, "j", R"q(SELECT * FROM a, (VALUES (1), (2)) v)q",
       R"(join 0 a , v <,>
)"},
      {Dialect::kPostgres, "j", R"q(SELECT * FROM a, LATERAL (SELECT * FROM b LIMIT 3) x)q",
       R"(join 0 a , x <,>
)"},
      {Dialect::kPostgres, "j", R"q(SELECT * FROM a CROSS JOIN LATERAL unnest(a.tags) AS tag)q",
       R"(join 0 a CROSS tag <JOIN>
)"},
      {Dialect::kSqlite, "j", R"q(SELECT * FROM a LEFT JOIN (b JOIN c ON b.x = c.x) ON a.x = b.x)q",
       R"(join 0 b INNER c <JOIN>
join 0 a LEFT ? <JOIN>
)"},
      {Dialect::kSqlite, "j",
       R"q(SELECT * FROM a JOIN b INDEXED BY i ON a.x = b.x JOIN c NOT INDEXED JOIN d AS dd WHERE c.x = dd.x)q",
       R"(join 0 a INNER b <JOIN>
join 0 ? INNER c NO CONDITION <JOIN>
join 0 ? INNER dd <JOIN>
)"},
      {Dialect::kSqlite, "j", R"q(SELECT * FROM a, b WHERE EXISTS (SELECT 1 FROM c WHERE c.x = a.x AND c.y = b.y))q",
       R"(join 0 a , b <,>
)"},
      {Dialect::kSqlite, "j", R"q(SELECT * FROM a, b WHERE a.id IN (SELECT aid FROM c WHERE c.bid = b.id))q",
       R"(join 0 a , b <,>
)"},
      {Dialect::kSqlite, "j", R"q(SELECT * FROM a, b WHERE a.x BETWEEN b.low AND b.high)q",
       R"(join 0 a , b <,>
)"},
      {Dialect::kPostgres, "j", R"q(UPDATE t SET x = u.x FROM u, v WHERE t.id = u.id)q",
       R"(join 0 t , u <u>
join 0 ? , v NO CONDITION <,>
)"},
  });
}

TEST_CASE("orderings and projections") {
  check({
      {Dialect::kSqlite, "o",
       R"q(SELECT a, b AS c, lower(d) AS e FROM t ORDER BY a DESC, c, e, 2, lower(a), b COLLATE nocase DESC NULLS LAST)q",
       R"(order 0.0 t.a desc [a] @48
order 0.1 t.b [c] @56
order 0.2 ?. [e] @59
order 0.3 ?. [2] @62
order 0.4 ?. [lower(a)] @65
order 0.5 t.b desc [b COLLATE nocase] @75
)"},
      {Dialect::kSqlite, "o", R"q(SELECT a x FROM t GROUP BY x, strftime('%Y', d), 1)q",
       R"(group 0.0 t.a [x] @27
group 0.1 ?. [strftime('%Y', d)] @30
group 0.2 ?. [1] @49
)"},
      {Dialect::kSqlite, "o", R"q(SELECT DISTINCT a, lower(b) FROM t)q",
       R"(distinct 0.0 t.a [a] @16
distinct 0.1 ?. [lower(b)] @19
)"},
      {Dialect::kPostgres, "o", R"q(SELECT DISTINCT ON (a, lower(b)) c FROM t ORDER BY a)q",
       R"(distinct 0.0 t.a [a] @20
distinct 0.1 ?. [lower(b)] @23
order 0.0 t.a [a] @51
)"},
      {Dialect::kSqlite, "o", R"q(SELECT t.a FROM t JOIN u ON u.a = t.a ORDER BY u.b, t.a, c)q",
       R"(order 0.0 u.b [u.b] @47
order 0.1 t.a [t.a] @52
order 0.2 ?.c [c] @57
)"},
      {Dialect::kSqlite, "o", R"q(SELECT a FROM t UNION SELECT b FROM u ORDER BY a)q",
       R"(order 0.0 ?.a [a] @47
)"},
      {Dialect::kPostgres, "o", R"q(SELECT a, count(*) FROM t GROUP BY GROUPING SETS ((a), ()), ROLLUP (b))q",
       R"(group 0.0 ?. [GROUPING SETS ((a), ())] @35
group 0.1 ?. [ROLLUP (b)] @60
)"},
      {Dialect::kSqlite, "o",
       R"q(SELECT a FROM t ORDER BY (SELECT max(x) FROM u WHERE u.t = t.id), CASE WHEN b THEN 1 ELSE 2 END)q",
       R"(order 0.0 ?. [(SELECT max(x) FROM u WHERE u.t = t.id)] @25
order 0.1 ?. [CASE WHEN b THEN 1 ELSE 2 END] @66
)"},
      {Dialect::kSqlite, "s",
       R"q(SELECT *, t.*, a, t.b AS x, lower(c), count(*) n, 1, ?, 'x' AS "Y z", (SELECT 1) FROM t)q",
       R"(select 0.0 ?.* @7
select 0.1 t.* @10
select 0.2 t.a @15
select 0.3 t.b as x @18
select 0.4 ?. @28
select 0.5 ?. as n @38
select 0.6 ?. @50
select 0.7 ?. @53
select 0.8 ?. as Y z @56
select 1.0 ?. @78
select 0.9 ?. @70
)"},
      {Dialect::kSqlite, "s", R"q(SELECT a, u.b FROM t, u)q",
       R"(select 0.0 ?.a @7
select 0.1 u.b @10
)"},
      {Dialect::kPostgres, "s", R"q(INSERT INTO t (a) VALUES (1) RETURNING id, lower(a) AS l)q",
       R"(select 0.0 t.id @39
select 0.1 ?. as l @43
)"},
      {Dialect::kSqlite, "s", R"q(SELECT Foo AS Bar, end, user, t.order_, "Quoted", [x y] FROM T)q",
       R"(select 0.0 T.Foo as bar @7
select 0.1 T.end @19
select 0.2 T.user @24
select 0.3 T.order_ @30
select 0.4 T.Quoted @40
select 0.5 T.x y @50
)"},
  });
}
