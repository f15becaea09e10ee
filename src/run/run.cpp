#include "run/run.h"

#include "base/file_lock.h"
#include "base/files.h"
#include "run/config_copy.h"
#include "run/initial_model.h"
#include "run/source.h"
#include "run/tokenizer.h"
#include "run/validation.h"

namespace flanmoe {

TrainResult run_training(const RunOptions& options, const std::filesystem::path& folder, const std::string& label) {
  const Tokenizer tokenizer = open_tokenizer(options);
  const auto source = make_source(options, tokenizer);
  T5Model model = initial_model(options, tokenizer, folder);
  const FileLock lock = FileLock::owner_of(folder);
  keep_config(dump_options(options), folder, "run");
  remove_leftovers(folder);
  const TrainRun run{
      folder, label, {tokenizer.model_file(), tokenizer.num_sentinels()}, static_cast<uint64_t>(options.seed)};
  return train(model, *source, options.train, run, validation_hooks(options, tokenizer, folder));
}

}  // namespace flanmoe
