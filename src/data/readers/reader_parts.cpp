#include "data/readers/reader_parts.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <sstream>

#include "base/config.h"
#include "base/error.h"
#include "base/nearest_name.h"
#include "base/text_file.h"

namespace flanmoe {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

std::string without_dash(const std::string& item) {
  return item.starts_with("- ") ? trimmed_text(item.substr(2)) : item;
}

// "(A) x" begins with a label of three characters.
bool has_letter(const std::string& item) {
  return item.size() >= 3 && item[0] == '(' && std::isalpha(static_cast<unsigned char>(item[1])) != 0 &&
         item[2] == ')' && (item.size() == 3 || item[3] == ' ');
}

}  // namespace

std::string trimmed_text(std::string_view text) {
  const size_t begin = text.find_first_not_of(kBlanks), end = text.find_last_not_of(kBlanks);
  return begin == std::string_view::npos ? "" : std::string(text.substr(begin, end - begin + 1));
}

std::string excerpt(std::string_view text) {
  constexpr size_t kLongest = 60;
  if (text.size() <= kLongest) return printable(text);
  size_t end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // not inside a character
  return printable(text.substr(0, end)) + "...";
}

std::string listed(const std::vector<std::string>& names) {
  constexpr size_t kMost = 20;
  std::string list;
  for (size_t i = 0; i < std::min(names.size(), kMost); ++i) list += (i == 0 ? "" : ", ") + excerpt(names[i]);
  return names.size() > kMost ? fmt::format("{} and {} more", list, names.size() - kMost) : list;
}

std::string without_commas(std::string text) {
  std::erase(text, ',');
  return text;
}

std::optional<double> number_of(const std::string& text) {
  double number = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) return std::nullopt;
  return number;
}

void each_line(const DataFile& file,
               const std::function<void(const std::string& line, const std::string& where, int64_t number)>& take) {
  each_text_line(file.text, [&](std::string_view line, int64_t number) {
    if (!line.empty()) take(std::string(line), fmt::format("{}:{}", file.name(), number), number);
  });
}

Json parse_file(const DataFile& file) { return parse_json(file.text, file.name()); }

void check_object(const Json& value, const std::string& where) {
  if (!value.is_object()) fail_input("{}: found {}, expected a JSON object", where, json_excerpt(value));
}

const Json& json_list(const Json& value, const std::string& key, const std::string& where) {
  const Json& list = json_at(value, key, where);
  if (!list.is_array()) fail_input("{}: '{}' is {}, expected a list", where, key, json_excerpt(list));
  return list;
}

std::vector<std::string> json_texts(const Json& value, const std::string& key, const std::string& where) {
  const Json& list = json_at(value, key, where);
  if (!list.is_array()) fail_input("{}: '{}' is {}, expected a list of texts", where, key, json_excerpt(list));
  std::vector<std::string> texts;
  for (const Json& entry : list) {
    if (!entry.is_string()) fail_input("{}: '{}' holds {}, expected texts", where, key, json_excerpt(entry));
    texts.push_back(entry.get<std::string>());
  }
  return texts;
}

std::string json_filled(const Json& value, const std::string& key, const std::string& where) {
  std::string text = trimmed_text(json_string(value, key, where));
  if (text.empty()) fail_input("{}: '{}' is empty, expected a text", where, key);
  return text;
}

bool is_scalar(const Json& value) { return value.is_string() || value.is_number() || value.is_boolean(); }

std::string scalar_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_float()) return fmt::format("{}", value.get<double>());
  return value.dump();
}

std::string json_scalar(const Json& value, const std::string& key, const std::string& where) {
  const Json& found = json_at(value, key, where);
  if (!is_scalar(found)) fail_input("{}: '{}' is {}, expected a text or a number", where, key, json_excerpt(found));
  return scalar_text(found);
}

void fail_part(const DataFile& file, const std::vector<std::string>& names) {
  const std::string nearest = nearest_name(file.part, names);
  fail_input("{}: no part '#{}', {}it has {}", file.name(), file.part,
             nearest.empty() ? "" : fmt::format("did you mean '#{}'? ", excerpt(nearest)), listed(names));
}

const Json& part_of(const Json& value, const DataFile& file) {
  if (value.contains(file.part)) return value[file.part];
  std::vector<std::string> names;
  for (const auto& [name, member] : value.items()) names.push_back(name);
  fail_part(file, names);
}

std::string json_id(const Json& value, const std::string& key, const std::string& where) {
  return value.contains(key) ? json_scalar(value, key, where) : "";
}

WrittenOptions written_options(const std::string& text) {
  constexpr std::string_view kHeading = "\nOptions:\n";
  const size_t heading = text.rfind(kHeading);
  if (heading == std::string::npos) return {trimmed_text(text), {}, {}};
  WrittenOptions written{trimmed_text(text.substr(0, heading)), {}, {}};
  std::istringstream lines(text.substr(heading + kHeading.size()));
  for (std::string line; std::getline(lines, line);) {
    const std::string item = without_dash(trimmed_text(line));
    if (item.empty()) continue;
    const bool letter = has_letter(item);
    written.labels.push_back(letter ? item.substr(0, 3) : item);
    written.texts.push_back(letter ? trimmed_text(item.substr(3)) : item);
  }
  return written;
}

bool take_options(TaskRow& row, const WrittenOptions& written) {
  const std::string& answer = row.answers.front();
  row.fields["answer_text"] = answer;
  const auto found = std::find(written.labels.begin(), written.labels.end(), answer);
  if (found == written.labels.end()) return false;
  row.options = written.labels;
  row.fields["answer_text"] = written.texts[found - written.labels.begin()];
  return true;
}

}  // namespace flanmoe
