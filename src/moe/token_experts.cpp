#include "moe/token_experts.h"

#include <ATen/ATen.h>

namespace flanmoe {
namespace {

at::Tensor stable_order(const at::Tensor& keys, bool descending) {
  return std::get<1>(at::sort(keys, /*stable=*/true, /*dim=*/0, descending));
}

}  // namespace

TokenExperts token_experts(const RowPlan& plan, const at::Tensor& weights, const at::Tensor& asked) {
  const at::Tensor weight = weights.detach().to(at::kFloat);
  const at::Tensor rows = at::arange(plan.tokens.size(0), plan.tokens.options());
  const at::Tensor expert = at::searchsorted(plan.offsets, rows, /*out_int32=*/false, /*right=*/true) - 1;
  // By token, then by falling weight, then by expert, as rows are: the sorts are stable.
  const at::Tensor falling = stable_order(weight, true);
  const at::Tensor order = falling.index_select(0, stable_order(plan.tokens.index_select(0, falling), false));
  const at::Tensor token = plan.tokens.index_select(0, order);
  const at::Tensor rank = rows - at::searchsorted(token, token);
  const int64_t num_tokens = asked.size(0), width = rank.size(0) == 0 ? 1 : 1 + rank.max().item<int64_t>();
  const at::Tensor place = token * width + rank;
  const at::Tensor none = at::zeros({num_tokens * width}, plan.tokens.options());
  return {(none - 1).scatter(0, place, expert.index_select(0, order)).view({num_tokens, width}),
          none.to(at::kFloat).scatter(0, place, weight.index_select(0, order)).view({num_tokens, width}), asked};
}

}  // namespace flanmoe
