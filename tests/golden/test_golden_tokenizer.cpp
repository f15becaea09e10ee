// The tokenizer against the SentencePiece library and T5's tokenizer: tokenizer_t5.json of the golden folder, on T5's
// own vocabulary.
#include "base/json.h"
#include "data/tokenizer/tokenizer.h"
#include "golden_folder.h"

namespace flanmoe {
namespace {

class golden_tokenizer : public GoldenTest {
 protected:
  void SetUp() override {
    GoldenTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    const std::filesystem::path file = golden_folder() / "tokenizer_t5.json";
    const auto model = std::filesystem::path(FLANMOE_SOURCE_DIR) / "../shared/data/tokenizer/t5_spiece.model";
    for (const auto& needed : {file, model}) {
      if (!std::filesystem::exists(needed)) GTEST_SKIP() << "no " << needed;
    }
    json_ = read_json(file);
    tokenizer_ = std::make_unique<Tokenizer>(model);
  }

  Json json_;
  std::unique_ptr<Tokenizer> tokenizer_;
};

bool names_a_token(const std::string& text) {
  for (const char* name : {"<extra_id_", "<pad>", "</s>", "<unk>"}) {
    if (text.find(name) != std::string::npos) return true;
  }
  return false;
}

TEST_F(golden_tokenizer, has_t5s_ids) {
  EXPECT_EQ(tokenizer_->num_pieces(), 32000);
  EXPECT_EQ(tokenizer_->vocab_size(), 32128);
  EXPECT_EQ(tokenizer_->sentinel(0), 32099);
  EXPECT_EQ(tokenizer_->sentinel(99), 32000);
}

TEST_F(golden_tokenizer, plain_texts) {
  ASSERT_FALSE(json_.at("plain").empty());
  for (const Json& one : json_.at("plain")) {
    const std::string text = one.at("text");
    const TokenIds expected = one.at("ids");
    TokenIds ids;
    std::vector<std::string> pieces;
    for (const Tokenizer::Piece& piece : tokenizer_->encode_plain(text)) {
      ids.push_back(piece.id);
      pieces.push_back(piece.text);
    }
    EXPECT_EQ(ids, expected) << text;
    EXPECT_EQ(pieces, one.at("pieces").get<std::vector<std::string>>()) << text;
    EXPECT_EQ(tokenizer_->decode(expected), one.at("decoded").get<std::string>());
    if (names_a_token(text)) continue;
    EXPECT_EQ(tokenizer_->encode(text), expected) << text;
  }
}

TEST_F(golden_tokenizer, texts_with_sentinels) {
  ASSERT_FALSE(json_.at("with_sentinels").empty());
  for (const Json& one : json_.at("with_sentinels")) {
    const std::string text = one.at("text");
    const TokenIds expected = one.at("ids");
    TokenIds ids = tokenizer_->encode(text);
    if (ids.empty() || ids.back() != kEosId) ids.push_back(kEosId);  // none is added behind a written "</s>"
    EXPECT_EQ(ids, expected) << text;
    EXPECT_EQ(tokenizer_->decode_with_special(expected), one.at("decoded").get<std::string>());
    EXPECT_EQ(tokenizer_->decode_without_special(expected), one.at("decoded_skip_special").get<std::string>());
  }
}

}  // namespace
}  // namespace flanmoe
