// Settings of evaluation under which a study asks its finished models once more, without training again: held-out
// tasks, direct prompts, of every sparse arm before and after instruction tuning.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/config.h"
#include "model/options.h"
#include "study/options.h"

namespace flanmoe {

struct Evaluation {
  std::string name;  // the key under `evaluations`
  std::string label;
  ConfigNode moe;  // settings of the sparse layers, those of model/evaluation_settings.h
  std::string over;
  bool where_possible = false;
  void fields(FieldVisitor& visitor);
};

// In the order of the configuration. UserError for a name that no folder can have, settings that are none of
// evaluation's, an `over` that is no evaluation.
std::vector<Evaluation> study_evaluations(const StudyOptions& options);
bool has_evaluation(const StudyOptions& options, const std::string& name);

// The routing of an arm's model under the evaluation; none for a dense model, and where it cannot hold and need not.
// UserError naming evaluation and arm, and why, where it cannot hold and must, or its values are bad.
std::optional<MoeOptions> evaluation_routing_of(const Evaluation& evaluation, const ModelOptions& model,
                                                const std::string& arm);

// Before the first run: every evaluation holds for the arms that it is asked of.
void check_evaluations(const StudyOptions& options, const std::vector<ArmOptions>& arms);

}  // namespace flanmoe
