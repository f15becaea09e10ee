// Greedy answers and label scores of a well-known implementation (golden folders beside the checkout).
#include "decode/generate.h"
#include "decode/score.h"
#include "model/golden.h"
#include "whole.h"

namespace flanmoe {
namespace {

using whole::Tokens;

class Golden : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (!golden::present(GetParam())) GTEST_SKIP() << "the golden folder " << GetParam() << " is not here";
    model_ = std::make_unique<T5Model>(golden::model(GetParam()));
    tensors_ = golden::tensors(GetParam(), "golden.safetensors");
    cases_ = read_json(golden::folder(GetParam()) / "golden.json");
  }

  // The rows of a tensor of ids without padding.
  std::vector<Tokens> rows(const std::string& name) const {
    const at::Tensor& ids = tensors_.at(name);
    std::vector<Tokens> result;
    for (int64_t b = 0; b < ids.size(0); ++b) {
      Tokens row;
      for (int64_t i = 0; i < ids.size(1); ++i) {
        const int64_t id = ids[b][i].item<int64_t>();
        if (id > 0) row.push_back(static_cast<int32_t>(id));
      }
      result.push_back(row);
    }
    return result;
  }

  std::unique_ptr<T5Model> model_;
  golden::Tensors tensors_;
  Json cases_;
};
INSTANTIATE_TEST_SUITE_P(Folders, Golden, ::testing::Values("t5_v10", "t5_v11", "switch_room"),
                         [](const auto& name) { return name.param; });

TEST_P(Golden, GreedyAnswers) {
  GenerateOptions options;
  options.max_new_tokens = cases_.at("made_with").at("generate").at("max_new_tokens");
  const std::vector<Tokens> answers = generate(*model_, rows("input_ids"), options);
  const Json& sequences = cases_.at("greedy").at("sequences");
  ASSERT_EQ(answers.size(), sequences.size());
  for (size_t b = 0; b < answers.size(); ++b) {
    Tokens expected(sequences[b].begin() + 1, sequences[b].end());  // after the start token
    expected.erase(std::find(expected.begin(), expected.end(), whole::kEos), expected.end());
    EXPECT_EQ(answers[b], expected) << "row " << b;
  }
}

TEST_P(Golden, LabelScores) {
  const std::vector<Tokens> sources = rows("input_ids"), labels = rows("labels");
  std::vector<ScoreRequest> requests;
  for (size_t b = 0; b < sources.size(); ++b) requests.push_back({sources[b], {labels[b]}});
  const auto scores = score_targets(*model_, requests);
  const Json& expected = cases_.at("score");
  for (size_t b = 0; b < scores.size(); ++b) {
    const double sum = expected.at("sum_log_prob")[b];
    EXPECT_NEAR(scores[b][0].log_probability, sum, 1e-4 * std::abs(sum)) << "row " << b;
    EXPECT_EQ(scores[b][0].num_tokens, expected.at("num_tokens")[b].get<int64_t>());
  }
}

}  // namespace
}  // namespace flanmoe
