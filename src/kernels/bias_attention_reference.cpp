#include <ATen/ATen.h>

#include "kernels/bias_attention.h"
#include "tensor/random.h"

namespace flanmoe {
namespace {

// x [B, L, H K] -> [B, H, L, K]
at::Tensor heads_of(const at::Tensor& x, int64_t num_heads) {
  return x.view({x.size(0), x.size(1), num_heads, x.size(2) / num_heads}).transpose(1, 2);
}

// bias [H, Lq + Lk - 1] -> [H, Lq, Lk], of each query the window of distances of its keys.
at::Tensor bias_of_pairs(const at::Tensor& bias, int64_t num_queries, int64_t num_keys) {
  const auto positions = [&bias](int64_t count) { return at::arange(count, bias.options().dtype(at::kLong)); };
  const at::Tensor places = positions(num_keys).unsqueeze(0) - positions(num_queries).unsqueeze(1) + (num_queries - 1);
  return bias.index_select(1, places.reshape({-1})).view({bias.size(0), num_queries, num_keys});
}

}  // namespace

at::Tensor bias_attention_reference(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, int64_t num_heads,
                                    const AttentionPairs& pairs, double dropout_rate, uint64_t noise_key) {
  at::Tensor scores = at::matmul(heads_of(q, num_heads), heads_of(k, num_heads).transpose(2, 3));
  if (pairs.bias.defined()) scores = scores + bias_of_pairs(pairs.bias, q.size(1), k.size(1));
  const at::Tensor keys = at::arange(k.size(1), pairs.runs.options());
  const at::Tensor seen =
      keys.ge(pairs.runs.select(2, 0).unsqueeze(2)).logical_and(keys.lt(pairs.runs.select(2, 1).unsqueeze(2)));
  const at::Tensor unseen = seen.unsqueeze(1).logical_not();  // [B, 1, Lq, Lk]
  // The lowest number, and zeros after: a query that sees no key has no NaN.
  const at::Tensor probabilities = at::softmax(scores.masked_fill(unseen, -1e30), -1).masked_fill(unseen, 0.0);
  return at::matmul(dropout(probabilities, dropout_rate, noise_key), heads_of(v, num_heads))
      .transpose(1, 2)
      .reshape(q.sizes());
}

}  // namespace flanmoe
