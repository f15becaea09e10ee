#include "study/evaluations.h"

#include <algorithm>

#include "base/error.h"
#include "base/nearest_name.h"
#include "eval/evaluation.h"
#include "model/evaluation_settings.h"
#include "study/part_name.h"

namespace flanmoe {
namespace {

bool changes_something(const Evaluation& evaluation, const EvalOptions& heldout) {
  const EvalOptions asked = options_under(evaluation, heldout);
  return !evaluation.moe.empty() || asked.shots != heldout.shots || asked.source_length != heldout.source_length;
}

void check_moe(const Evaluation& evaluation, const ConfigNode& node) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : evaluation.moe.items()) keys.push_back(key);
  try {
    check_evaluation_keys(keys);
  } catch (const UserError& error) {
    fail_input("{}: evaluation '{}': {}", node.place(), evaluation.name, error.what());
  }
}

Evaluation evaluation_of(const std::string& name, const ConfigNode& node, const EvalOptions& heldout) {
  check_part_name(name, "an evaluation", node);
  Evaluation evaluation;
  load_options(node, evaluation);
  evaluation.name = name;
  if (evaluation.label.empty()) evaluation.label = name;
  check_moe(evaluation, node);
  if (!changes_something(evaluation, heldout))
    fail_input(
        "{}: the evaluation '{}' changes nothing; expected 'moe: {{capacity_factor_eval: 0.5}}' or the like, or "
        "'shots' or 'source_length' other than those of 'heldout'",
        node.place(), name);
  return evaluation;
}

void check_over(const std::vector<Evaluation>& evaluations) {
  std::vector<std::string> names;
  for (const Evaluation& one : evaluations) names.push_back(one.name);
  for (const Evaluation& one : evaluations) {
    const bool known = one.over.empty() || std::find(names.begin(), names.end(), one.over) != names.end();
    if (known && one.over != one.name) continue;
    fail_input("evaluation '{}': 'over' is '{}', expected another evaluation of this study{}", one.name,
               printable(one.over), ending_did_you_mean(one.over, names));
  }
}

void check_examples_of(const TaskRun& run) {
  BadRows bad_rows(OnBadRow::kStop);
  const auto available = static_cast<int64_t>(load_rows(run.task, run.exemplar_split(), bad_rows).size());
  if (available < run.shots())
    fail_input("task '{}': its split '{}' has {} rows, expected {} or more to show", run.task.name,
               run.exemplar_split(), available, run.shots());
}

void check_examples(const Evaluation& evaluation, const StudyOptions& options, const std::filesystem::path& data) {
  if (evaluation.shots.value_or(0) == 0) return;
  try {
    for (const TaskRun& run : plan_evaluation(request_of(options_under(evaluation, options.heldout), data)).runs)
      check_examples_of(run);
  } catch (const UserError& error) {
    fail_input("evaluation '{}' with {} shots: {}", evaluation.name, *evaluation.shots, error.what());
  }
}

}  // namespace

void Evaluation::fields(FieldVisitor& v) {
  v.field("label", label, "name in the report");
  v.field("moe", moe, "what differs: capacity_factor_eval, min_capacity, eval_group, second_eval");
  v.field("shots", shots, int64_t{-1}, "examples in front of each question; -1 = heldout.shots");
  v.require_within(shots.value_or(-1), -1, 10'000, "shots");
  v.field("source_length", source_length, int64_t{0}, "tokens of a prompt, eos included; 0 = heldout.source_length");
  v.require_within(source_length.value_or(2), 2, 1'000'000, "source_length");
  v.field("over", over, "the evaluation that it is compared with; the arm's own settings when empty");
  v.field("where_possible", where_possible, "arms for which it cannot hold are left out, in place of an error");
}

std::vector<Evaluation> study_evaluations(const StudyOptions& options) {
  if (!options.evaluations.is_map())
    fail_input("{}: 'evaluations' is no section, expected evaluations by name", options.evaluations.place());
  std::vector<Evaluation> evaluations;
  for (const auto& [name, node] : options.evaluations.items())
    evaluations.push_back(evaluation_of(name, node, options.heldout));
  check_over(evaluations);
  return evaluations;
}

bool has_evaluation(const StudyOptions& options, const std::string& name) {
  return options.evaluations.is_map() && options.evaluations.has(name);
}

EvalOptions options_under(const Evaluation& evaluation, const EvalOptions& heldout) {
  EvalOptions asked = heldout;
  asked.prompts = PromptKinds::kDirect;
  if (evaluation.shots) asked.shots = evaluation.shots;
  if (evaluation.source_length) asked.source_length = *evaluation.source_length;
  return asked;
}

std::optional<MoeOptions> evaluation_routing_of(const Evaluation& evaluation, const ModelOptions& model,
                                                const std::string& arm) {
  if (evaluation.moe.empty()) return model.moe;
  if (model.moe.num_experts == 0) return std::nullopt;
  MoeOptions asked = model.moe;
  try {
    load_options(evaluation.moe, asked);
  } catch (const UserError& error) {
    fail_input("evaluation '{}': {}", evaluation.name, error.what());
  }
  try {
    check_evaluation_routing(model, asked);
  } catch (const UserError& error) {
    if (evaluation.where_possible) return std::nullopt;
    fail_input("evaluation '{}' cannot hold for the arm '{}': {}; or 'where_possible: true', which leaves the arm out",
               evaluation.name, arm, error.what());
  }
  return asked;
}

void check_evaluations(const StudyOptions& options, const std::vector<ArmOptions>& arms,
                       const std::filesystem::path& data) {
  for (const Evaluation& evaluation : study_evaluations(options)) {
    for (const ArmOptions& arm : arms) evaluation_routing_of(evaluation, arm.recipe.model, arm.name);
    if (std::filesystem::exists(data)) check_examples(evaluation, options, data);
  }
}

}  // namespace flanmoe
