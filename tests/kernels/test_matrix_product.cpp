// Products by tiles: every number is one chain of fused multiply-adds, under both instruction sets.
#include "kernels/matrix_product.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "kernels/matrix_of.h"
#include "kernels/vector_code.h"
#include "tensor/random.h"

namespace flanmoe {
namespace {

using kernels::MatrixView, kernels::matrix_of, kernels::matrix_product, kernels::transpose_of;

struct Case {
  int64_t rows, columns, depth;
};

// One number, less than a tile, whole tiles of both instruction sets, a number beyond, several blocks each way.
const std::vector<Case>& cases() {
  static const std::vector<Case> all = {{1, 1, 1},    {3, 5, 7},    {6, 16, 8},   {14, 32, 9},    {15, 33, 257},
                                        {170, 17, 3}, {2, 1030, 5}, {13, 31, 40}, {339, 49, 513}, {28, 64, 256}};
  return all;
}

// The chain, number by number; the sum so far is in c.
at::Tensor chains(const at::Tensor& a, const at::Tensor& b, const at::Tensor& c) {
  at::Tensor result = c.clone();
  const auto x = a.accessor<float, 2>(), y = b.accessor<float, 2>();
  auto sums = result.accessor<float, 2>();
  for (int64_t i = 0; i < a.size(0); ++i) {
    for (int64_t j = 0; j < b.size(1); ++j) {
      for (int64_t k = 0; k < a.size(1); ++k) sums[i][j] = std::fma(x[i][k], y[k][j], sums[i][j]);
    }
  }
  return result;
}

TEST(MatrixProduct, IsOneChainForEachNumber) {
  for (const Case& one : cases()) {
    const at::Tensor a = random_normal({one.rows, one.depth}, 1.0, 1),
                     b = random_normal({one.depth, one.columns}, 1.0, 2),
                     before = random_normal({one.rows, one.columns}, 1.0, 3);
    const at::Tensor a_turned = a.t().contiguous(), b_turned = b.t().contiguous();
    for (const bool add : {false, true}) {
      const at::Tensor expected = chains(a, b, add ? before : at::zeros_like(before));
      for (const MatrixView& x : {matrix_of(a), transpose_of(a_turned)}) {
        for (const MatrixView& y : {matrix_of(b), transpose_of(b_turned)}) {
          const at::Tensor c = before.clone();
          matrix_product(one.rows, one.columns, one.depth, x, y, c.mutable_data_ptr<float>(), one.columns, add);
          EXPECT_TRUE(at::equal(c, expected))
              << one.rows << " " << one.columns << " " << one.depth << " " << add << x.transposed << y.transposed;
        }
      }
    }
  }
}

TEST(MatrixProduct, WritesItsPartOfALargerMatrix) {
  const at::Tensor a = random_normal({5, 4}, 1.0, 1), b = random_normal({4, 7}, 1.0, 2), c = at::full({5, 10}, 8.0F);
  matrix_product(5, 7, 4, matrix_of(a), matrix_of(b), c.mutable_data_ptr<float>() + 2, 10);
  EXPECT_TRUE(at::equal(c.narrow(1, 2, 7), chains(a, b, at::zeros({5, 7}))));
  EXPECT_TRUE(c.narrow(1, 0, 2).eq(8.0F).all().item<bool>() && c.select(1, 9).eq(8.0F).all().item<bool>());
}

TEST(MatrixProduct, WithoutDepthIsZero) {
  const at::Tensor nothing = at::empty({3, 0}), c = at::full({3, 2}, 8.0F);
  matrix_product(3, 2, 0, matrix_of(nothing), transpose_of(nothing), c.mutable_data_ptr<float>(), 2, /*add=*/true);
  EXPECT_TRUE(c.eq(8.0F).all().item<bool>());
  matrix_product(3, 2, 0, matrix_of(nothing), transpose_of(nothing), c.mutable_data_ptr<float>(), 2);
  EXPECT_TRUE(c.eq(0.0F).all().item<bool>());
}

at::Tensor by(const kernels::ProductLoops& loops, const at::Tensor& a, const at::Tensor& b) {
  const int64_t rows = a.size(0), depth = a.size(1), columns = b.size(1);
  std::vector<float> packed_a(static_cast<size_t>(loops.a_numbers(rows, depth))),
      packed_b(static_cast<size_t>(loops.b_numbers(columns, depth)));
  const at::Tensor c = at::empty({rows, columns});
  loops.pack_a(matrix_of(a), rows, depth, packed_a.data());
  loops.pack_b(matrix_of(b), columns, depth, packed_b.data());
  loops.multiply(packed_a.data(), packed_b.data(), rows, columns, depth, c.mutable_data_ptr<float>(), columns, false);
  return c;
}

TEST(MatrixProduct, TheInstructionSetDoesNotChangeABit) {
  if (!has_avx512()) GTEST_SKIP() << "this processor has no AVX-512";
  for (const Case& one : cases()) {
    const at::Tensor a = random_normal({one.rows, one.depth}, 1.0, 1),
                     b = random_normal({one.depth, one.columns}, 1.0, 2);
    EXPECT_TRUE(at::equal(by(kernels::kProductByAvx2, a, b), by(kernels::kProductByAvx512, a, b))) << one.rows;
  }
}

}  // namespace
}  // namespace flanmoe
