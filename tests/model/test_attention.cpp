// Attention without gradients is cut into parts; it gives what the whole gives.
#include "model/attention.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include "tensor/random.h"

namespace flanmoe {
namespace {

constexpr int64_t kHeads = 5, kWidth = 12;

AttentionWeights random_weights() {
  AttentionWeights weights;
  weights.q = random_normal({kHeads * 3, kWidth}, 0.4, 1);
  weights.k = random_normal({kHeads * 3, kWidth}, 0.4, 2);
  weights.v = random_normal({kHeads * 3, kWidth}, 0.4, 3);
  weights.o = random_normal({kWidth, kHeads * 3}, 0.4, 4);
  return weights;
}

void expect_same(const at::Tensor& x, const at::Tensor& memory, const at::Tensor& bias) {
  const AttentionWeights weights = random_weights();
  const at::Tensor whole = cross_attention(x, memory, weights, kHeads, {bias});
  const at::NoGradGuard no_gradients;
  const at::Tensor parts = cross_attention(x, memory, weights, kHeads, {bias});
  EXPECT_LT((parts - whole).abs().max().item<double>(), 1e-5) << x.sizes() << memory.sizes() << bias.sizes();
}

// Many short rows at a time, one row at a time, and a row's queries in parts, the last one smaller; every form of bias.
TEST(Attention, InPartsIsTheWhole) {
  for (const auto& [rows, queries, keys] : std::vector<std::array<int64_t, 3>>{
           {1, 1, 1}, {3, 7, 5}, {50, 70, 90}, {3, 300, 310}, {2, 501, 403}, {1, 1, 900}}) {
    const at::Tensor x = random_normal({rows, queries, kWidth}, 1.0, 5);
    const at::Tensor memory = random_normal({rows, keys, kWidth}, 1.0, 6);
    expect_same(x, memory, random_normal({rows, 1, 1, keys}, 2.0, 7));
    expect_same(x, memory, random_normal({rows, 1, queries, keys}, 2.0, 8));
    expect_same(x, memory, random_normal({1, kHeads, queries, keys}, 2.0, 9));
    expect_same(x, memory, random_normal({rows, kHeads, queries, keys}, 2.0, 10));
  }
}

}  // namespace
}  // namespace flanmoe
