#include "base/error.h"
#include "cli/data_commands.h"

namespace flanmoe {
namespace {

struct Subcommand {
  const char* name;
  const char* help;
  CommandSetup setup;
};
constexpr Subcommand kSubcommands[] = {
    {"make", "write the built-in world into a new folder", setup_data_make},
    {"list", "list tasks: groups, clusters, licences, rows per split, whether they may be trained on", setup_data_list},
    {"show", "print examples as a model sees them: of a task, a mixture, the corpus", setup_data_show},
    {"stats", "what a mixture gives: shares, styles, tokens, what is cut, per task", setup_data_stats},
    {"check", "is evaluation text in the training text? Exit status 3 if it is", setup_data_check},
    {"build", "write a mixture's examples as token ids, for mixture.cache", setup_data_build},
};

}  // namespace

std::function<int()> setup_data(CLI::App& parser) {
  parser.require_subcommand(1);
  std::vector<std::pair<CLI::App*, std::function<int()>>> runs;
  for (const Subcommand& subcommand : kSubcommands) {
    CLI::App* part = parser.add_subcommand(subcommand.name, subcommand.help);
    runs.emplace_back(part, subcommand.setup(*part));
  }
  return [runs] {
    for (const auto& [part, run] : runs) {
      if (part->parsed()) return run();
    }
    return kExitBadInput;
  };
}

}  // namespace flanmoe
