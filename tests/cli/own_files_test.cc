// The gate's own files arrive with the change that it judges: what they can't do, and that what they do is told.
#include <algorithm>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sandbox.h"

namespace explaingate {
namespace {

TEST_CASE("a configuration names no server, no program and no place outside the repository") {
  for (const char* key : {"url", "server", "command", "hook", "plugins", "bindir"}) {
    Project project = make_shop();
    project.write("explaingate.json", fmt::format(R"({{"schema": "schema.sql", "{}": "x"}})", key));
    Ran ran = project.gate({"check", "--all"});
    CHECK(ran.code == 2);
    CHECK(ran.err.find(fmt::format("explaingate.json:1:26: unknown key \"{}\"", key)) != std::string::npos);
  }
  for (const char* path : {"../outside.sql", "/etc/passwd", "a/../../outside.sql"}) {
    Project project = make_shop();
    project.write("explaingate.json", fmt::format(R"({{"schema": "{}"}})", path));
    Ran ran = project.gate({"check", "--all"});
    CAPTURE(ran.err);
    CHECK(ran.code == 2);
  }
}

TEST_CASE("a change that turns a rule off, or waives its own finding, is told as such") {
  Project project;
  project.lay("fixtures/incident/base");
  project.commit();
  project.lay("fixtures/incident/head");
  Ran before = project.gate({"check", "--format", "json"});
  auto findings = nlohmann::json::parse(before.out)["findings"];
  auto scan = std::ranges::find_if(findings, [](const auto& each) { return each["rule"] == "full-scan-growth"; });
  REQUIRE(scan != findings.end());
  CHECK(project.gate({"accept", scan->at("fingerprint"), "--reason", "because", "--expires", "2999-01-01"}).code == 0);
  auto waived = nlohmann::json::parse(project.gate({"check", "--format", "json"}).out);
  CHECK(waived["findings"].size() == findings.size() - 1);
  CHECK(waived["waived"].size() == 1);
  CHECK(waived["notes"].dump().find("this change edits what the gate goes by: .explaingate/waivers.json") !=
        std::string::npos);
  project.remove(".explaingate/waivers.json");

  project.write("explaingate.json", R"({"schema": "migrations", "rules": {"full-scan-growth": "off"}})");
  auto off = nlohmann::json::parse(project.gate({"check", "--format", "json"}).out);
  CHECK(off["findings"].size() == findings.size() - 1);
  CHECK(off["notes"].dump().find("this change edits what the gate goes by: explaingate.json") != std::string::npos);
  Ran text = project.gate({"check"});
  CHECK(text.out.find("note: rule full-scan-growth: not run, ") != std::string::npos);
  CHECK(text.out.find("note: this change edits what the gate goes by: ") != std::string::npos);
}

}  // namespace
}  // namespace explaingate
