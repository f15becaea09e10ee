#include "data/reader_parts.h"

#include <algorithm>
#include <sstream>

#include "base/error.h"
#include "base/files.h"

namespace flanmoe {
namespace {

// Reads one CSV text from front to back.
class CsvScanner {
 public:
  CsvScanner(const std::string& text, std::string name) : text_(text), name_(std::move(name)) {}

  std::vector<TableRecord> records() {
    std::vector<TableRecord> records;
    while (at_ < text_.size()) {
      TableRecord record{where(), {}};
      do {
        record.cells.push_back(text_.compare(at_, 1, "\"") == 0 ? quoted_cell() : plain_cell());
      } while (take(','));
      take('\r');
      if (at_ < text_.size() && !take('\n'))
        fail_input("{}: text after a closing quote, expected a comma or a line end", where());
      const bool blank = record.cells.size() == 1 && record.cells[0].empty();
      if (!blank) records.push_back(std::move(record));
    }
    return records;
  }

 private:
  std::string where() const { return fmt::format("{}:{}", name_, line_); }

  bool take(char wanted) {
    if (at_ >= text_.size() || text_[at_] != wanted) return false;
    line_ += wanted == '\n' ? 1 : 0;
    ++at_;
    return true;
  }

  std::string plain_cell() {
    const size_t end = std::min(text_.find_first_of(",\r\n", at_), text_.size());
    std::string cell = text_.substr(at_, end - at_);
    at_ = end;
    return cell;
  }

  std::string quoted_cell() {
    const std::string opened = where();
    ++at_;
    std::string cell;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        take('"');
        if (!take('"')) return cell;  // a doubled quote is one quote
        cell += '"';
      } else {
        take(c);
        cell += c;
      }
    }
    fail_input("{}: a quote that opens here is never closed", opened);
  }

  const std::string& text_;
  std::string name_;
  size_t at_ = 0;
  int64_t line_ = 1;
};

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
  const size_t begin = text.find_first_not_of(" \t\r\n"), end = text.find_last_not_of(" \t\r\n");
  return begin == std::string_view::npos ? "" : std::string(text.substr(begin, end - begin + 1));
}

std::vector<TableRecord> read_csv_records(const std::filesystem::path& file) {
  const std::string text = read_text(file);
  return CsvScanner(text, file.string()).records();
}

std::vector<TableRecord> read_tsv_records(const std::filesystem::path& file) {
  std::vector<TableRecord> records;
  int64_t line_number = 0;
  for (const std::string& line : read_lines(file)) {
    ++line_number;
    if (line.empty()) continue;
    TableRecord record{fmt::format("{}:{}", file.string(), line_number), {}};
    for (size_t begin = 0; begin <= line.size();) {
      const size_t end = std::min(line.find('\t', begin), line.size());
      record.cells.push_back(line.substr(begin, end - begin));
      begin = end + 1;
    }
    records.push_back(std::move(record));
  }
  return records;
}

void check_cells(const TableRecord& record, size_t count, std::string_view names) {
  if (record.cells.size() == count) return;
  fail_input("{}: the record has {} cells, expected {}: {}", record.where, record.cells.size(), count, names);
}

std::vector<std::string> json_texts(const Json& value, const std::string& key, const std::string& where) {
  const Json& list = json_at(value, key, where);
  if (!list.is_array()) fail_input("{}: '{}' is {}, expected a list of texts", where, key, list.dump());
  std::vector<std::string> texts;
  for (const Json& entry : list) {
    if (!entry.is_string()) fail_input("{}: '{}' holds {}, expected texts", where, key, entry.dump());
    texts.push_back(entry.get<std::string>());
  }
  return texts;
}

void check_object(const Json& value, const std::string& where) {
  if (!value.is_object()) fail_input("{}: found {}, expected a JSON object", where, value.dump().substr(0, 60));
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
