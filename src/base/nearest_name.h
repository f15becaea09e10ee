// What a misspelt name was meant to be.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace flanmoe {

// Letters to replace, add or take away until one is the other.
size_t edit_distance(std::string_view a, std::string_view b);

// The candidate nearest to `word` in edit distance (at most a third of its length plus one), or "".
std::string nearest_name(std::string_view word, const std::vector<std::string>& candidates);

// "did you mean 'NAME'? " for the middle of a message, or "".
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

// "; did you mean 'NAME'?" for the end of a message, or "".
std::string ending_did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace flanmoe
