// SentencePiece vocabulary with T5's ids: pad 0, eos 1, unk 2, and sentinels at the end, <extra_id_0> the last.
// Defined in data/tokenizer/tokenizer*.cpp.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace flanmoe {

using TokenIds = std::vector<int32_t>;

inline constexpr int32_t kPadId = 0;
inline constexpr int32_t kEosId = 1;
inline constexpr int32_t kUnkId = 2;

// A token that a folder adds to the vocabulary, or whose spaces it rules.
struct AddedToken {
  std::string text;
  int32_t id = 0;
  bool takes_left = false, takes_right = false;  // the spaces on that side (transformers: lstrip, rstrip)
  bool special = false;                          // as </s> is: not a word of a text, and left out of decoded ones
  bool operator==(const AddedToken&) const = default;
};

// What a tokenizer_config.json rules beside the pieces (data/tokenizer/tokenizer_rules.h).
struct TokenizerRules {
  bool legacy = false;    // every stretch between tokens begins a word: "<extra_id_0>." is the sentinel and "▁", "."
  bool clean_up = false;  // decoded texts lose the space in front of "." and the like
  bool sentinels_take_left = true, sentinels_take_right = true;
  std::vector<AddedToken> added;  // by rising ids, none of them a piece or a sentinel
  bool operator==(const TokenizerRules&) const = default;
};

// Byte ranges of a text, rising, in which the names of special tokens mean the tokens.
using TokenRanges = std::vector<std::pair<size_t, size_t>>;

class Tokenizer {
 public:
  // Reads spiece.model; UserError when missing, not a SentencePiece model, damaged or made to do harm
  // (data/tokenizer/spiece_check.h), or its pad/eos/unk are not 0/1/2.
  explicit Tokenizer(const std::filesystem::path& model_file, int64_t num_sentinels = 100);
  Tokenizer with_rules(TokenizerRules rules) const;  // the same pieces and sentinels

  // A text in which tokens are meant: "<extra_id_7>", "</s>", "<pad>", "<unk>" and added special tokens become their
  // ids. No eos. As in T5's tokenizer the text behind a sentinel goes on without a space in front, written or not:
  // "<extra_id_0> park" is the sentinel and "park", not "▁park" (unless the rules are legacy).
  TokenIds encode(std::string_view text) const;
  TokenIds encode_with_end(std::string_view text) const;  // and eos behind: as a source or target is read
  struct Piece {
    int32_t id;
    size_t begin, end;  // bytes of the input text that the piece covers
    std::string text;   // "▁the"; of an unknown piece what stands in the (normalised) text
  };
  std::vector<Piece> encode_with_offsets(std::string_view text) const;

  // Data: "</s>" and the others are text as any (T5's: 3, 2, 87, 7, 3155), but where `tokens` says that they are meant;
  // so is the name of a sentinel that is a piece of the vocabulary's own, as mT5's "▁<extra_id_0>".
  // Added tokens that are not special are words of the vocabulary, here as there. Several times as fast where most
  // words were met before (one memo for all copies and threads, data/tokenizer/tokenizer_words.h).
  TokenIds encode_text(std::string_view text, const TokenRanges& tokens = {}) const;
  TokenIds encode_text_with_end(std::string_view text, const TokenRanges& tokens = {}) const;
  std::vector<Piece> encode_plain(std::string_view text, const TokenRanges& tokens = {}) const;

  // How many names of special tokens the text holds that encode makes tokens.
  int64_t num_written_tokens(std::string_view text) const;

  // For people: stops at eos; pad skipped; unknown ids are " ⁇ ", others without a piece written out (answer_text.h).
  std::string decode(std::span<const int32_t> ids) const;
  // As T5's tokenizer with skip_special_tokens off and on: every token written out, "Thank <extra_id_0> you</s>"; pad,
  // eos, unk, sentinels and added special tokens left out, also the space around a sentinel, "Thankyou". Unused ids
  // are skipped in both.
  std::string decode_with_special(std::span<const int32_t> ids) const;
  std::string decode_without_special(std::span<const int32_t> ids) const;
  std::optional<int32_t> id_of_piece(std::string_view piece) const;
  std::string piece(int32_t id) const;  // "▁the", "</s>", "<extra_id_0>", "<unused_32120>"

  int64_t num_pieces() const;  // SentencePiece pieces
  int64_t num_sentinels() const { return num_sentinels_; }
  bool has_id(int32_t id) const;          // a piece, a sentinel or an added token
  int64_t num_ids() const;                // one more than the last id: of pieces, sentinels, added tokens
  int32_t sentinel(int64_t index) const;  // UserError when index >= num_sentinels
  // The ids rounded up to a multiple of 128 for T5's 32,000 + 100, to a multiple of 8 below 8,000 pieces.
  int64_t vocab_size() const;
  const std::filesystem::path& model_file() const { return model_file_; }
  const TokenizerRules& rules() const;
  std::string fingerprint() const;  // of all that decides the ids of a text, and the text of ids
  const std::string& type() const;  // how the pieces were trained: "unigram", "bpe", "word", "char"

 private:
  struct Impl;
  struct Ruled;
  void append_stretch(std::string_view text, size_t begin, bool begins_word, const TokenRanges& tokens,
                      std::vector<Piece>& pieces) const;
  std::vector<Piece> encode_spaced(std::string_view text, const TokenRanges& tokens) const;
  std::string stretch_text(std::span<const int32_t> ids) const;
  std::string joined_text(std::span<const int32_t> ids, bool with_special) const;
  bool is_special(int32_t id) const;
  std::shared_ptr<const Impl> impl_;
  std::shared_ptr<const Ruled> ruled_;
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
