#include <iostream>

#include "base/error.h"
#include "base/json.h"
#include "base/progress.h"
#include "cli/command.h"
#include "model/config_json.h"
#include "model/counts.h"
#include "model/folder.h"

namespace flanmoe {
namespace {

struct InspectArguments {
  std::string model;
  bool tensors = false, json = false;
};

Json as_json(const T5Model& model, const ModelCounts& counts, bool with_tensors) {
  Json result = {{"options", options_to_json(model.options())},     {"total_parameters", counts.total_parameters},
                 {"active_parameters", counts.active_parameters},   {"encoder_flops_per_token", counts.encoder_flops},
                 {"decoder_flops_per_token", counts.decoder_flops}, {"flops_per_token", counts.flops_per_token}};
  if (with_tensors) {
    for (const Parameter& parameter : model.parameters())
      result["tensors"][parameter.name] = parameter.value.sizes().vec();
  }
  return result;
}

void print(const T5Model& model, const ModelCounts& counts, bool with_tensors) {
  const ModelOptions& o = model.options();
  std::cout << fmt::format(
      "{}: d_model {}, d_ff {}, {} heads of {}, {} layers, vocabulary {}\n",
      o.decoder_only ? "decoder-only" : "encoder-decoder", o.d_model, o.d_ff, o.num_heads, o.d_kv,
      o.decoder_only ? std::to_string(o.num_layers) : fmt::format("{}+{}", o.num_layers, o.num_decoder_layers),
      o.vocab_size);
  if (o.moe.num_experts > 0) {
    std::cout << fmt::format("sparse: {} experts, 1 layer in {}, {}, k {}, capacity {} / {}\n", o.moe.num_experts,
                             o.moe.sparse_every, o.moe.routing, o.moe.k, o.moe.capacity_factor_train,
                             o.moe.capacity_factor_eval);
  }
  std::cout << fmt::format("parameters: {} total, {} active per token\n",
                           format_count(static_cast<double>(counts.total_parameters)),
                           format_count(static_cast<double>(counts.active_parameters)))
            << fmt::format("forward FLOPs per token: {} (encoder {}, decoder {})\n",
                           format_count(counts.flops_per_token), format_count(counts.encoder_flops),
                           format_count(counts.decoder_flops));
  for (const Parameter& parameter : model.parameters()) {
    if (with_tensors)
      std::cout << fmt::format("  {:<64} {}\n", parameter.name, fmt::join(parameter.value.sizes().vec(), " x "));
  }
}

}  // namespace

std::function<int()> setup_inspect(CLI::App& parser) {
  auto arguments = std::make_shared<InspectArguments>();
  parser.add_option("model", arguments->model, "model folder, such as RUN/checkpoints/step-1000")
      ->required()
      ->type_name("MODEL");
  parser.add_flag("--tensors", arguments->tensors, "list the tensors");
  parser.add_flag("--json", arguments->json, "as JSON on stdout");
  return [arguments] {
    const T5Model model = load_model(arguments->model);
    const ModelCounts counts = count_model(model.options());
    if (arguments->json) {
      std::cout << as_json(model, counts, arguments->tensors).dump(2) << "\n";
    } else {
      print(model, counts, arguments->tensors);
    }
    return kExitDone;
  };
}

}  // namespace flanmoe
