// Several examples in a row: each is computed as if it stood alone.
#include "model/forward.h"
#include "model/t5.h"
#include "tiny.h"

namespace flanmoe {
namespace {

constexpr double kAgreement = 1e-5;  // relative, of losses

// Expert Choice has no decoder-only form (moe/options.h).
std::vector<std::string> all_arms() {
  std::vector<std::string> names = tiny::arms();
  for (const char* name : {"decoder_gshard", "decoder_st_moe"}) names.emplace_back(name);
  return names;
}

// No room is ever short and nothing is drawn, in training as in evaluation. Expert Choice has the room it has.
ModelOptions calm_options(const std::string& arm) {
  ModelOptions o = tiny::roomy_options(arm);
  if (o.moe.routing == RoutingRule::kTokenChoice) o.moe.capacity_factor_train = 0.0;
  o.moe.jitter = 0.0;
  if (o.moe.k == 2) o.moe.second_train = SecondExpert::kAll;
  o.dropout = 0.0;
  return o;
}

// Two rows of three and two examples, and one that has a row of its own.
std::vector<std::vector<tiny::Example>> rows_of_examples() {
  const auto examples = tiny::random_examples({{9, 5}, {3, 11}, {1, 1}, {7, 2}, {4, 6}, {13, 8}}, 23);
  return {{examples[0], examples[1], examples[2]}, {examples[3], examples[4]}, {examples[5]}};
}

TokenBatch unpacked(const std::vector<std::vector<tiny::Example>>& rows) {
  std::vector<tiny::Example> examples;
  for (const auto& row : rows) examples.insert(examples.end(), row.begin(), row.end());
  return tiny::batch_of(examples);
}

struct Losses {
  double loss, balance, z;
};

Losses losses_of(const T5Model& model, const TokenBatch& batch, bool training) {
  ForwardOptions call;
  call.training = training;
  const ForwardResult result = forward(model, batch, call);
  const TokenLoss loss = token_loss(result.logits, batch);
  return {loss.loss.item<double>(), result.balance_loss.item<double>(), result.z_loss.item<double>()};
}

// [tokens of the segment, V]
at::Tensor logits_of(const at::Tensor& logits, const TokenBatch& batch, int64_t row, int64_t segment) {
  return logits[row].index_select(0, (batch.target_segments[row] == segment).nonzero().view({-1})).detach();
}

class EveryPackedArm : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Arms, EveryPackedArm, ::testing::ValuesIn(all_arms()),
                         [](const auto& arm) { return arm.param; });

TEST_P(EveryPackedArm, HasTheLossOfTheSameExamplesUnpacked) {
  const T5Model model = tiny::stirred(calm_options(GetParam()));
  const auto rows = rows_of_examples();
  for (const bool training : {false, true}) {
    const Losses packed = losses_of(model, tiny::packed_batch(rows), training);
    const Losses alone = losses_of(model, unpacked(rows), training);
    EXPECT_NEAR(packed.loss, alone.loss, kAgreement * alone.loss) << training;
    EXPECT_NEAR(packed.balance, alone.balance, kAgreement * alone.balance) << training;
    EXPECT_NEAR(packed.z, alone.z, kAgreement * alone.z) << training;
  }
}

// In evaluation a segment is a group of its own: this holds where experts are short of room, too.
TEST_P(EveryPackedArm, HasTheLogitsOfEachExampleAlone) {
  const T5Model model = tiny::stirred(tiny::options(GetParam()));
  const auto rows = rows_of_examples();
  const TokenBatch batch = tiny::packed_batch(rows);
  const at::Tensor logits = forward(model, batch, {}).logits;
  for (size_t b = 0; b < rows.size(); ++b) {
    for (size_t s = 0; s < rows[b].size(); ++s) {
      const at::Tensor mine = logits_of(logits, batch, static_cast<int64_t>(b), static_cast<int64_t>(s) + 1);
      EXPECT_LT(tiny::largest_difference(mine, tiny::logits_alone(model, rows[b][s])), 1e-4) << b << " " << s;
    }
  }
}

// Expert Choice in training takes its tokens from the whole batch, so that only evaluation keeps segments apart.
TEST_P(EveryPackedArm, NoSegmentSeesAnother) {
  const ModelOptions o = calm_options(GetParam());
  const T5Model model = tiny::stirred(o);
  const auto rows = rows_of_examples();
  const TokenBatch batch = tiny::packed_batch(rows);
  for (const bool training : {false, true}) {
    if (training && o.moe.routing == RoutingRule::kExpertChoice) continue;
    ForwardOptions call;
    call.training = training;
    const at::Tensor before = forward(model, batch, call).logits;
    for (size_t changed = 0; changed < rows[0].size(); ++changed) {
      auto others = rows;
      for (tiny::Ids* ids : {&others[0][changed].source, &others[0][changed].target}) {
        for (int64_t& id : *ids) id = 2 + (id + 5) % 21;
      }
      const at::Tensor after = forward(model, tiny::packed_batch(others), call).logits;
      for (size_t b = 0; b < rows.size(); ++b) {
        for (size_t s = 0; s < rows[b].size(); ++s) {
          const auto row = static_cast<int64_t>(b), segment = static_cast<int64_t>(s) + 1;
          const double moved =
              tiny::largest_difference(logits_of(before, batch, row, segment), logits_of(after, batch, row, segment));
          if (b == 0 && s == changed) {
            EXPECT_GT(moved, 1e-3) << segment;
          } else {  // the experts' products have other sizes now
            EXPECT_LT(moved, 1e-5) << changed << " changed, " << row << " " << segment << " training " << training;
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace flanmoe
