#include <algorithm>
#include <iostream>

#include "base/error.h"
#include "base/files.h"
#include "cli/command.h"
#include "cli/output.h"
#include "model/average.h"
#include "train/checkpoint.h"
#include "train/model_folder.h"

namespace flanmoe {
namespace {

struct AverageArguments {
  std::vector<std::string> folders;
  std::string out;
  int64_t last = 0;
};

std::vector<fs::path> folders_of(const AverageArguments& arguments) {
  std::vector<fs::path> folders;
  if (arguments.last > 0) {
    if (arguments.folders.size() != 1)
      fail_input("--last takes the checkpoints of one training run; {} folders are given", arguments.folders.size());
    if (!fs::is_directory(fs::path(arguments.folders[0]) / "checkpoints"))
      fail_input("{}: no training run (it has no checkpoints/), whose last ones --last takes", arguments.folders[0]);
    return newest_checkpoints(arguments.folders[0], arguments.last);
  }
  for (const std::string& name : arguments.folders) {
    const fs::path folder = model_folder(name);
    if (std::find(folders.begin(), folders.end(), folder) != folders.end())
      fail_input("{}: is given twice; expected each model once", folder.string());
    folders.push_back(folder);
  }
  if (folders.size() < 2)
    fail_input("one folder is given; expected two models or more, or a training run and --last N");
  return folders;
}

int run(const AverageArguments& arguments) {
  expect_new_folder(arguments.out);
  const std::vector<fs::path> folders = folders_of(arguments);
  if (const fs::path parent = fs::path(arguments.out).parent_path(); !parent.empty()) make_folders(parent);
  average_models(folders, arguments.out);
  std::cout << fmt::format("{}: the mean of {} models, without optimiser state\n", arguments.out, folders.size());
  for (const fs::path& folder : folders) std::cout << fmt::format("  {}\n", folder.string());
  return kExitDone;
}

}  // namespace

std::function<int()> setup_average(CLI::App& parser) {
  auto arguments = std::make_shared<AverageArguments>();
  parser
      .add_option("models", arguments->folders,
                  "model folders of one configuration, such as checkpoints; or, with --last, one training run")
      ->required()
      ->type_name("FOLDER");
  parser
      .add_option("--out", arguments->out,
                  "the new model folder. It is no run and has no optimiser state: a training begins with it by init=")
      ->required()
      ->type_name("FOLDER");
  parser
      .add_option(
          "--last", arguments->last,
          "take the so many newest checkpoints of the run (train.checkpoint_every and train.keep_checkpoints say "
          "which there are)")
      ->check(whole_number_from(2))
      ->type_name("N");
  return [arguments] { return run(*arguments); };
}

}  // namespace flanmoe
