// A matrix meets a vector that is mostly zeros: the product is that of reading every weight.
#include "kernels/sparse_linear.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include "spans.h"
#include "tensor/random.h"

namespace flanmoe {
namespace {

at::Tensor matrix(int64_t outputs, int64_t inputs, uint64_t key) { return random_normal({outputs, inputs}, 1.0, key); }

at::Tensor product(const at::Tensor& h, const at::Tensor& weights) {
  at::Tensor out = at::empty({weights.size(0)}, at::kFloat);
  sparse_linear(numbers(h), weights, room(out));
  return out;
}

at::Tensor plain_product(const at::Tensor& h, const at::Tensor& weights) {
  at::Tensor out = at::empty({weights.size(0)}, at::kFloat);
  sparse_linear_reference(numbers(h), weights, room(out));
  return out;
}

TEST(ByInput, KeepsTheMatrixAndTurnsItsLayout) {
  for (const auto& [outputs, inputs] : std::vector<std::pair<int64_t, int64_t>>{{1, 1}, {3, 7}, {17, 33}, {130, 65}}) {
    const at::Tensor weights = matrix(outputs, inputs, 1), turned = by_input(weights);
    EXPECT_TRUE(turned.equal(weights));
    EXPECT_TRUE(turned.t().is_contiguous());
    EXPECT_TRUE(is_by_input(turned));
  }
  EXPECT_FALSE(is_by_input(matrix(3, 7, 1)));
  EXPECT_THROW(by_input(matrix(3, 7, 1).t()), c10::Error);
}

TEST(SparseLinear, EqualsTheReference) {
  for (const double share : {0.0, 0.1, 0.5, 1.0}) {
    for (const auto& [outputs, inputs] : std::vector<std::pair<int64_t, int64_t>>{
             {1, 1}, {3, 7}, {17, 33}, {130, 65}, {37, 127}, {37, 128}, {37, 129}, {20, 1000}}) {
      const at::Tensor weights = matrix(outputs, inputs, 2);
      const at::Tensor picked = random_uniform({inputs}, 0.0, 1.0, 3) < share;
      const at::Tensor h = random_normal({inputs}, 1.0, 4) * picked.to(at::kFloat);
      const at::Tensor gap = product(h, by_input(weights)) - plain_product(h, weights);
      EXPECT_LT(gap.abs().max().item<double>(), 1e-4) << outputs << " x " << inputs << ", " << share;
    }
  }
}

TEST(SparseLinear, WeightsThatMeetZerosAreNotRead) {
  const at::Tensor weights = matrix(9, 50, 5), h = random_normal({50}, 1.0, 6);
  for (const int64_t f : {0, 13, 49}) {
    weights.select(1, f).fill_(NAN);
    h[f] = f == 13 ? -0.0f : 0.0f;
  }
  EXPECT_TRUE(product(h, by_input(weights)).isfinite().all().item<bool>());
  h[20] = NAN;
  EXPECT_TRUE(product(h, by_input(weights)).isnan().all().item<bool>());
}

TEST(SparseLinear, SameBitsWithAnyNumberOfThreads) {
  const at::Tensor weights = by_input(matrix(65, 1000, 7)), h = at::relu(random_normal({1000}, 1.0, 8));
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const at::Tensor one = product(h, weights);
  at::set_num_threads(3);
  const at::Tensor three = product(h, weights);
  at::set_num_threads(threads);
  EXPECT_TRUE(one.equal(three));
}

TEST(SparseLinear, RefusesWhatDoesNotFit) {
  const at::Tensor weights = matrix(3, 7, 1);
  EXPECT_THROW(product(at::ones({7}), weights), c10::Error);
  EXPECT_THROW(product(at::ones({3}), by_input(weights)), c10::Error);
  at::Tensor four = at::empty({4}, at::kFloat);
  EXPECT_THROW(sparse_linear(numbers(at::ones({7})), by_input(weights), room(four)), c10::Error);
}

}  // namespace
}  // namespace flanmoe
