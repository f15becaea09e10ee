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
  // Reads spiece.model; UserError when missing, not a SentencePiece model, damaged or made to do harm
  // (data/tokenizer/spiece_check.h), or its pad/eos/unk are not 0/1/2.
  explicit Tokenizer(const std::filesystem::path& model_file, int64_t num_sentinels = 100);

  // No eos. "<extra_id_7>", "</s>", "<pad>", "<unk>" in the text become their tokens. As in T5's tokenizer the text
  // behind a sentinel goes on without a space in front, written or not: "<extra_id_0> park" is the sentinel and "park",
  // not "▁park". The ids of encode_with_offsets, several times as fast where most words were met before (one memo for
  // all copies and threads, data/tokenizer/tokenizer_words.h).
  TokenIds encode(std::string_view text) const;
  TokenIds encode_with_end(std::string_view text) const;  // and eos behind: as a source or target is read
  struct Piece {
    int32_t id;
    size_t begin, end;  // bytes of the input text that the piece covers
    std::string text;   // "▁the"; of an unknown piece what stands in the (normalised) text
  };
  std::vector<Piece> encode_with_offsets(std::string_view text) const;
  std::vector<Piece> encode_plain(std::string_view text) const;  // "</s>" and the others are text as any

  // For people: stops at eos; pad skipped; sentinels written out.
  std::string decode(std::span<const int32_t> ids) const;
  // As T5's tokenizer with skip_special_tokens off and on: every token written out, "Thank <extra_id_0> you</s>"; pad,
  // eos, unk and sentinels left out, also the space around a sentinel, "Thankyou".
  std::string decode_with_special(std::span<const int32_t> ids) const;
  std::string decode_without_special(std::span<const int32_t> ids) const;
  std::string piece(int32_t id) const;  // "▁the", "</s>", "<extra_id_0>"

  int64_t num_pieces() const;  // SentencePiece pieces
  int64_t num_sentinels() const { return num_sentinels_; }
  int32_t sentinel(int64_t index) const;  // UserError when index >= num_sentinels
  // Pieces and sentinels rounded up to a multiple of 128 for T5's 32,000 + 100, to a multiple of 8 below 8,000 pieces.
  int64_t vocab_size() const;
  const std::filesystem::path& model_file() const { return model_file_; }
  const std::string& type() const;  // how the pieces were trained: "unigram", "bpe", "word", "char"

 private:
  struct Impl;
  std::vector<Piece> encode_spaced(std::string_view text) const;
  std::string stretch_text(std::span<const int32_t> ids) const;
  std::shared_ptr<const Impl> impl_;
  std::filesystem::path model_file_;
  int64_t num_sentinels_;
};

// Ids that end with eos, cut to `length` (1 or more) with eos the last of them. Whether they were longer.
bool cut_before_end(TokenIds& ids, int64_t length);

// Trains a SentencePiece unigram model (deterministic: one thread) on `sentences` (those above 4,192 bytes are
// skipped). `whole_words` are user-defined symbols kept in one piece. The model may have fewer pieces than asked for
// when the text has no more. UserError when there is no text, or too few pieces are asked for to hold its characters.
std::string trained_spiece_model(const std::vector<std::string>& sentences, int64_t num_pieces,
                                 const std::vector<std::string>& whole_words = {});
void train_tokenizer(const std::vector<std::string>& sentences, int64_t num_pieces,
                     const std::filesystem::path& model_file, const std::vector<std::string>& whole_words = {});

}  // namespace flanmoe
