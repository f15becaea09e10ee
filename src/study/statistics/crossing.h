// Where a difference that grows passes zero.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace flanmoe {

// The non-decreasing values nearest to `values` by least squares, each of equal weight (isotonic regression, by pooling
// adjacent violators).
std::vector<double> isotonic_fit(const std::vector<double>& values);

// Of a fit that begins below and ends above zero; nothing for any other.
std::optional<double> zero_of(const std::vector<int64_t>& steps, const std::vector<double>& fit);

struct Crossing {
  std::vector<double> mean, fit;  // over seeds, at each step
  std::optional<double> step;     // where the fit passes zero, on the straight line between two steps
  // 95%, by resampling seeds; absent where `step` is, where there is one seed, and an end of it where too many
  // resamples begin above zero (low) or never get there (high).
  std::optional<double> low, high;
};

// differences[seed][step]; `name` of the stream of random numbers, which alone decides the resamples.
Crossing crossing_of(const std::vector<int64_t>& steps, const std::vector<std::vector<double>>& differences,
                     std::string_view name);

}  // namespace flanmoe
