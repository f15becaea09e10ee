#include "kernels/top_experts.h"

#include <ATen/ATen.h>

namespace flanmoe {
namespace {

void check_of_tokens(const at::Tensor& values, const char* what, const at::Tensor& probabilities) {
  if (!values.defined()) return;
  TORCH_CHECK(values.dim() == 1 && values.size(0) == probabilities.size(0) && values.scalar_type() == at::kDouble &&
                  values.device() == probabilities.device(),
              "top_experts: ", what, " [T] float64 on ", probabilities.device(), " expected, got ", values.sizes(), " ",
              values.scalar_type(), " on ", values.device());
}

}  // namespace

TopExperts top_experts(const at::Tensor& probabilities, int64_t k, const SecondChoice& second) {
  TORCH_CHECK(probabilities.dim() == 2 && 1 <= k && k <= probabilities.size(1),
              "top_experts: probabilities [T, E] and k of 1 to E expected, got ", probabilities.sizes(), " and ", k);
  check_of_tokens(second.draws, "draws", probabilities);
  check_of_tokens(second.limits, "limits", probabilities);
  const at::Tensor values = probabilities.detach();
  if (!values.is_cpu()) return top_experts_reference(values, k, second);
  return kernels::top_experts_cpu(values.contiguous(), k, second);
}

}  // namespace flanmoe
