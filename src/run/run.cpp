#include "run/run.h"

#include <iterator>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "base/file_lock.h"
#include "base/files.h"
#include "run/beginning.h"
#include "run/config_copy.h"
#include "run/initial_model.h"
#include "run/inputs.h"
#include "run/source.h"
#include "run/tokenizer.h"
#include "run/validation.h"
#include "train/freeze.h"

namespace flanmoe {
namespace {

// The run without the places of what it reads.
RunOptions without_places(RunOptions run) {
  run.data.clear();
  for (auto* paths : {&run.corpus.files, &run.mixture.tasks, &run.validation.files, &run.validation.tasks}) {
    for (std::string& path : *paths) path = fs::path(path).filename().string();
  }
  return run;
}

// config.yaml holds the run as it is done, so that it goes on from any folder. Where inputs.json compares the content
// of what is read, its place is no difference, and the file has the new one then.
void keep_run(const RunOptions& options, const Beginning& beginning, const Tokenizer& tokenizer,
              const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / "config.yaml";
  const bool places_count = !fs::exists(file) || !compares_inputs(folder);
  const auto text_of = [&](const RunOptions& run) {
    const RunOptions resolved = resolved_options(run, beginning, tokenizer);
    return dump_options(places_count ? resolved : without_places(resolved));
  };
  RunOptions kept;
  keep_config(text_of(options), folder, "run", [&](const std::filesystem::path& there) {
    load_run_options(load_config(there), kept);
    return text_of(kept);
  });
  keep_inputs(inputs_of(options, tokenizer), folder);
  const std::string text = dump_options(resolved_options(options, beginning, tokenizer));
  if (!places_count && dump_options(resolved_options(kept, beginning, tokenizer)) != text) write_atomically(file, text);
}

// Beside a config.json the folder would stand for a model or an evaluation, not for this run.
void check_folder(const std::filesystem::path& folder) {
  if (fs::exists(folder / "config.yaml") || !fs::exists(folder / "config.json")) return;
  fail_input("{}: holds a model or an evaluation (config.json); expected a new folder, or that of a training run",
             folder.string());
}

// A folder that was made for a run which was refused before it wrote anything goes again. For the folder's owner:
// another process that finds it taken has nothing to take away.
class NewFolder {
 public:
  NewFolder(std::filesystem::path folder, bool is_new) : folder_(std::move(folder)), is_new_(is_new) {}
  ~NewFolder() {
    std::error_code ignored;
    if (!is_new_ || !fs::exists(folder_ / kLockFile, ignored)) return;
    if (std::distance(fs::directory_iterator(folder_, ignored), {}) == 1) fs::remove_all(folder_, ignored);
  }
  NewFolder(const NewFolder&) = delete;
  NewFolder& operator=(const NewFolder&) = delete;

 private:
  std::filesystem::path folder_;
  bool is_new_;
};

}  // namespace

// Checkpoints are read by their owner alone: another process might be pruning them. A new run writes down what it
// begins with when all of it has been looked at; one that goes on compares first, before a token cache is built for
// other rows.
TrainResult run_training(const RunOptions& asked, const std::filesystem::path& folder, const std::string& label) {
  const RunOptions options = with_absolute_paths(asked);
  check_folder(folder);
  const bool is_new = !fs::exists(folder);
  const FileLock lock = FileLock::owner_of(folder);
  const NewFolder new_folder(folder, is_new);
  const Beginning beginning = beginning_of(options, folder);
  const Tokenizer tokenizer = open_tokenizer(options, beginning);
  const bool goes_on = fs::exists(folder / "config.yaml");
  if (goes_on) keep_run(options, beginning, tokenizer, folder);
  const auto source = make_source(options, tokenizer);
  const TrainHooks hooks = validation_hooks(options, tokenizer, folder);
  check_best(options.train, hooks.metrics);
  T5Model model = initial_model(options, tokenizer, beginning);
  frozen_weights(options.train.freeze, model.options());  // refused before anything is written
  if (!goes_on) keep_run(options, beginning, tokenizer, folder);
  remove_leftovers(folder);
  const TrainRun run{folder, label, files_of(tokenizer), static_cast<uint64_t>(options.seed)};
  return train(model, *source, options.train, run, hooks);
}

}  // namespace flanmoe
