#include "study/statistics/crossing.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/random.h"

namespace flanmoe {
namespace {

constexpr size_t kResamples = 2000;
constexpr double kTail = 0.025;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The seeds of `differences` in `drawn`, averaged at each step.
std::vector<double> mean_of(const std::vector<std::vector<double>>& differences, const std::vector<size_t>& drawn) {
  std::vector<double> mean(differences.front().size(), 0.0);
  for (size_t seed : drawn) {
    for (size_t t = 0; t < mean.size(); ++t) mean[t] += differences[seed][t] / static_cast<double>(drawn.size());
  }
  return mean;
}

// Infinite for fits that pass zero before the first step, or not at all.
double place_of(const std::vector<int64_t>& steps, const std::vector<double>& fit) {
  if (const auto zero = zero_of(steps, fit)) return *zero;
  return fit.back() > 0.0 ? -kInfinity : kInfinity;
}

std::optional<double> if_finite(double value) { return std::isfinite(value) ? std::optional(value) : std::nullopt; }

void add_interval(Crossing& crossing, const std::vector<int64_t>& steps,
                  const std::vector<std::vector<double>>& differences, std::string_view name) {
  RandomStream random(0, name);
  std::vector<double> places;
  std::vector<size_t> drawn(differences.size());
  for (size_t r = 0; r < kResamples; ++r) {
    for (size_t& seed : drawn) seed = random.below(differences.size());
    places.push_back(place_of(steps, isotonic_fit(mean_of(differences, drawn))));
  }
  std::sort(places.begin(), places.end());
  const auto cut = static_cast<size_t>(kTail * static_cast<double>(kResamples));
  crossing.low = if_finite(places[cut]);
  crossing.high = if_finite(places[kResamples - 1 - cut]);
}

}  // namespace

std::vector<double> isotonic_fit(const std::vector<double>& values) {
  struct Block {
    double sum;
    size_t count;
    double mean() const { return sum / static_cast<double>(count); }
  };
  std::vector<Block> blocks;
  for (double value : values) {
    blocks.push_back({value, 1});
    while (blocks.size() >= 2 && blocks[blocks.size() - 2].mean() >= blocks.back().mean()) {
      const Block last = blocks.back();
      blocks.pop_back();
      blocks.back().sum += last.sum;
      blocks.back().count += last.count;
    }
  }
  std::vector<double> fit;
  for (const Block& block : blocks) fit.insert(fit.end(), block.count, block.mean());
  return fit;
}

std::optional<double> zero_of(const std::vector<int64_t>& steps, const std::vector<double>& fit) {
  FLANMOE_ASSERT(!fit.empty() && fit.size() == steps.size());
  if (fit.front() >= 0.0 || fit.back() <= 0.0) return std::nullopt;
  size_t i = 1;
  while (fit[i] < 0.0) ++i;
  const auto before = static_cast<double>(steps[i - 1]), behind = static_cast<double>(steps[i]);
  return before + (behind - before) * fit[i - 1] / (fit[i - 1] - fit[i]);
}

Crossing crossing_of(const std::vector<int64_t>& steps, const std::vector<std::vector<double>>& differences,
                     std::string_view name) {
  FLANMOE_ASSERT(!differences.empty());
  std::vector<size_t> all(differences.size());
  for (size_t seed = 0; seed < all.size(); ++seed) all[seed] = seed;
  Crossing crossing;
  crossing.mean = mean_of(differences, all);
  crossing.fit = isotonic_fit(crossing.mean);
  crossing.step = zero_of(steps, crossing.fit);
  if (crossing.step && differences.size() > 1) add_interval(crossing, steps, differences, name);
  return crossing;
}

}  // namespace flanmoe
