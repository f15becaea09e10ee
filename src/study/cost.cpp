#include "study/cost.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <chrono>

#include "base/error.h"
#include "base/signals.h"
#include "decode/generate.h"
#include "train/step.h"

namespace flanmoe {
namespace {

constexpr int64_t kWarmupRounds = 2;
constexpr int64_t kDecodedRows = 32, kDecodedTokens = 16;

double seconds_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// One arm being timed: a fresh model, since time does not depend on what was learned.
struct TimedArm {
  std::string name;
  T5Model model;
  TrainStepper stepper;
  std::vector<double> train_rates, eval_rates, decode_rates;
};

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

void time_round(TimedArm& arm, const TokenBatch& batch, int64_t round) {
  const auto tokens = static_cast<double>(batch.num_source_tokens + batch.num_target_tokens);
  const double train = seconds_of([&] { arm.stepper.step(arm.model, {batch}, round); });
  const double eval = seconds_of([&] {
    const at::NoGradGuard no_gradients;
    forward(arm.model, batch, {});
  });
  GenerateOptions decoding;
  decoding.max_new_tokens = kDecodedTokens;
  decoding.batch = batch.source_ids.size(0);
  int64_t decoded = 0;
  const double decode = seconds_of([&] { decoded = num_tokens(generate(arm.model, sources_of(batch), decoding)); });
  if (round < kWarmupRounds) return;
  arm.train_rates.push_back(tokens / train);
  arm.eval_rates.push_back(tokens / eval);
  arm.decode_rates.push_back(static_cast<double>(decoded) / decode);
}

}  // namespace

Json measure_cost(const StudyOptions& options, const std::vector<ArmOptions>& arms, const StudyFolder& folder) {
  const Cell cell{"cost", arms.front().name, options.seeds.front(), Phase::kPretrain, "", false, ""};
  const RunOptions run = cell_run(options, arms, cell, folder);
  const auto source = make_source(run, open_tokenizer(run));
  std::vector<TimedArm> timed;
  for (const ArmOptions& arm : arms) {
    T5Model model(arm.model, static_cast<uint64_t>(run.seed));
    TrainStepper stepper(model, options.pretrain, static_cast<uint64_t>(run.seed));
    timed.push_back({arm.name, model, std::move(stepper), {}, {}, {}});
  }
  for (int64_t round = 0; round < options.cost_steps + kWarmupRounds; ++round) {
    if (pending_signal() != 0) throw Interrupted(pending_signal(), "stopped while timing the arms");
    const TokenBatch batch = source->batch(static_cast<uint64_t>(round));
    for (TimedArm& arm : timed) time_round(arm, batch, round);
  }
  Json rows = Json::array();
  for (const TimedArm& arm : timed) {
    rows.push_back({{"arm", arm.name},
                    {"train_tokens_per_second", median(arm.train_rates)},
                    {"eval_tokens_per_second", median(arm.eval_rates)},
                    {"decode_tokens_per_second", median(arm.decode_rates)}});
  }
  return {{"arms", rows}};
}

}  // namespace flanmoe
