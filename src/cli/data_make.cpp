// flanmoe data make: the built-in world.
#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "base/log.h"
#include "cli/data_commands.h"
#include "cli/output.h"
#include "data/world/world.h"

namespace flanmoe {
namespace {

struct MakeArguments {
  std::string out;
  std::vector<std::string> overrides;
};

// "w: 30 tasks to tune on, 21 held out, 5 to finetune on, 1,234 documents of pre-training text"
std::string written(const fs::path& folder) {
  const Json counts = read_json(folder / "world.json").at("counts");
  return fmt::format(
      "{0}: {1} tasks to tune on (tasks/), {2} held out (heldout/), {3} sets to finetune on (finetune/), {4} documents "
      "to pre-train on (corpus/), spiece.model; flanmoe data list {0}/tasks shows the tasks",
      folder.string(), counts.at("instruction tasks").get<int64_t>(), counts.at("held-out tasks").get<int64_t>(),
      files_below(folder / "finetune", ".yaml").size(), counts.at("documents").get<int64_t>());
}

int run(const MakeArguments& arguments) {
  WorldOptions options;
  load_options(with_overrides(ConfigNode(), arguments.overrides), options);
  expect_new_folder(arguments.out);
  if (const fs::path parent = fs::path(arguments.out).parent_path(); !parent.empty() && !fs::exists(parent)) {
    make_folders(parent);
  }
  make_world(options, arguments.out);
  log_info("{}", written(arguments.out));
  return kExitDone;
}

}  // namespace

std::function<int()> setup_data_make(CLI::App& parser) {
  auto arguments = std::make_shared<MakeArguments>();
  parser.add_option("--out", arguments->out, "the new folder")->required()->type_name("FOLDER");
  parser.add_option("overrides", arguments->overrides, "settings:\n" + setting_help<WorldOptions>())
      ->type_name("KEY=VALUE");
  return [arguments] { return run(*arguments); };
}

}  // namespace flanmoe
