#include <iostream>

#include "analysis/routing.h"
#include "analysis/routing_json.h"
#include "analysis/routing_texts.h"
#include "base/config_paths.h"
#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "base/presets.h"
#include "cli/command.h"
#include "cli/output.h"
#include "data/tokenizer/tokenizer_folder.h"
#include "model/folder.h"
#include "tensor/device.h"
#include "train/model_folder.h"

namespace flanmoe {
namespace {

struct AnalyzeArguments {
  std::string model, data = ".", suite, out;
  std::vector<std::string> overrides;
  int64_t texts = 256;
  bool json = false;
};

// A command's table and its legend; docs/analyze.md says more.
const char* const kLegend =
    "utilisation  rows that an expert keeps / its room, mean over experts\n"
    "dropped      tokens that asked for experts and found no room, of all tokens\n"
    "unchosen     tokens that no expert took (expert choice)\n"
    "max load     the busiest expert's share of the choices / an even share, before any are dropped\n"
    "entropy      of the experts' shares of the choices, 1 = even, 0 = one expert gets all\n"
    "classes      how far the class of a token (marks, digits, function words, content) tells its expert: 0 not, 1 "
    "wholly\n";

void print_table(const Json& routing) {
  std::cout << fmt::format("{:<8} {:>5} {:>12} {:>9} {:>9} {:>9} {:>9} {:>8}\n", "stack", "layer", "utilisation",
                           "dropped", "unchosen", "max load", "entropy", "classes");
  for (const Json& layer : routing.at("layers")) {
    std::cout << fmt::format(
        "{:<8} {:>5} {:>11.1f}% {:>8.1f}% {:>8.1f}% {:>8.2f}x {:>9.2f} {:>8.2f}\n",
        layer.at("stack").get<std::string>(), layer.at("layer").get<int64_t>(),
        100.0 * layer.at("utilisation").get<double>(), 100.0 * layer.at("dropped_token_share").get<double>(),
        100.0 * layer.at("unchosen_token_share").get<double>(), layer.at("max_load_ratio").get<double>(),
        layer.at("load_entropy").get<double>(), layer.at("class_specialisation").get<double>());
  }
}

// For k choices a token and room by a capacity factor that does not count k, utilisation ends below 100%.
void print_ceiling(const MoeOptions& options) {
  const std::optional<double> ceiling = utilisation_ceiling(options, false, false);
  if (!ceiling) return;
  std::cout << fmt::format(
      "utilisation is {:.1f}% at most: k = {} choices a token over a capacity factor of {:g}, which does not count k\n",
      100.0 * *ceiling, options.k, options.capacity_factor_eval);
}

EvalOptions options_of(const AnalyzeArguments& arguments) {
  EvalOptions options;
  if (arguments.suite.empty()) options = as_tasks_say();
  const ConfigNode file = arguments.suite.empty() ? ConfigNode() : load_config(find_preset("suites", arguments.suite));
  load_options(with_absolute_paths(with_overrides(file, arguments.overrides), {"tasks"}), options);
  if (options.tasks.empty()) {
    fail_input(
        "'tasks' is empty: name task files or folders, as in 'tasks=[\"{{data}}/heldout/exam\"]', or a suite, as in "
        "--suite mmlu");
  }
  return options;
}

int run(const AnalyzeArguments& typed) {
  AnalyzeArguments arguments = typed;
  expect_unpacked_name("--out", typed.out);
  arguments.model = model_folder(typed.model).string();
  if (!arguments.out.empty() && fs::exists(arguments.out))
    fail_input("{}: exists already; expected a new file", arguments.out);
  const EvalOptions options = options_of(arguments);
  const T5Model model = load_model(arguments.model).to(chosen_device());
  const Tokenizer tokenizer = open_model_tokenizer(arguments.model);
  check_tokenizer_fits(tokenizer, model.options().vocab_size, arguments.model);
  const std::vector<TextIds> texts = routing_texts(tokenizer, options, arguments.texts, arguments.data);
  Json routing = routing_json(model, tokenizer, texts);
  if (routing.is_null())
    fail_input("{}: a model without sparse layers in an encoder-decoder; nothing to analyse", arguments.model);
  const std::optional<double> ceiling = utilisation_ceiling(model.options().moe, false, false);
  routing["utilisation_ceiling"] = ceiling ? Json(*ceiling) : Json();
  if (!arguments.out.empty()) write_json(arguments.out, routing);
  if (arguments.json) {
    std::cout << json_page(routing, "standard output");
  } else {
    print_table(routing);
    print_ceiling(model.options().moe);
  }
  return kExitDone;
}

}  // namespace

std::function<int()> setup_analyze(CLI::App& parser) {
  auto arguments = std::make_shared<AnalyzeArguments>();
  parser.add_option("model", arguments->model, "model folder, such as RUN/checkpoints/step-1000")
      ->required()
      ->type_name("MODEL");
  parser
      .add_option("overrides", arguments->overrides,
                  "settings of an evaluation (flanmoe eval --help); 'tasks' is needed where no suite is named")
      ->type_name("KEY=VALUE");
  parser
      .add_option("--suite", arguments->suite,
                  "texts of this suite's tasks, its settings below those typed: " + preset_help("suites"))
      ->type_name("NAME");
  parser.add_option("--data", arguments->data, "folder that {data} stands for (default: the current one)")
      ->type_name("FOLDER");
  parser.add_option("--texts", arguments->texts, "texts to route (default 256)")->check(whole_number_from(1));
  parser.add_option("--out", arguments->out, "everything as JSON into this new file, too (docs/analyze.md)")
      ->type_name("FILE");
  parser.add_flag("--json", arguments->json, "everything as JSON on stdout");
  parser.footer(parser.get_footer() + "\n\nColumns:\n" + kLegend);
  add_device_option(parser);
  return [arguments] { return run(*arguments); };
}

}  // namespace flanmoe
