#include "train/best.h"

#include <algorithm>

#include "base/error.h"
#include "base/nearest_name.h"

namespace flanmoe {

BestSoFar after_validation(BestSoFar best, const std::string& metric, double value, int64_t step) {
  const bool is_loss = metric.ends_with("loss");
  const bool is_better = best.step == 0 || (is_loss ? value < best.value : value > best.value);
  if (is_better) return {step, value, 0};
  ++best.num_worse;
  return best;
}

bool is_patience_over(const TrainOptions& options, const BestSoFar& best) {
  return options.patience > 0 && best.num_worse >= options.patience;
}

void check_best(const TrainOptions& options, const std::vector<std::string>& metrics) {
  if (options.best.empty()) {
    if (options.patience == 0) return;
    fail_input(
        "'train.patience' is {}, but 'train.best' is empty: name the metric that should get better, as eval/loss",
        options.patience);
  }
  if (!options.validates()) {
    fail_input("'train.best' is '{}', but 'train.eval_every' is 0: say how many steps lie between validations",
               options.best);
  }
  std::vector<std::string> names;
  for (const std::string& metric : metrics) names.push_back("eval/" + metric);
  if (std::find(names.begin(), names.end(), options.best) != names.end()) return;
  fail_input("'train.best' is '{}', which no validation of this run gives; {}expected {}", options.best,
             did_you_mean(options.best, names), fmt::join(names, ", "));
}

}  // namespace flanmoe
