#include "moe/losses.h"

#include <ATen/ATen.h>

namespace flanmoe {

at::Tensor balance_loss(const at::Tensor& probabilities, const std::vector<int64_t>& top, int64_t k,
                        BalanceCounts counts, const GroupBounds& groups) {
  const int64_t num_experts = probabilities.size(1);
  const int64_t num_ranks = counts == BalanceCounts::kTop1 ? 1 : k;
  const double scale = counts == BalanceCounts::kAllOverK ? 1.0 / static_cast<double>(k) : 1.0;
  at::Tensor total = at::zeros({}, probabilities.options());
  for (size_t g = 0; g + 1 < groups.size(); ++g) {
    const int64_t begin = groups[g], end = groups[g + 1];
    std::vector<double> share(num_experts, 0.0);
    for (int64_t t = begin; t < end; ++t) {
      for (int64_t rank = 0; rank < num_ranks; ++rank)
        share[top[t * k + rank]] += scale / static_cast<double>(end - begin);
    }
    const at::Tensor fraction = at::tensor(share, at::kDouble).to(probabilities.options());
    total = total + num_experts * (fraction * probabilities.slice(0, begin, end).mean(0)).sum();
  }
  return groups.size() > 1 ? total / static_cast<double>(groups.size() - 1) : total;
}

at::Tensor router_z_loss(const at::Tensor& logits, const GroupBounds& groups) {
  const at::Tensor squares = at::logsumexp(logits, {-1}).square();
  at::Tensor total = at::zeros({}, logits.options());
  for (size_t g = 0; g + 1 < groups.size(); ++g) total = total + squares.slice(0, groups[g], groups[g + 1]).mean();
  return groups.size() > 1 ? total / static_cast<double>(groups.size() - 1) : total;
}

}  // namespace flanmoe
