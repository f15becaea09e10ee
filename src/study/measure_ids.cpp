#include "study/measure_ids.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/error.h"
#include "base/nearest_name.h"
#include "eval/evaluation.h"
#include "eval/results.h"
#include "study/cells.h"
#include "study/curve_measures.h"
#include "study/evaluations.h"
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

void add_evaluations(std::vector<std::string>& ids, const StudyOptions& options) {
  for (const Evaluation& evaluation : study_evaluations(options)) {
    for (const Stage stage : kStages) {
      for (const char* what : {"evaluated", "effect"})
        ids.push_back(fmt::format("{}/{}/{}", what, evaluation.name, name_of(stage)));
    }
  }
  if (has_evaluation(options, "unlimited")) ids.insert(ids.end(), {"unlimited/instructed", "gain/capacity"});
}

bool holds_for(const Evaluation& evaluation, const ArmOptions& arm) {
  return evaluation_routing_of(evaluation, arm.recipe.model, arm.name).has_value();
}

// The evaluation that a measure is of, and that it is compared with; every other measure has none.
std::vector<std::string> evaluations_of(const std::string& id, const std::vector<Evaluation>& evaluations) {
  if (id == "gain/capacity" || id == "unlimited/instructed") return {"unlimited"};
  for (const Evaluation& one : evaluations) {
    if (id.starts_with("evaluated/" + one.name + "/")) return {one.name};
    if (id.starts_with("effect/" + one.name + "/")) return {one.name, one.over};
  }
  return {};
}

[[noreturn]] void refuse_arm(const std::string& id, const ArmOptions& arm, const std::string& asker) {
  if (const std::optional<int64_t> step = curve_step_of(id))
    fail_input("{}: 'measure' is '{}', but the instruction tuning of '{}' is not evaluated at step {}; {}", asker, id,
               arm.name, *step, curve_steps_hint(arm.recipe.instruct, *step));
  if (id == kHeldOutLoss)
    fail_input("{}: 'measure' is '{}', but 'corpus.held_out_share' of '{}' is 0, expected a share of the text above 0",
               asker, id, arm.name);
  fail_input("{}: the arm '{}' has no measure '{}'", asker, arm.name, id);
}

// That there are tasks which are held out by cluster, or by item, for a measure of these.
void check_tasks(const std::string& id, const StudyOptions& options, const std::filesystem::path& data,
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

}  // namespace

bool is_of_differences(const std::string& id) { return id.starts_with("gain/") || id.starts_with("effect/"); }

std::string unit_of_measure(const std::string& id) {
  constexpr std::array<std::pair<std::string_view, const char*>, 8> kUnits = {
      {{"loss/", "nats per token"},
       {"log-odds/", "nats"},
       {"utilisation/", "percent of capacity"},
       {"gain/utilisation", "percent of capacity"},
       {"suite/", "percent"},
       {"drops/", "percent"},
       {"finetune/mean/", "points"},
       {"finetune/", "percent"}}};
  const auto found =
      std::find_if(kUnits.begin(), kUnits.end(), [&id](const auto& one) { return id.starts_with(one.first); });
  return found == kUnits.end() ? "points" : found->second;
}

std::vector<std::string> measure_ids(const StudyOptions& options) {
  std::vector<std::string> ids = {"loss/pretrain", "gain/heldout", "gain/utilisation", "drops/corpus",
                                  "gain/drop-distance"};
  for (const Stage stage : kStages) {
    for (const char* what : {"heldout/", "heldout-direct/", "heldout-cluster/", "heldout-item/", "log-odds/",
                             "validation/", "utilisation/", "drops/", "drop-distance/"})
      ids.push_back(what + std::string(name_of(stage)));
  }
  if (options.recipe.corpus.held_out_share > 0.0) ids.push_back(kHeldOutLoss);
  for (const int64_t step : curve_steps(options.recipe.instruct)) ids.push_back(curve_measure_id(step));
  add_evaluations(ids, options);
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

bool is_measured(const std::string& id, const StudyOptions& options, const ArmOptions& arm) {
  if (const std::optional<int64_t> step = curve_step_of(id)) return is_curve_step(arm.recipe.instruct, *step);
  if (id == kHeldOutLoss) return arm.recipe.corpus.held_out_share > 0.0;
  const ModelOptions& model = arm.recipe.model;
  const bool is_routed = model.moe.num_experts > 0 && !model.decoder_only;
  if (id.starts_with("utilisation/") || id == "gain/utilisation")
    return is_routed && model.moe.routing != RoutingRule::kExpertChoice;
  if (id.starts_with("drop") || id == "gain/drop-distance") return is_routed;
  const std::vector<Evaluation> evaluations = study_evaluations(options);
  const std::vector<std::string> asked = evaluations_of(id, evaluations);
  return std::all_of(evaluations.begin(), evaluations.end(), [&](const Evaluation& one) {
    return std::find(asked.begin(), asked.end(), one.name) == asked.end() || holds_for(one, arm);
  });
}

void check_measure(const std::string& id, const std::vector<const ArmOptions*>& arms, const StudyOptions& options,
                   const std::filesystem::path& data, const std::string& asker) {
  check_measure_id(id, options, asker);
  for (const ArmOptions* arm : arms) {
    if (!is_measured(id, options, *arm)) refuse_arm(id, *arm, asker);
  }
  if (std::filesystem::exists(data)) check_tasks(id, options, data, asker);
}

}  // namespace flanmoe
