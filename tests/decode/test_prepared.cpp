// A model prepared for decoding says what it said before: the same tokens, logits the same but for rounding.
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include "base/error.h"
#include "decode/generate.h"
#include "decode/incremental.h"
#include "model/folder.h"
#include "testing/check.h"
#include "whole.h"

namespace flanmoe {
namespace {

using whole::Tokens;

constexpr size_t kPrompts = 100;
constexpr double kTie = 1e-4;  // logits nearer than this may change places by rounding

// Wide enough for vectors of eight and rows left over, and for cross-attentions that are folded.
ModelOptions wide_options(const std::string& arm) {
  ModelOptions o = tiny::roomy_options(arm);
  o.d_model = 37;
  o.d_ff = 150;
  o.vocab_size = 150;
  return o;
}

class Prepared : public ::testing::TestWithParam<std::string> {
 protected:
  Prepared() : plain_(whole::lively(wide_options(GetParam()))), ready_(prepare_decoding(plain_)) {}

  // Both models answer one prompt after the other with the same tokens, but where two logits are all but equal.
  void expect_same_answers(const GenerateOptions& options) const {
    GenerateHooks hooks;
    hooks.ids_only = true;
    size_t num_ties = 0;
    for (size_t i = 0; i < kPrompts; ++i) {
      const Tokens source = whole::random_source(1 + static_cast<int64_t>(i % 19), 300 + i, 150);
      const Tokens expected = generate(plain_, {source}, options)[0];
      const Answer answer = generate_answers(ready_, {source}, options, hooks)[0][0];
      EXPECT_TRUE(answer.log_probabilities.empty());
      if (answer.ids == expected) continue;
      ++num_ties;
      const auto parted = std::mismatch(answer.ids.begin(), answer.ids.end(), expected.begin(), expected.end()).first;
      const at::Tensor best = std::get<0>(whole::next_logits(plain_, source, {answer.ids.begin(), parted}).topk(2));
      EXPECT_LT((best[0] - best[1]).item<double>(), kTie) << "prompt " << i;
    }
    EXPECT_LT(num_ties, 3u);
  }

  T5Model plain_;
  DecodingWeights ready_;
};
INSTANTIATE_TEST_SUITE_P(Arms, Prepared, ::testing::ValuesIn(tiny::arms()), [](const auto& arm) { return arm.param; });

TEST_P(Prepared, GreedyAnswersAreTheSame) {
  GenerateOptions options;
  options.max_new_tokens = 9;
  options.end_tokens = {1, 3, 40, 77};
  expect_same_answers(options);
}

TEST_P(Prepared, RulesHold) {
  GenerateOptions options;
  options.max_new_tokens = 7;
  options.min_new_tokens = 5;
  options.no_repeat_ngram = 2;
  expect_same_answers(options);
  options.repetition_penalty = 1.7;
  options.first_token = 5;
  expect_same_answers(options);
}

TEST_P(Prepared, LogitsAreTheSameAloneAndWithOthers) {
  const Tokens source = whole::random_source(4, 1, 150);
  for (const size_t num_rows : {1, 3}) {
    const std::vector<Tokens> sources(num_rows, source);
    DecodeState plain = start_decoding(plain_, sources), ready = start_decoding(ready_, sources);
    for (int64_t step = 0; step < 5; ++step) {
      const at::Tensor expected = next_logits(plain_, plain);
      EXPECT_LT(tiny::largest_difference(next_logits(ready_, ready), expected),
                1e-5 * (1.0 + expected.abs().max().item<double>()));
      const at::Tensor ids = at::full({static_cast<int64_t>(num_rows)}, 2 + 7 * step, at::kLong);
      plain = advance(plain_, plain, ids);
      ready = advance(ready_, ready, ids);
    }
  }
}

TEST_P(Prepared, BestTokenIsThatOfTheLogits) {
  const DecodeState state = start_decoding(ready_, {whole::random_source(6, 2, 150)});
  const at::Tensor logits = next_logits(ready_, state)[0];
  const int64_t best = logits.argmax().item<int64_t>();
  EXPECT_EQ(best_token(ready_, state.hidden[0], {}), best);
  EXPECT_NE(best_token(ready_, state.hidden[0], {best}), best);
  EXPECT_FALSE(best_token(plain_, start_decoding(plain_, {{2, 1}}).hidden[0], {}).has_value());
}

TEST_P(Prepared, TokenBeyondTheVocabularyIsRefused) {
  const DecodeState state = start_decoding(ready_, {whole::random_source(5, 4, 150)});
  for (const int64_t id : {-1, 150}) EXPECT_THROW(advance(ready_, state, at::full({1}, id, at::kLong)), c10::Error);
}

// As the binary runs it: tensors made in inference mode, work in more than one thread.
TEST_P(Prepared, InferenceModeAndThreadsChangeNothing) {
  const Tokens source = whole::random_source(5, 4, 150);
  const Tokens expected = generate(ready_, {source}, {})[0];
  const c10::InferenceMode inference;
  const int threads = at::get_num_threads();
  at::set_num_threads(3);
  EXPECT_EQ(generate(ready_, {source}, {})[0], expected);
  at::set_num_threads(threads);
}

// One row's folded memory cannot serve the rows that it becomes.
TEST_P(Prepared, RowsMultiply) {
  const Tokens source = whole::random_source(5, 3, 150);
  const at::Tensor three = at::zeros({3}, at::kLong), ids = at::full({3}, 9, at::kLong);
  const DecodeState one = start_decoding(ready_, {source});
  const at::Tensor expected =
      next_logits(plain_, advance(plain_, select_rows(start_decoding(plain_, {source}), three), ids));
  EXPECT_LT(tiny::largest_difference(next_logits(ready_, advance(ready_, select_rows(one, three), ids)), expected),
            1e-5 * (1.0 + expected.abs().max().item<double>()));
}

// Preparing is beside the model: whoever else holds it sees nothing of it.
TEST_P(Prepared, TheModelStaysAsItIs) {
  const T5Model before = whole::lively(wide_options(GetParam()));
  for (size_t i = 0; i < plain_.parameters().size(); ++i) {
    const at::Tensor &now = plain_.parameters()[i].value, &then = before.parameters()[i].value;
    EXPECT_TRUE(now.equal(then)) << plain_.parameters()[i].name;
    EXPECT_EQ(now.strides(), then.strides()) << plain_.parameters()[i].name;
  }
}

class PreparedFolder : public FolderTest {};

TEST_F(PreparedFolder, WeightsInFilesAreReadAgainWhenTheyAreNeeded) {
  ModelOptions options = wide_options("dense_v10");
  options.d_ff = 1500;  // weights of more than a page
  options.vocab_size = 999;
  const T5Model model = whole::lively(options);
  save_model(model, folder_);
  const T5Model loaded = load_model(folder_);
  const DecodingWeights weights = prepare_decoding(loaded);
  EXPECT_TRUE(weights.prepared());
  for (size_t i = 0; i < model.parameters().size(); ++i) {
    EXPECT_TRUE(loaded.parameters()[i].value.equal(model.parameters()[i].value)) << model.parameters()[i].name;
  }
}

TEST(PreparedModel, LogitsThatAreNotFiniteAreAnError) {
  const T5Model model = whole::lively(wide_options("dense_v10"));
  const DecodingWeights weights = prepare_decoding(model);
  model.weights().decoder.final_norm.detach().fill_(NAN);
  GenerateHooks hooks;
  hooks.ids_only = true;
  EXPECT_NE(message_of<RunError>([&] {
              generate_answers(weights, {{2, 1}}, {}, hooks);
            }).find("not finite"),
            std::string::npos);
}

}  // namespace
}  // namespace flanmoe
