// flanmoe data make: the built-in world.
#include "base/error.h"
#include "base/files.h"
#include "cli/data_commands.h"
#include "cli/output.h"
#include "data/world/world.h"

namespace flanmoe {
namespace {

struct MakeArguments {
  std::string out;
  std::vector<std::string> overrides;
};

int run(const MakeArguments& arguments) {
  WorldOptions options;
  load_options(with_overrides(ConfigNode(), arguments.overrides), options);
  expect_new_folder(arguments.out);
  if (const fs::path parent = fs::path(arguments.out).parent_path(); !parent.empty() && !fs::exists(parent)) {
    make_folders(parent);
  }
  make_world(options, arguments.out);
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
