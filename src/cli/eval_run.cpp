#include <optional>
#include <sstream>

#include "base/config_paths.h"
#include "base/error.h"
#include "base/files.h"
#include "base/log.h"
#include "base/presets.h"
#include "base/progress.h"
#include "base/signals.h"
#include "base/stopwatch.h"
#include "base/version.h"
#include "cli/command.h"
#include "cli/eval_arguments.h"
#include "cli/eval_routing.h"
#include "data/tokenizer/tokenizer_folder.h"
#include "eval/asking/answerer.h"
#include "eval/asking/baseline_answerer.h"
#include "eval/asking/predictions.h"
#include "eval/asking/run_tasks.h"
#include "eval/evaluation.h"
#include "eval/files/config_json.h"
#include "eval/files/eval_folder.h"
#include "eval/files/results_json.h"
#include "model/evaluation_settings.h"
#include "model/folder.h"
#include "tensor/device.h"
#include "train/model_folder.h"

namespace flanmoe {
namespace {

std::vector<std::string> names_of(const std::string& list) {
  std::vector<std::string> names;
  std::istringstream stream(list);
  for (std::string name; std::getline(stream, name, ',');) {
    if (!name.empty()) names.push_back(name);
  }
  return names;
}

// `options`, below what the file says and the settings typed.
EvalOptions options_of(EvalOptions options, const ConfigNode& config, const EvalArguments& arguments) {
  std::vector<std::string> overrides = arguments.overrides;
  if (arguments.limit > 0) overrides.push_back(fmt::format("max_items={}", arguments.limit));
  load_options(with_absolute_paths(with_overrides(config, overrides), {"tasks"}), options);
  if (options.tasks.empty()) {
    fail_input(
        "'tasks' is empty: name task files or folders, as in 'tasks=[\"{{data}}/heldout\"]', or suites, as in --suite "
        "mmlu,bbh");
  }
  return options;
}

// Exactly one of model, --baseline and --predictions answers. Without a model its place holds the first setting. What
// is typed of a model's routing is taken apart.
EvalArguments with_one_answerer(EvalArguments arguments) {
  if (arguments.model.find('=') != std::string::npos && !fs::exists(arguments.model)) {
    arguments.overrides.insert(arguments.overrides.begin(), arguments.model);
    arguments.model.clear();
  }
  const int count = (arguments.model.empty() ? 0 : 1) + (arguments.baseline.empty() ? 0 : 1) +
                    (arguments.predictions.empty() ? 0 : 1);
  if (count != 1)
    fail_input("{} of a model folder, --baseline and --predictions are given; expected one",
               count == 0 ? "none" : "two");
  arguments.routing = take_routing(arguments.overrides);
  if (!arguments.model.empty()) arguments.model = model_folder(arguments.model).string();
  if (arguments.model.empty() && !arguments.routing.empty())
    fail_input("'{}' is of a model's routing, but no model answers; expected no such setting", arguments.routing[0]);
  return arguments;
}

EvalSetup setup_of(const EvalArguments& arguments) {
  EvalSetup setup{arguments.model, "", "", "model", kVersion, as_utf8(typed_command()), Json::object()};
  if (!arguments.predictions.empty()) {
    setup.answers = fmt::format("predictions {}", checksum_file(arguments.predictions));
  } else if (!arguments.baseline.empty()) {
    setup.answers = fmt::format("baseline {}, seed {}", arguments.baseline, arguments.seed);
  }
  if (arguments.model.empty()) return setup;
  const fs::path folder = arguments.model;
  if (!fs::is_directory(folder)) fail_input("{}: no such model folder", arguments.model);
  setup.model_hash = model_hash(folder);
  setup.tokenizer_hash = open_model_tokenizer(folder).fingerprint();
  if (!arguments.routing.empty()) {
    const ModelOptions model = load_model_options(folder);
    setup.routing = routing_changes(model.moe, evaluation_routing(model, arguments.routing));
  }
  return setup;
}

struct LoadedModel {
  T5Model model;
  Tokenizer tokenizer;
};

Answerer answerer_of(const EvalArguments& arguments, const EvalPlan& plan, const std::function<void()>& before_step) {
  if (!arguments.predictions.empty()) return prediction_answerer(arguments.predictions, plan.runs);
  if (!arguments.baseline.empty()) return baseline_answerer(arguments.baseline, static_cast<uint64_t>(arguments.seed));
  const T5Model stored = load_model(arguments.model).to(chosen_device());
  const auto loaded = std::make_shared<LoadedModel>(LoadedModel{
      stored.with_moe(evaluation_routing(stored.options(), arguments.routing)), open_model_tokenizer(arguments.model)});
  check_tokenizer_fits(loaded->tokenizer, loaded->model.options().vocab_size, arguments.model);
  const Answerer answerer = model_answerer(loaded->model, loaded->tokenizer, before_step);
  return [loaded, answerer](const AskedTask& asked, size_t begin, size_t end) { return answerer(asked, begin, end); };
}

// Progress with items per second of this process.
class ItemProgress {
 public:
  void operator()(int64_t done, int64_t total, const std::string& task) {
    if (!progress_) {
      progress_.emplace("eval", total, "item");
      first_done_ = done;
      watch_.restart();
    }
    const double seconds = watch_.seconds();
    const double rate = seconds > 0.0 ? static_cast<double>(done - first_done_) / seconds : 0.0;
    progress_->update(done, fmt::format("{:.1f} items/s, {}", rate, task));
    if (done == total) progress_->finish(fmt::format("{} items, {:.1f} items/s", done - first_done_, rate));
  }

 private:
  std::optional<Progress> progress_;
  int64_t first_done_ = 0;
  Stopwatch watch_;
};

}  // namespace

EvalRequest plan_request(const EvalArguments& arguments) {
  EvalRequest request{{}, names_of(arguments.tasks), arguments.on_bad_row, arguments.skip_missing, arguments.data};
  for (const std::string& name : names_of(arguments.suites)) {
    const fs::path file = find_preset("suites", name);
    request.suites.push_back({file.stem().string(), options_of({}, load_config(file), arguments)});
  }
  if (request.suites.empty()) request.suites.push_back({"", options_of(as_tasks_say(), ConfigNode(), arguments)});
  return request;
}

int run_evaluation(const EvalArguments& typed) {
  const EvalArguments arguments = with_one_answerer(typed);
  const EvalRequest request = plan_request(arguments);
  const EvalPlan plan = plan_evaluation(request);
  for (const std::string& left_out : plan.left_out) log_warn("left out: {}", left_out);
  const EvalSetup setup = setup_of(arguments);
  const std::string stopped = arguments.out.empty() ? "stopped; with --out the evaluation could be gone on with"
                                                    : arguments.out + ": stopped; the same command goes on from here";
  ItemProgress progress;
  RunHooks hooks;
  hooks.progress = [&progress](int64_t done, int64_t total, const std::string& task) { progress(done, total, task); };
  hooks.between_parts = [&stopped] { leave_if_asked(stopped); };
  const auto answerer = [&] { return answerer_of(arguments, plan, hooks.between_parts); };
  print_results(evaluate_into(arguments.out, request, plan, setup, answerer, hooks), arguments);
  return kExitDone;
}

}  // namespace flanmoe
