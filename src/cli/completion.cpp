// flanmoe completion bash: a script made from the parsers of all commands, so that it offers what --help shows.
#include <algorithm>
#include <iostream>
#include <sstream>

#include "base/error.h"
#include "base/presets.h"
#include "cli/command.h"
#include "cli/settings.h"

namespace flanmoe {
namespace {

using Words = std::vector<std::string>;

// "seed=", "model.moe.k=", and "arms." where the keys below are free.
Words settings_of(const std::string& path) {
  Words words;
  for (const CommandSettings& settings : command_settings()) {
    if (path != settings.command || std::string_view(settings.prefix) == "arms.NAME.") continue;
    for (const Setting& setting : settings_of(settings))
      words.push_back(setting.key + (setting.type == "section" ? "." : "="));
  }
  return words;
}

// The presets of the kind that an option's help lists.
Words presets_of(const CLI::Option& option) {
  try {
    for (const char* kind : {"study", "train", "model", "mixtures", "suites"}) {
      const Words names = preset_names(kind);
      if (option.get_description().find(preset_help(kind)) != std::string::npos) return names;
    }
  } catch (const UserError&) {  // completion is given without the configs, too
  }
  return {};
}

// The choices of an option, which its type shows as "TEXT:{stop,skip}"; else its presets.
Words values_of(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const size_t open = type.find('{'), close = type.find('}');
  if (open == std::string::npos || close == std::string::npos) return presets_of(option);
  std::istringstream choices(type.substr(open + 1, close - open - 1));
  Words words;
  for (std::string word; std::getline(choices, word, ',');) words.push_back(word);
  return words;
}

// What a command takes. `path` names it: "", "train", "data make".
struct Taken {
  std::string path;
  Words subcommands, options;
  Words valued, many;                                 // options with a value behind them, and with several
  std::vector<std::pair<std::string, Words>> values;  // what may stand behind an option
  Words first;                                        // what its first argument may be
  Words settings;
  int64_t num_before = 0;  // arguments in front of the settings
};

void add_options(const CLI::App& parser, Taken& taken) {
  for (const CLI::Option* option : parser.get_options()) {
    if (option->get_lnames().empty() || option->get_group() != "Options") continue;  // other groups: for flanmoe itself
    const std::string name = "--" + option->get_lnames().front();
    if (std::count(taken.options.begin(), taken.options.end(), name) > 0) continue;
    taken.options.push_back(name);
    if (option->get_items_expected_max() > 0) taken.valued.push_back(name);
    if (option->get_items_expected_max() > 1) taken.many.push_back(name);
    if (const Words words = values_of(*option); !words.empty()) taken.values.emplace_back(name, words);
  }
}

void add_arguments(const CLI::App& parser, Taken& taken) {
  const std::vector<const CLI::Option*> arguments =
      parser.get_options([](const CLI::Option* option) { return option->get_positional(); });
  if (arguments.empty()) return;
  taken.first = values_of(*arguments.front());
  taken.settings = settings_of(taken.path);
  taken.num_before = static_cast<int64_t>(arguments.size()) - 1;  // they are the last argument
}

// The command and those below it.
void collect(const CLI::App& parser, const std::string& path, std::vector<Taken>& all) {
  Taken taken;
  taken.path = path;
  add_options(parser, taken);
  const CLI::App* parent = parser.get_parent();
  if (parent != nullptr && parent->get_parent() != nullptr) add_options(*parent, taken);  // -q, -v behind `data make`
  add_arguments(parser, taken);
  const auto parts = parser.get_subcommands(std::function<bool(const CLI::App*)>());
  for (const CLI::App* part : parts) taken.subcommands.push_back(part->get_name());
  all.push_back(taken);
  for (const CLI::App* part : parts)
    collect(*part, path.empty() ? part->get_name() : path + " " + part->get_name(), all);
}

std::string command_case(const Taken& taken) {
  std::string text = fmt::format("    '{}')\n", taken.path);
  const auto set = [&text](const char* name, const Words& words) {
    if (!words.empty()) text += fmt::format("      {}='{}'\n", name, fmt::join(words, " "));
  };
  set("subcommands", taken.subcommands);
  set("options", taken.options);
  set("valued", taken.valued);
  set("many", taken.many);
  set("first", taken.first);
  set("settings", taken.settings);
  return text + fmt::format("      num_before={} ;;\n", taken.num_before);
}

std::string value_cases(const Taken& taken) {
  std::string text;
  for (const auto& [option, words] : taken.values) {
    text += fmt::format("    '{} {}') words='{}' ;;\n", taken.path, option, fmt::join(words, " "));
  }
  return text;
}

constexpr const char* kScript = R"script(# Completion of flanmoe in bash: source <(flanmoe completion bash)

# What command $1 takes.
_flanmoe_command() {
  subcommands='' options='' valued='' many='' first='' settings='' num_before=0
  case $1 in
@commands@  esac
}

# What may stand behind option $2 of command $1.
_flanmoe_value() {
  case "$1 $2" in
@values@  esac
}

_flanmoe() {
  local subcommands options valued many first settings num_before
  local current=${COMP_WORDS[COMP_CWORD]} command='' option='' words='' head='' word i
  local -i num_arguments=0
  COMPREPLY=()
  _flanmoe_command ''
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if [[ $word == '=' ]]; then  # bash makes three words of key=value
      option=${option:-=}
    elif [[ $word == -* ]]; then
      option=''
      if [[ " $valued " == *" $word "* ]]; then option=$word; fi
    elif [[ $option ]]; then
      if [[ " $many " != *" $option "* ]]; then option=''; fi
    elif [[ " $subcommands " == *" $word "* ]]; then
      command="${command:+$command }$word"
      _flanmoe_command "$command"
    else
      num_arguments+=1
    fi
  done
  if [[ $current == '=' ]]; then option=${option:-=} current=''; fi
  if [[ $current == -* ]]; then
    words=$options
  elif [[ $option ]]; then
    _flanmoe_value "$command" "$option"
    if [[ $current == *,* ]]; then head=${current%,*},; fi
  elif [[ $subcommands ]]; then
    words=$subcommands
  else
    if ((num_arguments == 0)); then words=$first; fi
    if ((num_arguments >= num_before)); then words+=" $settings"; fi
  fi
  COMPREPLY=($(compgen -P "$head" -W "$words" -- "${current#"$head"}"))
  if [[ ${#COMPREPLY[@]} == 1 && $COMPREPLY == *[=.] ]]; then compopt -o nospace 2>/dev/null; fi
}

# Without an answer of ours bash offers files.
complete -o default -F _flanmoe flanmoe
)script";

std::string script_for(const CLI::App& app) {
  std::vector<Taken> all;
  collect(app, "", all);
  std::string commands, values, script = kScript;
  for (const Taken& taken : all) {
    commands += command_case(taken);
    values += value_cases(taken);
  }
  const auto fill = [&script](std::string_view mark, const std::string& text) {
    script.replace(script.find(mark), mark.size(), text);
  };
  fill("@commands@", commands);
  fill("@values@", values);
  return script;
}

}  // namespace

std::function<int()> setup_completion(CLI::App& parser) {
  parser.add_option("shell", "the shell that shall complete")
      ->required()
      ->type_name("SHELL")
      ->check(CLI::IsMember({"bash"}));
  return [&parser] {
    std::cout << script_for(*parser.get_parent());
    return kExitDone;
  };
}

}  // namespace flanmoe
