// The one opener of texts that people bring: prompts, corpora, rows of tasks, predictions, lists of words, standard
// input. UTF-8 without a byte-order mark; .gz and .zst are unpacked; files of our own are read by base/files.h.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>

namespace flanmoe {

// What a file's name says that it holds: .jsonl, .ndjson and .json; .csv; .tsv; any other, lines of text. Endings in
// any case, in front of .gz or .zst.
enum class TextKind { kLines, kJson, kCsv, kTsv };
TextKind kind_of_name(const std::filesystem::path& path);
std::string ending_of_name(const std::filesystem::path& path);  // ".csv", in lower case

struct TextFile {
  std::string name;  // in messages
  TextKind kind = TextKind::kLines;
  std::string text;  // lines end with \n or \r\n
};

// Bytes that are no UTF-8, and zero bytes, are refused with line and offset. In a large corpus a few lines of a
// thousand may hold some: they become U+FFFD, with a warning that counts them.
enum class BadBytes { kRefuse, kReplaceFew };

// A file, or the same name with .gz or .zst behind it. UserError when it cannot be read, is UTF-16, or holds bad bytes.
TextFile open_text_file(const std::filesystem::path& path, BadBytes bad_bytes = BadBytes::kRefuse);
// The rest of a stream.
TextFile text_of_stream(std::istream& in, const std::string& name, TextKind kind);
// A text as it was read.
TextFile checked_text_file(const std::string& name, TextKind kind, std::string text,
                           BadBytes bad_bytes = BadBytes::kRefuse);

// The same of a word that was typed; `name` in the message.
void expect_text(const std::string& name, std::string_view text);

// Every line without its end, empty ones too; numbers count from 1. The lines stay where they are: nothing is copied.
void each_text_line(std::string_view text, const std::function<void(std::string_view line, int64_t number)>& take);

// The path itself, or with .gz or .zst behind it where only that is there.
std::filesystem::path packed_or_plain(const std::filesystem::path& path);

bool is_blank(std::string_view text);  // nothing but blanks and line ends

}  // namespace flanmoe
