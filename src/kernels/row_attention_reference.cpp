#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/row_attention.h"

namespace flanmoe {

void row_attention_reference(std::span<const float> q, std::span<const float> keys, std::span<const float> values,
                             std::span<const float> bias, int64_t num_heads, std::span<float> out) {
  const size_t heads = static_cast<size_t>(num_heads), stride = q.size(), width = stride / heads;
  const size_t num_keys = keys.size() / stride;
  for (size_t h = 0; h < heads; ++h) {
    std::vector<double> weights(num_keys);
    double sum = 0.0;
    for (size_t j = 0; j < num_keys; ++j) {
      double score = bias.empty() ? 0.0 : bias[h * num_keys + j];
      for (size_t k = 0; k < width; ++k) {
        score += static_cast<double>(q[h * width + k]) * keys[j * stride + h * width + k];
      }
      weights[j] = score;
    }
    const double largest = *std::max_element(weights.begin(), weights.end());
    for (double& weight : weights) sum += weight = std::exp(weight - largest);
    for (size_t k = 0; k < width; ++k) {
      double mixed = 0.0;
      for (size_t j = 0; j < num_keys; ++j) mixed += weights[j] / sum * values[j * stride + h * width + k];
      out[h * width + k] = static_cast<float>(mixed);
    }
  }
}

}  // namespace flanmoe
