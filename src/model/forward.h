// A forward pass of the whole model, and its loss. Legend: B rows, Ls/Lt lengths, V vocabulary, T real target tokens.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "moe/capacity.h"
#include "moe/options.h"
#include "moe/statistics.h"
#include "tensor/batch.h"

namespace flanmoe {

class T5Model;

struct ForwardOptions {
  bool training = false;   // dropout, jitter, training capacity and groups, second_train
  uint64_t noise_key = 0;  // key of this step's dropout and routing noise
  bool collect_statistics = false;
  bool collect_tokens = false;                    // per-token routing as well
  std::optional<EvalGroup> eval_group;            // in place of the model's (analysis of dropping)
  std::optional<CapacityRule> capacity;           // in place of the model's
  bool router_losses = false;                     // also outside training
  bool only_real_targets = false;                 // logits of real target tokens only, [T, V] in row order
  bool only_loss = false;                         // the loss in the place of logits: training's short cut
  std::optional<double> dropout, expert_dropout;  // in place of the model's
};

// Cross-entropy per target token (natural log) averaged over the real target tokens, plus its token count.
struct TokenLoss {
  at::Tensor loss;  // scalar
  int64_t num_tokens = 0;
};

struct ForwardResult {
  at::Tensor logits;  // [B, Lt, V] float32; position t predicts target_ids[:, t] (or [T, V], see above)
  // Scalars, not multiplied by their coefficients; zero unless training or asked for. Means over groups, then sparse
  // layers; under Hugging Face's rule its own (model/hugging_face_losses.h).
  at::Tensor balance_loss, z_loss;
  std::vector<MoeStatistics> statistics;
  std::vector<MoeTokens> tokens;
  TokenLoss loss;  // where only_loss asks for it; without logits then
};

// The batch may lie on any device; the result lies on the model's.
ForwardResult forward(const T5Model& model, const TokenBatch& batch, const ForwardOptions& options);

// The loss of logits, of both forms: the plain twin of only_loss, for tests.
TokenLoss token_loss(const at::Tensor& logits, const TokenBatch& batch);

}  // namespace flanmoe
