// What the loops of bias_attention.h work on, and the loops of each instruction set. Nothing of libtorch or of the
// standard library's templates: of a function that several sources hold, the linker takes any one, also one compiled
// for AVX-512.
#pragma once

#include <cstdint>

namespace flanmoe::kernels {

// Arguments of the loops; all arrays contiguous, in the shapes of bias_attention.h.
struct AttentionArrays {
  int64_t num_rows, num_heads, num_queries, num_keys, head_width;
  const float *q, *k, *v;
  const int64_t* runs;
  const float* bias;     // or null
  const float* dropout;  // [B, H, Lq, Lk] factors of the probabilities, or null
  float* softmax;        // [B, H, Lq, 2]: largest score and reciprocal of the sum: written forward, read backward
};
struct AttentionGradients {
  const float* out;  // of the output
  float *q, *k, *v;  // zeros at first
  float* bias;       // zeros at first; null if it has none
};

// One instruction set's loops; `scratch` holds scratch_numbers() for each thread.
struct AttentionLoops {
  int64_t (*scratch_numbers)(int64_t num_keys, int64_t head_width);
  // Pairs of row and head from `begin` to `end` of B H, the heads of a row side by side; `out` zeros at first.
  void (*forward)(const AttentionArrays& arrays, int64_t begin, int64_t end, float* scratch, float* out);
  // Heads from `begin` to `end`, of all rows.
  void (*backward)(const AttentionArrays& arrays, int64_t begin, int64_t end, float* scratch,
                   const AttentionGradients& gradients);
};
extern const AttentionLoops kAttentionByAvx2, kAttentionByAvx512;

}  // namespace flanmoe::kernels
