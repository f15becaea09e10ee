#include "run/beginning.h"

#include <system_error>

#include "base/error.h"
#include "data/task_paths.h"
#include "model/folder.h"
#include "run/config_copy.h"
#include "train/checkpoint.h"
#include "train/model_folder.h"

namespace flanmoe {
namespace {

// Where a configuration says something of the model: the line of "moe.k", else of the section.
std::string place_of(const ConfigNode& section, const std::string& key) {
  const size_t dot = key.find('.');
  const std::string name = key.substr(0, dot);
  if (!section.is_map() || !section.has(name)) return section.place();
  return dot == std::string::npos ? section.at(name).place() : place_of(section.at(name), key.substr(dot + 1));
}

}  // namespace

Beginning beginning_of(const RunOptions& options, const std::filesystem::path& run_folder) {
  if (!run_folder.empty()) {
    if (const auto own = newest_checkpoint(run_folder); !own.empty()) return {own, true};
  }
  if (options.init.empty()) return {};
  const std::filesystem::path folder = resolve_path(options.init, options.data);
  std::error_code ignored;
  if (!std::filesystem::exists(folder, ignored)) fail_input("'init' is {}: no such model folder", folder.string());
  return {model_folder(folder), false};
}

ModelOptions model_of_beginning(const RunOptions& options, const Beginning& beginning) {
  return beginning.folder.empty() ? options.model : load_model_options(beginning.folder);
}

void refuse_other_model(const ConfigNode& config, const RunOptions& options, const Beginning& beginning) {
  if (options.init.empty() || !config.has("model")) return;
  const ModelOptions model = model_of_beginning(options, beginning);
  ModelOptions asked = model;
  load_options(config.at("model"), asked);
  if (asked.vocab_size == 0) asked.vocab_size = model.vocab_size;
  for (const ConfigDifference& difference : config_differences(dump_options(model), dump_options(asked))) {
    fail_input(
        "{}: 'model.{}' is {}, but the model of 'init' ({}) has {}; a run that begins with a model takes it as it is: "
        "leave the key out, or 'init'. Dropout is set by train.dropout and train.expert_dropout, router losses by "
        "train.balance_loss and train.z_loss, capacities by `flanmoe convert MODEL --out NEW moe.KEY=VALUE`",
        place_of(config.at("model"), difference.key), difference.key, difference.now, options.init, difference.before);
  }
}

}  // namespace flanmoe
