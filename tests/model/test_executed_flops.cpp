// FLOPs that were done: the nominal ones where every choice is kept, less by an expert's products for what is dropped.
#include "model/executed_flops.h"

#include <algorithm>

#include "base/error.h"
#include "model/counts.h"
#include "testing/check.h"
#include "tiny.h"

namespace flanmoe {
namespace {

std::vector<KeptChoices> all_layers(const ModelOptions& options, double encoder, double decoder) {
  std::vector<KeptChoices> kept;
  for (const bool is_decoder : {true, false}) {
    for (const int64_t layer : options.sparse_layers(is_decoder))
      kept.push_back({is_decoder ? Stack::kDecoder : Stack::kEncoder, layer, is_decoder ? decoder : encoder});
  }
  return kept;
}

TEST(ExecutedFlops, AreTheNominalOnesWhereAllIsKept) {
  for (const char* arm : {"switch", "gshard", "st_moe", "expert_choice", "decoder_switch", "dense_v11"}) {
    const ModelOptions options = tiny::options(arm);
    const auto k = static_cast<double>(options.moe.k);  // of expert choice too: c = 2
    EXPECT_DOUBLE_EQ(executed_flops_per_token(options, all_layers(options, k, k)), count_model(options).flops_per_token)
        << arm;
  }
}

// One sparse layer in each stack, experts of two matrices 14 x 12 (three when gated), 2 FLOPs a weight.
TEST(ExecutedFlops, LessByWhatIsDropped) {
  const ModelOptions model = tiny::options("switch");
  const double nominal = count_model(model).flops_per_token, expert = 2.0 * 2.0 * 14.0 * 12.0;
  EXPECT_DOUBLE_EQ(executed_flops_per_token(model, all_layers(model, 0.75, 1.0)), nominal - 0.25 * expert / 2.0);
  EXPECT_DOUBLE_EQ(executed_flops_per_token(model, all_layers(model, 0.0, 0.5)), nominal - 1.5 * expert / 2.0);
  const ModelOptions causal = tiny::options("decoder_switch");
  EXPECT_DOUBLE_EQ(executed_flops_per_token(causal, all_layers(causal, 0.0, 0.25)),
                   count_model(causal).flops_per_token - 0.75 * expert);
  const ModelOptions choice = tiny::options("expert_choice");  // gated
  EXPECT_DOUBLE_EQ(executed_flops_per_token(choice, all_layers(choice, 2.56, 2.0)),
                   count_model(choice).flops_per_token + 0.56 * 1.5 * expert / 2.0);
}

// From a pass: what MoeStatistics counted.
TEST(ExecutedFlops, OfAPass) {
  ModelOptions options = tiny::options("gshard");
  options.moe.capacity_factor_eval = 0.5;
  options.moe.min_capacity = 1;
  ForwardOptions call;
  call.collect_statistics = true;
  const TokenBatch batch = tiny::batch_of(tiny::random_examples({{9, 8}, {12, 7}}, 23));
  std::vector<KeptChoices> kept;
  double total = 0.0;
  for (const MoeStatistics& s : forward(tiny::stirred(options), batch, call).statistics) {
    kept.push_back({s.stack, s.layer, s.kept_per_token()});
    total += s.kept_per_token();
    EXPECT_DOUBLE_EQ(s.kept_per_token(),
                     static_cast<double>(s.num_choices - s.num_dropped_choices) / static_cast<double>(s.num_tokens));
  }
  ASSERT_EQ(kept.size(), 2u);
  EXPECT_LT(total, 4.0);
  const double expert = 2.0 * 3.0 * 14.0 * 12.0;
  EXPECT_NEAR(executed_flops_per_token(options, kept),
              count_model(options).flops_per_token - (4.0 - total) * expert / 2.0, 1e-6);
}

TEST(ExecutedFlops, EveryLayerIsAskedForOnce) {
  const ModelOptions options = tiny::options("switch");
  std::vector<KeptChoices> kept = all_layers(options, 1.0, 1.0);
  const auto refusal = [&] { return message_of<UserError>([&] { executed_flops_per_token(options, kept); }); };
  kept.push_back(kept.front());
  EXPECT_EQ(refusal(), "kept choices of layer 1 of the decoder: it is not sparse, or was given before");
  kept = {kept.front()};
  EXPECT_EQ(refusal(), "kept choices of layer 1 of the encoder are missing");
  kept = {{Stack::kEncoder, 0, 1.0}};
  EXPECT_EQ(refusal(), "kept choices of layer 0 of the encoder: it is not sparse, or was given before");
}

}  // namespace
}  // namespace flanmoe
