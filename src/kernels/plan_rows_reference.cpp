#include <ATen/ATen.h>

#include "kernels/plan_rows.h"
#include "tensor/sorted.h"

namespace flanmoe {
namespace {

// [T]: which place a token has in its group's order of service.
at::Tensor place_in_group(const PairsAsked& pairs, const at::Tensor& group, const at::Tensor& begin) {
  const at::Tensor positions = at::arange(group.size(0), group.options());
  if (!pairs.priority.defined()) return positions - begin;
  const at::Tensor order = order_by_falling(group, pairs.priority.detach());
  return at::empty_like(positions).scatter(0, order, positions) - begin;
}

// [N]: how many equal keys stand before each.
at::Tensor equals_before(const at::Tensor& keys) {
  const at::Tensor order = at::argsort(keys, /*stable=*/true, 0);
  return at::empty_like(keys).scatter(0, order, rank_in_run(keys.index_select(0, order)));
}

}  // namespace

RowPlan plan_rows_reference(const PairsAsked& pairs, const at::Tensor& bounds, const at::Tensor& room,
                            int64_t num_experts) {
  const int64_t num_tokens = pairs.experts.size(0), k = pairs.experts.size(1);
  const at::Tensor group = interval_of_each(bounds, num_tokens), begin = bounds.index_select(0, group);
  const at::Tensor size = bounds.index_select(0, group + 1) - begin, place = place_in_group(pairs, group, begin);
  // When each pair is served: groups one after the other, in a group rank by rank, in a rank by place.
  const at::Tensor ranks = at::arange(k, bounds.options()).unsqueeze(0);
  const at::Tensor served = (begin.unsqueeze(1) * k + ranks * size.unsqueeze(1) + place.unsqueeze(1)).view({-1});
  const at::Tensor pair = at::argsort(served);  // the pairs in that order
  const at::Tensor asked = pairs.asked.view({-1}).index_select(0, pair);
  const at::Tensor expert = pairs.experts.view({-1}).index_select(0, pair);
  const at::Tensor group_of_pair = group.index_select(0, pair.div(k, "floor"));
  // Pairs that nobody asks for wait for an expert of their own, that has room for none.
  const at::Tensor waits_for = at::where(asked, expert, num_experts);
  const at::Tensor before = equals_before(group_of_pair * (num_experts + 1) + waits_for);
  const at::Tensor kept = asked.logical_and(before < room.index_select(0, group_of_pair));
  const at::Tensor rows = kept.nonzero().view({-1});
  const at::Tensor by_expert = rows.index_select(0, at::argsort(expert.index_select(0, rows), /*stable=*/true, 0));
  RowPlan plan;
  plan.pairs = pair.index_select(0, by_expert);
  plan.tokens = plan.pairs.div(k, "floor");
  plan.offsets = at::searchsorted(expert.index_select(0, by_expert), at::arange(num_experts + 1, bounds.options()));
  plan.kept = at::zeros_like(pairs.asked).view({-1}).scatter(0, plan.pairs, 1).view({num_tokens, k});
  return plan;
}

}  // namespace flanmoe
