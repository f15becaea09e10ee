#include "data/documents.h"

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"

namespace flanmoe {
namespace {

std::vector<RawDocument> read_jsonl_documents(const std::filesystem::path& file) {
  std::vector<RawDocument> documents;
  int64_t line_number = 0;
  for (const std::string& line : read_lines(file)) {
    ++line_number;
    if (line.empty()) continue;
    const Json row = parse_json(line, file.string(), line_number);
    const std::string where = fmt::format("{}:{}", file.string(), line_number);
    RawDocument document{json_string(row, "text", where), {}};
    for (const Json& span : row.contains("spans") ? row["spans"] : Json::array()) {
      const bool pair =
          span.is_array() && span.size() == 2 && span[0].is_number_unsigned() && span[1].is_number_unsigned();
      if (!pair || span[0] >= span[1] || span[1] > document.text.size()) {
        fail_input("{}: span {} is no [begin, end) inside the text", where, span.dump());
      }
      document.marked.emplace_back(span[0].get<int64_t>(), span[1].get<int64_t>());
    }
    documents.push_back(std::move(document));
  }
  return documents;
}

// Documents are separated by blank lines.
std::vector<RawDocument> read_text_documents(const std::filesystem::path& file) {
  std::vector<RawDocument> documents;
  std::string text;
  const auto flush = [&] {
    if (!text.empty()) documents.push_back({text, {}});
    text.clear();
  };
  for (const std::string& line : read_lines(file)) {
    if (line.find_first_not_of(" \t") == std::string::npos) {
      flush();
    } else {
      text += (text.empty() ? "" : " ") + line;
    }
  }
  flush();
  return documents;
}

}  // namespace

std::vector<RawDocument> read_documents(const std::filesystem::path& file) {
  const bool jsonl = file.string().find(".jsonl") != std::string::npos;
  return jsonl ? read_jsonl_documents(file) : read_text_documents(file);
}

}  // namespace flanmoe
