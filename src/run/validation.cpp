#include "run/validation.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/remove_folder.h"
#include "base/signals.h"
#include "base/version.h"
#include "eval/evaluation.h"
#include "eval/files/results_json.h"
#include "eval/scoring/interval.h"
#include "run/held_out.h"

namespace flanmoe {
namespace {

const char* const kLoss = "loss";
const std::string kAverage = "normalised_average";

// A task without a suite stands for itself.
std::string metric_of(const std::string& suite, const std::string& task, Prompting prompting) {
  return fmt::format("{}_{}", suite.empty() ? task : suite, name_of(prompting));
}

void stop_if_asked() { leave_if_asked("stopped while validating"); }

class Validation {
 public:
  Validation(const RunOptions& options, const Tokenizer& tokenizer, std::filesystem::path folder)
      : tokenizer_(tokenizer), folder_(std::move(folder)), held_out_(held_out_batches(options, tokenizer)) {
    if (options.validation.tasks.empty()) {
      if (!options.validation.include.empty())
        fail_input("'validation.include' is given, but 'validation.tasks' is empty");
      return;
    }
    request_ = request_of(options.validation, options.data);
    request_.globs = options.validation.include;
    request_.globs_name = "'validation.include'";
    plan_ = plan_evaluation(request_);
  }

  // Scores and losses; the ends of an interval tell no best step.
  std::vector<std::string> metrics() const {
    std::set<std::string> names;
    if (!held_out_.empty()) names.insert(kLoss);
    if (!plan_.runs.empty()) names.insert(kAverage);
    for (const TaskRun& run : plan_.runs) names.insert(metric_of(run.suite, run.task.name, run.prompting));
    return {names.begin(), names.end()};
  }

  std::map<std::string, double> operator()(const T5Model& model, int64_t step) const {
    std::map<std::string, double> values;
    if (!plan_.runs.empty()) values = scores(model, step);
    if (!held_out_.empty()) values[kLoss] = held_out_loss(model, held_out_, stop_if_asked);
    remove_folder(folder_ / "validation");  // all is known
    return values;
  }

 private:
  std::map<std::string, double> scores(const T5Model& model, int64_t step) const {
    const std::filesystem::path kept = folder_ / "validation" / fmt::format("step-{}", step);
    if (step == 0) remove_folder(kept);  // nothing tells that the attempt before began with the same model and rows
    EvalSetup setup;
    setup.model = fmt::format("step {}", step);  // of this run, wherever its folder is now
    setup.answers = "model";
    setup.version = kVersion;
    RunHooks hooks;
    hooks.between_parts = stop_if_asked;
    const auto answerer = [&] { return model_answerer(model, tokenizer_, stop_if_asked); };
    const Json results = evaluate_into(kept, request_, plan_, setup, answerer, hooks);
    const EvalResult result = scores_of(results.at("flanmoe"), kept.string());
    const ScoreInterval interval = normalised_average_interval(result.suites, result.normalised_average);
    std::map<std::string, double> values = {
        {kAverage, result.normalised_average}, {kAverage + "_low", interval.low}, {kAverage + "_high", interval.high}};
    for (const SuiteResult& suite : result.suites) {
      if (!suite.suite.empty()) values[metric_of(suite.suite, "", suite.prompting)] = suite.score;
    }
    for (const TaskResult& task : result.tasks) {
      if (task.suite.empty()) values[metric_of("", task.task, task.prompting)] = task.score;
    }
    return values;
  }

  Tokenizer tokenizer_;
  std::filesystem::path folder_;
  std::vector<TokenBatch> held_out_;
  EvalRequest request_;
  EvalPlan plan_;
};

void expect_something(const RunOptions& options, const std::vector<std::string>& metrics) {
  if (!metrics.empty()) return;
  const std::string hold_out =
      options.mode == Phase::kPretrain
          ? "'validation.files' or 'corpus.held_out_share' for the loss"
          : fmt::format("'mixture.held_out_share' or a split '{}' of the mixture's tasks for the loss",
                        options.validation.loss_split);
  const std::string when = options.train.eval_every > 0
                               ? fmt::format("'train.eval_every' is {}", options.train.eval_every)
                               : "'train.eval_at' is given";
  fail_input("{}, but there is nothing to evaluate; expected 'validation.tasks', or {}{}", when, hold_out,
             options.validation.loss_batches == 0 ? " ('validation.loss_batches' is 0)" : "");
}

// What was asked to be validated, and when is not said. Text may be held out and no loss asked on it.
void expect_nothing(const RunOptions& options) {
  const ValidationOptions& validation = options.validation;
  const bool asks_loss = validation.loss_batches > 0;
  const std::vector<std::pair<const char*, bool>> asked = {
      {"validation.tasks", !validation.tasks.empty()},
      {"validation.include", !validation.include.empty()},
      {"validation.files", !validation.files.empty()},
      {"corpus.held_out_share", asks_loss && options.mode == Phase::kPretrain && options.corpus.held_out_share > 0.0},
      {"mixture.held_out_share",
       asks_loss && options.mode != Phase::kPretrain && options.mixture.held_out_share > 0.0}};
  for (const auto& [key, is_asked] : asked) {
    if (is_asked)
      fail_input("'{}' is given, but 'train.eval_every' is 0; expected the steps between validations there", key);
  }
}

}  // namespace

TrainHooks validation_hooks(const RunOptions& options, const Tokenizer& tokenizer,
                            const std::filesystem::path& folder) {
  TrainHooks hooks;
  if (!options.train.validates()) {
    expect_nothing(options);
    return hooks;
  }
  const auto validation = std::make_shared<const Validation>(options, tokenizer, folder);
  hooks.metrics = validation->metrics();
  expect_something(options, hooks.metrics);
  hooks.evaluate = [validation](const T5Model& model, int64_t step) { return (*validation)(model, step); };
  return hooks;
}

}  // namespace flanmoe
