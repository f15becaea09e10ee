#include "data/readers/reader_tables.h"

#include <algorithm>

#include "base/error.h"
#include "data/readers/reader_parts.h"

namespace flanmoe {
namespace {

// Reads one CSV text from front to back.
class CsvScanner {
 public:
  explicit CsvScanner(const DataFile& file) : text_(file.text), name_(file.name()) {}

  bool at_end() const { return at_ >= text_.size(); }

  TableRecord record() {
    const size_t begin = at_;
    const int64_t line = line_;
    TableRecord record{where(line), {}, ""};
    do {
      record.cells.push_back(at('"') ? quoted_cell(record.fault) : plain_cell());
    } while (record.fault.empty() && take(','));
    if (record.fault.empty() && !at_end() && !take_line_end())
      record.fault = fmt::format("{}: text after a closing quote, expected a comma or a line end", where(line_));
    if (!record.fault.empty()) go_behind_line(begin, line);
    return record;
  }

 private:
  std::string where(int64_t line) const { return fmt::format("{}:{}", name_, line); }
  bool at(char wanted) const { return at_ < text_.size() && text_[at_] == wanted; }

  bool take(char wanted) {
    if (!at(wanted)) return false;
    line_ += wanted == '\n' ? 1 : 0;
    ++at_;
    return true;
  }

  // \n, \r\n, or \r alone.
  bool take_line_end() {
    const bool returned = take('\r');
    if (take('\n')) return true;
    line_ += returned ? 1 : 0;
    return returned;
  }

  std::string plain_cell() {
    const size_t end = std::min(text_.find_first_of(",\r\n", at_), text_.size());
    std::string cell = text_.substr(at_, end - at_);
    at_ = end;
    return cell;
  }

  std::string quoted_cell(std::string& fault) {
    const int64_t opened = line_;
    take('"');
    std::string cell;
    while (!at_end()) {
      const char c = text_[at_];
      take(c);
      if (c == '"' && !take('"')) return cell;  // a doubled quote is one quote
      cell += c;
    }
    fault = fmt::format("{}: a quote that opens here is never closed", where(opened));
    return cell;
  }

  // To the line after the one on which a faulty record began: what a quote swallowed is read as rows again.
  void go_behind_line(size_t begin, int64_t line) {
    at_ = std::min(text_.find_first_of("\r\n", begin), text_.size());
    take_line_end();
    line_ = line + 1;
  }

  const std::string& text_;
  std::string name_;
  size_t at_ = 0;
  int64_t line_ = 1;
};

}  // namespace

void each_csv_record(const DataFile& file, const TakeRecord& take) {
  for (CsvScanner scanner(file); !scanner.at_end();) {
    const TableRecord record = scanner.record();
    const bool blank = record.cells.size() == 1 && record.cells[0].empty() && record.fault.empty();
    if (!blank) take(record);
  }
}

void each_tsv_record(const DataFile& file, const TakeRecord& take) {
  each_line(file, [&take](const std::string& line, const std::string& where, int64_t) {
    TableRecord record{where, {}, ""};
    for (size_t begin = 0; begin <= line.size();) {
      const size_t end = std::min(line.find('\t', begin), line.size());
      record.cells.push_back(line.substr(begin, end - begin));
      begin = end + 1;
    }
    take(record);
  });
}

void check_record(const TableRecord& record) {
  if (!record.fault.empty()) throw UserError(record.fault);
}

void check_column(const TableRecord& header, const std::string& name) {
  const auto named = std::count_if(header.cells.begin(), header.cells.end(),
                                   [&name](const std::string& cell) { return trimmed_text(cell) == name; });
  if (named > 1 && !name.empty())
    fail_input("{}: {} columns are named '{}', expected one", header.where, named, excerpt(name));
}

void check_cells(const TableRecord& record, size_t count, std::string_view names) {
  check_record(record);
  if (record.cells.size() == count) return;
  fail_input("{}: the record has {} cells, expected {}: {}", record.where, record.cells.size(), count, names);
}

}  // namespace flanmoe
