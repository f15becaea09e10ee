#include "study/statistics/power.h"

#include <algorithm>
#include <cmath>

#include "study/statistics/student_t.h"

namespace flanmoe {
namespace {

constexpr double kPower = 0.8;
// Of a difference near nothing both tests of "equal" must pass: each may fail half as often.
constexpr double kPowerOfEach = 0.5 * (1.0 + kPower);

// What tasks add stays, however many seeds there are.
double standard_error(const Estimate& part, int64_t num_seeds) {
  const double of_one_seed = part.seed_variance * static_cast<double>(part.num_seeds);
  const double of_tasks = std::max(0.0, part.variance - part.seed_variance);
  return std::sqrt(of_one_seed / static_cast<double>(num_seeds) + of_tasks);
}

// Whether a test of the one-sided `level` sees `distance` with a chance of `power`.
bool is_seen(const Estimate& part, double distance, double level, double power, int64_t num_seeds) {
  const auto degrees = static_cast<double>(num_seeds - 1);
  const double errors = student_t_quantile(1.0 - level, degrees) + student_t_quantile(power, degrees);
  return distance > errors * standard_error(part, num_seeds);
}

bool would_decide(const std::vector<Estimate>& parts, double margin, const NominalLevels& levels, int64_t num_seeds) {
  const double side = 0.5 * levels.difference;
  bool yes = true, no = false, equal = true;
  for (const Estimate& part : parts) {
    yes &= is_seen(part, part.mean, side, kPower, num_seeds);
    no |= is_seen(part, -part.mean, side / static_cast<double>(parts.size()), kPower, num_seeds);
    equal &= is_seen(part, margin - std::abs(part.mean), levels.equality, kPowerOfEach, num_seeds);
  }
  return yes || no || equal;
}

}  // namespace

std::optional<int64_t> seeds_to_decide(const std::vector<Estimate>& parts, double margin, const NominalLevels& levels) {
  if (parts.front().num_seeds < 2 || !would_decide(parts, margin, levels, kMostSeeds)) return std::nullopt;
  int64_t too_few = 1, enough = kMostSeeds;
  while (enough - too_few > 1) {
    const int64_t middle = too_few + (enough - too_few) / 2;
    (would_decide(parts, margin, levels, middle) ? enough : too_few) = middle;
  }
  return enough;
}

}  // namespace flanmoe
