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
