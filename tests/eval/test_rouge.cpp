// ROUGE and its stemmer against worked words.
#include "eval/metrics/rouge.h"

#include <gtest/gtest.h>

#include "eval/metrics/metrics.h"
#include "eval/metrics/porter_stemmer.h"

namespace flanmoe {
namespace {

TEST(PorterStemmer, WorkedWords) {
  const std::vector<std::pair<std::string, std::string>> cases = {{"caresses", "caress"},
                                                                  {"ponies", "poni"},
                                                                  {"ties", "tie"},
                                                                  {"cats", "cat"},
                                                                  {"agreed", "agre"},
                                                                  {"feed", "feed"},
                                                                  {"plastered", "plaster"},
                                                                  {"sing", "sing"},
                                                                  {"conflated", "conflat"},
                                                                  {"hopping", "hop"},
                                                                  {"falling", "fall"},
                                                                  {"filing", "file"},
                                                                  {"happy", "happi"},
                                                                  {"sky", "sky"},
                                                                  {"relational", "relat"},
                                                                  {"triplicate", "triplic"},
                                                                  {"hopefulness", "hope"},
                                                                  {"revival", "reviv"},
                                                                  {"adoption", "adopt"},
                                                                  {"controll", "control"},
                                                                  {"rate", "rate"},
                                                                  {"quickly", "quickli"},
                                                                  {"running", "run"},
                                                                  {"dying", "die"},
                                                                  {"generalizations", "gener"},
                                                                  {"flies", "fli"},
                                                                  {"dies", "die"},
                                                                  {"enjoy", "enjoy"},
                                                                  {"archaeology", "archaeolog"}};
  for (const auto& [word, stem] : cases) EXPECT_EQ(porter_stem(word), stem) << word;
}

TEST(RougeL, CountsTheLongestCommonSubsequence) {
  EXPECT_DOUBLE_EQ(rouge_l("a b c d e", {"e b x d"}), 2.0 * 2 / 9);
  EXPECT_DOUBLE_EQ(rouge_l("a b", {"x y z", "a c"}), 0.5);  // the best reference
  EXPECT_EQ(rouge_l("", {"a"}), 0.0);
  EXPECT_EQ(rouge_l("...", {"..."}), 0.0);
  EXPECT_EQ(rouge_l("The Cats' toys!", {"the cat s toy"}), 2.0 * 3 / 7);  // "cats" is stemmed, "cat" is too short to be
  EXPECT_EQ(metric_named("rouge_l")("one two", {"one two"}), 1.0);
}

TEST(Rouge1, CountsWordsInAnyOrder) {
  EXPECT_DOUBLE_EQ(rouge_1("a b c", {"c b a"}), 1.0);
  EXPECT_DOUBLE_EQ(rouge_1("a a a b", {"a a c"}), 2.0 * 2 / 7);  // as often as both have it
  EXPECT_DOUBLE_EQ(rouge_1("running dogs", {"x y z", "dogs run"}), 1.0);
  EXPECT_EQ(rouge_1("", {""}), 0.0);
  EXPECT_EQ(rouge_1("\u65e5", {"\u65e5"}), 0.0);       // only a-z and 0-9 are words
  EXPECT_EQ(rouge_1("\u212aelvin", {"kelvin"}), 1.0);  // the Kelvin sign is a k in lower case
  EXPECT_EQ(metric_named("rouge_1")("two one", {"one two"}), 1.0);
}

}  // namespace
}  // namespace flanmoe
