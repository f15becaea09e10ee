// Model files that are cut short, damaged or made to do harm are refused before the library follows their offsets.
#include "data/tokenizer/spiece_check.h"

#include "base/error.h"
#include "data/spiece_bytes.h"
#include "data_case.h"

namespace flanmoe {
namespace {

std::string refusal(const std::string& bytes) {
  return message_of<UserError>([&] { check_spiece_model(bytes, "x.model"); });
}

void expect_refused(const std::string& bytes, const std::string& part) {
  const std::string message = refusal(bytes);
  EXPECT_EQ(message.find("x.model: "), 0u) << message;
  EXPECT_NE(message.find(part), std::string::npos) << message;
}

void expect_table_refused(const std::string& charsmap, const std::string& part) {
  expect_refused(spiece::model({charsmap}), part);
}

TEST(SpieceCheck, HandMadeModelsPass) {
  using spiece::model;
  for (const std::string& bytes :
       {model(), model({spiece::charsmap(spiece::trie_of_one_rule(), std::string("b\0", 2))}),
        model({"", {"aa", "ab"}})}) {
    EXPECT_NO_THROW(check_spiece_model(bytes, "x.model"));
  }
  EXPECT_EQ(spiece_facts(model()).type, "unigram");
  EXPECT_EQ(spiece_facts(model({"", {"aa", "ab"}})).num_pieces, 8);
  EXPECT_EQ(spiece_facts(model() + spiece::bytes(2, spiece::number(3, 2))).type, "bpe");
}

class SpieceFile : public FolderTest {};

TEST_F(SpieceFile, AHandMadeRuleIsFollowed) {
  const std::string table = spiece::charsmap(spiece::trie_of_one_rule(), std::string("b\0", 2));
  const Tokenizer t(put("rule.model", spiece::model({table})));
  EXPECT_EQ(t.encode("a"), t.encode("b"));
  EXPECT_EQ(t.type(), "unigram");
}

TEST_F(SpieceFile, EveryBeginningOfAModelIsRefused) {
  train_tokenizer(cases::sentences(200), 80, folder_ / "whole.model");
  const std::string whole = content_of(folder_ / "whole.model");
  EXPECT_NO_THROW(check_spiece_model(whole, "x.model"));
  for (size_t size = 0; size < 1500; ++size) refusal(whole.substr(0, size));  // the pieces, the trainer, the table
  for (size_t missing = 1; missing < whole.size(); missing += 997) refusal(whole.substr(0, whole.size() - missing));
}

TEST(SpieceCheck, ModelsWithoutTheirSpecificationsAreCutShort) {
  spiece::Parts parts;
  parts.normaliser = false;
  expect_refused(spiece::model(parts), "cut short");
  parts.trainer = false;
  expect_refused(spiece::model(parts), "cut short");
  expect_refused("", "not a SentencePiece model");
  expect_refused("not a model at all", "not a SentencePiece model");
  expect_refused(std::string(20, '\xff'), "not a SentencePiece model");
}

TEST(SpieceCheck, TablesOfAFewBytesAreRefused) {
  for (size_t size = 1; size <= 3; ++size) expect_table_refused(std::string(size, '\xff'), "bytes, expected 4 or more");
  expect_table_refused(std::string(4, '\xff'), "trie of 4294967295 bytes");
  expect_table_refused(std::string(4, '\0'), "trie of 0 bytes");
  expect_table_refused(spiece::word(7) + "abcd", "trie of 7 bytes");  // reaches beyond the blob by three bytes
  expect_table_refused(spiece::word(2048) + std::string(1024, '\0'), "trie of 2048 bytes");
}

TEST(SpieceCheck, TriesThatLeadAstrayAreRefused) {
  const std::string texts("b\0", 2);
  auto units = spiece::trie_of_one_rule();
  units[0] = 300U << 10;  // the root's children are outside
  expect_table_refused(spiece::charsmap(units, texts), "leads out of itself");
  units = spiece::trie_of_one_rule();
  units[spiece::kUnitOfA] = (0x1fffffU << 10) | (1U << 9) | spiece::kHasValue | 'a';  // the farthest offset
  expect_table_refused(spiece::charsmap(units, texts), "leads out of itself");
  units = spiece::trie_of_one_rule();
  units[spiece::kUnitOfA] = spiece::leading_to(spiece::kUnitOfA, spiece::kRootBase, 'a');  // "a" leads to the root
  expect_table_refused(spiece::charsmap(units, texts), "leads back to itself");
  units = spiece::trie_of_one_rule();
  units[spiece::kPlaceOfValue] = spiece::kValue | 2;  // the text at 2 of 2 bytes
  expect_table_refused(spiece::charsmap(units, texts), "leads out of its texts");
  expect_table_refused(spiece::charsmap(spiece::trie_of_one_rule(), "b"), "ends in the middle of a text");
  expect_table_refused(spiece::charsmap(spiece::trie_of_one_rule(), ""), "ends in the middle of a text");
}

// A chain "a", "aa", "aaa", ... with a value at each: the n-th unit stands in the n-th block of the trie.
std::string chain(uint32_t length) {
  constexpr uint32_t kBlock = 256;
  std::vector<uint32_t> units(kBlock * (length + 2), spiece::kValue);
  units[0] = spiece::leading_to(0, kBlock, 0);
  for (uint32_t n = 1; n <= length; ++n) {
    const uint32_t at = kBlock * n + 'a';
    units[at] = spiece::leading_to(at, kBlock * (n + 1), 'a') | spiece::kHasValue;
  }
  return spiece::charsmap(units, std::string("b\0", 2));
}

TEST(SpieceCheck, MoreMatchesThanTheLibraryKeepsAreRefused) {
  EXPECT_NO_THROW(check_spiece_model(spiece::model({chain(32)}), "x.model"));
  expect_table_refused(chain(33), "more than 32 values");
  spiece::Parts parts;
  for (size_t size = 2; size <= 65; ++size) parts.whole_words.push_back(std::string(size, 'a'));
  EXPECT_NO_THROW(check_spiece_model(spiece::model(parts), "x.model"));
  parts.whole_words.push_back(std::string(66, 'a'));
  expect_refused(spiece::model(parts), "65 whole words begin one another");
}

// What the library itself refuses by an exception or a status is one message, too.
TEST_F(SpieceFile, PiecesThatCannotBeAreRefused) {
  const auto opening = [&](const std::string& bytes) {
    const std::filesystem::path file = put("odd.model", bytes);
    return message_of<UserError>([&] { Tokenizer t(file); });
  };
  EXPECT_NE(opening(spiece::model({"", {""}})).find("odd.model"), std::string::npos);
  EXPECT_NE(opening(spiece::model({"", {"aa", "aa"}})).find("odd.model"), std::string::npos);
  EXPECT_NE(opening(spiece::model() + spiece::piece("<unk2>", spiece::kUnknown)).find("odd.model"), std::string::npos);
}

}  // namespace
}  // namespace flanmoe
