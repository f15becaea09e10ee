// The MoE layer: router, its choice, plan, experts, combine; each step a value. Switch, GShard, ST-MoE and Expert
// Choice differ only in MoeOptions. Legend: N positions (padding included), T real tokens, D model, E experts, F
// hidden.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>

#include "moe/capacity.h"
#include "moe/groups.h"
#include "moe/options.h"
#include "moe/statistics.h"
#include "moe/token_experts.h"
#include "moe/weights.h"

namespace flanmoe {

struct MoeCall {
  bool expert_choice = false;  // this stack's routing
  bool causal = false;         // room is given by position, whatever options.priority (docs/routing.md 3)
  bool training = false;
  std::optional<CapacityRule> capacity;  // in place of the options'
  bool want_losses = false;
  bool want_statistics = false;
  bool want_tokens = false;  // per-token kept experts
  double expert_dropout = 0.0;
  uint64_t noise_key = 0;  // of this layer and step
};

// The layers of an encoder or a decoder under these options: who chooses, and whether later tokens may be preferred.
MoeCall moe_call(const MoeOptions& options, bool is_decoder);

struct MoeOutput {
  at::Tensor hidden;         // [N, D], zero at positions that are not routed or kept no pair
  at::Tensor router_logits;  // [T, E]
  at::Tensor balance_loss;   // scalar, undefined unless asked; zero under expert choice unless the options say so
  at::Tensor z_loss;         // scalar, undefined unless asked
  std::optional<MoeStatistics> statistics;
  std::optional<TokenExperts> tokens;
};

// x [N, D], the normalised hidden rows. Gradients: x, all weights.
MoeOutput moe_layer(const at::Tensor& x, const MoeWeights& weights, const MoeTokenPlaces& places,
                    const MoeOptions& options, const MoeCall& call);

}  // namespace flanmoe
