// Groups: the sets of tokens that compete for an expert's room (docs/routing.md 1).
// Legend: T real tokens, G groups.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <initializer_list>
#include <vector>

namespace flanmoe {

// Bounds of consecutive groups of routed tokens: group g is [bounds[g], bounds[g + 1]).
struct GroupBounds {
  GroupBounds() : GroupBounds({0}) {}
  GroupBounds(std::initializer_list<int64_t> bounds) : GroupBounds(std::vector<int64_t>(bounds), at::kCPU) {}
  GroupBounds(std::vector<int64_t> bounds, at::Device device);

  std::vector<int64_t> host;  // [G + 1]
  at::Tensor tensor;          // the same, int64, on the device of the tokens

  int64_t num_groups() const { return static_cast<int64_t>(host.size()) - 1; }
  bool operator==(const GroupBounds& other) const { return host == other.host; }
};

// All tokens, in groups of group_size (0 = one group). `num_tokens` >= 0.
GroupBounds cut_groups(int64_t num_tokens, int64_t group_size, at::Device device = at::kCPU);

// Which positions are routed and who competes with whom: the real tokens, or every position under Hugging Face's rule,
// which routes and counts padding.
struct MoeTokenPlaces {
  at::Tensor positions;  // [T] int64, rising
  GroupBounds groups;    // over these
};

}  // namespace flanmoe
