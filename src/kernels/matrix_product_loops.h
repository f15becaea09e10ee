// The loops of matrix_product.h, for the instruction set that the source which includes this is compiled for.
#pragma once

#include <cstdint>

#include "kernels/matrix_product_arrays.h"
#include "kernels/matrix_tile.h"

namespace flanmoe::kernels {
namespace {

template <int kWidth>
int64_t packed_numbers(int64_t count, int64_t depth) {
  return numbers_of_panels(count, depth, kWidth);
}

void pack_a(MatrixView a, int64_t rows, int64_t depth, float* to) {
  if (a.transposed) {
    pack_columns<kTileRows>(a.data, a.stride, rows, depth, to);
  } else {
    pack_rows<kTileRows>(a.data, a.stride, rows, depth, to);
  }
}

void pack_b(MatrixView b, int64_t columns, int64_t depth, float* to) {
  if (b.transposed) {
    pack_rows<kTileColumns>(b.data, b.stride, columns, depth, to);
  } else {
    pack_columns<kTileColumns>(b.data, b.stride, columns, depth, to);
  }
}

void multiply(const float* a, const float* b, int64_t rows, int64_t columns, int64_t depth, float* c, int64_t c_stride,
              bool add) {
  tile_product({a, kTileRows, kTileRows * depth}, {b, kTileColumns, kTileColumns * depth}, rows, depth, columns, c,
               c_stride, add);
}

constexpr ProductLoops kLoops = {
    kTileRows, kTileColumns, packed_numbers<kTileRows>, packed_numbers<kTileColumns>, pack_a, pack_b, multiply};

}  // namespace
}  // namespace flanmoe::kernels
