// Whole evaluations with a tiny model: ranking is what the model's own probabilities say, generation is judged by its
// text.
#include "eval/evaluation.h"

#include <array>
#include <cmath>

#include "base/error.h"
#include "base/files.h"
#include "decode/generate.h"
#include "eval/answers/extract.h"
#include "eval/files/results_json.h"
#include "eval/files/samples.h"
#include "eval_case.h"

namespace flanmoe {
namespace {

class Evaluate : public EvalTest {};

// The sum of log probabilities of an answer's tokens and its end, from one whole pass, in plain loops.
double plain_score(const T5Model& m, const TokenIds& source, const std::string& answer) {
  tiny::Example example{tiny::Ids(source.begin(), source.end()), {}};
  for (const int32_t id : cases::tokenizer().encode(answer)) example.target.push_back(id);
  example.target.push_back(kEosId);
  const at::Tensor logits = forward(m, tiny::batch_of({example}), {}).logits[0].detach().contiguous();
  double sum = 0.0;
  for (size_t t = 0; t < example.target.size(); ++t) {
    const float* row = logits.const_data_ptr<float>() + static_cast<int64_t>(t) * logits.size(1);
    double total = 0.0;
    for (int64_t v = 0; v < logits.size(1); ++v) total += std::exp(static_cast<double>(row[v]));
    sum += static_cast<double>(row[example.target[t]]) - std::log(total);
  }
  return sum;
}

TEST_F(Evaluate, RankingTakesTheOptionOfLargestProbability) {
  for (const char* arm : {"dense_v11", "switch", "expert_choice", "decoder_dense"}) {
    const T5Model m = model(arm);
    const EvalOptions o = options("task.yaml");
    const EvalResult result = evaluate(m, cases::tokenizer(), o, folder_);
    const std::vector<AskedPrompt> asked = prompts(o);
    ASSERT_EQ(result.items.size(), asked.size());
    double num_right = 0.0;
    for (size_t i = 0; i < asked.size(); ++i) {
      double best = -1e30;
      std::string expected;
      for (const std::string& option : asked[i].row.options) {
        const double score = plain_score(m, asked[i].source, option);
        if (score > best) expected = option;
        best = std::max(best, score);
      }
      EXPECT_EQ(result.items[i].prediction, expected) << arm << " " << i;
      EXPECT_EQ(result.items[i].score, expected == asked[i].row.answers[0] ? 1.0 : 0.0);
      num_right += result.items[i].score;
    }
    EXPECT_NEAR(result.tasks[0].score, 100.0 * num_right / 9.0, 1e-9);
    EXPECT_NEAR(result.normalised_average, 100.0 * (result.tasks[0].score - 25.0) / 75.0, 1e-9);
  }
}

// Generation, extraction, judgement, step by step.
TEST_F(Evaluate, GeneratedAnswersAreExtractedAndJudged) {
  const T5Model m = model("gshard");
  EvalOptions o = options("task.yaml");
  o.prompts = PromptKinds::kBoth;
  o.method = AnswerMethod::kGenerate;
  const EvalResult result = evaluate(m, cases::tokenizer(), o, folder_);
  ASSERT_EQ(result.items.size(), 18u);
  GenerateOptions decoding;
  decoding.max_new_tokens = o.max_new_tokens;
  int64_t unanswered = 0;
  for (size_t i = 0; i < 18; ++i) {
    const AskedPrompt prompt = prompts(o, i >= 9 ? Prompting::kCot : Prompting::kDirect)[i % 9];
    const std::string said = cases::tokenizer().decode(generate(m, {prompt.source}, decoding)[0]);
    const ItemResult& item = result.items[i];
    EXPECT_EQ(item.prompting, i < 9 ? Prompting::kDirect : Prompting::kCot);
    EXPECT_EQ(item.prediction, extract_answer(said, prompt.row.options).answer) << said;
    EXPECT_EQ(item.score, item.prediction == prompt.row.answers[0] ? 1.0 : 0.0);
    unanswered += item.prediction.empty() ? 1 : 0;
  }
  EXPECT_EQ(result.tasks[0].num_unanswered + result.tasks[1].num_unanswered, unanswered);
}

TEST_F(Evaluate, TruncatedPromptsAreCounted) {
  EvalOptions o = options("task.yaml");
  o.source_length = 4;
  int64_t expected = 0;
  for (const AskedPrompt& prompt : prompts(o)) expected += prompt.truncated() ? 1 : 0;
  EXPECT_GT(expected, 0);
  const EvalResult result = evaluate(model(), cases::tokenizer(), o, folder_);
  EXPECT_EQ(result.tasks[0].num_truncated, expected);
  EXPECT_EQ(scores_json(result).at("tasks").begin()->at("num_truncated"), expected);
}

TEST_F(Evaluate, AMissingSplitIsNamed) {
  EvalOptions o = options("task.yaml");
  o.split = "validation";
  const std::string message = message_of<UserError>([&] { evaluate(model(), cases::tokenizer(), o, folder_); });
  for (const char* part : {"task 'one'", "no split 'validation'", "dev, test, train"}) {
    EXPECT_NE(message.find(part), std::string::npos) << message;
  }
}

TEST_F(Evaluate, AnUnknownMetricOrAFileThatIsNoTaskIsNamed) {
  put("bad.yaml",
      "name: bad\nformat: jsonl\nmetric: acuracy\nsplits: {test: test.jsonl}\ntemplates: [{input: \"{q}\"}]\n");
  const std::string message =
      message_of<UserError>([&] { evaluate(model(), cases::tokenizer(), options("bad.yaml"), folder_); });
  for (const char* part : {"bad.yaml:3", "acuracy", "accuracy"})
    EXPECT_NE(message.find(part), std::string::npos) << message;
}

TEST_F(Evaluate, BadOptionsAreNamed) {
  const std::vector<std::array<std::string, 3>> bad = {{"prompts: few", "prompts", "both"},
                                                       {"method: beam", "method", "rank"},
                                                       {"shots: -2", "shots", "-1 or more"},
                                                       {"max_items: -2", "max_items", "0 or more"},
                                                       {"max_new_tokens: -1", "max_new_tokens", "0 or more"},
                                                       {"source_length: 1", "source_length", "2 or more"},
                                                       {"task: x.yaml", "task", "tasks"}};
  for (const auto& [yaml, key, part] : bad) {
    const std::string message = message_of<UserError>([&yaml = yaml] {
      EvalOptions o;
      load_options(parse_config(yaml, "x.yaml"), o);
    });
    EXPECT_TRUE(message.starts_with("x.yaml:1: ")) << message;
    EXPECT_NE(message.find(key), std::string::npos) << message;
    EXPECT_NE(message.find(part), std::string::npos) << message;
  }
}

TEST_F(Evaluate, DirectAndChainOfThoughtAreApart) {
  EvalOptions o = options("task.yaml");
  o.prompts = PromptKinds::kBoth;
  o.max_items = 4;
  const EvalResult result = evaluate(model(), cases::tokenizer(), o, folder_);
  ASSERT_EQ(result.tasks.size(), 2u);
  EXPECT_EQ(result.tasks[0].prompting, Prompting::kDirect);
  EXPECT_EQ(result.tasks[1].prompting, Prompting::kCot);
  EXPECT_EQ(result.suites.size(), 2u);
  EXPECT_EQ(result.items.size(), 8u);
  for (const TaskResult& task : result.tasks) {
    EXPECT_EQ(task.num_items, 4);
    EXPECT_EQ(task.chance, 25.0);
    EXPECT_EQ(task.suite, "exam");
    EXPECT_EQ(task.cluster, "places");
  }
  EXPECT_EQ(result.items[0].id, "0");
  EXPECT_EQ(result.items[0].cluster_id, "p");
  EXPECT_EQ(result.items[0].answer, "bread");
}

TEST_F(Evaluate, SameTwiceAndWithoutItsNeighbours) {
  const T5Model m = model("gshard");
  EvalOptions o = options("task.yaml");
  o.prompts = PromptKinds::kBoth;
  const EvalResult all = evaluate(m, cases::tokenizer(), o, folder_),
                   again = evaluate(m, cases::tokenizer(), o, folder_);
  EXPECT_EQ(scores_json(all), scores_json(again));
  o.prompts = PromptKinds::kDirect;
  o.max_items = 2;
  const EvalResult few = evaluate(m, cases::tokenizer(), o, folder_);
  for (size_t i = 0; i < 2; ++i) EXPECT_EQ(few.items[i].prediction, all.items[i].prediction);
}

TEST_F(Evaluate, FreeFormIsGenerated) {
  const EvalResult result = evaluate(model(), cases::tokenizer(), options("free.yaml"), folder_);
  ASSERT_EQ(result.items.size(), 1u);
  EXPECT_GE(result.items[0].score, 0.0);
  EXPECT_LE(result.items[0].score, 1.0);
  EvalOptions ranked = options("free.yaml");
  ranked.method = AnswerMethod::kRank;
  const std::string message = message_of<UserError>([&] { evaluate(model(), cases::tokenizer(), ranked, folder_); });
  for (const char* part : {"free", "rank", "options"}) EXPECT_NE(message.find(part), std::string::npos) << message;
}

TEST_F(Evaluate, DataInATasksPathIsTheDataFolder) {
  EvalOptions o = options("task.yaml");
  o.tasks = {"{data}/task.yaml", "{data}/free.yaml"};
  o.max_items = 1;
  EXPECT_EQ(evaluate(model(), cases::tokenizer(), o, folder_).tasks.size(), 2u);
  o.tasks = {"{data}/absent.yaml"};
  EXPECT_NE(message_of<UserError>([&] { evaluate(model(), cases::tokenizer(), o, folder_); }).find("absent.yaml"),
            std::string::npos);
  o.tasks = {};
  EXPECT_NE(message_of<UserError>([&] { evaluate(model(), cases::tokenizer(), o, folder_); }).find("tasks"),
            std::string::npos);
}

// The folder of an evaluation, as a study's cells and validation while training keep it.
TEST_F(Evaluate, AFolderKeepsWhatWasAskedAndIsReadBack) {
  EvalOptions o = options("task.yaml");
  o.max_items = 3;
  const T5Model m = model();
  const EvalRequest request = request_of(o, folder_);
  const EvalPlan plan = plan_evaluation(request);
  int opened = 0;
  const auto into = [&](const fs::path& folder) {
    return evaluate_into(folder, request, plan, {}, [&] { return ++opened, model_answerer(m, cases::tokenizer()); },
                         {});
  };
  const Json results = into(folder_ / "eval");
  EXPECT_EQ(opened, 1);
  EXPECT_EQ(results.at("flanmoe").at("tasks"), scores_json(evaluate(m, cases::tokenizer(), o, folder_)).at("tasks"));
  EXPECT_EQ(SampleFolder(folder_ / "eval/samples").read("one", Prompting::kDirect).size(), 3u);
  EXPECT_EQ(into(folder_ / "eval"), results);  // finished: nothing is asked
  EXPECT_EQ(opened, 1);
  std::filesystem::remove(folder_ / "eval/results.json");
  EXPECT_EQ(into(folder_ / "eval").at("flanmoe"), results.at("flanmoe"));  // from its samples
  EXPECT_EQ(into("").at("flanmoe"), results.at("flanmoe"));
}

TEST_F(Evaluate, ScoresSurviveTheirJson) {
  const EvalResult result = evaluate(model(), cases::tokenizer(), options("task.yaml"), folder_);
  const EvalResult read = scores_of(Json::parse(scores_json(result).dump()), "here");
  EXPECT_EQ(scores_json(read), scores_json(result));
  EXPECT_EQ(read.normalised_average, result.normalised_average);
  Json broken = scores_json(result);
  broken["tasks"].begin()->erase("chance");
  const std::string message = message_of<UserError>([&] { scores_of(broken, "here"); });
  for (const char* part : {"here", "chance"}) EXPECT_NE(message.find(part), std::string::npos) << message;
}

}  // namespace
}  // namespace flanmoe
