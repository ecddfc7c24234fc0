// JUnit XML as Jenkins, GitLab and others read it: a test case a finding, one for each rule that found nothing, and one
// that is skipped for each place that was not analysed.
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <pugixml.hpp>

#include "base/text.h"
#include "report/formats.h"
#include "report/parts.h"

namespace explaingate {
namespace {

// XML 1.0 has no place for most control characters, not even as a reference.
std::string xml_text(std::string_view text) {
  return printable(text);
}

class Suite {
 public:
  Suite() : suite_(document_.append_child("testsuites").append_child("testsuite")) {}

  pugi::xml_node add(std::string_view group, const std::string& name) {
    ++tests_;
    pugi::xml_node test = suite_.append_child("testcase");
    test.append_attribute("classname") = xml_text(group).c_str();
    test.append_attribute("name") = xml_text(name).c_str();
    return test;
  }
  void failed(pugi::xml_node test, const std::string& kind, const ReportedFinding& reported) {
    ++failures_;
    pugi::xml_node failure = test.append_child("failure");
    failure.append_attribute("type") = kind.c_str();
    failure.append_attribute("message") = xml_text(fold_spaces(reported.finding.message)).c_str();
    failure.append_child(pugi::node_pcdata).set_value(body(reported).c_str());
  }
  // Below the level that fails the build.
  static void remarked(pugi::xml_node test, const ReportedFinding& reported) {
    test.append_child("system-out").append_child(pugi::node_pcdata).set_value(body(reported).c_str());
  }
  void skipped(pugi::xml_node test, const std::string& reason) {
    ++skipped_;
    test.append_child("skipped").append_attribute("message") = xml_text(reason).c_str();
  }
  void broken(const std::string& message) {
    pugi::xml_node error = add("explaingate", "verified").append_child("error");
    ++errors_;
    error.append_attribute("message") = xml_text(message).c_str();
  }

  std::string text() {
    for (pugi::xml_node node : {suite_, suite_.parent()}) {
      node.append_attribute("name") = "explaingate";
      node.append_attribute("tests") = tests_;
      node.append_attribute("failures") = failures_;
      node.append_attribute("errors") = errors_;
    }
    suite_.append_attribute("skipped") = skipped_;  // Jenkins' schema has it there alone
    std::ostringstream out;
    document_.save(out, "  ", pugi::format_indent | pugi::format_save_file_text, pugi::encoding_utf8);
    return out.str();
  }

 private:
  static std::string body(const ReportedFinding& reported) {
    const Finding& finding = reported.finding;
    return xml_text(
        fmt::format("{}:{}: {}: {}", finding.path, finding.line, to_string(finding.level), finding_words(reported)));
  }

  pugi::xml_document document_;
  pugi::xml_node suite_;
  unsigned tests_ = 0, failures_ = 0, errors_ = 0, skipped_ = 0;
};

}  // namespace

std::string check_junit(const Outcome& outcome) {
  Suite suite;
  std::set<std::string> spoke;
  for (const ReportedFinding* reported : worst_first(outcome)) {
    const Finding& finding = reported->finding;
    spoke.insert(finding.rule);
    pugi::xml_node test =
        suite.add(finding.path, fmt::format("{}: {} (line {})", finding.rule, finding.subject, finding.line));
    if (fails(finding.level, outcome.fail_level))
      suite.failed(test, finding.rule, *reported);
    else
      Suite::remarked(test, *reported);
  }
  for (const ReportedFinding& reported : outcome.waived) {
    const Finding& finding = reported.finding;
    suite.skipped(suite.add(finding.path, fmt::format("{}: {} (line {})", finding.rule, finding.subject, finding.line)),
                  "waived: " + reported.waiver_reason);
  }
  for (const RuleStatus& status : outcome.rules)
    if (status.outcome == RuleStatus::Outcome::kRan && !spoke.contains(status.rule))
      suite.add("explaingate", status.rule);
  for (const NotAnalysed& item : outcome.not_analysed)
    suite.skipped(suite.add(item.path, fmt::format("line {}", item.line)), "not analysed: " + item.reason);
  if (outcome.unverified) suite.broken("not verified: " + outcome.unverified->message);
  return suite.text();
}

}  // namespace explaingate
