#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/row_attention.h"
#include "kernels/row_loops.h"
#include "tensor/threads.h"

namespace flanmoe::kernels {
namespace {

constexpr int64_t kGrain = 16384;  // keys' numbers for which it is worth starting a thread

}  // namespace

void row_softmax_cpu(std::span<float> scores) {
  const float largest = *std::max_element(scores.begin(), scores.end());
  float sum = 0.0f;
  for (float& score : scores) sum += score = std::exp(score - largest);
  for (float& score : scores) score /= sum;
}

void row_attention_cpu(std::span<const float> q, std::span<const float> keys, std::span<const float> values,
                       std::span<const float> bias, int64_t num_heads, std::span<float> out) {
  const auto stride = static_cast<int64_t>(q.size()), num_keys = static_cast<int64_t>(keys.size()) / stride;
  const int64_t width = stride / num_heads;
  const int64_t grain = std::max<int64_t>(1, kGrain / (num_keys * width));
  split_work(0, num_heads, grain, [&](int64_t begin, int64_t end) {
    std::vector<float> scores(num_keys);
    for (int64_t h = begin; h < end; ++h) {
      const float *key = keys.data() + h * width, *value = values.data() + h * width;
      for (int64_t j = 0; j < num_keys; ++j) {
        scores[j] = dot(key + j * stride, q.data() + h * width, width) + (bias.empty() ? 0.0f : bias[h * num_keys + j]);
      }
      row_softmax_cpu(scores);
      float* mixed = out.data() + h * width;
      std::fill(mixed, mixed + width, 0.0f);
      for (int64_t j = 0; j < num_keys; ++j) add_scaled(mixed, value + j * stride, scores[j], width);
    }
  });
}

}  // namespace flanmoe::kernels
