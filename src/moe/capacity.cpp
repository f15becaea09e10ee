#include "moe/capacity.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace flanmoe {

CapacityRule capacity_rule(const MoeOptions& options, bool training) {
  if (options.hugging_face()) return FixedCapacity{options.expert_capacity};
  const double factor = training ? options.capacity_factor_train : options.capacity_factor_eval;
  if (factor == 0.0) return NoLimit{};
  return CapacityFactor{factor, options.min_capacity};
}

int64_t expert_capacity(const CapacityRule& rule, int64_t group_tokens, int64_t num_experts) {
  if (const auto* fixed = std::get_if<FixedCapacity>(&rule)) return fixed->positions;
  const auto* by_factor = std::get_if<CapacityFactor>(&rule);
  if (by_factor == nullptr) return group_tokens;
  FLANMOE_ASSERT(by_factor->factor > 0.0);
  const double even_share = by_factor->factor * static_cast<double>(group_tokens) / static_cast<double>(num_experts);
  const auto capacity = static_cast<int64_t>(std::nearbyint(even_share));  // half to even, as JAX and numpy round
  return std::min(std::max(capacity, by_factor->least), group_tokens);
}

at::Tensor expert_capacities_reference(const CapacityRule& rule, const at::Tensor& sizes, int64_t num_experts) {
  if (const auto* fixed = std::get_if<FixedCapacity>(&rule)) return at::full_like(sizes, fixed->positions);
  const auto* by_factor = std::get_if<CapacityFactor>(&rule);
  if (by_factor == nullptr) return sizes;
  const at::Tensor even_shares = sizes.to(at::kDouble) * by_factor->factor / static_cast<double>(num_experts);
  return at::minimum(even_shares.round().to(at::kLong).clamp_min(by_factor->least), sizes);
}

at::Tensor expert_capacities(const CapacityRule& rule, const GroupBounds& groups, int64_t num_experts) {
  if (!groups.tensor.is_cpu()) return expert_capacities_reference(rule, groups.tensor.diff(), num_experts);
  at::Tensor capacities = at::empty({groups.num_groups()}, at::kLong);
  int64_t* capacity = capacities.mutable_data_ptr<int64_t>();
  for (size_t g = 0; g + 1 < groups.host.size(); ++g) {
    capacity[g] = expert_capacity(rule, groups.host[g + 1] - groups.host[g], num_experts);
  }
  return capacities;
}

}  // namespace flanmoe
