// Words of the world that its vocabulary keeps in one piece, so that texts are short and a name is one piece, or a stem
// and an ending.
#pragma once

#include <cstddef>

#include "data/world/rows.h"

namespace flanmoe::world {

// SentencePiece symbols for the most frequent words of `texts` (letters only, "▁" in front: the word with its space),
// at most `most` in all. When names share stems (WorldOptions::name_stems), names are left out and their stems and
// endings stand for them.
Words vocabulary_symbols(const World& world, const Words& texts, size_t most);

}  // namespace flanmoe::world
