#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "base/text.h"
#include "report/painter.h"
#include "report/parts.h"
#include "report/report.h"

namespace explaingate {
namespace {

constexpr size_t kQueriesShown = 6;  // of one index
constexpr size_t kUnservedShown = 10;
constexpr size_t kTextShown = 100;  // bytes of a query

std::string place(const AdvisedQuery& query) {
  const QuerySite& site = query.sites.front();
  std::string text = fmt::format("{}:{}", printable_line(site.path), site.line);
  return query.sites.size() > 1 ? fmt::format("{} (and {} more)", text, query.sites.size() - 1) : text;
}

std::string size_words(double bytes) {
  constexpr std::array<const char*, 4> kUnits = {"kB", "MB", "GB", "TB"};
  double size = bytes / 1000;
  size_t unit = 0;
  for (; size >= 1000 && unit + 1 < kUnits.size(); size /= 1000) ++unit;
  return fmt::format("{:.{}f} {}", size, size < 10 ? 1 : 0, kUnits[unit]);
}

std::string what_it_does(StatementKind kind) {
  std::string word(to_string(kind));
  std::ranges::transform(word, word.begin(), [](char c) { return c >= 'a' && c <= 'z' ? char(c - 32) : c; });
  return word;
}

// "+33 % on INSERT into orders (shop/orders.py:40)", the dearest of each kind.
std::string slowed(const Advice& advice, const AdvisedIndex& index) {
  std::vector<SlowedWrite> writes = index.slows;
  std::ranges::stable_sort(writes, std::ranges::greater{}, &SlowedWrite::percent);
  std::string text;
  std::set<StatementKind> said;
  for (const SlowedWrite& write : writes) {
    const AdvisedQuery& query = advice.queries[write.query];
    if (!said.insert(query.kind).second) continue;
    auto same = std::ranges::count_if(
        writes, [&](const SlowedWrite& other) { return advice.queries[other.query].kind == query.kind; });
    text += fmt::format("{}+{:.0f} % on {} ({}{})", text.empty() ? "" : ", ", write.percent, what_it_does(query.kind),
                        place(query), same > 1 ? fmt::format(" and {} more", same - 1) : "");
  }
  return text;
}

std::string spared(const ServedQuery& served) {
  return served.look_ups_spared < 1
             ? ""
             : fmt::format(", {} in the table spared", counted(served.look_ups_spared, "look-up"));
}

std::string measured(const ServedQuery& served) {
  if (!served.measured) return {};
  return fmt::format(", measured {} → {} steps", with_commas(static_cast<double>(served.measured->before)),
                     with_commas(static_cast<double>(served.measured->after)));
}

void add_index(std::string& out, const Painter& paint, const Advice& advice, const AdvisedIndex& index) {
  out += paint.bold(printable(index.index.ddl(advice.concurrently))) + ";\n";
  for (const std::string& name : index.redundant)
    out += fmt::format("{};  {}\n",
                       paint.bold(fmt::format("DROP INDEX {}{}", advice.concurrently ? "CONCURRENTLY " : "",
                                              printable_line(quote_where_needed(name)))),
                       paint.dim("-- the new index does all that it does"));
  std::vector<ServedQuery> serves = index.serves;
  std::ranges::stable_sort(serves, std::ranges::greater{}, [&](const ServedQuery& query) {
    return (query.cost_before - query.cost_after) * advice.queries[query.query].calls;
  });
  out += fmt::format("  serves {}\n", serves.size() == 1 ? "1 query" : fmt::format("{} queries", serves.size()));
  size_t shown = std::min(serves.size(), kQueriesShown);
  for (size_t i = 0; i < shown; ++i) {
    const AdvisedQuery& query = advice.queries[serves[i].query];
    out += fmt::format("    {}  {}, {} → {} examined, cost {} → {}{}{}\n", paint.cyan(place(query)),
                       growth_change(serves[i].before, serves[i].after), counted(serves[i].rows_before, "row"),
                       with_commas(serves[i].rows_after), with_commas(serves[i].cost_before),
                       with_commas(serves[i].cost_after), spared(serves[i]) + measured(serves[i]),
                       advice.calls_known ? fmt::format(", {}", counted(query.calls, "call")) : "");
    out += fmt::format("      {}\n", paint.dim(printable(shorten(fold_spaces(query.text), kTextShown))));
  }
  if (shown < serves.size())
    out += fmt::format("    … and {} more; --format json lists them all\n", serves.size() - shown);
  std::string writes = slowed(advice, index);
  out += fmt::format("  costs  {}about {} at {}\n\n", writes.empty() ? "" : writes + "; ", size_words(index.bytes),
                     counted(index.rows, "row"));
}

void add_rewrites(std::string& out, const Painter& paint, const Advice& advice) {
  if (advice.workload.rewrites.empty()) return;
  out += fmt::format("{}\n", paint.bold("Better written otherwise:"));
  for (const RewrittenQuery& rewritten : advice.workload.rewrites) {
    const AdvisedQuery& query = advice.queries[rewritten.query];
    out += fmt::format("  {}  {}\n", paint.cyan(place(query)), rewrite_gain(rewritten.trial));
    out += fmt::format("    {}\n", paint.dim(printable(shorten(fold_spaces(query.text), kTextShown))));
    out += fmt::format("    {};\n", paint.bold(printable(fold_spaces(rewritten.trial.rewrite.text))));
    for (const std::string& line : rewrite_words(rewritten.trial, advice.concurrently))
      out += fmt::format("      {}\n", printable_line(line));
  }
  out += "\n";
}

void add_unserved(std::string& out, const Painter& paint, const Advice& advice, bool all) {
  std::vector<const UnservedQuery*> unserved;
  for (const UnservedQuery& query : advice.workload.unserved) {
    bool rewritten = std::ranges::find(advice.workload.rewrites, query.query, &RewrittenQuery::query) !=
                     advice.workload.rewrites.end();
    if (!query.tried.empty() && !rewritten) unserved.push_back(&query);
  }
  if (unserved.empty()) return;
  out += fmt::format("{}\n", paint.bold("No index helps:"));
  size_t shown = all ? unserved.size() : std::min(unserved.size(), kUnservedShown);
  for (size_t i = 0; i < shown; ++i) {
    const AdvisedQuery& query = advice.queries[unserved[i]->query];
    out += fmt::format("  {}  {}\n", paint.cyan(place(query)),
                       paint.dim(printable(shorten(fold_spaces(query.text), kTextShown))));
    for (const std::string& line : tried_words(unserved[i]->tried))
      out += fmt::format("    {}\n", printable_line(line));
  }
  if (shown < unserved.size()) out += fmt::format("  … and {} more; --verbose lists them\n", unserved.size() - shown);
  out += "\n";
}

std::string quality(const WorkloadAdvice& workload) {
  double above = workload.least_cost > 0 ? (workload.cost_after / workload.least_cost - 1) * 100 : 0;
  std::string bound = above < 0.05
                          ? std::string("no set of the candidates makes them cheaper")
                          : fmt::format("at most {:.1f} % above what all candidates together could give", above);
  return fmt::format("{}{}", bound, workload.exact ? "" : " (too many candidates to compare every set of them)");
}

}  // namespace

std::string advice_text(const Advice& advice, const TextStyle& style) {
  Painter paint(style.color);
  const WorkloadAdvice& workload = advice.workload;
  std::string out;
  for (const AdvisedIndex& index : workload.indexes) add_index(out, paint, advice, index);
  if (!workload.indexes.empty() && advice.concurrently) {
    out += fmt::format("{}: {}\n\n", paint.bold("note"),
                       concurrently_words(advice.migration_tool, advice.way_around_transaction));
  }
  add_rewrites(out, paint, advice);
  add_unserved(out, paint, advice, style.verbose);
  for (const std::string& note : advice.outcome.notes)
    out += fmt::format("{}: {}\n", paint.bold("note"), printable(fold_spaces(note)));
  if (size_t missing = advice.outcome.not_analysed.size(); missing > 0) {
    out += fmt::format("{}: {}{}\n", paint.bold("not analysed"), counted(static_cast<double>(missing), "place"),
                       style.verbose ? "" : "; --verbose lists them");
    if (style.verbose)
      for (const NotAnalysed& item : advice.outcome.not_analysed)
        out += fmt::format("  {}:{}: {}\n", printable_line(item.path), item.line, printable(fold_spaces(item.reason)));
  }
  if (advice.outcome.unverified && advice.outcome.planned == 0)
    return out + fmt::format("{}: {}\n", paint.red("not verified"), printable(advice.outcome.unverified->message));
  out += fmt::format("{}: {} for {} ({} tried in {}; {} {})\n", paint.bold("explaingate"),
                     workload.indexes.empty()       ? paint.green("no new index")
                     : workload.indexes.size() == 1 ? std::string("1 index")
                                                    : fmt::format("{} indexes", workload.indexes.size()),
                     advice.queries.size() == 1 ? "1 query" : fmt::format("{} queries", advice.queries.size()),
                     workload.candidates == 1 ? "1 candidate" : fmt::format("{} candidates", workload.candidates),
                     counted(static_cast<double>(workload.plans), "plan"), advice.outcome.engine,
                     advice.outcome.engine_version);
  if (!workload.indexes.empty())
    out += fmt::format("total cost {} → {}; {}\n", with_commas(workload.cost_before), with_commas(workload.cost_after),
                       quality(workload));
  return out;
}

}  // namespace explaingate
