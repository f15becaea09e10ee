#include <ATen/ATen.h>
#include <ATen/Dispatch.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "kernels/permute.h"
#include "tensor/threads.h"

// Fused multiply-adds are written as such: the bits are then not the compiler's choice.
namespace flanmoe::kernels {
namespace {

constexpr int64_t kNumbers = 32768;  // numbers for which it is worth starting a thread
constexpr int64_t kTogether = 4;     // sums made side by side, so that none waits for its own last addition

int64_t grain_of(int64_t width) { return std::max<int64_t>(1, kNumbers / std::max<int64_t>(1, width)); }

// The positions from `begin` to `end` of out = the sum of scale * rows. A thread reads all of `to` for its part of the
// positions, so that rows are added in their order whatever the number of threads. What comes first at a position is
// added to zeros, which are not written beforehand.
template <class T>
void add_rows(const T* rows, const T* scale, at::ArrayRef<int64_t> to, int64_t begin, int64_t end, int64_t width,
              T* out) {
  const std::vector<T> zeros(width, T(0));
  std::vector<uint8_t> met(end - begin, 0);
  for (size_t r = 0; r < to.size(); ++r) {
    if (to[r] < begin || to[r] >= end) continue;
    const T factor = scale ? scale[r] : T(1);
    const T* row = rows + static_cast<int64_t>(r) * width;
    T* sum = out + to[r] * width;
    const T* before = met[to[r] - begin] ? sum : zeros.data();
    met[to[r] - begin] = 1;
#pragma omp simd
    for (int64_t d = 0; d < width; ++d) sum[d] = std::fma(factor, row[d], before[d]);
  }
  for (int64_t n = begin; n < end; ++n) {
    if (!met[n - begin]) std::fill_n(out + n * width, width, T(0));
  }
}

// out[n] = a[n] . b[n], each added in the order of d.
template <class T>
void dot_together(const T* const a[kTogether], const T* const b[kTogether], int64_t width, T* out) {
  T first = 0, second = 0, third = 0, fourth = 0;
  for (int64_t d = 0; d < width; ++d) {
    first = std::fma(a[0][d], b[0][d], first);
    second = std::fma(a[1][d], b[1][d], second);
    third = std::fma(a[2][d], b[2][d], third);
    fourth = std::fma(a[3][d], b[3][d], fourth);
  }
  out[0] = first, out[1] = second, out[2] = third, out[3] = fourth;
}

template <class T>
struct CombineRows {
  const T *gradient, *rows, *weights;
  const int64_t* positions;
  int64_t width;
  T *to_rows, *to_weights;

  // Rows `from` to `to`, at most kTogether: where they are fewer, the last one is multiplied again and again.
  void differentiate(int64_t from, int64_t to) const {
    const T *left[kTogether], *right[kTogether];
    for (int64_t n = 0; n < kTogether; ++n) {
      const int64_t r = std::min(from + n, to - 1);
      left[n] = gradient + positions[r] * width;
      right[n] = rows + r * width;
    }
    T products[kTogether];
    dot_together(left, right, width, products);
    for (int64_t r = from; r < to; ++r) {
      const T* source = left[r - from];
      const T weight = weights[r];
      T* target = to_rows + r * width;
      to_weights[r] = products[r - from];
#pragma omp simd
      for (int64_t d = 0; d < width; ++d) target[d] = source[d] * weight;
    }
  }
};

}  // namespace

at::Tensor gather_rows_cpu(const at::Tensor& x, const at::Tensor& positions) {
  const int64_t num_rows = positions.size(0), row_bytes = x.size(1) * x.element_size();
  at::Tensor out = at::empty({num_rows, x.size(1)}, x.options());
  const int64_t* from = positions.const_data_ptr<int64_t>();
  const char* source = static_cast<const char*>(x.const_data_ptr());
  char* target = static_cast<char*>(out.mutable_data_ptr());
  split_work(0, num_rows, grain_of(x.size(1)), [=](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      std::memcpy(target + r * row_bytes, source + from[r] * row_bytes, static_cast<size_t>(row_bytes));
    }
  });
  return out;
}

at::Tensor scatter_rows_cpu(const at::Tensor& rows, const at::Tensor& scale, const at::Tensor& positions,
                            int64_t num_positions) {
  const int64_t width = rows.size(1);
  at::Tensor out = at::empty({num_positions, width}, rows.options());
  const at::ArrayRef<int64_t> to(positions.const_data_ptr<int64_t>(), static_cast<size_t>(positions.size(0)));
  AT_DISPATCH_FLOATING_TYPES(rows.scalar_type(), "scatter_rows", [&] {
    const scalar_t* source = rows.const_data_ptr<scalar_t>();
    const scalar_t* factor = scale.defined() ? scale.const_data_ptr<scalar_t>() : nullptr;
    scalar_t* target = out.mutable_data_ptr<scalar_t>();
    split_work(0, num_positions, grain_of(width),
               [=](int64_t begin, int64_t end) { add_rows(source, factor, to, begin, end, width, target); });
  });
  return out;
}

CombineGradients combine_rows_cpu_gradients(const at::Tensor& gradient, const at::Tensor& rows,
                                            const at::Tensor& weights, const at::Tensor& positions) {
  const int64_t num_rows = rows.size(0), width = rows.size(1);
  CombineGradients result{at::empty_like(rows), at::empty_like(weights)};
  AT_DISPATCH_FLOATING_TYPES(rows.scalar_type(), "combine_rows_gradients", [&] {
    const CombineRows<scalar_t> combine{gradient.const_data_ptr<scalar_t>(),
                                        rows.const_data_ptr<scalar_t>(),
                                        weights.const_data_ptr<scalar_t>(),
                                        positions.const_data_ptr<int64_t>(),
                                        width,
                                        result.rows.mutable_data_ptr<scalar_t>(),
                                        result.weights.mutable_data_ptr<scalar_t>()};
    split_work(0, num_rows, grain_of(width), [=](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; r += kTogether) combine.differentiate(r, std::min(r + kTogether, end));
    });
  });
  return result;
}

}  // namespace flanmoe::kernels
