// What the loops of matrix_product.h work on, and those of each instruction set. Nothing of libtorch or of the standard
// library's templates (kernels/bias_attention_arrays.h says why).
#pragma once

#include <cstdint>

namespace flanmoe::kernels {

// A matrix of numbers by rows that lie `stride` apart, or the transpose of one.
struct MatrixView {
  const float* data;
  int64_t stride;
  bool transposed = false;

  // The part from `row` and `column` on.
  MatrixView from(int64_t row, int64_t column) const {
    return {data + (transposed ? column * stride + row : row * stride + column), stride, transposed};
  }
};

// One instruction set's loops. A factor is packed into panels of `tile_rows` rows (a) or `tile_columns` columns (b).
struct ProductLoops {
  int64_t tile_rows, tile_columns;
  // Numbers that `width` rows or columns of depth `depth` take, packed.
  int64_t (*a_numbers)(int64_t rows, int64_t depth);
  int64_t (*b_numbers)(int64_t columns, int64_t depth);
  void (*pack_a)(MatrixView a, int64_t rows, int64_t depth, float* to);
  void (*pack_b)(MatrixView b, int64_t columns, int64_t depth, float* to);
  // c [rows, columns] = (c +) a b, both packed.
  void (*multiply)(const float* a, const float* b, int64_t rows, int64_t columns, int64_t depth, float* c,
                   int64_t c_stride, bool add);
};
extern const ProductLoops kProductByAvx2, kProductByAvx512;

}  // namespace flanmoe::kernels
