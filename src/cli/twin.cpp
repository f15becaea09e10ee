#include <iostream>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "cli/command.h"
#include "cli/model_choice.h"
#include "cli/output.h"
#include "model/config_json.h"
#include "model/counts.h"

namespace flanmoe {
namespace {

struct TwinArguments {
  std::string model, routing, out;
  std::vector<std::string> overrides;
  bool json = false;
};

void print_line(const char* kind, const ModelOptions& options, const ModelCounts& counts) {
  std::cout << fmt::format("{:<7} d_ff {:>6}  forward FLOPs per token {:>14.0f}  parameters {} ({} active)\n", kind,
                           options.d_ff, counts.flops_per_token, grouped_digits(counts.total_parameters),
                           grouped_digits(counts.active_parameters));
}

int run(const TwinArguments& arguments) {
  expect_new_file("--out", arguments.out);
  const bool backwards = !arguments.routing.empty();
  const ModelOptions given =
      options_of_model(arguments.model, backwards ? std::vector<std::string>{} : arguments.overrides);
  if (backwards == (given.moe.num_experts > 0)) {
    fail_input("{}: the model is {}; expected {}", arguments.model, backwards ? "sparse" : "dense",
               backwards ? "a dense one with --routing" : "a sparse one, or --routing to make a sparse twin");
  }
  const ModelOptions twin =
      backwards ? sparse_twin(given, options_of_routing(arguments.routing, arguments.overrides)) : dense_twin(given);
  const ModelCounts before = count_model(given), after = count_model(twin);
  const Json config = config_of(twin);
  if (!arguments.out.empty()) write_json(arguments.out, config);
  if (arguments.json) {
    std::cout << json_page(config, "standard output");
    return kExitDone;
  }
  print_line("given", given, before);
  print_line("twin", twin, after);
  std::cout << fmt::format("FLOPs differ by {:.3f}%\n", 100.0 * (after.flops_per_token / before.flops_per_token - 1.0));
  return kExitDone;
}

}  // namespace

std::function<int()> setup_twin(CLI::App& parser) {
  auto arguments = std::make_shared<TwinArguments>();
  parser.add_option("model", arguments->model, "model folder, config.json, or one of " + preset_help("model"))
      ->required()
      ->type_name("MODEL");
  parser.add_option("overrides", arguments->overrides, "settings over the preset (over the routing with --routing)")
      ->type_name("KEY=VALUE");
  parser.add_option(
      "--routing", arguments->routing,
      "the way back: give a dense model this routing (switch, gshard, st_moe, expert_choice, a YAML file) "
      "at equal FLOPs");
  parser.add_option("--out", arguments->out, "also write the twin's config.json into this new file, for flanmoe init")
      ->type_name("FILE");
  parser.add_flag("--json", arguments->json, "the twin's config.json on stdout");
  return [arguments] { return run(*arguments); };
}

}  // namespace flanmoe
