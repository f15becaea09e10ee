// The answer in a generated text.
#pragma once

#include <string>
#include <vector>

namespace flanmoe {

// SQuAD's: lower case, without articles, punctuation and extra space. A point inside a number and a minus before one
// stay.
std::string normalised_answer(const std::string& text);

// What follows the last "answer is" (up to a full stop), else the whole text. With options: "(B)" or "B" becomes the
// second option's text, and a text that contains exactly one option becomes that option. "" when nothing is left.
std::string extract_answer(const std::string& generated, const std::vector<std::string>& options);

// The last number of the text, without thousands separators and dollar sign ("-$1,234.50" is "-1234.50", ".5" is
// "0.5"); "" when there is none.
std::string extract_number(const std::string& text);

}  // namespace flanmoe
