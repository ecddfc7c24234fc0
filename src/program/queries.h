// Statements in files of their own, and the calls of host languages that run them:
//
//   sqlx::query_file!("queries/user.sql", id)     by the file's path, from the folder of the caller or one above it
//   queries.get_user(db, id=id)                   by name: "-- name: get-user" (aiosql, pugsql, sqlc, SQLDelight)
//   app.queries.GetUser.Get(&user, id)            the same, prepared beforehand (goyesql)
//   prisma.$queryRawTyped(getUser(id))            by the file's name, imported from generated code (TypedSQL)
//
// The near miss: cache.get_user(id), where nothing says that the receiver holds queries.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "program/digest.h"
#include "program/program.h"

namespace explaingate {

class Queries {
 public:
  using Place = std::pair<size_t, size_t>;  // file, and function of its outline

  // All must stay while this does.
  Queries(const std::vector<ProgramFile>& files, const std::vector<const Digest*>& digests, const NameTable& names);
  [[nodiscard]] std::vector<Place> meant(size_t caller, const Digest::Call& call) const;

 private:
  const std::vector<ProgramFile>& files_;
  const std::vector<const Digest*>& digests_;
  const NameTable& names_;
  std::unordered_map<std::string_view, size_t> by_path_;
  std::unordered_map<std::string, std::vector<Place>> by_name_;       // in plain letters
  std::vector<bool> is_known_;                                        // by number of a name: by_name_ has it
  std::unordered_map<std::string_view, std::vector<Place>> by_stem_;  // files without names

  [[nodiscard]] std::vector<Place> of_path(std::string_view caller, std::string_view path) const;
  [[nodiscard]] std::vector<Place> of_name(std::string_view name, std::string_view receiver, bool sure) const;
};

}  // namespace explaingate
