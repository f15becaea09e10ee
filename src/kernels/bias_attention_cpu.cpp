#include <ATen/ATen.h>

#include <algorithm>
#include <memory>

#include "kernels/bias_attention.h"
#include "kernels/bias_attention_arrays.h"
#include "kernels/vector_code.h"
#include "tensor/threads.h"

namespace flanmoe::kernels {
namespace {

constexpr int64_t kPairsPerThread = 16384;  // of query and key, for which it is worth starting a thread

const AttentionLoops& loops() { return has_avx512() ? kAttentionByAvx512 : kAttentionByAvx2; }

const float* numbers_of(const at::Tensor& x) { return x.const_data_ptr<float>(); }
const float* numbers_if_any(const at::Tensor& x) { return x.numel() > 0 ? numbers_of(x) : nullptr; }

AttentionArrays arrays_of(const AttentionArguments& all, const at::Tensor& softmax) {
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
void over_threads(const AttentionArrays& arrays, int64_t count, int64_t pairs, const Work& work) {
  const int64_t grain = std::max<int64_t>(1, kPairsPerThread / std::max<int64_t>(1, pairs));
  split_work(0, count, grain, [&](int64_t begin, int64_t end) {
    const int64_t numbers = loops().scratch_numbers(arrays.num_keys, arrays.head_width);
    const auto scratch = std::make_unique_for_overwrite<float[]>(static_cast<size_t>(numbers));
    work(begin, end, scratch.get());
  });
}

}  // namespace

AttentionResult bias_attention_cpu(const AttentionArguments& all) {
  const at::Tensor out = at::zeros_like(all.q);
  const at::Tensor softmax = at::empty({all.q.size(0), all.num_heads, all.q.size(1), 2}, all.q.options());
  const AttentionArrays arrays = arrays_of(all, softmax);
  float* to = out.mutable_data_ptr<float>();
  over_threads(arrays, arrays.num_rows * arrays.num_heads, arrays.num_queries * arrays.num_keys,
               [&](int64_t begin, int64_t end, float* scratch) { loops().forward(arrays, begin, end, scratch, to); });
  return {out, softmax};
}

AttentionInputs bias_attention_cpu_gradients(const at::Tensor& gradient, const AttentionArguments& all,
                                             const at::Tensor& softmax) {
  const AttentionArrays arrays = arrays_of(all, softmax);
  const AttentionInputs result{at::zeros_like(all.q), at::zeros_like(all.k), at::zeros_like(all.v),
                               at::zeros_like(all.bias)};
  const AttentionGradients wanted{numbers_of(gradient), result.q.mutable_data_ptr<float>(),
                                  result.k.mutable_data_ptr<float>(), result.v.mutable_data_ptr<float>(),
                                  arrays.bias != nullptr ? result.bias.mutable_data_ptr<float>() : nullptr};
  over_threads(
      arrays, arrays.num_heads, arrays.num_rows * arrays.num_queries * arrays.num_keys,
      [&](int64_t begin, int64_t end, float* scratch) { loops().backward(arrays, begin, end, scratch, wanted); });
  return result;
}

}  // namespace flanmoe::kernels
