// What a SentencePiece model file says and the library's reader does not check. The file may come from anywhere: the
// library follows the offsets of its normalisation table without looking where they lead.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace flanmoe {

// UserError naming `file` when the bytes are no whole SentencePiece model (cut short, damaged, without trainer or
// normaliser), when its table of normalised characters leads out of itself, or when its whole words are nested more
// deeply than the library has room for.
void check_spiece_model(std::string_view bytes, const std::string& file);

struct SpieceFacts {
  std::string type;  // "unigram", "bpe", "word", "char": how the pieces were trained
  int64_t num_pieces = 0;
};
// Of a model that passed the check.
SpieceFacts spiece_facts(std::string_view bytes);

// Whether the library cuts a text at its spaces, whatever else it does: a unigram model whose scores are logarithms of
// shares, pieces hold the space at their beginning only, the space alone is a piece (so that no unknown piece crosses a
// word's beginning), several spaces are one, and no rule of the normaliser joins a space, a tab or a line end with
// something else. Of a model that passed the check.
bool cuts_word_by_word(std::string_view bytes);

}  // namespace flanmoe
