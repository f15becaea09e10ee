// Router losses (docs/routing.md 8): both are means over the tokens of a group, then over groups. Legend: T real
// tokens, E experts, K choices.
#pragma once

#include <ATen/core/Tensor.h>

#include "moe/groups.h"
#include "moe/options.h"

namespace flanmoe {

// E * sum_e f_e P_e: f_e the share of tokens whose choice is e, whether or not it is used or kept (a constant), P_e the
// mean probability (gradient). `counts`: first choices, every choice, or every choice over k. 1 at perfect balance for
// top1. top [T, K] as in TokenChoices.
at::Tensor balance_loss(const at::Tensor& probabilities, const at::Tensor& top, BalanceCounts counts,
                        const GroupBounds& groups);

// Mean of (log sum_e exp logits)^2. Gradient: logits.
at::Tensor router_z_loss(const at::Tensor& logits, const GroupBounds& groups);

}  // namespace flanmoe
