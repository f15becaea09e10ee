#include "moe/moe_layer.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "base/random.h"
#include "kernels/permute.h"
#include "moe/experts.h"
#include "moe/groups.h"
#include "moe/losses.h"
#include "moe/plan.h"
#include "moe/router.h"
#include "moe/routing.h"
#include "moe/weights.h"

namespace flanmoe {
namespace {

// A routed layer: where rows go and the weight each comes back with.
struct Routed {
  Plan plan;
  at::Tensor weights;          // [R] combine weights, gradient to the router
  std::vector<int64_t> top;    // token choice: [T * k] choices the balance loss counts
  std::vector<int64_t> asked;  // [T] pairs each token asked for, the policy of the second expert applied
};

CapacityRule capacity_of(const MoeOptions& options, const MoeCall& call) {
  return call.capacity ? *call.capacity : capacity_rule(options, call.training);
}

std::vector<double> largest(const at::Tensor& probabilities) {
  const at::Tensor top = at::amax(probabilities.detach(), {1}).to(at::kCPU, at::kDouble);
  return {top.const_data_ptr<double>(), top.const_data_ptr<double>() + top.numel()};
}

// Gate B (docs/routing.md 5): weights of the kept choices of a token sum to one.
at::Tensor normalise_kept(const at::Tensor& gates, const std::vector<uint8_t>& kept) {
  const at::Tensor mask = at::tensor(std::vector<int64_t>(kept.begin(), kept.end()), at::kLong).view(gates.sizes());
  const at::Tensor alive = gates * mask.to(gates.options());
  return alive / alive.sum(1, true).clamp_min(std::numeric_limits<float>::epsilon());
}

std::vector<int64_t> asked_per_token(const TokenChoices& choices) {
  std::vector<int64_t> asked(choices.num_tokens, 0);
  for (size_t pair = 0; pair < choices.experts.size(); ++pair) {
    asked[pair / static_cast<size_t>(choices.k)] += choices.experts[pair] == kNoExpert ? 0 : 1;
  }
  return asked;
}

Routed route_by_tokens(const RouterOutput& router, const GroupBounds& groups, const MoeOptions& options,
                       const MoeCall& call) {
  const SecondExpert policy = call.training ? options.second_train : options.second_eval;
  const TokenChoices choices =
      choose_experts(router.probabilities, options, policy, stream_key(call.noise_key, "second_expert"));
  const bool by_probability = options.priority == RoomPriority::kProbability && !call.causal;
  Plan plan = plan_token_choice(choices, groups, options.num_experts, capacity_of(options, call),
                                by_probability ? largest(router.probabilities) : std::vector<double>{});
  at::Tensor gates = choices.gates;
  if (options.gate == GateRule::kNormalisedAfterDrop) gates = normalise_kept(gates, plan.kept);
  at::Tensor weights = gates.reshape({-1}).index_select(0, plan.pairs);
  return {std::move(plan), weights, choices.top, asked_per_token(choices)};
}

Routed route_by_experts(const RouterOutput& router, const GroupBounds& groups, const MoeOptions& options,
                        const MoeCall& call) {
  const ExpertChoices choices = choose_tokens(router.probabilities, groups, capacity_of(options, call));
  Plan plan = plan_expert_choice(choices, groups, options.num_experts);
  at::Tensor weights = router.probabilities.reshape({-1}).index_select(0, plan.pairs);
  return {std::move(plan), weights, {}, std::vector<int64_t>(groups.back(), 0)};
}

void add_router_statistics(MoeStatistics& statistics, const RouterOutput& router) {
  const at::Tensor p = router.probabilities.detach();
  if (p.size(0) == 0) return;
  statistics.entropy_sum = -(p * at::log_softmax(router.logits.detach(), -1)).sum().item<double>();
  statistics.confidence_sum = at::amax(p, {1}).sum().item<double>();
}

TokenExperts experts_of_tokens(const Routed& routed, int64_t num_experts) {
  const size_t num_tokens = routed.asked.size();
  TokenExperts result{std::vector<std::vector<int64_t>>(num_tokens), std::vector<std::vector<float>>(num_tokens),
                      routed.asked};
  const at::Tensor weights = routed.weights.detach().to(at::kCPU, at::kFloat).contiguous();
  const int64_t* offsets = routed.plan.offsets.const_data_ptr<int64_t>();
  const int64_t* tokens = routed.plan.tokens.const_data_ptr<int64_t>();
  for (int64_t e = 0; e < num_experts; ++e) {
    for (int64_t r = offsets[e]; r < offsets[e + 1]; ++r) {
      const float weight = weights.const_data_ptr<float>()[r];
      auto& known = result.weights[tokens[r]];
      const auto place =
          std::find_if(known.begin(), known.end(), [&](float other) { return other < weight; }) - known.begin();
      known.insert(known.begin() + place, weight);
      result.experts[tokens[r]].insert(result.experts[tokens[r]].begin() + place, e);
    }
  }
  return result;
}

}  // namespace

MoeCall moe_call(const MoeOptions& options, bool is_decoder) {
  MoeCall call;
  call.expert_choice = uses_expert_choice(options, is_decoder);
  call.causal = is_decoder;
  return call;
}

MoeOutput moe_layer(const at::Tensor& x, const MoeWeights& weights, const MoeTokenPlaces& places,
                    const MoeOptions& options, const MoeCall& call) {
  const at::Tensor real = dispatch_rows(x, places.positions);
  const double jitter = call.training ? options.jitter : 0.0;
  const RouterOutput router = route(real, weights.router, jitter, stream_key(call.noise_key, "jitter"));
  Routed routed = call.expert_choice ? route_by_experts(router, places.groups, options, call)
                                     : route_by_tokens(router, places.groups, options, call);
  const at::Tensor rows = dispatch_rows(real, routed.plan.tokens);
  const at::Tensor out = run_experts(rows, routed.plan.offsets, weights, call.training ? call.expert_dropout : 0.0,
                                     stream_key(call.noise_key, "expert_dropout"));
  const at::Tensor row_positions = places.positions.index_select(0, routed.plan.tokens);
  MoeOutput result{
      combine_rows(out, routed.weights.to(out.scalar_type()), row_positions, x.size(0)), router.logits, {}, {}, {}, {}};
  if (call.want_losses) {
    result.balance_loss = call.expert_choice ? at::zeros({}, router.probabilities.options())
                                             : balance_loss(router.probabilities, routed.top, options.k,
                                                            options.aux_counts, places.groups);
    result.z_loss = router_z_loss(router.logits, places.groups);
  }
  if (call.want_statistics) {
    result.statistics = routed.plan.counts;
    add_router_statistics(*result.statistics, router);
  }
  if (call.want_tokens) result.tokens = experts_of_tokens(routed, options.num_experts);
  return result;
}

}  // namespace flanmoe
