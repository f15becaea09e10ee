#include "data/overlap/plain_words.h"

#include "base/random.h"
#include "base/unicode.h"

namespace flanmoe {
namespace {

bool is_between(char32_t c, char32_t first, char32_t last) { return first <= c && c <= last; }

// Seen by nobody, or an accent of the letter before it: dropped, and no end of a word.
bool is_dropped(char32_t c) {
  constexpr char32_t kSoftHyphen = 0xad, kWordJoiner = 0x2060, kByteOrderMark = 0xfeff;
  return c == kSoftHyphen || c == kWordJoiner || c == kByteOrderMark || is_between(c, 0x200b, 0x200f) ||
         is_between(c, 0x300, 0x36f);
}

// Chinese and Japanese characters, kana and Thai.
bool is_word_of_its_own(char32_t c) {
  return is_between(c, 0x3400, 0x4dbf) || is_between(c, 0x4e00, 0x9fff) || is_between(c, 0x3041, 0x30ff) ||
         is_between(c, 0xe01, 0xe4e);
}

bool is_plain(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }
char lowered(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// The letters below the accents of U+00E0 to U+017E, lower case; a dot where the character is a letter of its own.
constexpr std::string_view kBelowAccents =
    "aaaaaa.ceeeeiiii.nooooo..uuuuy.y"                                       // U+00E0
    ".a.a.a.c.c.c.c.d...e.e.e.e.e.g.g"                                       // U+0100
    ".g.g.h...i.i.i.i.....j.k..l.l.l."                                       // U+0120
    "....n.n.n....o.o.o...r.r.r.s.s.s"                                       // U+0140
    ".s.t.t...u.u.u.u.u.u.w.y..z.z.z";                                       // U+0160
constexpr std::string_view kLigatures[] = {"ff", "fi", "fl", "ffi", "ffl"};  // U+FB00

// A lower-case character without accent, as `written` has it else.
void append_plain(std::string& word, char32_t c, std::string_view written) {
  constexpr char32_t kAccents = 0xe0, kLigature = 0xfb00, kFullWidth = 0xfee0;
  if (c >= kAccents && c - kAccents < kBelowAccents.size() && kBelowAccents[c - kAccents] != '.') {
    word += kBelowAccents[c - kAccents];
  } else if (is_between(c, kLigature, kLigature + 4)) {
    word += kLigatures[c - kLigature];
  } else if (is_between(c, kFullWidth + '0', kFullWidth + 'z')) {
    word += static_cast<char>(c - kFullWidth);
  } else if (!is_dropped(c)) {
    word += written;
  }
}

// Where the word that begins at `begin` ends, and whether it is ASCII alone.
struct WordEnd {
  size_t end;
  bool ascii;
};
WordEnd end_of_word(std::string_view text, size_t begin) {
  WordEnd word{begin, true};
  while (word.end < text.size()) {
    const char next = text[word.end];
    if (is_plain(next)) {
      ++word.end;
      continue;
    }
    if (static_cast<unsigned char>(next) < 0x80) break;
    const Character c = character_at(text, word.end);
    if (is_word_of_its_own(c.value)) return word.end == begin ? WordEnd{begin + c.size, false} : word;
    if (!is_word_character(c.value) && !is_dropped(c.value) && !is_combining(c.value)) break;
    word.end += c.size;
    word.ascii = false;
  }
  return word;
}

}  // namespace

std::string plain_word(std::string_view word) {
  const std::string lower = lower_text(word);
  std::string plain;
  for (size_t i = 0; i < lower.size();) {
    const Character c = character_at(lower, i);
    append_plain(plain, c.value, std::string_view(lower).substr(i, c.size));
    i += c.size;
  }
  return plain;
}

std::vector<PlainWord> plain_words(std::string_view text) {
  std::vector<PlainWord> words;
  std::string plain;
  for (size_t begin = 0; begin < text.size();) {
    const auto [end, ascii] = end_of_word(text, begin);
    if (end == begin) {
      begin += character_at(text, begin).size;
      continue;
    }
    const std::string_view word = text.substr(begin, end - begin);
    if (ascii) {
      plain.assign(word);
      for (char& c : plain) c = lowered(c);
    } else {
      plain = plain_word(word);
    }
    if (!plain.empty()) words.push_back({hash_text(plain), begin, end});
    begin = end;
  }
  return words;
}

}  // namespace flanmoe
