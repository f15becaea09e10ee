#include "data/records.h"

#include "base/error.h"
#include "data/readers/reader_parts.h"
#include "data/readers/reader_tables.h"

namespace flanmoe {
namespace {

void each_of_lines(const TextFile& file, const TakeObject& take) {
  each_text_line(file.text, [&](std::string_view line, int64_t number) {
    if (is_blank(line)) return;
    const std::string where = fmt::format("{}:{}", file.name, number);
    const Json object = parse_json(std::string(line), file.name, number);
    check_object(object, where);
    take(object, where);
  });
}

void each_of_list(const TextFile& file, const TakeObject& take) {
  int64_t number = 0;
  for (const Json& object : parse_json(file.text, file.name)) {
    const std::string where = fmt::format("{}: row {}", file.name, ++number);
    check_object(object, where);
    take(object, where);
  }
}

void each_of_table(const TextFile& file, const TakeObject& take) {
  std::vector<std::string> header;
  const auto take_record = [&](const TableRecord& record) {
    check_record(record);
    if (header.empty()) {
      for (const std::string& cell : record.cells) header.push_back(trimmed_text(cell));
      for (const std::string& name : header) check_column(record, name);
      return;
    }
    check_cells(record, header.size(), listed(header));
    Json object = Json::object();
    for (size_t i = 0; i < header.size(); ++i) object[header[i]] = record.cells[i];
    take(object, record.where);
  };
  const DataFile table{file.name, "", {}, file.text};
  file.kind == TextKind::kCsv ? each_csv_record(table, take_record) : each_tsv_record(table, take_record);
}

}  // namespace

TextFile open_objects_file(const std::filesystem::path& path) {
  TextFile file = open_text_file(path);
  if (file.kind == TextKind::kLines) file.kind = TextKind::kJson;
  return file;
}

void each_object_of(const TextFile& file, const TakeObject& take) {
  switch (file.kind) {
    case TextKind::kLines:
      fail_input("{}: expected a name that ends with .jsonl, .ndjson, .json, .csv or .tsv (.gz and .zst too)",
                 file.name);
    case TextKind::kCsv:
    case TextKind::kTsv:
      return each_of_table(file, take);
    case TextKind::kJson:
      break;
  }
  const size_t first = file.text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return;
  file.text[first] == '[' ? each_of_list(file, take) : each_of_lines(file, take);
}

}  // namespace flanmoe
