#include "base/text_file.h"

#include <algorithm>
#include <cstring>
#include <istream>
#include <vector>

#include "base/error.h"
#include "base/files.h"
#include "base/log.h"
#include "base/unicode.h"

namespace flanmoe {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF", kReplacement = "\xEF\xBF\xBD";
constexpr size_t kMaxStream = size_t{1} << 30;  // a pipe may never end
constexpr double kFewLines = 0.001;             // share of a corpus's lines that may hold bad bytes

bool is_ascii_without_zero(const char* eight_bytes) {
  uint64_t word = 0;
  std::memcpy(&word, eight_bytes, sizeof(word));
  constexpr uint64_t kOnes = 0x0101010101010101, kTops = 0x8080808080808080;
  return ((word | (word - kOnes)) & kTops) == 0;
}

// Of the first bad byte from `at` on; text.size() when there is none.
size_t bad_byte(std::string_view text, size_t at) {
  while (at < text.size()) {
    if (at + 8 <= text.size() && is_ascii_without_zero(text.data() + at)) {
      at += 8;
      continue;
    }
    const Character character = character_at(text, at);
    if (character.value == kNoCharacter || character.value == 0) return at;
    at += character.size;
  }
  return text.size();
}

int64_t line_of(std::string_view text, size_t place) {
  return 1 + std::count(text.begin(), text.begin() + static_cast<ptrdiff_t>(place), '\n');
}

std::string fault_at(const std::string& name, std::string_view text, size_t place) {
  const auto byte = static_cast<unsigned char>(text[place]);
  const std::string what = byte == 0 ? "is zero, which no text holds" : fmt::format("(0x{:02x}) is no UTF-8", byte);
  return fmt::format("{}:{}: byte {} {}", name, line_of(text, place), place, what);
}

[[noreturn]] void refuse(const std::string& name, std::string_view text, size_t place) {
  const bool is_zero = text[place] == '\0';
  fail_input("{}; expected a text in UTF-8{}", fault_at(name, text, place),
             is_zero ? "" : " (iconv -f latin1 -t utf-8 makes one of a Latin-1 text)");
}

// With U+FFFD for each bad byte, when few lines hold some.
std::string with_few_replaced(const std::string& name, const std::string& text, size_t first) {
  std::string result = text.substr(0, first);
  int64_t num_lines = 0;  // that hold bad bytes
  size_t line_end = 0;
  for (size_t at = first; at < text.size();) {
    if (at >= line_end) {
      ++num_lines;
      line_end = std::min(text.find('\n', at), text.size());
    }
    result += kReplacement;
    const size_t next = bad_byte(text, at + 1);
    result.append(text, at + 1, next - at - 1);
    at = next;
  }
  const int64_t all = line_of(text, text.size());
  if (static_cast<double>(num_lines) > kFewLines * static_cast<double>(all)) refuse(name, text, first);
  log_warn("{}: {} of {} lines hold bytes that are no UTF-8, read as U+FFFD; the first: {}", name, num_lines, all,
           fault_at(name, text, first));
  return result;
}

// Lines of old Macs end with \r alone; some programs put a last line end of another kind behind them.
void end_lines_with_newlines(std::string& text) {
  const size_t last = text.ends_with("\r\n") ? text.size() - 2 : text.ends_with('\n') ? text.size() - 1 : text.size();
  const auto end = text.begin() + static_cast<ptrdiff_t>(last);
  if (std::find(text.begin(), end, '\n') == end) std::replace(text.begin(), end, '\r', '\n');
}

std::string lower_ascii(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

}  // namespace

std::string ending_of_name(const std::filesystem::path& path) {
  std::filesystem::path name = lower_ascii(path.filename().string());
  if (name.extension() == ".gz" || name.extension() == ".zst") name = name.stem();
  return name.extension().string();
}

TextKind kind_of_name(const std::filesystem::path& path) {
  const std::string ending = ending_of_name(path);
  if (ending == ".jsonl" || ending == ".ndjson" || ending == ".json") return TextKind::kJson;
  return ending == ".csv" ? TextKind::kCsv : ending == ".tsv" ? TextKind::kTsv : TextKind::kLines;
}

std::filesystem::path packed_or_plain(const std::filesystem::path& path) {
  std::error_code ignored;
  if (fs::exists(path, ignored)) return path;
  for (const char* ending : {".gz", ".zst"}) {
    const std::filesystem::path packed = path.string() + ending;
    if (fs::exists(packed, ignored)) return packed;
  }
  return path;
}

TextFile open_text_file(const std::filesystem::path& path, BadBytes bad_bytes) {
  const std::filesystem::path file = packed_or_plain(path);
  return checked_text_file(file.string(), kind_of_name(file), read_text(file), bad_bytes);
}

TextFile text_of_stream(std::istream& in, const std::string& name, TextKind kind) {
  std::string text;
  std::vector<char> buffer(1 << 16);
  while (in.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || in.gcount() > 0) {
    text.append(buffer.data(), static_cast<size_t>(in.gcount()));
    if (text.size() > kMaxStream) fail_input("{}: more than {} bytes, expected a text with an end", name, kMaxStream);
  }
  return checked_text_file(name, kind, std::move(text));
}

TextFile checked_text_file(const std::string& name, TextKind kind, std::string text, BadBytes bad_bytes) {
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF"))
    fail_input("{}: the text is UTF-16, expected UTF-8", name);
  if (text.starts_with(kByteOrderMark)) text.erase(0, kByteOrderMark.size());
  end_lines_with_newlines(text);
  if (const size_t place = bad_byte(text, 0); place < text.size()) {
    if (bad_bytes == BadBytes::kRefuse) refuse(name, text, place);
    text = with_few_replaced(name, text, place);
  }
  return {name, kind, std::move(text)};
}

void expect_text(const std::string& name, std::string_view text) {
  if (const size_t place = bad_byte(text, 0); place < text.size()) refuse(name, text, place);
}

void each_text_line(std::string_view text, const std::function<void(std::string_view line, int64_t number)>& take) {
  int64_t number = 0;
  for (size_t begin = 0; begin < text.size();) {
    const size_t newline = std::min(text.find('\n', begin), text.size());
    const size_t end = newline > begin && text[newline - 1] == '\r' ? newline - 1 : newline;
    take(text.substr(begin, end - begin), ++number);
    begin = newline + 1;
  }
}

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

}  // namespace flanmoe
