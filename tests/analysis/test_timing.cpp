// What is timed is the same for every model: tokens of a batch, and answers of one length.
#include "analysis/timing.h"

#include <algorithm>

#include "model/tiny.h"

namespace flanmoe {
namespace {

TEST(ModelTimer, KeepsEveryRoundAndDecodesEqualLengths) {
  const TokenBatch batch = counted(tiny::batch_of(tiny::random_examples({{9, 5}, {3, 4}, {6, 2}}, 23)));
  for (const char* arm : {"dense_v10", "switch", "expert_choice", "decoder_switch"}) {
    ModelTimer timer(tiny::stirred(tiny::options(arm)), {}, 1);
    constexpr int64_t kRounds = 3;
    for (int64_t round = 0; round < kRounds + ModelTimer::kWarmupRounds; ++round) timer.time_round(batch);
    const Json rates = timer.rates();
    EXPECT_EQ(rates.at("decoded_tokens"), 3 * 16) << arm;
    for (const char* name : {"train_tokens_per_second", "eval_tokens_per_second", "decode_tokens_per_second"}) {
      std::vector<double> rounds = rates.at("rounds").at(name);
      ASSERT_EQ(rounds.size(), static_cast<size_t>(kRounds));
      std::sort(rounds.begin(), rounds.end());
      EXPECT_GT(rounds.front(), 0.0);
      EXPECT_EQ(rates.at(name), rounds[1]) << arm << " " << name;
    }
  }
}

}  // namespace
}  // namespace flanmoe
