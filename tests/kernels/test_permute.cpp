// Dispatch and combine: the fast forms against index_select and index_add, and against central differences.
#include "kernels/permute.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "tensor/random.h"
#include "testing/gradient_check.h"

namespace flanmoe {
namespace {

struct Case {
  std::vector<int64_t> positions;
  int64_t num_positions, width;
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {{0}, 1, 1},
      {{}, 3, 5},                            // nothing routed
      {{2, 2, 2, 2}, 4, 7},                  // one position takes all
      {{4, 0, 3, 1, 2}, 5, 17},              // a permutation
      {{0, 0, 6, 3, 6, 1}, 9, 33},           // repeats and holes
      {{5, 5, 4, 4, 3, 3, 2, 2}, 6, 130},    // k = 2
      {{7, 1, 0, 7, 2, 7, 1, 0, 5}, 8, 64},  // unsorted repeats, a round width
  };
  return all;
}

at::Tensor index(const Case& c) { return at::tensor(c.positions, at::kLong); }
int64_t num_rows(const Case& c) { return static_cast<int64_t>(c.positions.size()); }

template <class Op>
TensorFunction dispatching(Op* op, const Case& c) {
  return [=](const std::vector<at::Tensor>& t) { return op(t[0], index(c)); };
}

template <class Op>
TensorFunction combining(Op* op, const Case& c) {
  return [=](const std::vector<at::Tensor>& t) { return op(t[0], t[1], index(c), c.num_positions); };
}

TEST(DispatchRows, CopiesTheRowsAsked) {
  for (const Case& c : cases()) {
    const at::Tensor x = random_normal({c.num_positions, c.width}, 1.0, 1);
    const at::Tensor out = dispatch_rows(x, index(c));
    ASSERT_EQ(out.sizes(), at::IntArrayRef({num_rows(c), c.width}));
    for (int64_t r = 0; r < num_rows(c); ++r) EXPECT_TRUE(out[r].equal(x[c.positions[static_cast<size_t>(r)]]));
    EXPECT_TRUE(dispatch_rows_reference(x, index(c)).equal(out));
  }
}

TEST(DispatchRows, GradientEqualsTheReference) {
  for (const at::ScalarType dtype : {at::kFloat, at::kDouble}) {
    for (const Case& c : cases()) {
      const at::Tensor x = random_normal({c.num_positions, c.width}, 1.0, 1).to(dtype);
      const auto mine = gradients_of(dispatching(&dispatch_rows, c), {x});
      const auto oracle = gradients_of(dispatching(&dispatch_rows_reference, c), {x});
      EXPECT_EQ(mine[0].scalar_type(), dtype);
      EXPECT_LT(largest_gap(mine[0], oracle[0]), dtype == at::kFloat ? 1e-5 : 1e-13);
    }
  }
}

TEST(CombineRows, AddsWeightedRowsToTheirPositions) {
  for (const Case& c : cases()) {
    const at::Tensor rows = random_normal({num_rows(c), c.width}, 1.0, 2).to(at::kDouble);
    const at::Tensor weights = random_uniform({num_rows(c)}, -1.0, 1.0, 3).to(at::kDouble);
    at::Tensor expected = at::zeros({c.num_positions, c.width}, at::kDouble);
    for (int64_t r = 0; r < num_rows(c); ++r) expected[c.positions[static_cast<size_t>(r)]] += weights[r] * rows[r];
    const at::Tensor out = combine_rows(rows, weights, index(c), c.num_positions);
    EXPECT_LT(largest_gap(out, expected), 1e-14);
    EXPECT_LT(largest_gap(combine_rows_reference(rows, weights, index(c), c.num_positions), expected), 1e-14);
    for (int64_t n = 0; n < c.num_positions; ++n) {
      if (std::count(c.positions.begin(), c.positions.end(), n) == 0) {
        EXPECT_EQ(out[n].abs().sum().item<double>(), 0.0) << "position " << n << " got no row";
      }
    }
  }
}

TEST(CombineRows, ValueAndGradientEqualTheReference) {
  for (const at::ScalarType dtype : {at::kFloat, at::kDouble}) {
    const double allowed = dtype == at::kFloat ? 2e-5 : 1e-12;
    for (const Case& c : cases()) {
      const at::Tensor rows = random_normal({num_rows(c), c.width}, 1.0, 2).to(dtype);
      const at::Tensor weights = random_uniform({num_rows(c)}, 0.0, 1.0, 3).to(dtype);
      const at::Tensor out = combine_rows(rows, weights, index(c), c.num_positions);
      EXPECT_EQ(out.scalar_type(), dtype);
      EXPECT_LT(largest_gap(out, combine_rows_reference(rows, weights, index(c), c.num_positions)), allowed);
      const auto mine = gradients_of(combining(&combine_rows, c), {rows, weights});
      const auto oracle = gradients_of(combining(&combine_rows_reference, c), {rows, weights});
      for (size_t i = 0; i < 2; ++i) EXPECT_LT(largest_gap(mine[i], oracle[i]), allowed);
    }
  }
}

TEST(PermuteGradients, EqualCentralDifferences) {
  for (const Case& c : {Case{{0, 0, 4, 2, 4}, 6, 3}, Case{{1}, 2, 4}, Case{{2, 1, 0}, 3, 5}}) {
    const at::Tensor x = random_normal({c.num_positions, c.width}, 1.0, 1);
    const at::Tensor rows = random_normal({num_rows(c), c.width}, 1.0, 2),
                     weights = random_uniform({num_rows(c)}, 0.1, 1.0, 3);
    EXPECT_LT(largest_gradient_error(dispatching(&dispatch_rows, c), {x}), 1e-8);
    EXPECT_LT(largest_gradient_error(combining(&combine_rows, c), {rows, weights}), 1e-8);
    EXPECT_LT(largest_gradient_error(dispatching(&dispatch_rows_reference, c), {x}), 1e-8);
    EXPECT_LT(largest_gradient_error(combining(&combine_rows_reference, c), {rows, weights}), 1e-8);
  }
}

// combine with weights that sum to one after dispatch gives x back; so does their gradient: the two are adjoint.
TEST(Permute, CombineUndoesDispatch) {
  const Case c{{3, 0, 3, 1, 2, 0}, 4, 9};
  const at::Tensor weights = at::tensor(std::vector<double>{0.25, 0.6, 0.75, 1.0, 1.0, 0.4}, at::kDouble);
  const at::Tensor x = random_normal({c.num_positions, c.width}, 1.0, 1).to(at::kDouble);
  EXPECT_LT(largest_gap(combine_rows(dispatch_rows(x, index(c)), weights, index(c), c.num_positions), x), 1e-14);
  const at::Tensor y = random_normal({num_rows(c), c.width}, 1.0, 2).to(at::kDouble);
  const at::Tensor ones = at::ones({num_rows(c)}, at::kDouble);
  const double one_way = (dispatch_rows(x, index(c)) * y).sum().item<double>();
  const double other_way = (x * combine_rows(y, ones, index(c), c.num_positions)).sum().item<double>();
  EXPECT_NEAR(one_way, other_way, 1e-11);
}

TEST(Permute, TakesViewsAndGradientsThatAreNotContiguous) {
  const Case c{{0, 0, 4, 2, 4}, 6, 3};
  const at::Tensor x = random_normal({3, 6}, 1.0, 1), rows = random_normal({3, 5}, 1.0, 2);
  EXPECT_TRUE(dispatch_rows(x.t(), index(c)).equal(dispatch_rows_reference(x.t(), index(c))));
  std::vector<at::Tensor> gradients;
  for (const bool fast : {true, false}) {
    const at::Tensor leaf = x.clone().requires_grad_(true), source = rows.clone().requires_grad_(true);
    const at::Tensor weights = random_uniform({10}, 0.0, 1.0, 3).requires_grad_(true);
    const at::Tensor every_other = weights.slice(0, 0, 10, 2);
    const at::Tensor out = fast ? combine_rows(source.t(), every_other, index(c), c.num_positions)
                                : combine_rows_reference(source.t(), every_other, index(c), c.num_positions);
    (out.sum() + (fast ? dispatch_rows(leaf.t(), index(c)) : dispatch_rows_reference(leaf.t(), index(c))).sum())
        .backward();
    gradients.insert(gradients.end(), {leaf.grad(), source.grad(), weights.grad()});
  }
  for (size_t i = 0; i < 3; ++i) EXPECT_LT(largest_gap(gradients[i], gradients[i + 3]), 1e-6) << i;
}

TEST(Permute, TheLoopsOfTheCpu) {
  for (const Case& c : cases()) {
    const at::Tensor x = random_normal({c.num_positions, c.width}, 1.0, 1),
                     rows = random_normal({num_rows(c), c.width}, 1.0, 2);
    EXPECT_TRUE(kernels::gather_rows_cpu(x, index(c)).equal(dispatch_rows_reference(x, index(c))));
    const at::Tensor ones = at::ones({num_rows(c)});
    const at::Tensor unscaled = kernels::scatter_rows_cpu(rows, {}, index(c), c.num_positions);
    EXPECT_LT(largest_gap(unscaled, combine_rows_reference(rows, ones, index(c), c.num_positions)), 1e-5);
    const at::Tensor dots = kernels::dot_rows_cpu(x, rows, index(c));
    EXPECT_LT(largest_gap(dots, (x.index_select(0, index(c)) * rows).sum(1)), 1e-4);
  }
}

TEST(Permute, SameBitsEveryTime) {
  const Case& c = cases().back();
  const at::Tensor rows = random_normal({num_rows(c), c.width}, 1.0, 2),
                   weights = random_uniform({num_rows(c)}, 0.0, 1.0, 3);
  EXPECT_TRUE(combine_rows(rows, weights, index(c), c.num_positions)
                  .equal(combine_rows(rows, weights, index(c), c.num_positions)));
}

}  // namespace
}  // namespace flanmoe
