// Every verb ends soon after it is asked to, whatever it is at, and leaves whole lines or nothing.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include <chrono>

#include "base/files.h"
#include "base/json.h"
#include "e2e/binary.h"
#include "testing/check.h"

namespace flanmoe::e2e {
namespace {

using Words = std::vector<std::string>;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

class Signals : public FolderTest {
 protected:
  std::string at(const std::string& name) const { return (folder_ / name).string(); }

  // Sends the signal so many seconds after the file `sign` is there (or after the start); the exit status, which says
  // that it was the signal.
  Ended stopped(const Words& words, int number, double after, const std::string& sign = "") const {
    Running running(words);
    const auto start = Clock::now();
    while (!sign.empty() && !std::filesystem::exists(folder_ / sign) && !running.ended() &&
           seconds_since(start) < 60.0) {
    }
    const auto begin = Clock::now();
    while (!running.ended() && seconds_since(begin) < after) {
    }
    EXPECT_FALSE(running.ended()) << words[0] << " ended by itself: the test needs more work for it";
    running.signal(number);
    const auto asked = Clock::now();
    const Ended ended = running.wait();
    EXPECT_LT(seconds_since(asked), 2.0) << words[0];
    EXPECT_EQ(ended.status, 128 + number) << words[0] << ": " << ended.err;
    return ended;
  }
};

// How far it came; or, on a machine so busy that a second was not enough for the batch at hand, that it is cut off.
void expect_told(const Ended& ended, const std::string& how_far) {
  const bool is_cut_off = ended.err.find("stopped before the work at hand was done") != std::string::npos;
  EXPECT_TRUE(is_cut_off || ended.err.find(how_far) != std::string::npos) << ended.err;
}

// Work for a minute and more: the largest shape that a test may write down.
Words long_generation(const std::string& input) {
  return {"generate", model().string(), "--input", input, "max_new_tokens=64", "min_new_tokens=64", "num_beams=8"};
}

TEST_F(Signals, GenerateLeavesWholeLinesAndGoesOn) {
  std::string prompts;
  for (int i = 0; i < 3000; ++i) prompts += "Who is number " + std::to_string(i) + " of them?\n";
  put("in.txt", prompts);
  Words words = long_generation(at("in.txt"));
  words.insert(words.end(), {"--output", at("out.jsonl")});
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
    const Ended ended = stopped(words, number, 3.0, "out.jsonl");
    expect_told(ended, "the same command with --resume goes on from here");
    const std::string written = content_of(folder_ / "out.jsonl");
    EXPECT_TRUE(written.empty() || written.ends_with("\n"));
    if (words.back() != "--resume") words.push_back("--resume");
  }
  expect_told(stopped(long_generation(at("in.txt")), SIGTERM, 4.0), "prompts are answered");
}

TEST_F(Signals, ScoreStops) {
  std::string items;
  for (int i = 0; i < 20000; ++i)
    items += "{\"prompt\": \"Who is number " + std::to_string(i) + "?\", \"answers\": [\"me\", \"you and me\"]}\n";
  put("in.jsonl", items);
  const Ended ended =
      stopped({"score", model().string(), "--input", at("in.jsonl"), "--output", at("out.jsonl")}, SIGTERM, 1.5);
  expect_told(ended, "prompts are scored");
}

// Nobody asks while these work or wait: the signal ends them at once.
TEST_F(Signals, VerbsWithoutALoopThatAsksEndAtOnce) {
  stopped({"init", "t5_v1_1_large", "--out", at("large")}, SIGTERM, 0.7);
  stopped({"data", "make", "num_facts=20000", "--out", at("world")}, SIGTERM, 0.7);
  ::mkfifo(at("pipe.jsonl").c_str(), 0600);
  for (const char* verb : {"generate", "score"})
    stopped({verb, model().string(), "--input", at("pipe.jsonl")}, SIGINT, 0.7);
  // What was left is swept when the same folder is made.
  Words words = {"data", "make", "num_facts=120", "vocab_pieces=900", "--out", at("world")};
  EXPECT_EQ(flanmoe(words).status, 0);
  for (const std::string& entry : listing(folder_)) EXPECT_EQ(entry.find("world.tmp-"), std::string::npos) << entry;
}

}  // namespace
}  // namespace flanmoe::e2e
