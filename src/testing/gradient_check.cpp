#include "testing/gradient_check.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "base/random.h"
#include "tensor/random.h"

namespace flanmoe {
namespace {

at::Tensor weighted_sum(const at::Tensor& result) {
  const at::Tensor weights = random_normal(result.sizes(), 1.0, stream_key(11, "gradient_check"));
  return (result * weights.to(result.options())).sum();
}

}  // namespace

std::vector<at::Tensor> gradients_of(const TensorFunction& function, const std::vector<at::Tensor>& inputs) {
  std::vector<at::Tensor> leaves, gradients;
  for (const at::Tensor& input : inputs) leaves.push_back(input.detach().clone().requires_grad_(true));
  weighted_sum(function(leaves)).backward();
  for (const at::Tensor& leaf : leaves) gradients.push_back(leaf.grad().defined() ? leaf.grad() : at::zeros_like(leaf));
  return gradients;
}

double largest_gradient_error(const TensorFunction& function, const std::vector<at::Tensor>& inputs, double step) {
  std::vector<at::Tensor> values;
  for (const at::Tensor& input : inputs) values.push_back(input.detach().to(at::kDouble).clone().contiguous());
  const std::vector<at::Tensor> analytic = gradients_of(function, values);
  double worst = 0.0;
  for (size_t i = 0; i < values.size(); ++i) {
    const at::Tensor gradient = analytic[i].contiguous();
    double* value = values[i].mutable_data_ptr<double>();
    for (int64_t j = 0; j < values[i].numel(); ++j) {
      const double kept = value[j];
      value[j] = kept + step;
      const double above = weighted_sum(function(values)).item<double>();
      value[j] = kept - step;
      const double below = weighted_sum(function(values)).item<double>();
      value[j] = kept;
      const double numeric = (above - below) / (2.0 * step);
      const double error = std::abs(gradient.const_data_ptr<double>()[j] - numeric) / (1.0 + std::abs(numeric));
      worst = std::isfinite(error) ? std::max(worst, error) : INFINITY;
    }
  }
  return worst;
}

double largest_gap(const at::Tensor& a, const at::Tensor& b) {
  if (a.sizes() != b.sizes()) return INFINITY;
  if (a.numel() == 0) return 0.0;
  const double gap = (a.detach().to(at::kDouble) - b.detach().to(at::kDouble)).abs().max().item<double>();
  return std::isfinite(gap) ? gap : INFINITY;
}

}  // namespace flanmoe
