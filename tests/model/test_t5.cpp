// The model against a T5 in plain loops, and against what a well-known implementation computed (golden files).
#include "model/t5.h"

#include "golden.h"
#include "model/forward_parts.h"
#include "model/layout.h"
#include "plain_t5.h"
#include "tiny.h"

namespace flanmoe {
namespace {

constexpr double kAgreement = 1e-4;

double difference_to_plain(const T5Model& model, const std::vector<tiny::Example>& examples) {
  const PlainT5 plain(model);
  const at::Tensor logits = forward(model, tiny::batch_of(examples), {}).logits;
  double largest = 0.0;
  for (size_t b = 0; b < examples.size(); ++b) {
    const PlainRows rows = plain.logits(examples[b].source, examples[b].target);
    for (size_t t = 0; t < rows.size(); ++t) {
      const at::Tensor mine = logits[static_cast<int64_t>(b)][static_cast<int64_t>(t)];
      largest = std::max(largest, tiny::largest_difference(mine, at::tensor(rows[t], at::kDouble)));
    }
  }
  return largest;
}

class EveryArm : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Arms, EveryArm, ::testing::ValuesIn(tiny::arms()), [](const auto& arm) { return arm.param; });

TEST_P(EveryArm, EqualsPlainLoopsOnAPaddedBatch) {
  const T5Model model = tiny::stirred(tiny::roomy_options(GetParam()));
  EXPECT_LT(difference_to_plain(model, tiny::random_examples({{9, 5}, {3, 11}, {1, 1}, {7, 2}}, 23)), kAgreement);
}

TEST(T5, EqualsPlainLoopsWhateverTheHeadAndTheFeedForward) {
  for (const bool gated : {false, true}) {
    for (const bool tied : {false, true}) {
      for (const char* arm : {"dense_v10", "decoder_dense", "switch", "gshard"}) {
        ModelOptions o = tiny::roomy_options(arm);
        o.gated = gated;
        o.tied = tied;
        const double difference = difference_to_plain(tiny::stirred(o), tiny::random_examples({{5, 4}, {8, 3}}, 23));
        EXPECT_LT(difference, kAgreement) << arm << " gated " << gated << " tied " << tied;
      }
    }
  }
}

TEST(T5, EqualsPlainLoopsBeyondTheLastRelativeBucket) {
  for (const char* arm : {"dense_v11", "decoder_dense"}) {
    const T5Model model = tiny::stirred(tiny::options(arm));
    EXPECT_LT(difference_to_plain(model, tiny::random_examples({{151, 7}, {6, 139}}, 23)), kAgreement) << arm;
  }
}

TEST(T5, EqualsPlainLoopsWithOneHeadOneLayerAndAWideInner) {
  ModelOptions o = tiny::options("dense_v10");
  o.num_heads = 1;
  o.d_kv = 17;
  o.num_layers = 1;
  o.num_decoder_layers = 1;
  EXPECT_LT(difference_to_plain(tiny::stirred(o), tiny::random_examples({{4, 6}}, 23)), kAgreement);
}

class Golden : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Models, Golden, ::testing::Values("t5_v10", "t5_v11", "switch_room"),
                         [](const auto& model) { return model.param; });

TEST_P(Golden, LogitsLossAndGradientsAgree) {
  if (!golden::present(GetParam())) GTEST_SKIP() << "no golden files beside the checkout";
  const T5Model model = golden::model(GetParam());
  const golden::Tensors expected = golden::tensors(GetParam(), "golden.safetensors");
  const TokenBatch batch = golden::batch(expected);
  const ForwardResult result = forward(model, batch, {});
  const at::Tensor real = batch.target_ids != 0;
  const auto relative = [](const at::Tensor& mine, const at::Tensor& theirs) {
    return tiny::largest_difference(mine, theirs) / std::max(1e-3, theirs.abs().max().item<double>());
  };
  EXPECT_LT(relative(result.logits.index({real}), expected.at("logits").index({real})), kAgreement);
  RouterReports reports;
  const at::Tensor hidden = encode(model, batch.source_ids, at::Tensor(), {}, reports);
  const at::Tensor read = batch.source_ids != 0;
  EXPECT_LT(relative(hidden.index({read}), expected.at("encoder_hidden").index({read})), kAgreement);

  const TokenLoss loss = token_loss(result.logits, batch);
  EXPECT_EQ(loss.num_tokens, real.sum().item<int64_t>());
  EXPECT_NEAR(loss.loss.item<double>() + golden::router_losses(expected), expected.at("loss").item<double>(),
              kAgreement);
  if (model.options().moe.num_experts > 0)
    return;  // the gradients of that library's router losses, over padding too, are in its files
  loss.loss.backward();
  int num_compared = 0;
  for (const auto& [name, gradient] : golden::gradients(model)) {
    const auto found = expected.find("grad." + name);
    if (found == expected.end()) continue;  // an expert that no token met
    EXPECT_LT(relative(gradient, found->second), kAgreement) << name;
    ++num_compared;
  }
  EXPECT_GT(num_compared, 20);
}

TEST_P(Golden, ARowAloneAgrees) {
  if (!golden::present(GetParam())) GTEST_SKIP() << "no golden files beside the checkout";
  const T5Model model = golden::model(GetParam());
  const golden::Tensors expected = golden::tensors(GetParam(), "golden.safetensors");
  TokenBatch batch = golden::batch(expected);
  batch.source_ids = batch.source_ids.slice(0, 2, 3).slice(1, 0, 4);
  batch.target_ids = batch.target_ids.slice(0, 2, 3).slice(1, 0, 3);
  const at::Tensor logits = forward(model, batch, {}).logits;
  EXPECT_LT(tiny::largest_difference(logits, expected.at("logits_row2_alone")), kAgreement);
}

}  // namespace
}  // namespace flanmoe
