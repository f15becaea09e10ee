// The MoE layer once more, in plain loops over doubles, with gradients derived by hand. Written from docs/routing.md
// 0-9 and 18 and docs/definitions.md alone, so that agreement with moe_layer says that both follow the specification.
// Deterministic rules only: no jitter, no dropout, policies all, threshold and none. Legend: N positions, T routed
// tokens, D model, F hidden, E experts, K choices, G groups.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "moe/moe_layer.h"

namespace flanmoe::oracle {

using Values = std::vector<double>;

struct Layer {
  int64_t num_experts = 0, d_model = 0, hidden = 0;
  bool gated = false;
  Values x;                        // [N, D]
  Values router;                   // [E, D]
  Values wi;                       // [E, F, D]
  Values wi_1;                     // [E, F, D], empty when not gated
  Values wo;                       // [E, D, F]
  std::vector<int64_t> positions;  // [T] rising
  std::vector<int64_t> groups;     // bounds, over the T tokens
};

// The scalar whose gradients are asked: sum(hidden * coefficients) + balance * balance loss + z * z loss.
struct Reading {
  Values hidden;  // [N, D] coefficients
  double balance = 0.0, z = 0.0;
};

struct Pair {
  int64_t token = 0, expert = 0;
  double weight = 0.0;
};

struct Answer {
  Values probabilities;        // [T, E]
  std::vector<Pair> kept;      // by token, then falling weight (ties: lowest expert)
  std::vector<int64_t> asked;  // [T] pairs asked for; 0 under expert choice, where experts ask
  MoeStatistics counts;
  double balance_loss = 0.0, z_loss = 0.0;
  Values hidden;               // [N, D]
  Layer gradients;             // of x, router, wi, wi_1, wo; same shapes
  std::vector<int64_t> rooms;  // [G] capacity of an expert
  // How sure the choices are: exact ties met where they decide, and the smallest difference that decided.
  int64_t num_ties = 0;
  double smallest_gap = std::numeric_limits<double>::infinity();
};

// The capacity C of an expert in a group of that many tokens.
int64_t room(const MoeOptions& options, const MoeCall& call, int64_t group_tokens);

Answer answer(const Layer& layer, const MoeOptions& options, const MoeCall& call, const Reading& reading);

}  // namespace flanmoe::oracle
