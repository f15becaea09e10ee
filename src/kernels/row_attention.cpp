#include "kernels/row_attention.h"

#include <c10/util/Exception.h>

namespace flanmoe {
namespace {

bool fits(std::span<const float> q, std::span<const float> keys, std::span<const float> bias, int64_t num_heads) {
  const size_t stride = q.size(), heads = static_cast<size_t>(num_heads);
  if (num_heads < 1 || stride == 0 || stride % heads != 0) return false;
  const size_t num_keys = keys.size() / stride;
  return num_keys > 0 && keys.size() == num_keys * stride && (bias.empty() || bias.size() == heads * num_keys);
}

}  // namespace

void row_attention(std::span<const float> q, std::span<const float> keys, std::span<const float> values,
                   std::span<const float> bias, int64_t num_heads, std::span<float> out) {
  TORCH_CHECK(fits(q, keys, bias, num_heads) && keys.size() == values.size() && out.size() == q.size(),
              "row_attention: sizes do not fit: q ", q.size(), ", keys ", keys.size(), ", values ", values.size(),
              ", bias ", bias.size(), ", out ", out.size(), ", heads ", num_heads);
  kernels::row_attention_cpu(q, keys, values, bias, num_heads, out);
}

void row_softmax(std::span<float> scores) {
  TORCH_CHECK(!scores.empty(), "row_softmax: no scores");
  kernels::row_softmax_cpu(scores);
}

}  // namespace flanmoe
