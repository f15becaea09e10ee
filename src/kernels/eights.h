// Loops over arrays of float32, eight numbers at a time by AVX2.
#pragma once

#include <immintrin.h>

#include <algorithm>
#include <cstdint>

#if !defined(__AVX2__) || !defined(__FMA__)
#error "compile what includes this with AVX2 and FMA"
#endif

namespace flanmoe {
// Unnamed, so that every source keeps its own copy (kernels/row_loops.h says why).
namespace {

// Which of eight places are meant: all, or the first few of them; the others are read as zeros and not written.
struct Whole {};
struct Part {
  __m256i mask;
};

inline __m256 load(const float* from, Whole) { return _mm256_loadu_ps(from); }
inline __m256 load(const float* from, Part part) { return _mm256_maskload_ps(from, part.mask); }
inline void store(float* to, __m256 eight, Whole) { _mm256_storeu_ps(to, eight); }
inline void store(float* to, __m256 eight, Part part) { _mm256_maskstore_ps(to, part.mask, eight); }

// body(i, places) for i = begin, begin + 8, ... below end.
template <class Body>
inline void each_eight(int64_t begin, int64_t end, Body body) {
  int64_t i = begin;
  for (; i + 8 <= end; i += 8) body(i, Whole{});
  if (i == end) return;
  const __m256i count = _mm256_set1_epi32(static_cast<int>(end - i));
  body(i, Part{_mm256_cmpgt_epi32(count, _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7))});
}

// The halves of eight numbers in double.
inline __m256d low_half(__m256 eight) { return _mm256_cvtps_pd(_mm256_castps256_ps128(eight)); }
inline __m256d high_half(__m256 eight) { return _mm256_cvtps_pd(_mm256_extractf128_ps(eight, 1)); }

inline __m256 add_square(__m256 eight, __m256 sum) { return _mm256_fmadd_ps(eight, eight, sum); }

inline double sum_of(__m256d four) {
  const __m128d two = _mm_add_pd(_mm256_castpd256_pd128(four), _mm256_extractf128_pd(four, 1));
  return _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two)));
}
inline double sum_of_doubles(__m256 eight) { return sum_of(_mm256_add_pd(low_half(eight), high_half(eight))); }

// The sum of the squares, in an order that depends on the count alone: in float32 over a few numbers, of these in
// double. Four stretches side by side: no addition waits for the one before, and memory answers them faster than one.
inline double sum_of_squares(const float* x, int64_t count) {
  constexpr int64_t kFew = 128;
  const int64_t length = count / 32 * 8;
  __m256d sum = _mm256_setzero_pd();
  const auto add = [&](__m256 eight) { sum = _mm256_add_pd(sum, _mm256_add_pd(low_half(eight), high_half(eight))); };
  for (int64_t begin = 0; begin < length; begin += kFew) {
    __m256 parts[4] = {};
    for (int64_t i = begin; i < std::min(begin + kFew, length); i += 8) {
#pragma GCC unroll 4
      for (int n = 0; n < 4; ++n) parts[n] = add_square(load(x + n * length + i, Whole{}), parts[n]);
    }
    add(_mm256_add_ps(_mm256_add_ps(parts[0], parts[1]), _mm256_add_ps(parts[2], parts[3])));
  }
  each_eight(4 * length, count, [&](int64_t i, auto places) {
    const __m256 eight = load(x + i, places);
    add(_mm256_mul_ps(eight, eight));
  });
  return sum_of(sum);
}

}  // namespace
}  // namespace flanmoe
