// The parts of a language's data file: call sites, callbacks, formats, strings, words.
#include "extract/language_reader.h"

namespace explaingate {

using nlohmann::json;

namespace {

CallKind kind_named(const std::string& name, ObjectReader& reader) {
  if (name == "exec") return CallKind::kExecute;
  if (name == "bulk") return CallKind::kBulk;
  if (name == "prep") return CallKind::kPrepare;
  if (name == "text") return CallKind::kText;
  if (name == "run") return CallKind::kRun;
  reader.complain("\"kind\" is none of exec, bulk, prep, text, run");
  return CallKind::kNone;
}

}  // namespace

host::CallSite read_call_site(const json& object, const std::string& where, std::string& problem) {
  host::CallSite site;
  std::string kind = "exec";
  ObjectReader reader(object, where, problem);
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
  reader.read("bulk_by", site.bulk_by);
  reader.read("prepared", site.prepared);
  reader.read("certain", site.certain);
  reader.read("handle", site.handle);
  reader.read("in_list", site.in_list);
  reader.read("braced_names", site.braced_names);
  reader.read("file", site.file);
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
  ObjectReader reader(object, where, problem);
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
  ObjectReader reader(object, where, problem);
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
  ObjectReader reader(object, where, problem);
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
  ObjectReader reader(object, "strings.", problem);
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
  ObjectReader reader(object, "words.", problem);
  reader.read("call_opens", words.call_opens);
  reader.read("text_opens", words.text_opens);
  reader.read("concatenate", words.concatenate);
  reader.read("format", words.format);
  reader.read("repeat", words.repeat);
  reader.read("transparent_methods", words.transparent_methods);
  reader.read("text_members", words.text_members);
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
  reader.read("clear_methods", words.clear_methods);
  reader.read("cut_methods", words.cut_methods);
  std::map<std::string, std::string> append_tails;
  reader.read("append_tails", append_tails);
  words.append_tails.assign(append_tails.begin(), append_tails.end());
  reader.read("numbered_methods", words.numbered_methods);
  reader.read("run_methods", words.run_methods);
  reader.read("run_functions", words.run_functions);
  reader.read("reset_functions", words.reset_functions);
  reader.read("scope_methods", words.scope_methods);
  reader.read("repeat_methods", words.repeat_methods);
  reader.read("concatenate_functions", words.concatenate_functions);
  reader.read("empty_functions", words.empty_functions);
  reader.read("empty_texts", words.empty_texts);
  reader.read("members_by_name", words.members_by_name);
  reader.read("self", words.self);
  reader.read("sql_names", words.sql_names);
  reader.read("text_types", words.text_types);
  reader.read("sql_properties", words.sql_properties);
  reader.read("database_receivers", words.database_receivers);
  reader.read("any_receiver_callees", words.any_receiver_callees);
  reader.read("class_literals", words.class_literals);
  reader.read("waiting", words.waiting);
  reader.read("format_words", words.format_words);
  reader.read("executing_formats", words.executing_formats);
  reader.read("executing_words", words.executing_words);
  reader.read("describing_words", words.describing_words);
  reader.read("bulk_words", words.bulk_words);
  reader.read("collection_functions", words.collection_functions);
  reader.read("constructors", words.constructors);
  reader.read("type_wrappers", words.type_wrappers);
  reader.read("type_keywords", words.type_keywords);
  reader.read("context_names", words.context_names);
  reader.read("quiet_callees", words.quiet_callees);
  reader.read("fetch_methods", words.fetch_methods);
  reader.read("row_fetching_words", words.row_fetching_words);
  reader.read("fetching_words", words.fetching_words);
  reader.read("row_words", words.row_words);
  reader.read("common_fetch_methods", words.common_fetch_methods);
  reader.read("row_holder_words", words.row_holder_words);
  reader.read("next_words", words.next_words);
  reader.read("at_methods", words.at_methods);
  reader.read("taking_methods", words.taking_methods);
  reader.read("loop_macro_words", words.loop_macro_words);
  reader.read("pumping_words", words.pumping_words);
  reader.read("end_properties", words.end_properties);
  reader.read("has_next_methods", words.has_next_methods);
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
  reader.read("transaction_begins", words.transaction_begins);
  reader.read("transaction_ends", words.transaction_ends);
  reader.read("autocommit_names", words.autocommit_names);
  reader.read("transaction_scopes", words.transaction_scopes);
  reader.read("transaction_handles", words.transaction_handles);
  reader.read("transaction_decorators", words.transaction_decorators);
  reader.read("transaction_hooks", words.transaction_hooks);
  reader.read("transaction_words", words.transaction_words);
  reader.read("implicit_transactions", words.implicit_transactions);
  reader.read("identifier_functions", words.identifier_functions);
  reader.finish();
  return words;
}

}  // namespace explaingate
