#include "cli/command.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <iostream>

#include "base/allocator.h"
#include "base/error.h"
#include "base/files.h"
#include "base/log.h"
#include "base/nearest_name.h"
#include "base/presets.h"
#include "cli/failure.h"
#include "cli/help_format.h"
#include "cli/version.h"
#include "model/manifest.h"
#include "tensor/device.h"

namespace flanmoe {
namespace {

std::string& command_text() {
  static std::string text;
  return text;
}

std::vector<std::string>& free_words() {
  static std::vector<std::string> words;
  return words;
}

// As it has to be typed: in quotes where a shell would read more than the word.
std::string typed_word(const std::string& word) {
  const auto is_plain = [](unsigned char c) {
    return std::isalnum(c) != 0 || c >= 128 || std::strchr("_-./=:,+@%", c);
  };
  if (!word.empty() && std::all_of(word.begin(), word.end(), is_plain)) return word;
  std::string quoted;
  for (const char c : word) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return "'" + quoted + "'";
}

void remember_command(int argc, char** argv) {
  command_text() = "flanmoe";
  for (int i = 1; i < argc; ++i) command_text() += " " + typed_word(argv[i]);
}

// The wrong word among the commands, with the nearest one.
[[noreturn]] void fail_command(const std::string& word) {
  std::vector<std::string> names;
  for (const Command& command : commands()) names.push_back(command.name);
  fail_input("unknown command '{}'; {}expected one of {}", word, did_you_mean(word, names), fmt::join(names, ", "));
}

bool is_command(const std::string& word) {
  for (const Command& command : commands()) {
    if (word == command.name) return true;
  }
  return false;
}

void add_common_options(CLI::App& parser) {
  parser.add_flag_callback("--no-check", skip_manifest_checks,
                           "take model folders as they are, without a look at their manifest.json");
  parser.add_flag_callback(
      "-q,--quiet", [] { set_log_level(LogLevel::kWarn); }, "only warnings and errors on stderr");
  parser.add_flag_callback(
      "-v,--verbose", [] { set_log_level(LogLevel::kDebug); }, "more on stderr");
}

// Takes the words behind "--" away where they are texts; how many words are left to be parsed.
int without_free_words(int argc, char** argv) {
  const auto command = std::find_if(commands().begin(), commands().end(), [&](const Command& candidate) {
    return argc > 1 && std::string_view(argv[1]) == candidate.name;
  });
  if (command == commands().end() || !command->takes_texts) return argc;
  const auto dashes = std::find_if(argv, argv + argc, [](const char* word) { return std::string_view(word) == "--"; });
  for (auto word = dashes; word != argv + argc; ++word) {
    if (word != dashes) free_words().emplace_back(*word);
  }
  return static_cast<int>(dashes - argv);
}

int parse_and_run(int argc, char** argv) {
  if (argc > 1 && argv[1][0] != '-' && !is_command(argv[1])) fail_command(argv[1]);
  CLI::App app(
      "flanmoe: sparse Mixture-of-Experts T5, from pre-training to the report.\n"
      "Start with: flanmoe study mini --out runs/mini",
      "flanmoe");
  app.formatter(std::make_shared<HelpFormat>());
  app.set_version_flag("--version", version_text());
  app.require_subcommand(1);
  app.footer("flanmoe COMMAND --help says more, with examples.");
  std::vector<std::function<int()>> runs(commands().size());
  for (size_t i = 0; i < commands().size(); ++i) {
    const Command& command = commands()[i];
    CLI::App* parser = app.add_subcommand(command.name, command.help);
    parser->footer(std::string("Examples:\n") + command.examples);
    add_common_options(*parser);
    runs[i] = command.setup(*parser);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    fail_input("{}; see flanmoe {}--help", error.what(),
               argc > 1 && is_command(argv[1]) ? argv[1] + std::string(" ") : "");
  }
  for (size_t i = 0; i < commands().size(); ++i) {
    if (app.got_subcommand(commands()[i].name)) return runs[i]();
  }
  return kExitBadInput;
}

// What a command printed must have arrived: a full disk is a failure, too.
int checked_output(int status) {
  if (!std::cout.flush()) fail_run("cannot write to standard output: {}", std::strerror(errno));
  return status;
}

}  // namespace

const std::string& typed_command() { return command_text(); }

const std::vector<std::string>& words_behind_dashes() { return free_words(); }

std::string preset_help(const std::string& kind) {
  try {
    return fmt::format("{}, or a YAML file", fmt::join(preset_names(kind), ", "));
  } catch (const UserError&) {  // help is given without the configs, too
    return "a YAML file";
  }
}

CLI::Validator whole_number_from(int64_t least) {
  const auto fault_of = [least](const std::string& text) {
    int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool is_whole = error == std::errc() && end == text.data() + text.size();
    return is_whole && number >= least ? std::string()
                                       : fmt::format("it is '{}', expected a whole number of {} or more", text, least);
  };
  return CLI::Validator(fault_of, fmt::format("{} or more", least));
}

void add_device_option(CLI::App& parser) {
  parser
      .add_option_function<std::string>(
          "--device", [](const std::string& name) { choose_device(value_named<DeviceName>(name).value()); },
          "where to compute (default cpu)")
      ->check(CLI::IsMember(all_names<DeviceName>()))
      ->type_name("DEVICE");
}

int run_command_line(int argc, char** argv) {
  keep_freed_memory();
  remember_command(argc, argv);
  report_terminations();
  try {
    return checked_output(parse_and_run(without_free_words(argc, argv), argv));
  } catch (...) {
    return report_failure();
  }
}

}  // namespace flanmoe
