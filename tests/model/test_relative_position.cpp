// Buckets of relative positions against the tables of docs/routing.md 12 and their laws, and the bias looked up by
// them.
#include "model/relative_position.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "testing/gradient_check.h"

namespace flanmoe {
namespace {

TEST(RelativeBucket, BothWaysByTheTable) {
  const std::vector<int64_t> starts = {0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 23, 32, 46, 64, 91};
  for (size_t bucket = 0; bucket < starts.size(); ++bucket) {
    const int64_t end = bucket + 1 < starts.size() ? starts[bucket + 1] : 601;
    for (int64_t distance = starts[bucket]; distance < end; ++distance) {
      EXPECT_EQ(relative_bucket(-distance, true, 32, 128), static_cast<int64_t>(bucket)) << distance;
      if (distance == 0) continue;
      EXPECT_EQ(relative_bucket(distance, true, 32, 128), static_cast<int64_t>(bucket) + 16) << distance;
    }
  }
}

TEST(RelativeBucket, OfThePastByTheTable) {
  const std::vector<int64_t> later = {16, 19, 21, 24, 27, 31, 35, 40, 46, 52, 59, 67, 77, 87, 99, 113, 601};
  for (int64_t distance = 0; distance < 16; ++distance) EXPECT_EQ(relative_bucket(-distance, false, 32, 128), distance);
  for (size_t i = 0; i + 1 < later.size(); ++i) {
    for (int64_t distance = later[i]; distance < later[i + 1]; ++distance)
      EXPECT_EQ(relative_bucket(-distance, false, 32, 128), static_cast<int64_t>(i) + 16) << distance;
  }
}

struct Sizes {
  int64_t num_buckets, max_distance;
};

class RelativeBucketLaws : public ::testing::TestWithParam<Sizes> {};
INSTANTIATE_TEST_SUITE_P(Sizes, RelativeBucketLaws,
                         ::testing::Values(Sizes{32, 128}, Sizes{12, 20}, Sizes{8, 30}, Sizes{64, 1000}));

TEST_P(RelativeBucketLaws, TheFutureHasAHalfOfItsOwn) {
  const auto [num_buckets, max_distance] = GetParam();
  for (int64_t distance = 1; distance < 3 * max_distance; ++distance) {
    const int64_t past = relative_bucket(-distance, true, num_buckets, max_distance);
    EXPECT_LT(past, num_buckets / 2);
    EXPECT_EQ(relative_bucket(distance, true, num_buckets, max_distance), past + num_buckets / 2) << distance;
  }
}

TEST_P(RelativeBucketLaws, TheFutureIsHereWhereNoneMayLookAhead) {
  const auto [num_buckets, max_distance] = GetParam();
  for (int64_t distance = 0; distance < 3 * max_distance; ++distance)
    EXPECT_EQ(relative_bucket(distance, false, num_buckets, max_distance), 0);
}

TEST_P(RelativeBucketLaws, RiseWithTheDistanceAndLeaveNoneOut) {
  const auto [num_buckets, max_distance] = GetParam();
  for (const bool both_ways : {false, true}) {
    const int64_t buckets = both_ways ? num_buckets / 2 : num_buckets;
    int64_t last = 0;
    std::set<int64_t> seen;
    for (int64_t distance = 0; distance <= 3 * max_distance; ++distance) {
      const int64_t now = relative_bucket(-distance, both_ways, num_buckets, max_distance);
      EXPECT_GE(now, last) << distance;
      EXPECT_LT(now, buckets) << distance;
      EXPECT_TRUE(distance >= buckets / 2 || now == distance) << distance;  // exact below the half
      EXPECT_TRUE(distance < max_distance || now == buckets - 1) << distance;
      seen.insert(now);
      last = now;
    }
    EXPECT_EQ(seen.size(), static_cast<size_t>(buckets));
  }
}

// [B, L] positions.
at::Tensor positions(const std::vector<std::vector<int64_t>>& rows) {
  std::vector<at::Tensor> tensors;
  for (const auto& row : rows) tensors.push_back(at::tensor(row, at::kLong));
  return at::stack(tensors);
}

TEST(RelativePositionBias, IsTheRowOfTheBucket) {
  const at::Tensor table = at::arange(10 * 3, at::kFloat).view({10, 3});
  const at::Tensor queries = positions({{0, 1, 2, 3}, {5, 6, 0, 1}}),
                   keys = positions({{0, 1, 2, 3, 25}, {5, 6, 7, 0, 1}});
  for (const bool both_ways : {false, true}) {
    const at::Tensor bias = relative_position_bias(table, queries, keys, both_ways, 20);
    ASSERT_EQ(bias.sizes(), (at::IntArrayRef{2, 3, 4, 5}));
    for (int64_t b = 0; b < 2; ++b) {
      for (int64_t q = 0; q < 4; ++q) {
        for (int64_t k = 0; k < 5; ++k) {
          const int64_t relative = keys[b][k].item<int64_t>() - queries[b][q].item<int64_t>();
          const int64_t bucket = relative_bucket(relative, both_ways, 10, 20);
          for (int64_t h = 0; h < 3; ++h)
            EXPECT_EQ(bias[b][h][q][k].item<float>(), table[bucket][h].item<float>()) << b << h << q << k;
        }
      }
    }
  }
}

TEST(RelativePositionBias, KnowsDifferencesOnly) {
  const at::Tensor table = at::randn({12, 2});
  const at::Tensor here = positions({{0, 1, 2, 3, 4, 5, 6}}), there = here + 40;
  EXPECT_TRUE(at::equal(relative_position_bias(table, here, here, true, 20),
                        relative_position_bias(table, there, there, true, 20)));
}

TEST(RelativePositionBias, GivesItsTableAGradient) {
  const at::Tensor queries = positions({{0, 1, 2, 9}}), keys = positions({{0, 4, 2}});
  for (const bool both_ways : {false, true}) {
    const auto bias = [&](const std::vector<at::Tensor>& in) {
      return relative_position_bias(in[0], queries, keys, both_ways, 7);
    };
    EXPECT_LT(largest_gradient_error(bias, {at::randn({6, 3})}), 1e-6);
  }
}

}  // namespace
}  // namespace flanmoe
