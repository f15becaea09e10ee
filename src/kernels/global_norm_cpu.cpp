#include <ATen/ATen.h>

#include <numeric>
#include <vector>

#include "kernels/array_blocks.h"
#include "kernels/eights.h"
#include "kernels/global_norm.h"

namespace flanmoe::kernels {
namespace {

constexpr int64_t kBlock = 16384;

}  // namespace

double sum_of_squares_cpu(at::ArrayRef<at::Tensor> tensors) {
  std::vector<const float*> arrays;
  std::vector<int64_t> lengths;
  for (const at::Tensor& tensor : tensors) {
    arrays.push_back(tensor.const_data_ptr<float>());
    lengths.push_back(tensor.numel());
  }
  const std::vector<ArrayBlock> blocks = blocks_of(lengths, kBlock);
  std::vector<double> sums(blocks.size());
  each_block(blocks, [&](size_t place) {
    const auto& [array, begin, end, before] = blocks[place];
    sums[place] = sum_of_squares(arrays[array] + begin, end - begin);
  });
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}

}  // namespace flanmoe::kernels
