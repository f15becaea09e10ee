// The parts of every weight over several ranks, computed rank by rank and summed where the cut says so, give what the
// whole weight gives; and every weight of every arm is cut where a cut is due.
#include "model/rank_cut.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <map>

#include "kernels/linear.h"
#include "model/attention.h"
#include "model/relative_position.h"
#include "model/weights.h"
#include "tensor/feed_forward.h"
#include "tensor/random.h"
#include "tiny.h"

namespace flanmoe {
namespace {

constexpr int64_t kRanks = 3;

// Sizes that the ranks divide.
ModelOptions divisible(const std::string& arm) {
  ModelOptions o = tiny::roomy_options(arm);
  o.num_heads = 6;
  o.d_ff = 15;
  o.vocab_size = 24;
  if (o.moe.num_experts > 0) o.moe.num_experts = 6;
  return o;
}

at::Tensor part_of(const at::Tensor& weight, const std::optional<RankCut>& cut, int64_t rank) {
  if (!cut) return weight;
  const int64_t size = weight.size(cut->dim) / kRanks;
  EXPECT_EQ(size * kRanks, weight.size(cut->dim));
  return weight.narrow(cut->dim, rank * size, size);
}

void expect_close(const at::Tensor& found, const at::Tensor& expected) {
  ASSERT_EQ(found.sizes(), expected.sizes());
  EXPECT_LT((found - expected).abs().max().item<double>(), 1e-5 * (1.0 + expected.abs().max().item<double>()));
}

// The weights of one arm by place, and each one's part on a rank.
class Sharded {
 public:
  explicit Sharded(const ModelOptions& options) : o(options) {
    for (const WeightSpec& spec : weight_specs(o)) {
      specs_.emplace(spec.name, spec);
      values_[spec.name] = random_normal(spec.shape, 0.5, hash_text(spec.name));
    }
  }
  at::Tensor whole(const std::string& name) const { return values_.count(name) ? values_.at(name) : at::Tensor(); }
  at::Tensor part(const std::string& name, int64_t rank) const {
    return values_.count(name) ? part_of(whole(name), tensor_cut(specs_.at(name).place, o), rank) : at::Tensor();
  }
  bool is_summed(const std::string& name) const { return tensor_cut(specs_.at(name).place, o)->is_summed; }

  // The matrices `prefix`.wi (or wi_0, wi_1) and wo, whole without a rank.
  FeedForwardWeights feed_forward_weights(const std::string& prefix, std::optional<int64_t> rank) const {
    const auto get = [&](const std::string& role) {
      const std::string name = prefix + "." + role + ".weight";
      return rank ? part(name, *rank) : whole(name);
    };
    FeedForwardWeights weights;
    weights.wi = get(o.gated ? "wi_0" : "wi");
    weights.wi_1 = get("wi_1");
    weights.wo = get("wo");
    return weights;
  }

  const ModelOptions o;

 private:
  std::map<std::string, WeightSpec> specs_;
  std::map<std::string, at::Tensor> values_;
};

class RankCuts : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Arms, RankCuts, ::testing::ValuesIn(tiny::arms()), [](const auto& arm) { return arm.param; });

TEST_P(RankCuts, AnAttentionIsTheSumOfItsHeads) {
  const Sharded model(divisible(GetParam()));
  const std::string prefix = "decoder.block.0.layer.0.SelfAttention.";
  const auto weights = [&](const auto& get) {
    AttentionWeights result;
    result.q = get(prefix + "q.weight");
    result.k = get(prefix + "k.weight");
    result.v = get(prefix + "v.weight");
    result.o = get(prefix + "o.weight");
    return result;
  };
  const at::Tensor x = random_normal({2, 7, model.o.d_model}, 1.0, 1);
  const at::Tensor runs = at::tensor(std::vector<int64_t>{0, 7}, at::kLong).expand({2, 7, 2});
  const auto pairs = [&](const at::Tensor& table) {
    return AttentionPairs{runs, bias_by_distance(table, 7, true, model.o.relative_max_distance)};
  };
  const std::string table = prefix + "relative_attention_bias.weight";
  const at::Tensor whole = self_attention(x, weights([&](const std::string& name) { return model.whole(name); }),
                                          model.o.num_heads, {pairs(model.whole(table))});
  at::Tensor sum = at::zeros_like(whole);
  for (int64_t rank = 0; rank < kRanks; ++rank) {
    sum += self_attention(x, weights([&](const std::string& name) { return model.part(name, rank); }),
                          model.o.num_heads / kRanks, {pairs(model.part(table, rank))});
  }
  EXPECT_TRUE(model.is_summed(prefix + "o.weight"));
  expect_close(sum, whole);
}

TEST_P(RankCuts, AFeedForwardIsTheSumOfItsHiddenUnits) {
  const Sharded model(divisible(GetParam()));
  const auto no_drop = [](const at::Tensor& hidden) { return hidden; };
  int64_t num_compared = 0;
  for (const WeightSpec& spec : weight_specs(model.o)) {
    if (!spec.name.ends_with(".wo.weight")) continue;
    SCOPED_TRACE(spec.name);
    const std::string prefix = spec.name.substr(0, spec.name.size() - std::string(".wo.weight").size());
    const at::Tensor x = random_normal({7, model.o.d_model}, 1.0, 2);
    // Of experts [E, ...]: all of them with the same rows.
    const auto product = [](const at::Tensor& rows, const Linear& w) {
      return rows.matmul(w.weight.transpose(-2, -1));
    };
    const at::Tensor whole = feed_forward(x, model.feed_forward_weights(prefix, {}), product, no_drop);
    at::Tensor sum = at::zeros_like(whole);
    for (int64_t rank = 0; rank < kRanks; ++rank) {
      sum += feed_forward(x, model.feed_forward_weights(prefix, rank), product, no_drop);
    }
    EXPECT_TRUE(model.is_summed(spec.name));
    expect_close(sum, whole);
    ++num_compared;
  }
  EXPECT_GE(num_compared, 2);
}

TEST_P(RankCuts, WordsAreLookedUpWhereTheyLieAndLogitsStandSideBySide) {
  const Sharded model(divisible(GetParam()));
  const int64_t words = model.o.vocab_size / kRanks;
  const at::Tensor ids = at::arange(model.o.vocab_size);
  at::Tensor sum = at::zeros({model.o.vocab_size, model.o.d_model});
  for (int64_t rank = 0; rank < kRanks; ++rank) {
    const at::Tensor own = (ids >= rank * words).logical_and(ids < (rank + 1) * words);
    const at::Tensor found = model.part("shared.weight", rank).index_select(0, (ids - rank * words) * own);
    sum += found * own.unsqueeze(1);
  }
  EXPECT_TRUE(model.is_summed("shared.weight"));
  EXPECT_TRUE(sum.equal(model.whole("shared.weight")));
  if (model.o.tied) return;
  const at::Tensor x = random_normal({5, model.o.d_model}, 1.0, 3);
  std::vector<at::Tensor> logits;
  for (int64_t rank = 0; rank < kRanks; ++rank) logits.push_back(linear(x, {model.part("lm_head.weight", rank)}));
  EXPECT_FALSE(model.is_summed("lm_head.weight"));
  expect_close(at::cat(logits, 1), linear(x, {model.whole("lm_head.weight")}));
}

// With sizes that nothing divides: pieces are counted from the options, and only norms and routers are whole
// everywhere.
TEST_P(RankCuts, CutEveryWeightThatGrowsWithTheModel) {
  const ModelOptions o = tiny::roomy_options(GetParam());
  for (const WeightSpec& spec : weight_specs(o)) {
    SCOPED_TRACE(spec.name);
    const std::optional<RankCut> by_tensor = tensor_cut(spec.place, o), by_expert = expert_cut(spec.place, o);
    const bool is_small = spec.place.part == WeightPart::kNorm || spec.place.part == WeightPart::kRouter;
    EXPECT_EQ(by_tensor.has_value(), !is_small);
    EXPECT_EQ(by_expert.has_value(), spec.shape.size() == 3);
    for (const auto& cut : {by_tensor, by_expert}) {
      if (!cut) continue;
      EXPECT_EQ(spec.shape.at(static_cast<size_t>(cut->dim)) % cut->num_pieces, 0) << cut->dim;
    }
    if (by_expert) {
      EXPECT_EQ(by_expert->num_pieces, o.moe.num_experts);
      EXPECT_NE(by_expert->dim, by_tensor->dim);
    }
  }
}

}  // namespace
}  // namespace flanmoe
