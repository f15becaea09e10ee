// Beam search against every possible answer, and what its scores mean.
#include "decode/beam.h"

#include <cmath>
#include <functional>
#include <set>

#include "decode/generate.h"
#include "decode/score.h"
#include "whole.h"

namespace flanmoe {
namespace {

using whole::Tokens;

GenerateOptions beams(int64_t num_beams, int64_t max_new_tokens) {
  GenerateOptions options;
  options.num_beams = num_beams;
  options.num_answers = num_beams;
  options.max_new_tokens = max_new_tokens;
  return options;
}

// A model of 6 tokens, so that all answers can be written down.
T5Model small_model(uint64_t seed) {
  ModelOptions o = tiny::roomy_options("dense_v10");
  o.vocab_size = 6;
  return whole::lively(o, seed);
}

struct Best {
  Tokens ids;
  double score = -INFINITY;
};

// The best answer of at most `length` tokens with its end token, or of exactly `length` without.
Best best_of_all(const T5Model& model, const Tokens& source, size_t length, double penalty) {
  Best best;
  const std::function<void(const Tokens&, double)> look = [&](const Tokens& said, double sum) {
    const at::Tensor next = at::log_softmax(whole::next_logits(model, source, said), 0);
    for (int32_t id = 0; id < 6; ++id) {
      const double with = sum + next[id].item<double>();
      Tokens longer = said;
      if (id != whole::kEos) longer.push_back(id);
      if (id == whole::kEos || longer.size() == length) {
        const double score = with / std::pow(static_cast<double>(said.size() + 1), penalty);
        if (score > best.score) best = {longer, score};
      } else {
        look(longer, with);
      }
    }
  };
  look({}, 0.0);
  return best;
}

TEST(Beam, WithRoomForAllItFindsTheBestOfAllAnswers) {
  for (const uint64_t seed : {3, 4, 5}) {
    const T5Model model = small_model(seed);
    const Tokens source = whole::random_source(5, seed, 6);
    for (const double penalty : {0.0, 0.6, 1.0, 2.0}) {
      GenerateOptions options = beams(36, 3);
      options.length_penalty = penalty;
      options.early_stopping = EarlyStopping::kNever;
      const Best best = best_of_all(model, source, 3, penalty);
      const Answer found = generate_answers(model, {source}, options)[0][0];
      EXPECT_EQ(found.ids, best.ids) << "seed " << seed << " penalty " << penalty;
      EXPECT_NEAR(found.score, best.score, 1e-4);
    }
  }
}

TEST(Beam, AnswersAreDifferentAndFall) {
  const T5Model model = whole::lively("gshard");
  for (const std::vector<Answer>& answers : generate_answers(model, whole::sources(), beams(4, 8))) {
    ASSERT_EQ(answers.size(), 4u);
    std::set<std::pair<Tokens, bool>> different;
    for (size_t i = 0; i < answers.size(); ++i) {
      different.insert({answers[i].ids, answers[i].ended});
      EXPECT_GE(answers[i == 0 ? 0 : i - 1].score, answers[i].score);
    }
    EXPECT_EQ(different.size(), 4u);
  }
}

TEST(Beam, ScoresAreLogProbabilitiesOverLengthToThePenalty) {
  const T5Model model = whole::lively(tiny::roomy_options("switch"));
  GenerateOptions options = beams(3, 8);
  options.length_penalty = 0.7;
  const auto sources = whole::sources();
  const auto found = generate_answers(model, sources, options);
  for (size_t b = 0; b < sources.size(); ++b) {
    for (const Answer& answer : found[b]) {
      Tokens target = answer.ids;
      if (answer.ended) target.push_back(whole::kEos);
      EXPECT_EQ(answer.log_probabilities.size(), target.size());
      if (std::find(target.begin(), target.end(), 0) != target.end()) continue;  // scoring takes 0 for padding
      const TargetScore score = score_targets(model, {{sources[b], {target}}})[0][0];
      EXPECT_NEAR(answer.log_probability, score.log_probability, 1e-3);
      EXPECT_NEAR(answer.score, score.log_probability / std::pow(static_cast<double>(target.size()), 0.7), 1e-3);
      for (size_t t = 0; t < target.size(); ++t) EXPECT_NEAR(answer.log_probabilities[t], score.tokens[t], 1e-3);
    }
  }
}

// log_probabilities of 2 beams over 3 tokens, token 1 the end.
TEST(Beam, ByHand) {
  GenerateOptions options = beams(2, 9);
  options.early_stopping = EarlyStopping::kYes;
  BeamState state = start_beams(options);
  const std::vector<float> first = {-2.0f, -1.0f, -0.5f, -2.0f, -1.0f, -0.5f};
  BeamStep step = step_beams(state, first.data(), 3, options, {});
  // Open: "2" and "0"; ended: the end token alone, second of the first beam's continuations.
  EXPECT_EQ(step.state.open[0].answer.ids, (Tokens{2}));
  EXPECT_EQ(step.state.open[1].answer.ids, (Tokens{0}));
  EXPECT_EQ(step.parents, (std::vector<int64_t>{0, 0}));
  EXPECT_TRUE(step.state.ended[0].filled);
  EXPECT_FLOAT_EQ(step.state.ended[0].score, -1.0f);
  EXPECT_FALSE(step.state.ended[1].filled);
  EXPECT_FALSE(step.state.done);
  // The beam "2" ends: -0.5 - 0.1 over two tokens.
  const std::vector<float> second = {-3.0f, -0.1f, -4.0f, -3.0f, -3.0f, -0.2f};
  step = step_beams(step.state, second.data(), 3, options, {});
  EXPECT_FLOAT_EQ(step.state.ended[0].score, -0.3f);
  EXPECT_EQ(step.state.ended[0].answer.ids, (Tokens{2}));
  EXPECT_TRUE(step.state.done);  // two answers ended
}

TEST(Beam, StopTextsEndAnswers) {
  const T5Model model = whole::lively("dense_v10");
  GenerateHooks hooks;
  hooks.stops = [](const Tokens& ids) { return ids.size() == 3; };
  for (const auto& answers : generate_answers(model, whole::sources(), beams(3, 9), hooks)) {
    for (const Answer& answer : answers) {
      EXPECT_TRUE(answer.ended);
      EXPECT_LE(answer.ids.size(), 3u);
    }
  }
}

}  // namespace
}  // namespace flanmoe
