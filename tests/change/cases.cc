#include "cases.h"

#include <sys/stat.h>

namespace explaingate {
namespace {

void make_executable(const TestRepository& repository, const std::string& path) {
  ::chmod((repository.path() + "/" + path).c_str(), 0755);
}

}  // namespace

std::vector<Case> cases() {
  using Repo = const TestRepository&;
  return {
      {"nothing", [](Repo r) { r.write("a", "1\n"); }, [](Repo) {}, ""},
      {"touched only", [](Repo r) { r.write("a", "1\n"); }, [](Repo r) { r.write("a", "1\n"); }, ""},
      {"added", [](Repo) {}, [](Repo r) { r.write("b/a", "1\n2\n"); }, "A b/a -0,0 +1,2\n"},
      {"added empty", [](Repo) {}, [](Repo r) { r.write("a", ""); }, "A a\n"},
      {"added without a line end", [](Repo) {}, [](Repo r) { r.write("a", "1\n2"); }, "A a -0,0 +1,2\n"},
      {"deleted", [](Repo r) { r.write("a", "1\n2\n"); }, [](Repo r) { r.remove("a"); }, "D a -1,2 +0,0\n"},
      {"line changed", [](Repo r) { r.write("a", lines(1, 9)); },
       [](Repo r) { r.write("a", lines(1, 4) + "x\n" + lines(6, 9)); }, "M a -5,1 +5,1\n"},
      {"lines inserted and removed", [](Repo r) { r.write("a", lines(1, 20)); },
       [](Repo r) { r.write("a", "0\n" + lines(1, 8) + lines(11, 20) + "21\n"); },
       "M a -0,0 +1,1 -9,2 +9,0 -20,0 +20,1\n"},
      {"indented blocks", [](Repo r) { r.write("a", "def f\n  x\nend\n\ndef g\n  x\nend\n"); },
       [](Repo r) { r.write("a", "def f\n  x\nend\n\ndef h\n  x\nend\n\ndef g\n  x\nend\n"); }, "M a -4,0 +5,4\n"},
      {"last line end lost", [](Repo r) { r.write("a", "1\n2\n"); }, [](Repo r) { r.write("a", "1\n2"); },
       "M a -2,1 +2,1\n"},
      {"renamed", [](Repo r) { r.write("a", lines(1, 9)); }, [](Repo r) { r.remove("a"), r.write("d/b", lines(1, 9)); },
       "R a -> d/b\n"},
      {"renamed and edited", [](Repo r) { r.write("a", lines(1, 20)); },
       [](Repo r) { r.remove("a"), r.write("b", lines(1, 19) + "x\n"); }, "R a -> b -20,1 +20,1\n"},
      {"rewritten elsewhere is no rename", [](Repo r) { r.write("a", lines(100, 140)); },
       [](Repo r) { r.remove("a"), r.write("b", lines(200, 240)); }, "D a -1,41 +0,0\nA b -0,0 +1,41\n"},
      {"a copy is an addition", [](Repo r) { r.write("a", lines(1, 9)); },
       [](Repo r) { r.write("b", lines(1, 9)), r.append("a", "10\n"); }, "M a -9,0 +10,1\nA b -0,0 +1,9\n"},
      {"the rename of equal names wins", [](Repo r) { r.write("x/a", lines(1, 9)), r.write("x/b", lines(1, 9)); },
       [](Repo r) { r.remove("x"), r.write("y/b", lines(1, 9)), r.write("z/a", lines(1, 9)); },
       "R x/b -> y/b\nR x/a -> z/a\n"},
      {"executable bit", [](Repo r) { r.write("a", "1\n"); }, [](Repo r) { make_executable(r, "a"); }, "X a\n"},
      {"executable bit and text", [](Repo r) { r.write("a", "1\n"); },
       [](Repo r) { r.write("a", "2\n"), make_executable(r, "a"); }, "M a -1,1 +1,1\n"},
      {"binary", [](Repo r) { r.write("a", std::string_view("a\0b\n", 4)); }, [](Repo r) { r.append("a", "c\n"); },
       "M a binary\n"},
      {"binary added", [](Repo) {}, [](Repo r) { r.write("a", std::string_view("a\0b\n", 4)); }, "A a binary\n"},
      {"a zero byte past 8,000 is text", [](Repo r) { r.write("a", "1\n"); },
       [](Repo r) { r.write("a", std::string(8000, 'x') + '\0' + "\n"); }, "M a -1,1 +1,1\n"},
      {"bytes that are no UTF-8, BOM", [](Repo r) { r.write("a", "\xef\xbb\xbf\x80\xff\n1\n"); },
       [](Repo r) { r.write("a", "\xef\xbb\xbf\x80\xff\n2\n"); }, "M a -2,1 +2,1\n"},
      {"names",
       [](Repo r) { r.write("sp ace \"q\"\t\\.sql", "1\n"), r.write("n\nl", "1\n"), r.write("\xff\xfe", "1\n"); },
       [](Repo r) { r.write("sp ace \"q\"\t\\.sql", "2\n"), r.write("n\nl", "2\n"), r.write("\xff\xfe", "2\n"); },
       "M n\\nl -1,1 +1,1\nM sp ace \"q\"\\x09\\.sql -1,1 +1,1\nM \\xff\\xfe -1,1 +1,1\n"},
      {"order of names around a folder",
       [](Repo r) { r.write("a.b", "1\n"), r.write("a/b", "1\n"), r.write("a0", "1\n"), r.write("a-b", "1\n"); },
       [](Repo r) { r.write("a.b", "2\n"), r.write("a/b", "2\n"), r.write("a0", "2\n"), r.write("a-b", "2\n"); },
       "M a-b -1,1 +1,1\nM a.b -1,1 +1,1\nM a/b -1,1 +1,1\nM a0 -1,1 +1,1\n"},
      {"link added, moved, retargeted", [](Repo r) { r.link("old", "/etc/passwd"), r.link("to", "a"); },
       [](Repo r) {
         r.remove("old"), r.link("new", "/etc/passwd"), r.remove("to"), r.link("to", "b"), r.link("x", "y");
       },
       "R old -> new link\nM to link\nA x link\n"},
      {"file becomes a link", [](Repo r) { r.write("a", "1\n"); }, [](Repo r) { r.remove("a"), r.link("a", "b"); },
       "M a link\n"},
      {"folder becomes a link", [](Repo r) { r.write("d/a", "1\n"); },
       [](Repo r) { r.remove("d"), r.link("d", "/etc"); }, "D d/a -1,1 +0,0\nA d link\n"},
      {"file becomes a folder", [](Repo r) { r.write("a", "1\n"); },
       [](Repo r) { r.remove("a"), r.write("a/b", "2\n"); }, "D a -1,1 +0,0\nA a/b -0,0 +1,1\n"},
      {"CRLF kept in the repository", [](Repo r) { r.write("a", "1\r\n2\r\n"); },
       [](Repo r) { r.write("a", "1\r\n3\r\n"); }, "M a -2,1 +2,1\n"},
      {"CRLF in the working tree only",
       [](Repo r) { r.write(".gitattributes", "* text=auto\n"), r.write("a", "1\n2\n3\n"); },
       [](Repo r) { r.write("a", "1\r\n2\r\nx\r\n"); }, "M a -3,1 +3,1\n"},
      {"CRLF checkout alone is no change",
       [](Repo r) { r.write("a", "1\n2\n3\n"), r.git({"config", "core.autocrlf", "true"}); },
       [](Repo r) { r.write("a", "1\r\n2\r\n3\r\n"); }, ""},
      {"renamed in a CRLF checkout",
       [](Repo r) { r.write("a", lines(1, 9)), r.git({"config", "core.autocrlf", "true"}); },
       [](Repo r) { r.remove("a"), r.write("b", "1\r\n2\r\n3\r\n4\r\n5\r\n6\r\n7\r\n8\r\n9\r\n"); }, "R a -> b\n"},
      {"ignored files",
       [](Repo r) { r.write(".gitignore", "*.log\nbuild/\n"), r.write("kept.log", "1\n"), r.git({"add", "-f", "."}); },
       [](Repo r) { r.write("b.log", "1\n"), r.write("build/x.sql", "1\n"), r.append("kept.log", "2\n"); },
       "M kept.log -1,0 +2,1\n"},
      {"hashed, as the index knows neither size nor time", [](Repo r) { r.write("a", "1\n"), r.write("b", "1\n"); },
       [](Repo r) {
         r.write("a", "2\n");
         ::chmod((r.path() + "/b").c_str(), 0600);
       },
       "M a -1,1 +1,1\n"},
  };
}

}  // namespace explaingate
