#include "study/stage.h"

namespace flanmoe {

Phase phase_of(Stage stage) { return stage == Stage::kPretrained ? Phase::kPretrain : Phase::kInstruct; }

std::string label_of(Stage stage) {
  return stage == Stage::kPretrained ? "before instruction tuning" : "after instruction tuning";
}

}  // namespace flanmoe
