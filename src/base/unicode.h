// UTF-8 text as Python's str sees it: metrics are defined by what its lower(), split() and \w do. Bytes that are no
// UTF-8 stay as they are.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace flanmoe {

inline constexpr char32_t kNoCharacter = 0xFFFFFFFF;  // a byte that is no UTF-8

struct Character {
  char32_t value;
  size_t size;  // bytes
};
// The character at `place` < text.size().
Character character_at(std::string_view text, size_t place);

// str.lower(), U+0130 and the final sigma included.
std::string lower_text(std::string_view text);
// str.isspace() of one character.
bool is_space(char32_t character);
// A mark on the letter before it, such as U+0301.
bool is_combining(char32_t character);
// 0 to 9 for a decimal digit of any script, -1 for anything else.
int decimal_digit(char32_t character);
// Matched by \w: a letter, a digit, another numeral, or "_". Combining marks are not.
bool is_word_character(char32_t character);
// str.split(), str.strip(), str.lstrip(), str.rstrip().
std::vector<std::string> split_words(std::string_view text);
std::string_view strip_space(std::string_view text);
std::string_view strip_space_left(std::string_view text);
std::string_view strip_space_right(std::string_view text);

}  // namespace flanmoe
