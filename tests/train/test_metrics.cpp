// metrics.jsonl and the events beside it: no step twice, no rate that was not measured, a sentence for what is no line.
#include "train/metrics.h"

#include "base/error.h"
#include "base/events_case.h"
#include "testing/check.h"
#include "train/meter.h"
#include "train_case.h"

namespace flanmoe {
namespace {

TEST(Meter, ARateIsThatOfTheStepsSinceTheLastOne) {
  Meter meter;
  for (int64_t i = 0; i < Meter::kUntimedSteps; ++i) meter.count(1000, 1.0, 0.5);
  EXPECT_TRUE(meter.take_window().empty());
  EXPECT_EQ(meter.recent_tokens_per_second(), 0.0);
  EXPECT_EQ(meter.tokens_per_second(), 0.0);
  meter.count(100, 1.5, 0.25);
  meter.count(300, 0.5, 0.25);
  EXPECT_EQ(meter.recent_tokens_per_second(), 200.0);
  EXPECT_EQ(meter.take_window(),
            (std::map<std::string, double>{{"train/tokens_per_second", 200.0}, {"train/loader_wait", 0.25}}));
  EXPECT_EQ(meter.recent_tokens_per_second(), 200.0);  // nothing newer yet
  EXPECT_TRUE(meter.take_window().empty());
  meter.count(50, 2.0, 0.0);  // a slow-down shows
  EXPECT_EQ(meter.recent_tokens_per_second(), 25.0);
  EXPECT_EQ(meter.take_window().at("train/tokens_per_second"), 25.0);
  EXPECT_GT(meter.tokens_per_second(), 0.0);
}

class Metrics : public FolderTest {
 protected:
  TrainResult run(int64_t steps, uint64_t crash_at = ~uint64_t{0}) const {
    TrainOptions o;
    o.steps = steps;
    o.log_every = 1;
    o.checkpoint_every = 3;
    T5Model model(tiny::options("switch"), 1);
    return train(model, cases::RandomSource(23, crash_at), o, cases::run_in(folder_));
  }
  std::string refusal(const std::string& lines, int64_t done_steps) const {
    put("metrics.jsonl", lines);
    return message_of<UserError>([&] { MetricsWriter(folder_, done_steps); });
  }
};

TEST_F(Metrics, StepsThatWereNotTimedHaveNoRate) {
  run(7);
  const auto lines = read_lines(folder_ / "metrics.jsonl");
  ASSERT_EQ(lines.size(), 7u);
  for (size_t i = 0; i < lines.size(); ++i) {
    const Json line = parse_json(lines[i], "metrics.jsonl");
    const bool is_timed = static_cast<int64_t>(i) >= Meter::kUntimedSteps;
    EXPECT_EQ(line.contains("train/tokens_per_second"), is_timed) << i;
    EXPECT_EQ(line.contains("train/loader_wait"), is_timed) << i;
    if (!is_timed) continue;
    EXPECT_GT(line.at("train/tokens_per_second"), 0.0);
    EXPECT_GE(line.at("train/loader_wait"), 0.0);
    EXPECT_LE(line.at("train/loader_wait"), 1.0);
  }
  EXPECT_EQ(cases::shown_steps(folder_ / "events")["train/tokens_per_second"], (std::vector<uint64_t>{6, 7}));
}

// Killed behind steps 2, 5 and 8, each time with lines that the newest checkpoint does not know.
TEST_F(Metrics, TensorBoardShowsNoStepTwice) {
  for (const uint64_t crash : {2, 5, 8}) EXPECT_THROW(run(10, crash), std::runtime_error);
  run(10);
  std::vector<uint64_t> expected;
  for (const Json& line : cases::metrics_of(folder_)) expected.push_back(line.at("step").get<uint64_t>());
  EXPECT_EQ(expected, (std::vector<uint64_t>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}));
  const auto shown = cases::shown_steps(folder_ / "events");
  EXPECT_EQ(shown.at("train/loss"), expected);
  EXPECT_EQ(shown.at("moe/encoder/1/utilisation"), expected);
}

TEST_F(Metrics, WhatIsNoLineIsNamed) {
  const std::string good = "{\"step\": 1, \"tokens\": 5}\n", file = (folder_ / "metrics.jsonl").string();
  EXPECT_EQ(refusal(good + "{\"step\":\"x\"}\n", 1), file + ":2: 'step' is \"x\", expected an integer");
  EXPECT_EQ(refusal(good + "{\"step\": 1.5}\n", 1), file + ":2: 'step' is 1.5, expected an integer");
  EXPECT_EQ(refusal(good + "{\"tokens\": 5}\n", 1), file + ":2: key 'step' is missing; the keys are tokens");
  const std::string message = refusal("[1]\n" + good, 1);
  EXPECT_NE(message.find(file + ":1: no line of metrics; expected an object of JSON"), std::string::npos) << message;
  EXPECT_NE(refusal(good + "{\"step\": 2, \"tok\n{\"step\": 3}\n", 3).find(":2: no line"), std::string::npos);
  EXPECT_EQ(content_of(file), good + "{\"step\": 2, \"tok\n{\"step\": 3}\n");  // left as it was
}

// Behind what the newest checkpoint presumes, a power cut may have left anything.
TEST_F(Metrics, WhatNobodyPresumesIsCut) {
  const std::string good = "{\"step\": 1, \"tokens\": 5}\n";
  for (const std::string& rest : {std::string("{\"step\": 2, \"tok"), std::string("\0\0\0\0", 4),
                                  std::string("][\n{\"a"), std::string("{\"step\": 2}\n{\"step\": 3}\n")}) {
    put("metrics.jsonl", good + rest);
    const MetricsWriter writer(folder_, 1);
    EXPECT_EQ(content_of(folder_ / "metrics.jsonl"), good);
    EXPECT_EQ(writer.done_values().at("tokens"), 5.0);
  }
  EXPECT_TRUE(MetricsWriter(folder_, 4).done_values().empty());
}

}  // namespace
}  // namespace flanmoe
