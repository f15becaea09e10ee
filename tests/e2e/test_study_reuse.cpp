// flanmoe study --reuse: the numbers of a study that takes cells of another are those of one that trains them all.
#include <signal.h>

#include <map>

#include "e2e/study_case.h"

namespace flanmoe::e2e {
namespace {

constexpr const char* kLab = "parent: tiny.yaml\nfinetune_sets: []\ncost_steps: 0\n";
// The same pre-trainings and half of the tunings, asked and averaged in its own way.
constexpr const char* kGrid = R"(parent: lab.yaml
axes: {tasks: {values: {8: {mixture: {num_tasks: 8}}, all: {}}}}
average: {instruct: 2}
heldout: {max_items: 3}
comparisons: {more: {measure: heldout/instructed, parts: [{arm: switch+tasks=all, over: switch+tasks=8}]}}
)";

class StudyReuse : public Study {
 protected:
  void SetUp() override {
    Study::SetUp();
    tiny();
    lab_ = command(put("lab.yaml", kLab).string(), "lab");
    grid_ = put("grid.yaml", kGrid).string();
  }
  std::vector<std::string> reusing(const std::string& out, const std::vector<std::string>& settings = {}) const {
    std::vector<std::string> words = command(grid_, out);
    words.insert(words.end(), {"--reuse", (folder_ / "lab").string()});
    words.insert(words.end(), settings.begin(), settings.end());
    return words;
  }
  Json result(const std::string& out, const std::string& cell) const {
    return read_json(folder_ / out / "cells" / cell / "result.json");
  }

  std::vector<std::string> lab_;
  std::string grid_;
};

TEST_F(StudyReuse, GivesTheNumbersOfAStudyThatTrainsAll) {
  ASSERT_EQ(flanmoe(lab_).status, 0);
  ASSERT_EQ(flanmoe(command(grid_, "alone")).status, 0);
  Running killed(reusing("reused"));
  const fs::path first = folder_ / "reused/cells/dense/seed-1/pretrain";
  while (!killed.ended() && !fs::exists(first / "checkpoints"))
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  killed.signal(SIGKILL);
  killed.wait();
  ASSERT_TRUE(fs::exists(first / "checkpoints"));
  EXPECT_FALSE(fs::exists(first / "result.json"));
  const Ended ended = flanmoe(reusing("reused"));
  ASSERT_EQ(ended.status, 0) << ended.err;
  const std::string lab = (folder_ / "lab").string();
  EXPECT_NE(ended.err.find("4 cells of this study were taken from " + lab), std::string::npos) << ended.err;
  EXPECT_EQ(results("reused").dump(), results("alone").dump());

  const std::map<std::string, std::string> origins = {
      {"dense/seed-1/pretrain", "dense/seed-1/pretrain"},
      {"switch/seed-1/pretrain", "switch/seed-1/pretrain"},
      {"dense+tasks=all/seed-1/instruct", "dense/seed-1/instruct"},
      {"switch+tasks=all/seed-1/instruct", "switch/seed-1/instruct"},
      {"dense+tasks=8/seed-1/instruct", ""},
      {"switch+tasks=8/seed-1/instruct", ""},
  };
  double train_seconds = 0.0;
  for (const auto& [cell, origin] : origins) {
    Json alone = result("alone", cell), reused = result("reused", cell);
    const Json timing = reused["timing"];
    for (Json* one : {&alone, &reused}) one->erase("timing");
    EXPECT_EQ(reused.dump(), alone.dump()) << cell;
    EXPECT_EQ(timing.contains("reused"), !origin.empty()) << cell;
    if (origin.empty()) continue;
    const Json then = result("lab", origin)["timing"];
    EXPECT_EQ(timing["reused"]["study"], lab) << cell;
    EXPECT_EQ(timing["reused"]["cell"], origin);
    for (const char* key : {"train_seconds", "peak_memory_bytes", "commit", "binary", "platform"})
      EXPECT_EQ(timing["reused"][key], then[key]) << cell << " " << key;
    train_seconds += then["train_seconds"].get<double>();
    EXPECT_EQ(content_of(folder_ / "reused/cells" / cell / "metrics.jsonl"),
              content_of(folder_ / "lab/cells" / origin / "metrics.jsonl"));
  }
  const Json timing = read_json(folder_ / "reused/results.json")["timing"];
  EXPECT_EQ(timing["reused"][0]["cells"], 4);
  EXPECT_NEAR(timing["reused"][0]["train_seconds"].get<double>(), train_seconds, 1e-6);
  EXPECT_LT(timing["cell_seconds"].get<double>(),
            read_json(folder_ / "alone/results.json")["timing"]["cell_seconds"].get<double>());
  for (const std::string& entry : listing(folder_ / "reused"))
    EXPECT_EQ(entry.find(".tmp-"), std::string::npos) << entry;

  // Nothing of it needs the other study any more.
  fs::remove_all(folder_ / "lab");
  const Ended again = flanmoe(command(grid_, "reused"));
  ASSERT_EQ(again.status, 0) << again.err;
  EXPECT_NE(again.err.find("6 of 6 cells are done already"), std::string::npos) << again.err;
  EXPECT_EQ(results("reused").dump(), results("alone").dump());
}

TEST_F(StudyReuse, LeavesWhatIsAnotherTrainingAndRefusesWhatIsNoStudy) {
  const auto refused = [this](const std::vector<std::string>& words, const std::string& message) {
    const Ended ended = flanmoe(words);
    EXPECT_EQ(ended.status, 2);
    EXPECT_NE(ended.err.find(message), std::string::npos) << message << " in: " << ended.err;
    EXPECT_FALSE(fs::exists(folder_ / "new"));
  };
  refused(reusing("new"), "--reuse " + (folder_ / "lab").string() + ": no such folder");
  lab_.push_back("arms_only=[dense]");
  ASSERT_EQ(flanmoe(lab_).status, 0);
  refused(reusing("new", {"--list"}), "--list does not look into other studies; leave out --reuse");
  std::vector<std::string> itself = lab_;
  itself.insert(itself.end(), {"--reuse", (folder_ / "lab").string()});
  refused(itself, "this is the folder of the study itself");

  std::vector<std::string> in_another_world = itself;
  in_another_world[3] = (folder_ / "world").string();
  in_another_world.push_back("world.seed=77");
  const Ended ended = flanmoe(in_another_world);
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_NE(ended.err.find("no cell of this study was taken from " + (folder_ / "lab").string()), std::string::npos)
      << ended.err;
  const std::string log = content_of(folder_ / "world/cells/dense/seed-1/pretrain/log.txt");
  EXPECT_NE(log.find("has another content there"), std::string::npos) << log;
}

}  // namespace
}  // namespace flanmoe::e2e
