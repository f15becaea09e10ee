// ROUGE-L and its stemmer against worked words and the golden cases of rouge-score.
#include "eval/rouge.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "eval/metrics.h"
#include "eval/porter_stemmer.h"

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

TEST(RougeL, GoldenCases) {
  const auto file = std::filesystem::path(FLANMOE_SOURCE_DIR).parent_path() / "shared" / "golden" / "metrics.json";
  if (!std::filesystem::exists(file)) GTEST_SKIP() << "no golden cases in " << file;
  const Json golden = read_json(file);
  ASSERT_GT(golden.at("cases").size(), 3u);
  for (const Json& example : golden.at("cases")) {
    const auto references = example.at("references").get<std::vector<std::string>>();
    EXPECT_NEAR(rouge_l(example.at("prediction"), references), example.at("rougeL").get<double>(), 1e-12)
        << example.dump();
  }
}

}  // namespace
}  // namespace flanmoe
