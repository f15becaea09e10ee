// The operations of sixteen.h by AVX-512, which includes this.
#pragma once

namespace flanmoe {
namespace {

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

}  // namespace
}  // namespace flanmoe
