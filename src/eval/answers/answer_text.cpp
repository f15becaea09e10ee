#include "eval/answers/answer_text.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/unicode.h"

namespace flanmoe {
namespace {

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }
bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }
char at(std::string_view text, size_t place) { return place < text.size() ? text[place] : '\0'; }

// "_" is a sign: "_B_" is emphasis.
bool is_word_at(std::string_view text, size_t place) {
  return place < text.size() && text[place] != '_' && is_word_character(character_at(text, place).value);
}

// A number may begin with a minus or a point, unless a word or a bracket ends there ("10-3", "p.7").
bool begins_signed_number(std::string_view text, size_t place) {
  const char before = place == 0 ? ' ' : text[place - 1];
  if (is_digit(before) || is_letter(before) || before == ')' || before == '.') return false;
  const size_t digit = place + (text[place] == '-' ? 1 : 0);
  if (at(text, digit) == '.') return is_digit(at(text, digit + 1));
  return text[place] == '-' && is_digit(at(text, digit));
}

// A sign inside a word: the apostrophe of "don't", the point of "3.5" and "U.S", the comma of "1,234".
bool stays_inside(std::string_view text, size_t begin, size_t place) {
  const char sign = text[place], before = text[place - 1], after = at(text, place + 1);
  if (sign == '\'') return is_letter(before) && is_letter(after);
  if (sign == '.' && is_digit(before))
    return is_digit(after) && text.substr(begin, place - begin).find('.') == text.npos;
  if (sign == '.') {
    const bool initial = place - begin == 1 || text[place - 2] == '.';
    return initial && is_letter(before) && is_letter(after) && !is_word_at(text, place + 2);
  }
  const auto digits = [&](size_t count) {
    for (size_t i = 1; i <= count; ++i) {
      if (!is_digit(at(text, place + i))) return false;
    }
    return !is_digit(at(text, place + count + 1));
  };
  return sign == ',' && is_digit(before) && digits(3);
}

Token word_at(std::string_view text, size_t begin) {
  size_t end = begin + (text[begin] == '-' || text[begin] == '.' ? 1 : 0);
  if (at(text, end) == '.') ++end;  // "-.5"
  while (end < text.size()) {
    if (!is_word_at(text, end) && !(end > begin && stays_inside(text, begin, end))) break;
    end += character_at(text, end).size;
  }
  std::string low = lower_text(text.substr(begin, end - begin));
  std::erase(low, ',');
  return {begin, end, std::move(low), true, text[begin] >= 'A' && text[begin] <= 'Z'};
}

using Phrase = std::vector<std::string_view>;

const std::vector<Phrase>& announcing_phrases() {
  static const std::vector<Phrase> kPhrases = {
      {"answer", "is"},         {"answers", "are"},          {"answer", "would", "be"}, {"answer", "should", "be"},
      {"answer", "must", "be"}, {"final", "answer"},         {"answer", ":"},           {"correct", "option", "is"},
      {"best", "option", "is"}, {"correct", "choice", "is"}, {"best", "choice", "is"},  {"#", "#", "#", "#"},
  };
  return kPhrases;
}

bool stands_at(Tokens tokens, size_t place, const Phrase& phrase) {
  if (place + phrase.size() > tokens.size()) return false;
  return std::equal(phrase.begin(), phrase.end(), tokens.begin() + static_cast<std::ptrdiff_t>(place),
                    [](std::string_view word, const Token& token) { return token.low == word; });
}

}  // namespace

bool is_article(std::string_view word) { return word == "a" || word == "an" || word == "the"; }

std::vector<Token> tokens_of(std::string_view text) {
  std::vector<Token> tokens;
  for (size_t i = 0; i < text.size();) {
    const Character next = character_at(text, i);
    if (is_word_at(text, i) || ((text[i] == '-' || text[i] == '.') && begins_signed_number(text, i))) {
      tokens.push_back(word_at(text, i));
      i = tokens.back().end;
      continue;
    }
    if (text[i] == '\n' || !is_space(next.value)) {
      tokens.push_back({i, i + next.size, std::string(text.substr(i, next.size)), false});
    }
    i += next.size;
  }
  return tokens;
}

std::vector<std::string> content_words(std::string_view text) {
  std::vector<std::string> all, content;
  const std::vector<Token> tokens = tokens_of(text);
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (!tokens[i].word) continue;
    all.push_back(tokens[i].low);
    const bool before_word = i + 1 < tokens.size() && tokens[i + 1].word;  // the letter of "(A) house" is no article
    if (!is_article(tokens[i].low) || !before_word) content.push_back(tokens[i].low);
  }
  return content.empty() ? all : content;
}

std::vector<size_t> announcements(Tokens tokens) {
  std::vector<size_t> places;
  for (size_t i = 0; i < tokens.size(); ++i) {
    for (const Phrase& phrase : announcing_phrases()) {
      if (stands_at(tokens, i, phrase)) places.push_back(i + phrase.size());
    }
  }
  return places;
}

size_t sentence_end(Tokens tokens, size_t begin) {
  while (begin < tokens.size() && !(tokens[begin].low == "." || tokens[begin].low == "!" || tokens[begin].low == "?" ||
                                    tokens[begin].low == "\n")) {
    ++begin;
  }
  return begin;
}

std::string_view first_line(std::string_view text) {
  text = strip_space_left(text);
  return strip_space_right(text.substr(0, text.find('\n')));
}

std::string_view last_line(std::string_view text) {
  text = strip_space_right(text);
  const size_t line_end = text.rfind('\n');
  return strip_space_left(line_end == text.npos ? text : text.substr(line_end + 1));
}

}  // namespace flanmoe
