// The parts of `flanmoe tokenizer`: one small file each. Every setup adds its options to the parser it is given and
// returns what runs. Defined in cli/tokenizer_*.cpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"

namespace flanmoe {

std::function<int()> setup_tokenizer_encode(CLI::App& parser);
std::function<int()> setup_tokenizer_decode(CLI::App& parser);
std::function<int()> setup_tokenizer_train(CLI::App& parser);
std::function<int()> setup_tokenizer_info(CLI::App& parser);

// The vocabulary that a part reads.
void add_vocabulary(CLI::App& parser, std::string& model);

// What follows the vocabulary on the command line, else the lines of stdin; UserError when there is neither.
std::vector<std::string> words_or_lines(const std::vector<std::string>& words, std::string_view what);

}  // namespace flanmoe
