// The commands of the binary: one visible table, one small file per command (parse, wire, run).
// Defined in cli/*.cpp.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/config.h"

namespace flanmoe {

// Adds a command's options to its parser and returns what runs after parsing; its value is the exit status.
using CommandSetup = std::function<int()> (*)(CLI::App& parser);

struct Command {
  const char* name;
  const char* help;
  const char* examples;
  CommandSetup setup;
  bool takes_texts = false;  // its words behind "--" are texts, whatever they look like
};
const std::vector<Command>& commands();

std::function<int()> setup_study(CLI::App& parser);
std::function<int()> setup_report(CLI::App& parser);
std::function<int()> setup_train(CLI::App& parser);
std::function<int()> setup_eval(CLI::App& parser);
std::function<int()> setup_generate(CLI::App& parser);
std::function<int()> setup_data(CLI::App& parser);
std::function<int()> setup_score(CLI::App& parser);
std::function<int()> setup_tokenizer(CLI::App& parser);
std::function<int()> setup_inspect(CLI::App& parser);
std::function<int()> setup_init(CLI::App& parser);
std::function<int()> setup_convert(CLI::App& parser);
std::function<int()> setup_upcycle(CLI::App& parser);
std::function<int()> setup_average(CLI::App& parser);
std::function<int()> setup_twin(CLI::App& parser);
std::function<int()> setup_analyze(CLI::App& parser);
std::function<int()> setup_settings(CLI::App& parser);
std::function<int()> setup_completion(CLI::App& parser);

// Runs the binary: parses, runs, turns an exception into a message and an exit status (cli/failure.h).
int run_command_line(int argc, char** argv);

// Of an option: a whole number in plain digits, `least` or more.
CLI::Validator whole_number_from(int64_t least);

// --device, for commands that compute with a model.
void add_device_option(CLI::App& parser);

// For help texts: "mini, smoke, or a YAML file".
std::string preset_help(const std::string& kind);

// For help texts: one line per field of an options struct.
template <class Options>
std::string setting_help(const Options& options) {
  std::string lines = describe_options<Options>(options);
  while (!lines.empty() && lines.back() == '\n') lines.pop_back();
  return lines;
}
template <class Options>
std::string setting_help() {
  return setting_help<Options>(Options{});
}

// The command line as typed.
const std::string& typed_command();
// Its words behind "--", of a command that takes texts.
const std::vector<std::string>& words_behind_dashes();

}  // namespace flanmoe
