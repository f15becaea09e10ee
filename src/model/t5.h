// The model: parameters as named tensors, forward as free functions. Legend: B rows, Ls/Lt lengths, V vocabulary.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "model/options.h"
#include "moe/statistics.h"
#include "tensor/batch.h"

namespace flanmoe {

struct Parameter {
  std::string name;         // Hugging Face name; stacked experts: "...mlp.experts.wi.weight"
  at::Tensor value;         // float32 leaf, requires_grad
  bool per_expert = false;  // [E, ...]: optimisers treat each expert as its own matrix
};

struct T5Weights;  // the same tensors, by place
struct WeightSpec;

class T5Model {
 public:
  T5Model(const ModelOptions& options, uint64_t seed);  // fresh weights from the stream (seed, "init/<name>")
  T5Model(const ModelOptions& options, const std::function<at::Tensor(const WeightSpec&)>& source);  // weights.h
  const ModelOptions& options() const { return options_; }
  const std::vector<Parameter>& parameters() const { return parameters_; }
  const T5Weights& weights() const { return *weights_; }
  // The same weights (shared, not copied) under other routing numbers: capacity, groups, policies. The shape stays.
  T5Model with_moe(const MoeOptions& moe) const;
  // Lets decoding of a single row read less of the weights, which must not change from here on: the head is screened
  // in 8 bits, the second matrices of the decoder's ReLU layers are laid out by input (model/prepare_decoding.cpp).
  void prepare_decoding();

 private:
  ModelOptions options_;
  std::vector<Parameter> parameters_;
  std::shared_ptr<T5Weights> weights_;
};

struct ForwardOptions {
  bool training = false;   // dropout, jitter, training capacity and groups, random second-expert policy
  uint64_t noise_key = 0;  // key of this step's dropout and routing noise
  bool collect_statistics = false;
  bool collect_tokens = false;      // per-token routing as well
  std::string eval_group = "";      // "" = the model's; "sequence" | "batch" (analysis of dropping)
  bool unlimited_capacity = false;  // no expert is ever full (analysis of capacity)
  bool router_losses = false;       // also outside training
  bool only_real_targets = false;   // logits of real target tokens only, [T, V] in row order: training's short cut
  double dropout = -1.0;            // overrides of the model's rates when >= 0
  double expert_dropout = -1.0;
};

struct ForwardResult {
  at::Tensor logits;  // [B, Lt, V] float32; position t predicts target_ids[:, t] (or [T, V], see above)
  // Scalars, not multiplied by their coefficients; zero unless training or asked for. Means over groups, then sparse
  // layers; under Hugging Face's rule its own (model/hugging_face_losses.h).
  at::Tensor balance_loss, z_loss;
  std::vector<MoeStatistics> statistics;
  std::vector<MoeTokens> tokens;
};

ForwardResult forward(const T5Model& model, const TokenBatch& batch, const ForwardOptions& options);

// Cross-entropy per target token (natural log) averaged over the real target tokens, plus its token count. Takes both
// forms of logits.
struct TokenLoss {
  at::Tensor loss;  // scalar
  int64_t num_tokens = 0;
};
TokenLoss token_loss(const at::Tensor& logits, const TokenBatch& batch);

}  // namespace flanmoe
