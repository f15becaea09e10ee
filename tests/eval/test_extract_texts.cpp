// Choices named by their texts, and yes or no.
#include "eval/extract_case.h"

namespace flanmoe {
namespace {

// Texts that contain each other.
const std::vector<std::string> kCities = {"York", "New York", "New York City Hall", "St. Ives", "the U.S."};

TEST(ExtractTexts, Direct) {
  expect_answers({"choice", false, kCities, OptionMarkers::kUnmarked},
                 {
                     {"York", "York"},
                     {"york", "York"},
                     {"  YORK.\n", "York"},
                     {"New York", "New York"},
                     {"new york.", "New York"},
                     {"New-York", "New York"},
                     {"\"New York\"", "New York"},
                     {"\u201cNew York\u201d", "New York"},
                     {"**New York**", "New York"},
                     {"- New York", "New York"},
                     {"`New York`", "New York"},
                     {"New York!", "New York"},
                     {"New York, of course", "New York"},
                     {"New York, not York", "New York"},
                     {"New York because York is old", "New York"},
                     {"It is New York indeed", "New York"},
                     {"I think it is New York.", "New York"},
                     {"New York City Hall", "New York City Hall"},
                     {"the New York City Hall", "New York City Hall"},
                     {"The answer is New York.", "New York"},
                     {"Answer: New York", "New York"},
                     {"New York\n\nYork is old.", "New York"},
                     {"St. Ives", "St. Ives"},
                     {"st ives", "St. Ives"},
                     {"The answer is St. Ives.", "St. Ives"},
                     {"the U.S.", "the U.S."},
                     {"U.S.", "the U.S."},
                     {"York is not the one. New York is.", "New York"},
                     {"not York but New York", "New York"},
                     {"(B)", "New York"},
                     {"Option 2", "New York"},
                     {"The second text", "New York"},
                     {"\\boxed{\\text{New York}}", "New York"},
                     {"York or New York", ""},
                     {"York, New York", ""},
                     {"York/New York", ""},
                     {"York and St. Ives", ""},
                     {"both York and St. Ives", ""},
                     {"York is older than New York", ""},
                     {"not York", ""},
                     {"The answer is not New York", ""},
                     {"It can't be York.", ""},
                     {"Yorkshire", ""},
                     {"London", ""},
                     {"the", ""},
                     {"New", ""},  // New York or its City Hall
                     {"(Z)", ""},
                     {"", ""},
                     {"\u30cb\u30e5\u30fc", ""},
                 });
}

TEST(ExtractTexts, ChainOfThought) {
  expect_answers({"choice", true, kCities, OptionMarkers::kHidden},
                 {
                     {"York is old. So the answer is New York.", "New York"},
                     {"York is old. The answer is new york", "New York"},
                     {"York is old, so the answer is \"New York\".", "New York"},
                     {"The answer is York. No, the answer is New York.", "New York"},
                     {"York? The answer is New York, since York is old.", "New York"},
                     {"The answer is New York because York is old.", "New York"},
                     {"York is old. Final answer: New York", "New York"},
                     {"York is old.\nAnswer: New York", "New York"},
                     {"York is old.\n#### New York", "New York"},
                     {"York is old. The final answer is New York. York is small.", "New York"},
                     {"The answer is **New York**.", "New York"},
                     {"The answer is: New York", "New York"},
                     {"The answer is\nNew York", "New York"},
                     {"The answer is the city of New York.", "New York"},
                     {"The answer is probably New York.", "New York"},
                     {"The answer is not York but New York.", "New York"},
                     {"The answer is not York. It is New York. So the answer is New York.", "New York"},
                     {"York is old. St. Ives is small. So it must be New York.", "New York"},
                     {"York is old.\nNew York", "New York"},
                     {"New York is the one.", "New York"},
                     {"It has a mayor. It has a port. New York has both.", "New York"},
                     {"It seats the council, so the answer is New York City Hall.", "New York City Hall"},
                     {"The answer is St. Ives.", "St. Ives"},
                     {"The answer is St. Ives, not York.", "St. Ives"},
                     {"The answer is the U.S.", "the U.S."},
                     {"The answer is York. Is it? Yes, the answer is York.", "York"},
                     {"\\boxed{York}", "York"},
                     {"Thus the answer is York.\r\n\r\nQ: And then?", "York"},
                     {"So the answer is York. This is how the answer is found.", "York"},
                     {"So the answer is York, as said in New York.", "York"},
                     {"The answer is York or New York.", ""},
                     {"The answer is not York.", ""},
                     {"The answer is York. But the answer is not York.", ""},
                     {"York lies north. New York lies west.", "New York"},  // the last sentence names one
                     {"York and New York are cities", ""},
                     {"The answer is London.", ""},
                     {"York lies north. The answer is unknown.", ""},
                     {"", ""},
                     {"The answer is (B).", ""},  // no list was shown
                     {"Let me think", ""},
                 });
}

TEST(ExtractTexts, NumbersAsOptions) {
  const ExtractionRule rule{"choice", false, {"1", "2", "3", "4", "5"}, OptionMarkers::kUnmarked};
  const std::vector<Said> table = {
      {"4", "4"},     {"4.", "4"}, {"The score is 4", "4"}, {"4 out of 5", "4"}, {"3.5", ""},   {"-4", ""},
      {"3 or 4", ""}, {"14", ""},  {"4\n5", "4"},           {"score: 4", "4"},   {"not 4", ""}, {"6", ""},
  };
  for (const Said& said : table) EXPECT_EQ(extract(rule, said.text).answer, said.answer) << said.text;
  const ExtractionRule money{"choice", false, {"-5", "5", "1,200", "2.5"}, OptionMarkers::kUnmarked};
  EXPECT_EQ(extract(money, "-5").answer, "-5");
  EXPECT_EQ(extract(money, "\u22125").answer, "-5");
  EXPECT_EQ(extract(money, "$5").answer, "5");
  EXPECT_EQ(extract(money, "It costs 1200.").answer, "1,200");
  EXPECT_EQ(extract(money, "The answer is 2.5.").answer, "2.5");
}

TEST(ExtractTexts, OptionsOfFewLetters) {
  const ExtractionRule articles{"choice", false, {"a", "an"}, OptionMarkers::kUnmarked};
  EXPECT_EQ(extract(articles, "an").answer, "an");
  EXPECT_EQ(extract(articles, "The answer is a.").answer, "a");
  EXPECT_EQ(extract(articles, "the").answer, "");
  const ExtractionRule signs{"choice", false, {"+", "-"}, OptionMarkers::kUnmarked};
  EXPECT_EQ(extract(signs, "-").answer, "-");
  EXPECT_EQ(extract(signs, "The answer is +.").answer, "+");
  const ExtractionRule entailed{"choice", false, {"entailed", "not entailed"}, OptionMarkers::kUnmarked};
  EXPECT_EQ(extract(entailed, "It is not entailed.").answer, "not entailed");
  EXPECT_EQ(extract(entailed, "Entailed, I think").answer, "entailed");
}

TEST(ExtractTexts, SaysWhyThereIsNone) {
  const ExtractionRule rule{"choice", false, {"Lusk", "Temmel"}, OptionMarkers::kLetters};
  EXPECT_EQ(reason_of(rule, " \n"), "empty");
  EXPECT_EQ(reason_of(rule, "Brell"), "nothing named");
  EXPECT_EQ(reason_of(rule, "A or B"), "several named");
  EXPECT_EQ(reason_of(rule, "The answer is not A."), "only denied");
  EXPECT_EQ(reason_of(rule, "A"), "");
}

}  // namespace
}  // namespace flanmoe
