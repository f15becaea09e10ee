// Sixteen float32 side by side, by AVX-512 or by AVX2, whichever the source that includes this is compiled for. The
// operations, sums among them, take the same order in both, so that a loop gives the same bits in both.
#pragma once

#include <immintrin.h>

#include <cstdint>

#if !defined(__AVX2__) || !defined(__FMA__)
#error "compile what includes this with AVX2 and FMA at least"
#endif

namespace flanmoe {
// Unnamed, so that every source keeps its own copy (kernels/row_loops.h says why).
namespace {

#ifdef __AVX512F__
struct Sixteen {
  __m512 all;
};
// The first few of sixteen places; others are read as zeros and not written.
struct Places {
  __mmask16 mask;
};
inline Places first_places(int64_t count) {  // of 0 to 15; more are all
  return {static_cast<__mmask16>(count < 16 ? (1U << count) - 1 : 0xffff)};
}
inline Sixteen load(const float* from) { return {_mm512_loadu_ps(from)}; }
inline Sixteen load(const float* from, Places places) { return {_mm512_maskz_loadu_ps(places.mask, from)}; }
inline void store(float* to, Sixteen x) { _mm512_storeu_ps(to, x.all); }
inline void store(float* to, Sixteen x, Places places) { _mm512_mask_storeu_ps(to, places.mask, x.all); }
inline Sixteen repeat(float x) { return {_mm512_set1_ps(x)}; }
inline Sixteen operator+(Sixteen a, Sixteen b) { return {_mm512_add_ps(a.all, b.all)}; }
inline Sixteen operator-(Sixteen a, Sixteen b) { return {_mm512_sub_ps(a.all, b.all)}; }
inline Sixteen operator*(Sixteen a, Sixteen b) { return {_mm512_mul_ps(a.all, b.all)}; }
inline Sixteen multiply_add(Sixteen a, Sixteen b, Sixteen c) { return {_mm512_fmadd_ps(a.all, b.all, c.all)}; }
inline Sixteen larger(Sixteen a, Sixteen b) { return {_mm512_max_ps(a.all, b.all)}; }
inline Sixteen rounded(Sixteen x) {
  return {_mm512_roundscale_ps(x.all, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)};
}
// x at the places, `other` elsewhere.
inline Sixteen at_places(Sixteen x, Places places, float other) {
  return {_mm512_mask_blend_ps(places.mask, _mm512_set1_ps(other), x.all)};
}
// x 2^n for whole n.
inline Sixteen scaled_by_power(Sixteen x, Sixteen n) {
  const __m512i exponents = _mm512_slli_epi32(_mm512_cvtps_epi32(n.all), 23);
  return {_mm512_castsi512_ps(_mm512_add_epi32(_mm512_castps_si512(x.all), exponents))};
}
inline __m256 lower_half(Sixteen x) { return _mm512_castps512_ps256(x.all); }
inline __m256 upper_half(Sixteen x) { return _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(x.all), 1)); }
#else
struct Sixteen {
  __m256 lower, upper;
};
// The first few of sixteen places; others are read as zeros and not written.
struct Places {
  __m256i lower, upper;
};
inline Places first_places(int64_t count) {
  const __m256i counts = _mm256_set1_epi32(static_cast<int>(count));
  return {_mm256_cmpgt_epi32(counts, _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7)),
          _mm256_cmpgt_epi32(counts, _mm256_setr_epi32(8, 9, 10, 11, 12, 13, 14, 15))};
}
inline Sixteen load(const float* from) { return {_mm256_loadu_ps(from), _mm256_loadu_ps(from + 8)}; }
inline Sixteen load(const float* from, Places places) {
  return {_mm256_maskload_ps(from, places.lower), _mm256_maskload_ps(from + 8, places.upper)};
}
inline void store(float* to, Sixteen x) {
  _mm256_storeu_ps(to, x.lower);
  _mm256_storeu_ps(to + 8, x.upper);
}
inline void store(float* to, Sixteen x, Places places) {
  _mm256_maskstore_ps(to, places.lower, x.lower);
  _mm256_maskstore_ps(to + 8, places.upper, x.upper);
}
inline Sixteen repeat(float x) { return {_mm256_set1_ps(x), _mm256_set1_ps(x)}; }
inline Sixteen operator+(Sixteen a, Sixteen b) {
  return {_mm256_add_ps(a.lower, b.lower), _mm256_add_ps(a.upper, b.upper)};
}
inline Sixteen operator-(Sixteen a, Sixteen b) {
  return {_mm256_sub_ps(a.lower, b.lower), _mm256_sub_ps(a.upper, b.upper)};
}
inline Sixteen operator*(Sixteen a, Sixteen b) {
  return {_mm256_mul_ps(a.lower, b.lower), _mm256_mul_ps(a.upper, b.upper)};
}
inline Sixteen multiply_add(Sixteen a, Sixteen b, Sixteen c) {
  return {_mm256_fmadd_ps(a.lower, b.lower, c.lower), _mm256_fmadd_ps(a.upper, b.upper, c.upper)};
}
inline Sixteen larger(Sixteen a, Sixteen b) {
  return {_mm256_max_ps(a.lower, b.lower), _mm256_max_ps(a.upper, b.upper)};
}
inline Sixteen rounded(Sixteen x) {
  constexpr int kNearest = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;
  return {_mm256_round_ps(x.lower, kNearest), _mm256_round_ps(x.upper, kNearest)};
}
// x at the places, `other` elsewhere.
inline Sixteen at_places(Sixteen x, Places places, float other) {
  const __m256 others = _mm256_set1_ps(other);
  return {_mm256_blendv_ps(others, x.lower, _mm256_castsi256_ps(places.lower)),
          _mm256_blendv_ps(others, x.upper, _mm256_castsi256_ps(places.upper))};
}
inline __m256 half_scaled_by_power(__m256 x, __m256 n) {
  const __m256i exponents = _mm256_slli_epi32(_mm256_cvtps_epi32(n), 23);
  return _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(x), exponents));
}
// x 2^n for whole n.
inline Sixteen scaled_by_power(Sixteen x, Sixteen n) {
  return {half_scaled_by_power(x.lower, n.lower), half_scaled_by_power(x.upper, n.upper)};
}
inline __m256 lower_half(Sixteen x) { return x.lower; }
inline __m256 upper_half(Sixteen x) { return x.upper; }
#endif

inline float sum_of(Sixteen x) {
  const __m256 eight = _mm256_add_ps(lower_half(x), upper_half(x));
  const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}
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
