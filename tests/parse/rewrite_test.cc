// Other ways to write a statement: what is offered, word for word, and what isn't.
#include "parse/rewrite.h"

#include <doctest/doctest.h>

namespace explaingate {
namespace {

// Tables of both dialects.
const RewriteTable* find(const TableRef& reference, Dialect dialect) {
  static const RewriteTable kSqliteOrders{{{"id", "id", "INTEGER", true, true},
                                           {"shop", "shop", "INTEGER", true, false},
                                           {"placed_at", "placed_at", "TEXT", true, false},
                                           {"paid_at", "paid_at", "DATETIME", false, false},
                                           {"stamp", "stamp", "INTEGER", true, false},
                                           {"code", "code", "VARCHAR(20)", true, false},
                                           {"total", "total", "INTEGER", false, false},
                                           {"order", "\"order\"", "TEXT", true, false}}};
  static const RewriteTable kPostgresOrders{{{"id", "id", "bigint", true, true},
                                             {"shop", "shop", "integer", true, false},
                                             {"placed_at", "placed_at", "timestamp with time zone", true, false},
                                             {"paid_at", "paid_at", "timestamp without time zone", false, false},
                                             {"due", "due", "date", true, false},
                                             {"code", "code", "character varying(20)", true, false},
                                             {"total", "total", "integer", false, false},
                                             {"order", "\"order\"", "text", true, false}}};
  static const RewriteTable kUsers{{{"id", "id", "bigint", true, true},
                                    {"email", "email", "text", true, false},
                                    {"owner", "owner", "bigint", false, false}}};
  static const RewriteTable kLog{{{"at", "at", "text", true, false}}};
  static const RewriteTable kWords{{{"w", "w", "TEXT", false, true}}};
  if (reference.role != TableRef::Role::kFrom && reference.role != TableRef::Role::kTarget) return nullptr;
  if (reference.name == "orders") return dialect == Dialect::kSqlite ? &kSqliteOrders : &kPostgresOrders;
  return reference.name == "users"   ? &kUsers
         : reference.name == "log"   ? &kLog
         : reference.name == "words" ? &kWords
                                     : nullptr;
}

std::string rewritten(std::string_view sql, Dialect dialect, std::string_view placeholders = {}) {
  auto parsed = parse_query(sql, dialect, placeholders);
  REQUIRE(parsed);
  std::string all;
  for (const Rewrite& rewrite :
       rewrites(sql, dialect, placeholders, *parsed, [&](const TableRef& table) { return find(table, dialect); })) {
    all += (all.empty() ? "" : "\n") + rewrite.text;
    CHECK_MESSAGE(parse_query(rewrite.text, dialect, placeholders), rewrite.text);
    if (!rewrite.dearest.empty()) CHECK_MESSAGE(parse_query(rewrite.dearest, dialect, placeholders), rewrite.dearest);
  }
  return all;
}

std::string remarks(std::string_view sql, Dialect dialect) {
  auto parsed = parse_query(sql, dialect);
  REQUIRE(parsed);
  std::string all;
  for (const Rewrite& rewrite :
       rewrites(sql, dialect, {}, *parsed, [&](const TableRef& table) { return find(table, dialect); }))
    for (const std::string& remark : rewrite.remarks) all += (all.empty() ? "" : "\n") + remark;
  return all;
}

struct Case {
  const char *sql, *want;
};

template <size_t N>
void check(const Case (&cases)[N], Dialect dialect, std::string_view placeholders = {}) {
  for (const Case& one : cases) {
    CAPTURE(one.sql);
    CHECK(rewritten(one.sql, dialect, placeholders) == one.want);
  }
}

TEST_CASE("SQLite: a computation of a column as a range of the column") {
  const Case cases[] = {
      {"SELECT id FROM orders WHERE date(placed_at) = ?",
       "SELECT id FROM orders WHERE placed_at >= ? AND placed_at < date(?, '+1 day')"},
      {"SELECT id FROM orders WHERE shop = ? AND date(placed_at) = '2024-02-28' -- one day",
       "SELECT id FROM orders WHERE shop = ? AND placed_at >= '2024-02-28' AND placed_at < '2024-02-29' -- one day"},
      {"SELECT id FROM orders o WHERE '2024-12-31' >= date(o.placed_at);",
       "SELECT id FROM orders o WHERE o.placed_at < '2025-01-01';"},
      {"SELECT id FROM orders WHERE date(paid_at) BETWEEN :a AND :b",
       "SELECT id FROM orders WHERE paid_at >= :a AND paid_at < date(:b, '+1 day')"},
      {"SELECT id FROM orders WHERE date(placed_at) > date('now', '-7 days')",
       "SELECT id FROM orders WHERE placed_at >= date(date('now', '-7 days'), '+1 day')"},
      {"DELETE FROM orders WHERE date(placed_at) < CURRENT_DATE", "DELETE FROM orders WHERE placed_at < CURRENT_DATE"},
      {"SELECT id FROM orders WHERE strftime('%Y', placed_at) = '2024'",
       "SELECT id FROM orders WHERE placed_at >= '2024-01-01' AND placed_at < '2025-01-01'"},
      {"SELECT id FROM orders WHERE strftime('%Y-%m', placed_at) = ?",
       "SELECT id FROM orders WHERE placed_at >= ? || '-01' AND placed_at < date(? || '-01', '+1 month')"},
      {"SELECT id FROM orders WHERE strftime('%Y-%m', placed_at) = '2024-12'",
       "SELECT id FROM orders WHERE placed_at >= '2024-12-01' AND placed_at < '2025-01-01'"},
      {"SELECT id FROM orders WHERE CAST(strftime('%Y', placed_at) AS INTEGER) = 2024",
       "SELECT id FROM orders WHERE placed_at >= '2024-01-01' AND placed_at < '2025-01-01'"},
      {"SELECT id FROM orders WHERE date(stamp, 'unixepoch') = '1970-01-02'",
       "SELECT id FROM orders WHERE stamp >= 86400 AND stamp < 172800"},
      {"SELECT id FROM orders WHERE date(stamp, 'unixepoch') >= ?1",
       "SELECT id FROM orders WHERE stamp >= CAST(strftime('%s', ?1) AS INTEGER)"},
      {"SELECT id FROM orders WHERE datetime(placed_at) >= datetime('now', '-1 hour')",
       "SELECT id FROM orders WHERE placed_at >= datetime('now', '-1 hour')"},
      {"SELECT id FROM orders WHERE total + 1 = ?", "SELECT id FROM orders WHERE total = ? - 1"},
      {"SELECT id FROM orders WHERE 10 - total < 3", "SELECT id FROM orders WHERE total > 10 - 3"},
      {"SELECT id FROM orders WHERE substr(code, 1, 2) = 'DE'", "SELECT id FROM orders WHERE code GLOB 'DE*'"},
      {"SELECT u.id FROM users u WHERE EXISTS (SELECT 1 FROM orders WHERE total = u.id AND date(placed_at) = ?)",
       "SELECT u.id FROM users u WHERE EXISTS (SELECT 1 FROM orders WHERE total = u.id AND placed_at >= ? AND "
       "placed_at < date(?, '+1 day'))"},
      {"SELECT u.id FROM users u JOIN orders o ON o.id = u.id AND date(o.placed_at) = ?1",
       "SELECT u.id FROM users u JOIN orders o ON o.id = u.id AND o.placed_at >= ?1 AND o.placed_at < date(?1, '+1 "
       "day')"},
      // Near misses
      {"SELECT id FROM orders WHERE date(placed_at) = '2024-02-30'", ""},
      {"SELECT id FROM orders WHERE date(placed_at) = date(paid_at)", ""},
      {"SELECT id FROM orders WHERE date(placed_at) <> ?", ""},
      {"SELECT id FROM orders WHERE NOT date(placed_at) = ?", ""},
      {"SELECT id FROM orders WHERE shop = 1 OR date(placed_at) = ?", ""},
      {"SELECT id FROM orders WHERE date(stamp) = ?", ""},
      {"SELECT id FROM orders WHERE date(placed_at, 'localtime') = ?", ""},
      {"SELECT id FROM orders WHERE strftime('%m', placed_at) = '05'", ""},
      {"SELECT id FROM orders WHERE strftime('%Y', placed_at) = 2024", ""},
      {"SELECT id FROM orders WHERE lower(code) = ?", ""},
      {"SELECT id FROM orders WHERE total * 2 = 7", ""},
      {"SELECT id FROM orders WHERE code + 1 = 7", ""},
      {"SELECT id FROM orders WHERE total + shop = 7", ""},
      {"SELECT id FROM orders WHERE total + random() > 7", ""},
      {"SELECT id FROM orders WHERE total + ? > ?", ""},
      {"SELECT id FROM orders WHERE ? < ? - total", ""},
      {"SELECT id FROM orders WHERE ? < total + ?", "SELECT id FROM orders WHERE total > ? - ?"},
      {"SELECT id FROM orders WHERE ? - total < ?", "SELECT id FROM orders WHERE total > ? - ?"},
      {"SELECT id FROM orders WHERE total + ?2 > ?1", "SELECT id FROM orders WHERE total > ?1 - ?2"},
      {"SELECT id FROM orders WHERE CAST(strftime('%Y', placed_at) AS INTEGER) >= ?",
       "SELECT id FROM orders WHERE placed_at >= nullif(printf('%04d-01-01', ?), '0000-01-01')"},
      {"SELECT id FROM orders WHERE substr(code, 2, 2) = 'DE'", ""},
      {"SELECT id FROM orders WHERE substr(code, 1, 3) = 'DE'", ""},
      {"SELECT id FROM orders WHERE substr(code, 1, 2) = 'D*'", ""},
      {"SELECT id FROM orders WHERE date(placed_at) COLLATE NOCASE = ?", ""},
      {"SELECT id FROM elsewhere WHERE date(placed_at) = ?", ""},
      {"SELECT shop FROM orders GROUP BY shop HAVING date(min(placed_at)) = ?", ""},
      {"INSERT INTO log SELECT id FROM orders WHERE date(placed_at) = ?", ""},
  };
  check(cases, Dialect::kSqlite);
}

TEST_CASE("PostgreSQL: a computation of a column as a range of the column") {
  const Case cases[] = {
      {"SELECT id FROM orders WHERE placed_at::date = $1",
       "SELECT id FROM orders WHERE placed_at >= CAST($1 AS date) AND placed_at < CAST($1 AS date) + interval '1 day'"},
      {"SELECT id FROM orders WHERE date(paid_at) = '2024-02-29'",
       "SELECT id FROM orders WHERE paid_at >= '2024-02-29' AND paid_at < '2024-03-01'"},
      {"SELECT id FROM orders WHERE CAST(paid_at AS date) > DATE '2024-12-31'",
       "SELECT id FROM orders WHERE paid_at >= '2025-01-01'"},
      {"SELECT id FROM orders WHERE placed_at::date = current_date - 1",
       "SELECT id FROM orders WHERE placed_at >= current_date - 1 AND placed_at < current_date - 1 + interval '1 day'"},
      {"SELECT id FROM orders WHERE date_trunc('month', paid_at) = date_trunc('month', now())",
       "SELECT id FROM orders WHERE paid_at >= date_trunc('month', now()) AND paid_at < date_trunc('month', now()) + "
       "interval '1 month'"},
      {"SELECT id FROM orders WHERE date_trunc('quarter', paid_at) = '2024-04-01'",
       "SELECT id FROM orders WHERE paid_at >= '2024-04-01' AND paid_at < '2024-07-01'"},
      {"SELECT id FROM orders WHERE date_trunc('hour', placed_at) = $1",
       "SELECT id FROM orders WHERE placed_at >= CAST($1 AS timestamptz) AND placed_at < CAST($1 AS timestamptz) + "
       "interval '1 hour'"},
      {"SELECT id FROM orders WHERE extract(year FROM due) = 2024",
       "SELECT id FROM orders WHERE due >= '2024-01-01' AND due < '2025-01-01'"},
      {"SELECT id FROM orders WHERE date_part('year', paid_at) = $1",
       "SELECT id FROM orders WHERE paid_at >= make_date(CAST($1 AS integer), 1, 1) AND paid_at < make_date(CAST($1 AS "
       "integer) + 1, 1, 1)"},
      {"SELECT id FROM orders WHERE to_char(paid_at, 'YYYY-MM') = $1",
       "SELECT id FROM orders WHERE paid_at >= CAST($1 || '-01' AS date) AND paid_at < CAST($1 || '-01' AS date) + "
       "interval '1 month'"},
      {"SELECT id FROM orders WHERE total + 5 > $1", "SELECT id FROM orders WHERE total > CAST($1 AS bigint) - 5"},
      {"SELECT id FROM orders WHERE placed_at + interval '30 days' < now()",
       "SELECT id FROM orders WHERE placed_at < now() - interval '30 days'"},
      {"SELECT id FROM orders WHERE now() - placed_at > '7 days'::interval",
       "SELECT id FROM orders WHERE placed_at < now() - '7 days'::interval"},
      {"SELECT id FROM orders WHERE paid_at - interval '1 month' >= $1",
       "SELECT id FROM orders WHERE paid_at >= CAST($1 AS timestamp) + interval '1 month'"},
      {"SELECT id FROM orders WHERE left(code, 2) = 'DE'", "SELECT id FROM orders WHERE code LIKE 'DE%'"},
      {"SELECT id FROM orders WHERE substring(code FROM 1 FOR 2) = 'DE'",
       "SELECT id FROM orders WHERE code LIKE 'DE%'"},
      // Near misses
      {"SELECT id FROM orders WHERE placed_at::date = now()", ""},
      {"SELECT id FROM orders WHERE placed_at::date = due", ""},
      {"SELECT id FROM orders WHERE placed_at::time = $1", ""},
      {"SELECT id FROM orders WHERE (placed_at AT TIME ZONE 'UTC')::date = $1", ""},
      {"SELECT id FROM orders WHERE date_trunc('month', paid_at) = '2024-04-02'", ""},
      {"SELECT id FROM orders WHERE date_trunc('month', paid_at) = date_trunc('year', now())", ""},
      {"SELECT id FROM orders WHERE extract(month FROM due) = 5", ""},
      {"SELECT id FROM orders WHERE now() - placed_at > '1 month'::interval", ""},
      {"SELECT id FROM orders WHERE placed_at + $1 < now()", ""},
      {"SELECT id FROM orders WHERE placed_at + interval '1' month < now()", ""},
      {"SELECT id FROM orders WHERE placed_at + interval '1 decade' < now()", ""},
      {"SELECT id FROM orders WHERE due::date = $1", ""},
      {"SELECT id FROM orders WHERE lower(code) = $1", ""},
      {"SELECT id FROM orders WHERE left(code, 2) = 'D%'", ""},
      {"SELECT id FROM orders WHERE coalesce(total, 0) = 5", ""},
  };
  check(cases, Dialect::kPostgres);
}

TEST_CASE("pages by key in place of OFFSET") {
  const Case sqlite[] = {
      {"SELECT id FROM orders ORDER BY placed_at DESC LIMIT 20 OFFSET ?",
       "SELECT id FROM orders WHERE (placed_at, id) < (?, ?) ORDER BY placed_at DESC, id DESC LIMIT 20"},
      {"SELECT id FROM orders WHERE shop = ? OR total = ? ORDER BY id LIMIT ? OFFSET ?",
       "SELECT id FROM orders WHERE (shop = ? OR total = ?) AND id > ? ORDER BY id LIMIT ?"},
      {"SELECT o.id FROM orders o WHERE o.shop = :shop ORDER BY o.total LIMIT :skip, 10;",
       "SELECT o.id FROM orders o WHERE o.shop = :shop AND (o.total, o.id) > (:after_total, :after_id) ORDER BY "
       "o.total, o.id LIMIT 10;"},
      {"SELECT \"order\" AS o FROM orders ORDER BY o LIMIT 20 OFFSET 5000",
       "SELECT \"order\" AS o FROM orders WHERE (\"order\", id) > (?, ?) ORDER BY o, id LIMIT 20"},
      // Near misses
      {"SELECT id FROM orders ORDER BY placed_at DESC LIMIT 20 OFFSET 40", ""},
      {"SELECT id FROM orders ORDER BY placed_at DESC LIMIT 20", ""},
      {"SELECT id FROM orders LIMIT 20 OFFSET ?", ""},
      {"SELECT id FROM orders ORDER BY placed_at DESC, total LIMIT 20 OFFSET ?", ""},
      {"SELECT id FROM orders ORDER BY lower(code) LIMIT 20 OFFSET ?", ""},
      {"SELECT id FROM orders ORDER BY placed_at NULLS LAST LIMIT 20 OFFSET ?", ""},
      {"SELECT id FROM orders ORDER BY code COLLATE NOCASE LIMIT 20 OFFSET ?", ""},
      {"SELECT o.id FROM orders o JOIN users u ON u.id = o.total ORDER BY o.placed_at LIMIT 20 OFFSET ?", ""},
      {"SELECT DISTINCT shop FROM orders ORDER BY shop LIMIT 20 OFFSET ?", ""},
      {"SELECT shop, count(*) FROM orders GROUP BY shop ORDER BY shop LIMIT 20 OFFSET ?", ""},
      {"SELECT at FROM log ORDER BY at LIMIT 20 OFFSET ?", ""},
      {"SELECT shop AS id FROM orders ORDER BY placed_at LIMIT 20 OFFSET ?", ""},
      {"SELECT lower(code) AS total FROM orders ORDER BY total LIMIT 20 OFFSET ?", ""},
      {"SELECT id FROM orders UNION SELECT id FROM users ORDER BY id LIMIT 20 OFFSET ?", ""},
  };
  check(sqlite, Dialect::kSqlite);
  const Case postgres[] = {
      {"SELECT id FROM orders WHERE shop = $1 ORDER BY placed_at LIMIT $2 OFFSET $3",
       "SELECT id FROM orders WHERE shop = $1 AND (placed_at, id) > ($3, $4) ORDER BY placed_at, id LIMIT $2"},
      {"SELECT id FROM orders ORDER BY id DESC OFFSET $1 ROWS FETCH NEXT 20 ROWS ONLY",
       "SELECT id FROM orders WHERE id < $1 ORDER BY id DESC FETCH NEXT 20 ROWS ONLY"},
      {"SELECT lower(code) FROM orders ORDER BY id LIMIT 20 OFFSET $1",
       "SELECT lower(code) FROM orders WHERE id > $1 ORDER BY id LIMIT 20"},
      {"SELECT id FROM orders ORDER BY id LIMIT 20 OFFSET $1 FOR UPDATE", ""},
      {"SELECT unnest(string_to_array(code, ',')) FROM orders ORDER BY id LIMIT 20 OFFSET $1", ""},
  };
  check(postgres, Dialect::kPostgres);
  const Case percent[] = {
      {"SELECT id FROM orders ORDER BY id LIMIT %(n)s OFFSET %(skip)s",
       "SELECT id FROM orders WHERE id > %(after_id)s ORDER BY id LIMIT %(n)s"},
      {"SELECT id FROM orders WHERE left(code, 2) = 'DE' AND shop = %(shop)s", ""},
  };
  check(percent, Dialect::kPostgres, "%s %(n)s");
}

TEST_CASE("EXISTS in place of a count that is compared with nothing") {
  const Case cases[] = {
      {"SELECT count(*) > 0 FROM orders WHERE shop = ?", "SELECT EXISTS (SELECT 1 FROM orders WHERE shop = ?)"},
      {"SELECT count(*) = 0 AS none FROM orders;", "SELECT NOT EXISTS (SELECT 1 FROM orders) AS none;"},
      {"SELECT 0 < count(1) FROM orders", "SELECT EXISTS (SELECT 1 FROM orders)"},
      {"SELECT id FROM users u WHERE (SELECT count(*) FROM orders o WHERE o.total = u.id) >= 1",
       "SELECT id FROM users u WHERE EXISTS (SELECT 1 FROM orders o WHERE o.total = u.id)"},
      {"SELECT id, (SELECT COUNT(*) FROM orders o WHERE o.total = u.id) = 0 AS idle FROM users u",
       "SELECT id, NOT EXISTS (SELECT 1 FROM orders o WHERE o.total = u.id) AS idle FROM users u"},
      // Near misses
      {"SELECT count(*) > 1 FROM orders", ""},
      {"SELECT count(*) FROM orders", ""},
      {"SELECT count(total) > 0 FROM orders", ""},
      {"SELECT count(DISTINCT shop) > 0 FROM orders", ""},
      {"SELECT count(*) FILTER (WHERE shop = 1) > 0 FROM orders", ""},
      {"SELECT count(*) > 0, max(total) FROM orders", ""},
      {"SELECT count(*) > 0 FROM orders GROUP BY shop", ""},
      {"SELECT shop FROM orders GROUP BY shop HAVING count(*) > 0", ""},
      {"SELECT id FROM users u WHERE (SELECT count(*) FROM orders o WHERE o.total = u.id LIMIT 1 OFFSET 1) > 0", ""},
  };
  check(cases, Dialect::kSqlite);
  check(cases, Dialect::kPostgres);
}

TEST_CASE("NOT EXISTS in place of NOT IN") {
  const Case cases[] = {
      {"SELECT id FROM users WHERE id NOT IN (SELECT total FROM orders)",
       "SELECT id FROM users WHERE NOT EXISTS (SELECT 1 FROM orders WHERE users.id = orders.total)"},
      {"SELECT id FROM users u WHERE email = 'a' AND u.id NOT IN (SELECT o.total FROM orders o WHERE o.shop = 1 OR "
       "o.shop = 2)",
       "SELECT id FROM users u WHERE email = 'a' AND NOT EXISTS (SELECT 1 FROM orders o WHERE (o.shop = 1 OR o.shop = "
       "2) "
       "AND u.id = o.total)"},
      {"SELECT id FROM users WHERE id NOT IN (SELECT owner FROM users WHERE email = 'a')",
       "SELECT id FROM users WHERE NOT EXISTS (SELECT 1 FROM users AS inner_users WHERE email = 'a' AND users.id = "
       "inner_users.owner)"},
      // Near misses
      {"SELECT id FROM users WHERE id IN (SELECT total FROM orders)", ""},
      {"SELECT id FROM users WHERE id NOT IN (1, 2)", ""},
      {"SELECT id FROM users WHERE id NOT IN (SELECT max(total) FROM orders)", ""},
      {"SELECT id FROM users WHERE id NOT IN (SELECT total FROM orders LIMIT 3)", ""},
      {"SELECT id FROM users WHERE id NOT IN (SELECT total FROM orders GROUP BY total)", ""},
      {"SELECT id FROM users WHERE id NOT IN (SELECT total FROM orders ORDER BY id LIMIT 5)", ""},
      {"SELECT id FROM users WHERE id + 1 NOT IN (SELECT total FROM orders)", ""},
      {"SELECT id FROM users WHERE email = 'a' OR id NOT IN (SELECT total FROM orders)", ""},
      {"SELECT id FROM users WHERE id NOT IN (SELECT users.owner FROM users)", ""},
      {"SELECT id FROM orders WHERE id NOT IN (SELECT owner FROM users WHERE email NOT IN (SELECT code FROM orders))",
       "SELECT id FROM orders WHERE NOT EXISTS (SELECT 1 FROM users WHERE email NOT IN (SELECT code FROM orders) AND "
       "orders.id = users.owner)"},
      {"SELECT id FROM users WHERE id NOT IN (SELECT x FROM elsewhere)", ""},
  };
  check(cases, Dialect::kSqlite);
  check(cases, Dialect::kPostgres);
  CHECK(rewritten("SELECT id FROM users WHERE id NOT IN (SELECT DISTINCT ON (shop) total FROM orders)",
                  Dialect::kPostgres) == "");
}

TEST_CASE("what a rewrite isn't the same in") {
  CHECK(remarks("SELECT id FROM orders WHERE date(placed_at) = ?", Dialect::kSqlite) ==
        "the value has to be like '2024-05-31'\nthe value is passed twice\nthe same where placed_at holds texts like "
        "'2024-05-31 12:00:00', all of one time zone and without its offset");
  CHECK(remarks("SELECT id FROM orders WHERE date(stamp, 'unixepoch') = '2024-05-31'", Dialect::kSqlite) == "");
  CHECK(remarks("SELECT id FROM orders WHERE paid_at::date = $1", Dialect::kPostgres) == "");
  CHECK(remarks("SELECT id FROM orders WHERE placed_at::date = $1", Dialect::kPostgres) ==
        "periods begin at midnight of the session's time zone, as before; on a day whose midnight its clocks skip or "
        "repeat the results differ");
  CHECK(remarks("SELECT id FROM orders WHERE date_trunc('day', paid_at) = $1", Dialect::kPostgres) ==
        "the value has to be the first moment of its period");
  CHECK(remarks("SELECT id FROM orders WHERE extract(year FROM paid_at) = $1", Dialect::kPostgres) ==
        "the value has to be a whole year, 1 to 9998");
  CHECK(remarks("SELECT w FROM words ORDER BY w LIMIT 5 OFFSET ?", Dialect::kSqlite) ==
        "a page is asked for by the last row of the page before it, no longer by its number; the first page leaves the "
        "comparison out\nrows whose w is NULL are on no page");
  CHECK(
      remarks("SELECT o.id FROM orders o LEFT JOIN users u ON u.id = o.shop WHERE u.id NOT IN (SELECT id FROM orders)",
              Dialect::kPostgres) == "rows whose id is NULL are returned, too");
  CHECK(remarks("SELECT id FROM users WHERE id NOT IN (SELECT u.id FROM orders o LEFT JOIN users u ON u.id = o.shop)",
                Dialect::kPostgres) == "where users.id is NULL in one row, NOT IN gives no row at all; this does");
  CHECK(remarks("SELECT id FROM orders WHERE paid_at + interval '1 month' < $1", Dialect::kPostgres) ==
        "months aren't of one length: near their ends the results differ");
  CHECK(remarks("SELECT id FROM orders WHERE paid_at + interval '1 hour' < now()", Dialect::kPostgres) == "");
  CHECK(remarks("SELECT count(*) > 0 FROM orders", Dialect::kSqlite) == "");
  CHECK(remarks("SELECT id FROM users WHERE id NOT IN (SELECT id FROM orders)", Dialect::kPostgres) == "");
  CHECK(remarks("SELECT id FROM users WHERE owner NOT IN (SELECT total FROM orders)", Dialect::kPostgres) ==
        "where orders.total is NULL in one row, NOT IN gives no row at all; this does\nrows whose owner is NULL are "
        "returned, too");
  CHECK(remarks("SELECT id FROM orders ORDER BY total LIMIT 5 OFFSET ?", Dialect::kSqlite) ==
        "a page is asked for by the last row of the page before it, no longer by its number; the first page leaves the "
        "comparison out\nrows that are equal in the order come by id\nrows whose total is NULL are on no page");
  CHECK(remarks("SELECT id FROM orders ORDER BY id LIMIT 5 OFFSET ?", Dialect::kSqlite) ==
        "a page is asked for by the last row of the page before it, no longer by its number; the first page leaves the "
        "comparison out");
}

// Whatever is left of a statement without some of its bytes: what is offered for it is a statement.
TEST_CASE("rewrites of what is left of statements") {
  const char* const statements[] = {
      "SELECT (SELECT count(*) FROM orders o WHERE (date(o.placed_at)) = ('2024-05-31') AND o.id > 1) > 0 AS x FROM "
      "users "
      "u WHERE ((u.id NOT IN (SELECT (total) FROM orders WHERE shop = 1 OR 2 - total < 3))) AND (strftime('%Y', 'now') "
      "= "
      "CAST(u.email AS INTEGER)) ORDER BY u.owner DESC, (id) DESC LIMIT (5) OFFSET (?)",
      "WITH c AS (SELECT 1) UPDATE orders SET total = 1 WHERE placed_at::date BETWEEN $1 AND '2024-01-01'::date AND "
      "now() - (interval '1 day' * 2) > placed_at AND date_trunc('month', paid_at) = $2 AND left(code, 2) = 'DE' AND "
      "NOT "
      "(shop IN (SELECT owner FROM users)) RETURNING (SELECT count(1) FROM orders) = 0",
  };
  size_t offered = 0;
  for (const char* statement : statements) {
    std::string_view whole = statement;
    for (size_t from = 0; from < whole.size(); ++from)
      for (size_t length : {1, 2, 7, 20, 60}) {
        std::string sql(whole.substr(0, from));
        if (from + length < whole.size()) sql += whole.substr(from + length);
        for (Dialect dialect : {Dialect::kSqlite, Dialect::kPostgres}) {
          auto parsed = parse_query(sql, dialect);
          if (!parsed) continue;
          auto all = rewrites(sql, dialect, {}, *parsed, [&](const TableRef& table) { return find(table, dialect); });
          offered += all.size();
          for (const Rewrite& rewrite : all)
            CHECK_MESSAGE(parse_query(rewrite.text, dialect), sql << "\n" << rewrite.text);
        }
      }
  }
  CHECK(offered > 100);
}

TEST_CASE("what tells SQLite's planner how to plan is left out") {
  CHECK(rewritten("SELECT o.id FROM users u CROSS JOIN orders o ON o.shop = u.id", Dialect::kSqlite) ==
        "SELECT o.id FROM users u JOIN orders o ON o.shop = u.id");
  CHECK(rewritten("SELECT id FROM orders WHERE +shop = ? AND (+total > 3 OR total = 1 + id)", Dialect::kSqlite) ==
        "SELECT id FROM orders WHERE shop = ? AND (total > 3 OR total = 1 + id)");
  CHECK(rewritten("SELECT id FROM orders INDEXED BY orders_shop WHERE shop = 1", Dialect::kSqlite).empty());
  CHECK(remarks("SELECT id FROM orders WHERE +shop = ?", Dialect::kSqlite) ==
        "a column without + is compared by its type: text that looks like a number may match one");
  CHECK(rewritten("SELECT id + shop, +1, +(id), -total FROM orders LEFT JOIN users USING (id)", Dialect::kSqlite)
            .empty());
  CHECK(rewritten("SELECT o.id FROM users u CROSS JOIN orders o", Dialect::kPostgres).empty());
}

}  // namespace
}  // namespace explaingate
