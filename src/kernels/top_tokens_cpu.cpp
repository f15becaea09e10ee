#include <ATen/ATen.h>
#include <ATen/Dispatch.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "kernels/top_tokens.h"

namespace flanmoe::kernels {

at::Tensor top_tokens_cpu(const at::Tensor& probabilities, const at::Tensor& bounds, const at::Tensor& room) {
  const int64_t num_experts = probabilities.size(1), num_groups = room.size(0);
  const int64_t *bound = bounds.const_data_ptr<int64_t>(), *taken = room.const_data_ptr<int64_t>();
  at::Tensor tokens = at::empty({num_experts, std::accumulate(taken, taken + num_groups, int64_t{0})}, at::kLong);
  int64_t* out = tokens.mutable_data_ptr<int64_t>();
  std::vector<int64_t> order;
  AT_DISPATCH_FLOATING_TYPES(probabilities.scalar_type(), "top_tokens", [&] {
    const scalar_t* p = probabilities.const_data_ptr<scalar_t>();
    for (int64_t e = 0; e < num_experts; ++e) {
      const auto larger = [&](int64_t a, int64_t b) {
        const scalar_t pa = p[a * num_experts + e], pb = p[b * num_experts + e];
        return pa != pb ? pa > pb : a < b;
      };
      for (int64_t g = 0; g < num_groups; ++g) {
        order.resize(static_cast<size_t>(bound[g + 1] - bound[g]));
        std::iota(order.begin(), order.end(), bound[g]);
        std::partial_sort(order.begin(), order.begin() + taken[g], order.end(), larger);
        out = std::copy_n(order.begin(), taken[g], out);
      }
    }
  });
  return tokens;
}

}  // namespace flanmoe::kernels
