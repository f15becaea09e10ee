// The loops of linear_cross_entropy.h of each instruction set. Nothing of libtorch or of the standard library's
// templates (kernels/bias_attention_arrays.h says why).
#pragma once

#include <cstdint>

namespace flanmoe::kernels {

struct CrossEntropyLoops {
  // Of each of `rows` rows of logits [rows, vocabulary]: losses[row] = -log softmax[target]. Logits become factor times
  // their gradient, factor (softmax - 1 at the target).
  void (*losses)(float* logits, const int64_t* targets, int64_t rows, int64_t vocabulary, float factor, double* losses);
};
extern const CrossEntropyLoops kCrossEntropyByAvx2, kCrossEntropyByAvx512;

}  // namespace flanmoe::kernels
