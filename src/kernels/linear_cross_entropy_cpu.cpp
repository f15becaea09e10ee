#include <ATen/ATen.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "kernels/linear_cross_entropy.h"
#include "kernels/linear_cross_entropy_arrays.h"
#include "kernels/matrix_of.h"
#include "kernels/vector_code.h"
#include "tensor/threads.h"

namespace flanmoe::kernels {
namespace {

constexpr int64_t kLogitsAtOnce = 1 << 17;  // that stay in the cache,
constexpr int64_t kFewestRows = 256;        // or as many as make products worth while
constexpr int64_t kLogitsPerThread = 16384;

// Losses of some rows; their logits become their gradients, of a mean over num_rows.
void rows_losses(float* logits, int64_t rows, int64_t vocabulary, const int64_t* targets, int64_t num_rows,
                 double* losses) {
  const CrossEntropyLoops& loops = has_avx512() ? kCrossEntropyByAvx512 : kCrossEntropyByAvx2;
  const int64_t grain = std::max<int64_t>(1, kLogitsPerThread / vocabulary);
  split_work(0, rows, grain, [&](int64_t begin, int64_t end) {
    loops.losses(logits + begin * vocabulary, targets + begin, end - begin, vocabulary,
                 1.0f / static_cast<float>(num_rows), losses + begin);
  });
}

}  // namespace

LossAndGradients linear_cross_entropy_cpu(const at::Tensor& hidden, const at::Tensor& weight, const at::Tensor& targets,
                                          bool of_hidden, bool of_weight) {
  const int64_t num_rows = hidden.size(0), vocabulary = weight.size(0);
  const int64_t at_once = std::min(num_rows, std::max(kFewestRows, kLogitsAtOnce / vocabulary));
  LossAndGradients result;
  if (of_hidden) result.hidden = at::empty_like(hidden);
  if (of_weight) result.weight = num_rows > 0 ? at::empty_like(weight) : at::zeros_like(weight);
  const at::Tensor room = at::empty({at_once, vocabulary}, hidden.options());
  std::vector<double> losses(static_cast<size_t>(num_rows));
  const int64_t width = hidden.size(1);
  float* logits = room.mutable_data_ptr<float>();
  for (int64_t row = 0; row < num_rows; row += at_once) {
    const int64_t here = std::min(at_once, num_rows - row);
    const MatrixView rows = matrix_of(hidden).from(row, 0);
    matrix_product(here, vocabulary, width, rows, transpose_of(weight), logits, vocabulary);
    rows_losses(logits, here, vocabulary, targets.const_data_ptr<int64_t>() + row, num_rows, losses.data() + row);
    if (of_hidden) {
      float* gradient = result.hidden.mutable_data_ptr<float>() + row * width;
      matrix_product(here, width, vocabulary, {logits, vocabulary}, matrix_of(weight), gradient, width);
    }
    if (of_weight) {
      matrix_product(vocabulary, width, here, {logits, vocabulary, true}, rows, result.weight.mutable_data_ptr<float>(),
                     width, /*add=*/row > 0);
    }
  }
  const double sum = std::accumulate(losses.begin(), losses.end(), 0.0);
  result.loss = at::scalar_tensor(sum / static_cast<double>(num_rows), hidden.options());
  return result;
}

}  // namespace flanmoe::kernels
