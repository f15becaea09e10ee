#include <iostream>

#include "base/error.h"
#include "base/files.h"
#include "cli/command.h"
#include "data/source.h"
#include "data/world.h"

namespace flanmoe {
namespace {

struct DataArguments {
  std::string out, folder;
  std::vector<std::string> overrides, tasks = {"tasks"};
  int64_t count = 10, seed = 1;
};

MixtureOptions mixture_of(const DataArguments& arguments) {
  MixtureOptions options;
  for (const std::string& path : arguments.tasks) {
    options.tasks.push_back(fs::path(path).is_absolute() ? path : (fs::path(arguments.folder) / path).string());
  }
  return options;
}

int make(const DataArguments& arguments) {
  WorldOptions options;
  load_options(with_overrides(ConfigNode(), arguments.overrides), options);
  if (fs::exists(arguments.out)) fail_input("--out {}: exists already; expected a new folder", arguments.out);
  make_world(options, arguments.out);
  return kExitDone;
}

int list(const DataArguments& arguments) {
  const auto entries = mixture_table(mixture_of(arguments), arguments.folder);
  std::cout << fmt::format("{:<44} {:<8} {:<22} {:>7} {:>7}\n", "task", "group", "cluster", "rows", "share");
  for (const MixtureEntry& entry : entries) {
    std::cout << fmt::format("{:<44} {:<8} {:<22} {:>7} {:>6.2f}%\n", entry.task.name, entry.task.group,
                             entry.task.cluster, entry.num_rows, 100.0 * entry.rate);
  }
  return kExitDone;
}

int show(const DataArguments& arguments) {
  for (const MixtureExample& example : sample_mixture(mixture_of(arguments), arguments.folder,
                                                      static_cast<uint64_t>(arguments.seed), arguments.count)) {
    std::cout << fmt::format("[{}, {}]\n{}\n=> {}\n\n", example.task, example.form, example.text.input,
                             example.text.target);
  }
  return kExitDone;
}

}  // namespace

std::function<int()> setup_data(CLI::App& parser) {
  auto arguments = std::make_shared<DataArguments>();
  parser.require_subcommand(1);
  CLI::App* maker = parser.add_subcommand("make", "write the built-in world into a new folder");
  maker->add_option("--out", arguments->out, "the new folder")->required()->type_name("FOLDER");
  maker->add_option("overrides", arguments->overrides, "settings:\n" + setting_help<WorldOptions>())
      ->type_name("KEY=VALUE");
  CLI::App* lister = parser.add_subcommand("tasks", "list the tasks of a data folder with rows and mixing shares");
  CLI::App* shower = parser.add_subcommand("show", "print examples as instruction tuning sees them");
  for (CLI::App* reader : {lister, shower}) {
    reader->add_option("folder", arguments->folder, "data folder, such as a study's world")
        ->required()
        ->type_name("FOLDER");
    reader->add_option("--tasks", arguments->tasks, "task files or folders in it (default: tasks)");
  }
  shower->add_option("--count", arguments->count, "how many (default 10)")->check(CLI::PositiveNumber);
  shower->add_option("--seed", arguments->seed, "of the drawing (default 1)");
  return [arguments, maker, lister] {
    return maker->parsed() ? make(*arguments) : lister->parsed() ? list(*arguments) : show(*arguments);
  };
}

}  // namespace flanmoe
