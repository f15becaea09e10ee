// Classes of pieces: by hand, and every piece by the rule.
#include "analysis/token_class.h"

#include <set>

#include "data/data_case.h"

namespace flanmoe {
namespace {

class Classes : public FolderTest {
 protected:
  void SetUp() override {
    FolderTest::SetUp();
    std::vector<std::string> sentences;
    for (const std::string& sentence : cases::sentences(200)) {
      sentences.push_back("In " + std::to_string(1200 + 37 * sentences.size()) + " " + sentence);
      sentences.push_back("\"The\" (towns), 3 or 42: is that so?");
    }
    train_tokenizer(sentences, 110, folder_ / "spiece.model", {"42", "Vorna", "THE"});
    tokenizer_ = std::make_unique<Tokenizer>(folder_ / "spiece.model", 15);
  }

  // The id of a piece that must exist.
  int32_t id_of(const std::string& piece) const {
    for (int32_t id = 0; id < tokenizer_->num_pieces(); ++id) {
      if (tokenizer_->piece(id) == piece) return id;
    }
    ADD_FAILURE() << "no piece " << piece;
    return 0;
  }
  TokenClass class_of(const std::string& piece) const { return token_class(*tokenizer_, id_of(piece)); }

  std::unique_ptr<Tokenizer> tokenizer_;
};

TEST_F(Classes, MarksSentinelsAndSpecialIdsAreFormatting) {
  for (const char* piece : {"<pad>", "</s>", "\u2581", ".", ",", "?", "\""}) {
    EXPECT_EQ(class_of(piece), TokenClass::kFormatting) << piece;
  }
  for (int64_t index = 0; index < 15; ++index) {
    EXPECT_EQ(token_class(*tokenizer_, tokenizer_->sentinel(index)), TokenClass::kFormatting);
  }
  for (int64_t id = tokenizer_->num_pieces(); id < tokenizer_->vocab_size(); ++id) {
    EXPECT_EQ(token_class(*tokenizer_, static_cast<int32_t>(id)), TokenClass::kFormatting);
  }
}

TEST_F(Classes, DigitsFunctionWordsAndTheRest) {
  for (const char* piece : {"42", "7", "0"}) EXPECT_EQ(class_of(piece), TokenClass::kDigits) << piece;
  for (const char* piece : {"\u2581the", "\u2581of", "\u2581and", "THE"}) {
    EXPECT_EQ(class_of(piece), TokenClass::kFunctionWords) << piece;
  }
  for (const char* piece : {"Vorna", "\u2581river"}) EXPECT_EQ(class_of(piece), TokenClass::kContent) << piece;
}

// Every piece by the header's words, in plain loops.
TEST_F(Classes, EveryPieceByTheRule) {
  std::set<TokenClass> seen;
  for (int32_t id = 2; id < tokenizer_->num_pieces(); ++id) {
    std::string piece = tokenizer_->piece(id);
    if (piece.starts_with("\u2581")) piece = piece.substr(3);
    size_t num_digits = 0, num_marks = 0;
    for (const char c : piece) {
      num_digits += c >= '0' && c <= '9' ? 1 : 0;
      num_marks += c > ' ' && c < 127 && !std::isalnum(static_cast<unsigned char>(c)) ? 1 : 0;
    }
    const TokenClass found = token_class(*tokenizer_, id);
    seen.insert(found);
    EXPECT_EQ(found == TokenClass::kFormatting, num_marks == piece.size()) << piece;
    EXPECT_EQ(found == TokenClass::kDigits, !piece.empty() && num_digits == piece.size()) << piece;
  }
  EXPECT_EQ(seen.size(), 4u);
}

}  // namespace
}  // namespace flanmoe
