#include "run/same_run.h"

#include "base/error.h"
#include "base/files.h"
#include "data/tokenizer/tokenizer_folder.h"
#include "eval/files/config_json.h"
#include "run/beginning.h"
#include "run/config_copy.h"
#include "run/initial_model.h"
#include "run/inputs.h"
#include "run/tokenizer.h"
#include "train/checkpoint.h"

namespace flanmoe {
namespace {

std::string hash_of_weights(const std::filesystem::path& folder) { return folder.empty() ? "" : model_hash(folder); }

// The settings that are compared as they are written.
std::string compared_settings(RunOptions run) {
  run.data = run.tokenizer = run.init = "";
  if (!run.train.validates()) run.validation = {};
  return dump_options(run);
}

std::string settings_text(const std::vector<ConfigDifference>& differences) {
  const ConfigDifference& first = differences.front();
  const size_t more = differences.size() - 1;
  return fmt::format("'{}' is {} there, {} here{}", first.key, first.before, first.now,
                     more == 0 ? "" : fmt::format(", and {} more settings are others", more));
}

}  // namespace

PlannedRun planned_run(const RunOptions& asked) {
  const RunOptions options = with_absolute_paths(asked);
  const Beginning beginning = beginning_of(options, "");
  const Tokenizer tokenizer = open_tokenizer(options, beginning);
  return {resolved_options(options, beginning, tokenizer), inputs_of(options, tokenizer), tokenizer.fingerprint(),
          hash_of_weights(beginning.folder)};
}

RunOptions kept_run_options(const std::filesystem::path& folder) {
  RunOptions kept;
  load_run_options(load_config(folder / "config.yaml"), kept);
  return kept;
}

RunDifference difference_of(const PlannedRun& here, const RunOptions& kept, const std::filesystem::path& folder) {
  const auto settings = config_differences(compared_settings(kept), compared_settings(here.options));
  if (!settings.empty()) return {settings.size(), settings_text(settings)};
  const std::filesystem::path file = folder / "inputs.json", checkpoint = newest_checkpoint(folder);
  if (const std::string name = other_input(read_json(file), here.inputs, file.string()); !name.empty())
    return {0, fmt::format("{} has another content there", name)};
  if (checkpoint.empty()) return {0, "it has no checkpoint"};
  if (open_model_tokenizer(checkpoint).fingerprint() != here.vocabulary)
    return {0, "its vocabulary makes other tokens"};
  if (!kept.init.empty() && !fs::is_directory(kept.init))
    return {0, fmt::format("the model that it began with is gone ({})", kept.init)};
  if (hash_of_weights(kept.init) != here.first_weights) return {0, "the model that it began with has other weights"};
  return {};
}

}  // namespace flanmoe
