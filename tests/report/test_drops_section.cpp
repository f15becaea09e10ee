// Tokens without an expert: by kind against the corpus, before and after tuning, and how far from it, by hand.
#include <gtest/gtest.h>

#include "base/error.h"
#include "report/fixture.h"
#include "report/markup.h"
#include "testing/check.h"

namespace flanmoe::report {
namespace {

Json drops(const std::string& stack, int layer, const std::string& kind, const Json& corpus, const Json& before,
           const Json& after) {
  return {{"arm", "switch"},  {"stack", stack},       {"layer", layer},     {"class", kind},
          {"corpus", corpus}, {"pretrained", before}, {"instructed", after}};
}

Json measure(const std::string& id, double mean, double half) {
  const Json interval = {{"mean", mean}, {"low", mean - half}, {"high", mean + half}, {"basis", "by <hand>"}};
  return {{"id", id},
          {"label", id},
          {"unit", "points"},
          {"arms", Json::array({{{"arm", "switch"}, {"values", Json::array()}, {"interval", interval}}})},
          {"differences", Json::array()}};
}

// Two layers of the encoder: digits 10 and 20 on the corpus, none of them in the second layer's prompts.
Json results_by_hand() {
  Json results = fixture_results({2, 1, false});
  results["drops"] = {drops("encoder", 1, "digits", 10.0, 60.0, 30.0), drops("encoder", 1, "a & b", 4.0, 8.0, 6.0),
                      drops("encoder", 3, "digits", 20.0, nullptr, nullptr),
                      drops("decoder", 1, "digits", 99.0, 99.0, 1.0)};
  results["measures"] = {measure("drops/corpus", 11.0, 1.0),
                         measure("drops/pretrained", 45.0, 5.0),
                         measure("drops/instructed", 22.0, 2.0),
                         measure("drop-distance/pretrained", 33.0, 3.0),
                         measure("drop-distance/instructed", 11.0, 1.5),
                         measure("gain/drop-distance", -22.0, 2.5)};
  return results;
}

TEST(DropsSection, KindsGoFromBeforeToAfterBesideTheCorpus) {
  const std::string html = drawn(drops_section, results_by_hand());
  EXPECT_TRUE(holds(html,
                    "<title>all tokens; pre-trained 45.0 [40.0, 50.0]; instruction-tuned 22.0 [20.0, 24.0]; "
                    "pre-training&#39;s text 11.0</title>"));
  EXPECT_TRUE(holds(html,  // the mean over the layers that have them, the encoder's alone
                    "<title>digits; pre-trained 60.0; instruction-tuned 30.0; pre-training&#39;s text 15.0</title>"));
  EXPECT_TRUE(
      holds(html, "<title>a &amp; b; pre-trained 8.0; instruction-tuned 6.0; pre-training&#39;s text 4.0</title>"));
  EXPECT_TRUE(
      holds(html, "<title>Switch top-1; pre-trained 33.0 [30.0, 36.0]; instruction-tuned 11.0 [9.5, 12.5]</title>"));
  EXPECT_TRUE(holds(html, "intervals (by &lt;hand&gt;)"));
  expect_well_formed(html);
}

TEST(DropsSection, SaysWhatTuningDoes) {
  Json results = results_by_hand();
  EXPECT_TRUE(holds(
      drawn(drops_section, results),
      "come nearer to those on pre-training&#39;s text in 1 of 1 sparse model; the interval of the change leaves out "
      "zero in 1 of 1, and the largest change is \u221222.0 points: Switch top-1."));
  results["measures"][5] = measure("gain/drop-distance", 1.0, 2.5);
  EXPECT_TRUE(holds(drawn(drops_section, results),
                    "text in 0 of 1 sparse model; the interval of the change leaves out zero in 0 of 1"));
}

TEST(DropsSection, TablesHoldTheIntervalsAndEveryLayer) {
  const std::string html = drawn(drops_section, results_by_hand());
  EXPECT_TRUE(holds(html, "<td>11.0 <small>[10.0, 12.0]</small></td><td>45.0 <small>[40.0, 50.0]</small></td>"));
  EXPECT_TRUE(holds(html, "<td>\u221222.0 <small>[\u221224.5, \u221219.5]</small></td>"));
  EXPECT_TRUE(
      holds(html, "<td class=\"left\">encoder 3</td><td class=\"left\">digits</td><td>20.0</td><td>–</td><td>–</td>"));
  EXPECT_TRUE(holds(html, "<td class=\"left\">decoder 1</td><td class=\"left\">digits</td><td>99.0</td>"));
}

TEST(DropsSection, NothingMeasuredNoSection) {
  EXPECT_EQ(drawn(drops_section, fixture_results()), "");
  Json results = fixture_results();
  results["drops"] = nullptr;
  EXPECT_EQ(drawn(drops_section, results), "");
}

TEST(DropsSection, ARowThatIsNoneIsNamed) {
  Json results = results_by_hand();
  results["drops"][1]["corpus"] = "4";
  EXPECT_EQ(message_of<UserError>([&] { drawn(drops_section, results); }),
            "results.json: drops[1]: 'corpus' is \"4\", expected a number");
  results = results_by_hand();
  results["drops"][1]["arm"] = "nobody";
  EXPECT_EQ(message_of<UserError>([&] { drawn(drops_section, results); }),
            "results.json: the arm 'nobody' is named, but 'arms' does not hold it");
}

}  // namespace
}  // namespace flanmoe::report
