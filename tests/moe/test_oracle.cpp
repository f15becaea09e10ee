// moe_layer against the oracle, which knows only the specification: 1,000 random layers of each routing, every answer
// and every gradient. And the oracle against the worked example of docs/routing.md 17.
#include <algorithm>
#include <cmath>
#include <iostream>
#include <map>

#include "layers.h"
#include "moe/groups.h"
#include "moe/oracle_cases.h"
#include "moe/weights.h"

namespace flanmoe {
namespace {

using oracle::Answer;
using oracle::Case;
using oracle::Layer;
using oracle::Values;

constexpr int64_t kCases = 1000, kFloat32Cases = 200;

// How near moe_layer must come, and which choices are too close to call in its arithmetic.
struct Precision {
  at::ScalarType dtype = at::kDouble;
  double relative = 1e-10, absolute = 1e-12;
  double least_gap = 1e-11;
};
const Precision kExact, kFloat32 = {at::kFloat, 1e-4, 1e-4, 1e-5};

at::Tensor tensor_of(const Values& values, std::vector<int64_t> sizes, at::ScalarType dtype) {
  return at::tensor(values, at::kDouble).view(sizes).to(dtype).requires_grad_(true);
}

Values values_of(const at::Tensor& tensor) {
  if (!tensor.defined()) return {};
  const at::Tensor flat = tensor.detach().to(at::kDouble).contiguous().view({-1});
  return {flat.const_data_ptr<double>(), flat.const_data_ptr<double>() + flat.numel()};
}

Values gradient_of(const at::Tensor& leaf) {
  if (!leaf.defined()) return {};
  return leaf.grad().defined() ? values_of(leaf.grad()) : Values(leaf.numel(), 0.0);
}

void expect_close(const char* what, const Values& mine, const Values& expected, const Precision& precision) {
  ASSERT_EQ(mine.size(), expected.size()) << what;
  double largest = 0.0, gap = 0.0;
  for (size_t i = 0; i < mine.size(); ++i) {
    largest = std::max(largest, std::abs(expected[i]));
    gap = std::isnan(mine[i]) ? INFINITY : std::max(gap, std::abs(mine[i] - expected[i]));
  }
  EXPECT_LE(gap, precision.relative * largest + precision.absolute) << what << ", largest value " << largest;
}

struct LayerTensors {
  at::Tensor x;
  MoeWeights weights;
  MoeTokenPlaces places;
};

LayerTensors tensors_of(const Case& c, at::ScalarType dtype) {
  const Layer& l = c.layer;
  LayerTensors t;
  t.x = tensor_of(l.x, {c.num_positions, l.d_model}, dtype);
  t.weights.router = tensor_of(l.router, {l.num_experts, l.d_model}, dtype);
  t.weights.wi = tensor_of(l.wi, {l.num_experts, l.hidden, l.d_model}, dtype);
  if (l.gated) t.weights.wi_1 = tensor_of(l.wi_1, {l.num_experts, l.hidden, l.d_model}, dtype);
  t.weights.wo = tensor_of(l.wo, {l.num_experts, l.d_model, l.hidden}, dtype);
  t.places.positions = at::tensor(l.positions, at::kLong);
  t.places.groups = {l.groups, at::kCPU};
  return t;
}

// Kept experts are compared as sets with weights: equal weights may stand in any order.
void compare_tokens(const TokenExperts& mine, const Answer& expected, double relative) {
  EXPECT_EQ(layers::ints(mine.asked), expected.asked);
  ASSERT_EQ(mine.experts.size(0), static_cast<int64_t>(expected.asked.size()));
  std::vector<std::map<int64_t, double>> kept(expected.asked.size());
  for (const oracle::Pair& pair : expected.kept) kept[pair.token][pair.expert] = pair.weight;
  const auto expert = mine.experts.accessor<int64_t, 2>();
  const auto weight = mine.weights.accessor<float, 2>();
  for (size_t t = 0; t < kept.size(); ++t) {
    const auto at = static_cast<int64_t>(t);
    size_t num_kept = 0;
    for (int64_t i = 0; i < mine.experts.size(1); ++i) {
      if (i > 0) {
        EXPECT_LE(weight[at][i], weight[at][i - 1]) << "token " << t;
      }
      if (expert[at][i] < 0) {
        EXPECT_EQ(weight[at][i], 0.0f) << "token " << t;
        continue;
      }
      ++num_kept;
      ASSERT_EQ(kept[t].count(expert[at][i]), 1u) << "expert " << expert[at][i] << " of token " << t;
      EXPECT_NEAR(weight[at][i], kept[t][expert[at][i]], relative) << "token " << t;
      kept[t][expert[at][i]] = NAN;  // an expert named twice is no set
    }
    ASSERT_EQ(num_kept, kept[t].size()) << "kept pairs of token " << t;
  }
}

void compare_counts(const MoeStatistics& mine, const MoeStatistics& expected, const Precision& precision) {
  EXPECT_EQ(mine.num_experts, expected.num_experts);
  EXPECT_EQ(mine.num_tokens, expected.num_tokens);
  EXPECT_EQ(mine.num_choices, expected.num_choices);
  EXPECT_EQ(mine.num_dropped_choices, expected.num_dropped_choices);
  EXPECT_EQ(mine.num_dropped_tokens, expected.num_dropped_tokens);
  EXPECT_EQ(mine.num_unchosen_tokens, expected.num_unchosen_tokens);
  EXPECT_EQ(mine.routed, expected.routed);
  EXPECT_EQ(mine.kept, expected.kept);
  EXPECT_EQ(mine.utilisation_count, expected.utilisation_count);
  EXPECT_NEAR(mine.utilisation_sum, expected.utilisation_sum, 1e-9);
  expect_close("entropy", {mine.entropy_sum}, {expected.entropy_sum}, precision);
  expect_close("confidence", {mine.confidence_sum}, {expected.confidence_sum}, precision);
}

void compare_case(const Case& c, const Answer& expected, const Precision& precision) {
  SCOPED_TRACE(c.name);
  LayerTensors t = tensors_of(c, precision.dtype);
  MoeCall call = c.call;
  call.want_losses = call.want_statistics = call.want_tokens = true;
  const MoeOutput mine = moe_layer(t.x, t.weights, t.places, c.options, call);
  const at::Tensor coefficients = at::tensor(c.reading.hidden, at::kDouble).view(t.x.sizes()).to(precision.dtype);
  ((mine.hidden * coefficients).sum() + c.reading.balance * mine.balance_loss + c.reading.z * mine.z_loss).backward();

  compare_tokens(mine.tokens.value(), expected, std::max(precision.relative, 2e-7));  // its weights are float32
  compare_counts(mine.statistics.value(), expected.counts, precision);
  expect_close("balance loss", values_of(mine.balance_loss), {expected.balance_loss}, precision);
  expect_close("z loss", values_of(mine.z_loss), {expected.z_loss}, precision);
  expect_close("hidden", values_of(mine.hidden), expected.hidden, precision);
  expect_close("gradient of x", gradient_of(t.x), expected.gradients.x, precision);
  expect_close("gradient of router", gradient_of(t.weights.router.weight), expected.gradients.router, precision);
  expect_close("gradient of wi", gradient_of(t.weights.wi.weight), expected.gradients.wi, precision);
  expect_close("gradient of wi_1", gradient_of(t.weights.wi_1.weight), expected.gradients.wi_1, precision);
  expect_close("gradient of wo", gradient_of(t.weights.wo.weight), expected.gradients.wo, precision);
}

// Stops at the first case that disagrees. A case with a choice too close to call is left out and counted.
oracle::Tally compare_cases(const std::string& routing, int64_t count, const Precision& precision) {
  oracle::Tally tally;
  for (int64_t i = 0; i < count && !testing::Test::HasFailure(); ++i) {
    const Case c = oracle::random_case(routing, i);
    const Answer expected = oracle::answer(c.layer, c.options, c.call, c.reading);
    if (expected.smallest_gap < precision.least_gap) {
      ++tally["too close to call"];
      continue;
    }
    compare_case(c, expected, precision);
    oracle::count_situations(c, expected, tally);
  }
  return tally;
}

void print(const std::string& routing, const oracle::Tally& tally) {
  std::cout << routing << ":";
  for (const auto& [situation, cases] : tally) std::cout << " " << situation << " " << cases << ";";
  std::cout << "\n";
}

// `situations`: what the cases must have gone through, or they would prove little.
void expect_agreement(const std::string& routing, std::vector<std::string> situations) {
  oracle::Tally exact = compare_cases(routing, kCases, kExact),
                single = compare_cases(routing, kFloat32Cases, kFloat32);
  print(routing, exact);
  print(routing + " in float32", single);
  if (testing::Test::HasFailure()) return;
  EXPECT_EQ(exact["cases"], kCases);
  EXPECT_GT(single["cases"], kFloat32Cases / 2);
  for (const char* always : {"ties", "no limit", "room for one", "gated", "one token"}) {
    situations.push_back(always);
  }
  for (const std::string& situation : situations) {
    EXPECT_GT(exact[situation], 0) << situation;
    EXPECT_LT(exact[situation], kCases) << situation;
  }
}

TEST(Oracle, Switch) {
  expect_agreement("switch", {"dropped choices", "dropped tokens", "padding", "one expert takes all",
                              "expert without tokens", "one expert", "room rounded from a half"});
}

TEST(Oracle, Gshard) {
  expect_agreement("gshard", {"dropped choices", "dropped tokens", "padding", "one expert takes all",
                              "expert without tokens", "second switched off", "room rounded from a half"});
}

TEST(Oracle, StMoe) {
  expect_agreement("st_moe", {"dropped choices", "dropped tokens", "padding", "one expert takes all",
                              "expert without tokens", "second switched off", "room rounded from a half"});
}

TEST(Oracle, ExpertChoice) {
  expect_agreement("expert_choice", {"unchosen tokens", "padding", "one expert", "room rounded from a half"});
}

TEST(Oracle, HuggingFace) {
  expect_agreement("hugging_face", {"dropped choices", "dropped tokens", "one expert takes all",
                                    "expert without tokens", "one expert"});
}

}  // namespace
}  // namespace flanmoe
