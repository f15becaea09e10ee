#include <ATen/ATen.h>

#include <algorithm>

#include "kernels/linear_rows.h"
#include "tensor/parallel.h"

namespace flanmoe::kernels {
namespace {

constexpr int64_t kTogether = 4;            // weight rows at once: as many independent sums
constexpr int64_t kGrainWeights = 1 << 15;  // below this a second thread costs more than it saves

// out[0..4) = four rows of weights times x
void dot_four(const float* x, const float* weights, int64_t width, float* out) {
  const float *w0 = weights, *w1 = w0 + width, *w2 = w1 + width, *w3 = w2 + width;
  float s0 = 0, s1 = 0, s2 = 0, s3 = 0;
#pragma omp simd reduction(+ : s0, s1, s2, s3)
  for (int64_t i = 0; i < width; ++i) {
    s0 += x[i] * w0[i];
    s1 += x[i] * w1[i];
    s2 += x[i] * w2[i];
    s3 += x[i] * w3[i];
  }
  out[0] = s0;
  out[1] = s1;
  out[2] = s2;
  out[3] = s3;
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
