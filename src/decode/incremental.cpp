#include "decode/incremental.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>

#include "model/attention.h"
#include "model/batch_layout.h"
#include "model/block.h"
#include "model/forward_parts.h"
#include "model/relative_position.h"
#include "moe/groups.h"
#include "tensor/batch.h"

namespace flanmoe {
namespace {

// No expert is ever full while decoding.
ForwardOptions unlimited() {
  ForwardOptions call;
  call.capacity = NoLimit{};
  return call;
}

// One real token per row: row b's position is b.
MoeTokenPlaces every_row(const at::Tensor& ids) {
  return {at::arange(ids.size(0), ids.options()), cut_groups(ids.size(0), 0, ids.device())};
}

at::Tensor rows_at(const at::Tensor& hidden, const at::Tensor& places) {
  const at::Tensor flat = places + at::arange(hidden.size(0), places.options()) * hidden.size(1);
  return hidden.reshape({-1, hidden.size(2)}).index_select(0, flat);
}

// Rows of a batch through the decoder: their keys are appended.
at::Tensor run_decoder(const T5Model& model, StackInput input, BatchKeys& keys,
                       const std::vector<AttentionCache>& memory) {
  std::vector<BlockCache> cache;
  for (size_t i = 0; i < keys.layers.size(); ++i) cache.push_back({keys.layers[i], memory[i]});
  input.is_decoder = true;
  input.cache = &cache;
  RouterReports reports;
  const at::Tensor hidden = run_stack(model.weights().decoder, input, model.options(), unlimited(), reports);
  for (size_t i = 0; i < cache.size(); ++i) keys.layers[i] = cache[i].self;
  return hidden;
}

DecodeState advance_batch(const T5Model& model, DecodeState state, const at::Tensor& ids) {
  const T5Weights& weights = model.weights();
  BatchKeys& keys = std::get<BatchKeys>(state.keys);
  const int64_t num_rows = ids.size(0);
  const at::Tensor position = keys.next_position.unsqueeze(1);
  keys.positions = at::cat({keys.positions, position}, 1);
  keys.mask = at::cat({keys.mask, at::zeros({num_rows, 1, 1, 1}, keys.mask.options())}, 3);
  keys.next_position = keys.next_position + 1;
  StackInput input;
  input.hidden = embed(weights, ids.unsqueeze(1));
  input.self_step = relative_position_bias(weights.decoder.relative_bias, position, keys.positions, false,
                                           model.options().relative_max_distance) +
                    keys.mask;
  input.cross_step = state.memory_mask;
  input.places = every_row(ids);
  state.hidden = run_decoder(model, input, keys, state.memory).select(1, 0);
  return state;
}

// One row of a prepared model that sees all its keys: only then is the mask, which a step alone has not, without
// effect.
bool may_step_alone(const DecodingWeights& weights, const DecodeState& state) {
  const auto hides = [](const at::Tensor& mask) { return mask.defined() && mask.any().item<bool>(); };
  return weights.prepared() && state.num_rows() == 1 && !hides(std::get<BatchKeys>(state.keys).mask) &&
         !hides(state.memory_mask);
}

DecodeState start_encoder_decoder(const T5Model& model, const at::Tensor& source_ids) {
  RouterReports reports;
  const at::Tensor memory = encode(model, source_ids, at::Tensor(), {}, reports);
  const int64_t num_rows = source_ids.size(0), num_heads = model.options().num_heads;
  DecodeState state;
  for (const BlockWeights& block : model.weights().decoder.blocks)
    state.memory.push_back(project_memory(memory, block.cross, num_heads));
  const at::Tensor segments = segments_of(source_ids, at::Tensor());
  state.memory_mask = padding_mask(segments);
  state.keys = BatchKeys{std::vector<AttentionCache>(state.memory.size()),
                         at::zeros({num_rows, 1, 1, 0}, state.memory_mask.options()),
                         at::zeros({num_rows, 0}, source_ids.options()), at::zeros({num_rows}, source_ids.options())};
  state.hidden = memory.select(1, 0);  // of as many rows; the start token takes its place
  return state;
}

// The prefix (start symbol and source) attends to itself in both directions; its last position predicts the first
// target.
DecodeState start_decoder_only(const T5Model& model, const at::Tensor& source_ids) {
  const T5Weights& weights = model.weights();
  const int64_t num_rows = source_ids.size(0), length = source_ids.size(1) + 1;
  const at::Tensor lengths = segments_of(source_ids, {}).sum(1);  // [B]; the prefix has one position more
  const at::Tensor positions = at::arange(length, source_ids.options()).unsqueeze(0);
  const at::Tensor segments = (positions <= lengths.unsqueeze(1)).to(at::kLong);
  DecodeState state;
  state.memory.resize(weights.decoder.blocks.size());
  BatchKeys keys{std::vector<AttentionCache>(state.memory.size()), padding_mask(segments),
                 positions.expand({num_rows, length}), lengths + 1};
  StackInput input;
  input.hidden = embed(weights, at::cat({at::zeros({num_rows, 1}, source_ids.options()), source_ids}, 1));
  input.self_pairs = self_pairs(weights.decoder, false, model.options(), segment_runs(segments, segments, false));
  input.places = token_places(segments, model.options(), {});
  state.hidden = rows_at(run_decoder(model, input, keys, state.memory), lengths);
  state.keys = std::move(keys);
  return state;
}

// The keys of a row that stepped alone, as a batch has them.
BatchKeys as_batch(const RowState& row, size_t num_layers) {
  const int64_t length = row.cache.length();
  BatchKeys keys;
  for (size_t i = 0; i < num_layers; ++i) keys.layers.push_back(row.cache.as_batch(i));
  keys.mask = at::zeros({1, 1, 1, length}, at::kFloat);
  keys.positions = at::arange(length, at::kLong).unsqueeze(0);
  keys.next_position = at::full({1}, length, at::kLong);
  return keys;
}

BatchKeys batch_keys(const DecodeState& state) {
  const auto* row = std::get_if<RowState>(&state.keys);
  return row ? as_batch(*row, state.memory.size()) : std::get<BatchKeys>(state.keys);
}

// x with `length` entries of `dim`, the new ones `value`.
at::Tensor filled_up(const at::Tensor& x, int64_t dim, int64_t length, double value) {
  if (x.size(dim) == length) return x;
  std::vector<int64_t> shape = x.sizes().vec();
  shape[static_cast<size_t>(dim)] = length - x.size(dim);
  return at::cat({x, at::full(shape, value, x.options())}, dim);
}

// Rows below each other, made equally long along `dim`.
at::Tensor below(const at::Tensor& a, const at::Tensor& b, int64_t dim, double value = 0.0) {
  if (!a.defined()) return a;
  const int64_t length = std::max(a.size(dim), b.size(dim));
  return at::cat({filled_up(a, dim, length, value), filled_up(b, dim, length, value)}, 0);
}

std::vector<AttentionCache> below(const std::vector<AttentionCache>& a, const std::vector<AttentionCache>& b) {
  std::vector<AttentionCache> both;
  for (size_t i = 0; i < a.size(); ++i)
    both.push_back({below(a[i].keys, b[i].keys, 2), below(a[i].values, b[i].values, 2)});
  return both;
}

}  // namespace

DecodeState start_decoding(const DecodingWeights& weights, const std::vector<std::vector<int32_t>>& sources) {
  const at::NoGradGuard no_gradients;
  const T5Model& model = weights.model;
  const at::Tensor source_ids = pad_ids(sources).to(model.device());
  if (model.options().decoder_only) return start_decoder_only(model, source_ids);
  return advance(weights, start_encoder_decoder(model, source_ids),
                 at::zeros({source_ids.size(0)}, source_ids.options()));
}

DecodeState advance(const DecodingWeights& weights, DecodeState state, const at::Tensor& ids) {
  const at::NoGradGuard no_gradients;
  if (std::holds_alternative<BatchKeys>(state.keys)) {
    if (!may_step_alone(weights, state)) {
      return advance_batch(weights.model, std::move(state), ids.to(weights.model.device()));
    }
    state.keys = make_row_state(weights.model, std::get<BatchKeys>(state.keys).layers, state.memory);
  }
  state.hidden = step_row(weights, std::get<RowState>(state.keys), ids.item<int64_t>());
  return state;
}

at::Tensor next_logits(const DecodingWeights& weights, const DecodeState& state) {
  const at::NoGradGuard no_gradients;
  return output_logits(weights.model, state.hidden);
}

DecodeState select_rows(const DecodeState& state, const at::Tensor& index) {
  const at::Tensor rows = index.to(state.hidden.device());
  const auto pick = [&rows](const at::Tensor& x) { return x.defined() ? x.index_select(0, rows) : x; };
  const auto pick_all = [&pick](const std::vector<AttentionCache>& layers) {
    std::vector<AttentionCache> picked;
    for (const AttentionCache& layer : layers) picked.push_back({pick(layer.keys), pick(layer.values)});
    return picked;
  };
  const BatchKeys keys = batch_keys(state);
  return {BatchKeys{pick_all(keys.layers), pick(keys.mask), pick(keys.positions), pick(keys.next_position)},
          pick_all(state.memory), pick(state.memory_mask), pick(state.hidden)};
}

DecodeState join_rows(const DecodeState& first, const DecodeState& second) {
  const at::NoGradGuard no_gradients;
  const BatchKeys a = batch_keys(first), b = batch_keys(second);
  return {BatchKeys{below(a.layers, b.layers), below(a.mask, b.mask, 3, kMasked), below(a.positions, b.positions, 1),
                    at::cat({a.next_position, b.next_position}, 0)},
          below(first.memory, second.memory), below(first.memory_mask, second.memory_mask, 3, kMasked),
          at::cat({first.hidden, second.hidden}, 0)};
}

}  // namespace flanmoe
