#include "moe/losses.h"

#include <ATen/ATen.h>

#include <functional>

namespace flanmoe {
namespace {

// The mean of what each group gives; zero without groups.
at::Tensor mean_over_groups(const GroupBounds& groups, const at::TensorOptions& options,
                            const std::function<at::Tensor(int64_t begin, int64_t end)>& of_group) {
  at::Tensor total = at::zeros({}, options);
  for (size_t g = 0; g + 1 < groups.host.size(); ++g) total = total + of_group(groups.host[g], groups.host[g + 1]);
  return groups.num_groups() > 0 ? total / static_cast<double>(groups.num_groups()) : total;
}

}  // namespace

at::Tensor balance_loss(const at::Tensor& probabilities, const at::Tensor& top, BalanceCounts counts,
                        const GroupBounds& groups) {
  const int64_t num_experts = probabilities.size(1), k = top.size(1);
  const at::Tensor counted = top.narrow(1, 0, counts == BalanceCounts::kTop1 ? 1 : k);
  const double scale = counts == BalanceCounts::kAllOverK ? 1.0 / static_cast<double>(k) : 1.0;
  return mean_over_groups(groups, probabilities.options(), [&](int64_t begin, int64_t end) {
    const at::Tensor choices = counted.slice(0, begin, end).reshape({-1});
    const at::Tensor count =
        at::zeros({num_experts}, choices.options()).scatter_add(0, choices, at::ones_like(choices));
    const at::Tensor share =
        (count.to(at::kDouble) * (scale / static_cast<double>(end - begin))).to(probabilities.options());
    return num_experts * (share * probabilities.slice(0, begin, end).mean(0)).sum();
  });
}

at::Tensor router_z_loss(const at::Tensor& logits, const GroupBounds& groups) {
  const at::Tensor squares = at::logsumexp(logits, {-1}).square();
  return mean_over_groups(groups, logits.options(),
                          [&](int64_t begin, int64_t end) { return squares.slice(0, begin, end).mean(); });
}

}  // namespace flanmoe
