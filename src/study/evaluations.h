// Settings of evaluation under which a study asks its finished models once more, without training again: held-out
// tasks, direct prompts, before and after instruction tuning. Of every arm, or of the sparse ones where the room of
// experts is among them.
#pragma once

#include <cstdint>
#include <filesystem>
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
  ConfigNode moe;                               // settings of the sparse layers, those of model/evaluation_settings.h
  std::optional<int64_t> shots, source_length;  // none = those of `heldout`
  std::string over;
  bool where_possible = false;
  void fields(FieldVisitor& visitor);
};

// In the order of the configuration. UserError for a name that no folder can have, settings that are none of
// evaluation's, one that changes nothing, an `over` that is no evaluation.
std::vector<Evaluation> study_evaluations(const StudyOptions& options);
bool has_evaluation(const StudyOptions& options, const std::string& name);

// How the held-out tasks are asked under it.
EvalOptions options_under(const Evaluation& evaluation, const EvalOptions& heldout);

// The routing of an arm's model under the evaluation; none where the arm is not asked: a dense one about the room of
// experts, and one for which it cannot hold and need not. UserError naming evaluation and arm, and why, where it cannot
// hold and must, or its values are bad.
std::optional<MoeOptions> evaluation_routing_of(const Evaluation& evaluation, const ModelOptions& model,
                                                const std::string& arm);

// Before the first run: every evaluation holds for the arms that it is asked of, and the tasks in `data`, once that
// folder is there, have the examples that it shows. UserError naming evaluation and arm, or evaluation and task.
void check_evaluations(const StudyOptions& options, const std::vector<ArmOptions>& arms,
                       const std::filesystem::path& data = {});

}  // namespace flanmoe
