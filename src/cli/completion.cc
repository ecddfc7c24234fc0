#include "cli/completion.h"

#include <functional>

#include <fmt/format.h>

namespace explaingate {
namespace {

using Visit = std::function<void(const std::string& path, const CommandAbout& command)>;

// Each command with its path: "", "rules", "rules new".
void visit(const CommandAbout& command, const std::string& path, const Visit& see) {
  see(path, command);
  for (const CommandAbout& below : command.commands)
    visit(below, path.empty() ? below.name : path + " " + below.name, see);
}

std::string words_of(const CommandAbout& command) {
  std::string words;
  for (const CommandAbout& below : command.commands) words += below.name + " ";
  for (const OptionAbout& option : command.options)
    for (const std::string& name : option.names) words += name + " ";
  for (const OptionAbout& argument : command.arguments)
    for (const std::string& choice : argument.choices) words += choice + " ";
  return words;
}

// In single quotes, for any of the three shells.
std::string shell_quoted(std::string_view text) {
  std::string out = "'";
  for (char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

// First sentence, for a list of candidates.
std::string brief(const std::string& about) {
  size_t end = about.find_first_of(";(");
  std::string text = about.substr(0, end);
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

std::string bash(const CommandAbout& program) {
  std::string known, words, values;
  visit(program, "", [&](const std::string& path, const CommandAbout& command) {
    if (!path.empty()) known += fmt::format("      {}) path=\"$next\" ;;\n", shell_quoted(path));
    words += fmt::format("    {}) words={} ;;\n", shell_quoted(path), shell_quoted(words_of(command)));
    for (const OptionAbout& option : command.options)
      if (!option.choices.empty())
        for (const std::string& name : option.names)
          values += fmt::format("    {}) words={} ;;\n", shell_quoted(path + ":" + name),
                                shell_quoted(fmt::format("{}", fmt::join(option.choices, " "))));
      else if (!option.value.empty())
        for (const std::string& name : option.names)
          values += fmt::format("    {}) COMPREPLY=($(compgen -f -- \"$current\")); return ;;\n",
                                shell_quoted(path + ":" + name));
  });
  return fmt::format(R"(# bash completion of explaingate
_explaingate() {{
  local current="${{COMP_WORDS[COMP_CWORD]}}" before="${{COMP_WORDS[COMP_CWORD-1]}}" path="" next words="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    next="${{path:+$path }}${{COMP_WORDS[i]}}"
    case "$next" in
{}    esac
  done
  case "$path:$before" in
{}  esac
  if [ -z "$words" ]; then
    case "$path" in
{}    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [ ${{#COMPREPLY[@]}} -gt 0 ] || COMPREPLY=($(compgen -f -- "$current"))
}}
complete -o filenames -F _explaingate explaingate
)",
                     known, values, words);
}

std::string zsh(const CommandAbout& program) {
  std::string cases;
  visit(program, "", [&](const std::string& path, const CommandAbout& command) {
    std::string specifications;
    auto bracketed = [](const std::string& text) {
      std::string out;
      for (char c : text)
        out += c == '[' || c == ']' || c == ':' || c == '\\' ? std::string{'\\', c} : std::string(1, c);
      return out;
    };
    for (const OptionAbout& option : command.options)
      for (const std::string& name : option.names) {
        std::string tail;
        if (!option.choices.empty())
          tail = fmt::format(":value:({})", fmt::join(option.choices, " "));
        else if (!option.value.empty())
          tail = fmt::format(":{}:_files", option.value);
        specifications += " " + shell_quoted(fmt::format("*{}[{}]{}", name, bracketed(brief(option.about)), tail));
      }
    std::string below;
    for (const CommandAbout& each : command.commands)
      below += " " + shell_quoted(fmt::format("{}:{}", each.name, bracketed(brief(each.about))));
    cases += fmt::format("    {}) options=({}); commands=({}) ;;\n", shell_quoted(path), specifications, below);
  });
  std::string known;
  visit(program, "", [&](const std::string& path, const CommandAbout&) {
    if (!path.empty()) known += fmt::format("      {}) path=\"$next\"; at=$i ;;\n", shell_quoted(path));
  });
  return fmt::format(R"(#compdef explaingate
_explaingate() {{
  local path="" next i at=1
  local -a options commands
  for ((i = 2; i < CURRENT; i++)); do
    next="${{path:+$path }}${{words[i]}}"
    case "$next" in
{}    esac
  done
  case "$path" in
{}  esac
  if (( ${{#commands}} && CURRENT == at + 1 )) && [[ "${{words[CURRENT]}}" != -* ]]; then
    _describe command commands
    return
  fi
  words=("${{words[1]}}" "${{(@)words[at + 1,-1]}}")
  (( CURRENT -= at - 1 ))
  _arguments -S $options '*:file:_files'
}}
_explaingate "$@"
)",
                     known, cases);
}

std::string fish(const CommandAbout& program) {
  std::string out = R"(# fish completion of explaingate
function __explaingate_at
    set -l words (commandline -opc)[2..]
    set -l path
    for word in $words
        switch "$path $word"
)";
  visit(program, "", [&](const std::string& path, const CommandAbout&) {
    if (path.empty()) return;
    std::string pattern = path.find(' ') == std::string::npos ? " " + path : path;
    out += fmt::format("            case {}\n                set path {}\n", shell_quoted(pattern), shell_quoted(path));
  });
  out += R"(        end
    end
    test "$path" = "$argv[1]"
end
)";
  visit(program, "", [&](const std::string& path, const CommandAbout& command) {
    std::string condition = fmt::format("\"__explaingate_at '{}'\"", path);
    for (const CommandAbout& below : command.commands)
      out += fmt::format("complete -c explaingate -n {} -f -a {} -d {}\n", condition, below.name,
                         shell_quoted(brief(below.about)));
    for (const OptionAbout& option : command.options) {
      out += fmt::format("complete -c explaingate -n {}", condition);
      for (const std::string& name : option.names)
        out += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
      if (!option.choices.empty())
        out += fmt::format(" -x -a {}", shell_quoted(fmt::format("{}", fmt::join(option.choices, " "))));
      else if (!option.value.empty())
        out += " -r";
      out += fmt::format(" -d {}\n", shell_quoted(brief(option.about)));
    }
  });
  return out;
}

// Text in roff: no line begins with a control character, and a hyphen stays one.
std::string roff(std::string_view text) {
  std::string out;
  for (char c : text) {
    if ((out.empty() || out.back() == '\n') && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else
      out += c;
  }
  return out;
}

std::string man(const CommandAbout& program, std::string_view version) {
  std::string out = fmt::format(
      ".TH EXPLAINGATE 1 \"\" \"explaingate {}\"\n.SH NAME\nexplaingate \\- keeps slow queries out of production\n",
      version);
  out +=
      ".SH SYNOPSIS\n.B explaingate\n.I COMMAND\n[options]\n.SH DESCRIPTION\n.nf\n" + roff(program.about) + "\n.fi\n";
  auto options_of = [&](const std::vector<OptionAbout>& options) {
    for (const OptionAbout& option : options) {
      std::string value = !option.choices.empty() ? fmt::format("{}", fmt::join(option.choices, "|")) : option.value;
      out += fmt::format(".TP\n\\fB{}\\fR{}\n{}\n", roff(fmt::format("{}", fmt::join(option.names, ", "))),
                         value.empty() ? "" : " \\fI" + roff(value) + "\\fR", roff(option.about));
    }
  };
  out += ".SH COMMANDS\n";
  visit(program, "", [&](const std::string& path, const CommandAbout& command) {
    if (path.empty()) return;
    out += fmt::format(".SS {}\n{}\n", roff("explaingate " + path), roff(command.about));
    options_of(command.arguments);
    options_of(command.options);
    if (!command.footer.empty()) out += ".PP\n" + roff(command.footer) + "\n";
  });
  out += ".SH EXIT STATUS\n.nf\n" + roff(program.footer) +
         "\n.fi\n.SH FILES\n.TP\nexplaingate.json\nConfiguration.\n.TP\n"
         "\\&.explaingate/\nBaseline, waivers and the team's own rules.\n";
  return out;
}

}  // namespace

std::string completion(const CommandAbout& program, std::string_view kind, std::string_view version) {
  return kind == "bash"   ? bash(program)
         : kind == "zsh"  ? zsh(program)
         : kind == "fish" ? fish(program)
                          : man(program, version);
}

}  // namespace explaingate
