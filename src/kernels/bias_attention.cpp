#include "kernels/bias_attention.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <memory>

#include "kernels/bias_attention_arrays.h"
#include "kernels/vector_code.h"
#include "tensor/random.h"
#include "tensor/threads.h"

namespace flanmoe {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr int64_t kPairsPerThread = 16384;  // of query and key, for which it is worth starting a thread

const kernels::AttentionLoops& loops() {
  return has_avx512() ? kernels::kAttentionByAvx512 : kernels::kAttentionByAvx2;
}

const float* numbers_of(const at::Tensor& x) { return x.const_data_ptr<float>(); }
const float* numbers_if_any(const at::Tensor& x) { return x.numel() > 0 ? numbers_of(x) : nullptr; }

struct Arguments {
  at::Tensor q, k, v, runs, bias, dropout;  // bias and dropout empty where there is none
  int64_t num_heads;
};

kernels::AttentionArrays arrays_of(const Arguments& all, const at::Tensor& softmax) {
  return {all.q.size(0),
          all.num_heads,
          all.q.size(1),
          all.k.size(1),
          all.q.size(2) / all.num_heads,
          numbers_of(all.q),
          numbers_of(all.k),
          numbers_of(all.v),
          all.runs.const_data_ptr<int64_t>(),
          numbers_if_any(all.bias),
          numbers_if_any(all.dropout),
          softmax.mutable_data_ptr<float>()};
}

// work(begin, end, scratch) over `count` items, each of so many pairs of query and key.
template <class Work>
void over_threads(const kernels::AttentionArrays& arrays, int64_t count, int64_t pairs, const Work& work) {
  const int64_t grain = std::max<int64_t>(1, kPairsPerThread / std::max<int64_t>(1, pairs));
  split_work(0, count, grain, [&](int64_t begin, int64_t end) {
    const int64_t numbers = loops().scratch_numbers(arrays.num_keys, arrays.head_width);
    const auto scratch = std::make_unique_for_overwrite<float[]>(static_cast<size_t>(numbers));
    work(begin, end, scratch.get());
  });
}

// -> the output and the softmax's largest scores and reciprocals [B, H, Lq, 2].
std::pair<at::Tensor, at::Tensor> run_forward(const Arguments& all) {
  const at::Tensor out = at::zeros_like(all.q);
  const at::Tensor softmax = at::empty({all.q.size(0), all.num_heads, all.q.size(1), 2}, all.q.options());
  const kernels::AttentionArrays arrays = arrays_of(all, softmax);
  float* to = out.mutable_data_ptr<float>();
  over_threads(arrays, arrays.num_rows * arrays.num_heads, arrays.num_queries * arrays.num_keys,
               [&](int64_t begin, int64_t end, float* scratch) { loops().forward(arrays, begin, end, scratch, to); });
  return {out, softmax};
}

class BiasAttention : public torch::autograd::Function<BiasAttention> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                            const at::Tensor& bias, const at::Tensor& runs, const at::Tensor& dropout,
                            int64_t num_heads) {
    auto [out, softmax] = run_forward({q, k, v, runs, bias, dropout, num_heads});
    context->save_for_backward({q, k, v, bias, runs, dropout, softmax});
    context->saved_data["num_heads"] = num_heads;
    return out;
  }
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const Arguments all{
        saved[0], saved[1], saved[2], saved[4], saved[3], saved[5], context->saved_data["num_heads"].toInt()};
    const kernels::AttentionArrays arrays = arrays_of(all, saved[6]);
    const at::Tensor of_out = gradients[0].contiguous();
    const at::Tensor q = at::zeros_like(all.q), k = at::zeros_like(all.k), v = at::zeros_like(all.v);
    const at::Tensor bias = at::zeros_like(all.bias);
    const kernels::AttentionGradients wanted{numbers_of(of_out), q.mutable_data_ptr<float>(),
                                             k.mutable_data_ptr<float>(), v.mutable_data_ptr<float>(),
                                             arrays.bias != nullptr ? bias.mutable_data_ptr<float>() : nullptr};
    over_threads(
        arrays, arrays.num_heads, arrays.num_rows * arrays.num_queries * arrays.num_keys,
        [&](int64_t begin, int64_t end, float* scratch) { loops().backward(arrays, begin, end, scratch, wanted); });
    return {q, k, v, bias, at::Tensor(), at::Tensor(), at::Tensor()};
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
  Arguments all{q.contiguous(), k.contiguous(), v.contiguous(), pairs.runs.contiguous(), {}, {}, num_heads};
  check_runs(all.runs, k.size(1));
  all.bias = pairs.bias.defined() ? pairs.bias.contiguous() : at::empty({0}, q.options());
  all.dropout = dropout_rate > 0.0 ? dropout_mask({q.size(0), num_heads, q.size(1), k.size(1)}, dropout_rate, noise_key)
                                   : at::empty({0}, q.options());
  if (!at::GradMode::is_enabled()) return run_forward(all).first;
  return BiasAttention::apply(all.q, all.k, all.v, all.bias, all.runs, all.dropout, num_heads);
}

}  // namespace flanmoe
