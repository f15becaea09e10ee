// A screened largest product: the bound holds, and the row is that of reading every row, whatever the numbers.
#include "kernels/screened_argmax.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tensor/random.h"

namespace flanmoe {
namespace {

at::Tensor matrix(int64_t rows, int64_t width, uint64_t key) { return random_normal({rows, width}, 1.0, key); }

const std::vector<std::pair<int64_t, int64_t>>& shapes() {
  static const std::vector<std::pair<int64_t, int64_t>> all = {{1, 1},   {5, 3},   {33, 17},  {130, 65},
                                                               {64, 32}, {7, 130}, {201, 100}};
  return all;
}

// Rows that a screen may stumble on: zeros, one giant number, numbers near the least and the largest, twins.
at::Tensor odd_rows() {
  at::Tensor weights = matrix(12, 37, 5);
  weights[0].zero_();
  weights[1][3] = 1e6f;
  weights[2].mul_(1e-41f);
  weights[3].mul_(1e30f);
  weights[4].mul_(1e-20f);
  weights[6].copy_(weights[5]);
  return weights;
}

// |w . x - scale codes . x| over bound |x|, the largest of all rows, in double.
double largest_share_of_bound(const at::Tensor& x, const at::Tensor& weights, const Screen& screen) {
  const at::Tensor exact = weights.to(at::kDouble),
                   coarse = screen.codes.to(at::kDouble) * screen.scale.to(at::kDouble).unsqueeze(1);
  const at::Tensor wide = x.to(at::kDouble), off = at::mv(exact - coarse, wide).abs();
  return (off / (screen.bound.to(at::kDouble) * wide.norm() + 1e-300)).max().item<double>();
}

TEST(Screen, BoundHoldsAndIsNearlyReachedByTheWorstVector) {
  for (const auto& [rows, width] : shapes()) {
    const at::Tensor weights = matrix(rows, width, 1);
    const Screen screen = make_screen(weights);
    for (uint64_t key = 0; key < 20; ++key) {
      EXPECT_LT(largest_share_of_bound(random_normal({width}, 3.0, 100 + key), weights, screen), 1.0);
    }
  }
  const at::Tensor weights = odd_rows();
  const Screen screen = make_screen(weights);
  EXPECT_LT(largest_share_of_bound(random_normal({37}, 1.0, 9), weights, screen), 1.0);
  for (const int64_t row : {3, 5, 11}) {
    const at::Tensor worst = weights[row].to(at::kDouble) - screen.codes[row].to(at::kDouble) * screen.scale[row];
    const double share = largest_share_of_bound((worst / worst.norm()).to(at::kFloat), weights, screen);
    EXPECT_GT(share, 0.9) << row;
    EXPECT_LT(share, 1.0) << row;
  }
}

TEST(ScreenedArgmax, EqualsTheReference) {
  for (const auto& [rows, width] : shapes()) {
    const at::Tensor weights = matrix(rows, width, 6);
    const Screen screen = make_screen(weights);
    for (uint64_t key = 0; key < 30; ++key) {
      const at::Tensor x = random_normal({width}, 2.0, 200 + key);
      EXPECT_EQ(screened_argmax(x, weights, screen, {}), argmax_reference(x, weights, {})) << rows << " x " << width;
      if (rows == 1) continue;
      const std::vector<int64_t> best = {*argmax_reference(x, weights, {})};
      EXPECT_EQ(screened_argmax(x, weights, screen, best), argmax_reference(x, weights, best));
    }
  }
}

// Differences far below a code's step are decided by the float32 weights.
TEST(ScreenedArgmax, TellsNeighboursApart) {
  const at::Tensor weights = matrix(1, 50, 7).repeat({40, 1}), x = weights[0].clone();
  weights[23].mul_(1.0f + 1e-5f);
  EXPECT_EQ(screened_argmax(x, weights, make_screen(weights), {}), 23);
}

TEST(ScreenedArgmax, LowestOfEquals) {
  const at::Tensor twins = odd_rows(), zeros = at::zeros({9, 4});
  EXPECT_EQ(screened_argmax(twins[5] * 1e-3, twins.slice(0, 4), make_screen(twins.slice(0, 4)), {}), 1);
  const Screen screen = make_screen(zeros);
  EXPECT_EQ(screened_argmax(at::ones({4}), zeros, screen, {}), 0);
  EXPECT_EQ(screened_argmax(at::ones({4}), zeros, screen, {1, 0, 2}), 3);
}

TEST(ScreenedArgmax, SaysWhenItCannotTell) {
  const at::Tensor weights = matrix(6, 10, 8), x = random_normal({10}, 1.0, 9);
  const Screen screen = make_screen(weights);
  EXPECT_FALSE(screened_argmax(x, weights, screen, {0, 1, 2, 3, 4, 5}).has_value());
  EXPECT_FALSE(screened_argmax(x * NAN, weights, screen, {}).has_value());
  EXPECT_FALSE(screened_argmax(x * INFINITY, weights, screen, {}).has_value());
  EXPECT_FALSE(
      screened_argmax(at::full({10}, 3e38f), at::ones({6, 10}), make_screen(at::ones({6, 10})), {}).has_value());
}

TEST(ScreenedArgmax, RefusesWhatDoesNotFit) {
  const at::Tensor weights = matrix(6, 10, 8);
  const Screen screen = make_screen(weights);
  EXPECT_THROW(screened_argmax(at::ones({9}), weights, screen, {}), c10::Error);
  EXPECT_THROW(screened_argmax(at::ones({10}), matrix(5, 10, 1), screen, {}), c10::Error);
  EXPECT_THROW(screened_argmax(at::ones({10}, at::kDouble), weights, screen, {}), c10::Error);
  EXPECT_THROW(make_screen(weights.t()), c10::Error);
}

}  // namespace
}  // namespace flanmoe
