// UTF-8 as Python's str sees it: the expected values are facts of that language.
#include "base/unicode.h"

#include <gtest/gtest.h>

namespace flanmoe {
namespace {

using Words = std::vector<std::string>;

TEST(Unicode, CharactersAreDecoded) {
  const std::string text = "aé日🙂";
  const std::vector<std::pair<char32_t, size_t>> expected = {{U'a', 1}, {U'é', 2}, {U'日', 3}, {U'🙂', 4}};
  size_t place = 0;
  for (const auto& [value, size] : expected) {
    EXPECT_EQ(character_at(text, place).value, value);
    EXPECT_EQ(character_at(text, place).size, size);
    place += size;
  }
  EXPECT_EQ(place, text.size());
}

TEST(Unicode, WhatIsNoUtf8IsOneByteEach) {
  for (const std::string_view text :
       {"\x80", "\xc3", "\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff", "\xe6\x97"}) {
    EXPECT_EQ(character_at(text, 0).value, kNoCharacter);
    EXPECT_EQ(character_at(text, 0).size, 1u);
    EXPECT_EQ(lower_text(text), text);
    EXPECT_FALSE(is_word_character(character_at(text, 0).value));
  }
}

TEST(Unicode, LowerCase) {
  EXPECT_EQ(lower_text("ABC Ünï ß"), "abc ünï ß");
  EXPECT_EQ(lower_text("ΟΔΟΣ ΣΟΦΟΣ. Σ"), "οδος σοφος. σ");  // a sigma that ends a word
  EXPECT_EQ(lower_text("\u0130\u212a"), "i\u0307k");        // dotted I, Kelvin sign
  EXPECT_EQ(lower_text("𐐀ДЖ"), "𐐨дж");
  EXPECT_EQ(lower_text(""), "");
}

TEST(Unicode, SpaceSeparates) {
  EXPECT_EQ(split_words(" a\u00a0b\u3000\u2003c\x1c"
                        "d\n"),
            (Words{"a", "b", "c", "d"}));
  EXPECT_EQ(split_words("a\u200bb"), (Words{"a\u200bb"}));  // no space to Python
  EXPECT_EQ(split_words(" \t "), Words{});
  EXPECT_EQ(strip_space(" \u3000a b\u2028\n"), "a b");
  EXPECT_EQ(strip_space_right(" a \u00a0"), " a");
  EXPECT_EQ(strip_space_left("\u3000 a "), "a ");
  EXPECT_EQ(strip_space(" \u00a0 "), "");
  EXPECT_EQ(strip_space(""), "");
}

TEST(Unicode, WordCharacters) {
  for (const char32_t c : U"aZ09_éß日ªⅧ²½①") EXPECT_EQ(is_word_character(c), c != 0) << static_cast<uint32_t>(c);
  for (const char32_t c : U" -–“\u0301\u0308ⒶⓏ🙂\u200b")
    EXPECT_FALSE(is_word_character(c)) << static_cast<uint32_t>(c);
}

}  // namespace
}  // namespace flanmoe
