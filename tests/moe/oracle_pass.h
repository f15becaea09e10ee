// Between the two halves of the oracle: what one pass carries, and the steps of the routing half. Legend: T tokens,
// E experts, K choices.
#pragma once

#include "moe/oracle.h"

namespace flanmoe::oracle {

// What one pass carries from step to step. `norm` and `members` say how a token's weights come from its probabilities:
// weight = p / norm, norm = the sum of p over the members (plus a constant); raw gates have norm 1 and no members.
struct Pass {
  const Layer& layer;
  const MoeOptions& options;
  const MoeCall& call;
  const Reading& reading;
  int64_t num_tokens = 0, k = 0;
  Values lse;                                 // [T] log sum exp of the logits
  std::vector<std::vector<int64_t>> top;      // [T][K] before the policy
  Values norm;                                // [T]
  std::vector<std::vector<int64_t>> members;  // [T]
  Values d_probabilities, d_logits;           // [T, E]
  Answer out;

  double p(int64_t token, int64_t expert) const { return out.probabilities[token * layer.num_experts + expert]; }
};

void run_router(Pass& pass);
void choose_top(Pass& pass);  // of token choice, and of a balance loss of expert choice
void place(Pass& pass);       // policy, priority, capacity: the kept pairs and the counts
void weigh(Pass& pass);       // weights of the kept pairs

}  // namespace flanmoe::oracle
