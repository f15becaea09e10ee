// Step 2, routing: who goes where, with what weight. Token choice: every token picks k experts. Expert choice: every
// expert picks its tokens. Legend: T real tokens, E experts, K choices per token, P asked pairs.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "moe/capacity.h"
#include "moe/groups.h"
#include "moe/options.h"

namespace flanmoe {

inline constexpr int64_t kNoExpert = -1;

// Whether the layers of the encoder or the decoder route by expert choice (else by token choice).
bool uses_expert_choice(const MoeOptions& options, bool is_decoder);

// Token choice. Experts by falling probability, ties to the lowest index (docs/routing.md 0).
struct TokenChoices {
  int64_t num_tokens = 0, k = 0;
  std::vector<int64_t> top;      // [T * K] chosen experts; the second is the drawn one under sampling
  std::vector<int64_t> experts;  // [T * K] the same, kNoExpert where the policy switched the choice off
  at::Tensor gates;              // [T, K] weights before any drop; gradient to the probabilities
};

// `policy` is options.second_train or second_eval; random and sampling draw from `noise_key`.
TokenChoices choose_experts(const at::Tensor& probabilities, const MoeOptions& options, SecondExpert policy,
                            uint64_t noise_key);

// Expert choice (docs/routing.md 7): per group, expert e takes its `capacity` tokens of largest probability, ties to
// the lowest token; weight = that probability, not renormalised.
struct ExpertChoices {
  std::vector<int64_t> tokens;          // [P] taken tokens, by group, then expert, then rank
  std::vector<int64_t> experts;         // [P]
  std::vector<int64_t> group_capacity;  // [G]
};
ExpertChoices choose_tokens(const at::Tensor& probabilities, const GroupBounds& groups, const CapacityRule& rule);

}  // namespace flanmoe
