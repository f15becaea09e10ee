#include "study/axes.h"

#include <algorithm>

#include "base/error.h"
#include "base/nearest_name.h"
#include "study/part_name.h"

namespace flanmoe {
namespace {

struct AxisOptions {
  std::string label;
  std::vector<std::string> arms;
  ConfigNode values;
  void fields(FieldVisitor& v) {
    v.field("label", label, "name in the report");
    v.field("arms", arms, "arms that the axis holds for; all when empty");
    v.field("values", values,
            "name -> {label, model, corpus, pretrain, mixture, instruct, finetune_mixture, finetune}");
  }
};

void check_arms(const Axis& axis, const StudyOptions& options) {
  std::vector<std::string> names;
  for (const auto& [name, node] : options.arms.items()) names.push_back(name);
  for (const std::string& arm : axis.arms) {
    if (std::find(names.begin(), names.end(), arm) != names.end()) continue;
    fail_input("axis '{}': 'arms' names '{}', which is no arm of this study{}", axis.name, printable(arm),
               ending_did_you_mean(arm, names));
  }
}

AxisValue value_of(const std::string& name, const ConfigNode& node, const Axis& axis) {
  check_part_name(name, fmt::format("a value of the axis '{}'", axis.name), node);
  AxisValue value;
  value.name = name;
  load_options(node, value);
  if (value.label.empty()) value.label = name;
  return value;
}

Axis axis_of(const std::string& name, const ConfigNode& node, const StudyOptions& options) {
  check_part_name(name, "an axis", node);
  AxisOptions written;
  load_options(node, written);
  Axis axis{name, written.label.empty() ? name : written.label, written.arms, {}, Phase::kFinetune, false};
  check_arms(axis, options);
  bool changes = false;
  for (const auto& [value_name, value_node] : written.values.items()) {
    axis.values.push_back(value_of(value_name, value_node, axis));
    const RecipeDifferences& differences = axis.values.back().differences;
    axis.changes_finetuning |= !differences.finetune.empty() || !differences.finetune_mixture.empty();
    const std::optional<Phase> phase = differences.first_phase();
    if (!phase) continue;
    axis.enters = std::min(axis.enters, *phase);
    changes = true;
  }
  if (axis.values.size() < 2)
    fail_input("{}: the axis '{}' has {} values, expected two or more", node.place(), name, axis.values.size());
  if (!changes) fail_input("{}: no value of the axis '{}' changes anything", node.place(), name);
  return axis;
}

}  // namespace

void AxisValue::fields(FieldVisitor& v) {
  v.field("label", label, "name in the report");
  differences.fields(v);
}

bool Axis::holds_for(const std::string& arm) const {
  return arms.empty() || std::find(arms.begin(), arms.end(), arm) != arms.end();
}

std::vector<Axis> resolve_axes(const StudyOptions& options) {
  std::vector<Axis> axes;
  for (const auto& [name, node] : options.axes.items()) axes.push_back(axis_of(name, node, options));
  return axes;
}

}  // namespace flanmoe
