// Dispatch and combine: the fast forms against index_select and index_add, and against central differences.
#include "kernels/permute.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "tensor/random.h"
#include "testing/device_case.h"
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

// On the device of the first input.
template <class Op>
TensorFunction dispatching(Op* op, const Case& c) {
  return [=](const std::vector<at::Tensor>& t) { return op(t[0], index(c).to(t[0].device())); };
}

template <class Op>
TensorFunction combining(Op* op, const Case& c) {
  return [=](const std::vector<at::Tensor>& t) { return op(t[0], t[1], index(c).to(t[0].device()), c.num_positions); };
}

class PermuteOn : public OnDevices {};
INSTANTIATE_TEST_SUITE_P(, PermuteOn, ::testing::ValuesIn(device_cases()), name_of_case);

TEST(DispatchRows, CopiesTheRowsAsked) {
  for (const Case& c : cases()) {
    const at::Tensor x = random_normal({c.num_positions, c.width}, 1.0, 1);
    const at::Tensor out = dispatch_rows(x, index(c));
    ASSERT_EQ(out.sizes(), at::IntArrayRef({num_rows(c), c.width}));
    for (int64_t r = 0; r < num_rows(c); ++r) EXPECT_TRUE(out[r].equal(x[c.positions[static_cast<size_t>(r)]]));
    EXPECT_TRUE(dispatch_rows_reference(x, index(c)).equal(out));
  }
}

TEST_P(PermuteOn, DispatchEqualsTheReferenceInValueAndGradient) {
  for (const Case& c : cases()) {
    const at::Tensor x = random_normal({c.num_positions, c.width}, 1.0, 1).to(GetParam().dtype);
    const at::Tensor mine = GetParam().put(x);
    expect_close(dispatching(&dispatch_rows, c)({mine}), dispatching(&dispatch_rows_reference, c)({x}), 0.0, "value");
    expect_close(gradients_of(dispatching(&dispatch_rows, c), {mine})[0],
                 gradients_of(dispatching(&dispatch_rows_reference, c), {x})[0], 0.5, "gradient");
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

TEST_P(PermuteOn, CombineEqualsTheReferenceInValueAndGradient) {
  for (const Case& c : cases()) {
    const at::Tensor rows = random_normal({num_rows(c), c.width}, 1.0, 2).to(GetParam().dtype);
    const at::Tensor weights = random_uniform({num_rows(c)}, 0.0, 1.0, 3).to(GetParam().dtype);
    const std::vector<at::Tensor> plain = {rows, weights}, mine = {GetParam().put(rows), GetParam().put(weights)};
    expect_close(combining(&combine_rows, c)(mine), combining(&combine_rows_reference, c)(plain), 1.0, "value");
    const auto gradients = gradients_of(combining(&combine_rows, c), mine);
    const auto oracle = gradients_of(combining(&combine_rows_reference, c), plain);
    for (size_t i = 0; i < 2; ++i) expect_close(gradients[i], oracle[i], 1.0, "input " + std::to_string(i));
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
    const auto [to_rows, to_weights] = kernels::combine_rows_cpu_gradients(x, rows, 3.0 * ones, index(c));
    const at::Tensor gathered = x.index_select(0, index(c));
    EXPECT_TRUE(to_rows.equal(3.0 * gathered));
    EXPECT_LT(largest_gap(to_weights, (gathered * rows).sum(1)), 1e-4);
  }
}

TEST(Permute, RefusesWhatDoesNotFit) {
  const at::Tensor x = at::ones({4, 3}), two = at::ones({2});
  const auto positions = [](int64_t first, int64_t second) { return at::tensor(std::vector<int64_t>{first, second}); };
  const auto message = [](auto&& call) {
    try {
      call();
    } catch (const c10::Error& error) {
      return std::string(error.what_without_backtrace());
    }
    return std::string();
  };
  for (const int64_t wrong : {-1, 4}) {
    const std::string outside = ": position " + std::to_string(wrong) + " outside [0, 4)";
    EXPECT_EQ(message([&] { dispatch_rows(x, positions(0, wrong)); }), "dispatch_rows" + outside);
    EXPECT_EQ(message([&] { combine_rows(x.slice(0, 0, 2), two, positions(3, wrong), 4); }), "combine_rows" + outside);
  }
  EXPECT_NE(message([&] { dispatch_rows(x, positions(0, 1).to(at::kInt)); }), "");
  EXPECT_NE(message([&] { dispatch_rows(x[0], positions(0, 1)); }), "");
  EXPECT_NE(message([&] { combine_rows(x, two, positions(0, 1), 4); }), "");
}

// Where rows of many tokens go: `k` experts of a token (rows by rising expert, some dropped), or any rows for a token.
Case drawn(uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto below = [&](uint64_t bound) { return static_cast<int64_t>(random() % bound); };
  Case c{{}, 1 + below(seed % 8 == 0 ? 700 : 40), 1 + below(90)};
  const int64_t k = 1 + below(3), num_experts = k + below(6);
  if (seed % 2 == 0) {
    for (int64_t e = 0; e < num_experts; ++e) {
      for (int64_t t = 0; t < c.num_positions; ++t) {
        if (below(static_cast<uint64_t>(num_experts)) < k) c.positions.push_back(t);
      }
    }
  } else {
    for (int64_t r = below(static_cast<uint64_t>(k * c.num_positions)); r > 0; --r) {
      c.positions.push_back(below(static_cast<uint64_t>(c.num_positions)));
    }
  }
  return c;
}

bool same_bits(const at::Tensor& a, const at::Tensor& b) { return a.view(at::kInt).equal(b.view(at::kInt)); }

// Every sum is a chain of fused multiply-adds, in the order of the rows at a position and of the numbers in a row.
// Studies are compared to the bit with those of before: a change of this order is a change of results.
TEST(Permute, BitsAreThoseOfFusedSumsInOrder) {
  const int threads = at::get_num_threads();
  for (uint64_t seed = 0; seed < 40; ++seed) {
    const Case c = drawn(seed);
    const int64_t num_rows_here = num_rows(c), width = c.width;
    const at::Tensor rows = random_normal({num_rows_here, width}, 1.0, seed),
                     at_zero = at::zeros({c.num_positions, width});
    const at::Tensor weights = random_uniform({num_rows_here}, 0.0, 1.0, seed),
                     g = random_normal(at_zero.sizes(), 1.0, seed);
    at::Tensor combined = at_zero.clone(), added = at_zero.clone(), dots = at::zeros({num_rows_here});
    for (int64_t r = 0; r < num_rows_here; ++r) {
      const int64_t n = c.positions[static_cast<size_t>(r)];
      const float *row = rows.const_data_ptr<float>() + r * width, *back = g.const_data_ptr<float>() + n * width;
      float *sum = combined.mutable_data_ptr<float>() + n * width, *plain = added.mutable_data_ptr<float>() + n * width;
      float& dot = dots.mutable_data_ptr<float>()[r];
      for (int64_t d = 0; d < width; ++d) {
        sum[d] = std::fma(weights.const_data_ptr<float>()[r], row[d], sum[d]);
        plain[d] += row[d];
        dot = std::fma(back[d], row[d], dot);
      }
    }
    for (const int count : {1, 2, 3}) {
      at::set_num_threads(count);
      EXPECT_TRUE(same_bits(combine_rows(rows, weights, index(c), c.num_positions), combined)) << seed << " " << count;
      EXPECT_TRUE(same_bits(kernels::scatter_rows_cpu(rows, {}, index(c), c.num_positions), added)) << seed;
      const auto [to_rows, to_weights] = kernels::combine_rows_cpu_gradients(g, rows, weights, index(c));
      EXPECT_TRUE(same_bits(to_weights, dots)) << seed << " " << count;
      EXPECT_TRUE(same_bits(to_rows, g.index_select(0, index(c)) * weights.unsqueeze(1))) << seed << " " << count;
    }
  }
  at::set_num_threads(threads);
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
