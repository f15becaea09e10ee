#include <iostream>

#include "base/error.h"
#include "base/files.h"
#include "base/log.h"
#include "base/presets.h"
#include "base/progress.h"
#include "cli/command.h"
#include "cli/data_choice.h"
#include "model/counts.h"
#include "run/beginning.h"
#include "run/initial_model.h"
#include "run/needed_data.h"
#include "run/run.h"
#include "run/source.h"
#include "run/tokenizer.h"
#include "run/validation.h"
#include "train/best.h"
#include "train/checkpoint.h"
#include "train/freeze.h"

namespace flanmoe {
namespace {

struct TrainArguments {
  std::string preset, mixture, out;
  std::vector<std::string> overrides;
  bool print_config = false, dry_run = false;
};

// Everything but the steps: data, model, counts, what is validated.
int dry_run(const RunOptions& options, const std::filesystem::path& folder) {
  const Beginning beginning = beginning_of(options, folder);
  const Tokenizer tokenizer = open_tokenizer(options, beginning);
  const auto source = make_source(options, tokenizer);
  const TrainHooks hooks = validation_hooks(options, tokenizer, folder);
  check_best(options.train, hooks.metrics);
  const T5Model model = initial_model(options, tokenizer, beginning);
  const ModelCounts counts = count_model(model.options());
  const TokenBatch batch = source->batch(0);
  std::cout << fmt::format("data: {}\n", source->describe())
            << fmt::format("parameters: {} total, {} active per token\n", counts.total_parameters,
                           counts.active_parameters)
            << fmt::format("forward FLOPs per token: {} (encoder {}, decoder {})\n",
                           format_count(counts.flops_per_token), format_count(counts.encoder_flops),
                           format_count(counts.decoder_flops))
            << fmt::format("first batch: {} rows, {} source tokens, {} target tokens\n", batch.source_ids.size(0),
                           batch.num_source_tokens, batch.num_target_tokens);
  if (!options.train.freeze.empty())
    std::cout << fmt::format("{}\n", describe_frozen(options.train.freeze, model.options()));
  for (const std::string& metric : hooks.metrics) std::cout << fmt::format("validation: eval/{}\n", metric);
  return kExitDone;
}

// The preset, its mixture replaced by that of a file, and the settings of the command line above both. With `init` the
// section `model` is that of the model there.
RunOptions run_options(const TrainArguments& arguments) {
  const ConfigNode preset = load_config(find_preset("train", arguments.preset));
  RunOptions options;
  load_run_options(preset, options);
  if (!arguments.mixture.empty()) options.mixture = open_mixture(arguments.mixture);
  load_run_options(with_overrides(ConfigNode(), arguments.overrides), options);
  if (!arguments.mixture.empty() && options.mode == Phase::kPretrain)
    fail_input("--mixture {}: 'mode' is pretrain, which reads 'corpus'; expected no --mixture", arguments.mixture);
  if (options.init.empty()) return options;
  const Beginning beginning = beginning_of(options, arguments.out);
  refuse_other_model(with_overrides(preset, arguments.overrides), options, beginning);
  options.model = model_of_beginning(options, beginning);
  return options;
}

// Settings typed of the section that the mode does not read.
void warn_of_unread(const RunOptions& options, const std::vector<std::string>& overrides) {
  const std::string unread = options.mode == Phase::kPretrain ? "mixture" : "corpus";
  for (const std::string& text : overrides) {
    if (!text.starts_with(unread + ".") && !text.starts_with(unread + "=")) continue;
    log_warn("'{}' changes nothing: mode {} reads '{}'", text, name_of(options.mode),
             options.mode == Phase::kPretrain ? "corpus" : "mixture");
  }
}

// What is allowed and probably not meant.
void warn_of(const RunOptions& options) {
  constexpr double kLargestAdafactorRate = 2e-3, kLargestAdamRate = 1e-3;  // of a pretrained T5
  if (options.init.empty()) {
    if (options.mode == Phase::kPretrain) return;
    log_warn("no 'init': {} begins with random weights; init=MODEL names what a pre-training has made",
             name_of(options.mode));
    return;
  }
  const OptimizerOptions& optimizer = options.train.optimizer;
  const bool is_ours = fs::exists(beginning_of(options, "").folder / "train_state");
  const bool is_adafactor = optimizer.name == OptimizerName::kAdafactor;
  if (is_ours || optimizer.learning_rate <= (is_adafactor ? kLargestAdafactorRate : kLargestAdamRate)) return;
  log_warn(
      "init={} is no checkpoint of `flanmoe train`, and the learning rate {} is that of small models on built-in "
      "worlds: pretrained T5s take 0.0005 to 0.001 (presets instruct_t5 and finetune_t5)",
      options.init, optimizer.learning_rate);
}

int run(const TrainArguments& arguments) {
  const RunOptions options = run_options(arguments);
  if (arguments.print_config) {
    std::cout << dump_options(options);
    return kExitDone;
  }
  check_data_is_given(options);
  warn_of_unread(options, arguments.overrides);
  warn_of(options);
  if (arguments.dry_run) return dry_run(options, arguments.out);
  if (arguments.out.empty()) fail_input("--out FOLDER is needed: where the run is written");
  const TrainResult result = run_training(options, arguments.out, name_of(options.mode));
  log_info("{} steps, {} tokens, loss {:.3f}; model: {}", result.steps,
           format_count(static_cast<double>(result.num_tokens)), result.final_loss,
           newest_checkpoint(arguments.out).string());
  return kExitDone;
}

}  // namespace

std::function<int()> setup_train(CLI::App& parser) {
  auto arguments = std::make_shared<TrainArguments>();
  parser.add_option("preset", arguments->preset, preset_help("train"))->required()->type_name("PRESET");
  parser
      .add_option("overrides", arguments->overrides,
                  "settings over the preset, which has values of its own for some (--print-config shows them):\n" +
                      setting_help<RunOptions>())
      ->type_name("KEY=VALUE");
  parser.add_option("--mixture", arguments->mixture, "in place of the preset's mixture: " + preset_help("mixtures"))
      ->type_name("MIXTURE");
  parser
      .add_option("--out", arguments->out,
                  "run folder: config.yaml, metrics.jsonl, events, checkpoints/; run again, it goes on there")
      ->type_name("FOLDER");
  parser.add_flag("--print-config", arguments->print_config, "print the resolved configuration and leave");
  parser.add_flag("--dry-run", arguments->dry_run, "load data, build the model, print counts and leave");
  add_device_option(parser);
  return [arguments] { return run(*arguments); };
}

}  // namespace flanmoe
