// What a misspelt name was meant to be.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace flanmoe {

// The candidate nearest to `word` in edit distance (at most a third of its length plus one), or "".
std::string nearest_name(std::string_view word, const std::vector<std::string>& candidates);

// "did you mean 'NAME'? " for the middle of a message, or "".
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace flanmoe
