// What counts as the same text, and what an index of evaluation texts finds.
#include "data/overlap/overlap.h"

#include <gtest/gtest.h>

namespace flanmoe {
namespace {

std::vector<std::string> plain(const std::string& text) {
  std::vector<std::string> words;
  for (const PlainWord& word : plain_words(text))
    words.push_back(plain_word(text.substr(word.begin, word.end - word.begin)));
  return words;
}
using Words = std::vector<std::string>;

std::vector<uint64_t> hashes(const std::string& text) {
  std::vector<uint64_t> result;
  for (const PlainWord& word : plain_words(text)) result.push_back(word.hash);
  return result;
}

TEST(PlainWords, AreLettersAndDigitsInLowerCase) {
  EXPECT_EQ(plain("Don't  STOP, it's 3.5%: a_b!"), (Words{"don", "t", "stop", "it", "s", "3", "5", "a", "b"}));
  EXPECT_EQ(plain(" \r\n--\t"), Words{});
  EXPECT_EQ(plain(""), Words{});
}

TEST(PlainWords, KnowNoAccentsAndNoFormsOfUnicode) {
  const auto expected = hashes("cafe naive office 42 dont Zurich");
  EXPECT_EQ(hashes("caf\u00e9 na\u00efve office 42 dont Z\u00fcrich"), expected);     // one character
  EXPECT_EQ(hashes("cafe\u0301 nai\u0308ve office 42 dont Zu\u0308rich"), expected);  // a mark behind the letter
  EXPECT_EQ(hashes("CAF\u00c9 NA\u00cfVE o\ufb03ce \uff14\uff12 do\u00adnt Zurich"), expected);  // ligature, full width
  EXPECT_EQ(hashes("\ufeffcafe\u00a0naive\u2014office\u202842\u3000\u201cdont\u201d Zu\u200brich"), expected);
}

TEST(PlainWords, OfOtherScripts) {
  EXPECT_EQ(plain("МОСКВА, река"), (Words{"москва", "река"}));
  EXPECT_EQ(plain("水は100度で"), (Words{"水", "は", "100", "度", "で"}));
  EXPECT_EQ(plain("\u0995\u09bf \u0995\u09b0"), (Words{"\u0995\u09bf", "\u0995\u09b0"}));  // vowel signs stay in a word
}

TEST(PlainWords, BytesThatAreNoTextSeparate) {
  EXPECT_EQ(plain("a\xff"
                  "b \xc3"),
            (Words{"a", "b"}));
}

TEST(PlainWords, KnowTheirPlace) {
  const std::string text = "\u201cCaf\u00e9\u201d now";
  const auto words = plain_words(text);
  ASSERT_EQ(words.size(), 2u);
  EXPECT_EQ(text.substr(words[0].begin, words[0].end - words[0].begin), "Caf\u00e9");
  EXPECT_EQ(text.substr(words[1].begin), "now");
}

TEST(RunHashes, AreThoseOfTheWordsWhereverTheyStand) {
  const auto whole = plain_words("one two three four five"), part = plain_words("three four");
  const RunHashes of_whole(whole), of_part(part);
  EXPECT_EQ(of_whole.at(2, 2), of_part.at(0, 2));
  EXPECT_NE(of_whole.at(1, 2), of_part.at(0, 2));
  EXPECT_NE(RunHashes(plain_words("four three")).at(0, 2), of_part.at(0, 2));  // order matters
  EXPECT_EQ(of_whole.num_runs(5), 1u);
  EXPECT_EQ(of_whole.num_runs(6), 0u);
}

const std::string kLong =
    "A shop in Vorna sells nine loaves in the morning and twice as many loaves after noon, how many is that?";

std::string shared(const OverlapIndex& index, const std::string& text) {
  const auto runs = index.scan(text);
  return runs.size() == 1 ? text.substr(runs[0].begin, runs[0].end - runs[0].begin) : "";
}

TEST(Overlap, ARunOfThirteenWordsIsFoundAndTwelveAreNot) {
  OverlapIndex index;
  EXPECT_EQ(index.add_question(7, kLong), QuestionForm::kLong);
  index.close();
  const std::string thirteen = "vorna SELLS nine loaves -- in the morning\nand twice as many loaves after";
  EXPECT_EQ(shared(index, "So: " + thirteen + " dark."), thirteen);
  EXPECT_TRUE(index.scan("So: sells nine loaves in the morning and twice as many loaves after dark.").empty());
}

TEST(Overlap, TheFirstRunIsToldAtItsFullLength) {
  OverlapIndex index;
  index.add_question(7, kLong);
  index.close();
  EXPECT_EQ(shared(index, "Say " + kLong + " Well?"), kLong.substr(0, kLong.size() - 1));
  const auto runs = index.scan(kLong + " And again: " + kLong);
  ASSERT_EQ(runs.size(), 1u);  // an item counts once per text
  EXPECT_EQ(runs[0].item, 7u);
  EXPECT_EQ(runs[0].begin, 0u);
  EXPECT_EQ(runs[0].num_words, 21);
}

TEST(Overlap, AShortQuestionIsFoundAsAWhole) {
  OverlapIndex index;
  EXPECT_EQ(index.add_question(0, "Is barq's root beer a pepsi product?"), QuestionForm::kShort);
  EXPECT_EQ(index.add_question(1, "Is Vorna older than Temmel?"), QuestionForm::kShort);
  index.close();
  EXPECT_EQ(shared(index, "Question: is Barq\u2019s root-beer a Pepsi product, really"),
            "is Barq\u2019s root-beer a Pepsi product");
  EXPECT_TRUE(index.scan("is barqs root beer a pepsi product").empty());  // another word
  EXPECT_TRUE(index.scan("Is Vorna older than the hills? Is it older than Temmel?").empty());
}

TEST(Overlap, GenericAndTinyQuestionsAreNotLookedFor) {
  OverlapIndex index;
  for (const char* stem : {"Which of the following is true?", "Which of the following statements is NOT correct?",
                           "What is the best answer?", "All of the following are true EXCEPT"}) {
    EXPECT_EQ(index.add_question(0, stem), QuestionForm::kGeneric) << stem;
  }
  EXPECT_EQ(index.add_question(0, "Which of the following is an example of a virtue?"), QuestionForm::kShort);
  EXPECT_EQ(index.add_question(1, "What is cardiac output?"), QuestionForm::kTooShort);
  EXPECT_EQ(index.add_question(2, ""), QuestionForm::kTooShort);
  index.close();
  EXPECT_TRUE(index.scan("Which of the following is true? What is cardiac output?").empty());
}

TEST(Overlap, TextsOtherThanQuestionsAreFoundByRunsAlone) {
  OverlapIndex index;
  EXPECT_FALSE(index.add_text(0, "yes"));
  EXPECT_FALSE(index.add_text(1, "a river runs past the quiet town of stone and bread"));  // eleven words
  EXPECT_TRUE(index.add_text(2, kLong));
  index.close();
  EXPECT_TRUE(index.scan("yes: a river runs past the quiet town of stone and bread").empty());
  EXPECT_EQ(index.scan(kLong).size(), 1u);
}

TEST(Overlap, ItemsThatShareATextAreAllFoundInOrderOfPlace) {
  OverlapIndex index;
  const std::string other = "Two towns by the river bake bread for every bridge that the bakers of stone can see.";
  index.add_question(3, other);
  index.add_question(4, kLong);
  index.add_question(5, kLong);
  index.close();
  std::vector<uint32_t> items;
  for (const SharedRun& run : index.scan(kLong + " " + other)) items.push_back(run.item);
  EXPECT_EQ(items, (std::vector<uint32_t>{4, 5, 3}));
}

TEST(Overlap, TheWindowIsAnOption) {
  OverlapIndex index(8);
  EXPECT_EQ(index.add_question(0, "the baker of Temmel sells bread near every bridge"), QuestionForm::kLong);
  index.close();
  EXPECT_EQ(shared(index, "Ask the baker of Temmel sells bread near every"),
            "the baker of Temmel sells bread near every");
  EXPECT_TRUE(index.scan("the baker of Temmel sells bread near").empty());
}

TEST(Overlap, AnEmptyIndexFindsNothing) {
  OverlapIndex index;
  index.close();
  EXPECT_TRUE(index.scan(kLong).empty());
}

}  // namespace
}  // namespace flanmoe
