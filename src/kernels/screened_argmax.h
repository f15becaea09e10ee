// The largest of the products of one vector with the rows of a matrix, most of which are only read as a copy in 8 bits:
// those that this screen cannot rule out are then multiplied in float32. Exact: the difference between both products of
// a row is bounded, for every order of summation, rounding included. For inference: no gradients.
// Legend: N rows, D width. weights [N, D] float32 contiguous, finite, and as they were when the screen was made; x [D]
// float32 contiguous. Screens are of weights on the CPU; where weights lie elsewhere, every row is read.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace flanmoe {

// A row of weights is scale * codes, give or take an error: |weights[n] . x - scale[n] (codes[n] . x)| <= bound[n] |x|
// for products that are computed in float32, |x| the Euclidean norm.
struct Screen {
  at::Tensor codes;         // [N, D] int8
  at::Tensor scale, bound;  // [N] float32
  bool defined() const { return codes.defined(); }
};
Screen make_screen(const at::Tensor& weights);

// The row with the largest product, the lowest of equals, `excluded` rows left out. None when a product that may be the
// largest is not finite, or no row is left.
std::optional<int64_t> screened_argmax(const at::Tensor& x, const at::Tensor& weights, const Screen& screen,
                                       const std::vector<int64_t>& excluded);

// The plain twin, which reads every row: the oracle.
std::optional<int64_t> argmax_reference(const at::Tensor& x, const at::Tensor& weights,
                                        const std::vector<int64_t>& excluded);

namespace kernels {
// Of arguments that fit.
Screen make_screen_cpu(const at::Tensor& weights);
std::optional<int64_t> screened_argmax_cpu(const at::Tensor& x, const at::Tensor& weights, const Screen& screen,
                                           const std::vector<int64_t>& excluded);
}  // namespace kernels

}  // namespace flanmoe
