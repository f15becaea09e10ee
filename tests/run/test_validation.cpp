// Validation while training: loss and scores, what they are called, that training does not notice them, and what is
// refused.
#include "run/validation.h"

#include <ATen/ATen.h>

#include <csignal>
#include <set>

#include "base/error.h"
#include "base/signals.h"
#include "model/folder.h"
#include "model/forward.h"
#include "run/held_out.h"
#include "run/initial_model.h"
#include "run/run.h"
#include "run/source.h"
#include "run/tokenizer.h"
#include "run_case.h"
#include "train/checkpoint.h"

namespace flanmoe {
namespace {

class Validation : public cases::RunTest {
 protected:
  void TearDown() override {
    clear_pending_signal();
    RunTest::TearDown();
  }
  std::string refusal(const RunOptions& run) const {
    const std::string message = message_of<UserError>([&] { run_training(run, folder_ / "refused", "x"); });
    EXPECT_FALSE(fs::exists(folder_ / "refused")) << message;
    return message;
  }
  std::vector<std::string> metrics_of(const RunOptions& run) const {
    return validation_hooks(run, open_tokenizer(run), folder_ / "run").metrics;
  }
  std::string weights(const std::string& run) const {
    return content_of(newest_checkpoint(folder_ / run) / "model.safetensors");
  }
};

using Names = std::vector<std::string>;

TEST_F(Validation, TheLossIsTheMeanOverTokensWithoutNoise) {
  RunOptions run = pretraining();
  run.corpus.held_out_share = 0.3;
  run.validation.loss_batches = 3;
  const Tokenizer tokenizer = open_tokenizer(run);
  const std::vector<TokenBatch> batches = held_out_batches(run, tokenizer);
  ASSERT_EQ(batches.size(), 3u);
  const T5Model model = initial_model(run, tokenizer, beginning_of(run, folder_ / "run"));
  // Over again from the logits of every position.
  double sum = 0.0, count = 0.0;
  for (const TokenBatch& batch : batches) {
    const at::Tensor logs = at::log_softmax(forward(model, batch, {}).logits.detach(), -1);
    for (int64_t row = 0; row < batch.target_ids.size(0); ++row) {
      for (int64_t t = 0; t < batch.target_ids.size(1); ++t) {
        const auto id = batch.target_ids[row][t].item<int64_t>();
        if (id == 0) continue;
        sum -= logs[row][t][id].item<double>();
        count += 1.0;
      }
    }
  }
  EXPECT_NEAR(held_out_loss(model, batches), sum / count, 1e-5);
  EXPECT_EQ(held_out_loss(model, batches), held_out_loss(model, batches));
}

TEST_F(Validation, HeldOutTextIsTheSameForEverySeed) {
  for (RunOptions run : {pretraining(), tuning()}) {
    run.corpus.held_out_share = run.mode == Phase::kPretrain ? 0.3 : 0.0;
    const Tokenizer tokenizer = open_tokenizer(run);
    const std::vector<TokenBatch> one = held_out_batches(run, tokenizer);
    run.seed = 2;
    const std::vector<TokenBatch> two = held_out_batches(run, tokenizer);
    ASSERT_EQ(one.size(), 8u);
    for (size_t i = 0; i < one.size(); ++i) EXPECT_TRUE(cases::same(one[i], two[i])) << i;
  }
}

TEST_F(Validation, IsBeforeTheFirstStepEveryFewStepsAndAtTheEnd) {
  RunOptions run = tuning();
  run.train.steps = 5;
  run.train.eval_every = 2;
  run.validation.tasks = {"{data}/task.yaml"};
  run_training(run, folder_ / "run", "run");
  std::set<int64_t> steps;
  for (const Json& line : lines_of(folder_ / "run")) {
    EXPECT_EQ(line.contains("eval/loss"), line.contains("eval/qa_direct"));
    if (!line.contains("eval/loss")) continue;
    steps.insert(line.at("step").get<int64_t>());
    EXPECT_GT(line.at("eval/loss"), 0.5);
  }
  EXPECT_EQ(steps, (std::set<int64_t>{0, 2, 4, 5}));
  EXPECT_FALSE(fs::exists(folder_ / "run/validation"));
}

// The last line's loss is that of the model which was saved there.
TEST_F(Validation, TheLossIsThatOfTheCheckpoint) {
  RunOptions run = tuning();
  run.train.eval_every = 4;
  run_training(run, folder_ / "run", "run");
  const T5Model model = load_model(newest_checkpoint(folder_ / "run"));
  EXPECT_NEAR(lines_of(folder_ / "run").back().at("eval/loss").get<double>(),
              held_out_loss(model, held_out_batches(run, open_tokenizer(run))), 1e-6);
}

TEST_F(Validation, LeavesTheTrainingAsItIs) {
  RunOptions run = tuning();
  run.train.dropout = 0.2;
  run.model.moe.jitter = 0.1;
  run_training(run, folder_ / "without", "x");
  run.train.eval_every = 1;
  run.validation.tasks = {"{data}/task.yaml"};
  run_training(run, folder_ / "with", "x");
  EXPECT_TRUE(weights("with") == weights("without"));
  const auto with = lines_of(folder_ / "with"), without = lines_of(folder_ / "without");
  ASSERT_EQ(with.size(), 1 + without.size());  // the first line is of step 0
  for (size_t i = 0; i < without.size(); ++i) EXPECT_EQ(with[i + 1].at("train/loss"), without[i].at("train/loss")) << i;
}

TEST_F(Validation, NamesOfWhatIsMeasured) {
  put_data("bare.yaml", task("bare", "", "{test: rows.jsonl}"));
  put_data("other.yaml", task("other", "", "{test: held.jsonl}"));
  RunOptions run = tuning();
  run.train.eval_every = 2;
  EXPECT_EQ(metrics_of(run), (Names{"loss"}));
  run.validation.tasks = {"{data}/task.yaml", "{data}/bare.yaml", "{data}/other.yaml"};
  EXPECT_EQ(metrics_of(run), (Names{"bare_direct", "loss", "normalised_average", "other_direct", "qa_direct"}));
  run.validation.include = {"b*", "t"};
  run.validation.loss_batches = 0;
  EXPECT_EQ(metrics_of(run), (Names{"bare_direct", "normalised_average", "qa_direct"}));
  run_training(run, folder_ / "run", "run");
  const Json last = lines_of(folder_ / "run").back();
  for (const char* name : {"eval/bare_direct", "eval/normalised_average", "eval/qa_direct"})
    EXPECT_TRUE(last.contains(name)) << last;
  EXPECT_LE(last.at("eval/normalised_average_low"), last.at("eval/normalised_average"));
  EXPECT_GE(last.at("eval/normalised_average_high"), last.at("eval/normalised_average"));
  EXPECT_LT(last.at("eval/normalised_average_low"), last.at("eval/normalised_average_high"));
  EXPECT_FALSE(last.contains("eval/_direct") || last.contains("eval/loss") || last.contains("eval/other_direct"));
}

TEST_F(Validation, WithoutAnythingToEvaluateIsRefused) {
  RunOptions run = pretraining();
  run.train.eval_every = 25;
  for (const char* part : {"'train.eval_every' is 25, but there is nothing to evaluate", "'validation.tasks'",
                           "'validation.files'", "'corpus.held_out_share'"})
    EXPECT_NE(refusal(run).find(part), std::string::npos) << refusal(run);
  run.corpus.held_out_share = 0.2;
  run.validation.loss_batches = 0;
  EXPECT_NE(refusal(run).find("'validation.loss_batches' is 0"), std::string::npos);
  run.train.eval_every = 0;
  run.train.eval_at = {3};
  EXPECT_NE(refusal(run).find("'train.eval_at' is given, but there is nothing to evaluate"), std::string::npos);
  run = tuning();
  run.train.eval_every = 25;
  run.validation.loss_split = "exam";
  for (const char* part : {"'mixture.held_out_share'", "split 'exam'"})
    EXPECT_NE(refusal(run).find(part), std::string::npos) << refusal(run);
}

TEST_F(Validation, AskedForAndNeverDoneIsRefused) {
  const auto names_it = [&](const RunOptions& run, const std::string& key) {
    EXPECT_NE(refusal(run).find("'" + key + "' is given, but 'train.eval_every' is 0"), std::string::npos) << key;
  };
  RunOptions run = tuning();
  run.validation.tasks = {"{data}/task.yaml"};
  names_it(run, "validation.tasks");
  run = tuning();
  run.validation.include = {"t"};
  names_it(run, "validation.include");
  run = tuning();
  run.mixture.held_out_share = 0.2;
  names_it(run, "mixture.held_out_share");
  run = pretraining();
  run.validation.files = {"{data}/corpus.txt"};
  names_it(run, "validation.files");
  run = pretraining();
  run.corpus.held_out_share = 0.2;
  names_it(run, "corpus.held_out_share");
  run.validation.loss_batches = 0;  // held out for somebody else
  EXPECT_FALSE(validation_hooks(run, open_tokenizer(run), folder_ / "run").evaluate);
}

TEST_F(Validation, WrongSettingsAreNamedBeforeAnythingIsWritten) {
  RunOptions run = pretraining();
  run.train.eval_every = 1;
  run.validation.files = {"{data}/corpus.txt"};
  run.corpus.held_out_share = 0.1;
  EXPECT_NE(refusal(run).find("'validation.files' and 'corpus.held_out_share' are both given"), std::string::npos);
  run.validation.files.clear();
  run.corpus.held_out_share = 1e-9;
  EXPECT_NE(refusal(run).find("leaves none to validate on"), std::string::npos) << refusal(run);
  run = pretraining();
  run.train.eval_every = 1;
  run.validation.files = {"{data}/corpus.txt"};
  run.validation.loss_batches = 0;
  EXPECT_NE(refusal(run).find("'validation.files' is given, but 'validation.loss_batches' is 0"), std::string::npos);
  run = tuning();
  run.train.eval_every = 1;
  run.validation.files = {"{data}/corpus.txt"};
  EXPECT_NE(refusal(run).find("'validation.files' is for mode pretrain"), std::string::npos);
  run.validation.files.clear();
  run.validation.tasks = {"{data}/task.yaml"};
  run.validation.include = {"tt"};
  EXPECT_NE(refusal(run).find("'validation.include': 'tt' fits no task"), std::string::npos) << refusal(run);
  run.validation.tasks.clear();
  EXPECT_NE(refusal(run).find("'validation.include' is given, but 'validation.tasks' is empty"), std::string::npos);
  run.validation.include.clear();
  run.validation.tasks = {"{data}/task.yaml"};
  run.train.best = "eval/qa_cot";
  EXPECT_NE(refusal(run).find("expected eval/loss, eval/normalised_average, eval/qa_direct"), std::string::npos);
}

// A signal that comes while tasks or batches are asked ends the work there; the same command ends as a straight run.
TEST_F(Validation, StopsInTheMiddleAndGoesOn) {
  RunOptions run = tuning();
  run.train.eval_every = 2;
  run.validation.tasks = {"{data}/task.yaml"};
  run.train.best = "eval/loss";
  run_training(run, folder_ / "straight", "run");
  const Tokenizer tokenizer = open_tokenizer(run);
  const TrainHooks hooks = validation_hooks(run, tokenizer, folder_ / "stopped");
  const T5Model model = initial_model(run, tokenizer, beginning_of(run, folder_ / "stopped"));
  {
    const StopSignals signals;
    std::raise(SIGTERM);
    EXPECT_THROW(hooks.evaluate(model, 2), Interrupted);
    EXPECT_THROW(held_out_loss(model, held_out_batches(run, tokenizer), [] { leave_if_asked("x"); }), Interrupted);
  }
  clear_pending_signal();
  fs::remove_all(folder_ / "stopped");
  fs::create_directories(folder_ / "stopped");
  TrainHooks stopping = hooks;
  stopping.evaluate = [&](const T5Model& asked, int64_t step) {
    if (step > 0) std::raise(SIGTERM);
    return hooks.evaluate(asked, step);
  };
  const auto source = make_source(run, tokenizer);
  for (const int64_t step : {2, 2, 2}) {
    T5Model fresh = initial_model(run, tokenizer, beginning_of(run, folder_ / "stopped"));
    const TrainRun training{folder_ / "stopped", "run", {tokenizer.model_file(), 20}, 1};
    const std::string message = message_of<Interrupted>([&] { train(fresh, *source, run.train, training, stopping); });
    EXPECT_NE(message.find(fmt::format("in the validation behind step {} of 4", step)), std::string::npos) << message;
    clear_pending_signal();
  }
  EXPECT_EQ(run_training(run, folder_ / "stopped", "run").steps, 4);
  EXPECT_TRUE(weights("stopped") == weights("straight"));
  const auto left = lines_of(folder_ / "straight"), right = lines_of(folder_ / "stopped");
  ASSERT_EQ(left.size(), right.size());
  for (size_t i = 0; i < left.size(); ++i) {
    for (const auto& [name, value] : left[i].items()) {
      if (name == "wall_time") continue;
      EXPECT_EQ(value, right[i].at(name)) << i << " " << name;
    }
  }
}

}  // namespace
}  // namespace flanmoe
