#include "model/hugging_face_losses.h"

#include <ATen/ATen.h>

namespace flanmoe {

PooledLosses pooled_losses(const std::vector<PooledRouting>& layers) {
  const at::Tensor zero = at::zeros({}, layers.at(0).logits.options());
  PooledLosses sum{zero, zero};
  for (const Stack stack : {Stack::kEncoder, Stack::kDecoder}) {
    std::vector<at::Tensor> logits_of, kept_of;
    for (const PooledRouting& layer : layers) {
      if (layer.stack != stack) continue;
      logits_of.push_back(layer.logits);
      kept_of.push_back(layer.kept);
    }
    if (logits_of.empty()) continue;
    const at::Tensor logits = at::cat(logits_of, 1), kept = at::cat(kept_of, 1);
    const int64_t num_experts = logits.size(2);
    const at::Tensor load = at::one_hot(kept, num_experts).to(logits.scalar_type()).mean(1);  // [B, E]
    const at::Tensor probability = at::softmax(logits, -1).mean(1);
    sum.balance = sum.balance + (load * probability).sum(1).mean() * static_cast<double>(num_experts);
    sum.z = sum.z + at::logsumexp(logits, {-1}).square().mean();
  }
  return sum;
}

}  // namespace flanmoe
