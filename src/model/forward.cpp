#include "model/forward.h"

#include <ATen/ATen.h>

#include "kernels/linear_cross_entropy.h"
#include "model/batch_layout.h"
#include "model/block.h"
#include "model/forward_parts.h"
#include "model/hugging_face_losses.h"
#include "model/t5.h"
#include "model/weights.h"

namespace flanmoe {
namespace {

at::Tensor mean_of(const std::vector<at::Tensor>& losses, at::Device device) {
  return losses.empty() ? at::zeros({}, at::TensorOptions(at::kFloat).device(device)) : at::stack(losses).mean();
}

at::Tensor run_decoder_only(const T5Model& model, const TokenBatch& batch, const ForwardOptions& call,
                            RouterReports& reports) {
  const PrefixRows rows = prefix_rows(batch);
  const T5Weights& weights = model.weights();
  StackInput input;
  input.hidden = embed(weights, rows.ids);
  input.self_pairs = self_pairs(weights.decoder, false, model.options(), prefix_runs(rows));
  input.places = token_places(rows.segments, model.options(), call);
  input.is_decoder = true;
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

}  // namespace

ForwardResult forward(const T5Model& model, const TokenBatch& batch_anywhere, const ForwardOptions& call) {
  check_batch(batch_anywhere, model.options().vocab_size);
  const TokenBatch batch = batch_anywhere.to(model.device());
  RouterReports reports;
  at::Tensor hidden;
  if (model.options().decoder_only) {
    hidden = run_decoder_only(model, batch, call, reports);
  } else {
    const at::Tensor memory = encode(model, batch.source_ids, batch.source_segments, call, reports);
    hidden = decode_targets(model, batch, memory, call, reports);
  }
  const at::Tensor targets = batch.target_ids.reshape({-1});
  at::Tensor real, logits;
  if (call.only_real_targets || call.only_loss) {
    real = targets.nonzero().view({-1});
    hidden = hidden.reshape({-1, hidden.size(2)}).index_select(0, real);
  }
  if (!call.only_loss) logits = output_logits(model, hidden);
  ForwardResult result{logits,
                       mean_of(reports.balance_losses, hidden.device()),
                       mean_of(reports.z_losses, hidden.device()),
                       std::move(reports.statistics),
                       std::move(reports.tokens),
                       {}};
  if (call.only_loss) {
    const at::Tensor of_targets = targets.index_select(0, real);
    result.loss = {linear_cross_entropy(head_input(model, hidden), head_of(model).weight, of_targets), real.size(0)};
  }
  if (!reports.pooled.empty()) {
    const PooledLosses pooled = pooled_losses(reports.pooled);
    result.balance_loss = pooled.balance;
    result.z_loss = pooled.z;
  }
  return result;
}

TokenLoss token_loss(const at::Tensor& logits, const TokenBatch& batch) {
  const at::Tensor targets = batch.target_ids.to(logits.device()).reshape({-1});
  const at::Tensor real = targets.nonzero().view({-1});
  const at::Tensor rows = logits.dim() == 2 ? logits : logits.reshape({-1, logits.size(2)}).index_select(0, real);
  return {at::cross_entropy_loss(rows.to(at::kFloat), targets.index_select(0, real)), real.size(0)};
}

}  // namespace flanmoe
