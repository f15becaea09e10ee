// Sixteen float32 side by side, by AVX-512 or by AVX2, whichever the source that includes this is compiled for. The
// operations, sums among them, take the same order in both, so that a loop gives the same bits in both.
#pragma once

#include <immintrin.h>

#include <cstdint>

#include "kernels/row_loops.h"

namespace flanmoe {
// Unnamed, so that every source keeps its own copy (kernels/row_loops.h says why).
namespace {

struct Sixteen {
#ifdef __AVX512F__
  __m512 all;
#else
  __m256 lower, upper;
#endif
};

// The first few of sixteen places; others are read as zeros and not written.
struct Places {
#ifdef __AVX512F__
  __mmask16 mask;
#else
  __m256i lower, upper;
#endif
};

}  // namespace
}  // namespace flanmoe

#ifdef __AVX512F__
#include "kernels/sixteen_avx512.h"
#else
#include "kernels/sixteen_avx2.h"
#endif

namespace flanmoe {
namespace {

inline float sum_of(Sixteen x) { return sum_of(_mm256_add_ps(lower_half(x), upper_half(x))); }
inline float largest_of(Sixteen x) {
  const __m256 eight = _mm256_max_ps(lower_half(x), upper_half(x));
  const __m128 four = _mm_max_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  const __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)));
}

// e^x for x <= 0, within 2 units in the last place; below -87 the smallest normal number or so. With x = n log 2 + r,
// |r| <= log 2 / 2: the minimax polynomial of degree 6 for e^r, times 2^n.
inline Sixteen exponential(Sixteen x) {
  x = larger(x, repeat(-87.0f));
  const Sixteen n = rounded(x * repeat(1.44269504088896341f));
  Sixteen r = multiply_add(n, repeat(-0.693359375f), x);
  r = multiply_add(n, repeat(2.12194440e-4f), r);
  Sixteen p = repeat(1.9875691500e-4f);
  p = multiply_add(p, r, repeat(1.3981999507e-3f));
  p = multiply_add(p, r, repeat(8.3334519073e-3f));
  p = multiply_add(p, r, repeat(4.1665795894e-2f));
  p = multiply_add(p, r, repeat(1.6666665459e-1f));
  p = multiply_add(p, r, repeat(5.0000001201e-1f));
  return scaled_by_power(multiply_add(p, r * r, r) + repeat(1.0f), n);
}

// body(i, places of sixteen that are meant) for i = begin, begin + 16, ... below end; `places` is a Places in the last
// step alone.
struct AllPlaces {};
inline Sixteen load(const float* from, AllPlaces) { return load(from); }
inline void store(float* to, Sixteen x, AllPlaces) { store(to, x); }
inline Sixteen at_places(Sixteen x, AllPlaces, float) { return x; }
template <class Body>
inline void each_sixteen(int64_t begin, int64_t end, Body body) {
  int64_t i = begin;
  for (; i + 16 <= end; i += 16) body(i, AllPlaces{});
  if (i < end) body(i, first_places(end - i));
}

}  // namespace
}  // namespace flanmoe
