#include "eval/asking/predictions.h"

#include <map>
#include <set>

#include "base/error.h"
#include "base/json.h"
#include "base/nearest_name.h"
#include "base/text_file.h"
#include "data/records.h"
#include "data/stop_text.h"
#include "eval/scoring/judge.h"

namespace flanmoe {
namespace {

constexpr size_t kNamed = 5;  // ids that a message names

using TextsById = std::map<std::string, std::string>;
using TextsByRun = std::map<std::string, TextsById>;

std::vector<std::string> names_of(const std::vector<TaskRun>& runs) {
  std::vector<std::string> names;
  for (const TaskRun& run : runs) names.push_back(run.name());
  return names;
}

// The run that an object answers: of its task, and of its prompting where it names one.
const TaskRun& run_of_object(const Json& object, const std::vector<TaskRun>& runs, const std::string& where) {
  const std::string task = json_string(object, "task", where);
  const std::string prompting = object.contains("prompting") ? json_string(object, "prompting", where) : "";
  std::vector<const TaskRun*> fitting;
  for (const TaskRun& run : runs) {
    if (run.task.name == task && (prompting.empty() || prompting == name_of(run.prompting))) fitting.push_back(&run);
  }
  if (fitting.size() == 1) return *fitting.front();
  if (fitting.size() > 1) {
    fail_input("{}: task '{}' is asked both ways; expected 'prompting', \"direct\" or \"cot\"", where, task);
  }
  const std::string nearest = nearest_name(task, names_of(runs));
  fail_input("{}: task '{}'{} is not asked{}", where, task, prompting.empty() ? "" : " (" + prompting + ")",
             nearest.empty() ? "" : fmt::format(", did you mean '{}'?", nearest));
}

TextsByRun read_predictions(const std::filesystem::path& file, const std::vector<TaskRun>& runs) {
  TextsByRun texts;
  each_object_of(open_objects_file(file), [&](const Json& object, const std::string& where) {
    const TaskRun& run = run_of_object(object, runs, where);
    const std::string id = json_string(object, "id", where);
    if (!texts[run.name()].emplace(id, json_string(object, "prediction", where)).second)
      fail_input("{}: a second prediction for item '{}' of task '{}'", where, id, run.name());
  });
  return texts;
}

std::string some_of(std::vector<std::string> ids) {
  const size_t count = ids.size();
  ids.resize(std::min(count, kNamed));
  return fmt::format("{}{}", fmt::join(ids, ", "), count > kNamed ? ", ..." : "");
}

// Each row has its prediction; where all rows are asked, each prediction has its row.
void expect_same_ids(const AskedTask& asked, const TextsById& texts, const std::string& file) {
  std::set<std::string> ids;
  std::vector<std::string> missing, extra;
  for (const TaskRow& row : asked.rows) {
    ids.insert(row.id);
    if (!texts.contains(row.id)) missing.push_back(row.id);
  }
  const bool all_asked = asked.num_available == static_cast<int64_t>(asked.rows.size());
  for (const auto& [id, text] : texts) {
    if (all_asked && !ids.contains(id)) extra.push_back(id);
  }
  const std::string name = asked.run.name();
  if (!missing.empty()) {
    fail_input("{}: task '{}': no prediction for {} of its {} items: {}", file, name, missing.size(), asked.rows.size(),
               some_of(missing));
  }
  if (!extra.empty()) {
    fail_input("{}: task '{}': predictions for {} items that it does not have: {}", file, name, extra.size(),
               some_of(extra));
  }
}

}  // namespace

Answerer prediction_answerer(const std::filesystem::path& file, const std::vector<TaskRun>& runs) {
  return
      [file = file.string(), texts = read_predictions(file, runs)](const AskedTask& asked, size_t begin, size_t end) {
        const auto found = texts.find(asked.run.name());
        if (found == texts.end()) fail_input("{}: task '{}': no predictions", file, asked.run.name());
        const TextsById& of_task = found->second;
        if (begin == 0) expect_same_ids(asked, of_task, file);
        std::vector<ItemResult> items;
        for (size_t i = begin; i < end; ++i) {
          const TaskRow& row = asked.rows[i];
          items.push_back(open_item(asked.run, row));
          judge_text(items.back(), asked.run, row, cut_at_stop(of_task.at(row.id), asked.run.task.eval.stop));
        }
        return items;
      };
}

}  // namespace flanmoe
