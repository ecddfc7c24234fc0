#include "gate/outcome.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/hash.h"
#include "base/nearest.h"
#include "base/text.h"

namespace explaingate {
namespace {

constexpr int kExcerptLines = 6;
constexpr size_t kTablesNamed = 5;

class Concluding {
 public:
  explicit Concluding(Run& run) : run_(run) {
    for (const KnownStatement& statement : run.statements) by_id_[statement.id] = &statement;
    for (size_t i = 0; i < run.comparisons.size(); ++i)
      comparison_of_[run.statements[run.comparisons[i].statement].id] = i;
  }

  Outcome all(FailLevel fail_level) {
    for (Finding& finding : run_.results.findings) sort_in(describe(std::move(finding)));
    suppressions_about();
    waivers_about();
    auto order = [](const ReportedFinding& a, const ReportedFinding& b) {
      const Finding& x = a.finding;
      const Finding& y = b.finding;
      return std::tie(x.path, x.line, x.column, x.rule, x.subject) <
             std::tie(y.path, y.line, y.column, y.rule, y.subject);
    };
    std::stable_sort(out_.findings.begin(), out_.findings.end(), order);
    std::stable_sort(out_.waived.begin(), out_.waived.end(), order);
    count();
    notes();
    out_.not_analysed = run_.not_analysed;
    out_.rules = run_.results.status;
    out_.unverified = run_.unverified;
    if (!out_.unverified) out_.unverified = nothing_verified();
    about_rules();
    out_.fail_level = fail_level;
    bool failing = std::ranges::any_of(
        out_.findings, [&](const ReportedFinding& reported) { return fails(reported.finding.level, fail_level); });
    out_.exit_code = failing ? 1 : out_.unverified ? 3 : 0;
    return std::move(out_);
  }

 private:
  void about_rules() {
    std::set<std::string> named;
    for (const auto* list : {&out_.findings, &out_.waived})
      for (const ReportedFinding& reported : *list) named.insert(reported.finding.rule);
    for (const std::string& id : named) {
      auto rule = std::ranges::find(run_.rules, id, &Rule::id);
      out_.about.push_back(rule == run_.rules.end()
                               ? RuleAbout{id, "", "", "", Level::kWarning}
                               : RuleAbout{id, rule->family, rule->summary, rule->page, rule->severity});
    }
  }

  ReportedFinding describe(Finding finding) {
    ReportedFinding reported;
    reported.excerpt = excerpt(finding);
    if (finding.statement_id) {
      auto compared = comparison_of_.find(*finding.statement_id);
      auto found = by_id_.find(*finding.statement_id);
      if (compared != comparison_of_.end()) {
        const Comparison& comparison = run_.comparisons[compared->second];
        reported.before = plan_before(run_, comparison);
        if (!finding.cause_statement_id) finding.cause_statement_id = comparison.cause_statement_id;
      }
      reported.suggestion = suggestion(finding);
      if (found != by_id_.end()) reported.after = plan_of(run_, *found->second, kHeadSide);
    }
    if (finding.cause_statement_id) reported.cause = cause_of(*finding.cause_statement_id);
    reported.finding = std::move(finding);
    return reported;
  }

  [[nodiscard]] const SchemaStatement* schema_statement(int64_t id, SideIndex side) const {
    const SchemaSide& schema = run_.sides[side];
    for (size_t i = 0; i < schema.statement_ids.size(); ++i)
      if (schema.statement_ids[i] == id) return &schema.schema.statements[i];
    return nullptr;
  }

  [[nodiscard]] std::optional<Cause> cause_of(int64_t id) const {
    for (SideIndex side : {kHeadSide, kBaseSide})
      if (const SchemaStatement* statement = schema_statement(id, side))
        return Cause{statement->path, statement->line, shorten(fold_spaces(statement->text), 120), side == kBaseSide};
    return std::nullopt;
  }

  std::optional<Suggestion> suggestion(const Finding& finding) {
    if (finding.replacement.empty()) return std::nullopt;
    const std::string& source = text_of(finding.path);
    auto found = by_id_.find(*finding.statement_id);
    if (found != by_id_.end()) {
      const Statement& statement = found->second->source;
      if (statement.path != finding.path || found->second->side != kHeadSide || is_shared(statement))
        return std::nullopt;
      return suggest(source, statement, finding.replacement);
    }
    const SchemaStatement* statement = schema_statement(*finding.statement_id, kHeadSide);
    if (statement == nullptr || statement->path != finding.path) return std::nullopt;
    size_t offset = LineIndex(source).line_start(statement->line) + static_cast<size_t>(statement->column) - 1;
    Statement written;
    written.path = statement->path;
    written.text = statement->text;
    written.map.add(written.text.size(), offset, written.text.size());
    return suggest(source, written, finding.replacement);
  }

  // Another statement is made of the same bytes and more: what is right for this one may be wrong for that.
  [[nodiscard]] bool is_shared(const Statement& statement) const {
    auto overlaps = [&](const OffsetMap::Piece& one) {
      return std::ranges::any_of(statement.map.pieces(), [&](const OffsetMap::Piece& other) {
        return one.from < other.from + other.from_length && other.from < one.from + one.from_length;
      });
    };
    return std::ranges::any_of(run_.statements, [&](const KnownStatement& known) {
      return known.side == kHeadSide && known.source.path == statement.path && known.source.text != statement.text &&
             std::ranges::any_of(known.source.map.pieces(), overlaps);
    });
  }

  // Of the head side; "" where it isn't there.
  const std::string& text_of(const std::string& path) {
    auto [it, added] = texts_.try_emplace(path);
    if (added && run_.change.head && run_.change.head->contains(path))
      if (auto text = run_.change.head->read(path)) it->second = std::move(*text);
    return it->second;
  }

  std::vector<std::string> excerpt(const Finding& finding) {
    const std::string& source = text_of(finding.path);
    std::vector<std::string> lines;
    if (source.empty()) return lines;
    int last = std::clamp(finding.end_line, finding.line, finding.line + kExcerptLines - 1);
    LineIndex index(source);
    for (int line = finding.line; line <= last && line <= index.line_count(); ++line) {
      std::string_view text =
          std::string_view(source).substr(index.line_start(line), index.line_start(line + 1) - index.line_start(line));
      while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
      lines.push_back(printable(shorten(text, 200)));
    }
    return lines;
  }

  // Reported, or waived by a comment at its place or by a waiver.
  void sort_in(ReportedFinding reported) {
    const Finding& finding = reported.finding;
    for (size_t i = 0; i < run_.suppressions.size(); ++i) {
      const Suppression& suppression = run_.suppressions[i];
      if (suppression.path != finding.path || suppression.reason.empty()) continue;
      if (finding.line < suppression.covers.first || finding.line > suppression.covers.last) continue;
      if (std::find(suppression.rules.begin(), suppression.rules.end(), finding.rule) == suppression.rules.end())
        continue;
      used_suppressions_.insert(i);
      reported.waiver_reason = suppression.reason;
      out_.waived.push_back(std::move(reported));
      return;
    }
    for (size_t i = 0; i < run_.waivers.size(); ++i) {
      const Waiver& waiver = run_.waivers[i];
      if (waiver.fingerprint != finding.fingerprint) continue;
      used_waivers_.insert(i);
      if (waiver.expires < run_.today) break;  // expired: the finding counts again; waivers_about() says so
      if (waiver.accepted_rows && reported.after &&
          round_rows(reported.after->rows_examined) >= 2 * *waiver.accepted_rows) {
        reported.finding.message += fmt::format(" It was accepted at {} rows examined.",
                                                with_commas(static_cast<double>(*waiver.accepted_rows)));
        break;
      }
      reported.waiver_reason = waiver.reason;
      out_.waived.push_back(std::move(reported));
      return;
    }
    out_.findings.push_back(std::move(reported));
  }

  void add(const std::string& rule, Level level, const std::string& path, int line, const std::string& subject,
           std::string message, std::string fix) {
    ReportedFinding reported;
    Finding& finding = reported.finding;
    finding.rule = rule;
    finding.level = level;
    finding.path = path;
    finding.line = finding.end_line = line;
    finding.column = 1;
    finding.subject = subject;
    finding.message = std::move(message);
    finding.fix = std::move(fix);
    finding.fingerprint = hash_fields({rule, path, subject});
    reported.excerpt = excerpt(finding);
    out_.findings.push_back(std::move(reported));
  }

  void suppressions_about() {
    std::set<std::string> rules;
    for (const Rule& rule : run_.rules) rules.insert(rule.id);
    for (size_t i = 0; i < run_.suppressions.size(); ++i) {
      const Suppression& suppression = run_.suppressions[i];
      std::string subject = fmt::format("{}", fmt::join(suppression.rules, ", "));
      if (suppression.reason.empty()) {
        add("suppression-without-reason", Level::kWarning, suppression.path, suppression.line, subject,
            "This explaingate-ignore comment gives no reason, so it is not heeded.",
            "Write it as: explaingate-ignore RULE: reason");
        continue;
      }
      auto unknown = std::find_if(suppression.rules.begin(), suppression.rules.end(),
                                  [&](const std::string& rule) { return !rules.contains(rule); });
      if (unknown != suppression.rules.end()) {
        add("unused-suppression", Level::kWarning, suppression.path, suppression.line, *unknown,
            fmt::format("There is no rule \"{}\" to ignore.", *unknown), "`explaingate rules` lists the rules.");
        continue;
      }
      // Whether it is still needed is known only where everything was judged.
      if (run_.mode == Mode::kAll && !used_suppressions_.contains(i))
        add("unused-suppression", Level::kWarning, suppression.path, suppression.line, subject,
            fmt::format("Nothing here is found by {} any more.", subject), "Remove the comment.");
    }
  }

  void waivers_about() {
    std::string path(kWaiversPath);
    for (size_t i = 0; i < run_.waivers.size(); ++i) {
      const Waiver& waiver = run_.waivers[i];
      std::string subject = fmt::format("{} {} {}", waiver.rule, waiver.path, waiver.subject);
      if (waiver.expires < run_.today && used_waivers_.contains(i))
        add("expired-waiver", Level::kError, path, waiver.line, subject,
            fmt::format("The waiver of {} for {} ({}) expired on {}.", waiver.rule, waiver.subject, waiver.path,
                        waiver.expires),
            "Mend the finding, or accept it again with a new date.");
      else if (run_.mode == Mode::kAll && !used_waivers_.contains(i))
        add("unused-waiver", Level::kWarning, path, waiver.line, subject,
            fmt::format("The waiver of {} for {} ({}) matches no finding.", waiver.rule, waiver.subject, waiver.path),
            "Remove it: `explaingate baseline prune` does.");
    }
  }

  void count() {
    std::set<std::string> fingerprints;
    for (const KnownStatement& statement : run_.statements) {
      if (statement.side != kHeadSide) continue;
      ++out_.statements;
      out_.changed += statement.changed ? 1 : 0;
      out_.planned += statement.on[kHeadSide] && statement.on[kHeadSide]->ok() ? 1 : 0;
      if (!statement.parsed.fingerprint.empty()) fingerprints.insert(statement.parsed.fingerprint);
    }
    out_.queries = fingerprints.size();
    out_.files = run_.files_read.size();
    out_.files_excluded = run_.files_excluded;
    out_.engine = run_.sides[kHeadSide].engine->name();
    out_.engine_version = run_.sides[kHeadSide].engine->version();
    out_.base = run_.change.base_name;
    out_.head = run_.change.head_name;
    out_.all = run_.mode == Mode::kAll;
  }

  // Whether the head schema has the table; if not, the name most like it.
  [[nodiscard]] bool is_table(const std::string& name, std::string& near) const {
    std::vector<std::string> names;
    for (const auto& [table, numbers] : run_.sides[kHeadSide].engine->statistics().tables)
      names.push_back(lower(table));
    if (std::ranges::find(names, lower(name)) != names.end()) return true;
    near = nearest(lower(name), names);
    return false;
  }

  // The gate's own files arrive with the change that it judges: whoever reviews it must know.
  void note_own_files() {
    std::vector<std::string> touched;
    for (const ChangedFile& file : run_.change.files)
      for (const std::string& path : {file.old_path, file.new_path})
        if (!path.empty() && is_own_file(path) && (touched.empty() || touched.back() != path)) touched.push_back(path);
    if (!touched.empty())
      out_.notes.push_back(fmt::format("this change edits what the gate goes by: {}", fmt::join(touched, ", ")));
  }
  [[nodiscard]] bool is_own_file(const std::string& path) const {
    std::string_view name = std::string_view(path).substr(path.rfind('/') + 1);
    return name == kConfigurationFile || path == run_.settings.file || path == kWaiversPath ||
           path.starts_with(kRulesFolder);
  }

  void note_rules_without_growth() {
    if (run_.sides[kHeadSide].engine->scales() > 1) return;
    auto rules = std::ranges::count_if(
        run_.rules, [](const Rule& rule) { return std::ranges::find(rule.needs, "growth") != rule.needs.end(); });
    out_.notes.push_back(fmt::format("growth is not known, so {} of {} rules were not run: --verbose names them", rules,
                                     run_.rules.size()));
  }

  void note_assumed_sizes(const Statistics& statistics) {
    std::vector<std::string> assumed;
    for (const auto& [name, table] : statistics.tables)
      if (table.source == RowSource::kAssumed) assumed.push_back(name);
    if (assumed.empty()) return;
    size_t all = statistics.tables.size(), count = assumed.size();
    std::string which;
    if (count < all) {
      assumed.resize(std::min(count, kTablesNamed));
      which = fmt::format(": {}", fmt::join(assumed, ", "));
      if (count > kTablesNamed) which += fmt::format(" and {} more", count - kTablesNamed);
    }
    out_.notes.push_back(
        fmt::format("row counts of {} of {} tables are assumed{} (set `tables`, `statistics` or `seed` in {})", count,
                    all, which, kConfigurationFile));
  }

  void notes() {
    out_.notes = run_.notes;
    if (run_.mode == Mode::kChange && run_.change.files.empty())
      out_.notes.push_back(fmt::format("nothing has changed between {} and {}; --all judges every query",
                                       run_.change.base_name, run_.change.head_name));
    if (run_.mode == Mode::kChange) note_own_files();
    if (run_.mode == Mode::kAll && run_.files_read.empty() && run_.files_excluded > 0)
      out_.notes.push_back(fmt::format("`include` and `exclude` leave no file to read"));
    const Engine& engine = *run_.sides[kHeadSide].engine;
    if (out_.planned > 0 && engine.scales() > 1) note_assumed_sizes(engine.statistics());
    for (const auto& [name, table] : run_.settings.tables)
      if (std::string near; !is_table(name, near))
        out_.notes.push_back(fmt::format("`tables` names {}, which is no table of the schema{}", name,
                                         near.empty() ? "" : fmt::format(" (did you mean {}?)", near)));
    for (std::string& note : engine.notes()) out_.notes.push_back(std::move(note));
    note_rules_without_growth();
  }

  // A run in which no statement could be planned has shown nothing.
  [[nodiscard]] std::optional<Error> nothing_verified() const {
    size_t wanted = 0;
    for (const KnownStatement& statement : run_.statements)
      if (statement.side == kHeadSide && statement.on[kHeadSide]) ++wanted;
    if (wanted == 0 || out_.planned > 0) return std::nullopt;
    const Schema& schema = run_.sides[kHeadSide].schema;
    std::string hint =
        schema.tool.empty()
            ? fmt::format(
                  "name the schema in {}: {{\"schema\": \"path/to/schema.sql\"}} (a file, or a folder of migrations)",
                  kConfigurationFile)
            : fmt::format("the schema was read as {} from {} file(s); see \"not analysed\" above", schema.tool,
                          schema.files.size());
    return Error{ErrorKind::kUnverified,
                 schema.tool.empty() ? "no schema was found, so no statement could be planned"
                                     : "none of the statements could be planned on the schema",
                 "",
                 0,
                 0,
                 "",
                 hint};
  }

  Run& run_;
  Outcome out_;
  std::map<int64_t, const KnownStatement*> by_id_;
  std::map<int64_t, size_t> comparison_of_;
  std::map<std::string, std::string> texts_;
  std::set<size_t> used_suppressions_, used_waivers_;
};

}  // namespace

bool fails(Level level, FailLevel from) {
  return from != FailLevel::kNever && static_cast<int>(level) >= static_cast<int>(from);
}

Outcome conclude(Run& run, FailLevel fail_level) {
  return Concluding(run).all(fail_level);
}

}  // namespace explaingate
