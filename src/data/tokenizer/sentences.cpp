#include "data/tokenizer/sentences.h"

#include <algorithm>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "base/unicode.h"

namespace flanmoe {
namespace {

constexpr size_t kLongest = 4000;  // bytes; the trainer skips sentences above 4,192

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// Where a line that is too long is cut: behind the last space that leaves a part short enough, else between characters.
size_t cut_of(std::string_view line) {
  if (line.size() <= kLongest) return line.size();
  if (const size_t space = line.rfind(' ', kLongest - 1); space != std::string_view::npos) return space + 1;
  size_t cut = kLongest;
  while (cut > 1 && continues_character(line[cut])) --cut;
  return cut;
}

void append_line(std::string_view line, std::vector<std::string>& sentences) {
  while (!strip_space(line).empty()) {
    const size_t cut = cut_of(line);
    sentences.emplace_back(line.substr(0, cut));
    line.remove_prefix(cut);
  }
}

void append_lines(std::string_view text, std::vector<std::string>& sentences) {
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    append_line(text.substr(begin, end - begin), sentences);
    begin = end + 1;
  }
}

}  // namespace

std::vector<std::string> read_sentences(const std::vector<std::string>& files) {
  std::vector<std::string> sentences;
  for (const std::string& file : files) {
    const bool jsonl = file.find(".jsonl") != std::string::npos;
    int64_t line_number = 0;
    for (const std::string& line : read_lines(file)) {
      ++line_number;
      if (!jsonl) {
        append_line(line, sentences);
      } else if (!line.empty()) {
        const Json row = parse_json(line, file, line_number);
        append_lines(json_string(row, "text", fmt::format("{}:{}", file, line_number)), sentences);
      }
    }
  }
  return sentences;
}

}  // namespace flanmoe
