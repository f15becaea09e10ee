#include "kernels/linear_cross_entropy.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

namespace flanmoe {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

class LinearCrossEntropy : public torch::autograd::Function<LinearCrossEntropy> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& hidden, const at::Tensor& weight,
                            const at::Tensor& targets) {
    const kernels::LossAndGradients all = kernels::linear_cross_entropy_cpu(
        hidden.detach(), weight.detach(), targets, hidden.requires_grad(), weight.requires_grad());
    context->saved_data["hidden"] = all.hidden;
    context->saved_data["weight"] = all.weight;
    return all.loss;
  }
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const double factor = gradients[0].item<double>();
    const auto times_factor = [&](const char* name) {
      const at::Tensor gradient = context->saved_data[name].toTensor();
      return !gradient.defined() || factor == 1.0 ? gradient : gradient * factor;
    };
    return {times_factor("hidden"), times_factor("weight"), at::Tensor()};
  }
};

}  // namespace

at::Tensor linear_cross_entropy(const at::Tensor& hidden, const at::Tensor& weight, const at::Tensor& targets) {
  TORCH_CHECK(hidden.dim() == 2 && weight.dim() == 2 && hidden.size(1) == weight.size(1) &&
                  targets.sizes() == at::IntArrayRef({hidden.size(0)}) && targets.scalar_type() == at::kLong,
              "linear_cross_entropy: hidden [T, D], weight [V, D] and targets [T] int64 expected, got ", hidden.sizes(),
              ", ", weight.sizes(), " and ", targets.sizes());
  if (!hidden.is_cpu() || hidden.scalar_type() != at::kFloat || weight.scalar_type() != at::kFloat)
    return linear_cross_entropy_reference(hidden, weight, targets);
  const int64_t vocabulary = weight.size(0);
  TORCH_CHECK(
      targets.numel() == 0 || (targets.min().item<int64_t>() >= 0 && targets.max().item<int64_t>() < vocabulary),
      "linear_cross_entropy: a target outside the vocabulary of ", vocabulary);
  if (!at::GradMode::is_enabled()) {
    return kernels::linear_cross_entropy_cpu(hidden.contiguous(), weight.contiguous(), targets.contiguous(), false,
                                             false)
        .loss;
  }
  return LinearCrossEntropy::apply(hidden.contiguous(), weight.contiguous(), targets.contiguous());
}

}  // namespace flanmoe
