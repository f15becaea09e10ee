// What a checked results.json becomes: arms with colours that tell them apart, measures, intervals.
#include "report/view.h"

#include <gtest/gtest.h>

#include <limits>
#include <set>

#include "base/error.h"
#include "report/fixture.h"
#include "report/markup.h"
#include "testing/check.h"

namespace flanmoe::report {
namespace {

// Red, green and blue of #rrggbb.
std::vector<int> channels(const std::string& colour) {
  EXPECT_EQ(colour.size(), 7u) << colour;
  std::vector<int> result;
  for (const size_t at : {1, 3, 5}) result.push_back(std::stoi(colour.substr(at, 2), nullptr, 16));
  return result;
}

TEST(View, ArmsAreThoseOfTheFileInOrder) {
  const Json results = fixture_results();
  const View view = read_view(results, "results.json");
  ASSERT_EQ(view.arms.size(), 6u);
  EXPECT_EQ(view.arms[0].name, "dense");
  EXPECT_FALSE(view.arms[0].sparse);
  EXPECT_EQ(view.arms[2].name, "switch");
  EXPECT_EQ(view.arms[2].label, "Switch top-1");
  EXPECT_EQ(view.arms[2].router, "switch");
  EXPECT_EQ(view.arms[2].twin, "dense");
  EXPECT_TRUE(view.arms[2].sparse);
  EXPECT_EQ(&view.arm("switch"), &view.arms[2]);
  EXPECT_EQ(view.num_seeds(), 3u);
}

TEST(View, ColoursTellArmsApart) {
  const Json results = fixture_results();
  const View view = read_view(results, "results.json");
  std::set<std::string> colours;
  for (const Arm& arm : view.arms) {
    EXPECT_TRUE(colours.insert(arm.colour).second) << arm.name << " has the colour of another arm";
    const auto rgb = channels(arm.colour);
    const bool is_grey = rgb[0] == rgb[1] && rgb[1] == rgb[2];
    EXPECT_EQ(is_grey, !arm.sparse) << arm.name;
  }
}

TEST(View, ManyArmsHaveColoursToo) {
  Json results = fixture_results();
  for (int i = 0; i < 20; ++i) {
    Json arm = results["arms"][2];
    arm["name"] = "more" + std::to_string(i);
    results["arms"].push_back(arm);
  }
  for (const Arm& arm : read_view(results, "results.json").arms) EXPECT_EQ(channels(arm.colour).size(), 3u);
}

TEST(View, AnUnknownArmIsTheFilesFault) {
  const Json results = fixture_results();
  const View view = read_view(results, "a/results.json");
  EXPECT_EQ(message_of<UserError>([&] { view.arm("nobody"); }),
            "a/results.json: the arm 'nobody' is named, but 'arms' does not hold it");
}

TEST(View, ALabelIsColouredAndEscaped) {
  Json results = fixture_results();
  results["arms"][2]["label"] = "A & <B>";
  const View view = read_view(results, "results.json");
  const std::string label = view.label("switch");
  EXPECT_TRUE(holds(label, "background:" + view.arms[2].colour));
  EXPECT_TRUE(label.ends_with("A &amp; &lt;B&gt;"));
}

TEST(View, MeasuresAreFoundByTheirIds) {
  Json results = fixture_results();
  results["measures"][2]["arms"][1]["interval"] = {{"mean", 7.5}, {"low", 7.0}, {"high", 9.0}, {"basis", "by hand"}};
  results["measures"][2]["differences"][0]["values"] = {1.0, nullptr, 2.0};
  const View view = read_view(results, "results.json");
  const Measure* measure = view.measure("heldout/instructed");
  ASSERT_NE(measure, nullptr);
  EXPECT_EQ(measure->unit, "points");
  const auto score = view.score("heldout/instructed", "dense_wide");
  ASSERT_TRUE(score.has_value());
  EXPECT_EQ(score->mean, 7.5);
  EXPECT_EQ(score->low, 7.0);
  EXPECT_EQ(score->high, 9.0);
  EXPECT_EQ(score->basis, "by hand");
  EXPECT_EQ(measure->differences[0].arm, "switch");
  EXPECT_EQ(measure->differences[0].twin, "dense");
  EXPECT_EQ(measure->differences[0].values, (std::vector<double>{1.0, 2.0}));
  EXPECT_EQ(view.measure("no/such"), nullptr);
  EXPECT_FALSE(view.score("no/such", "dense").has_value());
  EXPECT_FALSE(view.score("heldout/instructed", "nobody").has_value());
}

TEST(View, ANullScoreIsNoScore) {
  Json results = fixture_results();
  results["measures"][0]["arms"][0]["interval"]["mean"] = nullptr;
  results["measures"][0]["differences"][0]["interval"]["mean"] = nullptr;
  const View view = read_view(results, "results.json");
  EXPECT_FALSE(view.score("loss/pretrain", "dense").has_value());
  EXPECT_TRUE(view.score("loss/pretrain", "switch").has_value());
  EXPECT_EQ(view.measures[0].differences.size(), 3u);  // of four
}

TEST(View, NumbersAreFiniteOrNothing) {
  const Json value = {
      {"share", 0.5}, {"count", 3}, {"null", nullptr}, {"nan", std::numeric_limits<double>::quiet_NaN()}};
  EXPECT_EQ(number_at(value, "share"), 0.5);
  EXPECT_EQ(number_at(value, "count"), 3.0);
  for (const char* key : {"null", "nan", "missing"}) EXPECT_FALSE(number_at(value, key).has_value()) << key;
  EXPECT_FALSE(number_at(nullptr, "share").has_value());
}

TEST(View, AnIntervalWithoutEndsIsAPoint) {
  const Json value = {{"i", {{"mean", 2.0}, {"low", nullptr}, {"high", nullptr}, {"basis", "b"}}}, {"none", nullptr}};
  const auto interval = interval_at(value, "i", "here");
  ASSERT_TRUE(interval.has_value());
  EXPECT_EQ(interval->low, 2.0);
  EXPECT_EQ(interval->high, 2.0);
  EXPECT_FALSE(interval_at(value, "none", "here").has_value());
  EXPECT_EQ(message_of<UserError>([&] { interval_at(value, "gone", "here"); }),
            "here: key 'gone' is missing; the keys are i, none");
}

TEST(View, BasesAreNamedOnce) {
  const auto measure = [](const std::vector<Interval>& intervals) {
    Measure result{"id", "label", "points", {}, {}};
    for (const Interval& interval : intervals) result.arms.push_back({"arm", interval});
    return result;
  };
  const Measure seeds = measure({{1, 0, 2, "over seeds"}, {2, 1, 3, "over seeds"}});
  const Measure items = measure({{1, 0, 2, "over items"}, {1, 1, 1, "a point"}});
  const Measure points = measure({{1, 1, 1, "a point"}});
  EXPECT_EQ(basis_of({&seeds}), "over seeds");
  EXPECT_EQ(basis_of({&seeds, nullptr, &items, &seeds}), "over seeds; over items");
  EXPECT_EQ(basis_of({&points}), "a point");  // where there is nothing else
  EXPECT_EQ(basis_of({nullptr}), "");
}

}  // namespace
}  // namespace flanmoe::report
