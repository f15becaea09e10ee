#include "data/tokenizer/sentences.h"

#include <algorithm>

#include "base/error.h"
#include "base/json.h"
#include "base/text_file.h"
#include "base/unicode.h"
#include "data/records.h"

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
    const TextFile text = open_text_file(file, BadBytes::kReplaceFew);
    if (text.kind == TextKind::kLines) {
      each_text_line(text.text, [&](std::string_view line, int64_t) { append_line(line, sentences); });
    } else {
      each_object_of(text, [&](const Json& object, const std::string& where) {
        append_lines(json_string(object, "text", where), sentences);
      });
    }
  }
  return sentences;
}

}  // namespace flanmoe
