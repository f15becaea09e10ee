// Random routings with ties, for the tests of the ops that choose and plan.
#pragma once

#include <ATen/ATen.h>

#include <vector>

#include "base/random.h"
#include "tensor/random.h"

namespace flanmoe {

inline at::Tensor ints(const std::vector<int64_t>& values) { return at::tensor(values, at::kLong); }

struct RoutingCase {
  explicit RoutingCase(uint64_t seed) {
    RandomStream stream(seed, "routing_case");
    num_tokens = stream.chance(0.05) ? 0 : stream.between(1, 60);
    num_experts = stream.between(1, 9);
    k = stream.between(1, num_experts);
    probabilities = at::softmax(random_normal({num_tokens, num_experts}, 1.5, seed), 1);
    if (stream.chance(0.5)) probabilities = (probabilities * 4.0).round() / 4.0;  // many equal ones, many zeros
    std::vector<int64_t> all{0};
    while (all.back() < num_tokens) all.push_back(std::min(num_tokens, all.back() + stream.between(1, 25)));
    bounds = at::tensor(all, at::kLong);
    std::vector<int64_t> rooms;
    for (size_t g = 0; g + 1 < all.size(); ++g) rooms.push_back(stream.between(0, all[g + 1] - all[g]));
    room = at::tensor(rooms, at::kLong);
    draws = random_unit(num_tokens, seed, at::kCPU);
    limits = random_unit(num_tokens, seed + 1, at::kCPU) * 0.6;
  }

  int64_t num_tokens, num_experts, k;
  at::Tensor probabilities;  // [T, E]
  at::Tensor bounds, room;   // [G + 1], [G] of 0 to the group's size
  at::Tensor draws, limits;  // [T]
};

}  // namespace flanmoe
