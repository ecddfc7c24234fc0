#include "schema/names.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace explaingate::schema {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_alpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

constexpr std::array<std::string_view, 4> kSqliteNames = {"sqlite", "sqlite3", "libsql", "turso"};
constexpr std::array<std::string_view, 6> kPostgresNames = {"postgres", "postgresql", "pg", "pgsql", "psql", "pgx"};
constexpr std::array<std::string_view, 19> kOtherNames = {
    "mysql",     "mysql8",      "mariadb", "mssql",       "sqlserver", "oracle",    "clickhouse",
    "cockroach", "cockroachdb", "crdb",    "singlestore", "tidb",      "cassandra", "spanner",
    "h2",        "hsqldb",      "derby",   "db2",         "duckdb"};

// The words of a segment: "schema-pg.sql" -> schema, pg, sql.
std::vector<std::string> words_of(std::string_view segment) {
  std::vector<std::string> words;
  std::string word;
  for (char c : segment) {
    if (is_alpha(c) || is_digit(c)) {
      word += c;
    } else if (!word.empty()) {
      words.push_back(lower(word));
      word.clear();
    }
  }
  if (!word.empty()) words.push_back(lower(word));
  return words;
}

std::string without_zeros(std::string_view digits) {
  size_t first = digits.find_first_not_of('0');
  return std::string(first == std::string_view::npos ? "0" : digits.substr(first));
}

int compare_numbers(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  int order = a.compare(b);
  return (order > 0) - (order < 0);
}

}  // namespace

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\f\v";
  size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::string_view base_name(std::string_view path) {
  size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string_view folder_of(std::string_view path) {
  size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::string join(std::string_view folder, std::string_view name) {
  if (folder.empty()) return std::string(name);
  if (name.empty()) return std::string(folder);
  return std::string(folder) + "/" + std::string(name);
}

std::vector<std::string_view> segments(std::string_view path) {
  std::vector<std::string_view> result;
  while (!path.empty()) {
    size_t slash = path.find('/');
    result.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
  }
  return result;
}

bool has_extension(std::string_view path, std::string_view lower_case) {
  return path.size() >= lower_case.size() && lower(path.substr(path.size() - lower_case.size())) == lower_case;
}

std::string_view stem(std::string_view path) {
  std::string_view name = base_name(path);
  size_t dot = name.rfind('.');
  return dot == std::string_view::npos || dot == 0 ? name : name.substr(0, dot);
}

std::optional<std::string> normalize(std::string_view from, std::string_view path) {
  if (path.starts_with('/') || path.find('\0') != std::string_view::npos) return std::nullopt;
  std::vector<std::string_view> kept = segments(from);
  for (std::string_view segment : segments(path)) {
    if (segment.empty() || segment == ".") continue;
    if (segment == "..") {
      if (kept.empty()) return std::nullopt;
      kept.pop_back();
    } else {
      kept.push_back(segment);
    }
  }
  std::string result;
  for (std::string_view segment : kept) result = join(result, segment);
  return result;
}

bool matches_glob(std::string_view pattern, std::string_view path) {
  size_t p = 0, t = 0, star = std::string_view::npos, star_text = 0;
  while (t < path.size()) {
    if (p < pattern.size() && (pattern[p] == path[t] || (pattern[p] == '?' && path[t] != '/'))) {
      ++p;
      ++t;
    } else if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_text = t;
    } else if (star != std::string_view::npos && path[star_text] != '/') {
      p = star + 1;  // the last star takes one byte more, but never a "/"
      t = ++star_text;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

int compare(const Version& a, const Version& b) {
  for (size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    int order = compare_numbers(i < a.size() ? a[i] : "0", i < b.size() ? b[i] : "0");
    if (order != 0) return order;
  }
  return 0;
}

Version version_prefix(std::string_view name) {
  Version version;
  size_t at = 0;
  if (name.size() > 1 && (name[0] == 'v' || name[0] == 'V') && is_digit(name[1])) at = 1;
  while (at < name.size() && is_digit(name[at])) {
    size_t end = at;
    while (end < name.size() && is_digit(name[end])) ++end;
    // "001-2fa.sql": the second run of digits belongs to a word.
    if (!version.empty() && end < name.size() && is_alpha(name[end])) break;
    version.push_back(without_zeros(name.substr(at, end - at)));
    if (end >= name.size() || (name[end] != '.' && name[end] != '-')) break;
    at = end + 1;
  }
  return version;
}

bool natural_less(std::string_view a, std::string_view b) {
  size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (is_digit(a[i]) && is_digit(b[j])) {
      size_t a_end = i, b_end = j;
      while (a_end < a.size() && is_digit(a[a_end])) ++a_end;
      while (b_end < b.size() && is_digit(b[b_end])) ++b_end;
      int order = compare_numbers(without_zeros(a.substr(i, a_end - i)), without_zeros(b.substr(j, b_end - j)));
      if (order != 0) return order < 0;
      i = a_end;
      j = b_end;
    } else {
      // "/" sorts before everything, so that a folder's files stay together.
      auto rank = [](char c) { return c == '/' ? 0 : 1 + static_cast<int>(static_cast<unsigned char>(c)); };
      if (a[i] != b[j]) return rank(a[i]) < rank(b[j]);
      ++i;
      ++j;
    }
  }
  if ((i < a.size()) != (j < b.size())) return j < b.size();
  return a < b;
}

Database database_named(std::string_view name, Dialect dialect) {
  std::string word = lower(name);
  bool sqlite = is_one_of(word, kSqliteNames);
  bool postgres = is_one_of(word, kPostgresNames);
  if (sqlite || postgres) return sqlite == (dialect == Dialect::kSqlite) ? Database::kOurs : Database::kOther;
  return is_one_of(word, kOtherNames) ? Database::kOther : Database::kNone;
}

Database database_of(std::string_view path, Dialect dialect) {
  Database found = Database::kNone;
  for (std::string_view segment : segments(path)) {
    for (const std::string& word : words_of(segment)) {
      Database database = database_named(word, dialect);
      if (database != Database::kNone) found = database;
    }
  }
  return found;
}

std::string database_part(std::string_view path) {
  std::string part, found;
  for (std::string_view segment : segments(path)) {
    std::string name = lower(segment);
    for (const std::string& word : words_of(segment)) {
      if (database_named(word, Dialect::kSqlite) == Database::kNone) continue;
      size_t at = name.find(word);
      found = join(part, name.replace(at, word.size(), "*"));
    }
    part = join(part, segment);
  }
  return found;
}

bool is_excluded(std::string_view path) {
  constexpr std::array<std::string_view, 33> kFolders = {
      "test",   "tests",       "testing",       "testdata", "test-data", "test_data", "spec",
      "specs",  "__tests__",   "_tests",        "fixture",  "fixtures",  "example",   "examples",
      "sample", "samples",     "demo",          "demos",    "doc",       "docs",      "node_modules",
      "vendor", "third_party", "site-packages", "venv",     "bench",     "benchmark", "benchmarks",
      "mocks",  "mock",        "e2e",           "dist",     "target"};
  std::vector<std::string_view> parts = segments(folder_of(path));
  return std::any_of(parts.begin(), parts.end(), [&](std::string_view segment) {
    return segment.starts_with('.') || is_one_of(lower(segment), kFolders);
  });
}

bool is_test_source(std::string_view path) {
  if (is_excluded(path)) return true;
  std::string name = lower(stem(path));
  return name.starts_with("test_") || name == "conftest" || name == "test" || name == "tests" ||
         name.ends_with("_test") || name.ends_with("_spec") || name.ends_with(".test") || name.ends_with(".spec");
}

bool is_migration_folder(std::string_view segment) {
  constexpr std::array<std::string_view, 3> kNames = {"migrations", "migration", "migrate"};
  bool named = false;
  for (const std::string& word : words_of(segment)) {
    if (is_one_of(word, kNames))
      named = true;
    else if (word != "db" && word != "sql" && database_named(word, Dialect::kSqlite) == Database::kNone)
      return false;
  }
  return named;
}

bool holds_migrations(std::string_view path) {
  constexpr std::string_view kStep = "migrate";  // migrate8to9.py
  std::string name = lower(stem(path));
  bool step = name.size() > kStep.size() && name.starts_with(kStep) && is_digit(name[kStep.size()]);
  return step || is_migration_folder(stem(path)) || std::ranges::any_of(segments(folder_of(path)), is_migration_folder);
}

}  // namespace explaingate::schema
