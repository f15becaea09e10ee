// Invented names from a syllable grammar: a stem (onset, vowel, coda) and an ending that tells the kind of thing.
#pragma once

#include <cstdint>
#include <string>

#include "data/world/words.h"

namespace flanmoe::world {

// All stems of the grammar ("Vor", "Mel", ...), in an order drawn from `seed`.
Words name_stems(uint64_t seed);

// `count` distinct names per kind; kind t takes the endings kind_endings()[t]. Stems come from a pool of `pool` stems,
// so that a vocabulary with room for the stems and the endings tells any name in two pieces; while kinds x count fits
// into the pool, no two names share a stem. Asserts count <= 4 x pool.
std::vector<Words> kind_names(uint64_t seed, size_t count, size_t pool);

// Every ending of every kind.
Words all_endings();

// Most names of one kind that a pool of stems can give.
size_t max_names(size_t pool);

// `count` distinct names with one ending ("Vorei"), for rivers and for the entities of unseen passages.
Words plain_names(uint64_t seed, const std::string& ending, size_t count);

// `count` distinct lower-case words of an invented language: two open syllables of its own consonants.
Words language_words(uint64_t seed, const std::string& consonants, size_t count);

}  // namespace flanmoe::world
