#include "decode/incremental.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "decode/padding.h"
#include "model/attention.h"
#include "model/forward_parts.h"
#include "model/layout.h"
#include "model/relative_position.h"
#include "moe/groups.h"

namespace flanmoe {
namespace {

// No expert is ever full while decoding.
ForwardOptions unlimited() {
  ForwardOptions call;
  call.capacity = NoLimit{};
  return call;
}

// One real token per row: row b's position is b.
MoeTokenPlaces every_row(int64_t num_rows) { return {at::arange(num_rows, at::kLong), cut_groups(num_rows, 0)}; }

at::Tensor rows_at(const at::Tensor& hidden, const at::Tensor& places) {
  const at::Tensor flat = places + at::arange(hidden.size(0), at::kLong) * hidden.size(1);
  return hidden.reshape({-1, hidden.size(2)}).index_select(0, flat);
}

// Any number of rows, all layers by way of run_stack.
DecodeState advance_rows(const T5Model& model, DecodeState state, const at::Tensor& ids) {
  const T5Weights& weights = model.weights();
  const int64_t num_rows = ids.size(0);
  const at::Tensor position = state.next_position.unsqueeze(1);
  state.key_positions = at::cat({state.key_positions, position}, 1);
  state.key_mask = at::cat({state.key_mask, at::zeros({num_rows, 1, 1, 1}, at::kFloat)}, 3);
  state.next_position = state.next_position + 1;
  StackInput input;
  input.hidden = embed(weights, ids.unsqueeze(1));
  input.self_bias = relative_position_bias(weights.decoder.relative_bias, position, state.key_positions, false,
                                           model.options().relative_max_distance) +
                    state.key_mask;
  input.cross_bias = state.cross_mask;
  input.places = every_row(num_rows);
  input.is_decoder = true;
  input.cache = &state.layers;
  RouterReports reports;
  const at::Tensor hidden = run_stack(weights.decoder, input, model.options(), unlimited(), reports);
  state.hidden = hidden.select(1, 0);
  return state;
}

// One row of a prepared model that sees all its keys: only then is the mask, which a step alone has not, without
// effect.
bool may_step_alone(const DecodingWeights& weights, const DecodeState& state) {
  const auto hides = [](const at::Tensor& mask) { return mask.defined() && mask.any().item<bool>(); };
  return weights.prepared() && state.next_position.size(0) == 1 && !hides(state.key_mask) &&
         !hides(state.cross_mask);
}

DecodeState start_encoder_decoder(const DecodingWeights& weights, const at::Tensor& source_ids) {
  const T5Model& model = weights.model;
  RouterReports reports;
  const at::Tensor memory = encode(model, source_ids, at::Tensor(), {}, reports);
  const int64_t num_rows = source_ids.size(0), num_heads = model.options().num_heads;
  DecodeState state;
  state.layers.resize(model.weights().decoder.blocks.size());
  for (size_t i = 0; i < state.layers.size(); ++i) {
    state.layers[i].cross = project_memory(memory, model.weights().decoder.blocks[i].cross, num_heads);
  }
  state.key_mask = at::zeros({num_rows, 1, 1, 0}, at::kFloat);
  state.key_positions = at::zeros({num_rows, 0}, at::kLong);
  state.next_position = at::zeros({num_rows}, at::kLong);
  const at::Tensor segments = segments_of(source_ids, at::Tensor());
  state.cross_mask = segment_mask(segments, segments, false);
  return advance(weights, std::move(state), at::zeros({num_rows}, at::kLong));
}

// The prefix (start symbol and source) attends to itself in both directions; its last position predicts the first
// target.
DecodeState start_decoder_only(const T5Model& model, const at::Tensor& source_ids) {
  const T5Weights& weights = model.weights();
  const int64_t num_rows = source_ids.size(0), length = source_ids.size(1) + 1;
  const at::Tensor lengths = (source_ids != 0).sum(1);  // [B]; the prefix has one position more
  const at::Tensor positions = at::arange(length, at::kLong).unsqueeze(0);
  const at::Tensor segments = (positions <= lengths.unsqueeze(1)).to(at::kLong);
  StackInput input;
  input.hidden = embed(weights, at::cat({at::zeros({num_rows, 1}, at::kLong), source_ids}, 1));
  DecodeState state;
  state.layers.resize(weights.decoder.blocks.size());
  state.key_mask = segment_mask(segments, segments, false);
  state.key_positions = positions.expand({num_rows, length});
  state.next_position = lengths + 1;
  input.self_bias = self_bias(weights.decoder, length, false, model.options()) + state.key_mask;
  input.places = token_places(segments, model.options(), {});
  input.is_decoder = true;
  input.cache = &state.layers;
  RouterReports reports;
  const at::Tensor hidden = run_stack(weights.decoder, input, model.options(), unlimited(), reports);
  state.hidden = rows_at(hidden, lengths);
  return state;
}

// The state of a row that stepped alone, as advance_rows has it.
DecodeState as_batch(DecodeState state) {
  const RowCache& cache = state.alone->cache;
  const int64_t length = cache.length();
  for (size_t i = 0; i < state.layers.size(); ++i) state.layers[i].self = cache.as_batch(i);
  state.key_mask = at::zeros({1, 1, 1, length}, at::kFloat);
  state.key_positions = at::arange(length, at::kLong).unsqueeze(0);
  state.next_position = at::full({1}, length, at::kLong);
  state.alone.reset();
  return state;
}

}  // namespace

DecodeState start_decoding(const DecodingWeights& weights, const std::vector<std::vector<int32_t>>& sources) {
  const at::NoGradGuard no_gradients;
  const at::Tensor source_ids = pad_ids(sources);
  const T5Model& model = weights.model;
  return model.options().decoder_only ? start_decoder_only(model, source_ids)
                                      : start_encoder_decoder(weights, source_ids);
}

DecodeState advance(const DecodingWeights& weights, DecodeState state, const at::Tensor& ids) {
  const at::NoGradGuard no_gradients;
  if (!state.alone && may_step_alone(weights, state)) state.alone = make_row_state(weights.model, state.layers);
  if (!state.alone) return advance_rows(weights.model, std::move(state), ids);
  state.hidden = step_row(weights, *state.alone, ids.item<int64_t>());
  return state;
}

at::Tensor next_logits(const DecodingWeights& weights, const DecodeState& state) {
  const at::NoGradGuard no_gradients;
  return output_logits(weights.model, state.hidden);
}

DecodeState select_rows(const DecodeState& some, const at::Tensor& index) {
  const DecodeState state = some.alone ? as_batch(some) : some;
  const auto pick = [&index](const at::Tensor& x) { return x.defined() ? x.index_select(0, index) : x; };
  DecodeState result{{},
                     pick(state.key_mask),
                     pick(state.key_positions),
                     pick(state.next_position),
                     pick(state.cross_mask),
                     pick(state.hidden),
                     std::nullopt};
  for (const BlockCache& layer : state.layers) {
    result.layers.push_back(
        {{pick(layer.self.keys), pick(layer.self.values)}, {pick(layer.cross.keys), pick(layer.cross.values)}});
  }
  return result;
}

}  // namespace flanmoe
