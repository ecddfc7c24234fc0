// What names of one file mean in others: constants and wrappers. Private to src/program/.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "extract/outline.h"
#include "program/digest.h"
#include "program/program.h"

namespace explaingate {

// How a path answers to a module's or package's name: "app/store/queries.py" is "queries", in folder "store".
[[nodiscard]] std::string_view path_stem(std::string_view path);
[[nodiscard]] std::string_view path_folder(std::string_view path);  // "app/store"
[[nodiscard]] bool is_module(std::string_view path, std::string_view module);

class Names {
 public:
  // Constants and wrappers as the digests say now. Files and names must stay while this does; digests may change, and
  // names be added.
  Names(const std::vector<ProgramFile>& files, const std::vector<const Digest*>& digests, const NameTable& names,
        const std::vector<Externals::Wrapper>& declared);
  // Everything of other files that one file's extraction would use, as a text: equal texts, equal extractions. Empty =
  // nothing. `alone` is its digest without what others say, where that is another: a call that was found to be one of
  // SQL is no longer among the calls.
  [[nodiscard]] std::string used_by(size_t file, const Digest& mine, const Digest* alone) const;
  [[nodiscard]] const std::string* constant(std::string_view path, std::string_view family,
                                            const Outline::Wanted& wanted) const;
  [[nodiscard]] std::vector<const Externals::Wrapper*> wrappers(std::string_view path, std::string_view family,
                                                                std::string_view name) const;

 private:
  struct Constant {
    size_t file;
    std::string owner, text;
  };
  struct Offered {
    size_t file;  // kDeclared: by the configuration
    std::string family;
    Externals::Wrapper wrapper;
  };
  static constexpr size_t kDeclared = static_cast<size_t>(-1);
  struct Hash {  // also of a string_view, without a copy
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  template <class T>
  using ByName = std::unordered_map<std::string, T, Hash, std::equal_to<>>;
  const std::vector<ProgramFile>& files_;
  const NameTable& names_;
  std::map<std::string, ByName<std::vector<Constant>>, std::less<>> constants_;  // by family
  ByName<std::vector<Offered>> wrappers_;
  std::vector<bool> is_wrapper_;                                           // by number of the name
  std::map<std::string, std::vector<uint32_t>, std::less<>> definitions_;  // functions of each name's number, by family
};

// The view of one file.
class FileExternals final : public Externals {
 public:
  FileExternals(const Names& names, std::string_view path, std::string_view family)
      : names_(names), path_(path), family_(family) {}
  [[nodiscard]] const std::string* constant(const Outline::Wanted& wanted) const override {
    return names_.constant(path_, family_, wanted);
  }
  [[nodiscard]] std::vector<const Wrapper*> wrappers(std::string_view name) const override {
    return names_.wrappers(path_, family_, name);
  }

 private:
  const Names& names_;
  std::string_view path_, family_;
};

}  // namespace explaingate
