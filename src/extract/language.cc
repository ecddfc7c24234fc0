// Reads rules/languages. The grammars are registered here, and nowhere else does C++ know a language by name.
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

// Reads the members of one JSON object; what was not asked for in the end is an unknown key.
class Reader {
 public:
  Reader(const json& object, std::string where, std::string& problem)
      : object_(object), where_(std::move(where)), problem_(problem) {
    if (!object_.is_object()) complain("is not an object");
  }
  template <class T>
  void read(const char* key, T& value) {
    const json* found = member(key);
    if (found == nullptr) return;
    try {
      found->get_to(value);
    } catch (const json::exception&) {
      complain(std::string("\"") + key + "\" has a value of the wrong type");
    }
  }
  [[nodiscard]] const json* member(const char* key) {
    seen_.emplace_back(key);
    if (!object_.is_object()) return nullptr;
    auto found = object_.find(key);
    return found == object_.end() ? nullptr : &*found;
  }
  template <class Function>
  void each(const char* key, Function function) {
    const json* list = member(key);
    if (list == nullptr) return;
    if (!list->is_array()) return complain(std::string("\"") + key + "\" is not a list");
    for (size_t index = 0; index < list->size(); ++index)
      function((*list)[index], where_ + key + "[" + std::to_string(index) + "].");
  }
  void finish() {
    if (!object_.is_object()) return;
    for (const auto& [key, value] : object_.items())
      if (!host::is_one_of(key, seen_)) complain("unknown key \"" + key + "\"");
  }
  void complain(const std::string& what) {
    if (problem_.empty()) problem_ = (where_.empty() ? "" : where_.substr(0, where_.size() - 1) + ": ") + what;
  }

 private:
  const json& object_;
  std::string where_;
  std::string& problem_;
  std::vector<std::string> seen_;
};

CallKind kind_named(const std::string& name, Reader& reader) {
  if (name == "exec") return CallKind::kExecute;
  if (name == "bulk") return CallKind::kBulk;
  if (name == "prep") return CallKind::kPrepare;
  if (name == "text") return CallKind::kText;
  if (name == "run") return CallKind::kRun;
  reader.complain("\"kind\" is none of exec, bulk, prep, text, run");
  return CallKind::kNone;
}

host::CallSite read_call_site(const json& object, const std::string& where, std::string& problem) {
  host::CallSite site;
  std::string kind = "exec";
  Reader reader(object, where, problem);
  reader.read("library", site.library);
  reader.read("imports", site.imports);
  reader.read("callees", site.callees);
  reader.read("argument", site.argument);
  reader.read("alternative", site.alternative);
  reader.read("keywords", site.keywords);
  reader.read("kind", kind);
  reader.read("placeholders", site.placeholders);
  reader.read("fragment", site.fragment);
  reader.read("tagged", site.tagged);
  reader.read("run_by", site.run_by);
  reader.read("prepared", site.prepared);
  reader.read("certain", site.certain);
  reader.read("handle", site.handle);
  reader.read("in_list", site.in_list);
  reader.read("braced_names", site.braced_names);
  reader.read("foreign", site.foreign);
  reader.read("assigned", site.assigned);
  reader.read("mapper", site.mapper);
  reader.read("joined_by", site.joined_by);
  std::map<std::string, std::string> required;
  reader.read("required", required);
  site.required.assign(required.begin(), required.end());
  std::string receiver = "any";
  reader.read("receiver", receiver);
  reader.finish();
  site.kind = kind_named(kind, reader);
  if (receiver == "none")
    site.receiver = host::CallSite::Receiver::kNone;
  else if (receiver == "required")
    site.receiver = host::CallSite::Receiver::kRequired;
  else if (receiver != "any")
    reader.complain("\"receiver\" is none of any, none, required");
  if (site.library.empty() || site.callees.empty()) reader.complain("\"library\" and \"callees\" are required");
  return site;
}

host::Callback read_callback(const json& object, const std::string& where, std::string& problem) {
  host::Callback callback;
  Reader reader(object, where, problem);
  reader.read("callees", callback.callees);
  reader.read("function", callback.function);
  reader.read("function_keyword", callback.function_keyword);
  reader.read("iterable", callback.iterable);
  reader.read("over", callback.over);
  if (!callback.over.empty() && callback.over != "batch" && callback.over != "rows")
    reader.complain("\"over\" is neither batch nor rows");
  reader.read("iterator", callback.iterator);
  reader.finish();
  return callback;
}

host::FormatFunction read_format_function(const json& object, const std::string& where, std::string& problem) {
  host::FormatFunction function;
  Reader reader(object, where, problem);
  reader.read("callees", function.callees);
  reader.read("argument", function.argument);
  reader.read("into", function.into);
  reader.read("anew", function.anew);
  reader.read("braces", function.braces);
  reader.finish();
  return function;
}

host::JoinFunction read_join_function(const json& object, const std::string& where, std::string& problem) {
  host::JoinFunction function;
  Reader reader(object, where, problem);
  reader.read("callees", function.callees);
  reader.read("separator", function.separator);
  reader.read("list", function.list);
  reader.finish();
  return function;
}

host::StringRules read_strings(const json& object, std::string& problem) {
  host::StringRules rules;
  std::map<std::string, std::string> simple, interpolation;
  std::map<std::string, int> hexadecimal;
  Reader reader(object, "strings.", problem);
  reader.read("prefix_raw", rules.prefix_raw);
  reader.read("prefix_interpolated", rules.prefix_interpolated);
  reader.read("introducer", rules.introducer);
  reader.read("simple", simple);
  reader.read("hexadecimal", hexadecimal);
  reader.read("octal", rules.octal);
  reader.read("plain_openings", rules.plain_openings);
  reader.read("indented_by_end", rules.indented_by_end);
  reader.read("least_indented", rules.least_indented);
  reader.read("continuation", rules.continuation);
  reader.read("interpolation_escapes", interpolation);
  reader.read("indented", rules.indented);
  reader.read("name_sign", rules.name_sign);
  std::map<std::string, std::map<std::string, std::string>> doubled;
  reader.read("doubled", doubled);
  for (const auto& [prefix, escapes] : doubled) rules.doubled.push_back({prefix, {escapes.begin(), escapes.end()}});
  reader.finish();
  rules.simple.assign(simple.begin(), simple.end());
  rules.hexadecimal.assign(hexadecimal.begin(), hexadecimal.end());
  rules.interpolation_escapes.assign(interpolation.begin(), interpolation.end());
  return rules;
}

host::Words read_words(const json& object, std::string& problem) {
  host::Words words;
  Reader reader(object, "words.", problem);
  reader.read("call_opens", words.call_opens);
  reader.read("text_opens", words.text_opens);
  reader.read("concatenate", words.concatenate);
  reader.read("format", words.format);
  reader.read("repeat", words.repeat);
  reader.read("transparent_methods", words.transparent_methods);
  reader.read("transparent_functions", words.transparent_functions);
  reader.read("format_methods", words.format_methods);
  reader.read("join_methods", words.join_methods);
  reader.read("replace_methods", words.replace_methods);
  reader.read("replace_functions", words.replace_functions);
  reader.read("repeat_functions", words.repeat_functions);
  reader.read("indent_methods", words.indent_methods);
  reader.read("margin_methods", words.margin_methods);
  reader.read("builders", words.builders);
  reader.read("append_methods", words.append_methods);
  std::map<std::string, std::string> append_tails;
  reader.read("append_tails", append_tails);
  words.append_tails.assign(append_tails.begin(), append_tails.end());
  reader.read("numbered_methods", words.numbered_methods);
  reader.read("run_methods", words.run_methods);
  reader.read("run_functions", words.run_functions);
  reader.read("reset_functions", words.reset_functions);
  reader.read("repeat_methods", words.repeat_methods);
  reader.read("concatenate_functions", words.concatenate_functions);
  reader.read("empty_functions", words.empty_functions);
  reader.read("empty_texts", words.empty_texts);
  reader.read("members_by_name", words.members_by_name);
  reader.read("self", words.self);
  reader.read("sql_names", words.sql_names);
  reader.read("sql_properties", words.sql_properties);
  reader.read("database_receivers", words.database_receivers);
  reader.read("any_receiver_callees", words.any_receiver_callees);
  reader.read("context_names", words.context_names);
  reader.read("quiet_callees", words.quiet_callees);
  reader.read("fetch_methods", words.fetch_methods);
  reader.read("iterate_through", words.iterate_through);
  reader.read("same_elements", words.same_elements);
  reader.read("numbering_functions", words.numbering_functions);
  reader.read("map_functions", words.map_functions);
  reader.read("filling_methods", words.filling_methods);
  reader.read("iterator_methods", words.iterator_methods);
  reader.read("element_methods", words.element_methods);
  reader.read("mutating_methods", words.mutating_methods);
  reader.read("range_functions", words.range_functions);
  reader.read("batch_functions", words.batch_functions);
  reader.read("batch_words", words.batch_words);
  reader.read("retry_words", words.retry_words);
  reader.read("sleep_functions", words.sleep_functions);
  reader.read("implicit_parameters", words.implicit_parameters);
  reader.read("memo_words", words.memo_words);
  reader.read("identifier_functions", words.identifier_functions);
  reader.finish();
  return words;
}

}  // namespace

Language::Language() : query_(nullptr, ts_query_delete) {}
Language::~Language() = default;

host::Grammar Language::grammar() const {
  // A query that doesn't compile gives no roles, and the file is listed as not understood. Tests hold those that are
  // built in to compile.
  std::call_once(compiled_, [this] { (void)compile_query(); });
  return {language_,  query_.get(),     role_by_symbol_, captures_,   conditions_, blank_type_arguments,
          macro_mark, macro_exceptions, macro_items,     macro_blocks};
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
  if (Status status = language->read_query(read); !status) return fail(status.error());
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
  Reader reader(root, "", problem);
  reader.read("include", included);
  reader.read("queries", queries);
  if (queries.empty()) queries.push_back(std::filesystem::path(path).stem().string() + ".scm");
  for (const std::string& query : queries) queries_.push_back(beside(path, query));
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
  std::call_once(compiled_, [&] { status = compile_query(); });
  return status;
}

Status Language::read_query(const host::ReadFile& read) {
  for (const std::string& path : queries_) {
    Result<std::string> text = read(path);
    if (!text) return fail(text.error());
    query_text_ += *text;
    query_ends_.push_back(query_text_.size());
  }
  return {};
}

Status Language::compile_query() const {
  const std::string& all = query_text_;
  auto malformed_at = [&](size_t offset, std::string message) {
    size_t part = 0;
    while (part + 1 < query_ends_.size() && offset >= query_ends_[part]) ++part;
    size_t begin = part == 0 ? 0 : query_ends_[part - 1];
    return malformed(queries_[part], std::move(message),
                     line_of(std::string_view(all).substr(begin), std::min(offset, all.size()) - begin));
  };
  uint32_t offset = 0;
  TSQueryError error = TSQueryErrorNone;
  query_.reset(ts_query_new(language_, all.data(), static_cast<uint32_t>(all.size()), &offset, &error));
  if (!query_) return fail(malformed_at(offset, "the query is not valid for this grammar"));
  for (uint32_t id = 0; id < ts_query_capture_count(query_.get()); ++id) {
    uint32_t length = 0;
    const char* start = ts_query_capture_name_for_id(query_.get(), id, &length);
    std::string_view capture(start, length);
    if (capture.starts_with('_')) {
      captures_.emplace_back();
      continue;
    }
    // A name that is both (@name is a part only; @body, @left …) is looked up as a part first.
    if (auto part = host::part_named(capture)) {
      captures_.push_back({host::Role::kNone, *part});
    } else if (auto role = host::role_named(capture)) {
      captures_.push_back({*role, host::Part::kCount});
    } else {
      return fail(
          malformed_at(all.find("@" + std::string(capture)), "unknown capture \"@" + std::string(capture) + "\""));
    }
  }
  return read_conditions(queries_.front());
}

// A predicate is a row of steps: its name, a capture, then the texts.
Status Language::read_conditions(const std::string& path) const {
  auto text_of = [&](uint32_t id) {
    uint32_t length = 0;
    const char* start = ts_query_string_value_for_id(query_.get(), id, &length);
    return std::string(start, length);
  };
  conditions_.resize(ts_query_pattern_count(query_.get()));
  for (uint32_t pattern = 0; pattern < conditions_.size(); ++pattern) {
    uint32_t count = 0;
    const TSQueryPredicateStep* steps = ts_query_predicates_for_pattern(query_.get(), pattern, &count);
    for (uint32_t at = 0; at < count; ++at) {
      std::string predicate = text_of(steps[at].value_id);
      host::Condition condition;
      bool sound = (predicate == "eq?" || predicate == "any-of?") && ++at < count &&
                   steps[at].type == TSQueryPredicateStepTypeCapture;
      if (sound) condition.capture = steps[at].value_id;
      for (++at; at < count && steps[at].type != TSQueryPredicateStepTypeDone; ++at) {
        sound = sound && steps[at].type == TSQueryPredicateStepTypeString;
        if (sound) condition.texts.push_back(text_of(steps[at].value_id));
      }
      if (!sound)
        return fail(
            malformed(path, "a predicate is neither (#eq? @capture \"text\") nor (#any-of? @capture \"text\" …)"));
      conditions_[pattern].push_back(std::move(condition));
    }
  }
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

namespace host {

std::string_view bare(std::string_view name) {
  name.remove_prefix(std::min(name.find_first_not_of("_$@"), name.size()));
  return name;
}

bool is_one_of(std::string_view word, const std::vector<std::string>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string dotted(std::string_view written) {
  constexpr std::string_view kSigns[] = {"::", "->", "?->", "?.", "!!.", "!.", "&.", "\\"};
  std::string out;
  while (!written.empty()) {
    std::string_view sign;
    for (std::string_view one : kSigns)
      if (written.starts_with(one)) sign = one;
    if (!sign.empty()) {
      out += '.';
    } else if (std::string_view(" \t\r\n$@").find(written.front()) == std::string_view::npos) {
      out += written.front();
    }
    written.remove_prefix(std::max<size_t>(sign.size(), 1));
  }
  return out;
}

std::string_view last_word(std::string_view path) {
  auto in_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
           static_cast<unsigned char>(c) >= 0x80;
  };
  size_t end = path.size();
  while (end > 0 && !in_word(path[end - 1])) --end;
  size_t start = end;
  while (start > 0 && in_word(path[start - 1])) --start;
  return path.substr(start, end - start);
}

bool has_path(std::string_view module, std::string_view gate) {
  auto in_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  for (size_t at = module.find(gate); at != std::string_view::npos; at = module.find(gate, at + 1)) {
    size_t end = at + gate.size();
    bool starts = at == 0 || !in_word(module[at - 1]) || !in_word(gate.front());
    bool ends = end == module.size() || !in_word(module[end]);
    if (starts && ends) return true;
  }
  return false;
}

bool ends_with_path(std::string_view path, std::string_view end) {
  return path.ends_with(end) && (path.size() == end.size() || path[path.size() - end.size() - 1] == '.');
}

}  // namespace host
}  // namespace explaingate
