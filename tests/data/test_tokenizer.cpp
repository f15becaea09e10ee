// The tokenizer: T5's ids, sentinels, offsets, and agreement with the SentencePiece library and T5's tokenizer.
#include "data/tokenizer.h"

#include "base/error.h"
#include "base/json.h"
#include "data_case.h"

namespace flanmoe {
namespace {

TEST(Tokenizer, HasT5sIds) {
  const Tokenizer& t = cases::tokenizer();
  const auto pieces = static_cast<int32_t>(t.num_pieces());  // at most the 90 asked for: the text is small
  EXPECT_GT(pieces, 30);
  EXPECT_LE(pieces, 90);
  EXPECT_EQ(t.num_sentinels(), 20);
  EXPECT_EQ(t.sentinel(0), pieces + 19);  // the first sentinel is the last id
  EXPECT_EQ(t.sentinel(19), pieces);
  EXPECT_EQ(t.vocab_size(), (pieces + 20 + 7) / 8 * 8);
  EXPECT_EQ(t.piece(kPadId), "<pad>");
  EXPECT_EQ(t.piece(kEosId), "</s>");
  EXPECT_EQ(t.piece(kUnkId), "<unk>");
  EXPECT_EQ(t.piece(pieces + 19), "<extra_id_0>");
  EXPECT_EQ(t.piece(pieces), "<extra_id_19>");
  EXPECT_NE(message_of<UserError>([&] { t.sentinel(20); }).find("20"), std::string::npos);
}

TEST(Tokenizer, EncodesAndDecodes) {
  const Tokenizer& t = cases::tokenizer();
  for (const std::string& text : cases::sentences(50, 7)) {
    const TokenIds ids = t.encode(text);
    EXPECT_EQ(t.decode(ids), text);
    for (const int32_t id : ids) {
      EXPECT_GT(id, kUnkId) << text;
      EXPECT_LT(id, t.num_pieces());
    }
  }
  EXPECT_TRUE(t.encode("").empty());
  EXPECT_EQ(t.decode(TokenIds{}), "");
}

TEST(Tokenizer, KnowsSentinelsInText) {
  const Tokenizer& t = cases::tokenizer();
  const TokenIds ids = t.encode("the <extra_id_0> runs <extra_id_19> bread");
  EXPECT_EQ(std::count(ids.begin(), ids.end(), t.sentinel(0)), 1);
  EXPECT_EQ(std::count(ids.begin(), ids.end(), t.sentinel(19)), 1);
  EXPECT_LT(std::find(ids.begin(), ids.end(), t.sentinel(0)), std::find(ids.begin(), ids.end(), t.sentinel(19)));
  const std::string text = t.decode(ids);
  EXPECT_NE(text.find("<extra_id_0>"), std::string::npos) << text;
  EXPECT_NE(text.find("<extra_id_19>"), std::string::npos) << text;
}

TEST(Tokenizer, TextBehindATokenGoesOnUnlessASpaceBeginsAWord) {
  const Tokenizer& t = cases::tokenizer();
  const auto ids = [&](const std::vector<TokenIds>& parts) {
    TokenIds all;
    for (const TokenIds& part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
  };
  const TokenIds word = t.encode("bread");
  const TokenIds behind = t.encode("<extra_id_3>bread");
  ASSERT_EQ(t.piece(word[0]).find("▁"), 0u);
  TokenIds joined(behind.begin() + 1, behind.end());
  std::string spelt;
  for (const int32_t id : joined) spelt += t.piece(id);
  EXPECT_EQ(spelt, "bread");
  // A sentinel takes the spaces on both its sides, the other tokens none.
  EXPECT_EQ(t.encode("bread  <extra_id_3>   bread"), ids({word, {t.sentinel(3)}, joined}));
  EXPECT_EQ(t.encode("<extra_id_3> <extra_id_4>"), ids({{t.sentinel(3), t.sentinel(4)}}));
  EXPECT_EQ(t.encode("bread</s> bread"), ids({word, {kEosId}, word}));
  EXPECT_EQ(t.encode("bread </s>bread<pad><unk>"), ids({word, {kEosId}, joined, {kPadId, kUnkId}}));
}

TEST(Tokenizer, OnlyTheExactNamesAreTokens) {
  const Tokenizer& t = cases::tokenizer();
  const int32_t first = t.sentinel(19);  // sentinels have ids from here on
  for (const char* text : {"<extra_id_20>", "<extra_id_>", "<extra_id_-1>", "<extra_id_03>", "<extra_id_3",
                           "< extra_id_3>", "<extra_id_99999999999999999999>", "<extra_id_+3>", "</S>", "<s>"}) {
    for (const int32_t id : t.encode(text)) EXPECT_TRUE(id < first && id > kEosId) << text;
  }
  EXPECT_EQ(t.encode("<extra_id_<extra_id_3>").back(), t.sentinel(3));
}

TEST(Tokenizer, DecodingStopsAtEosAndSkipsPadding) {
  const Tokenizer& t = cases::tokenizer();
  TokenIds ids = {kPadId};
  for (const int32_t id : t.encode("quiet towns")) ids.push_back(id);
  ids.push_back(kEosId);
  for (const int32_t id : t.encode("bread")) ids.push_back(id);
  EXPECT_EQ(t.decode(ids), "quiet towns");
}

TEST(Tokenizer, KeepsWholeWordsInOnePiece) {
  const Tokenizer& t = cases::tokenizer();
  int64_t whole = 0;
  for (const int32_t id : t.encode("past Temmel bridge")) whole += t.piece(id).find("Temmel") != std::string::npos;
  EXPECT_EQ(whole, 1);
  EXPECT_EQ(t.decode(t.encode("past Temmel bridge")), "past Temmel bridge");
}

TEST(Tokenizer, OffsetsCoverTheText) {
  const Tokenizer& t = cases::tokenizer();
  for (const std::string& text :
       {std::string("the river Vorna runs"), std::string("  stone  and bread "), std::string("Zürich, 日本 the end"),
        std::string("<extra_id_1> the<extra_id_2>bread </s> stone")}) {
    const auto pieces = t.encode_with_offsets(text);
    TokenIds ids;
    size_t last = 0;
    for (const auto& piece : pieces) {
      EXPECT_LE(piece.begin, piece.end);
      EXPECT_GE(piece.begin, last) << text;
      EXPECT_LE(piece.end, text.size());
      last = piece.end;
      ids.push_back(piece.id);
    }
    EXPECT_EQ(ids, t.encode(text));
    for (const std::string word : {"the"}) {  // the pieces over a word's bytes spell the word
      const size_t begin = text.find(word);
      if (begin == std::string::npos) continue;
      std::string covered;
      for (const auto& piece : pieces) {
        if (piece.end > begin && piece.begin < begin + word.size())
          covered += text.substr(piece.begin, piece.end - piece.begin);
      }
      EXPECT_NE(covered.find(word), std::string::npos) << text;
    }
  }
}

TEST(Tokenizer, UnknownCharactersAreUnk) {
  const TokenIds ids = cases::tokenizer().encode("日本");
  EXPECT_EQ(std::count(ids.begin(), ids.end(), kUnkId), 1);
}

class TokenizerFile : public FolderTest {};

TEST_F(TokenizerFile, TrainingTwiceGivesTheSameBytes) {
  train_tokenizer(cases::sentences(200), 80, folder_ / "a.model");
  train_tokenizer(cases::sentences(200), 80, folder_ / "b.model");
  EXPECT_FALSE(content_of(folder_ / "a.model").empty());
  EXPECT_TRUE(content_of(folder_ / "a.model") == content_of(folder_ / "b.model"));
  EXPECT_EQ(num_entries(), 2u);  // no .vocab left beside them
}

TEST_F(TokenizerFile, SaysWhatIsWrongWithAFile) {
  const auto opening = [&](const std::filesystem::path& path) {
    return message_of<UserError>([&] { Tokenizer t(path); });
  };
  const std::string missing = opening(folder_ / "absent.model"), rubbish = opening(put("bad.model", "not a model"));
  EXPECT_NE(missing.find("absent.model"), std::string::npos) << missing;
  EXPECT_NE(rubbish.find("bad.model"), std::string::npos) << rubbish;
  const std::string empty = opening(put("empty.model", ""));
  EXPECT_NE(empty.find("empty.model"), std::string::npos) << empty;
}

TEST(GoldenTokenizer, AgreesWithSentencePieceAndT5) {
  const std::filesystem::path shared = std::filesystem::path(FLANMOE_SOURCE_DIR) / "../shared";
  const auto model = shared / "data/tokenizer/t5_spiece.model", golden = shared / "golden/tokenizer_t5.json";
  if (!std::filesystem::exists(model) || !std::filesystem::exists(golden))
    GTEST_SKIP() << "t5_spiece.model or tokenizer_t5.json is absent";
  const Tokenizer t(model);
  EXPECT_EQ(t.num_pieces(), 32000);
  EXPECT_EQ(t.vocab_size(), 32128);
  EXPECT_EQ(t.sentinel(0), 32099);
  const Json cases = read_json(golden);
  for (const Json& one : cases.at("plain")) {
    const std::string text = one.at("text");
    const TokenIds expected = one.at("ids");
    if (text.find("<extra_id_") != std::string::npos) continue;  // the library knows no sentinels
    EXPECT_EQ(t.encode(text), expected) << text;
    const std::vector<std::string> pieces = one.at("pieces");
    for (size_t i = 0; i < expected.size(); ++i) {
      EXPECT_TRUE(expected[i] == kUnkId || t.piece(expected[i]) == pieces[i]) << text;
    }
    EXPECT_EQ(t.decode(expected), one.at("decoded").get<std::string>());
  }
  for (const Json& one : cases.at("with_sentinels")) {
    const std::string text = one.at("text");
    TokenIds ids = t.encode(text);
    if (ids.back() != kEosId) ids.push_back(kEosId);  // T5's tokenizer adds none to a text that ends with "</s>"
    EXPECT_EQ(ids, one.at("ids").get<TokenIds>()) << text;
    std::string decoded = one.at("decoded");  // ours stops before the end token
    decoded.resize(decoded.find("</s>"));
    if (decoded.ends_with(' ')) decoded.pop_back();
    EXPECT_EQ(t.decode(ids), decoded);
  }
}

}  // namespace
}  // namespace flanmoe
