#include "study/evaluations.h"

#include <algorithm>

#include "base/error.h"
#include "base/nearest_name.h"
#include "model/evaluation_settings.h"
#include "study/part_name.h"

namespace flanmoe {
namespace {

Evaluation evaluation_of(const std::string& name, const ConfigNode& node) {
  check_part_name(name, "an evaluation", node);
  Evaluation evaluation;
  load_options(node, evaluation);
  evaluation.name = name;
  if (evaluation.label.empty()) evaluation.label = name;
  if (!evaluation.moe.is_map() || evaluation.moe.empty())
    fail_input("{}: the evaluation '{}' changes nothing; expected 'moe: {{capacity_factor_eval: 0.5}}' or the like",
               node.place(), name);
  std::vector<std::string> keys;
  for (const auto& [key, value] : evaluation.moe.items()) keys.push_back(key);
  try {
    check_evaluation_keys(keys);
  } catch (const UserError& error) {
    fail_input("{}: evaluation '{}': {}", node.place(), name, error.what());
  }
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

}  // namespace

void Evaluation::fields(FieldVisitor& v) {
  v.field("label", label, "name in the report");
  v.field("moe", moe, "what differs: capacity_factor_eval, min_capacity, eval_group, second_eval");
  v.field("over", over, "the evaluation that it is compared with; the arm's own settings when empty");
  v.field("where_possible", where_possible, "arms for which it cannot hold are left out, in place of an error");
}

std::vector<Evaluation> study_evaluations(const StudyOptions& options) {
  if (!options.evaluations.is_map())
    fail_input("{}: 'evaluations' is no section, expected evaluations by name", options.evaluations.place());
  std::vector<Evaluation> evaluations;
  for (const auto& [name, node] : options.evaluations.items()) evaluations.push_back(evaluation_of(name, node));
  check_over(evaluations);
  return evaluations;
}

bool has_evaluation(const StudyOptions& options, const std::string& name) {
  return options.evaluations.is_map() && options.evaluations.has(name);
}

std::optional<MoeOptions> evaluation_routing_of(const Evaluation& evaluation, const ModelOptions& model,
                                                const std::string& arm) {
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

void check_evaluations(const StudyOptions& options, const std::vector<ArmOptions>& arms) {
  for (const Evaluation& evaluation : study_evaluations(options)) {
    for (const ArmOptions& arm : arms) evaluation_routing_of(evaluation, arm.recipe.model, arm.name);
  }
}

}  // namespace flanmoe
