#include <ATen/ATen.h>

#include <cmath>
#include <vector>

#include "kernels/adamw_step.h"
#include "kernels/array_blocks.h"
#include "kernels/eights.h"

namespace flanmoe::kernels {
namespace {

constexpr int64_t kBlock = 16384;

struct Arrays {
  float* value;
  const float* gradient;
  float *m, *v;
};

// The rule's numbers, each eight times.
struct Eights {
  explicit Eights(const AdamWRule& rule)
      : scale(eight(rule.gradient_scale)),
        rest1(eight(1.0 - rule.beta1)),
        rest2(eight(1.0 - rule.beta2)),
        correction1(eight(1.0 / (1.0 - std::pow(rule.beta1, rule.step + 1)))),
        correction2(eight(1.0 / (1.0 - std::pow(rule.beta2, rule.step + 1)))),
        epsilon(eight(rule.epsilon)),
        decay(eight(rule.weight_decay)),
        rate(eight(rule.learning_rate)) {}
  static __m256 eight(double number) { return _mm256_set1_ps(static_cast<float>(number)); }
  __m256 scale, rest1, rest2, correction1, correction2, epsilon, decay, rate;
};

void update(const Arrays& a, int64_t begin, int64_t end, const Eights& rule) {
  const Eights r = rule;
  each_eight(begin, end, [&](int64_t i, auto places) {
    const __m256 gradient = _mm256_mul_ps(load(a.gradient + i, places), r.scale);
    __m256 m = load(a.m + i, places), v = load(a.v + i, places), value = load(a.value + i, places);
    m = _mm256_fmadd_ps(r.rest1, _mm256_sub_ps(gradient, m), m);
    v = _mm256_fmadd_ps(r.rest2, _mm256_fmsub_ps(gradient, gradient, v), v);
    const __m256 root = _mm256_add_ps(_mm256_sqrt_ps(_mm256_mul_ps(v, r.correction2)), r.epsilon);
    const __m256 step = _mm256_fmadd_ps(r.decay, value, _mm256_div_ps(_mm256_mul_ps(m, r.correction1), root));
    value = _mm256_fnmadd_ps(r.rate, step, value);
    store(a.m + i, m, places);
    store(a.v + i, v, places);
    store(a.value + i, value, places);
  });
}

}  // namespace

void adamw_step_cpu(at::ArrayRef<AdamWParameter> parameters, const AdamWRule& rule) {
  std::vector<Arrays> arrays;
  std::vector<int64_t> lengths;
  for (const AdamWParameter& p : parameters) {
    arrays.push_back({p.value.mutable_data_ptr<float>(), p.gradient.const_data_ptr<float>(),
                      p.m.mutable_data_ptr<float>(), p.v.mutable_data_ptr<float>()});
    lengths.push_back(p.value.numel());
  }
  const std::vector<ArrayBlock> blocks = blocks_of(lengths, kBlock);
  const Eights numbers(rule);
  each_block(blocks, [&](size_t place) {
    const auto& [array, begin, end, before] = blocks[place];
    update(arrays[array], begin, end, numbers);
  });
}

}  // namespace flanmoe::kernels
