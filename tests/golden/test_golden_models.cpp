// Logits, loss and every gradient against what transformers computed (golden folders beside the checkout).
#include "golden_models.h"
#include "model/folder.h"
#include "model/forward.h"
#include "model/forward_parts.h"
#include "model/parameter.h"

namespace flanmoe {
namespace {

constexpr double kAgreement = 1e-4;

class golden_models : public ::testing::TestWithParam<std::string> {
 protected:
  golden_models() : model_(load_model(golden::root() / GetParam())), expected_(golden::tensors(GetParam())) {
    batch_.source_ids = expected_.at("input_ids");
    batch_.target_ids = expected_.at("labels").clamp_min(0);  // -100 = ignored
  }

  at::Tensor expected(const std::string& name) const { return expected_.at(name); }

  T5Model model_;
  golden::Tensors expected_;
  TokenBatch batch_;
};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(golden_models);
INSTANTIATE_TEST_SUITE_P(cases, golden_models, ::testing::ValuesIn(golden::model_cases()), golden::case_name);

// At every position, padding too: under Hugging Face's rule it takes room.
TEST_P(golden_models, encoder_and_logits) {
  RouterReports reports;
  const at::Tensor hidden = encode(model_, batch_.source_ids, at::Tensor(), {}, reports);
  EXPECT_LT(golden::relative_gap(hidden, expected("encoder_hidden")), kAgreement);
  EXPECT_LT(golden::relative_gap(forward(model_, batch_, {}).logits, expected("logits")), kAgreement);
}

TEST_P(golden_models, a_row_alone) {
  TokenBatch row;
  row.source_ids = batch_.source_ids.slice(0, 2, 3).slice(1, 0, 4);
  row.target_ids = batch_.target_ids.slice(0, 2, 3).slice(1, 0, 3);
  EXPECT_LT(golden::relative_gap(forward(model_, row, {}).logits, expected("logits_row2_alone")), kAgreement);
}

// The loss that transformers gives back: of a Switch with its router losses.
TEST_P(golden_models, loss_and_gradients) {
  ForwardOptions call;
  call.router_losses = true;
  const ForwardResult result = forward(model_, batch_, call);
  const MoeOptions& moe = model_.options().moe;
  const at::Tensor loss =
      token_loss(result.logits, batch_).loss + moe.balance_loss * result.balance_loss + moe.z_loss * result.z_loss;
  EXPECT_LT(golden::relative_gap(loss, expected("loss")), kAgreement);
  loss.backward();
  golden::Tensors gradients;
  for (const Parameter& parameter : model_.parameters()) {
    const at::Tensor& gradient = parameter.value.grad();
    if (!parameter.place.per_expert()) gradients[parameter.name] = gradient;
    for (int64_t e = 0; parameter.place.per_expert() && e < gradient.size(0); ++e) {
      std::string name = parameter.name;
      gradients[name.replace(name.find(".experts."), 9, ".experts.expert_" + std::to_string(e) + ".")] = gradient[e];
    }
  }
  size_t num_compared = 0;
  for (const auto& [name, theirs] : expected_) {
    if (!name.starts_with("grad.")) continue;
    const auto mine = gradients.find(name.substr(5));
    ASSERT_NE(mine, gradients.end()) << name;
    EXPECT_LT(golden::relative_gap(mine->second, theirs), kAgreement) << name;
    gradients.erase(mine);
    ++num_compared;
  }
  EXPECT_GT(num_compared, 20u);
  // An expert that no token met has no gradient there.
  for (const auto& [name, mine] : gradients) EXPECT_EQ(mine.abs().max().item<double>(), 0.0) << name;
}

TEST_P(golden_models, router_logits_and_kept_experts) {
  ForwardOptions call;
  call.router_losses = true;
  RouterReports reports;
  const at::Tensor memory = encode(model_, batch_.source_ids, at::Tensor(), call, reports);
  decode_targets(model_, batch_, memory, call, reports);
  const std::vector<int64_t> encoder_layers = model_.options().sparse_layers(false),
                             decoder_layers = model_.options().sparse_layers(true);
  ASSERT_EQ(reports.pooled.size(), encoder_layers.size() + decoder_layers.size());
  size_t num_compared = 0;
  for (size_t i = 0; i < reports.pooled.size(); ++i) {
    const bool is_decoder = i >= encoder_layers.size();
    const int64_t layer = is_decoder ? decoder_layers[i - encoder_layers.size()] : encoder_layers[i];
    const std::string place = fmt::format("{}.{}", is_decoder ? "decoder" : "encoder", layer);
    const auto logits = expected_.find("router_logits." + place), kept = expected_.find("router_expert." + place);
    if (logits == expected_.end()) continue;
    EXPECT_LT(golden::relative_gap(reports.pooled[i].logits, logits->second), kAgreement) << place;
    EXPECT_TRUE(reports.pooled[i].kept.equal(kept->second)) << place;
    ++num_compared;
  }
  EXPECT_EQ(num_compared > 0, model_.options().moe.num_experts > 0);
}

TEST(golden, cases_are_here) {
  if (!golden::model_cases().empty()) return;
  EXPECT_FALSE(golden_folder_given()) << "no model case in FLANMOE_GOLDEN";
  GTEST_SKIP() << "no golden cases in " << golden::root();
}

}  // namespace
}  // namespace flanmoe
