// Scores of given answers against sums over whole passes.
#include "base/error.h"
#include "decode/generate.h"
#include "decode/incremental.h"
#include "decode/score.h"
#include "model/forward.h"
#include "testing/check.h"
#include "whole.h"

#include <algorithm>
#include <cmath>

namespace flanmoe {
namespace {

using whole::Tokens;

class Score : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Arms, Score, ::testing::ValuesIn(tiny::arms()), [](const auto& arm) { return arm.param; });

// The sum over `target` of what logits [Lt, V] say of its tokens.
double sum_over(const at::Tensor& logits, const Tokens& target) {
  const at::Tensor log_probabilities = at::log_softmax(logits.to(at::kDouble), -1);
  double sum = 0.0;
  for (size_t t = 0; t < target.size(); ++t)
    sum += log_probabilities[static_cast<int64_t>(t)][target[t]].item<double>();
  return sum;
}

// A whole pass over one example.
double plain_score(const T5Model& model, const Tokens& source, const Tokens& target) {
  return sum_over(whole::logits_of(model, source, target), target);
}

// Room for hardly anyone.
ModelOptions tight_options(const std::string& arm) {
  ModelOptions options = tiny::options(arm);
  options.moe.capacity_factor_eval = 0.6;
  options.moe.min_capacity = 1;
  return options;
}

std::vector<ScoreRequest> requests() {
  std::vector<ScoreRequest> all;
  for (size_t i = 0; i < whole::sources().size(); ++i) {
    ScoreRequest request{whole::sources()[i], {}};
    for (size_t j = 0; j <= i % 4; ++j)
      request.targets.push_back(whole::random_source(1 + static_cast<int64_t>((3 * i + 5 * j) % 11), 100 + 10 * i + j));
    all.push_back(request);
  }
  all.push_back({whole::random_source(5, 1), {{1}, {1}, {4, 1}}});  // the shortest, and one twice
  return all;
}

TEST_P(Score, EqualsTheSumOverWholePasses) {
  for (const bool tight : {true, false}) {
    const T5Model model = tiny::stirred(tight ? tight_options(GetParam()) : tiny::options(GetParam()));
    const std::vector<ScoreRequest> all = requests();
    const auto scores = score_targets(model, all);
    ASSERT_EQ(scores.size(), all.size());
    for (size_t i = 0; i < all.size(); ++i) {
      ASSERT_EQ(scores[i].size(), all[i].targets.size());
      for (size_t j = 0; j < scores[i].size(); ++j) {
        const double expected = plain_score(model, all[i].source, all[i].targets[j]);
        EXPECT_NEAR(scores[i][j].log_probability, expected, 1e-5 * (1.0 + std::abs(expected)))
            << i << ", " << j << " tight " << tight;
        EXPECT_EQ(scores[i][j].num_tokens, static_cast<int64_t>(all[i].targets[j].size()));
      }
    }
  }
}

// What incremental decoding says of the same tokens, one by one, however little room the model's evaluation has.
TEST_P(Score, EqualsDecodingTokenByToken) {
  const T5Model model = tiny::stirred(tight_options(GetParam()));
  for (const ScoreRequest& request : requests()) {
    const std::vector<TargetScore> scores = score_targets(model, {request})[0];
    for (size_t j = 0; j < request.targets.size(); ++j) {
      DecodeState state = start_decoding(model, {request.source});
      for (size_t t = 0; t < request.targets[j].size(); ++t) {
        const int32_t token = request.targets[j][t];
        const at::Tensor said = at::log_softmax(next_logits(model, state)[0].to(at::kDouble), 0);
        EXPECT_NEAR(scores[j].tokens[t], said[token].item<double>(), 1e-4) << "target " << j << ", token " << t;
        state = advance(model, std::move(state), at::tensor({token}, at::kLong));
      }
    }
  }
}

// With evaluation's room the passes of these models say something else, so that the test above tests something.
TEST(Scores, OfACausalStackHaveNoLimit) {
  for (const char* arm : {"decoder_switch", "gshard"}) {
    const T5Model model = tiny::stirred(tight_options(arm));
    const Tokens source = whole::random_source(9, 1), target = whole::random_source(9, 2);
    const at::Tensor limited = tiny::logits_alone(model, {whole::wide(source), whole::wide(target)});
    EXPECT_GT(std::abs(sum_over(limited, target) - score_targets(model, {{source, {target}}})[0][0].log_probability),
              1e-2)
        << arm;
  }
}

// As transformers: a target's positions beyond the fixed room get nothing from the layer.
TEST(Scores, UnderHuggingFacesRuleHaveItsLimit) {
  ModelOptions options = tiny::options("switch");
  options.moe.expert_capacity = 1;
  const T5Model model = tiny::stirred(options);
  const Tokens source = whole::random_source(9, 1), target = whole::random_source(9, 2);
  const at::Tensor limited = tiny::logits_alone(model, {whole::wide(source), whole::wide(target)});
  EXPECT_NEAR(score_targets(model, {{source, {target}}})[0][0].log_probability, sum_over(limited, target), 1e-4);
  EXPECT_GT(std::abs(plain_score(model, source, target) - sum_over(limited, target)), 1e-2);
}

// Tight capacity: neighbours would be felt if they shared room.
TEST_P(Score, DoesNotDependOnNeighboursOrBatchSize) {
  const T5Model model = tiny::stirred(tight_options(GetParam()));
  const std::vector<ScoreRequest> all = requests();
  const auto together = score_targets(model, all);
  for (const int64_t tokens : {1, 20, 60}) {
    const auto cut = score_targets(model, all, tokens);
    for (size_t i = 0; i < all.size(); ++i) {
      for (size_t j = 0; j < together[i].size(); ++j)
        EXPECT_NEAR(cut[i][j].log_probability, together[i][j].log_probability, 1e-4);
    }
  }
  for (size_t i = 0; i < all.size(); ++i) {
    for (size_t j = 0; j < together[i].size(); ++j) {
      const auto alone = score_targets(model, {{all[i].source, {all[i].targets[j]}}});
      EXPECT_NEAR(alone[0][0].log_probability, together[i][j].log_probability, 1e-4) << i << ", " << j;
    }
  }
}

// A greedy answer's score is the sum of the largest log probabilities on its way.
TEST_P(Score, OfAGreedyAnswerIsTheSumOfItsSteps) {
  const ModelOptions options = tight_options(GetParam());
  GenerateOptions up_to_six;
  up_to_six.max_new_tokens = 6;
  int64_t num_tokens = 0;
  for (const uint64_t seed : {8, 9, 10}) {
    const T5Model model = whole::lively(options, seed);
    for (const Tokens& source : whole::sources()) {
      Tokens target = generate(model, {source}, up_to_six)[0];
      target.erase(std::find(target.begin(), target.end(), 0), target.end());  // no target holds a 0: it means padding
      num_tokens += static_cast<int64_t>(target.size());
      double sum = 0.0;
      for (size_t t = 0; t < target.size(); ++t) {
        const Tokens prefix(target.begin(), target.begin() + static_cast<int64_t>(t));
        sum += at::log_softmax(whole::next_logits(model, source, prefix).to(at::kDouble), 0).max().item<double>();
      }
      sum += at::log_softmax(whole::next_logits(model, source, target).to(at::kDouble), 0)[whole::kEos].item<double>();
      target.push_back(whole::kEos);
      EXPECT_NEAR(score_targets(model, {{source, {target}}})[0][0].log_probability, sum, 1e-4);
    }
  }
  EXPECT_GT(num_tokens, 10);
}

TEST(Scores, ProbabilitiesOfAllOneTokenAnswersSumToOne) {
  const T5Model model = tiny::stirred(tiny::roomy_options("switch"));
  ScoreRequest request{whole::random_source(6, 1), {}};
  for (int32_t v = 1; v < 23; ++v) request.targets.push_back({v});
  double sum =
      std::exp(at::log_softmax(whole::next_logits(model, request.source, {}).to(at::kDouble), 0)[0].item<double>());
  const auto scores = score_targets(model, {request});
  for (const TargetScore& score : scores[0]) sum += std::exp(score.log_probability);
  EXPECT_NEAR(sum, 1.0, 1e-5);
}

// Where the whole batch shares room (a sparse encoder, a dense decoder), copies of a source would push each other out:
// read once, it has the room to itself, whatever the number of its options.
TEST(Scores, TheEncoderReadsASourceOnceForAllItsOptions) {
  ModelOptions options = tiny::options("switch");
  options.num_decoder_layers = 1;
  options.moe.eval_group = EvalGroup::kBatch;
  options.moe.capacity_factor_eval = 0.5;
  options.moe.min_capacity = 1;
  const T5Model model = tiny::stirred(options);
  const Tokens source = whole::random_source(11, 1), target = whole::random_source(4, 2);
  const tiny::Example example{whole::wide(source), whole::wide(target)};
  const at::Tensor copies = forward(model, tiny::batch_of(std::vector<tiny::Example>(6, example)), {}).logits;
  EXPECT_GT(tiny::largest_difference(copies[0], copies[5]), 1e-2) << "copies do not compete: the test tests nothing";
  const auto scores = score_targets(model, {{source, std::vector<Tokens>(6, target)}});
  const double alone = plain_score(model, source, target);
  for (const TargetScore& score : scores[0]) EXPECT_NEAR(score.log_probability, alone, 1e-5 * (1.0 + std::abs(alone)));
}

// Else the first option would be the best: no comparison with NaN is true.
TEST(Scores, FiniteWeightsOfWhichNothingFiniteComesAreAnError) {
  for (const char* arm : {"dense_v10", "switch"}) {
    const T5Model model = tiny::stirred(tiny::roomy_options(arm));
    model.weights().decoder.final_norm.detach().fill_(3e38);
    const ScoreRequest request{{5, 3, 1}, {{4, 1}, {6, 1}}, "quiz, item 3"};
    const std::string message = message_of<RunError>([&] { score_targets(model, {request}); });
    EXPECT_NE(message.find("quiz, item 3: the log-probability of answer 1 is "), std::string::npos) << message;
    EXPECT_NE(message.find("expected a finite number"), std::string::npos) << message;
  }
}

TEST(Scores, NothingAsked) {
  const T5Model model = tiny::stirred(tiny::roomy_options("dense_v10"));
  EXPECT_TRUE(score_targets(model, {}).empty());
  const auto scores = score_targets(model, {{{5, 1}, {}}, {{6, 1}, {{1}}}});
  ASSERT_EQ(scores.size(), 2u);
  EXPECT_TRUE(scores[0].empty());
  EXPECT_EQ(scores[1].size(), 1u);
}

}  // namespace
}  // namespace flanmoe
