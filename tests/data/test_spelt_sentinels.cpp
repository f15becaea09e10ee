// Vocabularies whose sentinels are pieces of their own, as mT5's "▁<extra_id_0>": tokens where tokens are meant, text
// in data.
#include "data/tokenizer/tokenizer.h"
#include "data_case.h"

namespace flanmoe {
namespace {

class SpeltSentinels : public FolderTest {
 protected:
  // Sentinels 0 and 1 behind `mark`, and every character of their names.
  Tokenizer vocabulary(const std::string& mark) const {
    std::vector<std::string> texts = cases::sentences(300);
    texts.push_back("extra id 0 1 2 < > _");
    train_tokenizer(texts, 100, folder_ / "spiece.model", {mark + "<extra_id_1>", mark + "<extra_id_0>"});
    return Tokenizer(folder_ / "spiece.model", 0);
  }
  static int64_t count(const Tokenizer& t, const TokenIds& ids, const std::string& piece) {
    const auto id = t.id_of_piece(piece);
    EXPECT_TRUE(id.has_value()) << piece;
    return std::count(ids.begin(), ids.end(), *id);
  }
};

TEST_F(SpeltSentinels, AreTextInData) {
  for (const std::string mark : {"▁", ""}) {
    const Tokenizer t = vocabulary(mark);
    const std::string zero = mark + "<extra_id_0>", one = mark + "<extra_id_1>";
    for (const std::string text :
         {"the <extra_id_0> runs", "<extra_id_0>", "bread <extra_id_1> <extra_id_0>", "the <extra_id_0><extra_id_1>.",
          "the <extra_id_2> runs", "the river runs past quiet towns", "<extra_id_0 and extra_id_0>"}) {
      const TokenIds ids = t.encode_text(text);
      EXPECT_EQ(count(t, ids, zero) + count(t, ids, one), 0) << text;
      EXPECT_EQ(t.decode(ids), text);
      TokenIds plain;
      size_t last = 0;
      for (const Tokenizer::Piece& piece : t.encode_plain(text)) {
        plain.push_back(piece.id);
        EXPECT_LE(last, piece.end) << text;
        last = piece.end;
      }
      EXPECT_EQ(plain, ids) << text;
      EXPECT_EQ(last, text.size());
    }
    // However the name is written, it becomes no sentinel; what has none is encoded as ever.
    for (const std::string text : {"the ＜extra_id_0＞ runs", "the ▁<extra_id_0>", "a\t<extra_id_0>\u200b"})
      EXPECT_EQ(count(t, t.encode_text(text), zero), 0) << text;
    EXPECT_EQ(t.encode_text("the quiet river"), t.encode("the quiet river"));
  }
}

TEST_F(SpeltSentinels, AreTokensWhereTokensAreMeant) {
  const Tokenizer t = vocabulary("▁");
  const std::string text = "the <extra_id_0> runs <extra_id_0>";
  EXPECT_EQ(count(t, t.encode(text), "▁<extra_id_0>"), 2);
  EXPECT_EQ(t.encode_text(text, {{0, text.size()}}), t.encode(text));
  const TokenIds first = t.encode_text(text, {{4, 16}});
  EXPECT_EQ(count(t, first, "▁<extra_id_0>"), 1);
  const TokenIds second = t.encode_text(text, {{5, text.size()}});  // a name lies in a range or is text
  EXPECT_EQ(count(t, second, "▁<extra_id_0>"), 1);
  EXPECT_EQ(second.back(), t.id_of_piece("▁<extra_id_0>"));
  EXPECT_NE(first.back(), t.id_of_piece("▁<extra_id_0>"));
  EXPECT_EQ(t.num_written_tokens(text + " </s>"), 3);
  EXPECT_EQ(t.num_written_tokens("the river"), 0);
}

}  // namespace
}  // namespace flanmoe
