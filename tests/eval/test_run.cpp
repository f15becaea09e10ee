// An evaluation in a folder: samples part by part, killed and gone on with, refused for another configuration.
#include "base/error.h"
#include "base/files.h"
#include "eval/asking/predictions.h"
#include "eval/asking/run_tasks.h"
#include "eval/evaluation.h"
#include "eval/files/config_json.h"
#include "eval/files/eval_folder.h"
#include "eval/files/results_json.h"
#include "eval_case.h"

namespace flanmoe {
namespace {

class RunTasks : public EvalTest {
 protected:
  void SetUp() override {
    EvalTest::SetUp();
    std::string rows;  // more than one part of either kind
    for (int i = 0; i < 300; ++i) {
      rows += Json{{"id", std::to_string(i)},
                   {"fields", {{"q", "Vorna " + std::to_string(i % 7)}}},
                   {"options", {"bread", "stone"}},
                   {"answers", {i % 3 == 0 ? "bread" : "stone"}},
                   {"cluster_id", i < 100 ? "p" + std::to_string(i / 5) : ""}}
                  .dump() +
              "\n";
    }
    put("many.jsonl", rows);
    put("many.yaml",
        "name: many\nsuite: exam\nformat: jsonl\nchance: 50\nsplits: {test: many.jsonl}\ntemplates: [{input: "
        "\"{q}\"}]\ncot_templates: [{input: \"why {q}\"}]\n");
  }
  std::vector<TaskRun> runs() const {
    EvalOptions o = options("many.yaml");
    o.prompts = PromptKinds::kBoth;
    o.max_new_tokens = 3;
    return plan_evaluation(request_of(o, folder_)).runs;
  }
  EvalResult run(const SampleFolder* samples, const RunHooks& hooks = {}) const {
    BadRows bad_rows;
    return run_tasks(runs(), model_answerer(model_, cases::tokenizer()), samples, bad_rows, hooks);
  }
  std::filesystem::path samples() const { return folder_ / "out/samples"; }
  std::string sample_file() const { return content_of(samples() / "many.jsonl"); }
  const T5Model model_ = model("gshard");
};

Json scores_of(const EvalResult& result) { return scores_json(result); }

// Killed at many places (between parts, in a line, in a part), then gone on with: the same bytes, the same scores.
TEST_F(RunTasks, GoesOnWhereItWas) {
  const SampleFolder folder(samples());
  const EvalResult straight = run(&folder);
  const std::string all = sample_file();
  ASSERT_EQ(straight.items.size(), 600u);
  EXPECT_EQ(scores_of(run(nullptr)), scores_of(straight));
  for (const size_t bytes : {size_t{0}, size_t{10}, all.size() / 5, all.size() / 3 + 7, all.size() / 2, all.size() - 1,
                             all.find("\"cot\"") + 300}) {
    fs::resize_file(samples() / "many.jsonl", bytes);
    const EvalResult resumed = run(&folder);
    EXPECT_EQ(scores_of(resumed), scores_of(straight)) << bytes;
    EXPECT_TRUE(sample_file() == all) << bytes;
  }
}

TEST_F(RunTasks, WhatIsThereIsNotAskedAgain) {
  const SampleFolder folder(samples());
  run(&folder);
  BadRows bad_rows;
  const Answerer nobody = [](const AskedTask&, size_t, size_t) -> std::vector<ItemResult> {
    throw std::runtime_error("asked");
  };
  EXPECT_EQ(run_tasks(runs(), nobody, &folder, bad_rows, {}).items.size(), 600u);
}

TEST_F(RunTasks, ProgressCountsItems) {
  std::vector<int64_t> counts;
  RunHooks hooks;
  hooks.progress = [&counts](int64_t done, int64_t total, const std::string&) {
    EXPECT_EQ(total, 600);
    counts.push_back(done);
  };
  run(nullptr, hooks);
  EXPECT_EQ(counts, (std::vector<int64_t>{0, 256, 300, 364, 428, 492, 556, 600}));
}

TEST_F(RunTasks, SamplesThatCannotBeAreNamed) {
  const SampleFolder folder(samples());
  run(&folder);
  const std::string all = sample_file(), first = all.substr(0, all.find('\n') + 1);
  const auto refused = [&](const std::string& content, const std::vector<std::string>& parts) {
    put("out/samples/many.jsonl", content);
    const std::string message = message_of<UserError>([&] { run(&folder); });
    for (const std::string& part : parts) EXPECT_NE(message.find(part), std::string::npos) << message;
  };
  refused(first + first, {"many.jsonl:2", "a second sample of item '0'"});
  refused("{\"id\": 3}\n", {"many.jsonl:1", "'id'"});
  refused("{\"id\":\n", {"many.jsonl:1", "malformed JSON"});
  ItemResult other = run(nullptr).items.front();
  other.id = "x";
  refused(sample_of_item(other).dump() + "\n", {"task 'many'", "item 'x'", "rows do not have"});
}

// One byte of a line is another than was written: a score, a flag, a letter of the prompt, the checksum itself.
TEST_F(RunTasks, AChangedSampleIsNoticed) {
  const SampleFolder folder(samples());
  run(&folder);
  const std::string all = sample_file(), first = all.substr(0, all.find('\n') + 1);
  for (const auto& [text, other] :
       std::vector<std::pair<std::string, std::string>>{{"\"score\":", "\"score\":3"},
                                                        {"\"sum\":-", "\"sum\":"},
                                                        {"\"ended\":true", "\"ended\":false"},
                                                        {"Vorna", "Vorne"},
                                                        {"\"prediction\":\"", "\"prediction\":\"x"},
                                                        {"\"by_ranking\":{\"sum\":", "\"by_ranking\":{\"sum\":1"},
                                                        {"\"checksum\":\"", "\"checksum\":\"0"}}) {
    std::string changed = first;
    ASSERT_NE(changed.find(text), std::string::npos) << text;
    changed.replace(changed.find(text), text.size(), other);
    put("out/samples/many.jsonl", changed);
    const std::string message = message_of<UserError>([&] { run(&folder); });
    for (const std::string part : {"many.jsonl:1", "was changed since it was written"})
      EXPECT_NE(message.find(part), std::string::npos) << text << ": " << message;
  }
  std::string older = first;
  older = older.substr(0, older.find(",\"checksum\"")) + "}\n";
  put("out/samples/many.jsonl", older);
  const std::string message = message_of<UserError>([&] { run(&folder); });
  EXPECT_NE(message.find("a sample without a checksum"), std::string::npos) << message;
}

// A bit flipped anywhere in the file: noticed, or the file says the same.
TEST_F(RunTasks, NoFlippedBitIsBelieved) {
  const SampleFolder folder(samples());
  const Json straight = scores_of(run(&folder));
  const std::string all = sample_file();
  for (size_t i = 1; i < 60; ++i) {
    std::string flipped = all;
    flipped[i * 7919 % all.size()] ^= static_cast<char>(1 << (i % 7));
    put("out/samples/many.jsonl", flipped);
    try {
      EXPECT_EQ(scores_of(run(&folder)), straight) << i;
    } catch (const UserError&) {
    }
  }
}

TEST_F(RunTasks, TwoRowsOfOneIdAreRefused) {
  put("many.jsonl",
      "{\"id\": \"7\", \"fields\": {\"q\": \"x\"}, \"answers\": [\"y\"]}\n"
      "{\"id\": \"7\", \"fields\": {\"q\": \"x\"}, \"answers\": [\"y\"]}\n");
  const std::string message = message_of<UserError>([&] { run(nullptr); });
  EXPECT_NE(message.find("'7'"), std::string::npos) << message;
}

TEST_F(RunTasks, SamplesHoldWhatWasAskedAndSaid) {
  const SampleFolder folder(samples());
  const EvalResult result = run(&folder);
  const auto direct = folder.read("many", Prompting::kDirect), cot = folder.read("many", Prompting::kCot);
  ASSERT_EQ(direct.size(), 300u);
  for (const ItemResult& item : result.items) {
    const ItemResult& kept = (item.prompting == Prompting::kCot ? cot : direct).at(item.id);
    EXPECT_EQ(sample_of_item(kept), sample_of_item(item));
    EXPECT_EQ(kept.ranking.size(), item.prompting == Prompting::kDirect ? 2u : 0u);
    EXPECT_EQ(kept.answer, item.answer);
    EXPECT_FALSE(kept.prompt.empty());
  }
}

TEST(FirstDifference, NamesTheKeyAndBothValues) {
  const Json there = {{"suites", {{"mmlu", {{"shots", 5}}}}}, {"data", "x"}};
  Json here = there;
  EXPECT_EQ(first_difference(there, here), "");
  here["suites"]["mmlu"]["shots"] = 0;
  EXPECT_EQ(first_difference(there, here), "'suites/mmlu/shots' is 5 there and 0 here");
  here = there;
  here.erase("data");
  EXPECT_EQ(first_difference(there, here), "'data' is \"x\" there and absent here");
}

TEST_F(RunTasks, AFolderOfAnotherConfigurationIsRefused) {
  const std::string out = (folder_ / "out").string();
  const Json config = {{"shots", 1}};
  EXPECT_FALSE(EvalFolder(out, config).finished());
  EXPECT_FALSE(EvalFolder(out, config).finished());  // gone on with
  std::string message = message_of<UserError>([&] { EvalFolder(out, {{"shots", 2}}); });
  for (const std::string& part : {out, std::string("another configuration"), std::string("'shots' is 1 there and 2")})
    EXPECT_NE(message.find(part), std::string::npos) << message;
  message = message_of<UserError>([&] { read_results(out); });
  EXPECT_NE(message.find("is not finished"), std::string::npos) << message;
  EvalFolder(out, config).finish({{"results", 1}});
  EXPECT_TRUE(EvalFolder(out, config).finished());
  EXPECT_EQ(read_results(out).at("results"), 1);
  make_folders(folder_ / "plain");
  write_atomically(folder_ / "plain/notes.txt", "mine");
  message = message_of<UserError>([&] { EvalFolder(folder_ / "plain", config); });
  EXPECT_NE(message.find("exists already and holds no evaluation"), std::string::npos) << message;
}

// Training runs and studies have a lock, too, and models a config.json: nothing is written into them.
TEST_F(RunTasks, AFolderOfSomethingElseIsRefusedAndLeftAsItIs) {
  const std::vector<std::vector<std::string>> others = {{"lock", "config.yaml", "metrics.jsonl"},
                                                        {"lock", "config.yaml", "results.json"},
                                                        {"config.json", "model.safetensors"},
                                                        {"lock", "config.json"},
                                                        {"lock", "notes.txt"}};
  for (const std::vector<std::string>& files : others) {
    const fs::path out = folder_ / fmt::format("{}", fmt::join(files, "-"));
    make_folders(out);
    for (const std::string& file : files) write_atomically(out / file, "{\"model_type\": \"t5\"}");
    const std::string message = message_of<UserError>([&] { EvalFolder(out, {{"shots", 1}}); });
    EXPECT_NE(message.find(out.string() + ": exists already and holds no evaluation"), std::string::npos) << message;
    EXPECT_EQ(std::distance(fs::directory_iterator(out), {}), static_cast<std::ptrdiff_t>(files.size())) << out;
  }
}

// What a kill leaves between the folder, its lock and its configuration; and an empty folder of the user's.
TEST_F(RunTasks, AFolderThatWasOnlyBegunIsGoneOnWith) {
  for (const std::vector<std::string>& files :
       std::vector<std::vector<std::string>>{{}, {"lock"}, {"config.json.tmp-1-0"}, {"lock", "config.json.tmp-1-0"}}) {
    const fs::path out = folder_ / fmt::format("begun-{}", fmt::join(files, "-"));
    make_folders(out);
    for (const std::string& file : files) write_atomically(out / file, "");
    EvalFolder(out, {{"shots", 1}}).finish({{"results", 1}});
    EXPECT_EQ(read_results(out).at("results"), 1);
    EXPECT_FALSE(fs::exists(out / "config.json.tmp-1-0"));
  }
}

TEST_F(RunTasks, AFolderHasOneOwner) {
  const EvalFolder first(folder_ / "out", {{"shots", 1}});
  const std::string message = message_of<UserError>([&] { EvalFolder(folder_ / "out", {{"shots", 1}}); });
  EXPECT_NE(message.find("out: another process is working in this folder"), std::string::npos) << message;
}

TEST_F(RunTasks, AFolderOfAnotherPlatformIsGoneOnWithAndSaid) {
  const auto said = [&](const Json& config) {
    testing::internal::CaptureStderr();
    EvalFolder(folder_ / "out", config);
    return testing::internal::GetCapturedStderr();
  };
  const Json begun = {{"shots", 1}, {"platform", {{"threads", 2}}}},
             other = {{"shots", 1}, {"platform", {{"threads", 1}}}};
  EXPECT_EQ(said(begun), "");
  EXPECT_EQ(said(begun), "");
  const std::string warning = said(other);
  for (const std::string part : {"another platform (threads 2 there, 1 here)", "not to the bits of a straight run"})
    EXPECT_NE(warning.find(part), std::string::npos) << warning;
  EvalFolder(folder_ / "out", begun).finish({{"results", 1}});
  EXPECT_EQ(said(other), "");  // nothing is left to be computed
}

// A prompt may come from a file that tasks share, which the checksum of the task file does not see.
TEST_F(RunTasks, OtherPromptsAreAnotherConfiguration) {
  const EvalRequest request{{{"", options("many.yaml")}}, {}, OnBadRow::kStop, false, folder_};
  EvalPlan plan;
  plan.runs = runs();
  const Json before = config_json({}, request, plan);
  const auto difference = [&](const std::function<void(TaskSpec&)>& change) {
    EvalPlan other = plan;
    for (TaskRun& asked_run : other.runs) change(asked_run.task);
    return first_difference(before, config_json({}, request, other));
  };
  EXPECT_EQ(difference([](TaskSpec&) {}), "");
  EXPECT_TRUE(
      difference([](TaskSpec& task) { task.eval.direct.input = "ask {q}"; }).starts_with("'tasks/many/prompts'"));
  EXPECT_TRUE(difference([](TaskSpec& task) { task.eval.cot.target = "So {answer}"; }).starts_with("'tasks/many_cot/"));
  EXPECT_NE(difference([](TaskSpec& task) { task.definition = "Say which."; }), "");
  EXPECT_NE(difference([](TaskSpec& task) { task.eval.header = "Questions."; }), "");
  EXPECT_NE(difference([](TaskSpec& task) { task.eval.separator = " "; }), "");
}

// The layout that the harness's users read.
TEST_F(RunTasks, ResultsInTheHarnessesLayout) {
  const EvalRequest request{{{"", options("many.yaml")}}, {}, OnBadRow::kStop, false, folder_};
  EvalPlan plan;
  plan.runs = runs();
  const EvalSetup setup{"model", "12ab", "34cd", "model", "0.1.0", "flanmoe eval"};
  const EvalResult result = run(nullptr);
  const Json json = results_json(result, setup, config_json(setup, request, plan), plan);
  EXPECT_DOUBLE_EQ(json["results"]["many"]["acc,none"], result.tasks[0].score / 100.0);
  EXPECT_DOUBLE_EQ(json["results"]["many_cot"]["acc_stderr,none"], result.tasks[1].standard_error / 100.0);
  EXPECT_EQ(json["results"]["many"]["alias"], "many");
  EXPECT_DOUBLE_EQ(json["groups"]["exam"]["acc,none"], result.suites[0].score / 100.0);
  EXPECT_EQ(json["groups"]["exam"]["mean_over"], "tasks");
  EXPECT_DOUBLE_EQ(json["groups"]["exam"]["acc_over_items,none"], result.suites[0].pooled / 100.0);
  EXPECT_EQ(json["flanmoe"]["suites"]["exam"]["mean_over"], "tasks");
  // Accuracy by every variant, of what was ranked; its own name for the one that counts.
  for (const char* metric : {"acc", "acc_per_token", "acc_norm", "acc_bytes", "acc_mutual_info"}) {
    EXPECT_TRUE(json["results"]["many"].contains(std::string(metric) + ",none")) << metric;
    EXPECT_TRUE(json["results"]["many"].contains(std::string(metric) + "_stderr,none")) << metric;
    EXPECT_EQ(json["higher_is_better"]["many"][metric], true);
  }
  EXPECT_FALSE(json["results"]["many_cot"].contains("acc_norm,none"));
  EXPECT_EQ(json["flanmoe"]["tasks"]["many"]["ranking"], "sum");
  EXPECT_EQ(json["flanmoe"]["tasks"]["many_cot"]["ranking"], "");
  double right = 0.0;
  for (const ItemResult& item : result.items) {
    if (item.prompting == Prompting::kDirect) right += item.ranked.at(2).score;
  }
  EXPECT_NEAR(json["results"]["many"]["acc_norm,none"].get<double>(), right / 300.0, 1e-12);
  EXPECT_NEAR(json["flanmoe"]["tasks"]["many"]["by_ranking"]["per_character"]["score"].get<double>(), right / 3.0,
              1e-9);
  EXPECT_EQ(json["group_subtasks"]["exam_cot"], (Json{"many_cot"}));
  EXPECT_EQ(json["n-samples"]["many"], (Json{{"original", 300}, {"effective", 300}}));
  EXPECT_EQ(json["n-shot"]["many"], 0);
  EXPECT_EQ(json["versions"]["many"], 1);
  EXPECT_EQ(json["higher_is_better"]["many"]["acc"], true);
  EXPECT_EQ(json["model_hash"], "12ab");
  EXPECT_EQ(json["config"]["suites"]["tasks"]["ranking"], "sum");
  EXPECT_EQ(json["config"]["suites"]["tasks"]["shots"], 0);
  EXPECT_EQ(json["config"]["tasks"]["many"]["rows"], checksum_file(folder_ / "many.jsonl"));
  EXPECT_EQ(json["flanmoe"]["tasks"]["many"]["num_scored"], 300);
  EXPECT_EQ(json["flanmoe"]["normalised_average"], result.normalised_average);
}

TEST_F(RunTasks, TheVariantThatCountsGivesAccuracyItsName) {
  EvalOptions o = options("many.yaml");
  o.ranking = RankingScore::kPerCharacter;
  const EvalRequest request{{{"", o}}, {}, OnBadRow::kStop, false, folder_};
  const EvalPlan plan = plan_evaluation(request);
  BadRows bad_rows;
  const EvalResult result = run_tasks(plan.runs, model_answerer(model_, cases::tokenizer()), nullptr, bad_rows, {});
  const Json json = results_json(result, {}, config_json({}, request, plan), plan);
  EXPECT_EQ(std::next(json["results"]["many"].begin()).key(), "acc_norm,none");
  EXPECT_DOUBLE_EQ(json["results"]["many"]["acc_norm,none"], result.tasks[0].score / 100.0);
  EXPECT_TRUE(json["groups"]["exam"].contains("acc_norm,none"));
}

class Predictions : public RunTasks {
 protected:
  // Predictions of `ids` for the direct prompts, all "stone" but for what `change` does.
  EvalResult predicted(const std::string& lines, int64_t limit = 0) const {
    put("said.jsonl", lines);
    EvalOptions o = options("many.yaml");
    o.max_items = limit;
    const std::vector<TaskRun> asked_runs = plan_evaluation(request_of(o, folder_)).runs;
    BadRows bad_rows;
    return run_tasks(asked_runs, prediction_answerer(folder_ / "said.jsonl", asked_runs), nullptr, bad_rows, {});
  }
  static std::string line(int id, const std::string& text = "The answer is (B).") {
    return Json{{"task", "many"}, {"id", std::to_string(id)}, {"prediction", text}}.dump() + "\n";
  }
  static std::string lines(int begin, int end) {
    std::string result;
    for (int id = begin; id < end; ++id) result += line(id);
    return result;
  }
  void refused(const std::string& content, const std::vector<std::string>& parts) const {
    const std::string message = message_of<UserError>([&] { predicted(content); });
    for (const std::string& part : parts) EXPECT_NE(message.find(part), std::string::npos) << message;
  }
};

TEST_F(Predictions, AreExtractedAndScored) {
  const EvalResult result = predicted(lines(0, 300));
  EXPECT_NEAR(result.tasks[0].score, 100.0 * 200 / 300, 1e-9);
  EXPECT_EQ(result.items[4].output, "The answer is (B).");
  EXPECT_EQ(result.items[4].prediction, "stone");
  EXPECT_EQ(predicted(lines(0, 300), 10).items.size(), 10u);  // those of the items that are not asked do not matter
}

TEST_F(Predictions, MissingAndExtraIdsAreNamed) {
  refused(lines(0, 298), {"said.jsonl", "task 'many'", "no prediction for 2 of its 300 items", "298, 299"});
  refused(lines(0, 302), {"said.jsonl", "predictions for 2 items that it does not have", "300, 301"});
  refused(lines(0, 300) + line(7), {"said.jsonl:301", "a second prediction", "'7'"});
  refused("{\"task\": \"mny\", \"id\": \"1\", \"prediction\": \"x\"}\n",
          {"said.jsonl:1", "'mny' is not asked", "did you mean 'many'"});
  refused("{\"task\": \"many\", \"id\": \"1\"}\n", {"said.jsonl:1", "'prediction'"});
}

}  // namespace
}  // namespace flanmoe
