#include "moe/groups.h"

#include <algorithm>
#include <cmath>

namespace flanmoe {

GroupBounds cut_groups(int64_t num_tokens, int64_t group_size) {
  GroupBounds bounds{0};
  const int64_t size = group_size == 0 ? num_tokens : group_size;
  while (bounds.back() < num_tokens) bounds.push_back(std::min(bounds.back() + size, num_tokens));
  return bounds;
}

int64_t expert_capacity(const CapacityRule& rule, int64_t group_tokens, int64_t num_experts) {
  if (rule.absolute > 0) return rule.absolute;
  if (rule.factor == 0.0) return group_tokens;
  const double even_share = rule.factor * static_cast<double>(group_tokens) / static_cast<double>(num_experts);
  const auto capacity = static_cast<int64_t>(std::nearbyint(even_share));  // half to even, as JAX and numpy round
  return std::min(std::max(capacity, rule.least), group_tokens);
}

}  // namespace flanmoe
