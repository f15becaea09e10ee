// Generation with a cache and leaving rows against whole passes, one example at a time.
#include "decode/generate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "base/error.h"
#include "testing/check.h"
#include "whole.h"

namespace flanmoe {
namespace {

using whole::Tokens;

constexpr size_t kNucleus = 7, kNucleusOfFour = 2;  // sizes of the nuclei below, for this model

GenerateOptions in_batches(GenerateOptions options, int64_t rows) {
  options.batch = rows;
  return options;
}

GenerateOptions up_to(int64_t max_new_tokens) {
  GenerateOptions options;
  options.max_new_tokens = max_new_tokens;
  return options;
}

class Greedy : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Arms, Greedy, ::testing::ValuesIn(tiny::arms()), [](const auto& arm) { return arm.param; });

TEST_P(Greedy, EqualsWholePasses) {
  std::set<size_t> lengths;
  GenerateOptions options = up_to(14);
  for (const uint64_t seed : {7, 8, 9, 10}) {
    // A model with random weights says a few tokens only: one of many ends an answer here.
    options.end_tokens =
        seed % 2 == 0 ? std::vector<int64_t>{whole::kEos} : std::vector<int64_t>{1, 3, 4, 8, 11, 15, 19};
    const T5Model model = whole::lively(GetParam(), seed);
    const std::vector<Tokens> answers = generate(model, whole::sources(), options);
    ASSERT_EQ(answers.size(), whole::sources().size());
    for (size_t b = 0; b < answers.size(); ++b) {
      EXPECT_EQ(answers[b], whole::greedy(model, whole::sources()[b], 14, options.end_tokens))
          << "seed " << seed << " row " << b;
      lengths.insert(answers[b].size());
    }
  }
  EXPECT_GT(lengths.size(), 1u) << "no answer ever ended early: the test tests less than it says";
}

TEST_P(Greedy, ARowDoesNotDependOnItsNeighbours) {
  const T5Model model = whole::lively(GetParam(), 8);
  const std::vector<Tokens> together = generate(model, whole::sources(), up_to(10));
  for (const int64_t rows : {1, 2, 3})
    EXPECT_EQ(generate(model, whole::sources(), in_batches(up_to(10), rows)), together) << rows;
  for (size_t b = 0; b < together.size(); ++b)
    EXPECT_EQ(generate(model, {whole::sources()[b]}, up_to(10))[0], together[b]);
  std::vector<Tokens> reversed(whole::sources().rbegin(), whole::sources().rend());
  std::vector<Tokens> answers = generate(model, reversed, up_to(10));
  std::reverse(answers.begin(), answers.end());
  EXPECT_EQ(answers, together);
}

TEST_P(Greedy, AShorterLimitIsAPrefix) {
  const T5Model model = whole::lively(GetParam(), 9);
  const std::vector<Tokens> all = generate(model, whole::sources(), up_to(9));
  for (const int64_t limit : {1, 2, 5}) {
    const std::vector<Tokens> cut = generate(model, whole::sources(), up_to(limit));
    for (size_t b = 0; b < all.size(); ++b) {
      EXPECT_EQ(cut[b],
                Tokens(all[b].begin(), all[b].begin() + std::min<int64_t>(limit, static_cast<int64_t>(all[b].size()))));
    }
  }
}

TEST(Generate, NoSources) {
  const T5Model model = whole::lively("dense_v10");
  EXPECT_TRUE(generate(model, {}, up_to(5)).empty());
}

TEST(Sampling, IsTheSameForTheSameSeedAndRow) {
  const T5Model model = whole::lively("switch");
  GenerateOptions options = up_to(20);
  options.temperature = 1.5;
  size_t num_ended = 0;
  for (options.seed = 0; options.seed < 6; ++options.seed) {
    const std::vector<Tokens> once = generate(model, whole::sources(), options);
    EXPECT_EQ(generate(model, whole::sources(), options), once);
    // whatever the batch, and whoever leaves it first
    for (const int64_t rows : {1, 2, 5})
      EXPECT_EQ(generate(model, whole::sources(), in_batches(options, rows)), once) << rows;
    for (const Tokens& answer : once) num_ended += answer.size() < 20 ? 1 : 0;
    GenerateOptions other = options;
    other.seed = 77;
    EXPECT_NE(generate(model, whole::sources(), other), once);
  }
  EXPECT_GT(num_ended, 5u) << "hardly a row left its batch early: the test tests less than it says";
}

TEST(Sampling, OneCandidateIsGreedy) {
  const T5Model model = whole::lively("gshard");
  const std::vector<Tokens> greedy = generate(model, whole::sources(), up_to(8));
  GenerateOptions options = up_to(8);
  options.temperature = 1.0;
  options.top_k = 1;
  EXPECT_EQ(generate(model, whole::sources(), options), greedy);
  options.top_k = 0;
  options.top_p = 1e-9;
  EXPECT_EQ(generate(model, whole::sources(), options), greedy);
}

// softmax(logits / temperature), cut to the top_k best and then to the fewest of them whose mass reaches top_p, in
// plain loops.
std::vector<double> distribution(const at::Tensor& logits, double temperature, size_t top_k, double top_p) {
  std::vector<double> mass(static_cast<size_t>(logits.size(0)), 0.0), kept(mass.size(), 0.0);
  for (size_t v = 0; v < mass.size(); ++v)
    mass[v] = std::exp(logits[static_cast<int64_t>(v)].item<double>() / temperature);
  double kept_sum = 0.0, candidates_sum = 0.0;
  std::vector<double> falling = mass;
  std::sort(falling.rbegin(), falling.rend());
  if (top_k > 0) falling.resize(top_k);
  for (const double m : falling) candidates_sum += m;
  for (const double m : falling) {
    if (kept_sum >= top_p * candidates_sum) break;
    kept[static_cast<size_t>(std::find(mass.begin(), mass.end(), m) - mass.begin())] = m;
    kept_sum += m;
  }
  for (double& m : kept) m /= kept_sum;
  return kept;
}

// First tokens of many equal rows: their shares are the distribution's.
void expect_first_tokens(double temperature, int64_t top_k, double top_p, size_t num_possible) {
  GenerateOptions options = up_to(1);
  options.temperature = temperature;
  options.top_k = top_k;
  options.top_p = top_p;
  const T5Model model = tiny::stirred(tiny::roomy_options("dense_v10"), 3);
  const Tokens source = whole::random_source(6, 1);
  constexpr int kRows = 3000;
  std::vector<double> share(23, 0.0);
  for (const Tokens& answer : generate(model, std::vector<Tokens>(kRows, source), in_batches(options, 500))) {
    share[static_cast<size_t>(answer.empty() ? whole::kEos : answer[0])] += 1.0 / kRows;
  }
  const std::vector<double> expected =
      distribution(whole::next_logits(model, source, {}), temperature, static_cast<size_t>(top_k), top_p);
  EXPECT_EQ(std::count_if(expected.begin(), expected.end(), [](double p) { return p > 0.0; }),
            static_cast<int64_t>(num_possible));
  for (size_t v = 0; v < share.size(); ++v) {
    // five standard deviations of a count; never a token that is cut away
    EXPECT_NEAR(share[v], expected[v], 5.0 * std::sqrt(expected[v] * (1.0 - expected[v]) / kRows)) << "token " << v;
  }
}

TEST(Sampling, FollowsTheTemperature) {
  for (const double temperature : {0.5, 1.0, 2.0}) expect_first_tokens(temperature, 0, 1.0, 23);
}

TEST(Sampling, TopKKeepsTheBest) { expect_first_tokens(1.0, 3, 1.0, 3); }

TEST(Sampling, TopKBeyondTheVocabularyKeepsAll) { expect_first_tokens(1.3, 99, 1.0, 23); }

// The nucleus: the fewest best tokens whose probabilities reach top_p; of the top_k best when both are given.
TEST(Sampling, TopPKeepsTheNucleus) {
  expect_first_tokens(1.5, 0, 0.6, kNucleus);
  expect_first_tokens(1.5, 4, 0.6, kNucleusOfFour);
}

// Along a whole answer: each token is one of the top_k best after what came before.
TEST_P(Greedy, SampledTokensAreAmongTheBestAtEachStep) {
  const T5Model model = whole::lively(GetParam(), 9);
  GenerateOptions options = up_to(8);
  options.temperature = 1.5;
  options.top_k = 3;
  const std::vector<Tokens> answers = generate(model, whole::sources(), options);
  int64_t not_greedy = 0;
  for (size_t b = 0; b < answers.size(); ++b) {
    Tokens said = answers[b];
    if (said.size() < 8) said.push_back(whole::kEos);
    for (size_t t = 0; t < said.size(); ++t) {
      const Tokens prefix(said.begin(), said.begin() + static_cast<int64_t>(t));
      const at::Tensor logits = whole::next_logits(model, whole::sources()[b], prefix);
      const int64_t better = (logits > logits[said[t]]).sum().item<int64_t>();
      EXPECT_LT(better, 3) << "row " << b << " step " << t;
      not_greedy += better > 0 ? 1 : 0;
    }
  }
  EXPECT_GT(not_greedy, 5);
}

TEST(Sampling, DoesNotDependOnTheOtherRows) {
  const T5Model model = whole::lively("gshard");
  GenerateOptions options = up_to(9);
  options.temperature = 1.2;
  const std::vector<Tokens> before = generate(model, whole::sources(), options);
  std::vector<Tokens> sources = whole::sources();
  for (size_t b = 0; b < sources.size(); ++b) {
    if (b != 3) sources[b] = whole::random_source(static_cast<int64_t>(2 + b), 40 + b);
  }
  EXPECT_EQ(generate(model, sources, options)[3], before[3]);
  sources.resize(4);
  EXPECT_EQ(generate(model, sources, options)[3], before[3]);
}

TEST(GenerateOptions, BadValuesAreNamedWithPlaceAndExpectation) {
  const auto refusal = [](const std::string& yaml) {
    return message_of<UserError>([&] {
      GenerateOptions options;
      load_options(parse_config(yaml, "x.yaml"), options);
    });
  };
  const std::vector<std::array<std::string, 3>> cases = {{"max_new_tokens: 0", "max_new_tokens", "1 or more"},
                                                         {"max_new_tokens: many", "max_new_tokens", "many"},
                                                         {"temperature: -1", "temperature", "0 or more"},
                                                         {"top_k: -1", "top_k", "0 or more"},
                                                         {"top_k: 1.5", "top_k", "1.5"},
                                                         {"top_p: 0", "top_p", "(0, 1]"},
                                                         {"top_p: 1.5", "top_p", "(0, 1]"},
                                                         {"topp: 0.5", "topp", "top_p"},
                                                         {"beams: 4", "beams", "x.yaml:1"}};
  for (const auto& [yaml, key, part] : cases) {
    const std::string message = refusal(yaml);
    EXPECT_TRUE(message.starts_with("x.yaml:1: ")) << message;
    EXPECT_NE(message.find(key), std::string::npos) << message;
    EXPECT_NE(message.find(part), std::string::npos) << message;
  }
}

TEST(GenerateOptions, GoodValuesAreTaken) {
  GenerateOptions options;
  load_options(parse_config("{max_new_tokens: 7, temperature: 0.5, top_k: 3, top_p: 1, seed: 9}", "x.yaml"), options);
  EXPECT_EQ(options.max_new_tokens, 7);
  EXPECT_EQ(options.temperature, 0.5);
  EXPECT_EQ(options.top_k, 3);
  EXPECT_EQ(options.top_p, 1.0);
  EXPECT_EQ(options.seed, 9);
}

}  // namespace
}  // namespace flanmoe
