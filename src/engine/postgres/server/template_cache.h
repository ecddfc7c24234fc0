// What initdb makes is the same every time: it is kept in the user's cache folder, and copied.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/result.h"
#include "engine/postgres/server/programs.h"

namespace explaingate::postgres {

// A cache that can't be used (no home, not writable, another's folder, a damaged copy) is no error: initdb runs, then.
class TemplateCache {
 public:
  // `key`: all that initdb's work depends on. Folder: $XDG_CACHE_HOME/explaingate, else ~/.cache/explaingate.
  explicit TemplateCache(const std::string& key);
  // Fills the empty folder `data`, for `user`. False: nothing usable there; `data` is empty again.
  [[nodiscard]] bool copy_to(const std::filesystem::path& data, const std::optional<User>& user) const;
  // From a data folder whose server never ran. Whole or not at all, whoever else writes at the same time.
  void store(const std::filesystem::path& data) const;
  void forget() const;

 private:
  std::filesystem::path folder_;  // "" = none
  std::string name_;
};

}  // namespace explaingate::postgres
