// The paper's questions, and one's own, answered from made-up cells.
#include <gtest/gtest.h>

#include <cmath>

#include "eval/scoring/interval.h"
#include "study/results_case.h"

namespace flanmoe {
namespace {

class Answers : public cases::ResultsTest {};

TEST_F(Answers, ThreeSeedsDecideNothingBeforeTheFirstLook) {
  const Json verdicts = three()["verdicts"];
  std::vector<std::string> ids;
  for (const Json& verdict : verdicts) {
    ids.push_back(verdict["id"]);
    EXPECT_EQ(verdict["answer"], "undecided");
    EXPECT_EQ(verdict["look"], 0);
    EXPECT_EQ(verdict["agreement"], "");
    EXPECT_NE(verdict["text"].get<std::string>().find("judged from 4 seeds on"), std::string::npos) << verdict["text"];
  }
  EXPECT_EQ(ids, (std::vector<std::string>{"shape-1", "shape-2", "shape-3", "shape-3-finetuned", "shape-6", "shape-9",
                                           "shape-9-capacity"}));
  const Json& beats = named(verdicts, "id", "shape-2");  // by seed 33.75, 22.5, 22.5
  EXPECT_NE(beats["text"].get<std::string>().find("+26."), std::string::npos) << beats["text"];
  ASSERT_EQ(beats["parts"].size(), 2u);
  EXPECT_EQ(beats["parts"][0]["label"], "Switch over Dense");
  EXPECT_EQ(beats["parts"][0]["weights"], Json({{"dense", -1.0}, {"switch", 1.0}}));
  const Json& order = named(verdicts, "id", "shape-6");  // equal scores
  ASSERT_EQ(order["parts"].size(), 1u);
  EXPECT_EQ(order["parts"][0]["label"], "GShard over Switch (unequal FLOPs)");
  const Json& use = named(verdicts, "id", "shape-9");  // 37.5% to 50% in every seed
  EXPECT_NEAR(use["parts"][0]["interval"]["mean"].get<double>(), 12.5, 1e-9);
  const Json& room = named(verdicts, "id", "shape-9-capacity");  // without a limit 3 more on each task: 19 * 3 / 12
  EXPECT_NEAR(room["parts"][1]["interval"]["mean"].get<double>(), -4.75, 1e-9);
}

TEST_F(Answers, AreJudgedAtALook) {
  const std::string one =
      "protocol: {looks: [3]}\ncomparisons: {beats: {measure: heldout/instructed, expected: no, parts: [{arm: switch, "
      "over: twin}, {arm: gshard, over: twin}]}}\n";
  const Json verdict = cases::results_by_hand(study("seeds: [4, 2, 9]\n" + one), three_seeds(), folder_)["verdicts"][0];
  EXPECT_EQ(verdict["answer"], "yes");
  EXPECT_EQ(verdict["agreement"], "disagrees");
  EXPECT_EQ(verdict["look"], 3);
  EXPECT_TRUE(verdict["text"].get<std::string>().starts_with("yes: +26.")) << verdict["text"];
}

TEST_F(Answers, OneSeedDecidesNothing) {
  const Json results = one();
  const Json& measure = named(results["measures"], "id", "suite/qa/direct/instructed");  // of one task
  const ScoreInterval sparse = share_interval(55.0, 6.0, 7), dense = share_interval(40.0, 6.0, 7);
  const Json& own = named(measure["arms"], "arm", "switch")["interval"];
  EXPECT_NEAR(own["low"].get<double>(), sparse.low, 1e-9);
  EXPECT_NEAR(own["high"].get<double>(), sparse.high, 1e-9);
  const Json& over = named(measure["differences"], "arm", "switch");
  EXPECT_NEAR(over["interval"]["low"].get<double>(), 15.0 - std::hypot(55.0 - sparse.low, dense.high - 40.0), 1e-9);
  EXPECT_NEAR(over["interval"]["high"].get<double>(), 15.0 + std::hypot(sparse.high - 55.0, 40.0 - dense.low), 1e-9);
  EXPECT_NE(over["interval"]["basis"].get<std::string>().find("one seed"), std::string::npos);
  for (const Json& verdict : results["verdicts"]) {
    EXPECT_EQ(verdict["answer"], "undecided") << verdict["id"];
    for (const Json& part : verdict["parts"]) EXPECT_EQ(part["interval"]["basis"], "one seed: no interval");
  }
}

}  // namespace
}  // namespace flanmoe
