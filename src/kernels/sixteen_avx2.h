// The operations of sixteen.h by AVX2, which includes this.
#pragma once

namespace flanmoe {
namespace {

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

}  // namespace
}  // namespace flanmoe
