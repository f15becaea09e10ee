#include "base/error.h"

namespace flanmoe {

std::string printable(std::string_view text, bool keep_lines) {
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_line = keep_lines && (c == '\n' || c == '\t');
    if (!is_line && (byte < 0x20 || byte == 0x7f)) {
      result += fmt::format("\\x{:02x}", byte);
    } else {
      result += c;
    }
  }
  return result;
}

void assertion_failed(const char* condition, const char* file, int line) {
  // The folder and file are enough to find the line; the rest of the path is the machine the binary was built on.
  std::string_view path = file;
  const size_t name = path.find_last_of('/');
  const size_t folder = name == std::string_view::npos || name == 0 ? name : path.find_last_of('/', name - 1);
  if (folder != std::string_view::npos) path.remove_prefix(folder + 1);
  throw std::logic_error(
      fmt::format("internal error at {}:{}: '{}' does not hold; this is a fault of flanmoe", path, line, condition));
}

}  // namespace flanmoe
