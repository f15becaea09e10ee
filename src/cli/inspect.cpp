#include <iostream>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "base/progress.h"
#include "cli/command.h"
#include "cli/model_choice.h"
#include "data/tokenizer/tokenizer_folder.h"
#include "model/config_json.h"
#include "model/counts.h"
#include "model/folder.h"
#include "model/weights.h"
#include "moe/capacity.h"
#include "tensor/tensor_folder.h"
#include "train/model_folder.h"

namespace flanmoe {
namespace {

struct InspectArguments {
  std::string model;
  std::vector<std::string> overrides;
  bool tensors = false, json = false;
};

// What can be said of a model: all from its options, some from its folder.
struct Inspected {
  ModelOptions options;
  std::vector<TensorEntry> tensors;                // as stored, else as they would be
  std::map<std::string, uint64_t> bytes_by_dtype;  // stored, or in float32
  bool stored = false;
  std::string tokenizer;
};

std::string describe_tokenizer(const fs::path& folder) {
  if (!has_tokenizer(folder)) return "none";
  const Tokenizer tokenizer = open_model_tokenizer(folder);
  return fmt::format("{}, {} pieces and {} sentinels", tokenizer.model_file().filename().string(),
                     tokenizer.num_pieces(), tokenizer.num_sentinels());
}

Inspected look_at(const InspectArguments& typed) {
  InspectArguments arguments = typed;
  arguments.model = model_folder(typed.model).string();
  Inspected result;
  result.options = options_of_model(arguments.model, arguments.overrides);
  result.options.check();
  const fs::path folder = arguments.model;
  result.stored = fs::is_directory(folder) &&
                  (fs::exists(folder / "model.safetensors") || fs::exists(folder / "model.safetensors.index.json"));
  if (result.stored) {
    for (const auto& [name, value] : load_tensor_folder(folder).tensors) {
      result.tensors.push_back(TensorEntry::of(name, value.scalar_type(), value.sizes().vec()));
    }
  } else {
    for (const WeightSpec& spec : weight_specs(result.options)) {
      result.tensors.push_back(TensorEntry::of(spec.name, at::kFloat, spec.shape));
    }
  }
  for (const TensorEntry& entry : result.tensors) result.bytes_by_dtype[dtype_name(entry.type)] += entry.num_bytes();
  result.tokenizer = fs::is_directory(folder) ? describe_tokenizer(folder) : "none";
  return result;
}

std::string capacity_of(const MoeOptions& moe) {
  if (moe.hugging_face()) {
    return fmt::format("{} positions per expert and row, padding routed too (Hugging Face's rule)",
                       moe.expert_capacity);
  }
  const bool limited = !std::holds_alternative<NoLimit>(capacity_rule(moe, false));
  const std::string eval = limited ? fmt::format("{}", moe.capacity_factor_eval) : "no limit";
  return fmt::format("factor {} in training, {} in evaluation, at least {}", moe.capacity_factor_train, eval,
                     moe.min_capacity);
}

Json as_json(const Inspected& model, bool with_tensors) {
  const ModelCounts counts = count_model(model.options);
  Json result = {{"model_type", model_type_of(model.options)},
                 {"options", options_to_json(model.options)},
                 {"total_parameters", counts.total_parameters},
                 {"active_parameters", counts.active_parameters},
                 {"encoder_flops_per_token", counts.encoder_flops},
                 {"decoder_flops_per_token", counts.decoder_flops},
                 {"flops_per_token", counts.flops_per_token},
                 {"stored", model.stored},
                 {"bytes", model.bytes_by_dtype},
                 {"tokenizer", model.tokenizer}};
  for (const PartCount& part : count_parts(model.options)) {
    result["parameters"].push_back({{"part", part.part}, {"encoder", part.encoder}, {"decoder", part.decoder}});
  }
  for (const TensorEntry& entry : model.tensors) {
    if (with_tensors) result["tensors"][entry.name] = {{"dtype", dtype_name(entry.type)}, {"shape", entry.shape}};
  }
  return result;
}

void print_shape(const ModelOptions& o) {
  std::cout << fmt::format(
      "{}, {}: d_model {}, d_ff {}{}, {} heads of {}, {} layers, vocabulary {}, {} head\n", model_type_of(o),
      o.decoder_only ? "decoder-only" : "encoder-decoder", o.d_model, o.d_ff, o.gated ? " (gated GELU)" : " (ReLU)",
      o.num_heads, o.d_kv,
      o.decoder_only ? std::to_string(o.num_layers) : fmt::format("{}+{}", o.num_layers, o.num_decoder_layers),
      o.vocab_size, o.tied ? "tied" : "separate");
  if (o.moe.num_experts == 0) return;
  std::cout << fmt::format("sparse layers: encoder [{}], decoder [{}]; {} experts, {}, k {}{}\n",
                           fmt::join(o.sparse_layers(false), ", "), fmt::join(o.sparse_layers(true), ", "),
                           o.moe.num_experts, name_of(o.moe.routing), o.moe.k,
                           o.moe.extra_dense_ffn ? ", an extra dense feed-forward each" : "");
  std::cout << "capacity: " << capacity_of(o.moe) << "\n";
}

void print_counts(const ModelOptions& options) {
  const ModelCounts counts = count_model(options);
  std::cout << fmt::format("{:<20} {:>20} {:>20} {:>20}\n", "parameters", "encoder", "decoder", "total");
  for (const PartCount& part : count_parts(options)) {
    std::cout << fmt::format("  {:<18} {:>20} {:>20} {:>20}\n", part.part, grouped_digits(part.encoder),
                             grouped_digits(part.decoder), grouped_digits(part.total()));
  }
  std::cout << fmt::format("  {:<18} {:>62}\n  {:<18} {:>62}\n", "total", grouped_digits(counts.total_parameters),
                           "active per token", grouped_digits(counts.active_parameters));
  std::cout << fmt::format("forward FLOPs per token: encoder {}, decoder {}, mean {}\n",
                           format_count(counts.encoder_flops), format_count(counts.decoder_flops),
                           format_count(counts.flops_per_token));
}

void print(const Inspected& model, bool with_tensors) {
  print_shape(model.options);
  print_counts(model.options);
  std::vector<std::string> sizes;
  for (const auto& [dtype, bytes] : model.bytes_by_dtype) {
    sizes.push_back(fmt::format("{} bytes {}", grouped_digits(static_cast<int64_t>(bytes)), dtype));
  }
  std::cout << fmt::format("{}: {}\n", model.stored ? "weights" : "weights (not stored here)", fmt::join(sizes, ", "))
            << fmt::format("tokenizer: {}\n", model.tokenizer);
  for (const TensorEntry& entry : model.tensors) {
    if (!with_tensors) break;
    std::cout << fmt::format("  {:<72} {:<5} {}\n", entry.name, dtype_name(entry.type), fmt::join(entry.shape, " x "));
  }
}

}  // namespace

std::function<int()> setup_inspect(CLI::App& parser) {
  auto arguments = std::make_shared<InspectArguments>();
  parser.add_option("model", arguments->model, "model folder, config.json, or one of " + preset_help("model"))
      ->required()
      ->type_name("MODEL");
  parser
      .add_option("overrides", arguments->overrides,
                  "settings over a preset, such as model.moe.num_experts=16 (or moe.num_experts=16)")
      ->type_name("KEY=VALUE");
  parser.add_flag("--tensors", arguments->tensors, "list the tensors");
  parser.add_flag("--json", arguments->json, "as JSON on stdout");
  return [arguments] {
    const Inspected model = look_at(*arguments);
    if (arguments->json) {
      std::cout << json_page(as_json(model, arguments->tensors), "standard output");
    } else {
      print(model, arguments->tensors);
    }
    return kExitDone;
  };
}

}  // namespace flanmoe
