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
  for (const auto& sequence : sequences) count += static_cast<int64_t>(sequence.size());
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
  decoding.max_new_tokens = decoding.min_new_tokens = kDecodedTokens;  // as long whatever a model would say
  decoding.batch = batch.source_ids.size(0);
  const std::vector<std::vector<int32_t>> sources = sources_of(batch);
  const double decode = seconds_of([&] { decoded_tokens_ = num_tokens(generate(model_, sources, decoding)); });
  if (round_++ < kWarmupRounds) return;
  train_rates_.push_back(tokens / train);
  eval_rates_.push_back(tokens / eval);
  decode_rates_.push_back(static_cast<double>(decoded_tokens_) / decode);
}

Json ModelTimer::rates() const {
  Json rates = {{"decoded_tokens", decoded_tokens_}, {"rounds", Json::object()}};
  const auto put = [&rates](const char* name, const std::vector<double>& of_rounds) {
    rates[name] = median(of_rounds);
    rates["rounds"][name] = of_rounds;
  };
  put("train_tokens_per_second", train_rates_);
  put("eval_tokens_per_second", eval_rates_);
  put("decode_tokens_per_second", decode_rates_);
  return rates;
}

}  // namespace flanmoe
