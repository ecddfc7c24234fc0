// The page that the real binary writes for the incident, clicked through in Chromium.
#include <doctest/doctest.h>

#include "sandbox.h"

namespace explaingate {
namespace {

TEST_CASE("the page of the incident, in a browser") {
  Project project;
  project.lay("fixtures/incident/base");
  project.commit();
  project.lay("fixtures/incident/head");
  std::string file = project.outside("report.html"), again = project.outside("again.html");
  Ran ran = project.gate({"check", "--format", "html=" + file});
  CHECK(ran.code == 1);
  CHECK(ran.out.empty());
  project.gate({"check", "--format", "html=" + again});
  CHECK(read_file(file).value() == read_file(again).value());
  Ran clicks = run_program({"node", "--test-reporter=tap", SOURCE_DIR "/tests/browser/clicks.test.mjs"},
                           {"", {{"INCIDENT", file}}, "", -1});
  CAPTURE(clicks.out);
  CHECK(clicks.code == 0);
  CHECK(clicks.out.find("\n# pass 14\n# fail 0\n") != std::string::npos);
}

TEST_CASE("a clean run has a page too, and so has one that verified nothing") {
  Project project = make_shop();
  std::string file = project.outside("report.html");
  CHECK(project.gate({"check", "--all", "--format", "html=" + file}).code == 0);
  CHECK(run_program({"node", SOURCE_DIR "/tests/browser/read.mjs", file}).out.empty());
  project.write("schema.sql", "CREATE TABLE elsewhere (id INTEGER PRIMARY KEY);\n");
  CHECK(project.gate({"check", "--all", "--format", "html=" + file}).code == 3);
  CHECK(read_file(file).value().find("none of the statements could be planned") != std::string::npos);
}

}  // namespace
}  // namespace explaingate
