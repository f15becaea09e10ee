// SentencePiece vocabulary with T5's ids: pad 0, eos 1, unk 2, and sentinels at the end, <extra_id_0> the last.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace flanmoe {

using TokenIds = std::vector<int32_t>;

inline constexpr int32_t kPadId = 0;
inline constexpr int32_t kEosId = 1;
inline constexpr int32_t kUnkId = 2;

class Tokenizer {
 public:
  // Reads spiece.model; UserError when missing, not a SentencePiece model, or its pad/eos/unk are not 0/1/2.
  explicit Tokenizer(const std::filesystem::path& model_file, int64_t num_sentinels = 100);

  // No eos. "<extra_id_7>", "</s>", "<pad>", "<unk>" in the text become their tokens. As in T5's tokenizer the text
  // behind a sentinel goes on without a space in front, written or not: "<extra_id_0> park" is the sentinel and "park",
  // not "▁park".
  TokenIds encode(std::string_view text) const;
  std::string decode(std::span<const int32_t> ids) const;  // stops at eos; pad skipped; sentinels written out
  // Piece and byte range in `text` per token (for span marking and coloured text).
  struct Piece {
    int32_t id;
    size_t begin, end;  // bytes of the input text that the piece covers
  };
  std::vector<Piece> encode_with_offsets(std::string_view text) const;
  std::string piece(int32_t id) const;  // "▁the", "</s>", "<extra_id_0>"

  int64_t num_pieces() const;  // SentencePiece pieces
  int64_t num_sentinels() const { return num_sentinels_; }
  int32_t sentinel(int64_t index) const;  // UserError when index >= num_sentinels
  // Pieces and sentinels rounded up to a multiple of 128 for T5's 32,000 + 100, to a multiple of 8 below 8,000 pieces.
  int64_t vocab_size() const;
  const std::filesystem::path& model_file() const { return model_file_; }

 private:
  struct Impl;
  std::shared_ptr<const Impl> impl_;
  std::filesystem::path model_file_;
  int64_t num_sentinels_;
};

// Trains a SentencePiece unigram model (deterministic: one thread) on `sentences` and writes it to `model_file`.
// `whole_words` are user-defined symbols kept in one piece.
void train_tokenizer(const std::vector<std::string>& sentences, int64_t num_pieces,
                     const std::filesystem::path& model_file, const std::vector<std::string>& whole_words = {});

}  // namespace flanmoe
