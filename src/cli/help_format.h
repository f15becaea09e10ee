// Help texts fitted to the terminal: long lines are broken between words, behind the indentation of their texts.
#pragma once

#include <CLI/CLI.hpp>
#include <cstddef>
#include <string>

namespace flanmoe {

class HelpFormat : public CLI::Formatter {
 public:
  std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override;
};

// Every line of at most `width` characters; 0 = as they are. What goes on stands under the beginning of the second
// column, of text without one two further in.
std::string fitted_help(const std::string& text, size_t width);

}  // namespace flanmoe
