// Pass: before and after, statement by statement, and what did it.
//
// With old and new SQL planned on the old and the new schema there are four plans. A regression from (old SQL, old
// schema) to (new SQL, new schema) is the query's when (new SQL, old schema) is already worse, the schema's when (old
// SQL, new schema) is. For the schema's it is then asked which statement of it: the one that drops the index which the
// old plan used, else the first one after whose application, in order, the plan is worse. Example: migration 0007 drops
// orders_by_customer, a query untouched by the change goes from SEARCH to SCAN: 0007's line. Near miss: an edited query
// that wraps the column in lower() while 0007 adds a column: the query's own edit, no line of 0007.
#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/text.h"
#include "gate/run.h"
#include "gate/table_names.h"

namespace explaingate {
namespace {

constexpr size_t kReplayLimit = 64;    // schema statements among which the cause is looked for
constexpr size_t kOpenReplays = 6;     // schemas that are open for it: each is a database of the server
constexpr double kPerturbation = 0.2;  // a plan that changes when the row counts do by a fifth is not to be relied on

bool same_name(std::string_view a, std::string_view b) {
  return lower(a) == lower(b);
}

bool is_poor(Access access) {
  return access == Access::kScan || access == Access::kScanCovering || access == Access::kAutomaticIndex;
}

struct Summary {
  int growth_class = 0;
  double rows = 0;
  std::vector<BaselineAccess> access;
};

Summary summary_of(const Planned& planned) {
  return {growth_class(planned.growth.work), planned.largest().metrics.rows_examined,
          worst_access(planned.largest().plan)};
}

// Is `after` worse than `before`: a poorer access, a growth class up, or ratio and floor passed.
bool is_worse(const Run& run, const Summary& before, const Summary& after) {
  if (after.growth_class > before.growth_class) return true;
  if (after.rows >= run.settings.limits.at("cost_ratio") * before.rows &&
      after.rows - before.rows >= run.settings.limits.at("cost_floor"))
    return true;
  for (const BaselineAccess& now : after.access)
    for (const BaselineAccess& past : before.access)
      if (past.relation == now.relation && is_poor(now.access) && now.access > past.access && after.rows > before.rows)
        return true;
  return false;
}

const Planned* planned_on(const Run& run, size_t statement, SideIndex side) {
  const std::optional<Planned>& planned = run.statements[statement].on[run.planned_side(side)];
  return planned && planned->ok() ? &*planned : nullptr;
}

void set_before(Comparison& comparison, const Planned& planned) {
  comparison.growth_before = planned.growth;
  comparison.rows_before = planned.largest().metrics.rows_examined;
  comparison.cost_before = planned.largest().metrics.cost;
  comparison.access_before = worst_access(planned.largest().plan);
}

void set_before(Comparison& comparison, const BaselineEntry& entry) {
  comparison.growth_before = {entry.growth, entry.result_growth};
  comparison.rows_before = static_cast<double>(entry.rows_examined);
  comparison.cost_before = static_cast<double>(entry.cost);
  comparison.access_before = entry.access;
}

void set_after(Comparison& comparison, const Planned& planned) {
  comparison.growth_after = planned.growth;
  comparison.rows_after = planned.largest().metrics.rows_examined;
  comparison.cost_after = planned.largest().metrics.cost;
  comparison.access_after = worst_access(planned.largest().plan);
}

const BaselineEntry* stored_entry(const Run& run, const std::string& fingerprint) {
  if (!run.baseline) return nullptr;
  const auto& entries = run.baseline->entries;
  auto found =
      std::lower_bound(entries.begin(), entries.end(), fingerprint,
                       [](const BaselineEntry& entry, const std::string& key) { return entry.fingerprint < key; });
  return found != entries.end() && found->fingerprint == fingerprint ? &*found : nullptr;
}

class Attribution {
 public:
  explicit Attribution(const Run& run) : run_(run), difference_(schema_difference(run)) {}

  void explain(Comparison& comparison) {
    bool edited = comparison.before && *comparison.before != comparison.statement;
    bool schema = false;
    bool query = edited;
    if (edited && run_.schema_changed) {
      const Planned* past = planned_on(run_, *comparison.before, kBaseSide);
      const Planned* new_on_old = planned_on(run_, comparison.statement, kBaseSide);
      const Planned* old_on_new = planned_on(run_, *comparison.before, kHeadSide);
      query = new_on_old == nullptr || (past != nullptr && is_worse(run_, summary_of(*past), summary_of(*new_on_old)));
      schema = old_on_new == nullptr || (past != nullptr && is_worse(run_, summary_of(*past), summary_of(*old_on_new)));
      if (!query && !schema) query = true;  // worse only together: without the edit it would not be
    } else if (!edited) {
      schema = run_.schema_changed;
    }
    if (!query && !schema) return;
    comparison.cause_kind = query && schema ? "both" : schema ? "schema" : "query";
    if (schema) comparison.cause_statement_id = guilty(comparison);
  }

 private:
  std::optional<int64_t> guilty(const Comparison& comparison) {
    if (auto named = by_index_name(comparison)) return named;
    if (auto replayed = by_replay(comparison)) return replayed;
    return by_table(comparison);
  }

  [[nodiscard]] std::optional<int64_t> by_index_name(const Comparison& comparison) const {
    const SchemaSide& head = run_.sides[kHeadSide];
    const SchemaSide& base = run_.sides[kBaseSide];
    for (const BaselineAccess& past : comparison.access_before) {
      if (past.index.empty()) continue;
      auto now = std::find_if(comparison.access_after.begin(), comparison.access_after.end(),
                              [&](const BaselineAccess& access) { return access.relation == past.relation; });
      if (now == comparison.access_after.end() || now->access <= past.access) continue;
      for (size_t i : difference_.come) {
        auto ddl = parse_query(head.schema.statements[i].text, run_.settings.dialect());
        if (ddl && ddl->kind == StatementKind::kDrop && same_name(ddl->object, past.index))
          return head.statement_ids[i];
      }
      for (size_t i : difference_.gone) {
        auto ddl = parse_query(base.schema.statements[i].text, run_.settings.dialect());
        if (ddl && ddl->kind == StatementKind::kCreateIndex && same_name(ddl->object, past.index))
          return base.statement_ids[i];
      }
    }
    return std::nullopt;
  }

  // Applies some of the statements that came, from the first on, to what both sides have, and halves their number until
  // one is left with which the plan is worse and without which it isn't. Sixty-four take six schemas.
  [[nodiscard]] std::optional<int64_t> by_replay(const Comparison& comparison) {
    const std::vector<size_t>& come = difference_.come;
    if (!difference_.gone.empty() || come.empty() || come.size() > kReplayLimit) return std::nullopt;
    size_t fine = 0, worse = come.size();  // numbers of statements that came: none is the base, all are the head
    while (worse - fine > 1) {
      size_t some = fine + (worse - fine) / 2;
      auto is = is_worse_with(some, comparison);
      if (!is) return std::nullopt;
      (*is ? worse : fine) = some;
    }
    return run_.sides[kHeadSide].statement_ids[come[worse - 1]];
  }

  [[nodiscard]] std::optional<bool> is_worse_with(size_t some, const Comparison& comparison) {
    const KnownStatement& statement = run_.statements[comparison.before.value_or(comparison.statement)];
    Summary before{growth_class(comparison.growth_before.work), comparison.rows_before, comparison.access_before};
    Engine* engine = replayed(some);
    if (engine == nullptr || !engine->set_scale(engine->scales() - 1)) return std::nullopt;
    auto planned = engine->plan(request_of(statement));
    if (!planned) return true;
    return is_worse(run_, before, {before.growth_class, planned->metrics.rows_examined, worst_access(planned->plan)});
  }

  // Engine with the first `some` of the statements that came.
  Engine* replayed(size_t some) {
    if (auto open = replays_.find(some); open != replays_.end()) return open->second.get();
    if (replays_.size() >= kOpenReplays) replays_.clear();
    std::set<size_t> later(difference_.come.begin() + static_cast<std::ptrdiff_t>(some), difference_.come.end());
    std::vector<SchemaStatement> schema;
    const auto& all = run_.sides[kHeadSide].schema.statements;
    for (size_t i = 0; i < all.size(); ++i)
      if (!later.contains(i)) schema.push_back(all[i]);
    auto engine = run_.engines->open(schema, run_.engine_options);
    if (!engine) return nullptr;
    return (replays_[some] = std::move(*engine)).get();
  }

  // Last resort: a schema statement that came or went and speaks of a table whose access got worse.
  [[nodiscard]] std::optional<int64_t> by_table(const Comparison& comparison) const {
    for (SideIndex side : {kHeadSide, kBaseSide}) {
      TableNames names(run_.sides[run_.planned_side(side)].engine->catalogue());
      for (size_t i : side == kHeadSide ? difference_.come : difference_.gone) {
        auto ddl = parse_query(run_.sides[side].schema.statements[i].text, run_.settings.dialect());
        if (!ddl) continue;
        for (const BaselineAccess& now : comparison.access_after)
          if (same_name(names.find(ddl->on_table), now.relation) || same_name(names.find(ddl->object), now.relation))
            return run_.sides[side].statement_ids[i];
      }
    }
    return std::nullopt;
  }

  const Run& run_;
  SchemaDifference difference_;
  std::map<size_t, std::unique_ptr<Engine>> replays_;  // by the number of statements that came
};

// Plans the regressed statements once more with every second table a fifth larger, then smaller: a plan that turns into
// another one under that is marked unstable.
Status mark_unstable(Run& run) {
  std::vector<Comparison*> worse;
  for (Comparison& comparison : run.comparisons)
    if (comparison.worse()) worse.push_back(&comparison);
  if (worse.empty() || run.sides[kHeadSide].engine->scales() == 1) return {};
  for (double factor : {1 + kPerturbation, 1 - kPerturbation}) {
    Statistics statistics = run.sides[kHeadSide].engine->statistics();
    bool odd = false;
    for (auto& [name, table] : statistics.tables) {
      odd = !odd;
      if (odd) table.rows *= factor;
    }
    EngineOptions perturbed = run.engine_options;
    perturbed.statistics = statistics;
    perturbed.seed.clear();
    perturbed.tables.clear();
    auto engine = run.engines->open(run.sides[kHeadSide].schema.statements, perturbed);
    if (!engine) return fail(engine.error());
    if (Status set = (*engine)->set_scale((*engine)->scales() - 1); !set) return set;
    for (Comparison* comparison : worse) {
      const KnownStatement& statement = run.statements[comparison->statement];
      auto planned = (*engine)->plan(request_of(statement));
      if (planned && planned->plan.lines() != statement.on[kHeadSide]->largest().plan.lines())
        comparison->unstable = true;
    }
  }
  return {};
}

std::optional<Comparison> compare_one(const Run& run, size_t i, bool use_baseline) {
  const KnownStatement& statement = run.statements[i];
  if (statement.side != kHeadSide || !statement.on[kHeadSide] || !statement.on[kHeadSide]->ok()) return std::nullopt;
  Comparison comparison;
  comparison.statement = i;
  set_after(comparison, *statement.on[kHeadSide]);
  if (statement.measured[kHeadSide]) comparison.work_after = statement.measured[kHeadSide]->vm_steps;
  const Planned* past = statement.predecessor ? planned_on(run, *statement.predecessor, kBaseSide) : nullptr;
  if (past != nullptr) {
    if (*statement.predecessor == i && !run.schema_changed) return std::nullopt;
    comparison.source = "base";
    comparison.paired_by = statement.paired_by;
    comparison.before = statement.predecessor;
    set_before(comparison, *past);
    const auto& measured = run.statements[*statement.predecessor].measured[run.planned_side(kBaseSide)];
    if (measured) comparison.work_before = measured->vm_steps;
    return comparison;
  }
  const BaselineEntry* entry = use_baseline ? stored_entry(run, statement.parsed.fingerprint) : nullptr;
  if (entry == nullptr) return std::nullopt;
  comparison.source = "baseline";
  comparison.paired_by = "fingerprint";
  set_before(comparison, *entry);
  if (entry->measured) comparison.work_before = entry->measured->vm_steps;
  if (entry->unstable) comparison.unstable = true;
  return comparison;
}

}  // namespace

SchemaDifference schema_difference(const Run& run) {
  std::multiset<std::string> base, head;
  for (const SchemaStatement& statement : run.sides[kBaseSide].schema.statements) base.insert(statement.text);
  for (const SchemaStatement& statement : run.sides[kHeadSide].schema.statements) head.insert(statement.text);
  SchemaDifference difference;
  auto left_over = [](const std::vector<SchemaStatement>& statements, std::multiset<std::string> other,
                      std::vector<size_t>& out) {
    for (size_t i = 0; i < statements.size(); ++i) {
      auto found = other.find(statements[i].text);
      if (found == other.end())
        out.push_back(i);
      else
        other.erase(found);
    }
  };
  left_over(run.sides[kBaseSide].schema.statements, head, difference.gone);
  left_over(run.sides[kHeadSide].schema.statements, base, difference.come);
  return difference;
}

bool Comparison::worse() const {
  return !cause_kind.empty();
}

Status compare_sides(Run& run) {
  bool use_baseline = run.baseline.has_value();
  if (use_baseline) {
    std::string difference = environment_difference(environment_of(run), run.baseline->environment);
    if (!difference.empty()) {
      use_baseline = false;
      std::string what = fmt::format("{} was made in another environment: {}", run.settings.baseline, difference);
      std::string mend = "make it again with `explaingate baseline update` on the default branch, and commit it";
      // For a change the past is planned in this same run; only where the baseline is the one past there is, its loss
      // matters.
      if (run.mode == Mode::kAll)
        run.unverified = Error{ErrorKind::kUnverified, what, "", 0, 0, "", mend};
      else
        run.notes.push_back(fmt::format("{}; it was left aside: {}", what, mend));
    } else if (run.mode == Mode::kChange &&
               run.baseline->environment.schema_hash != run.sides[run.planned_side(kBaseSide)].schema.hash()) {
      run.notes.push_back(fmt::format("{} is older than the schema of {}: run `explaingate baseline update` there",
                                      run.settings.baseline, run.change.base_name));
    }
  }
  for (size_t i = 0; i < run.statements.size(); ++i)
    if (auto comparison = compare_one(run, i, use_baseline)) run.comparisons.push_back(std::move(*comparison));

  Attribution attribution(run);
  for (Comparison& comparison : run.comparisons) {
    Summary before{growth_class(comparison.growth_before.work), comparison.rows_before, comparison.access_before};
    Summary after{growth_class(comparison.growth_after.work), comparison.rows_after, comparison.access_after};
    if (!is_worse(run, before, after)) continue;
    attribution.explain(comparison);
    if (comparison.cause_kind.empty())
      comparison.cause_kind = "query";  // against the baseline: some change that landed without it
  }
  return mark_unstable(run);
}

BaselineEnvironment environment_of(const Run& run) {
  const Engine& engine = *run.sides[kHeadSide].engine;
  return {engine.name(), engine.version(), run.sides[kHeadSide].schema.hash(), run.statistics_hash,
          fmt::format("scales={} assumed_rows={}", engine.scales(), run.settings.limits.at("assumed_rows"))};
}

Baseline make_baseline(const Run& run) {
  std::map<std::string, BaselineEntry> entries;
  for (const KnownStatement& statement : run.statements) {
    if (statement.side != kHeadSide || !statement.on[kHeadSide] || !statement.on[kHeadSide]->ok()) continue;
    const Planned& planned = *statement.on[kHeadSide];
    auto [it, added] = entries.try_emplace(statement.parsed.fingerprint);
    BaselineEntry& entry = it->second;
    std::string site = statement.source.path;
    if (std::string name = statement.source.name.empty() ? statement.source.function : statement.source.name;
        !name.empty())
      site += " " + name;
    if (std::find(entry.sites.begin(), entry.sites.end(), site) == entry.sites.end()) entry.sites.push_back(site);
    // Of several statements with one fingerprint (they differ in literals only) the costliest speaks for the query.
    int64_t rows = round_rows(planned.largest().metrics.rows_examined);
    if (!added && rows <= entry.rows_examined) continue;
    entry.fingerprint = statement.parsed.fingerprint;
    entry.query = shorten(fold_spaces(statement.source.text), 200);
    entry.plan = planned.largest().plan.lines();
    entry.access = worst_access(planned.largest().plan);
    entry.rows_examined = rows;
    entry.cost = round_rows(planned.largest().metrics.cost);
    entry.growth = round_growth(planned.growth.work);
    entry.result_growth = round_growth(planned.growth.result);
    entry.measured = statement.measured[kHeadSide];
  }
  Baseline baseline;
  baseline.environment = environment_of(run);
  for (auto& [fingerprint, entry] : entries) {
    std::sort(entry.sites.begin(), entry.sites.end());
    baseline.entries.push_back(std::move(entry));
  }
  return baseline;
}

}  // namespace explaingate
