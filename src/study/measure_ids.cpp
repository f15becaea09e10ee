#include "study/measure_ids.h"

#include <algorithm>

#include "base/error.h"
#include "base/nearest_name.h"
#include "eval/evaluation.h"
#include "eval/results.h"
#include "study/cells.h"
#include "study/curve_measures.h"
#include "study/stage.h"

namespace flanmoe {
namespace {

const char* const kHeldOutLoss = "loss/held-out";

// "suite/NAME/direct/instructed", whatever the name.
bool is_of_a_suite(const std::string& id) {
  if (!id.starts_with("suite/")) return false;
  for (const std::string& prompting : all_names<Prompting>()) {
    for (const Stage stage : kStages) {
      if (id.ends_with("/" + prompting + "/" + name_of(stage))) return true;
    }
  }
  return false;
}

}  // namespace

std::vector<std::string> measure_ids(const StudyOptions& options) {
  std::vector<std::string> ids = {"loss/pretrain", "gain/heldout", "gain/utilisation", "unlimited/instructed",
                                  "gain/capacity"};
  for (const Stage stage : kStages) {
    for (const char* what : {"heldout/", "heldout-direct/", "heldout-cluster/", "heldout-item/", "log-odds/",
                             "validation/", "utilisation/"})
      ids.push_back(what + std::string(name_of(stage)));
  }
  if (options.recipe.corpus.held_out_share > 0.0) ids.push_back(kHeldOutLoss);
  for (const int64_t step : curve_steps(options.recipe.instruct)) ids.push_back(curve_measure_id(step));
  if (options.finetune_sets.empty()) return ids;
  ids.push_back("gain/finetune");
  for (const char* way : {"/direct", "/instructed"}) {
    ids.push_back("finetune/mean" + std::string(way));
    for (const std::string& file : options.finetune_sets) ids.push_back("finetune/" + set_name(file) + way);
  }
  return ids;
}

void check_measure_id(const std::string& id, const StudyOptions& options, const std::string& asker) {
  const std::vector<std::string> ids = measure_ids(options);
  if (is_of_a_suite(id) || curve_step_of(id) || id == kHeldOutLoss ||
      std::find(ids.begin(), ids.end(), id) != ids.end())
    return;
  const std::string nearest = nearest_name(id, ids);
  fail_input("{}: 'measure' is '{}', which no cell of this study measures{}", asker, printable(id),
             nearest.empty() ? "; docs/results.md lists the measures" : fmt::format("; did you mean '{}'?", nearest));
}

void check_measure_of_arm(const std::string& id, const ArmOptions& arm, const std::string& asker) {
  if (const std::optional<int64_t> step = curve_step_of(id)) check_curve_step(*step, arm, asker);
  if (id == kHeldOutLoss && arm.recipe.corpus.held_out_share == 0.0)
    fail_input("{}: 'measure' is '{}', but 'corpus.held_out_share' of '{}' is 0, expected a share of the text above 0",
               asker, id, arm.name);
}

void check_measure_of_tasks(const std::string& id, const StudyOptions& options, const std::filesystem::path& data,
                            const std::string& asker) {
  for (const char* what : {"cluster", "item"}) {
    if (!id.starts_with(fmt::format("heldout-{}/", what))) continue;
    const std::vector<TaskRun> runs = plan_evaluation(request_of(options.heldout, data)).runs;
    const auto is_held_out = [&](const TaskRun& run) {
      return run.prompting == Prompting::kDirect && run.task.held_out == what;
    };
    if (std::any_of(runs.begin(), runs.end(), is_held_out)) continue;
    fail_input("{}: 'measure' is '{}', but no task of 'heldout.tasks' that is asked directly says 'held_out: {}'",
               asker, id, what);
  }
}

}  // namespace flanmoe
