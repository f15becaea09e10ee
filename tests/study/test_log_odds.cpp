// Log-odds of the right option by hand, from samples as an evaluation leaves them.
#include "study/log_odds.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/files.h"
#include "eval/files/samples.h"
#include "testing/check.h"

namespace flanmoe {
namespace {

ItemResult item(const std::string& id, const std::vector<double>& probabilities) {
  ItemResult result;
  result.task = "t";
  result.id = id;
  const std::vector<std::string> names = {"red", "blue", "green"};
  for (size_t i = 0; i < probabilities.size(); ++i) {
    result.options.push_back(names[i]);
    OptionScore score;
    score.text = names[i];
    score.sum = std::log(probabilities[i]);
    result.ranking.push_back(score);
  }
  result.answers = {"blue"};
  result.answer = "blue";
  result.prediction = "red";
  return result;
}

TEST(LogOdds, AreOfRightAgainstWrong) {
  EXPECT_NEAR(log_odds_of(item("1", {0.1, 0.6, 0.1})), std::log(3.0), 1e-12);
  EXPECT_NEAR(log_odds_of(item("1", {0.3, 0.1})), -std::log(3.0), 1e-12);
  EXPECT_EQ(log_odds_of(item("1", {1e-30, 0.9})), kMostLogOdds);
  EXPECT_EQ(log_odds_of(item("1", {0.9, 1e-30})), -kMostLogOdds);
  ItemResult both = item("1", {0.1, 0.6, 0.1});
  both.answers = {"blue", "green"};
  EXPECT_NEAR(log_odds_of(both), std::log(7.0), 1e-12);
}

class LogOddsOfFolder : public FolderTest {};

TEST_F(LogOddsOfFolder, AreMeansOfTheItemsThatWereRanked) {
  fs::create_directories(folder_ / "samples");
  ItemResult generated = item("3", {0.5, 0.5});
  generated.ranking.clear();
  SampleFolder(folder_ / "samples").append("t", {item("1", {0.25, 0.75}), item("2", {0.1, 0.9}), generated});
  EvalResult result;
  result.tasks.push_back({"t", "s", "c", Prompting::kDirect});
  result.tasks.push_back({"t", "s", "c", Prompting::kCot});
  const auto odds = log_odds_of(result, folder_);
  ASSERT_EQ(odds.size(), 1u);
  EXPECT_NEAR(odds.at("t").mean, 0.5 * (std::log(3.0) + std::log(9.0)), 1e-6);
  EXPECT_NEAR(odds.at("t").standard_error, 0.5 * std::log(3.0), 1e-6);  // deviation log(3) / sqrt(2), over sqrt(2)
}

// Items of one passage are as one: of log(3), log(3) | log(9), log(9) the deviations are 2 and -2 halves of log(3).
TEST_F(LogOddsOfFolder, ErrorsAreOverPassages) {
  fs::create_directories(folder_ / "samples");
  std::vector<ItemResult> items = {item("1", {0.25, 0.75}), item("2", {0.25, 0.75}), item("3", {0.1, 0.9}),
                                   item("4", {0.1, 0.9})};
  for (size_t i = 0; i < items.size(); ++i) items[i].cluster_id = i < 2 ? "first" : "second";
  SampleFolder(folder_ / "samples").append("t", items);
  EvalResult result;
  result.tasks.push_back({"t", "s", "c", Prompting::kDirect});
  EXPECT_NEAR(log_odds_of(result, folder_).at("t").standard_error, 0.5 * std::log(3.0), 1e-6);
}

}  // namespace
}  // namespace flanmoe
