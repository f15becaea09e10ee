// ARC and OpenBookQA in Alpaca's form: {"instruction", "answer"}. The instruction holds the question and a line
// "Answer1: .. Answer2: ..", the answer is "answer2".
#include "data/readers/reader_parts.h"
#include "data/readers/readers.h"

namespace flanmoe {
namespace {

std::string marker(size_t number) { return fmt::format("Answer{}:", number); }

// The texts behind "Answer1:", "Answer2:" and so on.
std::vector<std::string> choices_of(std::string list) {
  std::vector<std::string> choices;
  for (size_t number = 1; !list.empty(); ++number) {
    list.erase(0, marker(number).size());
    const size_t next = std::min(list.find(" " + marker(number + 1)), list.size());
    choices.push_back(trimmed_text(list.substr(0, next)));
    list.erase(0, next == list.size() ? next : next + 1);
  }
  return choices;
}

std::string without_request(const std::string& question) {
  constexpr std::string_view kRequest = "Please choose the correct answer to the question:";
  return question.starts_with(kRequest) ? question.substr(kRequest.size()) : question;
}

// "answer2" -> 1.
int64_t place_of(const std::string& answer, size_t num_choices, const std::string& where) {
  for (size_t i = 0; i < num_choices; ++i) {
    if (answer == fmt::format("answer{}", i + 1)) return static_cast<int64_t>(i);
  }
  fail_input("{}: 'answer' is '{}', expected answer1 to answer{}", where, excerpt(answer), num_choices);
}

TaskRow row_of(const Json& value, const std::string& where) {
  const std::string instruction = json_string(value, "instruction", where);
  const size_t list = instruction.find("\n\n" + marker(1)), end = instruction.rfind("\n\nAnswer format:");
  if (list == std::string::npos || (end != std::string::npos && end <= list))
    fail_input("{}: 'instruction' holds no line 'Answer1: .. Answer2: ..'", where);
  TaskRow row;
  row.fields["question"] = without_request(instruction.substr(0, list));
  row.options = choices_of(instruction.substr(list + 2, end == std::string::npos ? end : end - list - 2));
  row.right_option = place_of(json_filled(value, "answer", where), row.options.size(), where);
  row.answers = {row.options[static_cast<size_t>(row.right_option)]};
  return row;
}

}  // namespace

void read_arc(const DataFile& file, RowSink& rows) { each_object(file, rows, row_of); }

}  // namespace flanmoe
