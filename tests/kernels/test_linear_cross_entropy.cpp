// The loss over a vocabulary in parts: against tensor expressions, worked by hand, under both instruction sets.
#include "kernels/linear_cross_entropy.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "kernels/linear_cross_entropy_arrays.h"
#include "kernels/vector_code.h"
#include "tensor/random.h"
#include "testing/check.h"
#include "testing/device_case.h"
#include "testing/gradient_check.h"

namespace flanmoe {
namespace {

struct Case {
  int64_t rows, width, vocabulary;
};

// One number, less than a vector, whole ones, several parts of rows with a last one smaller.
const std::vector<Case>& cases() {
  static const std::vector<Case> all = {{1, 1, 1},    {1, 3, 2},      {5, 4, 15},     {7, 8, 16},
                                        {64, 16, 33}, {130, 5, 1600}, {200, 3, 2500}, {129, 2, 5000}};
  return all;
}

at::Tensor targets_of(const Case& one) { return at::arange(one.rows, at::kLong).mul(7).remainder(one.vocabulary); }

template <class Op>
TensorFunction loss_by(Op* op, const at::Tensor& targets) {
  return [=](const std::vector<at::Tensor>& t) { return op(t[0], t[1], targets.to(t[0].device())); };
}

// Logits (1, 0): -log(e / (e + 1)) for the first, -log(1 / (e + 1)) for the second; the mean of both.
TEST(LinearCrossEntropy, WorkedByHand) {
  const at::Tensor hidden = at::ones({2, 1}), weight = at::tensor({1.0F, 0.0F}).view({2, 1});
  const at::Tensor targets = at::tensor(std::vector<int64_t>{0, 1}, at::kLong);
  const double e = std::exp(1.0), expected = (2.0 * std::log(e + 1.0) - 1.0) / 2.0;
  for (auto* op : {&linear_cross_entropy, &linear_cross_entropy_reference})
    EXPECT_NEAR(op(hidden, weight, targets).item<double>(), expected, 1e-6);
}

class LinearCrossEntropyOn : public OnDevices {};
INSTANTIATE_TEST_SUITE_P(, LinearCrossEntropyOn, ::testing::ValuesIn(device_cases()), name_of_case);

TEST_P(LinearCrossEntropyOn, EqualsTheReferenceInValueAndGradient) {
  for (const Case& one : cases()) {
    const std::vector<at::Tensor> inputs = {random_normal({one.rows, one.width}, 2.0, 1).to(GetParam().dtype),
                                            random_normal({one.vocabulary, one.width}, 2.0, 2).to(GetParam().dtype)};
    const std::vector<at::Tensor> mine = {GetParam().put(inputs[0]), GetParam().put(inputs[1])};
    const std::string name = fmt::format("{} {} {}", one.rows, one.width, one.vocabulary);
    const TensorFunction op = loss_by(&linear_cross_entropy, targets_of(one)),
                         oracle = loss_by(&linear_cross_entropy_reference, targets_of(one));
    expect_close(op(mine), oracle(inputs), 1.0, name);
    const auto gradients = gradients_of(op, mine), expected = gradients_of(oracle, inputs);
    for (size_t i = 0; i < 2; ++i) expect_close(gradients[i], expected[i], 1.0, fmt::format("{}, input {}", name, i));
  }
}

TEST(LinearCrossEntropy, OnlyWhatIsAskedForHasAGradient) {
  const at::Tensor targets = at::zeros({3}, at::kLong);
  for (const bool of_hidden : {true, false}) {
    const at::Tensor hidden = random_normal({3, 4}, 1.0, 1).set_requires_grad(of_hidden),
                     weight = random_normal({5, 4}, 1.0, 2).set_requires_grad(!of_hidden);
    linear_cross_entropy(hidden, weight, targets).backward();
    EXPECT_EQ(hidden.grad().defined(), of_hidden);
    EXPECT_EQ(weight.grad().defined(), !of_hidden);
  }
}

TEST(LinearCrossEntropy, LargeLogitsStayFinite) {
  const at::Tensor hidden = at::full({1, 1}, 1e4F), weight = at::tensor({1.0F, -1.0F}).view({2, 1});
  const auto loss = [&](int64_t target) {
    return linear_cross_entropy(hidden, weight, at::tensor(std::vector<int64_t>{target}, at::kLong)).item<double>();
  };
  EXPECT_NEAR(loss(0), 0.0, 1e-6);
  EXPECT_NEAR(loss(1), 2e4, 1e-2);
}

TEST(LinearCrossEntropy, TheInstructionSetDoesNotChangeABit) {
  if (!has_avx512()) GTEST_SKIP() << "this processor has no AVX-512";
  for (const Case& one : cases()) {
    const at::Tensor logits = random_normal({one.rows, one.vocabulary}, 3.0, 1), other = logits.clone(),
                     targets = targets_of(one);
    std::vector<double> losses(static_cast<size_t>(one.rows)), others = losses;
    const auto run = [&](const kernels::CrossEntropyLoops& loops, const at::Tensor& x, std::vector<double>& to) {
      loops.losses(x.mutable_data_ptr<float>(), targets.const_data_ptr<int64_t>(), one.rows, one.vocabulary, 0.5F,
                   to.data());
    };
    run(kernels::kCrossEntropyByAvx2, logits, losses);
    run(kernels::kCrossEntropyByAvx512, other, others);
    EXPECT_EQ(losses, others);
    EXPECT_TRUE(at::equal(logits, other));
  }
}

TEST(LinearCrossEntropy, ArgumentsThatDoNotFitAreRefused) {
  const at::Tensor hidden = at::zeros({2, 3}), weight = at::zeros({4, 3});
  const auto refusal = [&](const at::Tensor& targets) {
    return message_of<c10::Error>([&] { linear_cross_entropy(hidden, weight, targets); });
  };
  EXPECT_NE(refusal(at::zeros({1}, at::kLong)).find("targets [T] int64 expected"), std::string::npos);
  EXPECT_NE(refusal(at::full({2}, 4, at::kLong)).find("a target outside the vocabulary of 4"), std::string::npos);
}

}  // namespace
}  // namespace flanmoe
