#include <iostream>

#include "analysis/routing_json.h"
#include "analysis/routing_texts.h"
#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "cli/command.h"
#include "data/tokenizer/tokenizer_folder.h"
#include "model/folder.h"
#include "tensor/device.h"

namespace flanmoe {
namespace {

struct AnalyzeArguments {
  std::string model, data = ".";
  std::vector<std::string> overrides;
  int64_t texts = 256;
  bool json = false;
};

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

int run(const AnalyzeArguments& arguments) {
  EvalOptions options;
  load_options(with_overrides(ConfigNode(), arguments.overrides), options);
  if (options.tasks.empty())
    fail_input("'tasks' is empty: name task files or folders, as in 'tasks=[\"{{data}}/heldout/exam\"]'");
  const T5Model model = load_model(arguments.model).to(chosen_device());
  const Tokenizer tokenizer = open_model_tokenizer(arguments.model);
  check_tokenizer_fits(tokenizer, model.options().vocab_size, arguments.model);
  const std::vector<TextIds> texts = routing_texts(tokenizer, options, arguments.texts, arguments.data);
  const Json routing = routing_json(model, tokenizer, texts);
  if (routing.is_null())
    fail_input("{}: a model without sparse layers in an encoder-decoder; nothing to analyse", arguments.model);
  if (arguments.json) {
    std::cout << json_page(routing, "standard output");
  } else {
    print_table(routing);
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
                  "settings of an evaluation (flanmoe eval --help); 'tasks' is needed")
      ->type_name("KEY=VALUE");
  parser.add_option("--data", arguments->data, "folder that {data} stands for (default: the current one)")
      ->type_name("FOLDER");
  parser.add_option("--texts", arguments->texts, "texts to route (default 256)")->check(CLI::PositiveNumber);
  parser.add_flag("--json", arguments->json, "everything as JSON on stdout");
  add_device_option(parser);
  return [arguments] { return run(*arguments); };
}

}  // namespace flanmoe
