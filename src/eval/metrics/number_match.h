// Numbers judged by value, or by how they are written.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace flanmoe {

// The number an answer gives, plain (numbers.h): the one in front of " (" where it begins so ("9 (apples)"), else the
// last; "" when there is none.
std::string answer_number(const std::string& answer);
// Its value; nothing when there is none or it is a time or ratio.
std::optional<double> answer_value(const std::string& answer);

// 1 when a reference is the same number to a millionth of the larger one (whole numbers: exactly): "0.75" is "3/4".
// Times and ratios ("3:30") are compared as written. Of a list ("5 (years old); 15 (years old)") every number counts,
// in its order.
double number_match(const std::string& prediction, const std::vector<std::string>& answers);
// The same with numbers compared as written, without commas and currency: "42.0" is not "42".
double number_string_match(const std::string& prediction, const std::vector<std::string>& answers);

}  // namespace flanmoe
