#include "study/arms.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/error.h"
#include "base/nearest_name.h"
#include "base/presets.h"
#include "model/counts.h"
#include "run/config_copy.h"
#include "study/axes.h"
#include "train/freeze.h"

namespace flanmoe {
namespace {

constexpr double kTwinTolerance = 0.01;

// The recipe's own checks, with the arm's name.
void check_recipe(const ArmOptions& arm) {
  try {
    arm.recipe.model.check();
    arm.recipe.check_average();
    for (const Phase phase : {Phase::kPretrain, Phase::kInstruct, Phase::kFinetune}) {
      const std::vector<std::string>& freeze = arm.recipe.training(phase).freeze;
      if (!freeze.empty()) frozen_weights(freeze, arm.recipe.model);
    }
  } catch (const UserError& error) {
    fail_input("arm '{}': {}", arm.name, error.what());
  }
  if (arm.timed_experts == TimedExperts::kLoop && arm.recipe.model.moe.num_experts == 0) {
    fail_input(
        "arm '{}': 'timed_experts' is loop, but it has no experts; expected 'model.moe.num_experts' of 1 or more",
        arm.name);
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
  recipe = arm.differences.applied_to(std::move(recipe));
  recipe.model.vocab_size = vocab_size;
  return recipe;
}

std::string nearest_arm(const std::string& name, const StudyOptions& options) {
  std::vector<std::string> names;
  for (const auto& [arm, node] : options.arms.items()) {
    if (arm != name) names.push_back(arm);
  }
  return ending_did_you_mean(name, names);
}

void check_written(const StudyOptions& options) {
  if (!options.arms.is_map()) fail_input("{}: 'arms' is no section, expected the arms by name", options.arms.place());
  for (const auto& [name, node] : options.arms.items()) {
    if (!node.is_map()) fail_input("{}: the arm '{}' is no section", node.place(), name);
  }
  for (const std::string& name : options.arms_only) {
    if (!options.arms.has(name))
      fail_input("'arms_only' names '{}', which is no arm of this study{}", printable(name),
                 nearest_arm(name, options));
  }
}

std::vector<ArmOptions> written_arms(const StudyOptions& options, int64_t vocab_size) {
  check_written(options);
  std::vector<ArmOptions> arms;
  for (const auto& [name, node] : options.arms.items()) {
    ArmOptions arm;
    load_options(node, arm);
    arm.name = arm.base = name;
    if (arm.label.empty()) arm.label = name;
    arm.base_label = arm.label;
    arm.cells.fill(name);
    arm.direct_cells = name;
    arm.recipe = recipe_of(arm, options.recipe, vocab_size);
    arms.push_back(arm);
  }
  return arms;
}

// The arm at one value of an axis.
ArmOptions at_value(ArmOptions arm, const Axis& axis, const AxisValue& value) {
  const std::string place = fmt::format("+{}={}", axis.name, value.name);
  arm.name += place;
  arm.label += ", " + value.label;
  arm.at[axis.name] = value.name;
  for (size_t phase = static_cast<size_t>(axis.enters); phase < arm.cells.size(); ++phase) arm.cells[phase] += place;
  if (axis.enters != Phase::kInstruct || axis.changes_finetuning) arm.direct_cells += place;
  try {
    arm.recipe = value.differences.applied_to(std::move(arm.recipe));
  } catch (const UserError& error) {
    fail_input("arm '{}': {}", arm.name, error.what());
  }
  return arm;
}

// Every arm at every combination of the values that hold for it.
std::vector<ArmOptions> spread(std::vector<ArmOptions> arms, const std::vector<Axis>& axes) {
  for (const Axis& axis : axes) {
    std::vector<ArmOptions> all;
    for (const ArmOptions& arm : arms) {
      if (!axis.holds_for(arm.base)) {
        all.push_back(arm);
        continue;
      }
      for (const AxisValue& value : axis.values) all.push_back(at_value(arm, axis, value));
    }
    arms = std::move(all);
  }
  return arms;
}

// The arms named `base` at the values at which `asker` stands; `key` is where the name was written. One or more.
std::vector<const ArmOptions*> arms_beside(const std::vector<ArmOptions>& arms, const std::string& base,
                                           const ArmOptions& asker, const char* key) {
  std::vector<const ArmOptions*> found;
  std::vector<std::string> names;
  for (const ArmOptions& arm : arms) {
    names.push_back(arm.base);
    if (arm.base == base && stand_beside(arm, asker)) found.push_back(&arm);
  }
  if (!found.empty()) return found;
  fail_input("arm '{}': '{}' is '{}', which is no arm of this study{}", asker.name, key, base,
             ending_did_you_mean(base, names));
}

[[noreturn]] void fail_many(const std::vector<const ArmOptions*>& found, const ArmOptions& asker, const char* key) {
  fail_input(
      "arm '{}': '{}' is '{}', which an axis that does not hold for this arm makes {} arms of, '{}' and '{}' among "
      "them",
      asker.name, key, found[0]->base, found.size(), found[0]->name, found[1]->name);
}

const ArmOptions& twin_beside(const std::vector<ArmOptions>& arms, const ArmOptions& arm) {
  const auto found = arms_beside(arms, arm.twin, arm, "twin");
  if (found.size() > 1) fail_many(found, arm, "twin");
  return *found[0];
}

// The model of the sparse arm that a dense one is widened to: axes of later phases leave it one.
const ModelOptions& model_to_match(const std::vector<ArmOptions>& arms, const ArmOptions& arm) {
  const auto found = arms_beside(arms, arm.twin_of, arm, "twin_of");
  for (const ArmOptions* other : found) {
    if (dump_options(other->recipe.model) != dump_options(found[0]->recipe.model)) fail_many(found, arm, "twin_of");
  }
  return found[0]->recipe.model;
}

// The name of the dense arm that the arm is upcycled from, whose model it must have beside its experts.
std::string upcycled_from(const std::vector<ArmOptions>& arms, const ArmOptions& arm) {
  const auto found = arms_beside(arms, arm.upcycled_from, arm, "upcycled_from");
  if (found.size() > 1) fail_many(found, arm, "upcycled_from");
  ModelOptions dense = found[0]->recipe.model, own = arm.recipe.model;
  if (dense.moe.num_experts > 0)
    fail_input("arm '{}': 'upcycled_from' is '{}', which has experts; expected a dense arm", arm.name, found[0]->name);
  if (own.moe.num_experts == 0)
    fail_input("arm '{}': it is upcycled but has no experts; expected 'model.moe.num_experts' of 1 or more", arm.name);
  dense.moe = own.moe;
  for (const ConfigDifference& difference : config_differences(dump_options(dense), dump_options(own))) {
    fail_input("arm '{}': 'model.{}' is {}, but that of '{}', which it is upcycled from, is {}; expected the same",
               arm.name, difference.key, difference.now, found[0]->name, difference.before);
  }
  return found[0]->name;
}

std::string all_of(const Recipe& recipe) {
  return dump_options(recipe.model) + dump_options(recipe.corpus) + dump_options(recipe.pretrain) +
         dump_options(recipe.mixture) + dump_options(recipe.instruct) + dump_options(recipe.finetune_mixture) +
         dump_options(recipe.finetune) + dump_options(recipe.average) + dump_options(recipe.replicate);
}

// Values of an axis that leave an arm the same would be compared as if they were two things.
void check_values_differ(const std::vector<ArmOptions>& arms) {
  std::map<std::pair<std::string, std::string>, const ArmOptions*> seen;
  for (const ArmOptions& arm : arms) {
    const auto [found, is_new] = seen.emplace(std::pair(arm.base, all_of(arm.recipe)), &arm);
    if (is_new) continue;
    fail_input(
        "the axes differ in nothing for the arm '{}': its runs at '{}' and '{}' are the same; name the arms that "
        "an axis holds for with 'arms'",
        arm.base, found->second->name, arm.name);
  }
}

// The others may be what a dense arm is widened to.
bool is_run(const ArmOptions& arm, const StudyOptions& options) {
  const std::vector<std::string>& only = options.arms_only;
  return only.empty() || std::find(only.begin(), only.end(), arm.base) != only.end();
}

}  // namespace

const ArmOptions* find_arm(const std::vector<ArmOptions>& arms, const std::string& name) {
  const auto found = std::find_if(arms.begin(), arms.end(), [&](const ArmOptions& arm) { return arm.name == name; });
  return found == arms.end() ? nullptr : &*found;
}

bool stand_beside(const ArmOptions& one, const ArmOptions& other) {
  return std::all_of(one.at.begin(), one.at.end(), [&](const auto& place) {
    return !other.at.contains(place.first) || other.at.at(place.first) == place.second;
  });
}

const ArmOptions& arm_of(const std::vector<ArmOptions>& arms, const std::string& name) {
  const ArmOptions* found = find_arm(arms, name);
  FLANMOE_ASSERT(found != nullptr);
  return *found;
}

std::vector<ArmOptions> resolve_arms(const StudyOptions& options, int64_t vocab_size) {
  const std::vector<Axis> axes = resolve_axes(options);
  std::vector<ArmOptions> arms = spread(written_arms(options, vocab_size), axes);
  if (arms.empty()) fail_input("{}: 'arms' is empty, expected at least one arm", options.arms.place());
  for (const ArmOptions& arm : arms) {
    if (is_run(arm, options)) check_recipe(arm);
  }
  for (ArmOptions& arm : arms) {
    if (is_run(arm, options) && !arm.twin_of.empty()) arm.recipe.model = dense_twin(model_to_match(arms, arm));
  }
  std::erase_if(arms, [&](const ArmOptions& arm) { return !is_run(arm, options); });
  check_values_differ(arms);
  for (ArmOptions& arm : arms) {
    if (arm.router.empty()) arm.router = arm.recipe.model.moe.num_experts > 0 ? arm.base : "none";
  }
  for (ArmOptions& arm : arms) {
    if (arm.twin.empty()) continue;
    const ArmOptions& twin = twin_beside(arms, arm);
    check_twin(arm, twin);
    arm.twin = twin.name;
  }
  for (ArmOptions& arm : arms) {
    if (!arm.upcycled_from.empty()) arm.upcycled_from = upcycled_from(arms, arm);
  }
  return arms;
}

}  // namespace flanmoe
