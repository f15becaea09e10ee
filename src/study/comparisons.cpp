#include "study/comparisons.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/nearest_name.h"
#include "model/counts.h"
#include "study/arms.h"
#include "study/measure_ids.h"
#include "study/shapes.h"

namespace flanmoe {
namespace {

struct PartOptions {
  std::string label, measure, arm, over;
  bool at_equal_flops = false, below = false;
  ConfigNode weights;
  void fields(FieldVisitor& v) {
    v.field("label", label, "name in the report");
    v.field("measure", measure, "of a joint comparison: another one than the comparison's");
    v.field("arm", arm, "the arm that is compared");
    v.field("over", over,
            "with which one: an arm, 'twin', or 'line', the line through the dense arms of 'line'; with none where the "
            "measure is a difference itself (gain/..., effect/...)");
    v.field("at_equal_flops", at_equal_flops,
            "of two arms: each one's distance from the line, so that FLOPs are out of it");
    v.field("below", below, "asks whether the arm is below: the difference turned around");
    v.field("weights", weights, "in place of arm and over: arm -> weight, a sum of several arms");
  }
};

std::string known_arm(const std::vector<ArmOptions>& arms, const std::string& name, const std::string& id) {
  if (find_arm(arms, name) != nullptr) return name;
  std::vector<std::string> names;
  for (const ArmOptions& arm : arms) names.push_back(arm.name);
  fail_input("comparison '{}': '{}' is no arm of this study{}", id, printable(name), ending_did_you_mean(name, names));
}

double number_of(const ConfigNode& node, const std::string& id, const std::string& arm) {
  struct One {
    double value = 0.0;
    void fields(FieldVisitor& v) { v.field("weight", value, ""); }
  } one;
  if (!node.is_scalar()) fail_input("{}: comparison '{}': the weight of '{}' is no number", node.place(), id, arm);
  load_options(parse_config("weight: " + node.scalar(), node.place()), one);
  return one.value;
}

std::map<std::string, double> written_weights(const ConfigNode& node, const std::vector<ArmOptions>& arms,
                                              const std::string& id) {
  std::map<std::string, double> weights;
  double sum = 0.0;
  for (const auto& [arm, weight] : node.items()) {
    weights[known_arm(arms, arm, id)] = number_of(weight, id, arm);
    sum += weights[arm];
  }
  if (std::abs(sum) > 1e-9) fail_input("{}: comparison '{}': the weights sum to {}, expected 0", node.place(), id, sum);
  return weights;
}

std::vector<const ArmOptions*> line_beside(const StudyOptions& options, const std::vector<ArmOptions>& arms,
                                           const ArmOptions& arm, const std::string& id) {
  std::vector<const ArmOptions*> line = dense_line(options, arms, arm);
  if (line.size() >= 2) return line;
  fail_input("comparison '{}': 'over' is 'line', but 'line' has {} dense arms beside '{}', expected two or more", id,
             line.size(), arm.name);
}

// The difference of two distances from the line.
ComparisonPart over_arm_and_line(ComparisonPart one, const ComparisonPart& other, const std::string& label) {
  one.label = label;
  for (const auto& [arm, weight] : other.weights) one.weights[arm] -= weight;
  return one;
}

ComparisonPart over_part(const StudyOptions& options, const std::vector<ArmOptions>& arms, const PartOptions& written,
                         const std::string& id, const std::string& measure) {
  const ArmOptions& arm = arm_of(arms, known_arm(arms, written.arm, id));
  if (written.over.empty() && is_of_differences(measure)) return {arm.label, {{arm.name, 1.0}}};
  if (written.over == "line") return over_line(arm, line_beside(options, arms, arm, id));
  if (written.over == "twin" && arm.twin.empty())
    fail_input("comparison '{}': 'over' is 'twin', but the arm '{}' names none", id, arm.name);
  const ArmOptions& other = arm_of(arms, written.over == "twin" ? arm.twin : known_arm(arms, written.over, id));
  if (!written.at_equal_flops) return over_arm(arm, other);
  return over_arm_and_line(over_line(arm, line_beside(options, arms, arm, id)),
                           over_line(other, line_beside(options, arms, other, id)),
                           arm.label + " over " + other.label + " at equal FLOPs");
}

ComparisonPart part_of(const StudyOptions& options, const std::vector<ArmOptions>& arms, const ConfigNode& node,
                       const std::string& id, const std::string& measure) {
  PartOptions written;
  load_options(node, written);
  ComparisonPart part;
  if (!written.weights.empty()) {
    if (!written.arm.empty() || !written.over.empty())
      fail_input("{}: comparison '{}': a part has 'weights', or 'arm' and 'over', not both", node.place(), id);
    part.weights = written_weights(written.weights, arms, id);
  } else {
    part = over_part(options, arms, written, id, written.measure.empty() ? measure : written.measure);
  }
  if (written.below) part = turned(std::move(part));
  part.measure = written.measure;
  if (!part.measure.empty() && !part.label.empty()) part.label += " (" + part.measure + ")";
  if (!written.label.empty()) part.label = written.label;
  if (part.label.empty()) fail_input("{}: comparison '{}': a part with 'weights' needs a 'label'", node.place(), id);
  return part;
}

struct ComparisonOptions {
  StudyComparison comparison;
  ConfigNode parts;
  void fields(FieldVisitor& v) {
    v.field("question", comparison.question, "what is asked, of which yes means that it is above zero");
    v.field("measure", comparison.measure, "the id of a measure, as docs/results.md lists them");
    v.field("parts", parts, "list of {label, measure, arm, over, below} or {label, weights: {ARM: number}}");
    v.field("joint", comparison.joint, "yes needs every part, equal too; else the answer is that of the parts' mean");
    v.field("primary", comparison.primary, "of the family whose level is held together");
    v.field("margin", comparison.margin, "what is smaller is equal, in the measure's unit; 0 = protocol.margin");
    v.require(std::isfinite(comparison.margin) && comparison.margin >= 0.0, "margin", "a number of 0 or more");
    v.choice("expected", comparison.expected, {"", "yes", "no", "equal"}, "what the paper's claim says");
    v.field("paper", comparison.paper, "the paper's words or numbers, for the report");
  }
};

std::vector<const ArmOptions*> arms_of_part(const ComparisonPart& part, const std::vector<ArmOptions>& arms) {
  std::vector<const ArmOptions*> used;
  for (const auto& [arm, weight] : part.weights) used.push_back(&arm_of(arms, arm));
  return used;
}

void check_measures(const StudyComparison& comparison, const StudyOptions& options, const std::vector<ArmOptions>& arms,
                    const std::filesystem::path& data) {
  const std::string asker = "comparison '" + comparison.id + "'";
  check_measure_id(comparison.measure, options, asker);
  for (const ComparisonPart& part : comparison.parts) {
    if (!part.measure.empty() && !comparison.joint)
      fail_input("{}: a part has the measure '{}' of its own, expected 'joint: true' then: a mean is of one measure",
                 asker, part.measure);
    check_measure(comparison.measure_of(part), arms_of_part(part, arms), options, data, asker);
  }
}

// One margin is in one unit.
void check_units(const StudyComparison& comparison) {
  const std::string& first = comparison.measure_of(comparison.parts.front());
  for (const ComparisonPart& part : comparison.parts) {
    const std::string& other = comparison.measure_of(part);
    if (unit_of_measure(first) == unit_of_measure(other)) continue;
    fail_input("comparison '{}': '{}' is in {} and '{}' in {}, expected one unit, that of the margin ({})",
               comparison.id, first, unit_of_measure(first), other, unit_of_measure(other), comparison.margin);
  }
}

StudyComparison comparison_of(const StudyOptions& options, const std::vector<ArmOptions>& arms,
                              const std::filesystem::path& data, const std::string& id, const ConfigNode& node) {
  ComparisonOptions written;
  written.comparison.id = id;
  load_options(node, written);
  StudyComparison& comparison = written.comparison;
  if (comparison.question.empty()) comparison.question = id;
  if (comparison.margin == 0.0) comparison.margin = options.protocol.margin;
  if (!written.parts.is_list() || written.parts.empty())
    fail_input("{}: comparison '{}' has no list of 'parts'", node.place(), id);
  for (const ConfigNode& part : written.parts.list())
    comparison.parts.push_back(part_of(options, arms, part, id, comparison.measure));
  check_measures(comparison, options, arms, data);
  check_units(comparison);
  return comparison;
}

}  // namespace

std::vector<StudyComparison> resolve_comparisons(const StudyOptions& options, const std::vector<ArmOptions>& arms,
                                                 const std::filesystem::path& data) {
  for (const std::string& name : options.line) {
    if (!options.arms.has(name)) fail_input("'line' names '{}', which is no arm of this study", printable(name));
    for (const ArmOptions& arm : arms) {
      if (arm.base == name && arm.recipe.model.moe.num_experts > 0)
        fail_input("'line' names '{}', which is not dense", name);
    }
  }
  if (options.comparisons.empty()) return shapes_of(options, arms);
  std::vector<StudyComparison> comparisons;
  for (const auto& [id, node] : options.comparisons.items())
    comparisons.push_back(comparison_of(options, arms, data, id, node));
  return comparisons;
}

Json comparison_json(const StudyComparison& comparison) {
  return {{"id", comparison.id},
          {"question", comparison.question},
          {"measure", comparison.measure},
          {"joint", comparison.joint},
          {"primary", comparison.primary},
          {"margin", comparison.margin},
          {"expected", comparison.expected}};
}

std::vector<const ArmOptions*> dense_line(const StudyOptions& options, const std::vector<ArmOptions>& arms,
                                          const ArmOptions& arm) {
  std::vector<const ArmOptions*> line;
  for (const ArmOptions& dense : arms) {
    const bool named = std::find(options.line.begin(), options.line.end(), dense.base) != options.line.end();
    if (named && stand_beside(dense, arm)) line.push_back(&dense);
  }
  return line;
}

std::map<std::string, double> line_weights(const std::vector<const ArmOptions*>& line, const ArmOptions& arm) {
  const auto at = [](const ArmOptions& one) { return std::log2(count_model(one.recipe.model).flops_per_token); };
  const auto count = static_cast<double>(line.size());
  double mean = 0.0, squares = 0.0;
  for (const ArmOptions* one : line) mean += at(*one) / count;
  for (const ArmOptions* one : line) squares += std::pow(at(*one) - mean, 2);
  std::map<std::string, double> weights;
  for (const ArmOptions* one : line)
    weights[one->name] = 1.0 / count + (squares > 0.0 ? (at(arm) - mean) * (at(*one) - mean) / squares : 0.0);
  return weights;
}

}  // namespace flanmoe
