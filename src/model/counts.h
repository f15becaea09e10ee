// Exact counts of parameters and forward FLOPs (docs/definitions.md: forward FLOPs per token, active parameters, dense
// twin).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/options.h"

namespace flanmoe {

struct ModelCounts {
  int64_t total_parameters = 0;
  int64_t active_parameters = 0;  // non-expert ones plus k (or c) experts per sparse layer
  double encoder_flops = 0.0;     // forward FLOPs per encoder token; 0 for decoder-only
  double decoder_flops = 0.0;     // per decoder token
  double flops_per_token = 0.0;   // their mean, 1:1; decoder-only: decoder_flops
};
ModelCounts count_model(const ModelOptions& options);

// Experts that a token of a sparse layer is counted with: k, or c of expert choice.
double experts_per_token(const ModelOptions& options, bool is_decoder);

// Parameters by part, in the order in which a reader asks: embedding, attention, dense feed-forwards, experts, ...
struct PartCount {
  std::string part;
  int64_t encoder = 0, decoder = 0;  // an embedding or head counts for the decoder
  int64_t total() const { return encoder + decoder; }
};
std::vector<PartCount> count_parts(const ModelOptions& options);

// The dense options whose FLOPs per token equal the sparse model's within 1%, by widening d_ff only. UserError when no
// width does.
ModelOptions dense_twin(const ModelOptions& sparse);

// The way back: the dense shape with `moe` for its sparse layers, feed-forwards (and experts) narrowed until FLOPs per
// token agree within 1%. UserError when no width does.
ModelOptions sparse_twin(const ModelOptions& dense, const MoeOptions& moe);

}  // namespace flanmoe
