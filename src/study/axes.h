// The axes of a grid: named values over the runs of a study's arms, `axes: {tasks: {values: {8: {mixture: {num_tasks:
// 8}}, all: {}}}}`. Every arm is run at every value; cells whose past is equal are one cell, since a value enters with
// the first phase that any value of its axis changes.
#pragma once

#include <string>
#include <vector>

#include "study/options.h"
#include "study/recipe.h"

namespace flanmoe {

struct AxisValue {
  std::string name;  // the key; a number where the axis is one
  std::string label;
  RecipeDifferences differences;
  void fields(FieldVisitor& visitor);
};

struct Axis {
  std::string name;  // the key
  std::string label;
  std::vector<std::string> arms;  // that the axis holds for; all when empty
  std::vector<AxisValue> values;
  Phase enters = Phase::kPretrain;
  bool changes_finetuning = false;  // too, whatever phase it enters with

  bool holds_for(const std::string& arm) const;
};

// In the order of the configuration. UserError naming the axis and value: an arm that the study has not, fewer than two
// values, names that no folder may have, values that change nothing.
std::vector<Axis> resolve_axes(const StudyOptions& options);

}  // namespace flanmoe
