#include "eval/scoring/compare.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "base/error.h"
#include "eval/files/eval_folder.h"
#include "eval/metrics/corpus_metrics.h"

namespace flanmoe {
namespace {

struct Side {
  std::filesystem::path folder;
  Json tasks;  // of results.json, "flanmoe"
};

Side open_side(const std::filesystem::path& folder) {
  const std::string where = (folder / "results.json").string();
  return {folder, json_at(json_at(read_results(folder), "flanmoe", where), "tasks", where)};
}

void expect_same_tasks(const Side& a, const Side& b) {
  for (const auto& [one, other] : {std::pair(&a, &b), std::pair(&b, &a)}) {
    for (const auto& [name, task] : one->tasks.items()) {
      if (other->tasks.contains(name)) continue;
      fail_input("task '{}' is in {} and not in {}; expected two evaluations of the same tasks", name,
                 one->folder.string(), other->folder.string());
    }
  }
}

using Items = std::map<std::string, ItemResult>;

void expect_same_items(const std::string& task, const Items& a, const Items& b, const Side& from, const Side& to) {
  for (const auto& [id, item] : a) {
    const auto found = b.find(id);
    const char* fault = found == b.end()                         ? "is not in"
                        : !item.refused && found->second.refused ? "was refused in"
                        : item.cluster_id != found->second.cluster_id || item.answers != found->second.answers
                            ? "has another passage or answer in"
                            : nullptr;
    if (fault == nullptr) continue;
    fail_input("task '{}': item '{}' of {} {} {}; expected two evaluations of the same items", task, id,
               from.folder.string(), fault, to.folder.string());
  }
}

// One task's paired scores.
struct ComparedTask {
  std::string name, suite;  // suite and prompting
  double a = 0.0, b = 0.0, chance = 0.0;
  PairedTask paired;
};

ComparedTask pair_task(const std::string& name, const Side& a, const Side& b) {
  const Json &left = a.tasks.at(name), &right = b.tasks.at(name);
  const std::string task = left.at("task"), where = (a.folder / "results.json").string();
  const auto prompting = json_named<Prompting>(left, "prompting", where);
  const Items items_a = SampleFolder(a.folder / "samples").read(task, prompting),
              items_b = SampleFolder(b.folder / "samples").read(task, prompting);
  expect_same_items(name, items_a, items_b, a, b);
  expect_same_items(name, items_b, items_a, b, a);
  ComparedTask compared{name, name_as_asked(left.at("suite"), prompting), left.at("score"), right.at("score"),
                        left.at("chance")};
  for (const auto& [id, item] : items_a) {
    if (item.refused) continue;
    compared.paired.a.push_back(item.score);
    compared.paired.b.push_back(items_b.at(id).score);
    compared.paired.cluster_ids.push_back(item.cluster_id);
  }
  return compared;
}

// Scores of several tasks as one: the mean over them, each times its weight.
ComparedScore together(const std::string& kind, const std::string& name, const std::vector<ComparedTask>& tasks,
                       const std::vector<double>& weights, uint64_t seed) {
  ComparedScore score{kind, name};
  std::vector<PairedTask> paired;
  for (size_t i = 0; i < tasks.size(); ++i) {
    score.a += weights[i] * tasks[i].a;
    score.b += weights[i] * tasks[i].b;
    paired.push_back(tasks[i].paired);
    paired.back().weight = 100.0 * weights[i];
  }
  score.paired = paired_bootstrap(paired, seed);
  return score;
}

std::map<std::string, std::vector<ComparedTask>> by_suite(const std::vector<ComparedTask>& tasks) {
  std::map<std::string, std::vector<ComparedTask>> suites;
  for (const ComparedTask& task : tasks) suites[task.suite].push_back(task);
  return suites;
}

// Mean over suites of the mean over tasks of 100 (score - chance) / (100 - chance).
ComparedScore normalised(const std::vector<ComparedTask>& tasks, uint64_t seed) {
  const auto suites = by_suite(tasks);
  std::vector<double> weights;
  double chance = 0.0;
  for (const ComparedTask& task : tasks) {
    const auto num_tasks = static_cast<double>(suites.at(task.suite).size() * suites.size());
    weights.push_back(100.0 / (100.0 - task.chance) / num_tasks);
    chance += weights.back() * task.chance;
  }
  ComparedScore score = together("average", "normalised average", tasks, weights, seed);
  score.a -= chance;
  score.b -= chance;
  return score;
}

void adjust_tasks(std::vector<ComparedScore>& scores) {
  std::vector<double> p_values;
  std::vector<ComparedScore*> tested;
  for (ComparedScore& score : scores) {
    if (score.kind != "task" || !score.paired.interval) continue;
    tested.push_back(&score);
    p_values.push_back(score.paired.interval->p_value);
  }
  const std::vector<double> adjusted = holm_adjusted(p_values);
  for (size_t i = 0; i < tested.size(); ++i) tested[i]->p_holm = adjusted[i];
}

}  // namespace

std::vector<double> holm_adjusted(const std::vector<double>& p_values) {
  std::vector<size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&p_values](size_t a, size_t b) { return p_values[a] < p_values[b]; });
  std::vector<double> adjusted(p_values.size());
  double largest = 0.0;
  for (size_t rank = 0; rank < order.size(); ++rank) {
    const auto still_in = static_cast<double>(order.size() - rank);
    largest = std::max(largest, std::min(1.0, still_in * p_values[order[rank]]));
    adjusted[order[rank]] = largest;
  }
  return adjusted;
}

Comparison compare_evaluations(const std::filesystem::path& a, const std::filesystem::path& b, uint64_t seed) {
  const Side left = open_side(a), right = open_side(b);
  expect_same_tasks(left, right);
  Comparison comparison;
  std::vector<ComparedTask> tasks;
  for (const auto& [name, task] : left.tasks.items()) {
    if (is_corpus_metric(task.at("metric")) || task.at("num_scored") == 0) {
      comparison.not_compared.push_back(name);
    } else {
      tasks.push_back(pair_task(name, left, right));
    }
  }
  if (tasks.empty()) fail_input("{}: no task with scores of single items to compare", a.string());
  for (const ComparedTask& task : tasks) comparison.scores.push_back(together("task", task.name, {task}, {1.0}, seed));
  for (const auto& [suite, members] : by_suite(tasks)) {
    const std::vector<double> weights(members.size(), 1.0 / static_cast<double>(members.size()));
    comparison.scores.push_back(together("suite", suite, members, weights, seed));
  }
  comparison.scores.push_back(normalised(tasks, seed));
  adjust_tasks(comparison.scores);
  return comparison;
}

Json comparison_to_json(const Comparison& comparison) {
  Json scores = Json::array();
  for (const ComparedScore& score : comparison.scores) {
    Json row = {{"kind", score.kind},
                {"name", score.name},
                {"a", score.a},
                {"b", score.b},
                {"difference", score.paired.difference},
                {"num_items", score.paired.num_items},
                {"num_clusters", score.paired.num_clusters}};
    if (const auto& interval = score.paired.interval) {
      row["interval_95"] = {interval->low, interval->high};
      row["p_value"] = interval->p_value;
      if (score.p_holm) row["p_value_holm"] = *score.p_holm;
    }
    scores.push_back(row);
  }
  return {{"scores", scores}, {"not_compared", comparison.not_compared}};
}

}  // namespace flanmoe
