// The loops of linear_cross_entropy.h, for the instruction set that the source which includes this is compiled for.
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/linear_cross_entropy_arrays.h"
#include "kernels/softmax_rows.h"

namespace flanmoe::kernels {
namespace {

void losses(float* logits, const int64_t* targets, int64_t rows, int64_t vocabulary, float factor, double* losses) {
  for (int64_t t = 0; t < rows; ++t) {
    float* row = logits + t * vocabulary;
    const float largest = largest_number(row, vocabulary), of_target = row[targets[t]];
    const float sum = exponentials(row, largest, vocabulary);
    losses[t] = std::log(static_cast<double>(sum)) + static_cast<double>(largest) - static_cast<double>(of_target);
    scale(row, factor / sum, nullptr, vocabulary);
    row[targets[t]] -= factor;
  }
}

}  // namespace
}  // namespace flanmoe::kernels
