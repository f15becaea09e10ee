#include "study/log_odds.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "eval/files/samples.h"

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

std::map<std::string, double> log_odds_of(const EvalResult& result, const std::filesystem::path& folder) {
  std::map<std::string, double> means;
  const SampleFolder samples(folder / "samples");
  for (const TaskResult& task : result.tasks) {
    double sum = 0.0, count = 0.0;
    for (const auto& [id, item] : samples.read(task.task, task.prompting)) {
      if (item.ranking.empty()) continue;
      sum += log_odds_of(item);
      count += 1.0;
    }
    if (count > 0.0) means[task.name()] = sum / count;
  }
  return means;
}

}  // namespace flanmoe
