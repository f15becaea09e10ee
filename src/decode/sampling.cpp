#include "decode/sampling.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace flanmoe {

int32_t sample_token(std::span<const float> logits, const GenerateOptions& options, RandomStream& stream) {
  std::vector<int32_t> order(logits.size());
  std::iota(order.begin(), order.end(), 0);
  const auto likelier = [&](int32_t a, int32_t b) { return logits[a] != logits[b] ? logits[a] > logits[b] : a < b; };
  if (options.top_k > 0 && options.top_k < static_cast<int64_t>(order.size())) {
    std::partial_sort(order.begin(), order.begin() + options.top_k, order.end(), likelier);
    order.resize(options.top_k);
  } else {
    std::sort(order.begin(), order.end(), likelier);
  }
  std::vector<double> mass;
  double total = 0.0;
  for (const int32_t id : order) {
    mass.push_back(std::exp((logits[id] - logits[order[0]]) / options.temperature));  // 1 for the likeliest
    total += mass.back();
  }
  double kept = 0.0;
  size_t count = 0;
  while (count < mass.size() && kept < options.top_p * total && mass[count] >= options.min_p) kept += mass[count++];
  double left = stream.uniform() * kept;
  for (size_t i = 0; i < count; ++i) {
    left -= mass[i];
    if (left < 0.0) return order[i];
  }
  return order[count - 1];
}

}  // namespace flanmoe
