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

GenerateOptions read(const std::string& json, GenerateOptions options = {}) {
  apply_generation_config(parse_json(json, "x.json"), "x.json", options);
  return options;
}

// What transformers means where its file does not say.
TEST(GenerationConfig, AnAbsentKeyMeansWhatItsWriterMeans) {
  EXPECT_EQ(read(R"({"do_sample": true})").top_k, 50);
  EXPECT_EQ(read(R"({"do_sample": true})").temperature, 1.0);
  EXPECT_EQ(read(R"({"do_sample": true, "top_k": 7})").top_k, 7);
  EXPECT_EQ(read(R"({"do_sample": true, "top_k": 0})").top_k, 0);
  EXPECT_EQ(read(R"({"do_sample": true, "top_k": null})").top_k, 0);  // no limit there
  EXPECT_EQ(read(R"({"do_sample": false, "top_k": 7})").temperature, 0.0);
  EXPECT_EQ(read(R"({"transformers_version": "4.57.6"})").max_new_tokens, 20);
  EXPECT_EQ(read(R"({"transformers_version": "4.57.6", "max_length": 33})").max_new_tokens, 32);
  EXPECT_EQ(read(R"({"transformers_version": "4.57.6", "max_new_tokens": 33})").max_new_tokens, 33);
  EXPECT_EQ(read("{}").max_new_tokens, GenerateOptions().max_new_tokens);  // a file of ours
}

TEST(GenerationConfig, RulesOfTokensAreRead) {
  const GenerateOptions o = read(R"({"suppress_tokens": [5, 6], "begin_suppress_tokens": [7], "forced_eos_token_id": 1,
      "bad_words_ids": [[8], [9, 10], [1]], "forced_bos_token_id": 4, "stop_strings": ["END"]})");
  EXPECT_EQ(o.suppress_tokens, (std::vector<int64_t>{5, 6}));
  EXPECT_EQ(o.begin_suppress_tokens, (std::vector<int64_t>{7}));
  EXPECT_EQ(o.bad_words_ids, (std::vector<std::vector<int64_t>>{{8}, {9, 10}}));  // the end is no bad word
  EXPECT_EQ(o.first_token, 4);
  EXPECT_EQ(o.last_token, 1);
  EXPECT_EQ(o.stop, (std::vector<std::string>{"END"}));
  EXPECT_EQ(read(R"({"forced_eos_token_id": [1]})").last_token, 1);
  GenerateOptions again;  // as text and back
  load_options(parse_config(dump_options(o), "x"), again);
  EXPECT_EQ(again.bad_words_ids, o.bad_words_ids);
  EXPECT_EQ(dump_options(again), dump_options(o));
}

class FolderSettings : public FolderTest {
 protected:
  GenerateOptions read() const {
    GenerateOptions options;
    apply_folder_settings(folder_, options);
    return options;
  }
};

// Old folders keep them in config.json, where transformers finds them.
TEST_F(FolderSettings, DecodingKeysOfAnOldConfigCount) {
  EXPECT_EQ(read().num_beams, 1);
  put("config.json", R"({"model_type": "t5", "num_beams": 4, "min_length": 3, "d_model": 12, "eos_token_id": 1})");
  EXPECT_EQ(read().num_beams, 4);
  EXPECT_EQ(read().min_new_tokens, 2);
  EXPECT_EQ(read().max_new_tokens, 64);
  put("generation_config.json", R"({"num_beams": 2})");  // a file of its own replaces them all
  EXPECT_EQ(read().num_beams, 2);
  EXPECT_EQ(read().min_new_tokens, 0);
  put("generation_config.json", R"({"_from_model_config": true, "transformers_version": "4.30.0"})");
  EXPECT_EQ(read().num_beams, 4);
  EXPECT_EQ(read().max_new_tokens, 20);
  std::filesystem::remove(folder_ / "generation_config.json");
  put("config.json", R"({"model_type": "t5", "num_beam_groups": 2})");
  const std::string message = message_of<UserError>([&] { read(); });
  EXPECT_NE(message.find("config.json: 'num_beam_groups' is 2"), std::string::npos) << message;
}

TEST(GenerationConfig, BadValuesAreNamed) {
  const std::vector<std::array<std::string, 2>> cases = {{R"({"num_beams": "many"})", "num_beams"},
                                                         {R"({"early_stopping": 3})", "early_stopping"},
                                                         {R"({"eos_token_id": ["a"]})", "eos_token_id"},
                                                         {R"({"max_length": 1})", "2 or more"},
                                                         {R"({"bad_words_ids": [[]]})", "none of them empty"},
                                                         {R"({"bad_words_ids": [5]})", "lists of ids"},
                                                         {R"({"suppress_tokens": ["a"]})", "suppress_tokens"},
                                                         {R"({"forced_eos_token_id": [1, 2]})", "one id"},
                                                         {R"({"do_sample": "yes"})", "true or false"},
                                                         {R"({"num_beam_groups": 3})", "no groups of beams"},
                                                         {R"({"diversity_penalty": 0.5})", "no groups of beams"},
                                                         {R"({"do_sample": true, "top_p": 0.0})", "'top_p' is 0.0"},
                                                         {R"({"do_sample": true, "min_p": 2})", "'min_p' is 2"},
                                                         {R"({"do_sample": true, "temperature": -1.0})", "temperature"},
                                                         {R"({"repetition_penalty": 0})", "repetition_penalty' is 0"},
                                                         {R"({"no_repeat_ngram_size": -2})", "no_repeat_ngram_size"},
                                                         {R"({"num_return_sequences": 0})", "num_return_sequences"},
                                                         {R"({"max_new_tokens": 0})", "'max_new_tokens' is 0"},
                                                         {R"({"suppress_tokens": [-1]})", "'suppress_tokens' is [-1]"},
                                                         {R"({"forced_bos_token_id": -5})", "forced_bos_token_id"},
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
  EXPECT_EQ(refusal([](Options& o, Sources&) {
              o.suppress_tokens = {3, 23};
            }),
            "'suppress_tokens' holds 23, expected ids from 0 to 22");
  EXPECT_EQ(refusal([](Options& o, Sources&) { o.begin_suppress_tokens = {-1}; }),
            "'begin_suppress_tokens' holds -1, expected ids from 0 to 22");
  EXPECT_EQ(refusal([](Options& o, Sources&) {
              o.bad_words_ids = {{5, 99}};
            }),
            "'bad_words_ids' holds 99, expected ids from 0 to 22");
  EXPECT_EQ(refusal([](Options& o, Sources&) {
              o.first_token = 5;
              o.suppress_tokens = {5};
            }),
            "'first_token' is 5, which 'suppress_tokens' forbids; expected one or the other");
  EXPECT_NE(refusal([](Options& o, Sources&) { o.last_token = 40; }).find("'last_token' is 40"), std::string::npos);
  EXPECT_NE(refusal([](Options& o, Sources&) { o.min_new_tokens = 900; }).find("at most max_new_tokens"),
            std::string::npos);
}

}  // namespace
}  // namespace flanmoe
