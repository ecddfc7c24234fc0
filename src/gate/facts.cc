// Pass: everything the run knows, as rows of the fact base. The order of values is that of the columns in
// src/facts/schema.sql.
#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/text.h"
#include "gate/actions.h"
#include "gate/changed_lines.h"
#include "gate/names.h"
#include "gate/query_facts.h"
#include "gate/run.h"
#include "gate/table_names.h"
#include "parse/scan.h"

namespace explaingate {
namespace {

constexpr size_t kLongestIterable = 80;  // bytes: rules show it in a sentence

// The head's statements by place, for what is said of one or of a part of it.
class StatementPlaces {
 public:
  explicit StatementPlaces(const Run& run) {
    if (run.not_analysed.empty()) return;
    for (const KnownStatement& known : run.statements) {
      const Statement& source = known.source;
      if (known.side != kHeadSide || known.not_planned == "unchanged") continue;
      by_path_[source.path].push_back({{source.line, source.column}, {source.end_line, source.end_column}, known.id});
    }
    for (auto& [path, places] : by_path_) std::ranges::stable_sort(places, {}, &Place::first);
  }

  // The first of the statements that begin there; else one that holds the place.
  [[nodiscard]] std::optional<int64_t> at(const NotAnalysed& item) const {
    auto places = by_path_.find(item.path);
    if (places == by_path_.end()) return std::nullopt;
    std::pair<int, int> place{item.line, item.column};
    const std::vector<Place>& all = places->second;
    auto from = std::ranges::lower_bound(all, place, {}, &Place::first);
    if (from != all.end() && from->first == place) return from->id;
    constexpr int kLookBack = 16;
    for (int steps = 0; steps < kLookBack && from != all.begin(); ++steps)
      if ((--from)->last >= place) return from->id;
    return std::nullopt;
  }

 private:
  struct Place {
    std::pair<int, int> first, last;  // line, column
    int64_t id;
  };
  std::map<std::string, std::vector<Place>> by_path_;
};

// What stands behind WHERE in a partial index's definition, without the brackets around all of it.
std::string condition_of(const CatalogueIndex& index, Dialect dialect) {
  if (!index.partial) return {};
  Scanner scanner(index.sql, dialect);
  for (Token token = scanner.next(); token.kind != TokenKind::kEnd; token = scanner.next()) {
    if (token.kind == TokenKind::kUnterminated) break;
    if (!is_word(index.sql, token, "where")) continue;
    std::string condition = fold_spaces(std::string_view(index.sql).substr(token.offset + token.length));
    bool enclosed = condition.starts_with('(') && condition.find(')') + 1 == condition.size();
    return enclosed ? condition.substr(1, condition.size() - 2) : condition;
  }
  return {};
}

std::string relations_of(const std::vector<CandidateIndex>& indexes) {
  std::string relations;
  std::set<std::string_view> said;
  for (const CandidateIndex& index : indexes)
    if (said.insert(index.table).second) relations += (relations.empty() ? "" : " and ") + index.table;
  return relations;
}

class Filler {
 public:
  explicit Filler(Run& run) : run_(run), store_(*run.facts), lines_(run) {
    if (!run.program) return;
    for (const ProgramFile& file : run.program->files())
      if (file.transacts) transacting_.insert(file.family);
  }

  Status all() {
    about_run();
    changes();
    queries();
    calls();
    schema();
    for (SideIndex side : {kBaseSide, kHeadSide})
      if (run_.sides[side].engine) catalogue(side);
    plans();
    comparisons();
    the_rest();
    return status_;
  }

 private:
  void keep(const FactInserter& inserter) {
    if (status_ && !inserter.status()) status_ = inserter.status();
  }

  void about_run() {
    FactInserter run(store_, "run");
    const Engine& engine = *run_.sides[kHeadSide].engine;
    run(engine.name(), engine.version(), run_.mode == Mode::kAll ? "all" : "change", run_.schema_changed,
        engine.scales() - 1);
    keep(run);
    FactInserter limits(store_, "limits");
    for (const auto& [name, value] : run_.settings.limits) limits(name, value);
    keep(limits);
  }

  void changes() {
    FactInserter files(store_, "changed_files");
    FactInserter lines(store_, "changed_lines");
    for (const ChangedFile& file : run_.change.files) {
      const std::string& path = file.new_path.empty() ? file.old_path : file.new_path;
      files(path, file.old_path.empty() ? std::optional<std::string>() : std::optional(file.old_path),
            name_of(file.status));
      for (const Hunk& hunk : file.hunks) {
        if (hunk.old_lines > 0) lines(file.old_path, "base", hunk.old_start, hunk.old_start + hunk.old_lines - 1);
        if (hunk.new_lines > 0) lines(file.new_path, "head", hunk.new_start, hunk.new_start + hunk.new_lines - 1);
      }
    }
    keep(files);
    keep(lines);
  }

  // sqlc's :batchexec and :copyfrom are given many rows at once.
  static CallKind run_of(std::string_view row_marker) {
    bool bulk = row_marker.starts_with("batch") || row_marker.starts_with("copyfrom");
    return bulk ? CallKind::kBulk : CallKind::kExecute;
  }

  void queries() {
    FactInserter statements(store_, "statements");
    FactInserter calls(store_, "call_sites");
    FactInserter holes(store_, "holes");
    FactInserter loops(store_, "loops");
    FactInserter replacements(store_, "replacements");
    QueryFacts parsed(run_, store_);
    for (const KnownStatement& known : run_.statements) {
      if (known.not_planned == "unchanged") continue;
      const Statement& source = known.source;
      bool planned = known.on[kHeadSide] && known.on[kHeadSide]->ok();
      statements(known.id, kSideNames[known.side], source.path, source.line, source.column, source.end_line,
                 source.language, source.function, source.name, source.kind, to_string(known.parsed.kind), source.text,
                 known.parsed.fingerprint, source.dynamic, known.changed && known.side == kHeadSide, planned,
                 known.function_id);
      if (source.call != CallKind::kNone)
        calls(known.id, source.call_line, source.callee, source.library, name_of(source.call));
      else if (known.function_id)  // in a file of its own: what calls lead to
        calls(known.id, source.line, source.callee.empty() ? source.name : source.callee,
              source.library.empty() ? "file" : source.library, name_of(run_of(source.row_marker)));
      for (const Hole& hole : source.holes)
        holes(known.id, name_of(hole.kind), hole.expression, hole.fixed, hole.column, hole.varies);
      // Unchanged statements run in the same loops as before, whatever was edited on their headers' lines.
      add_loops(loops, known.id, source.loops, source.path, known.side == kHeadSide && known.paired_by != "unchanged");
      if (known.predecessor && known.side == kHeadSide && known.paired_by != "unchanged")
        replacements(known.id, run_.statements[*known.predecessor].id, known.paired_by);
      parsed.add(known);
    }
    for (const FactInserter* inserter : {&statements, &calls, &holes, &loops, &replacements}) keep(*inserter);
    if (status_) status_ = parsed.status();
  }

  void add_loops(FactInserter& rows, int64_t id, const std::vector<Loop>& loops, const std::string& path,
                 bool may_be_new) {
    for (size_t depth = 0; depth < loops.size(); ++depth) {
      const Loop& loop = loops[depth];
      std::optional<int64_t> source;
      if (loop.rows_statement >= 0) source = run_.statements[static_cast<size_t>(loop.rows_statement)].id;
      rows(id, static_cast<int64_t>(depth), name_of(loop.kind), name_of(loop.source), loop.line, loop.variable,
           shorten(fold_spaces(loop.iterable), kLongestIterable), source, loop.argument_varies, loop.text_varies,
           loop.always_leaves, name_of(commits_of(loop, path)), may_be_new && lines_.touch(path, loop.line, loop.line));
    }
  }

  // A function's caller may have begun a transaction, unless nothing in its language does.
  [[nodiscard]] Commits commits_of(const Loop& loop, const std::string& path) const {
    const ProgramFile* file = run_.program ? run_.program->file(path) : nullptr;
    bool known = loop.commits != Commits::kUnknown || file == nullptr || transacting_.contains(file->family);
    return known ? loop.commits : Commits::kEach;
  }

  // The calls that lead from a loop to a statement, with the functions that they link.
  void calls() {
    FactInserter functions(store_, "functions");
    FactInserter calls(store_, "calls");
    FactInserter loops(store_, "call_loops");
    for (const KnownFunction& function : run_.functions)
      functions(function.id, function.path, function.line, function.end_line, function.name, function.memoised);
    int64_t last = 0;
    for (const KnownCall& call : run_.calls) {
      calls(call.id, call.caller_id, call.callee_id, call.path, call.line, call.column, call.name, call.handled,
            call.single, call.fresh && lines_.touch(call.path, call.line, call.line));
      if (call.id != last) add_loops(loops, call.id, call.loops, call.path, call.fresh);
      last = call.id;
    }
    keep(functions);
    keep(calls);
    keep(loops);
  }

  // Schema statements, who created which object, what came and went, what failed.
  void schema() {
    SchemaDifference difference = run_.schema_changed ? schema_difference(run_) : SchemaDifference{};
    FactInserter statements(store_, "statements");
    FactInserter changes(store_, "schema_changes");
    ActionFacts actions(run_, store_);
    for (SideIndex side : {kBaseSide, kHeadSide}) {
      TableNames names(run_.sides[run_.planned_side(side)].engine->catalogue());
      PathOfFile path;
      const SchemaSide& mine = run_.sides[side];
      const std::vector<size_t>& only_here = side == kHeadSide ? difference.come : difference.gone;
      for (size_t i = 0; i < mine.schema.statements.size(); ++i) {
        bool new_here = std::binary_search(only_here.begin(), only_here.end(), i);
        const SchemaStatement& statement = mine.schema.statements[i];
        path.read(statement);
        if (side == kBaseSide && !new_here) continue;
        auto parsed = parse_query(statement.text, run_.settings.dialect());
        ParsedQuery ddl = parsed ? std::move(*parsed) : ParsedQuery{};
        ddl.object = path.find(names, ddl.object);
        ddl.on_table = path.find(names, ddl.on_table);
        names.settle(ddl);
        int64_t id = mine.statement_ids[i];
        statements(id, kSideNames[side], statement.path, statement.line, statement.column, statement.end_line, "sql",
                   "", ddl.object, "schema", to_string(ddl.kind), statement.text, ddl.fingerprint, false,
                   side == kHeadSide && (new_here || run_.mode == Mode::kAll), false, std::optional<int64_t>());
        if (side == kHeadSide && !ddl.object.empty() && ddl.kind != StatementKind::kDrop)
          creators_[key(ddl.object_type, ddl.object)] = id;
        if (new_here) changes(id, kSideNames[side], to_string(ddl.kind), ddl.object_type, ddl.object, ddl.on_table);
        if (side == kHeadSide && run_.schema_changed) actions.add(id, statement, ddl, new_here, names, path);
      }
    }
    keep(statements);
    keep(changes);
    if (status_ && !actions.status()) status_ = actions.status();
    failures(difference);
  }

  // DDL that was gathered from code has no certain order: what the engine refuses there is no failing migration, and is
  // listed as not analysed instead (gate/plans.cc).
  void failures(const SchemaDifference& difference) {
    std::set<std::string> failed_before;
    if (run_.sides[kBaseSide].engine)
      for (const SchemaFailure& failure : run_.sides[kBaseSide].engine->failures())
        failed_before.insert(run_.sides[kBaseSide].schema.statements[failure.statement].text);
    FactInserter rows(store_, "schema_failures");
    const SchemaSide& head = run_.sides[kHeadSide];
    for (const SchemaFailure& failure : head.engine->failures()) {
      if (head.is_from_code(failure.statement) || is_about_migrations(head.schema.statements[failure.statement].text))
        continue;
      bool came = std::binary_search(difference.come.begin(), difference.come.end(), failure.statement);
      bool began = run_.schema_changed && !failed_before.contains(head.schema.statements[failure.statement].text);
      rows(head.statement_ids[failure.statement], "head", failure.message, came || began || run_.mode == Mode::kAll);
    }
    keep(rows);
  }

  // DELETE FROM _sqlx_migrations …: the tool makes that table before it applies anything.
  [[nodiscard]] bool is_about_migrations(std::string_view text) const {
    auto parsed = parse_query(text, run_.settings.dialect());
    return parsed && !parsed->tables.empty() &&
           std::ranges::all_of(parsed->tables, [](const TableRef& table) { return is_migration_log(table.name); });
  }

  static std::string key(std::string_view type, std::string_view object) {
    std::string out(type);
    out += ' ';
    for (char c : object) out += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    return out;
  }
  [[nodiscard]] std::optional<int64_t> creator(SideIndex side, std::string_view type, std::string_view object) const {
    auto found = creators_.find(key(type, object));
    if (side != kHeadSide || found == creators_.end()) return std::nullopt;
    return found->second;
  }

  void catalogue(SideIndex side) {
    const Engine& engine = *run_.sides[side].engine;
    FactInserter tables(store_, "tables");
    FactInserter columns(store_, "columns");
    FactInserter indexes(store_, "indexes");
    FactInserter index_columns(store_, "index_columns");
    FactInserter foreign_keys(store_, "foreign_keys");
    FactInserter volatile_functions(store_, "volatile_functions");
    std::string_view name = kSideNames[side];
    for (const std::string& function : engine.catalogue().volatile_functions) volatile_functions(name, function);
    double factor = engine.scale_factor(engine.scales() - 1);
    for (const CatalogueTable& table : engine.catalogue().tables) {
      auto known = engine.statistics().tables.find(table.name);
      TableStatistics statistics = known == engine.statistics().tables.end() ? TableStatistics{} : known->second;
      tables(name, table.name, table.type, statistics.rows * (statistics.fixed ? 1 : factor), statistics.rows,
             statistics.fixed, name_of(statistics.source),
             creator(side, table.type == "view" ? "view" : "table", table.name), table.partitions, table.without_rowid);
      for (const CatalogueColumn& column : table.columns)
        columns(name, table.name, column.name, column.type, column.not_null, column.generated, column.primary_key,
                column.allowed_values, column.default_value);
      for (const CatalogueIndex& index : table.indexes) {
        indexes(name, table.name, index.name, index.unique, index.partial, index.origin,
                creator(side, "index", index.name), condition_of(index, run_.settings.dialect()), index.plain);
        for (size_t i = 0; i < index.columns.size(); ++i)
          index_columns(name, table.name, index.name, static_cast<int64_t>(i), index.columns[i].name,
                        index.columns[i].descending, index.columns[i].collation);
      }
      for (size_t k = 0; k < table.foreign_keys.size(); ++k) {
        const CatalogueForeignKey& foreign_key = table.foreign_keys[k];
        for (size_t i = 0; i < foreign_key.columns.size(); ++i)
          foreign_keys(name, table.name, static_cast<int64_t>(k), static_cast<int64_t>(i), foreign_key.columns[i],
                       foreign_key.parent_table,
                       i < foreign_key.parent_columns.size() ? foreign_key.parent_columns[i] : "",
                       foreign_key.on_delete);
      }
    }
    for (const FactInserter* inserter :
         {&tables, &columns, &indexes, &index_columns, &foreign_keys, &volatile_functions})
      keep(*inserter);
  }

  void plans() {
    FactInserter nodes(store_, "plan_nodes");
    FactInserter metrics(store_, "metrics");
    FactInserter growth(store_, "growth");
    FactInserter measured(store_, "measured");
    FactInserter trials(store_, "index_trials");
    bool concurrently = run_.settings.dialect() == Dialect::kPostgres;
    FactInserter rewrites(store_, "rewrite_trials");
    FactInserter refused(store_, "refused_index_trials");
    FactInserter broken(store_, "broken_statements");
    for (const KnownStatement& known : run_.statements) {
      const auto& [before, after] = known.on;
      if (before && before->ok() && after && !after->error.empty()) broken(known.id, after->error);
      for (SideIndex side : {kBaseSide, kHeadSide}) {
        if (known.measured[side]) {
          const Measured& work = *known.measured[side];
          measured(known.id, kSideNames[side], work.vm_steps, work.full_scan_steps, work.sorts,
                   work.automatic_index_rows, work.rows);
        }
        if (!known.on[side] || !known.on[side]->ok()) continue;
        const Planned& planned = *known.on[side];
        for (size_t scale = 0; scale < planned.scales.size(); ++scale) {
          const Metrics& m = planned.scales[scale].metrics;
          metrics(known.id, kSideNames[side], static_cast<int64_t>(scale), m.rows_examined, m.rows_returned,
                  m.rows_sorted, m.cost);
          for (const PlanNode& node : planned.scales[scale].plan.nodes)
            nodes(known.id, kSideNames[side], static_cast<int64_t>(scale), node.id, node.parent, node.operation,
                  to_string(node.access), node.relation, node.alias, node.index,
                  fmt::format("{}", fmt::join(node.terms, " AND ")), node.purpose, node.correlated, node.executions,
                  node.rows_examined, node.rows_out, node.detail, std::max(node.rows_possible, node.rows_out),
                  node.width);
        }
        const Metrics& largest = planned.largest().metrics;
        if (!planned.growth_known()) continue;
        growth(known.id, kSideNames[side], planned.growth.work, growth_class(planned.growth.work),
               planned.growth.result, largest.rows_examined / std::max(1.0, largest.rows_returned));
      }
      int64_t rank = 0;
      for (const Trial& trial : known.trials.helpful) {
        // Rules about functions around columns tell of what an index of the expression would mend.
        if (std::ranges::any_of(trial.indexes, &CandidateIndex::has_expression)) continue;
        trials(known.id, rank++, trial.relation, ddl_of(trial.indexes, concurrently), trial.before.work,
               trial.after.work, growth_class(trial.before.work), growth_class(trial.after.work), trial.rows_before,
               trial.rows_after, trial.sorted_before, trial.sorted_after, relations_of(trial.indexes));
      }
      rank = 0;
      for (const RewriteTrial& trial : known.rewrites) {
        rewrites(known.id, rank++, to_string(trial.rewrite.kind), trial.rewrite.text,
                 fmt::format("{}", fmt::join(trial.rewrite.remarks, "; ")), ddl_of(trial.indexes, concurrently),
                 trial.before.growth.work, trial.after.growth.work, trial.before.rows, trial.after.rows);
      }
      for (const RefusedCandidate& candidate : known.trials.refused)
        refused(known.id, candidate.index.table, candidate.index.ddl(concurrently), candidate.reason);
    }
    for (const FactInserter* inserter : {&nodes, &metrics, &growth, &measured, &trials, &rewrites, &refused, &broken})
      keep(*inserter);
  }

  void comparisons() {
    FactInserter rows(store_, "comparisons");
    FactInserter accesses(store_, "access_comparisons");
    FactInserter causes(store_, "causes");
    bool growth_known = run_.sides[kHeadSide].engine->scales() > 1;
    for (const Comparison& comparison : run_.comparisons) {
      int64_t id = run_.statements[comparison.statement].id;
      std::optional<int64_t> before;
      if (comparison.before) before = run_.statements[*comparison.before].id;
      auto known = [&](auto value) { return growth_known ? std::optional(value) : std::nullopt; };
      double growth_before = comparison.growth_before.work, growth_after = comparison.growth_after.work;
      rows(id, comparison.source, before, comparison.paired_by, known(growth_before), known(growth_after),
           known(int64_t{growth_class(growth_before)}), known(int64_t{growth_class(growth_after)}),
           comparison.rows_before, comparison.rows_after, comparison.cost_before, comparison.cost_after,
           comparison.work_before, comparison.work_after, comparison.unstable);
      for (const BaselineAccess& past : comparison.access_before)
        for (const BaselineAccess& now : comparison.access_after)
          if (past.relation == now.relation)
            accesses(id, now.relation, to_string(past.access), to_string(now.access), static_cast<int64_t>(past.access),
                     static_cast<int64_t>(now.access), past.index, now.index, detail(comparison, past.relation, true),
                     detail(comparison, now.relation, false));
      if (comparison.worse()) causes(id, comparison.cause_kind, comparison.cause_statement_id);
    }
    for (const FactInserter* inserter : {&rows, &accesses, &causes}) keep(*inserter);
  }

  // The engine's line for the worst access on that table.
  [[nodiscard]] std::string detail(const Comparison& comparison, const std::string& relation, bool before) const {
    if (before && !comparison.before) return "";
    const KnownStatement& statement = run_.statements[before ? *comparison.before : comparison.statement];
    const auto& planned = statement.on[before ? run_.planned_side(kBaseSide) : kHeadSide];
    const PlanNode* worst = nullptr;
    if (planned && planned->ok())
      for (const PlanNode& node : planned->largest().plan.nodes)
        if (node.relation == relation && node.access != Access::kNone &&
            (worst == nullptr || node.access > worst->access))
          worst = &node;
    return worst == nullptr ? "" : worst->detail;
  }

  void the_rest() {
    StatementPlaces places(run_);
    FactInserter missing(store_, "not_analysed");
    for (const NotAnalysed& item : run_.not_analysed)
      missing(item.path, item.line, item.column, item.reason, places.at(item),
              lines_.touch(item.path, item.line, item.line));
    keep(missing);
    FactInserter baseline(store_, "baseline_entries");
    if (run_.baseline)
      for (const BaselineEntry& entry : run_.baseline->entries)
        baseline(entry.fingerprint, entry.growth, static_cast<double>(entry.rows_examined),
                 static_cast<double>(entry.cost), fmt::format("{}", fmt::join(entry.plan, "\n")));
    keep(baseline);
    FactInserter waivers(store_, "waivers");
    for (const Waiver& waiver : run_.waivers)
      waivers(waiver.fingerprint, waiver.rule, waiver.path, waiver.subject, waiver.reason, waiver.expires);
    keep(waivers);
  }

  Run& run_;
  FactStore& store_;
  ChangedLines lines_;
  std::set<std::string_view> transacting_;   // families of languages that have files which may begin transactions
  std::map<std::string, int64_t> creators_;  // "index orders_by_customer" -> head schema statement
  Status status_;
};

}  // namespace

Status fill_facts(Run& run) {
  auto store = FactStore::create_for_fill();
  if (!store) return fail(store.error());
  run.facts.emplace(std::move(*store));
  if (Status begun = run.facts->database().execute("BEGIN"); !begun) return begun;
  if (Status filled = Filler(run).all(); !filled) return filled;
  if (Status indexed = run.facts->create_indexes(); !indexed) return indexed;
  return run.facts->database().execute("COMMIT");
}

}  // namespace explaingate
