#include "moe/moe_layer.h"

#include <ATen/ATen.h>

#include <limits>

#include "base/random.h"
#include "kernels/permute.h"
#include "kernels/top_experts.h"
#include "moe/count_routing.h"
#include "moe/experts.h"
#include "moe/groups.h"
#include "moe/losses.h"
#include "moe/plan.h"
#include "moe/router.h"
#include "moe/router_choice.h"
#include "moe/token_experts.h"
#include "moe/weights.h"

namespace flanmoe {
namespace {

// A routed layer: where rows go and the weight each comes back with.
struct Routed {
  RowPlan plan;
  at::Tensor weights;  // [R] combine weights, gradient to the router
  at::Tensor asked;    // [T] pairs each token asked for, the policy of the second expert applied
  at::Tensor refused;  // [T, K] expert of a choice that it found full, else -1
  at::Tensor top;      // [T, K] choices the balance loss counts; undefined where it is zero
  std::optional<MoeStatistics> statistics;
};

CapacityRule capacity_of(const MoeOptions& options, const MoeCall& call) {
  return call.capacity ? *call.capacity : capacity_rule(options, call.training);
}

// Gate B (docs/routing.md 5): weights of the kept choices of a token sum to one.
at::Tensor normalise_kept(const at::Tensor& gates, const at::Tensor& kept) {
  const at::Tensor alive = gates * kept.to(gates.options());
  return alive / alive.sum(1, true).clamp_min(std::numeric_limits<float>::epsilon());
}

Routed route_by_tokens(const RouterOutput& router, const GroupBounds& groups, const MoeOptions& options,
                       const MoeCall& call) {
  const CapacityRule rule = capacity_of(options, call);
  const SecondExpert policy = call.training ? options.second_train : options.second_eval;
  const TokenChoices choices =
      choose_experts(router.probabilities, options, policy, stream_key(call.noise_key, "second_expert"));
  const bool by_probability = options.priority == RoomPriority::kProbability && !call.causal;
  const RowPlan plan = plan_token_choice(choices, groups, options.num_experts, rule,
                                         by_probability ? at::amax(router.probabilities.detach(), {1}) : at::Tensor());
  at::Tensor gates = choices.gates;
  if (options.gate == GateRule::kNormalisedAfterDrop) gates = normalise_kept(gates, plan.kept);
  Routed routed{plan, gates.reshape({-1}).index_select(0, plan.pairs), {}, {}, choices.top, {}};
  if (call.want_tokens) {
    routed.asked = choices.asked.sum(1);
    routed.refused = choices.top.masked_fill(choices.asked.logical_and(plan.kept.logical_not()).logical_not(), -1);
  }
  if (call.want_statistics) routed.statistics = count_token_choice(choices, plan, groups, options.num_experts, rule);
  return routed;
}

Routed route_by_experts(const RouterOutput& router, const GroupBounds& groups, const MoeOptions& options,
                        const MoeCall& call) {
  const CapacityRule rule = capacity_of(options, call);
  const at::Tensor tokens = choose_tokens(router.probabilities, groups, rule);
  const RowPlan plan = plan_expert_choice(tokens);
  Routed routed{plan, router.probabilities.reshape({-1}).index_select(0, plan.pairs), {}, {}, {}, {}};
  if (call.want_tokens) {
    routed.asked = at::zeros({groups.host.back()}, tokens.options());
    routed.refused = at::full({groups.host.back(), 1}, -1, tokens.options());
  }
  if (call.want_losses && options.balance_expert_choice)
    routed.top = top_experts(router.probabilities.detach(), 1, {}).experts;
  if (call.want_statistics) routed.statistics = count_expert_choice(tokens, groups, rule);
  return routed;
}

void add_router_statistics(MoeStatistics& statistics, const RouterOutput& router) {
  const at::Tensor p = router.probabilities.detach();
  if (p.size(0) == 0) return;
  statistics.entropy_sum = -(p * at::log_softmax(router.logits.detach(), -1)).sum().item<double>();
  statistics.confidence_sum = at::amax(p, {1}).sum().item<double>();
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
    result.balance_loss = routed.top.defined()
                              ? balance_loss(router.probabilities, routed.top, options.aux_counts, places.groups)
                              : at::zeros({}, router.probabilities.options());
    result.z_loss = router_z_loss(router.logits, places.groups);
  }
  if (call.want_statistics) {
    result.statistics = std::move(routed.statistics);
    add_router_statistics(*result.statistics, router);
  }
  if (call.want_tokens) result.tokens = token_experts(routed.plan, routed.weights, routed.asked, routed.refused);
  return result;
}

}  // namespace flanmoe
