// Two evaluations of the same items: differences with intervals.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "eval/scoring/bootstrap.h"

namespace flanmoe {

struct ComparedScore {
  std::string kind, name;  // "task" | "suite" | "average"
  double a = 0.0, b = 0.0;
  PairedDifference paired;       // b - a; percent, points for the average
  std::optional<double> p_holm;  // of a task: p as one of all tasks' (Holm), nothing where it has none
};

struct Comparison {
  std::vector<ComparedScore> scores;      // tasks, suites, the normalised average
  std::vector<std::string> not_compared;  // tasks without scores of single items; in no suite here either
};

// Two finished folders of flanmoe eval --out: paired bootstrap over items, whole passages together. UserError naming
// the task or item that only one of them has or scored.
Comparison compare_evaluations(const std::filesystem::path& a, const std::filesystem::path& b, uint64_t seed);

// Holm's step-down adjustment of p-values that were looked at together, in their order: the chance that any of them is
// as small by accident.
std::vector<double> holm_adjusted(const std::vector<double>& p_values);

Json comparison_to_json(const Comparison& comparison);

}  // namespace flanmoe
