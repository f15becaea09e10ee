// Attention with a position bias: the loops against tensor expressions, worked by hand, under both instruction sets.
#include "kernels/bias_attention.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>

#include "kernels/bias_attention_arrays.h"
#include "kernels/vector_code.h"
#include "tensor/random.h"
#include "testing/check.h"
#include "testing/device_case.h"
#include "testing/gradient_check.h"

namespace flanmoe {
namespace {

struct Case {
  std::string name;
  int64_t rows, heads, width, queries, keys;
  std::function<std::pair<int64_t, int64_t>(int64_t row, int64_t query)> run;
  bool has_bias = true;
};

at::Tensor runs_of(const Case& one) {
  at::Tensor runs = at::empty({one.rows, one.queries, 2}, at::kLong);
  for (int64_t b = 0; b < one.rows; ++b) {
    for (int64_t i = 0; i < one.queries; ++i) {
      const auto [begin, end] = one.run(b, i);
      runs[b][i][0] = begin;
      runs[b][i][1] = end;
    }
  }
  return runs;
}

std::vector<Case> cases() {
  const auto all = [](int64_t keys) {
    return [keys](int64_t, int64_t) { return std::pair<int64_t, int64_t>(0, keys); };
  };
  const auto causal = [](int64_t, int64_t i) { return std::pair<int64_t, int64_t>(0, i + 1); };
  // Three examples of 5, 9 and the rest, then padding.
  const auto packed = [](int64_t row, int64_t i) -> std::pair<int64_t, int64_t> {
    if (i < 5) return {0, 5};
    if (i < 14) return {5, 14};
    return i < 30 - row ? std::pair<int64_t, int64_t>{14, 30 - row} : std::pair<int64_t, int64_t>{0, 0};
  };
  const auto prefix = [](int64_t, int64_t i) { return std::pair<int64_t, int64_t>(0, std::max<int64_t>(17, i + 1)); };
  const auto padded = [](int64_t row, int64_t) { return std::pair<int64_t, int64_t>(0, 7 + 9 * row); };
  return {{"one number", 1, 1, 1, 1, 1, all(1)},       {"all see all", 2, 3, 16, 33, 33, all(33)},
          {"cross", 2, 2, 16, 7, 41, all(41), false},  {"causal", 2, 2, 8, 40, 40, causal},
          {"causal, long", 1, 1, 5, 203, 203, causal}, {"packed", 3, 2, 64, 32, 32, packed},
          {"prefix", 2, 1, 24, 50, 50, prefix},        {"padded", 4, 2, 16, 34, 34, padded},
          {"wide", 1, 2, 40, 90, 18, all(18)},         {"many keys", 1, 1, 17, 19, 2500, all(2500)},
          {"no keys", 2, 2, 16, 6, 0, all(0), false}};
}

struct Inputs {
  at::Tensor q, k, v, bias;
};

Inputs inputs_of(const Case& one) {
  const int64_t width = one.heads * one.width;
  return {random_normal({one.rows, one.queries, width}, 0.7, 1), random_normal({one.rows, one.keys, width}, 0.7, 2),
          random_normal({one.rows, one.keys, width}, 1.0, 3),
          one.has_bias ? random_normal({one.heads, one.queries + one.keys - 1}, 1.0, 4) : at::Tensor()};
}

template <class Op>
TensorFunction attending(Op* op, const Case& one, const at::Tensor& runs, double dropout_rate) {
  return [=](const std::vector<at::Tensor>& t) {
    const AttentionPairs pairs{runs.to(t[0].device()), one.has_bias ? t[3] : at::Tensor()};
    return op(t[0], t[1], t[2], one.heads, pairs, dropout_rate, 11);
  };
}

std::vector<at::Tensor> list_of(const Inputs& inputs) {
  std::vector<at::Tensor> list = {inputs.q, inputs.k, inputs.v};
  if (inputs.bias.defined()) list.push_back(inputs.bias);
  return list;
}

// Scores (0.5, 1.5) with the bias (1, -1) by distance 0 and 1: (1.5, 0.5), so that p = (e, 1) / (e + 1).
TEST(BiasAttention, WorkedByHand) {
  const at::Tensor q = at::ones({1, 1, 1}), k = at::tensor({0.5F, 1.5F}).view({1, 2, 1}),
                   v = at::tensor({10.0F, 20.0F}).view({1, 2, 1});
  const at::Tensor runs = at::tensor(std::vector<int64_t>{0, 2}, at::kLong).view({1, 1, 2});
  const AttentionPairs pairs{runs, at::tensor({1.0F, -1.0F}).view({1, 2})};
  const double e = std::exp(1.0);
  for (auto* op : {&bias_attention, &bias_attention_reference}) {
    EXPECT_NEAR(op(q, k, v, 1, pairs, 0.0, 0).item<double>(), (10.0 * e + 20.0) / (e + 1.0), 1e-5);
  }
}

class BiasAttentionOn : public OnDevices {};
INSTANTIATE_TEST_SUITE_P(, BiasAttentionOn, ::testing::ValuesIn(device_cases()), name_of_case);

TEST_P(BiasAttentionOn, EqualsTheReferenceInValueAndGradient) {
  for (const Case& one : cases()) {
    for (const double rate : {0.0, 0.3}) {
      const at::Tensor runs = runs_of(one);
      std::vector<at::Tensor> inputs, mine;
      for (const at::Tensor& x : list_of(inputs_of(one))) {
        inputs.push_back(x.to(GetParam().dtype));
        mine.push_back(GetParam().put(inputs.back()));
      }
      const std::string name = fmt::format("{}, dropout {}", one.name, rate);
      const TensorFunction op = attending(&bias_attention, one, runs, rate),
                           oracle = attending(&bias_attention_reference, one, runs, rate);
      expect_close(op(mine), oracle(inputs), 2.0, name);
      const auto gradients = gradients_of(op, mine), expected = gradients_of(oracle, inputs);
      for (size_t i = 0; i < inputs.size(); ++i)
        expect_close(gradients[i], expected[i], 8.0, fmt::format("{}, input {}", name, i));
    }
  }
}

TEST(BiasAttention, TheReferencesGradientEqualsCentralDifferences) {
  const Case one{"", 2, 2, 3, 4, 4, [](int64_t, int64_t i) { return std::pair<int64_t, int64_t>(i / 2, i + 1); }};
  const auto function = attending(&bias_attention_reference, one, runs_of(one), 0.0);
  EXPECT_LT(largest_gradient_error(function, list_of(inputs_of(one))), 1e-6);
}

// A row alone, in a batch, and its examples in rows of their own: the same bits.
TEST(BiasAttention, NeighboursAndPlaceDoNotChangeABit) {
  const Case one = cases()[5];
  const Inputs inputs = inputs_of(one);
  const at::Tensor runs = runs_of(one);
  const at::AutoGradMode no_gradients(false);
  const at::Tensor whole = bias_attention(inputs.q, inputs.k, inputs.v, one.heads, {runs, inputs.bias});
  const auto row_of = [](const at::Tensor& x) { return x.narrow(0, 1, 1); };
  EXPECT_TRUE(at::equal(row_of(whole), bias_attention(row_of(inputs.q), row_of(inputs.k), row_of(inputs.v), one.heads,
                                                      {row_of(runs), inputs.bias})));
  const auto second = [&](const at::Tensor& x) { return row_of(x).narrow(1, 5, 9); };
  const at::Tensor bias = inputs.bias.narrow(1, one.queries - 9, 17);
  EXPECT_TRUE(at::equal(second(whole), bias_attention(second(inputs.q), second(inputs.k), second(inputs.v), one.heads,
                                                      {second(runs) - 5, bias})));
}

kernels::AttentionArrays arrays_of(const Case& one, const Inputs& inputs, const at::Tensor& runs,
                                   const at::Tensor& softmax) {
  return {one.rows,
          one.heads,
          one.queries,
          one.keys,
          one.width,
          inputs.q.const_data_ptr<float>(),
          inputs.k.const_data_ptr<float>(),
          inputs.v.const_data_ptr<float>(),
          runs.const_data_ptr<int64_t>(),
          inputs.bias.defined() ? inputs.bias.const_data_ptr<float>() : nullptr,
          nullptr,
          softmax.mutable_data_ptr<float>()};
}

// Output and gradients by one instruction set's loops.
std::vector<at::Tensor> by(const kernels::AttentionLoops& loops, const Case& one, const at::Tensor& out_gradient) {
  const Inputs inputs = inputs_of(one);
  const at::Tensor runs = runs_of(one), softmax = at::empty({one.rows, one.heads, one.queries, 2});
  const kernels::AttentionArrays arrays = arrays_of(one, inputs, runs, softmax);
  std::vector<float> scratch(static_cast<size_t>(loops.scratch_numbers(one.keys, one.width)));
  std::vector<at::Tensor> results;
  for (const at::Tensor& x : {inputs.q, inputs.q, inputs.k, inputs.v}) results.push_back(at::zeros_like(x));
  results.push_back(inputs.bias.defined() ? at::zeros_like(inputs.bias) : at::zeros({0}));
  const auto numbers = [&](size_t i) { return results[i].mutable_data_ptr<float>(); };
  loops.forward(arrays, 0, one.rows * one.heads, scratch.data(), numbers(0));
  loops.backward(arrays, 0, one.heads, scratch.data(),
                 {out_gradient.const_data_ptr<float>(), numbers(1), numbers(2), numbers(3),
                  inputs.bias.defined() ? numbers(4) : nullptr});
  return results;
}

TEST(BiasAttention, TheInstructionSetDoesNotChangeABit) {
  if (!has_avx512()) GTEST_SKIP() << "this processor has no AVX-512";
  for (const Case& one : cases()) {
    const at::Tensor gradient = random_normal({one.rows, one.queries, one.heads * one.width}, 1.0, 5);
    const auto eights = by(kernels::kAttentionByAvx2, one, gradient),
               sixteens = by(kernels::kAttentionByAvx512, one, gradient);
    for (size_t i = 0; i < eights.size(); ++i)
      EXPECT_TRUE(at::equal(eights[i], sixteens[i])) << one.name << ", result " << i;
  }
}

void expect_refused(const std::function<void()>& work, const std::string& reason) {
  const std::string message = message_of<c10::Error>(work);
  EXPECT_NE(message.find(reason), std::string::npos) << message;
}

TEST(BiasAttention, ArgumentsThatDoNotFitAreRefused) {
  const at::Tensor q = at::zeros({1, 2, 4}), k = at::zeros({1, 3, 4});
  const at::Tensor runs = at::zeros({1, 2, 2}, at::kLong);
  expect_refused([&] { bias_attention(q, k, k, 3, {runs, {}}); }, "of 3 heads expected");
  expect_refused([&] { bias_attention(q, k, k, 2, {runs.narrow(1, 0, 1), {}}); }, "runs [B, Lq, 2] int64 expected");
  expect_refused([&] { bias_attention(q, k, k, 2, {runs, at::zeros({2, 5})}); }, "bias [H, Lq + Lk - 1] expected");
  expect_refused([&] { bias_attention(q, k, k, 2, {runs + 4, {}}); }, "a run from 4 to 4 of 3 keys");
}

}  // namespace
}  // namespace flanmoe
