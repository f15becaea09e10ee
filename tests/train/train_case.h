// Batch sources, small models and comparisons for the training tests.
#pragma once

#include <string>
#include <vector>

#include "base/files.h"
#include "base/json.h"
#include "data/batch_source.h"
#include "model/tiny.h"
#include "train/loop.h"
#include "train/optimizer.h"
#include "train/step.h"

namespace flanmoe::cases {

inline TokenBatch random_batch(uint64_t seed, int64_t vocab_size) {
  const auto extra = static_cast<int64_t>(seed % 3);
  return counted(
      tiny::batch_of(tiny::random_examples({{9, 5}, {3, 4 + extra}, {6, 2}, {7 + extra, 6}}, vocab_size, seed)));
}

// A fresh random batch per step; throws (as a crash would end a run) when asked for the batch of `crash_at`.
class RandomSource : public BatchSource {
 public:
  explicit RandomSource(int64_t vocab_size, uint64_t crash_at = ~uint64_t{0})
      : vocab_size_(vocab_size), crash_at_(crash_at) {}
  TokenBatch batch(uint64_t step) const override {
    if (step == crash_at_) throw std::runtime_error("crash");
    return random_batch(step + 100, vocab_size_);
  }
  std::string describe() const override { return "random"; }

 private:
  int64_t vocab_size_;
  uint64_t crash_at_;
};

// The same batches again and again.
class FixedSource : public BatchSource {
 public:
  explicit FixedSource(std::vector<TokenBatch> batches) : batches_(std::move(batches)) {}
  TokenBatch batch(uint64_t step) const override { return batches_[step % batches_.size()]; }
  std::string describe() const override { return "fixed"; }

 private:
  std::vector<TokenBatch> batches_;
};

inline bool same_bits(const T5Model& a, const T5Model& b) {
  if (a.parameters().size() != b.parameters().size()) return false;
  for (size_t i = 0; i < a.parameters().size(); ++i) {
    if (!at::equal(a.parameters()[i].value, b.parameters()[i].value)) return false;
  }
  return true;
}

inline bool same_state(const Optimizer& a, const Optimizer& b) {
  const auto left = a.state(), right = b.state();
  if (left.size() != right.size()) return false;
  for (size_t i = 0; i < left.size(); ++i) {
    if (left[i].name != right[i].name || !at::equal(left[i].value, right[i].value)) return false;
  }
  return true;
}

// The lines of metrics.jsonl without what the clock gave.
inline std::vector<Json> metrics_of(const std::filesystem::path& run_folder) {
  std::vector<Json> lines;
  for (const std::string& text : read_lines(run_folder / "metrics.jsonl")) {
    Json line = parse_json(text, "metrics.jsonl");
    line.erase("wall_time");
    line.erase("train/tokens_per_second");
    line.erase("train/loader_wait");
    lines.push_back(line);
  }
  return lines;
}

// Every optimiser and every source of noise at once: dropout, expert dropout, jitter, random second experts.
inline ModelOptions noisy_options(const std::string& arm) {
  ModelOptions o = tiny::options(arm);
  o.dropout = 0.1;
  o.moe.expert_dropout = o.moe.num_experts > 0 ? 0.2 : 0.0;
  if (o.moe.num_experts > 0) o.moe.jitter = 0.05;
  return o;
}

inline TrainRun run_in(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  TrainRun run;
  run.folder = folder;
  run.label = "test";
  run.seed = 11;
  return run;
}

}  // namespace flanmoe::cases
