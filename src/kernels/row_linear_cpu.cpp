#include <ATen/ATen.h>

#include <algorithm>

#include "kernels/row_linear.h"
#include "kernels/row_loops.h"
#include "tensor/threads.h"

namespace flanmoe::kernels {
namespace {

constexpr int64_t kGrain = 32768;  // weights for which it is worth starting a thread

}  // namespace

void row_linear_cpu(std::span<const float> x, std::initializer_list<RowProduct> products) {
  int64_t num_outputs = 0;
  for (const RowProduct& product : products) num_outputs += product.weights.size(0);
  const auto width = static_cast<int64_t>(x.size());
  // Outputs of all products in one line; a thread does its part of it.
  split_work(0, num_outputs, std::max<int64_t>(1, kGrain / width), [&](int64_t begin, int64_t end) {
    int64_t first = 0;
    for (const RowProduct& product : products) {
      const int64_t size = product.weights.size(0);
      const float* weights = product.weights.const_data_ptr<float>();
      const int64_t from = std::max(begin, first) - first, to = std::min(end, first + size) - first;
      if (from < to) dot_rows(weights, from, to, x.data(), width, product.out.data());
      first += size;
    }
  });
}

}  // namespace flanmoe::kernels
