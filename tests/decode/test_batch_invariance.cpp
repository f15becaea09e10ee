// The same prompt alone and in any batch gives the same tokens: 200 prompts of mixed lengths, every arm, greedy and by
// beam search.
#include <fmt/format.h>

#include "decode/generate.h"
#include "whole.h"

namespace flanmoe {
namespace {

using whole::Tokens;

constexpr size_t kPrompts = 200;
constexpr double kTie = 1e-4;  // scores nearer than this may change places by rounding

std::vector<Tokens> prompts() {
  RandomStream stream(5, "prompts");
  std::vector<Tokens> result;
  for (size_t i = 0; i < kPrompts; ++i) result.push_back(whole::random_source(stream.between(1, 30), 100 + i));
  return result;
}

std::vector<std::string> arms() {
  std::vector<std::string> names = tiny::arms();
  names.push_back("hugging_face");
  return names;
}

// With room that runs out, so that who shares it with whom would show.
ModelOptions options_of(const std::string& arm) {
  if (arm != "hugging_face") {
    ModelOptions o = tiny::options(arm);
    if (o.moe.num_experts > 0) o.moe.capacity_factor_eval = 0.8;
    o.moe.min_capacity = 1;
    return o;
  }
  ModelOptions o = tiny::options("switch");
  o.moe.expert_capacity = 3;
  return o;
}

// Several end tokens, so that rows leave their batch at different times.
GenerateOptions ending_options(int64_t max_new_tokens) {
  GenerateOptions options;
  options.max_new_tokens = max_new_tokens;
  options.end_tokens = {1, 3, 4, 8, 11, 15, 19};
  return options;
}

class BatchInvariance : public ::testing::TestWithParam<std::string> {
 protected:
  BatchInvariance() : model_(whole::lively(options_of(GetParam()))) {}

  // The gap between the two best tokens where two greedy answers part.
  double gap_where_they_part(const Tokens& source, const Tokens& a, const Tokens& b) const {
    const auto parted = std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first;
    const at::Tensor best = std::get<0>(whole::next_logits(model_, source, {a.begin(), parted}).topk(2));
    return (best[0] - best[1]).item<double>();
  }

  T5Model model_;
};
INSTANTIATE_TEST_SUITE_P(Arms, BatchInvariance, ::testing::ValuesIn(arms()), [](const auto& arm) { return arm.param; });

TEST_P(BatchInvariance, Greedy) {
  GenerateOptions options = ending_options(9);
  const std::vector<Tokens> sources = prompts(), mixed = generate(model_, sources, options);
  size_t num_ties = 0, num_ended = 0;
  options.batch = 1;
  for (size_t i = 0; i < sources.size(); ++i) {
    const Tokens alone = generate(model_, {sources[i]}, options)[0];
    num_ended += alone.size() < 9;
    if (alone == mixed[i]) continue;
    ++num_ties;
    EXPECT_LT(gap_where_they_part(sources[i], alone, mixed[i]), kTie) << "prompt " << i;
  }
  fmt::print("{}: {} of {} greedy answers parted at a tie\n", GetParam(), num_ties, kPrompts);
  EXPECT_GT(num_ended, 2u) << "hardly a row left its batch early: the test tests less than it says";
}

TEST_P(BatchInvariance, Beams) {
  GenerateOptions options = ending_options(7);
  options.num_beams = 3;
  options.length_penalty = 0.8;
  const std::vector<Tokens> sources = prompts();
  const auto mixed = generate_answers(model_, sources, options);
  size_t num_ties = 0;
  options.batch = 1;
  for (size_t i = 0; i < sources.size(); ++i) {
    const Answer alone = generate_answers(model_, {sources[i]}, options)[0][0];
    EXPECT_NEAR(alone.score, mixed[i][0].score, kTie) << "prompt " << i;
    num_ties += alone.ids != mixed[i][0].ids;
  }
  fmt::print("{}: {} of {} beam answers differ at equal scores\n", GetParam(), num_ties, kPrompts);
  EXPECT_LT(num_ties, 5u);
}

}  // namespace
}  // namespace flanmoe
