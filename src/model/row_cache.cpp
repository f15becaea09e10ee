#include "model/row_cache.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace flanmoe {
namespace {

constexpr int64_t kLeastRoom = 64;  // positions

// [1, H, L, K] -> [L, I]
at::Tensor by_position(const at::Tensor& x) { return x[0].transpose(0, 1).reshape({x.size(2), -1}); }

}  // namespace

std::shared_ptr<RowCache::Store> RowCache::make_store(int64_t num_layers, int64_t room, int64_t width) {
  auto store = std::make_shared<Store>();
  store->numbers = at::empty({num_layers, 2, room, width}, at::kFloat);
  return store;
}

RowCache::RowCache(const std::vector<AttentionCache>& layers, int64_t num_heads, int64_t width)
    : num_heads_(num_heads) {
  const bool begun = layers[0].keys.defined();
  length_ = begun ? layers[0].keys.size(2) : 0;
  store_ = make_store(static_cast<int64_t>(layers.size()), std::max(kLeastRoom, 2 * length_), width);
  store_->used = length_;
  for (size_t i = 0; begun && i < layers.size(); ++i) {
    const at::Tensor layer = store_->numbers[static_cast<int64_t>(i)].slice(1, 0, length_);
    layer[0].copy_(by_position(layers[i].keys));
    layer[1].copy_(by_position(layers[i].values));
  }
}

void RowCache::append() {
  const at::Tensor& numbers = store_->numbers;
  const int64_t room = numbers.size(2);
  if (store_->used > length_ || length_ == room) {  // another copy went on from here, or it is full
    auto store = make_store(numbers.size(0), length_ == room ? 2 * room : room, numbers.size(3));
    store->numbers.slice(2, 0, length_).copy_(numbers.slice(2, 0, length_));
    store_ = std::move(store);
  }
  store_->used = ++length_;
}

// Keys (0) or values (1) of positions `begin` to `end`.
std::span<float> RowCache::numbers(size_t layer, int64_t which, int64_t begin, int64_t end) const {
  const at::Tensor& all = store_->numbers;
  float* first = all.mutable_data_ptr<float>() + static_cast<int64_t>(layer) * all.stride(0) + which * all.stride(1);
  return {first + begin * all.stride(2), first + end * all.stride(2)};
}

AttentionCache RowCache::as_batch(size_t layer) const {
  const at::Tensor both = store_->numbers[static_cast<int64_t>(layer)].slice(1, 0, length_).contiguous();
  const at::Tensor by_head = both.view({2, length_, num_heads_, -1}).transpose(1, 2);  // [2, H, L, K]
  return {by_head.slice(0, 0, 1), by_head.slice(0, 1, 2)};
}

RowMemory row_memory(const AttentionCache& cache, const AttentionWeights& weights) {
  const int64_t num_heads = cache.keys.size(1), num_keys = cache.keys.size(2), width = weights.o.weight.size(0);
  RowMemory memory{by_position(cache.keys), by_position(cache.values), {}, {}};
  if (2 * num_heads * num_keys > width) return memory;                     // would save less than half
  const at::Tensor q = weights.q.weight.view({num_heads, -1, width});      // [H, K, D]
  const at::Tensor o = weights.o.weight.t().view({num_heads, -1, width});  // [H, K, D]
  memory.folded_keys = at::bmm(cache.keys[0], q).view({-1, width});
  memory.folded_values = at::bmm(cache.values[0], o).view({-1, width});
  return memory;
}

}  // namespace flanmoe
