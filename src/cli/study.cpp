#include <fmt/ranges.h>

#include <algorithm>
#include <iostream>

#include "base/config_paths.h"
#include "base/error.h"
#include "base/files.h"
#include "base/log.h"
#include "base/nearest_name.h"
#include "cli/command.h"
#include "cli/version.h"
#include "study/cell_list.h"
#include "study/study.h"
#include "study/study_file.h"

namespace flanmoe {
namespace {

struct StudyArguments {
  std::string preset, out, data, cell;
  std::vector<std::string> overrides, reuse;
  bool print_config = false, cost = false, list = false, json = false;
};

// An arm that the command line alone names is a mistyped one.
void expect_arms_of(const ConfigNode& preset, const StudyOptions& options) {
  std::vector<std::string> names;
  if (preset.has("arms") && preset.at("arms").is_map()) {
    for (const auto& [name, arm] : preset.at("arms").items()) names.push_back(name);
  }
  if (!options.arms.is_map()) fail_input("{}: 'arms' is no section, expected the arms by name", options.arms.place());
  for (const auto& [name, arm] : options.arms.items()) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    fail_input("{}: '{}' is no arm of this study; {}expected one of {}", arm.place(), name, did_you_mean(name, names),
               fmt::join(names, ", "));
  }
}

StudyOptions resolved_options(const StudyArguments& arguments) {
  const ConfigNode config = load_config(study_file(arguments.preset));
  StudyOptions options;
  load_study_options(with_overrides(config, arguments.overrides), options);
  if (!arguments.overrides.empty()) expect_arms_of(config, options);
  if (!arguments.data.empty()) options.data = absolute_path(arguments.data);
  if (options.kind == DataKind::kReal && options.data.empty()) {
    fail_input("study '{}' reads real data: say where it is with --data FOLDER", arguments.preset);
  }
  if (options.kind == DataKind::kReal && !fs::is_directory(options.data))
    fail_input("--data {}: no such folder", options.data);
  return options;
}

int run(const StudyArguments& arguments) {
  StudyCall call{arguments.out, typed_command(), kCommit};
  for (const std::string& other : arguments.reuse) call.reuse.push_back(absolute_path(other));
  if (!arguments.cell.empty() || arguments.cost) {  // a child of a running study
    if (arguments.out.empty()) fail_input("--cell and --cost need --out FOLDER, the folder of the study");
    arguments.cost ? run_study_cost(arguments.out) : run_study_cell(call, arguments.cell);
    return kExitDone;
  }
  if (arguments.preset.empty()) fail_input("which study? expected a preset or a file; see flanmoe study --help");
  const StudyOptions options = resolved_options(arguments);
  if (arguments.print_config) {
    std::cout << dump_options(options);
    return kExitDone;
  }
  if (arguments.out.empty()) call.folder = "runs/" + fs::path(arguments.preset).stem().string();
  if (arguments.list) {
    if (!call.reuse.empty()) fail_input("--list does not look into other studies; leave out --reuse");
    const Json list = list_study(options, call.folder);
    std::cout << (arguments.json ? list.dump() + "\n" : cell_list_text(list));
    return kExitDone;
  }
  const fs::path report = run_study(options, call);
  log_info("report: {}", report.string());
  return kExitDone;
}

}  // namespace

std::function<int()> setup_study(CLI::App& parser) {
  auto arguments = std::make_shared<StudyArguments>();
  parser
      .add_option("preset", arguments->preset,
                  preset_help("study") + "; a grid, one question over an axis: " + preset_help("grids"))
      ->type_name("PRESET");
  parser
      .add_option("overrides", arguments->overrides,
                  "settings over the preset, which has values of its own for many (--print-config shows them):\n" +
                      setting_help<StudyOptions>() + "\nof each arm, as in arms.switch.label=Switch:\n" +
                      setting_help<ArmOptions>())
      ->type_name("KEY=VALUE");
  parser.add_option("--out", arguments->out, "folder of the study; run again, it goes on there (default runs/PRESET)")
      ->type_name("FOLDER");
  parser
      .add_option("--reuse", arguments->reuse,
                  "folder of another study: what it has trained in exactly the same way is copied, not trained again; "
                  "may be given several times")
      ->type_name("FOLDER")
      ->allow_extra_args(false);
  parser.add_option("--data", arguments->data, "folder of real data (presets of kind real)")->type_name("FOLDER");
  parser.add_flag("--print-config", arguments->print_config, "print the resolved configuration and leave");
  parser.add_flag("--list", arguments->list,
                  "print the cells of the study, which are done, and the time the others may take, and leave");
  parser.add_flag("--json", arguments->json, "the list as JSON");
  parser.add_option("--cell", arguments->cell, "run one cell of the study in --out, as the study itself does")
      ->group("Inside a study");
  parser.add_flag("--cost", arguments->cost, "time the arms of the study in --out, as the study itself does")
      ->group("Inside a study");
  add_device_option(parser);
  return [arguments] { return run(*arguments); };
}

}  // namespace flanmoe
