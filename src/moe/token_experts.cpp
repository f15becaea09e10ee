#include "moe/token_experts.h"

#include <ATen/ATen.h>

#include "tensor/sorted.h"

namespace flanmoe {

TokenExperts token_experts(const RowPlan& plan, const at::Tensor& weights, const at::Tensor& asked,
                           const at::Tensor& refused) {
  const at::Tensor weight = weights.detach().to(at::kFloat);
  const at::Tensor expert = interval_of_each(plan.offsets, plan.tokens.size(0));
  const at::Tensor order = order_by_falling(plan.tokens, weight);  // equal weights by expert, as rows are
  const at::Tensor token = plan.tokens.index_select(0, order), rank = rank_in_run(token);
  const int64_t num_tokens = asked.size(0), width = rank.size(0) == 0 ? 1 : 1 + rank.max().item<int64_t>();
  const at::Tensor place = token * width + rank;
  const at::Tensor none = at::zeros({num_tokens * width}, plan.tokens.options());
  return {(none - 1).scatter(0, place, expert.index_select(0, order)).view({num_tokens, width}),
          none.to(at::kFloat).scatter(0, place, weight.index_select(0, order)).view({num_tokens, width}), asked,
          refused};
}

}  // namespace flanmoe
