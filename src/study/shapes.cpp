#include "study/shapes.h"

#include "study/arms.h"
#include "study/evaluations.h"
#include "study/measure_ids.h"

namespace flanmoe {
namespace {

std::vector<ComparisonPart> dense_over_sparse(std::vector<ComparisonPart> parts) {
  for (ComparisonPart& part : parts) part = turned(std::move(part));
  return parts;
}

// The paper's order of routers, where the arms are there.
std::vector<ComparisonPart> routing_order(const std::vector<ArmOptions>& arms) {
  const std::vector<std::pair<std::string, std::string>> order = {
      {"expert_choice", "gshard"}, {"st_moe", "gshard"}, {"gshard", "switch"}};
  std::vector<ComparisonPart> parts;
  for (const auto& [better, worse] : order) {
    const ArmOptions *a = find_arm(arms, better), *b = find_arm(arms, worse);
    if (a == nullptr || b == nullptr) continue;
    parts.push_back(over_arm(*a, *b));
    if (worse == "switch") parts.back().label += " (unequal FLOPs)";
  }
  return parts;
}

// Each arm's own value of a measure, where zero means no change.
std::vector<ComparisonPart> own_values(const StudyOptions& options, const std::vector<ArmOptions>& arms,
                                       const std::string& measure) {
  std::vector<ComparisonPart> parts;
  for (const ArmOptions& arm : arms) {
    const ModelOptions& model = arm.recipe.model;
    if (model.moe.num_experts == 0 || model.moe.routing == RoutingRule::kExpertChoice || model.decoder_only) continue;
    if (!is_measured(measure, options, arm)) continue;
    parts.push_back({arm.label, {{arm.name, 1.0}}});
  }
  return parts;
}

}  // namespace

ComparisonPart over_arm(const ArmOptions& arm, const ArmOptions& other) {
  return {arm.label + " over " + other.label, {{arm.name, 1.0}, {other.name, -1.0}}};
}

ComparisonPart over_line(const ArmOptions& arm, const std::vector<const ArmOptions*>& line) {
  ComparisonPart part{arm.label + " over the dense line", {{arm.name, 1.0}}};
  for (const auto& [name, weight] : line_weights(line, arm)) part.weights[name] -= weight;
  return part;
}

ComparisonPart turned(ComparisonPart part) {
  for (auto& [arm, weight] : part.weights) weight = -weight;
  const size_t over = part.label.find(" over ");
  if (over != std::string::npos) {
    part.label = part.label.substr(over + 6) + " over " + part.label.substr(0, over);
  } else if (!part.label.empty()) {  // an arm alone
    part.label = "minus " + part.label;
  }
  return part;
}

std::vector<ComparisonPart> sparse_over_dense(const StudyOptions& options, const std::vector<ArmOptions>& arms) {
  std::vector<ComparisonPart> parts;
  for (const ArmOptions& arm : arms) {
    if (arm.recipe.model.moe.num_experts == 0) continue;
    const std::vector<const ArmOptions*> line = dense_line(options, arms, arm);
    if (line.size() >= 2) {
      parts.push_back(over_line(arm, line));
    } else if (!arm.twin.empty()) {
      parts.push_back(over_arm(arm, arm_of(arms, arm.twin)));
    }
  }
  return parts;
}

std::vector<StudyComparison> shapes_of(const StudyOptions& options, const std::vector<ArmOptions>& arms) {
  const std::vector<ComparisonPart> over = sparse_over_dense(options, arms);
  if (over.empty() || !options.axes.empty()) return {};
  std::vector<StudyComparison> shapes;
  const auto add = [&](const std::string& id, const std::string& question, const std::string& measure,
                       std::vector<ComparisonPart> parts, const std::string& expected, bool joint = false) {
    if (!parts.empty()) {
      shapes.push_back({id, question, measure, std::move(parts), joint, true, options.protocol.margin, expected, ""});
    }
  };
  const bool finetuned = !options.finetune_sets.empty();
  if (finetuned) {
    add("shape-1", "Finetuned directly on one task, is a sparse model worse than a dense one of its FLOPs?",
        "finetune/mean/direct", dense_over_sparse(over), "yes");
  }
  add("shape-2", "After instruction tuning, does a sparse model beat a dense one of its FLOPs on held-out tasks?",
      "heldout/instructed", over, "yes");
  add("shape-3", "Does a sparse model gain more from instruction tuning than a dense one, on held-out tasks?",
      "gain/heldout", over, "yes");
  if (finetuned)
    add("shape-3-finetuned", "And does it gain more when finetuned afterwards?", "gain/finetune", over, "yes");
  add("shape-6", "Are the routers in the paper's order: Expert Choice and ST-MoE, then GShard, then Switch?",
      "heldout/instructed", routing_order(arms), "yes", true);
  add("shape-9", "Does instruction tuning raise expert utilisation?", "gain/utilisation",
      own_values(options, arms, "gain/utilisation"), "yes");
  if (has_evaluation(options, "unlimited"))
    add("shape-9-capacity", "Are held-out scores higher with a capacity limit than without one?", "gain/capacity",
        own_values(options, arms, "gain/capacity"), "yes");
  return shapes;
}

}  // namespace flanmoe
