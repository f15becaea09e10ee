// A tiny study as a child process.
#pragma once

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "base/files.h"
#include "base/json.h"
#include "e2e/binary.h"
#include "testing/check.h"

namespace flanmoe::e2e {

// Two arms, one finetune set, a world of a few facts.
inline constexpr const char* kTinyStudy = R"(title: Tiny
world: {num_facts: 100, vocab_pieces: 700, examples_per_task: 8, eval_items_per_task: 6, finetune_examples: 8}
jobs: 2
model: {d_model: 16, d_kv: 8, num_heads: 2, d_ff: 24, num_layers: 2, num_decoder_layers: 2}
arms:
  dense: {label: Dense, twin_of: switch}
  switch: {label: Switch, twin: dense, model: {moe: {num_experts: 3}}}
corpus: {files: ["{data}/corpus/facts.jsonl"], held_out_share: 0.1, source_length: 40, split_documents: false, rows_per_batch: 4}
pretrain: {steps: 40, log_every: 3, checkpoint_every: 4}
mixture: {tasks: ["{data}/tasks"], source_length: 64, target_length: 24, examples_per_batch: 4}
instruct: {steps: 20, log_every: 3, checkpoint_every: 4, eval_every: 10, eval_at: [3]}
finetune_sets: ["{data}/finetune/search_snippets.yaml"]
finetune_mixture: {source_length: 64, target_length: 16, examples_per_batch: 4}
finetune: {steps: 4, log_every: 2}
heldout: {tasks: ["{data}/heldout/exam", "{data}/heldout/hard"], prompts: both, max_items: 2, max_new_tokens: 4, source_length: 96}
validation: {tasks: ["{data}/validation"], max_items: 1, max_new_tokens: 3, source_length: 96}
curve: {tasks: ["{data}/heldout/exam"], max_items: 1, source_length: 96}
finetune_eval: {max_items: 2, max_new_tokens: 3}
routing_texts: 3
cost_steps: 1
)";

class Study : public FolderTest {
 protected:
  std::vector<std::string> command(const std::string& preset, const std::string& out) const {
    return {"study", preset, "--out", (folder_ / out).string()};
  }
  std::string tiny() const { return put("tiny.yaml", kTinyStudy).string(); }

  // results.json without what may differ: timings, and the command, which names the folder.
  Json results(const std::string& out) const {
    Json json = read_json(folder_ / out / "results.json");
    json.erase("timing");
    json.erase("command");
    return json;
  }

  size_t num_checkpoints(const std::string& out) const {
    size_t count = 0;
    for (const std::string& entry : listing(folder_ / out))
      count += entry.find("/state.json ") != std::string::npos ? 1 : 0;
    return count;
  }

  // Waits until the study in `out` is well inside its training.
  void wait_for_training(Running& study, const std::string& out) const {
    while (!study.ended() && !(fs::exists(folder_ / out / "cells/switch/seed-1/pretrain/checkpoints/step-4")))
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    ASSERT_FALSE(study.ended()) << study.wait().err;
  }
};

}  // namespace flanmoe::e2e
