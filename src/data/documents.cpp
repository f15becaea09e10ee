#include "data/documents.h"

#include "base/error.h"
#include "base/json.h"
#include "base/text_file.h"
#include "data/records.h"

namespace flanmoe {
namespace {

RawDocument document_of(const Json& object, const std::string& where) {
  RawDocument document{json_string(object, "text", where), {}};
  for (const Json& span : object.contains("spans") ? object["spans"] : Json::array()) {
    const bool pair =
        span.is_array() && span.size() == 2 && span[0].is_number_unsigned() && span[1].is_number_unsigned();
    if (!pair || span[0] >= span[1] || span[1] > document.text.size()) {
      fail_input("{}: span {} is no [begin, end) inside the text", where, json_excerpt(span));
    }
    document.marked.emplace_back(span[0].get<int64_t>(), span[1].get<int64_t>());
  }
  return document;
}

// Documents are separated by blank lines.
std::vector<RawDocument> documents_of_lines(const TextFile& file) {
  std::vector<RawDocument> documents;
  std::string text;
  const auto flush = [&] {
    if (!text.empty()) documents.push_back({text, {}});
    text.clear();
  };
  each_text_line(file.text, [&](std::string_view line, int64_t) {
    if (is_blank(line)) return flush();
    text += text.empty() ? "" : " ";
    text += line;
  });
  flush();
  return documents;
}

}  // namespace

std::vector<RawDocument> read_documents(const std::filesystem::path& path) {
  const TextFile file = open_text_file(path, BadBytes::kReplaceFew);
  if (file.kind == TextKind::kLines) return documents_of_lines(file);
  std::vector<RawDocument> documents;
  each_object_of(
      file, [&](const Json& object, const std::string& where) { documents.push_back(document_of(object, where)); });
  return documents;
}

}  // namespace flanmoe
