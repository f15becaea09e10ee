// Comparisons: what a configuration asks, the paper's shapes where it asks nothing, the dense line, mistakes named.
#include "study/comparisons.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "model/counts.h"
#include "study/arms.h"
#include "study/measure_ids.h"
#include "testing/check.h"

namespace flanmoe {
namespace {

const std::string kStudy = R"(
model: {d_model: 32, d_kv: 8, num_heads: 4, d_ff: 64, num_layers: 2, num_decoder_layers: 2}
finetune_sets: ["{data}/finetune/one.yaml"]
arms:
  dense: {label: Dense, twin_of: switch}
  wide: {label: Wide, model: {d_ff: 160}}
  wider: {label: Wider, model: {d_ff: 320}}
  switch: {label: Switch, twin: dense, model: {moe: {num_experts: 8}}}
  gshard: {label: GShard, model: {moe: {num_experts: 8, k: 2}}}
)";

struct Resolved {
  StudyOptions options;
  std::vector<ArmOptions> arms;
  std::vector<StudyComparison> comparisons;
};

Resolved resolved(const std::string& more) {
  Resolved result;
  load_study_options(parse_config(kStudy + more, "study.yaml"), result.options);
  result.arms = resolve_arms(result.options, 100);
  result.comparisons = resolve_comparisons(result.options, result.arms);
  return result;
}

const std::string kLine = "line: [dense, wide, wider]\n";

using Weights = std::map<std::string, double>;

TEST(Comparisons, OfArmsAndTwinsAndWeights) {
  const auto found = resolved(
      "comparisons:\n"
      "  first: {question: 'Is it?', measure: gain/heldout, margin: 0.5, expected: equal, paper: It is., parts: [\n"
      "    {arm: gshard, over: switch}, {label: mine, arm: switch, over: twin}]}\n"
      "  second: {measure: loss/pretrain, joint: true, primary: false, parts: [\n"
      "    {label: slope, weights: {gshard: 0.5, switch: 0.5, dense: -1}}]}\n");
  ASSERT_EQ(found.comparisons.size(), 2u);
  const StudyComparison &first = found.comparisons[0], &second = found.comparisons[1];
  EXPECT_EQ(first.id, "first");
  EXPECT_EQ(first.question, "Is it?");
  EXPECT_EQ(first.margin, 0.5);
  EXPECT_EQ(first.expected, "equal");
  EXPECT_EQ(first.paper, "It is.");
  EXPECT_TRUE(first.primary && !first.joint && second.joint && !second.primary);
  ASSERT_EQ(first.parts.size(), 2u);
  EXPECT_EQ(first.parts[0].label, "GShard over Switch");
  EXPECT_EQ(first.parts[0].weights, (Weights{{"gshard", 1.0}, {"switch", -1.0}}));
  EXPECT_EQ(first.parts[1].label, "mine");
  EXPECT_EQ(first.parts[1].weights, (Weights{{"switch", 1.0}, {"dense", -1.0}}));
  EXPECT_EQ(second.question, "second");
  EXPECT_EQ(second.margin, 2.0);  // the protocol's
  EXPECT_EQ(second.parts[0].weights, (Weights{{"gshard", 0.5}, {"switch", 0.5}, {"dense", -1.0}}));
}

// A score that is a line in log2 of FLOPs is met exactly at any arm's FLOPs.
TEST(Comparisons, TheDenseLineIsALineInLogFlops) {
  const auto found = resolved(kLine +
                              "comparisons: {a: {measure: heldout/instructed, parts: [{arm: gshard, over: "
                              "line}]}}\n");
  const ComparisonPart& part = found.comparisons[0].parts[0];
  EXPECT_EQ(part.label, "GShard over the dense line");
  double sum = 0.0, predicted = 0.0;
  const auto at = [](const ArmOptions& arm) { return std::log2(count_model(arm.recipe.model).flops_per_token); };
  for (const auto& [name, weight] : part.weights) {
    sum += weight;
    if (name != "gshard") predicted -= weight * (3.0 + 7.0 * at(arm_of(found.arms, name)));
  }
  EXPECT_EQ(part.weights.size(), 4u);
  EXPECT_NEAR(sum, 0.0, 1e-12);
  EXPECT_NEAR(predicted, 3.0 + 7.0 * at(arm_of(found.arms, "gshard")), 1e-9);
}

TEST(Comparisons, AtEqualFlopsAreOfDistancesFromTheLine) {
  const auto found = resolved(kLine +
                              "comparisons: {a: {measure: heldout/instructed, parts: [{arm: gshard, over: switch, "
                              "at_equal_flops: true}, {arm: gshard, over: line}, {arm: switch, over: line}]}}\n");
  const auto& parts = found.comparisons[0].parts;
  EXPECT_EQ(parts[0].label, "GShard over Switch at equal FLOPs");
  for (const auto& [arm, weight] : parts[0].weights) {
    const auto of = [&](const ComparisonPart& part) { return part.weights.contains(arm) ? part.weights.at(arm) : 0.0; };
    EXPECT_NEAR(weight, of(parts[1]) - of(parts[2]), 1e-12) << arm;
  }
}

std::vector<std::string> ids_of(const std::vector<StudyComparison>& comparisons) {
  std::vector<std::string> ids;
  for (const StudyComparison& comparison : comparisons) ids.push_back(comparison.id);
  return ids;
}

TEST(Shapes, AreAskedWhereNothingElseIs) {
  const auto twins = resolved("");
  EXPECT_EQ(ids_of(twins.comparisons), (std::vector<std::string>{"shape-1", "shape-2", "shape-3", "shape-3-finetuned",
                                                                 "shape-6", "shape-9", "shape-9-capacity"}));
  EXPECT_EQ(twins.comparisons[1].parts.size(), 1u);  // GShard has no twin
  EXPECT_EQ(twins.comparisons[0].parts[0].label, "Dense over Switch");
  EXPECT_EQ(twins.comparisons[0].parts[0].weights, (Weights{{"switch", -1.0}, {"dense", 1.0}}));
  const auto line = resolved(kLine);
  EXPECT_EQ(line.comparisons[1].parts.size(), 2u);
  EXPECT_EQ(line.comparisons[1].parts[1].label, "GShard over the dense line");
  EXPECT_EQ(line.comparisons[0].parts[1].label, "the dense line over GShard");
  for (const StudyComparison& shape : line.comparisons)
    EXPECT_NO_THROW(check_measure_id(shape.measure, line.options, "x"));
}

TEST(Shapes, OfAGridAreItsOwn) {
  EXPECT_TRUE(resolved("axes: {steps: {values: {a: {instruct: {steps: 1}}, b: {}}}}\n").comparisons.empty());
}

TEST(Comparisons, StandAtTheValuesOfAxes) {
  const auto found =
      resolved(kLine +
               "axes: {steps: {values: {few: {instruct: {steps: 1}}, many: {}}}}\n"
               "comparisons:\n"
               "  a: {measure: gain/heldout, parts: [{arm: switch+steps=few, over: twin}]}\n"
               "  b: {measure: gain/heldout, parts: [{arm: gshard+steps=few, over: line}]}\n"
               "  c: {measure: gain/heldout, parts: [{arm: gshard+steps=few, over: gshard+steps=many}]}\n");
  EXPECT_EQ(found.comparisons[0].parts[0].weights, (Weights{{"switch+steps=few", 1.0}, {"dense+steps=few", -1.0}}));
  for (const auto& [name, weight] : found.comparisons[1].parts[0].weights) EXPECT_TRUE(name.ends_with("+steps=few"));
  EXPECT_EQ(found.comparisons[1].parts[0].weights.size(), 4u);
}

const std::string kCurve = "instruct: {steps: 64, eval_every: 32, eval_at: [4, 8]}\n";

TEST(Comparisons, PartsOfAJointOneMayHaveMeasuresOfTheirOwn) {
  const auto found = resolved(kLine + kCurve +
                              "comparisons: {a: {measure: curve/instruct@64, joint: true, parts: [\n"
                              "  {arm: gshard, over: line, measure: curve/instruct@4, below: true},\n"
                              "  {label: mine, arm: gshard, over: line},\n"
                              "  {arm: gshard, over: switch, below: true}]}}\n");
  const StudyComparison& comparison = found.comparisons[0];
  const ComparisonPart &early = comparison.parts[0], &late = comparison.parts[1];
  EXPECT_EQ(early.label, "the dense line over GShard (curve/instruct@4)");
  EXPECT_EQ(comparison.measure_of(early), "curve/instruct@4");
  EXPECT_EQ(comparison.measure_of(late), "curve/instruct@64");
  EXPECT_EQ(late.label, "mine");
  ASSERT_EQ(early.weights.size(), 4u);
  for (const auto& [arm, weight] : early.weights) EXPECT_EQ(weight, -late.weights.at(arm)) << arm;
  EXPECT_EQ(comparison.parts[2].weights, (Weights{{"gshard", -1.0}, {"switch", 1.0}}));
}

// What a part may be is decided by its own measure.
TEST(Comparisons, PartsOfDifferencesMayBeOneArm) {
  const auto found = resolved(
      "comparisons: {a: {measure: heldout/instructed, joint: true, parts: [\n"
      "  {arm: switch, measure: gain/heldout}, {arm: switch, measure: gain/capacity, below: true}]}}\n");
  const auto& parts = found.comparisons[0].parts;
  EXPECT_EQ(parts[0].label, "Switch (gain/heldout)");
  EXPECT_EQ(parts[0].weights, (Weights{{"switch", 1.0}}));
  EXPECT_EQ(parts[1].label, "minus Switch (gain/capacity)");
  EXPECT_EQ(parts[1].weights, (Weights{{"switch", -1.0}}));
}

// Told before the first run where the data are there.
class TasksOf : public FolderTest {};
TEST_F(TasksOf, HeldOutMeasuresMustSayWhatIsNew) {
  const auto write = [&](const std::string& held_out) {
    put("t.yaml", "name: t\nformat: jsonl\nmetric: exact_match\nsplits: {test: rows.jsonl}\n" + held_out +
                      "templates: [{input: \"{q}\"}]\n");
  };
  put("rows.jsonl", R"({"id": "1", "fields": {"q": "a"}, "answers": ["b"]})");
  StudyOptions options;
  options.heldout.tasks = {"{data}/t.yaml"};
  write("");
  const auto check = [&](const char* id) { check_measure(id, {}, options, folder_, "comparison 'a'"); };
  const std::string message = message_of<UserError>([&] { check("heldout-item/instructed"); });
  EXPECT_EQ(message,
            "comparison 'a': 'measure' is 'heldout-item/instructed', but no task of 'heldout.tasks' that is "
            "asked directly says 'held_out: item'");
  check("heldout/instructed");
  write("held_out: item\n");
  check("heldout-item/instructed");
  EXPECT_THROW(check("heldout-cluster/instructed"), UserError);
  load_study_options(
      parse_config(kStudy + "comparisons: {b: {measure: heldout-cluster/instructed, parts: [{arm: switch, "
                            "over: dense}]}}\n",
                   "study.yaml"),
      options);
  options.heldout.tasks = {"{data}/t.yaml"};
  const auto arms = resolve_arms(options, 100);
  EXPECT_NO_THROW(resolve_comparisons(options, arms, folder_ / "not-made-yet"));
  EXPECT_NE(message_of<UserError>([&] { resolve_comparisons(options, arms, folder_); }).find("comparison 'b'"),
            std::string::npos);
}

void expect_refused(const std::string& more, const std::vector<std::string>& parts) {
  const std::string message = message_of<UserError>([&] { resolved(more); });
  for (const std::string& part : parts)
    EXPECT_NE(message.find(part), std::string::npos) << "'" << part << "' in: " << message;
}

TEST(Comparisons, MistakesAreNamed) {
  const auto one = [](const std::string& text) { return "comparisons: {a: {" + text + "}}\n"; };
  const std::string parts = "parts: [{arm: switch, over: dense}]";
  expect_refused(one("measure: gain/heldot, " + parts), {"'a'", "'gain/heldot'", "'gain/heldout'"});
  expect_refused(one("measure: finetune/two/direct, " + parts), {"'finetune/two/direct'", "'finetune/one/direct'"});
  expect_refused(one("measure: gain/heldout"), {"study.yaml:", "'a'", "'parts'"});
  expect_refused(one("measure: gain/heldout, parts: [{arm: swich, over: dense}]"), {"'a'", "'swich'", "'switch'"});
  expect_refused(one("measure: gain/heldout, parts: [{arm: switch, over: dnse}]"), {"'a'", "'dnse'", "'dense'"});
  expect_refused(one("measure: gain/heldout, parts: [{arm: gshard, over: twin}]"), {"'a'", "'twin'", "'gshard'"});
  expect_refused(one("measure: gain/heldout, parts: [{arm: gshard, over: line}]"), {"'a'", "'line'", "0 dense arms"});
  expect_refused(one("measure: gain/heldout, parts: [{label: x, weights: {gshard: 1, switch: -0.5}}]"),
                 {"'a'", "sum to 0.5", "expected 0"});
  expect_refused(one("measure: gain/heldout, parts: [{label: x, weights: {gshard: much, switch: -1}}]"),
                 {"much", "number"});
  expect_refused(one("measure: gain/heldout, parts: [{weights: {gshard: 1, switch: -1}}]"), {"'a'", "'label'"});
  expect_refused(one("measure: gain/heldout, parts: [{arm: gshard, over: switch, weights: {gshard: 1, switch: -1}}]"),
                 {"'a'", "not both"});
  expect_refused(one("measure: gain/heldout, margin: -1, " + parts), {"margin", "-1"});
  expect_refused(one("measure: gain/heldout, expected: maybe, " + parts), {"expected", "maybe"});
  expect_refused(
      one("measure: curve/instruct@8, " + parts),
      {"comparison 'a'", "'curve/instruct@8'", "'dense' is not evaluated at step 8", "'instruct.eval_every'"});
  expect_refused(kCurve + one("measure: curve/instruct@20, " + parts), {"step 20; the nearest: 8 and 32"});
  expect_refused(kCurve + one("measure: curve/instruct@99, " + parts), {"step 99; the nearest: 64"});
  expect_refused(kCurve + one("measure: curve/instruct@96, " + parts), {"step 96; the nearest: 64"});  // after the last
  expect_refused(kCurve + one("measure: curve/instruct@08, " + parts),
                 {"which no cell of this study measures", "'curve/instruct@08'"});
  expect_refused(
      kCurve + one("measure: gain/heldout, joint: true, parts: [{arm: switch, over: dense, measure: gain/x}]"),
      {"'gain/x'"});
  expect_refused(kCurve + one("measure: gain/heldout, parts: [{arm: switch, over: dense, measure: curve/instruct@8}]"),
                 {"'a'", "'curve/instruct@8' of its own", "expected 'joint: true'"});
  expect_refused(
      one("measure: gain/heldout, joint: true, parts: [{measure: loss/pretrain, weights: {gshard: 1, switch: "
          "-1}}]"),
      {"'a'", "'label'"});
  const std::string joint = "measure: gain/heldout, joint: true, ";
  EXPECT_EQ(message_of<UserError>(
                [&] { resolved(one(joint + "parts: [{arm: switch}, {arm: switch, measure: gain/utilisation}]")); }),
            "comparison 'a': 'gain/heldout' is in points and 'gain/utilisation' in percent of capacity, expected one "
            "unit, that of the margin (2)");
  expect_refused(one(joint + "parts: [{arm: switch, measure: heldout/instructed}]"), {"'' is no arm of this study"});
  expect_refused(one(joint + "parts: [{arm: switch, over: dense, measure: utilisation/instructed}]"),
                 {"comparison 'a': the arm 'dense' has no measure 'utilisation/instructed'"});
  expect_refused(one("measure: loss/held-out, " + parts), {"'corpus.held_out_share' of 'dense' is 0", "above 0"});
  expect_refused("protocol: {margin: 0}\n", {"protocol.margin", "above 0"});
  expect_refused("protocol: {looks: [4, 5]}\n", {"protocol.looks", "at least 2"});
  expect_refused("line: [dense, wid]\n", {"'line'", "'wid'"});
  expect_refused("line: [dense, gshard]\n", {"'line'", "'gshard'", "not dense"});
}

}  // namespace
}  // namespace flanmoe
