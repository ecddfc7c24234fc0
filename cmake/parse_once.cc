// Run when the build is set up: 0 when the calls of src/parse/grammar_once.h give what the public ones give.
#include "parse/grammar_once.h"

#include <cinttypes>
#include <cstdio>
#include <cstring>

int main() {
  const char* texts[] = {
      "SELECT a, b FROM t JOIN u ON t.id = u.id WHERE u.x IN (1, 2, 3) AND t.name LIKE 'a%' GROUP BY a, b ORDER BY 1 "
      "LIMIT 5",
      "INSERT INTO t (a) VALUES ($1) ON CONFLICT DO NOTHING",
      "WITH x AS (SELECT 1) SELECT * FROM x; SELECT 2",
      "SELECT FROM WHERE",
      "",
  };
  for (const char* text : texts) {
    PgQueryParseResult want = pg_query_parse(text);
    PgQueryFingerprintResult mark = pg_query_fingerprint(text);
    void* context = pg_query_enter_memory_context();
    PgQueryRawParse got = pg_query_raw_parse(text);
    bool same = (got.error == nullptr) == (want.error == nullptr);
    if (same && got.error != nullptr) {
      same = std::strcmp(got.error->message, want.error->message) == 0 && got.error->cursorpos == want.error->cursorpos;
    } else if (same) {
      char digits[17];
      std::snprintf(digits, sizeof digits, "%016" PRIx64, pg_query_fingerprint_node(got.tree));
      same = std::strcmp(pg_query_nodes_to_json(got.tree), want.parse_tree) == 0 && mark.fingerprint_str != nullptr &&
             std::strcmp(digits, mark.fingerprint_str) == 0;
    }
    pg_query_exit_memory_context(context);
    if (!same) return 1;
  }
  return 0;
}
