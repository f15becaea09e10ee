// Training as a child process: the same seed gives the same bytes, straight or interrupted.
#include <signal.h>

#include <chrono>
#include <thread>

#include "base/files.h"
#include "base/json.h"
#include "e2e/binary.h"
#include "testing/check.h"

namespace flanmoe::e2e {
namespace {

class Train : public FolderTest {
 protected:
  std::vector<std::string> command(const std::string& out, const std::vector<std::string>& settings = {}) const {
    std::vector<std::string> arguments = tiny_pretraining();
    arguments.insert(arguments.begin(), "train");
    arguments.insert(arguments.end(), settings.begin(), settings.end());
    arguments.insert(arguments.end(), {"--out", (folder_ / out).string()});
    return arguments;
  }
  std::string weights(const std::string& out, int step) const {
    return content_of(folder_ / out / "checkpoints" / ("step-" + std::to_string(step)) / "model.safetensors");
  }
  std::vector<Json> metrics(const std::string& out) const {
    std::vector<Json> lines;
    for (const std::string& line : read_lines(folder_ / out / "metrics.jsonl")) {
      lines.push_back(parse_json(line, "metrics.jsonl"));
      for (const char* timing : {"wall_time", "train/tokens_per_second", "train/loader_wait"})
        lines.back().erase(timing);
    }
    return lines;
  }
};

TEST_F(Train, TheSameSeedGivesTheSameBytes) {
  ASSERT_EQ(flanmoe(command("a")).status, 0);
  ASSERT_EQ(flanmoe(command("b")).status, 0);
  ASSERT_EQ(flanmoe(command("c", {"seed=2"})).status, 0);
  ASSERT_GT(weights("a", 6).size(), 1000u);
  EXPECT_TRUE(weights("a", 6) == weights("b", 6));
  EXPECT_FALSE(weights("a", 6) == weights("c", 6));
  EXPECT_EQ(metrics("a"), metrics("b"));
}

TEST_F(Train, InterruptedInTheMiddleEqualsStraight) {
  const std::vector<std::string> long_run = {"train.steps=400", "train.log_every=7"};
  ASSERT_EQ(flanmoe(command("straight", long_run)).status, 0);
  for (const auto& [signal, status] : {std::pair{SIGINT, 130}, std::pair{SIGTERM, 143}}) {
    Running run(command("halves", long_run));
    const auto lines_before = fs::exists(folder_ / "halves/metrics.jsonl") ? metrics("halves").size() : 0;
    while (!run.ended() && (!fs::exists(folder_ / "halves/metrics.jsonl") ||
                            read_lines(folder_ / "halves/metrics.jsonl").size() <= lines_before + 3))
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    run.signal(signal);
    const Ended ended = run.wait();
    ASSERT_EQ(ended.status, status) << ended.err;
    EXPECT_NE(ended.err.find("stopped and saved after step"), std::string::npos) << ended.err;
    EXPECT_NE(ended.err.find("the same command goes on from here"), std::string::npos) << ended.err;
  }
  const Ended last = flanmoe(command("halves", long_run));
  ASSERT_EQ(last.status, 0) << last.err;
  EXPECT_NE(last.err.find("going on from"), std::string::npos) << last.err;
  EXPECT_TRUE(weights("straight", 400) == weights("halves", 400));
  EXPECT_EQ(metrics("straight"), metrics("halves"));
}

// The loss on held-out documents, from the command line: the same training whether or when it is asked.
TEST_F(Train, ValidatesWithoutChangingTheTraining) {
  const std::vector<std::string> often = {"corpus.held_out_share=0.2", "train.eval_every=2", "train.best=eval/loss",
                                          "validation.loss_batches=2"};
  std::vector<std::string> seldom = often;
  seldom[1] = "train.eval_every=5";
  ASSERT_EQ(flanmoe(command("often", often)).status, 0);
  ASSERT_EQ(flanmoe(command("seldom", seldom)).status, 0);
  EXPECT_TRUE(weights("often", 6) == weights("seldom", 6));
  const auto steps_of = [&](const std::string& out) {
    std::vector<int64_t> steps;
    for (const Json& line : metrics(out)) {
      if (line.contains("eval/loss")) steps.push_back(line.at("step").get<int64_t>());
    }
    return steps;
  };
  EXPECT_EQ(steps_of("often"), (std::vector<int64_t>{0, 2, 4, 6}));
  EXPECT_EQ(steps_of("seldom"), (std::vector<int64_t>{0, 5, 6}));
  EXPECT_EQ(metrics("often").back().at("eval/loss"), metrics("seldom").back().at("eval/loss"));
  const Ended answer = flanmoe({"generate", (folder_ / "often/checkpoints/best").string(), "Who?", "max_new_tokens=2"});
  EXPECT_EQ(answer.status, 0) << answer.err;
  const Ended refused = flanmoe(command("refused", {"train.eval_every=2"}));
  EXPECT_EQ(refused.status, 2);
  EXPECT_NE(refused.err.find("there is nothing to evaluate"), std::string::npos) << refused.err;
  EXPECT_FALSE(fs::exists(folder_ / "refused"));
}

// A stop in the middle of a long validation is not waited for.
TEST_F(Train, StopsInAValidationAndGoesOn) {
  const std::vector<std::string> settings = {"train.eval_every=3", "validation.tasks=[\"{data}/heldout/exam\"]",
                                             "validation.method=generate", "validation.max_new_tokens=64",
                                             "train.log_every=3"};
  ASSERT_EQ(flanmoe(command("straight", settings)).status, 0);
  Running run(command("halves", settings));
  while (!run.ended() && !fs::exists(folder_ / "halves/validation/step-3/samples"))
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  run.signal(SIGTERM);
  const auto asked = std::chrono::steady_clock::now();
  const Ended ended = run.wait();
  EXPECT_LT(std::chrono::duration<double>(std::chrono::steady_clock::now() - asked).count(), 2.0);
  EXPECT_EQ(ended.status, 143) << ended.err;
  EXPECT_NE(ended.err.find("stopped in the validation behind step 3 of 6, and saved; the same command goes on"),
            std::string::npos)
      << ended.err;
  const Ended last = flanmoe(command("halves", settings));
  ASSERT_EQ(last.status, 0) << last.err;
  EXPECT_TRUE(weights("straight", 6) == weights("halves", 6));
  EXPECT_EQ(metrics("straight"), metrics("halves"));
}

TEST_F(Train, AnotherVocabularyBehindTheSameNameIsRefused) {
  const fs::path vocabulary = folder_ / "v.model";
  fs::copy_file(world() / "spiece.model", vocabulary);
  const std::vector<std::string> settings = {"tokenizer=" + vocabulary.string(), "train.checkpoint_every=3"};
  ASSERT_EQ(flanmoe(command("run", settings)).status, 0);
  fs::remove_all(folder_ / "run/checkpoints/step-6");
  const std::string whole = content_of(vocabulary);
  std::ofstream(vocabulary, std::ios::binary) << whole << "\xa0\x06\x01";  // a field that its reader passes over
  const Ended refused = flanmoe(command("run", settings));
  EXPECT_EQ(refused.status, 2) << refused.err;
  EXPECT_NE(refused.err.find("the vocabulary is no longer what the run began with"), std::string::npos) << refused.err;
  std::ofstream(vocabulary, std::ios::binary) << whole;
  EXPECT_EQ(flanmoe(command("run", settings)).status, 0);
}

// A line that is none is told by file and line, not by "internal error".
TEST_F(Train, AMetricsFileThatIsNoneIsNamed) {
  ASSERT_EQ(flanmoe(command("run", {"train.checkpoint_every=3"})).status, 0);
  std::ofstream(folder_ / "run/metrics.jsonl", std::ios::app) << "{\"step\":\"x\"}\n";
  const Ended ended = flanmoe(command("run", {"train.checkpoint_every=3"}));
  EXPECT_EQ(ended.status, 2) << ended.err;
  EXPECT_NE(ended.err.find("metrics.jsonl:4: 'step' is \"x\", expected an integer"), std::string::npos) << ended.err;
}

TEST_F(Train, ItsConfigurationIsTakenBack) {
  ASSERT_EQ(flanmoe(command("run")).status, 0);
  const std::string before = weights("run", 6);
  const Ended again = flanmoe({"train", (folder_ / "run/config.yaml").string(), "--out", (folder_ / "run").string()});
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_TRUE(weights("run", 6) == before);
}

TEST_F(Train, ADryRunWritesNothing) {
  const Ended ended = flanmoe(command("run", {"--dry-run"}));
  EXPECT_EQ(ended.status, 0) << ended.err;
  for (const char* part : {"parameters: ", "forward FLOPs per token: ", "first batch: 4 rows"})
    EXPECT_NE(ended.out.find(part), std::string::npos) << part << " in: " << ended.out;
  EXPECT_EQ(ended.out.find("validation"), std::string::npos) << ended.out;
  EXPECT_EQ(num_entries(), 0u);
}

// What the run would refuse the dry run refuses, too, and it says what is validated.
TEST_F(Train, ADryRunLooksAtTheValidation) {
  const auto refused = [&](const std::vector<std::string>& settings, const std::string& part) {
    std::vector<std::string> words = command("run", settings);
    words.push_back("--dry-run");
    const Ended ended = flanmoe(words);
    EXPECT_EQ(ended.status, 2) << ended.out;
    EXPECT_NE(ended.err.find(part), std::string::npos) << ended.err;
  };
  refused({"train.eval_every=2"}, "'train.eval_every' is 2, but there is nothing to evaluate");
  refused({"validation.tasks=[\"{data}/heldout/exam\"]"}, "'validation.tasks' is given, but 'train.eval_every' is 0");
  refused({"train.patience=3"}, "'train.patience' is 3, but 'train.best' is empty");
  refused({"corpus.held_out_share=0.2", "train.eval_every=2", "train.best=eval/los"}, "did you mean 'eval/loss'?");
  const Ended ended = flanmoe(command("run", {"corpus.held_out_share=0.2", "train.eval_every=2", "--dry-run",
                                              "validation.tasks=[\"{data}/heldout/exam\"]"}));
  EXPECT_EQ(ended.status, 0) << ended.err;
  for (const char* name : {"loss", "exam_direct", "normalised_average"})
    EXPECT_NE(ended.out.find(std::string("validation: eval/") + name + "\n"), std::string::npos) << ended.out;
  EXPECT_EQ(num_entries(), 0u);
}

TEST_F(Train, ATrainedModelAnswers) {
  const Ended ended = flanmoe({"generate", model().string(), "--json", "max_new_tokens=3"}, "What is it?\nAnd now?\n");
  ASSERT_EQ(ended.status, 0) << ended.err;
  std::vector<std::string> prompts;
  size_t begin = 0;
  for (size_t end = ended.out.find('\n'); end != std::string::npos; begin = end + 1, end = ended.out.find('\n', begin))
    prompts.push_back(parse_json(ended.out.substr(begin, end - begin), "stdout").at("prompt"));
  EXPECT_EQ(prompts, (std::vector<std::string>{"What is it?", "And now?"}));
  const Ended shape = flanmoe({"inspect", model().string(), "--json", "--tensors"});
  ASSERT_EQ(shape.status, 0) << shape.err;
  const Json json = parse_json(shape.out, "stdout");
  EXPECT_EQ(json["options"]["d_model"], 16);
  int64_t count = 0;
  for (const auto& [name, tensor] : json["tensors"].items()) {
    int64_t product = 1;
    for (const Json& size : tensor["shape"]) product *= size.get<int64_t>();
    count += product;
  }
  EXPECT_EQ(count, json["total_parameters"]);
}

TEST_F(Train, ItsRoutingIsAnalysed) {
  const Ended ended = flanmoe({"analyze", model().string(), "--data", world().string(), "--texts", "3",
                               "tasks=[\"{data}/heldout/exam\"]", "source_length=64"});
  ASSERT_EQ(ended.status, 0) << ended.err;
  EXPECT_TRUE(ended.out.starts_with("stack")) << ended.out;
  for (const char* part : {"encoder", "decoder", "utilisation"}) EXPECT_NE(ended.out.find(part), std::string::npos);
}

}  // namespace
}  // namespace flanmoe::e2e
