#include "model/layout.h"

#include <ATen/ATen.h>

#include "model/attention.h"
#include "model/forward.h"
#include "moe/groups.h"

namespace flanmoe {
namespace {

// 0 where `allowed`, kMasked elsewhere.
at::Tensor additive(const at::Tensor& allowed) {
  return at::zeros(allowed.sizes(), at::kFloat).masked_fill(allowed.logical_not(), kMasked);
}

}  // namespace

at::Tensor segments_of(const at::Tensor& ids, const at::Tensor& segments) {
  return segments.defined() ? segments : (ids != 0).to(at::kLong);
}

at::Tensor shift_right(const at::Tensor& ids, const at::Tensor& segments) {
  at::Tensor shifted = at::zeros_like(ids);
  const int64_t length = ids.size(1);
  if (length > 1) {
    // Into padding the last token moves on, as Hugging Face shifts.
    const at::Tensor of = segments.slice(1, 1), before = segments.slice(1, 0, length - 1);
    shifted.slice(1, 1).copy_(ids.slice(1, 0, length - 1) * (of == before).logical_or(of == 0));
  }
  return shifted;
}

at::Tensor segment_mask(const at::Tensor& query_segments, const at::Tensor& key_segments, bool packed) {
  const at::Tensor keys = key_segments.unsqueeze(1).unsqueeze(1);  // [B, 1, 1, Lk]
  if (!packed) return additive(keys > 0);
  const at::Tensor queries = query_segments.unsqueeze(1).unsqueeze(3);  // [B, 1, Lq, 1]
  return additive((queries == keys).logical_and(keys > 0));
}

at::Tensor causal_mask(const at::Tensor& segments, bool packed) {
  const int64_t length = segments.size(1);
  const at::Tensor past = at::ones({length, length}, at::kBool).tril();
  if (!packed) return additive(past).view({1, 1, length, length});
  const at::Tensor same = segments.unsqueeze(1).unsqueeze(3) == segments.unsqueeze(1).unsqueeze(1);
  return additive(same.logical_and(past));
}

MoeTokenPlaces token_places(const at::Tensor& segments, const ModelOptions& options, const ForwardOptions& call) {
  const at::Tensor flat = segments.reshape({-1});
  if (options.moe.hugging_face())
    return {at::arange(flat.size(0), at::kLong), cut_groups(flat.size(0), segments.size(1))};
  MoeTokenPlaces places{flat.nonzero().view({-1}), {}};
  const int64_t num_tokens = places.positions.size(0);
  if (call.training || call.eval_group.value_or(options.moe.eval_group) == EvalGroup::kBatch) {
    places.groups = cut_groups(num_tokens, call.training ? options.moe.group_size : 0);
    return places;
  }
  const int64_t length = segments.size(1);
  const int64_t* position = places.positions.const_data_ptr<int64_t>();
  const int64_t* segment = flat.const_data_ptr<int64_t>();
  places.groups = {0};
  for (int64_t t = 1; t < num_tokens; ++t) {
    const bool same_row = position[t] / length == position[t - 1] / length;
    if (!same_row || segment[position[t]] != segment[position[t - 1]]) places.groups.push_back(t);
  }
  if (num_tokens > 0) places.groups.push_back(num_tokens);
  return places;
}

PrefixRows prefix_rows(const TokenBatch& batch) {
  const at::Tensor source_segments = segments_of(batch.source_ids, batch.source_segments);
  const at::Tensor target_segments = segments_of(batch.target_ids, batch.target_segments);
  const int64_t num_rows = batch.source_ids.size(0), source_length = batch.source_ids.size(1),
                target_length = batch.target_ids.size(1), length = source_length + target_length;
  PrefixRows rows{at::zeros({num_rows, length}, at::kLong), at::zeros({num_rows, length}, at::kLong),
                  at::full({num_rows, 1, length, length}, kMasked, at::kFloat),
                  at::zeros({num_rows * target_length}, at::kLong)};
  const auto source = batch.source_ids.accessor<int64_t, 2>(), target = batch.target_ids.accessor<int64_t, 2>(),
             source_of = source_segments.accessor<int64_t, 2>(), target_of = target_segments.accessor<int64_t, 2>();
  auto ids = rows.ids.accessor<int64_t, 2>(), segments = rows.segments.accessor<int64_t, 2>();
  auto mask = rows.mask.accessor<float, 4>();
  int64_t* places = rows.target_places.mutable_data_ptr<int64_t>();
  for (int64_t b = 0; b < num_rows; ++b) {
    const int64_t num_segments = source_segments[b].max().item<int64_t>();
    int64_t at = 0;
    for (int64_t s = 1; s <= num_segments; ++s) {
      const int64_t begin = at;
      int64_t previous = 0;
      const auto put = [&](int64_t id) {
        ids[b][at] = previous;
        segments[b][at] = s;
        previous = id;
        ++at;
      };
      for (int64_t i = 0; i < source_length; ++i) {
        if (source_of[b][i] == s) put(source[b][i]);
      }
      const int64_t prefix_end = at + 1;  // one extra position: the one that predicts the first target
      for (int64_t i = 0; i < target_length; ++i) {
        if (target_of[b][i] != s) continue;
        places[b * target_length + i] = b * length + at;
        put(target[b][i]);
      }
      for (int64_t q = begin; q < at; ++q) {
        for (int64_t k = begin; k < at; ++k) {
          if (k <= q || (q < prefix_end && k < prefix_end)) mask[b][0][q][k] = 0.0f;
        }
      }
    }
  }
  return rows;
}

}  // namespace flanmoe
