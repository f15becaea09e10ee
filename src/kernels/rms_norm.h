// T5's layer norm: out = x * rsqrt(mean(x^2) + epsilon) * scale, no mean, no bias (docs/routing.md 12).
// Legend: N positions, D width. x [..., D], scale [D] of one floating dtype; statistics in float32 at least. Gradients:
// x, scale.
#pragma once

#include <ATen/core/Tensor.h>

#include <span>

namespace flanmoe {

at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& scale, double epsilon);

// The plain twin, by torch's own operations: the oracle.
at::Tensor rms_norm_reference(const at::Tensor& x, const at::Tensor& scale, double epsilon);

namespace kernels {
// x [N, D] contiguous; also writes the reciprocal root mean square of each row, [N].
at::Tensor rms_norm_cpu(const at::Tensor& x, const at::Tensor& scale, double epsilon, at::Tensor& reciprocal);
// One row, for decoding: x, scale and out [D], the same bits.
void rms_norm_row(std::span<const float> x, const at::Tensor& scale, double epsilon, std::span<float> out);
struct RmsNormGradients {
  at::Tensor x, scale;
};
RmsNormGradients rms_norm_cpu_gradients(const at::Tensor& gradient, const at::Tensor& x, const at::Tensor& scale,
                                        const at::Tensor& reciprocal);
}  // namespace kernels

}  // namespace flanmoe
