// Evaluations of a study: which hold for which arms, what they ask, mistakes named before the first run.
#include "study/evaluations.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "study/arms.h"
#include "study/comparisons.h"
#include "study/measure_ids.h"
#include "testing/check.h"

namespace flanmoe {
namespace {

const std::string kStudy = R"(
model: {d_model: 16, d_kv: 4, num_heads: 3, d_ff: 24, num_layers: 2, num_decoder_layers: 2}
arms:
  dense: {}
  switch: {label: Switch, model: {moe: {num_experts: 5}}}
  chosen: {model: {moe: {num_experts: 5, routing: expert_choice, decoder_routing: token_choice}}}
  strict: {model: {moe: {num_experts: 5, expert_capacity: 3}}}
)";

StudyOptions study(const std::string& more) {
  StudyOptions options;
  load_study_options(parse_config(kStudy + more, "study.yaml"), options);
  return options;
}

std::vector<std::string> arms_under(const StudyOptions& options, const Evaluation& evaluation) {
  std::vector<std::string> names;
  for (const ArmOptions& arm : resolve_arms(options, 100)) {
    if (evaluation_routing_of(evaluation, arm.recipe.model, arm.name)) names.push_back(arm.name);
  }
  return names;
}

TEST(Evaluations, WithoutALimitIsAskedWhereAStudyNamesNone) {
  const StudyOptions options = study("");
  check_evaluations(options, resolve_arms(options, 100));
  const auto evaluations = study_evaluations(options);
  ASSERT_EQ(evaluations.size(), 1u);
  EXPECT_EQ(evaluations[0].name, "unlimited");
  EXPECT_EQ(arms_under(options, evaluations[0]), (std::vector<std::string>{"switch"}));
  StudyOptions again;  // its own dump says the same
  load_study_options(parse_config(dump_options(options), "dump.yaml"), again);
  EXPECT_EQ(dump_options(again), dump_options(options));
  EXPECT_TRUE(study_evaluations(study("evaluations: {}\n")).empty());
}

// The shapes ask arms that have the measure alone.
TEST(Evaluations, WithoutALimitShapeNineIsAskedWhereItHolds) {
  StudyOptions options = study("");
  options.arms = options.arms.merged(parse_config("{dense: {twin_of: switch}, switch: {twin: dense}}", "more.yaml"));
  std::map<std::string, size_t> num_parts;
  for (const StudyComparison& shape : resolve_comparisons(options, resolve_arms(options, 100)))
    num_parts[shape.id] = shape.parts.size();
  EXPECT_EQ(num_parts.at("shape-9"), 2u);           // Switch, and that of Hugging Face's rule
  EXPECT_EQ(num_parts.at("shape-9-capacity"), 1u);  // which has no other room
}

TEST(Evaluations, ChangeWhatTheySayAlone) {
  const StudyOptions options = study(
      "arms_only: [dense, switch, chosen]\n"
      "evaluations:\n"
      "  tight: {label: little room, moe: {capacity_factor_eval: 0.5, min_capacity: 2}}\n"
      "  batch: {moe: {eval_group: batch}, over: tight}\n");
  const auto arms = resolve_arms(options, 100);
  check_evaluations(options, arms);
  const auto evaluations = study_evaluations(options);
  ASSERT_EQ(evaluations.size(), 2u);
  EXPECT_EQ(evaluations[0].label, "little room");
  EXPECT_EQ(evaluations[1].label, "batch");
  EXPECT_EQ(evaluations[1].over, "tight");
  EXPECT_EQ(arms_under(options, evaluations[0]), (std::vector<std::string>{"switch", "chosen"}));
  MoeOptions expected = arm_of(arms, "switch").recipe.model.moe;
  expected.capacity_factor_eval = 0.5;
  expected.min_capacity = 2;
  const auto found = evaluation_routing_of(evaluations[0], arm_of(arms, "switch").recipe.model, "switch");
  EXPECT_EQ(dump_options(*found), dump_options(expected));
}

// Room is a matter of sparse arms, examples before the question of all.
TEST(Evaluations, ShowExamplesToEveryArm) {
  const StudyOptions options = study(
      "heldout: {prompts: both, shots: 1, source_length: 90}\n"
      "arms_only: [dense, switch, chosen]\n"
      "evaluations:\n"
      "  few: {shots: 3, source_length: 200}\n"
      "  none: {shots: 0}\n"
      "  tight: {shots: 3, moe: {capacity_factor_eval: 0.5}}\n");
  const auto arms = resolve_arms(options, 100);
  check_evaluations(options, arms);
  const auto evaluations = study_evaluations(options);
  ASSERT_EQ(evaluations.size(), 3u);
  EXPECT_EQ(arms_under(options, evaluations[0]), (std::vector<std::string>{"dense", "switch", "chosen"}));
  EXPECT_EQ(arms_under(options, evaluations[2]), (std::vector<std::string>{"switch", "chosen"}));
  const ModelOptions& model = arm_of(arms, "switch").recipe.model;
  EXPECT_EQ(dump_options(*evaluation_routing_of(evaluations[0], model, "switch")), dump_options(model.moe));
  const EvalOptions few = options_under(evaluations[0], options.heldout),
                    none = options_under(evaluations[1], options.heldout);
  EXPECT_EQ(few.shots, 3);
  EXPECT_EQ(few.source_length, 200);
  EXPECT_EQ(few.prompts, PromptKinds::kDirect);
  EXPECT_EQ(none.shots, 0);
  EXPECT_EQ(none.source_length, 90);
}

void expect_refused(const std::string& more, const std::vector<std::string>& parts,
                    const std::filesystem::path& data = {}) {
  const std::string message = message_of<UserError>([&] {
    const StudyOptions options = study(more);
    check_evaluations(options, resolve_arms(options, 100), data);
  });
  for (const std::string& part : parts)
    EXPECT_NE(message.find(part), std::string::npos) << "'" << part << "' in: " << message;
}

TEST(Evaluations, MistakesAreNamed) {
  const auto one = [](const std::string& text) { return "evaluations: {x: {" + text + "}}\n"; };
  expect_refused("evaluations: 3\n", {"study.yaml:", "'evaluations' is no section"});
  expect_refused("evaluations: {a/b: {moe: {min_capacity: 1}}}\n", {"study.yaml:", "an evaluation is named 'a/b'"});
  expect_refused(one("label: x"), {"study.yaml:", "'x' changes nothing", "capacity_factor_eval"});
  expect_refused(one("moe: {}, shots: -1"), {"study.yaml:", "'x' changes nothing", "'shots'"});
  expect_refused(one("shots: 0"), {"'x' changes nothing", "other than those of 'heldout'"});
  expect_refused(one("shots: -2"), {"study.yaml:", "'shots' is -2", "-1"});
  expect_refused(one("source_length: 1"), {"study.yaml:", "'source_length' is 1", "2"});
  expect_refused(one("moe: 3"), {"study.yaml:", "'3'", "section"});
  expect_refused(one("moe: {k: 2}"), {"study.yaml:", "evaluation 'x'", "'moe.k' decides nothing in evaluation"});
  expect_refused(one("moe: {min_capacty: 2}"), {"did you mean 'moe.min_capacity'?"});
  expect_refused(one("moe: {eval_group: page}"), {"evaluation 'x'", "study.yaml:", "'page'", "sequence, batch"});
  expect_refused(one("moe: {min_capacity: 2}, over: y"), {"evaluation 'x'", "'over' is 'y'", "another evaluation"});
  expect_refused(one("moe: {min_capacity: 2}, over: x"), {"'over' is 'x'", "another evaluation"});
  expect_refused(
      "arms_only: [switch, chosen]\n" + one("moe: {capacity_factor_eval: 0}"),
      {"evaluation 'x' cannot hold for the arm 'chosen'", "every expert would take every token", "where_possible"});
  expect_refused(one("moe: {capacity_factor_eval: 1}"),
                 {"'x' cannot hold for the arm 'strict'", "Hugging Face's rule (moe.expert_capacity is 3)"});
}

// Looked at where the tasks are: a world that is not written yet has none.
class EvaluationsOfTasks : public FolderTest {};

TEST_F(EvaluationsOfTasks, HaveTheExamplesThatAreShown) {
  const auto row = [](const char* id) {
    return fmt::format("{{\"id\": \"{}\", \"fields\": {{\"q\": \"a\"}}, \"answers\": [\"b\"]}}\n", id);
  };
  put("test.jsonl", row("1"));
  put("dev.jsonl", row("1") + row("2"));
  const std::string task = "format: jsonl\ntemplates: [{input: \"{q}\"}]\n";
  put("some.yaml", "name: some\n" + task + "splits: {test: test.jsonl, dev: dev.jsonl}\n");
  put("none.yaml", "name: none\n" + task + "splits: {test: test.jsonl}\n");
  const auto few = [](const std::string& file, int64_t shots) {
    return fmt::format("heldout: {{tasks: [\"{{data}}/{}\"]}}\nevaluations: {{few: {{shots: {}}}}}\n", file, shots);
  };
  const StudyOptions enough = study(few("some.yaml", 2));
  EXPECT_NO_THROW(check_evaluations(enough, resolve_arms(enough, 100), folder_));
  expect_refused(few("some.yaml", 3),
                 {"evaluation 'few' with 3 shots: task 'some': its split 'dev' has 2 rows, expected 3 or more"},
                 folder_);
  expect_refused(few("none.yaml", 2), {"evaluation 'few' with 2 shots: task 'none'", "no split 'train'", "it has test"},
                 folder_);
  const StudyOptions unknown = study(few("none.yaml", 2));
  EXPECT_NO_THROW(check_evaluations(unknown, resolve_arms(unknown, 100), folder_ / "not-there"));
}

std::vector<StudyComparison> asked(const std::string& measure, const std::string& arm, const std::string& over) {
  const StudyOptions options = study(
      "evaluations: {tight: {moe: {capacity_factor_eval: 0.5}, where_possible: true}}\n"
      "comparisons: {a: {measure: " +
      measure + ", parts: [{arm: " + arm + (over.empty() ? "" : ", over: " + over) + "}]}}\n");
  return resolve_comparisons(options, resolve_arms(options, 100));
}

TEST(Evaluations, MeasuresAreKnownBeforeTheFirstRun) {
  EXPECT_NO_THROW(asked("evaluated/tight/pretrained", "switch", "chosen"));
  const auto alone = asked("effect/tight/instructed", "switch", "");
  EXPECT_EQ(alone[0].parts[0].label, "Switch");
  EXPECT_EQ(alone[0].parts[0].weights, (std::map<std::string, double>{{"switch", 1.0}}));
  const auto refused = [](const std::string& measure, const std::string& arm, const std::string& over) {
    return message_of<UserError>([&] { asked(measure, arm, over); });
  };
  const StudyOptions few = study(
      "evaluations: {few: {shots: 2}}\ncomparisons: {a: {measure: effect/few/instructed, "
      "parts: [{arm: switch, over: dense}]}}\n");
  EXPECT_NO_THROW(resolve_comparisons(few, resolve_arms(few, 100)));
  EXPECT_NE(refused("evaluated/tigt/instructed", "switch", "chosen").find("'evaluated/tight/instructed'"),
            std::string::npos);
  EXPECT_NE(refused("gain/capacity", "switch", "").find("no cell of this study measures"), std::string::npos);
  for (const char* measure : {"evaluated/tight/instructed", "utilisation/instructed", "drops/corpus"})
    EXPECT_NE(refused(measure, "switch", "dense").find(fmt::format("the arm 'dense' has no measure '{}'", measure)),
              std::string::npos)
        << measure;
  EXPECT_NE(refused("effect/tight/instructed", "strict", "").find("the arm 'strict' has no measure"),
            std::string::npos);
  EXPECT_NE(refused("heldout/instructed", "switch", "").find("'' is no arm of this study"), std::string::npos);
}

}  // namespace
}  // namespace flanmoe
