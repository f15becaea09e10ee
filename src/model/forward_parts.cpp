#include "model/forward_parts.h"

#include <ATen/ATen.h>

#include <cmath>

#include "kernels/linear.h"
#include "model/batch_layout.h"
#include "model/forward.h"
#include "model/relative_position.h"

namespace flanmoe {

at::Tensor embed(const T5Weights& weights, const at::Tensor& ids) { return at::embedding(weights.embedding, ids); }

AttentionPairs self_pairs(const StackWeights& stack, bool bidirectional, const ModelOptions& options,
                          const at::Tensor& runs) {
  return {runs, bias_by_distance(stack.relative_bias, runs.size(1), bidirectional, options.relative_max_distance)};
}

// A head of its own, or the embedding.
Linear head_of(const T5Model& model) {
  const T5Weights& weights = model.weights();
  return weights.head.defined() ? weights.head : Linear(weights.embedding);
}

at::Tensor head_input(const T5Model& model, const at::Tensor& hidden) {
  if (!model.options().scales_logits()) return hidden;
  return hidden * (1.0 / std::sqrt(static_cast<double>(model.options().d_model)));
}

at::Tensor output_logits(const T5Model& model, const at::Tensor& hidden) {
  return linear(head_input(model, hidden), head_of(model));
}

at::Tensor encode(const T5Model& model, const at::Tensor& source_ids, const at::Tensor& source_segments,
                  const ForwardOptions& call, RouterReports& reports) {
  const bool packed = source_segments.defined();
  const at::Tensor segments = segments_of(source_ids, source_segments);
  const T5Weights& weights = model.weights();
  StackInput input;
  input.hidden = embed(weights, source_ids);
  input.self_pairs = self_pairs(weights.encoder, true, model.options(), segment_runs(segments, segments, packed));
  input.places = token_places(segments, model.options(), call);
  return run_stack(weights.encoder, input, model.options(), call, reports);
}

at::Tensor decode_targets(const T5Model& model, const TokenBatch& batch, const at::Tensor& memory,
                          const ForwardOptions& call, RouterReports& reports) {
  const bool packed = batch.target_segments.defined();
  const at::Tensor segments = segments_of(batch.target_ids, batch.target_segments);
  const at::Tensor source_segments = segments_of(batch.source_ids, batch.source_segments);
  const T5Weights& weights = model.weights();
  StackInput input;
  input.hidden = embed(weights, shift_right(batch.target_ids, segments));
  input.self_pairs = self_pairs(weights.decoder, false, model.options(), causal_runs(segments, packed));
  input.memory = memory;
  input.cross_pairs.runs = segment_runs(segments, source_segments, packed);
  input.places = token_places(segments, model.options(), call);
  input.is_decoder = true;
  return run_stack(weights.decoder, input, model.options(), call, reports);
}

}  // namespace flanmoe
