// The tokens that a text may spell out, and where it does.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/tokenizer/tokenizer.h"

namespace flanmoe {

// "<extra_id_7>", as written by us: no sign, no zeros in front.
std::string sentinel_name(int64_t index);
// The sentinel whose name `text` begins with; none from `num_sentinels` on.
std::optional<int64_t> sentinel_index(std::string_view text, int64_t num_sentinels);

// Whether a piece of a vocabulary is the name of a sentinel, as mT5's "▁<extra_id_0>".
bool spells_sentinel(std::string_view piece);
// Whether [begin, end) lies in one of the ranges.
bool lies_in(const TokenRanges& ranges, size_t begin, size_t end);

// A token that the text spells out: [begin, end) in bytes.
struct WrittenToken {
  int32_t id;
  size_t begin, end;
  bool takes_left, takes_right;  // the spaces on that side
};

class WrittenNames {
 public:
  WrittenNames() = default;
  // pad, eos, unk, the sentinels (the first of them has the last id before `end_of_sentinels`) and what rules add.
  WrittenNames(const TokenizerRules& rules, int64_t num_sentinels, int64_t end_of_sentinels);

  // The first token written at `from` or behind it, of several at one place the longest. Special ones count within
  // `special` only, the others everywhere.
  std::optional<WrittenToken> next(std::string_view text, size_t from, const TokenRanges& special) const;
  bool has_words() const { return has_words_; }  // tokens that are not special: they count in every text

 private:
  std::optional<WrittenToken> at(std::string_view text, size_t begin, const TokenRanges& special) const;
  std::optional<WrittenToken> sentinel_at(std::string_view text, size_t begin) const;

  std::vector<AddedToken> tokens_;  // longer ones first
  std::array<bool, 256> begins_{};  // a name
  int64_t num_sentinels_ = 0, end_of_sentinels_ = 0;
  bool sentinels_take_left_ = true, sentinels_take_right_ = true, has_words_ = false;
};

}  // namespace flanmoe
