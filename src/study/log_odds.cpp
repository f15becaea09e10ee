#include "study/log_odds.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "eval/files/samples.h"
#include "eval/scoring/clustered_mean.h"

namespace flanmoe {
namespace {

// log(e^a + e^b)
double log_add(double a, double b) {
  if (std::isinf(a) || std::isinf(b)) return std::max(a, b);
  return std::max(a, b) + std::log1p(std::exp(-std::abs(a - b)));
}

}  // namespace

double log_odds_of(const ItemResult& item) {
  FLANMOE_ASSERT(!item.ranking.empty() && item.ranking.size() == item.options.size());
  double right = -std::numeric_limits<double>::infinity(), wrong = right;
  for (size_t i = 0; i < item.options.size(); ++i) {
    const bool is_right = std::find(item.answers.begin(), item.answers.end(), item.options[i]) != item.answers.end();
    double& side = is_right ? right : wrong;
    side = log_add(side, item.ranking[i].sum);
  }
  return std::clamp(right - wrong, -kMostLogOdds, kMostLogOdds);
}

std::map<std::string, LogOdds> log_odds_of(const EvalResult& result, const std::filesystem::path& folder) {
  std::map<std::string, LogOdds> odds;
  const SampleFolder samples(folder / "samples");
  for (const TaskResult& task : result.tasks) {
    std::vector<ItemResult> ranked;
    for (const auto& [id, item] : samples.read(task.task, task.prompting)) {
      if (!item.ranking.empty()) ranked.push_back(item);
    }
    if (ranked.empty()) continue;
    const ClusteredMean mean = clustered_mean(ranked, [](const ItemResult& item) { return log_odds_of(item); });
    odds[task.name()] = {mean.mean, mean.standard_error};
  }
  return odds;
}

}  // namespace flanmoe
