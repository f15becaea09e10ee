// Experts by grouped products and by the plain loop that they are timed against.
#include "moe/experts.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/function.h>

#include "layers.h"

namespace flanmoe {
namespace {

TEST(Experts, AreLoopedOverWhileAGuardLives) {
  const MoeWeights weights = layers::leaves(layers::weights({3, 5, 7, true}));
  const at::Tensor rows = layers::tokens(11, 5), offsets = at::tensor({0, 4, 4, 11}, at::kLong);
  const auto run = [&] { return run_experts(rows, offsets, weights, 0.0, 1); };
  const auto is_looped = [](const at::Tensor& out) { return out.grad_fn()->name().find("Cat") != std::string::npos; };
  const at::Tensor grouped = run();
  EXPECT_FALSE(is_looped(grouped)) << grouped.grad_fn()->name();
  at::Tensor plain;
  {
    const PlainExperts outer;
    { const PlainExperts inner; }
    plain = run();
  }
  EXPECT_TRUE(is_looped(plain)) << plain.grad_fn()->name();
  EXPECT_LT(largest_gap(plain, grouped), 1e-5);
  EXPECT_FALSE(is_looped(run()));
}

}  // namespace
}  // namespace flanmoe
