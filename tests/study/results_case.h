// The study whose cells were made up, its scores by hand, and how its results.json is looked through.
#pragma once

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "study/cells_by_hand.h"
#include "testing/check.h"

namespace flanmoe::cases {

class ResultsTest : public FolderTest {
 protected:
  // One look is planned in no time; several take seconds.
  static inline const std::string kOneLook = "protocol: {looks: [3]}\n";
  static inline const std::string kThreeSeedsQuick = "seeds: [4, 2, 9]\n" + kOneLook;
  static inline const std::string kCurve = kOneLook + "instruct: {steps: 90, eval_every: 60, eval_at: [10, 30]}\n";

  static StudyOptions study(const std::string& more) {
    StudyOptions options;
    load_options(
        parse_config("model: {d_model: 32, d_kv: 8, num_heads: 4, d_ff: 64, num_layers: 2, num_decoder_layers: 2}\n"
                     "finetune_sets: [\"{data}/finetune/one.yaml\", \"{data}/finetune/two.yaml\"]\n"
                     "arms:\n"
                     "  dense: {label: Dense, twin_of: switch}\n"
                     "  dense_wide: {label: Wide, twin_of: gshard}\n"
                     "  switch: {label: Switch, twin: dense, model: {moe: {num_experts: 8}}}\n"
                     "  gshard: {label: GShard, twin: dense_wide, model: {moe: {num_experts: 8, k: 2}}}\n" +
                         more,
                     "study.yaml"),
        options);
    return options;
  }

  static HandScores three_seeds() {
    HandScores scores;
    scores.pretrained = {
        {"dense", {40, 55, 55}}, {"switch", {25, 40, 40}}, {"dense_wide", {40, 40, 40}}, {"gshard", {40, 40, 40}}};
    scores.instructed = {
        {"dense", {40, 55, 40}}, {"switch", {70, 70, 55}}, {"dense_wide", {55, 55, 40}}, {"gshard", {70, 70, 55}}};
    return scores;
  }
  static HandScores one_seed() {
    HandScores scores;
    scores.pretrained = {{"dense", {40}}, {"switch", {40}}, {"dense_wide", {40}}, {"gshard", {40}}};
    scores.instructed = {{"dense", {40}}, {"switch", {55}}, {"dense_wide", {70}}, {"gshard", {40}}};
    return scores;
  }
  Json three() const { return results_by_hand(study("seeds: [4, 2, 9]\n"), three_seeds(), folder_); }
  Json one() const { return results_by_hand(study("seeds: [3]\n"), one_seed(), folder_); }

  static const Json& named(const Json& list, const char* key, const std::string& value) {
    for (const Json& item : list) {
      if (item.at(key) == value) return item;
    }
    throw std::runtime_error("nothing with " + std::string(key) + " " + value);
  }
  static void expect_numbers(const Json& list, const std::vector<double>& expected) {
    ASSERT_EQ(list.size(), expected.size()) << list;
    for (size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(list[i].get<double>(), expected[i], 1e-9) << list;
  }
  static void expect_interval(const Json& interval, double mean, double half) {
    EXPECT_NEAR(interval.at("mean").get<double>(), mean, 1e-3) << interval;
    EXPECT_NEAR(interval.at("low").get<double>(), mean - half, 1e-3) << interval;
    EXPECT_NEAR(interval.at("high").get<double>(), mean + half, 1e-3) << interval;
  }
};

}  // namespace flanmoe::cases
