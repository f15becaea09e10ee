// Products of small matrices that lie in the processor's cache. Every number of a product is one chain of fused
// multiply-adds over the depth in rising order, whatever its neighbours, the sizes and the instruction set.
#pragma once

#include <cstdint>

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

// One factor as tiles read it: at depth k, `width` numbers side by side from data + k * step on; the next tile's begin
// `panel` numbers further on.
struct Factor {
  const float* data;
  int64_t step, panel;
};
// As it lies: the depth down the rows of a matrix whose rows lie `stride` apart.
inline Factor down_rows(const float* data, int64_t stride, int width) { return {data, stride, width}; }

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

inline void transpose_eight(const __m256* rows, __m256* columns) {
  __m256 pairs[8], quads[8];
#pragma GCC unroll 4
  for (int i = 0; i < 8; i += 2) {
    pairs[i] = _mm256_unpacklo_ps(rows[i], rows[i + 1]);
    pairs[i + 1] = _mm256_unpackhi_ps(rows[i], rows[i + 1]);
  }
#pragma GCC unroll 2
  for (int i = 0; i < 8; i += 4) {
    quads[i] = _mm256_shuffle_ps(pairs[i], pairs[i + 2], 0x44);
    quads[i + 1] = _mm256_shuffle_ps(pairs[i], pairs[i + 2], 0xee);
    quads[i + 2] = _mm256_shuffle_ps(pairs[i + 1], pairs[i + 3], 0x44);
    quads[i + 3] = _mm256_shuffle_ps(pairs[i + 1], pairs[i + 3], 0xee);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    columns[i] = _mm256_permute2f128_ps(quads[i], quads[i + 4], 0x20);
    columns[i + 4] = _mm256_permute2f128_ps(quads[i], quads[i + 4], 0x31);
  }
}

// Numbers that panels of `rows` rows take; a little more than they hold, for whole vectors at the end.
inline int64_t numbers_of_panels(int64_t rows, int64_t depth, int width) {
  return (rows + width - 1) / width * width * depth + 16;
}

// Eight depths of up to eight rows, to `to` by depth, kWidth apart. kAll: there are eight rows; else the others are
// zeros.
template <int kWidth, bool kAll>
inline void pack_eight(const float* from, int64_t stride, int64_t rows, float* to) {
  __m256 eight_rows[8], columns[8];
#pragma GCC unroll 8
  for (int i = 0; i < 8; ++i)
    eight_rows[i] = kAll || i < rows ? _mm256_loadu_ps(from + i * stride) : _mm256_setzero_ps();
  transpose_eight(eight_rows, columns);
#pragma GCC unroll 8
  for (int i = 0; i < 8; ++i) _mm256_storeu_ps(to + i * kWidth, columns[i]);
}

// A matrix [rows, depth], its rows `stride` apart, as panels of kWidth rows, each with the rows' numbers of one depth
// side by side; rows that are missing from the last panel are zeros. `to` holds numbers_of_panels.
template <int kWidth>
Factor pack_rows(const float* from, int64_t stride, int64_t rows, int64_t depth, float* to) {
  constexpr int kGroups = (kWidth + 7) / 8;
  for (int64_t first = 0; first < rows; first += kWidth) {
    float* panel = to + first * depth;
    const float* top = from + first * stride;
    const int64_t here = rows - first < kWidth ? rows - first : kWidth;
    int64_t k = 0;
    for (; k + 8 <= depth; k += 8) {
      // The last group first: what it writes beyond the width, the others and the next depth overwrite.
      for (int group = kGroups - 1; group >= 0; --group) {
        const float* corner = top + group * 8 * stride + k;
        float* place = panel + k * kWidth + group * 8;
        if (here >= group * 8 + 8) {
          pack_eight<kWidth, true>(corner, stride, 8, place);
        } else {
          pack_eight<kWidth, false>(corner, stride, here - group * 8, place);
        }
      }
    }
    for (; k < depth; ++k) {
      for (int64_t row = 0; row < kWidth; ++row) panel[k * kWidth + row] = row < here ? top[row * stride + k] : 0.0f;
    }
  }
  return {to, kWidth, kWidth * depth};
}

// A matrix [depth, columns], its rows `stride` apart, as panels of kWidth columns in the same way.
template <int kWidth>
Factor pack_columns(const float* from, int64_t stride, int64_t columns, int64_t depth, float* to) {
  for (int64_t first = 0; first < columns; first += kWidth) {
    float* panel = to + first * depth;
    const float* row = from + first;
    const int64_t here = columns - first < kWidth ? columns - first : kWidth;
    for (int64_t k = 0; k < depth; ++k, row += stride) {
      // What is written beyond the width, the next depth overwrites.
      for (int64_t column = 0; column < kWidth; column += 16) {
        const Sixteen numbers = column + 16 <= here ? load(row + column)
                                : column < here     ? load(row + column, first_places(here - column))
                                                    : repeat(0.0f);
        store(panel + k * kWidth + column, numbers);
      }
    }
  }
  return {to, kWidth, kWidth * depth};
}

}  // namespace
}  // namespace flanmoe
