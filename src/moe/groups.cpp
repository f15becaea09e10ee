#include "moe/groups.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace flanmoe {

GroupBounds::GroupBounds(std::vector<int64_t> bounds, at::Device device)
    : host(std::move(bounds)), tensor(at::tensor(host, at::kLong).to(device)) {}

GroupBounds cut_groups(int64_t num_tokens, int64_t group_size, at::Device device) {
  std::vector<int64_t> bounds{0};
  const int64_t size = group_size == 0 ? num_tokens : group_size;
  while (bounds.back() < num_tokens) bounds.push_back(std::min(bounds.back() + size, num_tokens));
  return {std::move(bounds), device};
}

}  // namespace flanmoe
