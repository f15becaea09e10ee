// The loops of linear_cross_entropy.h, for the instruction set that the source which includes this is compiled for.
#pragma once

#include <cfloat>
#include <cmath>
#include <cstdint>

#include "kernels/linear_cross_entropy_arrays.h"
#include "kernels/sixteen.h"

namespace flanmoe::kernels {
namespace {

float largest_logit(const float* row, int64_t count) {
  Sixteen largest = repeat(-FLT_MAX);
  each_sixteen(0, count, [&](int64_t v, auto places) {
    largest = larger(largest, at_places(load(row + v, places), places, -FLT_MAX));
  });
  return largest_of(largest);
}

// row -> exp(row - largest); returns their sum.
float to_exponentials(float* row, float largest, int64_t count) {
  Sixteen sum = repeat(0.0f);
  each_sixteen(0, count, [&](int64_t v, auto places) {
    const Sixteen power = at_places(exponential(load(row + v, places) - repeat(largest)), places, 0.0f);
    store(row + v, power, places);
    sum = sum + power;
  });
  return sum_of(sum);
}

void losses(float* logits, const int64_t* targets, int64_t rows, int64_t vocabulary, float factor, double* losses) {
  for (int64_t t = 0; t < rows; ++t) {
    float* row = logits + t * vocabulary;
    const float largest = largest_logit(row, vocabulary), of_target = row[targets[t]];
    const float sum = to_exponentials(row, largest, vocabulary);
    losses[t] = std::log(static_cast<double>(sum)) + static_cast<double>(largest) - static_cast<double>(of_target);
    const Sixteen share = repeat(factor / sum);
    each_sixteen(0, vocabulary, [&](int64_t v, auto places) { store(row + v, load(row + v, places) * share, places); });
    row[targets[t]] -= factor;
  }
}

}  // namespace
}  // namespace flanmoe::kernels
