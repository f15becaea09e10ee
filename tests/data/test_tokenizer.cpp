// The tokenizer: T5's ids, sentinels, offsets, decoding.
#include "data/tokenizer/tokenizer.h"

#include "base/error.h"
#include "data/tokenizer/answer_text.h"
#include "data/tokenizer/tokenizer_folder.h"
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

TEST(Tokenizer, PutsTheEndBehindATextWhateverItHolds) {
  const Tokenizer& t = cases::tokenizer();
  for (const std::string text : {"quiet towns", "", "bread</s>", "the <extra_id_0>"}) {
    TokenIds expected = t.encode(text);
    expected.push_back(kEosId);  // a second one behind a written "</s>"
    EXPECT_EQ(t.encode_with_end(text), expected) << text;
  }
}

TEST(Tokenizer, CutsBeforeTheEnd) {
  TokenIds ids = {7, 8, 9, kEosId};
  EXPECT_FALSE(cut_before_end(ids, 4));
  EXPECT_EQ(ids, (TokenIds{7, 8, 9, kEosId}));
  EXPECT_TRUE(cut_before_end(ids, 3));
  EXPECT_EQ(ids, (TokenIds{7, 8, kEosId}));
  EXPECT_TRUE(cut_before_end(ids, 1));
  EXPECT_EQ(ids, (TokenIds{kEosId}));
}

TEST(Tokenizer, DecodingStopsAtEosAndSkipsPadding) {
  const Tokenizer& t = cases::tokenizer();
  TokenIds ids = {kPadId};
  for (const int32_t id : t.encode_with_end("quiet towns")) ids.push_back(id);
  for (const int32_t id : t.encode("bread")) ids.push_back(id);
  EXPECT_EQ(t.decode(ids), "quiet towns");
}

// The rules of T5's tokenizer: a part between tokens is stripped, parts and sentinels are joined by spaces, the other
// special tokens stick to the text in front of them.
TEST(Tokenizer, DecodingWithSpecialTokens) {
  const Tokenizer& t = cases::tokenizer();
  const auto decoded = [&](const std::string& text) { return t.decode_with_special(t.encode(text)); };
  EXPECT_EQ(decoded("the <extra_id_0> runs<extra_id_1></s>"), "the <extra_id_0> runs <extra_id_1> </s>");
  EXPECT_EQ(decoded("bread </s> stone"), "bread</s>stone");  // a part behind </s> loses its space
  EXPECT_EQ(decoded("bread</s>"), "bread</s>");
  EXPECT_EQ(decoded("</s><pad><unk>"), "</s><pad><unk>");
  EXPECT_EQ(decoded("<extra_id_2><extra_id_3>"), "<extra_id_2> <extra_id_3>");
  EXPECT_EQ(decoded("bread"), "bread");
  EXPECT_EQ(decoded(""), "");
}

TEST(Tokenizer, DecodingWithoutSpecialTokens) {
  const Tokenizer& t = cases::tokenizer();
  const auto decoded = [&](const std::string& text) { return t.decode_without_special(t.encode(text)); };
  EXPECT_EQ(decoded("the <extra_id_0> stone runs</s>"), "thestone runs");  // the sentinel took the spaces
  EXPECT_EQ(decoded("<pad>bread</s> stone<unk>"), "bread stone");
  EXPECT_EQ(decoded("</s><extra_id_0>"), "");
}

TEST(Tokenizer, PlainTextKnowsNoTokens) {
  const Tokenizer& t = cases::tokenizer();
  for (const std::string text : {"bread</s>", "the <extra_id_0> runs", "<pad>"}) {
    for (const Tokenizer::Piece& piece : t.encode_plain(text)) {
      EXPECT_LT(piece.id, t.num_pieces()) << text;
      EXPECT_GT(piece.id, kEosId) << text;
    }
  }
  const auto pieces = t.encode_plain("the 日本 stone");
  const auto unknown = std::find_if(pieces.begin(), pieces.end(), [](const auto& piece) { return piece.id == kUnkId; });
  ASSERT_NE(unknown, pieces.end());
  EXPECT_EQ(unknown->text, "日本");  // what was unknown
}

// Data are text: the ids of a text do not depend on whether it spells out tokens, but where those are meant.
TEST(Tokenizer, DataAreTextButWhereTokensAreMeant) {
  const Tokenizer& t = cases::tokenizer();
  const std::string text = "bread <extra_id_0> stone</s><extra_id_0>";
  for (const int32_t id : t.encode_text(text)) EXPECT_TRUE(id < t.num_pieces() && id > kEosId) << id;
  TokenIds pieces;
  for (const auto& piece : t.encode_plain(text)) pieces.push_back(piece.id);
  EXPECT_EQ(t.encode_text(text), pieces);
  EXPECT_EQ(t.encode_text(text, {{0, text.size()}}), t.encode(text));
  const size_t first = text.find('<'), end = text.find("</s>");
  TokenIds expected = t.encode("bread <extra_id_0>");
  for (const int32_t id : t.encode_text(text, {{first, end}})) {
    EXPECT_TRUE(id < t.num_pieces() || id == t.sentinel(0));
    EXPECT_NE(id, kEosId);
  }
  const TokenIds with = t.encode_text(text, {{first, end}});
  EXPECT_EQ(std::count(with.begin(), with.end(), t.sentinel(0)), 1);
  EXPECT_TRUE(std::equal(expected.begin(), expected.end(), with.begin()));
  EXPECT_EQ(t.encode_text(text, {{first + 1, end}}), t.encode_text(text));  // a name lies in a range or is text
  TokenIds ended = t.encode_text("</s>");
  ended.push_back(kEosId);
  EXPECT_EQ(t.encode_text_with_end("</s>"), ended);
  EXPECT_EQ(t.num_written_tokens(text), 3);
  for (const std::string& sentence : cases::sentences(20, 5)) EXPECT_EQ(t.encode_text(sentence), t.encode(sentence));
  const std::string spaced = "the▁<extra_id_0>▁stone<pad>";  // ranges are those of the text as given
  EXPECT_EQ(t.encode_text(spaced, {{spaced.find('<'), spaced.size()}}), t.encode(spaced));
}

// One rule for all that a model says: what is unknown or unused is no text.
TEST(Tokenizer, UnknownAndUnusedIdsAreLeftOut) {
  const Tokenizer& t = cases::tokenizer();
  TokenIds ids = t.encode("quiet");
  const auto unused = static_cast<int32_t>(t.num_ids());
  for (const int32_t id : {kUnkId, unused, unused + 3, -1}) ids.push_back(id);
  for (const int32_t id : t.encode("towns")) ids.push_back(id);
  EXPECT_EQ(answer_text(t, ids), "quiet towns");
  EXPECT_EQ(t.decode_without_special(ids), "quiet towns");
  EXPECT_EQ(t.decode_with_special(ids), "quiet<unk>towns");
  EXPECT_EQ(t.piece(unused), fmt::format("<unused_{}>", unused));
  EXPECT_FALSE(t.has_id(unused));
  EXPECT_FALSE(t.has_id(-1));
  EXPECT_TRUE(t.has_id(t.sentinel(0)));
  EXPECT_EQ(answer_text(t, TokenIds{kUnkId, unused}), "");
  EXPECT_EQ(answer_text(t, t.encode("the <extra_id_0> runs")), t.decode(t.encode("the <extra_id_0> runs")));
}

TEST(Tokenizer, TheSpacePieceInATextIsASpace) {
  const Tokenizer& t = cases::tokenizer();
  const std::string text = "the▁stone<pad>▁bread";
  EXPECT_EQ(t.encode(text), t.encode("the stone<pad> bread"));
  const auto pieces = t.encode_with_offsets(text);
  for (const auto& piece : pieces) EXPECT_LE(piece.end, text.size());
  EXPECT_EQ(pieces.back().end, text.size());
  // Sentinels take every kind of space.
  EXPECT_EQ(t.encode("the\u00a0\xc2\x85<extra_id_0>\u3000\n▁stone"), t.encode("the<extra_id_0>stone"));
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

TEST_F(TokenizerFile, TrainingNeedsTextAndRoom) {
  const auto training = [](const std::vector<std::string>& texts, int64_t pieces,
                           const std::vector<std::string>& words = {}) {
    return message_of<UserError>([&] { trained_spiece_model(texts, pieces, words); });
  };
  const auto expect_parts = [](const std::string& message, const std::vector<std::string>& parts) {
    for (const std::string& part : parts) EXPECT_NE(message.find(part), std::string::npos) << message;
  };
  expect_parts(training({}, 80), {"no text"});
  expect_parts(training({"", "  ", "... !", "\x01", "\u200b"}, 80), {"no text with letters or digits"});
  expect_parts(training({std::string(5000, 'a')}, 80), {"no text"});  // longer than the trainer takes
  expect_parts(training({"bread"}, 3), {"3 pieces", "expected 4 to"});
  expect_parts(training({"bread"}, 2'000'000'000), {"2000000000 pieces", "to 1000000"});
  expect_parts(training({"bread"}, 6), {"6 pieces", "expected 9 or more"});  // b r e a d, the space, three special ones
  expect_parts(training({"bread"}, 80, {"bread", "bread"}), {"'bread'", "twice"});
  expect_parts(training({"bread"}, 80, {"<pad>"}), {"'<pad>'", "special"});
}

TEST_F(TokenizerFile, WholeWordsMayHoldAnything) {
  const std::vector<std::string> words = {"a,b", "say \"so\"", "\"", "two words"};
  train_tokenizer(cases::sentences(200), 80, folder_ / "a.model", words);
  const Tokenizer t(folder_ / "a.model");
  for (size_t i = 0; i < words.size(); ++i) {  // behind <pad>, </s>, <unk>; "two words" is written with a "▁"
    const std::string piece = t.piece(static_cast<int32_t>(i) + 3);
    EXPECT_TRUE(piece == words[i] || piece == "two▁words") << piece;
  }
}

TEST_F(TokenizerFile, IsOpenedByItselfOrInAModelFolder) {
  const std::filesystem::path file = folder_ / "a.model", model = folder_ / "m";
  std::filesystem::copy_file(cases::tokenizer().model_file(), file);
  EXPECT_EQ(open_tokenizer_at(file).num_sentinels(), 100);
  EXPECT_EQ(open_tokenizer_at(file, 7).num_sentinels(), 7);
  EXPECT_EQ(open_tokenizer_at(file, 0).num_sentinels(), 0);
  std::filesystem::create_directory(model);
  TokenizerRules rules;
  rules.legacy = true;
  write_tokenizer_files({file, 20, rules}, model);
  EXPECT_EQ(open_tokenizer_at(model).num_sentinels(), 20);
  EXPECT_EQ(open_tokenizer_at(model, 20).rules(), rules);
  const std::string message = message_of<UserError>([&] { open_tokenizer_at(model, 7); });
  for (const char* part : {"m: its vocabulary has 20 sentinels, and 7 are asked for", "expected as many, or no number"})
    EXPECT_NE(message.find(part), std::string::npos) << message;
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

}  // namespace
}  // namespace flanmoe
