#include "cli/help_format.h"

#include <algorithm>

#include "cli/text_table.h"

namespace flanmoe {
namespace {

// Where what does not fit goes on: under the text behind the first two blanks inside the line, if that leaves room.
size_t indentation_of(const std::string& line, size_t width) {
  const size_t begin = std::min(line.find_first_not_of(' '), line.size()), gap = line.find("  ", begin);
  const size_t column = gap == std::string::npos ? gap : line.find_first_not_of(' ', gap);
  return column != std::string::npos && column <= width / 2 ? column : begin + 2;
}

void append_fitted(std::string& text, const std::string& line, size_t width) {
  constexpr size_t kNarrow = 4;  // in place of an indentation that leaves a narrow terminal no room
  const size_t begin = std::min(line.find_first_not_of(' '), line.size());
  if (line.size() > width && begin > width / 2 && begin > kNarrow)
    return append_fitted(text, std::string(kNarrow, ' ') + line.substr(begin), width);
  const size_t indentation = indentation_of(line, width);
  if (line.size() <= width || width < indentation + 10) {
    text += line + "\n";
    return;
  }
  // The indentation of the first line is no place to break it.
  const std::string head = line.substr(0, indentation);
  bool is_first = true;
  for (const std::string& part : broken_lines(line.substr(indentation), width - indentation)) {
    text += (is_first ? head : std::string(indentation, ' ')) + part + "\n";
    is_first = false;
  }
}

}  // namespace

std::string fitted_help(const std::string& text, size_t width) {
  if (width == 0) return text;
  std::string fitted;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    append_fitted(fitted, text.substr(begin, end - begin), width);
    begin = end + 1;
  }
  return fitted;
}

std::string HelpFormat::make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const {
  return fitted_help(CLI::Formatter::make_help(app, std::move(name), mode), output_width());
}

}  // namespace flanmoe
