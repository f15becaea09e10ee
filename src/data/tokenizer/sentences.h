// Texts to train a vocabulary on.
#pragma once

#include <string>
#include <vector>

namespace flanmoe {

// The lines of text files and of the field "text" of .jsonl files, .gz too, without blank ones. Lines longer than the
// trainer takes are cut, at a space if there is one. UserError naming file and line for a malformed row.
std::vector<std::string> read_sentences(const std::vector<std::string>& files);

}  // namespace flanmoe
