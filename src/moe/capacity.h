// The room of an expert in a group of tokens (docs/routing.md 2, 4). Who finds it full is dropped by moe/plan.h, in
// kernels/plan_rows.h.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <variant>

#include "moe/groups.h"
#include "moe/options.h"

namespace flanmoe {

struct NoLimit {};

// clamp(round_half_even(factor * S / E), least, S) for S tokens and E experts, the factor never containing k.
struct CapacityFactor {
  double factor = 1.0;
  int64_t least = 1;
};

// Hugging Face's: so many positions of each row, however long it is.
struct FixedCapacity {
  int64_t positions = 1;
};

using CapacityRule = std::variant<NoLimit, CapacityFactor, FixedCapacity>;

// What the options say, in training or otherwise.
CapacityRule capacity_rule(const MoeOptions& options, bool training);

// Tokens an expert can take of a group of `group_tokens`.
int64_t expert_capacity(const CapacityRule& rule, int64_t group_tokens, int64_t num_experts);
// Of every group: [G] int64, on the device of the groups.
at::Tensor expert_capacities(const CapacityRule& rule, const GroupBounds& groups, int64_t num_experts);
// The same as a tensor expression of the sizes [G] int64, for any device.
at::Tensor expert_capacities_reference(const CapacityRule& rule, const at::Tensor& sizes, int64_t num_experts);

}  // namespace flanmoe
