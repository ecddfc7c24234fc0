#include "advise/rewrites.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "advise/variants.h"
#include "advise/wishes.h"

namespace explaingate {
namespace {

constexpr double kFarBetter = 1.0 / 3;

class Schema {
 public:
  explicit Schema(const Catalogue& catalogue) : catalogue_(catalogue) {}

  const RewriteTable* find(const TableRef& reference) {
    if (reference.role != TableRef::Role::kFrom && reference.role != TableRef::Role::kTarget) return nullptr;
    const CatalogueTable* table = advise::find_table(catalogue_, reference.name);
    if (table == nullptr || table->type != "table") return nullptr;
    auto [known, fresh] = tables_.try_emplace(table);
    if (fresh)
      for (const CatalogueColumn& column : table->columns)
        known->second.columns.push_back({column.name, quote_where_needed(column.name), column.type,
                                         column.not_null || is_rowid(column, *table), column.primary_key > 0});
    return &known->second;
  }

 private:
  // SQLite: the one primary key that takes no NULL though nothing says so. PostgreSQL's are all declared.
  static bool is_rowid(const CatalogueColumn& column, const CatalogueTable& table) {
    return column.primary_key == 1 && advise::same_name(column.type, "INTEGER") &&
           std::ranges::count_if(table.columns, [](const CatalogueColumn& each) { return each.primary_key > 0; }) == 1;
  }

  const Catalogue& catalogue_;
  std::map<const CatalogueTable*, RewriteTable> tables_;
};

struct Text {  // as the engine gets it, and planned
  std::string sql;
  ParsedQuery parsed;
  std::vector<PlannedQuery> alone, indexed;  // without and with PlannedRewrite::indexes
  [[nodiscard]] PlanRequest request() const { return {sql, &parsed}; }
};

struct PlannedRewrite {
  size_t request = 0;
  Rewrite rewrite;
  Text text, dearest;
  std::vector<CandidateIndex> indexes;
};

std::vector<std::string> names_of(const std::vector<CandidateIndex>& indexes) {
  std::vector<std::string> names;
  for (const CandidateIndex& index : indexes) names.push_back(index.name());
  return names;
}

std::vector<CandidateIndex> both(std::vector<CandidateIndex> first, const std::vector<CandidateIndex>& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

bool far_better(const Standing& after, const Standing& before) {
  int now = growth_class(after.growth.work), was = growth_class(before.growth.work);
  if (now != was) return now < was && after.cost <= before.cost;
  return before.cost > 0 && after.cost <= before.cost * kFarBetter;
}

class Trying {
 public:
  Trying(Engine& engine, Dialect dialect, const std::vector<RewriteRequest>& requests,
         const std::function<void(ParsedQuery&)>& settle)
      : engine_(engine), dialect_(dialect), requests_(requests), settle_(settle), schema_(engine.catalogue()) {
    for (int scale = 0; scale < engine.scales(); ++scale) factors_.push_back(engine.scale_factor(scale));
  }

  Result<std::vector<std::vector<RewriteTrial>>> run() {
    std::vector<std::vector<RewriteTrial>> trials(requests_.size());
    collect();
    if (attempts_.empty()) return trials;
    if (Status done = plan(&Text::alone); !done) return fail(done.error());
    if (Status done = find_indexes(); !done) return fail(done.error());
    if (Status done = plan(&Text::indexed); !done) return fail(done.error());
    for (PlannedRewrite& attempt : attempts_) judge(attempt, trials[attempt.request]);
    for (std::vector<RewriteTrial>& of_one : trials)
      std::ranges::stable_sort(of_one, {}, [](const RewriteTrial& trial) {
        return std::tuple(growth_class(trial.after.growth.work), trial.after.cost);
      });
    return trials;
  }

 private:
  void collect() {
    for (size_t i = 0; i < requests_.size(); ++i) {
      const RewriteRequest& request = requests_[i];
      auto find = [this](const TableRef& reference) { return schema_.find(reference); };
      for (Rewrite& rewrite : rewrites(request.sql, dialect_, request.placeholders, *request.parsed, find)) {
        PlannedRewrite attempt{i, {}, {}, {}, {}};
        bool good = read(rewrite.text, request, attempt.text);
        if (good && !rewrite.dearest.empty()) good = read(rewrite.dearest, request, attempt.dearest);
        attempt.rewrite = std::move(rewrite);
        if (good) attempts_.push_back(std::move(attempt));
      }
    }
  }

  bool read(const std::string& sql, const RewriteRequest& request, Text& text) const {
    auto parsed = parse_query(sql, dialect_, request.placeholders);
    if (!parsed) return false;
    text.parsed = std::move(*parsed);
    settle_(text.parsed);
    text.sql = engine_text(sql, dialect_, request.placeholders).text;
    return true;
  }

  // Scale by scale, since setting one costs as much as planning some tens of statements. What can't be planned is left
  // without plans.
  Status plan(std::vector<PlannedQuery> Text::* to) {
    bool indexed = to == &Text::indexed;
    for (int scale = 0; scale < engine_.scales(); ++scale) {
      if (Status set = engine_.set_scale(scale); !set) return set;
      for (PlannedRewrite& attempt : attempts_) {
        if (indexed && attempt.indexes.empty()) continue;
        if (static_cast<size_t>(scale) >= requests_[attempt.request].scales) continue;
        std::vector<CandidateIndex> there = both(requests_[attempt.request].there, attempt.indexes);
        for (Text* text : {&attempt.text, &attempt.dearest}) {
          if (text->sql.empty() || (text->*to).size() < static_cast<size_t>(scale)) continue;
          auto planned = engine_.plan_with(there, text->request());
          if (!planned && planned.error().kind != ErrorKind::kStatement) return fail(planned.error());
          if (planned) (text->*to).push_back(std::move(*planned));
        }
      }
    }
    std::erase_if(attempts_, [&](const PlannedRewrite& attempt) {
      return attempt.text.alone.size() < requests_[attempt.request].scales;
    });
    return {};
  }

  // Those of the rewritten statement's candidates that its plan uses when all are there.
  Status find_indexes() {
    for (PlannedRewrite& attempt : attempts_) {  // the engine is at the largest scale
      const std::vector<CandidateIndex>& there = requests_[attempt.request].there;
      std::vector<CandidateIndex> wanted =
          candidates(attempt.text.parsed, attempt.text.alone.back().plan, engine_.catalogue());
      std::erase_if(wanted,
                    [&](const CandidateIndex& index) { return std::ranges::find(there, index) != there.end(); });
      if (wanted.empty()) continue;
      auto planned = engine_.plan_with(both(there, wanted), attempt.text.request());
      if (!planned && planned.error().kind != ErrorKind::kStatement) return fail(planned.error());
      std::vector<std::string> names = names_of(wanted);
      for (size_t i = 0; planned && i < wanted.size(); ++i)
        if (std::ranges::find(planned->plan.nodes, names[i], &PlanNode::index) != planned->plan.nodes.end())
          attempt.indexes.push_back(wanted[i]);
    }
    return {};
  }

  void judge(PlannedRewrite& attempt, std::vector<RewriteTrial>& trials) const {
    Standing best = requests_[attempt.request].best;
    if (!attempt.dearest.sql.empty()) {
      if (attempt.dearest.alone.size() < attempt.text.alone.size()) return;
      best = standing_of(attempt.dearest.alone, factors_);
    }
    std::vector<PlannedQuery>* taken = &attempt.text.alone;
    Standing after = standing_of(*taken, factors_);
    bool indexed = attempt.text.indexed.size() == taken->size();
    if (Standing other = indexed ? standing_of(attempt.text.indexed, factors_) : Standing{};
        indexed && far_better(other, after)) {
      taken = &attempt.text.indexed;
      after = other;
      if (attempt.dearest.indexed.size() == taken->size()) best = standing_of(attempt.dearest.indexed, factors_);
    } else {
      attempt.indexes.clear();
    }
    if (best.cost > engine_.cost_model().small && far_better(after, best))
      trials.push_back(
          {std::move(attempt.rewrite), std::move(attempt.indexes), best, after, taken->back().plan.lines()});
  }

  Engine& engine_;
  Dialect dialect_;
  const std::vector<RewriteRequest>& requests_;
  const std::function<void(ParsedQuery&)>& settle_;
  Schema schema_;
  std::vector<double> factors_;
  std::vector<PlannedRewrite> attempts_;
};

}  // namespace

Standing standing_of(const std::vector<PlannedQuery>& scales, const std::vector<double>& factors) {
  const Metrics& largest = scales.back().metrics;
  return {growth_of(scales, factors), largest.rows_examined, largest.cost};
}

Result<std::vector<std::vector<RewriteTrial>>> try_rewrites(Engine& engine, Dialect dialect,
                                                            const std::vector<RewriteRequest>& requests,
                                                            const std::function<void(ParsedQuery&)>& settle) {
  return Trying(engine, dialect, requests, settle).run();
}

}  // namespace explaingate
