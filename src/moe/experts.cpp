#include "moe/experts.h"

#include "kernels/grouped_linear.h"
#include "moe/weights.h"
#include "tensor/feed_forward.h"
#include "tensor/random.h"

namespace flanmoe {
namespace {

thread_local int num_plain = 0;  // PlainExperts alive

}  // namespace

PlainExperts::PlainExperts() { ++num_plain; }
PlainExperts::~PlainExperts() { --num_plain; }

at::Tensor run_experts(const at::Tensor& rows, const at::Tensor& offsets, const MoeWeights& weights,
                       double expert_dropout, uint64_t noise_key) {
  const auto product = [&offsets](const at::Tensor& x, const GroupedLinear& projection) {
    return num_plain > 0 ? grouped_linear_reference(x, projection.weight, offsets)
                         : grouped_linear(x, projection.weight, offsets);
  };
  const auto drop = [&](const at::Tensor& hidden) { return dropout(hidden, expert_dropout, noise_key); };
  return feed_forward(rows, weights, product, drop);
}

}  // namespace flanmoe
