// Where a model stands when it is evaluated.
#pragma once

#include <array>
#include <string>

#include "base/names.h"
#include "run/options.h"

namespace flanmoe {

enum class Stage { kPretrained, kInstructed };
constexpr std::array<Named<Stage>, 2> names_of(Stage) {
  return {{{Stage::kPretrained, "pretrained"}, {Stage::kInstructed, "instructed"}}};
}
inline constexpr std::array kStages = {Stage::kPretrained, Stage::kInstructed};

// The phase that leads to it.
Phase phase_of(Stage stage);
// "before instruction tuning", for labels.
std::string label_of(Stage stage);

}  // namespace flanmoe
