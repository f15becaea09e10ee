#include "moe/groups.h"

#include <algorithm>

namespace flanmoe {

GroupBounds cut_groups(int64_t num_tokens, int64_t group_size) {
  GroupBounds bounds{0};
  const int64_t size = group_size == 0 ? num_tokens : group_size;
  while (bounds.back() < num_tokens) bounds.push_back(std::min(bounds.back() + size, num_tokens));
  return bounds;
}

}  // namespace flanmoe
