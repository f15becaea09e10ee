// Measures of a study by hand: differences by seed, by task, which interval is shown, and as JSON.
#include "study/measures.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "study/arms.h"
#include "study/cells.h"
#include "testing/check.h"

namespace flanmoe {
namespace {

std::vector<ArmOptions> arms() {
  StudyOptions options;
  load_options(parse_config("model: {d_model: 32, d_kv: 8, num_heads: 4, d_ff: 64}\n"
                            "arms:\n"
                            "  dense: {label: Dense, twin_of: switch}\n"
                            "  switch: {label: Switch, twin: dense, model: {moe: {num_experts: 8}}}\n",
                            "study.yaml"),
               options);
  return resolve_arms(options, 100);
}

void expect_scores(const Scores& found, const Scores& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < found.size(); ++i) {
    EXPECT_NEAR(found[i].value, expected[i].value, 1e-12) << i;
    EXPECT_NEAR(found[i].standard_error, expected[i].standard_error, 1e-12) << i;
  }
}

// Two models' items are taken as independent: 3 and 4 give 5, 5 and 12 give 13.
TEST(Difference, IsBySeedWithTheErrorsOfBoth) {
  expect_scores(difference({{10.0, 3.0}, {20.0, 5.0}}, {{4.0, 4.0}, {25.0, 12.0}}), {{6.0, 5.0}, {-5.0, 13.0}});
  EXPECT_TRUE(difference({}, {}).empty());
  EXPECT_THROW(difference({{1.0, 0.0}}, {{1.0, 0.0}, {2.0, 0.0}}), std::logic_error);
  EXPECT_EQ(difference({{3.0, 0.0, {2.0, 4.0}}}, {{1.0, 0.0, {0.0, 2.0}}})[0].tasks, (std::vector<double>{2.0, 2.0}));
  EXPECT_EQ(difference({{3.0, 0.0}}, {{1.0, 0.0}})[0].tasks, (std::vector<double>{2.0}));
}

// A minus B is as low as A is low and B is high.
TEST(Difference, HasTheDistancesOfBothEnds) {
  const Score a{50.0, 1.0, {50.0}, 3.0, 5.0}, b{40.0, 1.0, {40.0}, 12.0, 4.0};
  const Score found = difference({a}, {b}).at(0);
  EXPECT_NEAR(found.below, 5.0, 1e-12);
  EXPECT_NEAR(found.above, 13.0, 1e-12);
}

TEST(IntervalOf, IsOverSeedsElseOverItemsElseAPoint) {
  const Interval seeds = interval_of({{1.0, 9.0}, {2.0, 9.0}, {3.0, 9.0}}, true);
  EXPECT_NEAR(seeds.mean, 2.0, 1e-12);
  EXPECT_NEAR(seeds.high, 2.0 + 4.3027 / std::sqrt(3.0), 1e-3);  // the errors over items have no part in it
  EXPECT_NE(seeds.basis.find("3 seeds, paired"), std::string::npos) << seeds.basis;
  EXPECT_EQ(interval_of({{1.0, 9.0}, {2.0, 9.0}}, false).basis.find("paired"), std::string::npos);
  const Interval items = interval_of({{10.0, 2.0, {10.0}, 3.0, 4.0}}, true);
  EXPECT_EQ(items.low, 7.0);
  EXPECT_EQ(items.high, 14.0);
  EXPECT_NE(items.basis.find("over items"), std::string::npos) << items.basis;
  const Interval point = interval_of({{10.0, 0.0}}, true);
  EXPECT_EQ(point.low, 10.0);
  EXPECT_EQ(point.high, 10.0);
  EXPECT_NE(point.basis.find("no interval"), std::string::npos) << point.basis;
}

TEST(MeasureJson, HasADifferenceForEveryArmWithATwin) {
  const Measure measure{"heldout",
                        "Held out",
                        "points",
                        {{}},
                        {{"dense", {{1.0, 0.0}, {3.0, 0.0}}}, {"switch", {{2.0, 0.0}, {6.0, 0.0}}}}};
  const Json json = measure_json(measure, arms());
  EXPECT_EQ(json.at("id"), "heldout");
  EXPECT_EQ(json.at("label"), "Held out");
  EXPECT_EQ(json.at("unit"), "points");
  ASSERT_EQ(json.at("arms").size(), 2u);
  EXPECT_EQ(json["arms"][0]["arm"], "dense");
  EXPECT_EQ(json["arms"][0]["values"], Json({1.0, 3.0}));
  EXPECT_NEAR(json["arms"][1]["interval"]["mean"].get<double>(), 4.0, 1e-12);
  ASSERT_EQ(json.at("differences").size(), 1u);
  const Json& over_twin = json["differences"][0];
  EXPECT_EQ(over_twin["arm"], "switch");
  EXPECT_EQ(over_twin["twin"], "dense");
  EXPECT_EQ(over_twin["values"], Json({1.0, 3.0}));
  EXPECT_FALSE(over_twin.contains("verdict"));  // only comparisons have one
  EXPECT_NEAR(over_twin["interval"]["high"].get<double>(), 2.0 + 12.7062, 1e-3);
}

TEST(MeasureOf, NamesWhatIsNotThere) {
  const std::vector<Measure> measures = {{"a", "A", "points", {}, {}}, {"b", "B", "percent", {}, {}}};
  EXPECT_EQ(measure_of(measures, "b").unit, "percent");
  EXPECT_NE(message_of<RunError>([&] { measure_of(measures, "c"); }).find("no measure 'c'"), std::string::npos);
}

TEST(ArmsByName, AreFoundOrNot) {
  const std::vector<ArmOptions> all = arms();
  EXPECT_EQ(find_arm(all, "switch"), &all[1]);
  EXPECT_EQ(find_arm(all, "swich"), nullptr);
  EXPECT_EQ(arm_of(all, "dense").label, "Dense");
  EXPECT_THROW(arm_of(all, "swich"), std::logic_error);
}

TEST(SetName, IsTheTaskFiles) {
  EXPECT_EQ(set_name("{data}/finetune/negation_passages.yaml"), "negation_passages");
  EXPECT_EQ(set_name("one.yaml"), "one");
}

}  // namespace
}  // namespace flanmoe
