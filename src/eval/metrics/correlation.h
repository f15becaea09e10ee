// Correlation of two rows of numbers.
#pragma once

#include <optional>
#include <vector>

namespace flanmoe {

// Nothing when the rows are shorter than two or one of them is constant.
std::optional<double> pearson(const std::vector<double>& x, const std::vector<double>& y);
// Pearson of the ranks.
std::optional<double> spearman(const std::vector<double>& x, const std::vector<double>& y);
// From 1 up; equal values share the mean of their ranks.
std::vector<double> average_ranks(const std::vector<double>& values);

}  // namespace flanmoe
