#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "base/text.h"
#include "cli/cli.h"

namespace explaingate {
namespace {

constexpr int64_t kQuerySteps = 2'000'000'000;

// Tab-separated, the column names first: for people, cut and awk.
Result<std::string> query(Sqlite& database, const std::string& sql) {
  allow_reading_only(database);
  database.limit_steps(kQuerySteps);
  size_t tail = 0;
  auto statement = database.prepare(sql, &tail);
  const char* hint = "`explaingate facts` lists the tables; the query may only read";
  if (!statement) return fail(ErrorKind::kUsage, "--sql: " + statement.error().message, hint);
  if (std::string_view rest = std::string_view(sql).substr(tail);
      rest.find_first_not_of("; \t\r\n") != std::string_view::npos)
    return fail(ErrorKind::kUsage, "--sql: more than one statement", "one SELECT a run");
  std::string out;
  for (int i = 0; i < statement->column_count(); ++i)
    out += (i == 0 ? "" : "\t") + printable(statement->column_name(i));
  out += "\n";
  while (true) {
    auto row = statement->step();
    if (!row && database.step_limit_reached())
      return fail(ErrorKind::kUsage,
                  fmt::format("--sql: took more than {} steps, and was stopped", with_commas(kQuerySteps)),
                  "--save writes the facts to a file that sqlite3 opens, without a limit");
    if (!row) return fail(ErrorKind::kUsage, "--sql: " + row.error().message, hint);
    if (!*row) return out;
    for (int i = 0; i < statement->column_count(); ++i) {
      std::string cell = printable(statement->text(i));
      std::replace_if(cell.begin(), cell.end(), [](char c) { return c == '\t' || c == '\n'; }, ' ');
      out += (i == 0 ? "" : "\t") + cell;
    }
    out += "\n";
  }
}

Result<std::string> list(Sqlite& database) {
  auto names = database.prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite#_%' ESCAPE '#' ORDER BY rowid");
  if (!names) return fail(names.error());
  std::string out;
  while (true) {
    auto row = names->step();
    if (!row) return fail(row.error());
    if (!*row) return out;
    std::string name(names->text(0));
    auto count = database.prepare(fmt::format("SELECT count(*) FROM \"{}\"", name));
    if (!count) return fail(count.error());
    if (auto stepped = count->step(); !stepped) return fail(stepped.error());
    out += fmt::format("{:<22} {:>8}\n", name, count->integer(0));
  }
}

}  // namespace

int facts_command(const GateOptions& options, const std::string& sql, const std::string& save) {
  if (!save.empty()) {
    std::error_code ignored;  // what can't be looked at can't be written either, and then that is said
    bool there = std::filesystem::exists(save, ignored);
    if (there && !std::filesystem::is_regular_file(save, ignored))
      return report_error(Error{ErrorKind::kUsage, "--save: is not a regular file", save, 0, 0, "", ""});
    if (there && !FactStore::is_saved(save))
      return report_error(Error{ErrorKind::kUsage, "--save: is there already, and is no file of facts", save, 0, 0, "",
                                "give the name of a new file, or remove that one first"});
  }
  Context context;
  if (Status ready = prepare(options, context); !ready) return report_error(ready.error());
  if (Status done = run_passes(context.run); !done) return report_error(done.error());
  FactStore& facts = *context.run.facts;
  if (!save.empty()) {
    facts.database().set_authorizer(nullptr);
    facts.database().limit_steps(0);
    if (Status saved = facts.save(save); !saved) return report_error(saved.error());
    fmt::print(stderr, "{}: written; open it with sqlite3\n", printable_line(save));
    if (sql.empty()) return 0;
  }
  if (sql.empty()) facts.database().set_authorizer(nullptr);
  auto text = sql.empty() ? list(facts.database()) : query(facts.database(), sql);
  if (!text) return report_error(text.error());
  Status written = emit({}, {{"text", [&] { return *text; }}});
  return written ? 0 : report_error(written.error());
}

}  // namespace explaingate
