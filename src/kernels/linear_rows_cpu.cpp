#include <ATen/ATen.h>

#include <algorithm>

#include "kernels/linear_rows.h"
#include "tensor/parallel.h"

namespace flanmoe::kernels {
namespace {

constexpr int64_t kTogether = 4;            // weight rows at once: as many independent sums
constexpr int64_t kGrainWeights = 1 << 15;  // below this a second thread costs more than it saves

using Lanes [[gnu::vector_size(32), gnu::aligned(4)]] = float;  // eight floats, at any address
constexpr int64_t kLanes = 8, kLine = 2 * kLanes;               // a cache line holds two of them

constexpr int64_t kFarEnough = 1024;  // floats; as many of each row are on their way

Lanes load(const float* from) { return *reinterpret_cast<const Lanes*>(from); }

float sum_of(Lanes lanes) {
  float sum = 0;
  for (int64_t i = 0; i < kLanes; ++i) sum += lanes[i];
  return sum;
}

// out[0..4) = four rows of weights times x. On the way the rows that come next are asked for: the processor's own
// prefetching stops at the end of a page.
void dot_four(const float* x, const float* weights, int64_t width, float* out) {
  Lanes sums[kTogether][2] = {};
  const int64_t whole = width / kLine * kLine, ahead = width > kFarEnough ? kFarEnough : kTogether * width;
  for (int64_t i = 0; i < whole; i += kLine) {
    const Lanes first = load(x + i), second = load(x + i + kLanes);
    for (int64_t k = 0; k < kTogether; ++k) {
      const float* row = weights + k * width + i;
      __builtin_prefetch(row + ahead);
      sums[k][0] += first * load(row);
      sums[k][1] += second * load(row + kLanes);
    }
  }
  for (int64_t k = 0; k < kTogether; ++k) {
    out[k] = sum_of(sums[k][0] + sums[k][1]);
    for (int64_t i = whole; i < width; ++i) out[k] += x[i] * weights[k * width + i];
  }
}

float dot_one(const float* x, const float* weights, int64_t width) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < width; ++i) sum += x[i] * weights[i];
  return sum;
}

}  // namespace

void few_rows_linear_cpu(const at::Tensor& x, const at::Tensor& weight, at::Tensor& out) {
  const int64_t num_rows = x.size(0), width = x.size(1), num_outputs = weight.size(0);
  const float* input = x.const_data_ptr<float>();
  const float* weights = weight.const_data_ptr<float>();
  float* result = out.mutable_data_ptr<float>();
  const int64_t num_blocks = (num_outputs + kTogether - 1) / kTogether;
  const int64_t grain = std::max<int64_t>(1, kGrainWeights / (kTogether * width));
  split_work(0, num_blocks, grain, [&](int64_t begin, int64_t end) {
    for (int64_t block = begin; block < end; ++block) {
      const int64_t first = block * kTogether, last = std::min(first + kTogether, num_outputs);
      for (int64_t r = 0; r < num_rows; ++r) {  // the block stays in the cache for all rows
        float* row = result + r * num_outputs;
        if (last - first == kTogether) {
          dot_four(input + r * width, weights + first * width, width, row + first);
        } else {
          for (int64_t o = first; o < last; ++o) row[o] = dot_one(input + r * width, weights + o * width, width);
        }
      }
    }
  });
}

}  // namespace flanmoe::kernels
