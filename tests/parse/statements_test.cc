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

TEST_CASE("definitions and commands") {
  check({
      {Dialect::kSqlite, "k",
       R"q(CREATE TABLE IF NOT EXISTS main."my t" (id INTEGER PRIMARY KEY AUTOINCREMENT, a, b UNSIGNED BIG INT NOT NULL ON CONFLICT FAIL DEFAULT (1 + 2), UNIQUE (a) ON CONFLICT REPLACE) STRICT, WITHOUT ROWID)q",
       R"(create_table table my t
)"},
      {Dialect::kSqlite, "k",
       R"q(create temp table t (a text collate nocase, b generated always as (a || 'x') stored);)q",
       R"(create_table table t
)"},
      {Dialect::kSqlite, "k", R"q(CREATE VIRTUAL TABLE docs USING fts5(title, body, tokenize = 'porter'))q",
       R"(create_table table docs
)"},
      {Dialect::kSqlite, "k", R"q(CREATE TABLE 't'('a' int))q",
       R"(create_table table t
)"},
      {Dialect::kSqlite, "k",
       R"q(CREATE UNIQUE INDEX IF NOT EXISTS main.i ON t (a, lower(b) DESC) WHERE c IS NOT NULL)q",
       R"(create_index index i on t
)"},
      {Dialect::kSqlite, "k",
       R"q(CREATE TRIGGER IF NOT EXISTS tr BEFORE UPDATE OF a, b ON [my t] FOR EACH ROW WHEN new.a > 1 BEGIN UPDATE t SET a = 1; SELECT CASE WHEN 1 THEN RAISE(ABORT, 'no;pe') END; END;)q",
       R"(create_trigger trigger tr on my t
)"},
      {Dialect::kSqlite, "k", R"q(CREATE VIEW v (a, b) AS WITH x AS (SELECT 1) SELECT * FROM x WHERE a NOT NULL)q",
       R"(create_view view v
)"},
      {Dialect::kSqlite, "k", R"q(ALTER TABLE main.t RENAME TO u)q",
       R"(alter_table table t on t
)"},
      {Dialect::kSqlite, "k", R"q(ALTER TABLE t RENAME COLUMN a TO b)q",
       R"(alter_table column a on t
)"},
      {Dialect::kSqlite, "k", R"q(ALTER TABLE t RENAME a TO b)q",
       R"(alter_table column a on t
)"},
      {Dialect::kSqlite, "k", R"q(ALTER TABLE t ADD COLUMN "c d" TEXT DEFAULT 'x')q",
       R"(alter_table column c d on t
)"},
      {Dialect::kSqlite, "k", R"q(ALTER TABLE t DROP c)q",
       R"(alter_table column c on t
)"},
      {Dialect::kSqlite, "k", R"q(DROP TABLE IF EXISTS main.t)q",
       R"(drop table t
)"},
      {Dialect::kSqlite, "k", R"q(DROP INDEX i;)q",
       R"(drop index i
)"},
      {Dialect::kSqlite, "k", R"q(DROP VIEW v)q",
       R"(drop view v
)"},
      {Dialect::kSqlite, "k", R"q(DROP TRIGGER tr)q",
       R"(drop trigger tr
)"},
      {Dialect::kSqlite, "k", R"q(PRAGMA foreign_keys = ON)q",
       R"(utility
)"},
      {Dialect::kSqlite, "k", R"q(PRAGMA main.table_info("t"))q",
       R"(utility
)"},
      {Dialect::kSqlite, "k", R"q(ATTACH DATABASE 'x.db' AS y)q",
       R"(utility
)"},
      {Dialect::kSqlite, "k", R"q(DETACH y)q",
       R"(utility
)"},
      {Dialect::kSqlite, "k", R"q(VACUUM main INTO 'x')q",
       R"(utility
)"},
      {Dialect::kSqlite, "k", R"q(REINDEX main.t)q",
       R"(utility
)"},
      {Dialect::kSqlite, "k", R"q(ANALYZE)q",
       R"(utility
)"},
      {Dialect::kSqlite, "k", R"q(EXPLAIN QUERY PLAN SELECT * FROM t WHERE a GLOB 'x')q",
       R"(utility
)"},
      {Dialect::kSqlite, "k", R"q(BEGIN IMMEDIATE TRANSACTION)q",
       R"(transaction
)"},
      {Dialect::kSqlite, "k", R"q(ROLLBACK TO SAVEPOINT x)q",
       R"(transaction
)"},
      {Dialect::kSqlite, "k", R"q(END)q",
       R"(transaction
)"},
      {Dialect::kSqlite, "k", R"q(SAVEPOINT s)q",
       R"(transaction
)"},
      {Dialect::kPostgres, "k",
       R"q(CREATE TABLE s.t (id bigserial PRIMARY KEY, a int NOT NULL) PARTITION BY RANGE (id))q",
       R"(create_table table s.t
)"},
      {Dialect::kPostgres, "k", R"q(CREATE TABLE p PARTITION OF t FOR VALUES FROM (1) TO (2))q",
       R"(create_table table p
)"},
      {Dialect::kPostgres, "k", R"q(CREATE UNLOGGED TABLE t (a int))q",
       R"(create_table table t
)"},
      {Dialect::kPostgres, "k",
       R"q(CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON ONLY s.t USING gin (a jsonb_path_ops) INCLUDE (b))q",
       R"(create_index index i on s.t
)"},
      {Dialect::kPostgres, "k", R"q(CREATE INDEX ON t (a))q",
       R"(create_index index on t
)"},
      {Dialect::kPostgres, "kbt", R"q(CREATE OR REPLACE VIEW v AS SELECT * FROM t)q",
       R"(create_view view v
block 0 top @28
table 0 from t @42
)"},
      {Dialect::kPostgres, "kbt", R"q(CREATE MATERIALIZED VIEW mv AS SELECT * FROM t WITH NO DATA)q",
       R"(create_view view mv
block 0 top @31
table 0 from t @45
)"},
      {Dialect::kPostgres, "k",
       R"q(CREATE TRIGGER tr AFTER INSERT OR UPDATE OF a ON s.t FOR EACH ROW EXECUTE FUNCTION f())q",
       R"(create_trigger trigger tr on s.t
)"},
      {Dialect::kPostgres, "k", R"q(CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS $$ SELECT 1; SELECT 2 $$)q",
       R"(other_ddl function f
)"},
      {Dialect::kPostgres, "k",
       R"q(CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END)q",
       R"(other_ddl function f
)"},
      {Dialect::kPostgres, "k", R"q(CREATE EXTENSION IF NOT EXISTS hstore)q",
       R"(other_ddl extension hstore
)"},
      {Dialect::kPostgres, "k", R"q(CREATE TYPE mood AS ENUM ('a', 'b'))q",
       R"(other_ddl type mood
)"},
      {Dialect::kPostgres, "k", R"q(ALTER TABLE IF EXISTS ONLY s.t ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES u (b))q",
       R"(alter_table constraint c on s.t
)"},
      {Dialect::kPostgres, "k", R"q(ALTER TABLE t ADD COLUMN IF NOT EXISTS c int, DROP COLUMN d)q",
       R"(alter_table column c on t
)"},
      {Dialect::kPostgres, "k", R"q(ALTER TABLE t ALTER COLUMN a TYPE bigint)q",
       R"(alter_table column a on t
)"},
      {Dialect::kPostgres, "k", R"q(ALTER TABLE t ADD PRIMARY KEY (a))q",
       R"(alter_table constraint on t
)"},
      {Dialect::kPostgres, "k", R"q(ALTER TABLE t ENABLE ROW LEVEL SECURITY)q",
       R"(alter_table table t on t
)"},
      {Dialect::kPostgres, "k", R"q(ALTER INDEX i RENAME TO j)q",
       R"(other_ddl index i
)"},
      {Dialect::kPostgres, "k", R"q(DROP INDEX CONCURRENTLY IF EXISTS s.i, j)q",
       R"(drop index i
)"},
      {Dialect::kPostgres, "k", R"q(DROP MATERIALIZED VIEW mv CASCADE)q",
       R"(drop view mv
)"},
      {Dialect::kPostgres, "k", R"q(DROP TRIGGER tr ON t)q",
       R"(drop trigger tr on t
)"},
      {Dialect::kPostgres, "k", R"q(COMMENT ON TABLE t IS 'x')q",
       R"(other_ddl
)"},
      {Dialect::kPostgres, "k", R"q(GRANT SELECT ON t TO u)q",
       R"(other_ddl
)"},
      {Dialect::kPostgres, "k", R"q(VACUUM ANALYZE t)q",
       R"(utility
)"},
      {Dialect::kPostgres, "k", R"q(SET search_path TO x)q",
       R"(utility
)"},
      {Dialect::kPostgres, "k", R"q(EXPLAIN ANALYZE SELECT 1)q",
       R"(utility
)"},
      {Dialect::kPostgres, "k", R"q(COPY t FROM STDIN)q",
       R"(utility
)"},
      {Dialect::kPostgres, "k", R"q(START TRANSACTION)q",
       R"(transaction
)"},
      {Dialect::kPostgres, "k", R"q(DO $$ BEGIN END $$)q",
       R"(utility
)"},
  });
}

TEST_CASE("errors and their columns") {
  check({
      {Dialect::kSqlite, "k", R"q()q",
       R"(error 1: empty statement
)"},
      {Dialect::kSqlite, "k", R"q(  -- nothing
)q",
       R"(error 1: empty statement
)"},
      {Dialect::kSqlite, "k", R"q(;;)q",
       R"(error 1: empty statement
)"},
      {Dialect::kSqlite, "k", R"q(SELECT * FORM t)q",
       R"(error 10: syntax error at or near "FORM"
)"},
      {Dialect::kSqlite, "k", R"q(SELECT 'é', x FROM WHERE a = ?)q",
       R"(error 21: syntax error at or near "WHERE"
)"},
      {Dialect::kSqlite, "k", R"q(SELECT * FROM t WHERE a = ? AND AND b = :name)q",
       R"(error 33: syntax error at or near "AND"
)"},
      {Dialect::kSqlite, "k", R"q(SELECT * FROM t WHERE a IS ? ? b)q",
       R"(error 30: syntax error at or near "?"
)"},
      {Dialect::kSqlite, "k", R"q(SELECT `a b` FROM [c d] [e f] [g h])q",
       R"(error 31: syntax error at or near "[g h]"
)"},
      {Dialect::kSqlite, "k", R"q(SELECT 1; SELECT 2)q",
       R"(error 11: more than one statement
)"},
      {Dialect::kSqlite, "k", R"q(SELECT 1; ;)q",
       R"(select
)"},
      {Dialect::kSqlite, "k", R"q(SELECT 'abc)q",
       R"(error 8: unterminated quoted string
)"},
      {Dialect::kSqlite, "k", R"q(SELECT "abc)q",
       R"(error 8: unterminated quoted string
)"},
      {Dialect::kSqlite, "k", R"q(SELECT 1 /* open)q",
       R"(select
)"},
      {Dialect::kPostgres, "k", R"q(SELECT 1 /* open)q",
       R"(error 10: unterminated /* comment
)"},
      {Dialect::kSqlite, "k", R"q(SELECT (1)q",
       R"(error 10: syntax error at end of input
)"},
      {Dialect::kSqlite, "k", R"q(CREATE TABLE t (a int)q",
       R"(error 22: syntax error at end of input
)"},
      {Dialect::kSqlite, "k", R"q(CREATE FUNCTION f() RETURNS int)q",
       R"(error 8: syntax error at or near "FUNCTION"
)"},
      {Dialect::kSqlite, "k", R"q(CREATE TABLE)q",
       R"(error 13: syntax error at end of input
)"},
      {Dialect::kSqlite, "k", R"q(CREATE INDEX i (a))q",
       R"(error 16: syntax error at or near "("
)"},
      {Dialect::kSqlite, "k", R"q(DROP TABLE a b)q",
       R"(error 14: syntax error at or near "b"
)"},
      {Dialect::kSqlite, "k", R"q(DROP TABLE temp.)q",
       R"(error 17: syntax error at end of input
)"},
      {Dialect::kSqlite, "k", R"q(ALTER TABLE t FROBNICATE)q",
       R"(error 15: syntax error at or near "FROBNICATE"
)"},
      {Dialect::kSqlite, "k", R"q(PRAGMA)q",
       R"(error 7: syntax error at end of input
)"},
      {Dialect::kSqlite, "k", R"q(PRAGMA a b)q",
       R"(error 10: syntax error at or near "b"
)"},
      {Dialect::kSqlite, "k", R"q(EXPLAIN QUERY PLAN SELECT FROM WHERE)q",
       R"(error 32: syntax error at or near "WHERE"
)"},
      {Dialect::kSqlite, "k", R"q(FROBNICATE t)q",
       R"(error 1: syntax error at or near "FROBNICATE"
)"},
      {Dialect::kPostgres, "k", R"q(SELECT * FROM t WHERE a = $1 AND (b = $2)q",
       R"(error 41: syntax error at end of input
)"},
      {Dialect::kPostgres, "k", R"q(SELECT * FROM t LIMIT 1, 2)q",
       R"(error 17: LIMIT #,# syntax is not supported
)"},
      {Dialect::kPostgres, "k", R"q(SELECT * FROM `t`)q",
       R"(error 15: syntax error at or near "`"
)"},
      {Dialect::kPostgres, "k", R"q(INSERT OR REPLACE INTO t VALUES (1))q",
       R"(error 8: syntax error at or near "OR"
)"},
      {Dialect::kSqlite, "k", R"q(SELECT * FROM t WHERE a = {x})q",
       R"(error 27: syntax error at or near "{"
)"},
  });
}

TEST_CASE("SQLite's dialect and placeholders") {
  check({
      {Dialect::kSqlite, "kp",
       R"q(SELECT glob(a, b), match, regexp, offset, end, user, desc, replace(a, 'x', 'y'), left(a, 1), char(65), time('now'), year FROM t WHERE offset = 1 AND end > 2 AND t.user = 3)q",
       R"(select
where 0 t.offset = '1' <offset = 1>
where 0 t.end > '2' <end > 2>
where 0 t.user = '3' <t.user = 3>
)"},
      {Dialect::kSqlite, "ko",
       R"q(SELECT CASE WHEN a THEN b END FROM t ORDER BY CASE a WHEN 1 THEN 2 ELSE end END DESC)q",
       R"(select
order 0.0 ?. desc [CASE a WHEN 1 THEN 2 ELSE end END] @46
)"},
      {Dialect::kSqlite, "k", R"q(SELECT strftime('%Y', d) year, count(*) any FROM t GROUP BY year)q",
       R"(select
)"},
      {Dialect::kSqlite, "kp", R"q(SELECT * FROM t WHERE a IN main.tbl AND b NOT IN json_each(?) AND c IN ())q",
       R"(select batch 1?
where 0 t.a IN subquery <a IN main.tbl>
where 0 t.b NOT IN subquery NOT: negation [b] <b NOT IN json_each(?)>
where 0 t.c IN list <c IN ()>
)"},
      {Dialect::kSqlite, "kb", R"q(SELECT 0x1F, 1_000, x'00', '', "", a||-1, b&~c, 5%-2 FROM t LIMIT?)q",
       R"(select 1?
block 0 top limit @0
)"},
      {Dialect::kSqlite, "kt", R"q(SELECT a AS 'total', b 'x' FROM 'orders' o LEFT JOIN 'lines' l ON l.o = o.id)q",
       R"(select
table 0 from orders as o @32
table 0 from lines as l @53
)"},
      {Dialect::kSqlite, "kt", R"q(SELECT * FROM t1 LEFT JOIN t2 LEFT JOIN t3 ON t3.x = t1.x WHERE 1)q",
       R"(select
table 0 from t1 @14
table 0 from t2 @27
table 0 from t3 @40
)"},
      {Dialect::kSqlite, "k",
       R"q(SELECT a->'$.b', a->>'$.c', group_concat(DISTINCT a), string_agg(b, ',' ORDER BY c) FROM t)q",
       R"(select
)"},
      {Dialect::kSqlite, "k",
       R"q(SELECT sum(a) OVER w, row_number() OVER (PARTITION BY b ORDER BY c GROUPS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE NO OTHERS) FROM t WINDOW w AS (ORDER BY a))q",
       R"(select
)"},
      {Dialect::kSqlite, "kp", R"q(SELECT rowid, _rowid_, t.oid FROM t WHERE rowid = ? AND main.t.x = 1)q",
       R"(select 1?
where 0 t.rowid = ? <rowid = ?>
where 0 t.x = '1' <main.t.x = 1>
)"},
      {Dialect::kSqlite, "kp", R"q(SELECT * FROM docs WHERE docs MATCH 'x' AND rank NOT MATCH 'y' ORDER BY rank)q",
       R"(select
where 0 docs.docs MATCH 'x' <docs MATCH 'x'>
where 0 docs.rank NOT MATCH 'y' NOT: negation [rank] <rank NOT MATCH 'y'>
)"},
      {Dialect::kSqlite, "k", R"q(INSERT INTO t ("a", "b") VALUES ("x", 'y'))q",
       R"(insert
)"},
      {Dialect::kSqlite, "k", R"q(INSERT INTO t (offset, [end], desc) VALUES (1, 2, 3))q",
       R"(insert
)"},
      {Dialect::kSqlite, "k",
       R"q(SELECT CAST(a AS VARCHAR(10)), CAST(b AS native character(70)), CAST(c AS "foo bar"), CAST(CAST(d AS int(11)) AS REAL) FROM t)q",
       R"(select
)"},
      {Dialect::kSqlite, "kp", R"q(SELECT * FROM t -- comment with 'quote
 WHERE /* a; b */ a=?--x)q",
       R"(select 1?
where 0 t.a = ? <a=?>
)"},
      {Dialect::kSqlite, "kp", R"q(SELECT * FROM t WHERE a=?AND b=?1OR c=:n)q",
       R"(select 3?
where 0 t.a = ? or <a=?>
where 0 t.b = ? or <b=?1>
where 0 t.c = ? or <c=:n>
)"},
      {Dialect::kSqlite, "k", R"q(WITH x AS NOT MATERIALIZED (SELECT 1) DELETE FROM t WHERE a IN x RETURNING *)q",
       R"(delete reads_target
)"},
      {Dialect::kSqlite, "k",
       R"q(SELECT * FROM t WHERE a COLLATE NOCASE IN ('x') ORDER BY b COLLATE rtrim ASC NULLS FIRST)q",
       R"(select
)"},
      {Dialect::kSqlite, "kp", R"q(SELECT * FROM t WHERE a LIKE b ESCAPE '\' AND c NOT LIKE ? ESCAPE 'x')q",
       R"(select 1?
where 0 t.a LIKE t.b NOT: LIKE pattern is an expression [a] <a LIKE b ESCAPE '\'>
where 0 t.b LIKE t.a NOT: the column is the pattern [b] <a LIKE b ESCAPE '\'>
where 0 t.c NOT LIKE ? NOT: negation [c] <c NOT LIKE ? ESCAPE 'x'>
)"},
      {Dialect::kSqlite, "k",
       R"q(SELECT total(a), iif(a, b, c), unlikely(d), likelihood(e, 0.5), printf('%d', f), substr(g, 1, 2), substring(g, 1), date(h, '+1 day'), datetime('now'), timestamp FROM t)q",
       R"(select
)"},
      {Dialect::kSqlite, "kp",
       R"q(SELECT * FROM t WHERE current = 1 AND key = 2 AND action = 3 AND "group" = 4 AND value = CURRENT_TIMESTAMP)q",
       R"(select
where 0 t.current = '1' <current = 1>
where 0 t.key = '2' <key = 2>
where 0 t.action = '3' <action = 3>
where 0 t.group = '4' <"group" = 4>
where 0 t.value = expression <value = CURRENT_TIMESTAMP>
)"},
      {Dialect::kPostgres, "kp", R"q(SELECT * FROM t WHERE data ? 'k' AND data ?| array['a'] AND a = ? LIMIT ?)q",
       R"(select 2?
where 0 t.data ? 'k' <data ? 'k'>
where 0 t.data ?| list <data ?| array['a']>
where 0 t.a = ? <a = ?>
)"},
      {Dialect::kPostgres, "kp",
       R"q(SELECT * FROM t WHERE a = :id AND b::text = :name AND c[1:2] = '{1,2}' AND d IS :x)q",
       R"(select 3?
where 0 t.a = ? <a = :id>
where 0 t.b = ? NOT: cast of the column [b::text] <b::text = :name>
where 0 t.c = '{1,2}' NOT: subscript of the column [c[1:2]] <c[1:2] = '{1,2}'>
where 0 t.d IS ? NOT: IS NOT DISTINCT FROM uses no index [d] <d IS :x>
)"},
      {Dialect::kPostgres, "k", R"q(SELECT E'a\'b', U&'d\0061', $$x$$, B'01' FROM t)q",
       R"(select
)"},
      {Dialect::kPostgres, "k", R"q(SELECT 1 AS "a" WHERE 'x' ~ 'y' -- end)q",
       R"(select
)"},
  });
}
