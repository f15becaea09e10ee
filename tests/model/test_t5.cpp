// The model against a T5 in plain loops.
#include "model/batch_layout.h"
#include "model/forward.h"
#include "model/forward_parts.h"
#include "model/t5.h"
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

}  // namespace
}  // namespace flanmoe
