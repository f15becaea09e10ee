// A generated text taken apart for the rules of extract.h: markup away, words and signs, where an answer is announced.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace flanmoe {

// A word, a number with its minus ("-1,234.5"), a single sign, or a line end ("\n").
struct Token {
  size_t begin, end;     // bytes of the text
  std::string low;       // lower case; numbers without thousands commas
  bool word;             // else a sign or a line end
  bool capital = false;  // begins with A to Z
};
using Tokens = std::span<const Token>;

std::vector<Token> tokens_of(std::string_view text);
// The words in lower case without a, an, the in front of words, unless there are no others.
std::vector<std::string> content_words(std::string_view text);
bool is_article(std::string_view word);

// Without Markdown's emphasis and LaTeX's brackets and fonts; \frac{3}{4} is 3/4, and \boxed{12} is GSM8K's "#### 12"
// with a line end.
std::string without_markup(std::string_view text);
// Typographic quotes, minus, times sign, wide brackets and the digits of all scripts as ASCII.
std::string plain_signs(const std::string& text);
// The same where a number is looked for: an en dash may be its minus, and one sign a fraction ("2½" is "2 1/2").
std::string number_signs(const std::string& text);

// For each announcement of an answer, first to last: the token behind it.
std::vector<size_t> announcements(Tokens tokens);

// End of the sentence that begins at `begin`: a full stop, a mark or a line end, itself not in it.
size_t sentence_end(Tokens tokens, size_t begin);

// The first line that is not blank, the last one; without space at their ends, "" when there is none.
std::string_view first_line(std::string_view text);
std::string_view last_line(std::string_view text);

}  // namespace flanmoe
