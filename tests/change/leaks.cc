// For the sanitizer build. libgit2 1.5 frees nothing after a regular expression that does not match (git_regexp_match),
// and matches one on each setting of .gitmodules; 20 kB a time, in repositories with submodules only.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libpcre2\n";
}
