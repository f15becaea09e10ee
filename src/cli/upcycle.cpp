#include <iostream>
#include <optional>

#include "base/error.h"
#include "base/files.h"
#include "cli/command.h"
#include "cli/model_choice.h"
#include "cli/output.h"
#include "model/compare.h"
#include "model/counts.h"
#include "model/folder.h"
#include "run/upcycled_folder.h"
#include "train/model_folder.h"

namespace flanmoe {
namespace {

struct UpcycleArguments {
  std::string source, out, routing = "switch";
  std::vector<std::string> overrides;
  double noise = 0.0;
  int64_t seed = 1;
};

// How far the output moved, and what moved it.
void explain(const T5Model& dense, const T5Model& sparse, double noise) {
  const ModelGap all = compare_models(dense, sparse, 1, false), roomy = compare_models(dense, sparse, 1, true);
  std::cout << fmt::format(
      "on random input the logits moved by {:.3g} of their size (RMS); {:.1f}% of the best tokens stay\n",
      all.mean_square, 100.0 * all.same_best);
  std::cout << fmt::format("  gates: a token's experts weigh {:.3f} together, 1 would be the dense feed-forward\n",
                           roomy.weight);
  std::cout << fmt::format(
      "  capacity: {:.1f}% of the tokens found no room; with room for all the logits move by {:.3g}\n",
      100.0 * all.dropped, roomy.mean_square);
  std::cout << fmt::format("  noise on the experts: {}\n", noise);
}

int run(const UpcycleArguments& typed) {
  UpcycleArguments arguments = typed;
  arguments.source = model_folder(typed.source).string();
  expect_new_folder(arguments.out);
  if (arguments.noise < 0.0) fail_input("--noise is {}, expected 0 or more", arguments.noise);
  const MoeOptions moe = options_of_routing(arguments.routing, arguments.overrides);
  const T5Model dense = load_model(arguments.source);
  std::optional<T5Model> sparse;
  create_output_folder(arguments.out, [&](const fs::path& folder) {
    sparse =
        write_upcycled(dense, arguments.source, moe, arguments.noise, static_cast<uint64_t>(arguments.seed), folder);
  });
  const ModelCounts before = count_model(dense.options()), after = count_model(sparse->options());
  std::cout << fmt::format("{}: {} parameters -> {}, {} active per token\n", arguments.out,
                           grouped_digits(before.total_parameters), grouped_digits(after.total_parameters),
                           grouped_digits(after.active_parameters));
  explain(dense, *sparse, arguments.noise);
  return kExitDone;
}

}  // namespace

std::function<int()> setup_upcycle(CLI::App& parser) {
  auto arguments = std::make_shared<UpcycleArguments>();
  parser.add_option("model", arguments->source, "folder of a dense model")->required()->type_name("MODEL");
  parser
      .add_option("overrides", arguments->overrides,
                  "settings over the routing, such as model.moe.num_experts=8 (or moe.num_experts=8)")
      ->type_name("KEY=VALUE");
  parser.add_option("--out", arguments->out, "the new model folder")->required()->type_name("FOLDER");
  parser.add_option("--routing", arguments->routing,
                    "switch (default), gshard, st_moe, expert_choice, or a YAML file with model.moe");
  parser.add_option("--noise", arguments->noise,
                    "standard deviation of what is added to each expert, over that of its weights (default 0)");
  parser.add_option("--seed", arguments->seed, "of routers and noise (default 1)");
  return [arguments] { return run(*arguments); };
}

}  // namespace flanmoe
