#include "base/unicode.h"

#include <locale.h>
#include <wctype.h>

#include <algorithm>
#include <array>

#include "base/error.h"

namespace flanmoe {
namespace {

struct Range {
  char32_t first, last;
};

bool in_ranges(char32_t c, const Range* begin, const Range* end) {
  const Range* range = std::lower_bound(begin, end, c, [](const Range& r, char32_t value) { return r.last < value; });
  return range != end && range->first <= c;
}

constexpr Range kSpaces[] = {{0x9, 0xd},       {0x1c, 0x20},     {0x85, 0x85},     {0xa0, 0xa0},     {0x1680, 0x1680},
                             {0x2000, 0x200a}, {0x2028, 0x2029}, {0x202f, 0x202f}, {0x205f, 0x205f}, {0x3000, 0x3000}};

// Category No: numerals that are no decimal digits, such as superscripts, fractions and circled numbers.
constexpr Range kNumerals[] = {
    {0xb2, 0xb3},       {0xb9, 0xb9},       {0xbc, 0xbe},       {0x9f4, 0x9f9},     {0xb72, 0xb77},
    {0xbf0, 0xbf2},     {0xc78, 0xc7e},     {0xd58, 0xd5e},     {0xd70, 0xd78},     {0xf2a, 0xf33},
    {0x1369, 0x137c},   {0x17f0, 0x17f9},   {0x19da, 0x19da},   {0x2070, 0x2070},   {0x2074, 0x2079},
    {0x2080, 0x2089},   {0x2150, 0x215f},   {0x2189, 0x2189},   {0x2460, 0x249b},   {0x24ea, 0x24ff},
    {0x2776, 0x2793},   {0x2cfd, 0x2cfd},   {0x3192, 0x3195},   {0x3220, 0x3229},   {0x3248, 0x324f},
    {0x3251, 0x325f},   {0x3280, 0x3289},   {0x32b1, 0x32bf},   {0xa830, 0xa835},   {0x10107, 0x10133},
    {0x10175, 0x10178}, {0x1018a, 0x1018b}, {0x102e1, 0x102fb}, {0x10320, 0x10323}, {0x10858, 0x1085f},
    {0x10879, 0x1087f}, {0x108a7, 0x108af}, {0x108fb, 0x108ff}, {0x10916, 0x1091b}, {0x109bc, 0x109bd},
    {0x109c0, 0x109cf}, {0x109d2, 0x109ff}, {0x10a40, 0x10a48}, {0x10a7d, 0x10a7e}, {0x10a9d, 0x10a9f},
    {0x10aeb, 0x10aef}, {0x10b58, 0x10b5f}, {0x10b78, 0x10b7f}, {0x10ba9, 0x10baf}, {0x10cfa, 0x10cff},
    {0x10e60, 0x10e7e}, {0x10f1d, 0x10f26}, {0x10f51, 0x10f54}, {0x10fc5, 0x10fcb}, {0x11052, 0x11065},
    {0x111e1, 0x111f4}, {0x1173a, 0x1173b}, {0x118ea, 0x118f2}, {0x11c5a, 0x11c6c}, {0x11fc0, 0x11fd4},
    {0x16b5b, 0x16b61}, {0x16e80, 0x16e96}, {0x1d2e0, 0x1d2f3}, {0x1d360, 0x1d378}, {0x1e8c7, 0x1e8cf},
    {0x1ec71, 0x1ecab}, {0x1ecad, 0x1ecaf}, {0x1ecb1, 0x1ecb4}, {0x1ed01, 0x1ed2d}, {0x1ed2f, 0x1ed3d},
    {0x1f100, 0x1f10c}};

// The zeros of scripts that write decimal numbers; nine digits follow each.
constexpr char32_t kZeros[] = {0x30,   0x660,  0x6f0,  0x7c0,  0x966,  0x9e6,  0xa66,  0xae6,  0xb66,  0xbe6,
                               0xc66,  0xce6,  0xd66,  0xde6,  0xe50,  0xed0,  0xf20,  0x1040, 0x1090, 0x17e0,
                               0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620,
                               0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x104a0};

// Letters in circles and squares: symbols to Unicode, letters to the C library.
constexpr Range kLetterSymbols[] = {{0x24b6, 0x24e9}, {0x1f130, 0x1f149}, {0x1f150, 0x1f169}, {0x1f170, 0x1f189}};

// The C library's table of characters, whatever the user's locale is.
struct Characters {
  locale_t locale = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  wctype_t combining = locale == nullptr ? 0 : ::wctype_l("combining", locale);
  Characters() { FLANMOE_ASSERT(locale != nullptr); }
};
const Characters& characters() {
  static const Characters kCharacters;
  return kCharacters;
}

wint_t wide(char32_t c) { return static_cast<wint_t>(c); }
char32_t lower(char32_t c) { return static_cast<char32_t>(::towlower_l(wide(c), characters().locale)); }
bool is_cased(char32_t c) { return lower(c) != c || ::towupper_l(wide(c), characters().locale) != wide(c); }

// Skipped where the neighbours of a sigma are looked at: marks inside words, modifier letters, invisible characters.
bool is_case_ignorable(char32_t c) {
  constexpr Range kMarks[] = {{0x27, 0x27},     {0x2e, 0x2e},     {0x3a, 0x3a},     {0x5e, 0x5e},     {0x60, 0x60},
                              {0xa8, 0xa8},     {0xad, 0xad},     {0xaf, 0xaf},     {0xb4, 0xb4},     {0xb7, 0xb8},
                              {0x2b0, 0x2ff},   {0x37a, 0x37a},   {0x384, 0x385},   {0x387, 0x387},   {0x1fbd, 0x1fbd},
                              {0x1fbf, 0x1fc1}, {0x1fcd, 0x1fcf}, {0x1fdd, 0x1fdf}, {0x1fed, 0x1fef}, {0x1ffd, 0x1ffe},
                              {0x200b, 0x200f}, {0x2018, 0x2019}, {0x2024, 0x2024}, {0x2027, 0x2027}, {0x202a, 0x202e},
                              {0x2060, 0x2064}, {0x2066, 0x206f}, {0xfeff, 0xfeff}};
  return in_ranges(c, std::begin(kMarks), std::end(kMarks)) || is_combining(c);
}

std::u32string characters_of(std::string_view text, std::vector<size_t>& places) {
  std::u32string result;
  for (size_t i = 0; i < text.size();) {
    const Character next = character_at(text, i);
    places.push_back(i);
    result += next.value;
    i += next.size;
  }
  return result;
}

// A capital sigma behind a letter and before none.
bool is_final_sigma(const std::u32string& text, size_t place) {
  size_t before = place;
  while (before > 0 && is_case_ignorable(text[before - 1])) --before;
  if (before == 0 || !is_cased(text[before - 1])) return false;
  size_t after = place + 1;
  while (after < text.size() && is_case_ignorable(text[after])) ++after;
  return after == text.size() || !is_cased(text[after]);
}

void append(std::string& text, char32_t c) {
  const auto byte = [&text](char32_t value) { text += static_cast<char>(value); };
  if (c < 0x80) return byte(c);
  const int tail = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
  constexpr std::array<char32_t, 4> kLead = {0, 0xc0, 0xe0, 0xf0};
  byte(kLead[static_cast<size_t>(tail)] | (c >> (6 * tail)));
  for (int i = tail - 1; i >= 0; --i) byte(0x80 | ((c >> (6 * i)) & 0x3f));
}

}  // namespace

Character character_at(std::string_view text, size_t place) {
  constexpr Character kInvalid = {kNoCharacter, 1};
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[place + i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() - place < size) return kInvalid;
  char32_t value = lead & (0xffU >> (size + 1));
  for (size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return kInvalid;
    value = (value << 6) | (byte(i) & 0x3f);
  }
  constexpr std::array<char32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xd800 && value < 0xe000;
  if (value < kSmallest[size] || value > 0x10ffff || surrogate) return kInvalid;
  return {value, size};
}

std::string lower_text(std::string_view text) {
  constexpr char32_t kSigma = 0x3a3, kFinalSigma = 0x3c2, kDottedI = 0x130, kDotAbove = 0x307;
  std::vector<size_t> places;
  const std::u32string written = characters_of(text, places);
  std::string result;
  for (size_t i = 0; i < written.size(); ++i) {
    const char32_t c = written[i];
    if (c == kNoCharacter) {
      result += text[places[i]];
    } else if (c == kSigma && is_final_sigma(written, i)) {
      append(result, kFinalSigma);
    } else {
      append(result, lower(c));
      if (c == kDottedI) append(result, kDotAbove);
    }
  }
  return result;
}

int decimal_digit(char32_t character) {
  const auto above = std::upper_bound(std::begin(kZeros), std::end(kZeros), character);
  if (above == std::begin(kZeros) || character - above[-1] > 9) return -1;
  return static_cast<int>(character - above[-1]);
}

bool is_space(char32_t character) { return in_ranges(character, std::begin(kSpaces), std::end(kSpaces)); }

bool is_combining(char32_t character) {
  return ::iswctype_l(wide(character), characters().combining, characters().locale) != 0;
}

bool is_word_character(char32_t character) {
  if (character == kNoCharacter) return false;
  if (character == U'_' || in_ranges(character, std::begin(kNumerals), std::end(kNumerals))) return true;
  if (in_ranges(character, std::begin(kLetterSymbols), std::end(kLetterSymbols))) return false;
  return ::iswalnum_l(wide(character), characters().locale) != 0 && !is_combining(character);
}

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  bool inside = false;
  for (size_t i = 0; i < text.size();) {
    const Character next = character_at(text, i);
    const bool space = is_space(next.value);
    if (!space && !inside) words.emplace_back();
    if (!space) words.back() += text.substr(i, next.size);
    inside = !space;
    i += next.size;
  }
  return words;
}

std::string_view strip_space_right(std::string_view text) {
  size_t end = 0;
  for (size_t i = 0; i < text.size();) {
    const Character next = character_at(text, i);
    i += next.size;
    if (!is_space(next.value)) end = i;
  }
  return text.substr(0, end);
}

std::string_view strip_space_left(std::string_view text) {
  size_t begin = 0;
  while (begin < text.size() && is_space(character_at(text, begin).value)) begin += character_at(text, begin).size;
  return text.substr(begin);
}

std::string_view strip_space(std::string_view text) { return strip_space_right(strip_space_left(text)); }

}  // namespace flanmoe
