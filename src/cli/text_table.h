// Tables of text for people: columns as wide as their longest cell, fitted to the width of a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace flanmoe {

struct TableColumn {
  std::string name;
  bool right = false;  // numbers stand at the right
};

// The header and a line per row, columns two blanks apart. `width` 0 = as wide as it gets. A table that is wider loses
// room in its columns of text, whose cells go on in further lines, broken behind blanks, commas, underscores and the
// like; if that is not enough it comes in parts one below the other, each with the first column.
std::string text_table(const std::vector<TableColumn>& columns, const std::vector<std::vector<std::string>>& rows,
                       size_t width);

// A text in lines of at most `width` characters, broken at a blank, else behind a comma, slash, underscore or hyphen.
std::vector<std::string> broken_lines(const std::string& text, size_t width);

// Columns of the terminal that standard output is, 0 when it is none.
size_t output_width();

}  // namespace flanmoe
