// Numbers in references and predictions, by value and as written.
#include <gtest/gtest.h>

#include "eval/answers/numbers.h"
#include "eval/metrics/metrics.h"
#include "eval/metrics/number_match.h"

namespace flanmoe {
namespace {

TEST(NumbersIn, ReadsEachWithItsPlace) {
  const std::string text = "-$1,234.50 of 3/4, 2 1/2, 1.5e-3, 3 x 10^5, 10^6, 3:30 and 1/2/2020; H2O 10-3 x=7 .5";
  std::vector<std::string> plain;
  for (const WrittenNumber& number : numbers_in(text)) plain.push_back(number.plain);
  EXPECT_EQ(plain, (std::vector<std::string>{"-1234.50", "3/4", "2 1/2", "1.5e-3", "3e5", "1e6", "3:30", "1", "2",
                                             "2020", "10", "3", "7", "0.5"}));
  EXPECT_EQ(text.substr(numbers_in(text)[0].begin, numbers_in(text)[0].end), "-$1,234.50");
  EXPECT_EQ(numbers_in("1234,567")[1].plain, "567");  // no thousands
  EXPECT_EQ(numbers_in("1,2,3").size(), 3u);
  EXPECT_EQ(numbers_in("5/0")[0].plain, "5");
  EXPECT_TRUE(numbers_in("").empty());
}

TEST(NumberValue, OfFractionsAndPowers) {
  EXPECT_DOUBLE_EQ(*number_value("3/4"), 0.75);
  EXPECT_DOUBLE_EQ(*number_value("-3/4"), -0.75);
  EXPECT_DOUBLE_EQ(*number_value("2 1/2"), 2.5);
  EXPECT_DOUBLE_EQ(*number_value("-2 1/2"), -2.5);
  EXPECT_DOUBLE_EQ(*number_value("3e5"), 300000.0);
  EXPECT_FALSE(number_value("3:30"));
  EXPECT_FALSE(number_value(""));
}

TEST(NumberOfWords, ReadsOneNumber) {
  EXPECT_EQ(number_of_words("twelve"), "12");
  EXPECT_EQ(number_of_words("Twenty-one"), "21");
  EXPECT_EQ(number_of_words("two hundred and five boys"), "205");
  EXPECT_EQ(number_of_words("three thousand four hundred"), "3400");
  EXPECT_EQ(number_of_words("one"), "1");
  EXPECT_EQ(number_of_words("about nine million"), "9000000");
  EXPECT_EQ(number_of_words("minus five"), "-5");
  EXPECT_EQ(number_of_words("It is negative twenty-one"), "-21");
  EXPECT_EQ(number_of_words("minus one"), "-1");
  for (const char* text : {"", "many", "one of the boys", "the one", "two or three", "twenty twenty", "hundred",
                           "two three", "one thousand million", "five minus two"}) {
    EXPECT_EQ(number_of_words(text), "") << text;
  }
}

TEST(NumberMatch, ReadsReferencesOfAnyForm) {
  const Metric match = metric_named("number_match");
  EXPECT_EQ(match("9", {"9 (apples)"}), 1.0);
  EXPECT_EQ(match("9", {"9 (of 12)"}), 1.0);  // the leading number
  EXPECT_EQ(match("12", {"9 (of 12)"}), 0.0);
  EXPECT_EQ(match("3", {"3 hours"}), 1.0);
  EXPECT_EQ(match("0.75", {"3/4"}), 1.0);
  EXPECT_EQ(match("3/4", {"0.75"}), 1.0);
  EXPECT_EQ(match("6/8", {"3/4"}), 1.0);
  EXPECT_EQ(match("2 1/2", {"5/2"}), 1.0);
  EXPECT_EQ(match("4/3", {"3/4"}), 0.0);
  EXPECT_EQ(match("3e5", {"300,000"}), 1.0);
  EXPECT_EQ(match("\u22125", {"-5"}), 1.0);
  EXPECT_EQ(match("0.3333333", {"1/3"}), 1.0);
  EXPECT_EQ(match("0.333", {"1/3"}), 0.0);
  EXPECT_EQ(match("1e999", {"1e999"}), 0.0);  // no number a computer holds
}

TEST(NumberMatch, ListsInTheirOrder) {
  const Metric match = metric_named("number_match");
  EXPECT_EQ(match("5; 15", {"5 (years old); 15 (years old)"}), 1.0);
  EXPECT_EQ(match("5.0; 15", {"5 (years old); 15 (years old)"}), 1.0);
  EXPECT_EQ(match("15; 5", {"5 (years old); 15 (years old)"}), 0.0);
  EXPECT_EQ(match("5", {"5 (years old); 15 (years old)"}), 0.0);
  EXPECT_EQ(match("15", {"5 (years old); 15 (years old)"}), 0.0);
  EXPECT_EQ(match("5; 15", {"15"}), 0.0);
  EXPECT_EQ(match("5; none", {"5; none"}), 0.0);
}

TEST(NumberMatch, TimesAndRatiosAsWritten) {
  const Metric match = metric_named("number_match");
  EXPECT_EQ(match("3:30", {"3:30 p.m."}), 1.0);
  EXPECT_EQ(match("2:3", {"2:3"}), 1.0);
  EXPECT_EQ(match("4:6", {"2:3"}), 0.0);
  EXPECT_EQ(match("3", {"3:30"}), 0.0);
  EXPECT_EQ(match("30", {"3:30"}), 0.0);
}

TEST(NumberStringMatch, ComparesWhatIsWritten) {
  const Metric match = metric_named("number_string_match");
  EXPECT_EQ(match("$1,200.", {"1200"}), 1.0);
  EXPECT_EQ(match("9", {"9 (apples)"}), 1.0);
  EXPECT_EQ(match("42.0", {"42"}), 0.0);
  EXPECT_EQ(match("0.75", {"3/4"}), 0.0);
  EXPECT_EQ(match("none", {"none"}), 0.0);
}

TEST(Niv2ExactMatch, KeepsArticles) {
  const Metric match = metric_named("niv2_exact_match");
  EXPECT_EQ(match("  The  Cat!", {"the cat"}), 1.0);
  EXPECT_EQ(match("cat", {"the cat"}), 0.0);
  EXPECT_EQ(metric_named("exact_match")("cat", {"the cat"}), 1.0);
  EXPECT_EQ(match("3.5", {"x", "35"}), 1.0);  // without punctuation
  EXPECT_EQ(match("", {"?"}), 1.0);
}

}  // namespace
}  // namespace flanmoe
