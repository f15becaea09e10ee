// The projection for few rows against at::matmul, on odd sizes.
#include "kernels/linear_rows.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include "tensor/random.h"
#include "testing/gradient_check.h"

namespace flanmoe {
namespace {

TEST(Linear, FewRowsEqualTheReference) {
  const at::NoGradGuard no_gradients;
  for (const int64_t rows : {0, 1, 2, 3, 4, 5}) {
    for (const int64_t width : {1, 3, 8, 17, 64, 129}) {
      for (const int64_t outputs : {1, 2, 3, 4, 5, 7, 33, 515}) {
        const at::Tensor x = random_normal({rows, width}, 1.0, 1), weight = random_normal({outputs, width}, 1.0, 2);
        EXPECT_LT(largest_gap(linear_rows(x, weight), linear_rows_reference(x, weight)), 1e-4)
            << rows << width << outputs;
      }
    }
  }
}

TEST(Linear, KeepsLeadingDimensionsAndTakesStridedRows) {
  const at::NoGradGuard no_gradients;
  const at::Tensor x = random_normal({2, 3, 5}, 1.0, 1), weight = random_normal({7, 5}, 1.0, 2);
  EXPECT_EQ(linear_rows(x, weight).sizes(), at::IntArrayRef({2, 3, 7}));
  const at::Tensor strided = random_normal({5, 2}, 1.0, 3).t();  // [2, 5]
  EXPECT_LT(largest_gap(linear_rows(strided, weight), linear_rows_reference(strided, weight)), 1e-5);
  const at::Tensor turned = random_normal({5, 7}, 1.0, 4).t();  // [7, 5]
  EXPECT_LT(largest_gap(linear_rows(strided, turned), linear_rows_reference(strided, turned)), 1e-5);
}

TEST(Linear, WithGradientsItIsDifferentiable) {
  const at::Tensor x = random_normal({1, 4}, 1.0, 1), weight = random_normal({3, 4}, 1.0, 2);
  const auto work = [](const std::vector<at::Tensor>& in) { return linear_rows(in[0], in[1]); };
  EXPECT_LT(largest_gradient_error(work, {x, weight}), 1e-6);
  at::Tensor leaf = weight.clone().set_requires_grad(true);
  linear_rows(x, leaf).sum().backward();  // one row of float32, but with a gradient
  EXPECT_TRUE(leaf.grad().defined());
}

TEST(Linear, DoesNotDependOnItsNeighbours) {
  const at::NoGradGuard no_gradients;
  const at::Tensor x = random_normal({4, 37}, 1.0, 1), weight = random_normal({19, 37}, 1.0, 2);
  const at::Tensor together = linear_rows(x, weight);
  for (int64_t r = 0; r < 4; ++r) EXPECT_TRUE(linear_rows(x[r].unsqueeze(0), weight)[0].equal(together[r])) << r;
}

TEST(Linear, RefusesSizesThatDoNotFit) { EXPECT_THROW(linear_rows(at::ones({2, 3}), at::ones({4, 5})), c10::Error); }

}  // namespace
}  // namespace flanmoe
