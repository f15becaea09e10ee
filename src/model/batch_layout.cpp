#include "model/batch_layout.h"

#include <ATen/ATen.h>

#include <limits>

#include "model/attention.h"
#include "model/forward.h"
#include "moe/groups.h"

namespace flanmoe {
namespace {

// Rows in which equal numbers stand side by side in rising order, padding behind them all.
at::Tensor padding_last(const at::Tensor& segments) {
  const at::Tensor sorted = segments.masked_fill(segments == 0, std::numeric_limits<int64_t>::max()).contiguous();
  TORCH_CHECK(sorted.size(1) < 2 || sorted.diff().ge(0).all().item<bool>(),
              "attention: segments in rising order and padding behind them expected, in each row");
  return sorted;
}

// Run of the keys whose number is the query's; queries of 0 see none.
at::Tensor equal_runs(const at::Tensor& queries, const at::Tensor& keys) {
  const at::Tensor sorted = padding_last(keys), of = queries.contiguous();
  const at::Tensor begin = at::searchsorted(sorted, of), end = at::searchsorted(sorted, of, false, /*right=*/true);
  return at::stack({begin, end}, 2) * (queries > 0).unsqueeze(2);
}

// The same runs up to each query's own position; whatever else `least` says it sees.
at::Tensor up_to_itself(const at::Tensor& runs, const at::Tensor& least) {
  const at::Tensor next = at::arange(1, runs.size(1) + 1, runs.options());
  const at::Tensor end = at::minimum(runs.select(2, 1), at::maximum(next, least));
  return at::stack({runs.select(2, 0), end}, 2);
}

}  // namespace

at::Tensor segments_of(const at::Tensor& ids, const at::Tensor& segments) {
  if (segments.defined()) return segments;
  const at::Tensor real_from_here = (ids != 0).flip({1}).cumsum(1).flip({1});  // how many
  return (real_from_here > 0).to(at::kLong);
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

at::Tensor segment_runs(const at::Tensor& query_segments, const at::Tensor& key_segments, bool packed) {
  if (packed) return equal_runs(query_segments, key_segments);
  return equal_runs(at::ones_like(query_segments), key_segments);
}

at::Tensor causal_runs(const at::Tensor& segments, bool packed) {
  // Padding of rows that are not packed sees the past as any token, as in transformers.
  const at::Tensor own = packed ? segments : at::ones_like(segments);
  return up_to_itself(equal_runs(own, own), at::zeros({1}, segments.options()));
}

at::Tensor padding_mask(const at::Tensor& segments) {
  const at::Tensor mask = at::zeros(segments.sizes(), segments.options().dtype(at::kFloat));
  return mask.masked_fill(segments == 0, kMasked).unsqueeze(1).unsqueeze(1);
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

at::Tensor prefix_runs(const PrefixRows& rows) {
  // Inside a segment the prefix comes first: 2 s for it, 2 s + 1 for the rest.
  const at::Tensor twice = rows.segments * 2;
  const at::Tensor parts = twice + (rows.prefix.logical_not().logical_and(rows.segments > 0)).to(at::kLong);
  return up_to_itself(equal_runs(rows.segments, rows.segments), equal_runs(twice, parts).select(2, 1));
}

}  // namespace flanmoe
