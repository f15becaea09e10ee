// Training runs as `flanmoe train` and a study's cells do them.
#include "run/run.h"

#include "base/error.h"
#include "base/file_lock.h"
#include "base/files.h"
#include "base/version.h"
#include "data/data_case.h"
#include "eval/evaluation.h"
#include "eval/files/eval_folder.h"
#include "eval/files/samples.h"
#include "model/folder.h"
#include "run/initial_model.h"
#include "run/tokenizer.h"
#include "run/validation.h"
#include "tensor/device.h"
#include "testing/pretend_device.h"
#include "train/checkpoint.h"

namespace flanmoe {
namespace {

class Run : public FolderTest {
 protected:
  RunOptions pretraining() const {
    put("corpus.txt", "the river Vorna runs past quiet towns.\n\nbakers sell bread near every bridge of stone.\n");
    std::filesystem::copy_file(cases::tokenizer().model_file(), folder_ / "spiece.model",
                               std::filesystem::copy_options::skip_existing);
    RunOptions run;
    run.data = folder_.string();
    run.num_sentinels = 20;
    run.model.d_model = 16;
    run.model.d_kv = 4;
    run.model.num_heads = 2;
    run.model.d_ff = 24;
    run.model.moe.num_experts = 3;
    run.corpus.files = {"{data}/corpus.txt"};
    run.corpus.rows_per_batch = 4;
    run.train.steps = 2;
    return run;
  }

  void pretrain_and_tune() const {
    RunOptions run = pretraining();
    const TrainResult result = run_training(run, folder_ / "pretrain", "pretrain");
    EXPECT_EQ(result.steps, 2);
    EXPECT_GT(result.num_tokens, 0);
    const auto checkpoint = newest_checkpoint(folder_ / "pretrain");
    const T5Model trained = load_model(checkpoint);
    EXPECT_EQ(trained.options().vocab_size, cases::tokenizer().vocab_size());
    put("rows.jsonl", R"({"id": "1", "fields": {"q": "quiet towns"}, "answers": ["bread"]})"
                      "\n");
    put("task.yaml",
        "name: t\nsuite: qa\nformat: jsonl\nmetric: exact_match\nsplits: {train: rows.jsonl, test: "
        "rows.jsonl}\ntemplates: [{input: \"{q}\"}]\n");
    run.mode = Phase::kInstruct;
    run.init = checkpoint.string();
    run.mixture.tasks = {"{data}/task.yaml"};
    run.mixture.examples_per_batch = 2;
    run.train.eval_every = 1;
    run.validation.tasks = {"{data}/task.yaml"};
    run.validation.max_new_tokens = 3;
    EXPECT_EQ(run_training(run, folder_ / "instruct", "instruct").steps, 2);
    const auto lines = read_lines(folder_ / "instruct/metrics.jsonl");
    ASSERT_EQ(lines.size(), 3u);  // of steps 0, 1 and 2
    EXPECT_TRUE(parse_json(lines[0], "metrics").contains("eval/qa_direct")) << lines[0];
  }
};

// Pre-training and tuning with validation, the second on what the first left.
TEST_F(Run, PretrainsThenTunesItsOwnCheckpoint) { pretrain_and_tune(); }

// The whole of it on a device that is not the CPU; its checkpoint goes on anywhere, with a warning.
TEST_F(Run, TheSameOnAnotherDevice) {
  RunOptions run = pretraining();
  const TrainResult here = run_training(run, folder_ / "here", "here");
  choose_device(pretend_device());
  const TrainResult there = run_training(run, folder_ / "there", "there");
  EXPECT_NEAR(there.final_loss, here.final_loss, 1e-4);
  pretrain_and_tune();
  choose_device(at::Device(at::kCPU));
  run.train.steps = 3;
  fs::remove(folder_ / "there/config.yaml");
  testing::internal::CaptureStderr();
  EXPECT_EQ(run_training(run, folder_ / "there", "there").steps, 3);
  EXPECT_NE(testing::internal::GetCapturedStderr().find("device \"pretended:0\" there, \"cpu\" here"),
            std::string::npos);
}

TEST_F(Run, AnotherConfigurationInTheSameFolderIsShown) {
  RunOptions run = pretraining();
  run_training(run, folder_ / "run", "pretrain");
  EXPECT_EQ(run_training(run, folder_ / "run", "pretrain").steps, 2);  // the same again: nothing to do
  run.train.optimizer.learning_rate = 0.125;
  const std::string message = message_of<UserError>([&] { run_training(run, folder_ / "run", "pretrain"); });
  for (const char* part : {"learning_rate: 0.003", "learning_rate: 0.125"})
    EXPECT_NE(message.find(part), std::string::npos) << message;
}

// Other parts frozen, other coefficients of router losses: another run. The saved model keeps its own coefficients.
TEST_F(Run, WhatIsFrozenIsPartOfItsConfiguration) {
  RunOptions run = pretraining();
  run.train.freeze = {"gate", "decoder.*"};
  run.train.balance_loss = 0.25;
  testing::internal::CaptureStderr();
  run_training(run, folder_ / "run", "pretrain");
  EXPECT_NE(testing::internal::GetCapturedStderr().find(" parameters are frozen (gate, decoder.*)"), std::string::npos);
  EXPECT_EQ(load_model(newest_checkpoint(folder_ / "run")).options().moe.balance_loss, run.model.moe.balance_loss);
  EXPECT_EQ(run_training(run, folder_ / "run", "pretrain").steps, 2);  // goes on
  const auto refusal = [&](const RunOptions& other, const char* folder) {
    return message_of<UserError>([&] { run_training(other, folder_ / folder, "pretrain"); });
  };
  RunOptions other = run;
  other.train.freeze = {"gate"};
  EXPECT_NE(refusal(other, "run").find("asked: train.freeze:"), std::string::npos) << refusal(other, "run");
  other = run;
  other.train.balance_loss.reset();
  EXPECT_NE(refusal(other, "run").find("train.balance_loss: 0.25"), std::string::npos) << refusal(other, "run");
  other.train.freeze = {"gates"};
  EXPECT_NE(refusal(other, "new").find("did you mean 'gate'?"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "new"));
}

TEST_F(Run, AModelOfASmallerVocabularyIsRefused) {
  RunOptions run = pretraining();
  ModelOptions small = run.model;
  small.vocab_size = 30;
  std::filesystem::create_directories(folder_ / "model");
  save_model(T5Model(small, 1), folder_ / "model");
  run.init = (folder_ / "model").string();
  run.tokenizer = "{data}/spiece.model";
  const std::string message = message_of<UserError>([&] { run_training(run, folder_ / "run", "x"); });
  for (const char* part : {"30", "tokenizer"}) EXPECT_NE(message.find(part), std::string::npos) << message;
}

// A run that goes on reads its own checkpoint: the folder that it began with may be gone.
TEST_F(Run, GoesOnWithoutTheFolderItCameFrom) {
  RunOptions run = pretraining();
  run_training(run, folder_ / "parent", "pretrain");
  run.init = newest_checkpoint(folder_ / "parent").string();
  run_training(run, folder_ / "run", "again");
  std::filesystem::remove_all(folder_ / "parent");
  EXPECT_EQ(run_training(run, folder_ / "run", "again").steps, 2);
  EXPECT_NE(message_of<UserError>([&] { run_training(run, folder_ / "other", "new"); }).find(run.init),
            std::string::npos);
}

// What a killed validation has asked already is not asked again, and nothing of it stays behind.
TEST_F(Run, AValidationGoesOnWhereItWas) {
  RunOptions run = pretraining();
  run.train.eval_every = 7;
  run.validation.tasks = {"{data}/task.yaml"};
  run.validation.max_new_tokens = 3;
  put("rows.jsonl", R"({"id": "1", "fields": {"q": "quiet towns"}, "answers": ["bread"]})"
                    "\n");
  put("task.yaml",
      "name: t\nsuite: qa\nformat: jsonl\nmetric: exact_match\nsplits: {test: rows.jsonl}\n"
      "templates: [{input: \"{q}\"}]\n");
  const Tokenizer tokenizer = open_tokenizer(run);
  const T5Model model = initial_model(run, tokenizer, beginning_of(run, folder_ / "run"));
  const TrainHooks hooks = validation_hooks(run, tokenizer, folder_ / "run");
  EXPECT_EQ(hooks.evaluate(model, 7).at("qa_direct"), 0.0);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "run/validation"));
  ItemResult known{"t", "1", "", Prompting::kDirect};
  known.answers = {"bread"};
  known.score = 1.0;
  SampleFolder(folder_ / "run/validation/step-7/samples").append("t", {known});
  EXPECT_THROW(hooks.evaluate(model, 7), UserError);  // samples of nobody's evaluation
  std::filesystem::remove_all(folder_ / "run/validation");
  EvalSetup setup;
  setup.model = "step 7";
  setup.answers = "model";
  setup.version = kVersion;
  const EvalRequest request = request_of(run.validation, run.data);
  EvalFolder(folder_ / "run/validation/step-7", config_json(setup, request, plan_evaluation(request)))
      .samples()
      .append("t", {known});
  EXPECT_EQ(hooks.evaluate(model, 7).at("qa_direct"), 100.0);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "run/validation"));
}

// There the name of the run would stand for another model, or for none.
TEST_F(Run, AFolderOfAModelOrAnEvaluationIsRefused) {
  const RunOptions run = pretraining();
  run_training(run, folder_ / "run", "run");
  const std::filesystem::path model = newest_checkpoint(folder_ / "run"), evaluation = folder_ / "eval";
  EvalFolder(evaluation, {{"shots", 1}}).finish({{"results", 1}});
  for (const std::filesystem::path& folder : {model, evaluation}) {
    const auto num_files = [&] { return std::distance(std::filesystem::directory_iterator(folder), {}); };
    const auto before = num_files();
    const std::string message = message_of<UserError>([&] { run_training(run, folder, "other"); });
    EXPECT_NE(message.find(folder.string() + ": holds a model or an evaluation (config.json)"), std::string::npos)
        << message;
    EXPECT_EQ(num_files(), before) << folder;
  }
}

TEST_F(Run, AFolderHasOneOwner) {
  const FileLock other = FileLock::owner_of(folder_ / "out");
  const std::string message = message_of<UserError>([&] { run_training(pretraining(), folder_ / "out", "second"); });
  EXPECT_NE(message.find("out: another process is working in this folder"), std::string::npos) << message;
  EXPECT_TRUE(newest_checkpoint(folder_ / "out").empty());
  EXPECT_FALSE(fs::exists(folder_ / "out/config.yaml"));
}

// Whoever owns the folder may be about to prune the checkpoint that another process would read.
TEST_F(Run, ItsCheckpointIsReadByTheOwnerAlone) {
  const RunOptions run = pretraining();
  run_training(run, folder_ / "out", "first");
  fs::resize_file(newest_checkpoint(folder_ / "out") / "model.safetensors", 9);  // would be complained of
  const FileLock other = FileLock::owner_of(folder_ / "out");
  const std::string message = message_of<UserError>([&] { run_training(run, folder_ / "out", "second"); });
  EXPECT_NE(message.find("out: another process is working in this folder"), std::string::npos) << message;
}

TEST_F(Run, ARefusedOneLeavesNoFolder) {
  RunOptions run = pretraining();
  run.init = (folder_ / "absent").string();
  EXPECT_THROW(run_training(run, folder_ / "out", "x"), UserError);
  EXPECT_FALSE(fs::exists(folder_ / "out"));
  std::filesystem::create_directories(folder_ / "mine");
  EXPECT_THROW(run_training(run, folder_ / "mine", "x"), UserError);
  EXPECT_TRUE(fs::exists(folder_ / "mine"));
}

}  // namespace
}  // namespace flanmoe
