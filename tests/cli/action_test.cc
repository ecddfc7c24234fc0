// What action.yml runs, as a runner would run it: inputs are arguments, whatever they hold.
#include <filesystem>

#include <doctest/doctest.h>

#include "sandbox.h"

namespace explaingate {
namespace {

struct Action {
  Project project;
  Action() {
    project.write("schema.sql", "CREATE TABLE orders (id INTEGER PRIMARY KEY, note TEXT);\n");
    project.commit();
    project.write("q.sql", "SELECT id FROM orders WHERE note = ?;\n");
  }
  [[nodiscard]] Ran run(std::map<std::string, std::string> inputs) const {
    std::map<std::string, std::string> environment = {
        {"PATH", std::filesystem::path(EXPLAINGATE_BINARY).parent_path().string() + ":/usr/bin:/bin"},
        {"GITHUB_ACTIONS", "true"},
        {"GITHUB_OUTPUT", project.outside("output")}};
    environment.merge(inputs);
    return run_program({SOURCE_DIR "/ci/action"}, {project.path(), environment, "", -1});
  }
};

TEST_CASE("the action annotates, writes its files and its output, and fails on findings") {
  Action action;
  Ran ran = action.run({{"INPUT_SARIF", action.project.outside("a b.sarif")}, {"INPUT_FAIL_LEVEL", "warning"}});
  CHECK(ran.code == 1);
  CHECK(ran.out.find("\n::error file=q.sql,line=1,") != std::string::npos);
  CHECK(read_file(action.project.outside("output")).value() == "exit-code=1\n");
  CHECK(read_file(action.project.outside("a b.sarif")).value().find("full-scan-growth") != std::string::npos);
  CHECK(action.run({{"INPUT_FAIL_LEVEL", "never"}}).code == 0);
}

TEST_CASE("an input of the action is never more than one argument") {
  Action action;
  std::string touched = action.project.outside("touched");
  for (const char* input : {"INPUT_BASE", "INPUT_ENGINE", "INPUT_CONFIG", "INPUT_FAIL_LEVEL", "INPUT_PACKAGE"})
    for (const std::string& text :
         std::vector<std::string>{"$(touch " + touched + ")", "; touch " + touched, "`touch " + touched + "`",
                                  "x --help\n::warning::y", "' \" *"}) {
      CAPTURE(input);
      CAPTURE(text);
      Ran ran = action.run({{input, text}});
      CHECK(ran.code == 2);
      CHECK(!std::filesystem::exists(touched));
      CHECK(ran.out.find("\n::warning::y") == std::string::npos);
    }
}

TEST_CASE("the action takes a package from a URL only by HTTPS and by its hash") {
  Action action;
  CHECK(action.run({{"INPUT_PACKAGE", "http://127.0.0.1/a.deb"}}).out ==
        "::error title=explaingate::package: only https:// is taken, not http://127.0.0.1/a.deb\n");
  CHECK(action.run({{"INPUT_PACKAGE", "https://127.0.0.1/a.deb"}, {"INPUT_PACKAGE_SHA256", "12"}}).out ==
        "::error title=explaingate::package-sha256: 64 hexadecimal digits are needed for a package from a URL\n");
  action.project.write("a.deb", "no package");
  CHECK(action.run({{"INPUT_PACKAGE", "a.deb"}, {"INPUT_PACKAGE_SHA256", std::string(64, '0')}}).out ==
        "::error title=explaingate::package: is not what package-sha256 says\n");
}

}  // namespace
}  // namespace explaingate
