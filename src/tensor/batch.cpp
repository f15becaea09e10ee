#include "tensor/batch.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <numeric>

namespace flanmoe {

TokenBatch TokenBatch::to(at::Device device) const {
  TokenBatch moved = *this;
  for (at::Tensor* ids : {&moved.source_ids, &moved.target_ids, &moved.source_segments, &moved.target_segments}) {
    if (ids->defined()) *ids = ids->to(device);
  }
  return moved;
}

at::Tensor pad_ids(const std::vector<std::vector<int32_t>>& sequences) {
  size_t longest = 1;
  for (const auto& sequence : sequences) longest = std::max(longest, sequence.size());
  at::Tensor ids = at::zeros({static_cast<int64_t>(sequences.size()), static_cast<int64_t>(longest)}, at::kLong);
  int64_t* row = ids.mutable_data_ptr<int64_t>();
  for (const auto& sequence : sequences) {
    std::copy(sequence.begin(), sequence.end(), row);
    row += longest;
  }
  return ids;
}

TokenBatch counted(TokenBatch batch) {
  batch.num_examples = batch.source_ids.size(0);
  batch.num_source_tokens = batch.source_ids.ne(0).sum().item<int64_t>();
  batch.num_target_tokens = batch.target_ids.ne(0).sum().item<int64_t>();
  return batch;
}

std::vector<size_t> order_by_length(const std::vector<size_t>& lengths) {
  std::vector<size_t> order(lengths.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&lengths](size_t a, size_t b) { return lengths[a] < lengths[b]; });
  return order;
}

}  // namespace flanmoe
