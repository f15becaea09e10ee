// Step 2, the router's choice: who goes where, with what weight. Token choice: every token picks k experts. Expert
// choice: every expert picks its tokens. Legend: T real tokens, E experts, K choices per token.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "moe/capacity.h"
#include "moe/groups.h"
#include "moe/options.h"

namespace flanmoe {

// Whether the layers of the encoder or the decoder route by expert choice (else by token choice).
bool uses_expert_choice(const MoeOptions& options, bool is_decoder);

// Token choice. Experts by falling probability, ties to the lowest index (docs/routing.md 0).
struct TokenChoices {
  at::Tensor top;    // [T, K] int64 chosen experts; the second is the drawn one under sampling
  at::Tensor asked;  // [T, K] bool: false where the policy of the second expert let go of it
  at::Tensor gates;  // [T, K] weights before any drop; gradient to the probabilities
};

// `policy` is options.second_train or second_eval; random and sampling draw from `noise_key`.
TokenChoices choose_experts(const at::Tensor& probabilities, const MoeOptions& options, SecondExpert policy,
                            uint64_t noise_key);

// Expert choice (docs/routing.md 7): per group, expert e takes as many tokens as it has room for, those of largest
// probability, ties to the lowest token; weight = that probability, not renormalised. [E, C] int64: an expert's tokens
// by group, then rank; C its room in all groups.
at::Tensor choose_tokens(const at::Tensor& probabilities, const GroupBounds& groups, const CapacityRule& rule);

}  // namespace flanmoe
