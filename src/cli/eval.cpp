#include <iostream>

#include "base/error.h"
#include "base/files.h"
#include "cli/command.h"
#include "cli/output.h"
#include "data/tokenizer_folder.h"
#include "eval/evaluate.h"
#include "model/folder.h"

namespace flanmoe {
namespace {

struct EvalArguments {
  std::string model, data = ".", out;
  std::vector<std::string> overrides;
  bool json = false;
};

void print_table(const EvalResult& result) {
  std::cout << fmt::format("{:<44} {:<7} {:>6} {:>8} {:>7} {:>7}\n", "task", "prompt", "items", "score", "+-",
                           "chance");
  for (const TaskResult& task : result.tasks) {
    std::cout << fmt::format("{:<44} {:<7} {:>6} {:>8.1f} {:>7.1f} {:>7.1f}\n", task.task, task.prompting,
                             task.num_items, task.score, task.standard_error, task.chance);
  }
  for (const SuiteResult& suite : result.suites) {
    std::cout << fmt::format("{:<44} {:<7} {:>6} {:>8.1f} {:>7.1f}   normalised {:.1f}\n", "suite " + suite.suite,
                             suite.prompting, suite.num_items, suite.score, suite.standard_error, suite.normalised);
  }
  std::cout << fmt::format("normalised average {:.1f}\n", result.normalised_average);
}

int run(const EvalArguments& arguments) {
  EvalOptions options;
  load_options(with_overrides(ConfigNode(), arguments.overrides), options);
  if (options.tasks.empty())
    fail_input("'tasks' is empty: name task files or folders, as in 'tasks=[\"{{data}}/heldout\"]'");
  if (!arguments.out.empty()) expect_new_folder(arguments.out);
  const T5Model model = load_model(arguments.model);
  const Tokenizer tokenizer = open_model_tokenizer(arguments.model);
  const EvalResult result = evaluate(model, tokenizer, options, arguments.data);
  if (!arguments.out.empty()) write_eval(result, arguments.out);
  if (arguments.json) {
    std::cout << eval_to_json(result).dump(2) << "\n";
  } else {
    print_table(result);
  }
  return kExitDone;
}

}  // namespace

std::function<int()> setup_eval(CLI::App& parser) {
  auto arguments = std::make_shared<EvalArguments>();
  parser.add_option("model", arguments->model, "model folder, such as RUN/checkpoints/step-1000")
      ->required()
      ->type_name("MODEL");
  parser.add_option("overrides", arguments->overrides, "settings:\n" + setting_help<EvalOptions>())
      ->type_name("KEY=VALUE");
  parser.add_option("--data", arguments->data, "folder that {data} stands for (default: the current one)")
      ->type_name("FOLDER");
  parser.add_option("--out", arguments->out, "also write scores.json and items.jsonl into this new folder")
      ->type_name("FOLDER");
  parser.add_flag("--json", arguments->json, "scores as JSON on stdout");
  return [arguments] { return run(*arguments); };
}

}  // namespace flanmoe
