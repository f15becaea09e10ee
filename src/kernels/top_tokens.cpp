#include "kernels/top_tokens.h"

#include <ATen/ATen.h>

namespace flanmoe {

at::Tensor top_tokens(const at::Tensor& probabilities, const at::Tensor& bounds, const at::Tensor& room) {
  TORCH_CHECK(probabilities.dim() == 2 && bounds.dim() == 1 && room.dim() == 1 && bounds.size(0) == room.size(0) + 1,
              "top_tokens: probabilities [T, E], bounds [G + 1] and room [G] expected, got ", probabilities.sizes(),
              ", ", bounds.sizes(), " and ", room.sizes());
  TORCH_CHECK(bounds.device() == probabilities.device() && room.device() == probabilities.device(),
              "top_tokens: arguments on one device expected, got ", probabilities.device(), ", ", bounds.device(),
              " and ", room.device());
  const at::Tensor values = probabilities.detach();
  if (!values.is_cpu()) return top_tokens_reference(values, bounds, room);
  return kernels::top_tokens_cpu(values.contiguous(), bounds.contiguous(), room.contiguous());
}

}  // namespace flanmoe
