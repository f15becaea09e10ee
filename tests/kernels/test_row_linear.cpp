// One vector meets several matrices: the products are those of plain loops, for any number of threads.
#include "kernels/row_linear.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include "spans.h"
#include "tensor/random.h"

namespace flanmoe {
namespace {

at::Tensor matrix(int64_t outputs, int64_t inputs, uint64_t key) { return random_normal({outputs, inputs}, 1.0, key); }

TEST(RowLinear, EqualsTheReference) {
  for (const auto& [outputs, inputs] :
       std::vector<std::pair<int64_t, int64_t>>{{1, 1}, {3, 7}, {8, 8}, {17, 33}, {37, 9}, {130, 65}, {300, 700}}) {
    const at::Tensor x = random_normal({inputs}, 1.0, 1);
    const at::Tensor first = matrix(outputs, inputs, 2), second = matrix(5, inputs, 3), third = matrix(1, inputs, 4);
    at::Tensor fast = at::empty({outputs + 6}), plain = at::empty({outputs + 6});
    const auto split = [&](at::Tensor& out, auto&& multiply) {
      const std::span<float> all = room(out);
      const auto size = static_cast<size_t>(outputs);
      multiply(numbers(x), {{first, all.first(size)}, {second, all.subspan(size, 5)}, {third, all.last(1)}});
    };
    using Products = std::initializer_list<RowProduct>;
    split(fast, [](std::span<const float> row, Products products) { row_linear(row, products); });
    split(plain, [](std::span<const float> row, Products products) { row_linear_reference(row, products); });
    EXPECT_LT((fast - plain).abs().max().item<double>(), 1e-4) << outputs << " x " << inputs;
  }
}

TEST(RowLinear, SameBitsWithAnyNumberOfThreads) {
  const at::Tensor weights = matrix(333, 700, 5), x = random_normal({700}, 1.0, 6);
  const int threads = at::get_num_threads();
  std::vector<at::Tensor> results;
  for (const int count : {1, 2, 3, 5}) {
    at::set_num_threads(count);
    at::Tensor out = at::empty({333});
    row_linear(numbers(x), {{weights, room(out)}});
    results.push_back(out);
  }
  at::set_num_threads(threads);
  for (const at::Tensor& result : results) EXPECT_TRUE(result.equal(results[0]));
}

TEST(RowLinear, RefusesWhatDoesNotFit) {
  const at::Tensor weights = matrix(3, 7, 1), x = at::ones({7});
  at::Tensor three = at::empty({3}), four = at::empty({4});
  EXPECT_THROW(row_linear(numbers(x), {{weights, room(four)}}), c10::Error);
  EXPECT_THROW(row_linear(numbers(three), {{weights, room(three)}}), c10::Error);
  EXPECT_THROW(row_linear(numbers(x), {{matrix(7, 3, 1).t(), room(three)}}), c10::Error);
  EXPECT_THROW(row_linear(numbers(x), {{weights.to(at::kDouble), room(three)}}), c10::Error);
}

}  // namespace
}  // namespace flanmoe
