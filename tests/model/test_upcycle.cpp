// A dense model made sparse says what the dense one said, where the routing lets it.
#include "base/error.h"
#include "model/compare.h"
#include "model/parameter.h"
#include "model/upcycle.h"
#include "testing/check.h"
#include "tiny.h"

namespace flanmoe {
namespace {

MoeOptions routing(const std::string& name) {
  MoeOptions moe = tiny::moe_options(name);
  moe.capacity_factor_eval = 0.0;
  return moe;
}

TEST(Upcycle, NormalisedGatesWithRoomChangeNothing) {
  for (const char* arm : {"dense_v10", "dense_v11"}) {
    const T5Model dense = tiny::stirred(tiny::options(arm));
    for (const char* name : {"gshard", "st_moe"}) {
      const ModelGap gap = compare_models(dense, upcycle(dense, routing(name), 0.0, 3), 1, false);
      EXPECT_LT(gap.relative, 1e-5) << arm << " " << name;
      EXPECT_NEAR(gap.weight, 1.0, 1e-5);
      EXPECT_EQ(gap.dropped, 0.0);
    }
  }
}

TEST(Upcycle, RawGatesScaleTheFeedForwardAndTheGapSaysSo) {
  const T5Model dense = tiny::stirred(tiny::options("dense_v10"));
  const ModelGap gap = compare_models(dense, upcycle(dense, routing("switch"), 0.0, 3), 1, false);
  EXPECT_GT(gap.mean_square, 1e-3);
  EXPECT_LT(gap.weight, 0.9);
  EXPECT_GT(gap.weight, 0.2);  // at least an even share of five experts
}

TEST(Upcycle, FullExpertsShowAsDrops) {
  const T5Model dense = tiny::stirred(tiny::options("dense_v10"));
  MoeOptions moe = routing("gshard");
  moe.capacity_factor_eval = 0.2;
  moe.min_capacity = 1;
  const T5Model sparse = upcycle(dense, moe, 0.0, 3);
  EXPECT_GT(compare_models(dense, sparse, 1, false).dropped, 0.1);
  EXPECT_EQ(compare_models(dense, sparse, 1, true).dropped, 0.0);
}

// One expert takes every token with weight one, in the encoder by its own choice and in the decoder by theirs: both
// stacks' tokens are counted.
TEST(Upcycle, ExpertChoiceCountsItsTokens) {
  const T5Model dense = tiny::stirred(tiny::options("dense_v10"));
  MoeOptions moe = routing("expert_choice");
  moe.num_experts = 1;
  moe.k = 1;
  moe.capacity_factor_eval = 1.0;
  const ModelGap gap = compare_models(dense, upcycle(dense, moe, 0.0, 3), 1, false);
  EXPECT_NEAR(gap.weight, 1.0, 1e-5);
  EXPECT_EQ(gap.dropped, 0.0);
}

TEST(Upcycle, NoiseMakesExpertsDifferByItsSize) {
  const T5Model dense = tiny::stirred(tiny::options("dense_v10"));
  const T5Model sparse = upcycle(dense, routing("switch"), 0.1, 3);
  for (const Parameter& parameter : sparse.parameters()) {
    if (!parameter.place.per_expert()) continue;
    const at::Tensor spread = parameter.value.detach().std(0);
    EXPECT_NEAR(spread.mean().item<double>() / parameter.value.detach()[0].std().item<double>(), 0.1, 0.02);
  }
}

TEST(Upcycle, RefusesWhatCannotBe) {
  const T5Model sparse = tiny::stirred(tiny::options("switch")), dense = tiny::stirred(tiny::options("dense_v10"));
  EXPECT_NE(message_of<UserError>([&] { upcycle(sparse, routing("switch"), 0.0, 1); }).find("expected a dense one"),
            std::string::npos);
  MoeOptions moe = routing("gshard");
  moe.num_experts = 1;
  EXPECT_NE(message_of<UserError>([&] { upcycle(dense, moe, 0.0, 1); }).find("at most num_experts"), std::string::npos);
}

}  // namespace
}  // namespace flanmoe
