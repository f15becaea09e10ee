#include "kernels/plan_rows.h"

#include <ATen/ATen.h>

namespace flanmoe {

RowPlan plan_rows(const PairsAsked& pairs, const at::Tensor& bounds, const at::Tensor& room, int64_t num_experts) {
  TORCH_CHECK(pairs.experts.dim() == 2 && pairs.experts.sizes() == pairs.asked.sizes() &&
                  pairs.experts.scalar_type() == at::kLong && pairs.asked.scalar_type() == at::kBool,
              "plan_rows: experts [T, K] int64 and asked [T, K] bool expected, got ", pairs.experts.sizes(), " ",
              pairs.experts.scalar_type(), " and ", pairs.asked.sizes(), " ", pairs.asked.scalar_type());
  TORCH_CHECK(bounds.dim() == 1 && room.dim() == 1 && bounds.size(0) == room.size(0) + 1 &&
                  bounds.scalar_type() == at::kLong && room.scalar_type() == at::kLong,
              "plan_rows: bounds [G + 1] int64 and room [G] int64 expected, got ", bounds.sizes(), " ",
              bounds.scalar_type(), " and ", room.sizes(), " ", room.scalar_type());
  TORCH_CHECK(!pairs.priority.defined() || (pairs.priority.dim() == 1 && pairs.priority.is_floating_point() &&
                                            pairs.priority.size(0) == pairs.experts.size(0)),
              "plan_rows: priority [T] floating expected, got ", pairs.priority.sizes(), " ",
              pairs.priority.scalar_type());
  for (const at::Tensor& other : {pairs.asked, bounds, room, pairs.priority}) {
    TORCH_CHECK(!other.defined() || other.device() == pairs.experts.device(),
                "plan_rows: arguments on one device expected, got ", pairs.experts.device(), " and ", other.device());
  }
  if (!pairs.experts.is_cpu()) return plan_rows_reference(pairs, bounds, room, num_experts);
  const at::Tensor priority = pairs.priority.defined() ? pairs.priority.detach().contiguous() : at::Tensor();
  return kernels::plan_rows_cpu({pairs.experts.contiguous(), pairs.asked.contiguous(), priority}, bounds.contiguous(),
                                room.contiguous(), num_experts);
}

}  // namespace flanmoe
