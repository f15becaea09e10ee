// A text as the overlap check sees it: words of letters and digits, lower case, so that case, punctuation, accents,
// line ends and the form of Unicode make no difference.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace flanmoe {

struct PlainWord {
  uint64_t hash;      // of the plain word
  size_t begin, end;  // bytes of the text it was written with
};

// "Don't  STOP: café_2!" -> don, t, stop, cafe, 2. European accents fall away, written as one character or as a mark
// behind the letter; full-width letters and ligatures are plain ones; invisible characters do not end a word. Chinese,
// Japanese and Thai are written without blanks: each character is a word.
std::vector<PlainWord> plain_words(std::string_view text);

// One word of `plain_words`, as text: what is hashed.
std::string plain_word(std::string_view word);

}  // namespace flanmoe
