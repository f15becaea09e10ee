// What a MoE layer says about one pass, as values (docs/definitions.md: capacity, dropped, utilisation).
// Legend: T routed tokens of the pass (the real ones; every position under Hugging Face's rule), E experts, k choices.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "moe/stack.h"

namespace flanmoe {

// Sums over groups and passes; shares are computed from them, so statistics of several batches add up exactly.
struct MoeStatistics {
  Stack stack = Stack::kEncoder;
  int64_t layer = 0;  // index in its stack
  int64_t num_experts = 0;
  int64_t num_tokens = 0;   // routed
  int64_t num_choices = 0;  // (token, expert) pairs asked for, policy already applied
  int64_t num_dropped_choices = 0;
  int64_t num_dropped_tokens = 0;   // tokens that asked and kept no pair
  int64_t num_unchosen_tokens = 0;  // Expert Choice: tokens no expert took
  double utilisation_sum = 0.0;     // kept / capacity, summed over experts and groups
  int64_t utilisation_count = 0;    // experts x groups
  double entropy_sum = 0.0;         // of the router's distribution, nats, summed over tokens
  double confidence_sum = 0.0;      // largest router probability, summed over tokens
  std::vector<int64_t> routed;      // [E] pairs asked for, before capacity
  std::vector<int64_t> kept;        // [E]

  void add(const MoeStatistics& other);
  double dropped_choice_share() const;
  double dropped_token_share() const;
  double unchosen_token_share() const;
  double kept_per_token() const;  // kept pairs / routed tokens
  double utilisation() const;     // the paper's: mean over experts and groups of kept / capacity
  double max_load_ratio() const;  // busiest expert's routed / even share
  double load_variation() const;  // coefficient of variation of routed
  double load_entropy() const;    // entropy of the routed shares / log E
  double router_entropy() const;  // mean over tokens, / log E
};

// Per token, when asked (analysis, coloured text); on the CPU.
struct MoeTokens {
  Stack stack = Stack::kEncoder;
  int64_t layer = 0;
  at::Tensor experts;  // [B, L, K] int64: kept experts of each token by falling weight, -1 = none
  at::Tensor weights;  // [B, L, K] float32
  at::Tensor asked;    // [B, L] int64: pairs asked for (0 for padding, and under expert choice)
  at::Tensor refused;  // [B, L, k] int64: the expert of a choice that was asked for and found full, else -1
};

}  // namespace flanmoe
