#include "engine/postgres/server/programs.h"

#include <fmt/format.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <vector>

#include "engine/postgres/server/child.h"

namespace explaingate::postgres {
namespace {

namespace fs = std::filesystem;

bool holds_server(const fs::path& folder) {
  return access((folder / "initdb").c_str(), X_OK) == 0 && access((folder / "postgres").c_str(), X_OK) == 0;
}

fs::path on_path(const char* program) {
  const char* path = std::getenv("PATH");
  std::string_view rest = path == nullptr ? "" : path;
  while (!rest.empty()) {
    size_t end = std::min(rest.find(':'), rest.size());
    fs::path folder(rest.substr(0, end));
    if (folder.is_absolute() && access((folder / program).c_str(), X_OK) == 0) return folder / program;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return {};
}

// Folders of one version each: `below`/`prefix`VERSION`rest`.
struct Place {
  const char* below;
  const char* prefix;
  const char* rest;
};
constexpr Place kPlaces[] = {
    {"/usr/lib/postgresql", "", "bin"},           // Debian
    {"/usr", "pgsql-", "bin"},                    // Red Hat
    {"/usr/libexec", "postgresql", ""},           // Alpine
    {"/opt/homebrew/opt", "postgresql@", "bin"},  // Homebrew
    {"/usr/local/opt", "postgresql@", "bin"},     // Homebrew on Intel
    {"/home/linuxbrew/.linuxbrew/opt", "postgresql@", "bin"},
};

std::vector<fs::path> usual_places() {
  std::vector<std::pair<int, fs::path>> found;
  for (const Place& place : kPlaces) {
    std::error_code error;
    std::string_view prefix = place.prefix;
    for (fs::directory_iterator at(place.below, error), end; !error && at != end; at.increment(error)) {
      std::string name = at->path().filename();
      int version = 0;
      if (!name.starts_with(prefix)) continue;
      auto [stop, bad] = std::from_chars(name.data() + prefix.size(), name.data() + name.size(), version);
      if (bad == std::errc() && stop == name.data() + name.size()) found.emplace_back(version, at->path() / place.rest);
    }
  }
  std::ranges::sort(
      found, [](const auto& a, const auto& b) { return a.first != b.first ? a.first > b.first : a.second < b.second; });
  std::vector<fs::path> places;
  for (auto& [version, place] : found) places.push_back(std::move(place));
  places.emplace_back("/usr/local/pgsql/bin");
  return places;
}

}  // namespace

Result<Programs> find_programs() {
  if (const char* given = std::getenv("EXPLAINGATE_PG_BINDIR"); given != nullptr && *given != '\0') {
    if (holds_server(given)) return Programs{given};
    return fail(ErrorKind::kUsage,
                fmt::format("EXPLAINGATE_PG_BINDIR is {}, where no programs initdb and postgres are", given),
                "it is the folder that `pg_config --bindir` prints, with the server installed");
  }
  if (fs::path pg_config = on_path("pg_config"); !pg_config.empty()) {
    auto printed = run_program({pg_config.string(), "--bindir"});
    if (printed && holds_server(*printed)) return Programs{*printed};
  }
  if (fs::path initdb = on_path("initdb"); !initdb.empty()) {
    std::error_code error;
    fs::path folder = fs::canonical(initdb, error).parent_path();
    if (!error && holds_server(folder)) return Programs{folder};
  }
  for (const fs::path& place : usual_places())
    if (holds_server(place)) return Programs{place};
  return fail(ErrorKind::kUnverified, "no PostgreSQL server is installed",
              "install one (on Debian: apt-get install postgresql), or name its programs' folder in "
              "EXPLAINGATE_PG_BINDIR, or use --url");
}

std::string Programs::identity() const {
  std::string identity;
  for (const char* name : {"initdb", "postgres"}) {
    std::error_code error;
    fs::path path = fs::canonical(folder / name, error);
    struct stat info{};
    if (error || stat(path.c_str(), &info) != 0) continue;
    identity += fmt::format("{} {} {}.{} {}\n", path.string(), info.st_size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec,
                            info.st_ino);
  }
  return identity;
}

Result<std::optional<User>> server_user() {
  if (geteuid() != 0) return std::nullopt;
  for (const char* name : {"postgres", "nobody"}) {
    passwd entry{};
    passwd* found = nullptr;
    std::vector<char> room(16384);
    if (getpwnam_r(name, &entry, room.data(), room.size(), &found) == 0 && found != nullptr)
      return User{entry.pw_uid, entry.pw_gid};
  }
  return fail(ErrorKind::kUnverified, "PostgreSQL does not run as root, and there is no user postgres or nobody",
              "run explaingate as another user");
}

}  // namespace explaingate::postgres
