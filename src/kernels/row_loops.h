// Loops over one row of a matrix, for kernels that pick rows, by AVX2.
#pragma once

#include <immintrin.h>

#include <cstdint>

#if !defined(__AVX2__) || !defined(__FMA__)
#error "compile what includes this with AVX2 and FMA"
#endif

namespace flanmoe {
// Unnamed, so that every source keeps its own copy: of one copy for all the linker would choose the source, and take
// one compiled for AVX-512 into code that must run without. Whatever instructions a source is compiled for, this holds.
namespace {

// Eight numbers as float32.
inline __m256 load_eight(const float* from) { return _mm256_loadu_ps(from); }
inline __m256 load_eight(const int8_t* from) {
  return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(from))));
}

inline float sum_of(__m256 eight) {
  const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}

// a . b, both of `width` numbers; a in float32 or in 8 bits. Four sums, so that none waits for the one before.
template <class T>
float dot(const T* a, const float* b, int64_t width) {
  __m256 first = _mm256_setzero_ps(), second = first, third = first, fourth = first;
  int64_t d = 0;
  for (; d + 32 <= width; d += 32) {
    first = _mm256_fmadd_ps(load_eight(a + d), load_eight(b + d), first);
    second = _mm256_fmadd_ps(load_eight(a + d + 8), load_eight(b + d + 8), second);
    third = _mm256_fmadd_ps(load_eight(a + d + 16), load_eight(b + d + 16), third);
    fourth = _mm256_fmadd_ps(load_eight(a + d + 24), load_eight(b + d + 24), fourth);
  }
  float sum = sum_of(_mm256_add_ps(_mm256_add_ps(first, second), _mm256_add_ps(third, fourth)));
  for (; d < width; ++d) sum += static_cast<float>(a[d]) * b[d];
  return sum;
}

// The products of b [width] with kRows rows that lie `stride` apart, to out[n * out_stride]. Each sum has one order,
// the same for every kRows.
template <int kRows, class T>
void dot_some(const T* a, int64_t stride, const float* b, int64_t width, float* out, int64_t out_stride) {
  __m256 sums[kRows] = {};
  int64_t d = 0;
  for (; d + 8 <= width; d += 8) {
    const __m256 factor = load_eight(b + d);
    for (int n = 0; n < kRows; ++n) sums[n] = _mm256_fmadd_ps(load_eight(a + n * stride + d), factor, sums[n]);
  }
  for (int n = 0; n < kRows; ++n) {
    float sum = sum_of(sums[n]);
    for (int64_t k = d; k < width; ++k) sum += static_cast<float>(a[n * stride + k]) * b[k];
    out[n * out_stride] = sum;
  }
}

// The products of b with rows `from` to `to` of a matrix [rows, width], to out[from .. to). Eight rows far apart at a
// time: memory answers eight streams half as fast again as one.
template <class T>
void dot_rows(const T* a, int64_t from, int64_t to, const float* b, int64_t width, float* out) {
  const int64_t per_stream = (to - from) / 8;
  for (int64_t n = from; n < from + per_stream; ++n) {
    dot_some<8>(a + n * width, per_stream * width, b, width, out + n, per_stream);
  }
  for (int64_t n = from + 8 * per_stream; n < to; ++n) dot_some<1>(a + n * width, 0, b, width, out + n, 1);
}

// sum += factor * row
inline void add_scaled(float* sum, const float* row, float factor, int64_t width) {
#pragma omp simd
  for (int64_t d = 0; d < width; ++d) sum[d] += factor * row[d];
}

}  // namespace
}  // namespace flanmoe
