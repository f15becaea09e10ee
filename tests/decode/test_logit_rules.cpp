// The rules of decoding, by hand, against plain loops and along whole answers.
#include "decode/logit_rules.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/error.h"
#include "base/random.h"
#include "decode/generate.h"
#include "testing/check.h"
#include "whole.h"

namespace flanmoe {
namespace {

using whole::Tokens;

std::vector<float> ruled(std::vector<float> scores, const Tokens& said, const GenerateOptions& options) {
  apply_rules(scores, said, options);
  return scores;
}

constexpr float kNever = -INFINITY;

TEST(Rules, RepetitionIsPunishedOnBothSidesOfZero) {
  GenerateOptions options;
  options.repetition_penalty = 2.0;
  // Token 0 counts as said: answers start with it.
  EXPECT_EQ(ruled({4, 4, 4, -4, -4}, {2, 4, 2}, options), (std::vector<float>{2, 4, 2, -4, -8}));
}

TEST(Rules, NgramsAreSaidOnce) {
  GenerateOptions options;
  options.no_repeat_ngram = 2;
  EXPECT_EQ(ruled({1, 1, 1, 1}, {2, 3, 2}, options), (std::vector<float>{1, 1, 1, kNever}));
  EXPECT_EQ(ruled({1, 1, 1, 1}, {}, options), (std::vector<float>{1, 1, 1, 1}));
  options.no_repeat_ngram = 1;
  EXPECT_EQ(ruled({1, 1, 1, 1}, {2}, options), (std::vector<float>{kNever, 1, kNever, 1}));
}

TEST(Rules, ShortAnswersMayNotEndAndTheFirstTokenIsForced) {
  GenerateOptions options;
  options.min_new_tokens = 2;
  options.end_tokens = {1, 3};
  EXPECT_EQ(ruled({1, 1, 1, 1}, {2}, options), (std::vector<float>{1, kNever, 1, kNever}));
  EXPECT_EQ(ruled({1, 1, 1, 1}, {2, 2}, options), (std::vector<float>{1, 1, 1, 1}));
  options.first_token = 2;
  EXPECT_EQ(ruled({1, 1, 1, 1}, {}, options), (std::vector<float>{kNever, kNever, 0, kNever}));
}

TEST(Rules, SomeTokensAreNeverSaidOrNotFirst) {
  GenerateOptions options;
  options.suppress_tokens = {1};
  options.begin_suppress_tokens = {2};
  EXPECT_EQ(ruled({1, 1, 1, 1}, {}, options), (std::vector<float>{1, kNever, kNever, 1}));
  EXPECT_EQ(ruled({1, 1, 1, 1}, {3}, options), (std::vector<float>{1, kNever, 1, 1}));
  options.first_token = 3;  // the beginning is behind a forced token
  EXPECT_EQ(ruled({1, 1, 1, 1}, {}, options), (std::vector<float>{kNever, kNever, kNever, 0}));
  EXPECT_EQ(ruled({1, 1, 1, 1}, {3}, options), (std::vector<float>{1, kNever, kNever, 1}));
  EXPECT_EQ(ruled({1, 1, 1, 1}, {3, 3}, options), (std::vector<float>{1, kNever, 1, 1}));
}

TEST(Rules, BadWordsAreNotFinished) {
  GenerateOptions options;
  options.bad_words_ids = {{3}, {1, 2}, {1, 1, 0}};
  EXPECT_EQ(ruled({1, 1, 1, 1}, {}, options), (std::vector<float>{1, 1, 1, kNever}));
  EXPECT_EQ(ruled({1, 1, 1, 1}, {1}, options), (std::vector<float>{1, 1, kNever, kNever}));
  EXPECT_EQ(ruled({1, 1, 1, 1}, {1, 1}, options), (std::vector<float>{kNever, 1, kNever, kNever}));
  EXPECT_EQ(ruled({1, 1, 1, 1}, {1, 2}, options), (std::vector<float>{1, 1, 1, kNever}));
  options.bad_words_ids = {{0, 2}};                                               // the start token is counted
  EXPECT_EQ(ruled({1, 1, 1, 1}, {}, options), (std::vector<float>{1, 1, 1, 1}));  // as transformers: too long yet
  EXPECT_EQ(ruled({1, 1, 1, 1}, {0}, options), (std::vector<float>{1, 1, kNever, 1}));
}

TEST(Rules, TheLastTokenOfALongAnswerIsForced) {
  GenerateOptions options;
  options.max_new_tokens = 3;
  options.last_token = 1;
  EXPECT_EQ(ruled({1, 1, 1, 1}, {2}, options), (std::vector<float>{1, 1, 1, 1}));
  EXPECT_EQ(ruled({1, 1, 1, 1}, {2, 2}, options), (std::vector<float>{kNever, 0, kNever, kNever}));
}

TEST(Rules, ComeInTheirOrder) {
  GenerateOptions options;
  options.repetition_penalty = 2.0;
  options.no_repeat_ngram = 1;
  options.min_new_tokens = 3;
  options.end_tokens = {1};
  // Forbidden is forbidden, also of a token that was punished before; the others are punished once.
  EXPECT_EQ(ruled({4, 4, 4, 4}, {3, 3}, options), (std::vector<float>{kNever, kNever, 4, kNever}));
  options.first_token = 1;  // forced, although the answer may not end yet
  EXPECT_EQ(ruled({4, 4, 4, 4}, {}, options), (std::vector<float>{kNever, 0, kNever, kNever}));
  EXPECT_EQ(ruled({4, 4, 4, 4}, {2}, options), (std::vector<float>{kNever, kNever, kNever, 4}));  // the first alone
}

TEST(Rules, NoneChangesNothing) {
  const GenerateOptions options;
  EXPECT_FALSE(has_rules(options));
  EXPECT_TRUE(only_forbids(options));
  EXPECT_EQ(ruled({1, -2, 3}, {2, 2, 2}, options), (std::vector<float>{1, -2, 3}));
  EXPECT_TRUE(forbidden_tokens({2, 2, 2}, options).empty());
}

TEST(Rules, EachIsARule) {
  const auto with = [](auto change) {
    GenerateOptions options;
    change(options);
    EXPECT_TRUE(has_rules(options));
    return only_forbids(options);
  };
  EXPECT_TRUE(with([](GenerateOptions& o) { o.no_repeat_ngram = 1; }));
  EXPECT_TRUE(with([](GenerateOptions& o) { o.min_new_tokens = 1; }));
  EXPECT_FALSE(with([](GenerateOptions& o) { o.repetition_penalty = 1.5; }));
  EXPECT_FALSE(with([](GenerateOptions& o) { o.first_token = 0; }));
  EXPECT_FALSE(with([](GenerateOptions& o) { o.last_token = 1; }));
  EXPECT_TRUE(with([](GenerateOptions& o) { o.suppress_tokens = {3}; }));
  EXPECT_TRUE(with([](GenerateOptions& o) { o.begin_suppress_tokens = {3}; }));
  EXPECT_TRUE(with([](GenerateOptions& o) { o.bad_words_ids = {{3, 4}}; }));
}

// Would `id` after `said` (start token in front) make an n-gram that is there already?
bool repeats(const Tokens& said, int32_t id, int64_t n) {
  Tokens ids = {0};
  ids.insert(ids.end(), said.begin(), said.end());
  ids.push_back(id);
  const auto size = static_cast<int64_t>(ids.size());
  for (int64_t begin = 0; begin + n < size; ++begin) {
    if (std::equal(ids.end() - n, ids.end(), ids.begin() + begin)) return true;
  }
  return false;
}

TEST(Rules, WhatIsForbiddenIsWhatPlainLoopsFind) {
  constexpr int32_t kVocabulary = 5;
  RandomStream stream(3, "rules");
  for (int round = 0; round < 300; ++round) {
    Tokens said(stream.below(12));
    for (int32_t& id : said) id = static_cast<int32_t>(stream.below(kVocabulary));
    GenerateOptions options;
    options.no_repeat_ngram = 1 + static_cast<int64_t>(stream.below(4));
    options.min_new_tokens = static_cast<int64_t>(stream.below(8));
    options.end_tokens = {1, 4};
    const auto list = forbidden_tokens(said, options);
    const std::set<int64_t> forbidden(list.begin(), list.end());
    const auto scores = ruled(std::vector<float>(kVocabulary, 1.0f), said, options);
    for (int32_t id = 0; id < kVocabulary; ++id) {
      const bool ends_early = (id == 1 || id == 4) && static_cast<int64_t>(said.size()) < options.min_new_tokens;
      const bool expected = ends_early || repeats(said, id, options.no_repeat_ngram);
      EXPECT_EQ(forbidden.contains(id), expected) << round << " " << id;
      EXPECT_EQ(scores[id], expected ? kNever : 1.0f) << round << " " << id;
    }
  }
}

class AlongAnswers : public ::testing::TestWithParam<int64_t> {};
INSTANTIATE_TEST_SUITE_P(Beams, AlongAnswers, ::testing::Values(1, 3));

TEST_P(AlongAnswers, RulesHold) {
  const T5Model model = whole::lively("switch");
  GenerateOptions options;
  options.num_beams = GetParam();
  options.max_new_tokens = 12;
  options.min_new_tokens = 5;
  options.no_repeat_ngram = 2;
  options.first_token = 7;
  options.suppress_tokens = {9, 11};
  options.begin_suppress_tokens = {8};
  options.bad_words_ids = {{5, 6}};
  options.last_token = 1;
  for (const auto& answers : generate_answers(model, whole::sources(), options)) {
    const Tokens& ids = answers[0].ids;
    ASSERT_GE(ids.size(), 5u);
    EXPECT_EQ(ids[0], 7);
    EXPECT_NE(ids[1], 8);
    EXPECT_TRUE(answers[0].ended);
    for (size_t i = 0; i < ids.size(); ++i) {
      EXPECT_TRUE(ids[i] != 9 && ids[i] != 11);
      EXPECT_FALSE(i > 0 && ids[i - 1] == 5 && ids[i] == 6);
    }
    std::map<std::pair<int32_t, int32_t>, int> seen;
    for (size_t i = 0; i + 1 < ids.size(); ++i) EXPECT_EQ(++seen[std::pair(ids[i], ids[i + 1])], 1);
  }
}

// Settings under which no token is left: an error that names them, however the answer is searched.
class AllForbidden : public ::testing::TestWithParam<std::pair<int64_t, double>> {
 protected:
  // A model of 23 tokens.
  std::string refused(GenerateOptions options) const {
    options.num_beams = GetParam().first;
    options.temperature = GetParam().second;
    const T5Model model = whole::lively("switch");
    return message_of<UserError>([&] { generate_answers(model, whole::sources(), options); });
  }
};
INSTANTIATE_TEST_SUITE_P(Searches, AllForbidden,
                         ::testing::Values(std::pair(1, 0.0), std::pair(1, 0.7), std::pair(3, 0.0),
                                           std::pair(12, 0.0)));

void expect_says(const std::string& message, const std::vector<std::string>& parts) {
  for (const std::string& part : parts) EXPECT_NE(message.find(part), std::string::npos) << part << " in " << message;
}

TEST_P(AllForbidden, ByEndTokens) {
  GenerateOptions options;
  options.min_new_tokens = 2;
  options.max_new_tokens = 4;
  options.end_tokens.clear();
  for (int64_t id = 0; id < 23; ++id) options.end_tokens.push_back(id);
  expect_says(refused(options),
              {"after 0 tokens", "every token is forbidden", "'min_new_tokens' 2 with 23 'end_tokens'"});
}

TEST_P(AllForbidden, BySuppression) {
  GenerateOptions options;
  for (int64_t id = 0; id < 23; ++id) options.suppress_tokens.push_back(id);
  expect_says(refused(options), {"after 0 tokens", "23 entries of 'suppress_tokens'"});
}

TEST_P(AllForbidden, ByRepetition) {
  GenerateOptions options;
  options.no_repeat_ngram = 1;
  options.max_new_tokens = 40;  // more than there are tokens
  options.min_new_tokens = 40;
  expect_says(refused(options), {"every token is forbidden", "'no_repeat_ngram' 1", "max_new_tokens (it is 40)"});
}

// Beams that are out of the race may hold what is forbidden; the others answer.
TEST(AllForbiddenBut, OneTokenIsAnAnswer) {
  const T5Model model = whole::lively("switch");
  GenerateOptions options;
  options.max_new_tokens = 1;
  options.first_token = 7;
  for (const int64_t num_beams : {1, 4}) {
    options.num_beams = num_beams;
    for (const auto& answers : generate_answers(model, whole::sources(), options))
      EXPECT_EQ(answers.at(0).ids, (Tokens{7}));
  }
  options.num_answers = 2;
  expect_says(message_of<UserError>([&] { generate_answers(model, whole::sources(), options); }), {"is forbidden"});
}

TEST(Options, AnEmptyStopTextIsRefused) {
  GenerateOptions options;
  expect_says(message_of<UserError>([&] { load_options(with_overrides({}, {"stop=[x, \"\"]"}), options); }),
              {"'stop' is ['x', ''], expected texts that are not empty"});
}

}  // namespace
}  // namespace flanmoe
