// `explaingate stats`: the statistics file, made from a server and looked at.
#include <fmt/format.h>

#include <cmath>
#include <cstdio>

#include "base/file.h"
#include "base/text.h"
#include "cli/cli.h"
#include "engine/postgres/statistics/statistics_dump.h"
#include "engine/postgres/statistics/statistics_export.h"
#include "report/parts.h"

namespace explaingate {
namespace {

constexpr std::chrono::minutes kLimit{2};  // for one statement; the server's own limit is shorter

Result<Statistics> read_statistics(const std::string& path) {
  auto text = read_file(path);
  if (!text) return fail(text.error());
  return parse_statistics(*text, path);
}

Status write_out(const std::string& path, const std::string& text) {
  if (!path.empty()) return write_file_through(path, text);
  return emit({}, {{"text", [&] { return text; }}});
}

struct Counts {
  double columns = 0, values = 0;  // columns that are known; those whose values are in the file
};

Counts counts_of(const TableStatistics& table) {
  Counts counts;
  counts.columns = static_cast<double>(table.columns.size());
  if (!table.postgres) return counts;
  auto with_values = [](const PostgresColumn& column) {
    return !column.common_values.empty() || !column.histogram.empty() || !column.common_elements.empty() ||
           !column.range_bounds.empty();
  };
  for (const auto& [name, column] : table.postgres->columns) counts.values += with_values(column) ? 1 : 0;
  for (const auto& [name, column] : table.postgres->inherited) counts.values += with_values(column) ? 1 : 0;
  for (const auto& [name, index] : table.postgres->indexes)
    for (const auto& [position, column] : index.expressions) counts.values += with_values(column) ? 1 : 0;
  for (const auto& [name, extended] : table.postgres->extended) counts.values += extended.combinations.empty() ? 0 : 1;
  return counts;
}

// What was left out, what stays, what could not be seen: on stderr, since stdout may hold the file.
void report(const postgres::Exported& exported, bool values) {
  double columns = 0;
  for (const auto& [name, table] : exported.statistics.tables) columns += counts_of(table).columns;
  std::string text = fmt::format("{}, {}\n", counted(static_cast<double>(exported.statistics.tables.size()), "table"),
                                 counted(columns, "column"));
  if (!values)
    text +=
        "left out: common values, histograms, common elements, ranges, common combinations\n"
        "kept: names, rows, pages, widths, numbers of different values, null fractions, frequencies, correlations, "
        "dependencies between columns, planner settings\n";
  for (const std::string& unseen : exported.unseen) text += "not seen: " + unseen + "\n";
  fmt::print(stderr, "{}", printable(text));
}

// "  +12000 rows a day, ten times in 4.1 years"; "" = not known.
std::string growth_words(const TableStatistics& table) {
  if (!table.rows_per_day) return "";
  double day = *table.rows_per_day;
  std::string words = fmt::format("  {}{:.6g} rows a day", day > 0 ? "+" : "", day);
  if (day > 0 && table.rows > 0) words += fmt::format(", ten times in {:.2g} years", 9 * table.rows / day / 365.25);
  return words;
}

}  // namespace

int stats_export_command(const StatsOptions& options) {
  if (options.url.empty())
    return report_error(Error{ErrorKind::kUsage, "no server was named", "", 0, 0, "",
                              "--url postgresql://user@host/database, or the variable EXPLAINGATE_STATS_URL"});
  postgres::ExportOptions what;
  what.values = !options.no_values;
  what.schemas = options.schemas;
  if (!options.previous.empty()) {
    auto former = read_statistics(options.previous);
    if (!former) return report_error(former.error());
    what.former = std::move(*former);
  }
  auto connection = postgres::Connection::open_url(options.url, {{"application_name", "explaingate"}});
  if (!connection) return report_error(connection.error());
  connection->set_limit(kLimit);
  auto exported = postgres::export_statistics(*connection, what);
  if (!exported) {
    Error error = exported.error();
    if (error.kind == ErrorKind::kStatement) error.kind = ErrorKind::kUnverified;
    return report_error(error);
  }
  if (Status written = write_out(options.output, to_json(exported->statistics)); !written)
    return report_error(written.error());
  report(*exported, what.values);
  return 0;
}

int stats_import_command(const StatsOptions& options) {
  auto text = read_file(options.file);
  if (!text) return report_error(text.error());
  auto statistics = postgres::parse_statistics_dump(*text, options.file);
  if (!statistics) return report_error(statistics.error());
  if (options.no_values) postgres::drop_values(*statistics);
  if (Status written = write_out(options.output, to_json(*statistics)); !written) return report_error(written.error());
  report({std::move(*statistics), {}}, !options.no_values);
  return 0;
}

int stats_show_command(const StatsOptions& options) {
  auto statistics = read_statistics(options.file);
  if (!statistics) return report_error(statistics.error());
  std::string out;
  if (statistics->postgres && statistics->postgres->version > 0) {
    int version = statistics->postgres->version;
    out += fmt::format("from PostgreSQL {}.{}\n", version / 10000, version % 10000);
  }
  if (statistics->postgres)
    for (const auto& [name, value] : statistics->postgres->settings)
      out += fmt::format("setting {} = {}\n", name, value);
  double values = 0;
  size_t width = 5;
  for (const auto& [name, table] : statistics->tables) width = std::min<size_t>(60, std::max(width, name.size()));
  out += fmt::format("{:<{}} {:>15} {:>12} {:>8}\n", "table", width, "rows", "pages", "columns");
  for (const auto& [name, table] : statistics->tables) {
    Counts counts = counts_of(table);
    values += counts.values;
    out += fmt::format("{:<{}} {:>15} {:>12} {:>8}{}\n", name, width,
                       table.rows > 0 ? fmt::format("{:.0f}", table.rows) : "unknown",
                       table.postgres ? fmt::format("{:.0f}", table.postgres->pages) : "", counts.columns,
                       table.fixed ? "  doesn't grow" : growth_words(table));
  }
  out += values > 0 ? fmt::format("holds values from the rows of {}\n", counted(values, "column"))
                    : "holds no value from any row\n";
  Status written = write_out("", printable(out));
  return written ? 0 : report_error(written.error());
}

}  // namespace explaingate
