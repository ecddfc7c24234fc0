// Schemas of an unmerged pull request: what fails, what is refused, what is mended, and what the catalogue says.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include "engine/support.h"

namespace explaingate::engine_test {
namespace {

std::string failures(const Engine& engine) {
  std::string text;
  for (const SchemaFailure& failure : engine.failures())
    text += fmt::format("{}: {}\n", failure.statement, failure.message);
  return text;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

std::string describe(const Catalogue& catalogue) {
  std::string text;
  for (const CatalogueTable& table : catalogue.tables) {
    text += fmt::format("{} {}{}{}\n", table.type, table.name, table.without_rowid ? " without_rowid" : "",
                        table.strict ? " strict" : "");
    for (const CatalogueColumn& column : table.columns)
      text += fmt::format("  {} {}{}{}{}{}{}{}\n", column.name, column.type, column.not_null ? " not_null" : "",
                          column.primary_key > 0 ? fmt::format(" key{}", column.primary_key) : "",
                          column.default_value.empty() ? "" : " default " + column.default_value,
                          column.generated ? " generated" : "", column.hidden ? " hidden" : "",
                          column.allowed_values > 0 ? fmt::format(" values{}", column.allowed_values) : "");
    for (const CatalogueIndex& index : table.indexes) {
      text += fmt::format("  index {} {}{}{} (", index.name, index.origin, index.unique ? " unique" : "",
                          index.partial ? " partial" : "");
      for (const CatalogueIndexColumn& column : index.columns)
        text += fmt::format(" {}{}{}", column.name.empty() ? "<expr>" : column.name, column.descending ? " desc" : "",
                            column.collation == "BINARY" ? "" : " " + column.collation);
      text += " )\n";
    }
    for (const CatalogueForeignKey& key : table.foreign_keys)
      text += fmt::format("  foreign key {} -> {}.{} on delete {}\n", key.columns[0], key.parent_table,
                          key.parent_columns.empty() ? "" : key.parent_columns[0], key.on_delete);
  }
  return text;
}

TEST_CASE("a tokenizer that the application registers is stood in for") {
  auto engine = open({
      "CREATE VIRTUAL TABLE notes USING fts5(body, tokenize = 'calibre remove_diacritics 2')",
      "CREATE VIRTUAL TABLE stems USING fts5(body, tokenize = 'porter calibre')",
      "CREATE VIRTUAL TABLE odd USING fts5(body, tokenize = 'porter nothing')",
  });
  CHECK(failures(*engine) == "2: error in tokenizer constructor\n");
  CHECK(joined(engine->notes()) == "stood in for what this SQLite does not have: tokenizer calibre\n");
}

TEST_CASE("the catalogue") {
  auto engine = open({
      "CREATE TABLE a(id INTEGER PRIMARY KEY, flag BOOLEAN NOT NULL DEFAULT 0, twice AS (id * 2), email TEXT UNIQUE)",
      "CREATE TABLE b(x TEXT, y INT, a_id INTEGER REFERENCES A ON DELETE CASCADE, PRIMARY KEY (y, x)) WITHOUT ROWID, "
      "STRICT",
      "CREATE INDEX b_one ON b(lower(x), y DESC, x COLLATE NOCASE) WHERE y > 3",
      "CREATE VIEW v AS SELECT id, unknown_function(email) AS e FROM a",
      "CREATE VIEW broken AS SELECT * FROM nowhere",
      "CREATE VIRTUAL TABLE boxes USING rtree(id, x0, x1)",
  });
  CHECK(failures(*engine) == "");
  CHECK(describe(engine->catalogue()) == R"(table a
  id INTEGER key1
  flag BOOLEAN not_null default 0 values2
  twice  generated
  email TEXT
  index sqlite_autoindex_a_1 unique unique ( email )
table b without_rowid strict
  x TEXT not_null key2
  y INT not_null key1
  a_id INTEGER
  index b_one create partial ( <expr> y desc x NOCASE )
  index sqlite_autoindex_b_1 primary_key unique ( y x )
  foreign key a_id -> a.id on delete CASCADE
virtual boxes
  id INT
  x0 REAL
  x1 REAL
shadow boxes_node
  nodeno INTEGER key1
  data 
shadow boxes_parent
  nodeno INTEGER key1
  parentnode 
shadow boxes_rowid
  rowid INTEGER key1
  nodeno 
view broken
view v
  id INTEGER
  e 
)");
  CHECK(joined(engine->notes()) == "stood in for what this SQLite does not have: function unknown_function()\n");
}

TEST_CASE("a failing statement doesn't stop the others") {
  auto engine = open({
      "BEGIN",
      "CREATE TABLE a(id INTEGER PRIMARY KEY)",
      "CREATE TABLE a(id INTEGER PRIMARY KEY)",
      "ALTER TABLE a ADD COLUMN b TEXT",
      "ALTER TABLE missing ADD COLUMN b TEXT",
      "ROLLBACK",
      "BEGIN; BEGIN IMMEDIATE",
      "PRAGMA foreign_keys = OFF",
      "CREATE INDEX a_b ON a(b COLLATE unicode_ci)",
      "INSERT INTO a(b) VALUES (slugify('x'))",
      "INSERT INTO a(id) VALUES (1)",
      "DROP TABLE absent",
      "  -- only a comment",
      "COMMIT;",
      "CREATE TABLE c(x); CREATE TABLE d(y)",
      "CREATE TABLE archive.e(z)",
      "CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET b = slugify(new.b); END",
      "gibberish",
  });
  CHECK(failures(*engine) ==
        "2: table a already exists\n"
        "4: no such table: missing\n"
        "10: UNIQUE constraint failed: a.id\n"
        "11: no such table: absent\n"
        "17: near \"gibberish\": syntax error\n");
  CHECK(joined(engine->notes()) ==
        "stood in for what this SQLite does not have: collation unicode_ci, function slugify()\n");
  std::string names;
  for (const CatalogueTable& table : engine->catalogue().tables) names += table.name + " ";
  CHECK(names == "a c d e ");
}

TEST_CASE("a column with a constraint is added; a table is made again under its views") {
  auto engine = open({
      "CREATE TABLE stock(id INTEGER PRIMARY KEY, amount INT)",
      "INSERT INTO stock(amount) VALUES (1)",
      "CREATE VIEW total AS SELECT SUM(amount) AS amount FROM stock",
      "ALTER TABLE stock ADD open INT NOT NULL DEFAULT 0 CHECK (open IN (0, 1))",
      "PRAGMA legacy_alter_table = ON",
      "ALTER TABLE stock RENAME TO stock_old",
      "CREATE TABLE stock(id INTEGER PRIMARY KEY, amount INT, open INT NOT NULL DEFAULT 0)",
      "INSERT INTO stock(amount, open) SELECT amount, open FROM stock_old",
      "DROP TABLE stock_old",
      "PRAGMA legacy_alter_table = OFF",
  });
  CHECK(failures(*engine) == "");
  CHECK(describe(engine->catalogue()) == R"(table stock
  id INTEGER key1
  amount INT
  open INT not_null default 0
view total
  amount 
)");
}

TEST_CASE("hostile schemas") {
  std::string deep = "CREATE VIEW deep AS SELECT " + std::string(10000, '(') + "1" + std::string(10000, ')');
  std::string sum = "CREATE VIEW sum AS SELECT 1";
  for (int i = 0; i < 10000; ++i) sum += " + 1";
  auto engine = open({
      "ATTACH DATABASE '/tmp/explaingate-must-not-exist.db' AS evil",
      "PRAGMA writable_schema = ON",
      "PRAGMA main.writable_schema = ON",
      "SELECT load_extension('/tmp/evil.so')",
      "CREATE TABLE t(x)",
      "INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n",
      "INSERT INTO t VALUES (zeroblob(900000000))",
      "VACUUM INTO '/tmp/explaingate-must-not-exist.db'",
      "CREATE VIRTUAL TABLE evil USING csv(filename = '/etc/passwd')",
      "CREATE VIRTUAL TABLE evil USING zipfile('/etc/passwd')",
      "INSERT INTO sqlite_schema VALUES ('table', 'x', 'x', 0, 'x')",
      "UPDATE sqlite_schema SET sql = 'x'",
      "DROP TABLE sqlite_stat1",
      "SELECT writefile('/tmp/explaingate-must-not-exist', 'x')",
      deep,
      sum,
      "CREATE TABLE pragma_table_list(name)",
      "CREATE TABLE last(x)",
  });
  CHECK(failures(*engine) ==
        "0: not authorized\n"
        "1: this PRAGMA is not allowed in a schema\n"
        "2: this PRAGMA is not allowed in a schema\n"
        "3: not authorized to use function: load_extension\n"
        "5: took too many steps and was stopped\n"
        "6: string or blob too big\n"
        "8: not authorized\n"
        "9: not authorized\n"
        "10: table sqlite_master may not be modified\n"
        "11: table sqlite_master may not be modified\n"
        "12: no such table: sqlite_stat1\n"
        "13: no such function: writefile\n"
        "14: parser stack overflow\n"
        "15: Expression tree is too large (maximum depth 1000)\n");
  CHECK(joined(engine->notes()) == "");
  std::string names;
  for (const CatalogueTable& table : engine->catalogue().tables) names += table.name + " ";
  CHECK(names == "last pragma_table_list t ");
}

TEST_CASE("hostile queries") {
  auto engine = open(shop());
  std::string deep = "SELECT " + std::string(10000, '(') + "1" + std::string(10000, ')');
  std::string wide = "SELECT 1";
  for (int i = 0; i < 10000; ++i) wide += " + 1";
  struct Case {
    std::string sql;
    std::string_view want;
  };
  const Case cases[] = {
      {"ATTACH DATABASE 'x' AS y", "only SELECT, INSERT, UPDATE and DELETE are planned"},
      {"PRAGMA writable_schema = ON", "only SELECT, INSERT, UPDATE and DELETE are planned"},
      {"EXPLAIN SELECT 1", "only SELECT, INSERT, UPDATE and DELETE are planned"},
      {"DROP TABLE orders", "only SELECT, INSERT, UPDATE and DELETE are planned"},
      {"", "only SELECT, INSERT, UPDATE and DELETE are planned"},
      {"-- nothing", "only SELECT, INSERT, UPDATE and DELETE are planned"},
      {"SELECT 1; DROP TABLE orders", "more than one statement"},
      {"SELECT * FROM nowhere", "no such table: nowhere"},
      {"SELECT * FROM other.nowhere", "no such table: other.nowhere"},
      {"SELECT absent FROM orders", "no such column: absent"},
      {"SELECT * FROM orders WHERE", "incomplete input"},
      {"UPDATE sqlite_schema SET sql = ''", "table sqlite_master may not be modified"},
      {deep, "parser stack overflow"},
      {wide, "Expression tree is too large (maximum depth 1000)"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.sql.substr(0, 60));
    Result<PlannedQuery> planned = engine->plan({c.sql, nullptr});
    REQUIRE(!planned);
    CHECK(planned.error().kind == ErrorKind::kStatement);
    CHECK(planned.error().message == c.want);
  }
  CHECK(engine->plan({"SELECT 1; -- done", nullptr}).has_value());
  Result<PlannedQuery> located = engine->plan({"SELECT id,\n  absent FROM orders", nullptr});
  CHECK(located.error().column == 14);
}

TEST_CASE("a table that only its name promises") {
  auto engine = open({"CREATE TABLE t(id INTEGER PRIMARY KEY, x)", "CREATE INDEX t_x ON t(x)"});
  CHECK(dump(*engine, "SELECT * FROM archive.t WHERE x = ?") ==
        "SEARCH archive.t USING COVERING INDEX t_x (x=?) {search_covering t 1 10 10}\n"
        "reads 10 returns 10 sorts 0 growth 0.00 result 0.00");
  for (int i = 0; i < 20; ++i) {
    Result<PlannedQuery> planned = engine->plan({fmt::format("SELECT * FROM d{}.t", i), nullptr});
    CHECK(planned.has_value() == (i < 9));
  }
}

}  // namespace
}  // namespace explaingate::engine_test
