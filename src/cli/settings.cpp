// flanmoe settings: every key=value of a command with type, default and meaning; all of them as a page.
#include "cli/settings.h"

#include <algorithm>
#include <iostream>
#include <sstream>

#include "base/error.h"
#include "base/nearest_name.h"
#include "cli/command.h"
#include "cli/help_format.h"
#include "cli/text_table.h"
#include "data/mixture/mixture_options.h"
#include "data/world/world.h"
#include "decode/options.h"
#include "eval/options.h"
#include "run/options.h"
#include "study/options.h"

namespace flanmoe {
namespace {

// Without a suite tasks are asked as they say themselves.
std::string eval_help() { return setting_help(as_tasks_say()); }

// Cuts a word off in front of two blanks, which part the columns of a help line.
std::string next_column(std::string& line) {
  const size_t end = line.find("  ");
  const std::string column = line.substr(0, end);
  line = end == std::string::npos ? "" : line.substr(line.find_first_not_of(' ', end));
  return column;
}

std::vector<std::string> settable_commands() {
  std::vector<std::string> names;
  for (const CommandSettings& settings : command_settings()) {
    if (names.empty() || names.back() != settings.command) names.emplace_back(settings.command);
  }
  return names;
}

// One of a table's cells, in which | would end it.
std::string cell(const std::string& text) {
  std::string result;
  for (const char c : text) result += c == '|' ? "\\|" : std::string(1, c);
  return result;
}

void print_markdown(const CommandSettings& settings) {
  std::string part = "-";
  for (const Setting& setting : settings_of(settings)) {
    const size_t dot = setting.key.find('.');
    const std::string own = dot == std::string::npos ? "" : setting.key.substr(0, dot);
    if (own != part) {
      std::cout << (own.empty() ? "" : fmt::format("\n**`{}`**\n", own))
                << "\n| key | type | default | meaning |\n|---|---|---|---|\n";
    }
    part = own;
    std::cout << fmt::format("| `{}` | {} | `{}` | {} |\n", setting.key,
                             setting.type == "true|false" ? "true, false" : setting.type, cell(setting.initial),
                             cell(setting.help));
  }
}

// Commands whose settings are those of another one stand there.
constexpr const char* kPageHead =
    R"page(# Settings

Every `KEY=VALUE` of a command, made by `flanmoe settings --markdown > docs/settings.md` from the field lists of the sources; a test compares it with them.
`flanmoe settings train` shows those of a command on a terminal, and so does its `--help`.

A value is YAML: `8`, `0.1`, `true`, `name`, `[a, b]`, `{key: value}`; texts with braces or colons stand in quotes, as in `'corpus.files=["{data}/a.jsonl"]'`. In a
file the keys are nested (`train: {optimizer: {learning_rate: 0.001}}`). Defaults are those of the program; the presets of `configs/` set others: `--print-config` of
`train` and `study` shows them, those of `eval` stand in `configs/suites/`. What a value must be stands in brackets behind its meaning.

Relative paths lead from the file that names them, on the command line from the current folder; `{data}` is the data folder, `{home}` the folder of `configs/` and `tasks/`. A
run's `config.yaml` holds absolute ones.
)page";

void print_page() {
  std::cout << kPageHead;
  const std::vector<std::pair<std::string, std::string>> chapters = {
      {"train",
       "One training run. `data build` takes the keys of `mixture`; `init`, `inspect`, `twin` and `upcycle` those "
       "of `model`, `convert` those of `model.moe`, with or without `model.` in front of `moe`."},
      {"study",
       "A grid of training runs. `pretrain`, `instruct` and `finetune` are the `train` of these runs. Keys of "
       "`arms.NAME` are those of each arm, and what such a section does not say is as the study's section says."},
      {"eval",
       "Of each suite, above what its file says; defaults are those without a suite. `analyze` takes the same."},
      {"generate", "Above what the model's `generation_config.json` says."},
      {"data make", "The built-in world."}};
  for (const auto& [name, text] : chapters) {
    std::cout << fmt::format("\n## flanmoe {}\n\n{}\n", name, text);
    for (const CommandSettings& settings : command_settings()) {
      if (name == settings.command) print_markdown(settings);
    }
  }
}

int print_settings(const std::string& command) {
  const std::vector<std::string> names = settable_commands();
  if (std::find(names.begin(), names.end(), command) == names.end()) {
    fail_input("no settings of a command '{}'; {}expected one of {}", command, did_you_mean(command, names),
               fmt::join(names, ", "));
  }
  std::string text;
  for (const CommandSettings& settings : command_settings()) {
    if (command != settings.command) continue;
    std::istringstream lines(settings.describe());
    for (std::string line; std::getline(lines, line);) text += settings.prefix + line + "\n";
  }
  std::cout << fitted_help(text, output_width());
  return kExitDone;
}

}  // namespace

const std::vector<CommandSettings>& command_settings() {
  static const std::vector<CommandSettings> kSettings = {
      {"study", "", setting_help<StudyOptions>},
      {"study", "arms.NAME.", setting_help<ArmOptions>},
      {"train", "", setting_help<RunOptions>},
      {"eval", "", eval_help},
      {"analyze", "", eval_help},
      {"generate", "", setting_help<GenerateOptions>},
      {"data make", "", setting_help<WorldOptions>},
      {"data build", "", setting_help<MixtureOptions>},
      {"init", "model.", setting_help<ModelOptions>},
      {"inspect", "model.", setting_help<ModelOptions>},
      {"twin", "model.", setting_help<ModelOptions>},
      {"upcycle", "model.", setting_help<ModelOptions>},
      {"convert", "moe.", setting_help<MoeOptions>},
  };
  return kSettings;
}

std::vector<Setting> settings_of(const CommandSettings& settings) {
  std::vector<Setting> all;
  std::istringstream lines(settings.describe());
  for (std::string line; std::getline(lines, line);) {
    Setting setting;
    for (std::string* column : {&setting.key, &setting.type, &setting.initial}) *column = next_column(line);
    setting.key = settings.prefix + setting.key;
    setting.help = line;
    all.push_back(std::move(setting));
  }
  return all;
}

std::function<int()> setup_settings(CLI::App& parser) {
  struct Arguments {
    std::vector<std::string> command;
    bool markdown = false;
  };
  auto arguments = std::make_shared<Arguments>();
  parser.add_option("command", arguments->command, fmt::format("one of {}", fmt::join(settable_commands(), ", ")))
      ->type_name("COMMAND");
  parser.add_flag("--markdown", arguments->markdown, "all of them as a page: docs/settings.md");
  return [arguments] {
    if (arguments->markdown != arguments->command.empty())
      fail_input("expected a command, such as flanmoe settings train, or --markdown");
    if (!arguments->markdown) return print_settings(fmt::format("{}", fmt::join(arguments->command, " ")));
    print_page();
    return kExitDone;
  };
}

}  // namespace flanmoe
