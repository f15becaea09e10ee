#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/row_loops.h"
#include "kernels/screened_argmax.h"
#include "tensor/threads.h"

namespace flanmoe::kernels {
namespace {

constexpr int64_t kGrain = 64;  // rows
constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kLargestCode = 127.0f;
// What products and sums of numbers near zero may lose to underflow.
constexpr float kUnderflow = 1e-30f;

double norm_of(const float* x, int64_t width) {
  double sum = 0.0;
  for (int64_t d = 0; d < width; ++d) sum += static_cast<double>(x[d]) * x[d];
  return std::sqrt(sum);
}

// Rounded up, and more than the errors of a sum in double.
float above(double value) { return std::nextafter(static_cast<float>(value * (1.0 + 1e-6)), kInfinity); }

struct RowScreen {
  float scale, bound;
};

// A float32 sum of D products differs from the true one by at most D 2^-24 |row| |x| (to first order; twice that
// covers the rest, the scale's product and the comparison). The row's codes are off by `error`.
RowScreen screen_row(const float* row, int64_t width, int8_t* codes) {
  float largest = 0.0f;
#pragma omp simd reduction(max : largest)
  for (int64_t d = 0; d < width; ++d) largest = std::max(largest, std::abs(row[d]));
  const bool tiny = largest < kUnderflow;  // all codes are zero
  const float scale = tiny ? 0.0f : largest / kLargestCode, codes_per_unit = tiny ? 0.0f : kLargestCode / largest;
  double error = 0.0, square = 0.0;
#pragma omp simd reduction(+ : error, square)
  for (int64_t d = 0; d < width; ++d) {
    const float value = row[d] * codes_per_unit;
    const auto code = static_cast<int32_t>(value + (value < 0.0f ? -0.5f : 0.5f));  // at most 127.5, cut off
    codes[d] = static_cast<int8_t>(code);
    const double exact = row[d], lost = exact - static_cast<double>(scale) * code;
    error += lost * lost;
    square += exact * exact;
  }
  const double rounding = 2.0 * static_cast<double>(width + 8) * std::ldexp(1.0, -24);
  return {scale, above(std::sqrt(error) + rounding * (2.0 * std::sqrt(square) + std::sqrt(error)))};
}

// The screen's rows as plain pointers, with the vector that they meet.
class Rows {
 public:
  Rows(const at::Tensor& x, const at::Tensor& weights, const Screen& screen)
      : width_(weights.size(1)),
        x_(x.const_data_ptr<float>()),
        weights_(weights.const_data_ptr<float>()),
        codes_(screen.codes.const_data_ptr<int8_t>()),
        scale_(screen.scale.const_data_ptr<float>()),
        bound_(screen.bound.const_data_ptr<float>()),
        norm_(above(norm_of(x_, width_))) {}

  // Of rows `from` to `to`.
  void estimate(int64_t from, int64_t to, float* out) const {
    dot_rows(codes_, from, to, x_, width_, out);
    for (int64_t n = from; n < to; ++n) out[n] *= scale_[n];
  }
  float margin(int64_t n) const { return bound_[n] * norm_ + kUnderflow; }
  float product(int64_t n) const { return dot(weights_ + n * width_, x_, width_); }

 private:
  int64_t width_;
  const float *x_, *weights_;
  const int8_t* codes_;
  const float *scale_, *bound_;
  float norm_;
};

}  // namespace

Screen make_screen_cpu(const at::Tensor& weights) {
  const int64_t num_rows = weights.size(0), width = weights.size(1);
  Screen screen{at::empty({num_rows, width}, at::kChar), at::empty({num_rows}, at::kFloat),
                at::empty({num_rows}, at::kFloat)};
  const float* row = weights.const_data_ptr<float>();
  auto* codes = screen.codes.mutable_data_ptr<int8_t>();
  float *scale = screen.scale.mutable_data_ptr<float>(), *bound = screen.bound.mutable_data_ptr<float>();
  split_work(0, num_rows, kGrain, [=](int64_t begin, int64_t end) {
    for (int64_t n = begin; n < end; ++n) {
      const RowScreen made = screen_row(row + n * width, width, codes + n * width);
      scale[n] = made.scale;
      bound[n] = made.bound;
    }
  });
  return screen;
}

std::optional<int64_t> screened_argmax_cpu(const at::Tensor& x, const at::Tensor& weights, const Screen& screen,
                                           const std::vector<int64_t>& excluded) {
  const Rows rows(x, weights, screen);
  const int64_t num_rows = weights.size(0);
  std::vector<float> upper(num_rows), lower(num_rows);
  split_work(0, num_rows, kGrain, [&](int64_t begin, int64_t end) {
    rows.estimate(begin, end, upper.data());
    for (int64_t n = begin; n < end; ++n) {
      const float margin = rows.margin(n);
      lower[n] = upper[n] - margin;
      upper[n] += margin;
    }
  });
  for (const int64_t n : excluded) upper[n] = lower[n] = -kInfinity;
  float floor = -kInfinity;
#pragma omp simd reduction(max : floor)
  for (int64_t n = 0; n < num_rows; ++n) floor = std::max(floor, lower[n]);
  std::vector<int64_t> candidates;
  for (int64_t n = 0; n < num_rows; ++n) {
    if (!(upper[n] < floor) && upper[n] != -kInfinity) candidates.push_back(n);
  }
  std::vector<float> products(candidates.size());
  split_work(0, static_cast<int64_t>(candidates.size()), kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) products[i] = rows.product(candidates[i]);
  });
  const bool finite = std::all_of(products.begin(), products.end(), [](float value) { return std::isfinite(value); });
  if (products.empty() || !finite || floor == kInfinity) return std::nullopt;
  return candidates[std::max_element(products.begin(), products.end()) - products.begin()];  // the first of equals
}

}  // namespace flanmoe::kernels
