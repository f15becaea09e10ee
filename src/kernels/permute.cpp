#include "kernels/permute.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

namespace flanmoe {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

class Dispatch : public torch::autograd::Function<Dispatch> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& positions) {
    context->save_for_backward({positions});
    context->saved_data["num_positions"] = x.size(0);
    return kernels::gather_rows_cpu(x, positions);
  }
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const at::Tensor positions = context->get_saved_variables()[0];
    const int64_t num_positions = context->saved_data["num_positions"].toInt();
    return {kernels::scatter_rows_cpu(gradients[0].contiguous(), at::Tensor(), positions, num_positions), at::Tensor()};
  }
};

class Combine : public torch::autograd::Function<Combine> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& rows, const at::Tensor& weights,
                            const at::Tensor& positions, int64_t num_positions) {
    context->save_for_backward({rows, weights, positions});
    return kernels::scatter_rows_cpu(rows, weights, positions, num_positions);
  }
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    auto result = kernels::combine_rows_cpu_gradients(gradients[0].contiguous(), saved[0], saved[1], saved[2]);
    return {result.rows, result.weights, at::Tensor(), at::Tensor()};
  }
};

void check_positions(const at::Tensor& positions, at::Device device) {
  TORCH_CHECK(positions.dim() == 1 && positions.scalar_type() == at::kLong && positions.device() == device,
              "positions [R] int64 on ", device, " expected, got ", positions.sizes(), " ", positions.scalar_type(),
              " on ", positions.device());
}

// `positions` on the CPU, contiguous, all in [0, num_positions).
at::Tensor inside(const char* op, const at::Tensor& positions, int64_t num_positions) {
  at::Tensor all = positions.contiguous();
  const int64_t* position = all.const_data_ptr<int64_t>();
  for (int64_t r = 0; r < all.size(0); ++r) {
    TORCH_CHECK(position[r] >= 0 && position[r] < num_positions, op, ": position ", position[r], " outside [0, ",
                num_positions, ")");
  }
  return all;
}

}  // namespace

at::Tensor dispatch_rows(const at::Tensor& x, const at::Tensor& positions) {
  TORCH_CHECK(x.dim() == 2, "dispatch_rows: x [N, D] expected, got ", x.sizes());
  check_positions(positions, x.device());
  if (!x.is_cpu()) return dispatch_rows_reference(x, positions);
  const at::Tensor from = inside("dispatch_rows", positions, x.size(0));
  if (!at::GradMode::is_enabled()) return kernels::gather_rows_cpu(x.contiguous(), from);
  return Dispatch::apply(x.contiguous(), from);
}

at::Tensor combine_rows(const at::Tensor& rows, const at::Tensor& weights, const at::Tensor& positions,
                        int64_t num_positions) {
  TORCH_CHECK(
      rows.dim() == 2 && weights.dim() == 1 && weights.size(0) == rows.size(0) && positions.size(0) == rows.size(0),
      "combine_rows: rows [R, D], weights [R], positions [R] expected, got ", rows.sizes(), weights.sizes(),
      positions.sizes());
  check_positions(positions, rows.device());
  if (!rows.is_cpu()) return combine_rows_reference(rows, weights, positions, num_positions);
  const at::Tensor to = inside("combine_rows", positions, num_positions);
  if (!at::GradMode::is_enabled()) {
    return kernels::scatter_rows_cpu(rows.contiguous(), weights.contiguous(), to, num_positions);
  }
  return Combine::apply(rows.contiguous(), weights.contiguous(), to, num_positions);
}

}  // namespace flanmoe
