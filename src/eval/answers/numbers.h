// Numbers as people and models write them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flanmoe {

// A number in a text, written plain: "-1234.5", "3/4", "2 1/2", "3e5", or figures with colons ("3:30", a time or
// ratio).
struct WrittenNumber {
  size_t begin, end;  // bytes; sign and currency before it included
  std::string plain;
};
// `text` has ASCII signs (plain_signs). Figures behind a Latin letter ("H2O") are none.
std::vector<WrittenNumber> numbers_in(std::string_view text);

// Value of a plain number; nothing for one with colons.
std::optional<double> number_value(const std::string& plain);

// The number that words such as "two hundred and five" write, if the text holds one such run of words and nothing
// speaks against it ("one of the boys"); "" else.
std::string number_of_words(std::string_view text);

}  // namespace flanmoe
