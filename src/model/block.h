// One stack of T5 blocks: pre-norm self-attention, cross-attention (decoder), feed-forward or MoE layer. Legend: B
// rows, L length, D model, H heads.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "model/attention.h"
#include "model/forward.h"
#include "model/hugging_face_losses.h"
#include "model/weights.h"
#include "moe/groups.h"

namespace flanmoe {

struct BlockCache {
  AttentionCache self, cross;
};

struct StackInput {
  at::Tensor hidden;  // [B, L, D] embedded tokens
  AttentionPairs self_pairs;
  at::Tensor memory;  // [B, Ls, D] encoder output, undefined without cross-attention
  AttentionPairs cross_pairs;
  at::Tensor self_step, cross_step;  // of one position of each row, instead of pairs (model/attention.h)
  MoeTokenPlaces places;             // that are routed
  bool is_decoder = false;
  std::vector<BlockCache>* cache = nullptr;
};

// What the sparse layers of one or more stacks said.
struct RouterReports {
  std::vector<at::Tensor> balance_losses, z_losses;
  std::vector<MoeStatistics> statistics;
  std::vector<MoeTokens> tokens;
  std::vector<PooledRouting> pooled;  // under Hugging Face's rule, instead of the losses
};

// -> [B, L, D] after the final norm.
at::Tensor run_stack(const StackWeights& stack, const StackInput& input, const ModelOptions& options,
                     const ForwardOptions& call, RouterReports& reports);

}  // namespace flanmoe
