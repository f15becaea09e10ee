#include <optional>

#include "base/error.h"
#include "base/files.h"
#include "base/log.h"
#include "base/progress.h"
#include "cli/command.h"
#include "cli/model_choice.h"
#include "cli/output.h"
#include "data/tokenizer/tokenizer_folder.h"
#include "model/counts.h"
#include "model/folder.h"
#include "model/manifest.h"
#include "train/model_folder.h"

namespace flanmoe {
namespace {

struct InitArguments {
  std::string preset, out, tokenizer, dtype = "float32", max_shard = "0";
  std::vector<std::string> overrides;
  int64_t seed = 1;
  std::optional<int64_t> num_sentinels;
};

// Fresh weights one after the other, with a progress bar by parameters.
WeightSource counted(const WeightSource& source, Progress& progress, int64_t& done) {
  return [&](const WeightSpec& spec) {
    const at::Tensor value = source(spec);
    done += value.numel();
    progress.update(done, spec.name);
    return value;
  };
}

int run(const InitArguments& arguments) {
  ModelOptions options = options_of_model(arguments.preset, arguments.overrides);
  expect_new_folder(arguments.out);
  const SaveOptions save{parse_dtype(arguments.dtype), parse_bytes(arguments.max_shard)};
  std::optional<Tokenizer> tokenizer;
  if (!arguments.tokenizer.empty()) {
    tokenizer = open_tokenizer_at(model_folder(arguments.tokenizer), arguments.num_sentinels);
    if (options.vocab_size == 0) options.vocab_size = tokenizer->vocab_size();
    check_tokenizer_fits(*tokenizer, options.vocab_size, arguments.tokenizer);
  }
  options.check();
  const ModelCounts counts = count_model(options);
  Progress progress("init", counts.total_parameters, "parameter");
  int64_t done = 0;
  create_output_folder(arguments.out, [&](const fs::path& folder) {
    const WeightSource fresh = fresh_weights(static_cast<uint64_t>(arguments.seed));
    write_model(options, counted(fresh, progress, done), folder, save);
    if (tokenizer) write_tokenizer_files(files_of(*tokenizer), folder);
    write_manifest(folder);
  });
  progress.finish(arguments.out);
  log_info("{}: {} parameters, {} active per token", arguments.out, grouped_digits(counts.total_parameters),
           grouped_digits(counts.active_parameters));
  return kExitDone;
}

}  // namespace

std::function<int()> setup_init(CLI::App& parser) {
  auto arguments = std::make_shared<InitArguments>();
  parser.add_option("preset", arguments->preset, preset_help("model") + ", or a config.json")
      ->required()
      ->type_name("PRESET");
  parser
      .add_option("overrides", arguments->overrides,
                  "settings over the preset, such as model.moe.num_experts=16 (or moe.num_experts=16)")
      ->type_name("KEY=VALUE");
  parser.add_option("--out", arguments->out, "the new model folder")->required()->type_name("FOLDER");
  parser
      .add_option("--tokenizer", arguments->tokenizer,
                  "vocabulary to put beside the weights: a SentencePiece model, or that of a model folder")
      ->type_name("FILE|FOLDER");
  parser
      .add_option("--sentinels", arguments->num_sentinels,
                  "sentinel ids above the tokenizer's pieces (default: as the folder says, 100 for a file)")
      ->check(whole_number_from(0));
  parser.add_option("--dtype", arguments->dtype, "float32 (default), bfloat16 or float16");
  parser.add_option("--max-shard", arguments->max_shard, "size of a weights file, such as 5GB (default: one file)");
  parser.add_option("--seed", arguments->seed, "of the weights (default 1)");
  return [arguments] { return run(*arguments); };
}

}  // namespace flanmoe
