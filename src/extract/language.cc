// Reads rules/languages: a data file, what it includes, and its queries. The grammars are registered here, and nowhere
// else does C++ know a language by name.
#include <tree_sitter/api.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "base/embedded.h"
#include "base/file.h"
#include "base/hash.h"
#include "extract/host_language.h"
#include "extract/host_text.h"
#include "extract/language_reader.h"

extern "C" {
const TSLanguage* tree_sitter_c(void);
const TSLanguage* tree_sitter_c_sharp(void);
const TSLanguage* tree_sitter_cpp(void);
const TSLanguage* tree_sitter_go(void);
const TSLanguage* tree_sitter_java(void);
const TSLanguage* tree_sitter_javascript(void);
const TSLanguage* tree_sitter_kotlin(void);
const TSLanguage* tree_sitter_php(void);
const TSLanguage* tree_sitter_python(void);
const TSLanguage* tree_sitter_ruby(void);
const TSLanguage* tree_sitter_rust(void);
const TSLanguage* tree_sitter_tsx(void);
const TSLanguage* tree_sitter_typescript(void);
const TSLanguage* tree_sitter_xml(void);
}

namespace explaingate {
namespace {

using nlohmann::json;

struct NamedGrammar {
  std::string_view name;  // "language" in the data files
  const TSLanguage* (*grammar)();
};
constexpr NamedGrammar kGrammars[] = {
    {"c", tree_sitter_c},
    {"csharp", tree_sitter_c_sharp},
    {"cpp", tree_sitter_cpp},
    {"go", tree_sitter_go},
    {"java", tree_sitter_java},
    {"javascript", tree_sitter_javascript},
    {"kotlin", tree_sitter_kotlin},
    {"php", tree_sitter_php},
    {"python", tree_sitter_python},
    {"ruby", tree_sitter_ruby},
    {"rust", tree_sitter_rust},
    {"tsx", tree_sitter_tsx},
    {"typescript", tree_sitter_typescript},
    {"xml", tree_sitter_xml},
};

int line_of(std::string_view text, size_t offset) {
  return LineIndex(text).position(std::min(offset, text.size())).line;
}

Error malformed(const std::string& file, std::string message, int line = 0) {
  Error error;
  error.kind = ErrorKind::kConfiguration;
  error.file = file;
  error.line = line;
  error.message = std::move(message);
  return error;
}

}  // namespace

host::Grammar Language::grammar() const {
  // Patterns that can't be read give no tree, and the file is listed as not understood. Tests hold those that are built
  // in to be right.
  std::call_once(patterns_read_, [this] { patterns_are_read_ = read_patterns().has_value(); });
  return {language_,       patterns_are_read_ ? &patterns_ : nullptr,
          role_by_symbol_, blank_type_arguments,
          macro_mark,      macro_exceptions,
          macro_items,     macro_blocks};
}

bool Language::may_hold_sql(std::string_view source) const {
  host::VerbsSeen verbs = host::verbs_in(source, words.text_opens);
  if (verbs.beyond_doubt) return true;
  auto stands_in = [&](std::string_view word) { return source.find(word) != std::string_view::npos; };
  auto is_called = [&](std::string_view path) {
    std::string_view name = path.substr(path.rfind('.') + 1);
    for (size_t at = source.find(name); at != std::string_view::npos; at = source.find(name, at + 1)) {
      size_t next = source.find_first_not_of(" \t\r\n\\", at + name.size());
      if (words.call_opens.empty() ||
          (next != std::string_view::npos && words.call_opens.find(source[next]) != std::string::npos))
        return true;
    }
    return false;
  };
  if (verbs.any_case) {
    if (std::any_of(words.any_receiver_callees.begin(), words.any_receiver_callees.end(), is_called)) return true;
    auto receives = [&](const std::string& name) { return stands_in(name.size() > 2 ? name : name + "."); };
    if (std::any_of(words.database_receivers.begin(), words.database_receivers.end(), receives)) return true;
  }
  return std::any_of(call_sites.begin(), call_sites.end(), [&](const host::CallSite& site) {
    bool gate = site.imports.empty() || std::any_of(site.imports.begin(), site.imports.end(), stands_in);
    if (!gate || site.foreign) return false;
    return site.assigned ? std::any_of(site.callees.begin(), site.callees.end(), stands_in)
                         : std::any_of(site.callees.begin(), site.callees.end(), is_called);
  });
}

Result<std::unique_ptr<Language>> Language::load(const std::string& json_path, const host::ReadFile& read) {
  auto language = std::make_unique<Language>();
  if (Status status = language->load_json(json_path, read); !status) return fail(status.error());
  for (auto& [path, text] : language->pattern_files_) {
    Result<std::string> found = read(path);
    if (!found) return fail(found.error());
    text = std::move(*found);
  }
  return language;
}

namespace {

Result<json> read_json(const std::string& path, const host::ReadFile& read) {
  Result<std::string> text = read(path);
  if (!text) return fail(text.error());
  try {
    return json::parse(*text, nullptr, true, true);
  } catch (const json::parse_error& error) {
    return fail(malformed(path, error.what(), line_of(*text, error.byte == 0 ? 0 : error.byte - 1)));
  }
}

std::string beside(const std::string& path, const std::string& name) {
  return std::filesystem::path(path).replace_filename(name).string();
}

// The included file includes none itself. "queries" is not taken: it goes with the grammar.
Status include(json& root, const std::string& path, const host::ReadFile& read) {
  auto name = root.find("include");
  if (name == root.end() || !name->is_string()) return {};
  Result<json> shared = read_json(beside(path, *name), read);
  if (!shared) return fail(shared.error());
  for (const auto& [key, value] : shared->items()) {
    if (key == "queries") continue;
    if (!root.contains(key)) root[key] = value;
  }
  auto nodes = shared->find("nodes");
  if (nodes == shared->end() || !nodes->is_object() || !root["nodes"].is_object()) return {};
  for (const auto& [role, types] : nodes->items()) {
    json& own = root["nodes"][role];
    if (own.is_null()) own = json::array();
    for (const json& type : types)
      if (own.is_array() && std::find(own.begin(), own.end(), type) == own.end()) own.push_back(type);
  }
  return {};
}

}  // namespace

Status Language::load_json(const std::string& path, const host::ReadFile& read) {
  Result<json> parsed = read_json(path, read);
  if (!parsed) return fail(parsed.error());
  json root = std::move(*parsed);
  if (root.is_object()) {
    if (Status status = include(root, path, read); !status) return status;
  }
  std::string problem, included;
  std::map<std::string, std::vector<std::string>> nodes;
  std::vector<std::string> queries;
  ObjectReader reader(root, "", problem);
  reader.read("include", included);
  reader.read("queries", queries);
  if (queries.empty()) queries.push_back(std::filesystem::path(path).stem().string() + ".scm");
  for (const std::string& query : queries) pattern_files_.emplace_back(beside(path, query), "");
  reader.read("language", name);
  family = name;
  reader.read("family", family);
  reader.read("extensions", extensions);
  reader.read("placeholders", placeholders);
  reader.read("longest_line", longest_line);
  reader.read("blank_type_arguments", blank_type_arguments);
  reader.read("gives_last", gives_last);
  reader.read("mapper", mapper);
  reader.read("closures_run", closures_run);
  reader.read("macro_mark", macro_mark);
  reader.read("macro_exceptions", macro_exceptions);
  reader.read("macro_items", macro_items);
  reader.read("macro_blocks", macro_blocks);
  reader.read("nodes", nodes);
  if (const json* object = reader.member("strings")) strings = read_strings(*object, problem);
  if (const json* object = reader.member("words")) words = read_words(*object, problem);
  reader.each("callbacks", [&](const json& object, const std::string& where) {
    callbacks.push_back(read_callback(object, where, problem));
  });
  reader.each("format_functions", [&](const json& object, const std::string& where) {
    format_functions.push_back(read_format_function(object, where, problem));
  });
  reader.each("join_functions", [&](const json& object, const std::string& where) {
    join_functions.push_back(read_join_function(object, where, problem));
  });
  std::map<std::string, std::string> named_texts;
  reader.read("constants", named_texts);
  constants.assign(named_texts.begin(), named_texts.end());
  reader.each("call_sites", [&](const json& object, const std::string& where) {
    call_sites.push_back(read_call_site(object, where, problem));
  });
  reader.finish();
  for (const NamedGrammar& known : kGrammars)
    if (known.name == name) language_ = known.grammar();
  if (language_ == nullptr) reader.complain("\"language\": no grammar is built in for \"" + name + "\"");
  if (!problem.empty()) return fail(malformed(path, problem));

  role_by_symbol_.assign(ts_language_symbol_count(language_), host::Role::kNone);
  for (const auto& [role_name, types] : nodes) {
    auto role = host::role_named(role_name);
    if (!role) return fail(malformed(path, "nodes: unknown role \"" + role_name + "\""));
    for (const std::string& type : types) {
      bool found = false;  // one name can stand for several symbols (aliases)
      for (size_t i = 0; i < role_by_symbol_.size(); ++i) {
        auto symbol = static_cast<TSSymbol>(i);
        if (ts_language_symbol_type(language_, symbol) != TSSymbolTypeRegular ||
            type != ts_language_symbol_name(language_, symbol))
          continue;
        role_by_symbol_[i] = *role;
        found = true;
      }
      if (!found) return fail(malformed(path, "nodes: the grammar has no node \"" + type + "\""));
    }
  }
  return {};
}

Status Language::check() const {
  Status status;
  std::call_once(patterns_read_, [&] {
    status = read_patterns();
    patterns_are_read_ = status.has_value();
  });
  return status;
}

std::string Language::pattern_text() const {
  std::string all;
  for (const auto& [path, text] : pattern_files_) all += text;
  return all;
}

Status Language::read_patterns() const {
  for (const auto& [path, text] : pattern_files_)
    if (Status added = patterns_.add(language_, path, text); !added) return added;
  return {};
}

Languages::Languages() = default;
Languages::Languages(Languages&&) noexcept = default;
Languages& Languages::operator=(Languages&&) noexcept = default;
Languages::~Languages() = default;

Result<Languages> Languages::load(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code code;
  for (std::filesystem::directory_iterator entry(folder, code), end; !code && entry != end; entry.increment(code))
    if (entry->path().extension() == ".json") files.push_back(entry->path().string());
  if (code) return fail(malformed(folder, "the folder of languages can't be read: " + code.message()));
  std::sort(files.begin(), files.end());
  Languages languages;
  std::string all;
  for (const std::string& file : files) {
    auto language = Language::load(file, [&all](const std::string& path) {
      auto text = read_file(path);
      if (text) all += *text;
      return text;
    });
    if (!language) return fail(language.error());
    if (Status checked = (*language)->check(); !checked) return fail(checked.error());
    languages.languages_.push_back(std::move(*language));
  }
  languages.hash_ = hash_hex(all);
  return languages;
}

Result<Languages> Languages::built_in() {
  std::string all;
  auto read = [&all](const std::string& path) -> Result<std::string> {
    for (const EmbeddedFile& file : embedded_files())
      if (file.name == path) {
        all += file.text;
        return std::string(file.text);
      }
    return fail(malformed(path, "is not part of this binary"));
  };
  Languages languages;
  for (const EmbeddedFile& file : embedded_files()) {
    if (!file.name.starts_with("rules/languages/") || !file.name.ends_with(".json")) continue;
    auto language = Language::load(std::string(file.name), read);
    if (!language) return fail(language.error());
    languages.languages_.push_back(std::move(*language));
  }
  languages.hash_ = hash_hex(all);
  return languages;
}

const Language* Languages::for_path(std::string_view path) const {
  for (const auto& language : languages_)
    for (const std::string& extension : language->extensions)
      if (path.ends_with(extension)) return language.get();
  return nullptr;
}

const Language* Languages::mapper() const {
  for (const auto& language : languages_)
    if (language->mapper) return language.get();
  return nullptr;
}

}  // namespace explaingate
