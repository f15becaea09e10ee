#include "run/validation.h"

#include <map>
#include <string>

#include "base/error.h"
#include "base/version.h"
#include "eval/evaluation.h"
#include "eval/files/results_json.h"

namespace flanmoe {
namespace {

std::map<std::string, double> values_of(const EvalResult& result) {
  std::map<std::string, double> values = {{"normalised_average", result.normalised_average}};
  for (const SuiteResult& suite : result.suites)
    values[fmt::format("{}_{}", suite.suite, name_of(suite.prompting))] = suite.score;
  return values;
}

}  // namespace

TrainHooks validation_hooks(const RunOptions& options, const Tokenizer& tokenizer,
                            const std::filesystem::path& folder) {
  TrainHooks hooks;
  if (options.validation.tasks.empty()) return hooks;
  hooks.evaluate = [options, tokenizer, folder](const T5Model& model, int64_t step) {
    const std::filesystem::path kept = folder / "validation" / fmt::format("step-{}", step);
    const EvalRequest request = request_of(options.validation, options.data);
    EvalSetup setup;
    setup.model = fmt::format("step {} of {}", step, folder.string());
    setup.answers = "model";
    setup.version = kVersion;
    const auto answerer = [&] { return model_answerer(model, tokenizer); };
    const Json results = evaluate_into(kept, request, plan_evaluation(request), setup, answerer, {});
    std::map<std::string, double> values = values_of(scores_of(results.at("flanmoe"), kept.string()));
    std::filesystem::remove_all(kept.parent_path());
    return values;
  };
  return hooks;
}

}  // namespace flanmoe
