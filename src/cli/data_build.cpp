// flanmoe data build: the examples of a mixture as token ids, once for many runs.
#include <iostream>
#include <optional>
#include <thread>

#include "base/error.h"
#include "base/json.h"
#include "base/stopwatch.h"
#include "cli/data_choice.h"
#include "cli/data_commands.h"
#include "cli/output.h"
#include "data/mixture/cached_mixture.h"
#include "data/mixture/mixture_options.h"
#include "data/mixture/token_cache.h"
#include "data/tokenizer/tokenizer_folder.h"
#include "train/model_folder.h"

namespace flanmoe {
namespace {

struct BuildArguments {
  std::string mixture, data = ".", tokenizer, out;
  std::vector<std::string> overrides;
  int64_t num_examples = 0, num_threads = 0, seed = 1;
  std::optional<int64_t> num_sentinels;
  bool json = false;
};

MixtureOptions mixture_of(const BuildArguments& arguments) {
  MixtureOptions options = open_mixture(arguments.mixture);
  load_options(with_overrides(ConfigNode(), arguments.overrides), options);
  return options;
}

int run(const BuildArguments& arguments) {
  expect_new_folder(arguments.out);
  const Tokenizer tokenizer = open_tokenizer_at(model_folder(arguments.tokenizer), arguments.num_sentinels);
  const int64_t num_threads =
      arguments.num_threads > 0 ? arguments.num_threads : std::max(1U, std::thread::hardware_concurrency());
  const Stopwatch watch;
  build_mixture_cache(arguments.out, mixture_of(arguments), arguments.data, tokenizer,
                      static_cast<uint64_t>(arguments.seed), arguments.num_examples, num_threads);
  const double seconds = watch.seconds();
  const TokenCache cache(arguments.out);
  if (arguments.json) {
    std::cout << json_line({{"folder", arguments.out},
                            {"examples", cache.num_examples()},
                            {"tokens", cache.num_ids()},
                            {"seconds", seconds}},
                           "standard output")
              << "\n";
  } else {
    std::cout << fmt::format("{}: {} examples, {} tokens, {:.1f} s with the reading of the rows\n", arguments.out,
                             cache.num_examples(), cache.num_ids(), seconds);
  }
  return kExitDone;
}

}  // namespace

std::function<int()> setup_data_build(CLI::App& parser) {
  auto arguments = std::make_shared<BuildArguments>();
  parser.add_option("mixture", arguments->mixture, "a mixture: " + preset_help("mixtures"))
      ->required()
      ->type_name("MIXTURE");
  parser.add_option("overrides", arguments->overrides, "settings over the mixture's, such as source_length=512")
      ->type_name("KEY=VALUE");
  parser.add_option("--data", arguments->data, "folder that {data} stands for (default: the current one)")
      ->type_name("FOLDER");
  parser
      .add_option("--tokenizer", arguments->tokenizer,
                  "vocabulary of the runs: a SentencePiece model, or the model folder that they begin with (init)")
      ->required()
      ->type_name("FILE|FOLDER");
  parser
      .add_option("--sentinels", arguments->num_sentinels,
                  "sentinel ids of the vocabulary (default: as the folder says, 100 for a file)")
      ->check(whole_number_from(1));
  parser.add_option("--out", arguments->out, "the new folder; trainings use it by mixture.cache=FOLDER")
      ->required()
      ->type_name("FOLDER");
  parser.add_option("--examples", arguments->num_examples, "how many (default: one pass, the sum of the capped sizes)")
      ->check(whole_number_from(1));
  parser.add_option("--threads", arguments->num_threads, "default: one per processor; the files are the same")
      ->check(CLI::Range(1, 256));
  parser.add_option("--seed", arguments->seed, "of the drawing: the run's seed (default 1)");
  parser.add_flag("--json", arguments->json, "examples, tokens, seconds as JSON on stdout");
  return [arguments] { return run(*arguments); };
}

}  // namespace flanmoe
