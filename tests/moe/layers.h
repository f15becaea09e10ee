// Random layers and places for the tests of this folder, and the worked example of docs/routing.md 17.
#pragma once

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "moe/groups.h"
#include "moe/moe_layer.h"
#include "moe/weights.h"
#include "tensor/random.h"
#include "testing/gradient_check.h"

namespace flanmoe::layers {

struct Shape {
  int64_t num_experts = 4, d_model = 6, hidden = 7;
  bool gated = false;
};

inline std::vector<int64_t> ints(const at::Tensor& t) {
  const at::Tensor flat = t.to(at::kCPU, at::kLong).contiguous().view({-1});
  return {flat.const_data_ptr<int64_t>(), flat.const_data_ptr<int64_t>() + flat.numel()};
}

inline MoeWeights weights(const Shape& shape, uint64_t key = 5) {
  const auto make = [&](std::vector<int64_t> sizes, double deviation, uint64_t offset) {
    return random_normal(sizes, deviation, key + offset);
  };
  MoeWeights w;
  w.router = make({shape.num_experts, shape.d_model}, 0.7, 1);
  w.wi = make({shape.num_experts, shape.hidden, shape.d_model}, 0.5, 2);
  if (shape.gated) w.wi_1 = make({shape.num_experts, shape.hidden, shape.d_model}, 0.5, 3);
  w.wo = make({shape.num_experts, shape.d_model, shape.hidden}, 0.5, 4);
  return w;
}

inline MoeWeights map(const MoeWeights& w, const std::function<at::Tensor(const at::Tensor&)>& change) {
  return {change(w.router.weight), change(w.wi.weight), w.wi_1.defined() ? change(w.wi_1.weight) : at::Tensor(),
          change(w.wo.weight)};
}

inline MoeWeights leaves(const MoeWeights& w, at::ScalarType dtype = at::kFloat) {
  return map(w, [&](const at::Tensor& t) { return t.detach().to(dtype).clone().requires_grad_(true); });
}

inline at::Tensor tokens(int64_t count, int64_t d_model, uint64_t key = 9) {
  return random_normal({count, d_model}, 1.0, key);
}

// T real tokens among 2 T + 1 positions when `padded`, else T positions.
inline MoeTokenPlaces places(int64_t num_tokens, int64_t group_size = 0, bool padded = false) {
  MoeTokenPlaces result;
  result.positions = at::arange(num_tokens, at::kLong);
  if (padded) result.positions = result.positions * 2 + (result.positions >= 1).to(at::kLong);  // 0, 3, 5, ...
  result.groups = cut_groups(num_tokens, group_size);
  return result;
}

inline MoeOptions options(int64_t num_experts, int64_t k = 1, GateRule gate = GateRule::kRaw) {
  MoeOptions o;
  o.num_experts = num_experts;
  o.k = k;
  o.gate = gate;
  o.min_capacity = 1;
  o.capacity_factor_eval = 0.0;
  return o;
}

// Reference 17: 8 tokens, 4 experts.
inline at::Tensor worked_logits() {
  return at::tensor(std::vector<double>{2,   1, 0,  -1, 1.5, 1.4, .2, .1, 3, .5, .5, 0,  .1, .2, .3, .4,
                                        2.5, 2, -1, 0,  -.5, 0,   1,  .9, 1, 3,  0,  .5, .9, .8, .7, 2.2},
                    at::kFloat)
      .view({8, 4});
}

// The worked example as a layer: the router reads the logits off the first four features, the fifth is one, and expert
// e answers e + 1 in the fifth. So column 4 of the output is the sum of weight * (expert + 1) over the kept pairs.
inline at::Tensor worked_x() { return at::cat({worked_logits(), at::ones({8, 1})}, 1); }

inline MoeWeights worked_weights() {
  MoeWeights w;
  w.router = at::cat({at::eye(4), at::zeros({4, 1})}, 1);
  w.wi = at::zeros({4, 1, 5});
  w.wi.weight.select(2, 4).fill_(1.0);
  w.wo = at::zeros({4, 5, 1});
  for (int64_t e = 0; e < 4; ++e) w.wo.weight[e][4][0] = static_cast<float>(e + 1);
  return w;
}

inline std::vector<double> worked_answers(const MoeOptions& o, MoeCall call) {
  const at::Tensor hidden = moe_layer(worked_x(), worked_weights(), places(8), o, call).hidden;
  EXPECT_EQ(hidden.narrow(1, 0, 4).abs().sum().item<float>(), 0.0f);
  std::vector<double> answers;
  for (int64_t t = 0; t < 8; ++t) answers.push_back(hidden[t][4].item<double>());
  return answers;
}

inline void expect_near(const std::vector<double>& mine, const std::vector<double>& expected, double allowed = 2e-6) {
  ASSERT_EQ(mine.size(), expected.size());
  for (size_t i = 0; i < mine.size(); ++i) EXPECT_NEAR(mine[i], expected[i], allowed) << "entry " << i;
}

}  // namespace flanmoe::layers
