#include "tensor/random.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/random.h"
#include "tensor/threads.h"

namespace flanmoe {
namespace {

constexpr int64_t kGrain = 16384;     // numbers for which it is worth starting a thread
constexpr int64_t kFieldsOfWord = 4;  // dropout spends 16 random bits on an element
constexpr int64_t kFieldRange = 65536;

// A standard normal from two numbers, by Box-Muller.
double standard_normal(uint64_t key, uint64_t index) {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - unit_interval(random_word(key, index))));
  return radius * std::cos(2.0 * std::numbers::pi * unit_interval(random_word(key, index + 1)));
}

// draw(i) for every element i.
template <class Number, class Draw>
at::Tensor filled(at::IntArrayRef shape, at::ScalarType dtype, Draw draw) {
  at::Tensor result = at::empty(shape, dtype);
  Number* values = result.mutable_data_ptr<Number>();
  split_work(0, result.numel(), kGrain, [values, draw](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) values[i] = static_cast<Number>(draw(static_cast<uint64_t>(i)));
  });
  return result;
}

// Of 65536 equally likely fields, those that drop an element.
int64_t num_dropping(double rate) { return static_cast<int64_t>(rate * kFieldRange); }
float kept_scale(double rate) { return static_cast<float>(1.0 / (1.0 - rate)); }

// x >> count without the sign.
at::Tensor shifted_right(const at::Tensor& x, int64_t count) {
  return x.bitwise_right_shift(count).bitwise_and((int64_t{1} << (64 - count)) - 1);
}

at::Tensor unit_interval_reference(const at::Tensor& words) {
  return shifted_right(words, 11).to(at::kDouble) * 0x1.0p-53;
}

}  // namespace

at::Tensor random_words_reference(int64_t count, uint64_t key, at::Device device) {
  const auto number = [](uint64_t bits) { return static_cast<int64_t>(bits); };
  at::Tensor x =
      at::arange(1, count + 1, at::TensorOptions(at::kLong).device(device)) * number(0x9e3779b97f4a7c15) + number(key);
  x = x.bitwise_xor(shifted_right(x, 30)) * number(0xbf58476d1ce4e5b9);
  x = x.bitwise_xor(shifted_right(x, 27)) * number(0x94d049bb133111eb);
  return x.bitwise_xor(shifted_right(x, 31));
}

at::Tensor dropout_mask_reference(at::IntArrayRef shape, double rate, uint64_t key, at::Device device) {
  const int64_t count = c10::multiply_integers(shape), num_words = (count + kFieldsOfWord - 1) / kFieldsOfWord;
  const at::Tensor shifts = at::arange(0, 16 * kFieldsOfWord, 16, at::TensorOptions(at::kLong).device(device));
  const at::Tensor words = random_words_reference(num_words, key, device).unsqueeze(1);
  const at::Tensor fields = words.bitwise_right_shift(shifts).bitwise_and(kFieldRange - 1).view({-1});
  return (fields.narrow(0, 0, count).ge(num_dropping(rate)).to(at::kFloat) * kept_scale(rate)).view(shape);
}

at::Tensor random_unit(int64_t count, uint64_t key, at::Device device) {
  if (!device.is_cpu()) return unit_interval_reference(random_words_reference(count, key, device));
  return filled<double>({count}, at::kDouble, [key](uint64_t i) { return unit_interval(random_word(key, i)); });
}

at::Tensor random_uniform(at::IntArrayRef shape, double low, double high, uint64_t key, at::Device device) {
  const int64_t count = c10::multiply_integers(shape);
  return (random_unit(count, key, device) * (high - low) + low).to(at::kFloat).view(shape);
}

at::Tensor random_normal(at::IntArrayRef shape, double deviation, uint64_t key) {
  return filled<float>(shape, at::kFloat, [=](uint64_t i) { return deviation * standard_normal(key, 2 * i); });
}

at::Tensor random_truncated_normal(at::IntArrayRef shape, double deviation, uint64_t key) {
  constexpr double kCutDeviation = 0.87962566103423978;  // of a standard normal cut at +-2
  return filled<float>(shape, at::kFloat, [=](uint64_t i) {
    const uint64_t tries = random_word(key, i);  // a stream of its own
    uint64_t next = 0;
    double value = standard_normal(tries, next);
    while (std::abs(value) > 2.0) value = standard_normal(tries, next += 2);
    return deviation / kCutDeviation * value;
  });
}

at::Tensor dropout_mask(at::IntArrayRef shape, double rate, uint64_t key) {
  at::Tensor mask = at::empty(shape, at::kFloat);
  float* values = mask.mutable_data_ptr<float>();
  const float scale = kept_scale(rate);
  const auto dropping = static_cast<uint64_t>(num_dropping(rate));
  const int64_t count = mask.numel(), num_words = (count + kFieldsOfWord - 1) / kFieldsOfWord;
  split_work(0, num_words, kGrain / kFieldsOfWord, [=](int64_t begin, int64_t end) {
    for (int64_t word = begin; word < end; ++word) {
      uint64_t bits = random_word(key, static_cast<uint64_t>(word));
      for (int64_t i = word * kFieldsOfWord; i < std::min(count, (word + 1) * kFieldsOfWord); ++i) {
        values[i] = (bits & (kFieldRange - 1)) < dropping ? 0.0f : scale;
        bits >>= 16;
      }
    }
  });
  return mask;
}

at::Tensor dropout(const at::Tensor& x, double rate, uint64_t key) {
  if (rate == 0.0) return x;
  const at::Tensor mask =
      x.is_cpu() ? dropout_mask(x.sizes(), rate, key) : dropout_mask_reference(x.sizes(), rate, key, x.device());
  return x * mask.to(x.options());
}

}  // namespace flanmoe
