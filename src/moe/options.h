// The numbers of a MoE layer. Switch, GShard, ST-MoE and Expert Choice differ only in these (docs/routing.md 18).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/config.h"

namespace flanmoe {

struct MoeOptions {
  int64_t num_experts = 0;               // E; 0 = a dense model
  std::string routing = "token_choice";  // token_choice | expert_choice
  std::string decoder_routing = "same";  // same | token_choice (what Expert Choice needs: it is not causal)
  int64_t k = 1;                         // experts per token (token choice)
  std::string gate = "raw";              // raw | normalised_before_drop | normalised_after_drop
  std::string second_train = "all";      // policy of the second expert: all | random | threshold | sampling | none
  std::string second_eval = "all";
  double second_threshold = 0.2;
  std::string priority = "position";    // position | probability (batch-prioritised; encoder only)
  double jitter = 0.0;                  // router input noise in training, U[1-eps, 1+eps]
  double capacity_factor_train = 1.25;  // never contains k
  double capacity_factor_eval = 2.0;    // 0 = no limit
  int64_t min_capacity = 4;
  // Above 0: Hugging Face's rule (docs/routing.md 4). Each row is a group, padding is routed and counted, and an
  // expert has room for this many positions of a row, in training and evaluation.
  int64_t expert_capacity = 0;
  int64_t group_size = 4096;            // tokens that compete for capacity in training; 0 = the whole batch
  std::string eval_group = "sequence";  // sequence | batch
  std::string aux_counts = "top1";      // which choices the balance loss counts: top1 | all | all_over_k
  double balance_loss = 0.01;
  double z_loss = 0.0;
  double expert_dropout = 0.0;   // on the experts' hidden activation, in training
  bool extra_dense_ffn = false;  // ST-MoE: a dense feed-forward after each sparse one
  int64_t sparse_every = 2;      // layer i is sparse when i % sparse_every == sparse_offset; 0 = as listed below
  int64_t sparse_offset = 1;
  std::vector<int64_t> sparse_encoder_layers, sparse_decoder_layers;  // rising; read when sparse_every is 0
  bool hugging_face() const { return expert_capacity > 0; }
  void fields(FieldVisitor& visitor);
};

}  // namespace flanmoe
