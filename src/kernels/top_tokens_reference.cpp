#include <ATen/ATen.h>

#include "kernels/top_tokens.h"
#include "tensor/sorted.h"

namespace flanmoe {

at::Tensor top_tokens_reference(const at::Tensor& probabilities, const at::Tensor& bounds, const at::Tensor& room) {
  const int64_t num_tokens = probabilities.size(0), num_experts = probabilities.size(1);
  const at::Tensor group = interval_of_each(bounds, num_tokens);
  // By group, inside a group by falling probability: the second sort is stable.
  const at::Tensor falling = at::argsort(probabilities.t(), /*stable=*/true, 1, /*descending=*/true);
  const at::Tensor by_group =
      at::argsort(group.index_select(0, falling.reshape({-1})).view(falling.sizes()), /*stable=*/true, 1);
  const at::Tensor ordered = falling.gather(1, by_group);  // [E, T]
  const at::Tensor rank = at::arange(num_tokens, bounds.options()) - bounds.index_select(0, group);
  return ordered.index_select(1, (rank < room.index_select(0, group)).nonzero().view({-1})).view({num_experts, -1});
}

}  // namespace flanmoe
