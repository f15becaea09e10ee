#include "cli/command.h"

#include <cerrno>
#include <cstring>
#include <iostream>

#include "base/allocator.h"
#include "base/error.h"
#include "base/files.h"
#include "base/log.h"
#include "base/nearest_name.h"
#include "base/presets.h"
#include "base/signals.h"
#include "cli/version.h"
#include "tensor/device.h"

namespace flanmoe {
namespace {

std::string& command_text() {
  static std::string text;
  return text;
}

void remember_command(int argc, char** argv) {
  for (int i = 0; i < argc; ++i) command_text() += (i > 0 ? " " : "") + std::string(i == 0 ? "flanmoe" : argv[i]);
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
  parser.add_flag_callback(
      "-q,--quiet", [] { set_log_level(LogLevel::kWarn); }, "only warnings and errors on stderr");
  parser.add_flag_callback(
      "-v,--verbose", [] { set_log_level(LogLevel::kDebug); }, "more on stderr");
}

int parse_and_run(int argc, char** argv) {
  if (argc > 1 && argv[1][0] != '-' && !is_command(argv[1])) fail_command(argv[1]);
  CLI::App app(
      "flanmoe: sparse Mixture-of-Experts T5, from pre-training to the report.\n"
      "Start with: flanmoe study mini --out runs/mini",
      "flanmoe");
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

int report_failure(const std::string& text, int status) {
  log_text(LogLevel::kError, text);
  return status;
}

}  // namespace

const std::string& typed_command() { return command_text(); }

std::string preset_help(const std::string& kind) {
  try {
    return fmt::format("{}, or a YAML file", fmt::join(preset_names(kind), ", "));
  } catch (const UserError&) {  // help is given without the configs, too
    return "a YAML file";
  }
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
  install_signal_handlers();
  try {
    return checked_output(parse_and_run(argc, argv));
  } catch (const UserError& error) {
    return report_failure(error.what(), kExitBadInput);
  } catch (const Interrupted& stop) {
    return report_failure(stop.what(), 128 + stop.signal);
  } catch (const RunError& error) {
    return report_failure(error.what(), kExitFailed);
  } catch (const c10::Error& error) {
    return report_failure(fmt::format("internal error, please report it: {}", error.what_without_backtrace()),
                          kExitFailed);
  } catch (const std::exception& error) {
    return report_failure(fmt::format("internal error, please report it: {}", error.what()), kExitFailed);
  }
}

}  // namespace flanmoe
