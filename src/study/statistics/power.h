// How many seeds would decide a question, were its difference and spread those that were seen (docs/statistics.md).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "study/statistics/contrast.h"

namespace flanmoe {

// Those of one look: two-sided of yes and no, one-sided of equal.
struct NominalLevels {
  double difference = 0.0, equality = 0.0;
};

inline constexpr int64_t kMostSeeds = 1000;

// The least number of seeds with which one look says yes, no or equal with a chance of about 80%; of several parts yes
// and equal need all, no needs one. None where kMostSeeds would not do, and where one seed tells no spread.
std::optional<int64_t> seeds_to_decide(const std::vector<Estimate>& parts, double margin, const NominalLevels& levels);

}  // namespace flanmoe
