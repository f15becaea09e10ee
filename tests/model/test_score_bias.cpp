// The bias of attention made by parts is the bias made whole, to the bit, and it is made by parts where the whole would
// be large.
#include "model/score_bias.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include "model/relative_position.h"
#include "tensor/random.h"

namespace flanmoe {
namespace {

constexpr int64_t kHeads = 3, kBuckets = 14, kMaxDistance = 50;

TEST(ScoreBias, ByPartsIsTheWholeToTheBit) {
  const at::NoGradGuard no_gradients;
  const int64_t rows = 2, length = 1201;  // above what is made whole
  const at::Tensor table = random_normal({kBuckets, kHeads}, 1.0, 1);
  const at::Tensor mask = random_normal({rows, 1, length, length}, 1.0, 2);
  const auto mask_of = [&](const QueryPart& part) {
    return mask.narrow(0, part.row, part.num_rows).narrow(2, part.query, part.num_queries);
  };
  const at::Tensor positions = at::arange(length, at::kLong).unsqueeze(0);
  for (const bool both_ways : {false, true}) {
    const at::Tensor whole = relative_position_bias(table, positions, positions, both_ways, kMaxDistance) + mask;
    const ScoreBias bias = self_bias(table, rows, length, both_ways, kMaxDistance, mask_of);
    for (const QueryPart part : {QueryPart{0, 2, 0, length}, {1, 1, 0, 1}, {0, 1, length - 1, 1}, {0, 2, 517, 93}}) {
      const at::Tensor expected = whole.narrow(0, part.row, part.num_rows).narrow(2, part.query, part.num_queries);
      EXPECT_TRUE(at::equal(bias.part(part), expected)) << both_ways << " " << part.row << " " << part.query;
    }
  }
}

// A slice of everything would copy the gradient of the whole.
TEST(ScoreBias, AllOfAWholeIsTheWholeItself) {
  const at::Tensor whole = random_normal({2, kHeads, 4, 6}, 1.0, 1);
  EXPECT_TRUE(ScoreBias(whole).part({0, 2, 0, 4}).is_same(whole));
}

TEST(ScoreBias, NoMaskOfAllPairsIsAskedForWhereTheWholeWouldBeLarge) {
  const at::Tensor table = random_normal({kBuckets, kHeads}, 1.0, 1);
  int64_t most_asked = 0;
  const auto mask_of = [&](const QueryPart& part) {
    most_asked = std::max(most_asked, part.num_queries);
    return at::zeros({1, 1, 1, 1});
  };
  {
    const at::NoGradGuard no_gradients;
    self_bias(table, 1, 5000, true, kMaxDistance, mask_of).part({0, 1, 40, 7});
    EXPECT_EQ(most_asked, 7);
    self_bias(table, 1, 50, true, kMaxDistance, mask_of);
    EXPECT_EQ(most_asked, 50);  // a short row is made whole, once
  }
  self_bias(table, 1, 1700, true, kMaxDistance, mask_of);
  EXPECT_EQ(most_asked, 1700);  // so is any row that a gradient is asked of
}

TEST(ScoreBias, PartsOfAWholeMaskKeepWhatIsBroadcast) {
  const ScoreBias by_key(random_normal({1, 1, 1, 6}, 1.0, 3));
  EXPECT_EQ(by_key.part({3, 2, 4, 1}).sizes(), (at::IntArrayRef{1, 1, 1, 6}));
  const ScoreBias by_row(random_normal({5, 1, 1, 6}, 1.0, 3));
  EXPECT_EQ(by_row.part({3, 2, 4, 1}).sizes(), (at::IntArrayRef{2, 1, 1, 6}));
}

}  // namespace
}  // namespace flanmoe
