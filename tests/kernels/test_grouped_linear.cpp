// The grouped product: the fast form against the plain one, and its gradients against central differences.
#include "kernels/grouped_linear.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "tensor/random.h"
#include "testing/device_case.h"
#include "testing/gradient_check.h"

namespace flanmoe {
namespace {

struct Case {
  std::vector<int64_t> offsets;  // E + 1
  int64_t input, output;
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {{0, 1}, 1, 1},                       // one row in all
      {{0, 0, 1, 1}, 3, 5},                 // one row, two experts without any
      {{0, 0, 0}, 4, 3},                    // no row at all
      {{0, 7}, 5, 9},                       // one expert
      {{0, 0, 17, 17, 17}, 7, 3},           // one expert takes all
      {{0, 3, 3, 8, 13}, 17, 11},           // a gap in the middle
      {{0, 33, 34, 67, 67, 130}, 65, 31},   // no multiple of any tile
      {{0, 64, 128, 192}, 32, 64},          // multiples of every tile
      {{0, 1, 2, 3, 4, 5, 6, 7}, 129, 66},  // a row each
      {{0, 0, 0, 257}, 15, 130},
  };
  return all;
}

struct Inputs {
  at::Tensor rows, weights, offsets;
};

Inputs inputs_of(const Case& shape, at::ScalarType dtype) {
  const int64_t num_experts = static_cast<int64_t>(shape.offsets.size()) - 1;
  return {random_normal({shape.offsets.back(), shape.input}, 1.0, 1).to(dtype),
          random_normal({num_experts, shape.output, shape.input}, 0.5, 2).to(dtype),
          at::tensor(shape.offsets, at::kLong)};
}

TensorFunction with_offsets(at::Tensor (*op)(const at::Tensor&, const at::Tensor&, const at::Tensor&),
                            const at::Tensor& offsets) {
  return [=](const std::vector<at::Tensor>& t) { return op(t[0], t[1], offsets); };
}

TEST(GroupedLinear, IsWhatTheDefinitionSays) {
  for (const Case& shape : cases()) {
    const Inputs in = inputs_of(shape, at::kDouble);
    const at::Tensor out = grouped_linear(in.rows, in.weights, in.offsets);
    const at::Tensor oracle = grouped_linear_reference(in.rows, in.weights, in.offsets);
    ASSERT_EQ(out.sizes(), at::IntArrayRef({shape.offsets.back(), shape.output}));
    for (size_t e = 0; e + 1 < shape.offsets.size(); ++e) {
      for (int64_t r = shape.offsets[e]; r < shape.offsets[e + 1]; ++r) {
        const at::Tensor expected = at::mv(in.weights[static_cast<int64_t>(e)], in.rows[r]);
        EXPECT_LT(largest_gap(out[r], expected), 1e-12) << "row " << r;
        EXPECT_LT(largest_gap(oracle[r], expected), 1e-12) << "row " << r;
      }
    }
  }
}

class GroupedLinearOn : public OnDevices {};
INSTANTIATE_TEST_SUITE_P(, GroupedLinearOn, ::testing::ValuesIn(device_cases()), name_of_case);

TEST_P(GroupedLinearOn, EqualsTheReferenceInValueAndGradient) {
  for (const Case& shape : cases()) {
    const Inputs in = inputs_of(shape, GetParam().dtype);
    const at::Tensor rows = GetParam().put(in.rows), weights = GetParam().put(in.weights);
    const std::string name = ::testing::PrintToString(shape.offsets);
    expect_close(grouped_linear(rows, weights, in.offsets), grouped_linear_reference(in.rows, in.weights, in.offsets),
                 5.0, name);
    const auto mine = gradients_of(with_offsets(grouped_linear, in.offsets), {rows, weights});
    const auto oracle = gradients_of(with_offsets(grouped_linear_reference, in.offsets), {in.rows, in.weights});
    expect_close(mine[0], oracle[0], 5.0, name + " rows");
    expect_close(mine[1], oracle[1], 20.0, name + " weights");
  }
}

TEST(GroupedLinear, GradientEqualsCentralDifferences) {
  for (const Case& shape : {Case{{0, 2, 2, 5}, 3, 4}, Case{{0, 1}, 2, 1}, Case{{0, 0, 6, 6}, 4, 3}}) {
    const Inputs in = inputs_of(shape, at::kDouble);
    EXPECT_LT(largest_gradient_error(with_offsets(grouped_linear, in.offsets), {in.rows, in.weights}), 1e-8);
    EXPECT_LT(largest_gradient_error(with_offsets(grouped_linear_reference, in.offsets), {in.rows, in.weights}), 1e-8);
  }
}

TEST(GroupedLinear, ExpertWithoutRowsGetsAZeroGradient) {
  const Inputs in = inputs_of({{0, 0, 5, 5, 9}, 7, 3}, at::kFloat);
  for (auto* op : {&grouped_linear, &grouped_linear_reference}) {
    const at::Tensor gradient = gradients_of(with_offsets(op, in.offsets), {in.rows, in.weights})[1];
    for (const int64_t e : {0, 2}) EXPECT_EQ(gradient[e].abs().sum().item<float>(), 0.0f) << e;
    for (const int64_t e : {1, 3}) EXPECT_GT(gradient[e].abs().sum().item<float>(), 0.0f) << e;
  }
}

TEST(GroupedLinear, TakesViewsAndGradientsThatAreNotContiguous) {
  const at::Tensor offsets = at::tensor(std::vector<int64_t>{0, 4, 4, 9}, at::kLong);
  const at::Tensor rows = random_normal({6, 9}, 1.0, 3).to(at::kDouble),
                   weights = random_normal({3, 6, 5}, 1.0, 4).to(at::kDouble);
  const auto through = [&](auto* op) {
    return [=](const std::vector<at::Tensor>& t) { return op(t[0].t(), t[1].transpose(1, 2), offsets); };
  };
  EXPECT_LT(largest_gap(through(&grouped_linear)({rows, weights}), through(&grouped_linear_reference)({rows, weights})),
            1e-12);
  const auto mine = gradients_of(through(&grouped_linear), {rows, weights});
  const auto oracle = gradients_of(through(&grouped_linear_reference), {rows, weights});
  for (size_t i = 0; i < 2; ++i) EXPECT_LT(largest_gap(mine[i], oracle[i]), 1e-12);
  // sum() hands back one number seen as a whole matrix; the transpose hands back columns.
  for (const bool transposed : {false, true}) {
    std::vector<at::Tensor> gradients;
    for (auto* op : {&grouped_linear, &grouped_linear_reference}) {
      const at::Tensor x = random_normal({9, 5}, 1.0, 5).requires_grad_(true),
                       w = random_normal({3, 4, 5}, 1.0, 6).requires_grad_(true);
      const at::Tensor out = op(x, w, offsets);
      (transposed ? (out.t() * random_normal({4, 9}, 1.0, 7)).sum() : out.sum()).backward();
      gradients.insert(gradients.end(), {x.grad(), w.grad()});
    }
    EXPECT_LT(largest_gap(gradients[0], gradients[2]), 1e-5);
    EXPECT_LT(largest_gap(gradients[1], gradients[3]), 1e-5);
  }
}

TEST(GroupedLinear, OnlyOneSideAskedForAGradient) {
  const at::Tensor offsets = at::tensor(std::vector<int64_t>{0, 2, 5}, at::kLong);
  for (const bool rows_ask : {true, false}) {
    const at::Tensor rows = random_normal({5, 3}, 1.0, 1).requires_grad_(rows_ask);
    const at::Tensor weights = random_normal({2, 4, 3}, 1.0, 2).requires_grad_(!rows_ask);
    grouped_linear(rows, weights, offsets).sum().backward();
    EXPECT_EQ(rows.grad().defined(), rows_ask);
    EXPECT_EQ(weights.grad().defined(), !rows_ask);
  }
}

TEST(GroupedLinear, TheThreeProductsOfTheCpu) {
  for (const Case& shape : cases()) {
    const Inputs in = inputs_of(shape, at::kDouble);
    const at::Tensor gradient = random_normal({shape.offsets.back(), shape.output}, 1.0, 9).to(at::kDouble);
    const at::Tensor out = kernels::grouped_linear_cpu(in.rows, in.weights, in.offsets);
    const at::Tensor to_rows = kernels::grouped_linear_cpu_input_gradient(gradient, in.weights, in.offsets);
    const at::Tensor to_weights = kernels::grouped_linear_cpu_weight_gradient(gradient, in.rows, in.offsets);
    for (size_t index = 0; index + 1 < shape.offsets.size(); ++index) {
      const int64_t e = static_cast<int64_t>(index), from = shape.offsets[index],
                    count = shape.offsets[index + 1] - from;
      const at::Tensor x = in.rows.narrow(0, from, count), g = gradient.narrow(0, from, count);
      EXPECT_LT(largest_gap(out.narrow(0, from, count), x.matmul(in.weights[e].t())), 1e-11);
      EXPECT_LT(largest_gap(to_rows.narrow(0, from, count), g.matmul(in.weights[e])), 1e-11);
      EXPECT_LT(largest_gap(to_weights[e], g.t().matmul(x)), 1e-11);
    }
  }
}

TEST(GroupedLinear, SameBitsEveryTime) {
  const Inputs in = inputs_of({{0, 33, 34, 67, 67, 130}, 65, 31}, at::kFloat);
  const auto once = gradients_of(with_offsets(grouped_linear, in.offsets), {in.rows, in.weights});
  const auto again = gradients_of(with_offsets(grouped_linear, in.offsets), {in.rows, in.weights});
  for (size_t i = 0; i < 2; ++i) EXPECT_TRUE(once[i].equal(again[i]));
  EXPECT_TRUE(grouped_linear(in.rows, in.weights, in.offsets).equal(grouped_linear(in.rows, in.weights, in.offsets)));
}

}  // namespace
}  // namespace flanmoe
