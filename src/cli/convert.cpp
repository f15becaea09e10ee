#include <iostream>

#include "base/error.h"
#include "base/files.h"
#include "base/log.h"
#include "cli/command.h"
#include "cli/model_choice.h"
#include "cli/output.h"
#include "model/compare.h"
#include "model/config_json.h"
#include "model/folder.h"
#include "model/manifest.h"
#include "model/other_files.h"
#include "train/model_folder.h"

namespace flanmoe {
namespace {

struct ConvertArguments {
  std::string source, out, dtype = "float32", max_shard = "0", to = "same";
  std::vector<std::string> overrides;
};

constexpr int64_t kHuggingFaceCapacity = 64;  // its default

// The options under which the new folder is read.
ModelOptions target_options(const ModelOptions& source, const ConvertArguments& arguments) {
  ModelOptions options = source;
  const std::string type = model_type_of(source);
  if (arguments.to == "flanmoe" && type == "switch_transformers") options.moe.expert_capacity = 0;
  if (arguments.to == "huggingface" && type == "flanmoe") options.moe.expert_capacity = kHuggingFaceCapacity;
  options.moe = with_settings(options.moe, arguments.overrides);
  if (arguments.to == "huggingface" && (options.decoder_only || options.moe.k != 1 || options.gated)) {
    fail_input(
        "{}: transformers has no such model (it has T5, and Switch with ReLU experts); expected --to flanmoe, or no "
        "--to",
        arguments.source);
  }
  options.check();
  return options;
}

// Largest difference, over the largest logit, that rounding the weights to a type may make.
double allowed_gap(at::ScalarType dtype) { return dtype == at::kFloat ? 1e-6 : dtype == at::kHalf ? 0.02 : 0.1; }

int run(const ConvertArguments& typed) {
  ConvertArguments arguments = typed;
  arguments.source = model_folder(typed.source).string();
  expect_new_folder(arguments.out);
  const SaveOptions save{parse_dtype(arguments.dtype), parse_bytes(arguments.max_shard)};
  const T5Model source = load_model(arguments.source);
  const ModelOptions options = target_options(source.options(), arguments);
  const T5Model target = source.options().moe.num_experts > 0 ? source.with_moe(options.moe) : source;
  ModelGap gap;
  create_output_folder(arguments.out, [&](const fs::path& folder) {
    save_model(target, folder, save);
    copy_other_files(arguments.source, folder);
    write_manifest(folder);
    const bool same_rule = options.moe.expert_capacity == source.options().moe.expert_capacity;
    gap = compare_models(source, load_checked_model(folder), 1, !same_rule);
    if (gap.relative <= allowed_gap(save.dtype)) return;
    fail_run("{}: on random input its logits differ from those of {} by {:.2g} of the largest, expected at most {:.2g}",
             arguments.out, arguments.source, gap.relative, allowed_gap(save.dtype));
  });
  std::cout << fmt::format("{}: {}, {}; on random input logits differ by at most {:.2g} ({:.2g} of the largest)\n",
                           arguments.out, model_type_of(options), arguments.dtype, gap.largest, gap.relative);
  return kExitDone;
}

}  // namespace

std::function<int()> setup_convert(CLI::App& parser) {
  auto arguments = std::make_shared<ConvertArguments>();
  parser.add_option("model", arguments->source, "model folder, ours or of transformers")
      ->required()
      ->type_name("MODEL");
  parser
      .add_option("overrides", arguments->overrides,
                  "settings of the new folder, such as moe.capacity_factor_eval=0 (or model.moe....)")
      ->type_name("KEY=VALUE");
  parser.add_option("--out", arguments->out, "the new model folder")->required()->type_name("FOLDER");
  parser.add_option("--dtype", arguments->dtype, "float32 (default), bfloat16 or float16");
  parser.add_option("--max-shard", arguments->max_shard, "size of a weights file, such as 5GB (default: one file)");
  parser
      .add_option("--to", arguments->to,
                  "huggingface: a Switch gets an absolute expert capacity, so that transformers loads it; flanmoe: it "
                  "gets capacity factors; same (default): neither")
      ->check(CLI::IsMember({"same", "huggingface", "flanmoe"}));
  return [arguments] { return run(*arguments); };
}

}  // namespace flanmoe
