#include "cli/text_table.h"

#include <unistd.h>

#include <algorithm>
#include <numeric>

#include "base/terminal.h"

namespace flanmoe {
namespace {

using Cells = std::vector<std::string>;
using Widths = std::vector<size_t>;

constexpr size_t kGap = 2, kNarrowest = 14;  // of a column of text

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

size_t length_of(const std::string& text) {  // in characters
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) { return !continues_character(c); }));
}

// Bytes of the first `count` characters.
size_t bytes_of(const std::string& text, size_t count) {
  size_t at = 0;
  for (size_t seen = 0; at < text.size(); ++at) {
    if (!continues_character(text[at]) && seen++ == count) break;
  }
  return at;
}

Widths natural_widths(const std::vector<TableColumn>& columns, const std::vector<Cells>& rows) {
  Widths widths;
  for (size_t c = 0; c < columns.size(); ++c) {
    widths.push_back(length_of(columns[c].name));
    for (const Cells& row : rows) widths[c] = std::max(widths[c], length_of(row[c]));
  }
  return widths;
}

size_t total(const Widths& widths, const std::vector<size_t>& chosen) {
  size_t sum = chosen.empty() ? 0 : kGap * (chosen.size() - 1);
  for (const size_t c : chosen) sum += widths[c];
  return sum;
}

// Takes room from the widest column of text, as long as it must and can.
void shrink(Widths& widths, const std::vector<TableColumn>& columns, size_t width) {
  std::vector<size_t> all(columns.size());
  std::iota(all.begin(), all.end(), 0);
  while (total(widths, all) > width) {
    size_t widest = columns.size();
    for (size_t c = 0; c < columns.size(); ++c) {
      if (!columns[c].right && widths[c] > kNarrowest && (widest == columns.size() || widths[c] > widths[widest]))
        widest = c;
    }
    if (widest == columns.size()) return;
    --widths[widest];
  }
}

// Columns of each part: the first one, and as many of the others as fit beside it.
std::vector<std::vector<size_t>> parts_of(const Widths& widths, size_t width) {
  std::vector<std::vector<size_t>> parts = {{0}};
  for (size_t c = 1; c < widths.size(); ++c) {
    const bool fits = total(widths, parts.back()) + kGap + widths[c] <= width;
    if (width > 0 && !fits && parts.back().size() > 1) parts.push_back({0});
    parts.back().push_back(c);
  }
  return parts;
}

void append_row(std::string& text, const Cells& cells, const std::vector<TableColumn>& columns, const Widths& widths,
                const std::vector<size_t>& chosen) {
  std::vector<Cells> lines;
  size_t height = 1;
  for (const size_t c : chosen) {
    lines.push_back(broken_lines(cells[c], widths[c]));
    height = std::max(height, lines.back().size());
  }
  for (size_t h = 0; h < height; ++h) {
    std::string line;
    for (size_t i = 0; i < chosen.size(); ++i) {
      const std::string cell = h < lines[i].size() ? lines[i][h] : "";
      const std::string blanks(widths[chosen[i]] - std::min(widths[chosen[i]], length_of(cell)), ' ');
      line += (i > 0 ? std::string(kGap, ' ') : "") + (columns[chosen[i]].right ? blanks + cell : cell + blanks);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
}

}  // namespace

std::vector<std::string> broken_lines(const std::string& text, size_t width) {
  constexpr std::string_view kMarks = ",/_-";  // where there is no blank
  std::vector<std::string> lines;
  std::string rest = text;
  while (length_of(rest) > width) {
    const size_t fitting = bytes_of(rest, width);
    const size_t blank = rest.rfind(' ', fitting);  // the blank itself need not fit
    const size_t mark = rest.find_last_of(kMarks, fitting - 1);
    const size_t end = blank != std::string::npos && blank > 0 ? blank : mark == std::string::npos ? fitting : mark + 1;
    std::string line = rest.substr(0, end);
    line.erase(line.find_last_not_of(' ') + 1);
    lines.push_back(line);
    rest.erase(0, std::min(rest.find_first_not_of(' ', end), rest.size()));
  }
  if (!rest.empty() || lines.empty()) lines.push_back(rest);
  return lines;
}

std::string text_table(const std::vector<TableColumn>& columns, const std::vector<Cells>& rows, size_t width) {
  Widths widths = natural_widths(columns, rows);
  if (width > 0) shrink(widths, columns, width);
  Cells names;
  for (const TableColumn& column : columns) names.push_back(column.name);
  std::string text;
  for (const std::vector<size_t>& part : parts_of(widths, width)) {
    if (!text.empty()) text += "\n";
    append_row(text, names, columns, widths, part);
    for (const Cells& row : rows) append_row(text, row, columns, widths, part);
  }
  return text;
}

size_t output_width() { return ::isatty(STDOUT_FILENO) == 1 ? terminal_width(STDOUT_FILENO) : 0; }

}  // namespace flanmoe
