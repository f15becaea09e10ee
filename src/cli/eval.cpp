#include <algorithm>

#include "base/error.h"
#include "cli/command.h"
#include "cli/eval_arguments.h"
#include "eval/asking/baseline_answerer.h"

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
      ->check(whole_number_from(0))
      ->type_name("N");
  parser.add_option("--data", arguments.data, "folder that {data} stands for (default: the current one)")
      ->type_name("FOLDER");
  parser
      .add_option_function<std::string>(
          "--on-bad-row",
          [&arguments](const std::string& name) { arguments.on_bad_row = *value_named<OnBadRow>(name); },
          "a row that cannot be read: stop (default), or skip it, and say how many and why")
      ->check(CLI::IsMember(all_names<OnBadRow>()));
  parser.add_flag("--skip-missing", arguments.skip_missing,
                  "leave out tasks whose files are not in the data folder, and say which");
}

void add_answers(CLI::App& parser, EvalArguments& arguments) {
  parser.add_option("--baseline", arguments.baseline, "no model: what answering without reading scores")
      ->check(CLI::IsMember(baseline_names()));
  parser
      .add_option(
          "--predictions", arguments.predictions,
          "no model: one answer per line, {\"task\", \"id\", \"prediction\"}, with \"prompting\" (direct or cot) "
          "where a task is asked both ways")
      ->type_name("FILE");
  parser
      .add_option("--compare", arguments.compare,
                  "no model: two folders that --out wrote; differences B - A of tasks, suites and the normalised "
                  "average, 95% intervals by paired bootstrap over items, 10,000 resamples; what differs first")
      ->expected(2)
      ->type_name("A B");
  parser.add_option("--seed", arguments.seed, "of --compare and of --baseline random (default 0)")
      ->check(whole_number_from(0))
      ->type_name("N");
}

void add_output(CLI::App& parser, EvalArguments& arguments) {
  parser
      .add_option("--out", arguments.out,
                  "write config.json, samples/TASK.jsonl and results.json into this folder; if it holds an unfinished "
                  "evaluation of the same configuration, go on with it")
      ->type_name("FOLDER");
  parser.add_flag("--all-tasks", arguments.all_tasks,
                  "also list the tasks of a suite that has more than 20; with --compare, "
                  "also those that do not differ");
  parser.add_flag("--json", arguments.json, "print results.json instead of tables");
}

}  // namespace

std::function<int()> setup_eval(CLI::App& parser) {
  auto arguments = std::make_shared<EvalArguments>();
  parser.add_option("model", arguments->model, "model folder, such as RUN/checkpoints/step-1000")->type_name("MODEL");
  parser
      .add_option("overrides", arguments->overrides,
                  "settings, on top of each suite's own, or of what the task files say; moe.capacity_factor_eval, "
                  "moe.min_capacity, "
                  "moe.eval_group and moe.second_eval are those of the model:\n" +
                      setting_help(as_tasks_say()))
      ->type_name("KEY=VALUE");
  add_questions(parser, *arguments);
  add_answers(parser, *arguments);
  add_output(parser, *arguments);
  add_device_option(parser);
  return [arguments] { return arguments->compare.empty() ? run_evaluation(*arguments) : run_comparison(*arguments); };
}

}  // namespace flanmoe
