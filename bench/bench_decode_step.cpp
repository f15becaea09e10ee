// Greedy decoding of one row of T5-base (v1.0, random weights), step by step: the plain way over batches of rows, and
// that of a model prepared for decoding. Per iteration: one token.
#include <ATen/ATen.h>
#include <benchmark/benchmark.h>

#include "decode/incremental.h"
#include "model/forward_parts.h"

namespace flanmoe {
namespace {

constexpr int64_t kLongestAnswer = 64;
const std::vector<int32_t> kSource = {37, 1131, 5651, 2170, 1084, 8, 3449, 11, 113, 2047, 8, 1442, 4049, 1};

T5Model base_model() {
  ModelOptions options;
  options.vocab_size = 32128;
  options.d_model = 768;
  options.d_kv = 64;
  options.num_heads = 12;
  options.d_ff = 3072;
  options.num_layers = 12;
  options.num_decoder_layers = 12;
  return T5Model(options, 1);
}

const T5Model& plain_model() {
  static const T5Model model = base_model();
  return model;
}

const DecodingWeights& plain_weights() {
  static const DecodingWeights weights(plain_model());
  return weights;
}

const DecodingWeights& prepared_weights() {
  static const DecodingWeights weights = prepare_decoding(plain_model());
  return weights;
}

int64_t next_token(const DecodingWeights& weights, const DecodeState& state) {
  if (const auto id = best_token(weights, state.hidden[0], {})) return *id;
  return next_logits(weights, state).argmax().item<int64_t>();
}

void step(benchmark::State& loop, const DecodingWeights& weights) {
  const DecodeState start = start_decoding(weights, {kSource});
  DecodeState state = start;
  int64_t length = 0;
  for (auto _ : loop) {
    state = advance(weights, std::move(state), at::full({1}, next_token(weights, state), at::kLong));
    if (++length == kLongestAnswer) {
      state = start;
      length = 0;
    }
  }
}

void start(benchmark::State& loop, const DecodingWeights& weights) {
  for (auto _ : loop) benchmark::DoNotOptimize(start_decoding(weights, {kSource}));
}

#define FLANMOE_UNITS Unit(benchmark::kMillisecond)->UseRealTime()
BENCHMARK_CAPTURE(step, plain, plain_weights())->FLANMOE_UNITS;
BENCHMARK_CAPTURE(step, prepared, prepared_weights())->FLANMOE_UNITS;
BENCHMARK_CAPTURE(start, plain, plain_weights())->FLANMOE_UNITS;

}  // namespace
}  // namespace flanmoe

BENCHMARK_MAIN();
