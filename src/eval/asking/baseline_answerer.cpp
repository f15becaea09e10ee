#include "eval/asking/baseline_answerer.h"

#include <map>
#include <memory>

#include "eval/asking/baseline.h"
#include "eval/scoring/judge.h"

namespace flanmoe {
namespace {

const char* const kChanceAnswer = "(any option)";

std::vector<TaskRow> training_rows(const TaskRun& run) {
  return run.task.splits.contains("train") ? load_rows(run.task, "train") : std::vector<TaskRow>();
}

std::vector<ItemResult> chance_items(const AskedTask& asked) {
  const std::vector<double> scores = chance_scores(asked.rows);
  std::vector<ItemResult> items;
  for (size_t i = 0; i < asked.rows.size(); ++i) {
    items.push_back(open_item(asked.run, asked.rows[i]));
    items.back().prediction = kChanceAnswer;
    items.back().score = scores[i];
  }
  return items;
}

std::vector<ItemResult> baseline_items(const std::string& name, uint64_t seed, const AskedTask& asked) {
  if (name == "chance") return chance_items(asked);
  const std::vector<TaskRow> training = training_rows(asked.run);
  const std::vector<std::string> predictions =
      name == "majority" ? majority_predictions(asked.rows, training.empty() ? asked.rows : training)
                         : random_predictions(asked.rows, training, seed, asked.run.task.name);
  std::vector<ItemResult> items;
  for (size_t i = 0; i < asked.rows.size(); ++i) {
    items.push_back(open_item(asked.run, asked.rows[i]));
    judge_answer(items.back(), asked.run, asked.rows[i], predictions[i]);
  }
  return items;
}

}  // namespace

std::vector<std::string> baseline_names() { return {"chance", "majority", "random"}; }

Answerer baseline_answerer(const std::string& name, uint64_t seed) {
  // A task comes in parts: its items are made once.
  const auto made = std::make_shared<std::map<std::string, std::vector<ItemResult>>>();
  return [name, seed, made](const AskedTask& asked, size_t begin, size_t end) {
    const auto [found, added] = made->try_emplace(asked.run.name());
    if (added) found->second = baseline_items(name, seed, asked);
    const auto first = found->second.begin();
    return std::vector<ItemResult>(first + static_cast<std::ptrdiff_t>(begin),
                                   first + static_cast<std::ptrdiff_t>(end));
  };
}

}  // namespace flanmoe
