#include "model/batch_layout.h"

#include <ATen/ATen.h>

#include <limits>

#include "model/attention.h"
#include "model/forward.h"
#include "moe/groups.h"

namespace flanmoe {
namespace {

// 0 where `allowed`, kMasked elsewhere.
at::Tensor additive(const at::Tensor& allowed) {
  return at::zeros(allowed.sizes(), allowed.options().dtype(at::kFloat)).masked_fill(allowed.logical_not(), kMasked);
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

at::Tensor causal_mask(const at::Tensor& segments, bool packed, int64_t query, int64_t num_queries) {
  const at::Tensor places = at::arange(segments.size(1), segments.options());
  const at::Tensor past = places.unsqueeze(0) <= places.narrow(0, query, num_queries).unsqueeze(1);  // [Lq, L]
  if (!packed) return additive(past).unsqueeze(0).unsqueeze(0);
  const at::Tensor queries = segments.narrow(1, query, num_queries);
  return additive((queries.unsqueeze(2) == segments.unsqueeze(1)).logical_and(past)).unsqueeze(1);
}

MoeTokenPlaces token_places(const at::Tensor& segments, const ModelOptions& options, const ForwardOptions& call) {
  const at::Tensor flat = segments.reshape({-1});
  const int64_t length = segments.size(1);
  if (options.moe.hugging_face()) {
    return {at::arange(flat.size(0), flat.options()), cut_groups(flat.size(0), length, flat.device())};
  }
  const at::Tensor positions = flat.nonzero().view({-1});
  const int64_t num_tokens = positions.size(0);
  if (call.training || call.eval_group.value_or(options.moe.eval_group) == EvalGroup::kBatch) {
    return {positions, cut_groups(num_tokens, call.training ? options.moe.group_size : 0, flat.device())};
  }
  // A group of its own for every segment of every row.
  const at::Tensor segment_of = positions.div(length, "floor") * (flat.max() + 1) + flat.index_select(0, positions);
  const at::Tensor begins = (segment_of.diff().nonzero().view({-1}) + 1).cpu();
  std::vector<int64_t> bounds{0};
  bounds.insert(bounds.end(), begins.const_data_ptr<int64_t>(), begins.const_data_ptr<int64_t>() + begins.size(0));
  if (num_tokens > 0) bounds.push_back(num_tokens);
  return {positions, {std::move(bounds), flat.device()}};
}

PrefixRows prefix_rows(const TokenBatch& batch) {
  const at::Tensor source_segments = segments_of(batch.source_ids, batch.source_segments);
  const at::Tensor target_segments = segments_of(batch.target_ids, batch.target_segments);
  const int64_t source_length = source_segments.size(1);
  // Every token's segment, and whether it is a target; padding goes behind all others.
  const at::Tensor all = at::cat({source_segments, target_segments}, 1);
  const at::Tensor places = at::arange(all.size(1), all.options()).unsqueeze(0);
  const at::Tensor is_target = places.ge(source_length).expand_as(all);
  const at::Tensor last = at::full_like(all, std::numeric_limits<int64_t>::max());
  const at::Tensor order = at::argsort(at::where(all > 0, all * 2 + is_target.to(at::kLong), last), /*stable=*/true, 1);

  PrefixRows rows;
  rows.segments = all.gather(1, order);
  rows.ids = shift_right(at::cat({batch.source_ids, batch.target_ids}, 1).gather(1, order), rows.segments) *
             (rows.segments > 0);
  const at::Tensor source = is_target.gather(1, order).logical_not();
  rows.prefix = source.logical_or(at::constant_pad_nd(source, {1, -1}));
  const at::Tensor place_of = at::empty_like(order).scatter(1, order, places.expand_as(order)).slice(1, source_length);
  const at::Tensor first_of_row = at::arange(all.size(0), all.options()).unsqueeze(1) * all.size(1);
  rows.target_places = ((place_of + first_of_row) * (target_segments > 0)).reshape({-1});
  return rows;
}

at::Tensor prefix_mask(const PrefixRows& rows, const QueryPart& part) {
  const auto keys_of = [&](const at::Tensor& x) { return x.narrow(0, part.row, part.num_rows).unsqueeze(1); };
  const auto queries_of = [&](const at::Tensor& x) {
    return x.narrow(0, part.row, part.num_rows).narrow(1, part.query, part.num_queries).unsqueeze(2);
  };
  const at::Tensor keys = keys_of(rows.segments);
  const at::Tensor same = (queries_of(rows.segments) == keys).logical_and(keys > 0);
  const at::Tensor places = at::arange(rows.segments.size(1), rows.segments.options());
  const at::Tensor past = places.unsqueeze(0) <= places.narrow(0, part.query, part.num_queries).unsqueeze(1);
  const at::Tensor both = queries_of(rows.prefix).logical_and(keys_of(rows.prefix));
  return additive(same.logical_and(past.logical_or(both))).unsqueeze(1);
}

}  // namespace flanmoe
