#include "report/formats.h"

namespace explaingate {
namespace {

constexpr ReportFormat kFormats[] = {
    {"text", "for a terminal or a log, with source, plans and advice",
     [](const Outcome& outcome, const TextStyle& style) { return check_text(outcome, style); }},
    {"concise", "one line a finding, as compilers write them",
     [](const Outcome& outcome, const TextStyle&) { return check_concise(outcome); }},
    {"json", "everything, with a schema", [](const Outcome& outcome, const TextStyle&) { return check_json(outcome); }},
    {"jsonl", "the same, one JSON object a line",
     [](const Outcome& outcome, const TextStyle&) { return check_jsonl(outcome); }},
    {"sarif", "SARIF 2.1.0, for code scanning",
     [](const Outcome& outcome, const TextStyle&) { return check_sarif(outcome); }},
    {"github", "annotations of GitHub Actions",
     [](const Outcome& outcome, const TextStyle&) { return check_github(outcome); }},
    {"gitlab", "GitLab code quality", [](const Outcome& outcome, const TextStyle&) { return check_gitlab(outcome); }},
    {"junit", "JUnit XML", [](const Outcome& outcome, const TextStyle&) { return check_junit(outcome); }},
    {"rdjson", "Reviewdog diagnostics", [](const Outcome& outcome, const TextStyle&) { return check_rdjson(outcome); }},
    {"markdown", "for a comment or a job's summary",
     [](const Outcome& outcome, const TextStyle&) { return check_markdown(outcome, kMostMarkdown); }},
    {"html", "one page with plans, growth and every query, for a browser",
     [](const Outcome& outcome, const TextStyle&) { return check_html(outcome); }, true},
};

}  // namespace

std::span<const ReportFormat> check_formats() {
  return kFormats;
}

}  // namespace explaingate
