#include <algorithm>

#include "base/error.h"
#include "cli/command.h"
#include "cli/eval_arguments.h"

namespace flanmoe {
namespace {

void add_questions(CLI::App& parser, EvalArguments& arguments) {
  parser.add_option("--suite", arguments.suites, "suites, separated by commas: " + preset_help("suites"))
      ->type_name("NAMES");
  parser
      .add_option(
          "--tasks", arguments.tasks,
          "of these only the tasks of such names, separated by commas; * and ? stand for anything, as in mmlu_*")
      ->type_name("GLOBS");
  parser.add_option("--limit", arguments.limit, "items per task, the first ones (default 0: all)")
      ->check(CLI::NonNegativeNumber)
      ->type_name("N");
  parser.add_option("--data", arguments.data, "folder that {data} stands for (default: the current one)")
      ->type_name("FOLDER");
  parser.add_flag("--skip-missing", arguments.skip_missing,
                  "leave out tasks whose files are not in the data folder, and say which");
}

void add_output(CLI::App& parser, EvalArguments& arguments) {
  parser
      .add_option("--out", arguments.out,
                  "write config.json, samples/TASK.jsonl and results.json into this folder; if it holds an unfinished "
                  "evaluation of the same configuration, go on with it")
      ->type_name("FOLDER");
  parser.add_flag("--json", arguments.json, "print results.json instead of tables");
}

}  // namespace

std::function<int()> setup_eval(CLI::App& parser) {
  auto arguments = std::make_shared<EvalArguments>();
  parser.add_option("model", arguments->model, "model folder, such as RUN/checkpoints/step-1000")->type_name("MODEL");
  parser
      .add_option("overrides", arguments->overrides,
                  "settings, on top of each suite's own:\n" + setting_help<EvalOptions>())
      ->type_name("KEY=VALUE");
  add_questions(parser, *arguments);
  add_output(parser, *arguments);
  return [arguments] { return run_evaluation(*arguments); };
}

}  // namespace flanmoe
