#include "eval/asking/run_tasks.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "base/error.h"
#include "base/signals.h"
#include "eval/scoring/aggregate.h"

namespace flanmoe {
namespace {

// Items answered together: enough that like lengths share a batch, few enough that little is lost when a run is killed.
constexpr size_t kRankedTogether = 256, kGeneratedTogether = 64;

using ItemsById = std::map<std::string, ItemResult>;

void expect_distinct_ids(const AskedTask& asked) {
  std::set<std::string> ids;
  for (const TaskRow& row : asked.rows) {
    if (!ids.insert(row.id).second) {
      fail_input("task '{}': two rows of split '{}' have the id '{}'; expected one each", asked.run.task.name,
                 asked.run.split(), row.id);
    }
  }
}

// One task of the evaluation.
struct TaskWork {
  AskedTask asked;
  ItemsById items;  // those that are known

  bool knows(size_t row) const { return items.contains(asked.rows[row].id); }
  int64_t num_known() const { return static_cast<int64_t>(items.size()); }
};

TaskWork open_work(const TaskRun& run, const SampleFolder* samples, BadRows& bad_rows) {
  TaskWork work{open_task(run, bad_rows), {}};
  expect_distinct_ids(work.asked);
  if (samples == nullptr) return work;
  work.items = samples->read(run.task.name, run.prompting);
  std::set<std::string> ids;
  for (const TaskRow& row : work.asked.rows) ids.insert(row.id);
  for (const auto& [id, item] : work.items) {
    if (!ids.contains(id)) fail_input("task '{}': a sample of item '{}', which its rows do not have", item.task, id);
  }
  return work;
}

// The part [begin, end) is answered as a whole, whatever of it is known: the bits do not depend on where a run began.
void answer_part(TaskWork& work, size_t begin, size_t end, const Answerer& answerer, const SampleFolder* samples) {
  std::vector<ItemResult> fresh = answerer(work.asked, begin, end);
  std::erase_if(fresh, [&work](const ItemResult& item) { return work.items.contains(item.id); });
  if (samples != nullptr) samples->append(work.asked.run.task.name, fresh);
  for (ItemResult& item : fresh) work.items.emplace(item.id, std::move(item));
}

void answer_task(TaskWork& work, const Answerer& answerer, const SampleFolder* samples,
                 const std::function<void()>& after_part) {
  const size_t size = work.asked.ranked ? kRankedTogether : kGeneratedTogether, num_rows = work.asked.rows.size();
  for (size_t begin = 0; begin < num_rows; begin += size) {
    const size_t end = std::min(begin + size, num_rows);
    bool known = true;
    for (size_t row = begin; row < end; ++row) known = known && work.knows(row);
    if (known) continue;
    answer_part(work, begin, end, answerer, samples);
    after_part();
  }
}

std::vector<ItemResult> in_order(const TaskWork& work) {
  std::vector<ItemResult> items;
  for (const TaskRow& row : work.asked.rows) items.push_back(work.items.at(row.id));
  return items;
}

}  // namespace

EvalResult run_tasks(const std::vector<TaskRun>& runs, const Answerer& answerer, const SampleFolder* samples,
                     BadRows& bad_rows, const RunHooks& hooks) {
  std::vector<TaskWork> works;
  int64_t total = 0, done_before = 0;
  for (const TaskRun& run : runs) {
    works.push_back(open_work(run, samples, bad_rows));
    total += static_cast<int64_t>(works.back().asked.rows.size());
    done_before += works.back().num_known();
  }
  EvalResult result;
  std::optional<StopSignals> signals;
  if (hooks.between_parts) signals.emplace();
  if (hooks.progress) hooks.progress(done_before, total, runs.empty() ? "" : runs.front().name());
  for (TaskWork& work : works) {
    const int64_t known_before = work.num_known();
    answer_task(work, answerer, samples, [&] {
      if (hooks.progress) hooks.progress(done_before + work.num_known() - known_before, total, work.asked.run.name());
      if (hooks.between_parts) hooks.between_parts();
    });
    done_before += work.num_known() - known_before;
    const std::vector<ItemResult> items = in_order(work);
    result.tasks.push_back(scored_task(work.asked, items));
    result.items.insert(result.items.end(), items.begin(), items.end());
    work = {};
  }
  result.suites = score_suites(result.tasks);
  result.normalised_average = normalised_average(result.suites);
  return result;
}

}  // namespace flanmoe
