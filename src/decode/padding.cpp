#include "decode/padding.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace flanmoe {

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

}  // namespace flanmoe
