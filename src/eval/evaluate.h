// Evaluation of a model on tasks: direct and chain-of-thought prompts, zero- and few-shot, ranking of options or
// generation with extraction, normalised average (definitions.md: accuracy, suite score, normalised score, interval).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/config.h"
#include "base/json.h"
#include "data/task.h"
#include "data/tokenizer.h"
#include "model/t5.h"

namespace flanmoe {

struct EvalOptions {
  std::vector<std::string> tasks;  // task files or folders; "{data}/..." allowed
  std::string split = "test";
  std::string prompts = "direct";  // direct | cot | both
  int64_t shots = 0;               // exemplars from the task's dev (else train) split, fixed per task
  std::string method = "auto";     // auto: rank when the task has options, else generate | rank | generate
  int64_t max_items = 0;           // per task, the first ones; 0 = all
  int64_t max_new_tokens = 48;
  int64_t source_length = 512;  // longer prompts lose exemplars, then are cut at the front; counted and reported
  void fields(FieldVisitor& visitor);
};

struct ItemResult {
  std::string task, id, cluster_id, prompting;  // prompting: "direct" | "cot"
  std::string prediction, answer;               // answer extracted; first accepted answer
  double score = 0.0;                           // 0..1
  bool truncated = false;
};

struct TaskResult {
  std::string task, suite, cluster, prompting;
  int64_t num_items = 0, num_truncated = 0, num_unanswered = 0;
  double score = 0.0;           // percent
  double standard_error = 0.0;  // percent, over items, clustered by passage
  double chance = 0.0;          // percent
  int64_t num_available = 0;    // rows of the split; more than num_items when `max_items` cuts
  double normalised() const { return 100.0 * (score - chance) / (100.0 - chance); }
};

struct SuiteResult {
  std::string suite, prompting;  // "exam", "direct"
  int64_t num_tasks = 0, num_items = 0;
  double score = 0.0, normalised = 0.0, standard_error = 0.0;
};

struct EvalResult {
  std::vector<TaskResult> tasks;
  std::vector<SuiteResult> suites;  // each (suite, prompting)
  double normalised_average = 0.0;  // mean over suites of the mean over tasks
  std::vector<ItemResult> items;
};

// `data_folder` resolves "{data}" and is where task files are looked up when not absolute.
EvalResult evaluate(const T5Model& model, const Tokenizer& tokenizer, const EvalOptions& options,
                    const std::filesystem::path& data_folder);

// Without items; scores rounded to nothing, NaN refused.
Json eval_to_json(const EvalResult& result);
// folder/scores.json and folder/items.jsonl, complete or absent.
void write_eval(const EvalResult& result, const std::filesystem::path& folder);

}  // namespace flanmoe
