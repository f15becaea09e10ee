// Factors of a product laid out as its tiles read them (kernels/matrix_tile.h).
#pragma once

#include <cstdint>

#include "kernels/sixteen.h"

namespace flanmoe {
namespace {

// One factor as tiles read it: at depth k, `width` numbers side by side from data + k * step on; the next tile's begin
// `panel` numbers further on.
struct Factor {
  const float* data;
  int64_t step, panel;
};
// As it lies: the depth down the rows of a matrix whose rows lie `stride` apart.
inline Factor down_rows(const float* data, int64_t stride, int width) { return {data, stride, width}; }

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
