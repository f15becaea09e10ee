#include "kernels/bias_attention.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include "tensor/random.h"

namespace flanmoe {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

class BiasAttention : public torch::autograd::Function<BiasAttention> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                            const at::Tensor& bias, const at::Tensor& runs, const at::Tensor& dropout,
                            int64_t num_heads) {
    const kernels::AttentionResult result = kernels::bias_attention_cpu({{q, k, v, bias}, runs, dropout, num_heads});
    context->save_for_backward({q, k, v, bias, runs, dropout, result.softmax});
    context->saved_data["num_heads"] = num_heads;
    return result.out;
  }
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const kernels::AttentionArguments all{
        {saved[0], saved[1], saved[2], saved[3]}, saved[4], saved[5], context->saved_data["num_heads"].toInt()};
    const kernels::AttentionInputs wanted =
        kernels::bias_attention_cpu_gradients(gradients[0].contiguous(), all, saved[6]);
    return {wanted.q, wanted.k, wanted.v, wanted.bias, at::Tensor(), at::Tensor(), at::Tensor()};
  }
};

void check_arguments(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, int64_t num_heads,
                     const AttentionPairs& pairs) {
  TORCH_CHECK(q.dim() == 3 && k.dim() == 3 && k.sizes() == v.sizes() && q.size(0) == k.size(0) &&
                  q.size(2) == k.size(2) && q.size(2) % num_heads == 0,
              "bias_attention: q [B, Lq, H K], k and v [B, Lk, H K] of ", num_heads, " heads expected, got ", q.sizes(),
              ", ", k.sizes(), " and ", v.sizes());
  TORCH_CHECK(pairs.runs.sizes() == at::IntArrayRef({q.size(0), q.size(1), 2}) && pairs.runs.scalar_type() == at::kLong,
              "bias_attention: runs [B, Lq, 2] int64 expected, got ", pairs.runs.sizes());
  TORCH_CHECK(!pairs.bias.defined() || pairs.bias.sizes() == at::IntArrayRef({num_heads, q.size(1) + k.size(1) - 1}),
              "bias_attention: bias [H, Lq + Lk - 1] expected, got ", pairs.bias.sizes());
}

// That loops may follow the runs.
void check_runs(const at::Tensor& runs, int64_t num_keys) {
  const int64_t* run = runs.const_data_ptr<int64_t>();
  for (int64_t i = 0; i < runs.numel(); i += 2) {
    TORCH_CHECK(0 <= run[i] && run[i] <= run[i + 1] && run[i + 1] <= num_keys, "bias_attention: a run from ", run[i],
                " to ", run[i + 1], " of ", num_keys, " keys");
  }
}

}  // namespace

at::Tensor bias_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, int64_t num_heads,
                          const AttentionPairs& pairs, double dropout_rate, uint64_t noise_key) {
  check_arguments(q, k, v, num_heads, pairs);
  if (!q.is_cpu() || q.scalar_type() != at::kFloat)
    return bias_attention_reference(q, k, v, num_heads, pairs, dropout_rate, noise_key);
  const at::Tensor none = at::empty({0}, q.options());
  kernels::AttentionArguments all{
      {q.contiguous(), k.contiguous(), v.contiguous(), none}, pairs.runs.contiguous(), none, num_heads};
  check_runs(all.runs, k.size(1));
  if (pairs.bias.defined()) all.bias = pairs.bias.contiguous();
  if (dropout_rate > 0.0)
    all.dropout = dropout_mask({q.size(0), num_heads, q.size(1), k.size(1)}, dropout_rate, noise_key);
  if (!at::GradMode::is_enabled()) return kernels::bias_attention_cpu(all).out;
  return BiasAttention::apply(all.q, all.k, all.v, all.bias, all.runs, all.dropout, num_heads);
}

}  // namespace flanmoe
