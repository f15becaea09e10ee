// Verdicts of measures that were made up: the four answers, families, joint questions, ties.
#include "study/verdicts.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "testing/check.h"

namespace flanmoe {
namespace {

// One task, two arms: "b" over "a" has these differences by seed.
Measure measure(const std::vector<double>& differences, double standard_error = 0.0) {
  Measure result{"m", "M", "points", {{}}, {}};
  for (const double d : differences) {
    result.by_arm["a"].push_back({10.0, standard_error, {10.0}});
    result.by_arm["b"].push_back({10.0 + d, standard_error, {10.0 + d}});
  }
  return result;
}

StudyComparison comparison(const std::string& id, const std::string& expected = "") {
  return {id, "Is b above a?", "m", {{"b over a", {{"a", -1.0}, {"b", 1.0}}}}, false, true, 2.0, expected, ""};
}

ProtocolOptions one_look(int64_t seeds) {
  ProtocolOptions protocol;
  protocol.looks = {seeds};
  return protocol;
}

Json verdict(const std::vector<double>& differences, const std::string& expected = "", double standard_error = 0.0) {
  return study_verdicts({comparison("q", expected)}, one_look(static_cast<int64_t>(differences.size())),
                        {measure(differences, standard_error)})
      .at(0);
}

TEST(Verdicts, AreYesNoEqualOrUndecided) {
  const Json yes = verdict({5.0, 6.0, 7.0, 6.0}, "yes"), no = verdict({-5.0, -6.0, -7.0, -6.0}, "yes"),
             equal = verdict({0.1, -0.1, 0.2, -0.2}, "equal"), open = verdict({-9.0, 9.0, 4.0, -3.0}, "yes");
  EXPECT_EQ(yes["answer"], "yes");
  EXPECT_EQ(yes["agreement"], "agrees");
  EXPECT_EQ(no["answer"], "no");
  EXPECT_EQ(no["agreement"], "disagrees");
  EXPECT_EQ(equal["answer"], "equal");
  EXPECT_EQ(equal["agreement"], "agrees");
  EXPECT_EQ(open["answer"], "undecided");
  EXPECT_EQ(open["agreement"], "");
  // 6 +- 3.1824 * 0.8165 / 2
  EXPECT_EQ(
      yes["text"],
      "yes: +6.0 (+4.7 to +7.3) points, mean of the comparisons below; 95.0% interval over 4 seeds, looked at with "
      "4 seeds; less than 2 is equal");
}

// The interval that was judged, at the level at which it was; a joint question has one for each part.
TEST(Verdicts, SayTheIntervalTheyWereReadFrom) {
  const Json yes = verdict({5.0, 6.0, 7.0, 6.0}, "yes");
  EXPECT_EQ(yes["unit"], "points");
  EXPECT_NEAR(yes["interval"]["mean"].get<double>(), 6.0, 1e-9);
  EXPECT_NEAR(yes["interval"]["low"].get<double>(), 6.0 - 3.1824 * 0.8165 / 2.0, 1e-3);
  EXPECT_EQ(yes["interval"]["basis"], "95.0% interval over 4 seeds");
  StudyComparison joint = comparison("q");
  joint.joint = true;
  EXPECT_TRUE(study_verdicts({joint}, one_look(2), {measure({1.0, 2.0})}).at(0)["interval"].is_null());
}

// Runs that tie on few items are not certain: their items could have fallen otherwise.
TEST(Verdicts, OfTiesAreNoMoreCertainThanTheItems) {
  EXPECT_EQ(verdict({6.25, 6.25, 6.25, 6.25}, "", 0.01)["answer"], "yes");
  EXPECT_EQ(verdict({6.25, 6.25, 6.25, 6.25}, "", 6.0)["answer"], "undecided");
  EXPECT_EQ(verdict({0.0, 0.0, 0.0, 0.0}, "", 6.0)["answer"], "undecided");
}

// Nor is a loss or a share of tokens, which has no error over items: one value in every seed tells no spread.
TEST(Verdicts, OfIdenticalRunsAreUndecided) {
  for (const double value : {0.0, 6.25}) {
    const Json open = verdict({value, value, value, value});
    EXPECT_EQ(open["answer"], "undecided");
    EXPECT_EQ(open["interval"]["low"], open["interval"]["high"]);
    EXPECT_EQ(open["parts"][0]["interval"]["basis"], "the same in all 4 seeds: no interval");
  }
  EXPECT_EQ(verdict({0.0, 0.0, 0.0, 0.0})["text"],
            "undecided: +0.0 points, mean of the comparisons below; the same in all 4 seeds: no interval, looked at "
            "with 4 seeds; less than 2 is equal");
}

TEST(Verdicts, OfOneSeedAreUndecided) {
  const Json open = study_verdicts({comparison("q")}, ProtocolOptions(), {measure({50.0})}).at(0);
  EXPECT_EQ(open["answer"], "undecided");
  EXPECT_EQ(open["look"], 0);
  EXPECT_EQ(open["parts"][0]["interval"]["basis"], "one seed: no interval");
}

// What a look decided stands, and seeds between looks wait.
TEST(Verdicts, AreOfTheFirstLookThatDecides) {
  std::vector<double> differences = {5.0, 6.0, 7.0, 6.0, -30.0, -30.0, -30.0};
  const Json found = study_verdicts({comparison("q")}, ProtocolOptions(), {measure(differences)}).at(0);
  EXPECT_EQ(found["answer"], "yes");
  EXPECT_EQ(found["look"], 4);
}

TEST(Verdicts, OfAFamilyNeedMoreThanThoseOfOne) {
  const std::vector<double> differences = {3.0, 9.0, 5.0, 7.0};  // t = 4.65, p = 0.019
  EXPECT_EQ(verdict(differences)["answer"], "yes");
  std::vector<StudyComparison> family;
  for (const char* id : {"a", "b", "c", "d", "e"}) family.push_back(comparison(id));
  family.back().primary = false;
  const Json found = study_verdicts(family, one_look(4), {measure(differences)});
  ASSERT_EQ(found.size(), 5u);
  EXPECT_EQ(found[0]["answer"], "undecided");
  EXPECT_EQ(found[4]["answer"], "yes");  // alone, and said to be
  EXPECT_EQ(found[4]["primary"], false);
}

TEST(Verdicts, OfJointQuestionsNeedEveryPart) {
  Measure three = measure({5.0, 6.0, 7.0, 6.0});
  three.by_arm["c"] = three.by_arm["a"];
  for (size_t s = 0; s < 4; ++s) three.by_arm["c"][s].tasks[0] += s % 2 == 0 ? 9.0 : -9.0;
  StudyComparison joint = comparison("q");
  joint.joint = true;
  EXPECT_EQ(study_verdicts({joint}, one_look(4), {three}).at(0)["answer"], "yes");
  joint.parts.push_back({"c over a", {{"c", 1.0}, {"a", -1.0}}});
  const Json open = study_verdicts({joint}, one_look(4), {three}).at(0);
  EXPECT_EQ(open["answer"], "undecided");
  EXPECT_NE(open["text"].get<std::string>().find("b over a +6.0"), std::string::npos) << open["text"];
}

// Yes needs each part at the whole level (t of 3 degrees 3.1824), no one of two at half of it (4.1765).
TEST(Verdicts, OfJointQuestionsSayEachPartAsItWasTested) {
  StudyComparison joint = comparison("q");
  joint.joint = true;
  joint.parts.push_back(joint.parts[0]);
  for (const auto& [sign, answer, t] : {std::tuple(1.0, "yes", 3.1824), std::tuple(-1.0, "no", 4.1765)}) {
    const Measure six = measure({5.0 * sign, 6.0 * sign, 7.0 * sign, 6.0 * sign});
    const Json found = study_verdicts({joint}, one_look(4), {six}).at(0);
    EXPECT_EQ(found["answer"], answer);
    const Json& tested = found["parts"][1]["tested"];
    EXPECT_NEAR(tested["high"].get<double>(), 6.0 * sign + t * 0.8165 / 2.0, 1e-3);
    EXPECT_NEAR(found["parts"][1]["interval"]["high"].get<double>(), 6.0 * sign + 3.1824 * 0.8165 / 2.0, 1e-3);
  }
  EXPECT_FALSE(verdict({5.0, 6.0, 7.0, 6.0})["parts"][0].contains("tested"));  // the mean was
}

TEST(Verdicts, OfAnArmWithoutTheMeasureAreRefused) {
  Measure half = measure({1.0, 2.0});
  half.by_arm.erase("b");
  const std::string message = message_of<UserError>([&] { study_verdicts({comparison("q")}, one_look(2), {half}); });
  EXPECT_NE(message.find("comparison 'q': the arm 'b' has no measure 'm'"), std::string::npos) << message;
}

}  // namespace
}  // namespace flanmoe
