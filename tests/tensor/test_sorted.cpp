#include "tensor/sorted.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

namespace flanmoe {
namespace {

at::Tensor ints(std::vector<int64_t> values) { return at::tensor(values, at::kLong); }

TEST(OrderByFalling, KeysThenFallingValuesThenIndex) {
  const at::Tensor values = at::tensor(std::vector<double>{.1, .5, .9, .5, .7}, at::kDouble);
  EXPECT_TRUE(order_by_falling(ints({1, 0, 1, 0, 0}), values).equal(ints({4, 1, 3, 2, 0})));
  EXPECT_TRUE(order_by_falling(ints({}), at::empty({0})).equal(ints({})));
}

TEST(RankInRun, CountsEqualOnesBefore) {
  EXPECT_TRUE(rank_in_run(ints({2, 2, 2, 5, 7, 7})).equal(ints({0, 1, 2, 0, 0, 1})));
  EXPECT_TRUE(rank_in_run(ints({})).equal(ints({})));
}

TEST(IntervalOfEach, FindsTheIntervalAndPassesEmptyOnes) {
  EXPECT_TRUE(interval_of_each(ints({0, 2, 2, 5}), 5).equal(ints({0, 0, 2, 2, 2})));
  EXPECT_TRUE(interval_of_each(ints({0}), 0).equal(ints({})));
}

}  // namespace
}  // namespace flanmoe
