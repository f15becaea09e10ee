#include <ATen/ATen.h>
#include <ATen/Dispatch.h>

#include <cmath>

#include "kernels/rms_norm.h"

namespace flanmoe::kernels {
namespace {

template <class T>
T sum_of_squares(const T* x, int64_t width) {
  T sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t d = 0; d < width; ++d) sum += x[d] * x[d];
  return sum;
}

template <class T>
T dot3(const T* a, const T* b, const T* c, int64_t width) {
  T sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t d = 0; d < width; ++d) sum += a[d] * b[d] * c[d];
  return sum;
}

// out = x * factor / rms(x); returns 1 / rms(x).
template <class T>
T norm_row(const T* x, const T* factor, double epsilon, int64_t width, T* out) {
  const T root = T(1) / std::sqrt(sum_of_squares(x, width) / T(width) + T(epsilon));
  for (int64_t d = 0; d < width; ++d) out[d] = x[d] * root * factor[d];
  return root;
}

}  // namespace

void rms_norm_row(std::span<const float> x, const at::Tensor& scale, double epsilon, std::span<float> out) {
  const auto width = static_cast<int64_t>(x.size());
  TORCH_CHECK(scale.numel() == width && out.size() == x.size(), "rms_norm_row: ", width, " numbers expected, scale ",
              scale.sizes(), ", out ", out.size());
  norm_row(x.data(), scale.const_data_ptr<float>(), epsilon, width, out.data());
}

at::Tensor rms_norm_cpu(const at::Tensor& x, const at::Tensor& scale, double epsilon, at::Tensor& reciprocal) {
  const int64_t num_rows = x.size(0), width = x.size(1);
  at::Tensor out = at::empty_like(x);
  reciprocal = at::empty({num_rows}, x.options());
  AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "rms_norm", [&] {
    const scalar_t* input = x.const_data_ptr<scalar_t>();
    const scalar_t* factor = scale.const_data_ptr<scalar_t>();
    scalar_t* result = out.mutable_data_ptr<scalar_t>();
    scalar_t* root = reciprocal.mutable_data_ptr<scalar_t>();
    for (int64_t n = 0; n < num_rows; ++n, input += width, result += width) {
      root[n] = norm_row(input, factor, epsilon, width, result);
    }
  });
  return out;
}

// With r = 1/rms, h = gradient * scale:  dx = r h - x r^3 (sum h x) / D,  dscale = sum over rows of gradient * x * r.
RmsNormGradients rms_norm_cpu_gradients(const at::Tensor& gradient, const at::Tensor& x, const at::Tensor& scale,
                                        const at::Tensor& reciprocal) {
  const int64_t num_rows = x.size(0), width = x.size(1);
  RmsNormGradients result{at::empty_like(x), at::zeros_like(scale)};
  AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "rms_norm_gradients", [&] {
    const scalar_t* g = gradient.const_data_ptr<scalar_t>();
    const scalar_t* input = x.const_data_ptr<scalar_t>();
    const scalar_t* factor = scale.const_data_ptr<scalar_t>();
    const scalar_t* root = reciprocal.const_data_ptr<scalar_t>();
    scalar_t* dx = result.x.mutable_data_ptr<scalar_t>();
    scalar_t* dscale = result.scale.mutable_data_ptr<scalar_t>();
    for (int64_t n = 0; n < num_rows; ++n, g += width, input += width, dx += width) {
      const scalar_t r = root[n];
      const scalar_t pull = r * r * r * dot3(g, factor, input, width) / scalar_t(width);
      for (int64_t d = 0; d < width; ++d) {
        dx[d] = r * g[d] * factor[d] - pull * input[d];
        dscale[d] += g[d] * input[d] * r;
      }
    }
  });
  return result;
}

}  // namespace flanmoe::kernels
