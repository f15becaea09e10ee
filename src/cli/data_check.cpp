// `flanmoe data check`: is evaluation text in the training text?
#include <iostream>
#include <optional>

#include "base/error.h"
#include "base/files.h"
#include "base/log.h"
#include "base/progress.h"
#include "cli/data_check_report.h"
#include "cli/data_check_tasks.h"
#include "cli/data_commands.h"
#include "cli/output.h"
#include "data/documents.h"
#include "data/overlap/checked_texts.h"
#include "data/overlap/contamination.h"
#include "data/task_paths.h"

namespace flanmoe {
namespace {

struct CheckArguments {
  std::string mixture, data = ".", out;
  std::vector<std::string> against, corpus;
  int64_t window = kOverlapWindow, show = 5;
  bool json = false, skip_missing = false;
};

void scan_corpus(ContaminationCheck& check, const std::string& file, const PairSink& sink) {
  int64_t number = 0;
  for (const RawDocument& document : read_documents(file)) {
    check.scan(file, fmt::format("document {}", ++number), document.text, sink);
  }
}

// The training side, one task or file after the other.
void scan_all(ContaminationCheck& check, const CheckArguments& arguments, const PairSink& sink) {
  std::vector<TaskSpec> tasks;
  if (!arguments.mixture.empty()) tasks = training_tasks(arguments.mixture, arguments.data);
  const size_t total = tasks.size() + arguments.corpus.size();
  Progress progress("check", static_cast<int64_t>(total), "file");
  int64_t done = 0;
  for (const TaskSpec& task : tasks) {
    visit_training_texts(
        task, [&](const std::string& id, const std::string& text) { check.scan(task.name, id, text, sink); });
    progress.update(++done, task.name);
  }
  for (const std::string& file : arguments.corpus) {
    scan_corpus(check, resolve_path(file, arguments.data).string(), sink);
    progress.update(++done, file);
  }
  progress.finish(fmt::format("{} texts", check.report().num_training_texts));
}

int check(const CheckArguments& arguments) {
  if (arguments.mixture.empty() && arguments.corpus.empty()) {
    fail_input("nothing to check: expected a mixture or task file, or --corpus with files");
  }
  NewLinesFile pairs("--out", arguments.out);
  const EvaluationTasks evaluation = evaluation_tasks(arguments.against, arguments.data, arguments.skip_missing);
  for (const std::string& reason : evaluation.left_out) log_warn("not checked against: {}", reason);
  ContaminationCheck check(evaluation.tasks, arguments.window, arguments.show);
  scan_all(check, arguments, [&pairs](const OverlapPair& pair) {
    if (pairs.is_wanted()) pairs.write(json_line(json_of(pair), pairs.path()));
  });
  pairs.finish();
  const ContaminationReport& report = check.report();
  if (arguments.json) {
    std::cout << json_line(json_of(report, arguments.window), "standard output") << "\n";
  } else {
    print_report(report);
  }
  return report.clean() ? kExitDone : kExitCheckFailed;
}

}  // namespace

std::function<int()> setup_data_check(CLI::App& parser) {
  auto arguments = std::make_shared<CheckArguments>();
  parser
      .add_option("mixture", arguments->mixture,
                  "what is trained on: a task file or a folder of them, or a mixture: " + preset_help("mixtures"))
      ->type_name("MIXTURE");
  parser
      .add_option(
          "--against", arguments->against,
          "what is evaluated: suites, by name or file, task files or folders of them. Suites: " + preset_help("suites"))
      ->required()
      ->type_name("SUITES");
  parser.add_option("--corpus", arguments->corpus, "pre-training text to check as well: .txt or .jsonl, .gz too")
      ->type_name("FILES");
  parser.add_option("--data", arguments->data, "folder that {data} in these files stands for (default .)")
      ->type_name("FOLDER");
  parser
      .add_option("--window", arguments->window,
                  "words in a row that a long text must share (default 13); shorter questions are found as a whole")
      ->check(CLI::Range(kShortestQuestion + 1, int64_t{1000}));
  parser.add_option("--show", arguments->show, "pairs shown per evaluation task and split (default 5)")
      ->check(whole_number_from(0));
  parser.add_option("--out", arguments->out, "every pair goes into this new file, one JSON object a line")
      ->type_name("FILE");
  parser.add_flag("--skip-missing", arguments->skip_missing,
                  "leave out evaluation tasks and splits whose files are not in the data folder");
  parser.add_flag("--json", arguments->json, "the report as one JSON object");
  return [arguments] { return check(*arguments); };
}

}  // namespace flanmoe
