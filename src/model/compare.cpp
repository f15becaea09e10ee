#include "model/compare.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "base/random.h"
#include "model/forward.h"

namespace flanmoe {
namespace {

constexpr int64_t kRows = 3, kSourceLength = 24, kTargetLength = 12;

// Ragged rows of random ids that end with eos.
at::Tensor random_rows(int64_t length, int64_t vocab_size, RandomStream& stream) {
  at::Tensor ids = at::zeros({kRows, length}, at::kLong);
  for (int64_t b = 0; b < kRows; ++b) {
    const int64_t last = length - 1 - 3 * b;
    for (int64_t i = 0; i < last; ++i) ids[b][i] = stream.between(std::min<int64_t>(2, vocab_size - 1), vocab_size - 1);
    ids[b][last] = 1;
  }
  return ids;
}

void add_routing(const std::vector<MoeTokens>& layers, const TokenBatch& batch, ModelGap& gap) {
  double num_tokens = 0.0, kept_none = 0.0, weight = 0.0;
  for (const MoeTokens& layer : layers) {
    at::Tensor real = layer.asked > 0;
    // Under expert choice no token asks; only an encoder or a decoder with a source of its own routes so.
    if (!real.any().item<bool>()) real = (layer.stack == Stack::kEncoder ? batch.source_ids : batch.target_ids) != 0;
    num_tokens += real.sum().item<double>();
    kept_none += real.logical_and(layer.weights.sum(2) == 0).sum().item<double>();
    weight += layer.weights.sum().item<double>();
  }
  if (num_tokens == 0.0) return;
  gap.dropped = kept_none / num_tokens;
  gap.weight = weight / num_tokens;
}

}  // namespace

ModelGap compare_models(const T5Model& first, const T5Model& second, uint64_t seed, bool unlimited) {
  const at::NoGradGuard no_gradients;
  const int64_t vocab_size = first.options().vocab_size;
  RandomStream stream(seed, "compare");
  TokenBatch batch;
  batch.source_ids = random_rows(kSourceLength, vocab_size, stream);
  batch.target_ids = random_rows(kTargetLength, vocab_size, stream);
  ForwardOptions call;
  if (unlimited) call.capacity = NoLimit{};
  call.only_real_targets = true;
  const at::Tensor one = forward(first, batch, call).logits.to(at::kDouble);
  call.collect_tokens = second.options().moe.num_experts > 0;
  const ForwardResult result = forward(second, batch, call);
  const at::Tensor other = result.logits.to(at::kDouble), difference = other - one;
  ModelGap gap;
  gap.largest = difference.abs().max().item<double>();
  gap.relative = gap.largest / std::max(1e-30, one.abs().max().item<double>());
  gap.mean_square = (difference.square().mean() / one.square().mean()).sqrt().item<double>();
  gap.same_best = (one.argmax(1) == other.argmax(1)).to(at::kDouble).mean().item<double>();
  add_routing(result.tokens, batch, gap);
  return gap;
}

}  // namespace flanmoe
