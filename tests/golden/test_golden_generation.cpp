// Answers and scores against what transformers generated (golden folders beside the checkout).
#include "base/json.h"
#include "decode/generate.h"
#include "decode/score.h"
#include "golden_models.h"
#include "model/folder.h"

namespace flanmoe {
namespace {

class golden_generation : public ::testing::TestWithParam<std::string> {
 protected:
  golden_generation()
      : model_(load_model(golden::root() / GetParam())),
        tensors_(golden::tensors(GetParam())),
        cases_(read_json(golden::root() / GetParam() / "golden.json")) {}

  T5Model model_;
  golden::Tensors tensors_;
  Json cases_;
};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(golden_generation);
INSTANTIATE_TEST_SUITE_P(cases, golden_generation, ::testing::ValuesIn(golden::model_cases()), golden::case_name);

GenerateOptions options_of(const Json& arguments, int64_t max_new_tokens) {
  GenerateOptions options;
  apply_generation_config(arguments, "golden.json", options);
  options.max_new_tokens = max_new_tokens;
  return options;
}

// Up to the first end token: what pads the rest is the library's.
std::vector<int32_t> expected_ids(const Json& sequence, const std::vector<int64_t>& end_tokens) {
  std::vector<int32_t> ids(sequence.begin() + 1, sequence.end());  // after the start token
  const auto end = std::find_first_of(ids.begin(), ids.end(), end_tokens.begin(), end_tokens.end());
  ids.erase(end, ids.end());
  return ids;
}

TEST_P(golden_generation, tokens_and_scores) {
  const int64_t max_new_tokens = cases_.at("made_with").at("generate").at("max_new_tokens");
  size_t num_compared = 0;
  for (const auto& [name, one] : cases_.items()) {
    if (!one.contains("sequences")) continue;
    SCOPED_TRACE(name);
    const GenerateOptions options = options_of(one.at("args"), max_new_tokens);
    const auto answers = generate_answers(model_, golden::rows_of(tensors_.at("input_ids")), options);
    ASSERT_EQ(answers.size(), one.at("sequences").size());
    for (size_t b = 0; b < answers.size(); ++b) {
      EXPECT_EQ(answers[b][0].ids, expected_ids(one.at("sequences")[b], options.end_tokens)) << "row " << b;
      if (!one.contains("sequences_scores")) continue;
      const double theirs = one.at("sequences_scores")[b];
      EXPECT_NEAR(answers[b][0].score, theirs, 1e-4 * std::max(1.0, std::abs(theirs))) << "row " << b;
    }
    ++num_compared;
  }
  EXPECT_GT(num_compared, 0u);
}

TEST_P(golden_generation, label_log_probabilities) {
  const auto sources = golden::rows_of(tensors_.at("input_ids")), labels = golden::rows_of(tensors_.at("labels"));
  std::vector<ScoreRequest> requests;
  for (size_t b = 0; b < sources.size(); ++b) requests.push_back({sources[b], {labels[b]}});
  const auto scores = score_targets(model_, requests);
  const Json& expected = cases_.at("score");
  for (size_t b = 0; b < scores.size(); ++b) {
    const double sum = expected.at("sum_log_prob")[b];
    EXPECT_NEAR(scores[b][0].log_probability, sum, 1e-4 * std::max(1.0, std::abs(sum))) << "row " << b;
    EXPECT_EQ(scores[b][0].num_tokens, expected.at("num_tokens")[b].get<int64_t>());
  }
}

}  // namespace
}  // namespace flanmoe
