#include "study/arms.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/nearest_name.h"
#include "base/presets.h"
#include "model/counts.h"

namespace flanmoe {
namespace {

constexpr double kTwinTolerance = 0.01;

const ArmOptions& arm_named(const std::vector<ArmOptions>& arms, const std::string& name, const ArmOptions& asker,
                            const char* key) {
  if (const ArmOptions* found = find_arm(arms, name)) return *found;
  std::vector<std::string> names;
  for (const ArmOptions& arm : arms) names.push_back(arm.name);
  const std::string nearest = nearest_name(name, names);
  fail_input("arm '{}': '{}' is '{}', which is no arm of this study{}", asker.name, key, name,
             nearest.empty() ? "" : fmt::format("; did you mean '{}'?", nearest));
}

// The model's own check, with the arm's name.
void check_model(const ArmOptions& arm) {
  try {
    arm.recipe.model.check();
  } catch (const UserError& error) {
    fail_input("arm '{}': {}", arm.name, error.what());
  }
  if (!arm.twin.empty() && arm.recipe.model.moe.num_experts == 0) {
    fail_input("arm '{}': it names a dense twin but has no experts; expected 'model.moe.num_experts' of 1 or more",
               arm.name);
  }
}

void check_twin(const ArmOptions& arm, const ArmOptions& twin) {
  const double flops = count_model(arm.recipe.model).flops_per_token,
               twin_flops = count_model(twin.recipe.model).flops_per_token;
  if (std::abs(twin_flops / flops - 1.0) > kTwinTolerance) {
    fail_input(
        "arm '{}': its twin '{}' costs {:.0f} FLOPs per token, the arm {:.0f}; expected a difference of at most 1%",
        arm.name, twin.name, twin_flops, flops);
  }
}

// The experts and routing of a model preset.
ConfigNode routing_preset(const ArmOptions& arm) {
  const std::filesystem::path file = find_preset("model", arm.routing);
  const ConfigNode preset = load_config(file);
  if (preset.has("model") && preset.at("model").has("moe")) return preset.at("model").at("moe");
  fail_input("arm '{}': 'routing' is '{}', but {} has no model.moe; expected a preset of a sparse model", arm.name,
             arm.routing, file.string());
}

Recipe recipe_of(const ArmOptions& arm, Recipe recipe, int64_t vocab_size) {
  if (!arm.routing.empty()) load_options(routing_preset(arm), recipe.model.moe);
  load_options(arm.model, recipe.model);
  load_options(arm.corpus, recipe.corpus);
  load_options(arm.pretrain, recipe.pretrain);
  load_options(arm.mixture, recipe.mixture);
  load_options(arm.instruct, recipe.instruct);
  load_options(arm.finetune_mixture, recipe.finetune_mixture);
  load_options(arm.finetune, recipe.finetune);
  recipe.model.vocab_size = vocab_size;
  return recipe;
}

}  // namespace

const ArmOptions* find_arm(const std::vector<ArmOptions>& arms, const std::string& name) {
  const auto found = std::find_if(arms.begin(), arms.end(), [&](const ArmOptions& arm) { return arm.name == name; });
  return found == arms.end() ? nullptr : &*found;
}

const ArmOptions& arm_of(const std::vector<ArmOptions>& arms, const std::string& name) {
  const ArmOptions* found = find_arm(arms, name);
  FLANMOE_ASSERT(found != nullptr);
  return *found;
}

std::vector<ArmOptions> resolve_arms(const StudyOptions& options, int64_t vocab_size) {
  std::vector<ArmOptions> arms;
  for (const auto& [name, node] : options.arms.items()) {
    ArmOptions arm;
    load_options(node, arm);
    arm.name = name;
    if (arm.label.empty()) arm.label = name;
    arm.recipe = recipe_of(arm, options.recipe, vocab_size);
    check_model(arm);
    arms.push_back(arm);
  }
  if (arms.empty()) fail_input("{}: 'arms' is empty, expected at least one arm", options.arms.place());
  for (ArmOptions& arm : arms) {
    if (!arm.twin_of.empty()) arm.recipe.model = dense_twin(arm_named(arms, arm.twin_of, arm, "twin_of").recipe.model);
  }
  for (ArmOptions& arm : arms) {
    if (arm.router.empty()) arm.router = arm.recipe.model.moe.num_experts > 0 ? arm.name : "none";
  }
  for (const ArmOptions& arm : arms) {
    if (!arm.twin.empty()) check_twin(arm, arm_named(arms, arm.twin, arm, "twin"));
  }
  return arms;
}

}  // namespace flanmoe
