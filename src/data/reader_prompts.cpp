// Prompts that are already text, as P3 comes: JSONL {"prompt", "completion"}; end marks of the completion are taken
// off.
#include "base/error.h"
#include "base/files.h"
#include "data/reader_parts.h"
#include "data/readers.h"

namespace flanmoe {
namespace {

std::string without_end_mark(std::string text) {
  constexpr std::string_view kEnd = "<|endoftext|>";
  if (text.ends_with(kEnd)) text.resize(text.size() - kEnd.size());
  return trimmed_text(text);
}

}  // namespace

std::vector<TaskRow> read_prompt_jsonl(const std::filesystem::path& file) {
  std::vector<TaskRow> rows;
  int64_t line_number = 0;
  for (const std::string& line : read_lines(file)) {
    ++line_number;
    if (line.empty()) continue;
    const std::string where = fmt::format("{}:{}", file.string(), line_number);
    const Json pair = parse_json(line, file.string(), line_number);
    check_object(pair, where);
    TaskRow row;
    row.id = std::to_string(line_number);
    row.fields = {{"prompt", trimmed_text(json_string(pair, "prompt", where))}};
    row.answers = {without_end_mark(json_string(pair, "completion", where))};
    if (row.fields["prompt"].empty()) fail_input("{}: 'prompt' is empty", where);
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace flanmoe
