#include "analysis/timing.h"

#include <ATen/core/grad_mode.h>
#include <algorithm>
#include <functional>

#include "base/stopwatch.h"
#include "decode/generate.h"
#include "model/forward.h"

namespace flanmoe {
namespace {

constexpr int64_t kDecodedRows = 32, kDecodedTokens = 16;

double seconds_of(const std::function<void()>& work) {
  const Stopwatch watch;
  work();
  return watch.seconds();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

std::vector<std::vector<int32_t>> sources_of(const TokenBatch& batch) {
  std::vector<std::vector<int32_t>> sources;
  const auto ids = batch.source_ids.accessor<int64_t, 2>();
  for (int64_t b = 0; b < std::min(kDecodedRows, batch.source_ids.size(0)); ++b) {
    sources.emplace_back();
    for (int64_t i = 0; i < batch.source_ids.size(1) && ids[b][i] != 0; ++i)
      sources.back().push_back(static_cast<int32_t>(ids[b][i]));
  }
  return sources;
}

int64_t num_tokens(const std::vector<std::vector<int32_t>>& sequences) {
  int64_t count = 0;
  for (const auto& sequence : sequences) count += static_cast<int64_t>(sequence.size()) + 1;  // the eos too
  return count;
}

}  // namespace

ModelTimer::ModelTimer(const T5Model& model, const TrainOptions& options, uint64_t seed)
    : model_(model), stepper_(model_, options, seed) {}

void ModelTimer::time_round(const TokenBatch& batch) {
  const auto tokens = static_cast<double>(batch.num_source_tokens + batch.num_target_tokens);
  const double train = seconds_of([&] { stepper_.step(model_, {batch}, round_); });
  const double eval = seconds_of([&] {
    const at::NoGradGuard no_gradients;
    forward(model_, batch, {});
  });
  GenerateOptions decoding;
  decoding.max_new_tokens = kDecodedTokens;
  decoding.batch = batch.source_ids.size(0);
  int64_t decoded = 0;
  const double decode = seconds_of([&] { decoded = num_tokens(generate(model_, sources_of(batch), decoding)); });
  if (round_++ < kWarmupRounds) return;
  train_rates_.push_back(tokens / train);
  eval_rates_.push_back(tokens / eval);
  decode_rates_.push_back(static_cast<double>(decoded) / decode);
}

Json ModelTimer::rates() const {
  return {{"train_tokens_per_second", median(train_rates_)},
          {"eval_tokens_per_second", median(eval_rates_)},
          {"decode_tokens_per_second", median(decode_rates_)}};
}

}  // namespace flanmoe
