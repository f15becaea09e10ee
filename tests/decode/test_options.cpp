// Settings of an answer: from a generation_config.json, at their ends, and those that mean nothing.
#include "decode/options.h"

#include <array>

#include "base/error.h"
#include "decode/generate.h"
#include "testing/check.h"
#include "whole.h"

namespace flanmoe {
namespace {

using whole::Tokens;

TEST(MinP, KeepsTokensNearTheLikeliest) {
  const T5Model model = whole::lively("dense_v10");
  GenerateOptions options;
  options.max_new_tokens = 1;
  options.temperature = 1.0;
  options.min_p = 1.0;
  const auto greedy = generate(model, whole::sources(), options);
  options.temperature = 0.0;
  EXPECT_EQ(generate(model, whole::sources(), options), greedy);
}

TEST(Samples, OfOnePromptDiffer) {
  const T5Model model = whole::lively("dense_v10");
  GenerateOptions options;
  options.temperature = 1.5;
  options.num_answers = 4;
  options.max_new_tokens = 8;
  const Tokens source = whole::sources()[0];
  const auto answers = generate_answers(model, {source, source}, options);
  EXPECT_NE(answers[0][0].ids, answers[0][1].ids);
  EXPECT_NE(answers[0][0].ids, answers[1][0].ids) << "the same prompt again";
  EXPECT_EQ(generate_answers(model, {source}, options)[0][3].ids, answers[0][3].ids);
}

TEST(GenerationConfig, IsHonoured) {
  GenerateOptions options;
  const Json config = parse_json(R"({"max_length": 20, "num_beams": 4, "early_stopping": true, "length_penalty": 0.6,
    "no_repeat_ngram_size": 3, "eos_token_id": [1, 5], "forced_bos_token_id": 9, "top_k": 7, "do_sample": false})",
                                 "x.json");
  apply_generation_config(config, "x.json", options);
  EXPECT_EQ(options.max_new_tokens, 19);  // the start token counts there
  EXPECT_EQ(options.num_beams, 4);
  EXPECT_EQ(options.early_stopping, EarlyStopping::kYes);
  EXPECT_EQ(options.length_penalty, 0.6);
  EXPECT_EQ(options.no_repeat_ngram, 3);
  EXPECT_EQ(options.end_tokens, (std::vector<int64_t>{1, 5}));
  EXPECT_EQ(options.first_token, 9);
  EXPECT_EQ(options.top_k, 0);  // not sampling
  EXPECT_EQ(options.temperature, 0.0);
}

TEST(GenerationConfig, BadValuesAreNamed) {
  const std::vector<std::array<std::string, 2>> cases = {{R"({"num_beams": "many"})", "num_beams"},
                                                         {R"({"early_stopping": 3})", "early_stopping"},
                                                         {R"({"eos_token_id": ["a"]})", "eos_token_id"},
                                                         {R"([1])", "an object"}};
  for (const auto& [text, expected] : cases) {
    GenerateOptions options;
    const std::string message =
        message_of<UserError>([&] { apply_generation_config(parse_json(text, "x.json"), "x.json", options); });
    EXPECT_NE(message.find("x.json"), std::string::npos) << message;
    EXPECT_NE(message.find(expected), std::string::npos) << message;
  }
}

std::string refusal(const std::function<void(GenerateOptions&, std::vector<Tokens>&)>& change) {
  GenerateOptions options;
  std::vector<Tokens> sources = {{5, 6, 1}, {7, 1}};
  change(options, sources);
  const T5Model model = whole::lively("dense_v10");
  return message_of<UserError>([&] { generate_answers(model, sources, options); });
}

TEST(Requests, ThatCannotBeAnsweredAreRefused) {
  using Options = GenerateOptions;
  using Sources = std::vector<Tokens>;
  EXPECT_EQ(refusal([](Options&, Sources& s) { s[1].clear(); }),
            "prompt 2: it has no tokens; expected at least the end token");
  EXPECT_EQ(refusal([](Options&, Sources& s) { s[0][1] = 23; }),
            "prompt 1: token id 23, expected ids from 0 to 22, the model's vocabulary");
  EXPECT_EQ(refusal([](Options&, Sources& s) { s[0][1] = -1; }),
            "prompt 1: token id -1, expected ids from 0 to 22, the model's vocabulary");
  EXPECT_EQ(refusal([](Options& o, Sources&) { o.max_prompt_tokens = 2; }),
            "prompt 1: it has 3 tokens, expected at most 2 (max_prompt_tokens)");
  EXPECT_EQ(refusal([](Options& o, Sources&) { o.num_answers = 2; }),
            "'num_answers' is 2, expected at most num_beams (1), or a temperature above 0");
  EXPECT_NE(refusal([](Options& o, Sources&) {
              o.num_beams = 2;
              o.temperature = 1.0;
            }).find("expected num_beams 1 for sampling"),
            std::string::npos);
  EXPECT_NE(refusal([](Options& o, Sources&) { o.end_tokens = {99}; }).find("'end_tokens' holds 99"),
            std::string::npos);
  EXPECT_NE(refusal([](Options& o, Sources&) { o.first_token = 40; }).find("'first_token' is 40"), std::string::npos);
  EXPECT_NE(refusal([](Options& o, Sources&) { o.min_new_tokens = 900; }).find("at most max_new_tokens"),
            std::string::npos);
}

}  // namespace
}  // namespace flanmoe
