// Scores along instruction tuning, and where a sparse model overtakes, by hand.
#include "study/curve_measures.h"

#include <gtest/gtest.h>

#include "study/measures.h"
#include "study/results_case.h"

namespace flanmoe {
namespace {

class CurveMeasures : public cases::ResultsTest {};

TEST_F(CurveMeasures, CurvesAreMeasuresStepByStep) {
  const Json results = cases::results_by_hand(study("seeds: [4, 2, 9]\n" + kCurve), three_seeds(), folder_);
  const Json& third = named(results["measures"], "id", "curve/instruct@30");  // a third of the way from before to after
  EXPECT_EQ(third["unit"], "points");
  expect_numbers(named(third["arms"], "arm", "switch")["values"], {40, 50, 45});
  expect_numbers(named(named(results["measures"], "id", "curve/instruct@0")["arms"], "arm", "dense")["values"],
                 {40, 55, 55});
  std::vector<std::string> ids;
  for (const Json& measure : results["measures"]) {
    if (measure["id"].get<std::string>().starts_with("curve/")) ids.push_back(measure["id"]);
  }
  EXPECT_EQ(ids, (std::vector<std::string>{"curve/instruct@0", "curve/instruct@10", "curve/instruct@30",
                                           "curve/instruct@60", "curve/instruct@90"}));
}

TEST_F(CurveMeasures, CurvesHaveTheErrorOfTheirItems) {
  const StudyOptions options = study("seeds: [3]\n" + kCurve);
  cases::results_by_hand(options, one_seed(), folder_);
  const auto arms = resolve_arms(options, 100);
  CellResult cell = read_cell_result({"switch", 3, Phase::kInstruct}, {folder_});
  for (Json& point : cell.curve) {
    const double value = point.at("eval/normalised_average");
    point.update({{"eval/normalised_average_low", value - 20.0}, {"eval/normalised_average_high", value + 10.0}});
  }
  write_cell_result(cell, {folder_});
  const auto measures = study_measures(options, arms, read_cell_results(study_cells(options, arms), {folder_}));
  const Measure& last = measure_of(measures, "curve/instruct@90");
  const Score &known = last.by_arm.at("switch").at(0), &unknown = last.by_arm.at("dense").at(0);
  EXPECT_NEAR(known.below, 20.0, 1e-9);
  EXPECT_NEAR(known.above, 10.0, 1e-9);
  EXPECT_NEAR(known.standard_error, 15.0 / half_interval(1.0), 1e-9);
  EXPECT_EQ(unknown.standard_error, 0.0);  // a cell of an older program
}

// An arm whose run ended before the step in one seed has no measure there: values would stand under other seeds.
TEST_F(CurveMeasures, ACurveThatEndsEarlyHasNoLaterMeasure) {
  const StudyOptions options = study("seeds: [4, 2, 9]\n" + kCurve);
  cases::results_by_hand(options, three_seeds(), folder_);
  const auto arms = resolve_arms(options, 100);
  CellResult early = read_cell_result({"switch", 2, Phase::kInstruct}, {folder_});
  early.curve.erase(4);
  write_cell_result(early, {folder_});
  const auto measures = study_measures(options, arms, read_cell_results(study_cells(options, arms), {folder_}));
  EXPECT_FALSE(measure_of(measures, "curve/instruct@90").by_arm.contains("switch"));
  EXPECT_EQ(measure_of(measures, "curve/instruct@90").by_arm.at("dense").size(), 3u);
  EXPECT_TRUE(measure_of(measures, "curve/instruct@60").by_arm.contains("switch"));
}

// Switch minus dense: -15, -15, -15 before, 30, 15, 15 after. The seeds pass zero at 30, 45 and 45 of 90 steps, their
// mean at 90 * 15 / 35; 1 of 27 resamples is of the first seed alone. GShard minus its twin is 0 before.
TEST_F(CurveMeasures, CrossingsSayWhenASparseModelOvertakes) {
  const StudyOptions options = study("seeds: [4, 2, 9]\n" + kCurve);
  const Json results = cases::results_by_hand(options, three_seeds(), folder_);
  ASSERT_EQ(results["crossings"].size(), 2u);
  const Json& crossing = results["crossings"][0];
  EXPECT_EQ(crossing["label"], "Switch over Dense");
  EXPECT_EQ(crossing["weights"], Json({{"dense", -1.0}, {"switch", 1.0}}));
  EXPECT_EQ(crossing["steps"], Json({0, 10, 30, 60, 90}));
  expect_numbers(crossing["mean"], {-15.0, -100.0 / 9.0, -10.0 / 3.0, 25.0 / 3.0, 20.0});
  EXPECT_EQ(crossing["fit"], crossing["mean"]);
  EXPECT_NEAR(crossing["step"].get<double>(), 270.0 / 7.0, 1e-9);
  EXPECT_NEAR(crossing["low"].get<double>(), 30.0, 1e-9);
  EXPECT_NEAR(crossing["high"].get<double>(), 45.0, 1e-9);
  EXPECT_EQ(crossing["text"], "Switch over Dense: above zero from step 39 on (95% over 3 seeds: 30 to 45)");
  const Json& other = results["crossings"][1];
  EXPECT_TRUE(other["step"].is_null());
  EXPECT_TRUE(other["low"].is_null());
  EXPECT_EQ(other["text"], "GShard over Wide: not below zero at the beginning");
  const StudyOptions without_curves = study("seeds: [4, 2, 9]\n" + kOneLook);
  EXPECT_TRUE(cases::results_by_hand(without_curves, three_seeds(), folder_)["crossings"].empty());
}

}  // namespace
}  // namespace flanmoe
