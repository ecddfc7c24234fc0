#include "cli/cli.h"
#include "base/nearest.h"
#include "cli/completion.h"
#include "report/formats.h"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <limits>

namespace explaingate {
namespace {

constexpr const char* kAbout =
    "explaingate keeps slow queries out of production: it finds the SQL that a change touches, plans it in a real\n"
    "database before and after, and fails the build on a regression, at the line that caused it.\n\n"
    "Start with:  explaingate check          what you changed, against the default branch\n"
    "             explaingate doctor         what is found here, and what is missing\n"
    "             explaingate explain 'SELECT …'\n"
    "             explaingate advise         indexes that speed up the queries here";

constexpr const char* kExitCodes =
    "Exit codes: 0 clean; 1 findings at or above --fail-level; 2 usage or configuration; 3 could not verify.\n"
    "Configuration: explaingate.json, overridden by EXPLAINGATE_* variables, overridden by flags. "
    "docs/configuration.md has all of it.";

// CLI11 takes --base "" for an absent flag; a script whose variable is empty must not be given another comparison.
std::string not_empty(const std::string& value) {
  return value.empty() ? "is empty" : "";
}

using Names = std::vector<std::string_view>;

Names report_formats() {
  Names names;
  for (const ReportFormat& format : check_formats()) names.push_back(format.name);
  return names;
}

// "text, json or sarif"
std::string listed(const Names& names) {
  return fmt::format("{} or {}", fmt::join(names.begin(), names.end() - 1, ", "), names.back());
}

std::string known_format(const Names& names, const std::string& value) {
  size_t equals = value.find('=');
  std::string name = value.substr(0, equals);
  if (std::ranges::find(names, name) == names.end())
    return fmt::format("unknown format \"{}\": {}, and =FILE to write to a file", name, listed(names));
  return equals != std::string::npos && equals + 1 == value.size() ? fmt::format("{} names no file", value) : "";
}

void output_options(CLI::App& command, GateOptions& options, const Names& formats) {
  if (!formats.empty())
    command
        .add_option("--format", options.formats,
                    listed(formats) + "; FORMAT=FILE writes to a file; may be given more than once")
        ->type_name("FORMAT[=FILE]")
        ->allow_extra_args(false)
        ->check(CLI::Validator([formats](const std::string& value) { return known_format(formats, value); }, ""));
  command.add_option("--color", options.color, "Colour in text: auto (default), always, never; NO_COLOR is heeded")
      ->check(CLI::IsMember({"auto", "always", "never"}));
  command
      .add_option(
          "--config", options.config,
          "Configuration file; default: explaingate.json here or in a folder above, up to the repository's root")
      ->type_name("FILE")
      ->check(CLI::Validator(not_empty, ""));
}

void engine_options(CLI::App& command, GateOptions& options, bool measuring = true) {
  command
      .add_option("--engine", options.engine,
                  "Database to plan in: sqlite (default, embedded) or postgres (an installed server, started for this "
                  "run alone)")
      ->check(CLI::IsMember(known_engines()));
  command
      .add_option("--url", options.url,
                  "PostgreSQL server to plan on, in a database of its own that is dropped again; or the variable "
                  "EXPLAINGATE_PLAN_URL, where the engine is postgres")
      ->type_name("URL")
      ->check(CLI::Validator(not_empty, ""));
  if (!measuring) return;
  command.add_flag("--measure", options.measure,
                   "Also run the SELECTs on the seed data, for exact work (needs `seed` in the configuration)");
}

void change_options(CLI::App& command, GateOptions& options) {
  command.add_option("--base", options.base, "Compare with the merge base of HEAD and REF")
      ->type_name("REF")
      ->check(CLI::Validator(not_empty, ""));
  command
      .add_option("--diff", options.diff,
                  "Compare the two sides of a unified diff; nothing is applied on disk; - reads standard input")
      ->type_name("FILE")
      ->check(CLI::Validator(not_empty, ""));
  command.add_flag("--staged", options.staged, "Compare what is staged with HEAD");
  command.add_flag("--all", options.all, "Judge every query of the repository; compare with the stored baseline");
}

const Names kTextOrJson = {"text", "json"};

struct Parsed {
  GateOptions gate;
  std::string finding, reason, expires, sql, save, rule, shell;
  std::vector<std::string> paths;
  StatsOptions stats;
  std::string report, forge;
  PublishOptions publish;
  bool required = false;
  std::function<int()> run;
};

void add_check(CLI::App& app, Parsed& parsed) {
  CLI::App* check = app.add_subcommand("check", "Judge a change; exit 1 on findings");
  check->footer(std::string("With no flag: the working tree against the merge base with the default branch (in CI: "
                            "with the event's base branch).\n") +
                kExitCodes);
  change_options(*check, parsed.gate);
  engine_options(*check, parsed.gate);
  output_options(*check, parsed.gate, report_formats());
  check
      ->add_option("--fail-level", parsed.gate.fail_level,
                   "Exit 1 from this level on: error (default), warning, info, never")
      ->check(CLI::IsMember({"error", "warning", "info", "never"}));
  check->add_flag("-v,--verbose", parsed.gate.verbose,
                  "List everything that was not analysed, what was waived, and each rule's status");
  check->callback([&parsed] { parsed.run = [&parsed] { return check_command(parsed.gate); }; });
}

void add_baseline(CLI::App& app, Parsed& parsed) {
  CLI::App* baseline =
      app.add_subcommand("baseline", "The stored baseline (.explaingate/baseline.json): make it, look at it, clean it");
  baseline->require_subcommand(1);
  for (const auto& [verb, about] :
       {std::pair<const char*, const char*>{"update", "Plan every query and write the baseline; commit the file"},
        {"show", "Print it"},
        {"prune", "Drop queries that are gone and waivers that match nothing"}}) {
    CLI::App* command = baseline->add_subcommand(verb, about);
    output_options(*command, parsed.gate, std::string_view(verb) == "show" ? kTextOrJson : Names());
    if (std::string_view(verb) != "show") engine_options(*command, parsed.gate);
    command->callback([&parsed, verb = std::string(verb)] {
      parsed.run = [&parsed, verb] { return baseline_command(parsed.gate, verb); };
    });
  }
}

void add_accept(CLI::App& app, Parsed& parsed) {
  CLI::App* accept = app.add_subcommand(
      "accept", "Accept a finding until a date: writes .explaingate/waivers.json, to be reviewed and committed");
  accept
      ->add_option("finding", parsed.finding,
                   "Fingerprint of the finding, or its first characters, as `check` shows it")
      ->required()
      ->type_name("FINDING");
  accept->add_option("--reason", parsed.reason, "Why it is acceptable")->required()->type_name("TEXT");
  accept->add_option("--expires", parsed.expires, "Last day on which it is accepted")
      ->required()
      ->type_name("YYYY-MM-DD");
  change_options(*accept, parsed.gate);
  engine_options(*accept, parsed.gate);
  output_options(*accept, parsed.gate, {});
  accept->callback([&parsed] {
    parsed.run = [&parsed] { return accept_command(parsed.gate, parsed.finding, parsed.reason, parsed.expires); };
  });
}

void add_looking_commands(CLI::App& app, Parsed& parsed) {
  CLI::App* explain = app.add_subcommand(
      "explain", "Plan, growth, findings and tried indexes of one statement, on this repository's schema");
  explain->add_option("sql", parsed.sql, "The statement, or - for standard input")->required()->type_name("SQL");
  engine_options(*explain, parsed.gate);
  output_options(*explain, parsed.gate, kTextOrJson);
  explain->callback([&parsed] { parsed.run = [&parsed] { return explain_command(parsed.gate, parsed.sql); }; });

  CLI::App* advise = app.add_subcommand(
      "advise", "The smallest set of indexes that speeds up this repository's queries, each tried in the database");
  advise->footer(
      "All queries of the repository are planned with every index that could help one of them; what is left is the set "
      "under which they cost least, weighed against what its indexes cost the statements that write. Nothing is "
      "changed: the output is DDL to paste into a migration, with the queries it serves before and after.\n"
      "Costs are those of the largest scale, and as good as the row counts: give `statistics`, `seed` or `tables` "
      "(docs/configuration.md).\n"
      "Exit codes: 0 whether or not there is advice; 2 usage or configuration; 3 nothing could be planned.");
  advise
      ->add_option("path", parsed.paths,
                   "Advise for the queries in these files or folders; all others still count. Default: for all")
      ->type_name("PATH");
  engine_options(*advise, parsed.gate, false);
  output_options(*advise, parsed.gate, kTextOrJson);
  advise->add_flag("-v,--verbose", parsed.gate.verbose,
                   "Also every place that was not analysed, and every index tried");
  advise->callback([&parsed] { parsed.run = [&parsed] { return advise_command(parsed.gate, parsed.paths); }; });

  CLI::App* extract =
      app.add_subcommand("extract", "The SQL statements that are found, where, and what was left out and why");
  extract->add_option("path", parsed.paths, "Files or folders; default: the whole repository")->type_name("PATH");
  extract->add_flag("--all", parsed.gate.all, "The whole repository (the default when no PATH is given)");
  output_options(*extract, parsed.gate, kTextOrJson);
  extract->callback([&parsed] { parsed.run = [&parsed] { return extract_command(parsed.gate, parsed.paths); }; });

  CLI::App* facts = app.add_subcommand("facts", "Everything that is known of a change, as SQL tables: what rules read");
  facts->footer("With neither --sql nor --save: the tables and how many rows each holds.");
  facts->add_option("--sql", parsed.sql, "A query on the facts; prints tab-separated rows")
      ->type_name("QUERY")
      ->check(CLI::Validator(not_empty, ""));
  facts->add_option("--save", parsed.save, "Write the facts to a SQLite file")
      ->type_name("FILE")
      ->check(CLI::Validator(not_empty, ""));
  change_options(*facts, parsed.gate);
  engine_options(*facts, parsed.gate);
  output_options(*facts, parsed.gate, {});
  facts->callback(
      [&parsed] { parsed.run = [&parsed] { return facts_command(parsed.gate, parsed.sql, parsed.save); }; });

  CLI::App* rules = app.add_subcommand("rules", "The rules, or one rule's page");
  rules->add_option("rule", parsed.rule, "Name of a rule")->type_name("RULE");
  output_options(*rules, parsed.gate, {});
  rules->callback([&parsed, rules] {
    if (rules->get_subcommands().empty()) parsed.run = [&parsed] { return rules_command(parsed.gate, parsed.rule); };
  });
  CLI::App* make = rules->add_subcommand("new", "Make a rule of the team's own, with three cases to fill in");
  make->add_option("name", parsed.rule, "What the rule is called: orders-by-tenant")->required()->type_name("NAME");
  make->callback([&parsed] { parsed.run = [&parsed] { return rules_new_command(parsed.rule); }; });
  CLI::App* test =
      rules->add_subcommand("test", "Run the team's rules on their cases; exit 1 when one is not as expected");
  test->add_option("name", parsed.rule, "One rule; default: all in .explaingate/rules")->type_name("NAME");
  engine_options(*test, parsed.gate);
  test->callback([&parsed] { parsed.run = [&parsed] { return rules_test_command(parsed.gate, parsed.rule); }; });

  CLI::App* init = app.add_subcommand(
      "init", "Set this repository up: a configuration for what is found, a workflow for the forge, a hook");
  init->footer(
      "Writes only files that aren't there. Both engines are tried; the one that plans more is taken.\n"
      "A workflow is written for GitHub, GitLab, Gitea and Forgejo, by the host of the remote \"origin\" and by what\n"
      "is there of theirs; for Bitbucket Cloud the step is printed.");
  engine_options(*init, parsed.gate);
  init->callback([&parsed] { parsed.run = [&parsed] { return init_command(parsed.gate); }; });

  CLI::App* doctor =
      app.add_subcommand("doctor", "What is found in this repository, what is missing, and what to do about it");
  change_options(*doctor, parsed.gate);
  engine_options(*doctor, parsed.gate);
  output_options(*doctor, parsed.gate, {});
  doctor->callback([&parsed] { parsed.run = [&parsed] { return doctor_command(parsed.gate); }; });
}

void stats_output(CLI::App& command, StatsOptions& options) {
  command.add_option("--output", options.output, "Where to write; default: standard output")
      ->type_name("FILE")
      ->check(CLI::Validator(not_empty, ""));
  command.add_flag(
      "--no-values", options.no_values,
      "Leave out every value of a row (common values, histograms); plans with constants become less exact");
}

void add_stats(CLI::App& app, Parsed& parsed) {
  CLI::App* stats = app.add_subcommand("stats", "The statistics file: how large production is, without its rows");
  stats->require_subcommand(1);
  CLI::App* take = stats->add_subcommand("export", "Read the statistics of a PostgreSQL server and write the file");
  take->footer(
      "Reads catalogue views in one read-only transaction; no table is read, and no superuser is needed. A password "
      "belongs in ~/.pgpass or PGPASSWORD, where no list of processes shows it.");
  take->add_option("--url", parsed.stats.url, "The server: postgresql://user@host:port/database")
      ->type_name("URL")
      ->envname("EXPLAINGATE_STATS_URL");
  stats_output(*take, parsed.stats);
  take->add_option("--schema", parsed.stats.schemas, "Only this schema; may be given more than once")
      ->type_name("NAME")
      ->allow_extra_args(false)
      ->check(CLI::Validator(not_empty, ""));
  take->add_option("--previous", parsed.stats.previous,
                   "An earlier export: keeps its `fixed`, and marks tables that stood still since")
      ->type_name("FILE")
      ->check(CLI::Validator(not_empty, ""));
  take->callback([&parsed] { parsed.run = [&parsed] { return stats_export_command(parsed.stats); }; });
  CLI::App* import = stats->add_subcommand("import", "Make the file from what `pg_dump --statistics-only` wrote");
  import->add_option("file", parsed.stats.file, "The dump, as plain SQL")->required()->type_name("FILE");
  stats_output(*import, parsed.stats);
  import->callback([&parsed] { parsed.run = [&parsed] { return stats_import_command(parsed.stats); }; });
  CLI::App* show = stats->add_subcommand("show", "What a statistics file holds");
  show->add_option("file", parsed.stats.file, "The file")->required()->type_name("FILE");
  show->callback([&parsed] { parsed.run = [&parsed] { return stats_show_command(parsed.stats); }; });
}

// "TEXT:{sqlite,postgres}" -> sqlite, postgres
std::vector<std::string> choices_of(const CLI::Option& option) {
  std::string type = option.get_type_name();
  size_t open = type.find('{');
  std::vector<std::string> choices;
  if (open == std::string::npos || !type.ends_with('}')) return choices;
  for (std::string_view rest = std::string_view(type).substr(open + 1, type.size() - open - 2); !rest.empty();) {
    size_t comma = std::min(rest.find(','), rest.size());
    choices.emplace_back(rest.substr(0, comma));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return choices;
}

CommandAbout described(const CLI::App& app) {
  CommandAbout about{app.get_name(), app.get_description(), app.get_footer(), {}, {}, {}};
  for (const CLI::Option* option : app.get_options([](const CLI::Option*) { return true; })) {
    OptionAbout each{{},
                     option->get_items_expected_max() == 0 ? "" : option->get_type_name(),
                     choices_of(*option),
                     option->get_description()};
    if (option->get_positional()) {
      each.names = {option->get_type_name()};
      each.value.clear();
      about.arguments.push_back(std::move(each));
      continue;
    }
    for (const std::string& name : option->get_snames()) each.names.push_back("-" + name);
    for (const std::string& name : option->get_lnames()) each.names.push_back("--" + name);
    about.options.push_back(std::move(each));
  }
  for (const CLI::App* below : app.get_subcommands([](const CLI::App*) { return true; }))
    about.commands.push_back(described(*below));
  return about;
}

void add_completion(CLI::App& app, Parsed& parsed) {
  CLI::App* command = app.add_subcommand("completion", "Print what completes commands in a shell, or the man page");
  command->footer("bash: explaingate completion bash > ~/.local/share/bash-completion/completions/explaingate");
  command->add_option("shell", parsed.shell, "bash, zsh, fish, or man for the page")
      ->required()
      ->type_name("SHELL")
      ->check(CLI::IsMember(std::vector<std::string>(std::begin(kCompletions), std::end(kCompletions))));
  command->callback([&app, &parsed] {
    parsed.run = [&app, &parsed] { return say(completion(described(app), parsed.shell, EXPLAINGATE_VERSION)); };
  });
}

void add_publish(CLI::App& app, Parsed& parsed) {
  CLI::App* command =
      app.add_subcommand("publish", "Write a report into a pull request: one summary, and comments on its lines");
  command->footer(
      "In a job of the forge's CI everything is known but the token: the variable GITHUB_TOKEN, GITLAB_TOKEN or\n"
      "GITEA_TOKEN; Bitbucket Pipelines need none, and elsewhere it is BITBUCKET_TOKEN.\n"
      "Exit codes: 0 published, or the token may only read, or the pull request has moved on; 2 usage; 3 the server "
      "can't be reached\nor refuses; with --require-publish 4 in place of all but 2 where nothing was published.\n"
      "docs/publish.md has workflows and pipelines, for forks too.");
  command->add_option("report", parsed.report, "The file that `explaingate check --format json=FILE` wrote")
      ->required()
      ->type_name("REPORT.json");
  PublishOptions& options = parsed.publish;
  std::vector<std::string> forges;
  for (const KnownForge& forge : known_forges()) forges.emplace_back(forge.name);
  command->add_option("--forge", parsed.forge, "Default: that of the CI job, else github")
      ->check(CLI::IsMember(forges));
  command->add_option("--repository", options.repository, "Default: that of the CI job")->type_name("OWNER/NAME");
  command->add_option("--pull-request", options.pull_request, "Pull or merge request; default: that of the CI job")
      ->type_name("NUMBER")
      ->check(CLI::Validator(CLI::Range(1, std::numeric_limits<int>::max())).description(""));
  command
      ->add_option("--commit", options.commit,
                   "Publish only while this is the pull request's last commit; default: that of the CI job")
      ->type_name("ID");
  command->add_option("--api-url", options.api_url, "Default: that of the CI job, else the forge's own")
      ->type_name("URL");
  command
      ->add_option("--author", options.author,
                   "Login whose comments are explaingate's own; default: the token's, or github-actions[bot]")
      ->type_name("LOGIN");
  command
      ->add_option("--max-wait", options.patience_seconds,
                   "Time in all; after it no limit is waited for, and no failure tried again (default 300)")
      ->type_name("SECONDS")
      ->check(CLI::Validator(CLI::Range(0, 86400)).description(""));
  command->add_flag("--check-run", options.check_run,
                    "On GitHub, write a check run of the commit, too: for a run whose own result the pull request "
                    "doesn't show");
  command->add_flag("--dry-run", options.dry_run, "Read what is there, print the requests that would write");
  command->add_flag("--require-publish", parsed.required, "Exit 4 when nothing could be published");
  command->callback([&parsed] {
    parsed.run = [&parsed] { return publish_command(parsed.report, parsed.forge, parsed.publish, parsed.required); };
  });
}

// Where no command was given: what was written instead of one, and what there is. Empty where one was given.
std::string about_missing_command(const CLI::App& app) {
  const CLI::App* asked = &app;
  while (!asked->get_subcommands().empty()) asked = asked->get_subcommands().front();
  std::string prefix = asked == &app ? "" : asked->get_name() + " ";
  std::vector<std::string> known;
  for (const CLI::App* command : asked->get_subcommands([](const CLI::App*) { return true; }))
    known.push_back(command->get_name());
  if (known.empty()) return "";
  std::vector<std::string> words = app.remaining(true);
  auto word = std::ranges::find_if(words, [](const std::string& text) { return !text.starts_with('-'); });
  if (word == words.end())
    return fmt::format("no command was given; there are: {}{}", prefix, fmt::join(known, ", " + prefix));
  std::string near = nearest(*word, known);
  return fmt::format("unknown command \"{}{}\"{}", prefix, *word,
                     near.empty() ? fmt::format("; there are: {}{}", prefix, fmt::join(known, ", " + prefix))
                                  : fmt::format("; did you mean \"{}{}\"?", prefix, near));
}

}  // namespace

int run_command_line(int argc, char** argv) {
  CLI::App app{kAbout, "explaingate"};
  app.footer(kExitCodes);
  app.set_version_flag("--version", std::string("explaingate ") + EXPLAINGATE_VERSION);
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);
  Parsed parsed;
  add_check(app, parsed);
  add_baseline(app, parsed);
  add_accept(app, parsed);
  add_looking_commands(app, parsed);
  add_stats(app, parsed);
  add_publish(app, parsed);
  add_completion(app, parsed);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {  // --help, --version
    int code = app.exit(success);
    return std::cout.flush() ? code
                             : report_error(Error{ErrorKind::kIo, "cannot write to standard output", "", 0, 0, "", ""});
  } catch (const CLI::ParseError& problem) {
    bool required = problem.get_exit_code() == static_cast<int>(CLI::ExitCodes::RequiredError);
    std::string commandless = required ? about_missing_command(app) : "";
    return report_error(Error{ErrorKind::kUsage, commandless.empty() ? problem.what() : commandless, "", 0, 0, "",
                              "`explaingate --help`, or `explaingate COMMAND --help`"});
  }
  return parsed.run();
}

}  // namespace explaingate
