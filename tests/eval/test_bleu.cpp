// Corpus BLEU and its tokens, worked by hand from the definition (n-gram hits / n-grams of the prediction).
#include "eval/metrics/bleu.h"

#include <cmath>

#include "base/error.h"
#include "eval/metrics/corpus_metrics.h"
#include "eval/metrics/metrics.h"
#include "testing/check.h"

namespace flanmoe {
namespace {

using Texts = std::vector<std::string>;

// 100 times the geometric mean of four precisions.
double of_precisions(double one, double two, double three, double four) {
  return 100.0 * std::pow(one * two * three * four, 0.25);
}

TEST(BleuTokens, PunctuationStandsApart) {
  EXPECT_EQ(bleu_tokens("Hello, world."), (Texts{"Hello", ",", "world", "."}));
  EXPECT_EQ(bleu_tokens("(a+b)/c = \"d\""), (Texts{"(", "a", "+", "b", ")", "/", "c", "=", "\"", "d", "\""}));
  EXPECT_EQ(bleu_tokens("don't x-y"), (Texts{"don't", "x-y"}));  // an apostrophe and a hyphen stay
  EXPECT_EQ(bleu_tokens("U.S."), (Texts{"U", ".", "S", "."}));
  EXPECT_EQ(bleu_tokens(""), Texts{});
  EXPECT_EQ(bleu_tokens(" \t\n "), Texts{});
}

TEST(BleuTokens, NumbersStayWhole) {
  EXPECT_EQ(bleu_tokens("1,000.50"), (Texts{"1,000.50"}));
  EXPECT_EQ(bleu_tokens("$5."), (Texts{"$", "5", "."}));
  EXPECT_EQ(bleu_tokens("a.5 5.a"), (Texts{"a", ".", "5", "5", ".", "a"}));
  EXPECT_EQ(bleu_tokens("10-12 -3"), (Texts{"10", "-", "12", "-3"}));  // a dash stands apart behind a digit
}

TEST(BleuTokens, EntitiesLineEndsAndOtherScripts) {
  EXPECT_EQ(bleu_tokens("&quot;a&quot; &amp;lt; b"), (Texts{"\"", "a", "\"", "<", "b"}));
  EXPECT_EQ(bleu_tokens("hy-\nphen line\nend-\n"), (Texts{"hyphen", "line", "end-"}));
  EXPECT_EQ(bleu_tokens("a<skipped>b"), (Texts{"ab"}));
  EXPECT_EQ(bleu_tokens("日本\u3000語。é."), (Texts{"日本", "語。é", "."}));
}

TEST(CorpusBleu, EqualTextsGetAHundred) {
  EXPECT_DOUBLE_EQ(corpus_bleu({"the cat sat on the mat"}, {{"the cat sat on the mat"}}), 100.0);
  EXPECT_DOUBLE_EQ(corpus_bleu({"a, b."}, {{"a , b ."}}), 100.0);
}

TEST(CorpusBleu, HitsAreClippedAndZerosSmoothed) {
  // "the" counts at most twice, as in the first reference; no other order has a hit, so 1/2, 1/4, 1/8 of one. The
  // second reference is as long as the prediction.
  EXPECT_NEAR(corpus_bleu({"the the the the the the the"}, {{"the cat is on the mat", "there is a cat on the mat"}}),
              of_precisions(2.0 / 7, 1.0 / 2 / 6, 1.0 / 4 / 5, 1.0 / 8 / 4), 1e-12);
  // Hits of "a b" may come from one reference, those of "d e" from another.
  EXPECT_NEAR(corpus_bleu({"a b c d e"}, {{"a b x y z", "x y z d e"}}),
              of_precisions(4.0 / 5, 2.0 / 4, 1.0 / 2 / 3, 1.0 / 4 / 2), 1e-12);
}

TEST(CorpusBleu, CountsOfSegmentsAreAdded) {
  // "a b c d": 4/4, 3/3, 2/2, 1/1; "x y" against "x z": 1/2, 0/1.
  EXPECT_NEAR(corpus_bleu({"a b c d", "x y"}, {{"a b c d"}, {"x z"}}), of_precisions(5.0 / 6, 3.0 / 4, 1.0, 1.0),
              1e-12);
}

TEST(CorpusBleu, ShortPredictionsArePenalised) {
  EXPECT_NEAR(corpus_bleu({"a b c d"}, {{"a b c d e f"}}), 100.0 * std::exp(1.0 - 6.0 / 4.0), 1e-12);
  EXPECT_NEAR(corpus_bleu({"a b c d"}, {{"a b c d e f", "a b c d e"}}), 100.0 * std::exp(1.0 - 5.0 / 4.0), 1e-12);
  EXPECT_DOUBLE_EQ(corpus_bleu({"a b c d"}, {{"a b c d e", "x y z"}}), 100.0);  // 3 is as close as 5: the shorter
  EXPECT_NEAR(corpus_bleu({"a b c d", ""}, {{"a b c d"}, {"e f"}}), 100.0 * std::exp(1.0 - 6.0 / 4.0), 1e-12);
}

TEST(CorpusBleu, CanBeZero) {
  EXPECT_EQ(corpus_bleu({"a b c"}, {{"a b c"}}), 0.0);  // not one n-gram of four
  EXPECT_EQ(corpus_bleu({"the cat sat down"}, {{"THE CAT SAT DOWN"}}), 0.0);
  EXPECT_EQ(corpus_bleu({""}, {{""}}), 0.0);
  EXPECT_EQ(corpus_bleu({}, {}), 0.0);
}

// As a task's metric: the value of the corpus, an error by resampled items; of an item its own.
TEST(CorpusBleu, IsAMetricOfTasks) {
  ASSERT_TRUE(is_corpus_metric("bleu"));
  EXPECT_EQ(item_metric_of("bleu"), "bleu");
  EXPECT_FALSE(is_correlation("bleu"));
  EXPECT_NEAR(metric_named("bleu")("a b c d", {"x", "a b c d e f"}), std::exp(1.0 - 6.0 / 4.0), 1e-12);
  std::vector<CorpusItem> items;
  Texts predictions;
  std::vector<Texts> references;
  for (int i = 0; i < 30; ++i) {
    predictions.push_back(i % 3 == 0 ? "the cat sat on the mat" : "a cat sat on mats " + std::to_string(i));
    references.push_back({"the cat sat on the mat", "one cat was there"});
    items.push_back({predictions.back(), references.back()});
  }
  const CorpusValue value = corpus_metric_named("bleu")(items, 3);
  EXPECT_NEAR(*value.value, corpus_bleu(predictions, references) / 100.0, 1e-12);
  EXPECT_GT(*value.standard_error, 0.0);
  EXPECT_EQ(value.num_units, 30);
}

TEST(CorpusBleu, EveryPredictionNeedsAReference) {
  const std::string counts = message_of<UserError>([] { corpus_bleu({"a", "b"}, {{"a"}}); });
  EXPECT_NE(counts.find("2 predictions and 1 lists"), std::string::npos) << counts;
  const std::string none = message_of<UserError>([] { corpus_bleu({"a", "b"}, {{"a"}, {}}); });
  EXPECT_NE(none.find("prediction 1 has no reference"), std::string::npos) << none;
}

}  // namespace
}  // namespace flanmoe
