#include "model/t5.h"

#include <ATen/ATen.h>

#include <cmath>

#include "base/error.h"
#include "model/block.h"
#include "model/forward_parts.h"
#include "model/layout.h"
#include "model/relative_position.h"
#include "model/weights.h"

namespace flanmoe {
namespace {

at::Tensor mean_of(const std::vector<at::Tensor>& losses) {
  return losses.empty() ? at::zeros({}, at::kFloat) : at::stack(losses).mean();
}

at::Tensor run_decoder_only(const T5Model& model, const TokenBatch& batch, const ForwardOptions& call,
                            RouterReports& reports) {
  const PrefixRows rows = prefix_rows(batch);
  const T5Weights& weights = model.weights();
  StackInput input;
  input.hidden = embed(weights, rows.ids);
  input.self_bias = self_bias(weights.decoder, rows.ids.size(1), false, model.options()) + rows.mask;
  input.places = token_places(rows.segments, model.options(), call);
  input.is_decoder = true;
  input.unlimited_capacity = call.unlimited_capacity;
  const at::Tensor hidden = run_stack(weights.decoder, input, model.options(), call, reports);
  const int64_t width = hidden.size(2);
  return hidden.reshape({-1, width}).index_select(0, rows.target_places).view({batch.target_ids.size(0), -1, width});
}

void check_batch(const TokenBatch& batch, int64_t vocab_size) {
  TORCH_CHECK(batch.source_ids.dim() == 2 && batch.target_ids.dim() == 2 &&
                  batch.source_ids.size(0) == batch.target_ids.size(0),
              "forward: source_ids [B, Ls] and target_ids [B, Lt] expected, got ", batch.source_ids.sizes(), " and ",
              batch.target_ids.sizes());
  TORCH_CHECK(batch.source_segments.defined() == batch.target_segments.defined(),
              "forward: segments for both sides or none");
  TORCH_CHECK(
      batch.source_ids.max().item<int64_t>() < vocab_size && batch.target_ids.max().item<int64_t>() < vocab_size,
      "forward: token id beyond the vocabulary of ", vocab_size);
}

// A head of its own, or the embedding, which meets scaled hidden states.
const at::Tensor& head_weights(const T5Model& model) {
  const T5Weights& weights = model.weights();
  return weights.head.defined() ? weights.head : weights.embedding;
}

at::Tensor head_input(const T5Model& model, const at::Tensor& hidden) {
  if (model.weights().head.defined()) return hidden;
  return hidden * (1.0 / std::sqrt(static_cast<double>(model.options().d_model)));
}

}  // namespace

T5Model::T5Model(const ModelOptions& options, uint64_t seed) : T5Model(options, fresh_weights(seed)) {}

T5Model::T5Model(const ModelOptions& options, const WeightSource& source) : options_(options) {
  options_.check();
  weights_ = std::make_shared<T5Weights>(make_weights(options_, source, parameters_));
}

T5Model T5Model::with_moe(const MoeOptions& moe) const {
  FLANMOE_ASSERT(moe.num_experts == options_.moe.num_experts && moe.extra_dense_ffn == options_.moe.extra_dense_ffn);
  T5Model model = *this;
  model.options_.moe = moe;
  model.options_.check();
  return model;
}

at::Tensor embed(const T5Weights& weights, const at::Tensor& ids) { return at::embedding(weights.embedding, ids); }

at::Tensor self_bias(const StackWeights& stack, int64_t length, bool bidirectional, const ModelOptions& options) {
  const at::Tensor positions = at::arange(length, at::kLong).unsqueeze(0);
  return relative_position_bias(stack.relative_bias, positions, positions, bidirectional,
                                options.relative_max_distance);
}

at::Tensor output_logits(const T5Model& model, const at::Tensor& hidden) {
  return at::matmul(head_input(model, hidden), head_weights(model).t());
}

std::optional<int64_t> best_token(const T5Model& model, const at::Tensor& hidden,
                                  const std::vector<int64_t>& forbidden) {
  const Screen& screen = model.weights().head_screen;
  if (!screen.defined()) return std::nullopt;
  return screened_argmax(head_input(model, hidden), head_weights(model), screen, forbidden);
}

at::Tensor encode(const T5Model& model, const at::Tensor& source_ids, const at::Tensor& source_segments,
                  const ForwardOptions& call, RouterReports& reports) {
  const bool packed = source_segments.defined();
  const at::Tensor segments = segments_of(source_ids, source_segments);
  const T5Weights& weights = model.weights();
  StackInput input;
  input.hidden = embed(weights, source_ids);
  input.self_bias =
      self_bias(weights.encoder, source_ids.size(1), true, model.options()) + segment_mask(segments, segments, packed);
  input.places = token_places(segments, model.options(), call);
  input.unlimited_capacity = call.unlimited_capacity;
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
  input.self_bias =
      self_bias(weights.decoder, segments.size(1), false, model.options()) + causal_mask(segments, packed);
  input.memory = memory;
  input.cross_bias = segment_mask(segments, source_segments, packed);
  input.places = token_places(segments, model.options(), call);
  input.is_decoder = true;
  input.unlimited_capacity = call.unlimited_capacity;
  return run_stack(weights.decoder, input, model.options(), call, reports);
}

ForwardResult forward(const T5Model& model, const TokenBatch& batch, const ForwardOptions& call) {
  check_batch(batch, model.options().vocab_size);
  RouterReports reports;
  at::Tensor hidden;
  if (model.options().decoder_only) {
    hidden = run_decoder_only(model, batch, call, reports);
  } else {
    const at::Tensor memory = encode(model, batch.source_ids, batch.source_segments, call, reports);
    hidden = decode_targets(model, batch, memory, call, reports);
  }
  if (call.only_real_targets) {
    const at::Tensor real = batch.target_ids.reshape({-1}).nonzero().view({-1});
    hidden = hidden.reshape({-1, hidden.size(2)}).index_select(0, real);
  }
  ForwardResult result{output_logits(model, hidden), mean_of(reports.balance_losses), mean_of(reports.z_losses),
                       std::move(reports.statistics), std::move(reports.tokens)};
  if (!reports.pooled.empty()) {
    const PooledLosses pooled = pooled_losses(reports.pooled);
    result.balance_loss = pooled.balance;
    result.z_loss = pooled.z;
  }
  return result;
}

TokenLoss token_loss(const at::Tensor& logits, const TokenBatch& batch) {
  const at::Tensor targets = batch.target_ids.reshape({-1});
  const at::Tensor real = targets.nonzero().view({-1});
  const at::Tensor rows = logits.dim() == 2 ? logits : logits.reshape({-1, logits.size(2)}).index_select(0, real);
  return {at::cross_entropy_loss(rows.to(at::kFloat), targets.index_select(0, real)), real.size(0)};
}

}  // namespace flanmoe
