// Answers found in generated text, and metrics of one item.
#include <gtest/gtest.h>

#include "base/error.h"
#include "eval/answers/extract.h"
#include "eval/metrics/metrics.h"
#include "eval/metrics/squad.h"
#include "testing/check.h"

namespace flanmoe {
namespace {

using Options = std::vector<std::string>;

TEST(NormalisedAnswer, DropsCaseArticlesPunctuationAndSpace) {
  EXPECT_EQ(normalised_answer("  The  Quick,\tbrown fox! "), "quick brown fox");
  EXPECT_EQ(normalised_answer("An apple a day"), "apple day");
  EXPECT_EQ(normalised_answer("theory"), "theory");  // articles are whole words
  EXPECT_EQ(normalised_answer("3.5"), "3.5");        // a point inside a number stays
  EXPECT_EQ(normalised_answer("It is 42."), "it is 42");
  EXPECT_EQ(normalised_answer("-7"), "-7");
  EXPECT_EQ(normalised_answer("the"), "");
  EXPECT_EQ(normalised_answer(""), "");
  EXPECT_EQ(normalised_answer("同じ 文"), "同じ 文");
}

TEST(ExtractAnswer, TakesWhatFollowsTheLastAnswerIs) {
  EXPECT_EQ(extract_answer("Lusk", {}).answer, "Lusk");
  EXPECT_EQ(extract_answer("Vorna lies by the sea. So the answer is Lusk.", {}).answer, "Lusk");
  EXPECT_EQ(extract_answer("The answer is 3. No, the answer is 4.", {}).answer, "4");
  EXPECT_EQ(extract_answer("THE ANSWER IS Lusk. It was said.", {}).answer, "Lusk");
  EXPECT_EQ(extract_answer("The answer is: Lusk", {}).answer, "Lusk");
  EXPECT_EQ(extract_answer("so the answer is 3.5.", {}).answer, "3.5");
  EXPECT_EQ(extract_answer("the answer is", {}).answer, "");
  EXPECT_EQ(extract_answer("", {}).answer, "");
  EXPECT_EQ(extract_answer("  . ", {}).answer, "");
}

TEST(ExtractAnswer, FindsAnOption) {
  const Options options = {"Lusk", "Temmel", "New Harbour"};
  for (const char* text :
       {"Temmel", "temmel.", "(B)", "B", "b)", "B.", "(b)", "The answer is (B).", "So the answer is B.",
        "The answer is Temmel.", "I think it is the town of Temmel indeed", "The answer is (B) Temmel."}) {
    EXPECT_EQ(extract_answer(text, options).answer, "Temmel") << text;
  }
  EXPECT_EQ(extract_answer("It was new harbour, of course", options).answer, "New Harbour");
  EXPECT_EQ(extract_answer("The answer is (A). Temmel is not.", options).answer, "Lusk");
}

TEST(ExtractAnswer, GivesNothingWhenNoOptionIsMeant) {
  const Options options = {"Lusk", "Temmel"};
  for (const char* text :
       {"", "Brell", "Lusk or Temmel", "Lusk/Temmel", "(D)", "c", "Luskian", "The answer is unknown."}) {
    EXPECT_EQ(extract_answer(text, options).answer, "") << text;
  }
}

TEST(ExtractAnswer, AnOptionsOwnTextGoesBeforeLetters) {
  EXPECT_EQ(extract_answer("b", {"x", "y", "b"}).answer, "b");  // an option named b, not the second one
  EXPECT_EQ(extract_answer("12", {"1", "12", "2"}).answer, "12");
  EXPECT_EQ(extract_answer("yes", {"no", "yes"}).answer, "yes");
  EXPECT_EQ(extract_answer("not no", {"no", "yes"}).answer, "no");
}

TEST(ExtractAnswer, OptionsThatAreArticles) {
  EXPECT_EQ(extract_answer("", {"a", "b"}).answer, "");
  EXPECT_EQ(extract_answer("the", {"a", "b"}).answer, "");
  EXPECT_EQ(extract_answer("The answer is A.", {"a", "b"}).answer, "a");
  EXPECT_EQ(extract_answer("an", {"a", "an"}).answer, "an");
}

TEST(ExtractNumber, TakesTheLastOne) {
  EXPECT_EQ(extract_number("3 and 4 make 7."), "7");
  EXPECT_EQ(extract_number("1,234.50 coins"), "1234.50");
  EXPECT_EQ(extract_number("it is -5"), "-5");
  EXPECT_EQ(extract_number("$20"), "20");
  EXPECT_EQ(extract_number("12, 13, then"), "13");
  EXPECT_EQ(extract_number("-$1,234.50"), "-1234.50");
  EXPECT_EQ(extract_number("12,345,678."), "12345678");
  EXPECT_EQ(extract_number("1,2,3"), "3");  // a list, no thousands
  EXPECT_EQ(extract_number("1234,567"), "567");
  EXPECT_EQ(extract_number("it costs .5"), "0.5");
  EXPECT_EQ(extract_number("-.25"), "-0.25");
  EXPECT_EQ(extract_number("$.50"), "0.50");
  EXPECT_EQ(extract_number("see p.7"), "7");
  EXPECT_EQ(extract_number("0.125"), "0.125");
  EXPECT_EQ(extract_number("9 (apples)"), "9");
  EXPECT_EQ(extract_number("none"), "");
  EXPECT_EQ(extract_number(""), "");
}

TEST(Metrics, NumbersMatchByValue) {
  const Metric match = metric_named("number_match");
  EXPECT_EQ(match("about 1,200 in all", {"1200"}), 1.0);
  EXPECT_EQ(match("42.0", {"7", "42"}), 1.0);
  EXPECT_EQ(match("0.3333333", {"0.333333"}), 1.0);  // to a millionth
  EXPECT_EQ(match("0.333", {"0.333333"}), 0.0);
  EXPECT_EQ(match("0", {"0.0"}), 1.0);
  EXPECT_EQ(match("0", {"0.0000001"}), 0.0);
  EXPECT_EQ(match("1000001", {"1000003"}), 0.0);
  EXPECT_EQ(match("-$5", {"-5"}), 1.0);
  EXPECT_EQ(match("41", {"42"}), 0.0);
  EXPECT_EQ(match("-42", {"42"}), 0.0);
  EXPECT_EQ(match("none", {"42"}), 0.0);
  EXPECT_EQ(match("none", {"none"}), 0.0);
}

TEST(Metrics, TheBestAcceptedAnswerCounts) {
  EXPECT_EQ(metric_named("exact_match")("Paris", {"London", "paris."}), 1.0);
  EXPECT_EQ(metric_named("exact_match")("Paris", {"London"}), 0.0);
  EXPECT_EQ(metric_named("accuracy")("The Lusk", {"lusk"}), 1.0);
  EXPECT_EQ(metric_named("accuracy")("+", {"-"}), 0.0);  // options of signs or articles alone are told apart
  EXPECT_EQ(metric_named("accuracy")("a", {"The"}), 0.0);
  EXPECT_EQ(metric_named("accuracy")("(A)", {"A"}), 1.0);
  const Metric f1 = metric_named("token_f1");
  EXPECT_DOUBLE_EQ(f1("red old house", {"the old mill"}), 2.0 * 1.0 / (3.0 + 2.0));
  EXPECT_DOUBLE_EQ(f1("red old house", {"x", "old house"}), 0.8);
  EXPECT_DOUBLE_EQ(f1("dog dog dog", {"dog cat"}), 2.0 * 1.0 / 5.0);  // counted as often as both have it
  EXPECT_EQ(f1("", {"x"}), 0.0);
}

TEST(Metrics, SquadDropsCaseArticlesAndPunctuation) {
  EXPECT_EQ(squad_normalised("  The  Quick,\tbrown fox! "), "quick brown fox");
  EXPECT_EQ(squad_normalised("U.S. 3.5 -7 x-y"), "us 35 7 xy");  // punctuation leaves no space
  EXPECT_EQ(squad_normalised("theory a\u2013b \u201cthe\u201d"),
            "theory \u2013b \u201c \u201d");  // ASCII punctuation only
  EXPECT_EQ(squad_normalised("\u00c9T\u00c9 an\u00a0A a\u00b2"), "\u00e9t\u00e9 a\u00b2");
  EXPECT_EQ(squad_normalised("the an a"), "");
  EXPECT_EQ(metric_named("exact_match")("3.5", {"35"}), 1.0);
  EXPECT_EQ(metric_named("accuracy")("3.5", {"35"}), 0.0);  // options that differ by their point are two
  EXPECT_EQ(metric_named("token_f1")("the", {"a"}), 1.0);   // both are empty
  EXPECT_EQ(metric_named("token_f1")("the", {"cat"}), 0.0);
}

TEST(Metrics, AnUnknownNameIsAnsweredWithTheNearest) {
  const std::string message = message_of<UserError>([] { metric_named("exact_mach"); });
  for (const char* part : {"exact_mach", "'exact_match'"}) EXPECT_NE(message.find(part), std::string::npos) << message;
}

}  // namespace
}  // namespace flanmoe
