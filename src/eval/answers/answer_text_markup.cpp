// Markup and typographic signs of a generated text (answer_text.h).
#include <algorithm>
#include <array>
#include <utility>

#include "base/unicode.h"
#include "eval/answers/answer_text.h"

namespace flanmoe {
namespace {

constexpr int kDeepest = 4;  // commands inside commands

// The text in the braces that open at `place`; moves `place` behind them. No braces, or unclosed ones: nothing, and
// `place` stays.
std::string_view braced(std::string_view text, size_t& place) {
  if (place >= text.size() || text[place] != '{') return {};
  int depth = 0;
  for (size_t i = place; i < text.size(); ++i) {
    depth += text[i] == '{' ? 1 : text[i] == '}' ? -1 : 0;
    if (depth == 0) {
      const std::string_view inside = text.substr(place + 1, i - place - 1);
      place = i + 1;
      return inside;
    }
  }
  return {};
}

bool is_among(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string unmarked(std::string_view text, int depth);

// A backslash without a name, `place` behind it: brackets and spaces go, "\$" is a dollar.
std::string latex_sign(std::string_view text, size_t& place) {
  const std::string_view sign = text.substr(place, 1);
  if (sign.empty() || std::string_view("()[],;!$%{}").find(sign) == std::string_view::npos) return "\\";
  if (std::string_view("$%{}").find(sign) == std::string_view::npos) ++place;
  return "";
}

// A LaTeX command, `place` at its backslash: what is read for it; moves `place` behind it.
std::string latex_command(std::string_view text, size_t& place, int depth) {
  const size_t begin = ++place;
  while (place < text.size() && ((text[place] | 0x20) >= 'a' && (text[place] | 0x20) <= 'z')) ++place;
  const std::string_view name = text.substr(begin, place - begin);
  if (name.empty()) return latex_sign(text, place);
  if (is_among(name, {"left", "right"})) return "";
  if (is_among(name, {"times", "cdot"})) return "x";
  size_t end = place;
  const std::string_view inside = braced(text, end);
  std::string read = "\\" + std::string(name);
  if (end == place || depth == kDeepest) return read;
  if (is_among(name, {"boxed", "fbox"})) {
    read = " #### " + unmarked(inside, depth + 1) + "\n";
  } else if (is_among(name, {"text", "textbf", "textit", "mathbf", "mathrm", "emph"})) {
    read = unmarked(inside, depth + 1);
  } else if (const std::string_view below = braced(text, end);
             !below.empty() && is_among(name, {"frac", "dfrac", "tfrac"})) {
    read = unmarked(inside, depth + 1) + "/" + unmarked(below, depth + 1);
  } else {
    return read;
  }
  place = end;
  return read;
}

std::string unmarked(std::string_view text, int depth) {
  constexpr std::array<std::string_view, 4> kDropped = {"**", "__", "`", "{,}"};
  std::string result;
  for (size_t i = 0; i < text.size();) {
    const auto dropped = std::find_if(kDropped.begin(), kDropped.end(),
                                      [&](std::string_view mark) { return text.substr(i).starts_with(mark); });
    if (dropped != kDropped.end()) {
      if (*dropped == "{,}") result += ',';
      i += dropped->size();
    } else if (text[i] == '\\') {
      result += latex_command(text, i, depth);
    } else {
      result += text[i++];
    }
  }
  return result;
}

using Sign = std::pair<std::string_view, std::string_view>;  // and what stands for it

// The one of the signs that stands at `place`; none: nullptr.
template <size_t kCount>
const Sign* sign_at(const std::array<Sign, kCount>& signs, const std::string& text, size_t place) {
  const auto found = std::find_if(signs.begin(), signs.end(), [&](const Sign& sign) {
    return text.compare(place, sign.first.size(), sign.first) == 0;
  });
  return found == signs.end() ? nullptr : &*found;
}

}  // namespace

std::string without_markup(std::string_view text) { return unmarked(text, 0); }

std::string plain_signs(const std::string& text) {
  constexpr std::array<Sign, 18> kSigns = {{{"\u2018", "'"},
                                            {"\u2019", "'"},
                                            {"\u201c", "\""},
                                            {"\u201d", "\""},
                                            {"\u2212", "-"},
                                            {"\ufe63", "-"},
                                            {"\uff0d", "-"},
                                            {"\u00d7", "x"},
                                            {"\uff08", "("},
                                            {"\uff09", ")"},
                                            {"\uff1a", ":"},
                                            {"\uff0e", "."},
                                            {"\uff0c", ","},
                                            {"\u00a0", " "},
                                            {"\u2009", " "},
                                            {"\u202f", " "},
                                            {"\u066b", "."},
                                            {"\u066c", ","}}};
  std::string result;
  for (size_t i = 0; i < text.size();) {
    if (static_cast<unsigned char>(text[i]) >= 0x80) {  // digits of any script
      const Character character = character_at(text, i);
      if (const int digit = decimal_digit(character.value); digit >= 0) {
        result += static_cast<char>('0' + digit);
        i += character.size;
        continue;
      }
    }
    const Sign* const sign = sign_at(kSigns, text, i);
    result += sign == nullptr ? std::string_view(text).substr(i, 1) : sign->second;
    i += sign == nullptr ? 1 : sign->first.size();
  }
  return result;
}

std::string number_signs(const std::string& text) {
  constexpr std::array<Sign, 8> kSigns = {{{"\u2013", "-"},
                                           {"\u00bd", "1/2"},
                                           {"\u2153", "1/3"},
                                           {"\u2154", "2/3"},
                                           {"\u00bc", "1/4"},
                                           {"\u00be", "3/4"},
                                           {"\u2155", "1/5"},
                                           {"\u215b", "1/8"}}};
  std::string result;
  for (size_t i = 0; i < text.size();) {
    const Sign* const sign = sign_at(kSigns, text, i);
    if (sign == nullptr) {
      result += text[i++];
      continue;
    }
    const bool behind_figure = !result.empty() && result.back() >= '0' && result.back() <= '9';
    if (behind_figure && sign->second != "-") result += ' ';
    result += sign->second;
    i += sign->first.size();
  }
  return plain_signs(result);
}

}  // namespace flanmoe
