#include <ATen/ATen.h>

#include "kernels/top_experts.h"

namespace flanmoe {
namespace {

// The first expert whose share, added to those before it, is above the draw; [T].
at::Tensor drawn_second(const at::Tensor& probabilities, const at::Tensor& first, const at::Tensor& draws) {
  const at::Tensor others = probabilities.to(at::kDouble).scatter(1, first, 0.0);
  const at::Tensor reached = others.cumsum(1) > (draws * others.sum(1)).unsqueeze(1);
  const at::Tensor candidates = reached.logical_and(at::ones_like(reached).scatter(1, first, 0));
  // Rounding may leave a draw that no sum reaches: it is the last one's.
  const at::Tensor experts = at::arange(probabilities.size(1), first.options());
  const at::Tensor last = (probabilities.size(1) - 1) - (first == probabilities.size(1) - 1).to(at::kLong);
  return at::amin(at::where(candidates, experts.unsqueeze(0), last), {1});
}

}  // namespace

TopExperts top_experts_reference(const at::Tensor& probabilities, int64_t k, const SecondChoice& second) {
  const at::Tensor sorted = at::argsort(probabilities, /*stable=*/true, 1, /*descending=*/true);
  TopExperts top{sorted.narrow(1, 0, k).clone(), at::Tensor()};
  top.asked = at::ones_like(top.experts, at::kBool);
  if (k < 2) return top;
  if (second.draws.defined()) {
    top.experts.select(1, 1).copy_(drawn_second(probabilities, top.experts.narrow(1, 0, 1), second.draws));
  }
  if (second.limits.defined()) {
    const at::Tensor chosen = probabilities.gather(1, top.experts.narrow(1, 0, 2)).to(at::kDouble);
    const at::Tensor share = chosen.select(1, 1) / (chosen.select(1, 0) + chosen.select(1, 1) + kernels::kGateEpsilon);
    top.asked.select(1, 1).copy_(share > second.limits);
  }
  return top;
}

}  // namespace flanmoe
