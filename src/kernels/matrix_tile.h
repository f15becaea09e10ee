// Products of small matrices that lie in the processor's cache. Every number of a product is one chain of fused
// multiply-adds over the depth in rising order, whatever its neighbours, the sizes and the instruction set.
#pragma once

#include <cstdint>

#include "kernels/pack_panels.h"
#include "kernels/sixteen.h"

namespace flanmoe {
namespace {

// A tile is kTileRows x kTileColumns numbers of a product, which the registers hold.
#ifdef __AVX512F__
constexpr int kTileRows = 14, kTileVectors = 2;
#else
constexpr int kTileRows = 6, kTileVectors = 1;
#endif
constexpr int kTileColumns = 16 * kTileVectors;

template <int kRows, int kVectors, bool kWhole>
inline void one_tile(const float* a, int64_t a_step, const float* b, int64_t b_step, int64_t depth, float* c,
                     int64_t c_stride, const Places* places, bool add) {
  Sixteen sums[kRows][kVectors];
#pragma GCC unroll 16
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) {
      const float* from = c + r * c_stride + v * 16;
      if (!add) {
        sums[r][v] = repeat(0.0f);
      } else {
        sums[r][v] = kWhole ? load(from) : load(from, places[v]);
      }
    }
  }
  for (int64_t k = 0; k < depth; ++k, a += a_step, b += b_step) {
    Sixteen row[kVectors];
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) row[v] = kWhole ? load(b + v * 16) : load(b + v * 16, places[v]);
#pragma GCC unroll 16
    for (int r = 0; r < kRows; ++r) {
      const Sixteen factor = repeat(a[r]);
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) sums[r][v] = multiply_add(factor, row[v], sums[r][v]);
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) {
      float* to = c + r * c_stride + v * 16;
      if (kWhole) {
        store(to, sums[r][v]);
      } else {
        store(to, sums[r][v], places[v]);
      }
    }
  }
}

template <int kRows>
void tile_of_rows(int64_t rows, const float* a, int64_t a_step, const float* b, int64_t b_step, int64_t depth,
                  int64_t columns, float* c, int64_t c_stride, bool add) {
  if constexpr (kRows > 1) {
    if (rows < kRows) return tile_of_rows<kRows - 1>(rows, a, a_step, b, b_step, depth, columns, c, c_stride, add);
  }
  if (columns >= kTileColumns)
    return one_tile<kRows, kTileVectors, true>(a, a_step, b, b_step, depth, c, c_stride, nullptr, add);
  Places places[kTileVectors];
  places[0] = first_places(columns);
  if constexpr (kTileVectors == 2) places[1] = first_places(columns > 16 ? columns - 16 : 0);
  if constexpr (kTileVectors == 2) {
    if (columns == 16) return one_tile<kRows, 1, true>(a, a_step, b, b_step, depth, c, c_stride, nullptr, add);
    if (columns < 16) return one_tile<kRows, 1, false>(a, a_step, b, b_step, depth, c, c_stride, places, add);
  }
  one_tile<kRows, kTileVectors, false>(a, a_step, b, b_step, depth, c, c_stride, places, add);
}

// c [rows, columns] = (c +) A B: `a` gives A by columns, kTileRows numbers at a time, `b` gives B by rows, kTileColumns
// at a time.
inline void tile_product(Factor a, Factor b, int64_t rows, int64_t depth, int64_t columns, float* c, int64_t c_stride,
                         bool add) {
  const float* b_tile = b.data;
  for (int64_t j = 0; j < columns; j += kTileColumns, b_tile += b.panel) {
    const float* a_tile = a.data;
    for (int64_t i = 0; i < rows; i += kTileRows, a_tile += a.panel) {
      tile_of_rows<kTileRows>(rows - i, a_tile, a.step, b_tile, b.step, depth, columns - j, c + i * c_stride + j,
                              c_stride, add);
    }
  }
}

}  // namespace
}  // namespace flanmoe
