#include "tensor/random.h"

#include <ATen/ATen.h>

#include <cmath>
#include <numbers>

#include "base/random.h"

namespace flanmoe {
namespace {

// One standard normal by Box-Muller; the second of the pair is not kept, so that draws stay one call each.
double standard_normal(RandomStream& stream) {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - stream.uniform()));
  return radius * std::cos(2.0 * std::numbers::pi * stream.uniform());
}

template <class Draw>
at::Tensor filled(at::IntArrayRef shape, Draw draw) {
  at::Tensor result = at::empty(shape, at::kFloat);
  float* values = result.mutable_data_ptr<float>();
  for (int64_t i = 0; i < result.numel(); ++i) values[i] = static_cast<float>(draw());
  return result;
}

}  // namespace

at::Tensor random_uniform(at::IntArrayRef shape, double low, double high, uint64_t key) {
  RandomStream stream(key);
  return filled(shape, [&] { return low + (high - low) * stream.uniform(); });
}

at::Tensor random_normal(at::IntArrayRef shape, double deviation, uint64_t key) {
  RandomStream stream(key);
  return filled(shape, [&] { return deviation * standard_normal(stream); });
}

at::Tensor random_truncated_normal(at::IntArrayRef shape, double deviation, uint64_t key) {
  constexpr double kCutDeviation = 0.87962566103423978;  // of a standard normal cut at +-2
  RandomStream stream(key);
  return filled(shape, [&] {
    double value = standard_normal(stream);
    while (std::abs(value) > 2.0) value = standard_normal(stream);
    return deviation / kCutDeviation * value;
  });
}

at::Tensor dropout(const at::Tensor& x, double rate, uint64_t key) {
  if (rate == 0.0) return x;
  const float scale = static_cast<float>(1.0 / (1.0 - rate));
  const auto threshold = static_cast<uint64_t>(rate * 65536.0);  // 16 random bits per element
  at::Tensor mask = at::empty(x.sizes(), at::kFloat);
  float* values = mask.mutable_data_ptr<float>();
  RandomStream stream(key);
  uint64_t bits = 0;
  for (int64_t i = 0; i < mask.numel(); ++i) {
    if (i % 4 == 0) bits = stream();
    values[i] = (bits & 0xffff) < threshold ? 0.0f : scale;
    bits >>= 16;
  }
  return x * mask.to(x.options());
}

}  // namespace flanmoe
