#include "study/options.h"

#include <cmath>
#include <set>

#include "base/error.h"
#include "model/counts.h"

namespace flanmoe {
namespace {

constexpr double kTwinTolerance = 0.01;

ArmOptions* find_arm(std::vector<ArmOptions>& arms, const std::string& name) {
  for (ArmOptions& arm : arms) {
    if (arm.name == name) return &arm;
  }
  return nullptr;
}

ArmOptions& arm_named(std::vector<ArmOptions>& arms, const std::string& name, const ArmOptions& asker,
                      const char* key) {
  if (ArmOptions* found = find_arm(arms, name)) return *found;
  std::vector<std::string> names;
  for (const ArmOptions& arm : arms) names.push_back(arm.name);
  const std::string nearest = nearest_name(name, names);
  fail_input("arm '{}': '{}' is '{}', which is no arm of this study{}", asker.name, key, name,
             nearest.empty() ? "" : fmt::format("; did you mean '{}'?", nearest));
}

// The model's own check, with the arm's name.
void check_model(const ArmOptions& arm) {
  try {
    arm.model.check();
  } catch (const UserError& error) {
    fail_input("arm '{}': {}", arm.name, error.what());
  }
  if (!arm.twin.empty() && arm.model.moe.num_experts == 0) {
    fail_input("arm '{}': it names a dense twin but has no experts; expected 'model.moe.num_experts' of 1 or more",
               arm.name);
  }
}

void check_twin(const ArmOptions& arm, const ArmOptions& twin) {
  const double flops = count_model(arm.model).flops_per_token, twin_flops = count_model(twin.model).flops_per_token;
  if (std::abs(twin_flops / flops - 1.0) > kTwinTolerance) {
    fail_input(
        "arm '{}': its twin '{}' costs {:.0f} FLOPs per token, the arm {:.0f}; expected a difference of at most 1%",
        arm.name, twin.name, twin_flops, flops);
  }
}

}  // namespace

void ArmOptions::fields(FieldVisitor& v) {
  v.field("label", label, "name in the report");
  v.field("router", router, "routing in the report; none for dense arms");
  v.field("twin", twin, "a sparse arm's dense twin");
  v.field("twin_of", twin_of, "a dense arm: the sparse arm whose FLOPs it is widened to");
  v.field("model", difference, "differences to the study's model");
}

void StudyOptions::fields(FieldVisitor& v) {
  v.field("title", title, "headline of the report");
  v.choice("kind", kind, "the built-in world, or files of `data`");
  v.field("note", note, "a remark shown in the report");
  v.field("seeds", seeds, "training seeds");
  v.require(!seeds.empty() && std::set<int64_t>(seeds.begin(), seeds.end()).size() == seeds.size(), "seeds",
            "one or more different numbers");
  v.field("jobs", jobs, "cells side by side, one thread each; 0 = as many as cores");
  v.require(jobs >= 0, "jobs", "0 or more");
  v.section("world", world, "the built-in world (kind world)");
  v.field("data", data, "the data folder (kind real)");
  v.field("tokenizer", tokenizer, "SentencePiece model; empty = {data}/spiece.model");
  v.field("num_sentinels", num_sentinels, "sentinel ids for span corruption");
  v.section("model", model, "what all arms share");
  v.field("arms", arms, "name -> {label, router, twin, twin_of, model}");
  v.section("corpus", corpus, "pre-training text");
  v.section("pretrain", pretrain, "pre-training");
  v.section("mixture", mixture, "instruction mixture");
  v.section("instruct", instruct, "instruction tuning");
  v.field("finetune_sets", finetune_sets, "task files, one finetuning each");
  v.section("finetune_mixture", finetune_mixture, "how a finetune set becomes batches");
  v.section("finetune", finetune, "finetuning");
  v.section("heldout", heldout, "held-out evaluation");
  v.section("validation", validation, "held-in evaluation");
  v.section("curve", curve, "asked while training");
  v.section("finetune_eval", finetune_eval, "evaluation of a finetune set");
  v.field("routing_texts", routing_texts, "texts that the routing analysis reads");
  v.require(routing_texts >= 1, "routing_texts", "1 or more");
  v.field("cost_steps", cost_steps, "timed steps per arm; 0 = no timing");
  v.require(cost_steps >= 0, "cost_steps", "0 or more");
}

std::vector<ArmOptions> resolve_arms(const StudyOptions& options, int64_t vocab_size) {
  std::vector<ArmOptions> arms;
  for (const auto& [name, node] : options.arms.items()) {
    ArmOptions arm;
    load_options(node, arm);
    arm.name = name;
    if (arm.label.empty()) arm.label = name;
    arm.model = options.model;
    load_options(arm.difference, arm.model);
    arm.model.vocab_size = vocab_size;
    if (arm.router.empty()) arm.router = arm.model.moe.num_experts > 0 ? name : "none";
    check_model(arm);
    arms.push_back(arm);
  }
  if (arms.empty()) fail_input("{}: 'arms' is empty, expected at least one arm", options.arms.place());
  for (ArmOptions& arm : arms) {
    if (!arm.twin_of.empty()) arm.model = dense_twin(arm_named(arms, arm.twin_of, arm, "twin_of").model);
  }
  for (const ArmOptions& arm : arms) {
    if (!arm.twin.empty()) check_twin(arm, arm_named(arms, arm.twin, arm, "twin"));
  }
  return arms;
}

}  // namespace flanmoe
