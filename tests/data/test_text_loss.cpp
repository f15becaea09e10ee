// What is said of texts that a vocabulary cannot hold, and the lines a vocabulary is trained on.
#include "data/tokenizer/text_loss.h"

#include "base/error.h"
#include "data/tokenizer/sentences.h"
#include "data_case.h"

namespace flanmoe {
namespace {

TokenIds add(TextLoss& loss, const std::string& text) {
  const TokenIds ids = cases::tokenizer().encode(text);
  loss.add(text, ids);
  return ids;
}

TEST(TextLoss, NothingIsSaidWhenNothingIsLost) {
  TextLoss loss(cases::tokenizer());
  EXPECT_TRUE(loss.warnings().empty());
  add(loss, "the river runs");
  add(loss, "");
  EXPECT_TRUE(loss.warnings().empty());
}

TEST(TextLoss, TextsWithLineEndsAndTabsAreCounted) {
  TextLoss loss(cases::tokenizer());
  for (const char* text : {"the river", "the\nriver", "the\triver", "the\n\triver\n", "bread"}) add(loss, text);
  const auto warnings = loss.warnings();
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_EQ(warnings[0].find("line ends or tabs in 3 of 5 texts:"), 0u) << warnings[0];
}

TEST(TextLoss, UnknownPiecesAreCounted) {
  TextLoss loss(cases::tokenizer());
  EXPECT_EQ(num_unknown_pieces(add(loss, "日 the 本")), 2);
  add(loss, "the river");
  const auto warnings = loss.warnings();
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_EQ(warnings[0].find("2 unknown pieces in 1 of 2 texts:"), 0u) << warnings[0];
}

class Vocabulary : public FolderTest {};

TEST_F(Vocabulary, OneThatHasLineEndsKeepsThem) {
  train_tokenizer(cases::sentences(200), 80, folder_ / "a.model", {"\n", "\t"});
  const Tokenizer t(folder_ / "a.model");
  const NormaliserEffects effects = normaliser_effects(t);
  EXPECT_TRUE(effects.keeps_line_ends);
  EXPECT_TRUE(effects.keeps_tabs);
  TextLoss loss(t);
  loss.add("the\nriver\t", t.encode("the\nriver\t"));
  EXPECT_TRUE(loss.warnings().empty());
  EXPECT_EQ(t.decode(t.encode("the\nriver")), "the\nriver");
}

TEST_F(Vocabulary, TheUsualOneIsDescribed) {
  const NormaliserEffects effects = normaliser_effects(cases::tokenizer());
  EXPECT_FALSE(effects.keeps_line_ends);
  EXPECT_FALSE(effects.keeps_tabs);
  EXPECT_TRUE(effects.keeps_case);
  EXPECT_FALSE(effects.keeps_spaces);
  EXPECT_FALSE(effects.keeps_forms);
}

class Sentences : public FolderTest {};

TEST_F(Sentences, AreLinesOfTextFilesAndOfTheTextsOfRows) {
  const std::string lines = put("a.txt", "one\r\n\n  \ntwo words\n"),
                    rows = put("b.jsonl", "{\"text\": \"three\\n\\nfour\"}\n\n{\"text\": \"\"}\n{\"text\": \"five\"}");
  EXPECT_EQ(read_sentences({lines, rows}), (std::vector<std::string>{"one", "two words", "three", "four", "five"}));
  const std::string broken = put("c.jsonl", "{\"text\": \"x\"}\n{\"txt\": \"y\"}\n");
  const std::string message = message_of<UserError>([&] { read_sentences({broken}); });
  EXPECT_NE(message.find("c.jsonl:2"), std::string::npos) << message;
  EXPECT_NE(message.find("'text'"), std::string::npos) << message;
}

TEST_F(Sentences, LongLinesAreCut) {
  std::string words, letters;
  for (int i = 0; i < 3000; ++i) words += "word ";
  for (int i = 0; i < 3000; ++i) letters += "é";
  std::string all;
  for (const std::string& sentence : read_sentences({put("a.txt", words + "\n" + letters)})) {
    EXPECT_LE(sentence.size(), 4000u);
    EXPECT_NE(static_cast<unsigned char>(sentence[0]) & 0xc0, 0x80);  // no character is cut
    EXPECT_TRUE(sentence.starts_with("word") || sentence.starts_with("é"));
    all += sentence;
  }
  EXPECT_EQ(all, words + letters);
}

}  // namespace
}  // namespace flanmoe
