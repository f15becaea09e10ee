#include "data/readers/data_file.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "base/files.h"
#include "base/unicode.h"

namespace flanmoe {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool is_ascii(const char* eight_bytes) {
  uint64_t word = 0;
  std::memcpy(&word, eight_bytes, sizeof(word));
  return (word & 0x8080808080808080) == 0;
}

// Of the first byte that is no UTF-8; text.size() when there is none.
size_t place_of_fault(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    if (at + 8 <= text.size() && is_ascii(text.data() + at)) {
      at += 8;
      continue;
    }
    const Character character = character_at(text, at);
    if (character.value == kNoCharacter) return at;
    at += character.size;
  }
  return text.size();
}

void check_encoding(const std::string& text, const std::string& name) {
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF"))
    fail_input("{}: the text is UTF-16, expected UTF-8", name);
  const size_t fault = place_of_fault(text);
  if (fault == text.size()) return;
  const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<ptrdiff_t>(fault), '\n');
  fail_input("{}:{}: byte {} (0x{:02x}) is no UTF-8; expected a text in UTF-8", name, line, fault,
             static_cast<unsigned char>(text[fault]));
}

}  // namespace

DataFile open_data_file(const std::string& written) {
  const size_t mark = written.rfind('#');
  if (mark == std::string::npos || fs::is_regular_file(written)) return data_file_of(written, read_text(written));
  const std::string path = written.substr(0, mark);
  DataFile file = data_file_of(path, read_text(path));
  file.part = written.substr(mark + 1);
  return file;
}

DataFile data_file_of(const std::filesystem::path& path, std::string text) {
  check_encoding(text, path.string());
  if (text.starts_with(kByteOrderMark)) text.erase(0, kByteOrderMark.size());
  if (text.find_first_not_of(" \t\r\n") == std::string::npos)
    fail_input("{}: the file is empty, expected at least one row", path.string());
  return {path, "", {}, std::move(text)};
}

}  // namespace flanmoe
