// T5's norm: the fast form against torch's operations, the definition, and central differences.
#include "kernels/rms_norm.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tensor/random.h"
#include "testing/device_case.h"
#include "testing/gradient_check.h"

namespace flanmoe {
namespace {

constexpr double kEpsilon = 1e-6;

template <class Op>
TensorFunction norming(Op* op, double epsilon = kEpsilon) {
  return [=](const std::vector<at::Tensor>& t) { return op(t[0], t[1], epsilon); };
}

const std::vector<std::vector<int64_t>>& shapes() {
  static const std::vector<std::vector<int64_t>> all = {{1, 1},     {1, 7},  {5, 3},   {0, 4}, {33, 17},
                                                        {2, 3, 65}, {9, 64}, {3, 130}, {6},    {2, 1, 2, 5}};
  return all;
}

// x = (3, 4): mean of squares 12.5, so out = (3, 4) / sqrt(12.5) * scale = (0.848528, 1.131371) * (1, 2).
TEST(RmsNorm, WorkedByHand) {
  const at::Tensor x = at::tensor(std::vector<double>{3.0, 4.0}, at::kDouble).view({1, 2});
  const at::Tensor scale = at::tensor(std::vector<double>{1.0, 2.0}, at::kDouble);
  for (auto* op : {&rms_norm, &rms_norm_reference}) {
    const at::Tensor out = op(x, scale, 0.0);
    EXPECT_NEAR(out[0][0].item<double>(), 3.0 / std::sqrt(12.5), 1e-6);
    EXPECT_NEAR(out[0][1].item<double>(), 8.0 / std::sqrt(12.5), 1e-6);
    // epsilon is added to the mean of squares: 12.5 + 3.5 = 16.
    EXPECT_NEAR(op(x, scale, 3.5)[0][0].item<double>(), 0.75, 1e-6);
  }
}

class RmsNormOn : public OnDevices {};
INSTANTIATE_TEST_SUITE_P(, RmsNormOn, ::testing::ValuesIn(device_cases()), name_of_case);

TEST_P(RmsNormOn, EqualsTheReferenceInValueAndGradient) {
  for (const auto& shape : shapes()) {
    const at::Tensor x = random_normal(shape, 2.0, 1).to(GetParam().dtype),
                     scale = random_normal({shape.back()}, 1.0, 2).to(GetParam().dtype);
    const at::Tensor my_x = GetParam().put(x), my_scale = GetParam().put(scale);
    const std::string name = ::testing::PrintToString(shape);
    expect_close(rms_norm(my_x, my_scale, kEpsilon), rms_norm_reference(x, scale, kEpsilon), 1.0, name);
    const auto mine = gradients_of(norming(&rms_norm), {my_x, my_scale});
    const auto oracle = gradients_of(norming(&rms_norm_reference), {x, scale});
    for (size_t i = 0; i < 2; ++i) expect_close(mine[i], oracle[i], 3.0, name + " input " + std::to_string(i));
  }
}

TEST(RmsNorm, GradientEqualsCentralDifferences) {
  for (const std::vector<int64_t>& shape : {std::vector<int64_t>{3, 5}, {1, 1}, {2, 2, 3}}) {
    const std::vector<at::Tensor> inputs = {random_normal(shape, 1.0, 1), random_normal({shape.back()}, 1.0, 2)};
    EXPECT_LT(largest_gradient_error(norming(&rms_norm, 0.1), inputs), 1e-7);
    EXPECT_LT(largest_gradient_error(norming(&rms_norm_reference, 0.1), inputs), 1e-7);
  }
}

TEST(RmsNorm, RowOfZerosStaysZeroWithAFiniteGradient) {
  const at::Tensor x = at::zeros({2, 5}), scale = at::ones({5});
  EXPECT_EQ(rms_norm(x, scale, kEpsilon).abs().sum().item<float>(), 0.0f);
  const auto mine = gradients_of(norming(&rms_norm), {x, scale});
  const auto oracle = gradients_of(norming(&rms_norm_reference), {x, scale});
  // 1 / sqrt(1e-6) = 1000 times the gradient
  for (size_t i = 0; i < 2; ++i) EXPECT_LT(largest_gap(mine[i], oracle[i]), 1e-2);
}

TEST(RmsNorm, LargeAndSmallRows) {
  for (const double size : {1e-8, 1e-3, 1e3, 1e12}) {
    const at::Tensor x = random_normal({3, 9}, 1.0, 1) * size, scale = random_normal({9}, 1.0, 2);
    EXPECT_LT(largest_gap(rms_norm(x, scale, kEpsilon), rms_norm_reference(x, scale, kEpsilon)), 1e-5) << size;
  }
}

TEST(RmsNorm, DoesNotMindTheScaleOfARow) {
  const at::Tensor x = random_normal({4, 11}, 1.0, 1).to(at::kDouble),
                   scale = random_normal({11}, 1.0, 2).to(at::kDouble);
  EXPECT_LT(largest_gap(rms_norm(x, scale, 0.0), rms_norm(x * 8.0, scale, 0.0)), 1e-12);
}

TEST(RmsNorm, TakesViewsAndGradientsThatAreNotContiguous) {
  std::vector<at::Tensor> gradients;
  for (auto* op : {&rms_norm, &rms_norm_reference}) {
    const at::Tensor x = random_normal({7, 4}, 1.0, 1).requires_grad_(true),
                     scale = random_normal({7}, 1.0, 2).requires_grad_(true);
    const at::Tensor out = op(x.t(), scale, kEpsilon);
    (out.sum() + (out.t() * random_normal({7, 4}, 1.0, 3)).sum()).backward();
    gradients.insert(gradients.end(), {x.grad(), scale.grad()});
  }
  EXPECT_LT(largest_gap(gradients[0], gradients[2]), 1e-5);
  EXPECT_LT(largest_gap(gradients[1], gradients[3]), 1e-5);
}

TEST(RmsNorm, TheLoopsOfTheCpu) {
  const at::Tensor x = random_normal({5, 13}, 1.0, 1), scale = random_normal({13}, 1.0, 2);
  at::Tensor reciprocal;
  const at::Tensor out = kernels::rms_norm_cpu(x, scale, kEpsilon, reciprocal);
  EXPECT_LT(largest_gap(out, rms_norm_reference(x, scale, kEpsilon)), 1e-5);
  const at::Tensor expected = (x.to(at::kDouble).square().mean(1) + kEpsilon).rsqrt();
  EXPECT_LT(largest_gap(reciprocal.reshape({5}), expected), 1e-5);
}

}  // namespace
}  // namespace flanmoe
