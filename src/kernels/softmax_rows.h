// Softmax of one row and its gradient, sixteen numbers at a time, for the loops of several kernels.
#pragma once

#include <cfloat>
#include <cstdint>

#include "kernels/sixteen.h"

namespace flanmoe {
namespace {

inline float largest_number(const float* row, int64_t count) {
  Sixteen largest = repeat(-FLT_MAX);
  each_sixteen(0, count, [&](int64_t j, auto places) {
    largest = larger(largest, at_places(load(row + j, places), places, -FLT_MAX));
  });
  return largest_of(largest);
}

// Adds a bias, if there is one; returns the largest.
inline float add_bias(float* scores, const float* bias, int64_t count) {
  Sixteen largest = repeat(-FLT_MAX);
  each_sixteen(0, count, [&](int64_t j, auto places) {
    Sixteen score = load(scores + j, places);
    if (bias != nullptr) score = score + load(bias + j, places);
    store(scores + j, score, places);
    largest = larger(largest, at_places(score, places, -FLT_MAX));
  });
  return largest_of(largest);
}

// Each number becomes exp(number - largest); returns their sum.
inline float exponentials(float* scores, float largest, int64_t count) {
  Sixteen sum = repeat(0.0f);
  each_sixteen(0, count, [&](int64_t j, auto places) {
    const Sixteen power = at_places(exponential(load(scores + j, places) - repeat(largest)), places, 0.0f);
    store(scores + j, power, places);
    sum = sum + power;
  });
  return sum_of(sum);
}

// row *= factor, and by each number's own where given.
inline void scale(float* row, float factor, const float* each, int64_t count) {
  each_sixteen(0, count, [&](int64_t j, auto places) {
    Sixteen x = load(row + j, places) * repeat(factor);
    if (each != nullptr) x = x * load(each + j, places);
    store(row + j, x, places);
  });
}

// From scores, with what the softmax of before kept (its largest score, one over its sum): the probabilities again.
inline void probabilities_again(float* scores, const float* bias, const float* softmax, int64_t count) {
  each_sixteen(0, count, [&](int64_t j, auto places) {
    Sixteen score = load(scores + j, places);
    if (bias != nullptr) score = score + load(bias + j, places);
    store(scores + j, exponential(score - repeat(softmax[0])) * repeat(softmax[1]), places);
  });
}

// With g the gradient of p: that of the scores is p (g - sum of p g). In the place of g.
inline void softmax_gradient(const float* p, float* g, int64_t count) {
  Sixteen sums = repeat(0.0f);
  each_sixteen(0, count,
               [&](int64_t j, auto places) { sums = multiply_add(load(p + j, places), load(g + j, places), sums); });
  const Sixteen sum = repeat(sum_of(sums));
  each_sixteen(0, count, [&](int64_t j, auto places) {
    store(g + j, load(p + j, places) * (load(g + j, places) - sum), places);
  });
}

inline void add_to(float* sum, const float* row, int64_t count) {
  each_sixteen(0, count,
               [&](int64_t j, auto places) { store(sum + j, load(sum + j, places) + load(row + j, places), places); });
}

}  // namespace
}  // namespace flanmoe
